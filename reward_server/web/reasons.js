// What each reason of a verdict means, for people; docs/ has the whole story.

const BROKEN = "Broken encoding, strings that are no words, or words in no language.";

const OF_ALL = {
  invalid: "The item's own data can't be used; the message says what to send.",
  timeout: "No verdict within the server's time limit.",
  memory: "The worker ran out of memory over this item.",
  crash: "The worker process died over this item twice.",
  error: "The verifier itself broke.",
  sandbox: "The sandbox could not run the program.",
  failed: "The server's own machinery failed.",
};

const MEANINGS = {
  math: {
    equal: "The final answer is mathematically the same as the reference.",
    different: "The final answer is not the same as the reference.",
    no_answer: "No final answer was found.",
    too_long: "The answer has more than 128,000 characters.",
  },
  choice: {
    equal: "The right options were chosen.",
    different: "Other options were chosen.",
    incomplete: "Some of several right options were chosen, and no wrong one.",
    no_answer: "No option was chosen.",
  },
  exact: {
    equal: "The final answer is the reference's text.",
    different: "The final answer is another text.",
    no_answer: "No final answer was found.",
  },
  code: {
    passed: "The test passed.",
    wrong_answer: "The program ran and gave something else than was expected.",
    runtime_error: "The program ended with an error.",
    time_limit: "The program used more CPU time than it may.",
    memory_limit: "The program used more memory than it may.",
    output_limit: "The program printed more than it may.",
    compile_error: "The program does not compile.",
    no_entry_point: "The function that the tests call is not there.",
    missing: "The tests broke off before this one.",
    no_code: "There is no program in the completion.",
    skipped: "Not run, as an earlier test had failed.",
  },
  format: {
    ok: "The layout is as asked for.",
    no_think: "There is no think part.",
    no_answer: "There is no answer part.",
    unclosed_think: "The text ends inside the think part: it may have been cut off.",
    unclosed_answer: "The text ends inside the answer: it may have been cut off.",
    unclosed_tool: "The text ends inside a tool call.",
    empty_think: "The think part holds nothing but white space.",
    empty_answer: "The answer holds nothing but white space.",
    duplicate_think: "The think part is opened twice.",
    duplicate_answer: "The answer is opened twice.",
    nested_think: "A think part is opened inside itself.",
    nested_answer: "An answer is opened inside itself.",
    think_order: "A think part is opened where it can't be, such as after the answer.",
    answer_order: "An answer is opened where it can't be, such as before the reasoning.",
    tool_order: "A tool's response stands without its call.",
    answer_inside_think: "An answer tag stands inside the reasoning: extractors disagree on which one counts.",
    stray_think_close: "A think part is closed that was not open.",
    stray_answer_close: "An answer is closed that was not open.",
    text_outside: "Text belongs to no part.",
    text_after_answer: "Text follows the answer.",
    lookalike_tag: "It looks like the tag to a person, and to no extractor.",
    no_boxed: "The answer should hold a \\boxed{} and does not.",
    too_many_tags: "There are more than 10,000 tags; the rest was not read.",
    tag_count: "Some tag does not occur exactly once.",
    wrong_start: "The text does not start as the trainer's rule wants.",
    missing_part: "The trainer's rule wants a part here that is missing.",
    repeated_part: "A part stands twice that the trainer's rule wants once.",
  },
  language: {
    consistent: "The text is in the language asked for.",
    mixed: "The language asked for is the main one, but its share is too low.",
    other_language: "The main language is another one, or none.",
    too_few_words: "There are fewer words than must be.",
    no_words: "Nothing in it counts as words of a language.",
    other_script: "Written in another script than the language asked for.",
  },
  readability: {
    readable: "A reader would mind nothing.",
    no_words: "There is no natural language in it.",
    gibberish: BROKEN,
    loop: "A phrase stands four times over without a word between.",
    repetition: "Too many long phrases are repeated.",
    mixed_language: "Too few words are in the main language.",
    code_block: "There is a block of code.",
    long_paragraph: "A paragraph is too long.",
    unfinished: "The text breaks off.",
  },
  length: {
    within: "The length is within the target.",
    over: "The length is over the target: the score falls.",
    far_over: "The length is over the maximum.",
  },
  overlong: {
    within: "The length costs nothing.",
    in_cache: "The length is near the limit: the punishment grows.",
    overlong: "The length is at the limit or over it.",
  },
  cosine: {
    correct: "A right answer: the shorter, the more.",
    wrong: "A wrong answer: the longer, the less is lost.",
    exceeded: "The length is at the limit or over it.",
  },
  repetition: {
    varied: "Few phrases are repeated.",
    repetitive: "Too many phrases are repeated.",
  },
  tag_count: {
    all: "Each tag stands exactly once.",
    some: "Some of the tags stand exactly once.",
    none: "None of the tags stands exactly once.",
  },
  majority: {
    majority: "The answer is the one that most samples of the group give.",
    minority: "Most samples of the group give another answer.",
    no_answer: "No final answer was found.",
  },
};

/** What a verifier's reason means; "" where it is not one of ours. */
export const meaning = (verifier, reason) => MEANINGS[verifier]?.[reason] ?? OF_ALL[reason] ?? "";

"""Language consistency: the share of words that are in the language asked for.

DeepSeek-R1, equation 7: `Num(Words of the target language) / Num(Words)` of the chain of thought.
What counts as a word, what is left out and how a word's language is told: docs/language.md.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from verifiers.language.codes import LANGUAGES, canonical, family, listing
from verifiers.language.detectors import DETECTORS
from verifiers.language.foreign import other_scripts
from verifiers.language.share import Count, count_languages
from verifiers.parts import parts_of
from verifiers.verdict import OPTIONS_CONFIG, Sample, Verdict, Verifier, invalid, judged

MAX_CHARS = 200_000
"""Characters looked at; of a longer text, as many from its start and its end."""

VERSION = 1
"""Of our own detector."""

PASS_SHARE = 0.95
"""Share that passes where no threshold is asked for: 97 % of real English chains of thought."""

_SHOWN = 5e-4  # less than this of a language would be shown as 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageOptions:
    """How language consistency is judged."""

    __pydantic_config__ = OPTIONS_CONFIG

    part: Literal["think", "answer", "all"] = "think"
    """What is judged: the reasoning (as in R1; the whole completion where none is marked), the
    answer, or everything."""

    threshold: Annotated[float, Gt(0), Le(1)] | None = None
    """Score 1 at this share or above and 0 below; null: the share is the score."""

    min_words: Annotated[float, Ge(0)] = 1.0
    """With fewer words than this the score is 0: an empty chain of thought earns nothing."""

    term_allowance: Annotated[float, Ge(0), Le(1)] = 0.15
    """Share of the words that Latin-script terms and names may make up in a text of another script
    before they count against it."""

    detector: Literal["ngrams", "langdetect"] = "ngrams"
    """What tells languages of one script apart: exact letter n-grams, or langdetect, seeded."""


def verify(sample: Sample, options: LanguageOptions) -> Verdict:
    """Score the share of words in the target language."""
    target = target_language(sample, options)
    if isinstance(target, Verdict):
        return target
    part, text = judged_text(sample, options.part)
    count = count_languages(window(text), target, DETECTORS[options.detector])
    dominant = count.dominant()
    share = count.share(family(target), options.term_allowance)
    words = round(count.total + count.terms, 6)
    enough = words > 0 and words >= options.min_words
    bar = PASS_SHARE if options.threshold is None else options.threshold
    passed = enough and share >= bar
    score = float(passed) if options.threshold is not None else share
    return judged(
        score if enough else 0.0,
        passed=passed,
        reason=_reason(words, enough=enough, passed=passed, ours=dominant == family(target)),
        part=part,
        target=target,
        dominant=target if dominant == family(target) else dominant,
        share=round(share, 6),
        words=words,
        neutral=round(count.neutral(options.term_allowance), 3),
        by_language=_rounded(count),
        detector=_pinned(options.detector),
        other_scripts=None if passed else _other_scripts(sample, text, options.part, target),
    )


def _other_scripts(
    sample: Sample, text: str, part: str, target: str
) -> list[tuple[int, int]] | None:
    """Where the text is in other scripts, as spans of the completion."""
    start = part_start(sample, text, part)
    if start is None:
        return None
    return [(start + first, start + end) for first, end in other_scripts(text, family(target))]


@cache
def _pinned(detector: str) -> str:
    """The detector with its version: another one gives other scores, in the middle of a run."""
    from importlib.metadata import version  # noqa: PLC0415 - costs as much as all the rest

    return f"{detector}@{VERSION if detector == 'ngrams' else version('langdetect')}"


def _reason(words: float, *, enough: bool, passed: bool, ours: bool) -> str:
    if not words:
        return "no_words"
    if not enough:
        return "too_few_words"
    if passed:
        return "consistent"
    return "mixed" if ours else "other_language"


def target_language(sample: Sample, options: LanguageOptions) -> str | Verdict:
    """The code of the language asked for, or why it can't be told."""
    asked = sample.reference.get("language")
    if not isinstance(asked, str):
        return invalid(
            "reference.language: a language code (such as 'en') or 'prompt' is needed"
            f"; there are {listing()}"
        )
    if asked.strip().lower() == "prompt":
        return _prompt_language(sample, options)
    code = canonical(asked)
    if code is None:
        return invalid(f"reference.language: no language {asked[:40]!r}; there are {listing()}")
    return code


def _prompt_language(sample: Sample, options: LanguageOptions) -> str | Verdict:
    if not sample.prompt:
        return invalid("prompt: needed, as reference.language is 'prompt'; send it or a code")
    count = count_languages(window(sample.prompt), "", DETECTORS[options.detector])
    code = count.dominant()
    if code is None or code not in LANGUAGES:
        return invalid("prompt: no language can be told from it; send reference.language as a code")
    return code


def judged_text(sample: Sample, part: str) -> tuple[str, str]:
    """The name and the text of what is judged."""
    if part == "all":
        return "all", "\n".join(filter(None, (sample.reasoning, sample.completion)))
    parts = parts_of(sample)
    if part == "answer":
        return "answer", parts.answer
    return ("all", sample.completion) if parts.think is None else ("think", parts.think)


def part_start(sample: Sample, text: str, part: str) -> int | None:
    """Where the judged text starts in the completion; None where it is no stretch of it."""
    if len(text) > MAX_CHARS:
        return None
    find = sample.completion.rfind if part == "answer" else sample.completion.find
    start = find(text)
    return start if start >= 0 else None


def window(text: str) -> str:
    """What is looked at of a text: all, or the start and the end of a very long one."""
    if len(text) <= MAX_CHARS:
        return text
    return f"{text[: MAX_CHARS // 2]}\n{text[-MAX_CHARS // 2 :]}"


def _rounded(count: Count) -> dict[str, float]:
    shown = [(code, round(n, 3)) for code, n in count.by_language.items() if n >= _SHOWN]
    return dict(sorted(shown, key=lambda entry: (-entry[1], entry[0])))


LANGUAGE = Verifier(
    summary="The share of words in the language asked for (DeepSeek-R1 equation 7).",
    verify=verify,
    options=LanguageOptions,
    reads=("language", "prompt"),
    reasons=("consistent", "mixed", "other_language", "too_few_words", "no_words"),
    detail=(
        "part",
        "target",
        "dominant",
        "share",
        "words",
        "neutral",
        "by_language",
        "detector",
        "other_scripts",
    ),
)

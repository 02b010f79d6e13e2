"""Whether a chain of thought can be read: what DeepSeek-R1 dropped from its fine-tuning data.

R1 (section 2.3.3) filtered out chains of thought "with mixed languages, long paragraphs, and code
blocks" and gave no thresholds; ours, measured on real traces, are options: docs/readability.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from verifiers.language import LanguageOptions, judged_text, part_start, target_language, window
from verifiers.language.codes import family
from verifiers.language.mixture import ngram_detector
from verifiers.language.ngrams import UNDETERMINED
from verifiers.language.share import Count, count_languages
from verifiers.parts import parts_of
from verifiers.readability import rules
from verifiers.readability.rules import Break
from verifiers.verdict import OPTIONS_CONFIG, Sample, Verdict, Verifier, judged

_MAX_FOREIGN = 5  # paragraphs in other languages that are listed
_MAX_SEARCHED = 200  # paragraphs searched for them


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadabilityOptions:
    """The limits of what is readable."""

    __pydantic_config__ = OPTIONS_CONFIG

    part: Literal["think", "answer", "all"] = "think"
    """What is judged: the reasoning (the whole completion where none is marked), the answer, or
    everything."""

    min_share: Annotated[float, Ge(0), Le(1)] = 0.95
    """Share of the words that must be in one language: the one of `reference.language`, else the
    text's own main language."""

    max_paragraph: Annotated[float, Gt(0)] = 400.0
    """Words a paragraph may have (a Han character or a kana is one)."""

    allow_code: bool = False
    """Whether code blocks may stand in the text, as they should in programming tasks."""

    max_repetition: Annotated[float, Ge(0), Le(1)] = 0.2
    """Share of the 8-word phrases (16 characters in Chinese and Japanese) that may be repeats."""

    max_junk: Annotated[float, Ge(0), Le(1)] = 0.005
    """Share of the characters that may be broken encoding or strings that are no words."""

    max_unknown: Annotated[float, Ge(0), Le(1)] = 0.3
    """Share of the words that may look like no language at all."""

    allow_unfinished: bool = False
    """Whether the text may be cut off, as samples are at the generation limit."""


def verify(sample: Sample, options: ReadabilityOptions) -> Verdict:
    """1 where a reader would mind nothing, else 0 with every reason and where it is."""
    target = ""
    if sample.reference.get("language") is not None:
        asked = target_language(sample, LanguageOptions())
        if isinstance(asked, Verdict):
            return asked
        target = asked
    part, whole = judged_text(sample, options.part)
    text = window(whole)
    count = count_languages(text, target, ngram_detector)
    target = family(target or count.dominant() or "en")
    broken = list(_broken(text, count, target, sample, options))
    return judged(
        0.0 if broken else 1.0,
        passed=not broken,
        reason=broken[0].rule if broken else "readable",
        part=part,
        part_start=part_start(sample, whole, options.part) if broken else None,
        broken=[found._asdict() for found in broken],
        share=round(count.share(target, LanguageOptions().term_allowance), 6),
        words=round(count.total + count.terms, 6),
    )


def _broken(
    text: str, count: Count, target: str, sample: Sample, options: ReadabilityOptions
) -> Iterator[Break]:
    """Every rule that broke, the gravest first."""
    words = count.total + count.terms
    if not words:
        yield Break("no_words", 0, len(text), 0, 0)
        return
    closed = options.part == "answer" or parts_of(sample).closed
    yield from filter(
        None,
        (
            rules.junk(text, options.max_junk),
            _unknown(text, count, options),
            rules.loop(text),
            rules.repetition(text, options.max_repetition),
            *_mixed(text, count, target, options),
            None if options.allow_code else rules.code_block(text),
            rules.long_paragraph(text, options.max_paragraph),
            None if options.allow_unfinished else rules.unfinished(text, closed=closed),
        ),
    )


def _unknown(text: str, count: Count, options: ReadabilityOptions) -> Break | None:
    share = count.by_language[UNDETERMINED] / (count.total + count.terms)
    if share <= options.max_unknown:
        return None
    return Break("gibberish", 0, len(text), round(share, 4), options.max_unknown)


def _mixed(text: str, count: Count, target: str, options: ReadabilityOptions) -> Iterator[Break]:
    """Paragraphs in other languages; the whole text where none is wholly in another."""
    allowance = LanguageOptions().term_allowance
    share = count.share(target, allowance)
    if share >= options.min_share:
        return
    found = 0
    for number, (start, end) in enumerate(rules.paragraphs(text)):
        if number == _MAX_SEARCHED or found == _MAX_FOREIGN:
            break
        inside = count_languages(text[start:end], target, ngram_detector)
        if inside.total and inside.share(target, allowance) < 1 / 2:
            found += 1
            yield Break("mixed_language", start, end, round(share, 4), options.min_share)
    if not found:
        yield Break("mixed_language", 0, len(text), round(share, 4), options.min_share)


READABILITY = Verifier(
    summary="Whether a chain of thought can be read: one language, short paragraphs, no loops.",
    verify=verify,
    options=ReadabilityOptions,
    reads=("language", "prompt"),
    reasons=(
        "readable",
        "no_words",
        "gibberish",
        "loop",
        "repetition",
        "mixed_language",
        "code_block",
        "long_paragraph",
        "unfinished",
    ),
    detail=("part", "part_start", "broken", "share", "words"),
)

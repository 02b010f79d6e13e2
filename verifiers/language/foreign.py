"""Where a text is written in other scripts than the target's: what to show beside a low share.

It decides nothing; languages of one script are told apart by their share only.
"""

import re
from functools import cache

from verifiers.language.codes import LANGUAGES
from verifiers.language.delimited import delimited_spans
from verifiers.language.scripts import RANGES, letters_of

MAX_SPANS = 20
_MAX_LENGTH = 500  # of a span: a longer stretch becomes several
_SYMBOLS = frozenset({"Grek"})  # letters of formulas in every language


def other_scripts(text: str, target: str) -> list[tuple[int, int]]:
    """The first stretches in other scripts as (start, end); formulas and code are left out."""
    script = LANGUAGES[target].script
    if script == "Latn" and text.isascii():
        return []
    pattern = _stretch(script)
    found: list[tuple[int, int]] = []
    position = 0
    for span in (*delimited_spans(text), None):
        stop = span.start if span else len(text)
        for match in pattern.finditer(text, position, stop):
            found.append(match.span())
            if len(found) == MAX_SPANS:
                return found
        position = span.end if span else stop
    return found


@cache
def _stretch(script: str) -> re.Pattern[str]:
    """From a letter of another script to the last one before the target's letters go on."""
    others = letters_of(tuple(name for name in RANGES if name not in {script, *_SYMBOLS}))
    return re.compile(f"[{others}][^{RANGES[script]}\n]{{0,{_MAX_LENGTH}}}(?<=[{others}])")

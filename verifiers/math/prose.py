r"""Formulas and prose: telling `$…$`, `\(…\)`, `\[…\]` from the words around them."""

import re

from verifiers.math.units import is_unit
from verifiers.patterns import lazy

MAX_TAIL = 4_000
"""Characters at the end of a text that are searched where nothing announces the answer."""

_INNER = r"(?:[^\\]|\\[^()\[\]]){0,2000}+"
_NESTED = rf"(?:{_INNER}\\[(\[]){{0,3}}+{_INNER}"
"""What stands in `\\(…\\)` or `\\[…\\]`: few marks that open another, as each starts one."""

FORMULA = lazy(
    r"(?<!\\)\$\$[^$]{1,2000}\$\$|(?<!\\)\$[^$\n]{1,2000}\$"
    rf"|\\\({_NESTED}\\\)|\\\[{_NESTED}\\\]"
)
MONEY = lazy(r"\d[^\\$]*?\s[a-z]{2,}\s")
WORD = lazy(r"(?<![\\A-Za-z{])[^\W\d_]{2,}|[\u3040-\u9fff\uac00-\ud7af]")
_FORMULA_WORDS = frozenset(
    [
        *("sqrt", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan"),
        *("sinh", "cosh", "tanh", "log", "ln", "exp", "pi", "inf", "infty", "infinity"),
        *("max", "min", "gcd", "lcm", "mod", "abs", "floor", "ceil", "binom", "and", "or"),
    ]
)
_DOUBLED = lazy(r"\\\\[A-Za-z(\[]")
_SINGLE = lazy(r"(?<!\\)\\[A-Za-z(\[]")
_EQUALS = ("=", "⇒", "→", "≈", r"\Rightarrow", r"\implies", r"\therefore", "∴")
_LEADING = lazy(r"\A(?:=>?|⇒|→|≈|\\(?:Rightarrow|implies|therefore)\b|∴)\s*")
_STRIP = " \t\r\n*_`\"'“”"


def clean(text: str) -> str:
    """A claim without quotes, emphasis and the stop that ends its sentence."""
    text = text.strip(_STRIP).rstrip(" .,;:。，；：").strip(_STRIP)
    return _LEADING.sub("", text) if text.startswith(_EQUALS) else text


def unescaped(text: str) -> str:
    r"""LaTeX out of a JSON or Python string: `\\frac` for `\frac`, where every command is so."""
    if "\\\\" not in text or not _DOUBLED.search(text) or _SINGLE.search(text):
        return text
    return text.replace("\\\\", "\\")


def blanked(text: str) -> str:
    """The text with its formulas blanked out, every offset kept."""
    return FORMULA.sub(_blank, text)


def _blank(formula: re.Match[str]) -> str:
    """A formula blanked out; "$5 and pays $" is none."""
    text = formula[0]
    return text if MONEY.match(text, 1) else "\0" * len(text)


def has_prose(text: str) -> bool:
    """Whether words stand outside the formulas."""
    bare = FORMULA.sub(" ", text[:MAX_TAIL])
    return any(is_prose(word[0]) for word in WORD.finditer(bare))


def is_prose(word: str) -> bool:
    """Whether a word is no function's name, no unit, and does not link formulas."""
    return word.lower() not in _FORMULA_WORDS and not is_unit(word)

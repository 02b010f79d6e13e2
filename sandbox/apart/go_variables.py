"""Go: the variables that a program declares for its whole package, and their types."""

import re
from collections.abc import Iterator

from sandbox.apart.text import closing

_VARIABLES = re.compile(r"^var\s*(?:\(|(?=\w))", re.MULTILINE)
_LINE = re.compile(r"(\w+(?:\s*,\s*\w+)*)\s*(.*)", re.DOTALL)
_LITERAL = re.compile(
    r"(&?)((?:\[\d*\]|map\[[^\]]*\]|\*|[\w.]+|func\([^()]*\)\s*(?:\([^()]*\)|[\w.]+)?|"
    r"interface\{\}|struct\{\})+)\{"
)
_FUNCTION = re.compile(r"func\s*\([^()]*\)\s*(?:\([^()]*\)|[^{(]*)")
_PLAIN = {
    r'""': "string",
    r"' '": "rune",
    r"true|false": "bool",
    r"-?(?:0[xXbBoO][\da-fA-F_]+|[\d_]+)": "int",
    r"-?[\d_]*\.[\d_]*(?:[eE][+-]?\d+)?": "float64",
    r"(?:[\d_]+\s*\*\s*)?time\.(?:Nano|Micro|Milli)?(?:second|Second|Minute|Hour)": "time.Duration",
}


def variables(plain: str, results: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Names and types, as far as the text tells them; `results` are those of functions."""
    read = 0
    for found in _VARIABLES.finditer(plain):
        if found.start() < read:
            continue
        if found[0].endswith("("):
            read = closing(plain, found.end() - 1)
            text = plain[found.end() : read]
            for line in lines(text):
                yield from _declared(line, results)
        else:
            text = next(lines(plain[found.end() :]))
            read = found.end() + len(text)
            yield from _declared(text, results)


def lines(text: str) -> Iterator[str]:
    """Lines, as far as no bracket is open at their ends."""
    depth = start = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter in "\n;" and not depth:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _declared(line: str, results: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return
    names = re.findall(r"\w+", found[1])
    kind, _, value = _halves(found[2])
    kind = kind.strip() or (_kind(value.strip(), results) if len(names) == 1 else "")
    if kind:
        yield from ((name, kind) for name in names if name != "_")


def _halves(text: str) -> tuple[str, str, str]:
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "=" and not depth:
            return text[:at], "=", text[at + 1 :]
    return text, "", ""


def _kind(value: str, results: dict[str, tuple[str, ...]]) -> str:
    """The type of an expression, or empty."""
    if plain := [kind for pattern, kind in _PLAIN.items() if re.fullmatch(pattern, value)]:
        return plain[0]
    literal = _LITERAL.match(value)
    if (
        literal
        and not value.startswith("func")
        and closing(value, literal.end() - 1) == len(value) - 1
    ):
        return ("*" if literal[1] else "") + literal[2].strip()
    if value.startswith("func") and value.endswith("}"):
        head = _FUNCTION.match(value)
        return head[0].strip() if head else ""
    return _result(value, results)


def _result(value: str, results: dict[str, tuple[str, ...]]) -> str:
    """The type of what a call returns, or empty."""
    called = re.match(r"(\w+)\s*\(", value)
    if called is None or closing(value, called.end() - 1) != len(value) - 1:
        return ""
    inside = value[called.end() : -1]
    returned = {
        "make": (_halves_at_comma(inside),),
        "new": (f"*{inside.strip()}",),
    } | results
    kinds = returned.get(called[1], ())
    return kinds[0] if len(kinds) == 1 else ""


def _halves_at_comma(text: str) -> str:
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            return text[:at].strip()
    return text.strip()

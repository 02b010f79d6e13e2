"""Reading declarations out of a program's text: no parser, only what a signature needs."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPEN, _CLOSE = "([{", ")]}"
WORD = re.compile(r"[A-Za-z_]\w*")


class Item(NamedTuple):
    """Something at the top level of a text: what stands before its braces, and within."""

    head: str
    body: str | None


def blanked(text: str, skipped: re.Pattern[str]) -> str:
    """The text with comments as blanks and literals as empty ones, so that brackets pair up."""
    return skipped.sub(lambda found: _blank(found[0]), text)


def _blank(text: str) -> str:
    if text.startswith(("//", "/*", "#!")):
        return "\n" * text.count("\n") or " "
    return '""' if text.endswith('"') or '"' in text[:4] else "' '"


def items(text: str, ends: str = ";") -> Iterator[Item]:
    """The items of a blanked text; where `ends` stands outside all brackets, one is over."""
    start = at = 0
    while at < len(text):
        letter = text[at]
        if letter == "{":
            end = closing(text, at)
            yield Item(text[start:at].strip(), text[at + 1 : end])
            start = at = end + 1
        elif letter in "([":
            at = closing(text, at) + 1
        elif letter in ends:
            yield Item(text[start:at].strip(), None)
            start = at = at + 1
        else:
            at += 1
    if text[start:].strip():
        yield Item(text[start:].strip(), None)


def closing(text: str, at: int) -> int:
    """Where the bracket at `at` is closed; the end of the text where it is not."""
    depth = 0
    for place in range(at, len(text)):
        if text[place] in _OPEN:
            depth += 1
        elif text[place] in _CLOSE:
            depth -= 1
            if not depth:
                return place
    return len(text)


def parts(text: str, separator: str = ",") -> list[str]:
    """What stands between separators outside all brackets, angle ones included."""
    found, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        arrow = letter == ">" and text[at - 1 : at] in {"-", "="}
        if letter in "([{<":
            depth += 1
        elif letter in ")]}>" and not arrow:
            depth -= 1
        elif letter == separator and depth == 0:
            found.append(text[start:at].strip())
            start = at + 1
    found.append(text[start:].strip())
    return found if found != [""] else []


def words(text: str) -> set[str]:
    """All the names in a text."""
    return set(WORD.findall(text))

"""Java signatures as source (Java virtual machine specification, 4.7.9.1)."""

import re
from collections.abc import Iterator

from sandbox.apart import classfile
from sandbox.apart.classfile import Member
from sandbox.apart.halves import Unsplittable

NAME = re.compile(r"[^\W\d][\w]*")
_PLAIN = re.compile(r"[^<;.]+")
_PRIMITIVES = {"I": "int", "Z": "boolean", "D": "double", "J": "long", "C": "char"}
_PRIMITIVES |= {"F": "float", "S": "short", "B": "byte", "V": "void"}


def name_parts(name: str) -> list[str]:
    """Packages and classes of a name as class files have it."""
    return re.split(r"[/$]", name)


def simple(name: str) -> str:
    """A class's name without what it stands in."""
    return name_parts(name)[-1]


def checked(name: str) -> str:
    """A name that can be written.

    Raises:
        Unsplittable: it can't.
    """
    if not NAME.fullmatch(name):
        raise Unsplittable(f"the name {name[:60]} can't be written")
    return name


def class_name(name: str) -> str:
    """A class's name as source."""
    return ".".join(checked(part) for part in name_parts(name))


def params(method: Member) -> str:
    """What stands between the brackets of a method's head; its arguments are p0, p1, ..."""
    _, rest = generics(method.signature)
    kinds = list(types(rest[1 : rest.index(")")]))
    if method.access & classfile.VARARGS and kinds and kinds[-1].endswith("[]"):
        kinds[-1] = kinds[-1].removesuffix("[]") + "..."
    return ", ".join(f"{kind} p{i}" for i, kind in enumerate(kinds))


def returned(method: Member) -> str:
    """The type of what a method returns."""
    _, rest = generics(method.signature)
    return next(types(rest[rest.index(")") + 1 :]))


def generics(signature: str) -> tuple[str, str]:
    """The type parameters at the start of a signature as source, and the rest."""
    if not signature.startswith("<"):
        return "", signature
    at, named = 1, []
    while signature[at] != ">":
        end = signature.index(":", at)
        name, at, bounds = checked(signature[at:end]), end, []
        while signature[at] == ":":
            at += 1
            if signature[at] != ":":
                bound, at = _type(signature, at)
                bounds.append(bound)
        named.append(f"{name} extends {' & '.join(bounds)}" if bounds else name)
    return f"<{', '.join(named)}>", signature[at + 1 :]


def types(signature: str) -> Iterator[str]:
    """The types that follow each other in a signature."""
    at = 0
    while at < len(signature) and signature[at] not in ")^":
        found, at = _type(signature, at)
        yield found


def _type(signature: str, at: int) -> tuple[str, int]:
    """The type at a place in a signature, and where it ends."""
    letter = signature[at]
    if letter == "[":
        inner, end = _type(signature, at + 1)
        return f"{inner}[]", end
    if letter == "T":
        end = signature.index(";", at)
        return checked(signature[at + 1 : end]), end + 1
    if letter != "L":
        return _PRIMITIVES[letter], at + 1
    text, at = "", at + 1
    while signature[at] != ";":
        found = _PLAIN.match(signature, at)
        if found:
            text += class_name(found[0])
            at = found.end()
        elif signature[at] == ".":
            text, at = f"{text}.", at + 1
        else:
            bounds, at = _arguments(signature, at + 1)
            text += f"<{', '.join(bounds)}>"
    return text, at + 1


def _arguments(signature: str, at: int) -> tuple[list[str], int]:
    found = []
    while signature[at] != ">":
        if signature[at] == "*":
            found.append("?")
            at += 1
            continue
        lead = {"+": "? extends ", "-": "? super "}.get(signature[at], "")
        inner, at = _type(signature, at + bool(lead))
        found.append(lead + inner)
    return found, at + 1

"""What the Java toolchain wants to know of a program: its public class, and where `main` is."""

import re
import struct
from collections.abc import Sequence

from sandbox.command import File

_SKIPPED = re.compile(
    r'"(?:\\.|[^"\\\n])*+"|\'(?:\\.|[^\'\\\n])++\'|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL
)
_PUBLIC = re.compile(
    r"\bpublic\s+(?:(?:final|abstract|strictfp|sealed|non-sealed)\s+)*"
    r"(?:class|interface|enum|record|@interface)\s+(\w+)"
)
_MAIN = (b"main", b"([Ljava/lang/String;)V")
_HARNESS = "reward/"
_PUBLIC_STATIC = 0x0009
_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4}
_SIZES |= {15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes after the tag of each kind of constant but text (JVM specification, 4.4)."""


def public_class(source: str) -> str | None:
    """The first public class of a source, after which its file must be named."""
    found = _PUBLIC.search(_top_level(_SKIPPED.sub(" ", source)))
    return found[1] if found else None


def _top_level(source: str) -> str:
    """What stands outside all braces."""
    depth, kept = 0, []
    for piece in re.split(r"([{}])", source):
        if piece in {"{", "}"}:
            depth += 1 if piece == "{" else -1
        elif depth == 0:
            kept.append(piece)
    return " ".join(kept)


def main_class(files: Sequence[File]) -> str:
    """The name of the class to start: one with a `main` method; `Main` where there is none."""
    classes = [
        file
        for file in files
        if file.path.endswith(".class") and not file.path.startswith(_HARNESS)
    ]
    names = [_name(file) for file in classes if _has_main(file)]
    return next((n for n in names if n.rpartition(".")[2] == "Main"), names[0] if names else "Main")


def _name(file: File) -> str:
    return file.path.removesuffix(".class").replace("/", ".")


def _has_main(file: File) -> bool:
    try:
        return _MAIN in _static_methods(file.data)
    except (struct.error, IndexError, KeyError):
        return False


def _static_methods(data: bytes) -> list[tuple[bytes, bytes]]:
    """Name and descriptor of each public static method in a class file (4.1)."""
    texts, at = _texts(data)
    at += 6  # access, this, super
    (interfaces,) = struct.unpack_from(">H", data, at)
    at += 2 + 2 * interfaces
    _, at = _members(data, at)
    methods, _ = _members(data, at)
    wanted = [m for m in methods if m[0] & _PUBLIC_STATIC == _PUBLIC_STATIC]
    return [(texts[name], texts[kind]) for _, name, kind in wanted]


def _texts(data: bytes) -> tuple[dict[int, bytes], int]:
    """The texts of the constant pool, and where the pool ends."""
    (count,) = struct.unpack_from(">H", data, 8)
    texts, at, index = {}, 10, 1
    while index < count:
        tag = data[at]
        if tag == 1:
            (length,) = struct.unpack_from(">H", data, at + 1)
            texts[index] = data[at + 3 : at + 3 + length]
            at += 3 + length
        else:
            at += 1 + _SIZES[tag]
        index += 2 if tag in {5, 6} else 1
    return texts, at


def _members(data: bytes, at: int) -> tuple[list[tuple[int, int, int]], int]:
    """Access flags, name and descriptor of fields or methods, and where the table ends."""
    (count,) = struct.unpack_from(">H", data, at)
    at += 2
    members = []
    for _ in range(count):
        access, name, kind, attributes = struct.unpack_from(">HHHH", data, at)
        members.append((access, name, kind))
        at += 8
        for _ in range(attributes):
            (length,) = struct.unpack_from(">I", data, at + 2)
            at += 6 + length
    return members, at

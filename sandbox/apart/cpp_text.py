"""What a C or C++ program declares, as far as its text tells without a compiler."""

import re
from collections.abc import Sequence

from sandbox.apart.cpp_items import (
    Class,
    Enum,
    Field,
    Function,
    pointer_type,
    read_class,
    read_function,
    without_template,
)
from sandbox.apart.cpp_words import BUILTIN, STANDARD
from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import WORD, Item, blanked, items, words

SKIPPED = re.compile(
    r'R"([^()\s\\]{0,16})\(.*?(?:\)\1"|\Z)|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([a-z_][\w/+.]*)>", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+([^\n(][^\n]*)$", re.MULTILINE)
_MACRO = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+([A-Z][A-Z\d_]*)\(([\w, \t]*)\)[ \t]+([^\n]+)$", re.MULTILINE
)
_ALIAS = re.compile(
    r"^(?:typedef\s+(?P<old>.+?)\s*\b(?P<name>\w+)|using\s+(?P<n>\w+)\s*=\s*(?P<o>.+))$", re.DOTALL
)
_POINTERS = re.compile(
    r"(?:typedef\s+(?P<returns>.+?)\(\s*\*\s*(?P<name>\w+)\s*\)"
    r"|using\s+(?P<n>\w+)\s*=\s*(?P<r>.+?)\(\s*\*\s*\))\s*\((?P<params>.*)\)",
    re.DOTALL,
)
_STRUCT = re.compile(r"typedef\s+struct\s*(\w*)\s*\{([^{}]*)\}\s*(\w+)\s*;")
_CLASS = re.compile(
    r"(?P<kind>class|struct)\s+(?P<name>\w+)(?:\s+final)?(?:\s*:(?!:)\s*(?P<bases>.+))?", re.DOTALL
)
_NAMESPACE = re.compile(r"(inline\s+)?namespace\b\s*([\w:\s]*)")
_ENUM = re.compile(r"(?:typedef\s+)?enum\s*(?:class\s+|struct\s+)?(\w*)\s*(?::\s*[\w:\s]+)?")
_ENUMERATORS = re.compile(r"\s*\w+\s*(?:=[\w\s+*<>()|~'-]+)?(?:,|\Z)")
_CONSTANT = re.compile(
    r"(?:(?:static|inline)\s+)*(?:const|constexpr)\s+(?P<type>[\w:\s]*?)\s*\b(?P<name>\w+)\s*=\s*(?P<value>.+)",
    re.DOTALL,
)
_NUMBER = re.compile(
    r"[\s()]*-?(?:0x[\da-fA-F]+|[\d.]+(?:e-?\d+)?)[uUlLfF]*(?:[\s()*+<-]+[\d.]+[uUlL]*)*[\s()]*"
)
_PART = re.compile(r"boost\s*::\s*any\b|[A-Za-z_]\w*|::|[<>,&*()]|\d+|\s+")

_CALLED = {"function", "FarPointer"}
_QUALIFYING = {"std", "::", "struct", "enum", "class", "typename"}


class Declarations:
    """What a text declares at its top level, or in namespaces.

    Attributes:
        memory: whether memory that fields point to is data too, as in C.
    """

    def __init__(self, text: str) -> None:
        self.plain = blanked(text.replace("\\\n", ""), SKIPPED)
        without = _DIRECTIVE.sub("", self.plain)
        tags = {tag: name for tag, _, name in _STRUCT.findall(without) if tag not in {"", name}}
        without = _STRUCT.sub(r"struct \3 {\2};", without)
        self.includes = [name for name in _INCLUDE.findall(self.plain) if ".." not in name]
        self.using_std = re.search(r"\busing\s+namespace\s+std\b", self.plain) is not None
        used = re.findall(r"\busing\s+namespace\s+([\w:\s]+?)\s*;", self.plain)
        self.used_spaces = {tuple(re.findall(r"\w+", space)) for space in used} - {("std",)}
        defined = dict(_DEFINE.findall(self.plain))
        self.constants = {
            name: value.strip() for name, value in defined.items() if _NUMBER.fullmatch(value)
        }
        self.constant_spaces: dict[str, tuple[str, ...]] = {}
        self.macros = {
            name: (taken, body)
            for name, taken, body in _MACRO.findall(self.plain)
            if _is_pure(taken, body)
        }
        self.aliases = {n: value for n, value in defined.items() if n not in self.constants} | tags
        self.pointers: dict[str, str] = {}
        self.memory = False
        self.functions: list[Function] = []
        self.operators: list[Function] = []
        self.classes: dict[str, Class] = {}
        self.enums: dict[str, Enum] = {}
        self.spaces: dict[tuple[str, ...], None] = {}
        self.names: set[str] = set()
        self._read_all(without, ())

    def _read_all(self, text: str, space: tuple[str, ...]) -> None:
        found = list(items(text))
        for at, item in enumerate(found):
            after = found[at + 1].head if at + 1 < len(found) else ""
            self._read(item, after, space)

    def _read(self, item: Item, after: str, space: tuple[str, ...]) -> None:
        head = " ".join(item.head.split())
        if item.body is None:
            self._declare(head, space)
            return
        if (named := _NAMESPACE.fullmatch(head)) is not None:
            inner = space if named[1] else (*space, *WORD.findall(named[2]))
            if inner:
                self.spaces[inner] = None
            self._read_all(item.body, inner)
            return
        head, generic = without_template(head)
        found = _CLASS.fullmatch(head)
        if found:
            made = read_class(found, item.body)
            made.space, made.generic = space, generic
            self.names.add(made.name)
            self.classes[made.name] = made
            if not generic:
                self.operators += made.friends
        elif enum := _ENUM.fullmatch(head):
            self._enumerate(enum, item.body, after, space)
        elif function := read_function(head, generic=generic, space=space):
            if function.name.startswith("operator"):
                self.operators.append(function)
            else:
                self.names.add(function.name)
                self.functions.append(function)
        else:
            self.names |= set(re.findall(r"\b(?:class|struct|enum)\s+(\w+)\s*(?::|$)", head))
            if (guess := re.search(r"(\w+)\s*\(", head)) is not None:
                self.names.add(guess[1])

    def _declare(self, head: str, space: tuple[str, ...]) -> None:
        if pointer := _POINTERS.fullmatch(head):
            name = pointer["name"] or pointer["n"]
            self.aliases[name] = pointer_type(pointer["returns"] or pointer["r"], pointer["params"])
            self.pointers[name] = head
        elif alias := _ALIAS.fullmatch(head):
            name, kind = alias["name"] or alias["n"], alias["old"] or alias["o"]
            if words(kind) - {"struct", "enum"} != {name}:
                self.aliases[name] = kind
        elif (constant := _CONSTANT.fullmatch(head)) and _NUMBER.fullmatch(constant["value"]):
            self.constants[constant["name"]] = constant["value"].strip()
            self.constant_spaces[constant["name"]] = space

    def _enumerate(
        self, found: re.Match[str], body: str, after: str, space: tuple[str, ...]
    ) -> None:
        name = found[1] or (after if WORD.fullmatch(after) else "")
        if not _ENUMERATORS.sub("", body.strip()):
            names = frozenset(re.findall(r"(?:^|,)\s*(\w+)", body))
            lead = " ".join(found[0].removeprefix("typedef").split())
            lead = lead if found[1] else f"enum {name}"
            made = Enum(name, f"{lead} {{ {' '.join(body.split())} }};", names, space)
            self.enums[name or f" {len(self.enums)}"] = made

    def canonical(self, written: str, depth: int = 0, known: Sequence[str] = ()) -> str:
        """A type in the words of the standard library, all aliases replaced.

        Args:
            written: the type as the program has it.
            depth: of aliases within aliases.
            known: further names that stand for types.

        Raises:
            Unsplittable: it is no plain data.
        """
        if depth > 20 or len(written) > 2000:
            raise Unsplittable(f"the type {written[:60]} is no plain data")
        done = []
        if _PART.sub("", written) or ("(" in written and not words(written) & _CALLED):
            raise Unsplittable(f"the type {' '.join(written.split())[:60]} is no plain data")
        for part in _PART.findall(written):
            if part in _QUALIFYING or part.isspace() or self._is_space(part):
                continue
            if part in self.aliases and part not in known:
                done.append(self.canonical(self.aliases[part], depth + 1, known))
            elif (name := self._standing(part, known)) is not None:
                done.append(name)
            else:
                raise Unsplittable(f"the type {' '.join(written.split())[:60]} is no plain data")
        return " ".join(done)

    def _is_space(self, part: str) -> bool:
        return part not in self.classes and any(part in space for space in self.spaces)

    def _standing(self, part: str, known: Sequence[str]) -> str | None:
        """What a name in a type stands for; None where it is not known."""
        if part.startswith("boost"):
            return "boost::any"
        if part in {"FarPointer", "Row"} and part not in self.classes:
            return f"reward_wire::{part}"
        if part in self.constants:
            return f"({self.constants[part]})"
        if part in STANDARD and part not in known:
            return f"std::{part}"
        ours = part in BUILTIN or part in self.classes or part in self.enums
        return part if ours or part in known or not WORD.fullmatch(part) else None

    def is_data(self, name: str, within: tuple[str, ...] = ()) -> bool:
        """Whether a class has fields that anybody can see, all of plain data, and no others.

        Pointers to such classes are plain data too.
        """
        found = self.classes.get(name)
        if found is None or found.opaque or not found.fields or found.extends or found.base:
            return False
        if len(within) > 20 or found.abstract or found.generic:
            return False
        return all(self._fits(f, (*within, name)) for f in found.fields)

    def _fits(self, field: Field, within: tuple[str, ...]) -> bool:
        sized = all(
            size.isdigit() or size in self.constants for size in re.findall(r"\w+", field.size)
        )
        if not sized:
            return False
        try:
            written = self.canonical(field.kind, len(within))
        except Unsplittable:
            return False
        named = words(written) & self.classes.keys()
        if self.memory and "void" not in written and "reward_wire" not in written:
            return all(name in within or self.is_data(name, within) for name in named)
        to = re.findall(r"(\S+) \*", written)
        if len(to) != written.count("*") or set(to) - named:
            return False
        return all(name in within or self.is_data(name, within) for name in named)

    def declared(self, found: Field) -> str:
        """A field as it is declared in the words of the library."""
        size = re.sub(r"\w+", lambda one: f"({self.constants.get(one[0], one[0])})", found.size)
        return f"{self.canonical(found.kind)} {found.name}{size}"

    def pointed(self, name: str) -> set[str]:
        """The classes that a class's fields have pointers to, and itself where it has any."""
        kinds = [self.canonical(f.kind) for f in self.classes[name].fields]
        to = re.findall(r"(\w+) \*|_ptr < (\w+)", " ".join(kinds))
        found = {one or other for one, other in to} & self.classes.keys()
        return found | {name} if found else found


def _is_pure(taken: str, body: str) -> bool:
    """Whether a macro is a sum of its arguments and numbers, and changes nothing."""
    depth = 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return False
    changes = re.search(r"\+\+|--|(?<![<>=!])=(?!=)|[^\w\s()+*/%<>=!&|^~?:,.-]", body)
    own = all(name in words(taken) for name in words(body))
    return depth == 0 and not changes and own and not re.search(r"[\w)]\s*\(", body)

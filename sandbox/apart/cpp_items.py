"""The functions and the classes of a C or C++ program, each by its head."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.apart.cpp_words import BUILTIN, EXCEPTIONS, KEYWORDS
from sandbox.apart.text import items, parts, words

_DROPPED = re.compile(
    r"\b(?:static|inline|constexpr|extern|friend|virtual|explicit|__attribute__\s*\(\(.*?\)\))(?!\w)|\[\[.*?\]\]"
)
_FUNCTION = re.compile(
    r"(?P<returns>.*?[\s*&>])(?P<name>[A-Za-z_]\w*)\s*\((?P<params>.*)\)"
    r"(?P<after>(?:\s|const|noexcept|override|final)*)(?:->(?P<trailing>.+))?",
    re.DOTALL,
)
_AFTER = r"\s*(\w+)\s*((?:\[\s*\w+\s*\])+)?\s*(=.*)?"
_DECLARED = re.compile(rf"(.*?[\s*&>]){_AFTER}", re.DOTALL)
_ANOTHER = re.compile(rf"(\**){_AFTER}", re.DOTALL)
_POINTER = re.compile(
    r"(?P<returns>.+?)\(\s*\*\s*(?:const\b\s*)?\w*\s*\)\s*\((?P<params>.*)\)", re.DOTALL
)
_STATIC = re.compile(
    r"(?:(?:inline|static|const|constexpr)\s+){2,}[\w:\s]*?\b(\w+)\s*=\s*(.+)", re.DOTALL
)
_TEMPLATE = re.compile(r"template\s*<")
_VALUES = frozenset(words("int unsigned size_t long bool char short std auto"))
_LITERAL = re.compile(
    r"-?[\d.]+(?:[eE]-?\d+)?[uUlLfF]*|true|false|nullptr|NULL|\{\}|\"\"|' '|INT_MAX|INT_MIN"
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program.

    Attributes:
        name: without its class; "operator+" for an operator.
        returns, params: types as the program wrote them.
        defaults: of the last parameters, those that have one.
        static: of a method, whether it needs no object.
        const: of a method, whether it leaves its object as it is.
        space: the namespaces that it stands in.
        generic: the names of its template's parameters.
    """

    name: str
    returns: str
    params: tuple[str, ...]
    defaults: tuple[str, ...] = ()
    static: bool = True
    const: bool = False
    space: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()


class Field(NamedTuple):
    """A field of a class; `value` is what it starts with, `size` that of an array, or empty."""

    kind: str
    name: str
    value: str = ""
    size: str = ""


@dataclass(slots=True)
class Class:
    """A class of the program.

    Attributes:
        fields: those that anybody can see.
        constants: static ones, with their numbers.
        opaque: whether it has others, or ones that are no fields.
        closed: whether only itself makes its objects, as far as one of its constructors tells.
        base: the standard exception that it is, if any.
        extends: another class of the program.
    """

    name: str
    fields: list[Field] = field(default_factory=list)
    methods: list[Function] = field(default_factory=list)
    makers: list[Function] = field(default_factory=list)
    friends: list[Function] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    opaque: bool = False
    abstract: bool = False
    closed: bool = False
    base: str = ""
    extends: str = ""
    space: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enum:
    """An enumeration, as it is declared; `names` are those it brings with it."""

    name: str
    text: str
    names: frozenset[str]
    space: tuple[str, ...]


def without_template(head: str) -> tuple[str, tuple[str, ...]]:
    """A head without the template that it starts with, and the names of its parameters."""
    if not _TEMPLATE.match(head):
        return head, ()
    depth = 0
    for end, letter in enumerate(head):  # noqa: B007 - where it ends
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter == ">" and not depth:
            break
    names = []
    for part in parts(head[head.index("<") + 1 : end]):
        named = re.fullmatch(r"([\w:<>\s]+?)\s*\b(\w+)(?:\s*=.*)?", part)
        if named is None or (words(named[1].rpartition("::")[2]) or _VALUES) & _VALUES:
            return "template", ()
        names.append(named[2])
    rest = re.sub(r"^\s*requires\s+[\w:]+(?:<[^<>]*>)?", "", head[end + 1 :])
    return rest.strip(), tuple(names)


def read_function(
    head: str,
    *,
    member: bool = False,
    generic: tuple[str, ...] = (),
    space: tuple[str, ...] = (),
) -> Function | None:
    """The function that a head defines, if it is one that can be called by its name."""
    static = not member or re.search(r"\bstatic\b", head) is not None
    head = _DROPPED.sub(" ", head).strip()
    symbol = re.search(r"\boperator\s*([-+*/%<>=!&|^~]{1,3}|\[\s*\]|\(\s*\))\s*(?=\()", head)
    if symbol:
        head = head.replace(symbol[0], "reward_operator ", 1)
    found = _FUNCTION.fullmatch(head)
    if found is None or head.startswith(("template", "operator", "~")):
        return None
    if found["name"] in KEYWORDS or "operator" in found["returns"] or "=" in found["returns"]:
        return None
    written = [] if found["params"].strip() == "void" else parts(found["params"])
    defaults = [part.split("=", 1)[1].strip() for part in written if "=" in part]
    params = [_param(part.split("=", 1)[0]) for part in written]
    for at, param in enumerate(params):
        if re.search(r"\bauto\b", param):
            params[at] = re.sub(r"\bauto\b", f"Auto{at}", param)
            generic = (*generic, f"Auto{at}")
    return Function(
        f"operator{''.join(symbol[1].split())}" if symbol else found["name"],
        (found["trailing"] or found["returns"]).strip(),
        tuple(params),
        tuple(defaults),
        static,
        re.search(r"\bconst\b", found["after"] or "") is not None,
        space,
        generic,
    )


def _param(written: str) -> str:
    """The type of a parameter, without its name; an array is a pointer to its elements or rows."""
    written = written.strip()
    if function := _POINTER.fullmatch(written):
        return pointer_type(function["returns"], function["params"])
    array = re.fullmatch(r"(.*?)\[[^\]]*\]((?:\s*\[[^\]]*\])*)", written, re.DOTALL)
    if array:
        written = array[1].strip()
    named = re.fullmatch(r"(.*[\s*&>])([A-Za-z_]\w*)", written, re.DOTALL)
    if named and named[2] not in BUILTIN and words(named[1]) - {"const", "struct", "enum", "std"}:
        written = named[1].strip()
    if array and array[2]:
        return f"Row<{written}, {', '.join(re.findall(r'[^][]+', array[2]))}> *"
    return f"{written} *" if array else written


def pointer_type(returns: str, params: str) -> str:
    """A pointer to a function, in the words of the wire."""
    taken = [] if params.strip() == "void" else parts(params)
    return f"FarPointer<{returns.strip()}({', '.join(map(_param, taken))})>"


def read_class(head: re.Match[str], body: str) -> Class:
    """The class of a head, and of what stands in its braces."""
    found = Class(head["name"])
    private = head["kind"] == "class"
    bases = re.sub(r"\b(?:public|virtual|std)\b|::", " ", head["bases"] or "").split()
    if len(bases) == 1 and bases[0] in EXCEPTIONS:
        found.base = bases[0]
    elif bases:
        found.extends = bases[0] if len(bases) == 1 else " ".join(bases)
    body = re.sub(r"\b(public|private|protected)\s*:(?!:)", r"@\1;", body)
    for item in items(body):
        head_text = " ".join(item.head.split())
        if head_text.startswith("@"):
            private = head_text != "@public"
        elif item.body is not None and item.head and re.search(r"[)\w]\s*$", item.head):
            _member(found, head_text, private=private, braced=item.body)
        elif item.body is None:
            _field(found, head_text, private=private)
    return found


def _member(found: Class, head: str, *, private: bool, braced: str = "") -> None:
    if "(" not in head:
        _field(found, f"{head}={braced.strip()}", private=private)
        return
    if head.startswith(("template", "enum", "struct", "class", "union")):
        found.opaque |= not head.startswith("template")
        return
    if head.startswith("friend "):
        function = read_function(head)
        found.friends += [function] if function and function.name.startswith("operator") else []
        return
    found.opaque |= "virtual" in head or "override" in head
    signature = re.split(r"\)\s*(?:noexcept\s*)?:(?!:)", head, maxsplit=1)
    text = signature[0] + ")" if len(signature) > 1 else head
    maker = re.fullmatch(
        rf"(?:explicit\s+|constexpr\s+)*{found.name}\s*(\(.*\))(?:\s*noexcept)?", text
    )
    if maker:
        function = read_function(f"void make{maker[1]}")
        if not private and function and not _copies(function, found.name):
            found.makers.append(function)
        found.opaque |= private
        found.closed |= private
    elif not private and (function := read_function(text, member=True)):
        found.methods.append(function)


def _copies(function: Function, name: str) -> bool:
    """Whether a constructor takes an object of its own class, and not by a pointer."""
    return any(name in words(param) and "*" not in param for param in function.params)


def _field(found: Class, head: str, *, private: bool) -> None:
    if not head or head.startswith(("using ", "typedef ", "friend ")):
        return
    if "(" in head.split("=", 1)[0]:
        _declared(found, head, private=private)
        return
    constant = _STATIC.fullmatch(head)
    if constant and not private and _LITERAL.fullmatch(constant[2].strip()):
        found.constants[constant[1]] = constant[2].strip()
    first, *others = parts(head)
    plain = _DECLARED.fullmatch(first)
    more = [_ANOTHER.fullmatch(other) for other in others]
    if private or plain is None or None in more or "static" in head:
        found.opaque = True
        return
    kind = plain[1].strip()
    base = kind.rstrip("* ")
    for one in (plain, *more):
        assert one is not None
        value = (one[4] or "").removeprefix("=").strip()
        found.fields.append(
            Field(
                kind if one is plain else f"{base} {one[1]}".strip(),
                one[2],
                value if _LITERAL.fullmatch(value) and not one[3] else "",
                one[3] or "",
            )
        )


def _declared(found: Class, head: str, *, private: bool) -> None:
    """A member that is declared here and defined elsewhere, by default, or nowhere."""
    if re.search(r"\(\s*\*", head):  # a field that is a pointer to a function
        found.opaque = True
        return
    abstract = re.fullmatch(r"(.*)=\s*0", head)
    found.abstract |= abstract is not None
    found.opaque |= "virtual" in head or "override" in head
    text = re.sub(r"=\s*default$", "", (abstract[1] if abstract else head)).strip()
    if "delete" not in text and "~" not in text:
        _member(found, text, private=private)

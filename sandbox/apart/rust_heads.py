"""What the heads of a Rust program's items say: parameters, bounds, types."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sandbox.apart.halves import Unsplittable
from sandbox.apart.text import Item, closing, items, parts

FUNCTION = re.compile(r"(?P<lead>.*?)\bfn\s+(?P<name>\w+)\s*(?=[<(])", re.DOTALL)
NUMBER = "const "
"""What a parameter that is a number has before its type, in the place of bounds."""

_CALLED = re.compile(r"\s*(?:for\s*<[^<>]*>\s*)?Fn(?:Mut|Once)?\s*\(")
_TARGET = re.compile(r"(?:&\s*(?:'\w+\s+)?)?\w+\s*(?:<[\w\s,'<>&]*>)?")
_BOUNDS = re.compile(r"[\w\s:<>+='?(),&\[\]-]*")


@dataclass(frozen=True, slots=True)
class Generics:
    """What stands between "<" and ">" of a declaration, and behind its `where`.

    Attributes:
        lifetimes: as "'a".
        types: names with their bounds; parameters that are numbers are among them.
    """

    lifetimes: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the types."""
        return tuple(name for name, _ in self.types)

    def written(self, more: str = "") -> str:
        """As a declaration has them, with a further bound for each type."""
        inside = ", ".join((*self.lifetimes, *(_declared(one, more) for one in self.types)))
        return f"<{inside}>" if inside else ""

    def given(self) -> str:
        """As a type has them behind its name."""
        inside = ", ".join(
            (*(lifetime[:2] and lifetime.split(":")[0] for lifetime in self.lifetimes), *self.names)
        )
        return f"<{inside}>" if inside else ""


def _declared(parameter: tuple[str, str], more: str) -> str:
    name, bounds = parameter
    if bounds.startswith(NUMBER):
        return f"const {name}: {bounds.removeprefix(NUMBER)}"
    bounds = " + ".join(filter(None, (bounds, more)))
    return f"{name}: {bounds}" if bounds else name


@dataclass(frozen=True, slots=True)
class Type:
    """A struct or enum of the program: its body and the traits it derives."""

    kind: str
    body: str
    derived: str
    generics: Generics
    module: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impl:
    """What an `impl` stands for: a type with its parameters, and a trait or none.

    Attributes:
        types: what it names (`type Output = …`).
        closures: its parameters that are functions, with their bounds: in `target` boxes.
    """

    target: str
    generics: Generics
    trait: str
    module: tuple[str, ...]
    types: str = ""
    closures: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The type without parameters."""
        return re.sub(r"^&\s*(?:'\w+\s+)?", "", self.target).partition("<")[0].strip()


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program; `inside` is the `impl` that it stands in, if any."""

    name: str
    params: tuple[tuple[str, str], ...]
    returns: str
    generics: Generics
    inside: Impl | None = None
    module: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """How it is called."""
        inside = self.inside
        if inside is None:
            return "::".join((*self.module, self.name))
        target, trait = (re.sub(r"'\w+", "'_", one) for one in (inside.target, inside.trait))
        return f"<{target} as {trait}>::{self.name}" if trait else f"<{target}>::{self.name}"

    @property
    def open_types(self) -> tuple[tuple[str, str], ...]:
        """All types that a call decides, with their bounds: those of the `impl` too."""
        return (*(self.inside.generics.types if self.inside else ()), *self.generics.types)


def bare_fields(text: str) -> list[str]:
    """What stands between the brackets that a text starts with, without visibility."""
    inside = [bare(part) for part in parts(text[1 : closing(text, 0)])]
    return [re.sub(r"^pub\s*(\([^)]*\))?\s*", "", part) for part in inside if part]


def name_of(item: Item) -> str:
    """The name of a function, or empty."""
    found = FUNCTION.match(bare(item.head))
    return found["name"] if found else ""


def bare(head: str) -> str:
    """A head without attributes."""
    return re.sub(r"#!?\[[^\]]*\]", "", head).strip()


def _angle(text: str) -> int:
    """Where the "<" that a text starts with is closed."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "<") - (letter == ">" and text[at - 1] not in "-=")
        if not depth:
            return at
    return len(text)


def generics_of(text: str) -> tuple[Generics, str]:
    """The parameters that a text starts with, if any, and the rest."""
    text = text.strip()
    if not text.startswith("<"):
        return Generics(), text
    end = _angle(text)
    lifetimes, types = [], []
    for part in parts(text[1:end]):
        name, _, bounds = part.partition(":")
        if not _BOUNDS.fullmatch(part):
            raise Unsplittable(f"the parameter {part[:60]} can't cross")
        if name.startswith(NUMBER):
            types.append((name.removeprefix(NUMBER), NUMBER + bounds.split("=")[0].strip()))
            continue
        if name.startswith("'"):
            lifetimes.append(part)
        else:
            types.append(
                (
                    name.strip().split("=")[0].strip(),
                    bounds.split("=")[0].strip() if "<" not in bounds else bounds.strip(),
                )
            )
    return Generics(tuple(lifetimes), tuple(types)), text[end + 1 :].strip()


def with_where(generics: Generics, where: str) -> Generics:
    """Parameters with the bounds behind a `where`."""
    bounds = dict(generics.types)
    for clause in parts(where.strip()):
        name, _, bound = clause.partition(":")
        if name.strip() not in bounds or not _BOUNDS.fullmatch(bound):
            raise Unsplittable(f"the bound {clause[:60]} can't cross")
        bounds[name.strip()] = " + ".join(filter(None, (bounds[name.strip()], bound.strip())))
    return Generics(generics.lifetimes, tuple(bounds.items()))


def with_names(
    params: tuple[tuple[str, str], ...], generics: Generics
) -> tuple[tuple[tuple[str, str], ...], Generics]:
    """Types that are `impl Trait` get names."""
    made, types = [], list(generics.types)
    for at, (name, kind) in enumerate(params):
        found = re.fullmatch(r"(&\s*(?:'\w+\s+)?(?:mut\s+)?)?\(?impl\s+(.*?)\)?", kind, re.DOTALL)
        if found and _BOUNDS.fullmatch(found[2]):
            bounds = found[2] if found[2].count("(") == found[2].count(")") else found[2] + ")"
            types.append((f"Reward{at}", bounds))
            made.append((name, f"{found[1] or ''}Reward{at}"))
        else:
            made.append((name, kind))
    return tuple(made), Generics(generics.lifetimes, tuple(types))


def impl_of(head: str, module: tuple[str, ...]) -> Impl | None:
    """What an item is an `impl` for, if it is one that can be read."""
    if not re.match(r"impl\b", head):
        return None
    try:
        generics, rest = generics_of(head.removeprefix("impl"))
        rest, _, where = re.split(r"(\bwhere\b|\Z)", rest, maxsplit=1)
        generics = with_where(generics, where)
    except Unsplittable:
        return None
    trait, found, target = rest.partition(" for ")
    if not found:
        trait, target = "", rest
    target = " ".join(target.split())
    if not _TARGET.fullmatch(target) or not _BOUNDS.fullmatch(trait):
        return None
    closures = tuple(one for one in generics.types if _CALLED.match(one[1]))
    generics = Generics(generics.lifetimes, tuple(o for o in generics.types if o not in closures))
    target = with_boxes(target, closures)
    return Impl(target, generics, " ".join(trait.split()), module, closures=closures)


def with_boxes(text: str, closures: tuple[tuple[str, str], ...]) -> str:
    """A type in which parameters that are functions are boxes of such."""
    for name, bound in closures:
        text = re.sub(rf"\b{name}\b", f"Box<dyn {bound}>".replace("\\", ""), text)
    return text


def taking(
    params: tuple[tuple[str, str], ...], closures: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """The parameters of a method of such an `impl`: it takes any function, which is boxed."""
    bounds = dict(closures)
    return tuple(
        (name, f"impl {bounds[kind]} + 'static" if kind in bounds else with_boxes(kind, closures))
        for name, kind in params
    )


def with_types(impl: Impl, body: str) -> Impl:
    """An `impl` with the types that it names (`type Output = …`)."""
    lines = (bare(item.head) for item in items(body) if item.body is None)
    kept = "; ".join(line for line in lines if re.fullmatch(r"type\s+\w+\s*=.*", line, re.DOTALL))
    return replace(impl, types=kept)


def param_of(text: str) -> tuple[str, str]:
    """The name and the type of a parameter."""
    text = " ".join(text.split())
    if re.fullmatch(r"(&\s*('\w+\s+)?)?(mut\s+)?self", text):
        lead = text.removesuffix("self").strip()
        return "self", f"{lead} Self".strip() if lead != "mut" else "Self"
    name, _, kind = text.partition(":")
    return re.sub(r"^(mut|ref)\s+", "", name.strip()), kind.strip()


def variants(body: str) -> Iterator[tuple[str, str]]:
    """The names of an enum's variants, each with its fields in brackets.

    Raises:
        Unsplittable: they can't be read.
    """
    for variant in parts(body.strip()[1:-1]):
        named = re.fullmatch(r"(\w+)\s*([({].*)?(?:=.*)?", bare(variant), re.DOTALL)
        if named is None:
            raise Unsplittable(f"the variant {variant[:60]} can't be read")
        yield named[1], named[2] or ""

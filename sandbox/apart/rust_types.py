"""How a Rust program's structs and enums are declared again, and travel: field by field."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_heads import Impl, Type, bare_fields, variants
from sandbox.apart.rust_text import Program
from sandbox.apart.text import WORD, words

_CELL = re.compile(r"\b(?:RefCell|Cell|Mutex|RwLock|Atomic\w+)\b")
_CLOSED = {"": "", "(": ")", "{": "}"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Names and types in "(" or "{" brackets, or in none."""

    opening: str
    rows: tuple[tuple[str, str], ...]

    def _in_brackets(self, inside: str) -> str:
        return f"{self.opening}{inside}{_CLOSED[self.opening]}"

    def declared(self, lead: str = "") -> str:
        """As a declaration has them."""
        named = "{" in self.opening
        return self._in_brackets(
            ", ".join(
                f"{lead}{name}: {kind}" if named else f"{lead}{kind}" for name, kind in self.rows
            )
        )

    def pattern(self) -> str:
        """As a pattern that binds them to names of our own."""
        named = "{" in self.opening
        return self._in_brackets(
            ", ".join(
                f"{name}: r{i}" if named else f"r{i}" for i, (name, _) in enumerate(self.rows)
            )
        )

    def put(self) -> str:
        """Statements that write them."""
        return " ".join(f"Wire::put(r{i}, to);" for i in range(len(self.rows)))

    def celled(self, verb: str) -> str:
        """Statements that write, or read, what stands in cells of theirs."""
        side = "to" if verb == "put" else "from"
        return " ".join(f"Wire::{verb}_cells(r{i}, {side});" for i in range(len(self.rows)))

    def seen(self) -> str:
        """Statements that show them."""
        return " ".join(f"Wire::visit(r{i}, see);" for i in range(len(self.rows)))

    def got(self) -> str:
        """As an expression that reads them."""
        named = "{" in self.opening
        return self._in_brackets(
            ", ".join(
                f"{name}: Wire::get(from)" if named else "Wire::get(from)" for name, _ in self.rows
            )
        )


def declared(found: Program, name: str) -> str:
    """A type of the program, of its fields and of traits that go by the fields."""
    kind = found.types[name]
    traits = set(filter(None, kind.derived.split(", "))) | found.extra.get(name, set())
    if "Eq" in traits:
        traits.add("PartialEq")
    derive = f"#[derive({', '.join(sorted(traits))})]\n" if traits else ""
    head = f"{name}{kind.generics.written()}"
    if kind.kind == "struct":
        end = "" if kind.body.lstrip().startswith("{") else ";"
        return f"{derive}pub struct {head} {_fields(found, kind, kind.body).declared('pub ')}{end}"
    rows = (f"{title} {fields.declared()}" for title, fields in _variants(found, kind))
    return f"{derive}pub enum {head} {{ {', '.join(rows)} }}"


def wired(found: Program, name: str, path: str) -> str:
    """How a type of the program travels."""
    kind = found.types[name]
    if kind.kind == "struct":
        rows = [("", _fields(found, kind, kind.body))]
        gets = f"{path} {rows[0][1].got()}"
    else:
        rows = _variants(found, kind)
        made = [f"{path}::{title} {fields.got()}" for title, fields in rows]
        tagged = " ".join(f"{tag} => {one}," for tag, one in enumerate(made[1:], 1))
        gets = f"match u8::get(from) {{ {tagged} _ => {made[0]} }}"

    def each(stated: Callable[[Fields], str], *, tags: bool = False) -> str:
        if kind.kind == "struct":
            fields = rows[0][1]
            return f"let {path} {fields.pattern()} = self; {stated(fields)}"
        arms = (
            f"{path}::{title} {fields.pattern()} => {{ "
            f"{f'to.push({tag}); ' * tags}{stated(fields)} }}"
            for tag, (title, fields) in enumerate(rows)
        )
        return f"match self {{ {' '.join(arms)} }}"

    methods = [
        ("put(&self, to: &mut Vec<u8>)", f"let _ = &to; {each(Fields.put, tags=True)}"),
        ("get(from: &mut &[u8]) -> Self", f"let _ = &from; {gets}"),
        (
            "visit(&mut self, see: &mut reward_wire::See)",
            f"reward_wire::see_it(self, see); {each(Fields.seen)}",
        ),
    ]
    if has_cells(found, kind.body, None):
        methods += [
            ("put_cells(&self, to: &mut Vec<u8>)", each(lambda one: one.celled("put"))),
            ("get_cells(&self, from: &mut &[u8])", each(lambda one: one.celled("get"))),
        ]
    bodies = (f"fn {head} {{ use reward_wire::Wire; {body} }}" for head, body in methods)
    generics = kind.generics.written("reward_wire::Wire")
    return (
        f"impl{generics} reward_wire::Wire for {path}{kind.generics.given()}"
        f"{_where(kind, name, [fields for _, fields in rows])} {{ {' '.join(bodies)} }}"
    )


def _where(kind: Type, name: str, fields: Sequence[Fields]) -> str:
    needed = [
        f"{written}: reward_wire::Wire"
        for one in fields
        for _, written in one.rows
        if words(written) & set(kind.generics.names) and name not in words(written)
    ]
    return f" where {', '.join(dict.fromkeys(needed))}" if needed else ""


def checked_fields(found: Program, name: str) -> None:
    """See to it that values of a type are data.

    Raises:
        Unsplittable: they are not.
    """
    kind = found.types[name]
    if kind.kind == "struct":
        _fields(found, kind, kind.body)
    else:
        _variants(found, kind)


def has_cells(found: Program, text: str, inside: Impl | None) -> bool:
    """Whether values of a type have parts that change without being borrowed for that."""
    return found.reaches(
        text, inside, lambda one: bool(_CELL.search(one) or words(one) & found.kept)
    )


def _variants(found: Program, kind: Type) -> list[tuple[str, Fields]]:
    rows = [(title, _fields(found, kind, body)) for title, body in variants(kind.body)]
    if not rows:
        raise Unsplittable("an enum without variants is no data")
    return rows


def _fields(found: Program, kind: Type, body: str) -> Fields:
    """The fields in the brackets that a text starts with."""
    body = body.strip().rstrip(";").strip()
    if not body:
        return Fields("", ())
    inside, known = bare_fields(body), kind.generics.names
    if body.startswith("("):
        rows = [(f"f{i}", found.checked(one, known)) for i, one in enumerate(inside)]
        return Fields("(", tuple(rows))
    rows = []
    for part in inside:
        name, _, written = part.partition(":")
        if not WORD.fullmatch(name.strip().removeprefix("r#")):
            raise Unsplittable(f"the field {part[:60]} can't be read")
        rows.append((name.strip(), found.checked(written.strip(), known)))
    return Fields("{", tuple(rows))

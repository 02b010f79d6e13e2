"""How a Rust program's structs and enums are declared again, and travel: field by field."""

from dataclasses import dataclass

from sandbox.apart.halves import Unsplittable
from sandbox.apart.rust_heads import Type, bare_fields, variants
from sandbox.apart.rust_text import Program
from sandbox.apart.text import WORD, words

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
        fields = _fields(found, kind, kind.body)
        opened = f"let {path} {fields.pattern()} = self;"
        put, seen = f"{opened} {fields.put()}", f"{opened} {fields.seen()}"
        return _impl((kind, name, path), [fields], (put, f"{path} {fields.got()}", seen))
    rows = _variants(found, kind)
    puts = [
        f"{path}::{title} {fields.pattern()} => {{ to.push({tag}); {fields.put()} }}"
        for tag, (title, fields) in enumerate(rows)
    ]
    shown = [
        f"{path}::{title} {fields.pattern()} => {{ {fields.seen()} }}" for title, fields in rows
    ]
    made = [f"{path}::{title} {fields.got()}" for title, fields in rows]
    gets = [f"{tag} => {one}," for tag, one in enumerate(made[1:], 1)]
    return _impl(
        (kind, name, path),
        [fields for _, fields in rows],
        (
            f"match self {{ {' '.join(puts)} }}",
            f"match u8::get(from) {{ {' '.join(gets)} _ => {made[0]} }}",
            f"match self {{ {' '.join(shown)} }}",
        ),
    )


def _impl(of: tuple[Type, str, str], fields: list[Fields], bodies: tuple[str, str, str]) -> str:
    (kind, name, path), (put, get, seen) = of, bodies
    generics = kind.generics
    needed = [
        f"{written}: reward_wire::Wire"
        for one in fields
        for _, written in one.rows
        if words(written) & set(generics.names) and name not in words(written)
    ]
    where = f" where {', '.join(dict.fromkeys(needed))}" if needed else ""
    return (
        f"impl{generics.written('reward_wire::Wire')} reward_wire::Wire for "
        f"{path}{generics.given()}{where} {{ "
        f"fn put(&self, to: &mut Vec<u8>) {{ use reward_wire::Wire; let _ = &to; {put} }} "
        f"fn get(from: &mut &[u8]) -> Self {{ use reward_wire::Wire; let _ = &from; {get} }} "
        "fn visit(&mut self, see: &mut reward_wire::See) { use reward_wire::Wire; "
        f"reward_wire::see_it(self, see); {seen} }} }}"
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

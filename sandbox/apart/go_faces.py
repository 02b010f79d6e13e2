"""Go: what stands for an object of the other process, by the interfaces that programs declare."""

import re
from collections.abc import Iterator

from sandbox.apart.go_text import ASKING, Function, Program, method_of

_LIBRARY = {
    "fmt.Stringer": ("String() string",),
    "io.Reader": ("Read(p []byte) (n int, err error)",),
    "io.Writer": ("Write(p []byte) (n int, err error)",),
    "io.StringWriter": ("WriteString(s string) (n int, err error)",),
    "io.Closer": ("Close() error",),
    "io.ReadWriter": ("Read(p []byte) (n int, err error)", "Write(p []byte) (n int, err error)"),
    "io.ReadCloser": ("Read(p []byte) (n int, err error)", "Close() error"),
    "io.WriteCloser": ("Write(p []byte) (n int, err error)", "Close() error"),
    "sort.Interface": ("Len() int", "Less(i, j int) bool", "Swap(i, j int)"),
    "heap.Interface": (
        "Len() int",
        "Less(i, j int) bool",
        "Swap(i, j int)",
        "Push(x interface{})",
        "Pop() interface{}",
    ),
    "context.Context": (
        "Deadline() (deadline time.Time, ok bool)",
        "Done() <-chan struct{}",
        "Err() error",
        "Value(key interface{}) interface{}",
    ),
}
"""Interfaces of the library that programs take, with their methods."""


def faces(found: Program) -> dict[str, list[Function]]:
    """The interfaces for which something can stand, with their methods.

    Those whose values tests might take for data they are asked about are left out: interfaces that
    tests do not name, with methods that compare.
    """
    made = {}
    for name, kind in found.types.items():
        if name in found.used and kind.body.startswith("interface") and not kind.generic:
            methods = _methods(found, kind.body, 0)
            named = name in found.words or not any(m.name in ASKING for m in methods or ())
            if methods and named:
                made[name] = methods
    rows = (*found.functions, *found.methods)
    texts = [f"{row.params} {row.results}" for row in rows]
    texts += [found.types[name].body for name in found.used]
    text = " ".join((*texts, *found.variables.values()))
    for name, heads in _LIBRARY.items():
        package = name.partition(".")[0]
        if package in found.imports and re.search(rf"\b{re.escape(name)}\b", text):
            found.packages.add(package)
            made[name] = [one for head in heads if (one := method_of(head))]
    return made


def _methods(found: Program, body: str, depth: int) -> list[Function] | None:
    """All methods of an interface; None if it is more than methods."""
    methods: list[Function] = []
    for line in re.split(r"[\n;]", body[body.index("{") + 1 : body.rindex("}")]):
        head = line.strip()
        if not head:
            continue
        inside = found.types.get(head)
        if inside is not None and depth < 20:
            more = _methods(found, inside.body, depth + 1) if "interface" in inside.body else None
        elif head in _LIBRARY:
            more = [one for text in _LIBRARY[head] if (one := method_of(text))]
        elif head == "error":
            more = [Function("", "Error", (), ("string",))]
        else:
            one = method_of(head)
            more = [one] if one else None
        if more is None:
            return None
        methods += [method for method in more if method.name not in {m.name for m in methods}]
    return methods


def stands(found: Program) -> Iterator[str]:
    """Types whose methods are calls of the other process."""
    for name, methods in faces(found).items():
        kind = f"rewardFace_{name.replace('.', '_')}"
        yield f"type {kind} struct{{ number uint64 }}"
        yield f"func (self {kind}) rewardStandsFor() uint64 {{ return self.number }}"
        for method in methods:
            params = ", ".join(f"p{i} {found.checked(p)}" for i, p in enumerate(method.params))
            results = ", ".join(f"r{i} {found.checked(r)}" for i, r in enumerate(method.results))
            given = "".join(f", &p{i}" for i in range(len(method.params)))
            places = "".join(f", &r{i}" for i in range(len(method.results)))
            yield (
                f"func (self {kind}) {method.name}({params}) ({results}) {{\n"
                f"var face {name} = self\n"
                f'rewardCall("{name}.{method.name}", []interface{{}}{{&face{given}}}{places})\n'
                "return\n}"
            )


def registered(found: Program) -> Iterator[str]:
    """How both processes know them."""
    for name in faces(found):
        kind = f"rewardFace_{name.replace('.', '_')}"
        yield (
            f"rewardFaces[rewardTypeOf((*{name})(nil))] = "
            f"func(n uint64) interface{{}} {{ return {kind}{{n}} }}"
        )


def rows(found: Program) -> Iterator[str]:
    """The methods as the other process calls them, by name."""
    for name, methods in faces(found).items():
        for method in methods:
            yield f'"{name}.{method.name}": {name}.{method.name},'

"""Methods that a Java program's class has of the library's container that it extends, as stubs."""

import re
from collections.abc import Iterator

from sandbox.apart.classfile import ClassFile
from sandbox.apart.java_types import generics, types
from sandbox.apart.text import parts

_INHERITED = {
    "Map": "int size() boolean isEmpty() void clear() boolean containsKey(Object) V get(Object) "
    "V put(K,V) V remove(Object) V getOrDefault(Object,V) java.util.Set<K> keySet() "
    "java.util.Collection<V> values()",
    "": "int size() boolean isEmpty() void clear() boolean contains(Object) boolean add(E) "
    "E get(int) E remove(int)",
}
"""Methods of the library's maps and other containers, which classes that extend one have."""

CALL = "reward.RewardTests.call"
"""What carries a call to the program."""


def borrowed(found: ClassFile, names: set[str]) -> Iterator[str]:
    """The stubs of those that are named."""
    parent = re.fullmatch(
        r"java\.util\.\w*?(Map|List|Set|Deque|Queue|Stack|Vector)<(.+)>",
        next(types(generics(found.signature)[1]), ""),
    )
    if not parent:
        return
    kinds = dict(zip("KV" if parent[1] == "Map" else "E", parts(parent[2]), strict=False))
    own = {method.name for method in found.methods}
    listed = _INHERITED["Map" if parent[1] == "Map" else ""]
    for returns, name, taken in re.findall(r"(\S+) (\w+)\(([^)]*)\)", listed):
        if name not in names or name in own:
            continue
        args = [arg for arg in taken.split(",") if arg]
        heads = ", ".join(f"{kinds.get(arg, arg)} p{i}" for i, arg in enumerate(args))
        kind = re.sub(r"\b[KVE]\b", lambda part: kinds.get(part[0], "Object"), returns)
        code = "".join("I" if arg == "int" else "Ljava/lang/Object;" for arg in args)
        given = "".join(f", p{i}" for i in range(len(args)))
        call = f'{CALL}(this, "{found.name.replace("/", ".")}", "{name}", "{code}"{given})'
        body = f"{call};" if kind == "void" else f"return ({kind}) {call};"
        yield f'@SuppressWarnings("unchecked") public {kind} {name}({heads}) {{ {body} }}'

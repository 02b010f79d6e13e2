"""The program's end: it holds the program's objects and does with them what the tests ask.

It runs inside the cage beside the program, which may tamper with all of it. Nothing that it says is
believed but data.
"""

import builtins
import contextlib
import inspect
import io
import operator
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from sandbox.split.wire import ClosedError, Codec, Pipe, words


def _wait_for(value: Any) -> Any:
    """Run a coroutine; asyncio is loaded by programs that need it, not in every fork."""
    import asyncio  # noqa: PLC0415

    async def wait() -> Any:
        return await value

    return asyncio.run(wait())


OPERATIONS: dict[str, Callable[..., Any]] = {
    "repr": repr,
    "str": str,
    "hash": hash,
    "len": len,
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "index": operator.index,
    "bytes": bytes,
    "format": format,
    "round": round,
    "abs": abs,
    "iter": iter,
    "next": next,
    "reversed": reversed,
    "dir": dir,
    "await": _wait_for,
    "enter": lambda value: type(value).__enter__(value),
    "exit": lambda value, *info: type(value).__exit__(value, *info),
    "instancecheck": lambda kind, value: isinstance(value, kind),
    **{
        name: getattr(operator, name)
        for name in words("""
            eq ne lt le gt ge add sub mul truediv floordiv mod matmul and_ or_ xor lshift rshift
            neg pos invert iadd isub imul itruediv ifloordiv imod iand ior ixor getitem setitem
            delitem contains
        """)
    },
    "pow": pow,
    "divmod": divmod,
}

_SPECIAL = words("""
    len bool int float complex index bytes round abs iter next reversed enter exit hash eq lt le
    gt ge call getitem setitem delitem contains add sub mul truediv floordiv mod matmul pow
    divmod and or xor lshift rshift neg pos invert radd rsub rmul rtruediv rfloordiv rmod
    rmatmul rpow rand ror rxor iadd isub imul itruediv ifloordiv imod iand ior ixor await aenter
""")
_CHANGEABLE = frozenset({list, dict, set, bytearray})
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)
_PLAIN_BASES = (int, float, str, bytes, list, tuple, dict, set, frozenset)


class Owner:
    """Answers requests about the objects of one program."""

    def __init__(self, pipe: Pipe, module: ModuleType) -> None:
        self.pipe = pipe
        self.module = module
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.codec = Codec(self._export, self._resolve)
        self.printed = io.StringIO()
        self.foreign: dict[int, Foreign] = {}

    def serve(self) -> None:
        """Answer until the tests are done."""
        builtins.input = self._input
        with contextlib.suppress(ClosedError):
            while True:
                self.answer(self.pipe.receive())

    def answer(self, message: Any) -> None:
        """Do what one request says and reply."""
        verb, *rest = message
        try:
            reply = ["ok", *getattr(self, f"do_{verb}")(*rest)]
        except ClosedError:
            raise
        except BaseException as error:  # noqa: BLE001 - SystemExit too: it is the program's
            reply = ["raise", *self._describe(error)]
        self.pipe.send([*reply, self._drain()])

    def ask(self, *message: Any) -> Any:
        """Ask the tests for something of theirs, answering what they ask meanwhile."""
        self.pipe.send(["ask", *message, self._drain()])
        while True:
            reply = self.pipe.receive()
            if reply[0] == "answered":
                return self.codec.decode(reply[1])
            if reply[0] == "refused":
                raise _exception(reply[1], reply[2])
            self.answer(reply)

    def _input(self, prompt: object = "") -> str:
        return str(self.ask("input", str(prompt)))

    def _drain(self) -> str:
        """What was printed since the last reply, for tests that look at it."""
        stream = sys.stdout
        if stream is not self.printed:
            with contextlib.suppress(Exception):
                stream.flush()
        text = self.printed.getvalue()
        self.printed.seek(0)
        self.printed.truncate()
        return text[-(1 << 20) :]

    def do_names(self) -> list[Any]:
        """Names of the program's module; its functions at once, as tests mostly want those."""
        things = {name: thing for name, thing in self.module.__dict__.items() if name[:2] != "__"}
        functions = {n: self._export(f) for n, f in things.items() if type(f) is FunctionType}
        return [list(things), functions]

    def do_get(self, name: str) -> list[Any]:
        """One of them."""
        if name in self.module.__dict__:
            return [self.codec.encode(self.module.__dict__[name])]
        return [self.codec.encode(getattr(self.module, name))]

    def do_set(self, name: str, value: Any) -> list[Any]:
        """Put something into the program's module."""
        setattr(self.module, name, self.codec.decode(value))
        return [None]

    def do_unset(self, name: str) -> list[Any]:
        """Take something out of it."""
        delattr(self.module, name)
        return [None]

    def do_call(self, target: int, args: Any, kwargs: Any) -> list[Any]:
        """Call an object; the reply also tells what became of arguments that can change."""
        given, named = self.codec.decode(args), self.codec.decode(kwargs)
        result = self.codec.encode(self.objects[target](*given, **named))
        changes = {
            str(index): after
            for index, (value, before) in enumerate(zip(given, args, strict=True))
            if type(value) in _CHANGEABLE and (after := self.codec.encode(value)) != before
        }
        return [result, changes]

    def do_attribute(self, target: int, name: str) -> list[Any]:
        """An attribute of an object."""
        return [self.codec.encode(getattr(self.objects[target], name))]

    def do_assign(self, target: int, name: str, value: Any) -> list[Any]:
        """Set one."""
        setattr(self.objects[target], name, self.codec.decode(value))
        return [None]

    def do_delete(self, target: int, name: str) -> list[Any]:
        """Delete one."""
        delattr(self.objects[target], name)
        return [None]

    def do_operate(self, name: str, operands: Any) -> list[Any]:
        """An operator or built-in function on objects."""
        return [self.codec.encode(OPERATIONS[name](*self.codec.decode(operands)))]

    def do_class(self, target: int) -> list[Any]:
        """What the tests must know of a class to stand in for it."""
        cls = self.objects[target]
        special = [name for name in _SPECIAL if _defines(cls, f"__{name}__")]
        bases = [self.codec.encode(base) for base in cls.__bases__ if base is not object]
        return [cls.__qualname__, cls.__module__, bases, special, inspect.getdoc(cls) or ""]

    def _export(self, value: Any) -> Any:
        if isinstance(value, Foreign):
            return {"k": object.__getattribute__(value, "_number")}
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        if isinstance(value, type):
            return {"y": number}
        if type(value) in _FUNCTIONS:
            return {"g": number}
        if isinstance(value, BaseException):
            return {"x": self._describe(value)}
        if inspect.iscoroutine(value):
            return {"a": number}
        plain = self._plain(value)
        kind = self._export(type(value))["y"]
        return {"h": [number, kind, callable(value), *plain]}

    def _plain(self, value: Any) -> list[Any]:
        """The data inside an object of a class that extends a built-in one."""
        for base in _PLAIN_BASES:
            if isinstance(value, base):
                with contextlib.suppress(Exception):
                    return [self.codec.encode(_shrunk(base, value))]
        return []

    def _describe(self, error: BaseException) -> list[Any]:
        """An exception: its class, arguments and text."""
        kind = self.codec.encode(type(error))
        try:
            args = self.codec.encode(list(error.args))
        except Exception:  # noqa: BLE001
            args = []
        number = self.numbers.setdefault(id(error), len(self.objects))
        if number == len(self.objects):
            self.objects.append(error)
        return [kind, args, str(error)[:2000], number]

    def _resolve(self, tag: str, body: Any) -> Any:
        if tag == "h":
            return self.objects[body]
        if tag == "k":
            return self.foreign.setdefault(body[0], Foreign(self, *body))
        raise ValueError(f"unknown tag {tag!r}")


def _shrunk(base: type, value: Any) -> Any:
    if base is dict:
        return dict(dict.items(value))
    if base is str:
        return str.__str__(value)
    if base is int:
        return int.__int__(value)
    if base is float:
        return float.__float__(value)
    return base(base.__iter__(value))  # type: ignore[attr-defined]


def _defines(cls: type, name: str) -> bool:
    if name in {"__hash__", "__eq__"}:
        return getattr(cls, name) not in {None, getattr(object, name)}
    return getattr(cls, name, None) is not None


def _exception(name: str, text: str) -> BaseException:
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        return kind(text)
    return RuntimeError(f"{name}: {text}")


class Foreign:
    """An object of the tests, as the program sees it.

    It can be called, iterated and indexed; of instances of the tests' own classes, the public
    attributes can be used.
    """

    def __init__(self, owner: Owner, number: int, is_callable: bool) -> None:  # noqa: FBT001
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_number", [number, is_callable])

    def __getattr__(self, name: str) -> Any:
        return self._ask("attribute", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("assign", name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Have the tests call it."""
        return self._ask("call", list(args), kwargs)

    def _ask(self, verb: str, *operands: Any) -> Any:
        owner: Owner = object.__getattribute__(self, "_owner")
        number, _ = object.__getattribute__(self, "_number")
        return owner.ask(verb, number, [owner.codec.encode(operand) for operand in operands])

    def __bool__(self) -> bool:
        return bool(self._ask("bool"))

    def __len__(self) -> int:
        return int(self._ask("len"))

    def __iter__(self) -> Any:
        return self._ask("iter")

    def __next__(self) -> Any:
        return self._ask("next")

    def __getitem__(self, key: Any) -> Any:
        return self._ask("getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._ask("setitem", key, value)

    def __contains__(self, item: Any) -> bool:
        return bool(self._ask("contains", item))

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return str(self._ask("repr"))

"""The tests' end of the wire: requests to the program's process, answers to what it asks."""

import builtins
import sys
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, cast

from sandbox.split.exceptions import (
    ProgramExitedError,
    RemoteError,
    library_exception,
    new_exception,
)
from sandbox.split.proxy import METHODS, STATE, Function, Remote, RemoteClass, State, state_of
from sandbox.split.wire import ClosedError, Codec, Pipe


class Link:
    """Requests to the program's process, and answers to what it asks meanwhile."""

    def __init__(self, pipe: Pipe, test_modules: Callable[[], frozenset[str]]) -> None:
        self.pipe = pipe
        self.codec = Codec(self._export, self._resolve)
        self.classes: dict[int, type] = {}
        self.proxies: dict[int, Remote] = {}
        self.ours: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.test_modules = test_modules

    def request(self, *message: Any) -> Any:
        """Ask; the decoded answer, or the program's exception."""
        return self.codec.decode(self._exchange(*message)[0])

    def raw(self, *message: Any) -> list[Any]:
        """Ask; the answer as it came."""
        answer: list[Any] = self._exchange(*message)
        return answer

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call an object of the program; arguments that it changed are changed here too."""
        encoded = [self.codec.encode(arg) for arg in args]
        result, changes = self._exchange("call", number, encoded, self.codec.encode(kwargs))
        for index, data in changes.items():
            _become(args[int(index)], self.codec.decode(data))
        return self.codec.decode(result)

    def _exchange(self, *message: Any) -> list[Any]:
        try:
            self.pipe.send(message)
            while True:
                verb, *rest, printed = cast("list[Any]", self.pipe.receive())
                if printed:
                    sys.stdout.write(printed)
                if verb == "ok":
                    return rest
                if verb == "raise":
                    raise self._exception(*rest)
                self._answer(rest)
        except ClosedError:
            raise ProgramExitedError("the program's process has ended") from None

    def _answer(self, question: list[Any]) -> None:
        """The program wants something of an object that the tests handed to it."""
        try:
            reply = ["answered", self.codec.encode(self._do(*question))]
        except Exception as error:  # noqa: BLE001 - the program gets it as an exception
            reply = ["refused", type(error).__name__, str(error)[:500]]
        self.pipe.send(reply)

    def _do(self, verb: str, subject: Any, operands: Any = ()) -> Any:
        if verb == "input":
            return builtins.input(subject)
        target = self.ours[subject]
        values = [self.codec.decode(operand) for operand in operands]
        if verb in {"attribute", "assign"}:
            return self._attribute(target, *values)
        if verb == "call":
            return target(*values[0], **values[1])
        return _ON_OURS[verb](target, *values)

    def _attribute(self, target: Any, name: str, *value: Any) -> Any:
        """Public attributes of instances of the tests' own classes, and methods of streams."""
        allowed = type(target).__module__ in self.test_modules() or type(target).__module__ == "_io"
        if not allowed or not isinstance(name, str) or name.startswith("_"):
            raise AttributeError(f"{type(target).__name__!r} object has no attribute {name!r}")
        if value:
            return setattr(target, name, value[0])
        return getattr(target, name)

    def _export(self, value: Any) -> Any:
        if isinstance(value, Remote):
            return {"h": state_of(value).number}
        if isinstance(value, RemoteClass):
            return {"h": value.__dict__["_split_class"][1]}
        if isinstance(value, type) and issubclass(value, RemoteError):
            return {"h": value._split_class[1]}  # type: ignore[attr-defined]  # noqa: SLF001
        number = self.numbers.setdefault(id(value), len(self.ours))
        if number == len(self.ours):
            self.ours.append(value)
        is_callable = isinstance(value, FunctionType | MethodType | type) or callable(value)
        return {"k": [number, is_callable]}

    def _resolve(self, tag: str, body: Any) -> Any:
        if tag == "h":
            return self._proxy(*body)
        if tag == "g":
            return self._remember(body, Function, is_callable=True, plain=[])
        if tag == "y":
            return self._class(body)
        if tag == "k":
            return self.ours[body[0]]
        if tag == "x":
            return self._exception(*body)
        if tag == "a":
            return self._coroutine(body)
        raise ValueError(f"unknown tag {tag!r}")

    async def _coroutine(self, number: int) -> Any:
        """A coroutine of the program, which runs it on its side when it is awaited."""
        return self.request("operate", "await", [{"h": number}])

    def _proxy(self, number: int, kind: int, is_callable: bool, *plain: Any) -> Remote:  # noqa: FBT001
        known = self.proxies.get(number)
        data = [self.codec.decode(item) for item in plain]
        if known is not None:
            state_of(known).plain = data
            return known
        return self._remember(number, self._class(kind), is_callable=is_callable, plain=data)

    def _remember(self, number: int, kind: type, *, is_callable: bool, plain: list[Any]) -> Remote:
        """The proxy for an object, the same one each time."""
        if number in self.proxies:
            return self.proxies[number]
        proxy: Remote = object.__new__(kind)
        state = State(self, number, is_callable=is_callable, plain=plain)
        object.__setattr__(proxy, STATE, state)
        self.proxies[number] = proxy
        return proxy

    def _class(self, number: int) -> Any:
        """The stand-in for a class: a real class, so that isinstance and except work."""
        if number in self.classes:
            return self.classes[number]
        name, module, bases, special, doc = self._exchange("class", number)
        known = library_exception(str(module), str(name))
        if known is not None:
            return self.classes.setdefault(number, known)
        ours = [self.codec.decode(base) for base in bases]
        parents = [base for base in ours if isinstance(base, type)]
        raised = tuple(base for base in parents if issubclass(base, Exception))
        names: dict[str, Any] = {
            "_split_class": (self, number),
            "__qualname__": str(name),
            "__doc__": str(doc),
        }
        if raised or any(issubclass(base, BaseException) for base in parents):
            made: type = new_exception(str(name), raised, names)
        else:
            methods = {f"__{n}__": METHODS[n] for n in special if n in METHODS}
            remote = tuple(base for base in parents if issubclass(base, Remote)) or (Remote,)
            body = {**names, **methods, "__slots__": (), "__module__": str(module)}
            made = type.__new__(RemoteClass, str(name).rpartition(".")[2], remote, body)
        self.classes[number] = made
        return made

    def _exception(self, kind: Any, args: Any, text: str, number: int) -> BaseException:
        cls = self.codec.decode(kind)
        if not (isinstance(cls, type) and issubclass(cls, Exception)):
            return ProgramExitedError(f"{getattr(cls, '__name__', cls)}: {text}")
        if issubclass(cls, RemoteError):
            error: BaseException = cls.__new__(cls)
            error.args = tuple(self.codec.decode(args))
            error.__dict__.update(_split_link=self, _split_number=number, _split_text=str(text))
            return error
        try:
            return cls(*self.codec.decode(args))
        except Exception:  # noqa: BLE001
            return RuntimeError(f"{cls.__name__}: {text}")


def _become(ours: Any, theirs: Any) -> None:
    """Make a container of the tests equal to what the program made of it, in place."""
    if type(ours) is not type(theirs):
        return
    if isinstance(ours, list):
        same = len(ours) == len(theirs)
        ours[:] = [_kept(a, b) for a, b in zip(ours, theirs, strict=True)] if same else theirs
    elif isinstance(ours, bytearray):
        ours[:] = theirs
    else:
        ours.clear()
        ours.update(theirs)


def _kept(ours: Any, theirs: Any) -> Any:
    """The old element where it can become the new one, so that other references see it too."""
    if type(ours) is type(theirs) and isinstance(ours, list | dict | set | bytearray):
        _become(ours, theirs)
        return ours
    return theirs


_ON_OURS: dict[str, Callable[..., Any]] = {
    "bool": bool,
    "len": len,
    "iter": iter,
    "next": next,
    "repr": lambda value: f"<{type(value).__name__} of the tests>",
    "getitem": lambda value, key: value[key],
    "setitem": lambda value, key, item: value.__setitem__(key, item),
    "contains": lambda value, item: item in value,
}

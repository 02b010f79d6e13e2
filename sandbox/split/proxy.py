"""The tests' end: proxies for the program's objects, and rules on what such an object may decide.

A program must not pass by an object that agrees to everything. So its objects never equal data;
what was computed from data that the tests handed to an operator (`result - 2.5`: the program has
then seen the 2.5) can't become a number or a truth; and comparisons are only left to the program
where both sides are its own objects.
"""

import contextlib
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sandbox.split.wire import words

if TYPE_CHECKING:
    from sandbox.split.link import Link

STATE = "_split_state"
_HIDDEN = frozenset({"__class__", "__slots__", "__mro__", "__bases__", "__subclasses__"})
_OPEN_DUNDERS = frozenset(
    words("""
    __name__ __qualname__ __doc__ __module__ __dict__ __annotations__ __wrapped__ __init__
    __len__ __str__ __repr__ __iter__ __next__ __call__ __enter__ __exit__ __members__
    """)
)


class State:
    """What a proxy knows.

    Attributes:
        link, number: whose object it is.
        plain: the data inside an object that extends a built-in class, in a list; else empty.
        tainted: it was computed by the program from data of the tests, handed to an operator.
        made: the tests made it by calling a class.
    """

    __slots__ = ("callable", "link", "made", "number", "plain", "tainted")

    def __init__(self, link: "Link", number: int, *, is_callable: bool, plain: list[Any]) -> None:
        self.link = link
        self.number = number
        self.callable = is_callable
        self.plain = plain
        self.tainted = False
        self.made = False


def state_of(proxy: Any) -> State:
    """The state behind a proxy."""
    state: State = object.__getattribute__(proxy, STATE)
    return state


class RemoteClass(type):
    """The type of classes that stand in for classes of the program."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object of the program's class."""
        link, number = cls.__dict__.get("_split_class", (None, None))
        if link is None:
            raise TypeError("tests can't extend a class of the program")
        made = link.call(number, args, kwargs)
        if isinstance(made, Remote):
            state_of(made).made = True
        return made

    def __getattr__(cls, name: str) -> Any:
        link, number = cls.__dict__.get("_split_class", (None, None))
        if link is None or (name.startswith("__") and name not in _OPEN_DUNDERS):
            raise AttributeError(name)
        return link.request("attribute", number, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        link, number = cls.__dict__["_split_class"]
        link.request("assign", number, name, link.codec.encode(value))

    def __iter__(cls) -> Iterator[Any]:
        return iter(_through(cls, "iter"))

    def __len__(cls) -> int:
        return int(_through(cls, "len"))

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, key: Any) -> Any:
        return _through(cls, "getitem", key)

    def __contains__(cls, item: Any) -> bool:
        return bool(_through(cls, "contains", item))


def _through(cls: Any, name: str, *operands: Any) -> Any:
    link, number = cls.__dict__["_split_class"]
    encoded = [{"h": number}, *(link.codec.encode(operand) for operand in operands)]
    return link.request("operate", name, encoded)


class Remote(metaclass=RemoteClass):
    """An object of the program; its type has the special methods that the object's type has."""

    __slots__ = (STATE,)

    def __getattr__(self, name: str) -> Any:
        if name in _HIDDEN or (name.startswith("__") and name not in _OPEN_DUNDERS):
            raise AttributeError(name)
        state = state_of(self)
        return _inherit(state, state.link.request("attribute", state.number, name))

    def __setattr__(self, name: str, value: Any) -> None:
        state = state_of(self)
        state.link.request("assign", state.number, name, state.link.codec.encode(value))

    def __delattr__(self, name: str) -> None:
        state = state_of(self)
        state.link.request("delete", state.number, name)

    def __eq__(self, other: object) -> Any:
        state = state_of(self)
        if isinstance(other, Remote):
            if state.plain and state_of(other).plain:
                return bool(state.plain[0] == state_of(other).plain[0])
            return state.number == state_of(other).number or _agree(self, "eq", other)
        return bool(state.plain) and bool(state.plain[0] == other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        state = state_of(self)
        if state.plain:
            with contextlib.suppress(TypeError):
                return hash(state.plain[0])
        return int(_operate(self, "hash"))

    def __repr__(self) -> str:
        return str(_operate(self, "repr"))

    def __str__(self) -> str:
        return str(_operate(self, "str"))

    def __format__(self, spec: str) -> str:
        return str(_operate(self, "format", spec))

    def __dir__(self) -> Any:
        return _operate(self, "dir")

    def __bool__(self) -> bool:
        state = state_of(self)
        if state.plain:
            return bool(state.plain[0])
        return bool(_number(self, "bool"))


def _agree(left: Remote, name: str, right: Remote) -> bool:
    """A comparison of two objects of the program; only exactly True is yes."""
    return _operate(left, name, right) is True


def _operate(proxy: Remote, name: str, *operands: Any) -> Any:
    """An operation by the program; what it makes of the tests' data is marked as such."""
    state = state_of(proxy)
    encoded = [{"h": state.number}, *(state.link.codec.encode(operand) for operand in operands)]
    return state.link.request("operate", name, encoded)


def _number(proxy: Remote, name: str, *operands: Any) -> Any:
    """A conversion to a number or a truth."""
    if state_of(proxy).tainted:
        raise TypeError("an object of the program stands in for a number")
    return _operate(proxy, name, *operands)


def _inherit(state: State, value: Any) -> Any:
    if isinstance(value, Remote):
        if state.tainted:
            state_of(value).tainted = True
        state_of(value).made = state_of(value).made or state.made
    return value


def _arithmetic(name: str, *, swapped: bool = False) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        state = state_of(self)
        if state.plain:
            theirs = state_of(other).plain[0] if isinstance(other, Remote) else other
            pair = (theirs, state.plain[0]) if swapped else (state.plain[0], theirs)
            return _LOCAL[name](*pair)
        left, right = (other, self) if swapped else (self, other)
        operands = [state.link.codec.encode(left), state.link.codec.encode(right)]
        result = state.link.request("operate", name, operands)
        if isinstance(other, Remote):
            return _inherit(state, _inherit(state_of(other), result))
        if not isinstance(result, Remote):
            raise TypeError("an object of the program computes with the tests' data")
        state_of(result).tainted = True
        return result

    return method


def _comparison(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if isinstance(other, Remote):
            return _agree(self, name, other)
        if state_of(self).plain:
            return _LOCAL[name](state_of(self).plain[0], other)
        return NotImplemented

    return method


def _plain_method(name: str, *, number: bool) -> Callable[..., Any]:
    def method(self: Any, *operands: Any) -> Any:
        use = _number if number else _operate
        return _inherit(state_of(self), use(self, name, *operands))

    return method


def _contains(self: Any, item: Any) -> bool:
    """Whether it contains something is believed of objects that the tests made, and of data."""
    state = state_of(self)
    if state.plain:
        return item in state.plain[0]
    if not (state.made or isinstance(item, Remote)):
        raise TypeError("an object of the program stands in for a container")
    return _operate(self, "contains", item) is True


def _call(self: Any, *args: Any, **kwargs: Any) -> Any:
    state = state_of(self)
    return _inherit(state, state.link.call(state.number, args, kwargs))


_LOCAL: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in dir(operator)},
    "pow": pow,
    "divmod": divmod,
}
_ARITHMETIC = words("add sub mul truediv floordiv mod matmul pow divmod and or xor lshift rshift")
METHODS: dict[str, Callable[..., Any]] = {
    "call": _call,
    "contains": _contains,
    **{
        n: _plain_method(n, number=True)
        for n in ["int", "float", "complex", "index", "round", "abs"]
    },
    **{n: _plain_method(n, number=False) for n in ["len", "iter", "next", "reversed", "getitem"]},
    **{n: _plain_method(n, number=False) for n in ["setitem", "delitem", "enter", "exit", "bytes"]},
    **{n: _plain_method(n, number=False) for n in ["neg", "pos", "invert"]},
    **{n: _comparison(n) for n in ["lt", "le", "gt", "ge"]},
    **{n: _arithmetic(n + "_" * (n in {"and", "or"})) for n in _ARITHMETIC},
    **{f"r{n}": _arithmetic(n + "_" * (n in {"and", "or"}), swapped=True) for n in _ARITHMETIC},
}


class Function(Remote):
    """A function of the program: by far the most common proxy, so its class is ready made."""

    __slots__ = ()
    __call__ = _call

"""The wire between a program and its tests: framed JSON, typed data, references to all else."""

import collections
import datetime  # noqa: ICN001 - the module is what is meant
import decimal
import fractions
import importlib
import json
import os
import struct
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def words(text: str) -> tuple[str, ...]:
    """The words of a text: long lists of names read best that way."""
    return tuple(text.split())


MAX_MESSAGE = 64 << 20
MAX_DEPTH = 150
BIG_INT_BITS = 8192
"""Integers above this travel in hexadecimal: Python refuses decimal text of over 4300 digits."""

SHARED_MODULES = frozenset(
    words("""
    array bisect cmath collections collections.abc copy datetime decimal enum fractions
    functools heapq itertools json math numbers operator os os.path random re statistics string
    sys textwrap time types typing typing_extensions numpy pandas
    """)
)
"""Modules that mean the same on both sides: tests often use what the program imported."""

SHARED_CLASS_MODULES = frozenset(
    words("builtins collections collections.abc datetime decimal enum fractions typing")
)
"""Modules whose classes do: honest containers and numbers, nothing with a say in comparisons."""

_LENGTH = struct.Struct("=I")
_CHUNK = 1 << 16
_FLAGS = (False, False, True)
"""Neither sorted keys nor skipped ones; infinities and NaN as they are."""

_to_pieces = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, json.JSONEncoder().default, json.encoder.encode_basestring_ascii, None, ":", ",", *_FLAGS
)
_decode = json.JSONDecoder().raw_decode
_SCALARS = frozenset({str, bool, float, type(None)})
_FROM_TEXT = "fromisoformat"
_DATES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)


def to_json(value: Any) -> str:
    """As `json.dumps`, with an encoder that is made once and not for each value."""
    return "".join(_to_pieces(value, 0))


def from_json(text: str) -> Any:
    """As `json.loads`, for what nobody put spaces around: that one writes to 30 pages of a fork."""
    return _decode(text)[0]


class ClosedError(Exception):
    """The other side is gone."""


class Pipe:
    """Whole messages over a stream socket."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.early = b""

    def send(self, message: Any) -> None:
        """Write one message."""
        data = to_json(message).encode()
        if len(data) > MAX_MESSAGE:
            raise ValueError("a value too large to hand over")
        data = _LENGTH.pack(len(data)) + data
        try:
            written = os.write(self.descriptor, data)
            while written < len(data):
                written += os.write(self.descriptor, memoryview(data)[written:])
        except OSError as error:
            raise ClosedError from error

    def receive(self) -> Any:
        """Read one message."""
        data = self.early or self._read(_CHUNK)
        while len(data) < _LENGTH.size:
            data += self._read(_CHUNK)
        (length,) = _LENGTH.unpack_from(data)
        if length > MAX_MESSAGE:
            raise ClosedError
        end = _LENGTH.size + length
        if len(data) < end:
            data = self._whole(data, end)
        self.early = data[end:]
        return from_json(data[_LENGTH.size : end].decode())

    def _whole(self, start: bytes, size: int) -> bytes:
        pieces = bytearray(start)
        while len(pieces) < size:
            pieces += self._read(size - len(pieces))
        return bytes(pieces)

    def _read(self, most: int) -> bytes:
        piece = os.read(self.descriptor, most)
        if not piece:
            raise ClosedError
        return piece


class Codec:
    """Values to JSON and back; what is not data goes through `export` and `resolve`."""

    def __init__(self, export: Callable[[Any], Any], resolve: Callable[[str, Any], Any]) -> None:
        self.export = export
        self.resolve = resolve

    def encode(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one a kind of value
        """JSON for a value. Only exact built-in types are data: a subclass may do anything."""
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if value.bit_length() <= BIG_INT_BITS else {"i": hex(value)}
        if depth > MAX_DEPTH:
            raise ValueError(f"a value nested deeper than {MAX_DEPTH} levels")
        if kind is list:
            return self.items(value, depth + 1)
        encoder = _ENCODERS.get(kind)
        if encoder:
            return encoder(self, value, depth + 1)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, ModuleType):
            known = sys.modules.get(value.__name__) is value and value.__name__ in SHARED_MODULES
            return {"M": value.__name__} if known else self.export(value)
        if kind.__module__ == "numpy":
            return self._array(value, depth)
        return {"P": str(value)} if _is_path(kind) else self.export(value)

    def _class(self, value: type) -> Any:
        name, module = value.__qualname__, value.__module__
        if module in SHARED_CLASS_MODULES and shared_class(module, name) is value:
            return {"Y": [module, name]}
        return self.export(value)

    def _array(self, value: Any, depth: int) -> Any:
        if type(value).__name__ == "ndarray" and value.dtype.kind in "biufcU":
            flat = self.encode(value.ravel().tolist(), depth)
            return {"N": [value.dtype.str, list(value.shape), flat]}
        if hasattr(value, "dtype") and hasattr(value, "item"):
            item = value.item()
            return {"N": [value.dtype.str, None, self.encode(item, depth)]}
        return self.export(value)

    def items(self, values: Any, depth: int) -> list[Any]:
        """Encoded elements."""
        if _SCALARS.issuperset(map(type, values)):
            return list(values)
        return [self.encode(item, depth) for item in values]

    def decode(self, data: Any) -> Any:
        """The value of some JSON.

        Raises:
            ValueError, TypeError, KeyError: it is no encoding.
        """
        kind = type(data)
        if kind is list:
            return [self.decode(item) for item in data]
        if kind is not dict:
            return data
        ((tag, body),) = data.items()
        decoder = _DECODERS.get(tag)
        return decoder(self, body) if decoder else self.resolve(tag, body)


def shared_class(module: str, name: str) -> Any:
    """A class that both sides have, by name, or None."""
    found = getattr(sys.modules.get(module), name, None) if module in SHARED_CLASS_MODULES else None
    return found if isinstance(found, type) else None


def _is_path(kind: type) -> bool:
    """Whether it is a class of paths; pathlib is in memory only where somebody imported it."""
    pathlib = sys.modules.get("pathlib")
    return pathlib is not None and kind in {pathlib.PosixPath, pathlib.PurePosixPath}


def _pairs(codec: Codec, value: Any, depth: int) -> list[Any]:
    return [[codec.encode(key, depth), codec.encode(item, depth)] for key, item in value.items()]


def _date(_: Codec, value: Any, __: int) -> Any:
    kind = type(value).__name__
    if getattr(value, "tzinfo", None) is not None:
        return {"T": [kind, value.isoformat()]}
    if isinstance(value, datetime.timedelta):
        return {"T": [kind, [value.days, value.seconds, value.microseconds]]}
    return {"T": [kind, value.isoformat()]}


_ENCODERS: dict[type, Callable[[Codec, Any, int], Any]] = {
    tuple: lambda codec, value, depth: {"t": codec.items(value, depth)},
    set: lambda codec, value, depth: {"s": codec.items(value, depth)},
    frozenset: lambda codec, value, depth: {"f": codec.items(value, depth)},
    dict: lambda codec, value, depth: {"d": _pairs(codec, value, depth)},
    collections.OrderedDict: lambda codec, value, depth: {"O": _pairs(codec, value, depth)},
    collections.defaultdict: lambda codec, value, depth: {"d": _pairs(codec, value, depth)},
    collections.Counter: lambda codec, value, depth: {"C": _pairs(codec, value, depth)},
    collections.deque: lambda codec, value, depth: {"q": [codec.items(value, depth), value.maxlen]},
    bytes: lambda _, value, __: {"b": value.hex()},
    bytearray: lambda _, value, __: {"B": value.hex()},
    complex: lambda _, value, __: {"c": [value.real, value.imag]},
    range: lambda _, value, __: {"r": [value.start, value.stop, value.step]},
    type(Ellipsis): lambda _, __, ___: {"e": 0},
    type(NotImplemented): lambda _, __, ___: {"e": 1},
    decimal.Decimal: lambda _, value, __: {"D": str(value)},
    fractions.Fraction: lambda _, value, __: {"F": [hex(value.numerator), hex(value.denominator)]},
    **dict.fromkeys(_DATES, _date),
}


def _dict(codec: Codec, body: Any) -> dict[Any, Any]:
    return {codec.decode(key): codec.decode(item) for key, item in body}


def _decode_date(_: Codec, body: Any) -> Any:
    name, data = body
    kind = {cls.__name__: cls for cls in _DATES}[name]
    return kind(*data) if isinstance(data, list) else getattr(kind, _FROM_TEXT)(data)


def _decode_class(_: Codec, body: Any) -> Any:
    found = shared_class(*body)
    if found is None:
        raise ValueError(f"no shared class {body}")
    return found


def _decode_module(_: Codec, body: Any) -> Any:
    if body not in SHARED_MODULES:
        raise ValueError(f"no shared module {body}")
    return importlib.import_module(body)


def _decode_array(codec: Codec, body: Any) -> Any:
    kind, shape, data = body
    numpy = importlib.import_module("numpy")
    if shape is None:
        return numpy.dtype(kind).type(codec.decode(data))
    return numpy.array(codec.decode(data), dtype=kind).reshape(shape)


_DECODERS: dict[str, Callable[[Codec, Any], Any]] = {
    "t": lambda codec, body: tuple(codec.decode(item) for item in body),
    "s": lambda codec, body: {codec.decode(item) for item in body},
    "f": lambda codec, body: frozenset(codec.decode(item) for item in body),
    "d": _dict,
    "O": lambda codec, body: collections.OrderedDict(_dict(codec, body)),
    "C": lambda codec, body: collections.Counter(_dict(codec, body)),
    "q": lambda codec, body: collections.deque(codec.decode(body[0]), body[1]),
    "b": lambda _, body: bytes.fromhex(body),
    "B": lambda _, body: bytearray.fromhex(body),
    "c": lambda _, body: complex(*body),
    "r": lambda _, body: range(*body),
    "e": lambda _, body: NotImplemented if body else Ellipsis,
    "i": lambda _, body: int(body, 16),
    "P": lambda _, body: importlib.import_module("pathlib").Path(body),
    "D": lambda _, body: decimal.Decimal(body),
    "F": lambda _, body: fractions.Fraction(int(body[0], 16), int(body[1], 16)),
    "T": _decode_date,
    "Y": _decode_class,
    "M": _decode_module,
    "N": _decode_array,
}

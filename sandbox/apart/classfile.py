"""What a Java class file declares (Java virtual machine specification, chapter 4)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

PUBLIC, PRIVATE, PROTECTED, STATIC, VARARGS = 1, 2, 4, 8, 0x80
INTERFACE, ABSTRACT, SYNTHETIC, ENUM = 0x200, 0x400, 0x1000, 0x4000

_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4}
_SIZES |= {15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
_TEXT, _CLASS, _WIDE = 1, 7, {5, 6}


@dataclass(frozen=True, slots=True)
class Member:
    """A field or method.

    Attributes:
        access: its flags.
        name, descriptor: as in the file.
        signature: the descriptor with its generics; the descriptor where there are none.
        throws: names of the exceptions that are declared.
    """

    access: int
    name: str
    descriptor: str
    signature: str
    throws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassFile:
    """A class; names have slashes and dollars, as in the file.

    Attributes:
        bound: whether each object has one of the class around it.
    """

    access: int
    name: str
    parent: str
    interfaces: tuple[str, ...]
    signature: str
    fields: tuple[Member, ...]
    methods: tuple[Member, ...]
    bound: bool = False


def read(data: bytes) -> ClassFile:
    """The class in a file.

    Raises:
        ValueError: it is none.
    """
    try:
        return _Reader(data).read()
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError("no class file") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 8
        self.texts: dict[int, str] = {}
        self.classes: dict[int, int] = {}
        self.nested: dict[str, int] = {}

    def read(self) -> ClassFile:
        self._constants()
        access, this, parent, count = self._take(">HHHH")
        interfaces = tuple(self._class(self._take(">H")[0]) for _ in range(count))
        fields = tuple(self._members())
        methods = tuple(self._members())
        signature, _ = self._attributes()
        name = self._class(this)
        bound = not self.nested.get(name, STATIC) & STATIC
        return ClassFile(
            access, name, self._class(parent), interfaces, signature, fields, methods, bound
        )

    def _take(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def _class(self, index: int) -> str:
        return self.texts[self.classes[index]] if index else ""

    def _constants(self) -> None:
        (count,) = self._take(">H")
        index = 1
        while index < count:
            (tag,) = self._take(">B")
            if tag == _TEXT:
                (length,) = self._take(">H")
                text = self.data[self.at : self.at + length]
                self.texts[index] = text.decode("utf-8", "replace")
                self.at += length
            else:
                if tag == _CLASS:
                    (self.classes[index],) = struct.unpack_from(">H", self.data, self.at)
                self.at += _SIZES[tag]
            index += 2 if tag in _WIDE else 1

    def _members(self) -> Iterator[Member]:
        (count,) = self._take(">H")
        for _ in range(count):
            access, name, kind = self._take(">HHH")
            signature, throws = self._attributes()
            descriptor = self.texts[kind]
            yield Member(access, self.texts[name], descriptor, signature or descriptor, throws)

    def _attributes(self) -> tuple[str, tuple[str, ...]]:
        signature = ""
        throws: tuple[str, ...] = ()
        (count,) = self._take(">H")
        for _ in range(count):
            name, length = self._take(">HI")
            start = self.at
            if self.texts[name] == "Signature":
                signature = self.texts[self._take(">H")[0]]
            elif self.texts[name] == "Exceptions":
                (size,) = self._take(">H")
                throws = tuple(self._class(self._take(">H")[0]) for _ in range(size))
            elif self.texts[name] == "InnerClasses":
                for _ in range(self._take(">H")[0]):
                    inner, outer, _, access = self._take(">HHHH")
                    self.nested |= {self._class(inner): access} if outer else {}
            self.at = start + length
        return signature, throws

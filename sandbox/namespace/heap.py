"""Fills the holes in the memory of a slot's interpreter before programs are forked from it.

A fork copies each page that it writes to. Allocators first use the holes that freed objects left
all over the heap, a page to be copied for each; where there are none, what is allocated next lies
side by side, on pages of its own.
"""

import ctypes

_POOL_BYTES, _POOL_HEAD_BYTES = 1 << 14, 48
"""Of Python's allocator, on 64-bit machines (Objects/obmalloc.c): all blocks of a pool have one
size, a multiple of 16 up to 512."""

_MOST_BYTES = 1 << 18
"""Taken of any one size, whatever the allocator is like."""

_kept: list[object] = []


def fill() -> None:
    """Take what is free between objects, for good."""
    for size in range(16, 513, 16):
        _fill_pools(size)
    for size in (*range(1 << 16, 1 << 12, -(1 << 12)), *range(1 << 12, 0, -(1 << 5))):
        _fill_libc(size)


def _fill_pools(size: int) -> None:
    """Take blocks of one size until one comes from a new pool."""
    for number in range(_MOST_BYTES // size):
        if size == 16:
            block: object = object()
        elif size == 32:
            block = (1 << 20) + number
        else:
            block = bytes(size - 33)
        if id(block) % _POOL_BYTES == _POOL_HEAD_BYTES:
            return
        _kept.append(block)


class _Figures(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33; the last is the size of the end of its heap."""

    _fields_ = (("figures", ctypes.c_size_t * 10),)


_libc = ctypes.CDLL(None)
_libc.malloc.restype = ctypes.c_void_p
_libc.malloc.argtypes = [ctypes.c_size_t]


def _fill_libc(size: int) -> None:
    """Take pieces of one size until one comes from the end of the C library's heap."""
    look = getattr(_libc, "mallinfo2", None)
    if look is None:
        return
    look.restype = _Figures
    end = look().figures[9]
    for _ in range(_MOST_BYTES // size):
        _libc.malloc(size)
        if look().figures[9] != end:
            return

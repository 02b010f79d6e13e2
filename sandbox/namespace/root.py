"""The root directory that programs see: a read-only minimum, no /proc, and a small private /tmp."""

import glob
import os
from collections.abc import Sequence

from sandbox.command import BOX, TOOLBOX
from sandbox.namespace import kernel
from sandbox.namespace.box import PROC

_STAGE = "/tmp"  # noqa: S108 - only a mount point, in a mount namespace of our own
_SYSTEM = (
    "/usr",
    "/etc/alternatives",
    *glob.glob("/etc/java-*"),
    *("/etc/mono", "/etc/php", "/etc/R", "/etc/racket", "/var/lib/ghc"),
)
_SYSTEM_LINKS = ("/bin", "/lib", "/lib64", "/sbin")
_COPIED = ("/etc/ld.so.cache", "/etc/ldc2.conf", *glob.glob("/etc/fpc*.cfg"))
_DEVICES = {"null": "null", "zero": "full", "full": "full", "random": "random"}
_DEVICES |= {"urandom": "urandom"}
"""Names in /dev, and what lies there. Where `zero` does, shared memory can be had by its name that
no limit on a process knows of; `full` reads the same and can't be mapped."""
_ACCOUNTS = {
    "passwd": "program:x:1000:1000::/tmp:/bin/sh\n",
    "group": "program:x:1000:\n",
    "hosts": "127.0.0.1 localhost\n",
}
TMP_MB, TMP_INODES = 64, 4096
_LOCKED = kernel.ATTR_RDONLY | kernel.ATTR_NOSUID


class Sources:
    """What is bound into the root, held open by descriptor.

    Opened with the identity that started the slot: below a private home directory, a mapped
    identity could not even reach the interpreter.
    """

    def __init__(self, visible: Sequence[str], toolbox: str = "") -> None:
        self.directories = _outermost([*_SYSTEM, *visible, *filter(_is_directory, _SYSTEM_LINKS)])
        self.devices = [f"/dev/{name}" for name in set(_DEVICES.values())]
        self.toolbox = toolbox
        paths = [*self.directories, *self.devices, *filter(None, [toolbox])]
        self.descriptors = {path: os.open(path, os.O_PATH) for path in paths}

    def bind(self, path: str, target: str) -> None:
        """Show `path` at `target`."""
        source = f"/proc/self/fd/{self.descriptors[path]}"
        kernel.mount(source, target, None, kernel.MS_BIND | kernel.MS_REC)

    def close(self) -> None:
        """Let go of everything."""
        for descriptor in self.descriptors.values():
            os.close(descriptor)


def seen_as(path: str) -> str:
    """Where programs see a directory: at its own place, but for what lies in /tmp or /var."""
    return f"/packages{path}" if path.startswith(("/tmp/", "/var/")) else path  # noqa: S108


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _outermost(paths: Sequence[str]) -> list[str]:
    """Existing directories of `paths` that are not inside another of them."""
    chosen: list[str] = []
    for path in sorted({p.rstrip("/") for p in paths if os.path.isdir(p)}, key=len):
        if not any(path == other or path.startswith(other + "/") for other in chosen):
            chosen.append(path)
    return chosen


def enter(sources: Sources) -> None:
    """Make the root and move into it; nothing of the old one stays reachable.

    Raises:
        OSError: the kernel, or what the container allows, does not let us.
    """
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", _STAGE, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,mode=755")
    _fill(sources)
    sources.close()
    os.chdir(_STAGE)
    os.mkdir("old")
    kernel.pivot_root(".", "old")
    os.chdir("/")
    kernel.unmount("/old")
    os.rmdir("/old")
    kernel.protect("/", _LOCKED | kernel.ATTR_NODEV, recursive=False)


def _fill(sources: Sources) -> None:
    places = ["/tmp", "/tests", BOX, TOOLBOX, "/dev", "/etc"]  # noqa: S108
    for path in (*places, *map(seen_as, sources.directories)):
        os.makedirs(_STAGE + path, exist_ok=True)
    shown = {path: seen_as(path) for path in sources.directories}
    if sources.toolbox:
        shown[sources.toolbox] = TOOLBOX
    for path, place in shown.items():
        sources.bind(path, _STAGE + place)
        kernel.protect(_STAGE + place, _LOCKED | kernel.ATTR_NODEV, recursive=True)
    for name, device in _DEVICES.items():
        place = f"{_STAGE}/dev/{name}"
        _write(place, b"")
        sources.bind(f"/dev/{device}", place)
        kernel.protect(place, _LOCKED, recursive=True)
    for link in _SYSTEM_LINKS:
        if os.path.islink(link):
            os.symlink(os.readlink(link), _STAGE + link)
    os.symlink(PROC, _STAGE + "/proc")  # leads nowhere for most programs
    for name, text in _ACCOUNTS.items():
        _write(f"{_STAGE}/etc/{name}", text.encode())
    for path in filter(os.path.exists, _COPIED):
        with open(path, "rb") as file:
            _write(_STAGE + path, file.read())


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def mount_private(directory: str) -> None:
    """A small file system that only this process's mount namespace has."""
    options = f"size={TMP_MB}m,nr_inodes={TMP_INODES},mode=777"
    kernel.mount("tmpfs", directory, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)


class Scratch:
    """The one place where a program can write; mounted anew when something touched it."""

    def __init__(self) -> None:
        self.size_mb = TMP_MB
        self._mount()

    def _mount(self) -> None:
        options = f"size={self.size_mb}m,nr_inodes={TMP_INODES},mode=1777"
        kernel.mount("tmpfs", "/tmp", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)  # noqa: S108
        self._fresh = self._mark()

    @staticmethod
    def _mark() -> tuple[int, int, list[str]]:
        state = os.stat("/tmp")  # noqa: S108 - a Path costs 20 us here
        return state.st_ctime_ns, state.st_mode, os.listdir("/tmp")  # noqa: S108

    def reset(self, size_mb: int = TMP_MB) -> None:
        """Make sure that nothing of an earlier program is there, not even a time stamp."""
        if self._mark() != self._fresh or size_mb != self.size_mb:
            self.size_mb = size_mb
            kernel.unmount("/tmp")  # noqa: S108
            self._mount()

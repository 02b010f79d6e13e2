"""Control groups for slots, where the server may make any: below its own group, one set a slot.

With version 1 each controller has a hierarchy of its own; the server makes groups beside itself, as
root may. With version 2 there is one hierarchy, and its group must be the server's alone (systemd's
`Delegate=`, a container's own hierarchy, or the root): processes of a group that has children with
controllers must be in one of those, so the server moves into a leaf. What it makes is named after
it, removed when its slots close, and after a `kill -9` by the next server to start.
"""

import contextlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path

from sandbox import owner

_PREFIX = "reward-server."
_LEAF = "reward-server-itself"
_WANTED = ("memory", "pids", "cpu")
_MAX_TASKS = 400
"""Processes and threads of a slot: its own, and a program's and its partner's, which are limited
(`lockdown.MAX_THREADS`) by user."""

_serial = itertools.count()


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """No groups can be made here; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one slot.

    Attributes:
        version: of control groups, 1 or 2.
        homes: directories of the groups that the slot itself lives in: its programs have the same
            share of the cores as those of another slot, however many threads they start.
        program, partner: directories of the groups, limited in memory, for a program and for what
            runs beside it.
        crowd: with version 1, the directory of a group, besides, for a program of several
            processes: however many they are, the slot itself gets as much of the cores as they do.
        usage: a file that says how much CPU time all in the slot used.
        made: all directories, outermost first.
    """

    version: int
    homes: tuple[Path, ...]
    program: Path
    partner: Path
    made: tuple[Path, ...]
    crowd: Path | None = None
    usage: Path | None = None

    def remove(self) -> None:
        """Take them away once their processes have ended; where one stays, the next server does."""
        for path in reversed(self.made):
            with contextlib.suppress(OSError):
                path.rmdir()
        if self.version == 2:
            _move_back(self.made[0].parent)


@dataclass(frozen=True, slots=True)
class _Hierarchy:
    """A mounted hierarchy: its version, its controllers (version 1), our group's directory."""

    version: int
    controllers: frozenset[str]
    own: Path


def make() -> Groups:
    """Groups for one more slot of this server.

    Raises:
        Refused: none can be made.
    """
    found = _hierarchies()
    try:
        for hierarchy in found:
            if "memory" in hierarchy.controllers:
                return _make_v1(found, hierarchy)
        for hierarchy in found:
            if hierarchy.version == 2:
                return _make_v2(hierarchy.own)
    except OSError as error:
        raise Refused(f"the server can't make control groups: {error.strerror}") from error
    raise Refused("no cgroup file system with a memory controller is mounted here")


def _hierarchies() -> list[_Hierarchy]:
    """Those that are mounted, by /proc/self/mountinfo and /proc/self/cgroup (cgroups(7))."""
    paths: dict[frozenset[str], str] = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, names, path = line.split(":", 2)
        paths[frozenset(filter(None, names.split(",")))] = path
    found = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        fields, _, kind = line.partition(" - ")
        root, mount = fields.split()[3:5]
        name, _, options = kind.split(None, 2)
        version = {"cgroup": 1, "cgroup2": 2}.get(name, 0)
        for controllers, path in paths.items():
            matches = controllers <= set(options.split(",")) if controllers else version == 2
            if version and matches and bool(controllers) == (version == 1):
                found.append(_Hierarchy(version, controllers, _seen_at(root, mount, path)))
    return found


def _seen_at(root: str, mount: str, path: str) -> Path:
    """Where a group lies of which the mount shows what is below `root`."""
    if root == "/":
        return Path(mount + path)
    inside = path.startswith(root)
    return Path(mount + path[len(root) :]) if inside else Path(mount)


def _make_v1(found: list[_Hierarchy], memory: _Hierarchy) -> Groups:
    slot = _slot_name()
    made: list[Path] = []
    try:
        home = _make(memory.own / slot.parent, memory.own / slot, made=made)
        limited = [_make(home / name, made=made) for name in ("program", "partner")]
        for path in limited:
            _write(path / "memory.swappiness", "0")
        homes = {"memory": home}
        for hierarchy in found:
            wanted = hierarchy.controllers & {"pids", "cpu", "cpuacct"}
            with contextlib.suppress(OSError):
                if wanted:
                    own = hierarchy.own
                    other = _make(own / slot.parent, own / slot, made=made)
                    homes |= dict.fromkeys(wanted, other)
                    _limit_tasks(other)
        crowd = _make(homes["cpu"] / "program", made=made) if "cpu" in homes else None
    except OSError:
        _remove(made)
        raise
    usage = homes["cpuacct"] / "cpuacct.usage" if "cpuacct" in homes else None
    own_homes = tuple(dict.fromkeys(homes.values()))
    return Groups(1, own_homes, limited[0], limited[1], tuple(made), crowd, usage)


def _make_v2(own: Path) -> Groups:
    base = _base(own)
    controllers = _words(base / "cgroup.controllers")
    if "memory" not in controllers:
        raise Refused(
            "the server's own group was not given the memory controller: under systemd, set "
            "Delegate=yes for its unit"
        )
    wanted = " ".join(f"+{name}" for name in _WANTED if name in controllers)
    if "memory" not in _words(base / "cgroup.subtree_control"):
        _move_in(base, wanted)
    slot = base / _slot_name()
    made: list[Path] = []
    try:
        _write(_make(slot.parent, made=made) / "cgroup.subtree_control", wanted)
        shared = " ".join(f"+{name}" for name in ("memory", "cpu") if name in controllers)
        _write(_make(slot, made=made) / "cgroup.subtree_control", shared)
        _limit_tasks(slot)
        home, program, partner = (
            _make(slot / name, made=made) for name in ("home", "program", "partner")
        )
        for path in (program, partner):
            _write(path / "memory.oom.group", "1")
            if (path / "memory.swap.max").exists():
                _write(path / "memory.swap.max", "0")
    except OSError:
        _remove(made)
        _move_back(base)
        raise
    return Groups(2, (home,), program, partner, tuple(made), usage=slot / "cpu.stat")


def _move_in(base: Path, wanted: str) -> None:
    """Make `base` a group that may have children with controllers: no process may be in it."""
    pids = _words(base / "cgroup.procs")
    strangers = [pid for pid in pids if not _is_ours(int(pid))]
    if strangers and not _is_root(base):
        raise Refused(
            "other processes are in the server's own group: start it in one of its own (systemd: "
            "Delegate=yes for its unit, or systemd-run --scope -p Delegate=yes)"
        )
    if not _is_root(base):
        (base / _LEAF).mkdir(exist_ok=True)
        for pid in pids:
            _move(pid, base / _LEAF)
    try:
        _write(base / "cgroup.subtree_control", wanted)
    except OSError:
        _move_back(base)
        raise


def _move_back(base: Path) -> None:
    """Undo `_move_in` when no slot is left; elsewhere it changes nothing."""
    leaf = base / _LEAF
    if not leaf.is_dir() or any(base.glob(f"{_PREFIX}*/")):
        return
    with contextlib.suppress(OSError):
        enabled = _words(base / "cgroup.subtree_control")
        _write(base / "cgroup.subtree_control", " ".join(f"-{name}" for name in enabled))
        for pid in _words(leaf / "cgroup.procs"):
            _move(pid, base)
        leaf.rmdir()


def _base(own: Path) -> Path:
    """Where groups for slots are made, if the server itself is in `own`."""
    return own.parent if own.name == _LEAF else own


def _is_root(group: Path) -> bool:
    """Whether it is the hierarchy's own root, which may have both processes and children."""
    return not (group / "cgroup.type").exists()


def _is_ours(pid: int) -> bool:
    """Whether a process is this one, process 1 of a container or descends from this one."""
    while pid > 1 and pid != os.getpid():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it ended meanwhile
            return True
        parent = int(stat.rpartition(")")[2].split()[1])
        if parent == 1:
            return False
        pid = parent
    return pid > 0


def _move(pid: str, group: Path) -> None:
    with contextlib.suppress(ProcessLookupError):
        _write(group / "cgroup.procs", pid)


def _slot_name() -> Path:
    """Below our own group: a directory for this process, and one in it for the slot."""
    return Path(_PREFIX + owner.me().replace("/", "."), f"slot-{next(_serial)}")


def _make(*paths: Path, made: list[Path]) -> Path:
    """Make directories, and remember them; the last one."""
    for path in paths:
        path.mkdir(parents=True, exist_ok=True)
        made.append(path)
    return paths[-1]


def remove_leftovers() -> None:
    """Take away what servers made here that have certainly ended; others keep theirs."""
    for hierarchy in _hierarchies():
        with contextlib.suppress(OSError):
            for path in _base(hierarchy.own).glob(f"{_PREFIX}*/"):
                if owner.is_gone(path.name.removeprefix(_PREFIX).replace(".", "/")):
                    _remove(sorted(path.glob("**/")))


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with contextlib.suppress(OSError):
            path.rmdir()


def _limit_tasks(group: Path) -> None:
    if (group / "pids.max").exists():
        _write(group / "pids.max", str(_MAX_TASKS))


def _words(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="ascii")

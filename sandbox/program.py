"""What the sandbox is given and what it answers: plain, picklable data and nothing else."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stdio", "calls", "tests", "judge", "workspace", "version"]
"""How a program is driven: through its standard streams, by calling its entry point with plain
data, or by test code that runs in a process of its own and reaches the program through proxies.
`judge`: a program that decides about outputs, with files and arguments for each run.
`workspace`: as `stdio`, in a directory that holds the run's files and can be written to; what lies
there afterwards is the outcome's value (`sandbox.command.unpack`).
`version`: no program is run, its language's toolchain says which version it is."""

Status = Literal[
    "ok",
    "runtime_error",
    "time_limit",
    "memory_limit",
    "output_limit",
    "compile_error",
    "no_entry_point",
    "skipped",
    "deferred",
    "no_toolchain",
]
"""How a run ended. `skipped`: not run, as an earlier run failed and the program says to stop there.
`deferred`: not run, as the batch had used its share of the slot; ask again for these.
`no_toolchain`: this machine can't run the language."""


DATA = "/box/data"
"""Where the files of a run lie."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a program may use.

    Attributes:
        time_s: seconds of its own time: CPU time and sleep, but no wait for a core. The wall clock
            is bounded too, but far enough above this that a busy machine does not end an honest
            program (see `sandbox.namespace.deadline`).
        memory_mb: MiB of memory.
        output_kb: KiB that may be written to stdout, to stderr, or to one file.
        processes: how many processes the program may have at once; 1 forbids starting any
            (threads are allowed).
    """

    time_s: float = 10.0
    memory_mb: int = 1024
    output_kb: int = 16384
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Program:
    """The code under test and how to drive it.

    Attributes:
        language: a key of the languages table, such as "python".
        source: the text of the program.
        kind: how its runs drive it.
        entry_point: for `calls`: the function to call, or `Class.method`.
        tests: for `tests`: files of test code, name to text; the code under test never sees them.
            For `judge`: further source files.
        framework: for `tests`: "asserts", "pytest" or "unittest".
        module: for `tests`: the name under which test code imports the program.
        isolate: True gives each run a process of its own; False lets runs share one, with fresh
            globals for each, as long as nothing goes wrong in it.
        partner: for `stdio`: a program of kind `judge` that talks with this one, each through its
            standard streams; the outcome's value says how that one ended, JSON.
        stop_on_failure: True skips the runs after the first that did not end "ok".
    """

    language: str
    source: str
    kind: Kind = "stdio"
    entry_point: str | None = None
    tests: tuple[tuple[str, str], ...] = ()
    framework: str = "asserts"
    module: str = "solution"
    isolate: bool = False
    stop_on_failure: bool = True
    partner: "Program | None" = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program.

    Attributes:
        stdin: what it reads: standard input, or for `calls` the encoded arguments
            (`sandbox.values.encode_call`).
        files, arguments: for `judge`, and for a program's partner: files by name, found in `DATA`,
            and what stands after the program's name. For `workspace`: files by their paths.
    """

    stdin: bytes = b""
    files: tuple[tuple[str, bytes], ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run ended.

    Attributes:
        status: see `Status`.
        exit_code: of a run that exited by itself.
        signal: the number of the signal that ended it.
        stdout, stderr: what it wrote; stderr cut to its first and last 32 KiB.
        value: for `calls`: the encoded return value (`sandbox.values.decode`); for `tests`: the
            report of the test process, JSON; for `workspace`: the files that were left.
        wall_ms, cpu_ms: milliseconds on the two clocks, apart; CPU time with that of processes it
            started, as far as it is known.
        memory_mb: MiB resident at the peak (of the process, so of all runs that shared it so far).
        isolated: whether this run had a fresh process (True for the first run in a shared one).
    """

    status: Status
    exit_code: int | None = None
    signal: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    value: bytes | None = None
    wall_ms: float = 0.0
    cpu_ms: float = 0.0
    memory_mb: float = 0.0
    isolated: bool = True

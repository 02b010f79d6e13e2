"""Turns a program into commands: compile it once, run what came of it many times.

Knows languages and the cache of what was compiled; how a command is executed is the backend's.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from sandbox import apart, frameworks, jvm, twin, workspace
from sandbox.command import BOX, LIBRARY, Command, File, Source, unpack
from sandbox.frameworks.bench import Listed, Step
from sandbox.installed import SEARCH_PATH, Installed
from sandbox.languages import LANGUAGES, Language
from sandbox.program import Limits, Outcome, Program, Run
from sandbox.reading import Reader, Unreadable
from sandbox.toolbox import Execute, Toolbox

PYTHON = replace(
    LANGUAGES["python"],
    file="main.py",
    run=("python3", "-I", f"{BOX}/main.py"),
    address_mb=1024,
    environment={"PYTHONHASHSEED": "0"},
)
"""Python as a command, for judges: programs under test go to the zygote instead."""

HARNESS = Path(__file__).with_name("harness")
CACHE_BYTES = 256 << 20
COMPILE_OUTPUT_KB = 64 << 10
COMPILE_SAID_BYTES = 1 << 20
COMPILE_PROCESSES = 64
COMPILE_SCRATCH_MB = 256
ENVIRONMENT = {"PATH": SEARCH_PATH, "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108

_VERSION_LIMITS = Limits(time_s=30, memory_mb=2048, output_kb=64, processes=COMPILE_PROCESSES)

_REASONS = {
    "time_limit": "the compiler took too long",
    "memory_limit": "the compiler took too much memory",
    "output_limit": "the compiler wrote too much",
}


def is_command(program: Program) -> bool:
    """Whether a program runs as a command of its own, not in the warm interpreter.

    Raises:
        ValueError: there is no such language.
    """
    if program.language not in LANGUAGES:
        raise ValueError(f"programs in {program.language!r} can't be run here")
    alone = program.kind in {"judge", "workspace"} or program.partner is not None
    return alone or bool(LANGUAGES[program.language].run)


class Site(Protocol):
    """Where programs are executed, and read.

    Attributes:
        reader: of this place.
    """

    reader: Reader

    @property
    def execute(self) -> Execute:
        """Of this place."""


class Workshop:
    """One for all places of a backend."""

    def __init__(self, toolbox: Toolbox, installed: Installed) -> None:
        self.toolbox = toolbox
        self.python = installed.interpreter
        self._paths = installed.paths
        self._found: dict[str, dict[str, str]] = {}
        self._built: OrderedDict[bytes, tuple[File, ...] | Outcome] = OrderedDict()
        self._size = 0
        self._lists: dict[bytes, Listed] = {}
        for language in (*LANGUAGES.values(), PYTHON):
            if language.run and language.commands() <= self._paths.keys():
                self._found[language.name] = {name: self._at(name) for name in language.commands()}

    def _at(self, name: str) -> str:
        """Where a command lies; Java finds its own files from there, but through no link."""
        return self._paths[name][name in {"java", "javac"}]

    def languages(self) -> list[str]:
        """Those whose toolchain is here."""
        return [name for name in self._found if name != PYTHON.name]

    async def run(
        self, site: Site, program: Program, runs: Sequence[Run], limits: Limits
    ) -> list[Outcome]:
        """What `sandbox.run` does, for a program in a language with commands."""
        language = _language(program)
        if language.name not in self._found:
            return [Outcome("no_toolchain")] * len(runs)
        if program.kind == "version":
            return await site.execute(self._version(language), runs, _VERSION_LIMITS, True)
        if "c" in self._found:
            await self.toolbox.runner(site.execute, self._compile_command)
        limits = _at_least(limits, language)
        if program.kind == "tests":
            return [await self._run_tests(site, language, program, limits)]
        built = await self._made(site, language, program)
        if isinstance(built, Outcome):
            rest: list[Outcome] = [Outcome("skipped") if program.stop_on_failure else built]
            return [built, *rest * (len(runs) - 1)]
        command = self._run_command(language, built, limits, ())
        return await self._run_all(site, program, command, runs, limits)

    async def _run_tests(
        self, site: Site, language: Language, program: Program, limits: Limits
    ) -> Outcome:
        """One run of test code, in the way of its language or framework."""
        if program.framework != "asserts":
            return await self._run_files(site, language, program, limits)
        if language.name in twin.LANGUAGES:
            return await self._run_twins(site, language, program, limits)
        return await self._run_apart(site, language, program, limits)

    async def _run_apart(
        self, site: Site, language: Language, program: Program, limits: Limits
    ) -> Outcome:
        """One run of test code as the partner of the program that it calls."""

        async def build(source: Source) -> tuple[File, ...] | Outcome:
            return await self._files(site, language, source)

        async def pair(
            owner: Source, built: Sequence[File], tester: Source, tests: Sequence[File]
        ) -> Outcome:
            partner = self._run_command(language, tuple(tests), limits, tester.run)
            command = self._run_command(language, tuple(built), limits, owner.run)
            pair = replace(command, partner=partner)
            (outcome,) = await site.execute(pair, [Run()], limits, True)
            return outcome

        texts = (program.source, program.tests[0][1])
        outcome = await apart.run(build, pair, site.reader, language.name, texts)
        return _memory(language, outcome)

    async def _run_twins(
        self, site: Site, language: Language, program: Program, limits: Limits
    ) -> Outcome:
        """The tests in one process, the program in another."""
        files = twin.sources(language.name, program.source, program.tests[0][1])
        built = await self._files(site, language, Source(files))
        if isinstance(built, Outcome):
            return built
        token = twin.new_token()
        ours, theirs = (
            replace(
                self._run_command(language, files, limits, twin.arguments(language.name, role)),
                wire=twin.TWINS[language.name].wire,
            )
            for role, files in zip(
                ("program", "tests"), twin.ends(language.name, built, token), strict=True
            )
        )
        (outcome,) = await site.execute(replace(ours, partner=theirs), [Run()], limits, True)
        return twin.report(_memory(language, outcome), token)

    async def _run_all(
        self, site: Site, program: Program, command: Command, runs: Sequence[Run], limits: Limits
    ) -> list[Outcome]:
        if program.kind == "judge":
            return [await _run_judge(site, command, run, limits) for run in runs]
        if program.kind == "workspace":
            if program.language == "python":
                command = workspace.own_python(command, self.python)
            return [await _run_in_workspace(site, command, run, limits) for run in runs]
        if program.partner:
            return await self._run_pairs(site, program, command, runs, limits)
        outcomes = await site.execute(command, runs, limits, program.stop_on_failure)
        return [_memory(_language(program), outcome) for outcome in outcomes]

    async def _run_files(
        self, site: Site, language: Language, program: Program, limits: Limits
    ) -> Outcome:
        """One run of test files of a framework."""

        async def build(step: Step) -> tuple[File, ...] | Outcome:
            return await self._build(site, language, step.arguments, step.files)

        async def start(line: tuple[str, ...], files: tuple[File, ...], stdin: bytes) -> Outcome:
            command = self._run_command(replace(language, run=line), files, limits, ())
            (outcome,) = await site.execute(command, [Run(stdin)], limits, True)
            return _memory(language, outcome)

        try:
            bench = await site.reader.read(frameworks.bench, program, frozenset(self._paths))
        except Unreadable as problem:
            return _unreadable(problem)
        return await frameworks.run(bench, build, start, site.reader, self._lists)

    async def _run_pairs(
        self, site: Site, program: Program, command: Command, runs: Sequence[Run], limits: Limits
    ) -> list[Outcome]:
        """Each run with the program's partner, which finds the run's files."""
        assert program.partner is not None
        language = _language(program.partner)
        if language.name not in self._found:
            return [Outcome("no_toolchain")] * len(runs)
        built = await self._made(site, language, program.partner)
        if isinstance(built, Outcome):
            failed = json.dumps({"compile_error": built.stderr.decode(errors="replace")})
            return [Outcome("ok", value=failed.encode())] * len(runs)
        partner = self._run_command(language, built, limits, ())
        outcomes: list[Outcome] = []
        for run in runs:
            if program.stop_on_failure and any(done.status != "ok" for done in outcomes):
                outcomes.append(Outcome("skipped"))
                continue
            pair = replace(command, partner=_with_data(partner, run))
            outcomes += await site.execute(pair, [Run()], limits, True)
        return [_memory(_language(program), outcome) for outcome in outcomes]

    async def _made(
        self, site: Site, language: Language, program: Program
    ) -> tuple[File, ...] | Outcome:
        """What is run of a program."""
        try:
            source = await _source(site.reader, language, program)
        except Unreadable as problem:
            return _unreadable(problem)
        return await self._files(site, language, source)

    async def _files(
        self, site: Site, language: Language, source: Source
    ) -> tuple[File, ...] | Outcome:
        """What is run: the source itself, or what the compiler made of it."""
        if not language.compile:
            return source.files
        if source.library:
            return await self._with_library(site, language, source, source.library)
        text = b"".join(file.data for file in source.files)
        header = await self.toolbox.header(site.execute, language, text, self._compile_command)
        public = Path(source.files[0].path).stem
        at = language.compile.index("{harness}") if "{harness}" in language.compile else 0
        line = (*language.compile[:at], *source.compile, *language.compile[at + 1 :])
        arguments = tuple(
            part.replace("{public}", public).replace("{header}", header)
            for part in (line if at else language.compile)
        )
        support = (File(name, (HARNESS / name).read_bytes()) for name in language.support)
        return await self._build(site, language, arguments, (*source.files, *support))

    async def _with_library(
        self, site: Site, language: Language, source: Source, library: Source
    ) -> tuple[File, ...] | Outcome:
        """What the compiler made of a source, and of its library, which no file of its replaces."""
        common = await self._files(site, language, library)
        if isinstance(common, Outcome):
            return common
        place = LIBRARY.removeprefix(f"{BOX}/")
        shown = tuple(file._replace(path=f"{place}/{file.path}") for file in common)
        alone = replace(source, files=(*source.files, *shown), library=None)
        built = await self._files(site, language, alone)
        if isinstance(built, Outcome):
            return built
        names = {file.path for file in common}
        return (*(file for file in built if file.path not in names), *common)

    async def _build(
        self, site: Site, language: Language, arguments: tuple[str, ...], files: tuple[File, ...]
    ) -> tuple[File, ...] | Outcome:
        """What a compile leaves, from the cache where it was done before."""
        key = _key(language, arguments, files)
        built = self._built.get(key)
        if built is not None:
            self._built.move_to_end(key)
            return built
        built = await self._compile(site, language, arguments, files)
        if not isinstance(built, Outcome) or built.exit_code is not None:
            self._keep(key, built)
        return built

    async def _compile(
        self, site: Site, language: Language, arguments: tuple[str, ...], files: tuple[File, ...]
    ) -> tuple[File, ...] | Outcome:
        limits = Limits(
            language.compile_s, language.compile_mb, COMPILE_OUTPUT_KB, COMPILE_PROCESSES
        )
        line = await self.toolbox.archived(site.execute, language, arguments, self._compile_command)
        command = self._compile_command(language, line, files)
        (outcome,) = await site.execute(command, [Run()], limits, True)
        if outcome.status == "ok":
            try:
                return unpack(outcome.value or b"")
            except ValueError:
                outcome = replace(outcome, status="output_limit")
        said = _REASONS.get(outcome.status, "")
        return replace(
            outcome,
            status="compile_error",
            stdout=b"",
            stderr=(outcome.stderr or outcome.stdout)[:COMPILE_SAID_BYTES] + said.encode(),
            value=None,
        )

    def _keep(self, key: bytes, built: tuple[File, ...] | Outcome) -> None:
        self._built[key] = built
        self._size += _size(built)
        while self._size > CACHE_BYTES:
            _, oldest = self._built.popitem(last=False)
            self._size -= _size(oldest)

    def _compile_command(
        self, language: Language, arguments: Sequence[str], files: tuple[File, ...]
    ) -> Command:
        return Command(
            arguments=(self._path(language, arguments[0]), *arguments[1:]),
            files=files,
            environment=ENVIRONMENT | language.environment,
            proc_exe=self._proc_exe(language),
            address_mb=language.address_mb,
            spare_mb=language.spare_mb,
            stack_mb=64,
            collect=True,
            scratch_mb=COMPILE_SCRATCH_MB,
        )

    def _run_command(
        self, language: Language, files: tuple[File, ...], limits: Limits, last: tuple[str, ...]
    ) -> Command:
        main = jvm.main_class(files) if "{main}" in language.run else ""
        filled = [
            part.replace("{memory_mb}", str(limits.memory_mb)).replace("{main}", main)
            for part in ((*language.run[:-1], *last) if last else language.run)
        ]
        return Command(
            arguments=(self._path(language, filled[0]), *filled[1:]),
            files=files,
            environment=ENVIRONMENT | language.environment | language.run_environment,
            proc_exe=self._proc_exe(language),
            address_mb=language.address_mb,
            spare_mb=language.spare_mb,
            stack_mb=language.stack_mb,
        )

    def _version(self, language: Language) -> Command:
        first, *rest = language.version
        return Command(
            (self._path(language, first), *rest),
            (),
            ENVIRONMENT | language.environment,
            self._proc_exe(language),
            address_mb=max(language.address_mb, 4096),
            spare_mb=language.spare_mb,
            stack_mb=8,
        )

    def _proc_exe(self, language: Language) -> str:
        name = language.proc_exe
        return self._paths[name][1] if name else ""

    def _path(self, language: Language, name: str) -> str:
        return name if name.startswith("/") else self._found[language.name][name]


def wanted() -> list[str]:
    """What a workshop would like to find installed (`sandbox.installed.look`)."""
    commands = (language.commands() for language in (*LANGUAGES.values(), PYTHON))
    return sorted(frameworks.LIBRARIES.union(*commands))


async def _source(reader: Reader, language: Language, program: Program) -> Source:
    """What is compiled, or run as it is."""
    name = language.file
    if "{public}" in name:
        public = await reader.read(jvm.public_class, program.source)
        name = name.replace("{public}", public or "Main")
    source = File(name, program.source.encode("utf-8", "surrogatepass"))
    more = (File(name, text.encode("utf-8", "surrogatepass")) for name, text in program.tests)
    return Source((source, *more))


async def _run_judge(site: Site, command: Command, run: Run, limits: Limits) -> Outcome:
    """One run, with its own files beside the program."""
    (outcome,) = await site.execute(_with_data(command, run), [Run(run.stdin)], limits, True)
    return outcome


async def _run_in_workspace(site: Site, command: Command, run: Run, limits: Limits) -> Outcome:
    """One run in a directory of its own."""
    inside = workspace.inside(_with_data(command, run))
    several = replace(limits, processes=max(limits.processes, workspace.PROCESSES))
    (outcome,) = await site.execute(inside, [Run(run.stdin)], several, True)
    return outcome


def _with_data(command: Command, run: Run) -> Command:
    files = tuple(File(f"data/{name}", data) for name, data in run.files)
    arguments = (*command.arguments, *run.arguments)
    return replace(command, files=(*command.files, *files), arguments=arguments)


def _unreadable(problem: Unreadable) -> Outcome:
    return Outcome("compile_error", stderr=str(problem).encode())


def _at_least(limits: Limits, language: Language) -> Limits:
    """The limits, raised to what the language's runtime alone needs."""
    return replace(
        limits,
        memory_mb=max(limits.memory_mb, language.memory_floor_mb),
        processes=max(limits.processes, language.processes),
    )


def _language(program: Program) -> Language:
    return PYTHON if program.language == "python" else LANGUAGES[program.language]


def _key(language: Language, arguments: tuple[str, ...], files: tuple[File, ...]) -> bytes:
    """Changes with whatever the compiler is given."""
    digest = hashlib.sha256(repr((language.name, arguments)).encode())
    for file in files:
        digest.update(f"\0{file.path}\0{len(file.data)}\0".encode() + file.data)
    return digest.digest()


def _size(built: tuple[File, ...] | Outcome) -> int:
    if isinstance(built, Outcome):
        return len(built.stderr) + 200
    return sum(len(file.data) + 200 for file in built)


def _memory(language: Language, outcome: Outcome) -> Outcome:
    """A run that failed as memory ran out, which only its last words tell."""
    if outcome.status != "runtime_error":
        return outcome
    if any(words.encode() in outcome.stderr for words in language.out_of_memory):
        return replace(outcome, status="memory_limit")
    return outcome

"""The archive of a compiler's classes: made once, used where it is Java's own, in nobody's way."""

import os
import subprocess

import pytest

from sandbox import Program, Run, archive, open_sandbox
from sandbox.installed import look
from sandbox.languages import LANGUAGES

JAVA = LANGUAGES["java"]
SOURCE = """import java.util.*;
public class Main {{
  record Pair(int a, int b) {{}}
  public static void main(String[] a) {{
    int n = new Scanner(System.in).nextInt();
    System.out.println("{0} " + n + ' ' + List.of(n).stream().map(x -> new Pair(x, 2)).toList());
  }}
}}"""
WRONG = 'public class Main { public static void main(String[] a) { int x = "s"; } }'


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def fresh(runner, toolbox):
    """A sandbox whose toolbox was empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(toolbox))
        box = runner.run(open_sandbox("namespace", slots=1))
    yield box
    runner.run(box.close())


@pytest.fixture(scope="module")
def made(runner, fresh, toolbox):
    """The archive, after a second program, and what there was after the first."""
    path = toolbox / "reward-server" / "toolbox" / archive.name(JAVA)
    (first,) = runner.run(fresh.run(Program("java", SOURCE.format("first")), [Run(b"7")]))
    assert first.stdout == b"first 7 [Pair[a=7, b=2]]\n"
    before = path.exists()
    (second,) = runner.run(fresh.run(Program("java", SOURCE.format("second")), [Run(b"8")]))
    assert second.stdout == b"second 8 [Pair[a=8, b=2]]\n"
    return path, before


def test_the_first_program_does_not_wait_for_it(made):
    path, before = made
    assert not before
    assert path.stat().st_size > 1 << 20
    assert path.stat().st_mode & 0o222 == 0o200, "nobody but the server's user can write to it"


def test_java_starts_the_compiler_from_it(made, tmp_path):
    path, _ = made
    line = archive.used(JAVA.compile, JAVA, there=True)
    main = line.index("com.sun.tools.javac.Main")
    flags = [part.replace("/toolbox/java.jsa", str(path)) for part in line[1 : main + 1]]
    flags[flags.index("-Xlog:disable")] = "-Xlog:class+load"
    java = look(["java"])["java"][1]
    for share in ("-Xshare:on", "-Xshare:auto"):
        said = subprocess.run(
            [java, share, *flags, "-version"],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        assert "javac.main.JavaCompiler source: shared objects file (top)" in said.stdout


@pytest.mark.parametrize("harm", ["junk", "cut", "none", "another"])
def test_compiles_do_without_one_that_is_none(runner, fresh, made, harm):
    """Nor does a message of Java about it get into what a compiler said."""
    path, _ = made
    whole = path.read_bytes()
    harmed = {"junk": b"junk" * 999, "cut": whole[: len(whole) // 2], "none": None}
    harmed["another"] = whole.replace(b"OpenJDK", b"ClosJDK")
    try:
        path.unlink()
        if harmed[harm] is not None:
            path.write_bytes(harmed[harm])
        (right,) = runner.run(fresh.run(Program("java", SOURCE.format(harm)), [Run(b"1")]))
        (wrong,) = runner.run(fresh.run(Program("java", WRONG + f"// {harm}"), [Run(b"1")]))
    finally:
        path.write_bytes(whole)
    assert right.stdout == f"{harm} 1 [Pair[a=1, b=2]]\n".encode()
    assert wrong.status == "compile_error"
    assert wrong.stderr.startswith(b"/box/Main.java:1: error: incompatible types")


def test_it_is_made_anew_for_another_java(runner, fresh, made):
    path, _ = made
    mark = path.with_name(f"{path.name}.key")
    mark.write_text("of another java")
    box = fresh._places[0].workshop.toolbox  # as after a start with another Java
    box._tried.clear()
    before = path.stat().st_ino
    runner.run(fresh.run(Program("java", SOURCE.format("anew")), [Run(b"1")]))
    assert path.stat().st_ino != before
    assert mark.read_text() != "of another java"
    assert os.access(path, os.R_OK)

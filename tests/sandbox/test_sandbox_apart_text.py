"""Programs are read without a compiler: whatever their text, it is read or has no halves."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.apart import LANGUAGES, MOST_CHARS, run
from sandbox.apart.halves import Unsplittable
from sandbox.reading import Reader
from tests.clock import at_most

WORDS = """
() { } [ ] < > ; , : :: = -> & * ~ . ... ' " ` # // /* */ \\ => <T> {} 'a f F x T int i32 auto
void char template class struct enum union namespace operator== operator[] typename const
constexpr static using typedef friend virtual return 1 0.5 fn pub mod impl trait for where dyn
Fn type func map interface package import chan default requires std:: string vector<int> Vec<T>
Self self Self::Item iota public final #define #include (x)
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "[T any]", "(x int)", "&mut self"])
TEXTS = st.lists(PIECES, max_size=40).map(" ".join)
TABLE = Path(__file__).parents[1] / "cases" / "code" / "natural.jsonl"
NATURAL = [json.loads(line) for line in TABLE.read_text(encoding="utf-8").splitlines()]
TESTS = {
    "c": "assert(f(3) == x);",
    "cpp": "T t; assert(f(3) == t.x);",
    "go": "func main() { var t T; if F(3) != t.x { panic(f(t)) } }",
    "java": "class Main { public static void main(String[] a) { assert f(3) == T.x; } }",
    "rust": "let t = T::x(3); assert_eq!(f(t), F);",
}


@pytest.mark.parametrize("language", TESTS)
@settings(max_examples=150, deadline=None)
@given(program=TEXTS)
@example(program="template <class T")
@example(program="type T[")
@example(program="impl<T")
@example(program="fn f<")
@example(program="func F[")
@example(program="struct T" + "{" * 2000)
@example(program="const ()")
def test_any_text_is_read(language, program):
    read(language, program, TESTS[language])


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(NATURAL), st.floats(0, 1), st.integers(0, 30), PIECES)
def test_damaged_programs_are_read(case, where, length, piece):
    program, tests = case["completion"], case["tests"]
    at = int(where * len(program))
    damaged = f"{program[:at]}{piece}{program[at + length :]}"
    read(tests["language"], damaged, tests["asserts"])


def read(language, program, tests):
    """Makes all halves; what can't be one says so, and tests are not refused for it."""
    halves = LANGUAGES[language]
    with contextlib.suppress(Unsplittable):
        halves.question(program, tests)
        halves.probe(program, tests, program)
        halves.tester(program, tests, ())
        halves.owner(program, tests, ())
        halves.joined(program, tests)


@pytest.mark.parametrize("language", TESTS)
def test_a_very_long_program_is_refused_unread(language):
    async def build(source):
        raise AssertionError(source)

    program = "\n" * (MOST_CHARS + 1)
    outcome = asyncio.run(run(build, build, Reader(), language, (program, TESTS[language])))
    assert outcome.status == "compile_error"
    assert b"at most 65536 are taken" in outcome.stderr


@pytest.mark.parametrize("piece", ["\n", "//\n", 'R"(', 'r#"', "var (\n", "type A struct {\n"])
@pytest.mark.parametrize("language", TESTS)
def test_a_repeated_piece_is_read_in_passing(language, piece):
    """What was read to its end once is not read again from each piece on."""

    def work(count):
        program, tests = LANGUAGES[language].fitted(piece * count, TESTS[language])
        with contextlib.suppress(Unsplittable):
            LANGUAGES[language].tester(program, tests, ())

    at_most(1.0, work, 4000, 3999)

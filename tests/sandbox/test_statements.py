"""Test code is taken apart the same way with and without a tree of Python objects."""

import ast
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.split import statements
from sandbox.split.statements import Statement, split
from tests.examples import at_least

USUAL = [
    "assert f(1) == 1",
    "assert f(1) == 1\nassert f(2) == [\n    1,\n    2,\n], 'no'\n",
    "METADATA = {\n    'author': 'x',\n}\n\n\ndef check(f):\n    assert f(1) == 1\n",
    "import math\nfrom os import path\n\n# a word\ndef check(f):\n    assert f(1)\n\ncheck(g)\n",
    "def check(f):\n    assert f\ndef test_a():\n    assert 1\nassert len([check for _ in 'ab'])\n",
    "class T:\n    def test_a(self):\n        assert f(1)\nT().test_a()\n",
    "assert (lambda x: test_a(x))(1)\ndef test_a(x):\n    return x\n",
]
UNUSUAL = [
    "assert f('''\n  a\n''')",
    "assert f(1); assert f(2)",
    "assert f(1)\rassert f(2)",
    "\fassert f(1)\n\fassert f(2)",
    "if f(1):\n    assert f(2)\nelse:\n    assert f(3)\n",
    "@f\ndef check(g):\n    assert g\n",
    "text = '''\nassert f(1)\n'''\nassert f(text)",
    "assert f(1) == \\\n1",
    "for x in f(1):\n    assert x\n",
    "'a word'\nassert f(1)",
    "f(1)[0] = 2",
    "a, b = f(1)",
    "def test_a():\n    assert f(1)\nassert g.test_a()",
    "async def check(f):\n    assert f",
    "",
]
PIECES = st.sampled_from(
    [
        *USUAL,
        *UNUSUAL,
        "# a word",
        "  ",
        "\n",
        "(",
        ")",
        '"""',
        "\\",
        "assert",
        "x = 1",
        "    y = 2",
    ]
)


def seen(rows: list[Statement]) -> list[object]:
    """What a run of the tests depends on."""
    defined = {row.defines for row in rows}
    return [
        (row.line, row.active, row.is_assert, row.defines, sorted(row.uses & defined - {""}))
        for row in rows
    ]


def by_tree(text: str) -> list[object]:
    return seen([statements._parsed(node) for node in ast.parse(text).body])


@pytest.mark.parametrize("text", USUAL)
def test_usual_tests_are_compiled_as_they_are(text: str) -> None:
    rows = split(text)
    assert all(isinstance(row.code, CodeType) for row in rows)
    assert seen(rows) == by_tree(text)


@pytest.mark.parametrize("text", UNUSUAL)
def test_other_tests_go_through_the_tree(text: str) -> None:
    rows = split(text)
    assert all(isinstance(row.code, ast.Module) for row in rows)
    assert seen(rows) == by_tree(text)


@at_least(400)
@given(st.lists(PIECES, max_size=6).map("\n".join))
def test_both_ways_agree(text: str) -> None:
    try:
        expected = by_tree(text)
    except SyntaxError:
        with pytest.raises(SyntaxError):
            split(text)
        return
    assert seen(split(text)) == expected


def test_lines_in_tracebacks_are_those_of_the_text() -> None:
    *_, last = split("x = 1\n\n\nassert x == 2\n")
    with pytest.raises(AssertionError) as caught:
        last.run({"x": 1})
    assert caught.traceback[-1].lineno + 1 == 4

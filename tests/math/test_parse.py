"""What the parser makes of text: the tree's heads, and that no text is too much for it."""

import pytest

from tests.clock import at_most
from verifiers.math import parse

HEADS = [
    (r"\frac12", "div"),
    ("1/2", "div"),
    (r"2\frac{1}{2}", "add"),
    ("1,234", "num"),
    ("3.50", "dec"),
    (r"0.\overline{3}", "num"),
    ("x^2", "pow"),
    ("2x", "mul"),
    ("f(x+1)", "call"),
    ("x(x+1)", "mul"),
    (r"\sin^2 x", "pow"),
    ("y=2x+1", "rel"),
    ("1<x<2", "rel"),
    ("(1,2)", "seq"),
    ("[0,1)", "seq"),
    (r"\{1,2\}", "set"),
    ("1,2", "list"),
    (r"x=1\text{ or }x=2", "or"),
    (r"(0,1)\cup(2,3)", "union"),
    (r"\{x\mid x>1\}", "builder"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "matrix"),
    (r"\begin{cases}1&x>0\\0&x\le0\end{cases}", "cases"),
    (r"10\text{ cm}", "quantity"),
    (r"\$5", "quantity"),
    ("204_5", "based"),
    (r"50\%", "percent"),
    (r"90^\circ", "degree"),
    ("3:4", "ratio"),
    ("1:58 am", "clock"),
    (r"\int_0^1 x\,dx", "int"),
    (r"\sum_{k=1}^n k", "sum"),
    (r"\lim_{x\to0} x", "lim"),
    (r"\text{Evelyn}", "text"),
    ("42 is wrong", "text"),
    (r"\frac{1}{2", "text"),
    ("42^", "text"),
    ("", "text"),
]

BOMBS = [
    "(" * 15_000,
    "{" * 15_000,
    "-" * 15_000 + "5",
    "%" * 19_000,
    r"\frac" * 3_000,
    r"\sqrt" * 3_000 + "2",
    "x=" * 3_000 + "1",
    "|" * 3_000,
    "1," * 2_500,
    r"\text{" * 2_000 + "a" + "}" * 2_000,
    "*".join(f"(x+{k})" for k in range(900)),
    " " * 19_000 + "5",
    "7" * 19_000,
    r"\frac{1}{1+" * 400 + "x" + "}" * 400,
    "9" * 1_000_000,
]


@pytest.mark.parametrize(("text", "head"), HEADS)
def test_head(text: str, head: str) -> None:
    assert parse(text).head == head


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_bombs_parse_at_once(text: str) -> None:
    assert at_most(1, parse, text).head

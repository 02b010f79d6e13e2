"""Properties of the comparison: an equivalence, kept by rewriting, lost by perturbation."""

import json
from fractions import Fraction
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import at_least
from verifiers.math import equal, matches, parse

LEAVES = st.one_of(
    st.integers(0, 99).map(str),
    st.sampled_from(["x", "y", "n", r"\pi", r"\sqrt{2}", "0.5", r"\frac{2}{3}", r"\alpha", "e"]),
)
DIVISORS = st.one_of(st.integers(1, 99).map(str), st.sampled_from(["x", r"\pi", r"\sqrt{3}"]))


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda p: f"({p[0]})+({p[1]})"),
        pair.map(lambda p: f"({p[0]})-({p[1]})"),
        pair.map(lambda p: rf"({p[0]})\cdot({p[1]})"),
        st.tuples(inner, DIVISORS).map(lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
        inner.map(lambda a: rf"\sqrt{{{a}}}"),
        inner.map(lambda a: f"({a})^{{2}}"),
        inner.map(lambda a: rf"\sin({a})"),
    )


EXPRESSIONS = st.recursive(LEAVES, _compound, max_leaves=6)
STRUCTURES = st.one_of(
    EXPRESSIONS,
    st.lists(EXPRESSIONS, min_size=2, max_size=3).map(lambda e: "(" + ",".join(e) + ")"),
    st.lists(EXPRESSIONS, min_size=1, max_size=3).map(lambda e: r"\{" + ",".join(e) + r"\}"),
    st.tuples(EXPRESSIONS, st.sampled_from(["=", "<", r"\ge"])).map(lambda p: f"z{p[1]}{p[0]}"),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda p: f"[{p[0]},{p[1]})"),
)
JUNK = st.text(
    st.sampled_from(list("0123456789abcxyz+-*/^_(){}[]|.,;:=<>!%&$ \\'\"~")), max_size=40
)
LATEX_PIECES = [
    *"{}()[]1x^_&,=<!%.-9|", r"\frac", r"\sqrt", r"\sin", r"\left", r"\right", r"\begin{pmatrix}",
    r"\end{pmatrix}", r"\\", r"\text{a}", r"\int", r"\sum", r"\pm", r"\cup", r"\in", r"\circ",
]  # fmt: skip
LATEX_JUNK = st.lists(st.sampled_from(LATEX_PIECES), max_size=25).map("".join)


@given(st.one_of(STRUCTURES, JUNK, LATEX_JUNK, st.text(max_size=30)))
def test_an_answer_equals_itself(text: str) -> None:
    assert equal(text, text)


@given(st.one_of(STRUCTURES, JUNK, LATEX_JUNK), st.one_of(STRUCTURES, JUNK, LATEX_JUNK))
@at_least(300)
def test_equal_is_symmetric_and_never_raises(one: str, two: str) -> None:
    assert equal(one, two) is equal(two, one)
    assert isinstance(matches(one, two).equal, bool)


@given(st.text(max_size=200))
@at_least(300)
def test_any_text_parses(text: str) -> None:
    assert parse(text).head


@given(EXPRESSIONS, EXPRESSIONS)
def test_sums_and_products_commute(one: str, two: str) -> None:
    assert equal(f"({one})+({two})", f"({two})+({one})")
    assert equal(rf"({one})\cdot({two})", f"({two})({one})")


@given(STRUCTURES)
def test_spelling_keeps_the_verdict(text: str) -> None:
    spelt = text.replace(r"\frac", r"\dfrac").replace("(", r"\left(").replace(")", r"\right)")
    assert equal(text, f"${spelt} $")
    assert matches(text, spelt).equal


@given(st.fractions(max_denominator=10**6), st.integers(1, 50))
def test_fractions_are_exact(value: Fraction, factor: int) -> None:
    plain = f"{value.numerator}/{value.denominator}"
    latex = rf"\frac{{{value.numerator * factor}}}{{{value.denominator * factor}}}"
    assert equal(plain, latex)
    assert not equal(
        plain, rf"\frac{{{value.numerator * factor + 1}}}{{{value.denominator * factor}}}"
    )


@given(st.integers(-(10**40), 10**40), st.sampled_from([-1, 1, 10**20]))
def test_integers_of_any_size_are_exact(value: int, shift: int) -> None:
    assert equal(str(value), f"{value}.0")
    assert not matches(str(value), str(value + shift)).equal


@given(st.integers(1, 10**6), st.integers(0, 4))
def test_a_changed_decimal_is_another(digits: int, places: int) -> None:
    one, two = Fraction(digits, 10**places), Fraction(digits + 1, 10**places)
    written = [f"{float(value):.{places}f}" for value in (one, two)]
    assert not matches(*written).equal


@given(EXPRESSIONS, st.integers(1, 9))
def test_a_shifted_expression_is_another(text: str, shift: int) -> None:
    assert not equal(text, f"({text})+{shift}")


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=6, unique=True))
def test_lists_are_free_in_order_and_tuples_are_not(values: list[int]) -> None:
    shuffled = sorted(values, key=lambda value: (value * 7919) % 101)
    ours, theirs = ",".join(map(str, values)), ",".join(map(str, shuffled))
    assert equal(rf"\{{{ours}\}}", rf"\{{{theirs}\}}")
    assert equal(f"({ours})", f"({theirs})") is (values == shuffled)


def test_equal_is_transitive_on_the_cases() -> None:
    texts: set[str] = set()
    for path in (Path(__file__).parent / "cases").glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        texts = {row[side] for row in rows for side in ("reference", "answer")}
        ordered = sorted(text for text in texts if len(text) < 200)
        classes = {one: {two for two in ordered if equal(one, two)} for one in ordered}
        for one, members in classes.items():
            for two in members:
                assert classes[two] == members, (path.stem, one, two)

"""No pair costs much, whatever it holds: every tier decides on sizes before it works."""

import subprocess
import sys

import pytest

from tests.clock import at_most
from verifiers.math import equal, matches

BOMBS = [
    r"10^{10^{10^{10}}}",
    r"9^{9^{9^{9}}}",
    r"\pi^{\pi^{\pi^{\pi^{\pi}}}}",
    r"\binom{10^9}{10^8}",
    "10000000!",
    "(10^{10})!",
    "((5!)!)!",
    r"\lfloor 10^{10^{10}}/3\rfloor",
    r"\prod_{k=1}^{10^8} k",
    r"\sum_{k=1}^{10^8} \sqrt{k}",
    r"\sum_{i=1}^{900}\sum_{j=1}^{900}\sin(ij)",
    r"\int_0^1 x^{x^{x^{x}}} dx",
    r"\lim_{n\to\infty}(1+\frac{\sin n}{n})^{n^n}",
    r"\sum_{n=1}^\infty n!",
    "+".join([r"\lim_{x\to0}\frac{\sin x}{x}"] * 30),
    "+".join(rf"\sin({k}x)y_{{{k}}}" for k in range(100)) + "=0",
    "+".join(f"(x+{k})!" for k in range(200)),
    r"\frac{d}{dx}" * 9 + r"\sin(x^2)",
    r"\mathbb{R}\setminus\{" + ",".join(map(str, range(900))) + r"\}",
    ",".join(rf"\sqrt{{{k}}}" for k in range(2, 1_500)),
    "+".join([r"\pm x"] * 20),
    "1e999999999",
    r"(a+b+c+d+e+f)^{60}",
]


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
@pytest.mark.parametrize("other", ["1", "x", "{}+1"])
def test_a_bomb_is_different_and_cheap(text: str, other: str) -> None:

    def either_way(text: str) -> bool:
        return matches(other.format(text), text).equal or equal(text, other.format(text))

    assert not at_most(3, either_way, text)


def test_a_limit_that_is_slow_to_converge_is_cheap() -> None:
    pair = r"\lim_{x\to\infty}\frac{\ln x}{x}", r"\sum_{k=1}^n k^2"
    assert not at_most(1.2, lambda pair: equal(*pair), pair)


def test_import_touches_no_heavy_module() -> None:
    heavy = "{'sympy', 'mpmath', 'pydantic'}"
    code = f"import verifiers.math, sys; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

"""What a run of a framework's tests wrote, as a report: whatever a program writes beside it."""

import json

import pytest

from sandbox.frameworks.bench import new_tokens, report
from sandbox.program import Outcome
from sandbox.reading import READ_S
from tests.clock import at_most

TOKENS = new_tokens(["one", "two"])
PASSED = [token.encode() for token in TOKENS.passed]
MANY_DIGITS = b"9" * 5000


def reported(stdout):
    outcome = report(Outcome("ok", stdout=stdout), TOKENS, ["one", "two"])
    return [how for _, how, _ in json.loads(outcome.value)["tests"]], outcome.stdout


@pytest.mark.parametrize(
    ("stdout", "expected", "left"),
    [
        (b"%s\n%s\n", ["passed", "passed"], b""),
        (b"a\n%s\nb\n\n%s", ["passed", "passed"], b"a\nb"),
        (b"a%s\n%s\n", ["missing", "passed"], b"a%s"),
        (b"%s and more\n%s\n", ["missing", "passed"], b"%s and more"),
        (b'%s\n%s\n#reward 0 failed "no"\n', ["failed", "passed"], b""),
        (b"%s\n%s\n#reward " + MANY_DIGITS + b" failed x\n", ["passed", "passed"], b""),
        (b"%s\n%s\n#reward 0\n#reward x y z\n#reward \xb2 a b\n", ["passed", "passed"], b""),
        (b"%s\n%s\n" + b"0" * 32 + b"\n", ["passed", "passed"], b"0" * 32),
    ],
)
def test_report(stdout, expected, left):
    fill = PASSED[0] if b"%s" in left else None
    assert reported(stdout % tuple(PASSED)) == (expected, left % fill if fill else left)


@pytest.mark.parametrize("piece", [b"\n", b"a\n", b"0" * 32 + b"\n", b"#reward 0 failed x\n"])
def test_a_flood_of_lines_is_read_in_time(piece):
    flood = piece * ((16 << 20) // len(piece))
    found, _ = at_most(READ_S, reported, flood + b"\n".join([*PASSED, b""]))
    assert found[1] == "passed"

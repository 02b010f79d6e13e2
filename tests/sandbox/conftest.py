"""One sandbox for the session, driven from plain functions."""

import pytest

from sandbox import open_sandbox


@pytest.fixture(scope="session")
def box(runner):
    box = runner.run(open_sandbox(slots=2))
    yield box
    runner.run(box.close())

"""Environments with trainers' own clients: apart from ours, whose import names they may share."""

import pytest

from tests.environments import environment


@pytest.fixture(scope="session")
def fusion_python():
    """A Python that has the real `sandbox-fusion`; made once and kept for later runs."""
    return environment("sandbox-fusion.txt")


@pytest.fixture(scope="session")
def prime_python():
    """A Python that has Prime's `verifiers`."""
    return environment("verifiers.txt")

"""How many examples hypothesis tries."""

from hypothesis import settings


def at_least(count):
    """So many of a test, or more where the profile says so: `make fuzz`."""
    return settings(max_examples=max(count, settings.default.max_examples))

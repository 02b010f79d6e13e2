"""When a run is over: its own time decides, which is CPU time and sleep, but no wait for a core.

The wall clock alone only ends what hardly computes, where it is not known how long that slept.
"""

from typing import NamedTuple

GRACE_S = 0.5
"""Wall seconds past the limit that a run which hardly computes (it sleeps or waits) is given."""

BUSY_SHARE = 0.05
"""A run that got this share of a core since its start is computing on a busy machine, not
sleeping: at a load of 20 a core it would still be above."""

TREE_FACTOR = 3.0
"""A run with processes of its own is given so many times the limit before it counts as quiet."""

LAST_FACTOR, LAST_EXTRA_S = 10.0, 10.0
"""The end of all patience: this many times the limit, and so many seconds."""

SHORTEST_S, _LOOK_AGAIN_S = 0.002, 0.25
_LOOK_FOR_SLEEP_S = 0.01
_ASLEEP_SHARE = 0.5


class Sleep(NamedTuple):
    """What is known of how long a run slept.

    Attributes:
        least_s: seconds that it slept, at least.
        now: whether it sleeps now.
        exact: whether it slept no longer than that.
    """

    least_s: float
    now: bool
    exact: bool


def wait_s(  # noqa: PLR0913 - all that is known of a run
    limit_s: float,
    cpu_s: float,
    wall_s: float,
    cores: int = 1,
    *,
    sleep: Sleep | None = None,
    tree: bool = False,
) -> float:
    """Seconds until the next look at a run that has used so much; 0.0 when its time is up.

    A disk, a hypervisor or a quota on the cores may stop any program, which looks like sleep
    afterwards: so a run is over for its sleep only while it sleeps.

    Args:
        limit_s: the limit on its own time.
        cpu_s: CPU time used so far, of all its threads.
        wall_s: time since it started.
        cores: how many cores its threads may use at once.
        sleep: how long it slept, where that is known.
        tree: whether processes may be at work while it waits, which `cpu_s` leaves out.
    """
    if cpu_s >= limit_s or wall_s >= limit_s * LAST_FACTOR + LAST_EXTRA_S:
        return 0.0
    if sleep and sleep.now and has_slept_over(limit_s, cpu_s, sleep):
        return 0.0
    quiet_end = limit_s * (TREE_FACTOR if tree else 1.0) + GRACE_S
    waits = sleep is not None and sleep.exact and sleep.least_s < _ASLEEP_SHARE * limit_s
    if wall_s >= quiet_end and cpu_s < BUSY_SHARE * wall_s and not waits:
        return 0.0
    until_look = quiet_end - wall_s if wall_s < quiet_end else _LOOK_AGAIN_S
    if wall_s < limit_s:
        until_look = limit_s - wall_s
    elif sleep:
        until_look = max(limit_s - cpu_s - sleep.least_s, _LOOK_FOR_SLEEP_S)
    return max(min((limit_s - cpu_s) / cores, until_look), SHORTEST_S)


def has_slept_over(limit_s: float, cpu_s: float, sleep: Sleep) -> bool:
    """Whether sleep has used up a run's time.

    It must have slept through half of its limit: reading its files may stop any program shortly.
    """
    return cpu_s + sleep.least_s >= limit_s and sleep.least_s >= _ASLEEP_SHARE * limit_s

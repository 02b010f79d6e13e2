"""When a run is over: CPU time decides, the wall clock only ends what hardly computes."""

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


def wait_s(
    limit_s: float, cpu_s: float, wall_s: float, cores: int = 1, *, tree: bool = False
) -> float:
    """Seconds until the next look at a run that has used so much; 0.0 when its time is up.

    Args:
        limit_s: the limit on CPU time.
        cpu_s: CPU time used so far, of all its threads.
        wall_s: time since it started.
        cores: how many cores its threads may use at once.
        tree: whether processes of its own may be at work while it waits, which `cpu_s` leaves out.
    """
    quiet_end = limit_s * (TREE_FACTOR if tree else 1.0) + GRACE_S
    if cpu_s >= limit_s or wall_s >= limit_s * LAST_FACTOR + LAST_EXTRA_S:
        return 0.0
    if wall_s >= quiet_end and cpu_s < BUSY_SHARE * wall_s:
        return 0.0
    until_limit = (limit_s - cpu_s) / cores
    until_look = quiet_end - wall_s if wall_s < quiet_end else _LOOK_AGAIN_S
    return max(min(until_limit, until_look), SHORTEST_S)


def unless_asleep(left_s: float, limit_s: float, cpu_s: float, asleep_s: float) -> float:
    """As `wait_s`, for a run of which it is known how long it slept: a sleeper's time is up.

    It must have slept through half of its limit: reading its files may stop any program shortly.
    """
    if cpu_s + asleep_s >= limit_s and asleep_s >= _ASLEEP_SHARE * limit_s:
        return 0.0
    return min(left_s, _LOOK_FOR_SLEEP_S)

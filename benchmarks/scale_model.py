"""What a cluster of N nodes gives, from what one costs: the model of docs/scaling.md.

python -m benchmarks.scale_model      the table of that page
"""

import math
from dataclasses import dataclass

NODES = (1, 3, 10, 30, 100, 300, 1000)


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured, and what a cluster is.

    Attributes:
        work_us: CPU µs of a node for an item, all told.
        actor_us: those of them that are its actor's, which is one process on one core.
        driver_us: CPU µs of the driver for an item; it is one process on one core.
        ping_us: CPU µs of the driver to ask one node how it is.
        item_bytes: of an item and its result on the wire.
        cores: of a node.
        network_gbit: of the driver's machine.
    """

    work_us: float
    driver_us: float
    actor_us: float = 18.0
    ping_us: float = 450.0
    item_bytes: float = 5000.0
    cores: int = 64
    network_gbit: float = 25.0


def project(costs: Costs, nodes: int, drivers: int = 1) -> tuple[float, str]:
    """Items a second of so many nodes, and what bounds them: `nodes`, `drivers` or `network`.

    Nodes share nothing, so they add up; drivers share nothing but the nodes, each of which they ask
    once a second, or all together 50 times a second where there are more than 50.
    """
    pings = min(nodes, 50) * costs.ping_us * 1e-6
    bounds = {
        "nodes": nodes * min(costs.cores * 1e6 / costs.work_us, 1e6 / costs.actor_us),
        "drivers": drivers * (1 - pings) * 1e6 / costs.driver_us,
        "network": drivers * costs.network_gbit * 1e9 / 8 / costs.item_bytes,
    }
    least = min(bounds, key=lambda name: bounds[name])
    return bounds[least], least


def drivers_for(costs: Costs, nodes: int) -> int:
    """How many drivers keep so many nodes busy."""
    wanted, _ = project(costs, nodes, drivers=10**6)
    alone, _ = project(costs, 10**6, drivers=1)
    return max(1, math.ceil(wanted / alone))


LOADS = {
    "maths": Costs(work_us=250, driver_us=30),
    "a program in twenty": Costs(work_us=900, driver_us=35),
    "programs only": Costs(work_us=12_000, driver_us=120),
}
"""What docs/scaling.md measured of driver and actor, rounded up, and assumes of the work."""


def rows() -> list[str]:
    """The table of the page: for each load the rate of one driver, of enough, and how many."""
    lines = []
    for nodes in NODES:
        cells = [f"{nodes:,}"]
        for costs in LOADS.values():
            needed = drivers_for(costs, nodes)
            one, many = (project(costs, nodes, drivers)[0] for drivers in (1, needed))
            cells += [f"{one:,.0f}", f"{many:,.0f}", f"{needed:,}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    print("\n".join(rows()))

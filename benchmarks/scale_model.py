"""What a cluster of N nodes gives, from what one costs: the model of docs/scaling.md.

python -m benchmarks.scale_model      the table of that page
"""

from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

NODES = (1, 3, 10, 30, 100, 300, 1000)


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured, and what a cluster is.

    Attributes:
        work_us: CPU µs of a node for an item, all told.
        driver_us: CPU µs of the driver for an item; it is one process on one core.
        ping_us: CPU µs of the driver to ask one node how it is.
        item_bytes: of an item and its result on the wire.
        cores: of a node.
        network_gbit: of the driver's machine.
    """

    work_us: float
    driver_us: float
    ping_us: float = 600.0
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
        "nodes": nodes * costs.cores * 1e6 / costs.work_us,
        "drivers": drivers * (1 - pings) * 1e6 / costs.driver_us,
        "network": drivers * costs.network_gbit * 1e9 / 8 / costs.item_bytes,
    }
    least = min(bounds, key=lambda name: bounds[name])
    return bounds[least], least


LOADS = {
    "maths": Costs(work_us=250, driver_us=35),
    "a program in twenty": Costs(work_us=900, driver_us=40),
    "programs only": Costs(work_us=12_000, driver_us=120),
}
"""Measured on the machine that docs/scaling.md names."""


def main() -> None:
    """Print the table."""
    table = Table(
        "nodes", *(f"{name}, {n} driver{'s' * (n > 1)}" for name in LOADS for n in (1, 8))
    )
    for nodes in NODES:
        row = [project(costs, nodes, n) for costs in LOADS.values() for n in (1, 8)]
        table.add_row(str(nodes), *(f"{rate:,.0f} ({bound})" for rate, bound in row))
    Console(width=160).print(table)


if __name__ == "__main__":
    typer.run(main)

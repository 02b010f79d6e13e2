"""The model of docs/scaling.md: what bounds a cluster; and the page has the model's numbers."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.scale_model import Costs, drivers_for, project, rows

PAGE = (Path(__file__).parent.parent / "docs" / "scaling.md").read_text()
PLAIN = Costs(
    work_us=1000, driver_us=40, actor_us=10, ping_us=0, item_bytes=5000, cores=10, network_gbit=10
)


@pytest.mark.parametrize(
    ("nodes", "drivers", "expected"),
    [
        (1, 1, (10_000, "nodes")),
        (2, 1, (20_000, "nodes")),
        (3, 1, (25_000, "drivers")),
        (1000, 1, (25_000, "drivers")),
        (3, 2, (30_000, "nodes")),
        (1000, 4, (100_000, "drivers")),
    ],
)
def test_what_bounds(nodes, drivers, expected):
    rate, bound = project(PLAIN, nodes, drivers)
    assert (round(rate), bound) == expected


def test_a_nodes_actor_is_one_core():
    assert project(replace(PLAIN, actor_us=500), 3) == (6000, "nodes")


def test_large_texts_are_bound_by_the_network():
    rate, bound = project(Costs(work_us=1000, driver_us=40, item_bytes=10**6, network_gbit=8), 100)
    assert (rate, bound) == (1000, "network")


def test_asking_nodes_costs_the_driver_a_bounded_share():
    costs = Costs(work_us=10, driver_us=40, ping_us=600)
    assert project(costs, 10)[0] == pytest.approx(25_000 * (1 - 0.006))
    assert project(costs, 1000)[0] == project(costs, 50)[0] == pytest.approx(25_000 * 0.97)


def test_as_many_drivers_as_needed_are_enough_and_one_less_is_not():
    needed = drivers_for(PLAIN, 10)
    assert needed == 4
    assert project(PLAIN, 10, needed)[1] == "nodes"
    assert project(PLAIN, 10, needed - 1)[1] == "drivers"


def test_the_page_has_the_models_numbers():
    assert "\n".join(rows()) in PAGE

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from requests.adapters import HTTPAdapter
from sodapy import Socrata

from tests.portal import Portal
from tests.portal.chicago import CRIMES, serve_small_crimes
from tests.unit.portal.conftest import ROWS, Get, asking


@pytest.fixture
def client(portal: Portal) -> Iterator[Socrata]:
    adapter = {"prefix": "http://", "adapter": HTTPAdapter()}
    with Socrata(portal.domain, "token", session_adapter=adapter) as opened:
        yield opened


def test_sodapy_get_all_loses_rows_although_the_total_is_right(client: Socrata, crimes: pa.Table) -> None:
    ids = [row["id"] for row in client.get_all(CRIMES, select="id", limit=100)]

    assert len(ids) == ROWS
    assert len(set(ids)) < ROWS * 0.9


def test_keyset_pages_lose_nothing(client: Socrata, crimes: pa.Table) -> None:
    ids: list[str] = []
    while page := client.get(CRIMES, select="id", where=f"id > {ids[-1] if ids else 0}", order="id", limit=100):
        ids.extend(row["id"] for row in page)

    assert ids == crimes["id"].to_pylist()


def test_an_order_with_ties_is_shuffled_among_them(get: Get, crimes: pa.Table) -> None:
    first, second = (get(select="id, district", order="district", limit=ROWS).json() for _ in range(2))

    assert [row["district"] for row in first] == [row["district"] for row in second]
    assert [row["id"] for row in first] != [row["id"] for row in second]


def test_unordered_groups_are_shuffled_too(get: Get, crimes: pa.Table) -> None:
    orders = {tuple(row["beat"] for row in get(select="beat, count(*)", group="beat").json()) for _ in range(3)}

    assert len(orders) == 3
    assert len({frozenset(order) for order in orders}) == 1


def test_the_shuffle_can_be_switched_off(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.shuffle = False

    assert [row["id"] for row in get(limit=ROWS).json()] == crimes["id"].to_pylist()


def test_one_seed_gives_one_series_of_orders() -> None:
    series = []
    for seed in (1, 1, 2):
        with Portal(seed=seed) as portal, asking(portal) as ask:
            serve_small_crimes(portal, rows_per_quarter=50)
            series.append([[row["id"] for row in ask().json()] for _ in range(2)])

    assert series[0] == series[1] != series[2]
    assert series[0][0] != series[0][1]

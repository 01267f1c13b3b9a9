from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from tests.portal import Fault, Portal, Request
from tests.portal.chicago import CRIMES
from tests.unit.portal.conftest import ROWS, Get

VIEW = f"/api/views/{CRIMES}.json"


# These tests change no row, so they share one portal.
@pytest.fixture
def portal(shared: Portal) -> Iterator[Portal]:
    shared.reset_log()
    yield shared
    shared.faults.clear()


@pytest.fixture
def crimes(made_crimes: pa.Table) -> pa.Table:
    return made_crimes


def test_a_fault_strikes_as_often_as_told_and_after_what_it_skips(get: Get, portal: Portal, crimes: pa.Table) -> None:
    fault = portal.faults.add(Fault(kind="status", skip=1, times=2))

    assert [get().status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert fault.fired == 2
    assert [record.fault for record in portal.requests] == [None, "status", "status", None, None]


def test_a_fault_for_ever_ends_when_cleared(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="status", times=None))

    assert {get().status_code for _ in range(4)} == {503}
    portal.faults.clear()
    assert get().status_code == 200


def test_a_fault_strikes_only_what_it_matches(get: Get, portal: Portal, crimes: pa.Table) -> None:
    def is_july(request: Request) -> bool:
        return "2018-07" in request.params.get("$where", "")

    portal.faults.add(Fault(kind="status", dataset_id=CRIMES, form="csv", when=is_july))
    portal.faults.add(Fault(kind="status", on="groups", status=500))

    assert get("json", where="date >= '2018-07-01'").status_code == 200
    assert get("csv", where="date >= '2018-08-01'").status_code == 200
    assert get("csv", where="date >= '2018-07-01'").status_code == 503
    assert get("csv", select="count(*)").status_code == 500


def test_faults_of_rows_leave_counts_and_metadata_alone(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.faults.add(Fault(kind="short_page", after_rows=0, times=None))

    assert get(select="count(*) as n").json() == [{"n": str(ROWS)}]
    assert get(path=VIEW).json()["id"] == CRIMES


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"kind": "earthquake"}, "unknown fault"),
        ({"kind": "drop_column"}, "needs a column"),
        ({"kind": "mutate_midway"}, "needs an action"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Fault(**settings)

"""What is asked of the stored rows once, and not again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from district_reports.metrics import incidents
from district_reports.metrics import opened as module
from district_reports.metrics.opened import Opened, add_places
from district_reports.metrics.requests import check_requests, count_requests
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.outcome_rows import opened_sources

QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture
def opened(tmp_path: Path, city: Settings) -> Iterator[Opened]:
    """Requests of three months, one of each in the second month without a kind of ours."""
    days = ("2018-07-01", "2018-08-15", "2018-08-16", "2018-09-30")
    rows = [
        {"opened_at": datetime.fromisoformat(day), "kind": "Pothole in Street Complaint", "status": "Open"}
        | {"district_id": "1"}
        for day in days
    ]
    with opened_sources(tmp_path, city, {"requests": rows}, as_of=AS_OF) as found:
        yield found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that were asked of the stored rows."""
    questions: list[str] = []
    plain = incidents.query

    def query(con: Any, sql: str, values: Any = None) -> pd.DataFrame:
        questions.append(sql)
        return plain(con, sql, values)

    monkeypatch.setattr(module, "query", query)
    return questions


def test_the_same_question_is_asked_once(opened: Opened, asked: list[str]) -> None:
    first = (opened.months("requests"), opened.newest_day("requests"), opened.covered("requests", [QUARTER]))
    assert first == ({"2018-07": 1, "2018-08": 2, "2018-09": 1}, date(2018, 9, 30), frozenset({str(QUARTER)}))
    assert len(asked) == 2
    again = (opened.months("requests"), opened.newest_day("requests"), opened.covered("requests", [QUARTER]))
    assert again == first
    assert len(asked) == 2


def test_another_question_gets_its_own_answer(opened: Opened) -> None:
    """Each names a status, and of another source there are none."""
    assert opened.months("requests") == {"2018-07": 1, "2018-08": 2, "2018-09": 1}
    assert opened.months("requests", naming="status") == opened.months("requests")
    assert opened.months("arrests") == {}
    assert opened.newest_day("arrests") is None
    assert opened.newest_day("requests") == date(2018, 9, 30)


def test_an_answer_that_is_changed_by_whoever_got_it_stays_as_it_was(opened: Opened) -> None:
    opened.months("requests").clear()
    assert opened.months("requests")


def test_a_question_that_failed_is_asked_again(opened: Opened) -> None:
    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):
        opened.once("number", 1, fail)
    assert opened.once("number", 1, lambda: 7) == 7
    assert opened.once("number", 1, fail) == 7
    assert opened.once("number", 2, lambda: 8) == 8


def test_places_are_looked_up_anew_for_another_column(opened: Opened) -> None:
    name = add_places(opened, "requests", "district_id", "one")
    assert opened.con.execute(f"SELECT * FROM {name}").fetchall() == [("1", "001")]
    assert add_places(opened, "requests", "status", "one") == name
    assert opened.con.execute(f"SELECT * FROM {name}").fetchall() == [("Open", "none")]


def test_counts_of_other_quarters_do_not_come_from_the_first_ones(opened: Opened) -> None:
    before = QUARTER.shifted(-1)
    silent = [check for check in check_requests(opened, [before]) if check.check_id == "request_kinds_seen"]
    table = count_requests(opened, [QUARTER])
    is_city = (table["district_id"] == "city") & (table["metric_id"] == "requests_all")
    assert table.loc[is_city, "value"].tolist() == [4.0]
    # Nothing is read of the quarter before, so nothing is missing in it.
    assert [check.passed for check in silent] == [True]

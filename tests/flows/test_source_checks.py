"""Whether optional sources reach the quarter, and hold as many rows as they should: remarks, never a stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from district_reports.checks import require_passed
from district_reports.metrics.opened import Opened
from district_reports.model import CheckResult
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from flows.outcome_tables import check_sources
from tests.unit.metrics.follow_up import open_all, other_arrests, other_victims

QUARTER = Quarter(2018, 3)


@pytest.fixture
def city() -> Settings:
    """The shipped city, with bounds that a handful of rows can meet."""
    settings = load_settings({})
    bounds = {"victims": (1, 2), "arrests": (1, 100)}
    sources = tuple(
        source.model_copy(update={"monthly_rows": bounds.get(source.source_id, source.monthly_rows)})
        for source in settings.sources
    )
    return settings.model_copy(update={"sources": sources})


@contextmanager
def opened(folder: Path, city: Settings, **rows: Any) -> Iterator[Opened]:
    found = open_all(folder, city, **rows)
    with closing(found.con):
        yield found


def failed(results: list[CheckResult]) -> list[tuple[str, str, str]]:
    require_passed(results)
    return [(result.check_id, result.source_id, result.got) for result in results if not result.passed]


def test_sources_that_reach_the_quarter_with_the_rows_expected_pass(tmp_path: Path, city: Settings) -> None:
    arrests = other_arrests(QUARTER.start, QUARTER.end)
    with opened(tmp_path, city, victims=other_victims(city, QUARTER), arrests=arrests) as found:
        results = check_sources(found, [QUARTER])
    assert failed(results) == []
    assert {(result.check_id, result.source_id) for result in results} == {
        (check_id, source_id)
        for check_id in ("source_fresh", "monthly_rows_plausible")
        for source_id in ("arrests", "victims")
    }


def test_a_source_that_stopped_is_told_with_its_newest_day_and_its_empty_months(tmp_path: Path, city: Settings) -> None:
    with opened(tmp_path, city, victims=other_victims(city, QUARTER.previous())) as found:
        results = check_sources(found, [QUARTER])
    assert failed(results) == [
        ("source_fresh", "victims", "newest row of 2018-06-30"),
        ("monthly_rows_plausible", "victims", "2018-07: 0, 2018-08: 0, 2018-09: 0"),
    ]


def test_the_newest_quarter_alone_must_be_reached(tmp_path: Path, city: Settings) -> None:
    rows = [*other_victims(city, QUARTER.previous()), *other_victims(city, QUARTER)]
    with opened(tmp_path, city, victims=rows) as found:
        assert failed(check_sources(found, [QUARTER, QUARTER.previous()])) == []


def test_a_source_that_was_never_read_is_told_elsewhere(tmp_path: Path, city: Settings) -> None:
    with opened(tmp_path, city) as found:
        assert check_sources(found, [QUARTER]) == []


def test_a_file_without_a_row_is_not_fresh(tmp_path: Path, city: Settings) -> None:
    with opened(tmp_path, city, victims=[]) as found:
        results = check_sources(found, [QUARTER])
    assert failed(results)[0] == ("source_fresh", "victims", "no rows")

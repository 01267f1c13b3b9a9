"""What two samples of the same months tell: the file as it stood when one quarter was complete, and the next."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from district_reports.periods import Quarter
from district_reports.sources.sample_changes import NEVER, find_held_cell, place_held
from district_reports.sources.sample_counts import plan_month
from tests.unit.sources.sample_cities import QUARTER, all_rows, chicago, village

pytestmark = pytest.mark.slow

CITY = chicago()
SMALL = CITY.metric(CITY.outcomes.disclosure.metric_id).offence_groups if CITY.outcomes.disclosure else ()


def rows_of(quarter: Quarter) -> pd.DataFrame:
    frame: pd.DataFrame = all_rows(CITY, quarter).to_pandas()
    return frame.set_index("incident_id")


@pytest.fixture(scope="module")
def now() -> pd.DataFrame:
    rows = rows_of(QUARTER)
    return rows[rows["occurred_at"] < pd.Timestamp(QUARTER.start)]


@pytest.fixture(scope="module")
def then(now: pd.DataFrame) -> pd.DataFrame:
    rows: pd.DataFrame = rows_of(QUARTER.previous())
    shared: pd.DataFrame = rows[rows["occurred_at"] >= now["occurred_at"].min().normalize()]
    return shared


def changed(then: pd.DataFrame, now: pd.DataFrame, column: str) -> pd.Series[bool]:
    both = then.index.intersection(now.index)
    before, after = then[column].reindex(both), now[column].reindex(both)
    return before.ne(after) & ~(before.isna() & after.isna())


def test_some_rows_have_come_in_most_of_them_of_the_newest_quarter(then: pd.DataFrame, now: pd.DataFrame) -> None:
    late = now.loc[now.index.difference(then.index)]
    is_newest = late["occurred_at"] >= pd.Timestamp(QUARTER.previous().start)
    assert 100 < is_newest.sum() < 1_000
    assert 0 < (~is_newest).sum() < is_newest.sum()


def test_a_few_rows_are_gone(then: pd.DataFrame, now: pd.DataFrame) -> None:
    assert 10 < len(then.index.difference(now.index)) < 200


def test_a_few_rows_are_of_another_kind_and_a_few_of_another_district(then: pd.DataFrame, now: pd.DataFrame) -> None:
    assert 30 < changed(then, now, "offence_group").sum() < 300
    assert 10 < changed(then, now, "district_id").sum() < 100


def test_arrests_are_added_and_never_lost(then: pd.DataFrame, now: pd.DataFrame) -> None:
    is_changed = changed(then, now, "has_arrest")
    assert 1_000 < is_changed.sum() < 5_000
    assert now.loc[is_changed[is_changed].index, "has_arrest"].all()


def test_what_is_changed_is_marked_and_some_rows_are_marked_alone(then: pd.DataFrame, now: pd.DataFrame) -> None:
    columns = [column for column in then.columns if column != "changed_at"]
    is_changed = pd.concat([changed(then, now, column) for column in columns], axis=1).any(axis=1)
    is_marked = changed(then, now, "changed_at")
    assert is_marked[is_changed].all()
    assert 500 < (is_marked & ~is_changed).sum() < 5_000


def test_no_mark_is_newer_than_the_sample(now: pd.DataFrame, then: pd.DataFrame) -> None:
    assert now["changed_at"].max().date() <= QUARTER.complete_on
    assert then["changed_at"].max().date() <= QUARTER.previous().complete_on
    assert (now["changed_at"] > now["occurred_at"]).all()


def test_neither_time_nor_case_nor_place_is_changed(then: pd.DataFrame, now: pd.DataFrame) -> None:
    for column in ("occurred_at", "case_number", "community_id", "place_kind", "is_domestic"):
        assert not changed(then, now, column).any()


@pytest.mark.parametrize("name", ["2018Q3", "2025Q1", "2026Q2", "2026Q4"])
def test_the_newest_quarter_has_a_small_cell_to_hide_and_the_release_few(name: str) -> None:
    quarter = Quarter.parse(name)
    rows = rows_of(quarter)
    rows = rows[rows["offence_group"].isin(SMALL) & rows["district_id"].isin(CITY.district_ids)]
    quarters = rows["occurred_at"].dt.to_period("Q").astype(str)
    counts = pd.crosstab(rows["district_id"], quarters).reindex(CITY.district_ids, fill_value=0)
    assert counts[str(quarter)].isin([1, 2]).sum() in (1, 2)
    assert 1 <= counts.isin([1, 2]).sum().sum() <= 3


def test_the_cell_is_filled_when_the_next_quarter_is_published() -> None:
    cell = find_held_cell(CITY, QUARTER)
    assert cell is not None
    district_id = CITY.district_ids[cell.district]
    counts = []
    for quarter in (QUARTER, QUARTER.shifted(1)):
        rows = rows_of(quarter)
        is_cell = rows["offence_group"].isin(SMALL) & (rows["district_id"] == district_id)
        counts.append(int((is_cell & (rows["occurred_at"].dt.to_period("Q").astype(str) == str(QUARTER))).sum()))
    assert counts[0] == cell.kept
    assert counts[1] > 5


def test_held_incidents_change_places_with_others_and_counts_stay() -> None:
    month = date(2026, 8, 1)
    cell, plan = find_held_cell(CITY, QUARTER), plan_month(CITY, month)
    assert cell is not None
    district, kind = np.divmod(np.repeat(np.arange(plan.counts.size), plan.counts.ravel()), plan.counts.shape[1])
    before = np.sort(district * 1000 + kind)
    stays = place_held(cell, plan.arrivals, district, kind)
    assert (np.sort(district * 1000 + kind) == before).all()
    assert len(stays) == cell.keeps(month)
    of_cell = np.flatnonzero((district == cell.district) & np.isin(kind, cell.kinds))
    assert sorted([*stays, *plan.arrivals.held]) == of_cell.tolist()


def test_months_of_a_cell_keep_as_many_as_the_quarter() -> None:
    for year in range(2000, 2040):
        quarter = Quarter(year, 1 + year % 4)
        cell = find_held_cell(CITY, quarter)
        assert cell is not None
        assert sum(cell.keeps(month) for month in quarter.months) == cell.kept
        assert cell.kept in (1, 2)


def test_city_that_hides_nothing_holds_nothing_back() -> None:
    assert find_held_cell(village(), QUARTER) is None
    assert plan_month(village(), date(2026, 8, 1)).arrivals.held.size == 0


def test_rows_of_a_month_are_there_long_after_but_for_those_that_went() -> None:
    arrivals = plan_month(CITY, date(2020, 5, 1)).arrivals
    assert (arrivals.are_there(NEVER // 2) == (arrivals.goes == NEVER)).all()
    assert arrivals.are_there(38)[arrivals.is_settled].all()
    assert (arrivals.comes[arrivals.comes > 0] >= 31).all()

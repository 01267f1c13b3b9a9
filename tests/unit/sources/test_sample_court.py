"""The sample's court cases, and what people would have read by hand."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from district_reports.sources.sample import SamplePortal
from district_reports.sources.sample_court import STEPS
from district_reports.sources.sample_readings import SAMPLE_YEAR, draw_clearance, draw_force, draw_population
from district_reports.tables import is_rising, require_table
from tests.unit.sources.sample_cities import QUARTER, chicago, told, village

CITY = chicago()
COURT = told(CITY.outcomes.court)
IDS = ["case_id", "person_id"]


@pytest.fixture(scope="module")
def files() -> dict[str, pd.DataFrame]:
    portal = SamplePortal(CITY, QUARTER)
    found = {}
    for step in STEPS:
        (table,) = portal.fetch_cases(CITY.source(step))
        require_table(table, CITY.source(step))
        assert is_rising(table.column("row_id"))
        found[step] = table.to_pandas()
    return found


def test_files_are_the_same_each_time(files: dict[str, pd.DataFrame]) -> None:
    (again,) = SamplePortal(CITY, QUARTER.shifted(3)).fetch_cases(CITY.source(STEPS[2]))
    pd.testing.assert_frame_equal(again.to_pandas(), files[STEPS[2]])


def test_files_stand_as_on_the_day_they_were_closed() -> None:
    for quarter in (QUARTER, QUARTER.shifted(-32)):
        metadata = SamplePortal(CITY, quarter).fetch_metadata(CITY.source(STEPS[0]))
        assert metadata.rows_updated_at.date() == COURT.closed_on


def test_each_step_holds_some_of_the_persons_of_the_one_before(files: dict[str, pd.DataFrame]) -> None:
    for before, after in zip(STEPS[:-1], STEPS[1:], strict=True):
        joined = files[after].merge(files[before], on=[*IDS, "received_at"])
        assert len(joined) == len(files[after])
        assert 0.3 < len(files[after]) / len(files[before]) < 0.95


def test_cases_are_of_the_years_of_the_config(files: dict[str, pd.DataFrame]) -> None:
    for file in files.values():
        assert set(file["received_at"].dt.year) == set(COURT.years)


def test_some_cases_have_several_persons_received_together(files: dict[str, pd.DataFrame]) -> None:
    cases = files[STEPS[0]].groupby("case_id")
    assert 0.02 < (cases.size() > 1).mean() < 0.2
    assert (cases["received_at"].min() == cases["received_at"].max()).all()
    assert files[STEPS[0]]["person_id"].is_unique


def test_units_are_districts_and_some_others(files: dict[str, pd.DataFrame]) -> None:
    units = files[STEPS[0]]["unit"]
    numbers = {int(match[1]) for unit in units.unique() if (match := re.match(COURT.unit_pattern, unit))}
    assert numbers == {int(district_id) for district_id in CITY.district_ids}
    assert units.isin(told(CITY.sample.court).other_units).mean() == pytest.approx(0.18, abs=0.02)


def test_results_are_known_and_only_the_convicted_are_sentenced(files: dict[str, pd.DataFrame]) -> None:
    decided = files[STEPS[2]]
    assert set(decided["result"]) <= {*COURT.convicted, *COURT.dismissed, *COURT.other_results}
    sentenced = files[STEPS[3]].merge(decided, on=IDS)
    assert sentenced["result"].isin(COURT.convicted).all()


def test_some_dates_are_impossible_and_all_others_before_the_files_were_closed(files: dict[str, pd.DataFrame]) -> None:
    decided = files[STEPS[2]]
    is_late = decided["decided_at"] >= pd.Timestamp(COURT.closed_on)
    assert 0 < is_late.sum() < 0.005 * len(decided)
    assert (decided.loc[is_late, "decided_at"].dt.year > 2100).all()
    assert (decided["decided_at"] >= decided["received_at"]).all()
    assert (files[STEPS[3]]["sentenced_at"] < pd.Timestamp(COURT.closed_on)).all()


def test_force_is_known_for_all_but_two_districts() -> None:
    quarters = QUARTER.window(13)
    force = draw_force(CITY, quarters)
    places = {place for place, _ in force}
    assert len(set(CITY.district_ids) - places) == 2
    assert len(force) == len(places) * 13
    assert force == draw_force(CITY, quarters)
    assert draw_force(CITY, quarters[:1]) == {key: n for key, n in force.items() if key[1] == str(quarters[0])}
    assert 400 < sum(n for (_, quarter), n in force.items() if quarter == str(QUARTER)) < 1_100


def test_every_district_has_residents() -> None:
    residents = draw_population(CITY)
    assert list(residents) == list(CITY.district_ids)
    assert sum(residents.values()) == pytest.approx(told(CITY.sample.readings).residents, rel=0.01)
    assert min(residents.values()) > 10_000
    assert QUARTER.year > SAMPLE_YEAR


def test_clearance_tells_arrests_and_the_rest_apart_and_says_that_it_is_a_sample() -> None:
    readings = draw_clearance(CITY, QUARTER)
    assert [reading.reading_id for reading in readings] == [
        "sample-2024-arrest",
        "sample-2024-exceptional",
        "sample-2025-arrest",
        "sample-2025-exceptional",
    ]
    assert {reading.place for reading in readings} == {"city"}
    assert {reading.read_by for reading in readings} == {""}
    assert all(0 < reading.value < 1 for reading in readings)


def test_city_that_tells_of_nothing_has_nothing_to_read() -> None:
    assert (draw_force(village(), QUARTER.window(2)), draw_population(village())) == ({}, {})
    assert draw_clearance(village(), QUARTER) == ()

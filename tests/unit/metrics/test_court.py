from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from district_reports.errors import ContractError
from district_reports.metrics.court import define_court, find_court
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened
from district_reports.model import CourtRungId, State
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.outcome_rows import make_origin
from tests.unit.metrics.rows import TOY

AS_OF = date(2018, 11, 19)
RUNGS = get_args(CourtRungId)


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture
def opened(city: Settings) -> Iterator[Opened]:
    with open_incidents([], city) as con:
        yield Opened(con, city, AS_OF, {"crimes": make_origin(city, "crimes", AS_OF)})


def write_counts(folder: Path, *rows: tuple[str | None, int | None, str | None, int | None]) -> list[Path]:
    path = folder / "court.parquet"
    table = pd.DataFrame(rows, columns=["district_id", "year", "rung", "cases"])
    table.astype({"district_id": "str", "year": "Int64", "rung": "str", "cases": "Int64"}).to_parquet(path)
    return [path]


def test_by_hand(tmp_path: Path, opened: Opened, city: Settings) -> None:
    config = city.outcomes.court
    assert config is not None
    here, there, first, last = *city.district_ids[:2], config.years[0], config.years[-1]
    rows = [
        (here, first, "received", 40),
        (here, last, "received", 2),
        (here, first, "charged", 30),
        (here, first, "convicted", 12),
        (here, first - 1, "received", 1000),
        (there, first, "received", 5),
        ("other", first, "received", 7),
        ("other", last, "charged", 6),
    ]
    found = find_court(opened, write_counts(tmp_path, *rows))
    assert list(found) == [*city.district_ids, "city"]
    assert [rung.rung_id for rung in found[here].rungs] == list(RUNGS)
    assert [rung.cases for rung in found[here].rungs] == [42, 30, 0, 12, 0, 0, 0]
    assert [rung.cases for rung in found["city"].rungs] == [54, 36, 0, 12, 0, 0, 0]
    assert [rung.cases for rung in found[city.district_ids[2]].rungs] == [0] * 7
    assert {place: cohort.other_unit_cases for place, cohort in found.items() if cohort.other_unit_cases} == {"city": 7}
    # Years in between have no counts: they are no part of the cohort.
    assert {cohort.years for cohort in found.values()} == {(first, last)}
    fresh = found[here].freshness
    assert (fresh.state, fresh.fresh_to, fresh.look_at) == (State.STALE, config.closed_on, config.dashboard)
    assert found[here].closed_on == config.closed_on


def test_files_never_read_have_no_rungs(opened: Opened) -> None:
    for cohort in find_court(opened, []).values():
        assert (cohort.rungs, cohort.years, cohort.other_unit_cases) == ((), (), 0)
        assert (cohort.freshness.state, cohort.freshness.fresh_to) == (State.NO_DATA, None)
        assert cohort.freshness.look_at


def test_counts_of_other_years_alone_are_no_data(tmp_path: Path, opened: Opened, city: Settings) -> None:
    found = find_court(opened, write_counts(tmp_path, (city.district_ids[0], 1999, "received", 1)))
    assert {(cohort.rungs, cohort.freshness.state) for cohort in found.values()} == {((), State.NO_DATA)}


@pytest.mark.parametrize(
    "row",
    [
        ("031", 2019, "received", 1),
        ("none", 2019, "received", 1),
        (None, 2019, "received", 1),
        ("other", 2019, "solved", 1),
        ("other", 2019, None, 1),
        ("other", None, "received", 1),
        ("other", 2019, "received", -1),
        ("other", 2019, "received", None),
    ],
)
def test_counts_that_are_not_as_declared_are_refused(
    tmp_path: Path, opened: Opened, row: tuple[str | None, int | None, str | None, int | None]
) -> None:
    with pytest.raises(ContractError, match="known districts and rungs"):
        find_court(opened, write_counts(tmp_path, row))


def test_a_file_without_a_column_is_refused(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "court.parquet"
    pd.DataFrame({"district_id": ["other"], "year": [2019]}).to_parquet(path)
    with pytest.raises(ContractError, match="cases: expected"):
        find_court(opened, [path])


def test_the_city_is_the_sum_of_its_units(tmp_path: Path, opened: Opened, city: Settings) -> None:
    years = city.outcomes.court.years if city.outcomes.court else ()
    rows = [
        (place, year, rung, (7 * number + 3 * year) % 11)
        for number, place in enumerate([*city.district_ids, "other"])
        for year in years
        for rung in RUNGS
    ]
    found = find_court(opened, write_counts(tmp_path, *rows))
    for number, rung in enumerate(RUNGS):
        others = sum(cases for place, _, name, cases in rows if (place, name) == ("other", rung))
        districts = sum(found[place].rungs[number].cases for place in city.district_ids)
        assert found["city"].rungs[number].cases == districts + others


def test_every_rung_is_defined_and_a_city_without_court_files_has_none(city: Settings) -> None:
    assert [entry.metric_id for entry in define_court(city)] == [f"court_{rung}" for rung in RUNGS]
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    with open_incidents([], toy) as con:
        assert find_court(Opened(con, toy, AS_OF, {}), []) == {}
    assert define_court(toy) == ()

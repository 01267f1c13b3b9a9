from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import ConfigError
from district_reports.metrics.measures import COLUMNS, Measures, require_measures
from district_reports.metrics.opened import Opened
from district_reports.metrics.victims import UNITS, check_victims, count_victims, define_victims
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings
from tests.effort import costly
from tests.unit.metrics.follow_up import REPORT_DATE, followed_up, make_victim, open_all, other_victims
from tests.unit.metrics.rows import local

Opening = Callable[..., Opened]


@pytest.fixture
def city(settings: Settings) -> Settings:
    return followed_up(settings)


@pytest.fixture
def opened_all(tmp_path: Path, city: Settings) -> Iterator[Opening]:
    found: list[Opened] = []

    def open_rows(*victims: dict[str, Any]) -> Opened:
        found.append(open_all(tmp_path, city, victims=victims))
        return found[-1]

    yield open_rows
    for each in found:
        each.con.close()


def values(opened: Opened, quarter: Quarter, metric_id: str, *places: str) -> dict[str, float | int | None]:
    measures = Measures(count_victims(opened, [quarter]))
    return {place: measures.get(place, quarter, metric_id).value for place in places}


def test_victims_and_incidents_by_hand(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    """A1: one killed, two shot and living; A2: one shot; A3: one killed without a shot; three more killed without."""
    here, there = city.district_ids[0], city.district_ids[1]
    config = city.outcomes.victims
    assert config is not None
    hurt = {"offence_group": city.metrics.offences.groups[-1]}
    opened = opened_all(
        *other_victims(city, quarter),
        make_victim(city, victim_id="x1"),
        make_victim(city, victim_id="x2", **hurt),
        make_victim(city, victim_id="x3", **hurt),
        make_victim(city, case_number="A2", district_id=there, **hurt),
        make_victim(city, case_number="A3", district_id=there, gunshot=config.no_gunshot_values[0]),
    )
    assert values(opened, quarter, "victims_homicide", here, there, "none", "city") == {
        here: 5, there: 1, "none": 0, "city": 6,
    }  # fmt: skip
    assert values(opened, quarter, "victims_nonfatal_shooting", here, there, "city") == {here: 2, there: 1, "city": 3}
    assert values(opened, quarter, "shooting_incidents", here, there, "city") == {here: 1, there: 1, "city": 2}


def test_rows_are_complete_and_carry_their_units(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    got = count_victims(opened_all(*other_victims(city, quarter)), [quarter, quarter.previous()])
    require_measures(got)
    assert len(got) == (len(city.districts) + 2) * 2 * 3
    assert dict(zip(got["metric_id"], got["unit"], strict=True)) == UNITS
    assert set(got["origin_id"]) == {"victims-1"} and set(got["as_of"]) == {REPORT_DATE}
    assert set(got[got["quarter"] == str(quarter.previous())]["state"]) == {"no_data"}


def test_an_incident_lies_where_its_first_victim_id_says(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    here, there = city.district_ids[:2]
    rows = [make_victim(city, victim_id="b", district_id=here), make_victim(city, victim_id="a", district_id=there)]
    opened = opened_all(*other_victims(city, quarter), *rows)
    assert values(opened, quarter, "shooting_incidents", here, there, "city") == {here: 0, there: 1, "city": 1}


def test_an_incident_over_midnight_of_the_quarter_counts_once(
    opened_all: Opening, city: Settings, quarter: Quarter
) -> None:
    after = quarter.shifted(1)
    rows = [
        make_victim(city, victim_id="a", occurred_at=local("2018-09-30 23:59")),
        make_victim(city, victim_id="b", occurred_at=local("2018-10-01 00:00")),
    ]
    measures = Measures(
        count_victims(opened_all(*other_victims(city, quarter), *other_victims(city, after), *rows), [quarter, after])
    )
    assert [measures.get("city", each, "shooting_incidents").value for each in (quarter, after)] == [1, 0]


def test_rows_without_a_case_number_are_incidents_of_their_own(
    opened_all: Opening, city: Settings, quarter: Quarter
) -> None:
    rows = [make_victim(city, case_number=case, victim_id=f"v{case!r}{n}") for case in ("", "  ") for n in (1, 2)]
    # A case numbered like a victim's id is another incident than that victim's.
    rows.append(make_victim(city, case_number="v''1"))
    assert values(opened_all(*other_victims(city, quarter), *rows), quarter, "shooting_incidents", "city") == {
        "city": 5
    }


@pytest.mark.parametrize("name", ["=1+1", "'; DROP VIEW raw_victims; --", "\x1b[31m\u202e", "%s{}$city", "💥" * 500])
def test_hostile_values_are_counted_for_the_city_and_told(
    opened_all: Opening, city: Settings, quarter: Quarter, name: str
) -> None:
    row = make_victim(city, case_number=name, victim_id=name, district_id=name, gunshot=name)
    opened = opened_all(*other_victims(city, quarter), row)
    assert values(opened, quarter, "victims_homicide", "none", "city") == {"none": 1, "city": 5}
    assert values(opened, quarter, "shooting_incidents", "city") == {"city": 0}
    failed = {result.check_id: result for result in check_victims(opened, [quarter]) if not result.passed}
    assert set(failed) == {"gunshot_known", "victims_placed"}
    assert all(len(result.got) < 80 and "\x1b" not in result.got for result in failed.values())


def test_unknown_values_are_remarks(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    rows = [
        make_victim(city, victim_id="a", gunshot=None),
        make_victim(city, victim_id="b", offence_group=None),
        make_victim(city, victim_id="c", offence_group="zz", district_id=None),
        make_victim(city, victim_id="d", case_number=""),
        # Of a quarter that is not looked at.
        make_victim(city, victim_id="e", gunshot="?", occurred_at=local("2015-01-01")),
    ]
    results = check_victims(opened_all(*other_victims(city, quarter), *rows), [quarter])
    assert {result.check_id: (result.passed, result.got) for result in results} == {
        "gunshot_known": (False, "'': 1 rows"),
        "victims_placed": (False, "'': 1 rows"),
        "victim_groups_known": (False, "'': 1 rows, 'zz': 1 rows"),
        "victims_have_cases": (False, "'': 1 rows"),
    }
    assert {(result.required, result.source_id) for result in results} == {(False, "victims")}


def test_known_values_pass(opened_all: Opening, city: Settings, quarter: Quarter) -> None:
    assert all(result.passed for result in check_victims(opened_all(*other_victims(city, quarter)), [quarter]))


@pytest.mark.parametrize("short", [8, 9])
def test_a_quarter_is_covered_when_the_newest_row_is_near_enough_to_its_end(
    opened_all: Opening, city: Settings, quarter: Quarter, short: int
) -> None:
    rows = [row for row in other_victims(city, quarter) if row["occurred_at"].date() < quarter.end]
    newest = local(f"2018-09-{30 - short}")
    opened = opened_all(*rows, make_victim(city, occurred_at=newest))
    measure = Measures(count_victims(opened, [quarter])).get("city", quarter, "shooting_incidents")
    assert (measure.state, measure.value) == ((State.OK, 1) if short == 8 else (State.NO_DATA, None))


def test_a_month_without_rows_leaves_the_quarter_without_data(
    opened_all: Opening, city: Settings, quarter: Quarter
) -> None:
    rows = [row for row in other_victims(city, quarter) if row["occurred_at"].month != 8]
    assert set(count_victims(opened_all(*rows), [quarter])["state"]) == {"no_data"}


def test_a_file_never_read_or_empty_has_no_data(tmp_path: Path, city: Settings, quarter: Quarter) -> None:
    never: list[list[dict[str, Any]] | None] = [None, []]
    for victims in never:
        opened = open_all(tmp_path, city, victims=victims)
        got = count_victims(opened, [quarter])
        assert set(got["state"]) == {"no_data"} and got["value"].isna().all()
        assert all(result.passed for result in check_victims(opened, [quarter]))
        opened.con.close()


def test_a_city_without_such_a_file_has_no_such_numbers(tmp_path: Path, city: Settings, quarter: Quarter) -> None:
    outcomes = city.outcomes.model_copy(update={"victims": None})
    poorer = city.model_copy(update={"outcomes": outcomes})
    opened = open_all(tmp_path, poorer)
    got = count_victims(opened, [quarter])
    assert got.empty and tuple(got.columns) == COLUMNS
    assert check_victims(opened, [quarter]) == [] and define_victims(poorer) == ()
    opened.con.close()


def test_a_source_declared_otherwise_is_refused(tmp_path: Path, city: Settings, quarter: Quarter) -> None:
    opened = open_all(tmp_path, city, victims=[])
    source = city.source("victims")
    columns = {name: column for name, column in source.columns.items() if name != "gunshot"}
    others = tuple(each for each in city.sources if each.source_id != "victims")
    poorer = city.model_copy(update={"sources": (*others, source.model_copy(update={"columns": columns}))})
    with pytest.raises(ConfigError, match="victims, column gunshot: expected type text, got no such column"):
        count_victims(Opened(opened.con, poorer, REPORT_DATE, opened.origins), [quarter])
    opened.con.close()


def test_definitions_name_what_is_counted(city: Settings) -> None:
    assert {each.metric_id: (each.unit, each.source_ids) for each in define_victims(city)} == {
        metric_id: (unit, ("victims",)) for metric_id, unit in UNITS.items()
    }
    assert all("raw_victims" in each.sql for each in define_victims(city))


@given(data=st.data())
@costly(5)
def test_districts_and_none_add_up_to_the_city(data: st.DataObject, city: Settings) -> None:
    quarter = Quarter(2018, 3)
    config = city.outcomes.victims
    assert config is not None
    row = st.builds(
        lambda **changes: make_victim(city, **changes),
        case_number=st.sampled_from(["", "A1", "A2", "A3"]),
        district_id=st.one_of(st.none(), st.text(max_size=3), st.sampled_from(city.district_ids)),
        gunshot=st.one_of(st.none(), st.sampled_from([*config.gunshot_values, *config.no_gunshot_values, "?"])),
        offence_group=st.one_of(st.none(), st.sampled_from(city.metrics.offences.groups)),
        occurred_at=st.datetimes(local("2018-03-30"), local("2018-10-02")),
    )
    rows = data.draw(st.lists(row, max_size=8)) + other_victims(city, quarter) + other_victims(city, Quarter(2018, 2))
    with TemporaryDirectory() as folder:
        opened = open_all(Path(folder), city, victims=rows)
        got = count_victims(opened, quarter.window(2))
        opened.con.close()
    is_city = got["district_id"] == "city"
    parts, whole = (got[side].groupby(["quarter", "metric_id"])["value"].sum() for side in (~is_city, is_city))
    pd.testing.assert_series_equal(parts, whole)
    shot = [row for row in rows if row["gunshot"] in config.gunshot_values and row["occurred_at"].month in range(4, 10)]
    total = got[is_city & (got["metric_id"] == "shooting_incidents")]["value"].sum()
    named = {row["case_number"] for row in shot} - {""}
    assert total <= len(named) + sum(row["case_number"] == "" for row in shot)

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.config_outcomes import Complaints
from district_reports.metrics.complaints import (
    check_complaints,
    count_complaints,
    define_complaints,
    list_complaint_categories,
)
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened
from district_reports.metrics.small_cells import fold_small_names
from district_reports.model import CheckResult, NamedCount
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.effort import costly
from tests.unit.metrics.outcome_rows import make_origin, opened_sources, require_complete, states_of, values_of
from tests.unit.metrics.rows import TOY, own_beat

QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)
FORCE = "complaint_force_cases_12m"


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


def config_of(city: Settings) -> Complaints:
    assert city.outcomes.complaints is not None
    return city.outcomes.complaints


def case(city: Settings, opened: str | None = "2018-08-15", place: int = 0, **changes: Any) -> dict[str, Any]:
    """Return one open case of the office in one beat of a district."""
    config = config_of(city)
    return {
        "opened_at": datetime.fromisoformat(opened) if opened else None,
        "office": config.office,
        "status": config.open_values[0],
        "category": "Search without a warrant",
        "finding": None,
        "beats": own_beat(city, city.district_ids[place]),
        **changes,
    }


def fillers(city: Settings, *quarters: Quarter) -> list[dict[str, Any]]:
    """Return a case nowhere, of unknown status, for the first of each month and the last day."""
    days = [day for quarter in quarters for day in (*quarter.months, quarter.end)]
    return [case(city, str(day), beats=None, status="?", finding="?") for day in days]


def force(city: Settings, place: int, number: int, opened: str = "2018-08-15") -> list[dict[str, Any]]:
    return [case(city, opened, place, category=config_of(city).force_categories[0])] * number


def counted(folder: Path, city: Settings, rows: list[dict[str, Any]], *quarters: Quarter, **days: date) -> pd.DataFrame:
    with opened_sources(folder, city, {"complaints": rows}, **{"as_of": AS_OF, **days}) as opened:
        return count_complaints(opened, quarters or (QUARTER,))


def checked(folder: Path, city: Settings, rows: list[dict[str, Any]]) -> dict[str, CheckResult]:
    with opened_sources(folder, city, {"complaints": rows}, as_of=AS_OF) as opened:
        results = check_complaints(opened, [QUARTER])
    assert not any(result.required for result in results)
    return {result.check_id: result for result in results}


def categories(
    folder: Path, city: Settings, rows: list[dict[str, Any]], quarter: Quarter = QUARTER
) -> dict[str, tuple[NamedCount, ...]]:
    with opened_sources(folder, city, {"complaints": rows}, as_of=AS_OF) as opened:
        return list_complaint_categories(opened, quarter)


def test_cases_lie_in_the_district_of_all_their_beats(tmp_path: Path, city: Settings) -> None:
    here, there = city.district_ids[0], city.district_ids[1]
    mine, theirs, sign = own_beat(city, here), own_beat(city, there), config_of(city).beat_separator
    rows = fillers(city, QUARTER)
    rows += [case(city, beats=beats) for beats in (mine, mine.lstrip("0"), f"{mine}{sign} {mine[:-1]}3", f" {mine} ")]
    rows += [case(city, beats=beats) for beats in (f"{mine}{sign}{theirs}", "", "9999", "=1+1", f"{theirs}{sign}")]
    rows += [case(city, office=config_of(city).other_offices[0]), case(city, office=None)]
    table = counted(tmp_path, city, rows)
    require_complete(table, city, [QUARTER])
    assert values_of(table, "complaint_cases", QUARTER) == {here: 4, there: 1, "none": 8, "city": 13}
    assert set(table["unit"][table["metric_id"] == "complaint_cases"]) == {"cases"}


def test_shares_by_hand(tmp_path: Path, city: Settings) -> None:
    """Here: closed sustained, closed not, open, unknown status; a finding unknown; the fillers have neither."""
    config, here = config_of(city), city.district_ids[0]
    closed, sustained, other = config.closed_values[0], config.sustained_value, config.finding_values[1]
    rows = [
        *fillers(city, QUARTER),
        case(city, status=closed, finding=sustained),
        case(city, status=closed, finding=other),
        case(city, status=config.closed_values[1], finding=config.no_finding_values[0]),
        case(city),
        case(city, status="?", finding="?"),
        case(city, place=1, status=closed, finding=""),
    ]
    table = counted(tmp_path, city, rows).set_index(["metric_id", "district_id"])
    parts = {
        (metric_id, place): tuple(table.loc[(metric_id, place), ["numerator", "denominator"]])
        for metric_id, place in (
            ("complaint_closed_share", here),
            ("complaint_closed_share", "city"),
            ("complaint_finding_share", "city"),
            ("complaint_sustained_share", "city"),
        )
    }
    assert list(parts.values()) == [(3, 4), (4, 5), (2, 5), (1, 5)]
    assert table.loc[("complaint_closed_share", here), "value"] == 0.75
    assert table.loc[("complaint_sustained_share", "city"), "value"] == 0.2


def test_findings_are_told_of_the_city_alone(tmp_path: Path, city: Settings) -> None:
    table = counted(tmp_path, city, [*fillers(city, QUARTER), case(city, finding=config_of(city).sustained_value)])
    for metric_id in ("complaint_finding_share", "complaint_sustained_share"):
        rows = table[(table["metric_id"] == metric_id) & (table["district_id"] != "city")]
        assert set(rows["state"]) == {"not_published"}
        assert rows[["value", "numerator", "denominator"]].isna().all(axis=None)


@pytest.mark.parametrize(("short", "state"), [(1, "too_early"), (0, "ok")])
@pytest.mark.parametrize("limit", ["report", "rows"])
def test_shares_ripen(tmp_path: Path, city: Settings, short: int, state: str, limit: str) -> None:
    """A quarter may be compared only when all its cases are as old as the config asks."""
    ripe = QUARTER.end + timedelta(days=config_of(city).ripens_days - short)
    rows = [*fillers(city, QUARTER), case(city), case(city, str(ripe if limit == "rows" else date(2020, 6, 1)))]
    days = {"as_of": date(2020, 6, 1), "report_date": ripe if limit == "report" else date(2020, 6, 1)}
    table = counted(tmp_path, city, rows, **days)
    whole = table[table["district_id"] == "city"]
    for metric_id in ("complaint_closed_share", "complaint_finding_share", "complaint_sustained_share"):
        assert whole.loc[whole["metric_id"] == metric_id, ["state", "value"]].to_numpy().tolist() == [[state, 0.0]]
    assert states_of(whole, "complaint_cases", QUARTER) == {"ok"}


def test_open_days_are_those_of_cases_still_open_on_the_day_of_the_snapshot(tmp_path: Path, city: Settings) -> None:
    """Open for 96, 80 and 4 days past a year: the median of two is their mean; later and closed ones are left out."""
    here = city.district_ids[0]
    rows = [
        *fillers(city, *QUARTER.window(2)),
        case(city, "2018-08-15"),
        case(city, "2018-08-31"),
        case(city, "2017-11-15", place=1),
        case(city, "2018-10-01"),
        case(city, "2018-08-20", status=config_of(city).closed_values[0]),
    ]
    table = counted(tmp_path, city, rows, *QUARTER.window(2))
    assert values_of(table, "complaint_open_days", QUARTER) == {here: 88, city.district_ids[1]: 369, "city": 96}
    assert states_of(table, "complaint_open_days", QUARTER.previous()) == {"no_data"}


def test_force_is_counted_over_twelve_months(tmp_path: Path, city: Settings) -> None:
    here = city.district_ids[0]
    rows = fillers(city, *QUARTER.window(5))
    for day in ("2017-09-30", "2017-10-01", "2018-03-03", "2018-09-30", "2018-10-01"):
        rows += force(city, 0, 3, f"{day}T23:59")
    table = counted(tmp_path, city, rows, QUARTER, QUARTER.previous())
    assert values_of(table, FORCE, QUARTER) == {here: 9, "city": 9}
    # The quarter before needs 2017Q3 too, which is there; the months before that are not asked for.
    assert values_of(table, FORCE, QUARTER.previous()) == {here: 9, "city": 9}
    assert states_of(counted(tmp_path, city, rows, QUARTER.shifted(-4)), FORCE, QUARTER.shifted(-4)) == {"no_data"}


def test_force_that_the_whole_city_lacks_is_no_data_and_told(tmp_path: Path, city: Settings) -> None:
    rows = fillers(city, *QUARTER.window(4))
    assert states_of(counted(tmp_path, city, rows), FORCE, QUARTER) == {"no_data"}
    assert not checked(tmp_path, city, rows)["complaint_force_seen"].passed
    seen = [*rows, *force(city, 0, 1)]
    assert values_of(counted(tmp_path, city, seen), FORCE, QUARTER) == {"city": 1}
    assert checked(tmp_path, city, seen)["complaint_force_seen"].passed


@pytest.mark.parametrize(
    ("numbers", "hidden"),
    [
        ({0: 2, 1: 7, 2: 5, 3: 9}, {0, 2}),
        ({0: 1, 1: 1, 2: 5, 3: 9}, {0, 1, 2}),
        ({0: 3, 1: 7}, set()),
        ({0: 2, 1: 4, 2: 4}, {0, 1}),
        # No other district has any: one without hides with it.
        ({0: 2}, {0, 1}),
    ],
)
def test_small_counts_of_force_are_suppressed_with_the_next_smallest(
    tmp_path: Path, city: Settings, numbers: dict[int, int], hidden: set[int]
) -> None:
    rows = fillers(city, *QUARTER.window(4))
    for place, number in numbers.items():
        rows += force(city, place, number)
    table = counted(tmp_path, city, rows)
    cells = table[(table["metric_id"] == FORCE) & (table["state"] == "suppressed")]
    assert set(cells["district_id"]) == {city.district_ids[place] for place in hidden}
    assert cells["value"].isna().all()
    whole = values_of(table, FORCE, QUARTER)["city"]
    assert whole == sum(numbers.values())


CELLS = st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 8]), min_size=4, max_size=22)


@given(numbers=CELLS)
@costly(10)
def test_the_city_s_total_gives_no_suppressed_count_back(city: Settings, numbers: list[int]) -> None:
    """What is hidden adds up to at least 2 wherever it can, and to more than the least that its cells may hold."""
    rows = fillers(city, *QUARTER.window(4))
    for place, number in enumerate(numbers):
        rows += force(city, place, number)
    with TemporaryDirectory() as folder:
        table = counted(Path(folder), city, rows)
    require_complete(table, city, [QUARTER])
    of_force = table[(table["metric_id"] == FORCE) & (table["quarter"] == str(QUARTER))].set_index("district_id")
    shown = of_force["value"].drop("city")
    hidden = shown[shown.isna()]
    if sum(numbers) == 0:
        return
    assert not shown.drop("none").between(1, 2).any()
    if hidden.empty:
        assert not {1, 2} & set(numbers)
        return
    left = of_force["value"]["city"] - shown.sum()
    assert len(hidden) >= 2
    if any(number > 2 for number in numbers):
        # Each hidden count may be anything from 0 to at least 2, for all that the total tells.
        assert left >= 3 + (len(hidden) - 1)


def test_categories_by_hand(tmp_path: Path, city: Settings) -> None:
    """Named from three cases on; force before others; the rest under no name, last."""
    config = config_of(city)
    shown = config.categories_shown
    rows = [row for row in fillers(city, *QUARTER.window(4))]
    for number in range(shown + 1):
        rows += [case(city, category=f"kind {number}")] * (10 + number)
    rows += (
        force(city, 0, 3) + [case(city, category="rare")] * 2 + [case(city, category=None), case(city, "2017-09-30")]
    )
    found = categories(tmp_path, city, rows)
    here = found[city.district_ids[0]]
    names = [f"kind {number}" for number in range(shown, 1, -1)]
    assert [entry.name for entry in here] == [*names, config.force_categories[0], ""]
    assert [entry.count for entry in here] == [10 + number for number in range(shown, 1, -1)] + [3, 10 + 11 + 2 + 1]
    assert found[city.district_ids[1]] == ()
    assert sum(entry.count for entry in found["city"]) == len(rows) - 1
    assert set(found) == {*city.district_ids, "city"}


def test_categories_of_months_without_rows_are_none(tmp_path: Path, city: Settings) -> None:
    assert set(categories(tmp_path, city, [*fillers(city, QUARTER), case(city)]).values()) == {()}


@pytest.mark.parametrize(
    ("counts", "kept", "expected"),
    [
        ({}, (), []),
        ({"a": 5, "b": 2}, (), [("", 7)]),
        ({"a": 5, "b": 4, "c": 2}, (), [("a", 5), ("", 6)]),
        ({"a": 5, "b": 4, "c": 2}, ("b",), [("b", 4), ("", 7)]),
        ({"b": 4, "c": 2}, ("b",), [("", 6)]),
        ({"a": 5, "b": 1, "c": 1}, (), [("a", 5), ("", 2)]),
        ({"a": 5, "b": 2, "": 1}, (), [("a", 5), ("", 3)]),
        ({"a": 5, "": 1}, (), [("a", 5), ("", 1)]),
        ({"a": 2}, (), [("", 2)]),
        ({"a": 9, "b": 8, "c": 7, "d": 3}, ("d",), [("a", 9), ("d", 3), ("", 15)]),
        ({"b": 4, "a": 4}, (), [("a", 4), ("b", 4)]),
        ({"a": 9, "b": 8, "d": 2}, ("d",), [("a", 9), ("", 10)]),
    ],
)
def test_small_categories_are_folded(
    counts: dict[str, int], kept: tuple[str, ...], expected: list[tuple[str, int]]
) -> None:
    found = fold_small_names(counts, shown=2, kept=kept)
    assert [(entry.name, entry.count) for entry in found] == expected


NAMED = st.dictionaries(st.text(max_size=2), st.integers(0, 6), max_size=8)


@given(counts=NAMED, shown=st.integers(1, 6))
def test_folded_categories_add_up_and_name_no_small_one(counts: dict[str, int], shown: int) -> None:
    found = fold_small_names(counts, shown=shown, kept=("x",))
    assert sum(entry.count for entry in found) == sum(counts.values())
    assert all(entry.count >= 3 for entry in found if entry.name)
    assert len([entry for entry in found if entry.name]) <= shown
    small = [count for name, count in counts.items() if name and 0 < count < 3]
    rest = next((entry.count for entry in found if not entry.name), None)
    if len(small) == 1 and rest == small[0] and not counts.get(""):
        # Nothing else was there to hide it with.
        assert [entry.name for entry in found] == [""]


def test_odd_values_are_remarks_with_their_counts(tmp_path: Path, city: Settings) -> None:
    config = config_of(city)
    rows = [
        case(city, status="Reinvestigated\u202e"),
        case(city, status=None),
        case(city, finding="Maybe"),
        case(city, finding=" "),
        case(city, office=config.other_offices[0]),
        case(city, office=config.other_offices[0]),
        case(city, office="FBI"),
        case(city, office=None),
        case(city, None),
        case(city, "1899-12-31"),
        case(city, "2118-01-01"),
        case(city, "2017-01-01", status="of another year"),
    ]
    found = checked(tmp_path, city, rows)
    days = "'after the snapshot': 1 rows, 'before the earliest': 1 rows, 'without a day': 1 rows"
    assert {name: result.got for name, result in found.items()} == {
        "complaint_statuses_known": "'': 1 rows, 'Reinvestigated\\u202e': 1 rows",
        "complaint_findings_known": "'Maybe': 1 rows",
        "complaint_offices_known": "'': 1 rows, 'FBI': 1 rows",
        "complaint_days_possible": days,
        "complaint_other_offices": f"{config.other_offices[0]!r}: 2 rows",
        "complaint_force_seen": "some",
    }
    assert {name for name, result in found.items() if result.passed} == {
        "complaint_other_offices",
        "complaint_force_seen",
    }
    clean = checked(tmp_path, city, [case(city)])
    assert all(result.passed for result in clean.values())


def test_days_that_cannot_be_neither_count_nor_make_the_file_look_fresh(tmp_path: Path, city: Settings) -> None:
    stopped = [
        *fillers(city, QUARTER.shifted(-2)),
        case(city, "2118-01-01"),
        case(city, "1899-12-31"),
        case(city, None),
    ]
    table = counted(tmp_path, city, stopped, *QUARTER.window(3))
    assert states_of(table, "complaint_cases", QUARTER) == {"no_data"}
    assert values_of(table, "complaint_cases", QUARTER.shifted(-2)) == {"none": 4, "city": 4}


def test_cases_of_another_office_cover_no_quarter(tmp_path: Path, city: Settings) -> None:
    rows = [{**row, "office": config_of(city).other_offices[0]} for row in fillers(city, QUARTER)]
    table = counted(tmp_path, city, rows)
    assert set(table["state"]) == {"no_data", "not_published"}


def test_a_source_never_read_has_no_data(tmp_path: Path, city: Settings) -> None:
    with opened_sources(tmp_path, city, {}, as_of=AS_OF) as opened:
        table = count_complaints(opened, [QUARTER])
        assert check_complaints(opened, [QUARTER]) == []
        assert set(list_complaint_categories(opened, QUARTER).values()) == {()}
    require_complete(table, city, [QUARTER])
    assert set(table["state"]) == {"no_data", "not_published"}


def test_a_city_without_complaints_has_no_such_metrics() -> None:
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    with open_incidents([], toy) as con:
        opened = Opened(con, toy, AS_OF, {"crimes": make_origin(toy, "crimes", AS_OF)})
        assert count_complaints(opened, [QUARTER]).empty
        assert check_complaints(opened, [QUARTER]) == []
        assert set(list_complaint_categories(opened, QUARTER).values()) == {()}
    assert define_complaints(toy) == ()


def test_every_metric_is_defined(tmp_path: Path, city: Settings) -> None:
    table = counted(tmp_path, city, fillers(city, QUARTER))
    defined = {(entry.metric_id, entry.unit) for entry in define_complaints(city)}
    assert defined == set(zip(table["metric_id"], table["unit"], strict=True))
    assert all(entry.sql for entry in define_complaints(city))


PLACES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 91), st.booleans()), max_size=40)


@given(cases=PLACES)
@costly(5)
def test_districts_and_none_add_up_to_the_city(city: Settings, cases: list[tuple[int, int, bool]]) -> None:
    config = config_of(city)
    beats = [*(own_beat(city, district_id) for district_id in city.district_ids[:3]), None, "0111|2511"]
    rows = fillers(city, QUARTER)
    for place, day, is_closed in cases:
        status = (config.closed_values if is_closed else config.open_values)[0]
        opened = str(QUARTER.start + timedelta(days=day))
        rows.append(case(city, opened, beats=beats[place], status=status))
    with TemporaryDirectory() as folder:
        table = counted(Path(folder), city, rows)
    require_complete(table, city, [QUARTER])
    assert values_of(table, "complaint_cases", QUARTER)["city"] == len(rows)

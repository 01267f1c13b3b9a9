"""Rows of two pulls beside each other: one class for each row, one place, nothing counted twice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import ContractError, StoreError
from district_reports.metrics.measures import CITY, KEY, OUTSIDE, build_table
from district_reports.metrics.revisions import CAUSES, build_revisions, compare_rows
from district_reports.model import RevisionCauses, Revisions
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.tables import arrow_schema
from tests.effort import costly
from tests.unit.metrics.rows import find_offence, local, make_row, own_beat

THEN, NOW = local("2018-11-19 15:00"), local("2019-02-19 15:00")
LAST = Quarter(2018, 3)
Row = dict[str, Any]


def write_side(folder: Path, settings: Settings, rows: list[Row], *, without: tuple[str, ...] = ()) -> list[Path]:
    """Return one part with the rows, each with its `incident_id`; columns the city lacks are left out."""
    folder.mkdir(exist_ok=True)
    schema = arrow_schema(settings.source("crimes"))
    schema = pa.schema([field for field in schema if field.name not in without])
    path = folder / "2018-08.parquet"
    known = [{name: row[name] for name in schema.names if name in row} for row in rows]
    pq.write_table(pa.Table.from_pylist(known, schema=schema), path)
    return [path]


def row(settings: Settings, number: int, of: str = "incidents_robbery", **changes: Any) -> Row:
    return {"changed_at": THEN, **make_row(settings, of, **changes), "incident_id": number}


def compare(
    folder: Path, settings: Settings, then: list[Row], now: list[Row], *, without: tuple[str, ...] = ()
) -> dict[str, RevisionCauses]:
    return compare_rows(
        write_side(folder / "then", settings, then),
        write_side(folder / "now", settings, now, without=without),
        settings,
    )


def told(causes: RevisionCauses) -> dict[str, int]:
    return {name: count for name, count in causes.model_dump().items() if count}


@pytest.fixture
def chicago() -> Settings:
    return load_settings({})


def changes_of(settings: Settings, cause: str) -> Row:
    """Return what is another in a row of each class, beside the publisher's mark."""
    last = settings.district_ids[-1]
    burglary = find_offence(settings, "incidents_burglary")
    changes: dict[str, Row] = {
        "reclassified": {"offence_group": burglary.group, "offence_code": burglary.code},
        "moved": {"district_id": last, "beat_id": own_beat(settings, last)},
        "arrest_added": {"has_arrest": True},
        "other": {"is_domestic": True},
        "touched": {},
    }
    return changes[cause]


@pytest.mark.parametrize("cause", ["reclassified", "moved", "arrest_added", "other"])
def test_each_change_has_its_class(tmp_path: Path, settings: Settings, cause: str) -> None:
    then = row(settings, 1)
    now = then | changes_of(settings, cause) | {"changed_at": NOW}
    causes = compare(tmp_path, settings, [then], [now])
    assert told(causes[CITY]) == {cause: 1}


def test_a_row_that_was_only_touched_is_told_apart(tmp_path: Path, chicago: Settings) -> None:
    then = row(chicago, 1)
    causes = compare(tmp_path, chicago, [then, row(chicago, 2)], [then | {"changed_at": NOW}, row(chicago, 2)])
    assert told(causes[CITY]) == {"touched": 1}


def test_rows_come_late_and_vanish(tmp_path: Path, settings: Settings) -> None:
    first, last = settings.district_ids[0], settings.district_ids[-1]
    then = [row(settings, 1), row(settings, 2, district_id=last)]
    now = [row(settings, 1), row(settings, 3), row(settings, 4), row(settings, 5, district_id=None)]
    causes = compare(tmp_path, settings, then, now)
    assert told(causes[CITY]) == {"late": 3, "removed": 1}
    assert told(causes[first]) == {"late": 2}
    assert told(causes[last]) == {"removed": 1}
    assert told(causes[OUTSIDE]) == {"late": 1}


def test_a_row_has_the_first_class_that_fits(tmp_path: Path, chicago: Settings) -> None:
    then = [row(chicago, number) for number in range(1, 5)]
    changes: Row = {}
    now = []
    for old, cause in zip(reversed(then), ["other", "arrest_added", "moved", "reclassified"], strict=True):
        changes |= changes_of(chicago, cause)
        now.append(old | changes | {"changed_at": NOW})
    causes = compare(tmp_path, chicago, then, now)
    assert told(causes[CITY]) == {"reclassified": 1, "moved": 1, "arrest_added": 1, "other": 1}


def test_a_moved_row_is_counted_once_where_it_is_now(tmp_path: Path, settings: Settings) -> None:
    first, last = settings.district_ids[0], settings.district_ids[-1]
    then = [row(settings, 1), row(settings, 2)]
    now = [row(settings, 1, district_id=last), row(settings, 2, district_id="nowhere")]
    causes = compare(tmp_path, settings, then, now)
    assert told(causes[first]) == {}
    assert told(causes[last]) == told(causes[OUTSIDE]) == {"moved": 1}


@pytest.mark.parametrize(
    ("later", "cause"),
    [("2018-08-16 12:00", "moved"), ("2018-08-15 13:00", "other"), ("2018-08-15 12:00", "")],
)
def test_another_day_moves_a_row_and_another_hour_does_not(
    tmp_path: Path, settings: Settings, later: str, cause: str
) -> None:
    causes = compare(tmp_path, settings, [row(settings, 1)], [row(settings, 1, occurred_at=local(later))])
    assert told(causes[CITY]) == ({cause: 1} if cause else {})


def test_an_arrest_taken_back_is_no_arrest_added(tmp_path: Path, settings: Settings) -> None:
    causes = compare(tmp_path, settings, [row(settings, 1, has_arrest=True)], [row(settings, 1)])
    assert told(causes[CITY]) == {"other": 1}


@pytest.mark.parametrize("missing", ["beat_id", "offence_code", "district_id"])
def test_a_value_that_comes_or_goes_is_a_change(tmp_path: Path, settings: Settings, missing: str) -> None:
    full, empty = row(settings, 1), row(settings, 1) | {missing: None}
    cause = {"beat_id": "other", "offence_code": "reclassified", "district_id": "moved"}[missing]
    for then, now in ((full, empty), (empty, full)):
        assert told(compare(tmp_path, settings, [then], [now])[CITY]) == {cause: 1}
    assert told(compare(tmp_path, settings, [empty], [empty])[CITY]) == {}


def test_without_the_mark_nothing_is_touched(tmp_path: Path, chicago: Settings) -> None:
    then = [row(chicago, 1), row(chicago, 2) | {"changed_at": None}, row(chicago, 3)]
    now = [row(chicago, 1) | {"changed_at": None}, row(chicago, 2), row(chicago, 3) | {"changed_at": NOW}]
    assert told(compare(tmp_path, chicago, then, now)[CITY]) == {"touched": 1}
    assert told(compare(tmp_path, chicago, then, now, without=("changed_at",))[CITY]) == {}


def test_a_column_that_one_pull_lacks_is_not_compared(tmp_path: Path, chicago: Settings) -> None:
    then = row(chicago, 1) | {"place_kind": "STREET"}
    assert told(compare(tmp_path, chicago, [then], [then], without=("place_kind",))[CITY]) == {}


def test_a_column_that_was_not_published_at_one_pull_has_not_changed(tmp_path: Path, chicago: Settings) -> None:
    then = write_side(tmp_path / "then", chicago, [row(chicago, 1) | {"place_kind": None}])
    now = write_side(tmp_path / "now", chicago, [row(chicago, 1) | {"place_kind": "STREET"}])
    assert told(compare_rows(then, now, chicago)[CITY]) == {"other": 1}
    assert told(compare_rows(then, now, chicago, missing=("place_kind",))[CITY]) == {}


def test_a_required_column_must_be_there(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(ContractError, match="offence_group: expected VARCHAR, got no such column"):
        compare(tmp_path, settings, [row(settings, 1)], [row(settings, 1)], without=("offence_group",))


def test_a_file_of_both_pulls_is_not_read(tmp_path: Path, settings: Settings) -> None:
    same = tmp_path / "2018-07.parquet"
    same.write_bytes(b"no Parquet: reading it would fail")
    then = write_side(tmp_path / "then", settings, [row(settings, 1)])
    now = write_side(tmp_path / "now", settings, [])
    assert told(compare_rows([same, *then], [same, *now], settings)[CITY]) == {"removed": 1}
    assert told(compare_rows([same], [same], settings)[CITY]) == {}


def test_a_month_that_one_pull_has_no_rows_of_is_all_late(tmp_path: Path, settings: Settings) -> None:
    now = write_side(tmp_path / "now", settings, [row(settings, 1)])
    assert told(compare_rows([], now, settings)[CITY]) == {"late": 1}


def test_a_file_that_is_gone_or_broken_is_named(tmp_path: Path, settings: Settings) -> None:
    now = write_side(tmp_path / "now", settings, [row(settings, 1)])
    with pytest.raises(StoreError, match="expected the stored part gone.parquet"):
        compare_rows([tmp_path / "gone.parquet"], now, settings)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1")
    with pytest.raises(ContractError, match="expected stored parts that can be read"):
        compare_rows([broken], now, settings)


def test_names_with_signs_are_values_and_no_sql(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "a*b'; DROP VIEW now; --=1"
    folder.mkdir()
    then = write_side(folder, settings, [row(settings, 1)])
    hostile = [row(settings, 1, district_id="'); DROP TABLE now; --")]
    now = write_side(tmp_path / "now", settings, hostile)
    assert told(compare_rows(then, now, settings)[OUTSIDE]) == {"moved": 1}


ROWS = st.dictionaries(
    st.integers(1, 12),
    st.tuples(st.sampled_from(["here", "there", "outside", None]), st.booleans(), st.booleans(), st.integers(0, 1)),
    max_size=12,
)


@costly(12)
@given(then=ROWS, now=ROWS)
def test_places_add_up_and_each_row_has_at_most_one_class(tmp_path: Path, then: Any, now: Any) -> None:
    city = load_settings({})
    places = {"here": city.district_ids[0], "there": city.district_ids[-1], "outside": "nowhere", None: None}

    def rows(side: Any) -> list[Row]:
        return [
            row(city, number, district_id=places[place], has_arrest=arrest, is_domestic=domestic)
            | {"changed_at": THEN + timedelta(days=days)}
            for number, (place, arrest, domestic, days) in side.items()
        ]

    causes = compare(tmp_path, city, rows(then), rows(now))
    for cause in CAUSES:
        parts = [getattr(found, cause) for place, found in causes.items() if place != CITY]
        assert sum(parts) == getattr(causes[CITY], cause)
    assert causes[CITY].late == len(now.keys() - then.keys())
    assert causes[CITY].removed == len(then.keys() - now.keys())
    changed = sum(then[number] != now[number] for number in then.keys() & now.keys())
    assert sum(getattr(causes[CITY], cause) for cause in CAUSES[2:]) == changed


# --- numbers of two releases ------------------------------------------------------------------------------------------


def measures(*cells: tuple[str, str, str, float | None, str], unit: str = "incidents") -> pd.DataFrame:
    """Return `out_metrics` of (place, quarter, metric, value, state)."""
    columns: dict[str, Any] = {name: [cell[at] for cell in cells] for at, name in enumerate((*KEY, "value", "state"))}
    empty = pd.Series([None] * len(cells), dtype="Int64")
    rest = {"unit": unit, "numerator": empty, "denominator": empty, "origin_id": "crimes"}
    return build_table({**columns, **rest, "as_of": [date(2018, 11, 19)] * len(cells)})


def built(then: pd.DataFrame, now: pd.DataFrame, *places: str, metrics: tuple[str, ...] = ("rob", "all")) -> Any:
    none = RevisionCauses(**dict.fromkeys(CAUSES, 0))
    return build_revisions(
        then,
        now,
        dict.fromkeys([*places, OUTSIDE], none),
        last_release=LAST,
        then_as_of=date(2018, 11, 19),
        now_as_of=date(2019, 2, 19),
        metrics=metrics,
        newest="all",
    )


def lines(revisions: Revisions) -> list[tuple[str, str, int, int]]:
    return [(change.quarter, change.metric_id, change.then, change.now) for change in revisions.changes]


def test_numbers_that_read_otherwise_are_told_newest_first() -> None:
    then = measures(
        ("A", "2018Q2", "all", 10, "ok"), ("A", "2018Q3", "all", 20, "ok"), ("A", "2018Q3", "rob", 3, "ok"),
        ("A", "2018Q2", "rob", 1, "ok"), ("A", "2017Q3", "all", 7, "ok"),
    )  # fmt: skip
    now = measures(
        ("A", "2018Q2", "all", 9, "ok"), ("A", "2018Q3", "all", 22, "ok"), ("A", "2018Q3", "rob", 4, "ok"),
        ("A", "2018Q2", "rob", 1, "ok"), ("A", "2018Q4", "all", 7, "ok"),
    )  # fmt: skip
    (revisions,) = built(then, now, "A").values()
    assert lines(revisions) == [("2018Q3", "rob", 3, 4), ("2018Q3", "all", 20, 22), ("2018Q2", "all", 10, 9)]
    assert (revisions.last_release, revisions.then_as_of, revisions.now_as_of) == (
        "2018Q3", date(2018, 11, 19), date(2019, 2, 19),
    )  # fmt: skip
    grown = revisions.newest_then
    assert grown is not None
    assert (grown.quarter, grown.metric_id, grown.then, grown.now) == ("2018Q3", "all", 20, 22)


@pytest.mark.parametrize("sides", [("suppressed", "ok"), ("ok", "suppressed"), ("suppressed", "suppressed")])
def test_a_suppressed_cell_appears_on_neither_side(sides: tuple[str, str]) -> None:
    then, now = (
        measures(("A", "2018Q3", "rob", 3 if state == "ok" else None, state), ("A", "2018Q3", "all", 9, "ok"))
        for state in sides
    )
    (revisions,) = built(then, now, "A").values()
    assert lines(revisions) == []


@pytest.mark.parametrize(
    ("value", "state"), [(None, "no_data"), (3, "too_early"), (3, "stale"), (None, "not_published")]
)
def test_only_whole_numbers_are_compared(value: float | None, state: str) -> None:
    then, now = measures(("A", "2018Q3", "all", value, state)), measures(("A", "2018Q3", "all", 5, "ok"))
    for pair in ((then, now), (now, then)):
        (revisions,) = built(*pair, "A").values()
        assert (lines(revisions), revisions.newest_then) == ([], None)


def test_shares_and_metrics_not_asked_for_are_left_out() -> None:
    then, now = (measures(("A", "2018Q3", "rob", value, "ok"), unit="share") for value in (0.1, 0.2))
    assert lines(built(then, now, "A")["A"]) == []
    then, now = (measures(("A", "2018Q3", "theft", value, "ok")) for value in (1, 2))
    assert lines(built(then, now, "A")["A"]) == []


def test_a_quarter_that_did_not_grow_is_told_as_such() -> None:
    table = measures(("A", "2018Q3", "all", 5, "ok"), ("none", "2018Q3", "all", 1, "ok"))
    found = built(table, table, "A")
    assert set(found) == {"A"}
    assert lines(found["A"]) == []
    assert found["A"].newest_then is not None
    assert (found["A"].newest_then.then, found["A"].newest_then.now) == (5, 5)


def test_a_place_without_numbers_still_has_its_causes() -> None:
    found = built(measures(), measures(), "A", CITY)
    assert set(found) == {"A", CITY}
    assert found[CITY].newest_then is None

"""Which release is the last one, whether it can be trusted, and what became of its numbers and rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from district_reports.model import CITY, CheckResult, Revisions, Snapshot, State
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.store import Store
from flows.last_release import find_last_release, make_revisions
from tests.flows.past_releases import (
    CRIMES,
    Row,
    count_table,
    open_empty,
    pulled_on,
    save_release,
    save_rows,
    town_rows,
)

LAST, NOW = Quarter(2018, 2), Quarter(2018, 3)
THEN_DAY, NOW_DAY = date(2018, 7, 9), date(2018, 10, 9)


@pytest.fixture
def city() -> Settings:
    return load_settings({})


@pytest.fixture
def store(tmp_path: Path, city: Settings) -> Store:
    return open_empty(tmp_path / "data", city)


def rows_of(quarter: Quarter, city: Settings) -> list[Row]:
    """Return the rows of a release: its quarter and the two before."""
    return town_rows(city, quarter.window(3))


def release(
    store: Store, city: Settings, quarter: Quarter, *, rows: list[Row] | None = None, **changes: Any
) -> Snapshot:
    day = {LAST: THEN_DAY}.get(quarter, NOW_DAY)
    window = quarter.window(3)
    held = rows_of(quarter, city) if rows is None else rows
    snapshot = save_rows(store, city, held, window, updated=pulled_on(day))
    save_release(store, city, quarter, count_table(store, city, snapshot, window), snapshot, **changes)
    return snapshot


def found(store: Store, quarter: Quarter = NOW) -> tuple[str, list[CheckResult]]:
    last, remarks = find_last_release(store, quarter)
    return (str(last.quarter) if last else ""), remarks


def revise(
    store: Store, city: Settings, rows: list[Row], *, hide: tuple[str, str, str] | None = None
) -> tuple[dict[str, Revisions], list[CheckResult]]:
    """Count rows as of the second release, one cell suppressed, and return what became of the first."""
    snapshot = save_rows(store, city, rows, NOW.window(3), updated=pulled_on(NOW_DAY))
    table = count_table(store, city, snapshot, NOW.window(3))
    if hide is not None:
        is_it = (table[["district_id", "quarter", "metric_id"]] == list(hide)).all(axis=1)
        assert is_it.sum() == 1
        table = table.assign(value=table["value"].mask(is_it), state=table["state"].mask(is_it, str(State.SUPPRESSED)))
    last, remarks = find_last_release(store, NOW)
    found, unclear = make_revisions(city, store, last, NOW, table, {CRIMES: snapshot})
    return found, [*remarks, *unclear]


def test_before_the_first_release_there_is_nothing_to_compare(store: Store, city: Settings) -> None:
    assert found(store) == ("", [])
    assert revise(store, city, rows_of(NOW, city)) == ({}, [])


def test_the_newest_earlier_release_is_the_last_one(store: Store, city: Settings) -> None:
    for quarter in (LAST.shifted(-4), LAST, NOW, NOW.shifted(1)):
        release(store, city, quarter)
    assert found(store) == (str(LAST), [])
    assert found(store, LAST) == (str(LAST.shifted(-4)), [])
    assert found(store, NOW.shifted(3)) == (str(NOW.shifted(1)), [])


@pytest.mark.parametrize("changes", [{"is_preview": True}, {"is_sample": True}, {"is_preview": None}])
def test_previews_and_other_kinds_are_no_release(store: Store, city: Settings, changes: dict[str, Any]) -> None:
    release(store, city, LAST.previous())
    release(store, city, LAST, **changes)
    assert found(store) == (str(LAST.previous()), [])


def test_folders_without_a_manifest_and_other_folders_are_passed_over(store: Store, city: Settings) -> None:
    release(store, city, LAST.previous())
    store.save_file(store.release_dir(LAST) / "measures.csv", b"killed before its end")
    store.save_file(store.root / "editions" / "notes" / "manifest.json", b"{}")
    assert found(store) == (str(LAST.previous()), [])


@pytest.mark.parametrize("damage", ["changed", "gone", "manifest"])
def test_numbers_that_the_manifest_does_not_vouch_for_are_not_used(store: Store, city: Settings, damage: str) -> None:
    release(store, city, LAST.previous())
    broken: dict[str, Any] = {"inputs": {}} if damage == "manifest" else {}
    release(store, city, LAST, **broken)
    path = store.release_dir(LAST) / "measures.csv"
    if damage == "changed":
        path.write_bytes(path.read_bytes() + b"\n")
    if damage == "gone":
        path.unlink()
    name, (remark,) = found(store)
    assert (name, remark.check_id, remark.passed, remark.required) == ("", "release_whole", False, False)
    assert str(LAST) in remark.expected
    assert revise(store, city, rows_of(NOW, city)) == ({}, [remark])


def test_the_numbers_of_the_last_release_are_those_published(store: Store, city: Settings) -> None:
    snapshot = release(store, city, LAST)
    last, _ = find_last_release(store, NOW)
    assert last is not None
    pd.testing.assert_frame_equal(last.measures, count_table(store, city, snapshot, LAST.window(3)))


def test_rows_that_came_late_and_were_reclassified_are_told_with_their_numbers(store: Store, city: Settings) -> None:
    first, last = city.district_ids[0], city.district_ids[-1]
    release(store, city, LAST, rows=town_rows(city, NOW.window(4))[:18])
    rows = town_rows(city, NOW.window(4))
    then = rows[:18]
    robbery, burglary = then[-2], then[-1]
    late = robbery | {"incident_id": 900}
    now = [*then[:-1], burglary | {"offence_group": robbery["offence_group"]}, late, *rows[18:]]
    revisions, remarks = revise(store, city, now)
    assert remarks == []
    assert set(revisions) == {*city.district_ids, CITY}
    quarter = str(LAST)
    told = [(change.quarter, change.metric_id, change.then, change.now) for change in revisions[first].changes]
    assert told == [
        (quarter, "incidents_violent", 3, 4),
        (quarter, "incidents_robbery", 3, 4),
        (quarter, "incidents_all", 3, 4),
    ]
    assert {change.metric_id for change in revisions[last].changes} == {
        "incidents_violent", "incidents_property", "incidents_robbery", "incidents_burglary",
    }  # fmt: skip
    causes = {place: found.causes.model_dump() for place, found in revisions.items()}
    assert {name: count for name, count in causes[first].items() if count} == {"late": 1}
    assert {name: count for name, count in causes[last].items() if count} == {"reclassified": 1}
    assert {name: count for name, count in causes[CITY].items() if count} == {"late": 1, "reclassified": 1}
    whole = revisions[CITY]
    assert (whole.last_release, whole.then_as_of, whole.now_as_of) == (quarter, THEN_DAY, NOW_DAY)
    grown = whole.newest_then
    assert grown is not None
    assert (grown.quarter, grown.then, grown.now) == (quarter, 6, 7)


def test_only_months_that_both_pulls_hold_are_compared(store: Store, city: Settings) -> None:
    rows = town_rows(city, NOW.window(4))
    release(store, city, LAST, rows=rows[:18])
    # The oldest quarter has left the window, the newest is not in the last release: neither was removed or late.
    revisions, _ = revise(store, city, rows[6:])
    assert set(revisions[CITY].causes.model_dump().values()) == {0}
    assert revisions[CITY].changes == ()


def test_a_month_that_lost_all_its_rows_is_compared(store: Store, city: Settings) -> None:
    rows = town_rows(city, NOW.window(4))
    release(store, city, LAST, rows=rows[:18])
    revisions, _ = revise(store, city, [*rows[6:16], *rows[18:]])
    assert revisions[CITY].causes.removed == 2


def test_a_suppressed_cell_is_not_told(store: Store, city: Settings) -> None:
    rows = town_rows(city, NOW.window(4))
    release(store, city, LAST, rows=rows[:18])
    late = rows[16] | {"incident_id": 900}
    first = city.district_ids[0]
    revisions, _ = revise(store, city, [*rows, late], hide=(first, str(LAST), "incidents_robbery"))
    assert {change.metric_id for change in revisions[first].changes} == {"incidents_violent", "incidents_all"}


@pytest.mark.parametrize("damage", ["part", "snapshot", "digest"])
def test_without_the_rows_of_then_there_is_a_remark_and_no_table(store: Store, city: Settings, damage: str) -> None:
    rows = town_rows(city, NOW.window(4))
    then = release(store, city, LAST, rows=rows[:18])
    changed = [row | {"has_arrest": True} for row in rows]
    folder = store.source_dir(CRIMES)
    if damage == "part":
        (folder / then.parts[-1].file).write_bytes(b"other bytes")
    elif damage == "snapshot":
        (folder / "manifests" / f"{then.digest}.json").unlink()
    else:
        path = store.release_dir(LAST) / "manifest.json"
        manifest = json.loads(path.read_bytes())
        manifest["inputs"]["snapshots"] = {"stations": then.digest}
        path.write_text(json.dumps(manifest))
    revisions, (remark,) = revise(store, city, changed)
    assert revisions == {}
    assert (remark.check_id, remark.required, remark.passed) == ("last_release_rows", False, False)
    wanted = {"part": "is gone or changed", "snapshot": then.digest[:12], "digest": "no snapshot in its manifest"}
    assert wanted[damage] in remark.got


def test_releases_that_share_no_quarter_are_not_compared(store: Store, city: Settings) -> None:
    release(store, city, NOW.shifted(-8))
    assert revise(store, city, rows_of(NOW, city)) == ({}, [])


def test_marks_of_figures_not_to_be_published_do_not_hide_the_rows(store: Store, city: Settings) -> None:
    rows = town_rows(city, NOW.window(4))
    then = release(store, city, LAST, rows=rows[:18])
    inputs = {"config": "", "snapshots": {"crimes (sample data, not real figures)": then.digest}, "report_date": ""}
    release(store, city, LAST, rows=rows[:18], inputs=inputs)
    assert set(revise(store, city, rows)[0]) == {*city.district_ids, CITY}

"""Rows that change, between pulls and in the middle of one."""

from pathlib import Path

import pytest

from district_reports.errors import ConfigError, FetchError
from district_reports.periods import Quarter
from district_reports.sync import synchronise
from tests.faults.town import (
    DATASET,
    NOW,
    QUARTER,
    SOURCE,
    asked,
    files_of,
    kept_rows,
    open_portal,
    open_store,
    pull,
    serve,
    served_rows,
)
from tests.portal import Fault, Portal

BEFORE, AFTER = QUARTER.previous(), QUARTER.shifted(1)


def test_an_unchanged_portal_is_asked_once_and_sends_no_row(portal: Portal, tmp_path: Path) -> None:
    first = pull(portal, tmp_path)
    files = files_of(tmp_path)
    portal.reset_log()
    again = pull(portal, tmp_path)
    assert asked(portal) == ["views"]
    assert (again.rows_pulled, again.months_pulled) == (0, 0)
    assert again.snapshot == first.snapshot
    assert files_of(tmp_path) == files
    assert (tmp_path / "snapshots/events/checked.json").exists()


def test_a_touch_without_a_change_costs_two_requests_and_a_manifest(portal: Portal, tmp_path: Path) -> None:
    first = pull(portal, tmp_path).snapshot
    portal.touch(DATASET)
    portal.reset_log()
    again = pull(portal, tmp_path)
    assert asked(portal) == ["views", "json"]
    assert again.rows_pulled == 0
    assert first is not None
    assert again.snapshot is not None
    assert again.snapshot.parts == first.parts
    assert again.snapshot.rows_updated_at > first.rows_updated_at
    assert again.snapshot.digest != first.digest
    store = open_store(tmp_path)
    assert store.load_snapshot("events") == again.snapshot
    assert store.load_past_snapshot("events", first.digest) == first


CHANGES = {
    "a row changed": ("update", "kind = 'ARSON'", "nr = (SELECT min(nr) FROM town)", 1),
    "a row deleted": ("delete", "", "nr = (SELECT min(nr) FROM town WHERE month(happened) = 2)", 1),
    "a row moved to another month": (
        "update",
        "happened = TIMESTAMP '2024-03-05 10:00:00'",
        "nr = (SELECT max(nr) FROM town WHERE month(happened) = 1)",
        2,
    ),
    "a month emptied": ("delete", "", "month(happened) = 2", 0),
    "every id minted anew": ("remint", "", "", 3),
}


@pytest.mark.parametrize(("how", "change", "where", "months"), CHANGES.values(), ids=CHANGES.keys())
def test_only_the_months_that_changed_are_pulled(
    portal: Portal, tmp_path: Path, how: str, change: str, where: str, months: int
) -> None:
    pull(portal, tmp_path)
    where = where.replace("town", f'"{DATASET}"')
    if how == "update":
        portal.update_rows(DATASET, change, where)
    elif how == "delete":
        portal.delete_rows(DATASET, where)
    else:
        portal.remint_ids(DATASET)
    result = pull(portal, tmp_path)
    assert result.months_pulled == months
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)


def test_one_month_changed_and_one_row_deleted_pulls_those_two(portal: Portal, tmp_path: Path) -> None:
    first = pull(portal, tmp_path)
    portal.update_rows(DATASET, "caught = NOT caught", "month(happened) = 1")
    portal.delete_rows(DATASET, f'nr = (SELECT min(nr) FROM "{DATASET}" WHERE month(happened) = 3)')
    portal.reset_log()
    second = pull(portal, tmp_path)
    pulled = [record.params["$where"].split("'")[1][:7] for record in portal.requests if record.form == "csv"]
    assert pulled == ["2024-01", "2024-03"]
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert second.snapshot.rows == first.snapshot.rows - 1
    assert second.snapshot.parts[1] == first.snapshot.parts[1]
    assert kept_rows(tmp_path, second.snapshot) == served_rows(portal)


def test_a_window_that_shifts_uses_its_parts_again(portal: Portal, tmp_path: Path) -> None:
    serve(portal, BEFORE, QUARTER, AFTER, rows=60)
    pull(portal, tmp_path, BEFORE, QUARTER)
    later = pull(portal, tmp_path, QUARTER, AFTER)
    assert later.months_pulled == 3
    assert kept_rows(tmp_path, later.snapshot) == served_rows(portal, QUARTER, AFTER)
    portal.reset_log()
    back = pull(portal, tmp_path, BEFORE, QUARTER)
    assert back.months_pulled == 0
    assert asked(portal) == ["views", "json"]
    assert kept_rows(tmp_path, back.snapshot) == served_rows(portal, BEFORE, QUARTER)


def test_a_month_without_rows_has_no_part(portal: Portal, tmp_path: Path) -> None:
    portal.delete_rows(DATASET, "month(happened) = 2")
    result = pull(portal, tmp_path)
    assert result.snapshot is not None
    assert [part.part_id for part in result.snapshot.parts] == ["2024-01", "2024-03"]
    assert result.snapshot.window == ("2024-01", "2024-02", "2024-03")


def test_no_rows_at_all_are_an_empty_snapshot(portal: Portal, tmp_path: Path) -> None:
    result = pull(portal, tmp_path, Quarter(1999, 4))
    assert result.snapshot is not None
    assert result.snapshot.parts == ()


def test_another_column_pulls_all_months_again(portal: Portal, tmp_path: Path) -> None:
    pull(portal, tmp_path)
    columns = {name: column for name, column in SOURCE.columns.items() if name != "remark"}
    result = pull(portal, tmp_path, source=SOURCE.model_copy(update={"columns": columns}))
    assert result.months_pulled == 3
    assert "remark" not in kept_rows(tmp_path, result.snapshot)[0]


def test_a_part_that_was_damaged_is_pulled_again(portal: Portal, tmp_path: Path) -> None:
    first = pull(portal, tmp_path).snapshot
    assert first is not None
    path = open_store(tmp_path).part_path("events", first.parts[1])
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    result = pull(portal, tmp_path)
    assert result.months_pulled == 1
    assert result.snapshot is not None
    assert result.snapshot.parts == first.parts
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)


MIDWAY = {
    "rows changed": lambda portal: portal.update_rows(DATASET, "kind = 'LATE'", "true"),
    "rows deleted": lambda portal: portal.delete_rows(DATASET, "nr % 3 = 0"),
    "rows of a month already pulled deleted": lambda portal: portal.delete_rows(
        DATASET, "month(happened) = 1 AND nr % 2 = 0"
    ),
    "rows swapped, the count kept": lambda portal: portal.update_rows(DATASET, "nr = nr + 9000000", "nr % 2 = 0"),
    "rows moved to other months": lambda portal: portal.update_rows(
        DATASET, "happened = happened + INTERVAL 31 DAY", "month(happened) < 3 AND day(happened) > 15"
    ),
    "rows deleted without a word": lambda portal: portal.delete_rows(DATASET, "nr % 3 = 0", bump_dataset=False),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("skip", [0, 2], ids=["first month", "last month"])
@pytest.mark.parametrize("action", MIDWAY.values(), ids=MIDWAY.keys())
def test_changes_in_the_middle_of_a_pull_are_in_the_snapshot(
    portal: Portal, tmp_path: Path, action: object, skip: int, form: str
) -> None:
    if form == "json":
        portal.faults.add(Fault(kind="cut_csv", times=None))
    struck = portal.faults.add(
        Fault(kind="mutate_midway", action=action, skip=skip, form=form, after_rows=10)  # type: ignore[arg-type]
    )
    result = pull(portal, tmp_path)
    assert struck.fired == 1
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)
    assert pull(portal, tmp_path).snapshot is not None


def test_a_stream_that_shows_a_change_is_not_taken_for_a_broken_one(portal: Portal, tmp_path: Path) -> None:
    """The month is asked for once more, which explains the difference; no page is read."""
    portal.faults.add(
        Fault(
            kind="mutate_midway",
            on="groups",
            action=lambda running: running.delete_rows(DATASET, "month(happened) = 1 AND nr % 2 = 0"),
        )
    )
    pull(portal, tmp_path)
    january = [record for record in portal.requests if "'2024-01" in record.params.get("$where", "")]
    assert [record.form for record in january if record.target == "rows"] == ["csv", "csv"]


def test_rows_that_never_stay_end_with_an_error(portal: Portal, tmp_path: Path) -> None:
    before = pull(portal, tmp_path).snapshot
    portal.update_rows(DATASET, "kind = 'NEW'")
    portal.faults.add(
        Fault(
            kind="mutate_midway",
            times=None,
            action=lambda running: running.update_rows(DATASET, "kind = kind || '!'", "month(happened) = 2"),
        )
    )
    with pytest.raises(FetchError, match="expected rows that stay while they are pulled, got changes 4 times.*2024-02"):
        pull(portal, tmp_path)
    assert open_store(tmp_path).load_snapshot("events") == before


def test_the_manifest_tells_the_time_before_the_change(portal: Portal, tmp_path: Path) -> None:
    """So that the next run, which sees a later time, looks again."""
    portal.faults.add(Fault(kind="mutate_midway", skip=2, action=lambda running: running.touch(DATASET)))
    result = pull(portal, tmp_path)
    portal.reset_log()
    again = pull(portal, tmp_path)
    assert result.snapshot is not None
    assert again.snapshot is not None
    assert again.snapshot.rows_updated_at > result.snapshot.rows_updated_at
    assert again.rows_pulled == 0


def test_progress_is_told_month_by_month(portal: Portal, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    synchronise(
        open_portal(portal),
        open_store(tmp_path),
        SOURCE,
        (QUARTER,),
        now=NOW,
        on_progress=lambda stage, done, total: told.append((stage, done, total)),
    )
    assert told == [("events", done, 3) for done in range(4)]


def test_no_quarter_is_refused(portal: Portal, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="at least one quarter"):
        synchronise(open_portal(portal), open_store(tmp_path), SOURCE, (), now=NOW)

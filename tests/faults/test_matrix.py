"""Every fault a portal can have: either nothing is lost and nothing doubled, or a clear error and the old snapshot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from district_reports.errors import DistrictReportsError, FetchError, SchemaDriftError
from district_reports.sources.patience import Patience
from tests.faults.town import DATASET, FAST, HASTY, files_of, kept_rows, open_store, pull, served_rows
from tests.portal import Fault, Portal


def patience(fault: dict[str, Any]) -> Patience:
    return HASTY if fault["kind"] in {"trickle", "hang"} else FAST


PASSING: dict[str, dict[str, Any]] = {
    "429 with seconds": {"kind": "throttle", "retry_after": 1, "times": 2},
    "429 with a date": {"kind": "throttle", "retry_after": datetime.now(UTC) + timedelta(hours=2), "times": 2},
    "429 bare": {"kind": "throttle", "times": 2},
    "429 on rows": {"kind": "throttle", "on": "rows", "times": 2},
    "500": {"kind": "status", "status": 500, "times": 2},
    "502 on rows": {"kind": "status", "status": 502, "on": "rows", "times": 2},
    "503 as JSON": {"kind": "status", "status": 503, "body": "json", "times": 2},
    "503 with seconds": {"kind": "status", "status": 503, "retry_after": 1, "times": 2},
    "504 on groups": {"kind": "status", "status": 504, "on": "groups", "times": 2},
    "202 on groups": {"kind": "processing", "on": "groups", "times": 2},
    "202 on rows": {"kind": "processing", "on": "rows", "times": 2},
    "HTML for metadata": {"kind": "html", "on": "metadata", "times": 2},
    "HTML for groups": {"kind": "html", "on": "groups", "times": 2},
    "HTML for rows": {"kind": "html", "on": "rows", "times": 2},
    "dropped metadata": {"kind": "drop", "on": "metadata", "after_bytes": 10, "times": 2},
    "dropped groups": {"kind": "drop", "on": "groups", "after_bytes": 10, "times": 2},
    "dropped rows": {"kind": "drop", "times": 2},
    "dropped at once": {"kind": "drop", "after_bytes": 0, "times": 2},
    "dropped CSV for ever": {"kind": "drop", "form": "csv", "times": None},
    "cut JSON of groups": {"kind": "cut_json", "on": "groups", "times": 2},
    "cut CSV, clean end": {"kind": "cut_csv", "times": 1},
    "cut CSV, clean end, for ever": {"kind": "cut_csv", "times": None},
    "cut CSV to its header": {"kind": "cut_csv", "after_rows": 0, "times": None},
    "cut CSV, mid-row": {"kind": "cut_csv", "mid_row": True, "times": 1},
    "cut CSV, mid-row, for ever": {"kind": "cut_csv", "mid_row": True, "times": None},
    "short CSV": {"kind": "short_page", "form": "csv", "times": None},
    "trickling groups": {"kind": "trickle", "on": "groups", "times": 1},
    "trickling rows": {"kind": "trickle", "on": "rows", "times": 1},
    "hanging metadata": {"kind": "hang", "on": "metadata", "times": 1},
    "hanging rows": {"kind": "hang", "on": "rows", "times": 1},
    "doubled rows, right count": {"kind": "duplicate_rows", "times": 1},
    "doubled rows, right count, for ever": {"kind": "duplicate_rows", "form": "csv", "times": None},
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_a_passing_fault_loses_and_doubles_nothing(portal: Portal, tmp_path: Path, fault: dict[str, Any]) -> None:
    struck = portal.faults.add(Fault(**fault))
    result = pull(portal, tmp_path, patience=patience(fault))
    assert struck.fired > 0
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)
    assert not result.remarks


PAGED: dict[str, dict[str, Any]] = {
    "dropped page": {"kind": "drop", "after_bytes": 100, "times": 2},
    "cut page": {"kind": "cut_json", "times": 2},
    "short page": {"kind": "short_page", "times": 1},
    "short pages": {"kind": "short_page", "times": 4},
    "empty page": {"kind": "short_page", "after_rows": 0, "times": 1},
    "doubled rows in a page": {"kind": "duplicate_rows", "times": 2},
    "throttled page": {"kind": "throttle", "on": "rows", "times": 2},
    "trickling page": {"kind": "trickle", "on": "rows", "times": 1},
    "HTML for a page": {"kind": "html", "on": "rows", "times": 2},
    "202 for a page": {"kind": "processing", "on": "rows", "times": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", PAGED.values(), ids=PAGED.keys())
def test_a_passing_fault_of_pages_loses_and_doubles_nothing(
    portal: Portal, tmp_path: Path, fault: dict[str, Any]
) -> None:
    portal.faults.add(Fault(kind="cut_csv", times=None))
    struck = portal.faults.add(Fault(**{"on": "rows", **fault}, form="json"))
    result = pull(portal, tmp_path, patience=patience(fault))
    assert struck.fired > 0
    assert kept_rows(tmp_path, result.snapshot) == served_rows(portal)


LASTING: dict[str, tuple[dict[str, Any], type[DistrictReportsError], str]] = {
    "429 for ever": ({"kind": "throttle"}, FetchError, "throttles"),
    "429 with seconds for ever": ({"kind": "throttle", "on": "rows", "retry_after": 3600}, FetchError, "throttles"),
    "500 for ever": ({"kind": "status", "status": 500}, FetchError, "500"),
    "502 for ever": ({"kind": "status", "status": 502, "on": "rows"}, FetchError, "502"),
    "503 for ever": ({"kind": "status", "status": 503, "on": "groups"}, FetchError, "503"),
    "403": ({"kind": "status", "status": 403, "body": "json"}, FetchError, "403"),
    "404": ({"kind": "status", "status": 404, "body": "html"}, FetchError, "404"),
    "302": ({"kind": "status", "status": 302, "body": "html"}, FetchError, "302"),
    "202 for ever": ({"kind": "processing"}, FetchError, "202"),
    "HTML for ever": ({"kind": "html"}, FetchError, "HTML"),
    "HTML for rows for ever": ({"kind": "html", "on": "rows"}, FetchError, "HTML"),
    "dropped metadata for ever": (
        {"kind": "drop", "on": "metadata", "after_bytes": 9},
        FetchError,
        "broke off|dropped",
    ),
    "dropped rows for ever": ({"kind": "drop", "after_bytes": 50}, FetchError, "broke off|dropped"),
    "cut JSON for ever": ({"kind": "cut_json", "on": "groups"}, FetchError, "JSON"),
    "trickle for ever": ({"kind": "trickle", "on": "groups"}, FetchError, "trickle"),
    "hang for ever": ({"kind": "hang", "on": "groups"}, FetchError, "silence"),
    "short for ever": ({"kind": "short_page"}, FetchError, "rows: expected"),
    "doubled for ever": ({"kind": "duplicate_rows"}, FetchError, "a key is missing or comes twice"),
    "unknown column": ({"kind": "unknown_column", "on": "rows"}, SchemaDriftError, "No such column"),
    "unknown column in groups": ({"kind": "unknown_column", "on": "groups"}, SchemaDriftError, "No such column"),
    "column dropped": ({"kind": "drop_column", "column": "kind"}, SchemaDriftError, "kind"),
    "column renamed": ({"kind": "rename_column", "column": "caught", "new_name": "nabbed"}, SchemaDriftError, "nabbed"),
    "column retyped": (
        {"kind": "type_change", "column": "nr", "new_type": "text"},
        SchemaDriftError,
        "expected nr to be integer, got text",
    ),
    "header retyped": (
        {"kind": "wrong_types", "column": "happened", "new_type": "text", "in_values": False},
        SchemaDriftError,
        "expected happened to be timestamp, got text",
    ),
    "values retyped": (
        {"kind": "wrong_types", "column": "nr", "value": "seven", "in_header": False},
        SchemaDriftError,
        "expected nr to be integer, got 'seven'",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "error", "words"), LASTING.values(), ids=LASTING.keys())
def test_a_lasting_fault_ends_with_its_error_and_leaves_the_old_snapshot(
    portal: Portal, tmp_path: Path, fault: dict[str, Any], error: type[DistrictReportsError], words: str
) -> None:
    before = pull(portal, tmp_path).snapshot
    rows, kept = kept_rows(tmp_path, before), files_of(tmp_path)
    portal.update_rows(DATASET, "kind = 'CHANGED'", "month(happened) = 2")
    portal.faults.add(Fault(**fault, times=None))

    with pytest.raises(error, match=words) as caught:
        pull(portal, tmp_path, patience=patience(fault))

    assert type(caught.value) is error
    assert "events" in str(caught.value)
    assert open_store(tmp_path).load_snapshot("events") == before
    assert kept_rows(tmp_path, before) == rows
    now = files_of(tmp_path)
    assert {name: now[name] for name in kept} == kept
    assert all(name.startswith("quarantine/") for name in set(now) - set(kept))

    portal.faults.clear()
    assert kept_rows(tmp_path, pull(portal, tmp_path).snapshot) == served_rows(portal)


def test_a_month_that_never_adds_up_is_in_quarantine_with_its_reason(portal: Portal, tmp_path: Path) -> None:
    portal.faults.add(
        Fault(kind="short_page", times=None, when=lambda request: "2024-03" in request.params.get("$where", ""))
    )
    with pytest.raises(FetchError, match="2024-03: rows: expected"):
        pull(portal, tmp_path)
    reasons = list((tmp_path / "quarantine" / "events").glob("2024-03-*.json"))
    assert len(reasons) == 1
    assert '"rows: expected' in reasons[0].read_text()
    assert reasons[0].with_suffix(".parquet").exists()

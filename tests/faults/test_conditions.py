"""Sources of which only some rows are asked for, columns that a portal may lack, and keys that are the portal's own."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from district_reports.config import Column, Source
from district_reports.errors import SchemaDriftError
from district_reports.settings import Settings
from district_reports.sync import SyncResult, synchronise
from district_reports.tables import arrow_schema
from tests.faults.town import (
    DATASET,
    NOW,
    QUARTER,
    SOURCE,
    TYPES,
    asked,
    kept_rows,
    make_events,
    open_portal,
    open_store,
    pull,
    served_rows,
)
from tests.portal import Fault, Portal

WHERE = "kind NOT IN ('ARSON', 'a ''quoted'' one') OR caught = true"
SOME = SOURCE.model_copy(update={"where": WHERE})
OPTIONAL = SOURCE.model_copy(
    update={
        "is_required": False,
        "columns": {
            **SOURCE.columns,
            "extra": Column(field="not_there", type="text", is_nullable=True, is_optional=True),
            "weight": Column(field="nor_this", type="number", is_nullable=True, is_optional=True),
        },
    }
)
SCORES_ID = "town-0009"
SCORES = Source(
    source_id="scores",
    title="Scores",
    producer="Town",
    page_url="https://town.example",
    license="none",
    dataset_id=SCORES_ID,
    form="list",
    is_required=False,
    key="row_id",
    where="sector IS NULL",
    columns={
        "row_id": Column(field=":id", type="text"),
        "area": Column(field="area", type="text", is_nullable=True),
        "trust": Column(field="trust", type="number", is_nullable=True),
    },
)


def serve_scores(portal: Portal, rows: int = 150) -> None:
    columns = {
        "area": [None if number % 3 else f"area {number}" for number in range(rows)],
        "sector": ["1" if number % 5 == 0 else None for number in range(rows)],
        "trust": [str(number) for number in range(rows)],
    }
    types = {"area": "text", "sector": "text", "trust": "number"}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    portal.add_table(SCORES_ID, table, types, key=None)


def pull_scores(portal: Portal, root: Path) -> SyncResult:
    return synchronise(open_portal(portal), open_store(root), SCORES, (), now=NOW)


def test_only_the_rows_of_the_condition_are_kept(portal: Portal, tmp_path: Path) -> None:
    result = pull(portal, tmp_path, source=SOME)
    wanted = [row for row in served_rows(portal) if row["offence"] != "ARSON" or row["has_arrest"]]
    assert kept_rows(tmp_path, result.snapshot) == wanted
    assert 0 < len(wanted) < len(served_rows(portal))


def test_the_condition_is_in_every_question_but_the_metadata(portal: Portal, tmp_path: Path) -> None:
    # Two broken streams make the client ask for pages too.
    portal.faults.add(Fault(kind="cut_csv", times=2))
    result = pull(portal, tmp_path, source=SOME)
    questions = [record for record in portal.requests if record.form != "views"]
    assert {record.form for record in questions} == {"json", "csv"}
    assert all(f"({WHERE}) AND " in record.params["$where"] for record in questions)
    assert result.snapshot is not None
    assert f"WHERE ({WHERE}) AND happened >= first AND happened < end" in result.snapshot.soql


def test_another_condition_pulls_again_even_where_the_portal_tells_the_same(portal: Portal, tmp_path: Path) -> None:
    first = pull(portal, tmp_path, source=SOME).snapshot
    # Not one row differs, so all fingerprints are alike.
    same = pull(portal, tmp_path, source=SOME.model_copy(update={"where": f"{WHERE} OR nr < 0"}))
    assert same.months_pulled == 3
    assert same.snapshot is not None and first is not None
    assert [part.sha256 for part in same.snapshot.parts] == [part.sha256 for part in first.parts]
    assert pull(portal, tmp_path, source=SOME).rows_pulled == same.rows_pulled


def test_a_condition_over_a_column_that_is_gone_is_drift(portal: Portal, tmp_path: Path) -> None:
    with pytest.raises(SchemaDriftError, match="no-such-column"):
        pull(portal, tmp_path, source=SOURCE.model_copy(update={"where": "nowhere = true"}))


def test_an_optional_column_the_portal_lacks_is_empty_and_told(portal: Portal, tmp_path: Path) -> None:
    result = pull(portal, tmp_path, source=OPTIONAL)
    rows = kept_rows(tmp_path, result.snapshot)
    assert rows == [{**row, "extra": None, "weight": None} for row in served_rows(portal)]
    (remark,) = result.remarks
    assert (remark.check_id, remark.required, remark.source_id) == ("column_missing", False, "events")
    assert "not_there, nor_this" in remark.expected
    assert not [record for record in portal.requests if "not_there" in str(record.params)]
    assert result.snapshot is not None
    store = open_store(tmp_path)
    assert store.load_table("events", result.snapshot.parts[0]).schema.equals(arrow_schema(OPTIONAL))
    assert result.snapshot.columns["extra"] == "(missing) text?"
    assert "not_there" not in result.snapshot.soql


def test_a_missing_column_is_told_again_without_a_pull(portal: Portal, tmp_path: Path) -> None:
    pull(portal, tmp_path, source=OPTIONAL)
    portal.reset_log()
    again = pull(portal, tmp_path, source=OPTIONAL)
    assert asked(portal) == ["views"]
    assert [remark.check_id for remark in again.remarks] == ["column_missing"]
    checked = open_store(tmp_path).load_checked("events")
    assert checked is not None and checked.remarks == again.remarks


def test_a_column_that_comes_later_is_pulled_though_no_row_has_changed(portal: Portal, tmp_path: Path) -> None:
    pull(portal, tmp_path, source=OPTIONAL)
    table = make_events(QUARTER).append_column("not_there", pa.array(["here"] * 150))
    portal.add_table(DATASET, table, {**TYPES, "not_there": "text"}, key="nr", name="Events")
    result = pull(portal, tmp_path, source=OPTIONAL)
    assert {row["extra"] for row in kept_rows(tmp_path, result.snapshot)} == {"here"}
    assert [remark.expected for remark in result.remarks] == ["the optional columns nor_this"]


def test_an_optional_column_of_another_type_is_drift(portal: Portal, tmp_path: Path) -> None:
    table = make_events(QUARTER).append_column("not_there", pa.array(["1"] * 150))
    portal.add_table(DATASET, table, {**TYPES, "not_there": "number"}, key="nr", name="Events")
    with pytest.raises(SchemaDriftError, match="expected not_there to be text, got number"):
        pull(portal, tmp_path, source=OPTIONAL.model_copy(update={"is_required": True}))


def test_rows_without_a_key_of_their_own_are_paged_by_the_portals(portal: Portal, tmp_path: Path) -> None:
    serve_scores(portal)
    result = pull_scores(portal, tmp_path)
    rows = kept_rows(tmp_path, result.snapshot)
    assert sorted(row["trust"] for row in rows) == [number for number in range(150) if number % 5]
    assert len({row["row_id"] for row in rows}) == 120
    assert not result.remarks
    pages = [record for record in portal.requests if record.target == "rows"]
    assert len(pages) == 7
    assert all(record.params["$order"] == ":id" for record in pages)
    assert all("sector IS NULL" in record.params["$where"] for record in portal.requests if record.form == "json")


def test_new_ids_of_old_rows_are_a_new_snapshot(portal: Portal, tmp_path: Path) -> None:
    serve_scores(portal)
    first = pull_scores(portal, tmp_path).snapshot
    portal.remint_ids(SCORES_ID)
    second = pull_scores(portal, tmp_path)
    assert second.rows_pulled == 120
    assert first is not None and second.snapshot is not None and first.digest != second.snapshot.digest


def test_rows_that_are_only_counted_are_not_kept_by_mistake(portal: Portal, settings: Settings, tmp_path: Path) -> None:
    from district_reports.errors import ConfigError

    with pytest.raises(ConfigError, match="only counted"):
        synchronise(open_portal(portal), open_store(tmp_path), settings.source("court_intake"), (), now=NOW)
    assert not portal.requests

"""Parts are written once, the manifest last, and nothing that is broken is used again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from district_reports.errors import StoreError
from district_reports.model import CheckResult, Fingerprint, Snapshot, StoredPart
from district_reports.store import Content, Store, table_content
from district_reports.store.snapshots import encode_table

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
COLUMNS = {"event_id": "nr integer", "note": "note text?"}
PRINT = Fingerprint(rows=3, updated_at="2026-01-01", key_sum="6")
SCHEMA = pa.schema([pa.field("event_id", pa.int64(), nullable=False), pa.field("note", pa.string())])
TABLE = pa.table({"event_id": [1, 2, 3], "note": ["a", None, "b\x00\u202e\n"]}, schema=SCHEMA)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path, kind="portal", city_id="toy", domains=("data.example",))


def save(store: Store, table: pa.Table = TABLE, fingerprint: Fingerprint = PRINT) -> StoredPart:
    content = table_content(table, "event_id")
    return store.save_part("events", "2026-01", content, fingerprint=fingerprint, columns=COLUMNS)


def snapshot(*parts: StoredPart, day: int = 1) -> Snapshot:
    return Snapshot(
        source_id="events",
        dataset_id="abcd-1234",
        domain="data.example",
        soql="SELECT nr",
        columns=COLUMNS,
        rows_updated_at=AT.replace(day=day),
        window=("2026-01",),
        parts=parts,
        pulled_at=AT,
    )


def test_a_part_tells_what_it_holds(store: Store) -> None:
    part = save(store)
    assert part.file == f"parts/2026-01-{part.sha256[:12]}.parquet"
    assert (part.rows, part.first_key, part.last_key, part.fingerprint) == (3, "1", "3", PRINT)
    assert store.part_path("events", part) == store.root / "snapshots/events" / part.file
    assert store.has_part("events", part)
    assert store.load_table("events", part).equals(TABLE)


def test_the_same_rows_are_the_same_bytes(store: Store) -> None:
    chunked = pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1, 0), TABLE.slice(1)])
    assert encode_table(chunked) == encode_table(TABLE)
    before = store.part_path("events", save(store)).stat()
    again = store.part_path("events", save(store, chunked)).stat()
    assert (again.st_ino, again.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_part_is_one_row_group_without_foreign_metadata() -> None:
    many = pa.table({"event_id": range(70_000), "note": ["x"] * 70_000}, schema=SCHEMA)
    file = pq.ParquetFile(pa.BufferReader(encode_table(many.replace_schema_metadata({"pandas": "x"}))))
    assert file.metadata.num_row_groups == 1
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert file.schema_arrow.metadata is None
    assert file.schema_arrow.equals(SCHEMA)


def test_an_empty_table_can_be_kept(store: Store) -> None:
    part = save(store, TABLE.slice(0, 0))
    assert (part.rows, part.first_key, part.last_key) == (0, "", "")
    assert store.load_table("events", part).schema.equals(SCHEMA)


def test_a_part_is_found_by_what_it_was_pulled_as(store: Store) -> None:
    part = save(store)
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) == part
    assert store.find_part("events", "2026-02", PRINT, COLUMNS) is None
    assert store.find_part("others", "2026-01", PRINT, COLUMNS) is None
    assert store.find_part("events", "2026-01", PRINT.model_copy(update={"key_sum": "7"}), COLUMNS) is None
    assert store.find_part("events", "2026-01", PRINT, {**COLUMNS, "note": "other text?"}) is None


def test_older_parts_of_a_month_stay_and_are_found(store: Store) -> None:
    later = PRINT.model_copy(update={"updated_at": "2026-02-01", "rows": 2})
    old, new = save(store), save(store, TABLE.slice(1), later)
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) == old
    assert store.find_part("events", "2026-01", later, COLUMNS) == new


def test_a_touch_without_a_change_keeps_the_file(store: Store) -> None:
    later = PRINT.model_copy(update={"updated_at": "2026-02-01"})
    old, new = save(store), save(store, TABLE, later)
    assert (old.file, old.sha256) == (new.file, new.sha256)
    assert store.find_part("events", "2026-01", later, COLUMNS) == new


@pytest.mark.parametrize("damage", [b"", b"PAR1", None], ids=["emptied", "changed", "gone"])
def test_a_damaged_part_is_not_found(store: Store, damage: bytes | None) -> None:
    part = save(store)
    path = store.part_path("events", part)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert not store.has_part("events", part)
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) is None
    with pytest.raises(StoreError, match="expected Parquet"):
        store.load_table("events", part)
    assert save(store) == part
    assert store.has_part("events", part)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]"])
def test_a_damaged_sidecar_is_no_part(store: Store, text: str) -> None:
    part = save(store)
    store.part_path("events", part).with_suffix(".json").write_text(text)
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) is None


def test_a_part_without_a_sidecar_is_no_part(store: Store) -> None:
    part = save(store)
    store.part_path("events", part).with_suffix(".json").unlink()
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) is None


def test_a_snapshot_is_current_and_kept_for_ever(store: Store) -> None:
    assert store.load_snapshot("events") is None
    first, second = snapshot(save(store)), snapshot(save(store), day=2)
    store.save_snapshot(first)
    store.save_snapshot(second)
    assert store.load_snapshot("events") == second
    assert store.load_past_snapshot("events", first.digest) == first
    assert store.load_past_snapshot("events", second.digest) == second
    assert store.load_past_snapshot("events", "0" * 64) is None


def test_history_is_written_once(store: Store) -> None:
    first = snapshot(save(store))
    store.save_snapshot(first)
    later = first.model_copy(update={"pulled_at": AT.replace(year=2027)})
    assert later.digest == first.digest
    store.save_snapshot(later)
    assert store.load_past_snapshot("events", first.digest) == first
    assert store.load_snapshot("events") == later


@pytest.mark.parametrize("text", ["", "{}", '{"source_id": 7}', "[]"])
def test_a_damaged_manifest_is_an_error_that_names_it(store: Store, text: str) -> None:
    store.save_snapshot(snapshot(save(store)))
    path = store.root / "snapshots/events/manifest.json"
    path.write_text(text)
    with pytest.raises(StoreError, match=r"manifest\.json: expected a manifest, got") as caught:
        store.load_snapshot("events")
    assert caught.value.path == path


def test_the_time_of_a_look_is_apart(store: Store) -> None:
    store.save_checked("events", AT)
    document = json.loads((store.root / "snapshots/events/checked.json").read_text())
    assert document == {"checked_at": "2026-11-01T12:00:00Z", "remarks": []}


def test_a_look_is_read_back_with_its_remarks(store: Store) -> None:
    assert store.load_checked("events") is None
    remark = CheckResult(check_id="column_missing", passed=False, required=False, expected="a", got="none")
    store.save_checked("events", AT, [remark])
    checked = store.load_checked("events")
    assert checked is not None
    assert (checked.checked_at, checked.remarks) == (AT, (remark,))


def test_a_look_of_an_older_program_has_no_remarks_and_a_broken_one_is_none(store: Store) -> None:
    store.save_checked("events", AT)
    path = store.root / "snapshots/events/checked.json"
    path.write_text('{"checked_at": "2026-11-01T12:00:00+00:00"}')
    checked = store.load_checked("events")
    assert checked is not None
    assert (checked.checked_at, checked.remarks) == (AT, ())
    path.write_text("{")
    assert store.load_checked("events") is None


def test_a_part_is_found_by_the_rows_that_were_asked_for_too(store: Store) -> None:
    content = table_content(TABLE, "event_id")
    part = store.save_part("events", "2026-01", content, fingerprint=PRINT, columns=COLUMNS, where="a = 1")
    assert store.find_part("events", "2026-01", PRINT, COLUMNS, "a = 1") == part
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) is None


def test_what_is_rejected_is_kept_with_its_reason_where_nobody_reads(store: Store) -> None:
    nulls = pa.Table.from_arrays([pa.array([1, None]), pa.array(["a", "b"])], schema=SCHEMA)
    path = store.save_rejected("events", "2026-01", table_content(nulls, "event_id"), ("event_id: missing",), AT)
    assert path.is_relative_to(store.root / "quarantine/events")
    assert pq.read_table(path).column("event_id").to_pylist() == [1, None]
    assert json.loads(path.with_suffix(".json").read_text())["problems"] == ["event_id: missing"]
    assert store.find_part("events", "2026-01", PRINT, COLUMNS) is None
    assert store.load_snapshot("events") is None


def test_areas_are_kept_as_they_are(store: Store) -> None:
    content = Content(b'{"features":[]}\n', ".geojson", 0, "", "")
    part = store.save_part("beats", "all", content, fingerprint=None, columns=COLUMNS)
    assert store.part_path("beats", part).read_bytes() == content.data
    assert store.find_part("beats", "all", None, COLUMNS) == part


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", "-x", "a\0b", "a\nb", ".hidden"])
def test_names_that_lead_elsewhere_are_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="expected a name of letters"):
        store.source_dir(name)
    with pytest.raises(StoreError, match="expected a name of letters"):
        store.find_part("events", name, PRINT, COLUMNS)
    with pytest.raises(StoreError, match="expected a name of letters"):
        store.save_part("events", name, table_content(TABLE, "event_id"), fingerprint=None, columns=COLUMNS)
    with pytest.raises(StoreError, match="expected a name of letters"):
        store.load_past_snapshot("events", name)

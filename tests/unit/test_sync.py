"""What is pulled, kept, rejected and told, against a portal that is a few lines of Python."""

import errno
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from district_reports.config import Column, Source
from district_reports.errors import ContractError, FetchError, StoreError
from district_reports.model import Fingerprint
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import Metadata, month_id
from district_reports.sources.sample import SamplePortal
from district_reports.store import Store, files
from district_reports.sync import ROUNDS, SyncResult, synchronise
from district_reports.tables import arrow_schema, sum_keys

NOW = datetime(2024, 5, 1, tzinfo=UTC)
QUARTER = Quarter(2024, 1)
EVENTS = Source(
    source_id="events",
    title="",
    producer="",
    page_url="",
    license="",
    dataset_id="abcd-1234",
    form="events",
    is_required=True,
    key="event_id",
    date="began_at",
    columns={
        "event_id": Column(field="nr", type="integer"),
        "began_at": Column(field="moment", type="timestamp"),
        "note": Column(field="text", type="text", is_nullable=True),
    },
)


def month_table(month: int, *ids: int, note: str | None = "x", day: int = 5) -> pa.Table:
    at = datetime(2024, month, day)  # noqa: DTZ001 - local time
    columns = {"event_id": list(ids), "began_at": [at] * len(ids), "note": [note] * len(ids)}
    return pa.Table.from_pydict(columns, arrow_schema(EVENTS))


@dataclass
class FakePortal:
    """Months as tables; what it counts may differ from what it sends."""

    tables: dict[str, pa.Table]
    updated_at: datetime = datetime(2024, 4, 10, tzinfo=UTC)
    domain: str = "data.example"
    requests: int = 0
    told: dict[str, Fingerprint] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    touched: str = "2024-04-10"

    def fetch_metadata(self, source: Source) -> Metadata:
        self.asked.append("metadata")
        return Metadata("Events", self.updated_at, {})

    def fetch_fingerprints(self, source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        self.asked.append("fingerprints")
        counted = {
            month: Fingerprint(rows=table.num_rows, updated_at=self.touched, key_sum=sum_keys(table, source))
            for month, table in self.tables.items()
        }
        return {**counted, **self.told}

    def fetch_month(self, source: Source, month: date) -> pa.Table:
        self.asked.append(month_id(month))
        return self.tables[month_id(month)]

    def fetch_list(self, source: Source) -> pa.Table:
        raise NotImplementedError

    def fetch_areas(self, source: Source) -> bytes:
        raise NotImplementedError


@pytest.fixture
def portal() -> FakePortal:
    return FakePortal(
        {"2024-01": month_table(1, 1, 2), "2024-02": month_table(2, 3), "2024-03": month_table(3, 4, 5, 6)}
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path, kind="portal", city_id="toy", domains=("data.example",))


def run(portal: Any, store: Store, source: Source = EVENTS) -> SyncResult:
    portal.asked.clear()
    return synchronise(portal, store, source, (QUARTER,), now=NOW)


def test_the_first_run_asks_before_and_after(portal: FakePortal, store: Store) -> None:
    result = run(portal, store)
    assert portal.asked == ["metadata", "fingerprints", "2024-01", "2024-02", "2024-03", "fingerprints"]
    assert (result.source_id, result.rows_pulled, result.months_pulled, result.remarks) == ("events", 6, 3, ())
    snapshot = result.snapshot
    assert snapshot is not None
    assert snapshot == store.load_snapshot("events")
    assert (snapshot.rows, snapshot.pulled_at, snapshot.rows_updated_at) == (6, NOW, portal.updated_at)
    assert (snapshot.dataset_id, snapshot.domain) == ("abcd-1234", "data.example")
    assert snapshot.columns == {"event_id": "nr integer", "began_at": "moment timestamp", "note": "text text?"}
    assert [(part.part_id, part.first_key, part.last_key) for part in snapshot.parts] == [
        ("2024-01", "1", "2"),
        ("2024-02", "3", "3"),
        ("2024-03", "4", "6"),
    ]


def test_the_second_run_asks_for_the_time_alone(portal: FakePortal, store: Store) -> None:
    first = run(portal, store).snapshot
    result = run(portal, store)
    assert portal.asked == ["metadata"]
    assert result.snapshot == first


def test_two_runs_from_nothing_give_the_same_digest(portal: FakePortal, tmp_path: Path) -> None:
    digests: set[str] = set()
    for name in ("one", "two"):
        root = Store.open(tmp_path / name, kind="portal", city_id="toy", domains=("data.example",))
        snapshot = synchronise(portal, root, EVENTS, (QUARTER,), now=NOW.replace(year=2025 + len(digests))).snapshot
        assert snapshot is not None
        digests.add(snapshot.digest)
    assert len(digests) == 1


def test_a_change_pulls_its_month(portal: FakePortal, store: Store) -> None:
    run(portal, store)
    portal.tables["2024-02"] = month_table(2, 3, 7)
    portal.updated_at = NOW
    assert run(portal, store).rows_pulled == 2
    assert portal.asked == ["metadata", "fingerprints", "2024-02", "fingerprints"]


@pytest.mark.parametrize(
    "change",
    [
        {"dataset_id": "efgh-5678"},
        {"columns": {**EVENTS.columns, "note": Column(field="text", type="text")}},
        {"columns": {**EVENTS.columns, "note": Column(field="words", type="text", is_nullable=True)}},
    ],
    ids=["dataset", "null", "field"],
)
def test_another_question_is_asked_anew(portal: FakePortal, store: Store, change: dict[str, Any]) -> None:
    run(portal, store)
    run(portal, store, EVENTS.model_copy(update=change))
    assert portal.asked[:2] == ["metadata", "fingerprints"]


def test_a_portal_that_counts_other_rows_than_it_sends_is_not_believed(portal: FakePortal, store: Store) -> None:
    before = run(portal, store).snapshot
    portal.updated_at = NOW
    portal.told["2024-02"] = Fingerprint(rows=9, updated_at="now", key_sum="99")
    with pytest.raises(FetchError, match="expected the rows the portal counts, got 2024-02: rows: expected 9, got 1"):
        run(portal, store)
    assert store.load_snapshot("events") == before
    assert len(list((store.root / "quarantine/events").glob("2024-02-*"))) == 2


BAD_MONTHS = {
    "a row of another month": (month_table(3, 3, day=7), "3", FetchError, "got 1 rows outside"),
    "a key twice": (month_table(2, 3, 3), "6", FetchError, "each once"),
    "a required value missing": (
        month_table(2, 3).set_column(0, arrow_schema(EVENTS).field(0), pa.array([None], pa.int64())),
        "0",
        ContractError,
        "event_id: expected a value",
    ),
    "another type": (
        month_table(2, 3).set_column(0, "event_id", pa.array(["3"])),
        "3",
        ContractError,
        "expected type int64, got string",
    ),
    "other columns": (month_table(2, 3).drop_columns(["note"]), "3", ContractError, "columns: expected"),
}


@pytest.mark.parametrize(("table", "keys", "error", "words"), BAD_MONTHS.values(), ids=BAD_MONTHS.keys())
def test_a_bad_month_is_in_quarantine_and_the_old_snapshot_stays(
    portal: FakePortal, store: Store, table: pa.Table, keys: str, error: type[Exception], words: str
) -> None:
    before = run(portal, store).snapshot
    portal.updated_at = NOW
    portal.told["2024-02"] = Fingerprint(rows=table.num_rows, updated_at="now", key_sum=keys)
    portal.tables["2024-02"] = table
    with pytest.raises(error, match=words):
        run(portal, store)
    assert store.load_snapshot("events") == before
    (reason,) = (store.root / "quarantine/events").glob("2024-02-*.json")
    assert words in reason.read_text()


def test_an_optional_source_that_is_bad_is_a_remark(portal: FakePortal, store: Store) -> None:
    before = run(portal, store).snapshot
    portal.updated_at = NOW
    portal.tables["2024-02"] = month_table(2, 3).drop_columns(["note"])
    portal.touched = "2024-05-01"
    result = run(portal, store, EVENTS.model_copy(update={"is_required": False}))
    assert result.snapshot == before
    assert "kept the snapshot of 2024-05-01" in result.remarks[0].got


def test_rounds_are_bounded(portal: FakePortal, store: Store) -> None:
    counts = iter(range(100))
    original = portal.fetch_fingerprints

    def restless(source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        portal.touched = str(next(counts))
        return original(source, first, end)

    portal.fetch_fingerprints = restless  # type: ignore[method-assign]
    with pytest.raises(FetchError, match=f"got changes {ROUNDS} times, last in 2024-01, 2024-02, 2024-03"):
        run(portal, store)
    assert portal.asked.count("fingerprints") == ROUNDS + 1


def test_values_that_went_missing_are_told_but_kept(portal: FakePortal, store: Store) -> None:
    run(portal, store)
    portal.updated_at = NOW
    portal.touched = "2024-05-01"
    portal.tables["2024-03"] = month_table(3, 4, 5, 6, note=None)
    result = run(portal, store)
    assert [remark.check_id for remark in result.remarks] == ["missing_values_plausible"]
    assert "note: 0.0% before, 100.0% now" in result.remarks[0].got
    assert result.months_pulled == 3


@pytest.mark.parametrize("name", ["parts/2024-03", "manifests/", "manifest.json"])
def test_a_full_disk_is_an_error_and_the_old_snapshot_stays(
    portal: FakePortal, store: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = run(portal, store).snapshot
    kept = {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()}
    portal.updated_at = NOW
    portal.tables["2024-03"] = month_table(3, 4, 5)
    write = files._write_flushed

    def full(path: Path, data: bytes) -> None:
        if name in str(path).replace("/.", "/"):
            path.write_bytes(data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    monkeypatch.setattr(files, "_write_flushed", full)
    with pytest.raises(StoreError, match="No space left on device") as caught:
        run(portal, store)
    assert caught.value.exit_code == 1
    assert not list(store.root.rglob("*.tmp"))
    assert store.load_snapshot("events") == before
    assert {path: path.read_bytes() for path in kept} == kept
    monkeypatch.undo()
    assert run(portal, store).snapshot == store.load_snapshot("events") != before


def test_a_store_that_cannot_be_written_stops_an_optional_source_too(
    portal: FakePortal, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(files, "_write_flushed", full)
    with pytest.raises(StoreError, match="Read-only file system"):
        run(portal, store, EVENTS.model_copy(update={"is_required": False}))


@pytest.mark.parametrize("source_id", ["crimes", "districts", "beats", "stations"])
def test_the_sample_is_a_portal_too(settings: Settings, tmp_path: Path, source_id: str) -> None:
    store = Store.open(tmp_path, kind="sample", city_id="chicago", domains=("sample",))
    sample = SamplePortal(settings, QUARTER)
    source = settings.source(source_id)
    result = synchronise(sample, store, source, (QUARTER,), now=NOW)
    assert result.snapshot is not None
    assert result.snapshot.rows == result.rows_pulled > 0
    assert not result.remarks
    assert synchronise(sample, store, source, (QUARTER,), now=NOW).rows_pulled == 0

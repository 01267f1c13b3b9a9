"""Bring the store up to date with a portal: pull what changed, check it, and only then commit.

The month is the unit of pull, retry and storage. One grouped request tells each month's rows, newest change and
sum of keys: its fingerprint. A month is pulled when no part with its fingerprint is kept; afterwards all are
asked for again, and what moved meanwhile is pulled again. Everything is checked before the manifest is written,
and until then the last snapshot is what everybody reads.

What does not belong here: how a portal is read (`sources`), how files are written (`store`), what rows mean.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from district_reports.config import Source
from district_reports.errors import ConfigError, ContractError, FetchError, SourceError
from district_reports.model import CheckResult, Fingerprint, Snapshot, StoredPart
from district_reports.periods import Quarter
from district_reports.quarantine import Rejection, require_accepted, require_none
from district_reports.sources.areas import area_keys
from district_reports.sources.contract import (
    Metadata,
    Portal,
    described_columns,
    filled,
    month_end,
    month_id,
    narrowed,
    part_soql,
    window_months,
)
from district_reports.store import Content, Store, table_content
from district_reports.tables import check_nulls, find_differences

Progress = Callable[[str, int, int], None]
"""Told the source, the parts done and the parts in all."""

ROUNDS = 4
"""Times the months are compared with the portal: it publishes once a day, so a second change is rare already."""
WHOLE = "all"
"""Id of the one part of a source that is kept whole."""


@dataclass(frozen=True)
class SyncResult:
    """What a synchronisation did."""

    source_id: str
    snapshot: Snapshot | None
    """The current one; None where an optional source has never been read."""
    rows_pulled: int
    months_pulled: int
    """Parts pulled; 1 for a source that is kept whole."""
    remarks: tuple[CheckResult, ...]


@dataclass
class _Pull:
    """One run over one source: what it needs everywhere, and what it adds up."""

    portal: Portal
    store: Store
    source: Source
    now: datetime
    on_progress: Progress
    missing: tuple[str, ...] = ()
    """Optional columns that the portal lacks."""
    rows: int = 0
    parts: int = 0
    remarks: list[CheckResult] = field(default_factory=list)

    @property
    def asked(self) -> Source:
        """The source as the portal can be asked for it."""
        return narrowed(self.source, self.missing)

    @property
    def columns(self) -> dict[str, str]:
        """What is asked for, as manifests tell it."""
        return described_columns(self.source, self.missing)

    def fetch_metadata(self) -> Metadata:
        """Return what the portal says of the source, and remember what it lacks."""
        metadata = self.portal.fetch_metadata(self.source)
        self.remarks += metadata.remarks
        self.missing = metadata.missing
        return metadata


def synchronise(
    portal: Portal,
    store: Store,
    source: Source,
    quarters: tuple[Quarter, ...],
    *,
    now: datetime,
    on_progress: Progress = lambda source_id, done, total: None,
) -> SyncResult:
    """Bring one source's snapshot up to date and return it.

    Args:
        portal: Where to read.
        store: Where to keep; the caller holds its lock.
        source: What to read.
        quarters: Whose months are wanted; of no meaning for a source that is kept whole.
        now: Time of the pull, with zone.
        on_progress: Told how far it is.

    Raises:
        ConfigError: If events of no quarter are wanted, or a source whose rows are never kept.
        FetchError: If a required source cannot be read; the last snapshot stays.
        SchemaDriftError: If a required source no longer has the declared columns; the last snapshot stays.
        ContractError: If a required source's rows break their contract; they are in quarantine.
        StoreError: If the data directory cannot be written.
    """
    if source.form == "cases":
        raise ConfigError(f"{source.source_id}: expected a source whose rows are kept, got one that is only counted")
    pull = _Pull(portal, store, source, now, on_progress)
    try:
        snapshot: Snapshot | None = _events(pull, window_months(quarters)) if source.form == "events" else _whole(pull)
    except (SourceError, ContractError) as error:
        if source.is_required:
            raise
        snapshot = store.load_snapshot(source.source_id)
        pull.remarks.append(remark_of_failure(source.source_id, snapshot, error))
    else:
        store.save_checked(source.source_id, now, pull.remarks)
    return SyncResult(source.source_id, snapshot, pull.rows, pull.parts, tuple(pull.remarks))


def remark_of_failure(source_id: str, kept: Snapshot | None, error: Exception) -> CheckResult:
    """Return the remark on a source that could not be read, and what is used instead."""
    instead = f"kept the snapshot of {kept.pulled_at:%Y-%m-%d}" if kept else "none is kept"
    return CheckResult(
        check_id="source_read",
        passed=False,
        required=False,
        expected="a source that can be read",
        got=f"{error}; {instead}",
        source_id=source_id,
    )


def _events(pull: _Pull, months: tuple[date, ...]) -> Snapshot:
    """Return the snapshot of a source of events."""
    if not months:
        raise ConfigError(f"{pull.source.source_id}: expected at least one quarter to pull, got none")
    metadata = pull.fetch_metadata()
    old = pull.store.load_snapshot(pull.source.source_id)
    snapshot = _question(pull, metadata, tuple(month_id(month) for month in months))
    if old is not None and _is_answered(pull, snapshot, old):
        pull.on_progress(pull.source.source_id, len(months), len(months))
        snapshot = old
    else:
        parts = _settled_parts(pull, months, old)
        snapshot = snapshot.model_copy(update={"parts": parts})
        pull.store.save_snapshot(snapshot)
    return snapshot


def _question(pull: _Pull, metadata: Metadata, window: tuple[str, ...]) -> Snapshot:
    """Return the snapshot that is wanted, without its parts."""
    return Snapshot(
        source_id=pull.source.source_id,
        dataset_id=pull.source.dataset_id,
        domain=pull.portal.domain,
        soql=part_soql(pull.asked),
        columns=pull.columns,
        rows_updated_at=metadata.rows_updated_at,
        window=window,
        parts=(),
        pulled_at=pull.now,
    )


def _is_answered(pull: _Pull, question: Snapshot, old: Snapshot) -> bool:
    """Return whether the old snapshot is what is wanted, and whole."""
    content = {"parts", "pulled_at"}
    if question.model_dump(exclude=content) != old.model_dump(exclude=content):
        return False
    return all(pull.store.has_part(old.source_id, part) for part in old.parts)


def _settled_parts(pull: _Pull, months: tuple[date, ...], old: Snapshot | None) -> tuple[StoredPart, ...]:
    """Return a part for each month that has rows, once the portal says the same of all before and after."""
    first, end = months[0], month_end(months[-1])
    told = pull.portal.fetch_fingerprints(pull.asked, first, end)
    moved: tuple[str, ...] = ()
    for _ in range(ROUNDS):
        pulled_before = pull.parts
        parts, rejected = _collect(pull, months, told, old)
        if pull.parts == pulled_before:
            return parts
        again = pull.portal.fetch_fingerprints(pull.asked, first, end)
        moved = tuple(month_id(month) for month in months if told.get(month_id(month)) != again.get(month_id(month)))
        if not moved:
            require_none(pull.store, pull.source, rejected, pull.now)
            return parts
        told = again
    message = f"{pull.source.source_id}: expected rows that stay while they are pulled, got changes {ROUNDS} times"
    raise FetchError(f"{message}, last in {', '.join(moved)}", source_id=pull.source.source_id)


def _collect(
    pull: _Pull, months: tuple[date, ...], told: dict[str, Fingerprint], old: Snapshot | None
) -> tuple[tuple[StoredPart, ...], dict[str, Rejection]]:
    """Return the parts of all months, kept or pulled, and what was rejected."""
    parts: list[StoredPart] = []
    rejected: dict[str, Rejection] = {}
    saving: Future[StoredPart] | None = None
    source = pull.source
    wanted = [month for month in months if month_id(month) in told]
    pull.on_progress(source.source_id, 0, len(wanted))
    # A month is encoded and flushed to the disk while the next one comes: a third of the time.
    with ThreadPoolExecutor(1, thread_name_prefix="save") as saver:
        for done, month in enumerate(wanted, 1):
            part_id, fingerprint = month_id(month), told[month_id(month)]
            kept = pull.store.find_part(source.source_id, part_id, fingerprint, pull.columns, source.where)
            if kept is None:
                table = filled(pull.portal.fetch_month(pull.asked, month), source, pull.missing)
                pull.rows, pull.parts = pull.rows + table.num_rows, pull.parts + 1
                problems = find_differences(table, source, month, month_end(month), fingerprint)
                if problems:
                    rejected[part_id] = (table, problems)
                else:
                    parts += [saving.result()] if saving else []
                    saving = saver.submit(save_month, pull, part_id, table, fingerprint, old)
            parts += [kept] if kept else []
            pull.on_progress(source.source_id, done, len(wanted))
        parts += [saving.result()] if saving else []
    return tuple(sorted(parts, key=lambda part: part.part_id)), rejected


def save_month(
    pull: _Pull, part_id: str, table: pa.Table, fingerprint: Fingerprint, old: Snapshot | None
) -> StoredPart:
    """Keep a month that is the portal's, if it keeps its contract; else put it in quarantine.

    Raises:
        ContractError: If it does not.
    """
    require_accepted(pull.store, pull.source, part_id, table, pull.now)
    before = next((part for part in old.parts if part.part_id == part_id), None) if old else None
    if before is not None and pull.store.has_part(pull.source.source_id, before):
        pull.remarks += check_nulls(part_id, pull.store.load_table(pull.source.source_id, before), table, pull.source)
    return pull.store.save_part(
        pull.source.source_id,
        part_id,
        table_content(table, pull.source.key),
        fingerprint=fingerprint,
        columns=pull.columns,
        where=pull.source.where,
    )


def _whole(pull: _Pull) -> Snapshot:
    """Return the snapshot of a source that is kept whole: a list, or areas."""
    source_id = pull.source.source_id
    pull.on_progress(source_id, 0, 1)
    metadata = pull.fetch_metadata()
    old = pull.store.load_snapshot(source_id)
    snapshot = _question(pull, metadata, (WHOLE,))
    if old is not None and _is_answered(pull, snapshot, old):
        snapshot = old
    else:
        content = _area_content(pull) if pull.source.form == "areas" else _list_content(pull)
        pull.rows, pull.parts = content.rows, 1
        part = pull.store.save_part(source_id, WHOLE, content, fingerprint=None, columns=snapshot.columns)
        snapshot = snapshot.model_copy(update={"parts": (part,)})
        pull.store.save_snapshot(snapshot)
    pull.on_progress(source_id, 1, 1)
    return snapshot


def _list_content(pull: _Pull) -> Content:
    table = filled(pull.portal.fetch_list(pull.asked), pull.source, pull.missing)
    require_accepted(pull.store, pull.source, WHOLE, table, pull.now)
    return table_content(table, pull.source.key)


def _area_content(pull: _Pull) -> Content:
    geojson = pull.portal.fetch_areas(pull.source)
    keys = area_keys(geojson, pull.source)
    return Content(geojson, ".geojson", len(keys), min(keys, default=""), max(keys, default=""))

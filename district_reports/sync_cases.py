"""Bring the counts of court cases up to date: ask four files, join them in memory, keep counts alone.

Nothing is pulled while all four files and the rules by which they are counted are those of the stored snapshot. Its
part tells them: the portal's four times in `updated_at`, the rules' digest in `key_sum`, the rows that were read in
`rows`. No id of a case or person is ever written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from district_reports.config import Source
from district_reports.errors import ConfigError, ContractError, FetchError, SourceError
from district_reports.model import CheckResult, Fingerprint, Snapshot
from district_reports.place_ids import PlaceRule
from district_reports.settings import Settings
from district_reports.sources.contract import Metadata, Portal, filled, narrowed, part_soql
from district_reports.sources.court import COUNTS_SCHEMA, COURT, FILES, CourtCases, require_files
from district_reports.store import Store, table_content
from district_reports.sync import WHOLE, Progress, SyncResult, remark_of_failure


@dataclass(frozen=True)
class _Pull:
    """One run over the four files."""

    portal: Portal
    store: Store
    settings: Settings
    files: Mapping[str, Source]
    now: datetime
    on_progress: Progress


def synchronise_cases(
    portal: Portal,
    store: Store,
    settings: Settings,
    *,
    now: datetime,
    on_progress: Progress = lambda source_id, done, total: None,
) -> SyncResult:
    """Bring the counts of court cases (`court`) up to date and return their snapshot.

    Args:
        portal: Where the four files are.
        store: Where to keep the counts; the caller holds its lock.
        settings: The files, and how they are counted.
        now: Time of the pull, with zone.
        on_progress: Told how many of the files are read.

    Returns:
        What was done; with a remark, and the snapshot as it was, where one of the files could not be read. None is
        wanted where the city has no such files.

    Raises:
        ConfigError: If the config names files without saying how they are counted, or not all four.
        SourceError: If one is required and cannot be read.
        ContractError: If one is required and its rows break their contract.
        StoreError: If the data directory cannot be written.
    """
    files = {source.source_id: source for source in settings.sources if source.form == "cases"}
    if not files:
        return SyncResult(COURT, None, 0, 0, ())
    require_files(files)
    pull = _Pull(portal, store, settings, files, now, on_progress)
    old = store.load_snapshot(COURT)
    try:
        result = _current(pull, old)
    except (SourceError, ContractError) as error:
        if any(source.is_required for source in files.values()):
            raise
        return SyncResult(COURT, old, 0, 0, (remark_of_failure(COURT, old, error),))
    store.save_checked(COURT, now, result.remarks)
    return result


def _current(pull: _Pull, old: Snapshot | None) -> SyncResult:
    pull.on_progress(COURT, 0, len(FILES))
    told = _ask_all(pull)
    question = _question(pull, told)
    told_remarks = tuple(remark for metadata in told.values() for remark in metadata.remarks)
    if old is not None and _is_answered(pull.store, question, old, _asked_as(pull, told)):
        pull.on_progress(COURT, len(FILES), len(FILES))
        checked = pull.store.load_checked(COURT)
        counted = tuple(remark for remark in checked.remarks if remark.source_id == COURT) if checked else ()
        return SyncResult(COURT, old, 0, 0, (*told_remarks, *counted))
    return _pulled(pull, told, question, told_remarks)


def _ask_all(pull: _Pull) -> dict[str, Metadata]:
    """Return what the portal says of each file, in the order in which a case goes through them."""
    return {file: pull.portal.fetch_metadata(pull.files[file]) for file in FILES}


def _question(pull: _Pull, told: Mapping[str, Metadata]) -> Snapshot:
    """Return the snapshot that is wanted, without its part."""
    sources = [pull.files[file] for file in FILES]
    return Snapshot(
        source_id=COURT,
        dataset_id=" ".join(source.dataset_id for source in sources),
        domain=pull.portal.domain,
        soql="; ".join(
            f"{source.dataset_id}: {part_soql(narrowed(source, told[source.source_id].missing))}" for source in sources
        ),
        columns={field.name: f"(counted) {'text' if field.type == 'string' else 'integer'}" for field in COUNTS_SCHEMA},
        rows_updated_at=max(metadata.rows_updated_at for metadata in told.values()),
        window=(WHOLE,),
        parts=(),
        pulled_at=pull.now,
    )


def _asked_as(pull: _Pull, told: Mapping[str, Metadata], rows: int = 0) -> Fingerprint:
    """Return what the files were and how they are counted, as the part tells it."""
    court = pull.settings.outcomes.court
    if court is None:
        raise ConfigError(f"outcomes: expected a table [{COURT}], since {', '.join(pull.files)} are read, found none")
    # Where to look and since when the files are closed is told beside the counts, and changes none.
    rules = court.model_dump(mode="json", exclude={"dashboard", "closed_on"})
    text = json.dumps({"rules": rules, "districts": pull.settings.district_ids}, sort_keys=True)
    times = "/".join(metadata.rows_updated_at.isoformat() for metadata in told.values())
    return Fingerprint(rows=rows, updated_at=times, key_sum=hashlib.sha256(text.encode()).hexdigest())


def _is_answered(store: Store, question: Snapshot, old: Snapshot, asked: Fingerprint) -> bool:
    """Return whether the old counts are of these files, by these rules, and whole."""
    content = {"parts", "pulled_at"}
    if question.model_dump(exclude=content) != old.model_dump(exclude=content) or len(old.parts) != 1:
        return False
    kept = old.parts[0].fingerprint
    if kept is None or (kept.updated_at, kept.key_sum) != (asked.updated_at, asked.key_sum):
        return False
    return store.has_part(COURT, old.parts[0])


def _pulled(
    pull: _Pull, told: Mapping[str, Metadata], question: Snapshot, remarks: tuple[CheckResult, ...]
) -> SyncResult:
    """Return the counts of what the files hold now, kept."""
    settings, rows = pull.settings, 0
    court = settings.outcomes.court
    if court is None:
        raise ConfigError(f"outcomes: expected a table [{COURT}], found none")
    rule = PlaceRule(settings.district_ids, settings.city.beat_district_digits)
    with CourtCases(court, rule) as cases:
        for done, file in enumerate(FILES, 1):
            source, missing = pull.files[file], told[file].missing
            for page in pull.portal.fetch_cases(narrowed(source, missing)):
                cases.add(source, filled(page, source, missing))
                rows += page.num_rows
            pull.on_progress(COURT, done, len(FILES))
        counts, odd = cases.count({file: metadata.rows_updated_at for file, metadata in told.items()})
    again = _ask_all(pull)
    moved = [file for file in FILES if again[file].rows_updated_at != told[file].rows_updated_at]
    if moved:
        got = f"changes of {', '.join(moved)}"
        raise FetchError(f"{COURT}: expected files that stay while they are read, got {got}", source_id=COURT)
    fingerprint = _asked_as(pull, told, rows)
    content = table_content(counts, "district_id")
    part = pull.store.save_part(COURT, WHOLE, content, fingerprint=fingerprint, columns=question.columns)
    snapshot = question.model_copy(update={"parts": (part,)})
    pull.store.save_snapshot(snapshot)
    return SyncResult(COURT, snapshot, rows, 1, (*remarks, *odd))

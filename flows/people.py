"""What people said and entered, as a draft takes it: the register, the ledger, meetings, checks of services."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from district_reports.checks.loop import check_returned
from district_reports.database import Database, default_path, open_database
from district_reports.dossier import Voices, canonical_ledger
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.engagement.register import load_register
from district_reports.errors import StoreError
from district_reports.feedback.loading import load_items
from district_reports.guide import PartFiles, draw_checks, list_checks, load_part_files, sample_taking_part
from district_reports.model import CheckResult, Ledger
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.store import Store
from flows.last_release import Release
from flows.records import DraftRequest, SourceKind
from flows.reviewing import find_reviews, keep_review
from flows.sample_ledger import fill_sample

LEDGER = "ledger"
"""How the manifest of a release names the snapshot of what people entered."""


def open_records(settings: Settings, source: SourceKind, data_dir: Path) -> Database:
    """Return the database of the records of people; a sample has its own, whatever the settings say.

    Raises:
        ConfigError: If the address cannot be read.
        KindError: If it holds records of another kind or city.
        DatabaseError: If it cannot be reached, read or written.
    """
    path = default_path(data_dir)
    is_sample = source is SourceKind.SAMPLE
    place = path if is_sample or not settings.database_url else settings.database_url
    return open_database(place, city_id=settings.city.city_id, kind="sample" if is_sample else "portal")


def take_ledger(settings: Settings, request: DraftRequest, store: Store) -> None:
    """Keep a snapshot of what people entered up to the last day that the reports tell of; offline, the last one counts.

    Raises:
        DatabaseError: If the database cannot be reached, read or written.
        StoreError: If the snapshot cannot be written.
    """
    if request.is_offline:
        return
    with closing(open_records(settings, request.source, request.data_dir)) as database:
        if request.source is SourceKind.SAMPLE:
            fill_sample(settings, request, database)
        until = find_last_day(request)
        sessions, happenings = load_ledger_parts(database, until)
        ledger = Ledger(items=load_items(database, until), sessions=sessions, happenings=happenings)
        keep_review(settings, request, store, database)
    store.save_ledger(canonical_ledger(ledger))


def find_last_day(request: DraftRequest) -> date:
    """Return the last day of which the reports tell what people said: what came later belongs to the next ones."""
    return min(Quarter.parse(request.quarter).end, request.as_of)


def find_voices(settings: Settings, request: DraftRequest, store: Store) -> Voices:
    """Return what people said and entered, as the reports of a quarter tell it.

    Raises:
        ReadingError: If a file that people keep is wrong.
        StoreError: If the snapshot is not what its name says.
    """
    ledger, digest = _load_ledger(store)
    reviews, review_digest = find_reviews(store, request)
    is_sample = request.source is SourceKind.SAMPLE
    return Voices(
        until=find_last_day(request),
        register=load_register(settings, request.records_dir),
        ledger=ledger,
        ledger_digest=digest,
        part=find_part_files(settings, request),
        checks=draw_checks(settings, request.as_of) if is_sample else list_checks(settings),
        is_frozen=request.is_frozen,
        reviews=reviews,
        review_digest=review_digest,
    )


def find_part_files(settings: Settings, request: DraftRequest) -> PartFiles:
    """Return meetings, decisions and priorities of a run, or in a sample their invented stand-ins.

    Raises:
        ReadingError: If a file that people keep is wrong; nothing is taken from it.
    """
    quarter = Quarter.parse(request.quarter)
    if request.source is SourceKind.SAMPLE:
        return sample_taking_part(settings, quarter, request.as_of)
    return load_part_files(settings, request.records_dir, quarter, request.as_of)


def check_ledger(store: Store, release: Release | None, voices: Voices) -> list[CheckResult]:
    """Return whether everything that was open in the last release is still told.

    Args:
        store: The data directory.
        release: The last one; None before there is one, or where it cannot be trusted.
        voices: What the reports to be made tell.

    Raises:
        StoreError: If the last release's snapshot is not what its name says.
    """
    digest = release.manifest["inputs"].get(LEDGER) if release else None
    if release is None or not digest:
        return []
    before, _ = _load_ledger(store, digest)
    return check_returned(before.items, voices.ledger.items, release.quarter.end)


def _load_ledger(store: Store, digest: str | None = None) -> tuple[Ledger, str]:
    found = store.load_ledger(digest)
    if found is None:
        if digest:
            raise StoreError(f"snapshot of the ledger: expected {digest[:12]}…, found none", path=store.root)
        return Ledger(), ""
    data, digest = found
    try:
        return Ledger.model_validate_json(data), digest
    except ValidationError as error:
        raise StoreError(f"snapshot {digest[:12]}…: expected a ledger, got {error}", path=store.root) from error

"""The stages of a draft, as plain functions in the order they run; nothing here imports Prefect.

`drafting` calls them in that order, `draft_reports` as tasks of a flow.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from district_reports.checks import check_complete, require_passed
from district_reports.dossier import Facts, build_dossiers, canonical_json
from district_reports.errors import ConfigError, FetchError, StoreError
from district_reports.metrics import (
    CITY,
    Measures,
    build_breakdowns,
    count_measures,
    format_measures,
    mark_partial,
    newest_day,
    open_incidents,
)
from district_reports.model import CheckResult, Dossier, Snapshot
from district_reports.periods import Quarter
from district_reports.render.i18n import load_words
from district_reports.render.page import require_words
from district_reports.settings import Settings, find_asset
from district_reports.sources.contract import Portal
from district_reports.sources.sample import SamplePortal
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store
from district_reports.sync import SyncResult, synchronise
from flows.facts import check_rows, find_contacts, find_origins, find_shapes
from flows.records import DraftRequest, EditionResult, SourceKind

FREE_BYTES = 48 * 2**20
"""What the scheduler's own records, some months of rows and some editions need; a whole draft may need more."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and of how much."""


def check_request(settings: Settings, request: DraftRequest) -> None:
    """Return nothing if the request can be met as far as one can tell before asking any portal.

    Raises:
        ChecksFailed: If the quarter is not complete on the report's date and no preview is wanted.
        TranslationError: If a catalogue lacks a sentence.
    """
    quarter = Quarter.parse(request.quarter)
    require_passed(check_complete(quarter, request.as_of, is_preview=request.is_preview))
    words = load_words(settings.languages, find_asset("templates", "locale"))
    require_words(settings, words[settings.languages[0].tag])


def open_portal(settings: Settings, request: DraftRequest) -> Portal:
    """Return the place the rows come from."""
    if request.source is SourceKind.SAMPLE:
        return SamplePortal(settings, Quarter.parse(request.quarter))
    return SocrataPortal(settings.portal_url, app_token=settings.app_token)


def open_store(settings: Settings, request: DraftRequest) -> Store:
    """Return the data directory, made if need be.

    Raises:
        KindError: If it holds another kind of data.
        StoreError: If it cannot be written.
    """
    kind: Literal["sample", "portal"] = "sample" if request.source is SourceKind.SAMPLE else "portal"
    domain = kind if kind == "sample" else settings.portal_domain
    return Store.open(request.data_dir, kind=kind, city_id=settings.city.city_id, domains=(domain,))


def check_space(store: Store) -> None:
    """Return nothing if the disk has room for a draft; a scheduler on a full one waits for minutes and says nothing.

    Raises:
        StoreError: If it has not.
    """
    free = shutil.disk_usage(store.root).free
    if free < FREE_BYTES:
        got = f"expected {FREE_BYTES / 2**20:.0f} MB free on its disk, got {free / 2**20:.1f} MB"
        raise StoreError(f"{store.root}: {got}", path=store.root)


def check_portal(settings: Settings, request: DraftRequest) -> None:
    """Return nothing if every required source answers and has the declared columns; offline, ask none.

    Raises:
        SourceError: If one does not.
    """
    if request.is_offline:
        return
    portal = open_portal(settings, request)
    for source in settings.sources:
        if source.is_required:
            portal.fetch_metadata(source)


@dataclass(frozen=True)
class Synced:
    """What became of all sources."""

    results: tuple[SyncResult, ...]
    requests: int

    @property
    def rows_pulled(self) -> int:
        """Rows that came from the portal in this run."""
        return sum(result.rows_pulled for result in self.results)


def sync_sources(settings: Settings, request: DraftRequest, store: Store, progress: Progress) -> Synced:
    """Bring every source's snapshot up to date; offline, say what there is.

    Raises:
        SourceError: If a required source cannot be read or has drifted.
    """
    if request.is_offline:
        return Synced(tuple(_require_snapshot(settings, store, source.source_id) for source in settings.sources), 0)
    portal = open_portal(settings, request)
    quarters = Quarter.parse(request.quarter).window(settings.report.history_quarters)

    def tell(stage: str, done: int, total: int) -> None:
        progress(f"pull:{stage}", done, total)

    results = tuple(
        synchronise(portal, store, source, quarters, now=request.now, on_progress=tell) for source in settings.sources
    )
    return Synced(results, portal.requests)


def _require_snapshot(settings: Settings, store: Store, source_id: str) -> SyncResult:
    snapshot = store.load_snapshot(source_id)
    if snapshot is None and settings.source(source_id).is_required:
        raise FetchError(f"{source_id}: expected a snapshot from an earlier run, found none", source_id=source_id)
    return SyncResult(source_id=source_id, snapshot=snapshot, rows_pulled=0, months_pulled=0, remarks=())


def load_snapshots(settings: Settings, store: Store) -> dict[str, Snapshot]:
    """Return the snapshots at hand, by source."""
    found = ((source.source_id, store.load_snapshot(source.source_id)) for source in settings.sources)
    return {source_id: snapshot for source_id, snapshot in found if snapshot is not None}


def count_everything(settings: Settings, request: DraftRequest, store: Store) -> tuple[Facts, bytes]:
    """Return everything known of the quarter, checked, and the bytes of `measures.csv`.

    Raises:
        ChecksFailed: If a required check failed.
        ContractError: If the stored rows are not as declared.
    """
    quarter = Quarter.parse(request.quarter)
    window = quarter.window(settings.report.history_quarters)
    snapshots = load_snapshots(settings, store)
    origins = find_origins(settings, snapshots, request)
    events = _events(settings, snapshots)
    wanted = {f"{month:%Y-%m}" for past in window for month in past.months}
    paths = [store.part_path(events.source_id, part) for part in events.parts if part.part_id in wanted]
    origin = next(origin for origin in origins if origin.snapshot == events.digest)
    with closing(open_incidents(paths, settings)) as con:
        table = count_measures(con, settings, window, as_of=origin.as_of, origin_id=origin.origin_id)
        newest = newest_day(con)
        if request.as_of < quarter.complete_on or newest is None or newest < quarter.end:
            table = mark_partial(table, quarter)
        results = check_rows(con, table, settings, request)
        require_passed(results)
        breakdowns = build_breakdowns(con, settings, quarter)
    contacts, differing = find_contacts(settings, store, snapshots)
    shapes, unusable = find_shapes(settings, store, snapshots)
    facts = Facts(
        settings=settings,
        quarter=quarter,
        report_date=request.as_of,
        is_sample=request.source is SourceKind.SAMPLE,
        is_preview=request.is_preview,
        origins=origins,
        measures=Measures(table),
        breakdowns=breakdowns,
        shapes=shapes,
        contacts=contacts,
        remarks=tuple(result for result in (*results, *differing, *unusable) if not result.passed),
    )
    return facts, format_measures(table)


def _events(settings: Settings, snapshots: dict[str, Snapshot]) -> Snapshot:
    """Return the snapshot that holds the incidents."""
    for source in settings.sources:
        if source.form == "events" and source.source_id in snapshots:
            return snapshots[source.source_id]
    raise ConfigError("sources: expected a source of events with a snapshot, found none")


def write_dossiers(store: Store, facts: Facts, measures: bytes) -> dict[str, Dossier]:
    """Write `measures.csv` and the dossier of every place, and return the dossiers by place."""
    store.save_file(store.release_dir(facts.quarter) / "measures.csv", measures)
    dossiers = build_dossiers(facts)
    for place, dossier in dossiers.items():
        store.save_file(store.edition_dir(facts.quarter, place) / "dossier.json", canonical_json(dossier))
    return dossiers


def collect_remarks(synced: Synced, facts: Facts) -> tuple[CheckResult, ...]:
    """Return every check that did not pass, for the closing lines."""
    return (*(remark for result in synced.results for remark in result.remarks), *facts.remarks)


def sort_editions(editions: Iterable[EditionResult], settings: Settings) -> tuple[EditionResult, ...]:
    """Return editions in the order of the config, whatever the order in which they were made."""
    places = {place: number for number, place in enumerate((*settings.district_ids, CITY))}
    tags = {language.tag: number for number, language in enumerate(settings.languages)}
    return tuple(sorted(editions, key=lambda edition: (places[edition.district_id], tags[edition.language])))

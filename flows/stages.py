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
from district_reports.config import Source
from district_reports.dossier import Facts, build_dossiers, canonical_json
from district_reports.engagement.register import load_register
from district_reports.errors import FetchError, StoreError
from district_reports.model import CITY, CheckResult, Dossier
from district_reports.periods import Quarter
from district_reports.render.i18n import load_words
from district_reports.render.page import require_words
from district_reports.review.freezing import require_open
from district_reports.settings import Settings, find_asset
from district_reports.sources.contract import Portal
from district_reports.sources.sample import SamplePortal
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store
from district_reports.sync import SyncResult, synchronise
from district_reports.sync_cases import synchronise_cases
from flows.definitions import list_metric_ids
from flows.people import find_part_files, open_records, take_ledger
from flows.records import DraftRequest, EditionResult, SourceKind
from flows.records_kept import find_readings

FREE_BYTES = 48 * 2**20
"""What the scheduler's own records, some months of rows and some editions need; a whole draft may need more."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and of how much."""


def check_request(settings: Settings, request: DraftRequest) -> None:
    """Return nothing if the request can be met as far as one can tell before asking any portal.

    Raises:
        ChecksFailed: If the quarter is not complete on the report's date and no preview is wanted.
        TranslationError: If a catalogue lacks a sentence.
        ReadingError: If a file that people keep is wrong: nobody should wait for all rows to be told so.
    """
    quarter = Quarter.parse(request.quarter)
    require_passed(check_complete(quarter, request.as_of, is_preview=request.is_preview))
    words = load_words(settings.languages, find_asset("templates", "locale"))
    require_words(settings, words[settings.languages[0].tag])
    find_readings(settings, request)
    find_part_files(settings, request)
    load_register(settings, request.records_dir, list_metric_ids(settings))


class Portals:
    """The places the rows come from: the city's portal, the county's, or the sample in place of both."""

    def __init__(self, settings: Settings, request: DraftRequest) -> None:
        self._settings, self._request = settings, request
        self._opened: dict[str, Portal] = {}

    def of(self, source: Source) -> Portal:
        """Return the portal of a source, opened when it is first asked for."""
        name = "sample" if self._request.source is SourceKind.SAMPLE else source.portal
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return sum(portal.requests for portal in self._opened.values())

    def _open(self, name: str) -> Portal:
        if name == "sample":
            return SamplePortal(self._settings, Quarter.parse(self._request.quarter))
        is_city = name == "city"
        url = self._settings.portal_url if is_city else self._settings.county_portal_url
        # The token is the city's: another portal has no use for it.
        return SocrataPortal(url, app_token=self._settings.app_token if is_city else "")


def open_store(settings: Settings, request: DraftRequest) -> Store:
    """Return the data directory, made if need be.

    Raises:
        KindError: If it holds another kind of data.
        StoreError: If it cannot be written.
    """
    kind: Literal["sample", "portal"] = "sample" if request.source is SourceKind.SAMPLE else "portal"
    domains = (kind,) if kind == "sample" else settings.portal_domains
    return Store.open(request.data_dir, kind=kind, city_id=settings.city.city_id, domains=domains)


def check_open(settings: Settings, request: DraftRequest) -> None:
    """Return nothing if the quarter's reports may be made anew: what is to be signed, or was, does not change.

    Raises:
        RuleError: If they are frozen, or published.
        DatabaseError: If the log of review cannot be read.
    """
    with closing(open_records(settings, request.source, request.data_dir)) as database, database.read() as connection:
        require_open(connection, Quarter.parse(request.quarter))


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
    portals = Portals(settings, request)
    for source in settings.sources:
        if source.is_required:
            portals.of(source).fetch_metadata(source)


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
    """Bring every source's snapshot up to date, and keep one of what people entered; offline, say what there is.

    Raises:
        SourceError: If a required source cannot be read or has drifted.
        DatabaseError: If the records of people cannot be read.
    """
    take_ledger(settings, request, store)
    kept_whole = [source for source in settings.sources if source.form != "cases"]
    if request.is_offline:
        return Synced(tuple(_require_snapshot(settings, store, source.source_id) for source in kept_whole), 0)
    portals = Portals(settings, request)
    quarters = Quarter.parse(request.quarter).window(settings.report.history_quarters)

    def tell(stage: str, done: int, total: int) -> None:
        progress(f"pull:{stage}", done, total)

    results = [
        synchronise(portals.of(source), store, source, quarters, now=request.now, on_progress=tell)
        for source in kept_whole
    ]
    cases = [source for source in settings.sources if source.form == "cases"]
    if cases and settings.outcomes.court:
        results.append(synchronise_cases(portals.of(cases[0]), store, settings, now=request.now, on_progress=tell))
    return Synced(tuple(results), portals.requests)


def _require_snapshot(settings: Settings, store: Store, source_id: str) -> SyncResult:
    snapshot = store.load_snapshot(source_id)
    if snapshot is None and settings.source(source_id).is_required:
        raise FetchError(f"{source_id}: expected a snapshot from an earlier run, found none", source_id=source_id)
    return SyncResult(source_id=source_id, snapshot=snapshot, rows_pulled=0, months_pulled=0, remarks=())


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

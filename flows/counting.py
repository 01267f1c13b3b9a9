"""Snapshots and the records people keep -> the facts of a quarter and the bytes of `measures.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from district_reports.checks import require_passed
from district_reports.dossier import Facts
from district_reports.errors import ConfigError
from district_reports.metrics import (
    Measures,
    build_breakdowns,
    count_measures,
    format_measures,
    join_tables,
    mark_partial,
    newest_day,
    open_incidents,
)
from district_reports.metrics.disclosure import check_suppressed, suppress
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.model import CheckResult, Snapshot
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.store import Store
from flows.extras import find_extras
from flows.facts import check_rows, find_contacts, find_origins, find_shapes
from flows.last_release import find_last_measures, make_revisions
from flows.outcome_tables import check_outcomes, count_outcomes
from flows.records import DraftRequest, SourceKind
from flows.records_kept import find_readings

COURT = "court"
"""Id of the snapshot of counts that is made of the sources of court cases."""


def load_snapshots(settings: Settings, store: Store) -> dict[str, Snapshot]:
    """Return the snapshots at hand, by source; the counts of court cases under an id of their own."""
    ids = [source.source_id for source in settings.sources if source.form != "cases"]
    ids += [COURT] if settings.outcomes.court else []
    found = ((source_id, store.load_snapshot(source_id)) for source_id in ids)
    return {source_id: snapshot for source_id, snapshot in found if snapshot is not None}


def count_everything(settings: Settings, request: DraftRequest, store: Store) -> tuple[Facts, bytes]:
    """Return everything known of the quarter, checked, and the bytes of `measures.csv`.

    Raises:
        ChecksFailed: If a required check failed, and no note of the quarter explains it.
        ContractError: If the stored rows are not as declared.
        ReadingError: If a file that people keep is wrong.
    """
    quarter = Quarter.parse(request.quarter)
    window = quarter.window(settings.report.history_quarters)
    snapshots = load_snapshots(settings, store)
    origins = find_origins(settings, snapshots, request)
    events = _events(settings, snapshots)
    readings = find_readings(settings, request)
    paths = _part_paths(store, snapshots, events, {f"{month:%Y-%m}" for past in window for month in past.months})
    with closing(open_incidents(paths[events.source_id], settings)) as con:
        opened = Opened(con, settings, request.as_of, origins)
        attach_sources(con, settings, paths)
        as_of, origin_id = opened.stamp(events.source_id)
        incidents = count_measures(con, settings, window, as_of=as_of, origin_id=origin_id)
        table = join_tables([incidents, *count_outcomes(opened, window, readings, incidents)])
        newest = newest_day(con)
        if request.as_of < quarter.complete_on or newest is None or newest < quarter.end:
            table = mark_partial(table, quarter)
        results = [*check_rows(con, table, settings, request), *check_outcomes(opened, window)]
        require_passed(results, readings.explanations)
        breakdowns = build_breakdowns(con, settings, quarter)
        before = find_last_measures(settings, store, request)
        table = suppress(table, settings, before=before)
        results += check_suppressed(table, settings, before=before)
        revisions, unclear = make_revisions(settings, store, request, table, snapshots)
        extras, undrawn = find_extras(opened, store, snapshots, quarter, readings, revisions)
    contacts, differing = find_contacts(settings, store, snapshots)
    shapes, unusable = find_shapes(settings, store, snapshots)
    facts = Facts(
        settings=settings,
        quarter=quarter,
        report_date=request.as_of,
        is_sample=request.source is SourceKind.SAMPLE,
        is_preview=request.is_preview,
        origins=tuple(origins.values()),
        measures=Measures(table),
        breakdowns=breakdowns,
        shapes=shapes,
        contacts=contacts,
        remarks=_remarks(results, differing, unusable, unclear, undrawn),
        extras=extras,
    )
    return facts, format_measures(table)


def _remarks(*found: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    return tuple(result for results in found for result in results if not result.passed)


def _events(settings: Settings, snapshots: Mapping[str, Snapshot]) -> Snapshot:
    """Return the snapshot that holds the incidents: that of the required source of events."""
    for source in settings.sources:
        if source.form == "events" and source.is_required and source.source_id in snapshots:
            return snapshots[source.source_id]
    raise ConfigError("sources: expected a required source of events with a snapshot, found none")


def _part_paths(
    store: Store, snapshots: Mapping[str, Snapshot], events: Snapshot, months: set[str]
) -> dict[str, list[Path]]:
    """Return the files of every source; of the incidents only the months wanted."""
    return {
        source_id: [
            store.part_path(source_id, part)
            for part in snapshot.parts
            if snapshot.source_id != events.source_id or part.part_id in months
        ]
        for source_id, snapshot in snapshots.items()
    }

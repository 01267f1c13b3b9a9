"""Snapshots and the records people keep -> the facts of a quarter and the bytes of `measures.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd

from district_reports.checks import require_passed
from district_reports.dossier import Facts
from district_reports.errors import ConfigError
from district_reports.feedback.sample import with_hand_overs
from district_reports.metrics import (
    SOURCE_ID,
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
from district_reports.metrics.loop import SOURCE_ID as LOOP
from district_reports.metrics.loop import count_loop
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.model import CheckResult, Explanation, FeedbackItem, Snapshot
from district_reports.periods import Quarter
from district_reports.readings import Readings
from district_reports.settings import Settings
from district_reports.store import Store
from flows.extras import find_extras
from flows.facts import check_rows, find_contacts, find_origins, find_shapes
from flows.last_release import find_last_release, make_revisions
from flows.outcome_tables import check_outcomes, count_outcomes
from flows.people import check_ledger, find_voices
from flows.records import DraftRequest, SourceKind
from flows.records_kept import check_known, find_readings

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
    voices = find_voices(settings, request, store)
    release, broken = find_last_release(store, quarter)
    require_passed(check_ledger(store, release, voices))
    snapshots = load_snapshots(settings, store)
    origins = find_origins(settings, snapshots, request)
    readings = find_readings(settings, request)
    paths = _part_paths(store, snapshots, {f"{month:%Y-%m}" for past in window for month in past.months})
    with closing(open_incidents(paths[SOURCE_ID], settings)) as con:
        opened = Opened(con, settings, request.as_of, origins)
        attach_sources(con, settings, paths)
        table, remarks, needed = _count_and_check(opened, request, readings, voices.ledger.items)
        breakdowns = build_breakdowns(con, settings, quarter)
        # Judged on all counts, printed without the small ones.
        before = release.measures if release else None
        table = suppress(table, settings, before=before)
        hidden = check_suppressed(table, settings, before=before)
        revisions, unclear = make_revisions(settings, store, release, quarter, table, snapshots)
        told = replace(readings, explanations=needed)
        extras, undrawn = find_extras(opened, store, snapshots, quarter, told, revisions)
    contacts, differing = find_contacts(settings, store, snapshots)
    shapes, unusable = find_shapes(settings, store, snapshots)
    unknown = check_known(readings, request)
    is_sample = request.source is SourceKind.SAMPLE
    facts = Facts(
        settings=with_hand_overs(settings, quarter) if is_sample else settings,
        quarter=quarter,
        report_date=request.as_of,
        is_sample=is_sample,
        is_preview=request.is_preview,
        origins=tuple(origins.values()),
        measures=Measures(table),
        breakdowns=breakdowns,
        shapes=shapes,
        contacts=contacts,
        remarks=_failed(remarks, hidden, differing, unusable, broken, unclear, undrawn, unknown),
        extras=extras,
        voices=voices,
    )
    return facts, format_measures(table)


def _count_and_check(
    opened: Opened, request: DraftRequest, readings: Readings, items: Sequence[FeedbackItem]
) -> tuple[pd.DataFrame, list[CheckResult], tuple[Explanation, ...]]:
    """Return all measures, what the checks found, and the notes that let a failed one pass."""
    settings, quarter = opened.settings, Quarter.parse(request.quarter)
    window = quarter.window(settings.report.history_quarters)
    as_of, origin_id = opened.stamp(SOURCE_ID)
    incidents = count_measures(opened.con, settings, window, as_of=as_of, origin_id=origin_id)
    loop = count_loop(items, settings, quarter, request.as_of, origin_id=origin_id.replace(SOURCE_ID, LOOP, 1))
    table = join_tables([incidents, *count_outcomes(opened, window, readings, incidents), loop])
    newest = newest_day(opened.con)
    if request.as_of < quarter.complete_on or newest is None or newest < quarter.end:
        table = mark_partial(table, quarter)
    results = [*check_rows(opened.con, table, settings, request), *check_outcomes(opened, window)]
    return table, results, require_passed(results, readings.explanations)


def _failed(*found: Iterable[CheckResult]) -> tuple[CheckResult, ...]:
    return tuple(result for results in found for result in results if not result.passed)


def _part_paths(store: Store, snapshots: Mapping[str, Snapshot], months: set[str]) -> dict[str, list[Path]]:
    """Return the files of every source; of the incidents only the months wanted.

    Raises:
        ConfigError: If there are no incidents.
    """
    if SOURCE_ID not in snapshots:
        raise ConfigError(f"sources: expected a snapshot of {SOURCE_ID}, found none")
    return {
        source_id: [
            store.part_path(source_id, part)
            for part in snapshot.parts
            if source_id != SOURCE_ID or part.part_id in months
        ]
        for source_id, snapshot in snapshots.items()
    }

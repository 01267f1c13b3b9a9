"""A draft from its first stage to its last, in the one order there is; nothing here imports Prefect.

`draft_reports` hands in the stages as tasks of a flow. `run_stages` alone runs them one after the other in this
process, for tests and for places that have no use for a scheduler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from district_reports.dossier import Facts
from district_reports.model import Dossier
from district_reports.review.remembering import remember_release
from district_reports.settings import Settings
from district_reports.store import Store
from flows import rendering, stages
from flows.counting import count_everything
from flows.records import DraftRequest, DraftSummary, EditionResult
from flows.release import build_manifest, find_others, save_manifest
from flows.sample_history import draft_last_sample
from flows.stages import Progress, Synced


@dataclass(frozen=True)
class Steps:
    """The stages that take time, as they are to be called."""

    sync_sources: Callable[[Settings, DraftRequest, Store, Progress], Synced]
    count_everything: Callable[[Settings, DraftRequest, Store], tuple[Facts, bytes]]
    write_dossiers: Callable[[Store, Facts, bytes], dict[str, Dossier]]
    make_editions: Callable[[Store, DraftRequest, Progress], list[EditionResult]]


def make_editions(store: Store, request: DraftRequest, progress: Progress) -> list[EditionResult]:
    """Make all editions in this process."""
    editions: list[EditionResult] = []
    progress("editions", 0, request.edition_count)
    for job in rendering.plan_jobs(store, request, workers=1):
        editions += rendering.render_job(job)
        progress("editions", len(editions), request.edition_count)
    return editions


PLAIN = Steps(stages.sync_sources, count_everything, stages.write_dossiers, make_editions)
"""Every stage in this process, one after the other."""


@contextmanager
def open_draft(settings: Settings, request: DraftRequest) -> Iterator[Store]:
    """Hold the data directory for a draft that can be made, as far as one can tell before its first stage.

    It is all asked here, before a scheduler starts, so that the answer comes at once.

    Raises:
        ChecksFailed: If the quarter is not complete and no preview is wanted.
        TranslationError: If a catalogue lacks a sentence.
        ReadingError: If a file that people keep is wrong.
        KindError: If the data directory holds another kind of data.
        RuleError: If the quarter's reports are frozen, or published.
        LockedError: If another run holds it.
        StoreError: If it cannot be written, or its disk is full.
        SourceError: If a required source does not answer, or has drifted.
    """
    stages.check_request(settings, request)
    store = stages.open_store(settings, request)
    with store.lock():
        stages.check_open(settings, request)
        stages.check_space(store)
        stages.check_portal(settings, request)
        yield store


def run_stages(
    settings: Settings, request: DraftRequest, store: Store, progress: Progress, steps: Steps = PLAIN
) -> DraftSummary:
    """Make the reports of a quarter and return what was done.

    Args:
        settings: Of the run.
        request: What is wanted.
        store: From `open_draft`, and still held.
        progress: Told how far it is.
        steps: The stages, if they are to be called in another way.

    Raises:
        DistrictReportsError: What the stages raise; what the directory holds is then as good as before.
    """
    start = monotonic()
    draft_last_sample(settings, request, store)
    synced = steps.sync_sources(settings, request, store, progress)
    progress("count", 0, 1)
    facts, measures = steps.count_everything(settings, request, store)
    progress("dossiers", 0, 1)
    dossiers = steps.write_dossiers(store, facts, measures)
    editions = stages.sort_editions(steps.make_editions(store, request, progress), settings)
    others = find_others(store, request, settings)
    save_manifest(store, facts, build_manifest(facts, measures, dossiers, editions, others))
    remember_release(store, settings, facts.quarter)
    return DraftSummary(
        quarter=request.quarter,
        folder=store.release_dir(facts.quarter),
        rows_pulled=synced.rows_pulled,
        requests=synced.requests,
        remarks=stages.collect_remarks(synced, facts),
        editions=editions,
        seconds=monotonic() - start,
    )

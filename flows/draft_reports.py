"""The Prefect flow of a draft: the stages in order, the editions side by side.

Import it only after Prefect's settings are in the environment: it reads them once.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner

from district_reports.errors import FetchError
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from flows import rendering, stages
from flows.records import DraftRequest, DraftSummary, EditionResult, SourceKind
from flows.release import build_manifest, save_manifest
from flows.terminal import print_summary, show_progress

WORKERS = max(2, os.cpu_count() or 2)
"""Processes that make editions."""


def _is_worth_retrying(task: object, run: object, state: object) -> bool:
    """Say yes to network trouble alone: drift, checks and a full disk do not mend themselves."""
    try:
        state.result()  # type: ignore[attr-defined]
    except FetchError:
        return True
    except Exception:
        return False
    return False


# Results are files named by digest; frames and dossiers do not travel through the scheduler's storage.
sync_sources = task(
    stages.sync_sources,
    name="sync sources",
    retries=1,
    retry_delay_seconds=5,
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_worth_retrying,
    cache_policy=NO_CACHE,
)
count_everything = task(stages.count_everything, name="count everything", cache_policy=NO_CACHE)
write_dossiers = task(stages.write_dossiers, name="write dossiers", cache_policy=NO_CACHE)


@task(name="render editions", task_run_name="render {job.language}", cache_policy=NO_CACHE)
def render_editions(job: rendering.RenderJob, pool: rendering.Executor) -> list[EditionResult]:
    """Make one job's editions in the shared pool of processes."""
    return rendering.submit(pool, job).result()


@flow(name="draft reports", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), validate_parameters=False)
def draft_reports(settings: Settings, request: DraftRequest, progress: stages.Progress) -> DraftSummary:
    """Make the reports of a quarter."""
    start = monotonic()
    store = stages.open_store(settings, request)
    with store.lock():
        synced = sync_sources(settings, request, store, progress)
        progress("count", 0, 1)
        facts, measures = count_everything(settings, request, store)
        progress("dossiers", 0, 1)
        dossiers = write_dossiers(store, facts, measures)
        editions = _render_all(store, request, progress)
        ordered = stages.sort_editions(editions, settings)
        earlier = store.load_release(facts.quarter)
        save_manifest(store, facts, build_manifest(facts, measures, dossiers, ordered, earlier))
    return DraftSummary(
        quarter=request.quarter,
        folder=store.release_dir(facts.quarter),
        rows_pulled=synced.rows_pulled,
        requests=synced.requests,
        remarks=stages.collect_remarks(synced, facts),
        editions=ordered,
        seconds=monotonic() - start,
    )


def _render_all(store: stages.Store, request: DraftRequest, progress: stages.Progress) -> list[EditionResult]:
    jobs = rendering.plan_jobs(store, request, WORKERS)
    total = len(request.districts) * len(request.languages)
    editions: list[EditionResult] = []
    progress("editions", 0, total)
    with rendering.open_pool(min(WORKERS, len(jobs))) as pool:
        for future in as_completed([render_editions.submit(job, pool) for job in jobs]):
            editions += future.result()
            progress("editions", len(editions), total)
    return editions


def run_draft(settings: Settings, request: DraftRequest) -> DraftSummary:
    """Run the flow here and now, and tell what it did.

    Raises:
        DistrictReportsError: What the stages raise.
    """
    stages.check_request(settings, request)
    # Before Prefect starts, so that a directory of another kind is refused at once.
    stages.open_store(settings, request)
    # Each run would otherwise wait a second for the thread of its heartbeat to end.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), show_progress() as progress:
        summary = draft_reports(settings, request, progress)
    print_summary(summary)
    return summary


@flow(name="quarterly draft")
def quarterly_draft(quarter: str = "latest", data_dir: str = "data/var") -> int:
    """Draft a quarter by schedule; see `prefect.yaml`.

    Returns:
        Editions that are up to date after it.
    """
    settings = load_settings()
    now = datetime.now(ZoneInfo(settings.city.time_zone))
    wanted = Quarter.newest_complete(now.date()) if quarter == "latest" else Quarter.parse(quarter)
    request = DraftRequest(
        quarter=str(wanted),
        source=SourceKind.PORTAL,
        districts=(*settings.district_ids, stages.CITY),
        languages=tuple(language.tag for language in settings.languages),
        data_dir=Path(data_dir).absolute(),
        as_of=now.date(),
        now=now,
    )
    summary = run_draft(settings, request)
    return len(summary.editions) - len(summary.failed)

"""The Prefect flow of a draft: the stages in order, the editions side by side.

Import it only after Prefect's settings are in the environment: it reads them once.
"""

from __future__ import annotations

import os
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.task_runners import ThreadPoolTaskRunner

from district_reports.errors import DistrictReportsError, FetchError, RenderError
from district_reports.model import CITY
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.store import Store
from flows import counting, rendering, stages
from flows.drafting import Steps, open_draft, run_stages
from flows.records import DraftRequest, DraftSummary, EditionResult, SourceKind
from flows.stages import Progress
from flows.terminal import print_summary, show_progress

WORKERS = max(2, os.cpu_count() or 2)
"""Processes that make editions."""

RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=WORKERS)


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
    name="sync sources",
    retries=1,
    retry_delay_seconds=5,
    retry_jitter_factor=0.5,
    retry_condition_fn=_is_worth_retrying,
    cache_policy=NO_CACHE,
)(stages.sync_sources)
count_everything = task(name="count everything", cache_policy=NO_CACHE)(counting.count_everything)
write_dossiers = task(name="write dossiers", cache_policy=NO_CACHE)(stages.write_dossiers)


@task(name="render editions", task_run_name="render {job.language}", cache_policy=NO_CACHE)
def render_editions(job: rendering.RenderJob, pool: Executor) -> list[EditionResult]:
    """Make one job's editions in the shared pool of processes."""
    return rendering.collect(rendering.submit(pool, job))


def _make_editions(store: Store, request: DraftRequest, progress: Progress) -> list[EditionResult]:
    editions: list[EditionResult] = []
    waiting: list[rendering.RenderJob] = []
    for job in rendering.plan_jobs(store, request, WORKERS):
        found = rendering.find_job(job)
        editions += found or []
        waiting += [] if found else [job]
    progress("editions", len(editions), request.edition_count)
    with rendering.open_pool(WORKERS) as pool:
        for future in as_completed([render_editions.submit(job, pool) for job in waiting]):
            editions += future.result()
            progress("editions", len(editions), request.edition_count)
    return editions


TASKS = Steps(sync_sources, count_everything, write_dossiers, _make_editions)


@flow(name="draft reports", task_runner=RUNNER, validate_parameters=False)  # type: ignore[arg-type]
def draft_reports(settings: Settings, request: DraftRequest, store: Store, progress: Progress) -> DraftSummary:
    """Make the reports of a quarter."""
    return run_stages(settings, request, store, progress, TASKS)


def run_draft(settings: Settings, request: DraftRequest, store: Store) -> DraftSummary:
    """Run the flow here and now, and tell what it did.

    Args:
        settings: Of the run.
        request: What is wanted.
        store: From `open_draft`, and still held.

    Raises:
        DistrictReportsError: What the stages raise.
    """
    # Each run would otherwise wait a second for the thread of its heartbeat to end.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), show_progress() as progress:
        try:
            summary = draft_reports(settings, request, store, progress)
        except Exception as error:
            ours = _find_ours(error)
            if ours is None:
                stages.check_space(store)
                raise
            raise ours from ours.__cause__
    print_summary(summary)
    return summary


def _find_ours(error: BaseException | None) -> DistrictReportsError | None:
    """Return the error of ours that came first, where Prefect failed to record it: on a full disk it cannot either."""
    while error is not None and not isinstance(error, DistrictReportsError):
        error = error.__cause__ or error.__context__
    return error


@flow(name="quarterly draft")
def quarterly_draft(quarter: str = "latest", data_dir: str = "data/var", source: SourceKind = SourceKind.PORTAL) -> int:
    """Draft a quarter by schedule; see `prefect.yaml`.

    Args:
        quarter: Such as 2026Q3, or latest: the newest complete one.
        data_dir: Folder the program makes and keeps; relative to where the worker runs the flow.
        source: Where the rows come from.

    Returns:
        Editions, all up to date after it.

    Raises:
        DistrictReportsError: What the stages raise; `RenderError` if some editions failed.
    """
    settings = load_settings()
    now = datetime.now(ZoneInfo(settings.city.time_zone))
    wanted = Quarter.newest_complete(now.date()) if quarter == "latest" else Quarter.parse(quarter)
    request = DraftRequest(
        quarter=str(wanted),
        source=source,
        districts=(*settings.district_ids, CITY),
        languages=tuple(language.tag for language in settings.languages),
        data_dir=Path(data_dir).absolute(),
        records_dir=(settings.records_dir or Path("data")).absolute(),
        as_of=now.date(),
        now=now,
    )
    with open_draft(settings, request) as store:
        summary = run_draft(settings, request, store)
    if summary.failed:
        first = summary.failed[0]
        message = f"expected {len(summary.editions)} editions, {len(summary.failed)} failed, first: {first.error}"
        raise RenderError(message, template=first.district_id, language=first.language)
    return len(summary.editions)

"""Freezing the reports of a quarter, and opening them again; nothing here imports Prefect.

A freeze takes what people entered and what the log of review says, makes everything once more from the snapshots at
hand, and logs the manifest's digest last: one that is killed before leaves the reports open.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import as_completed
from contextlib import closing, suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from district_reports.database import Database
from district_reports.errors import DatabaseError, DistrictReportsError, ReviewError, RuleError
from district_reports.model import CITY, Record, ReleaseStep, Requirement, Standing
from district_reports.periods import Quarter
from district_reports.review import freezing, log
from district_reports.review.people import load_people
from district_reports.review.standing import DECISION, STEPS, list_requirements
from district_reports.review.steps import FREEZE_FAILED
from district_reports.review.subjects import Subjects, load_subjects
from district_reports.settings import Settings
from district_reports.store import Store
from flows import counting, rendering, stages
from flows.drafting import Steps, open_draft, run_stages
from flows.people import open_records, take_ledger
from flows.records import DraftRequest, DraftSummary, EditionResult, SourceKind
from flows.stages import Progress

WORKERS: Final = max(2, os.cpu_count() or 2)
"""Processes that make editions."""
ATTEMPTS: Final = 3
"""Times that everything is made: somebody may decide or write while it is."""


class Frozen(Record):
    """What a freeze did."""

    step: ReleaseStep
    requirements: tuple[Requirement, ...]
    """Whose signatures are needed now."""
    summary: DraftSummary

    @property
    def again(self) -> tuple[Requirement, ...]:
        """Who has signed other bytes, and must sign again."""
        return tuple(found for found in self.requirements if found.standing is Standing.STALE)


def make_editions(store: Store, request: DraftRequest, progress: Progress) -> list[EditionResult]:
    """Make all editions in a pool of processes; those that stand there up to date are left."""
    editions: list[EditionResult] = []
    waiting: list[rendering.RenderJob] = []
    for job in rendering.plan_jobs(store, request, WORKERS):
        found = rendering.find_job(job)
        editions += found or []
        waiting += [] if found else [job]
    progress("editions", len(editions), request.edition_count)
    if waiting:
        with rendering.open_pool(WORKERS) as pool:
            for future in as_completed([rendering.submit(pool, job) for job in waiting]):
                editions += rendering.collect(future)
                progress("editions", len(editions), request.edition_count)
    return editions


POOLED: Final = Steps(stages.sync_sources, counting.count_everything, stages.write_dossiers, make_editions)
"""Every stage in this process, but the editions side by side."""


def freeze_release(
    settings: Settings,
    request: DraftRequest,
    *,
    by: str,
    clock: Callable[[], datetime],
    progress: Progress,
    steps: Steps = POOLED,
) -> Frozen:
    """Freeze the reports of a quarter: from then on, signatures name these bytes.

    Args:
        settings: Of the run.
        request: Quarter, directories and the reports' date; all places and languages are made, from what is at hand.
        by: Id of the person, or the operator.
        clock: Returns the moment, with a time zone.
        progress: Told how far it is.
        steps: The stages, if they are to be called in another way.

    Raises:
        ConfigError: If real reports would name an address that can never answer.
        RuleError: If they are frozen already, or real reports would be dated later than today.
        ReviewError: If somebody may still answer and has not, there is no draft, or an edition cannot be made.
        DistrictReportsError: What the stages raise; the reports are then open as before.
    """
    wanted = request.model_copy(
        update={
            "districts": (*settings.district_ids, CITY),
            "languages": tuple(language.tag for language in settings.languages),
            "is_frozen": True,
            "is_offline": True,
            "is_preview": False,
        }
    )
    with closing(open_records(settings, request.source, request.data_dir)) as database:
        try:
            return _freeze(settings, wanted, database, by, clock, progress, steps)
        except DistrictReportsError as error:
            _log_failure(database, wanted, error, by, clock())
            raise


def _freeze(
    settings: Settings,
    request: DraftRequest,
    database: Database,
    by: str,
    clock: Callable[[], datetime],
    progress: Progress,
    steps: Steps,
) -> Frozen:
    quarter, is_sample = Quarter.parse(request.quarter), request.source is SourceKind.SAMPLE
    if not is_sample and request.as_of > clock().astimezone(ZoneInfo(settings.city.time_zone)).date():
        # Otherwise a date could end the time that reviewers have.
        raise RuleError(f"freeze of {quarter}: expected a day that has come, got {request.as_of.isoformat()}")
    with database.read() as connection:
        freezing.require_freezable(connection, settings, quarter, request.as_of, is_sample=is_sample)
    with open_draft(settings, request) as store:
        if load_subjects(store, settings, quarter) is None:
            raise ReviewError(f"freeze of {quarter}: expected a draft, found none")
        for _ in range(ATTEMPTS):
            take_ledger(settings, request.model_copy(update={"is_offline": False}), store)
            summary = run_stages(settings, request, store, progress, steps)
            subjects = _require_whole(load_subjects(store, settings, quarter), summary)
            with database.begin() as connection:
                step = freezing.record_freeze(
                    connection,
                    settings,
                    quarter,
                    request.as_of,
                    manifest=subjects.digest,
                    review_digest=subjects.manifest["inputs"]["review"],
                    is_sample=is_sample,
                    by=by,
                    at=clock(),
                )
            if step is not None:
                return Frozen(
                    step=step, requirements=_list_required(settings, database, subjects, request), summary=summary
                )
    message = f"freeze of {quarter}: expected nobody to decide or write meanwhile, got that {ATTEMPTS} times; try again"
    raise ReviewError(message)


def reopen_release(settings: Settings, request: DraftRequest, *, reason: str, by: str, at: datetime) -> ReleaseStep:
    """Open frozen or published reports of a quarter again, so that they can be drafted.

    Args:
        settings: Of the run.
        request: Quarter and directories.
        reason: Why.
        by: Id of the person, or the operator.
        at: When, with a time zone.

    Raises:
        RuleError: If they are open, or no reason is given.
        LockedError: If another run holds the data directory: it may be publishing them.
        DatabaseError: If the log cannot be written.
    """
    store = stages.open_store(settings, request)
    quarter = Quarter.parse(request.quarter)
    with (
        store.lock(),
        closing(open_records(settings, request.source, request.data_dir)) as database,
        database.begin() as connection,
    ):
        return freezing.record_reopen(connection, settings, quarter, reason=reason, by=by, at=at)


def _require_whole(subjects: Subjects | None, summary: DraftSummary) -> Subjects:
    if subjects is not None and subjects.manifest.get("is_whole") is True and not summary.failed:
        return subjects
    problems = [f"{edition.district_id} {edition.language}: {edition.error}" for edition in summary.failed]
    told = "; ".join(problems[:3]) + (f" and {len(problems) - 3} more" if len(problems) > 3 else "")
    message = f"freeze of {summary.quarter}: expected every edition, got {len(problems)} that failed: {told}"
    raise ReviewError(message, problems=problems)


def _list_required(
    settings: Settings, database: Database, subjects: Subjects, request: DraftRequest
) -> tuple[Requirement, ...]:
    with database.read() as connection:
        entries = log.read_entries(connection, quarter=request.quarter, kinds=(DECISION, *STEPS))
        return list_requirements(settings, entries, load_people(connection), subjects, request.as_of)


def _log_failure(database: Database, request: DraftRequest, error: DistrictReportsError, by: str, at: datetime) -> None:
    """Log why reports could not be frozen: whoever asked for it at the desk does not see this run."""
    # What went wrong is raised in any case; a database that is away cannot be told.
    with suppress(DatabaseError), database.begin() as connection:
        content = {"error": type(error).__name__, "reason": str(error)[:2000]}
        log.append(connection, kind=FREEZE_FAILED, by=by, at=at, quarter=request.quarter, content=content)

"""What is asked before anything becomes public: the data directory and the log are held, and nothing stands against it.

Belongs here: the order of the questions. Does not belong here: what each asks (`review.standing`, `publish.signed`,
`publish.verify`), what is done afterwards (`publishing`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from district_reports.database import Kind
from district_reports.errors import ConfigError, LogError, ReviewError
from district_reports.model import Record, Version
from district_reports.periods import Quarter
from district_reports.publish.history import History, Known, load_release
from district_reports.publish.layout import Layout
from district_reports.publish.plans import Plan, make_plan
from district_reports.publish.showing import Workshop, load_history
from district_reports.publish.signed import (
    SignedRelease,
    find_holes,
    find_unsafe,
    load_signed,
    require_none,
    require_real,
)
from district_reports.publish.tree import Hasher
from district_reports.publish.verify import require_untouched, require_versions
from district_reports.review.standing import Publishable, require_publishable
from district_reports.settings import Settings
from district_reports.store import Store
from flows.people import open_records
from flows.public_pages import make_makers
from flows.records import SourceKind


class PublishRequest(Record):
    """The arguments of a publication, checked; `now` is the one moment of the run."""

    quarter: str
    source: SourceKind
    data_dir: Path
    now: datetime
    correction: str = ""
    """Why a version replaces the one before, in the city's first language."""
    correction_translations: dict[str, str] = {}
    """The same in other languages, by tag."""
    is_rebuild: bool = False
    """Build the pages around the versions anew, whatever somebody did to them, and publish nothing new."""


@dataclass(frozen=True)
class Job:
    """A publication that nothing stands against, and all it works with."""

    request: PublishRequest
    settings: Settings
    store: Store
    workshop: Workshop
    history: History
    release: SignedRelease | None
    """What is to be published; where nothing new is, perhaps none."""
    plan: Plan | None
    """What the new version is called; None where nothing new is published."""
    known: Known | None
    """The version that is there instead."""


@contextmanager
def open_workshop(
    settings: Settings, source: SourceKind, data_dir: Path, now: datetime
) -> Iterator[tuple[Store, Workshop]]:
    """Hold the data directory and the log of review for a publication or a withdrawal.

    Raises:
        KindError: If the data directory holds another kind of data.
        LockedError: If another run holds it.
        StoreError: If it cannot be read or written.
        DatabaseError: If the log of review cannot be read.
    """
    kind: Kind = "sample" if source is SourceKind.SAMPLE else "portal"
    domains = (kind,) if kind == "sample" else settings.portal_domains
    store = Store.open(data_dir, kind=kind, city_id=settings.city.city_id, domains=domains)
    with store.lock(), closing(open_records(settings, source, data_dir)) as database:
        yield store, Workshop(Layout(store.root), database, make_makers(settings, store), Hasher(), now)


@contextmanager
def open_publication(settings: Settings, request: PublishRequest) -> Iterator[Job]:
    """Hold the data directory for a publication that nothing stands against.

    Raises:
        ChecksFailed: If the release is a sample or a preview; asked before anything else.
        ReviewError: If it is not frozen, not signed, not whole, or what is public was changed by hand; all is told.
        ConfigError: If a correction is missing, or there is none to tell.
        DistrictReportsError: What `open_workshop` raises.
    """
    quarter = Quarter.parse(request.quarter)
    with open_workshop(settings, request.source, request.data_dir, request.now) as (store, workshop):
        release = load_signed(store, settings, quarter)
        require_real(store, quarter, release.manifest if release else None)
        yield _accept(settings, request, store, workshop, release)


def _accept(
    settings: Settings, request: PublishRequest, store: Store, workshop: Workshop, release: SignedRelease | None
) -> Job:
    """Return the job, once everything that could stand against it has been asked."""
    quarter = Quarter.parse(request.quarter)
    history = load_history(workshop.database)
    if request.is_rebuild and history.of(quarter):
        # However the next version of the release stands: what is public is built from what was published.
        if request.correction:
            raise ConfigError("--correction: expected none with --rebuild, which publishes nothing new, got one")
        require_versions(workshop.layout, history, workshop.hasher)
        return Job(request, settings, store, workshop, history, release, None, history.of(quarter)[-1])
    known = next((x for x in history.of(quarter) if release and x.manifest == release.digest), None)
    plan = None
    if known is None:
        release, found = _require_signed(settings, store, workshop, release, quarter, request)
        plan = make_plan(
            history.of(quarter),
            found,
            at=request.now,
            correction=request.correction,
            translations=request.correction_translations,
        )
    elif known.withdrawn_at is not None:
        problem = f"{known}: these reports were withdrawn ({known.reason}); reopen them, freeze and sign them anew"
        raise ReviewError(problem, problems=[problem])
    elif request.correction and _told(request) != _told(load_release(workshop.layout, known)):
        # The same words again are a run that was killed and is finished by its own command.
        raise ConfigError(f"--correction: expected it for a new version, got it for {known}, which is public already")
    require_untouched(workshop.layout, history, workshop.hasher)
    return Job(request, settings, store, workshop, history, release, plan, known)


def _require_signed(
    settings: Settings,
    store: Store,
    workshop: Workshop,
    release: SignedRelease | None,
    quarter: Quarter,
    request: PublishRequest,
) -> tuple[SignedRelease | None, Publishable]:
    """Return the release with its signatures, if it may be published; all that is missing is told at once."""
    if release is not None:
        require_none(quarter, find_unsafe(release))
    problems = find_holes(release) if release else []
    try:
        with workshop.database.read() as connection:
            found = require_publishable(connection, store, settings, quarter, find_today(settings, request))
    except LogError:
        raise
    except ReviewError as error:
        require_none(quarter, [*error.problems, *problems])
        raise
    require_none(quarter, problems)
    if release is None or found.subjects.digest != release.digest:
        raise ReviewError(f"{quarter}: expected the manifest to stay as it is, got another one")
    return release, found


def _told(correction: PublishRequest | Version) -> tuple[str, dict[str, str]]:
    return correction.correction, correction.correction_translations


def find_today(settings: Settings, request: PublishRequest) -> date:
    """Return the day of a run, in the city."""
    return request.now.astimezone(ZoneInfo(settings.city.time_zone)).date()

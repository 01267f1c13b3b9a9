"""A publication from its first step to its last, in the one order there is; nothing here imports Prefect.

Everything that can be refused is asked before, by `publish_gate`. `publish_reports` hands in the steps as tasks of a
flow; `PLAIN` runs them in this process, for tests and for places that have no use for a scheduler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from sqlalchemy import Connection

from district_reports.errors import ReviewError, StoreError
from district_reports.model import Entry, Record, Summary
from district_reports.publish.history import PUBLISHED, Known, load_release
from district_reports.publish.plans import Plan
from district_reports.publish.showing import announce, build_site, finish, rebuild, with_version
from district_reports.publish.signed import SignedRelease
from district_reports.publish.switch import BuiltSite, switch
from district_reports.publish.tree import remove_tree
from district_reports.publish.versions import close_version, copy_release, new_folder, remove_leftovers, write_kits
from district_reports.review.standing import require_publishable
from flows.publish_gate import Job, find_today
from flows.stages import Progress


class PublishSummary(Record):
    """What a publication did, for the closing lines."""

    quarter: str
    version: int
    is_new: bool
    """False where the same bytes were public already."""
    has_switched: bool
    """Whether another site is public now."""
    files: int
    size: int
    """Bytes of the version."""
    folder: Path
    seconds: float


@dataclass(frozen=True)
class Steps:
    """The steps that take time, as they are to be called."""

    copy: Callable[[Job], dict[str, Summary]]
    kits: Callable[[Job, Mapping[str, Summary]], None]
    close: Callable[[Job], Known]
    site: Callable[[Job, Known], BuiltSite]
    show: Callable[[Job, Known, BuiltSite], bool]


def copy_files(job: Job) -> dict[str, Summary]:
    """Copy what was signed."""
    remove_leftovers(job.workshop.layout, job.history)
    return copy_release(job.workshop.layout, _release(job))


def make_kits(job: Job, summaries: Mapping[str, Summary]) -> None:
    """Make the kit of every place."""
    write_kits(job.workshop.layout, _release(job), _plan(job), summaries, job.workshop.makers.kit)


def close_folder(job: Job) -> Known:
    """Finish the version's folder."""
    release, plan = _release(job), _plan(job)
    digest = close_version(job.workshop.layout, release, plan, job.workshop.makers.about)
    return Known(release.quarter, plan.version, release.digest, digest, plan.published_at)


def make_site(job: Job, known: Known) -> BuiltSite:
    """Build the whole site with the new version aside."""
    return build_site(job.workshop, with_version(job.history, known), job.request.now)


def show_site(job: Job, known: Known, site: BuiltSite) -> bool:
    """Log the publication, and make the new site public; see `showing` for why in this order."""
    release = _release(job)

    def still_signed(connection: Connection, entry: Entry) -> None:
        # Somebody may have taken a signature back while the kits were made.
        today = find_today(job.settings, job.request)
        found = require_publishable(connection, job.store, job.settings, release.quarter, today)
        if found.subjects.digest != release.digest:
            raise ReviewError(f"{release.quarter}: expected the manifest to stay as it is, got another one")

    content = {
        "version": known.version,
        "manifest": known.manifest,
        "release": known.release,
        "site": site.digest,
        "correction": _plan(job).correction,
    }
    announce(job.workshop, PUBLISHED, quarter=str(known.quarter), content=content, require=still_signed)
    return switch(job.workshop.layout, site.name)


PLAIN = Steps(copy_files, make_kits, close_folder, make_site, show_site)
"""Every step in this process, one after the other."""


def run_steps(job: Job, progress: Progress, steps: Steps = PLAIN) -> PublishSummary:
    """Make a release public and return what was done; where it is public already, finish what a killed run left.

    Args:
        job: From `open_publication`, and still held.
        progress: Told how far it is.
        steps: The steps, if they are to be called in another way.

    Raises:
        DistrictReportsError: What the steps raise; what is public is then as it was.
    """
    start = monotonic()
    if job.known is not None:
        act = rebuild if job.request.is_rebuild else finish
        return _summarise(job, job.known, is_new=False, has_switched=act(job.workshop, job.history), start=start)
    try:
        progress("copy", 0, 1)
        summaries = steps.copy(job)
        progress("kits", 0, 1)
        steps.kits(job, summaries)
        known = steps.close(job)
        progress("site", 0, 1)
        site = steps.site(job, known)
    except BaseException:
        _clear(job)
        raise
    has_switched = steps.show(job, known, site)
    return _summarise(job, known, is_new=True, has_switched=has_switched, start=start)


def _clear(job: Job) -> None:
    """Give a full disk its room back; no log and no page tells of these folders."""
    layout, release, plan = job.workshop.layout, _release(job), _plan(job)
    with suppress(StoreError):
        remove_tree(new_folder(layout, release))
        remove_tree(layout.version_dir(release.quarter, plan.version, release.digest))


def _plan(job: Job) -> Plan:
    if job.plan is None:
        raise ReviewError(f"{job.request.quarter}: expected a new version, got {job.known}")
    return job.plan


def _release(job: Job) -> SignedRelease:
    if job.release is None:
        raise ReviewError(f"{job.request.quarter}: expected a release, found none")
    return job.release


def _summarise(job: Job, known: Known, *, is_new: bool, has_switched: bool, start: float) -> PublishSummary:
    files = load_release(job.workshop.layout, known).files
    return PublishSummary(
        quarter=str(known.quarter),
        version=known.version,
        is_new=is_new,
        has_switched=has_switched,
        files=len(files),
        size=sum(file.size for file in files),
        folder=job.workshop.layout.public,
        seconds=monotonic() - start,
    )

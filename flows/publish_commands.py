"""The commands `district-reports publish` and `withdraw`.

Belongs here: arguments into a request, what was done into lines. Does not belong here: what may be published
(`review.standing`), how (`publishing`).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from district_reports.errors import ConfigError
from district_reports.periods import Quarter
from district_reports.review.typed import clean_typed
from district_reports.settings import Settings, load_settings
from flows.command_options import DataDirOption, DebugOption, SourceOption, find_data_dir
from flows.prefect_home import quiet_prefect
from flows.records import SourceKind

if TYPE_CHECKING:
    from flows.publish_gate import Job
    from flows.publishing import PublishSummary

TEXT_LIMIT = 1000
"""Characters of a correction or a reason, as they are told in public."""
QuarterArgument = Annotated[str, typer.Argument(help="Such as 2026Q3.")]


def publish(
    quarter: QuarterArgument,
    correction: Annotated[
        str, typer.Option("--correction", help="What a new version corrects; told in public, name nobody.")
    ] = "",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build the pages around the reports anew, even those changed by hand.")
    ] = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Make the signed reports of a quarter public: their bytes as they were signed, and the site around them."""
    settings = load_settings()
    wanted = Quarter.parse(quarter)
    told = _told(correction, "--correction")
    # Only now: reading how to call the program should not wait for what publishing needs.
    from flows.publish_gate import PublishRequest, open_publication

    request = PublishRequest(
        quarter=str(wanted),
        source=source,
        data_dir=find_data_dir(settings, source, data_dir),
        now=_now(settings),
        correction=told,
        is_rebuild=rebuild,
    )
    with open_publication(settings, request) as job:
        done = _run(job)
    if not done.is_new:
        more = "; the site was finished" if done.has_switched else ""
        typer.echo(f"{done.quarter} is already public as v{done.version}{more}: {done.folder}")
        return 0
    typer.echo(f"{done.quarter} is public as v{done.version}: {done.folder}")
    typer.echo(f"  files   {done.files:,}, {done.size / 2**20:,.1f} MB")
    typer.echo(f"  seconds {done.seconds:.1f}")
    return 0


def withdraw(
    quarter: QuarterArgument,
    version: Annotated[str, typer.Argument(help="Such as v1.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; told in public, name nobody.")],
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Take a published version back: in its place the site tells that it was withdrawn, and why."""
    settings = load_settings()
    wanted, number = Quarter.parse(quarter), parse_version(version)
    told = _told(reason, "--reason")
    if not told:
        raise ConfigError("--reason: expected why, told in public, got nothing")
    # Only now, as in `publish`.
    from district_reports.publish.showing import load_history
    from district_reports.publish.withdraw import withdraw as take_back
    from flows.publish_gate import open_workshop

    folder = find_data_dir(settings, source, data_dir)
    with open_workshop(settings, source, folder, _now(settings)) as (_, workshop):
        done = take_back(workshop, load_history(workshop.database), wanted, number, told)
    for line in done.changed:
        typer.echo(f"changed by hand, and built anew: {line}")
    typer.echo(f"{wanted} v{number} is {'withdrawn' if done.is_new else 'withdrawn already'}")
    return 0


def parse_version(text: str) -> int:
    """Return the number of a version written as `v2` or `2`.

    Raises:
        ConfigError: If it is none.
    """
    number = text.removeprefix("v")
    if not (number.isascii() and number.isdecimal()) or not 0 < int(number) < 10_000:
        raise ConfigError(f"version: expected one such as v1, got {text!r:.40}")
    return int(number)


def _run(job: Job) -> PublishSummary:
    if job.known is not None:
        # One rename at most: no scheduler need start for it.
        from flows.publishing import run_steps

        return run_steps(job, lambda stage, done, total: None)
    quiet_prefect(job.store.root)
    # Only now: Prefect reads its settings, and makes its home, when it is imported.
    from flows.publish_reports import run_publication

    return run_publication(job)


def _told(text: str, option: str) -> str:
    return clean_typed(text, limit=TEXT_LIMIT, what=option, most_paragraphs=1)


def _now(settings: Settings) -> datetime:
    return datetime.now(ZoneInfo(settings.city.time_zone))

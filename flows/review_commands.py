"""The commands `district-reports freeze` and `district-reports reopen`.

Belongs here: arguments into records, what was done into lines. Does not belong here: what a freeze does (`freezing`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from district_reports.model import Role, Standing
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from flows.command_options import (
    AsOfOption,
    DataDirOption,
    DebugOption,
    RecordsDirOption,
    SourceOption,
    find_data_dir,
    find_records_dir,
    parse_day,
)
from flows.records import DraftRequest, SourceKind

if TYPE_CHECKING:
    from flows.freezing import Frozen

QuarterArgument = Annotated[str, typer.Argument(help="Such as 2026Q3, or latest: the newest complete one.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why they are opened again; kept in the log.")]


def freeze(
    quarter: QuarterArgument,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    debug: DebugOption = False,
) -> int:
    """Make the reports of a quarter for the last time, from what is at hand, and fix them for signing."""
    settings = load_settings()
    request = make_request(settings, quarter, source, data_dir, records_dir, as_of)
    # Only now: reading how to call the program should not wait for the drawing of charts.
    from district_reports.review.log import OPERATOR
    from flows.freezing import freeze_release
    from flows.terminal import show_progress

    zone = ZoneInfo(settings.city.time_zone)
    with show_progress() as progress:
        done = freeze_release(settings, request, by=OPERATOR, clock=lambda: datetime.now(zone), progress=progress)
    typer.echo(tell_frozen(done), nl=False)
    return 0


def reopen(
    quarter: QuarterArgument,
    reason: ReasonOption,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    debug: DebugOption = False,
) -> int:
    """Open frozen or published reports again, so that they can be corrected; they are signed anew then."""
    settings = load_settings()
    request = make_request(settings, quarter, source, data_dir, records_dir, as_of)
    # Only now, as in `freeze`.
    from district_reports.review.log import OPERATOR
    from flows.freezing import reopen_release

    reopen_release(settings, request, reason=reason, by=OPERATOR, at=request.now)
    typer.echo(f"{request.quarter} is open again. Draft it, then freeze it: that tells who must sign again.")
    return 0


def make_request(
    settings: Settings,
    quarter: str,
    source: SourceKind,
    data_dir: Path | None,
    records_dir: Path | None,
    as_of: str,
) -> DraftRequest:
    """Return what the arguments ask for: all places in all languages.

    Raises:
        ConfigError: If the quarter or the date is none.
    """
    # Only now, as in `freeze`.
    from district_reports.model import CITY

    now = datetime.now(ZoneInfo(settings.city.time_zone))
    day = parse_day(as_of, "--as-of") if as_of else now.date()
    wanted = Quarter.newest_complete(day) if quarter == "latest" else Quarter.parse(quarter)
    return DraftRequest(
        quarter=str(wanted),
        source=source,
        districts=(*settings.district_ids, CITY),
        languages=tuple(language.tag for language in settings.languages),
        data_dir=find_data_dir(settings, source, data_dir),
        records_dir=find_records_dir(settings, records_dir),
        as_of=day,
        now=now,
    )


def tell_frozen(done: Frozen) -> str:
    """Return the closing lines of a freeze: what was frozen, who is not waited for, who must sign."""
    editions = done.summary.editions
    written = sum(edition.is_written for edition in editions)
    lines = [
        f"{done.step.quarter} is frozen.",
        f"  manifest       {done.step.manifest}",
        f"  editions       {len(editions)}: {written} written, {len(editions) - written} unchanged",
    ]
    for role in (Role.COMMANDER, Role.LANGUAGE):
        missed = [grant.scope for grant in done.step.missed if grant.role is role]
        if missed:
            lines.append(f"  not waited for {role}: {', '.join(missed)}")
    again = {(found.role, found.scope) for found in done.again}
    for found in sorted(done.requirements, key=lambda requirement: requirement.standing is not Standing.SIGNED):
        told = "has signed" if found.standing is Standing.SIGNED else "must sign"
        more = " again" if (found.role, found.scope) in again else "" if found.is_held else ", and nobody is"
        lines.append(f"  {told:14} {found.role} {found.scope}".rstrip() + more)
    return "\n".join(lines) + "\n"

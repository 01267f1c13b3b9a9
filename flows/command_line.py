"""The command line `district-reports`.

Belongs here: reading arguments, turning every error into one line and one exit code. Does not
belong here: what the stages do (`stages`), how Prefect runs them (`draft_reports`).
"""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from district_reports.errors import DistrictReportsError
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from flows import (
    desk_commands,
    distribution_commands,
    engagement_commands,
    feedback_commands,
    publish_commands,
    resources_commands,
    review_commands,
)
from flows.command_options import (
    AsOfOption,
    DataDirOption,
    DebugOption,
    DistrictsOption,
    RecordsDirOption,
    SourceOption,
    choose_places,
    choose_some,
    find_data_dir,
    find_records_dir,
    parse_day,
)
from flows.prefect_home import quiet_prefect
from flows.records import DraftRequest, SourceKind

PROGRAM = "district-reports"
UNEXPECTED = 1
USAGE = 2
EDITIONS_FAILED = 6
STOPPED = 130
"""What shells give for a run that was stopped by hand."""

app = typer.Typer(
    name=PROGRAM,
    help="Quarterly, multilingual reports on each police district.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


app.command()(review_commands.freeze)
app.command()(review_commands.reopen)
app.command()(publish_commands.publish)
app.command()(publish_commands.withdraw)
app.command()(distribution_commands.distribute)
app.command()(distribution_commands.remind)
app.add_typer(desk_commands.app, name="desk")
app.add_typer(desk_commands.app, name="desk")
app.add_typer(engagement_commands.app, name="engagement")
app.add_typer(feedback_commands.app, name="feedback")
app.add_typer(resources_commands.app, name="resources")


class Latest(StrEnum):
    """The word that stands for the newest complete quarter."""

    LATEST = "latest"


@app.callback()
def district_reports() -> None:
    """Keep the commands as sub-commands, even when there is one."""


@app.command()
def draft(
    quarter: Annotated[str, typer.Argument(help="Such as 2026Q3, or latest: the newest complete one.")],
    source: SourceOption = SourceKind.PORTAL,
    district: DistrictsOption = None,
    language: Annotated[list[str] | None, typer.Option("--language", help="Only this one; repeatable.")] = None,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    preview: Annotated[bool, typer.Option("--preview", help="Draft an incomplete quarter; marks every page.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use the last good snapshots; ask no portal.")] = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="As for signing: leave out services nobody has checked in time.")
    ] = False,
    debug: DebugOption = False,
) -> int:
    """Make the reports of a quarter: pull what changed, count, write web pages and print files."""
    settings = load_settings()
    request = _request(settings, quarter, source, as_of, data_dir, records_dir).model_copy(
        update={
            "districts": choose_places(settings, district),
            "languages": choose_some(language, [each.tag for each in settings.languages], "--language"),
            "is_preview": preview,
            "is_offline": offline,
            "is_frozen": frozen,
        }
    )
    # Only now: reading how to call the program should not wait for the drawing of charts.
    from flows.drafting import open_draft

    with open_draft(settings, request) as store:
        quiet_prefect(request.data_dir)
        # Only now: Prefect reads its settings, and makes its home, when it is imported.
        from flows.draft_reports import run_draft

        failed = run_draft(settings, request, store).failed
    if not failed:
        return 0
    first, wanted = failed[0], request.edition_count
    got = f"{wanted - len(failed)}; {first.district_id} {first.language}: {first.error}"
    _say(f"editions: expected {wanted}, got {got}" + (f", and {len(failed) - 1} more" if len(failed) > 1 else ""))
    return EDITIONS_FAILED


@app.command()
def sync(
    quarter: Annotated[str, typer.Argument(help="Such as 2026Q3, or latest.")] = Latest.LATEST,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    debug: DebugOption = False,
) -> int:
    """Bring the snapshots up to date for a quarter and its history, and write no report."""
    settings = load_settings()
    request = _request(settings, quarter, source, as_of, data_dir, records_dir)
    # Only now, as in `draft`.
    from flows.terminal import run_sync

    run_sync(settings, request)
    return 0


@app.command()
def sources(
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Say of each source how far it reaches, what is at hand, when it was last looked at, and what is amiss."""
    settings = load_settings()
    zone = ZoneInfo(settings.city.time_zone)
    folder = find_data_dir(settings, source, data_dir)
    # Only now, as in `draft`.
    from flows.sources_table import format_sources, list_sources

    lines = list_sources(settings, source, folder, datetime.now(zone).date())
    typer.echo(format_sources(lines, zone), nl=False)
    return 0


@app.command()
def explain(
    quarter: Annotated[str, typer.Argument(help="Such as 2026Q3.")],
    district: Annotated[str, typer.Argument(help="Such as 007, city, or none: the rows of no district.")],
    metric: Annotated[str, typer.Argument(help="Such as incidents_robbery.")],
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Say where a printed number comes from: definition, question to the portal, rows, query, what changed since."""
    settings = load_settings()
    request = _request(settings, quarter, source, "", data_dir)
    # Only now, as in `draft`.
    from flows.explaining import explain_number

    typer.echo(explain_number(settings, request, district, metric))
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the code of what happened."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(words))


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code; every error becomes one line on standard error."""
    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(words), prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        return _fail(error, USAGE, words, f"{error.format_message()} See {PROGRAM} --help")
    except typer.Abort as error:
        return _fail(error, STOPPED, words, "stopped by hand")
    except DistrictReportsError as error:
        return _fail(error, error.exit_code, words)
    except OSError as error:
        return _fail(error, UNEXPECTED, words, _environment_message(error))
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, the reader gets one line
        return _fail(error, UNEXPECTED, words, f"unexpected {type(error).__name__}: {error}")
    return code if isinstance(code, int) else 0


def _fail(error: BaseException, code: int, words: Sequence[str], message: str | None = None) -> int:
    if "--debug" in words:
        traceback.print_exception(error, file=sys.stderr)
    # The scheduler keeps what it saw raised; the connections in its frames must not outlive their library.
    traceback.clear_frames(error.__traceback__)
    _say(message if message is not None else str(error))
    return code


def _say(message: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {' '.join(message.split())}\n")


def _environment_message(error: OSError) -> str:
    what = {errno.ENOSPC: "the disk is full", errno.EACCES: "no permission", errno.EROFS: "the disk is read-only"}
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}expected to read or write it, got: {what.get(error.errno or 0, error.strerror or str(error))}"


def _request(
    settings: Settings,
    quarter: str,
    source: SourceKind,
    as_of: str,
    data_dir: Path | None,
    records_dir: Path | None = None,
) -> DraftRequest:
    """Return what the arguments ask for; the clock is read here and nowhere below."""
    now = datetime.now(ZoneInfo(settings.city.time_zone))
    report_date = parse_day(as_of, "--as-of") if as_of else now.date()
    wanted = Quarter.newest_complete(report_date) if quarter == Latest.LATEST else Quarter.parse(quarter)
    return DraftRequest(
        quarter=str(wanted),
        source=source,
        districts=settings.district_ids,
        languages=tuple(language.tag for language in settings.languages),
        data_dir=find_data_dir(settings, source, data_dir),
        records_dir=find_records_dir(settings, records_dir),
        as_of=report_date,
        now=now,
    )

"""The commands `distribute` and `remind`: mail to readers and to reviewers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from district_reports.mail import Mailer
from district_reports.periods import Quarter
from district_reports.render.i18n import load_words
from district_reports.settings import Settings, find_asset, load_settings
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
from flows.people import open_records
from flows.records import SourceKind

QuarterArgument = Annotated[str, typer.Argument(help="Such as 2026Q3.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be sent to how many, and send nothing.")]


def distribute(
    quarter: QuarterArgument,
    only: Annotated[list[str] | None, typer.Option("--list", help="Only this list; repeatable.")] = None,
    dry_run: DryOption = False,
    again_unclear: Annotated[
        bool, typer.Option("--again-unclear", help="Send again where no answer of the mail server was kept.")
    ] = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Send the published digests by e-mail, to the lists of distribution.toml; each reader gets one."""
    # Only now: the charts' library is slow to import.
    from flows.distributing import plan_mailings, require_published, send_mailings

    settings = load_settings()
    folder, wanted = find_data_dir(settings, source, data_dir), Quarter.parse(quarter)
    words = load_words(settings.languages, find_asset("templates", "locale"))
    records = find_records_dir(settings, records_dir)
    with closing(open_records(settings, source, folder)) as database:
        require_published(database, folder / "public", wanted)
        mailings = plan_mailings(settings, words, folder / "public", records, wanted, tuple(only or ()))
        for mailing in mailings if dry_run else ():
            typer.echo(f"{mailing.name}: {len(mailing.recipients)} recipients · {mailing.subject}")
        if dry_run:
            return 0
        mailer = Mailer(settings.desk, _clock(settings))
        unclear = 0
        for mailing, done in send_mailings(database, mailer, mailings, again_unclear=again_unclear):
            unclear += done.unclear
            told = f"{done.sent} sent, {done.already} had it, {done.refused} refused, {done.unclear} unclear"
            typer.echo(f"{mailing.name}: {told}")
    if unclear:
        typer.echo("Unclear: handed over without an answer. Look at the mail server, then --again-unclear.", err=True)
    return 1 if unclear else 0


def remind(
    quarter: QuarterArgument,
    dry_run: DryOption = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    as_of: AsOfOption = "",
    debug: DebugOption = False,
) -> int:
    """Remind those whose review is still to come, each once for every day that report.toml names; run it daily."""
    from flows.reminding import find_due, plan_reminders, send_reminders

    settings = load_settings()
    clock, wanted = _clock(settings), Quarter.parse(quarter)
    today = parse_day(as_of, "--as-of") if as_of else clock().date()
    due = find_due(settings, wanted, today)
    if due is None:
        typer.echo(f"{wanted}: no reminder is due on {today.isoformat()}")
        return 0
    words = load_words(settings.languages, find_asset("templates", "locale"))
    with closing(open_records(settings, source, find_data_dir(settings, source, data_dir))) as database:
        messages = plan_reminders(settings, words, database, wanted)
        if dry_run:
            typer.echo(f"{wanted}: {len(messages)} would be reminded")
            return 0
        done = send_reminders(database, Mailer(settings.desk, clock), wanted, due, messages, clock())
    typer.echo(f"{wanted}: {done.sent} reminded, {done.already} before, {done.refused} refused, {done.unclear} unclear")
    return 0


def _clock(settings: Settings) -> Callable[[], datetime]:
    zone = ZoneInfo(settings.city.time_zone)
    return lambda: datetime.now(zone)

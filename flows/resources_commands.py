"""The commands `district-reports resources …`: what a person must verify before a report gives a number.

Belongs here: arguments into a table. Does not belong here: which services print (`guide.choose`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from district_reports.guide import draw_checks, list_checks
from district_reports.settings import load_settings
from flows.command_options import AsOfOption, DebugOption, DistrictsOption, SourceOption, choose_places, parse_day
from flows.records import SourceKind
from flows.resources_table import TO_VERIFY, format_services, list_services

LEFT_OUT = 4
"""A check stopped it: something would be left out."""

app = typer.Typer(help="The services of the guide: what is to be verified.", rich_markup_mode=None)


@app.callback()
def resources() -> None:
    """Keep `check` a sub-command, even alone."""


@app.command()
def check(
    as_of: AsOfOption = "",
    district: DistrictsOption = None,
    source: SourceOption = SourceKind.PORTAL,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 4 if a final report would leave anything out.")
    ] = False,
    debug: DebugOption = False,
) -> int:
    """Say what a person must verify, what a final report would leave out, and what has ended."""
    settings = load_settings()
    now = datetime.now(ZoneInfo(settings.city.time_zone))
    day = parse_day(as_of, "--as-of") if as_of else now.date()
    places = choose_places(settings, district)
    checks = draw_checks(settings, day) if source is SourceKind.SAMPLE else list_checks(settings)
    lines = list_services(settings, checks, day, places)
    mark = "SAMPLE CHECKS, INVENTED\n\n" if source is SourceKind.SAMPLE else ""
    typer.echo(mark + format_services(lines, day), nl=False)
    return LEFT_OUT if strict and any(line.state == TO_VERIFY for line in lines) else 0

"""The commands `district-reports publish` and `withdraw`.

Belongs here: arguments into a request, what was done into lines. Does not belong here: what may be published
(`review.standing`), how (`publishing`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
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

TEXT_LIMIT: Final = 1000
"""Characters of a correction or a reason in one language, as they are told in public."""
_IN_LANGUAGE: Final = re.compile(r"\s*(?P<tag>[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)=(?P<text>.*)", re.DOTALL)
"""A text with the tag of its language before it; a text alone is in the city's first language."""
QuarterArgument = Annotated[str, typer.Argument(help="Such as 2026Q3.")]


def publish(
    quarter: QuarterArgument,
    correction: Annotated[
        list[str] | None,
        typer.Option(
            "--correction",
            help="What a new version corrects; told in public, name nobody. Once more for each language: es=TEXT.",
        ),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Build the pages around the reports anew, even those changed by hand; publish nothing new.",
        ),
    ] = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Make the signed reports of a quarter public: their bytes as they were signed, and the site around them."""
    settings = load_settings()
    wanted = Quarter.parse(quarter)
    told, translations = read_told(settings, correction or (), "--correction")
    # Only now: reading how to call the program should not wait for what publishing needs.
    from flows.publish_gate import PublishRequest, open_publication

    request = PublishRequest(
        quarter=str(wanted),
        source=source,
        data_dir=find_data_dir(settings, source, data_dir),
        now=_now(settings),
        correction=told,
        correction_translations=translations,
        is_rebuild=rebuild,
    )
    with open_publication(settings, request) as job:
        done = _run(job)
    if rebuild and not done.is_new:
        what = "were built anew" if done.has_switched else "are as they were built"
        typer.echo(f"the pages around the reports {what}: {done.folder}")
        return 0
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
    reason: Annotated[
        list[str],
        typer.Option("--reason", help="Why; told in public, name nobody. Once more for each language: es=TEXT."),
    ],
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Take a published version back: in its place the site tells that it was withdrawn, and why."""
    settings = load_settings()
    wanted, number = Quarter.parse(quarter), parse_version(version)
    told, translations = read_told(settings, reason, "--reason")
    if not told:
        raise ConfigError("--reason: expected why, told in public, got nothing")
    # Only now, as in `publish`.
    from district_reports.publish.showing import load_history
    from district_reports.publish.withdraw import withdraw as take_back
    from flows.publish_gate import open_workshop

    folder = find_data_dir(settings, source, data_dir)
    with open_workshop(settings, source, folder, _now(settings)) as (_, workshop):
        done = take_back(workshop, load_history(workshop.database), wanted, number, told, translations)
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


def read_told(settings: Settings, given: Sequence[str], option: str) -> tuple[str, dict[str, str]]:
    """Return what is told in public: in the city's first language, and in others by tag.

    Args:
        settings: Know the city's languages.
        given: Texts as they were typed, each in the first language or with a tag before it, as in `es=…`.
        option: How a message calls them.

    Raises:
        ConfigError: If a language is none of the city's, is given twice, or the first one is missing.
        RuleError: If a text is too long.
    """
    tags = {language.tag.lower(): language.tag for language in settings.languages}
    first = settings.languages[0].tag
    found: dict[str, str] = {}
    for typed in given:
        match = _IN_LANGUAGE.fullmatch(typed)
        tag = tags.get(match["tag"].lower(), "") if match else first
        if not tag:
            raise ConfigError(f"{option}: expected TAG=text with one of {', '.join(tags.values())}, got {typed!r:.40}")
        if tag in found:
            raise ConfigError(f"{option}: expected one text in each language, got two for {tag}")
        found[tag] = clean_typed(
            match["text"] if match else typed, limit=TEXT_LIMIT, what=f"{option} {tag}", most_paragraphs=1
        )
    told = {tag: text for tag, text in found.items() if text}
    if told and first not in told:
        raise ConfigError(f"{option}: expected it in {first} too, which stands in for missing languages, got none")
    return told.pop(first, ""), told


def _now(settings: Settings) -> datetime:
    return datetime.now(ZoneInfo(settings.city.time_zone))

"""The commands `district-reports feedback …`: the ledger of what was said and what came of it.

Belongs here: arguments into records, records into lines. Does not belong here: what is right (`feedback.rules`).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from district_reports.errors import ConfigError
from district_reports.model import Channel, Commitment, FeedbackItem, Owner, Reply, Status, Step
from flows.command_options import (
    AsOfOption,
    DataDirOption,
    DebugOption,
    DistrictsOption,
    RecordsDirOption,
    SourceOption,
    choose_one,
    parse_day,
)
from flows.records import SourceKind

if TYPE_CHECKING:
    from flows.feedback_desk import Desk

app = typer.Typer(help="Record what was said, what was promised, and what came of it.", rich_markup_mode=None)

ROLES: tuple[str, ...] = get_args(Owner)
CHANNELS: tuple[str, ...] = get_args(Channel)

ItemArgument = Annotated[str, typer.Argument(help="Id of the item: letters, digits and hyphens.")]
ByOption = Annotated[str, typer.Option("--by", help=f"Your role, never your name: {', '.join(ROLES)}.")]
OnOption = Annotated[str, typer.Option("--on", help="Day on which it was, 2026-10-08; the day of --as-of or today.")]
LanguageOption = Annotated[str, typer.Option("--language", help="Of the words; when not given, the city's first.")]
LookedOption = Annotated[bool, typer.Option("--looked-at", help="You have looked: words that were caught name nobody.")]


@app.command()
def add(
    item: ItemArgument,
    by: ByOption,
    district: Annotated[str, typer.Option("--district", help="Such as 007, or city.")],
    said: Annotated[str, typer.Option("--said", help="What people asked for, in your words; name nobody.")],
    heard_in: Annotated[list[str], typer.Option("--heard-in", help="A session's id or a channel; repeatable.")],
    theme: Annotated[list[str] | None, typer.Option("--theme", help="Code of the codebook; repeatable.")] = None,
    on: OnOption = "",
    about: Annotated[str, typer.Option("--about", help="policing, or report: what people say of the report.")] = (
        "policing"
    ),
    language: LanguageOption = "",
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    looked_at: LookedOption = False,
    debug: DebugOption = False,
) -> int:
    """Add what people asked for."""
    with _open(source, data_dir, records_dir, as_of, looked_at) as desk:
        heard_on = parse_day(on, "--on") if on else desk.rules.today
        record = FeedbackItem(
            item_id=item,
            district_id=desk.place(district),
            about=choose_one(about, ("policing", "report"), "--about"),
            theme_codes=tuple(theme or ()),
            said=desk.words(said, language),
            heard_on=heard_on,
            heard_in=tuple(heard_in),
            steps=(Step(on=heard_on, status=Status.HEARD),),
        )
        typer.echo(desk.add(record, choose_one(by, ROLES, "--by")))
    return 0


@app.command()
def update(
    item: ItemArgument,
    version: Annotated[int, typer.Option("--version", help="The item's, as `list` and `history` tell it.")],
    by: ByOption,
    status: Annotated[Status | None, typer.Option("--status", help="Where it stands now; adds a step.")] = None,
    on: OnOption = "",
    by_police: Annotated[str, typer.Option("--by-police", help="What the police did.")] = "",
    by_community: Annotated[str, typer.Option("--by-community", help="What the community did.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="https://… that shows it; done needs it.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Whose it is (not_ours), or why not (will_not_do).")] = "",
    obstacle: Annotated[str, typer.Option("--obstacle", help="What is in the way (stalled).")] = "",
    next_step: Annotated[str, typer.Option("--next-step", help="What comes next.")] = "",
    what: Annotated[str, typer.Option("--what", help="What is promised.")] = "",
    target: Annotated[str, typer.Option("--target", help="What will be reached.")] = "",
    measure: Annotated[str, typer.Option("--measure", help="Metric of the report that will show it.")] = "",
    shown_by: Annotated[str, typer.Option("--shown-by", help="What will show it, where no metric does.")] = "",
    owner: Annotated[str, typer.Option("--owner", help=f"Who answers for it: {', '.join(ROLES)}.")] = "",
    due: Annotated[str, typer.Option("--due", help="Until when, 2026-12-31.")] = "",
    language: LanguageOption = "",
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    looked_at: LookedOption = False,
    debug: DebugOption = False,
) -> int:
    """Add a step to an item's history, set what is promised, or both."""
    told = {"by_police": by_police, "by_community": by_community, "reason": reason, "obstacle": obstacle}
    with _open(source, data_dir, records_dir, as_of, looked_at) as desk:
        day = parse_day(on, "--on") if on else desk.rules.today
        texts = {name: desk.words(text, language) for name, text in {**told, "next_step": next_step}.items() if text}
        step = Step(on=day, status=status, evidence=evidence, **texts) if status else None
        if step is None and (evidence or texts):
            raise ConfigError("--status: expected one, since what was done is told by a step, got none")
        promise = {"what": what, "target": target, "evidence": shown_by}
        given = {name: desk.words(text, language) for name, text in promise.items() if text}
        commitment = _commitment({**given, "measure_id": measure, "owner": owner, "due_on": due})
        if step is None and commitment is None:
            raise ConfigError(
                "feedback update: expected --status, or --what with --target, --owner, --due; got neither"
            )
        typer.echo(desk.update(item, version, choose_one(by, ROLES, "--by"), step, commitment, day))
    return 0


@app.command()
def reply(
    item: ItemArgument,
    kind: Annotated[str, typer.Argument(help="confirm or dispute.")],
    by: ByOption,
    people: Annotated[int, typer.Option("--people", min=1, help="How many said so.")],
    channel: Annotated[str, typer.Option("--channel", help=f"How: {', '.join(CHANNELS)}.")],
    on: OnOption = "",
    remark: Annotated[str, typer.Option("--remark", help="What they said; name nobody.")] = "",
    language: LanguageOption = "",
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    looked_at: LookedOption = False,
    debug: DebugOption = False,
) -> int:
    """Record that residents confirm what is told as done, or dispute it."""
    with _open(source, data_dir, records_dir, as_of, looked_at) as desk:
        record = Reply(
            on=parse_day(on, "--on") if on else desk.rules.today,
            kind=choose_one(kind, ("confirm", "dispute"), "kind"),
            people=people,
            channel=choose_one(channel, CHANNELS, "--channel"),
            remark=desk.words(remark, language) if remark else None,
        )
        typer.echo(desk.reply(item, record, choose_one(by, ROLES, "--by")))
    return 0


@app.command(name="list")
def list_items(
    district: DistrictsOption = None,
    status: Annotated[list[Status] | None, typer.Option("--status", help="Only this one; repeatable.")] = None,
    is_open: Annotated[bool, typer.Option("--open", help="Only what somebody still has to act on.")] = False,
    is_overdue: Annotated[bool, typer.Option("--overdue", help="Only what is open past its due date.")] = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    debug: DebugOption = False,
) -> int:
    """List the items as they stand on a day: id, version, district, status, since, due, what was said."""
    with _open(source, data_dir, records_dir, as_of) as desk:
        typer.echo(desk.select(district, status, is_open=is_open, is_overdue=is_overdue), nl=False)
    return 0


@app.command()
def history(
    item: ItemArgument,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Tell everything that is recorded of one item, and which role recorded it when."""
    with _open(source, data_dir, records_dir, "") as desk:
        typer.echo(desk.history(item), nl=False)
    return 0


@app.command(name="export")
def export_file(
    file: Annotated[Path, typer.Argument(help="Ends in .xlsx or .csv; replaced where it is there.")],
    district: DistrictsOption = None,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Write the items to a spreadsheet, to be edited and brought back with import."""
    # Only now: the readers of spreadsheets take a while to load.
    from district_reports.feedback.exchange import export_items

    with _open(source, data_dir, records_dir, "") as desk:
        found = desk.all_of(district)
        export_items(found, desk.versions(), file)
        typer.echo(f"{len(found)} items written to {file}")
    return 0


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A spreadsheet that export wrote, edited.")],
    by: ByOption,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    looked_at: LookedOption = False,
    debug: DebugOption = False,
) -> int:
    """Bring back an edited spreadsheet: all of it, or nothing and everything that is wrong with it."""
    # Only now, as in `export`.
    from district_reports.feedback.exchange import read_items

    with _open(source, data_dir, records_dir, as_of, looked_at) as desk:
        found = read_items(file, desk.settings, theme_codes=desk.rules.theme_codes)
        done = desk.bring([(one.item, one.version) for one in found], choose_one(by, ROLES, "--by"))
        typer.echo(f"{done.added} added, {done.changed} changed, {done.unchanged} as they were")
    return 0


def _open(
    source: SourceKind, data_dir: Path | None, records_dir: Path | None, as_of: str, has_looked: bool = False
) -> AbstractContextManager[Desk]:
    # Only now: reading how to call the program should not wait for a database.
    from flows.feedback_desk import open_desk

    return open_desk(source, data_dir, records_dir, as_of, has_looked=has_looked)


def _commitment(given: dict[str, Any]) -> Commitment | None:
    if not any(given.values()):
        return None
    missing = [option for option, key in _PROMISE.items() if not given.get(key)]
    if missing:
        raise ConfigError(f"{', '.join(missing)}: expected with the rest of what is promised, got nothing")
    owner = choose_one(given["owner"], ROLES, "--owner")
    return Commitment(**{**given, "owner": owner, "due_on": parse_day(given["due_on"], "--due")})


_PROMISE = {"--what": "what", "--target": "target", "--owner": "owner", "--due": "due_on"}

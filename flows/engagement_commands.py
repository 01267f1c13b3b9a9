"""The commands `district-reports engagement …`: sheets of sessions, in and out, and texts that wait for a person.

Belongs here: arguments, and every problem of a file as a line of its own. Does not belong here: what is right
(`engagement`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from district_reports.errors import ReadingError
from district_reports.model import Owner
from flows.command_options import (
    AsOfOption,
    DataDirOption,
    DebugOption,
    RecordsDirOption,
    SourceOption,
    choose_one,
)
from flows.records import SourceKind

if TYPE_CHECKING:
    from flows.engagement_desk import Desk

app = typer.Typer(help="Bring in what people said at sessions, and decide on what may be told.", rich_markup_mode=None)

ROLES: tuple[str, ...] = (*get_args(Owner), "host")

ByOption = Annotated[str, typer.Option("--by", help=f"Your role, never your name: {', '.join(ROLES)}.")]
HeldArgument = Annotated[list[int], typer.Argument(metavar="ID...", help="As `engagement held` tells it.")]


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="A new file: .xlsx or .csv.")],
    language: Annotated[str, typer.Option("--language", help="Language of the sheet, such as es.")] = "",
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Write an empty sheet, with an example, for a session and for what happened."""
    with _open(source, data_dir, records_dir, "") as desk:
        desk.write_template(file, language or desk.settings.languages[0].tag)
    return 0


@app.command("import")
def import_sheets(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sheets that were filled.")],
    by: ByOption = "liaison",
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help="Take the rows that are right; write the others to a file to mend.")
    ] = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    as_of: AsOfOption = "",
    debug: DebugOption = False,
) -> int:
    """Take filled sheets: all of them when every row is right, else none."""
    choose_one(by, ROLES, "--by")
    with _open(source, data_dir, records_dir, as_of) as desk:
        sheets, wrong = desk.read(files)
        # A file that cannot be read at all has no row that is right.
        if wrong and not (accept_valid and len(sheets) == len(files)):
            return _tell_wrong(wrong)
        for sheet in sheets:
            for line in desk.take(sheet, by):
                typer.echo(line)
    return 0


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="A new file, .xlsx or .csv; several sessions get a file each.")],
    host: Annotated[str, typer.Option("--host", help="The organisation, as `engagement list` tells it.")],
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Write an organisation's own sessions for it to read and correct; what it corrects can be imported."""
    with _open(source, data_dir, records_dir, "") as desk:
        for path in desk.write_host_part(host, file):
            typer.echo(path)
    return 0


@app.command("list")
def list_all(
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Tell which sessions were brought, by which role and when; a * marks the version that counts."""
    with _open(source, data_dir, records_dir, "") as desk:
        typer.echo(desk.sessions(), nl=False)
    return 0


@app.command()
def held(
    every: Annotated[bool, typer.Option("--all", help="Those that were decided on, too.")] = False,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Show the texts that may name somebody and wait for a person; none of them is in any report."""
    with _open(source, data_dir, records_dir, "") as desk:
        typer.echo(desk.held(with_decided=every), nl=False)
    return 0


@app.command()
def release(
    ids: HeldArgument,
    by: ByOption,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Let texts be told as they stand: they name nobody."""
    return _decide(ids, by, _open(source, data_dir, records_dir, ""), is_release=True)


@app.command()
def reject(
    ids: HeldArgument,
    by: ByOption,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Remove the words of texts for good: they name somebody."""
    return _decide(ids, by, _open(source, data_dir, records_dir, ""), is_release=False)


def _decide(ids: Sequence[int], by: str, opened: AbstractContextManager[Desk], *, is_release: bool) -> int:
    choose_one(by, ROLES, "--by")
    with opened as desk:
        for held_id in ids:
            text = desk.decide(held_id, by, is_release=is_release)
            typer.echo(f"{text.held_id}: {text.kind} of {text.record_id} is {text.state}")
    return 0


def _open(
    source: SourceKind, data_dir: Path | None, records_dir: Path | None, as_of: str
) -> AbstractContextManager[Desk]:
    # Only now: reading how to call the program should not wait for a database.
    from flows.engagement_desk import open_desk

    return open_desk(source, data_dir, records_dir, as_of)


def _tell_wrong(wrong: Sequence[ReadingError]) -> int:
    """Tell every problem of every file on a line of its own: a person mends them one by one."""
    count = sum(len(error.problems) for error in wrong)
    problems = "1 problem" if count == 1 else f"{count} problems"
    typer.echo(f"district-reports: nothing was taken: {problems} in {len(wrong)} of the files", err=True)
    for error in wrong:
        for problem in error.problems:
            typer.echo(" ".join(f"{error.path.name}: {problem}".split()), err=True)
    return ReadingError.exit_code

"""Arguments that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from district_reports.errors import ConfigError
from district_reports.model import CITY
from district_reports.place_ids import pad_id
from district_reports.settings import Settings
from flows.records import SourceKind

DATA_DIRS = {SourceKind.PORTAL: Path("data/var"), SourceKind.SAMPLE: Path("data/sample")}
RECORDS_DIR = Path("data")

SourceOption = Annotated[SourceKind, typer.Option("--source", help="Where the rows come from.")]
DataDirOption = Annotated[Path | None, typer.Option("--data-dir", help="Folder the program makes and keeps.")]
RecordsDirOption = Annotated[
    Path | None, typer.Option("--records-dir", help="Folder of the records people keep: readings, notes, corrections.")
]
AsOfOption = Annotated[str, typer.Option("--as-of", help="The report's date, 2026-10-08; today when not given.")]
DistrictsOption = Annotated[
    list[str] | None, typer.Option("--district", help="Only this one, such as 007, or city; repeatable.")
]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def find_data_dir(settings: Settings, source: SourceKind, given: Path | None) -> Path:
    """Return the folder that the program makes and keeps: as given, as set, or the default of the source."""
    return (given or settings.data_dir or DATA_DIRS[source]).absolute()


def find_records_dir(settings: Settings, given: Path | None) -> Path:
    """Return the folder of the records that people keep: as given, as set, or the default."""
    return (given or settings.records_dir or RECORDS_DIR).absolute()


def choose_one(got: str, allowed: Sequence[str], option: str) -> str:
    """Return what an argument names, one of the values that it may have.

    Raises:
        ConfigError: If it is another.
    """
    if got not in allowed:
        raise ConfigError(f"{option}: expected one of {', '.join(allowed)}, got {got[:60]!r}")
    return got


def choose_some(wanted: Sequence[str] | None, allowed: Sequence[str], option: str) -> tuple[str, ...]:
    """Return what a repeatable argument names, in the order of what it may name; all of it when nothing is named.

    Raises:
        ConfigError: If it names anything else.
    """
    chosen = {choose_one(one, allowed, option) for one in wanted or ()}
    return tuple(one for one in allowed if not chosen or one in chosen)


def choose_places(settings: Settings, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Return the districts and the city that `--district` names, in the config's order; all when it names none.

    A district may be written without the zeros before its number.

    Raises:
        ConfigError: If it names anything else.
    """
    padded = [pad_id(one, settings.district_ids) or one for one in wanted or ()]
    return choose_some(padded, (*settings.district_ids, CITY), "--district")


def parse_day(text: str, option: str) -> date:
    """Return the day that an argument names.

    Raises:
        ConfigError: If it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option}: expected a date such as 2026-10-08, got {text!r}") from error

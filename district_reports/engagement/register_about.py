"""`register.toml`: which city, which days, which documents, and what those do not print."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from district_reports.errors import Problem, ReadingError
from district_reports.model import Record
from district_reports.readings.tables import load_bytes


class Document(Record):
    """One of the documents the register was made from."""

    number: str
    """As themes name it, such as `000`."""
    title: str
    author: str
    published: str
    """As printed, such as `2025-04`; empty where none is."""
    language: str


class NotPrinted(Record):
    """Sessions that the source counts and does not list."""

    area: str
    sessions: int = Field(ge=1)
    kind: str
    """What is known of them."""


class About(Record):
    """The register as a whole."""

    city_id: str
    first_day: date
    last_day: date
    sessions: int = Field(ge=0)
    """All that were held."""
    sessions_printed: int = Field(ge=0)
    """Of them, those that the source lists."""
    not_printed: tuple[NotPrinted, ...] = ()
    documents: tuple[Document, ...] = Field(min_length=1)


def load_about(path: Path) -> About:
    """Return what a register says of itself.

    Raises:
        ReadingError: If the file is no TOML, or a key is missing, unknown or malformed.
        StoreError: If it cannot be read.
    """
    try:
        table = tomllib.loads(load_bytes(path).decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReadingError(path, [Problem("", "TOML in UTF-8", str(error))]) from error
    try:
        return About.model_validate(table)
    except ValidationError as error:
        raise ReadingError(path, [_problem_of(one) for one in error.errors()]) from error


def check_about(about: About) -> list[Problem]:
    """Return what contradicts itself in a register's own words."""
    found: list[Problem] = []
    if about.last_day < about.first_day:
        found.append(Problem("last_day", f"a day from {about.first_day} on", str(about.last_day)))
    left = about.sessions - sum(entry.sessions for entry in about.not_printed)
    if about.sessions_printed != left:
        expected = f"{left}: all but those not printed"
        found.append(Problem("sessions_printed", expected, str(about.sessions_printed)))
    numbers = [document.number for document in about.documents]
    found += [
        Problem("documents", f"number {number} once", f"it {numbers.count(number)} times")
        for number in dict.fromkeys(numbers)
        if numbers.count(number) > 1
    ]
    return found


def _problem_of(error: Any) -> Problem:
    where = ".".join(str(part) for part in error["loc"])
    return Problem(where, error["msg"].lower(), f"{error['input']!r:.60}")

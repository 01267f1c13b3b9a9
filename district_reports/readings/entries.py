"""Files of entries in TOML: `[[correction]]`, `[[explanation]]`.

What belongs here: bytes into checked records, with every problem kept for one message. What does not: what an entry
means.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from district_reports.errors import Problem, ReadingError
from district_reports.model import Record, Text
from district_reports.readings.tables import load_bytes

R = TypeVar("R", bound=Record)


def load_entries(path: Path, key: str, record: type[R]) -> tuple[tuple[R, ...], str]:
    """Return the entries of a file in their order, and its SHA-256.

    Args:
        path: The file; it must exist, and may hold nothing but comments.
        key: Name of the tables.
        record: What each is.

    Raises:
        ReadingError: If it is no TOML, or an entry lacks a key, or has an unknown or malformed one.
        StoreError: If it cannot be read.
    """
    data = load_bytes(path)
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReadingError(path, [Problem("", "TOML in UTF-8", str(error))]) from error
    problems = [Problem(name, f"only tables [[{key}]]", "another key") for name in tables if name != key]
    entries = tables.get(key, [])
    if not isinstance(entries, list):
        raise ReadingError(path, [Problem(key, f"tables [[{key}]]", f"{entries!r:.60}")])
    built: list[R] = []
    for number, entry in enumerate(entries, 1):
        try:
            built.append(record.model_validate(entry))
        except ValidationError as error:
            problems += [_problem_of(key, number, one) for one in error.errors()]
        problems += [
            Problem(f"{key} {number}, {name}", "a date alone, such as 2026-10-05", str(value))
            for name, value in (entry.items() if isinstance(entry, dict) else ())
            if isinstance(value, datetime)
        ]
    if problems:
        raise ReadingError(path, problems)
    return tuple(built), hashlib.sha256(data).hexdigest()


def require_none(path: Path, problems: Sequence[Problem]) -> None:
    """Refuse a file with problems.

    Raises:
        ReadingError: If there are any.
    """
    if problems:
        raise ReadingError(path, problems)


def check_words(where: str, why: Text, tags: Sequence[str]) -> list[Problem]:
    """Return what is wrong with a person's words: empty ones, and languages that the city does not have."""
    found = [Problem(f"{where}, why.text", "why, in a sentence", "nothing")] if not why.text.strip() else []
    for name, used in (
        ("language", [why.language]),
        ("translations", why.translations),
        ("reviewed_by", why.reviewed_by),
    ):
        found += [
            Problem(f"{where}, why.{name}", f"one of {', '.join(tags)}", repr(tag)[:40])
            for tag in used
            if tag not in tags
        ]
    unwritten = [tag for tag in why.reviewed_by if tag not in why.translations]
    found += [Problem(f"{where}, why.reviewed_by", "a language of its translations", tag) for tag in unwritten]
    found += [
        Problem(f"{where}, why.translations.{tag}", "the sentence", "nothing")
        for tag, text in why.translations.items()
        if not text.strip()
    ]
    return found


def _problem_of(key: str, number: int, error: Any) -> Problem:
    where = ".".join(str(part) for part in error["loc"])
    return Problem(f"{key} {number}, {where}".removesuffix(", "), error["msg"].lower(), f"{error['input']!r:.60}")

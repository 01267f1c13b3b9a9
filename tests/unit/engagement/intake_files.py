"""Intake sheets for the tests: a small register, the shipped catalogues, templates filled as a person would."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from district_reports.engagement.intake import read_intake
from district_reports.engagement.intake_records import Intake
from district_reports.engagement.template import make_template
from district_reports.model import Question, Register, Theme
from district_reports.render.i18n import Words
from district_reports.settings import find_asset, load_settings

TODAY = date(2026, 11, 22)
SETTINGS = load_settings({})
TAGS = [language.tag for language in SETTINGS.languages]
WORDINGS: Mapping[str, Callable[[str], str]] = {
    language.tag: Words.load(language, find_asset("templates", "locale")).text for language in SETTINGS.languages
}


def in_all(word: str) -> dict[str, str]:
    return {tag: f"{word} ({tag})" for tag in TAGS}


def make_theme(code: str, **changes: Any) -> Theme:
    return Theme(
        **{
            "code": code,
            "part": "policing",
            "kind": "wish",
            "speaker": "residents",
            "strength": "",
            "strength_printed": "",
            "source_file": "000",
            "source_heading": "",
            "names": in_all(code.replace("_", " ").title()),
            "definitions": in_all(f"What {code} means"),
            **changes,
        }
    )


REGISTER = Register(
    city_id=SETTINGS.city.city_id,
    first_day=date(2024, 11, 1),
    last_day=date(2025, 2, 1),
    sessions=(),
    totals=(),
    figures=(),
    bodies=(),
    themes=(
        make_theme("visibility"),
        make_theme("trust", kind="value"),
        make_theme("more_police", kind="mixed", sides=(in_all("more"), in_all("better"))),
    ),
    questions=(
        Question(question_id="safety-1", part="safety", words=in_all("Do you feel safe?")),
        Question(question_id="policing-1", part="policing", words=in_all("What should change?")),
        Question(question_id="report-1", part="report", words=in_all("What should we add?")),
    ),
    promises=(),
    conditions=(),
    digest="0" * 64,
)

FACTS: dict[str, Sequence[object]] = {
    "on": ["2026-08-14"],
    "start": ["6:00 PM"],
    "end": ["19:30"],
    "host": ["Neighbors of the Ninth"],
    "place": ["Public library"],
    "open": ["yes"],
    "districts": ["009", "District 10"],
    "session_format": ["round table"],
    "incentives": ["food"],
    "interpretation": ["Polish"],
    "is_recorder_trained": ["yes"],
    "regular_contact": ["unsure"],
    "attendance": [24],
    "groups": ["unhoused people", "youth"],
}
ROWS: dict[str, list[dict[str, object]]] = {
    "answers": [
        {"question": "safety-1", "theme": "visibility", "people": 9, "point": "Walk more."},
        {"question": "policing-1", "theme": "more_police", "side": 2, "point": "Better, not more."},
    ],
    "quotes": [{"question": "safety-1", "words": "I want to know them.", "consent": "yes"}],
    "own": [{"number": "own-1", "own_words": "What brings you here?"}],
    "happened": [
        {
            "where": "9th",
            "happened_on": "2026-08-20",
            "kind": "what was tried",
            "by": "both together",
            "what": "A walk with residents.",
            "result": "partly",
            "outcome": "Two lamps repaired.",
        }
    ],
    "report": [{"report_question": "report-1", "said": "Add bus lines."}],
}


def label(group: str, name: str, tag: str = "en") -> str:
    return WORDINGS[tag](f"intake.{group}.{name}")


def make_book(tag: str = "en") -> Any:
    """Return the empty template, opened."""
    return openpyxl.load_workbook(io.BytesIO(make_template(REGISTER, SETTINGS, WORDINGS, tag, ".xlsx")))


def fill_fact(book: Any, name: str, values: Sequence[object], tag: str = "en") -> None:
    page = book[label("part", "session", tag)]
    wanted = label("fact", name, tag)
    row = next(row for row in range(3, 40) if str(page.cell(row, 1).value).removesuffix(" *") == wanted)
    for column, value in enumerate(values, 4):
        page.cell(row, column).value = value


def column_of(page: Any, name: str, tag: str = "en", header: int = 2) -> int:
    wanted = label("column", name, tag)
    return next(c for c in range(1, 20) if str(page.cell(header, c).value).removesuffix(" *") == wanted)


def fill_row(book: Any, part: str, row: int, cells: Mapping[str, object], tag: str = "en") -> None:
    page = book[label("part", part, tag)]
    for name, value in cells.items():
        page.cell(row, column_of(page, name, tag)).value = value


def fill_book(
    book: Any,
    facts: Mapping[str, Sequence[object]] | None = None,
    rows: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
) -> Any:
    """Fill the English template as a person would, below the examples."""
    for name, values in (FACTS if facts is None else facts).items():
        fill_fact(book, name, values)
    for part, lines in (ROWS if rows is None else rows).items():
        for number, cells in enumerate(lines, 4):
            fill_row(book, part, number, cells)
    return book


def save(book: Any, path: Path) -> Path:
    book.save(path)
    return path


def read(path: Path) -> Intake:
    return read_intake(path, REGISTER, SETTINGS, WORDINGS, today=TODAY)


def read_book(book: Any, folder: Path) -> Intake:
    return read(save(book, folder / "sheet.xlsx"))


def told(intake: Intake) -> list[str]:
    return [str(problem) for problem in intake.problems]


def make_lines(sign: str = ",") -> list[list[str]]:
    """Return the filled CSV template as lines."""
    text = make_template(REGISTER, SETTINGS, WORDINGS, "en", ".csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    facts = {label("fact", name): values for name, values in FACTS.items()}
    done: list[list[str]] = []
    for line in lines:
        name = line[0].removesuffix(" *") if line else ""
        done.append([*line[:3], *map(str, facts.get(name, line[3:]))] if name in facts and len(line) > 1 else line)
    for part, rows in ROWS.items():
        start = next(n for n, line in enumerate(done) if line and line[0] == f"[{label('part', part)}]")
        names = [name.removesuffix(" *") for name in done[start + 2]]
        new = []
        for cells in rows:
            named = {label("column", name): str(value) for name, value in cells.items()}
            new.append([named.get(name, "") for name in names])
        done[start + 4 : start + 4] = new
        if part == "own":
            del done[start + 5]
    return done


def write_csv(path: Path, lines: Sequence[Sequence[str]], sign: str = ",", encoding: str = "utf-8-sig") -> Path:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign).writerows(lines)
    path.write_bytes(out.getvalue().encode(encoding))
    return path

"""An intake file into its parts and lines of cells: sheets of a workbook, or sections of a CSV file.

A workbook's sheet and a section's title line, `[Answers]`, are known by their words in any of the languages. CSV is
UTF-8 with commas, semicolons or tabs; other encodings are refused, since a wrong guess would spoil people's words.

What belongs here: bytes into cells, and what a file as a whole must be. What does not: columns (`intake_tables`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from district_reports.engagement.intake_cells import fold_name
from district_reports.engagement.intake_layout import ASIDE, DROP_DOWNS, PARTS, label_keys
from district_reports.engagement.intake_records import Wordings
from district_reports.errors import Problem, ReadingError
from district_reports.readings.tables import load_bytes
from district_reports.readings.workbooks import OLD_WORKBOOK, WORKBOOK, open_book

MOST_UNPACKED = 10_000_000
"""Bytes; our template unpacks to a hundredth of that."""
MOST_ROWS = 5_000
MOST_COLUMNS = 60
RUNS = ("=", "+", "-", "@")
"""First characters that make a spreadsheet run a cell of a CSV file; written with an apostrophe before them."""

_HOW = "text in UTF-8: in the spreadsheet choose Save As, then “CSV UTF-8”, or save it as XLSX"


@dataclass(frozen=True)
class Cell:
    """One cell as text; empty where nothing stands."""

    text: str = ""
    flaw: str = ""
    """Why it cannot be read; empty: it can."""
    merged: str = ""
    """First cell of the merged ones that this is part of."""


@dataclass(frozen=True)
class Part:
    """One sheet or section."""

    part: str
    title: str
    """As the file has it, with what it is: `sheet Answers`."""
    lines: tuple[tuple[int, tuple[Cell, ...]], ...]
    """Number as a spreadsheet shows it, and cells; empty lines are left out."""


@dataclass(frozen=True)
class Parts:
    """A file, in parts."""

    tag: str
    """Language of the most titles."""
    parts: Mapping[str, Part]
    remarks: tuple[str, ...]


def load_parts(path: Path, wordings: Wordings) -> Parts:
    """Return the parts of an intake file; what it is, its first bytes tell.

    Raises:
        ReadingError: If it is no such file.
        StoreError: If it cannot be read.
    """
    data = load_bytes(path)
    titles = {
        fold_name(name): part
        for part in (*PARTS, *ASIDE)
        for name in (part, *(text(f"intake.part.{part}") for text in wordings.values()))
    }
    if data.startswith(WORKBOOK):
        found, remarks = _read_book(path, data, titles)
    else:
        found, remarks = _read_text(path, data, titles, wordings), []
    if not any(part.part in PARTS for part in found):
        expected = "the sheets or sections of the template, such as " + next(iter(wordings.values()))(
            "intake.part.session"
        )
        raise ReadingError(path, [Problem("", expected, "; ".join(remarks) or "none of them")])
    twice = [part for part, times in Counter(part.part for part in found).items() if times > 1 and part not in ASIDE]
    if twice:
        names = ", ".join(part.title for part in found if part.part in twice)
        raise ReadingError(path, [Problem("", "each sheet or section once", names)])
    return Parts(_guess_tag(found, wordings), {part.part: part for part in found}, tuple(remarks))


def _guess_tag(found: list[Part], wordings: Wordings) -> str:
    """Return the language in which most titles stand; the first one where several do."""
    titles = {fold_name(part.title.partition(" ")[2]) for part in found}
    score = {
        tag: len(titles & {fold_name(text(f"intake.part.{part}")) for part in (*PARTS, *ASIDE)})
        for tag, text in wordings.items()
    }
    return max(score, key=lambda tag: score[tag])


# Workbooks


def _read_book(path: Path, data: bytes, titles: Mapping[str, str]) -> tuple[list[Part], list[str]]:
    book = open_book(path, data, most_unpacked=MOST_UNPACKED)
    found, remarks = [], []
    for sheet in book.worksheets:
        if sheet.title == DROP_DOWNS:
            continue
        part = titles.get(fold_name(sheet.title))
        if part is None:
            remarks.append(f"sheet {sheet.title!r:.60} is none of the template's and was left aside")
            continue
        lines = () if part in ASIDE else tuple(_lines_of(path, sheet))
        if sheet.sheet_state != "visible" and lines:
            remarks.append(f"sheet {sheet.title} is hidden; it was read")
        found.append(Part(part, f"sheet {sheet.title}", lines))
    return found, remarks


def _lines_of(path: Path, sheet: Any) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    merged = _merged_cells(sheet)
    # Only the cells that hold something: a person who formats a whole column leaves a million empty ones.
    filled = {place: cell for place, cell in sheet._cells.items() if cell.value is not None or place in merged}
    rows = {row for row, _ in filled}
    width = max((column for _, column in filled), default=0)
    if max(rows, default=0) > MOST_ROWS or width > MOST_COLUMNS:
        got = f"a cell in row {max(rows)}, column {width}"
        raise ReadingError(
            path, [Problem(f"sheet {sheet.title}", f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns", got)]
        )
    for row in sorted(rows):
        cells = tuple(
            _cell_of(filled.get((row, column)), merged.get((row, column), "")) for column in range(1, width + 1)
        )
        if any(cell.text or cell.flaw or cell.merged for cell in cells):
            yield row, cells


def _merged_cells(sheet: Any) -> dict[tuple[int, int], str]:
    """Return each cell that another one covers, with that one's name."""
    found = {}
    for cells in sheet.merged_cells.ranges:
        first = sheet.cell(cells.min_row, cells.min_col).coordinate
        for row in range(cells.min_row, min(cells.max_row, MOST_ROWS) + 1):
            for column in range(cells.min_col, min(cells.max_col, MOST_COLUMNS) + 1):
                found[row, column] = first
        found.pop((cells.min_row, cells.min_col))
    return found


def _cell_of(cell: Any, merged: str) -> Cell:
    if cell is None or cell.value is None:
        return Cell(merged=merged)
    if cell.data_type == "f":
        return Cell("", f"a formula in cell {cell.coordinate}", merged)
    if cell.data_type == "e":
        return Cell("", f"an error, {cell.value!r:.20}, in cell {cell.coordinate}", merged)
    return Cell(_text_of(cell.value), "", merged)


def _text_of(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value).strip()


# CSV


def _read_text(path: Path, data: bytes, titles: Mapping[str, str], wordings: Wordings) -> list[Part]:
    text = _decode(path, data)
    labels = {fold_name(words(key)) for key in label_keys() for words in wordings.values()}
    lines = max((_split(path, text, sign) for sign in ",;\t"), key=lambda lines: _score(lines, labels))
    if isinstance(lines, ReadingError):
        raise lines
    parts: list[Part] = []
    current: list[tuple[int, tuple[Cell, ...]]] = []
    name = ""
    for number, line in enumerate(lines, 1):
        title = _title_of(line, titles)
        if title is not None:
            parts, current = _closed(parts, name, titles, current), []
            name = title
        elif any(line) and name:
            current.append((number, tuple(_plain(cell) for cell in line)))
    return _closed(parts, name, titles, current)


def _closed(
    parts: list[Part], name: str, titles: Mapping[str, str], lines: list[tuple[int, tuple[Cell, ...]]]
) -> list[Part]:
    return [*parts, Part(titles[fold_name(name)], f"section {name}", tuple(lines))] if name else parts


def _title_of(line: list[str], titles: Mapping[str, str]) -> str | None:
    """Return the words of a line that is a section's title: `[Answers]`, and nothing beside it."""
    first = line[0] if line else ""
    if not (first.startswith("[") and first.endswith("]")) or any(line[1:]):
        return None
    name = first[1:-1].strip()
    return name if fold_name(name) in titles else None


def _score(lines: list[list[str]] | ReadingError, labels: set[str]) -> int:
    if isinstance(lines, ReadingError):
        return 0
    return sum(fold_name(cell) in labels for line in lines for cell in line if len(cell) < 120)


def _split(path: Path, text: str, sign: str) -> list[list[str]] | ReadingError:
    """Return the lines as this separator makes them, or what is wrong with them."""
    lines: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True):
            lines.append([cell.strip() for cell in line])
            while lines[-1] and not lines[-1][-1]:
                lines[-1].pop()
            if len(lines) > MOST_ROWS or len(lines[-1]) > MOST_COLUMNS:
                limits = f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns"
                return ReadingError(path, [Problem(f"row {len(lines)}", limits, "more")])
    except csv.Error as error:
        return ReadingError(path, [Problem(f"row {len(lines) + 1}", "a line of CSV", str(error))])
    return lines


def _plain(text: str) -> Cell:
    """Return a cell; the apostrophe that kept a spreadsheet from running it is taken off."""
    if text.startswith("="):
        return Cell("", f"a formula, {text!r:.40}")
    bare = text.lstrip("'")
    return Cell(text[1:] if text != bare and bare.startswith(RUNS) else text)


def escape_cell(text: str) -> str:
    """Return a text as a CSV file must hold it, so that no spreadsheet runs it; `_plain` turns it back."""
    return f"'{text}" if text.lstrip("'").startswith(RUNS) else text


def _decode(path: Path, data: bytes) -> str:
    if data.startswith(OLD_WORKBOOK):
        raise ReadingError(path, [Problem("", "XLSX or CSV", "an old workbook (XLS), or a locked one")])
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:1000:2] + data[1:1000:2]:
        raise ReadingError(path, [Problem("", _HOW, "UTF-16, or no text at all")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        got = f"another encoding, such as Windows-1252 or GB18030: byte {data[error.start]:#04x}"
        raise ReadingError(path, [Problem(f"line {row}", _HOW, got)]) from error
    if "\0" in text:
        raise ReadingError(
            path, [Problem(f"line {text.count(chr(10), 0, text.index(chr(0))) + 1}", _HOW, "a zero byte")]
        )
    return text

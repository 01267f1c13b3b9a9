"""The one reader of tables that people keep or bring: CSV or XLSX into rows of text.

CSV is UTF-8 with or without a byte order mark, or Windows-1252, with commas or semicolons. XLSX has one sheet. The
first row names the columns; every wanted one is there, and no other. A formula is refused, not computed.

What belongs here: bytes into text. What does not: what a text means (`cells`, and the module of each file).
"""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from district_reports.errors import Problem, ReadingError, StoreError
from district_reports.readings.workbooks import OLD_WORKBOOK, WORKBOOK, read_workbook

MOST_BYTES = 5_000_000
"""A table of readings has some hundred rows; more is a mistake, or an attack."""
MOST_ROWS = 100_000
MOST_COLUMNS = 100

SUFFIXES = (".csv", ".xlsx")

_WIDE = (b"\xff\xfe", b"\xfe\xff")
_RUNS = ("=", "+", "-", "@")
"""First characters that make a spreadsheet run a cell; no value of our files begins so."""


@dataclass(frozen=True)
class Row:
    """One row of a file."""

    number: int
    """As a spreadsheet shows it: the header is row 1."""
    cells: dict[str, str]
    """Our column -> text without spaces around it; empty where nothing stands."""


@dataclass(frozen=True)
class Table:
    """A file, read."""

    path: Path
    names: dict[str, str]
    """Our column -> its name in the file."""
    rows: tuple[Row, ...]
    sha256: str


def find_table(folder: Path, stem: str) -> Path | None:
    """Return the CSV or XLSX file of that name in a folder; None where there is none.

    Raises:
        ReadingError: If both are there: nobody could tell which counts.
    """
    found = [path for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").is_file()]
    if len(found) > 1:
        raise ReadingError(folder, [Problem("", f"one file {stem}", " and ".join(path.name for path in found))])
    return found[0] if found else None


def load_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return a file's bytes.

    Args:
        path: The file.
        most: Bytes that it may have.

    Raises:
        ReadingError: If it is empty or too large.
        StoreError: If it cannot be read.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= most else b""
    except OSError as error:
        raise StoreError(f"{path}: expected a file that can be read, got {error}", path=path) from error
    if size > most:
        raise ReadingError(path, [Problem("", f"at most {most} bytes", f"{size}")])
    if not data.strip():
        raise ReadingError(path, [Problem("", "a table", "an empty file")])
    return data


def find_encoding(path: Path, data: bytes) -> str:
    """Return Python's name of the encoding of a CSV file: UTF-8 with or without a byte order mark, or Windows-1252.

    Args:
        path: Of the file, for messages.
        data: Its bytes.

    Raises:
        ReadingError: If it is neither.
    """
    if data.startswith(OLD_WORKBOOK):
        raise ReadingError(
            path, [Problem("", "CSV or XLSX", "an old workbook (XLS), or a locked one; save it as XLSX")]
        )
    if data.startswith(_WIDE) or b"\0" in data:
        raise ReadingError(path, [Problem("", "CSV in UTF-8 or Windows-1252, or XLSX", "UTF-16, or no text at all")])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise ReadingError(path, [Problem("", "CSV in UTF-8 or Windows-1252, or XLSX", "bytes that are neither")])


def load_table(path: Path, columns: Sequence[str], names: dict[str, str] | None = None) -> Table:
    """Return the rows of a CSV or XLSX file; rows with nothing in them are left out.

    Args:
        path: The file; what it is, its first bytes tell.
        columns: Ours, all of which must be there.
        names: Our column -> its name in the file, where that is another.

    Raises:
        ReadingError: If anything is wrong with the file; all problems at once.
        StoreError: If it cannot be read.
    """
    data = load_bytes(path)
    wanted = {name: (names or {}).get(name, name) for name in columns}
    if data.startswith(WORKBOOK):
        lines = read_workbook(path, data, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
    else:
        lines = _read_csv(path, data, wanted)
    if not lines or not any(lines[0]):
        raise ReadingError(path, [Problem("row 1", "names of columns", "an empty row")])
    problems = [*_problems_of_header(lines[0], wanted), *_problems_of_cells(lines)]
    if problems:
        raise ReadingError(path, problems)
    places = {name: lines[0].index(theirs) for name, theirs in wanted.items()}
    rows = [
        Row(number, {name: line[place] for name, place in places.items()})
        for number, line in enumerate(lines[1:], 2)
        if any(line)
    ]
    if not rows:
        raise ReadingError(path, [Problem("", "at least one row below the header", "none")])
    return Table(path, wanted, tuple(rows), hashlib.sha256(data).hexdigest())


def _read_csv(path: Path, data: bytes, wanted: dict[str, str]) -> list[list[str]]:
    """Return the lines as texts without spaces around them."""
    text = data.decode(find_encoding(path, data))
    first = text.splitlines()[0] if text.strip() else ""
    separator = max(",;", key=lambda sign: (len(set(_split(first, sign)) & set(wanted.values())), first.count(sign)))
    lines: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            if len(lines) > MOST_ROWS or len(line) > MOST_COLUMNS:
                raise ReadingError(path, [Problem("", f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns", "more")])
            lines.append([cell.strip() for cell in line])
    except csv.Error as error:
        raise ReadingError(path, [Problem(f"row {len(lines) + 1}", "a line of CSV", str(error))]) from error
    return lines


def _split(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split(separator)]


def _problems_of_header(header: Sequence[str], wanted: dict[str, str]) -> Iterable[Problem]:
    allowed = ", ".join(wanted.values())
    for name in dict.fromkeys(header):
        if name not in wanted.values():
            yield Problem("row 1", f"only the columns {allowed}", f"{name!r:.60}")
        elif header.count(name) > 1:
            yield Problem("row 1", f"the column {name} once", f"it {header.count(name)} times")
    for name in wanted.values():
        if name not in header:
            yield Problem("row 1", f"the column {name}", "none of that name")


def _problems_of_cells(lines: Sequence[Sequence[str]]) -> Iterable[Problem]:
    """Yield lines of another length, and cells that are no plain text."""
    header = lines[0]
    for number, line in enumerate(lines[1:], 2):
        if any(line) and len(line) != len(header):
            yield Problem(f"row {number}", f"{len(header)} cells", f"{len(line)}")
            continue
        for name, cell in zip(header, line, strict=False):
            if cell.startswith(_RUNS):
                yield Problem(f"row {number}, {name}", "a plain value", f"a formula: {cell!r:.40}")
            elif any(unicodedata.category(sign) in ("Cc", "Cs") for sign in cell):
                yield Problem(f"row {number}, {name}", "text of one line", f"{cell!r:.40}")

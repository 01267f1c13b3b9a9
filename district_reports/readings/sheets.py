"""Large workbooks of several sheets into rows of text: what openpyxl reads cell by cell, here row by row.

A workbook of a whole ledger has a hundred thousand rows, which openpyxl takes three times as long to read. The bounds
and refusals are those of `workbooks`: nothing is unpacked beyond a limit, XML that declares entities, macros, formulas,
errors and merged cells are refused.

What belongs here: XLSX into rows, as they stand: a text keeps its spaces. What does not: what the columns are.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from lxml import etree

from district_reports.errors import Problem, ReadingError
from district_reports.readings.workbooks import require_harmless

MOST_UNPACKED = 500_000_000
"""Bytes; a ledger of ten thousand items with a hundred thousand entries unpacks to a fifth of that."""

_NOWHERE = 1 << 20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TEXT = f"{_MAIN}t"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError),
    # What a file lacks that must be there, or names what is not.
    *(ValueError, LookupError, TypeError, AttributeError, OverflowError),
)

Line = tuple[int, list[str]]
"""A row's number, as a spreadsheet shows it, and its cells."""


@dataclass(frozen=True)
class _Book:
    """What the sheets share."""

    shared: list[str]
    date_styles: frozenset[int]
    epoch: datetime
    most_rows: int
    most_columns: int


def read_sheets(
    path: Path, data: bytes, *, most_rows: int, most_columns: int, most_unpacked: int = MOST_UNPACKED
) -> dict[str, list[Line]]:
    """Return the rows of every sheet by its name; rows without anything are left out.

    Numbers are written as short as they can be, dates as ISO.

    Args:
        path: Of the file, for messages.
        data: Its bytes.
        most_rows: Rows of a sheet at most, with the header.
        most_columns: Columns at most.
        most_unpacked: Bytes at most when unpacked.

    Raises:
        ReadingError: If it is no such workbook; all formulas, errors and merged cells at once.
    """
    problems: list[Problem] = []
    sheets: dict[str, list[Line]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            require_harmless(path, packed, most_unpacked)
            book = _read_book(packed, most_rows, most_columns)
            for name, member in _find_sheets(packed):
                with packed.open(member) as stream:
                    sheets[name] = list(_read_rows(path, stream, name, book, problems))
    except etree.XMLSyntaxError as error:
        raise ReadingError(path, [Problem("", "an XLSX workbook", f"broken XML: {error}"[:200])]) from error
    except _BROKEN as error:
        reason = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise ReadingError(path, [Problem("", "an XLSX workbook", f"a broken or locked file: {reason}")]) from error
    if problems:
        raise ReadingError(path, problems)
    return sheets


def _parse(packed: zipfile.ZipFile, member: str) -> Any:
    return etree.fromstring(packed.read(member), etree.XMLParser(resolve_entities=False, no_network=True))


def _read_book(packed: zipfile.ZipFile, most_rows: int, most_columns: int) -> _Book:
    names = set(packed.namelist())
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        with packed.open("xl/sharedStrings.xml") as stream:
            for _, entry in etree.iterparse(stream, tag=f"{_MAIN}si", resolve_entities=False, no_network=True):
                shared.append(_join_texts(entry))
                entry.clear()
    styles = _find_date_styles(_parse(packed, "xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
    properties = _parse(packed, "xl/workbook.xml").find(f"{_MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    epoch = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's days have no zone
    return _Book(shared, styles, epoch, most_rows, most_columns)


def _find_date_styles(styles: Any) -> frozenset[int]:
    """Return the styles whose numbers are days or times."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    formats = dict(BUILTIN_FORMATS)
    formats |= {int(each.get("numFmtId")): each.get("formatCode") for each in styles.iter(f"{_MAIN}numFmt")}
    cells = styles.find(f"{_MAIN}cellXfs")
    ids = [int(each.get("numFmtId", 0)) for each in cells] if cells is not None else []
    return frozenset(place for place, each in enumerate(ids) if is_date_format(formats.get(each)))


def _find_sheets(packed: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return name and file of each sheet, in the order of the workbook."""
    targets = {
        each.get("Id"): posixpath.normpath(posixpath.join("xl", each.get("Target")))
        for each in _parse(packed, "xl/_rels/workbook.xml.rels")
    }
    found = []
    for sheet in _parse(packed, "xl/workbook.xml").iter(f"{_MAIN}sheet"):
        target = targets[sheet.get(_RELATION)]
        # A target that begins with a slash is told from the root.
        found.append((sheet.get("name"), target.removeprefix("/")))
    return found


def _read_rows(path: Path, stream: IO[bytes], name: str, book: _Book, problems: list[Problem]) -> Iterator[Line]:
    wanted = (f"{_MAIN}row", f"{_MAIN}mergeCell")
    number = 0
    for _, element in etree.iterparse(stream, tag=wanted, resolve_entities=False, no_network=True):
        if element.tag == wanted[1]:
            cells = element.get("ref", "")[:40]
            problems.append(Problem(f"{name}, {cells}", "cells that are not merged", "merged ones"))
            continue
        number = int(element.get("r", number + 1))
        line = _read_row(path, element, f"{name}, row {number}", book, problems)
        element.clear()
        # What is read is let go of, or the whole sheet would stay in memory.
        while element.getprevious() is not None:
            del element.getparent()[0]
        if any(line):
            if number > book.most_rows:
                raise ReadingError(path, [Problem(name, f"at most {book.most_rows} rows", f"row {number}")])
            yield number, line


def _read_row(path: Path, row: Any, where: str, book: _Book, problems: list[Problem]) -> list[str]:
    line: list[str] = []
    for cell in row:
        letters = cell.get("r", "").rstrip("0123456789")
        place = _number_of(letters) if letters else len(line)
        if place >= book.most_columns:
            if len(cell):
                raise ReadingError(
                    path, [Problem(where, f"at most {book.most_columns} columns", cell.get("r", "more"))]
                )
            continue
        text = _read_cell(cell, book)
        if text is None:
            problems.append(Problem(f"{where}, {cell.get('r', '')}", "a plain value", "a formula or an error"))
        elif text:
            line += [""] * (place + 1 - len(line))
            line[place] = text
    return line


@lru_cache(1_000)
def _number_of(letters: str) -> int:
    """Return a column's place, from 0; far to the right for what names none."""
    if not letters.isascii() or not letters.isalpha():
        return _NOWHERE
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _read_cell(cell: Any, book: _Book) -> str | None:
    """Return a cell's text; None where it is a formula or an error."""
    kind, value = cell.get("t", "n"), None
    for part in cell:
        if part.tag == f"{_MAIN}f" or kind == "e":
            return None
        if part.tag == f"{_MAIN}is":
            return _join_texts(part)
        if part.tag == f"{_MAIN}v":
            value = part.text
    if value is None:
        return ""
    readers: dict[str, Callable[[], str]] = {
        "s": lambda: book.shared[_read_index(value)],
        "str": lambda: _unescape(value),
        "b": lambda: "TRUE" if value.strip() == "1" else "FALSE",
        "d": lambda: value.strip(),
    }
    return readers[kind]() if kind in readers else _write_number(value, int(cell.get("s", 0)), book)


def _read_index(value: str) -> int:
    index = int(value)
    if index < 0:
        raise ValueError(f"a shared text of number {index}")
    return index


def _join_texts(element: Any) -> str:
    """Return the text of a string with or without runs; how it is to be read aloud is left out."""
    if len(element) == 1 and element[0].tag == _TEXT:
        return _unescape(element[0].text or "")
    parts = []
    for child in element:
        if child.tag == f"{_MAIN}t":
            parts.append(child.text or "")
        elif child.tag == f"{_MAIN}r":
            parts += [text.text or "" for text in child.iter(f"{_MAIN}t")]
    return _unescape("".join(parts))


def _unescape(text: str) -> str:
    """Return a text with the characters that XML cannot hold, which a workbook writes as `_x0001_`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _write_number(value: str, style: int, book: _Book) -> str:
    number = float(value)
    if style in book.date_styles:
        return _write_day(number, book)
    # Nine decimals: what a person typed, without the noise of binary fractions.
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _write_day(number: float, book: _Book) -> str:
    from openpyxl.utils.datetime import from_excel

    try:
        found = from_excel(number, book.epoch)
    except (OverflowError, ValueError):
        return f"{number}"
    if isinstance(found, datetime) and found.time() == time():
        return found.date().isoformat()
    return found.isoformat() if isinstance(found, date | time) else str(found)

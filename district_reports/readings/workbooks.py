"""XLSX into lines of text, by openpyxl: one sheet, no formula, no merged cell.

A workbook is a ZIP of XML files and comes from anywhere, so what it unpacks to is bounded before it is unpacked, and
XML that declares entities is refused.

What belongs here: reading a workbook cell by cell, and what each one must be before it is unpacked. What does not: what
the columns are; workbooks of a hundred thousand rows (`sheets`).
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import IO, Any

from district_reports.errors import Problem, ReadingError

MOST_UNPACKED = 50_000_000
"""Bytes; a workbook within the limits of a table unpacks to a tenth of that."""
MOST_MEMBERS = 1_000

WORKBOOK = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
"""First bytes of an XLSX file, and of an XLS file or one locked by a password."""

_DECLARATION = "<!DOCTYPE"
_DECLARED = tuple(_DECLARATION.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_MACROS = ("vbaproject.bin", "vbadata.xml")
_CHUNK = 1 << 20
"""Bytes of a member that are looked at together."""


def read_workbook(path: Path, data: bytes, *, most_rows: int, most_columns: int) -> list[list[str]]:
    """Return the sheet's lines as texts without spaces around them, all as wide as the header or wider.

    Numbers are written as short as they can be, dates as ISO. Empty columns on the right are left out.

    Args:
        path: Of the file, for messages.
        data: Its bytes.
        most_rows: Rows below the header at most.
        most_columns: Columns at most.

    Raises:
        ReadingError: If it is no such workbook.
    """
    book = open_book(path, data)
    if len(book.sheetnames) != 1 or len(book.worksheets) != 1:
        raise ReadingError(path, [Problem("", "one sheet", ", ".join(book.sheetnames)[:200])])
    sheet = book.worksheets[0]
    if sheet.max_row > most_rows + 1 or sheet.max_column > most_columns:
        got = f"{sheet.max_row} and {sheet.max_column}"
        raise ReadingError(path, [Problem("", f"at most {most_rows} rows and {most_columns} columns", got)])
    merged = [Problem(str(cells), "cells that are not merged", "merged ones") for cells in sheet.merged_cells.ranges]
    return _read_sheet(path, sheet, merged)


def open_book(path: Path, data: bytes, *, most_unpacked: int = MOST_UNPACKED) -> Any:
    """Return the workbook as openpyxl has it, formulas as they stand.

    Args:
        path: Of the file, for messages.
        data: Its bytes.
        most_unpacked: Bytes that it may unpack to.

    Raises:
        ReadingError: If it is no such workbook, holds macros, or unpacks to more.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            require_harmless(path, packed, most_unpacked)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise ReadingError(path, [Problem("", "an XLSX workbook", f"a broken or locked file: {error}")]) from error
    # Loaded only here: most files are CSV.
    import openpyxl

    try:
        with warnings.catch_warnings():
            # It warns of styles and validations it drops; we take values alone.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    except Exception as error:  # openpyxl lets through whatever its parsers raise
        reason = " ".join(f"{type(error).__name__} {error}".split())[:200]
        raise ReadingError(path, [Problem("", "an XLSX workbook", f"one that cannot be read: {reason}")]) from error


def require_harmless(path: Path, packed: zipfile.ZipFile, most_unpacked: int) -> None:
    """Refuse what unpacks to too much, XML with entities, and macros whatever the file is called.

    What is no sound ZIP raises what `zipfile` and `zlib` raise.

    Args:
        path: Of the file, for messages.
        packed: The workbook, or another file of an office program; nothing of it has been unpacked.
        most_unpacked: Bytes that it may unpack to.

    Raises:
        ReadingError: If it is to be refused.
    """
    members = packed.infolist()
    size = sum(member.file_size for member in members)
    if size > most_unpacked or len(members) > MOST_MEMBERS:
        limits = f"at most {most_unpacked} bytes in {MOST_MEMBERS} files when unpacked"
        raise ReadingError(path, [Problem("", limits, f"{size} in {len(members)}")])
    if any(PurePosixPath(member.filename).name.lower() in _MACROS for member in members):
        raise ReadingError(path, [Problem("", "a file without macros; save it as .xlsx or .docx", "one with macros")])
    for member in members:
        with packed.open(member) as stream:
            if _declares_entities(stream):
                raise ReadingError(
                    path, [Problem(member.filename, "XML without declarations of its own", _DECLARATION)]
                )


def _declares_entities(stream: IO[bytes]) -> bool:
    tail = b""
    while chunk := stream.read(_CHUNK):
        if any(sign in tail + chunk for sign in _DECLARED):
            return True
        tail = chunk[-max(map(len, _DECLARED)) :]
    return False


def _read_sheet(path: Path, sheet: Any, problems: list[Problem]) -> list[list[str]]:
    lines: list[list[str]] = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        line = []
        for cell in cells:
            if cell.data_type == "f":
                problems.append(Problem(f"row {number}, {cell.column_letter}", "a plain value", "a formula"))
            elif cell.data_type == "e":
                problems.append(Problem(f"row {number}, {cell.column_letter}", "a plain value", f"{cell.value!r:.40}"))
            line.append(_text_of(cell.value))
        lines.append(line)
    if problems:
        raise ReadingError(path, problems)
    width = max((place for line in lines for place, text in enumerate(line, 1) if text), default=0)
    return [line[:width] for line in lines]


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        # Nine decimals: what a person typed, without the noise of binary fractions.
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value).strip()

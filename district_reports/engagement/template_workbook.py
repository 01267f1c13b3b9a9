"""Grids of texts into a workbook with drop-downs, the same bytes each time.

What belongs here: sheets, drop-downs, looks. What does not: what stands in them (`template`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from district_reports.engagement.intake_layout import DROP_DOWNS, Sheet

VALUES = 12
"""Cells to the right for the values of one fact."""

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The first that a ZIP file can tell: a template has no date."""
_CHANGED = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTHS = {"text": 60, "theme": 36, "question": 44, "report_question": 44, "districts": 24, "place": 24, "name": 26}
_OPEN = frozenset({"spoken"})
"""Lists that name what is usual: another value may stand there."""


@dataclass(frozen=True)
class Grid:
    """One sheet or section."""

    part: str
    title: str
    about: str
    """One line of what to do."""
    header: Mapping[str, str] = field(default_factory=dict)
    """Column -> its name; none: lines of text."""
    lines: Sequence[Sequence[str]] = ()
    facts: tuple[tuple[str, bool], ...] = ()
    """Of each line of facts: which list it takes, and whether several values."""
    columns: tuple[str, ...] = ()
    """Of each column of a table: which list it takes; empty: none."""
    examples: int = 0
    """Lines below the header that are marked as example."""
    blank_rows: int = 0
    bold_lines: tuple[int, ...] = ()


def make_workbook(grids: Sequence[Grid], sheet: Sheet, *, is_right_to_left: bool) -> bytes:
    """Return an XLSX file.

    Args:
        grids: Its sheets.
        sheet: The lists for the drop-downs.
        is_right_to_left: Whether the sheets' columns begin at the right.
    """
    # Loaded only here: most commands make no workbook.
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for grid in grids:
        page = book.create_sheet(grid.title[:31])
        page.sheet_view.rightToLeft = is_right_to_left
        _fill(page, grid)
    choices = _write_choices(book, sheet)
    for grid in grids:
        _add_drop_downs(book[grid.title[:31]], grid, choices)
    packed = io.BytesIO()
    book.save(packed)
    return _pack_again(packed.getvalue())


def _fill(page: Any, grid: Grid) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    wrap = Alignment(wrap_text=True, vertical="top")
    _put(page, 1, 1, grid.about).font = Font(bold=True)
    start = 2
    for column, name in enumerate(grid.header.values(), 1):
        cell = _put(page, 2, column, name)
        cell.font, cell.alignment = Font(bold=True), wrap
        cell.fill = PatternFill("solid", fgColor="DDE6EE")
        start = 3
    for number, line in enumerate(grid.lines, start):
        for column, text in enumerate(line, 1):
            cell = _put(page, number, column, text, _kind_of(grid, number - start, column))
            cell.alignment = wrap
            if number - start < grid.examples or (grid.facts and column in (2, 3)):
                cell.font = Font(italic=True, color="666666")
            elif number - start in grid.bold_lines or (grid.facts and column == 1):
                cell.font = Font(bold=True)
    if grid.header:
        page.freeze_panes = page.cell(3, 1)
    for column, width in enumerate(_widths_of(grid), 1):
        page.column_dimensions[_letter(column)].width = width


def _kind_of(grid: Grid, line: int, column: int) -> str:
    if grid.facts:
        return grid.facts[line][0] if column > 3 else ""
    return grid.columns[column - 1] if grid.columns else ""


def _widths_of(grid: Grid) -> list[int]:
    if not grid.header:
        return [110]
    if grid.facts:
        return [34, 52, 26, *[24] * VALUES]
    if grid.columns:
        return [12, *(_WIDTHS.get(kind, 16) for kind in grid.columns[1:-1]), 40]
    return [36] * len(grid.header)


def _put(page: Any, row: int, column: int, text: str, kind: str = "") -> Any:
    """Write a text as text, whatever it begins with; a count as a number."""
    cell = page.cell(row, column)
    if kind == "count" and text.isascii() and text.isdecimal() and len(text) < 10:
        cell.value = int(text)
    elif text:
        cell.value = _UNPRINTABLE.sub("\ufffd", text)
        if cell.data_type != "s":
            cell.data_type = "s"
            cell.quotePrefix = True
    return cell


def _write_choices(book: Any, sheet: Sheet) -> dict[str, str]:
    """Write all lists into a hidden sheet, and return where each stands."""
    page = book.create_sheet(DROP_DOWNS)
    page.sheet_state = "hidden"
    found = {}
    for column, (name, choices) in enumerate(sheet.choices.items(), 1):
        for row, choice in enumerate(choices, 1):
            _put(page, row, column, choice.shown)
        if choices:
            found[name] = f"'{DROP_DOWNS}'!${_letter(column)}$1:${_letter(column)}${len(choices)}"
    return found


def _add_drop_downs(page: Any, grid: Grid, choices: Mapping[str, str]) -> None:
    first = 3 + grid.examples
    last = 2 + len(grid.lines) + grid.blank_rows
    for column, kind in enumerate(grid.columns, 1):
        _add_rule(page, kind, choices, f"{_letter(column)}{first}:{_letter(column)}{last}")
    for row, (kind, is_many) in enumerate(grid.facts, 3):
        _add_rule(page, kind, choices, f"D{row}:{_letter(3 + VALUES)}{row}" if is_many else f"D{row}")


def _add_rule(page: Any, kind: str, choices: Mapping[str, str], cells: str) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    if kind in choices:
        rule = DataValidation(
            "list", formula1=f"={choices[kind]}", allow_blank=True, showErrorMessage=kind not in _OPEN
        )
    elif kind == "count":
        rule = DataValidation(
            "whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True, showErrorMessage=True
        )
    else:
        return
    rule.add(cells)
    page.add_data_validation(rule)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _pack_again(data: bytes) -> bytes:
    """Return the same workbook without the time at which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as again:
        for name in sorted(packed.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = packed.read(name)
            if name == "docProps/core.xml":
                content = _CHANGED.sub(b"", content)
            member = zipfile.ZipInfo(name, _MOMENT)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            again.writestr(member, content)
    return out.getvalue()

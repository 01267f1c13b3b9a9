"""Rows into the bytes of an XLSX workbook that people can edit: drop-downs, a frozen header, every cell a text.

Written by hand rather than by openpyxl, which takes four times as long and stamps each file with the time: the same
rows give the same bytes. All cells are texts, so that no spreadsheet turns an id into a day.

What belongs here: the parts of a workbook. What does not: what stands in it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

MOST_CHARACTERS = 32_767
"""Of a cell, as Excel counts them: in units of UTF-16."""

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can tell; no file tells when it was made."""
_LAST_ROW = 1_048_576
_DROPDOWN = 255
"""Characters of a list that stands in its drop-down."""
_LEVEL = 4
"""Of compression: smaller files take twice the time."""

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_SHEET}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType='
    '"none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor'
    ' rgb="FFE6EEF5"/></patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/>'
    '</cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf><xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1"'
    ' applyFont="1" applyFill="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_CELL, _HEADER = 1, 2
"""Styles: text that wraps; bold on a tint."""

# What XML cannot hold, what its parsers change, and what would be read as such an escape.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class SheetPlan:
    """One sheet, to be written."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str]]
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Drop-downs by column; a list too long for one is left out."""
    widths: Mapping[str, int] = field(default_factory=dict)
    """Of columns, in characters."""


def build_workbook(sheets: Sequence[SheetPlan]) -> bytes:
    """Return a workbook.

    Args:
        sheets: In their order; no cell longer than `MOST_CHARACTERS`.
    """
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook([sheet.name for sheet in sheets]),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{number}.xml") for number in numbers), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(_member(name), text)
        for number, sheet in zip(numbers, sheets, strict=True):
            with packed.open(_member(f"xl/worksheets/sheet{number}.xml"), "w") as stream:
                for text in _sheet_texts(sheet):
                    stream.write(text.encode("utf-8"))
    return out.getvalue()


def column_letters(place: int) -> str:
    """Return the letters of a column; the first one is 0."""
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(65 + rest) + letters, place - 1
    return letters


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_DAY)
    info.compress_type, info._compresslevel = zipfile.ZIP_DEFLATED, _LEVEL  # type: ignore[attr-defined]
    # As on a Unix whatever writes it, or the bytes would tell the system.
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info


def _content_types(numbers: Iterable[int]) -> str:
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    told = "".join(f'<Override PartName="{name}" ContentType="{_MEDIA}.{kind}+xml"/>' for name, kind in overrides)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/>{told}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _sheet_texts(sheet: SheetPlan) -> Iterable[str]:
    """Yield the parts of a sheet's file, in the order that its format asks for."""
    yield (
        f'{_HEAD}<worksheet xmlns="{_SHEET}"><sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1"'
        ' topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews><cols>'
    )
    for place, column in enumerate(sheet.columns, 1):
        width = sheet.widths.get(column, 14)
        yield f'<col min="{place}" max="{place}" width="{width}" style="{_CELL}" customWidth="1"/>'
    yield "</cols><sheetData>"
    letters = [column_letters(place) for place in range(len(sheet.columns))]
    yield _row(1, sheet.columns, letters, _HEADER)
    for number, row in enumerate(sheet.rows, 2):
        yield _row(number, row, letters, _CELL)
    yield "</sheetData>"
    choices = [(letters[list(sheet.columns).index(name)], ",".join(words)) for name, words in sheet.choices.items()]
    lists = [(letter, words) for letter, words in choices if len(words) <= _DROPDOWN]
    if lists:
        yield f'<dataValidations count="{len(lists)}">'
        for letter, words in lists:
            yield (
                f'<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="{letter}2:{letter}{_LAST_ROW}'
                f'"><formula1>"{escape(words)}"</formula1></dataValidation>'
            )
        yield "</dataValidations>"
    yield "</worksheet>"


def _row(number: int, cells: Sequence[str], letters: Sequence[str], style: int) -> str:
    told = "".join(
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_write(cell)}</t></is></c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell
    )
    return f'<row r="{number}">{told}</row>'


def _write(text: str) -> str:
    """Return a text as XML; what XML cannot hold as workbooks write it: `_x0001_`."""
    return escape(_UNPRINTABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text), quote=False)

"""Workbooks of several sheets, as openpyxl writes them and as attackers do."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from district_reports.errors import ReadingError
from district_reports.readings.sheets import read_sheets

PATH = Path("brought.xlsx")


def packed(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows: list[Any]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    return book


def read(data: bytes, **limits: int) -> dict[str, list[tuple[int, list[str]]]]:
    return read_sheets(PATH, data, **{"most_rows": 100, "most_columns": 10, **limits})


def edited(data: bytes, name: str, old: str, new: str) -> bytes:
    """Return a workbook with one of its files changed, as no spreadsheet would write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.namelist():
            text = before.read(member)
            if member == name:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            after.writestr(member, text)
    return out.getvalue()


def problems_of(data: bytes, **limits: int) -> list[str]:
    with pytest.raises(ReadingError) as caught:
        read(data, **limits)
    return [str(problem) for problem in caught.value.problems]


SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"


def with_shared(*texts: str) -> bytes:
    """Return a workbook whose one cell is the first of some texts that cells share, as Excel writes them."""
    data = packed(book_of(["word"]))
    with zipfile.ZipFile(io.BytesIO(data)) as before:
        sheet = before.read(SHEET).decode()
    cell = sheet[sheet.index("<c ") : sheet.index("</c>")]
    data = edited(data, SHEET, cell, '<c r="A1" t="s"><v>0</v>')
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for member in before.namelist():
            if member != SHARED:
                after.writestr(member, before.read(member))
        told = "".join(f"<si>{text}</si>" for text in texts)
        after.writestr(SHARED, f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{told}</sst>')
    return out.getvalue()


def test_values_of_every_kind_are_texts() -> None:
    book = book_of(
        ["text", " spaces ", "line\nbreak", 7, 2.5, 0.1 + 0.2],
        [True, date(2026, 7, 4), datetime(2026, 7, 4, 18, 30, tzinfo=UTC).replace(tzinfo=None), time(9, 5), -3, 1e15],
    )
    assert read(packed(book)) == {
        "Sheet": [
            (1, ["text", " spaces ", "line\nbreak", "7", "2.5", "0.3"]),
            (2, ["TRUE", "2026-07-04", "2026-07-04T18:30:00", "09:05:00", "-3", "1000000000000000"]),
        ]
    }


def test_days_are_the_same_in_the_other_calendar() -> None:
    book = book_of([date(2026, 7, 4)])
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0]["A1"] = date(2026, 7, 4)
    assert read(packed(book)) == {"Sheet": [(1, ["2026-07-04"])]}


def test_sheets_keep_their_order_and_rows_their_numbers() -> None:
    book = book_of(["a"])
    book.worksheets[0]["C4"] = "late"
    book.worksheets[0]["A9"] = ""
    book.create_sheet("second")["B2"] = "x"
    book.create_sheet("empty")
    assert read(packed(book)) == {"Sheet": [(1, ["a"]), (4, ["", "", "late"])], "second": [(2, ["", "x"])], "empty": []}


def test_formatted_parts_of_a_text_are_joined() -> None:
    rich = CellRichText("plain ", TextBlock(InlineFont(b=True), "bold"), " after")
    assert read(packed(book_of([rich]))) == {"Sheet": [(1, ["plain bold after"])]}


def test_escapes_of_a_workbook_are_undone() -> None:
    data = with_shared("<t>a_x000D_b_x005F_x0041_c</t>", "<t>another</t>")
    assert read(data) == {"Sheet": [(1, ["a\rb_x0041_c"])]}


def test_how_a_shared_text_is_read_aloud_is_left_out() -> None:
    data = with_shared("<r><t>Chi</t></r><r><t>cago</t></r><rPh><t>aloud</t></rPh>")
    assert read(data) == {"Sheet": [(1, ["Chicago"])]}


def test_formulas_errors_and_merged_cells_are_told_at_once() -> None:
    book = book_of(["=1+1", "#REF!"], ["ok", "ok"])
    book.worksheets[0]["B1"].data_type = "e"
    book.worksheets[0].merge_cells("A2:B2")
    assert problems_of(packed(book)) == [
        "Sheet, row 1, A1: expected a plain value, got a formula or an error",
        "Sheet, row 1, B1: expected a plain value, got a formula or an error",
        "Sheet, A2:B2: expected cells that are not merged, got merged ones",
    ]


def test_too_many_rows_columns_and_bytes_are_refused() -> None:
    data = packed(book_of(*[["x"]] * 12))
    assert len(read(data, most_rows=12)["Sheet"]) == 12
    assert problems_of(data, most_rows=11) == ["Sheet: expected at most 11 rows, got row 12"]
    assert problems_of(packed(book_of(["x"] * 11))) == ["Sheet, row 1: expected at most 10 columns, got K1"]
    assert "expected at most 900 bytes in 1000 files when unpacked" in problems_of(data, most_unpacked=900)[0]


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(SHEET, b"0" * 60_000_000)
    assert len(out.getvalue()) < 100_000
    assert "expected at most 50000000 bytes" in problems_of(out.getvalue(), most_unpacked=50_000_000)[0]


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_xml_with_entities_is_refused(name: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    with zipfile.ZipFile(io.BytesIO(packed(book_of(["x"])))) as book:
        start = book.read(name).decode()[:20]
    data = edited(packed(book_of(["x"])), name, start, bomb + start)
    assert problems_of(data) == [f"{name}: expected XML without declarations of its own, got <!DOCTYPE"]


def test_a_declaration_across_two_pieces_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("district_reports.readings.workbooks._CHUNK", 7)
    data = edited(packed(book_of(["x"])), SHEET, "<worksheet", "<!DOCTYPE x []><worksheet")
    assert "XML without declarations" in problems_of(data)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('r="A1"', 'r="-1"'),
        ('r="A1"', 'r="é1"'),
        ('r="A1"', 'r="ZZZZZZ1"'),
        ("<v>0</v>", "<v>7</v>"),
        ("<v>0</v>", "<v>-9</v>"),
        ("<v>0</v>", "<v>x</v>"),
        ('<row r="1"', '<row r="x"'),
        ("</sheetData>", ""),
        ('t="s"', 't="n" s="x"'),
    ],
)
def test_broken_cells_are_told_and_nothing_crashes(old: str, new: str) -> None:
    assert problems_of(edited(with_shared("<t>word</t>"), SHEET, old, new))


@pytest.mark.parametrize("value", ["1e999", "nan", "-1", "1e12"])
def test_days_that_cannot_be_are_no_crash(value: str) -> None:
    book = book_of([date(2026, 7, 4)])
    data = packed(book)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        sheet = found.read(SHEET).decode()
    number = sheet.split("<v>")[1].split("</v>")[0]
    changed = edited(data, SHEET, f"<v>{number}</v>", f"<v>{value}</v>")
    try:
        assert read(changed)["Sheet"][0][1][0] != "2026-07-04"
    except ReadingError as error:
        assert error.problems  # noqa: PT017 - either is right: a text that is no day, or a message


def test_a_column_without_a_place_follows_the_one_before() -> None:
    data = edited(packed(book_of(["a", "b"])), SHEET, ' r="B1"', "")
    assert read(data) == {"Sheet": [(1, ["a", "b"])]}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_told(data: bytes) -> None:
    assert "expected an XLSX workbook, got a broken or locked file" in problems_of(data)[0]

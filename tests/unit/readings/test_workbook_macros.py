"""Workbooks with macros are refused by what is in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from district_reports.errors import ReadingError
from district_reports.readings.sheets import read_sheets
from district_reports.readings.workbooks import open_book, read_workbook


def make_book(*more: str) -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["name"])
    book.save(out)
    with zipfile.ZipFile(out, "a") as packed:
        for name in more:
            packed.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize("member", ["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/vbaData.xml"])
def test_macros_are_refused_whatever_the_file_is_called(member: str) -> None:
    path = Path("table.xlsx")
    for read in (
        lambda: open_book(path, make_book(member)),
        lambda: read_workbook(path, make_book(member), most_rows=9, most_columns=9),
        lambda: read_sheets(path, make_book(member), most_rows=9, most_columns=9),
    ):
        with pytest.raises(
            ReadingError, match="expected a file without macros; save it as .xlsx or .docx, got one with macros"
        ):
            read()


def test_the_bound_on_what_it_unpacks_to_is_the_callers() -> None:
    data = make_book()
    assert open_book(Path("table.xlsx"), data).sheetnames == ["Sheet"]
    with pytest.raises(ReadingError, match="expected at most 10 bytes"):
        open_book(Path("table.xlsx"), data, most_unpacked=10)

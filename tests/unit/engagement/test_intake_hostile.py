"""Intake sheets as people make them, and as nobody should: a right reading or a clear message, never a crash."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.engagement.template import make_template
from district_reports.errors import ReadingError
from tests.effort import costly
from tests.unit.engagement.intake_files import (
    FACTS,
    REGISTER,
    ROWS,
    SETTINGS,
    WORDINGS,
    column_of,
    fill_book,
    fill_fact,
    fill_row,
    make_book,
    make_lines,
    read,
    read_book,
    save,
    told,
    write_csv,
)
from tests.unit.engagement.test_intake import HAPPENING, SESSION


def refuse(path: Path) -> str:
    with pytest.raises(ReadingError) as caught:
        read(path)
    return str(caught.value).removeprefix(f"{path}: ")


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# What reads right


def test_titles_and_empty_rows_above_the_header_do_no_harm(tmp_path: Path) -> None:
    book = fill_book(make_book())
    page = book["Answers"]
    page.insert_rows(1, 4)
    page["B2"] = "Notes of the South Side team"
    page.merge_cells("B2:F2")
    assert read_book(book, tmp_path).session == SESSION


def test_columns_in_another_order_are_found_by_name(tmp_path: Path) -> None:
    book = fill_book(make_book())
    page = book["Answers"]
    for row in range(2, 8):
        left, right = page.cell(row, 2).value, page.cell(row, 3).value
        page.cell(row, 2).value, page.cell(row, 3).value = right, left
    assert read_book(book, tmp_path).session == SESSION


def test_extra_columns_are_left_aside_and_told(tmp_path: Path) -> None:
    book = fill_book(make_book())
    book["Answers"].cell(2, 8).value = "Initials"
    book["Answers"].cell(4, 8).value = "MR"
    book["Answers"].cell(4, 9).value = "!"
    intake = read_book(book, tmp_path)
    assert (told(intake), intake.session) == ([], SESSION)
    assert intake.remarks == (
        "sheet Answers: column 'Initials' is none of the template's and was left aside",
        "sheet Answers: column 9 is none of the template's and was left aside",
    )


def test_an_extra_sheet_is_told_and_a_hidden_one_is_read_and_told(tmp_path: Path) -> None:
    book = fill_book(make_book())
    book.create_sheet("My notes")["A1"] = "=1+1"
    book["Quotes"].sheet_state = "hidden"
    intake = read_book(book, tmp_path)
    assert (told(intake), intake.session) == ([], SESSION)
    assert intake.remarks == (
        "sheet Quotes is hidden; it was read",
        "sheet 'My notes' is none of the template's and was left aside",
    )


def test_dates_and_times_of_the_spreadsheet_are_read(tmp_path: Path) -> None:
    book = fill_book(
        make_book(),
        {
            **FACTS,
            "on": [datetime.fromisoformat("2026-08-14")],
            "start": [time(18)],
            "end": [timedelta(hours=19, minutes=30)],
        },
    )
    fill_row(book, "happened", 4, {"happened_on": date(2026, 8, 20)})
    intake = read_book(book, tmp_path)
    assert (told(intake), intake.session, intake.happenings) == ([], SESSION, (HAPPENING,))


def test_spaces_smart_quotes_and_wide_digits_are_read(tmp_path: Path) -> None:
    facts = {
        **FACTS,
        "host": ["\u00a0Neighbors of the\u00a0Ninth  "],
        "open": ["YES "],
        "attendance": ["\uff12\uff14"],
        "districts": ["\u00a09th", "District 10 – Ogden"],
        "start": ["\uff16:00 PM"],
    }
    assert read_book(fill_book(make_book(), facts), tmp_path).session == SESSION


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    said = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 -- \U0001f600 “so”"
    rows = {**ROWS, "report": [{"report_question": "report-1", "said": said}]}
    intake = read_book(fill_book(make_book(), rows=rows), tmp_path)
    assert intake.report_answers[0].said.text == said


def test_a_point_that_begins_with_a_dash_is_no_formula_in_csv(tmp_path: Path) -> None:
    lines = [["- Walk more." if cell == "Walk more." else cell for cell in line] for line in make_lines()]
    session = read(write_csv(tmp_path / "sheet.csv", lines)).session
    assert session is not None
    assert {answer.point.text for answer in session.answers if answer.point} == {"- Walk more.", "Better, not more."}


def test_a_text_cell_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    book = fill_book(make_book())
    cell = book["Answers"].cell(4, column_of(book["Answers"], "point"))
    cell.value = "=more trust"
    cell.data_type = "s"
    session = read_book(book, tmp_path).session
    assert session is not None
    assert "=more trust" in [answer.point.text for answer in session.answers if answer.point]


def test_a_column_that_was_coloured_to_the_end_costs_nothing(tmp_path: Path) -> None:
    book = fill_book(make_book())
    book["Answers"].cell(1_000_000, 2).font = openpyxl.styles.Font(bold=True)
    assert read_book(book, tmp_path).session == SESSION


def test_a_workbook_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    assert read(save(fill_book(make_book()), tmp_path / "sheet.csv")).session == SESSION


# What gets a message


def test_a_merged_cell_counts_for_its_first_row_and_the_others_are_told(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "answers", 6, {"question": "safety-1", "theme": "trust"})
    fill_row(book, "answers", 7, {"theme": "visibility"})
    book["Answers"].merge_cells("B6:B7")
    intake = read_book(book, tmp_path)
    assert told(intake) == [
        "sheet Answers, row 7, column Question: expected one of the codes of the list, got nothing; "
        "the cell is merged with B6; unmerge it and fill in each row"
    ]
    assert intake.session is not None
    assert len(intake.session.answers) == 3


def test_a_formula_is_refused_with_the_cell(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "answers", 4, {"people": "=4+5"})
    fill_fact(book, "attendance", ["=SUM(A1:A3)"])
    assert told(read_book(book, tmp_path)) == [
        "sheet Session, row 18, How many people came: expected plain text or a number, "
        "got a formula in cell D18; write the value itself",
        "sheet Answers, row 4, column People: expected plain text or a number, "
        "got a formula in cell E4; write the value itself",
    ]


def test_a_formula_in_csv_is_refused(tmp_path: Path) -> None:
    lines = [["=HYPERLINK(1)" if cell == "Walk more." else cell for cell in line] for line in make_lines()]
    assert "got a formula, '=HYPERLINK(1)'" in told(read(write_csv(tmp_path / "sheet.csv", lines)))[0]


def test_an_error_of_the_spreadsheet_is_refused(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "answers", 4, {"people": "#REF!"})
    book["Answers"].cell(4, 5).data_type = "e"
    assert "got an error, '#REF!', in cell E4" in told(read_book(book, tmp_path))[0]


def test_control_signs_are_refused_with_their_place(tmp_path: Path) -> None:
    lines = [["Walk\x07 more." if cell == "Walk more." else cell for cell in line] for line in make_lines()]
    assert told(read(write_csv(tmp_path / "sheet.csv", lines)))[0].endswith(
        "expected letters, digits and signs that can be printed, got U+0007 at sign 5"
    )


def test_macros_are_refused_whatever_the_file_is_called(tmp_path: Path) -> None:
    path = save(fill_book(make_book()), tmp_path / "sheet.xlsx")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert refuse(path) == "expected a file without macros; save it as .xlsx or .docx, got one with macros"


def test_a_file_of_twenty_megabytes_is_refused(tmp_path: Path) -> None:
    assert refuse(write(tmp_path / "sheet.csv", b"a" * 20_000_000)).startswith("expected at most 5000000 bytes")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = save(make_book(), tmp_path / "sheet.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/more.xml", b" " * 60_000_000)
    assert path.stat().st_size < 200_000
    assert refuse(path).startswith("expected at most 10000000 bytes in 1000 files when unpacked")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252", "gb18030"])
def test_another_encoding_is_refused_and_told_how_to_save(encoding: str, tmp_path: Path) -> None:
    lines = [["Más policía 警察" if cell == "Walk more." else cell for cell in line] for line in make_lines()]
    text = "\r\n".join(",".join(line) for line in lines).replace("·", "-")
    data = text.encode(encoding, "ignore")
    assert "choose Save As, then “CSV UTF-8”" in refuse(write(tmp_path / "sheet.csv", data))


def test_a_zero_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    data = b"[Session]\r\n" + b"a" * 2000 + b"\r\n\0"
    assert refuse(write(tmp_path / "sheet.csv", data)).startswith("line 3: expected text in UTF-8")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "expected a table, got an empty file"),
        (b" \r\n ", "expected a table, got an empty file"),
        (b"\xef\xbb\xbf", "expected the sheets or sections of the template"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "expected XLSX or CSV, got an old workbook (XLS), or a locked one"),
        (b"PK\x03\x04 and no more", "expected an XLSX workbook, got a broken or locked file"),
        (b"<html><table></table></html>", "expected the sheets or sections of the template"),
        (b"Question,Theme\r\nsafety-1,trust\r\n", "expected the sheets or sections of the template"),
        (b'[Answers]\r\n"no end', "expected a line of CSV"),
        (b"%PDF-1.7\n\xff\xfe\xfd", "choose Save As"),
    ],
)
def test_what_is_no_sheet_is_refused(data: bytes, message: str, tmp_path: Path) -> None:
    assert message in refuse(write(tmp_path / "sheet.csv", data))


def test_a_workbook_without_our_sheets_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    assert "expected the sheets or sections of the template" in refuse(save(book, tmp_path / "sheet.xlsx"))


def test_the_same_sheet_in_two_languages_is_refused(tmp_path: Path) -> None:
    book = fill_book(make_book())
    book.copy_worksheet(book["Answers"]).title = WORDINGS["es"]("intake.part.answers")
    assert "expected each sheet or section once" in refuse(save(book, tmp_path / "sheet.xlsx"))


def test_a_table_without_its_header_or_a_column_is_refused_whole(tmp_path: Path) -> None:
    book = fill_book(make_book())
    book["Quotes"].delete_rows(2)
    book["Answers"].delete_cols(3)
    fill_fact(book, "attendance", ["about 20"])
    message = refuse(save(book, tmp_path / "sheet.xlsx"))
    assert (
        "sheet Quotes: expected a row with the names of the columns: Question, Exact words, Consent, got none"
        in message
    )
    assert "sheet Answers, row 2: expected the column Theme, got none of that name" in message
    assert "'about 20'" in message


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    lines = [*make_lines(), *(["x"] for _ in range(5_001))]
    assert "at most 5000 rows and 60 columns" in refuse(write_csv(tmp_path / "sheet.csv", lines))
    book = make_book()
    book["Answers"].cell(6_000, 1).value = "x"
    assert "at most 5000 rows and 60 columns" in refuse(save(book, tmp_path / "sheet.xlsx"))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    from district_reports.errors import StoreError

    with pytest.raises(StoreError, match="expected a file that can be read"):
        read(tmp_path / "none.xlsx")


# Anything at all


@costly(60)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "sheet.csv"
    path.write_bytes(data)
    with pytest.raises(ReadingError):
        read(path)


TEMPLATE = make_template(REGISTER, SETTINGS, WORDINGS, "en", ".csv")


@costly(40)
@given(place=st.integers(0, len(TEMPLATE) - 1), byte=st.integers(0, 255))
def test_a_damaged_byte_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, place: int, byte: int) -> None:
    path = tmp_path_factory.mktemp("damaged") / "sheet.csv"
    path.write_bytes(TEMPLATE[:place] + bytes([byte]) + TEMPLATE[place + 1 :])
    try:
        read(path)
    except ReadingError as error:
        assert error.problems


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _entities(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as again:
        for name in packed.namelist():
            content = packed.read(name)
            again.writestr(
                name, b'<!DOCTYPE x [<!ENTITY a "b">]>' + content if name.endswith("workbook.xml") else content
            )
    return out.getvalue()


@pytest.mark.parametrize("damage", [_cut, _entities])
def test_a_damaged_workbook_is_refused(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    data = make_template(REGISTER, SETTINGS, WORDINGS, "en", ".xlsx")
    assert refuse(write(tmp_path / "sheet.xlsx", damage(data))).partition(":")[2]


VALUES: Any = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.times(),
)


@pytest.mark.slow
@costly(25)
@given(st.data())
def test_any_values_in_any_cells_are_read_or_told(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    book = fill_book(make_book())
    for name in data.draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=3)):
        fill_fact(book, name, [data.draw(VALUES)])
    for column in data.draw(st.lists(st.integers(2, 6), max_size=3)):
        book["Answers"].cell(5, column).value = data.draw(VALUES)
    path = tmp_path_factory.mktemp("any") / "sheet.xlsx"
    try:
        save(book, path)
    except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
        hypothesis.reject()
    intake = read(path)
    assert intake.session is not None or intake.problems
    assert all(problem.where and problem.expected and problem.got for problem in intake.problems)

"""One reader for every form in which people bring a table, and for everything that is no such table."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import Problem, ReadingError, StoreError
from district_reports.readings import tables
from district_reports.readings.tables import find_table, load_table
from tests.unit.readings.files import problems_of, repack, write_csv, write_workbook

COLUMNS = ("place", "count")
LINES = [["place", "count"], ["Peñón", "3"], ["", ""], ["B", "4"]]
EXPECTED = [(2, {"place": "Peñón", "count": "3"}), (4, {"place": "B", "count": "4"})]


def rows_of(path: Path) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, row.cells) for row in load_table(path, COLUMNS).rows]


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("encoding", "bom"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp1252", b"")])
def test_every_form_of_csv_gives_the_same_rows(
    tmp_path: Path, encoding: str, bom: bytes, separator: str, end: str
) -> None:
    path = write_csv(tmp_path / "a.csv", LINES, encoding=encoding, bom=bom, separator=separator, end=end)
    assert rows_of(path) == EXPECTED


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    assert rows_of(write_workbook(tmp_path / "a.xlsx", [["place", "count"], ["Peñón", 3], [], ["B ", 4.0]])) == EXPECTED


def test_a_workbook_is_known_by_its_bytes(tmp_path: Path) -> None:
    assert rows_of(write_workbook(tmp_path / "a.xlsx", LINES).rename(tmp_path / "a.csv")) == EXPECTED


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (0.1 + 0.2, "0.3"),
        (0.0, "0"),
        (1e-12, "0"),
        (1e15, "1000000000000000"),
        (date(2026, 10, 5), "2026-10-05"),
        (datetime.fromisoformat("2026-10-05"), "2026-10-05"),
        (datetime.fromisoformat("2026-10-05 12:00"), "2026-10-05T12:00:00"),
        (True, "True"),
        ("001", "001"),
    ],
)
def test_cells_of_a_workbook_become_text(tmp_path: Path, value: Any, text: str) -> None:
    [(_, cells)] = rows_of(write_workbook(tmp_path / "a.xlsx", [COLUMNS, ["x", value]]))
    assert cells["count"] == text


def test_quoted_cells_hold_separators(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"place","count"\n"a, b; ""c""",3\n')
    assert rows_of(tmp_path / "a.csv") == [(2, {"place": 'a, b; "c"', "count": "3"})]


def test_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["Zahl", "Ort"], ["3", "x"]])
    [row] = load_table(path, COLUMNS, {"place": "Ort", "count": "Zahl"}).rows
    assert row.cells == {"place": "x", "count": "3"}


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    one, other = (load_table(write_csv(tmp_path / f"{s}.csv", LINES, end=s), COLUMNS) for s in ("\n", "\r\n"))
    assert one.rows == other.rows
    assert one.sha256 != other.sha256


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([["place"], ["x"]], [Problem("row 1", "the column count", "none of that name")]),
        ([[*COLUMNS, "note"], ["x", "3", "n"]], [Problem("row 1", "only the columns place, count", "'note'")]),
        ([[*COLUMNS, "count"], ["x", "3", "3"]], [Problem("row 1", "the column count once", "it 2 times")]),
        (
            [["Place", "count"], ["x", "3"]],
            [
                Problem("row 1", "only the columns place, count", "'Place'"),
                Problem("row 1", "the column place", "none of that name"),
            ],
        ),
        ([COLUMNS], [Problem("", "at least one row below the header", "none")]),
        ([COLUMNS, ["", ""]], [Problem("", "at least one row below the header", "none")]),
    ],
)
def test_wrong_columns_and_empty_tables_are_refused(
    tmp_path: Path, suffix: str, lines: list[list[str]], expected: list[Problem]
) -> None:
    path = tmp_path / f"a.{suffix}"
    (write_csv if suffix == "csv" else write_workbook)(path, lines)
    assert problems_of(lambda: load_table(path, COLUMNS)) == expected


@pytest.mark.parametrize("cell", ["=1+2", "+3", "-3", "@SUM(A1)", " =1"])
def test_a_formula_in_csv_is_refused(tmp_path: Path, cell: str) -> None:
    path = write_csv(tmp_path / "a.csv", [COLUMNS, ["x", "3"], ["y", cell]])
    [problem] = problems_of(lambda: load_table(path, COLUMNS))
    assert (problem.where, problem.expected) == ("row 3, count", "a plain value")
    assert "formula" in problem.got


def test_a_formula_in_a_workbook_is_refused_and_not_computed(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [COLUMNS, ["x", "=1+2"], ["=A1", 3]])
    assert problems_of(lambda: load_table(path, COLUMNS)) == [
        Problem("row 2, B", "a plain value", "a formula"),
        Problem("row 3, A", "a plain value", "a formula"),
    ]


def test_an_error_cell_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [COLUMNS, ["x", "#REF!"]])
    assert problems_of(lambda: load_table(path, COLUMNS)) == [Problem("row 2, B", "a plain value", "'#REF!'")]


def test_text_that_looks_like_a_formula_is_refused_in_a_workbook_too(tmp_path: Path) -> None:
    def as_text(sheet: Any) -> None:
        sheet["B2"].data_type = "s"

    path = write_workbook(tmp_path / "a.xlsx", [COLUMNS, ["x", "=1+2"]], as_text)
    assert len(problems_of(lambda: load_table(path, COLUMNS))) == 1


@pytest.mark.parametrize("cells", ["A1:B1", "A2:A3"])
def test_merged_cells_are_refused(tmp_path: Path, cells: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", LINES, lambda sheet: sheet.merge_cells(cells))
    assert problems_of(lambda: load_table(path, COLUMNS)) == [
        Problem(cells, "cells that are not merged", "merged ones")
    ]


def test_two_sheets_are_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", LINES, lambda sheet: sheet.parent.create_sheet("more"))
    assert problems_of(lambda: load_table(path, COLUMNS)) == [Problem("", "one sheet", "Sheet, more")]


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [[*COLUMNS, "z"], ["=1", "3", "4"], ["a"], ["a\tb", "3", "4"]])
    assert [problem.where for problem in problems_of(lambda: load_table(path, COLUMNS))] == [
        "row 1",
        "row 2, place",
        "row 3",
        "row 4, place",
    ]


def test_a_long_list_of_problems_is_cut_in_the_message_alone(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [COLUMNS, *[["=1", "3"]] * 60])
    with pytest.raises(ReadingError, match=r"; and 10 more$") as caught:
        load_table(path, COLUMNS)
    assert len(caught.value.problems) == 60
    assert str(caught.value).startswith(f"{path}: row 2, place: expected a plain value, got a formula: '=1'; row 3")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\n",
        b"\n\n",
        "place,count\nx,3\n".encode("utf-16"),
        b"place,count\nx,\x003\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook",
        b"place,count\nx,\x81\n",
        b'place,count\n"x,3\n',
        b'place,count\n"x"y,3\n',
        b'place,count\n"x\ny",3\n',
        b"place,count\nx,3,4\n",
        b"place,count\nx\n",
        b"PK\x03\x04 no zip",
        b"place,count\n" + b"x" * 200_000 + b",3\n",
        b"%PDF-1.7\n",
        b"<html><body>Not found</body></html>",
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    problems_of(lambda: load_table(tmp_path / "a.csv", COLUMNS))


def test_a_file_too_large_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "a.csv", LINES)
    os.truncate(path, tables.MOST_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was read"))
    [problem] = problems_of(lambda: load_table(path, COLUMNS))
    assert problem == Problem("", "at most 5000000 bytes", "5000001")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    (write_csv if suffix == "csv" else write_workbook)(path, [COLUMNS, *[["x", "3"]] * 5])
    monkeypatch.setattr(tables, "MOST_ROWS", 5)
    assert len(load_table(path, COLUMNS).rows) == 5
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    assert "at most 4 rows" in problems_of(lambda: load_table(path, COLUMNS))[0].expected


def test_a_cell_far_away_is_refused_before_the_rows_between_are_made(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", LINES, lambda sheet: sheet.cell(1_048_576, 16_384, "x"))
    assert "at most" in problems_of(lambda: load_table(path, COLUMNS))[0].expected


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", LINES)
    repack(path, {"xl/worksheets/sheet1.xml": b" " * 60_000_000})
    assert path.stat().st_size < 200_000
    assert "when unpacked" in problems_of(lambda: load_table(path, COLUMNS))[0].expected


def test_many_small_members_are_not_unpacked(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "a.xlsx", LINES)
    repack(path, {f"xl/{number}": b"" for number in range(1_001)})
    assert "when unpacked" in problems_of(lambda: load_table(path, COLUMNS))[0].expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_entities_is_refused(tmp_path: Path, encoding: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", LINES)
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    repack(path, {"xl/sharedStrings.xml": bomb.encode(encoding)})
    assert problems_of(lambda: load_table(path, COLUMNS)) == [
        Problem("xl/sharedStrings.xml", "XML without declarations of its own", "<!DOCTYPE")
    ]


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_broken_workbook_is_refused(tmp_path: Path, member: str) -> None:
    path = repack(write_workbook(tmp_path / "a.xlsx", LINES), {member: b"<worksheet><unclosed>"})
    problems_of(lambda: load_table(path, COLUMNS))


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = write_workbook(tmp_path_factory.mktemp("damaged") / "a.xlsx", LINES)
    content = bytearray(path.read_bytes())
    assert len(content) > 4_000
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(4, 4_000))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        load_table(path, COLUMNS)
    except ReadingError as error:
        assert error.problems


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(data)
    try:
        load_table(path, COLUMNS)
    except ReadingError as error:
        assert error.problems


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    assert find_table(tmp_path, "a") is None
    one = write_csv(tmp_path / "a.csv", LINES)
    assert find_table(tmp_path, "a") == one
    write_workbook(tmp_path / "a.xlsx", LINES)
    assert problems_of(lambda: find_table(tmp_path, "a")) == [Problem("", "one file a", "a.csv and a.xlsx")]


def test_a_file_that_cannot_be_read_is_the_disks_fault(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(StoreError):
        load_table(tmp_path / "a.csv", COLUMNS)

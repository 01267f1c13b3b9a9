"""CSV and JSON into tables: the same rows from both, and nothing guessed."""

import io
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from district_reports.config import Column
from district_reports.errors import SchemaDriftError
from district_reports.sources.patience import Trouble
from district_reports.sources.rows import read_csv, read_json, sorted_by_key
from tests.faults.town import SOURCE

HEADER = '"nr","happened","kind","note","caught"\n'
AT = datetime(2024, 2, 29, 23, 59, 59)  # noqa: DTZ001 - local time
AT_TEXT = "2024-02-29T23:59:59.000"
ROW = {"event_id": 7, "began_at": AT, "offence": "022", "remark": None, "has_arrest": True}


class Stream(io.BytesIO):
    """A body that breaks off with a trouble after its bytes, if there is one."""

    def __init__(self, data: bytes, trouble: Trouble | None = None) -> None:
        super().__init__(data)
        self.trouble = trouble

    def readinto(self, buffer: Any) -> int:
        size = super().readinto(buffer)
        if size == 0 and self.trouble is not None:
            raise self.trouble
        return size


def from_csv(text: str | bytes, trouble: Trouble | None = None) -> pa.Table:
    stream: Any = Stream(text.encode() if isinstance(text, str) else text, trouble)
    return read_csv(stream, SOURCE)


def test_both_forms_give_the_same_table() -> None:
    from_text = from_csv(f'{HEADER}"7","{AT_TEXT}","022",,"true"\n')
    from_rows = read_json([{"nr": "7", "happened": AT_TEXT, "kind": "022", "caught": True}], SOURCE)
    assert from_text.to_pylist() == [ROW]
    assert from_text.equals(from_rows)
    assert from_text.schema.equals(from_rows.schema)


def test_an_empty_text_is_not_null() -> None:
    table = from_csv(f'{HEADER}"1","{AT_TEXT}","","","false"\n"2","{AT_TEXT}",,,"false"\n')
    assert table.column("offence").to_pylist() == ["", None]
    assert table.column("remark").to_pylist() == ["", None]


@pytest.mark.parametrize("text", ["NULL", "NA", "N/A", "nan", "\\N", "-"])
def test_words_that_others_take_for_null_are_text(text: str) -> None:
    assert from_csv(f'{HEADER}"1","{AT_TEXT}","{text}","{text}","false"\n').column("remark").to_pylist() == [text]


def test_quotes_and_line_breaks_in_a_cell_survive() -> None:
    table = from_csv(f'{HEADER}"1","{AT_TEXT}","a ""b""","one\r\ntwo\nthree, four","false"\n')
    assert table.column("offence").to_pylist() == ['a "b"']
    assert table.column("remark").to_pylist() == ["one\r\ntwo\nthree, four"]


def test_line_breaks_in_cells_survive_where_blocks_meet() -> None:
    note = "\n".join(["a line of a note"] * 200)
    count = 1500
    table = from_csv(HEADER + "".join(f'"{number}","{AT_TEXT}","X","{note}","true"\n' for number in range(count)))
    assert table.column("event_id").to_pylist() == list(range(count))
    assert set(table.column("remark").to_pylist()) == {note}


def test_a_row_longer_than_a_block_is_told() -> None:
    text = "x" * 3_000_000
    with pytest.raises(Trouble, match="breaks off or does not fit"):
        from_csv(f'{HEADER}"1","{AT_TEXT}","{text}",,"false"\n"2","{AT_TEXT}","{text}",,"false"\n')


def test_a_header_alone_is_no_row() -> None:
    assert from_csv(HEADER).num_rows == 0
    assert read_json([], SOURCE).schema.equals(from_csv(HEADER).schema)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"nr","happ',
        "<!DOCTYPE html>\n<p>",
        HEADER + '"1","x',
        HEADER + '"1","2024',
        HEADER + '"a","b","c","d","e"\n',
    ],
    ids=["nothing", "half a header", "HTML", "half a row", "half a date", "no number"],
)
def test_what_is_no_csv_is_a_trouble(text: str) -> None:
    with pytest.raises(Trouble):
        from_csv(text)


def test_the_trouble_of_the_stream_is_the_one_told() -> None:
    with pytest.raises(Trouble, match="dropped"):
        from_csv(f'{HEADER}"7","{AT_TEXT}","02', Trouble("dropped"))


def test_no_utf8_is_a_trouble() -> None:
    with pytest.raises(Trouble, match="UTF8"):
        from_csv(HEADER.encode() + b'"1","2024-02-29T23:59:59.000","\xff",,"true"\n')


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nr", "seven"),
        ("nr", "7.5"),
        ("nr", "1e300"),
        ("nr", 7),
        ("nr", "NaN"),
        ("happened", "29/02/2024"),
        ("happened", "2024-02-30T00:00:00.000"),
        ("happened", "2024-02-29T00:00:00Z"),
        ("kind", 7),
        ("kind", {"a": 1}),
        ("caught", "yes"),
        ("caught", 1),
        ("caught", []),
    ],
)
def test_a_json_value_of_another_type_is_drift(field: str, value: object) -> None:
    row = {"nr": "7", "happened": AT_TEXT, "kind": "X", "caught": True, field: value}
    with pytest.raises(SchemaDriftError, match=f"expected {field} to be"):
        read_json([row], SOURCE)


def test_a_json_number_is_exact() -> None:
    columns = {**SOURCE.columns, "rate": Column(field="rate", type="number", is_nullable=True)}
    source = SOURCE.model_copy(update={"columns": columns})
    row = {"nr": "9007199254740993", "happened": AT_TEXT, "kind": "X", "caught": "false", "rate": "0.1"}
    table = read_json([row, {**row, "nr": "2.0E+1"}], source)
    assert table.column("event_id").to_pylist() == [9007199254740993, 20]
    assert table.column("rate").to_pylist() == [0.1, 0.1]


def test_rows_are_ordered_by_key_and_left_alone_if_they_are() -> None:
    rows = [{"nr": number, "happened": AT_TEXT, "kind": "X", "caught": True} for number in ("3", "1", "2")]
    table = sorted_by_key(read_json(rows, SOURCE), SOURCE)
    assert table.column("event_id").to_pylist() == [1, 2, 3]
    assert sorted_by_key(table, SOURCE) is table

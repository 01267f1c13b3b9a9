from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import ContractError
from district_reports.metrics.measures import (
    COLUMNS,
    Measures,
    as_measure,
    build_table,
    format_measures,
    parse_measures,
    require_measures,
)
from district_reports.model import Measure, State
from district_reports.periods import Quarter
from tests.effort import costly

HEADER = "district_id,quarter,metric_id,value,unit,numerator,denominator,state,as_of,origin_id"


def make_table(*changes: dict[str, Any]) -> pd.DataFrame:
    count = {
        "district_id": "007",
        "quarter": "2018Q3",
        "metric_id": "incidents_all",
        "value": 4074,
        "unit": "incidents",
        "numerator": None,
        "denominator": None,
        "state": "ok",
        "as_of": date(2018, 11, 19),
        "origin_id": "crimes",
    }
    rows = [count | change for change in changes]
    return build_table({name: [row[name] for row in rows] for name in COLUMNS})


SHARE = {"metric_id": "arrest_share_all", "unit": "share", "value": 0.125, "numerator": 1, "denominator": 8}
NOTHING = {"metric_id": "arrest_share_violent", "unit": "share", "value": None, "numerator": 0, "denominator": 0}
GAP = {"quarter": "2015Q3", "value": None, "state": "no_data"}


def test_csv_is_canonical() -> None:
    table = make_table(
        {}, SHARE | {"state": "too_early"}, NOTHING | {"state": "no_data"}, GAP, {"quarter": "2018Q2", "value": 0}
    )
    assert format_measures(table).decode() == "\n".join(
        [
            HEADER,
            "007,2015Q3,incidents_all,,incidents,,,no_data,2018-11-19,crimes",
            "007,2018Q2,incidents_all,0,incidents,,,ok,2018-11-19,crimes",
            "007,2018Q3,arrest_share_all,0.125000,share,1,8,too_early,2018-11-19,crimes",
            "007,2018Q3,arrest_share_violent,,share,0,0,no_data,2018-11-19,crimes",
            "007,2018Q3,incidents_all,4074,incidents,,,ok,2018-11-19,crimes",
            "",
        ]
    )


def test_a_table_without_rows_is_a_header() -> None:
    empty = parse_measures(f"{HEADER}\n".encode())
    assert format_measures(empty) == f"{HEADER}\n".encode()
    assert len(empty) == 0


def test_what_is_written_is_read_again() -> None:
    table = make_table({}, SHARE, GAP)
    again = parse_measures(format_measures(table))
    pd.testing.assert_frame_equal(again, table)
    assert format_measures(again) == format_measures(table)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'=1", "'x"])
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(text: str) -> None:
    table = make_table({"origin_id": text})
    data = format_measures(table)
    assert f"'{text}" in data.decode()
    pd.testing.assert_frame_equal(parse_measures(data), table)


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=6)


@given(st.lists(LINES, min_size=1, max_size=5, unique=True))
@costly(40)
def test_any_text_comes_back(texts: list[str]) -> None:
    table = make_table(*({"district_id": text} for text in texts))
    pd.testing.assert_frame_equal(parse_measures(format_measures(table)), table)


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=10**9))
@costly(25)
def test_any_number_comes_back(part: int, whole: int) -> None:
    share = SHARE | {"value": round(min(part, whole) / whole, 6), "numerator": min(part, whole), "denominator": whole}
    table = make_table({"value": part}, share)
    pd.testing.assert_frame_equal(parse_measures(format_measures(table)), table)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "header"),
        (b"\xff\xfe", "UTF-8"),
        (b"a,b\n", "columns: expected district_id"),
        (f"{HEADER}\n007,2018Q3\n".encode(), "line 2: expected 10 cells, got 2"),
        (f"{HEADER}\n007,2018Q3,m,many,incidents,,,ok,2018-11-19,c\n".encode(), "line 2, value: expected a number"),
        (f"{HEADER}\n007,2018Q3,m,inf,incidents,,,ok,2018-11-19,c\n".encode(), "line 2, value: expected a number"),
        (f"{HEADER}\n007,2018Q3,m,1,incidents,1.5,,ok,2018-11-19,c\n".encode(), "line 2, numerator"),
        (f"{HEADER}\n007,2018Q3,m,1,incidents,,,ok,,c\n".encode(), "line 2, as_of: expected an ISO date"),
        (f"{HEADER}\n007,2018Q3,m,1,incidents,,,fine,2018-11-19,c\n".encode(), "state: expected one of"),
        (f"{HEADER}\n007,2018Q3,m,,incidents,,,ok,2018-11-19,c\n".encode(), "value: expected one just where"),
        (f"{HEADER}\n007,2018Q3,m,1,incidents,,,no_data,2018-11-19,c\n".encode(), "value: expected one just where"),
        (f"{HEADER}\n".encode() + b"007,2018Q3,m,1,incidents,,,ok,2018-11-19,c\n" * 2, "key: expected each once"),
        (f'{HEADER}\n007,"x'.encode(), "CSV"),
    ],
)
def test_a_file_that_breaks_the_contract_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(ContractError, match=problem) as caught:
        parse_measures(data)
    assert caught.value.table == "out_metrics"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a\nb", "\r", "\0"])
def test_a_text_of_two_lines_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match="origin_id: expected texts of one line"):
        make_table({"origin_id": text})


def test_a_table_with_another_column_is_refused() -> None:
    with pytest.raises(ContractError, match="columns"):
        require_measures(make_table({}).assign(extra=1))


def test_rows_become_records_with_whole_counts() -> None:
    index = Measures(make_table({}, SHARE, NOTHING | {"state": "no_data"}))
    count = index.get("007", Quarter(2018, 3), "incidents_all")
    assert count == Measure(
        district_id="007",
        quarter="2018Q3",
        metric_id="incidents_all",
        value=4074,
        unit="incidents",
        state=State.OK,
        as_of=date(2018, 11, 19),
        origin_id="crimes",
    )
    assert isinstance(count.value, int)
    share = index.get("007", "2018Q3", "arrest_share_all")
    assert (share.value, share.numerator, share.denominator) == (0.125, 1, 8)
    assert index.get("007", "2018Q3", "arrest_share_violent").value is None


def test_a_whole_share_stays_a_share() -> None:
    row = make_table(SHARE | {"value": 1, "numerator": 8}).iloc[0]
    assert isinstance(as_measure({name: row[name] for name in COLUMNS}).value, float)


def test_a_series_keeps_the_order_asked_for() -> None:
    index = Measures(make_table({}, GAP))
    assert [row.value for row in index.series("007", ["2018Q3", "2015Q3"], "incidents_all")] == [4074, None]


def test_a_row_that_is_not_there_is_a_broken_contract() -> None:
    with pytest.raises(ContractError, match="expected a row for 999 2018Q3 incidents_all, found none"):
        Measures(make_table({})).get("999", "2018Q3", "incidents_all")

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tests.portal import Portal
from tests.portal.chicago import CRIMES
from tests.unit.portal.conftest import ROWS, Get


# These tests only read, so one portal serves them all.
@pytest.fixture
def portal(shared: Portal) -> Portal:
    return shared


@pytest.fixture
def crimes(made_crimes: pa.Table) -> pa.Table:
    return made_crimes


def test_select_names_columns_and_aliases(get: Get, crimes: pa.Table) -> None:
    rows = get(select="id, district as d", order="id", limit=2).json()

    assert rows == [{"id": crimes["id"][i].as_py(), "d": crimes["district"][i].as_py()} for i in range(2)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("id = 11000003", 1),
        ("id <> 11000003", ROWS - 1),
        ("id >= 11000000 and id < 11000030", 10),
        ("id between 11000000 and 11000030", 11),
        ("id in (11000000, 11000003)", 2),
        ("id > '11002000' and not (id > 11002000)", 0),
        ("ward is null and latitude is null or id = 11000000", None),
        ("date >= '2018-07-01T00:00:00.000' and date < '2018-10-01'", ROWS // 2),
        ("date_trunc_y(date) = '2018-01-01'", ROWS),
        ("arrest = true or arrest = false", ROWS),
        ("case_number like 'JB0000%' and starts_with(case_number, 'JB')", None),
        ("`district` = '001' or `district` != '001'", ROWS),
        (":updated_at >= '2018-01-01T00:00:00Z'", ROWS),
        ("-1 < id", ROWS),
    ],
)
def test_where_filters(get: Get, crimes: pa.Table, where: str, expected: int | None) -> None:
    counted = int(get(select="count(*) as n", where=where).json()[0]["n"])

    assert counted == len(get(select="id", where=where, limit=ROWS).json())
    assert counted == expected if expected is not None else 0 < counted < ROWS


def test_a_field_name_is_a_filter(portal: Portal, get: Get, crimes: pa.Table) -> None:
    wanted = sum(district == "007" for district in crimes["district"].to_pylist())

    assert len(get(path=f"/resource/{CRIMES}.json?district=007").json()) == wanted


def test_order_sorts_by_several_columns_and_offset_skips(get: Get, crimes: pa.Table) -> None:
    pairs = list(zip(crimes["district"].to_pylist(), map(int, crimes["id"].to_pylist()), strict=True))
    expected = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))[5:8]

    rows = get(select="district, id", order="district ASC, id DESC", limit=3, offset=5).json()

    assert [(row["district"], int(row["id"])) for row in rows] == expected


def test_nulls_come_last_and_first_when_descending(get: Get, crimes: pa.Table) -> None:
    assert "ward" not in get(select="id, ward", order="ward, id", limit=ROWS).json()[-1]
    assert "ward" not in get(select="id, ward", order="ward desc, id").json()[0]


def test_groups_make_the_monthly_fingerprint(get: Get, crimes: pa.Table) -> None:
    select = "date_trunc_ym(date) as m, count(*) as n, max(:updated_at) as u, sum(id) as h"
    rows = get(select=select, group="m", order="m").json()
    july = [
        int(crime["id"]) for crime in crimes.select(["id", "date"]).to_pylist() if crime["date"].startswith("2018-07")
    ]

    assert [row["m"] for row in rows] == [f"2018-{month:02d}-01T00:00:00.000" for month in range(4, 10)]
    assert (rows[3]["n"], rows[3]["h"]) == (str(len(july)), str(sum(july)))
    assert rows[3]["u"].endswith("Z")


def test_aggregates_without_a_group_give_one_row(get: Get, crimes: pa.Table) -> None:
    select = "count(*), min(id), max(id) as last, count(distinct district) as d, max(:created_at) as c"
    (row,) = get(select=select).json()

    assert row == {
        "count": str(ROWS),
        "min_id": "11000000",
        "last": str(11_000_000 + 3 * (ROWS - 1)),
        "d": "3",
        "c": row["c"],
    }


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        ({"select": "nonexistent_column"}, "query.soql.no-such-column"),
        ({"where": "nonexistent_column = 1"}, "query.soql.no-such-column"),
        ({"order": "nonexistent_column"}, "query.soql.no-such-column"),
        ({"select": "read_csv('x')"}, "query.soql.no-such-function"),
        ({"where": "pg_sleep(9) = 1"}, "query.soql.no-such-function"),
        ({"where": "district = 11"}, "query.soql.type-mismatch"),
        ({"where": "district = id"}, "query.soql.type-mismatch"),
        ({"where": "arrest = 'Y'"}, "query.soql.type-mismatch"),
        ({"where": "date > 'yesterday'"}, "query.soql.type-mismatch"),
        ({"where": "date > '2018-02-31'"}, "query.soql.type-mismatch"),
        ({"where": "district"}, "query.soql.type-mismatch"),
        ({"select": "sum(district)"}, "query.soql.type-mismatch"),
        ({"select": "district, count(*)"}, "query.soql.column-not-in-group-bys"),
        ({"where": "count(*) > 1"}, "query.soql.aggregate-function-not-allowed"),
        ({"select": "id as a, date as a"}, "query.soql.duplicate-alias"),
        ({"select": "id,"}, "query.compiler.malformed"),
        ({"select": "id id"}, "query.compiler.malformed"),
        ({"select": "sum(*)"}, "query.compiler.malformed"),
        ({"where": ""}, "query.compiler.malformed"),
        ({"where": "id = "}, "query.compiler.malformed"),
        ({"where": "district = '001"}, "query.compiler.malformed"),
        ({"where": 'district = "001"'}, "query.compiler.malformed"),
        ({"where": "id is not"}, "query.compiler.malformed"),
        ({"where": "(" * 5000}, "query.compiler.malformed"),
        ({"order": "id sideways"}, "query.compiler.malformed"),
        ({"limit": "-1"}, "invalid-request"),
        ({"limit": "many"}, "invalid-request"),
        ({"having": "n > 1"}, "invalid-request"),
    ],
)
def test_what_is_not_soql_is_refused(get: Get, crimes: pa.Table, clauses: dict[str, Any], code: str) -> None:
    reply = get(**clauses)

    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)
    assert reply.json()["message"]


@pytest.mark.parametrize(
    "attack",
    [
        '1=1; drop table "ijzp-q8t2"',
        "id = 1 union select * from duckdb_tables()",
        "id in (select id from x)",
        "district = '' or 1=1 --'",
        "district = '001' /* */",
        '":row" = 1',
        '`:row` = 1 or `id"` = 2',
        "id = $p0",
        "getenv('HOME') = 'x'",
        "id = 1::int",
    ],
)
def test_sql_never_gets_through_where(portal: Portal, get: Get, crimes: pa.Table, attack: str) -> None:
    assert get(where=attack).status_code == 400
    assert get(select=attack).status_code == 400
    assert portal.execute(f'SELECT count(*) FROM "{CRIMES}"') == [(ROWS,)]


def test_a_quote_inside_a_literal_stays_a_literal(get: Get, crimes: pa.Table) -> None:
    assert get(where="district = 'x'' OR ''1''=''1'").json() == []


def test_the_recorded_shape_of_an_unknown_column(get: Get, crimes: pa.Table) -> None:
    payload = get(select="id, nowhere").json()

    assert payload["message"].startswith("Query coordinator error: query.soql.no-such-column; No such column: nowhere;")
    assert payload["data"]["column"] == "nowhere"
    assert payload["data"]["position"] == {"row": 1, "column": 5, "line": "id, nowhere\n    ^"}


def test_unknown_datasets_and_paths_are_404(get: Get, portal: Portal) -> None:
    assert get(path="/resource/none-such.json").json()["errorCode"] == "dataset.missing"
    assert get(path="/api/views/none-such.json").status_code == 404
    assert get(path="/elsewhere").status_code == 404


def test_ten_thousand_conditions_do_not_exhaust_the_stack(get: Get, crimes: pa.Table) -> None:
    assert get(where=" or ".join(["id=1"] * 5000)).status_code == 200

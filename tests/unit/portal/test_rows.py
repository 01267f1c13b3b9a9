from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tests.portal import Portal
from tests.portal.chicago import CRIMES
from tests.unit.portal.conftest import ROWS, Get

SHAPES = "abcd-0001"
TYPES = {"id": "number", "flag": "checkbox", "at": "calendar_date", "words": "text", "place": "location", "page": "url"}
HOSTILE = [
    'say "hi", twice ""',
    "line\nbreak\r\nand\ttab",
    "\x00\x01\x1f\x7f\x85",
    "\u2028 \u202e \ufeff \U0001f46e\u200d\u2640\ufe0f",
    "</script><b>&amp;",
    "=cmd|' /C calc'!A0",
    "back\\slash 'single'",
    "",
    "نص عربي 文字",
]


@pytest.fixture
def shapes(portal: Portal) -> str:
    rows = {
        "id": ["1", "2.5", None],
        "flag": ["true", "false", None],
        "at": ["2026-08-14", "2026-08-14T13:05:06.789", None],
        "words": ["plain", 'a "quote"', None],
        "place": ['{"latitude":"41.9","longitude":"-87.6"}', None, None],
        "page": ["http://localhost/", None, None],
    }
    portal.add_table(SHAPES, pa.table(rows), TYPES, rows_updated_at=datetime(2026, 7, 16, 17, 40, 22, tzinfo=UTC))
    return f"/resource/{SHAPES}"


def test_json_has_texts_for_numbers_and_leaves_nulls_out(get: Get, shapes: str) -> None:
    assert get(path=f"{shapes}.json", order="id").json() == [
        {
            "id": "1",
            "flag": True,
            "at": "2026-08-14T00:00:00.000",
            "words": "plain",
            "place": {"latitude": "41.9", "longitude": "-87.6"},
            "page": {"url": "http://localhost/"},
        },
        {"id": "2.5", "flag": False, "at": "2026-08-14T13:05:06.789", "words": 'a "quote"'},
        {},
    ]


def test_csv_quotes_every_cell_but_null(get: Get, shapes: str) -> None:
    assert get(path=f"{shapes}.csv", select="id,flag,at,words", order="id").text == (
        '"id","flag","at","words"\n'
        '"1","true","2026-08-14T00:00:00.000","plain"\n'
        '"2.5","false","2026-08-14T13:05:06.789","a ""quote"""\n'
        ",,,\n"
    )


def test_an_empty_answer_is_still_well_formed(get: Get, shapes: str) -> None:
    assert get(path=f"{shapes}.json", where="id > 9").json() == []
    assert get(path=f"{shapes}.csv", select="id", where="id > 9").text == '"id"\n'


def test_headers_name_fields_types_and_freshness(get: Get, shapes: str) -> None:
    reply = get(path=f"{shapes}.json", select="id,flag,at,words,:updated_at,count(*) as n", group=_GROUPS)

    assert json.loads(reply.headers["X-SODA2-Fields"]) == ["id", "flag", "at", "words", ":updated_at", "n"]
    assert json.loads(reply.headers["X-SODA2-Types"]) == [
        "number",
        "boolean",
        "floating_timestamp",
        "text",
        "fixed_timestamp",
        "number",
    ]
    assert reply.headers["X-SODA2-Truth-Last-Modified"] == "Thu, 16 Jul 2026 17:40:22 GMT"
    assert reply.headers["Last-Modified"] == reply.headers["X-SODA2-Truth-Last-Modified"]
    assert reply.headers["Content-Type"] == "application/json;charset=utf-8"
    assert get(path=f"{shapes}.csv").headers["Content-Type"] == "text/csv;charset=utf-8"


_GROUPS = "id,flag,at,words,:updated_at"


def test_etag_changes_with_the_rows_and_saves_a_reply(get: Get, portal: Portal, shapes: str) -> None:
    first = get(path=f"{shapes}.json").headers["ETag"]

    assert get(path=f"{shapes}.json", headers={"If-None-Match": first}).status_code == 304
    portal.touch(SHAPES)
    assert get(path=f"{shapes}.json", headers={"If-None-Match": first}).status_code == 200


def test_metadata_reports_types_of_the_catalogue(get: Get, shapes: str) -> None:
    view = get(path=f"/api/views/{SHAPES}.json").json()

    assert {column["fieldName"]: column["dataTypeName"] for column in view["columns"]} == TYPES
    assert view["rowsUpdatedAt"] == int(datetime(2026, 7, 16, 17, 40, 22, tzinfo=UTC).timestamp())
    assert {"id", "name", "attribution", "license", "columns"} <= set(view)


def test_system_fields_come_only_when_named(get: Get, shapes: str) -> None:
    (named,) = get(path=f"{shapes}.json", select=":id,:created_at,:updated_at,:version", where="id = 1").json()

    assert named[":id"].startswith("row-")
    assert named[":version"].startswith("rv-")
    assert named[":updated_at"] == "2026-07-16T17:40:22.000Z"
    assert not any(name.startswith(":") for row in get(path=f"{shapes}.json").json() for name in row)
    everything = get(path=f"{shapes}.json?$$exclude_system_fields=false").json()
    assert all(":id" in row for row in everything)


def test_an_order_drops_computed_regions_from_the_star(get: Get, portal: Portal) -> None:
    types = {"id": "number", ":@computed_region_awaf_s7ux": "number"}
    portal.add_table(SHAPES, pa.table({"id": ["1"], ":@computed_region_awaf_s7ux": ["7"]}), types)

    assert get(path=f"/resource/{SHAPES}.json").json() == [{"id": "1", ":@computed_region_awaf_s7ux": "7"}]
    assert get(path=f"/resource/{SHAPES}.json", order="id").json() == [{"id": "1"}]


def test_any_text_comes_back_as_it_was(get: Get, portal: Portal) -> None:
    table = pa.table({"id": [str(number) for number in range(len(HOSTILE))], "words": HOSTILE})
    portal.add_table(SHAPES, table, {"id": "number", "words": "text"})
    path = f"/resource/{SHAPES}"

    rows = get(path=f"{path}.json", order="id").json()
    cells = list(csv.reader(io.StringIO(get(path=f"{path}.csv", order="id").content.decode(), newline="")))

    assert [row["words"] for row in rows] == HOSTILE
    assert [cell for _, cell in cells[1:]] == HOSTILE


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\x00" not in text])
def test_any_text_can_be_looked_for(get: Get, portal: Portal, text: str) -> None:
    portal.add_table(SHAPES, pa.table({"id": ["1", "2"], "words": [text, "other"]}), {"id": "number", "words": "text"})
    literal = text.replace("'", "''")

    assert get(path=f"/resource/{SHAPES}.json", where=f"words = '{literal}'").json() == [{"id": "1", "words": text}]


def test_large_answers_come_in_chunks_over_one_connection(get: Get, portal: Portal, crimes: pa.Table) -> None:
    reply = get("csv", limit=ROWS)

    assert reply.headers["Transfer-Encoding"] == "chunked"
    assert len(reply.content.splitlines()) == ROWS + 1
    assert get("json", limit=3).status_code == 200


def test_gzip_is_served_on_demand_only(get: Get, portal: Portal, crimes: pa.Table) -> None:
    plain = get("csv", order="id", limit=ROWS)
    portal.gzip = True
    packed = get("csv", order="id", limit=ROWS)
    refused = get("csv", order="id", limit=ROWS, headers={"Accept-Encoding": "identity"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in refused.headers
    assert plain.content == packed.content == refused.content
    assert get(path=f"/api/views/{CRIMES}.json").json()["id"] == CRIMES


def test_geojson_has_shapes_and_properties(get: Get, portal: Portal) -> None:
    square = {"type": "MultiPolygon", "coordinates": [[[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]]]}
    features = [
        {"type": "Feature", "geometry": square, "properties": {":id": "row-1", "dist_num": str(n), "label": None}}
        for n in range(3)
    ]
    portal.add_geojson(SHAPES, {"type": "FeatureCollection", "features": features})
    path = f"/resource/{SHAPES}.geojson"

    collection = get(path=path).json()

    assert collection["type"] == "FeatureCollection"
    assert {feature["properties"]["dist_num"] for feature in collection["features"]} == {"0", "1", "2"}
    assert all(feature["geometry"] == square for feature in collection["features"])
    assert set(collection["features"][0]["properties"]) == {"dist_num", "label"}
    assert get(path=path, select="dist_num", where="dist_num = '1'").json()["features"] == [
        {"type": "Feature", "geometry": square, "properties": {"dist_num": "1"}}
    ]


def test_geojson_of_rows_without_shapes_is_refused(get: Get, crimes: pa.Table) -> None:
    assert get("geojson").status_code == 400


def test_tokens_are_checked_only_when_given(get: Get, portal: Portal, crimes: pa.Table) -> None:
    portal.tokens = frozenset({"good"})

    assert get(headers={"X-App-Token": "good"}).status_code == 200
    assert get().status_code == 200
    refused = get(headers={"X-App-Token": "bad"})
    assert (refused.status_code, refused.json()["error"]) == (403, True)


def test_the_log_counts_requests_and_rows(get: Get, portal: Portal, crimes: pa.Table) -> None:
    get("csv", select="id", limit=7)
    get(select="count(*) as n")
    get(select="nowhere")

    first, counted, refused = portal.requests
    assert (first.method, first.path, first.status, first.rows) == ("GET", f"/resource/{CRIMES}.csv", 200, 7)
    assert first.params == {"$select": "id", "$limit": "7"}
    assert "user-agent" in first.headers
    assert (first.target, counted.target, refused.status) == ("rows", "groups", 400)
    portal.reset_log()
    assert portal.requests == []

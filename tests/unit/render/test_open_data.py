"""Open data of a place: each number of the dossier once, the same in both files, safe in a spreadsheet."""

from __future__ import annotations

import csv
import json
from functools import cache
from io import StringIO
from typing import Any

import pytest

from district_reports.errors import RenderError
from district_reports.model import State
from district_reports.render.metric_names import name_measure
from district_reports.render.open_data import COLUMNS, Row, build_rows, list_measures, render_csv, render_json
from district_reports.render.page import build_page
from district_reports.render.sheet import Sheet
from tests.unit.render.dossiers import TAGS, WINDOW, all_words, make_measure, shipped
from tests.unit.render.people_dossiers import sheet_of

each_language = pytest.mark.parametrize("tag", TAGS)


def rows_of(sheet: Sheet) -> tuple[Row, ...]:
    return build_rows(sheet, build_page(sheet.dossier, sheet.words, sheet.settings))


@cache
def usual_rows() -> tuple[Row, ...]:
    return rows_of(sheet_of("en"))


def table_of(rows: tuple[Row, ...]) -> list[dict[str, str]]:
    data = render_csv(rows)
    assert data.startswith(b"\xef\xbb\xbfdistrict_id,quarter,")
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def document_of(sheet: Sheet) -> dict[str, Any]:
    page = build_page(sheet.dossier, sheet.words, sheet.settings)
    found: dict[str, Any] = json.loads(render_json(sheet, page, build_rows(sheet, page)))
    return found


@each_language
def test_every_measure_of_the_dossier_stands_once_with_all_it_has(tag: str) -> None:
    sheet = sheet_of(tag, is_sample=True)
    rows = table_of(rows_of(sheet))
    held = {(m.district_id, m.metric_id, m.quarter): m for m in list_measures(sheet.dossier)}
    keys = [(row["district_id"], row["metric_id"], row["quarter"]) for row in rows]
    assert keys == sorted(held)
    assert {quarter for _, metric_id, quarter in keys if metric_id == "incidents_violent"} == set(map(str, WINDOW))
    for key, row in zip(keys, rows, strict=True):
        measure = held[key]
        assert (float(row["value"]) if row["value"] else None) == measure.value
        assert (row["unit"], row["state"], row["origin_id"]) == (measure.unit, measure.state, measure.origin_id)
        assert (row["numerator"], row["denominator"]) == tuple(
            "" if part is None else str(part) for part in (measure.numerator, measure.denominator)
        )
        assert row["as_of"] == measure.as_of.isoformat()
        assert row["metric"]
        assert row["notice"] == sheet.words.text("banner.sample")


def test_rows_by_hand() -> None:
    rows = {(row["metric_id"], row["quarter"]): row for row in table_of(usual_rows())}
    violent = rows["incidents_violent", "2026Q3"]
    assert (violent["district_id"], violent["value"], violent["metric"]) == ("007", "412", "Violent incidents")
    share = rows["arrest_share_all", "2023Q3"]
    assert (share["value"], share["numerator"], share["denominator"]) == ("0.142000", "142", "1000")
    assert share["metric"] == "Share with an arrest so far: All incidents"
    assert violent["notice"] == ""


def test_without_a_value_the_cell_is_empty_and_the_state_tells_why() -> None:
    sheet = sheet_of("en", counts={"incidents_violent": (480, None)})
    (row,) = [row for row in rows_of(sheet) if (row["metric_id"], row["quarter"]) == ("incidents_violent", "2026Q3")]
    assert row["value"] is None
    (cells,) = table_of((row,))
    assert (cells["value"], cells["state"]) == ("", State.NO_DATA)


@each_language
def test_both_files_hold_the_same_rows(tag: str) -> None:
    sheet = sheet_of(tag, place="city", is_sample=True, is_preview=True)
    document, table = document_of(sheet), table_of(rows_of(sheet))
    assert len(document["rows"]) == len(table)
    for ours, theirs in zip(document["rows"], table, strict=True):
        assert set(ours) == set(theirs) == set(COLUMNS)
        for name, cell in theirs.items():
            value = ours[name]
            assert (float(cell) == value) if isinstance(value, float | int) else (cell == (value or ""))
    assert document["is_sample"] and document["is_preview"] and len(document["notices"]) == 2
    assert [column["name"] for column in document["columns"]] == list(COLUMNS)
    assert all(column["description"] for column in document["columns"])
    assert document["language"] == tag
    assert {row["origin_id"] for row in document["rows"]} <= {origin["origin_id"] for origin in document["origins"]}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\u202e=", "\ufeff="])
def test_no_cell_is_run_by_a_spreadsheet(start: str) -> None:
    row = {**usual_rows()[0], "origin_id": f"{start}HYPERLINK(1)", "metric": 'a\nb,"c"'}
    (cells,) = table_of((row,))
    assert cells["origin_id"].startswith("'") and cells["origin_id"].endswith("HYPERLINK(1)")
    assert cells["metric"] == 'a b,"c"'


def test_one_number_with_two_values_is_an_error() -> None:
    other = make_measure("incidents_violent", 413)
    sheet = sheet_of("en")
    fact = sheet.dossier.key_facts[0].model_copy(update={"now": other})
    broken = sheet_of("en", key_facts=(fact, *sheet.dossier.key_facts[1:]))
    page = build_page(sheet.dossier, sheet.words, sheet.settings)
    with pytest.raises(RenderError, match="expected one value of 007 incidents_violent 2026Q3, got two"):
        build_rows(broken, page)


def test_the_same_rows_give_the_same_bytes() -> None:
    assert render_csv(rows_of(sheet_of("ar"))) == render_csv(rows_of(sheet_of("ar")))


# Names of what is counted


NAMES = {
    "incidents_theft": "Thefts",
    "arrest_share_violent": "Share with an arrest so far: Violent incidents",
    "arrest_within_90_shooting": "Share with an arrest within 90 days: Shootings (incidents)",
    "days_to_arrest_homicide": "Days until half of the first arrests: Homicides (victims)",
    "complaint_finding_share": "Share of complaint cases: With a finding",
    "complaint_cases": "Complaint cases opened",
    "rate_violent": "Per 1,000 residents: Violent incidents",
    "requests_closed_share_rodents": "Share of requests closed within 30 days: Rats",
    "requests_days_all": "Days until half of the requests were closed: All requests",
    "requests_pothole": "Requests for city services: Pothole in the street",
    "loop_open": "Open requests",
    "trust_score": "Trust in the police: mean score from 0 to 10",
}


@pytest.mark.parametrize("metric_id", NAMES)
def test_names_stand_alone(metric_id: str) -> None:
    assert name_measure(all_words()["en"], shipped(), metric_id) == NAMES[metric_id]


@each_language
def test_names_differ(tag: str) -> None:
    names = [name_measure(all_words()[tag], shipped(), metric_id) for metric_id in NAMES]
    assert len(set(names)) == len(NAMES)

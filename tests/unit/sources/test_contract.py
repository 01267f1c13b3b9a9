"""The questions: which columns, which months, in which order."""

from datetime import date

import pytest

from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import (
    Query,
    described_columns,
    events_query,
    filled,
    missing_columns,
    month_end,
    month_id,
    narrowed,
    part_soql,
    rows_where,
    window_months,
)
from district_reports.tables import arrow_schema


def test_a_query_names_the_portals_fields_alone(settings: Settings) -> None:
    crimes = settings.source("crimes")
    query = events_query(crimes, date(2018, 12, 1), date(2019, 1, 1), limit=5)
    assert query.soql == (
        "SELECT id, date, iucr, primary_type, fbi_code, arrest, domestic, beat, district, case_number, community_area, "
        "location_description, updated_on "
        "WHERE date >= '2018-12-01T00:00:00' AND date < '2019-01-01T00:00:00' ORDER BY id LIMIT 5"
    )


def test_a_query_without_clauses_is_a_select(settings: Settings) -> None:
    assert Query(settings.source("crimes"), ("beat_id", "incident_id")).soql == "SELECT beat, id"


def test_a_manifest_tells_the_query_of_each_form(settings: Settings) -> None:
    assert part_soql(settings.source("crimes")).endswith("WHERE date >= first AND date < end ORDER BY id")
    assert part_soql(settings.source("stations")).endswith("zip, phone ORDER BY district")
    assert part_soql(settings.source("beats")) == "SELECT beat_num, district AS GeoJSON"


def test_the_rows_ever_asked_for_are_in_every_query(settings: Settings) -> None:
    requests = settings.source("requests")
    where = f"({requests.where}) AND created_date >= "
    assert f"WHERE {where}'2018-12-01T00:00:00'" in events_query(requests, date(2018, 12, 1), date(2019, 1, 1)).soql
    assert f"WHERE {where}first AND created_date < end ORDER BY sr_number" in part_soql(requests)
    assert part_soql(settings.source("sentiment")).endswith("end_date WHERE sector IS NULL ORDER BY :id")
    assert part_soql(settings.source("court_intake")).endswith(
        f"WHERE {settings.source('court_intake').where} ORDER BY :id"
    )
    areas = settings.source("beats").model_copy(update={"where": "district <> '31'"})
    assert part_soql(areas) == "SELECT beat_num, district AS GeoJSON WHERE district <> '31'"
    assert rows_where(settings.source("crimes")) == ""
    assert rows_where(requests) == requests.where


def test_a_missing_column_is_not_asked_for_and_is_empty(settings: Settings) -> None:
    crimes = settings.source("crimes")
    asked = narrowed(crimes, ("case_number",))
    assert [name for name in crimes.columns if name not in asked.columns] == ["case_number"]
    assert narrowed(crimes, ()) is crimes
    told = described_columns(crimes, ("case_number",))
    assert told["case_number"] == "(missing) text?"
    assert missing_columns(told) == ("case_number",)
    assert missing_columns(described_columns(crimes)) == ()
    table = filled(arrow_schema(asked).empty_table(), crimes, ("case_number",))
    assert table.schema.equals(arrow_schema(crimes))


def test_a_table_of_other_columns_is_left_to_its_contract(settings: Settings) -> None:
    crimes = settings.source("crimes")
    table = arrow_schema(narrowed(crimes, ("case_number", "beat_id"))).empty_table()
    assert filled(table, crimes, ("case_number",)) is table


def test_described_columns_tell_field_type_and_null(settings: Settings) -> None:
    described = described_columns(settings.source("crimes"))
    assert described["incident_id"] == "id integer"
    assert described["beat_id"] == "beat text?"


@pytest.mark.parametrize(
    ("month", "end"),
    [
        (date(2018, 1, 1), date(2018, 2, 1)),
        (date(2018, 11, 1), date(2018, 12, 1)),
        (date(2018, 12, 1), date(2019, 1, 1)),
    ],
)
def test_a_month_ends_where_the_next_begins(month: date, end: date) -> None:
    assert month_end(month) == end


def test_a_window_is_its_months_in_order_each_once() -> None:
    quarters = (Quarter(2018, 4), Quarter(2018, 3), Quarter(2018, 4))
    assert [month_id(month) for month in window_months(quarters)] == [
        "2018-07",
        "2018-08",
        "2018-09",
        "2018-10",
        "2018-11",
        "2018-12",
    ]
    assert window_months(()) == ()

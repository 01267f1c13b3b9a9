"""The questions: which columns, which months, in which order."""

from datetime import date

import pytest

from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.contract import (
    Query,
    described_columns,
    events_query,
    month_end,
    month_id,
    part_soql,
    window_months,
)


def test_a_query_names_the_portals_fields_alone(settings: Settings) -> None:
    crimes = settings.source("crimes")
    query = events_query(crimes, date(2018, 12, 1), date(2019, 1, 1), limit=5)
    assert query.soql == (
        "SELECT id, date, iucr, primary_type, fbi_code, arrest, domestic, beat, district "
        "WHERE date >= '2018-12-01T00:00:00' AND date < '2019-01-01T00:00:00' ORDER BY id LIMIT 5"
    )


def test_a_query_without_clauses_is_a_select(settings: Settings) -> None:
    assert Query(settings.source("crimes"), ("beat_id", "incident_id")).soql == "SELECT beat, id"


def test_a_manifest_tells_the_query_of_each_form(settings: Settings) -> None:
    assert part_soql(settings.source("crimes")).endswith("WHERE date >= first AND date < end ORDER BY id")
    assert part_soql(settings.source("stations")).endswith("zip, phone ORDER BY district")
    assert part_soql(settings.source("beats")) == "SELECT beat_num, district AS GeoJSON"


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

"""Stations of the city's districts, with the city's ids."""

import pyarrow as pa

from district_reports.settings import Settings
from district_reports.sources.stations import tidy_stations
from district_reports.tables import arrow_schema


def test_headquarters_and_strangers_are_left_out_and_ids_padded(settings: Settings) -> None:
    schema = arrow_schema(settings.source("stations"))
    rows = [
        {**dict.fromkeys(schema.names, "x"), "district_id": raw} for raw in ("Headquarters", "10", "1", "31", "002")
    ]
    tidy = tidy_stations(pa.Table.from_pylist(rows, schema), settings.district_ids)
    assert tidy.column("district_id").to_pylist() == ["001", "002", "010"]
    assert tidy.schema.equals(schema)


def test_no_station_is_no_row(settings: Settings) -> None:
    schema = arrow_schema(settings.source("stations"))
    assert tidy_stations(schema.empty_table(), settings.district_ids).num_rows == 0

"""Every metric on real rows, against counts made in another way: pandas on the files as published.

Postconditions of the fixture: the published files, all text, are turned into stored parts in a temporary folder; no
row of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pandas as pd
import pytest

from district_reports.checks import (
    check_districts,
    check_history,
    check_jumps,
    check_sums,
    check_volume,
    require_passed,
)
from district_reports.metrics import (
    CITY,
    OUTSIDE,
    Oddity,
    build_breakdowns,
    count_by_name,
    count_measures,
    count_months,
    count_oddities,
    format_measures,
    newest_day,
    open_incidents,
    parse_measures,
)
from district_reports.metrics.measures import COUNT_UNITS
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.real_data import REAL_CRIMES

REAL = REAL_CRIMES
QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"needs the real rows, set REAL_DATA_DIR: {REAL}"),
]

# Written out by hand, apart from the config: the offence groups each metric counts.
GROUPS = {
    "incidents_violent": ["01A", "02", "03", "04A", "04B"],
    "incidents_property": ["05", "06", "07", "09"],
    "incidents_homicide": ["01A"],
    "incidents_sexual_assault": ["02"],
    "incidents_robbery": ["03"],
    "incidents_aggravated_assault": ["04A"],
    "incidents_aggravated_battery": ["04B"],
    "incidents_burglary": ["05"],
    "incidents_theft": ["06"],
    "incidents_vehicle_theft": ["07"],
    "incidents_arson": ["09"],
    "incidents_drug": ["18"],
    "incidents_weapons": ["15"],
}
# Assault (a threat) and stalking; then harassment by telephone or electronic means, threats, violated orders.
THREATS, THREAT_CODES = ["04A", "08A"], ["2825", "2826", "3960", "0584"]


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The published rows, all text but the flags; quarter cut from the text of the date."""
    columns = [
        "date",
        "iucr",
        "primary_type",
        "fbi_code",
        "arrest",
        "domestic",
        "beat",
        "district",
        "location_description",
    ]
    rows = pd.concat([pd.read_parquet(path, columns=columns) for path in sorted(REAL.glob("crimes_*.parquet"))])
    month = rows["date"].str.slice(5, 7).astype(int)
    rows["quarter"] = rows["date"].str.slice(0, 4) + "Q" + ((month + 2) // 3).astype(str)
    for flag in ("arrest", "domestic"):
        rows[flag] = rows[flag] == "true"
    return rows.reset_index(drop=True)


@pytest.fixture(scope="module")
def con(city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    types = {"integer": "BIGINT", "text": "VARCHAR", "timestamp": "TIMESTAMP_MS", "boolean": "BOOLEAN"}
    columns = city.source("crimes").columns.items()
    cast = ", ".join(f'CAST("{column.field}" AS {types[column.type]}) AS "{name}"' for name, column in columns)
    folder = tmp_path_factory.mktemp("parts")
    published = str(REAL / "crimes_*.parquet")
    with duckdb.connect() as writer:
        for quarter in QUARTER.window(13):
            for month in quarter.months:
                target = folder / f"{month:%Y-%m}.parquet"
                writer.execute(
                    f"COPY (SELECT {cast} FROM read_parquet($published) WHERE left(date, 7) = $month ORDER BY 1)"
                    f" TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
                    {"published": published, "month": f"{month:%Y-%m}"},
                )
    with open_incidents(sorted(folder.glob("*.parquet")), city) as opened:
        yield opened


@pytest.fixture(scope="module")
def measures(con: duckdb.DuckDBPyConnection, city: Settings) -> pd.DataFrame:
    return count_measures(con, city, QUARTER.window(13), as_of=AS_OF, origin_id="crimes")


def counted(rows: pd.DataFrame, city: Settings) -> dict[tuple[str, str], int]:
    """Return rows by place and quarter, the city and `none` among the places."""
    place = rows["district"].where(rows["district"].isin(city.district_ids), "none")
    counts: dict[tuple[str, str], int] = {}
    for district_id, quarter in zip(place, rows["quarter"], strict=True):
        for key in ((district_id, quarter), ("city", quarter)):
            counts[key] = counts.get(key, 0) + 1
    return counts


def expected_rows(raw: pd.DataFrame, metric_id: str) -> pd.DataFrame:
    if metric_id == "incidents_all":
        return raw
    if metric_id == "incidents_carjacking":
        return raw[(raw["iucr"] == "0325") | (raw["iucr"] == "0326")]
    if metric_id == "incidents_domestic":
        return raw[raw["domestic"]]
    if metric_id == "incidents_transit":
        return raw[raw["location_description"].fillna("").str.startswith("CTA ")]
    if metric_id == "incidents_assault_harassment":
        is_other = (raw["fbi_code"] == "26") & raw["iucr"].isin(THREAT_CODES)
        return raw[raw["fbi_code"].isin(THREATS) | is_other]
    return raw[raw["fbi_code"].isin(GROUPS[metric_id])]


OTHERS = [
    "incidents_all",
    "incidents_assault_harassment",
    "incidents_carjacking",
    "incidents_domestic",
    "incidents_transit",
]


@pytest.mark.parametrize("metric_id", [*OTHERS, *GROUPS])
def test_counts_are_those_of_the_published_rows(
    raw: pd.DataFrame, measures: pd.DataFrame, city: Settings, metric_id: str
) -> None:
    got = measures[measures["metric_id"] == metric_id]
    assert len(got) == 24 * 13
    assert set(got["state"]) == {"ok"}
    expected = counted(expected_rows(raw, metric_id), city)
    for row in got.itertuples():
        assert row.value == expected.get((str(row.district_id), str(row.quarter)), 0), row


@pytest.mark.parametrize("kind", ["all", "violent", "property"])
def test_shares_are_those_of_the_published_rows(
    raw: pd.DataFrame, measures: pd.DataFrame, city: Settings, kind: str
) -> None:
    rows = expected_rows(raw, f"incidents_{kind}")
    whole, part = counted(rows, city), counted(rows[rows["arrest"]], city)
    got = measures[measures["metric_id"] == f"arrest_share_{kind}"]
    assert len(got) == 24 * 13
    for row in got.itertuples():
        key = (str(row.district_id), str(row.quarter))
        assert (row.numerator, row.denominator) == (part.get(key, 0), whole.get(key, 0)), row
        if whole.get(key, 0):
            assert row.value == pytest.approx(part.get(key, 0) / whole[key], abs=5e-7)
            # Ripe a year after the quarter: on 19 November 2018 the newest ripe quarter is 2017Q3.
            assert row.state == ("ok" if str(row.quarter) <= "2017Q3" else "too_early")
        else:
            assert (row.state, str(row.value)) == ("no_data", "nan")


def test_every_metric_of_the_config_was_looked_at(city: Settings) -> None:
    shares = {"arrest_share_all", "arrest_share_violent", "arrest_share_property"}
    looked_at = {*OTHERS, *GROUPS, *shares}
    assert {metric.metric_id for metric in city.metrics.metrics} == looked_at


def test_districts_and_none_add_up_and_nothing_stops_the_quarter(
    con: duckdb.DuckDBPyConnection, measures: pd.DataFrame, city: Settings
) -> None:
    counts = measures[(measures["metric_id"] == "incidents_all") & (measures["quarter"] == str(QUARTER))]
    rows = {str(place): int(value) for place, value in zip(counts["district_id"], counts["value"], strict=True)}
    window = QUARTER.window(13)
    results = [
        *check_sums(measures, whole=CITY, units=COUNT_UNITS),
        *check_history(measures, QUARTER, whole=CITY, metric_id="incidents_all"),
        *check_jumps(measures, QUARTER, whole=CITY, units=COUNT_UNITS, total="incidents_all"),
        *check_volume(count_months(con), window, city.source("crimes").monthly_rows),
        *check_districts({place: rows[place] for place in city.district_ids}, outside=rows[OUTSIDE]),
    ]
    require_passed(results)
    assert [result.check_id for result in results if not result.passed] == []
    assert newest_day(con) == QUARTER.end


def test_breakdowns_add_up_to_the_measures(
    con: duckdb.DuckDBPyConnection, measures: pd.DataFrame, city: Settings, raw: pd.DataFrame
) -> None:
    found = build_breakdowns(con, city, QUARTER)
    counts = measures[(measures["metric_id"] == "incidents_all") & (measures["quarter"] == str(QUARTER))]
    totals = {str(place): int(value) for place, value in zip(counts["district_id"], counts["value"], strict=True)}
    assert {str(k): int(n) for k, n in found.by_hour.groupby("district_id")["count"].sum().items()} == totals
    beats = {str(k): int(n) for k, n in found.by_beat.groupby("district_id")["count"].sum().items()}
    assert beats == {place: totals[place] for place in city.district_ids}
    now = raw[raw["quarter"] == str(QUARTER)]
    moments = pd.to_datetime(now["date"])
    friday_noon = (moments.dt.day_name() == "Friday") & (moments.dt.hour == 12)
    cell = found.by_hour.query("district_id == 'city' and weekday == 4 and hour == 12")["count"]
    assert cell.tolist() == [int(friday_noon.sum())]


def test_oddities_are_those_of_the_published_rows(
    con: duckdb.DuckDBPyConnection, city: Settings, raw: pd.DataFrame
) -> None:
    oddities = count_oddities(con, QUARTER.window(13))
    inside = raw["district"].isin(city.district_ids)
    outside = raw[~inside]["district"].fillna("").value_counts()
    assert count_by_name(oddities, Oddity.OUTSIDE_ROWS) == {str(name): int(n) for name, n in outside.items()}
    strayed = raw[inside & (raw["beat"].str.slice(0, 2) != raw["district"].str.slice(1, 3))]
    assert count_by_name(oddities, Oddity.CONTRADICTING_BEATS) == {"": len(strayed)}
    new_year = raw["date"].str.slice(5, 10) == "01-01"
    assert count_by_name(oddities, Oddity.DEFAULT_DATES) == {"": int(new_year.sum())}
    for oddity in (Oddity.UNKNOWN_TYPES, Oddity.UNKNOWN_CODES, Oddity.UNKNOWN_GROUPS):
        assert count_by_name(oddities, oddity) == {}


def test_the_table_survives_its_csv(measures: pd.DataFrame) -> None:
    data = format_measures(measures)
    pd.testing.assert_frame_equal(parse_measures(data), measures)
    assert data.count(b"\n") == 1 + 24 * 13 * 21

"""Victims and shooting incidents of real rows, against counts made in another way: pandas on the file as published.

Postconditions of the fixture: the published file, all text, is turned into one stored part in a temporary folder, with
the declared columns alone; no row of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.measures import Measures
from district_reports.metrics.opened import Opened, attach_sources
from district_reports.metrics.victims import check_victims, count_victims
from district_reports.model import Origin
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from district_reports.tables import arrow_schema
from tests.real_data import REAL_DATA

REAL = REAL_DATA / "victims" / "victims_2024-09_to_2025-12.csv"
AS_OF = date(2026, 1, 2)
QUARTERS = Quarter(2025, 4).window(5)

pytestmark = pytest.mark.skipif(not REAL.is_file(), reason=f"needs the real rows, set REAL_DATA_DIR: {REAL}")


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The published rows, all text; quarter cut from the text of the date, district padded by hand."""
    rows = pd.read_csv(REAL, dtype=str, keep_default_na=False)
    month = rows["date"].str.slice(5, 7).astype(int)
    rows["quarter"] = rows["date"].str.slice(0, 4) + "Q" + ((month + 2) // 3).astype(str)
    rows["place"] = rows["district"].str.zfill(3)
    return rows


@pytest.fixture(scope="module")
def opened(city: Settings, raw: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    source = city.source("victims")
    path = tmp_path_factory.mktemp("parts") / "all.parquet"
    columns = {name: raw[column.field].where(raw[column.field] != "") for name, column in source.columns.items()}
    columns[source.date] = pd.to_datetime(columns[source.date])
    pq.write_table(pa.Table.from_pandas(pd.DataFrame(columns), schema=arrow_schema(source)), path)
    names = {"producer": "", "title": "", "page_url": "", "dataset_id": "", "license": "", "snapshot": ""}
    origins = {name: Origin(origin_id=name, as_of=AS_OF, **names) for name in ("crimes", "victims")}
    with open_incidents([], city) as con:
        attach_sources(con, city, {"victims": [path]})
        yield Opened(con, city, AS_OF, origins)


@pytest.fixture(scope="module")
def table(opened: Opened) -> pd.DataFrame:
    return count_victims(opened, QUARTERS)


def expected_rows(raw: pd.DataFrame, metric_id: str) -> pd.DataFrame:
    is_homicide = raw["victimization_primary"] == "HOMICIDE"
    is_shot = raw["gunshot_injury_i"] == "YES"
    if metric_id == "victims_homicide":
        return raw[is_homicide]
    if metric_id == "victims_nonfatal_shooting":
        return raw[is_shot & ~is_homicide]
    return raw[is_shot].sort_values("unique_id").drop_duplicates("case_number")


@pytest.mark.parametrize("metric_id", ["victims_homicide", "victims_nonfatal_shooting", "shooting_incidents"])
def test_counts_are_those_of_the_published_rows(
    raw: pd.DataFrame, table: pd.DataFrame, city: Settings, metric_id: str
) -> None:
    rows = expected_rows(raw, metric_id)
    places = rows.groupby(["place", "quarter"]).size().to_dict()
    whole = rows.groupby("quarter").size().to_dict()
    got = table[table["metric_id"] == metric_id]
    assert len(got) == 24 * 5 and set(got["state"]) == {"ok"}
    for row in got.itertuples():
        key = (str(row.district_id), str(row.quarter))
        expected = whole[key[1]] if key[0] == "city" else places.get(key, 0)
        assert row.value == expected, row
    assert set(rows["place"]) <= set(city.district_ids)


def test_victims_and_incidents_differ(table: pd.DataFrame, raw: pd.DataFrame) -> None:
    measures = Measures(table)
    shot = raw[raw["gunshot_injury_i"] == "YES"].groupby("quarter").size()
    for quarter in QUARTERS:
        incidents = measures.get("city", quarter, "shooting_incidents").value
        assert incidents is not None and 0.7 * shot[str(quarter)] < incidents < shot[str(quarter)]


def test_a_quarter_of_which_one_month_is_there_has_no_data(opened: Opened) -> None:
    got = count_victims(opened, [Quarter(2024, 3), Quarter(2026, 1)])
    assert set(got["state"]) == {"no_data"}


def test_what_is_odd_in_the_published_rows_is_told(opened: Opened) -> None:
    """Seven rows of a shooting say "NON-FATAL" and name no offence group; everything else is known."""
    results = {result.check_id: result for result in check_victims(opened, Quarter(2025, 4).window(6))}
    assert [check_id for check_id, result in results.items() if not result.passed] == ["victim_groups_known"]
    assert results["victim_groups_known"].got == "'': 7 rows"

"""Chicago's datasets on the portal: real files given as arguments, or synthetic crimes of the same shape."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.portal.portal import Portal

CRIMES = "ijzp-q8t2"
DISTRICTS = "24zt-jpfn"
BEATS = "n9it-hstw"
STATIONS = "z8bn-74gv"

CRIMES_TYPES = {
    "id": "number",
    "case_number": "text",
    "date": "calendar_date",
    "block": "text",
    "iucr": "text",
    "primary_type": "text",
    "description": "text",
    "location_description": "text",
    "arrest": "checkbox",
    "domestic": "checkbox",
    "beat": "text",
    "district": "text",
    "ward": "number",
    "community_area": "text",
    "fbi_code": "text",
    "x_coordinate": "number",
    "y_coordinate": "number",
    "year": "number",
    "updated_on": "calendar_date",
    "latitude": "number",
    "longitude": "number",
}
STATIONS_TYPES = {
    "district": "text",
    "district_name": "text",
    "address": "text",
    "city": "text",
    "state": "text",
    "zip": "text",
    "website": "url",
    "phone": "text",
    "fax": "text",
    "tty": "text",
    "x_coordinate": "number",
    "y_coordinate": "number",
    "latitude": "number",
    "longitude": "number",
    "location": "location",
}
_REAL_EXTRACT_AT = datetime(2018, 11, 19, 22, 22, 2, tzinfo=UTC)
_YEAR = {"year": 'year(CAST("date" AS TIMESTAMP))'}
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
# iucr, primary type, description, FBI code, weight
_OFFENCES = (
    ("0110", "HOMICIDE", "FIRST DEGREE MURDER", "01A", 1),
    ("031A", "ROBBERY", "ARMED - HANDGUN", "03", 8),
    ("0320", "ROBBERY", "STRONG ARM - NO WEAPON", "03", 8),
    ("0460", "BATTERY", "SIMPLE", "08B", 60),
    ("0486", "BATTERY", "DOMESTIC BATTERY SIMPLE", "08B", 80),
    ("0560", "ASSAULT", "SIMPLE", "08A", 45),
    ("0610", "BURGLARY", "FORCIBLE ENTRY", "05", 25),
    ("0810", "THEFT", "OVER $500", "06", 60),
    ("0820", "THEFT", "$500 AND UNDER", "06", 80),
    ("0910", "MOTOR VEHICLE THEFT", "AUTOMOBILE", "07", 40),
    ("1310", "CRIMINAL DAMAGE", "TO PROPERTY", "14", 50),
    ("1811", "NARCOTICS", "POSS: CANNABIS 30GMS OR LESS", "18", 20),
)
_STREETS = ("STATE ST", "MAIN ST", "LAKE ST")
_PLACES = ("STREET", "RESIDENCE", "APARTMENT", "SIDEWALK", "SMALL RETAIL STORE", 'PARKING LOT / GARAGE (NON. "RESID")')


def serve_real_crimes(portal: Portal, folder: Path, quarters: Collection[str] | None = None) -> int:
    """Publish the crimes of a folder of `crimes_YYYYQn.parquet` and return how many rows.

    Args:
        portal: Where to publish.
        folder: Holds the files; every value in them is text.
        quarters: Such as `2018Q1`; by default every file.

    Raises:
        FileNotFoundError: If the folder has no file, or not one of the quarters.
    """
    paths = {path.stem.removeprefix("crimes_"): path for path in sorted(folder.glob("crimes_????Q?.parquet"))}
    missing = set(quarters or ()) - set(paths)
    if missing or not paths:
        raise FileNotFoundError(f"no crimes_*.parquet in {folder} for {sorted(missing) or 'any quarter'}")
    chosen = [path for quarter, path in paths.items() if quarters is None or quarter in quarters]
    _publish_crimes(portal, chosen, _REAL_EXTRACT_AT)
    return int(portal.execute(f'SELECT count(*) FROM "{CRIMES}"')[0][0])


def serve_small_crimes(portal: Portal, rows_updated_at: datetime | None = None, **settings: Any) -> pa.Table:
    """Publish synthetic crimes and return them.

    Args:
        portal: Where to publish.
        rows_updated_at: Last change; by default ten days after the last crime.
        settings: Arguments of `make_small_crimes`.
    """
    crimes = make_small_crimes(**settings)
    last = max(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in crimes["date"].to_pylist())
    _publish_crimes(portal, crimes, rows_updated_at or last + timedelta(days=10))
    return crimes


def serve_boundaries(portal: Portal, districts_geojson: Path, beats_geojson: Path) -> None:
    """Publish the polygons of districts and beats.

    Args:
        portal: Where to publish.
        districts_geojson: FeatureCollection of districts.
        beats_geojson: FeatureCollection of beats.
    """
    portal.add_geojson(DISTRICTS, districts_geojson, name="Boundaries - Police Districts (current)")
    portal.add_geojson(BEATS, beats_geojson, name="Boundaries - Police Beats (current)")


def serve_stations(portal: Portal, csv_path: Path) -> None:
    """Publish the district stations of a portal CSV export.

    Args:
        portal: Where to publish.
        csv_path: The export; its headers become column names.
    """
    with csv_path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name.lower().replace(" ", "_"): value for name, value in row.items()} for row in csv.DictReader(file)]
    columns = {
        name: pa.array([row.get(name) or None for row in rows], pa.string())
        for name in STATIONS_TYPES
        if name != "location"
    }
    columns["location"] = pa.array([_location(row) for row in rows], pa.string())
    portal.add_table(STATIONS, pa.table(columns), STATIONS_TYPES, key="district", name="Police Stations")


def make_small_crimes(
    quarters: Sequence[str] = ("2018Q2", "2018Q3"),
    districts: Sequence[str] = ("001", "007", "011"),
    rows_per_quarter: int = 1500,
    seed: int = 0,
) -> pa.Table:
    """Return synthetic crimes in the shape of the real files: all values are text, absent is null.

    Ids are unique; a homicide of two victims repeats its case number; a few rows lack a place, a ward or
    coordinates. The same arguments give the same rows.

    Args:
        quarters: Such as `2018Q3`.
        districts: Three digits each.
        rows_per_quarter: Crimes in each quarter, over all districts.
        seed: Of the random choices.
    """
    choose = random.Random(seed)
    rows: list[dict[str, str | None]] = []
    for quarter in quarters:
        start, days = _quarter_days(quarter)
        moments = sorted(
            start + timedelta(days=choose.randrange(days), minutes=choose.randrange(1440))
            for _ in range(rows_per_quarter)
        )
        for moment in moments:
            rows.append(_crime(choose, 11_000_000 + len(rows) * 3, moment, choose.choice(districts)))
    _repeat_case_numbers(rows)
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in CRIMES_TYPES})


def _publish_crimes(portal: Portal, source: pa.Table | list[Path], rows_updated_at: datetime) -> None:
    portal.add_table(
        CRIMES,
        source,
        CRIMES_TYPES,
        rows_updated_at=rows_updated_at,
        key="id",
        name="Crimes - 2001 to Present",
        touched_from="updated_on",
        computed=_YEAR,
    )


def _location(row: Mapping[str, str]) -> str | None:
    if not row.get("latitude"):
        return None
    address = json.dumps({name: row.get(name, "") for name in ("address", "city", "state", "zip")})
    return json.dumps({"latitude": row["latitude"], "longitude": row["longitude"], "human_address": address})


def _quarter_days(quarter: str) -> tuple[datetime, int]:
    match = _QUARTER.fullmatch(quarter)
    if match is None:
        raise ValueError(f"expected a quarter such as 2018Q3, got {quarter!r}")
    year, number = int(match[1]), int(match[2])
    start = datetime(year, 3 * number - 2, 1, tzinfo=UTC)
    end = datetime(year + number // 4, (3 * number) % 12 + 1, 1, tzinfo=UTC)
    return start, (end - start).days


def _crime(choose: random.Random, crime_id: int, moment: datetime, district: str) -> dict[str, str | None]:
    iucr, primary_type, description, fbi_code, _ = choose.choices(_OFFENCES, [offence[4] for offence in _OFFENCES])[0]
    beat = f"{district[1:]}{choose.randint(1, 3)}{choose.randint(1, 4)}"
    is_located = choose.random() > 0.01
    east, north = choose.randrange(14_000), choose.randrange(14_000)
    return {
        "id": str(crime_id),
        "case_number": f"JB{crime_id % 1_000_000:06d}",
        "date": _floating(moment),
        "block": f"{choose.randint(1, 120):03d}XX {choose.choice('NSEW')} {choose.choice(_STREETS)}",
        "iucr": iucr,
        "primary_type": primary_type,
        "description": description,
        "location_description": choose.choice(_PLACES) if choose.random() > 0.004 else None,
        "arrest": "true" if choose.random() < 0.2 else "false",
        "domestic": "true" if "DOMESTIC" in description else "false",
        "beat": beat,
        "district": district,
        "ward": str(choose.randint(1, 50)) if is_located else None,
        "community_area": str(choose.randint(1, 77)) if is_located else None,
        "fbi_code": fbi_code,
        "x_coordinate": str(1_160_000 + east) if is_located else None,
        "y_coordinate": str(1_850_000 + north) if is_located else None,
        "year": str(moment.year),
        "updated_on": _floating(moment + timedelta(days=7)),
        "latitude": f"{41.74 + north / 364_000:.9f}" if is_located else None,
        "longitude": f"{-87.68 + east / 272_000:.9f}" if is_located else None,
    }


def _floating(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000")


def _repeat_case_numbers(rows: Sequence[dict[str, str | None]]) -> None:
    """Make every second homicide a further victim of the one before."""
    homicides = [row for row in rows if row["primary_type"] == "HOMICIDE"]
    for first, second in zip(homicides[::2], homicides[1::2], strict=False):
        second["case_number"] = first["case_number"]

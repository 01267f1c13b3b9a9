"""Clearance: figures that were published, or that a person read off a page, in `readings/clearance.csv`.

Publisher: none as data by district. Clearances come late: of the homicides of a quarter that has just ended, at most
half of those ever cleared are cleared by then. So a figure is of whole years counted in the year, of a year to date, or
of crimes followed for at least 12 months; all else is refused.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal

from district_reports.model import CITY, Reading
from district_reports.place_ids import PlaceRule, find_district
from district_reports.readings.cells import CellReader
from district_reports.readings.tables import Row, Table, find_table, load_table
from district_reports.settings import Settings

STEM = "clearance"
COLUMNS = (
    "reading_id",
    "place",
    "period",
    "method",
    "value",
    "unit",
    "definition",
    "address",
    "read_by",
    "read_on",
    "confidence",
)

IN_YEAR = ("year_to_date_all", "year_to_date_arrest", "year_to_date_exceptional")
"""Clearances made in a year, whatever the year of the crime."""
COHORTS = {"cohort_12_months": 12, "cohort_12_months_arrest": 12, "cohort_12_months_exceptional": 12}
"""Crimes of a period followed from their day -> for how many months."""
METHODS = (*IN_YEAR, *COHORTS)
DEFINITIONS = ("homicides_in_year", "homicides_cohort")
UNITS: tuple[Literal["share", "offences"], ...] = ("share", "offences")
CONFIDENCES: tuple[Literal["high", "medium", "low"], ...] = ("high", "medium", "low")

MOST_SHARE = 3.0
"""Clearances of a year can exceed its crimes; three times as many is a percentage written as a share."""

_YEARS = re.compile(r"(?P<first>[12][0-9]{3})(-(?P<last>[12][0-9]{3}))?")
_TO_DATE = re.compile(r"(?P<year>[12][0-9]{3})-01-01/(?P<end>(?P=year)-[0-9]{2}-[0-9]{2})")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


def load_clearance(
    settings: Settings, folder: Path, today: date
) -> tuple[tuple[Reading, ...], tuple[str, ...], Table] | None:
    """Return the figures known today, the ids of those that are not yet, and the file; None where there is no file.

    Args:
        settings: The districts.
        folder: Where the file may lie.
        today: The report's day; it cannot tell what was known only later.

    Raises:
        ReadingError: If anything in the file is wrong; nothing is taken from it.
        StoreError: If it cannot be read.
    """
    path = find_table(folder, STEM)
    if path is None:
        return None
    table = load_table(path, COLUMNS)
    cells = CellReader(table, settings)
    rule = PlaceRule(settings.district_ids, settings.city.beat_district_digits)
    readings: list[Reading] = []
    later: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        for columns in (("reading_id",), ("place", "period", "method", "unit", "definition")):
            key = tuple(row.cells[column] for column in columns)
            if key in seen:
                cells.refuse(row, columns[0], "each figure once", f"that of row {seen[key]} again")
            seen.setdefault(key, row.number)
        known_on = _known_on(cells, row)
        reading = _read_row(cells, row, rule)
        if reading is None or known_on is None:
            continue
        if reading.read_on is not None and reading.read_on <= known_on:
            cells.refuse(row, "read_on", f"a day after {known_on}, from which the figure can be known")
        if max(known_on, reading.read_on or known_on) < today:
            readings.append(reading)
        else:
            later.append(reading.reading_id)
    cells.require_sound()
    return tuple(readings), tuple(later), table


def _read_row(cells: CellReader, row: Row, rule: PlaceRule) -> Reading | None:
    place = row.cells["place"] if row.cells["place"] == CITY else find_district(row.cells["place"], "one", rule)
    if place is None:
        cells.refuse(row, "place", f"{CITY} or one of {', '.join(rule.district_ids)}")
    if not _ID.fullmatch(row.cells["reading_id"]):
        cells.refuse(row, "reading_id", "small letters, digits, _ and -")
    unit = cells.choice(row, "unit", UNITS)
    value = cells.number(row, "value")
    if value is not None and unit == "share" and value > MOST_SHARE:
        cells.refuse(row, "value", "a share such as 0.56")
    if value is not None and unit == "offences" and not value.is_integer():
        cells.refuse(row, "value", "a whole number of offences")
    definition = cells.choice(row, "definition", DEFINITIONS)
    confidence = cells.choice(row, "confidence", CONFIDENCES)
    address = cells.address(row, "address")
    read_on = None
    if row.cells["read_by"]:
        read_on = cells.day(row, "read_on", date.max)
    elif row.cells["read_on"]:
        cells.refuse(row, "read_on", "nothing, where nobody has read it")
    if place is None or unit is None or value is None or definition is None or confidence is None:
        return None
    return Reading(
        place=place,
        value=int(value) if unit == "offences" else value,
        unit=unit,
        definition=definition,
        address=address,
        read_on=read_on,
        confidence=confidence,
        **{column: row.cells[column] for column in ("reading_id", "period", "method", "read_by")},
    )


def _known_on(cells: CellReader, row: Row) -> date | None:
    """Return the last day of what is counted; None where method and period do not go together."""
    method = cells.choice(row, "method", METHODS)
    if method is None:
        return None
    period = row.cells["period"]
    years = _YEARS.fullmatch(period)
    if method in COHORTS:
        if years is None or int(years["last"] or years["first"]) < int(years["first"]):
            cells.refuse(row, "period", "years of the crimes such as 2021 or 2015-2019")
            return None
        months = int(years["last"] or years["first"]) * 12 + 11 + COHORTS[method]
        return date(months // 12, months % 12 + 1, 31)
    if years is not None and years["last"] is None:
        return date(int(period), 12, 31)
    to_date = _TO_DATE.fullmatch(period)
    try:
        return date.fromisoformat(to_date["end"] if to_date else "")
    except ValueError:
        cells.refuse(row, "period", "a year such as 2021, or a year to date such as 2026-01-01/2026-09-30")
        return None

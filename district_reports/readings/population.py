"""Residents of each district, in `readings/population.csv`; without the file no rate is told.

Publisher: nobody publishes residents by police district as data. Whoever makes the file says how and from what.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from district_reports.readings.cells import CellReader
from district_reports.readings.tables import Table, find_table, load_table
from district_reports.settings import Settings

STEM = "population"
COLUMNS = ("district_id", "residents", "year", "source", "address")
FIRST_YEAR = 1900


def load_population(settings: Settings, folder: Path, today: date) -> tuple[dict[str, int], int, Table] | None:
    """Return residents by district, the year they were counted, and the file; None where there is no file.

    Args:
        settings: The districts, each of which must be there.
        folder: Where the file may lie.
        today: The year cannot be later.

    Raises:
        ReadingError: If anything in the file is wrong; nothing is taken from it.
        StoreError: If it cannot be read.
    """
    path = find_table(folder, STEM)
    if path is None:
        return None
    table = load_table(path, COLUMNS)
    cells = CellReader(table, settings)
    residents: dict[str, int] = {}
    years: dict[int, int] = {}
    for row in table.rows:
        district_id, count, year = (
            cells.district(row, "district_id"),
            cells.count(row, "residents"),
            cells.count(row, "year"),
        )
        cells.text(row, "source", "who counted, and how districts were made of it")
        cells.address(row, "address")
        if count == 0:
            cells.refuse(row, "residents", "at least 1")
        if year is not None and not FIRST_YEAR <= year <= today.year:
            cells.refuse(row, "year", f"a year from {FIRST_YEAR} to {today.year}")
        if district_id in residents:
            cells.refuse(row, "district_id", f"district {district_id} once", "it again")
        if district_id is not None:
            residents[district_id] = count or 0
        if year is not None:
            years.setdefault(year, row.number)
    missing = [district_id for district_id in settings.district_ids if district_id not in residents]
    if missing:
        cells.refuse_table("residents of every district", f"none of {', '.join(missing)}")
    if len(years) > 1:
        cells.refuse_table(
            "one year for all districts", ", ".join(f"{year} (row {row})" for year, row in years.items())
        )
    cells.require_sound()
    return residents, next(iter(years)), table

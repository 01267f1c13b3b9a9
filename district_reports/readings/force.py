"""Use of force: incidents by district and quarter, as a person brought them in `force.csv` or `force.xlsx`.

Publisher: none as data. The layout is our own; which name each column has in the file is configuration, and no file of
a police department has been tried. One incident can have several forms: incidents are what is told.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from district_reports.errors import Problem, ReadingError
from district_reports.readings.cells import CellReader
from district_reports.readings.tables import Row, Table, find_table, load_table
from district_reports.settings import Settings

STEM = "force"
COLUMNS = ("district_id", "quarter", "incidents", "forms", "address", "read_by", "read_on")


def load_force(settings: Settings, folder: Path, today: date) -> tuple[dict[tuple[str, str], int], Table] | None:
    """Return incidents by district and quarter (`2026Q3`), and the file they come from; None where there is no file.

    Args:
        settings: The districts and the names of the columns.
        folder: Where the file may lie.
        today: No figure can be of a quarter that is not over on this day, nor read later.

    Raises:
        ReadingError: If anything in the file is wrong; nothing is taken from it.
        StoreError: If it cannot be read.
    """
    path = find_table(folder, STEM)
    if path is None:
        return None
    if settings.outcomes.force is None:
        raise ReadingError(path, [Problem("", "no such file, since the city's config has no [force]", path.name)])
    table = load_table(path, COLUMNS, settings.outcomes.force.columns)
    cells = CellReader(table, settings)
    incidents: dict[tuple[str, str], int] = {}
    rows: dict[tuple[str, str], int] = {}
    for row in table.rows:
        figure = _read_row(cells, row, today)
        if figure is None:
            continue
        key, count = figure
        if key in rows:
            cells.refuse(row, "district_id", f"district {key[0]} in {key[1]} once", f"it in row {rows[key]} too")
        rows.setdefault(key, row.number)
        incidents[key] = count
    cells.require_sound()
    return incidents, table


def _read_row(cells: CellReader, row: Row, today: date) -> tuple[tuple[str, str], int] | None:
    district_id = cells.district(row, "district_id")
    quarter = cells.quarter(row, "quarter", today)
    incidents, forms = cells.count(row, "incidents"), cells.count(row, "forms")
    cells.address(row, "address")
    cells.text(row, "read_by", "the role of who read it")
    read_on = cells.day(row, "read_on", today)
    if incidents is not None and forms is not None and incidents > forms:
        cells.refuse(row, "incidents", f"at most as many as the {forms} forms", str(incidents))
    if quarter is not None and read_on is not None and read_on <= quarter.end:
        cells.refuse(row, "read_on", f"a day after {quarter.end}, when {quarter} was over")
    if district_id is None or quarter is None or incidents is None or read_on is None:
        return None
    return (district_id, str(quarter)), incidents

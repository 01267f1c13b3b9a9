"""The tables of the register: sessions, totals by area, published figures, formal bodies.

What belongs here: rows into records, each right in itself. What does not: whether the files agree (`register`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import TypeVar, get_args

from district_reports.model import AreaTotal, FormalBody, RegisterFigure, RegisterSession
from district_reports.readings.cells import CellReader
from district_reports.readings.tables import Row, load_table
from district_reports.settings import Settings

SESSIONS, AREAS, FIGURES, BODIES = "sessions.csv", "areas.csv", "figures.csv", "bodies.csv"

SESSION_COLUMNS = tuple(RegisterSession.model_fields)
AREA_COLUMNS = tuple(AreaTotal.model_fields)
FIGURE_COLUMNS = tuple(RegisterFigure.model_fields)
BODY_COLUMNS = tuple(FormalBody.model_fields)

UNITS: tuple[str, ...] = get_args(RegisterFigure.model_fields["unit"].annotation)
WHOLE = 100

_YES = {"yes": True, "no": False}
_SESSION_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

T = TypeVar("T")


class _Cells(CellReader):
    """Reads what the register's tables hold beyond counts and texts."""

    def __init__(self, path: Path, columns: tuple[str, ...], settings: Settings) -> None:
        self.table = load_table(path, columns)
        self.district_ids = settings.district_ids
        self._seen: dict[str, int] = {}
        super().__init__(self.table, settings)

    def read(self, build: Callable[[_Cells, Row], T | None]) -> tuple[T, ...]:
        """Return the record of each row.

        Raises:
            ReadingError: If any cell is wrong.
        """
        records = [build(self, row) for row in self.table.rows]
        self.require_sound()
        return tuple(record for record in records if record is not None)

    def name(self, row: Row, column: str, pattern: re.Pattern[str] = _ID) -> str:
        """Return an id that stands in no other row."""
        text = row.cells[column]
        if not pattern.fullmatch(text):
            self.refuse(row, column, "an id of letters, digits and their joints")
        elif text in self._seen:
            self.refuse(row, column, f"each id once (it stands in row {self._seen[text]})")
        self._seen.setdefault(text, row.number)
        return text

    def is_yes(self, row: Row, column: str) -> bool:
        """Return what a cell says by one of the words for yes and no; False for another, which is refused."""
        return _YES.get(self.choice(row, column, tuple(_YES)) or "", False)

    def dates(self, row: Row, column: str) -> tuple[date, ...]:
        """Return the days of a cell, one after another."""
        days = tuple(_parse_day(text) for text in row.cells[column].split())
        if not days or None in days:
            self.refuse(row, column, "days such as 2024-11-02, with spaces between them")
        return tuple(day for day in days if day is not None)

    def hour(self, row: Row, column: str) -> time:
        """Return the time of a cell, local; midnight for what is none, which is refused."""
        if not _TIME.fullmatch(row.cells[column]):
            self.refuse(row, column, "a time of 24 hours, such as 17:30")
            return time()
        return time.fromisoformat(row.cells[column])

    def districts(self, row: Row, column: str) -> tuple[str, ...]:
        """Return the ids of a cell, those that are refused too; none for an empty one."""
        ids = tuple(row.cells[column].split())
        for district_id in ids:
            if district_id not in self.district_ids:
                self.refuse(row, column, f"districts, of {', '.join(self.district_ids)}", repr(district_id)[:40])
        return ids


def load_sessions(folder: Path, settings: Settings) -> tuple[RegisterSession, ...]:
    """Return the printed sessions, by day and hour.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    sessions = _Cells(folder / SESSIONS, SESSION_COLUMNS, settings).read(_build_session)
    return tuple(sorted(sessions, key=lambda session: (session.date, session.start, session.session_id)))


def load_totals(folder: Path, settings: Settings) -> tuple[AreaTotal, ...]:
    """Return the totals of each area, in the file's order.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    return _Cells(folder / AREAS, AREA_COLUMNS, settings).read(_build_total)


def load_figures(folder: Path, settings: Settings) -> tuple[RegisterFigure, ...]:
    """Return the published figures, in the file's order.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    return _Cells(folder / FIGURES, FIGURE_COLUMNS, settings).read(_build_figure)


def load_bodies(folder: Path, settings: Settings) -> tuple[FormalBody, ...]:
    """Return the formal bodies that were asked, in the file's order.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    return _Cells(folder / BODIES, BODY_COLUMNS, settings).read(_build_body)


def _build_session(cells: _Cells, row: Row) -> RegisterSession | None:
    session_id = cells.name(row, "session_id", _SESSION_ID)
    days = cells.dates(row, "date")
    start, end = cells.hour(row, "start"), cells.hour(row, "end")
    for column in ("host", "place"):
        cells.text(row, column, "a name")
    districts = cells.districts(row, "district_id")
    if len(districts) > 1:
        cells.refuse(row, "district_id", "one district, or nothing")
    if len(days) > 1:
        cells.refuse(row, "date", "one day")
    if end <= start:
        cells.refuse(row, "end", f"a time after {start:%H:%M}")
    is_open = cells.is_yes(row, "open")
    if not days:
        return None
    if not session_id.startswith(days[0].isoformat()):
        cells.refuse(row, "session_id", f"an id that begins with its day, {days[0]}")
    values = {"date": days[0], "start": start, "end": end, "open": is_open, "district_id": "".join(districts[:1])}
    return RegisterSession.model_validate({**row.cells, **values})


def _build_total(cells: _Cells, row: Row) -> AreaTotal | None:
    area = cells.name(row, "area")
    sessions, opened, printed = (cells.count(row, name) for name in ("sessions", "open_sessions", "printed"))
    if sessions is None or opened is None or printed is None:
        return None
    for column, count in (("open_sessions", opened), ("printed", printed)):
        if count > sessions:
            cells.refuse(row, column, f"at most the {sessions} of the area")
    return AreaTotal(area=area, sessions=sessions, open_sessions=opened, printed=printed, remark=row.cells["remark"])


def _build_figure(cells: _Cells, row: Row) -> RegisterFigure | None:
    figure_id, value = cells.name(row, "figure_id"), cells.number(row, "value")
    unit = cells.choice(row, "unit", UNITS)
    base = cells.count(row, "base") if row.cells["base"] else None
    at_least, about = cells.is_yes(row, "is_at_least"), cells.is_yes(row, "is_about")
    if bool(row.cells["base"]) != bool(row.cells["base_unit"]):
        cells.refuse(row, "base_unit", "what the base counts, with a base alone")
    if row.cells["base_unit"] and row.cells["base_unit"] not in UNITS:
        cells.refuse(row, "base_unit", f"one of {', '.join(UNITS)}")
    if value is None or unit is None:
        return None
    most = WHOLE if unit == "percent" else base
    if most is not None and value > most:
        cells.refuse(row, "value", f"at most {most}")
    if unit != "percent" and not value.is_integer():
        cells.refuse(row, "value", "a whole number")
    if base == 0:
        cells.refuse(row, "base", "at least 1")
    values = {"figure_id": figure_id, "value": value, "unit": unit, "base": base, "base_unit": row.cells["base_unit"]}
    return RegisterFigure.model_validate({**values, "is_at_least": at_least, "is_about": about})


def _build_body(cells: _Cells, row: Row) -> FormalBody | None:
    body_id, people, days = cells.name(row, "body_id"), cells.count(row, "people"), cells.dates(row, "days")
    how, districts = tuple(row.cells["how"].split()), cells.districts(row, "district_ids")
    if not how or not all(_ID.fullmatch(word) for word in how):
        cells.refuse(row, "how", "ids such as video or in_person, with spaces between them")
    if len(set(districts)) != len(districts):
        cells.refuse(row, "district_ids", "each district once")
    if people is None:
        return None
    return FormalBody(body_id=body_id, people=people, days=days, how=how, district_ids=districts)


def _parse_day(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

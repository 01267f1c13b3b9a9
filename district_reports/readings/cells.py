"""Texts of cells into values, with every problem kept for one message.

What belongs here: what a count, a date, an address look like in a file that people keep. What does not: which files
there are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from district_reports.errors import ConfigError, Problem, ReadingError
from district_reports.periods import Quarter
from district_reports.place_ids import PlaceRule, find_district
from district_reports.readings.tables import Row, Table
from district_reports.settings import Settings

_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")
_COUNT = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")


class CellReader:
    """Reads the cells of one table; a cell that is wrong is None, and its problem is kept."""

    def __init__(self, table: Table, settings: Settings) -> None:
        self._table = table
        self._places = PlaceRule(settings.district_ids, settings.city.beat_district_digits)
        self._problems: list[Problem] = []

    def require_sound(self) -> None:
        """Refuse the file if any cell was wrong.

        Raises:
            ReadingError: With all problems, in the order of the rows.
        """
        if self._problems:
            raise ReadingError(self._table.path, self._problems)

    def refuse(self, row: Row, column: str, expected: str, got: str | None = None) -> None:
        """Keep a problem of one cell; what stands there is told when `got` is not given."""
        where = f"row {row.number}, {self._table.names[column]}"
        self._problems.append(Problem(where, expected, repr(row.cells[column])[:60] if got is None else got))

    def refuse_table(self, expected: str, got: str) -> None:
        """Keep a problem of the file as a whole."""
        self._problems.append(Problem("", expected, got))

    def text(self, row: Row, column: str, what: str) -> str:
        """Return a text that must be there."""
        if not row.cells[column]:
            self.refuse(row, column, what, "nothing")
        return row.cells[column]

    def count(self, row: Row, column: str) -> int | None:
        """Return a whole number from 0 on, written in plain digits."""
        if _COUNT.fullmatch(row.cells[column]):
            return int(row.cells[column])
        self.refuse(row, column, "a whole number such as 1204")
        return None

    def number(self, row: Row, column: str) -> float | None:
        """Return a number from 0 on, with a point before its decimals."""
        if _NUMBER.fullmatch(row.cells[column]) and math.isfinite(float(row.cells[column])):
            return float(row.cells[column])
        self.refuse(row, column, "a number such as 12 or 0.45")
        return None

    def day(self, row: Row, column: str, today: date) -> date | None:
        """Return a day that is not after today."""
        day = None
        if _DATE.fullmatch(row.cells[column]):
            try:
                day = date.fromisoformat(row.cells[column])
            except ValueError:
                day = None
        if day is None or day > today:
            self.refuse(row, column, f"a date up to {today}, such as 2026-10-05")
            return None
        return day

    def quarter(self, row: Row, column: str, today: date) -> Quarter | None:
        """Return a quarter that is over today."""
        try:
            quarter = Quarter.parse(row.cells[column])
        except ConfigError:
            quarter = None
        if quarter is None or quarter.end >= today:
            self.refuse(row, column, f"a quarter that is over on {today}, such as 2026Q3")
            return None
        return quarter

    def district(self, row: Row, column: str) -> str | None:
        """Return the id of a district."""
        found = find_district(row.cells[column], "one", self._places)
        if found is None:
            self.refuse(row, column, f"a district, one of {', '.join(self._places.district_ids)}")
        return found

    def address(self, row: Row, column: str) -> str:
        """Return the address of a page."""
        if not _ADDRESS.fullmatch(row.cells[column]):
            self.refuse(row, column, "the address of a page, https://…")
        return row.cells[column]

    def choice(self, row: Row, column: str, allowed: Sequence[T]) -> T | None:
        """Return one of the allowed texts."""
        for value in allowed:
            if value == row.cells[column]:
                return value
        self.refuse(row, column, f"one of {', '.join(map(str, allowed))}")
        return None

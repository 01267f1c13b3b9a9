"""Calendar quarters, the unit of the report.

Quarters are cut on the city's local dates. Nothing here reads a clock: dates come in as arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from district_reports.errors import ConfigError

SETTLING_DAYS = 8
"""Days after a quarter's last day until its rows are all out: the publisher leaves out the last seven days.

Source: page of the dataset "Crimes - 2001 to Present", City of Chicago.
"""

_PATTERN = re.compile(r"(?P<year>[12][0-9]{3})Q(?P<number>[1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter; `str()` gives the form of file names and tables: `2026Q3`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Refuse a quarter that cannot be."""
        if not 1 <= self.number <= 4:
            raise ConfigError(f"quarter: expected a number from 1 to 4, got {self.number}")

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Return the quarter written as `2026Q3`.

        Raises:
            ConfigError: If the text has another form.
        """
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ConfigError(f"quarter: expected a year and Q1 to Q4 such as 2026Q3, got {text!r}")
        return cls(int(match["year"]), int(match["number"]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter in which `day` lies."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def newest_complete(cls, as_of: date) -> Quarter:
        """Return the newest quarter that is complete on `as_of`."""
        return cls.of(as_of - timedelta(days=SETTLING_DAYS - 1)).previous()

    @property
    def start(self) -> date:
        """First day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Last day."""
        return self.shifted(1).start - timedelta(days=1)

    @property
    def complete_on(self) -> date:
        """First day on which the quarter counts as complete."""
        return self.end + timedelta(days=SETTLING_DAYS)

    @property
    def months(self) -> tuple[date, date, date]:
        """First days of its three months."""
        first = self.start
        return (first, first.replace(month=first.month + 1), first.replace(month=first.month + 2))

    def shifted(self, quarters: int) -> Quarter:
        """Return the quarter that many quarters later (earlier when negative)."""
        year, number = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, number + 1)

    def previous(self) -> Quarter:
        """Return the quarter before."""
        return self.shifted(-1)

    def year_ago(self) -> Quarter:
        """Return the same quarter of the year before."""
        return self.shifted(-4)

    def window(self, count: int) -> tuple[Quarter, ...]:
        """Return the `count` quarters that end with this one, oldest first."""
        return tuple(self.shifted(-back) for back in reversed(range(count)))

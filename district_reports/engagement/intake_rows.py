"""The rows of an intake file into values, with every problem kept and no row half taken.

What belongs here: reading the cells of one row, whatever the part. What does not: which values fit together across
rows (`intake`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from district_reports.config import District
from district_reports.engagement.intake_cells import (
    MOST_NAME,
    CellError,
    name_choices,
    read_choice,
    read_count,
    read_district,
    read_id,
    tidy_text,
)
from district_reports.engagement.intake_dates import Calendar, build_calendar, read_day, read_time
from district_reports.engagement.intake_layout import Choice, Field, Sheet
from district_reports.engagement.intake_records import RowProblem, Wordings
from district_reports.engagement.intake_sheets import Cell
from district_reports.engagement.intake_spoken import read_spoken
from district_reports.engagement.intake_tables import Row
from district_reports.model import CITY
from district_reports.settings import Settings

_IDS = frozenset({"joins", "session_id", "happening_id"})
_HINTED = 100
"""Problems for which the nearest value is looked for; a message tells fewer."""
_YES_NO = {"y": "yes", "n": "no", "true": "yes", "false": "no"}


@dataclass
class RowReader:
    """Reads cells by kind; what is wrong is kept with its place."""

    sheet: Sheet
    calendar: Calendar
    districts: tuple[District, ...]
    locales: tuple[str, ...]
    beside_district: tuple[str, ...]
    today: date
    problems: list[RowProblem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self, row: Row, fields: Sequence[Field]) -> dict[str, Any] | None:
        """Return the values of a row by field, None where an optional one is empty; None if any is wrong."""
        before = len(self.problems)
        values = {one.field_id: self._field(row, one) for one in fields if one.field_id in row.cells}
        missing = [one for one in fields if one.is_required and one.field_id not in row.cells]
        for one in missing:
            self.refuse(row, one.field_id, self._wanted(one), "nothing")
        return {one.field_id: values.get(one.field_id) for one in fields} if len(self.problems) == before else None

    def refuse(self, row: Row, name: str, expected: str, got: str, hint: str = "") -> None:
        """Keep a problem of one cell."""
        column = row.names.get(name, name)
        where = f"{row.where}, {column}" if row.part == "session" else f"{row.where}, column {column}"
        self.problems.append(RowProblem(row.part, row.number, where, expected, got, hint, name))

    def _field(self, row: Row, one: Field) -> Any:
        cells = row.cells[one.field_id]
        if one.is_many:
            return self._many(row, one, cells)
        if len(cells) > 1:
            self.refuse(row, one.field_id, "one value", f"{len(cells)}: {', '.join(cell.text for cell in cells)!r:.60}")
            return None
        cell = cells[0] if cells else Cell()
        if not cell.text and not cell.flaw:
            if one.is_required:
                merged = (
                    f"the cell is merged with {cell.merged}; unmerge it and fill in each row" if cell.merged else ""
                )
                self.refuse(row, one.field_id, self._wanted(one), "nothing", merged)
            return None
        return self._cell(row, one, cell)

    def _many(self, row: Row, one: Field, cells: Sequence[Cell]) -> tuple[Any, ...]:
        found = []
        for cell in cells:
            try:
                values: Sequence[Any] = [self._value(one, cell)]
            except CellError as error:
                pieces = [piece.strip() for piece in _split_list(cell.text) if piece.strip()]
                if len(pieces) < 2 or cell.flaw:
                    self.refuse(row, one.field_id, error.expected, error.got, error.hint)
                    continue
                values = [self._cell(row, one, Cell(piece)) for piece in pieces]
            found += [value for value in values if value is not None and value not in found]
        return tuple(found)

    def _cell(self, row: Row, one: Field, cell: Cell) -> Any:
        try:
            value = self._value(one, cell)
        except CellError as error:
            self.refuse(row, one.field_id, error.expected, error.got, error.hint)
            return None
        if one.kind == "day":
            value, remark = value
            if remark:
                self.remarks.append(f"{row.where}, {row.names[one.field_id]}: {remark}")
        return value

    def _value(self, one: Field, cell: Cell) -> Any:
        if cell.flaw:
            raise CellError("plain text or a number", cell.flaw, "write the value itself")
        text = cell.text if one.kind == "text" else tidy_text(cell.text)
        if one.field_id in _IDS:
            return read_id(text)
        read = self._readers().get(one.kind)
        if read is not None:
            return read(text)
        more = _YES_NO if one.kind == "yes_no" else None
        has_hint = len(self.problems) < _HINTED
        return read_choice(one.kind, text, self.sheet.choices[one.kind], more, has_hint=has_hint)

    def _readers(self) -> Mapping[str, Callable[[str], Any]]:
        return {
            "text": tidy_text,
            "name": lambda text: tidy_text(text, MOST_NAME),
            "day": lambda text: read_day(text, self.calendar, self.today),
            "time": lambda text: read_time(text, self.calendar),
            "count": read_count,
            "districts": lambda text: read_district(text, self.districts, self.beside_district),
            "place": self._place,
            "spoken": lambda text: read_spoken(text, self.locales),
        }

    def _place(self, text: str) -> str:
        whole: tuple[Choice, ...] = tuple(c for c in self.sheet.choices["place"] if c.value == CITY)
        try:
            return read_choice("place", text, whole)
        except CellError:
            return read_district(text, self.districts, self.beside_district)

    def _wanted(self, one: Field) -> str:
        if one.kind in self.sheet.choices:
            return name_choices(one.kind, self.sheet.choices[one.kind])
        return {"day": "a date", "count": "a whole number"}.get(one.kind, "a value")


def build_reader(settings: Settings, wordings: Wordings, sheet: Sheet, today: date) -> RowReader:
    """Return a reader of rows for one city."""
    locales = tuple(language.locale for language in settings.languages)
    morning = [text("intake.words.morning") for text in wordings.values()]
    afternoon = [text("intake.words.afternoon") for text in wordings.values()]
    beside = tuple(word for text in wordings.values() for word in text("intake.words.district").split("|"))
    calendar = build_calendar(locales, morning, afternoon)
    return RowReader(sheet, calendar, settings.districts, locales, beside, today)


def is_before(start: time | None, end: time | None) -> bool:
    """Whether a session that starts and ends then could be; unknown times could."""
    return start is None or end is None or start < end


def _split_list(text: str) -> list[str]:
    for sign in "；、،,\n":
        text = text.replace(sign, ";")
    return text.split(";")

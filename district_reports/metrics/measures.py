"""The table of measures, `out_metrics`: its contract, its CSV form, and one measure looked up.

What belongs here: columns, types and their bytes. What does not: counting.

Key: `(district_id, quarter, metric_id)`; sorted by the key, each part as text by code point. Columns, in this order:

```
district_id  str      a district of the config, `city` (all rows) or `none` (rows without one of the districts)
quarter      str      `2026Q3`
metric_id    str
value        float64  unit as in `unit`; NaN where `state` has no value
unit         str      counts: `incidents`, `victims`, `cases`, `requests`, `items`; else `share` (0-1, six decimals),
                      `days`, `score` (0-10), `per_1000` (residents)
numerator    Int64    incidents; shares only
denominator  Int64    incidents; shares only
state        str      a `State`
as_of        object   `datetime.date`, the city's day on which the publisher last changed rows
origin_id    str
```
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from district_reports.errors import ContractError
from district_reports.model import CITY as CITY
from district_reports.model import Measure, State
from district_reports.periods import Quarter

OUTSIDE = "none"
"""Stands for the rows whose district is missing or none of the config's."""

TABLE = "out_metrics"
KEY = ("district_id", "quarter", "metric_id")
COLUMNS = (*KEY, "value", "unit", "numerator", "denominator", "state", "as_of", "origin_id")
TEXTS = (*KEY, "unit", "state", "origin_id")
COUNT_UNITS = ("incidents", "victims", "cases", "requests", "items")
"""Units of counts, of which the districts and `none` add up to the city."""
SHARE_DIGITS = 6
"""Decimals of a share, from the moment it is counted: a dossier and the CSV hold the same number."""

_RISKY = ("=", "+", "-", "@", "\t", "'")
"""First characters that make a spreadsheet run a cell, and the mark that stops it."""

_BREAKS = r"[\x00\n\r]"
"""What no text may hold: a row is a line."""


def require_measures(measures: pd.DataFrame) -> None:
    """Refuse a table that breaks the contract above.

    Raises:
        ContractError: If columns, key, states or values are not as declared.
    """
    if tuple(measures.columns) != COLUMNS:
        got = ", ".join(str(column) for column in measures.columns)
        raise _broken([f"columns: expected {', '.join(COLUMNS)}, got {got:.300}"])
    problems = []
    repeated = measures.duplicated(list(KEY))
    if repeated.any():
        first = measures.loc[repeated, list(KEY)].iloc[0]
        problems.append(f"key: expected each once, got {int(repeated.sum())} more, first {' '.join(first)!r:.120}")
    unknown = sorted(set(measures["state"]) - {str(state) for state in State})
    if unknown:
        problems.append(f"state: expected one of {', '.join(State)}, got {', '.join(unknown)!r:.120}")
    broken = [name for name in TEXTS if measures[name].str.contains(_BREAKS, regex=True).any()]
    if broken:
        problems.append(f"{', '.join(broken)}: expected texts of one line, got line breaks")
    bare = measures["state"].isin([str(state) for state in State if state.has_value]) != measures["value"].notna()
    if bare.any():
        row = measures[bare].iloc[0]
        problems.append(f"value: expected one just where the state has one, got {row['value']} at {row['state']!r:.40}")
    if problems:
        raise _broken(problems)


def build_table(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return the table with the contract's columns and types, sorted by its key.

    Raises:
        ContractError: If it breaks the contract.
    """
    measures = type_columns(columns)
    require_measures(measures)
    return measures.sort_values(list(KEY), ignore_index=True)


def type_columns(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a part of a table with the contract's columns and types, neither checked nor sorted yet."""
    measures = pd.DataFrame({name: columns[name] for name in COLUMNS})
    types = dict.fromkeys(TEXTS, "str") | {"value": "float64", "numerator": "Int64", "denominator": "Int64"}
    return measures.astype(types | {"as_of": "object"})


def format_measures(measures: pd.DataFrame) -> bytes:
    """Return the table as canonical CSV: the same table gives the same bytes.

    UTF-8, a line feed after each line, no quotes where none are needed, counts as whole numbers, shares with six
    decimals, dates as ISO, nothing where a value is missing. A text that a spreadsheet would run gets an apostrophe
    before it; `parse_measures` takes it off.

    Raises:
        ContractError: If the table breaks its contract.
    """
    require_measures(measures)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    units = measures["unit"].tolist()
    # Column by column: cells of a column are alike, and most texts come again and again.
    columns = [_write_cells(name, measures[name], units) for name in COLUMNS]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8")


def parse_measures(data: bytes) -> pd.DataFrame:
    """Return the table that `format_measures` wrote.

    Raises:
        ContractError: If the bytes are no such table.
    """
    try:
        header, *rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
    except (UnicodeDecodeError, ValueError, csv.Error) as error:
        raise _broken([f"file: expected UTF-8 CSV with a header, got {error}"]) from error
    if tuple(header) != COLUMNS:
        raise _broken([f"columns: expected {', '.join(COLUMNS)}, got {', '.join(header)!r:.300}"])
    for line, row in enumerate(rows, 2):
        if len(row) != len(COLUMNS):
            raise _broken([f"line {line}: expected {len(COLUMNS)} cells, got {len(row)}"])
    cells = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    columns = {name: _read_cells(name, column) for name, column in zip(COLUMNS, cells, strict=True)}
    return build_table(columns)


def as_measure(row: Mapping[str, Any]) -> Measure:
    """Return one row, given as column -> cell, as a record; counts come back as `int`."""
    value = None if pd.isna(row["value"]) else float(row["value"])
    cells = {name: None if pd.isna(row[name]) else int(row[name]) for name in ("numerator", "denominator")}
    whole = value is not None and row["unit"] != "share" and value.is_integer()
    return Measure(
        **{name: str(row[name]) for name in (*KEY, "unit", "origin_id")},
        **cells,
        value=int(value) if whole and value is not None else value,
        state=State(row["state"]),
        as_of=row["as_of"],
    )


class Measures:
    """The table as an index: one measure by district, quarter and metric."""

    def __init__(self, measures: pd.DataFrame) -> None:
        """Take the table.

        Args:
            measures: `out_metrics`.

        Raises:
            ContractError: If it breaks its contract.
        """
        require_measures(measures)
        rows = zip(*(measures[name].tolist() for name in COLUMNS), strict=True)
        self._rows: dict[tuple[str, str, str], tuple[Any, ...]] = {row[: len(KEY)]: row for row in rows}
        self._made: dict[tuple[str, str, str], Measure] = {}

    def get(self, district_id: str, quarter: Quarter | str, metric_id: str) -> Measure:
        """Return one measure.

        Raises:
            ContractError: If the table has no such row: every district, quarter and metric has one.
        """
        key = (district_id, str(quarter), metric_id)
        made = self._made.get(key)
        if made is None:
            row = self._rows.get(key)
            if row is None:
                raise _broken([f"expected a row for {' '.join(key)}, found none"])
            # A page asks for the same number in several places.
            made = self._made[key] = as_measure(dict(zip(COLUMNS, row, strict=True)))
        return made

    def series(self, district_id: str, quarters: Iterable[Quarter | str], metric_id: str) -> tuple[Measure, ...]:
        """Return one metric's measures for a row of quarters, in their order.

        Raises:
            ContractError: If the table lacks one of them.
        """
        return tuple(self.get(district_id, quarter, metric_id) for quarter in quarters)


def _write_cells(name: str, cells: pd.Series, units: Sequence[str]) -> list[str]:
    if name in TEXTS:
        told = {text: f"'{text}" if text.startswith(_RISKY) else text for text in cells.unique().tolist()}
        return [told[text] for text in cells.tolist()]
    if name == "as_of":
        return [str(cell.isoformat()) for cell in cells]
    numbers, missing = cells.tolist(), cells.isna().tolist()
    return [
        "" if is_missing else _write_number(name, number, unit)
        for number, is_missing, unit in zip(numbers, missing, units, strict=True)
    ]


def _write_number(name: str, number: float, unit: str) -> str:
    if name == "value" and (unit == "share" or not float(number).is_integer()):
        return f"{number:.{SHARE_DIGITS}f}"
    return str(int(number))


def _read_cells(name: str, cells: Sequence[str]) -> list[Any]:
    if name in TEXTS:
        return [cell.removeprefix("'") for cell in cells]
    read: dict[str, Any] = {}
    for line, cell in enumerate(cells, 2):
        if cell not in read:
            read[cell] = _read_cell(name, cell, line)
    return [read[cell] for cell in cells]


def _read_cell(name: str, cell: str, line: int) -> Any:
    readers: dict[str, Callable[[str], Any]] = {"as_of": date.fromisoformat, "value": _finite}
    try:
        return None if cell == "" and name != "as_of" else readers.get(name, int)(cell)
    except ValueError as error:
        kind = "an ISO date" if name == "as_of" else "a number"
        raise _broken([f"line {line}, {name}: expected {kind}, got {cell!r:.40}"]) from error


def _finite(cell: str) -> float:
    number = float(cell)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _broken(problems: Iterable[str]) -> ContractError:
    found = tuple(problems)
    return ContractError(f"{TABLE}: {'; '.join(found)}", table=TABLE, problems=found)

"""All stored sources of a quarter, opened to be counted.

Beside `core_incidents` (`incidents`) every source of events and every list has a view `raw_<source_id>` with our column
names; one that was never read is a view without rows, and `Opened.has` tells it from one that is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import duckdb
import pandas as pd

from district_reports.errors import ConfigError, ContractError
from district_reports.metrics.incidents import SOURCE_ID, SQL_TYPES, query, quoted
from district_reports.metrics.measures import OUTSIDE
from district_reports.model import Origin
from district_reports.periods import Quarter
from district_reports.place_ids import PlaceRule, find_district
from district_reports.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Opened:
    """What all counting starts from."""

    con: duckdb.DuckDBPyConnection
    settings: Settings
    report_date: date
    """The `--as-of` date."""
    origins: Mapping[str, Origin]
    """By source; those with a snapshot."""
    kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `once` has found."""

    def once(self, name: str, asked: Hashable, find: Callable[[], T]) -> T:
        """Return what is found, or what was found before by the same question: stored rows stay as they are.

        Args:
            name: Of the answer, or of the table that is filled.
            asked: All that the answer depends on beside the stored rows and the settings.
            find: Finds it.
        """
        if name not in self.kept or self.kept[name][0] != asked:
            self.kept[name] = (asked, find())
        found: T = self.kept[name][1]
        return found

    def has(self, source_id: str) -> bool:
        """Whether the source has ever been read."""
        return source_id in self.origins

    def stamp(self, source_id: str, *, is_brought: bool = False) -> tuple[date, str]:
        """Return `as_of` and `origin_id` of a source's measures; where no portal was read for it, the incidents' day.

        Args:
            source_id: The source.
            is_brought: Whether people brought its figures as a file; else it was never read, and its origin says so.
        """
        origin = self.origins.get(source_id)
        if origin is not None:
            return origin.as_of, origin.origin_id
        incidents = self.origins[SOURCE_ID]
        name = source_id if is_brought else f"{source_id} (never read)"
        return incidents.as_of, incidents.origin_id.replace(SOURCE_ID, name, 1)

    def newest_day(self, source_id: str) -> date | None:
        """Return the newest day that a source's rows reach; None where there are none.

        A day after the one on which the publisher last changed rows cannot be, and is not looked at.

        Raises:
            ConfigError: If the source has no column of dates.
        """
        source = self.settings.source(source_id)
        if not source.date:
            raise ConfigError(f"source {source_id}: expected a date column, got none")
        # The incidents lie in a view of their own.
        day, rows = quoted(source.date), quoted("raw_incidents" if source_id == SOURCE_ID else f"raw_{source_id}")
        as_of = self.stamp(source_id)[0]

        def find() -> date | None:
            sql = f"SELECT max({day}) AS newest FROM {rows} WHERE CAST({day} AS DATE) <= $as_of"
            newest = query(self.con, sql, {"as_of": as_of})["newest"].iloc[0]
            return None if pd.isna(newest) else newest.date()

        return self.once(f"newest day of {source_id}", as_of, find)

    def months(self, source_id: str, *, naming: str = "") -> dict[str, int]:
        """Return a source's rows by month (`2026-07`); a month without any is not there.

        Args:
            source_id: The source.
            naming: Count only rows that have a value in this column.

        Raises:
            ConfigError: If there is no column of dates.
        """
        placed_by = self.settings.source(source_id).date
        if not placed_by:
            raise ConfigError(f"source {source_id}: expected a date column, got none")
        counted = f"nullif(trim({quoted(naming)}), '')" if naming else "*"
        day, rows = quoted(placed_by), quoted(f"raw_{source_id}")

        def find() -> dict[str, int]:
            # Months are named once each, not once for each row.
            sql = f"""
                SELECT strftime(month_start, '%Y-%m') AS month, counted
                FROM (
                    SELECT date_trunc('month', {day}) AS month_start, count({counted}) AS counted
                    FROM {rows} WHERE {day} IS NOT NULL GROUP BY ALL
                )
                ORDER BY month_start"""
            found = query(self.con, sql)
            return {str(month): int(n) for month, n in zip(found["month"], found["counted"], strict=True) if n}

        return dict(self.once(f"months of {source_id} {naming}", placed_by, find))

    def covered(self, source_id: str, quarters: Sequence[Quarter]) -> frozenset[str]:
        """Return the quarters a source of events covers: rows in each month, the newest near enough to the end.

        Raises:
            ConfigError: If the source has no column of dates.
        """
        months = self.months(source_id)
        newest = self.newest_day(source_id)
        if newest is None:
            return frozenset()
        reached = newest + timedelta(days=self.settings.source(source_id).freshness_days)
        return frozenset(
            str(quarter)
            for quarter in quarters
            if quarter.end <= reached and all(f"{month:%Y-%m}" in months for month in quarter.months)
        )


def attach_sources(con: duckdb.DuckDBPyConnection, settings: Settings, paths: Mapping[str, Sequence[Path]]) -> None:
    """Make a view `raw_<source_id>` of every source of events, every list, and the counts of court cases.

    Args:
        con: From `open_incidents`.
        settings: The sources.
        paths: Stored parts by source, Parquet; none for one that was never read.

    Raises:
        ContractError: If a file cannot be read, or lacks a declared column.
    """
    for source in settings.sources:
        if source.form not in ("events", "list") or source.source_id == SOURCE_ID:
            continue
        columns = {name: SQL_TYPES[column.type] for name, column in source.columns.items()}
        attach_table(con, source.source_id, paths.get(source.source_id, ()), columns)


def attach_table(
    con: duckdb.DuckDBPyConnection, name: str, paths: Sequence[Path], columns: Mapping[str, Sequence[str]]
) -> None:
    """Make a view `raw_<name>` of stored parts, or of no rows.

    Raises:
        ContractError: If a file cannot be read, or lacks a column of one of the types.
    """
    view = f"raw_{name}"
    try:
        if not paths:
            declared = ", ".join(f"{quoted(column)} {types[0]}" for column, types in columns.items())
            con.execute(f"CREATE TABLE {quoted(view)} ({declared})")
            return
        names = [re.sub(r"[*?\[]", r"[\g<0>]", str(path)) for path in paths]
        con.read_parquet(names, hive_partitioning=False).create_view(view)
        found = {row[0]: row[1] for row in con.execute(f"DESCRIBE {quoted(view)}").fetchall()}
    except duckdb.Error as error:
        reason = " ".join(str(error).split())[:300]
        raise ContractError(f"{name}: expected stored parts that can be read, got {reason}", table=name) from error
    problems = [
        f"{column}: expected {types[0]}, got {found.get(column, 'no such column')}"
        for column, types in columns.items()
        if found.get(column) not in types
    ]
    if problems:
        raise ContractError(f"{name}: stored parts: {'; '.join(problems)}", table=name, problems=problems)


def require_columns(settings: Settings, source_id: str, columns: Mapping[str, str]) -> None:
    """Refuse a source that does not declare the columns by which it is counted.

    Args:
        settings: The sources.
        source_id: The one counted.
        columns: Our names, each with its type.

    Raises:
        ConfigError: If there is no such source, or it lacks a column of that type.
    """
    declared = {name: column.type for name, column in settings.source(source_id).columns.items()}
    for name, expected in columns.items():
        found = declared.get(name, "no such column")
        if found != expected:
            raise ConfigError(f"source {source_id}, column {name}: expected type {expected}, got {found}")


def add_places(opened: Opened, source_id: str, column: str, kind: Literal["one", "beats"], separator: str = "|") -> str:
    """Make a table `place_<source_id>` (raw, district_id) of a column's distinct values, and return its name.

    `district_id` is one of the config's districts or `none`; a missing value has no row: join with
    `LEFT JOIN … ON place.raw = column` and `coalesce(place.district_id, 'none')`.
    """
    name = f"place_{source_id}"

    def fill() -> str:
        settings = opened.settings
        rule = PlaceRule(settings.district_ids, settings.city.beat_district_digits, separator=separator)
        field, rows = quoted(column), quoted(f"raw_{source_id}")
        raw = list(query(opened.con, f"SELECT DISTINCT {field} AS raw FROM {rows} WHERE {field} IS NOT NULL")["raw"])
        opened.con.execute(
            f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT unnest($raw::VARCHAR[]) AS raw,"
            " unnest($districts::VARCHAR[]) AS district_id",
            {"raw": raw, "districts": [find_district(value, kind, rule) or OUTSIDE for value in raw]},
        )
        return name

    return opened.once(name, (column, kind, separator), fill)

"""What every portal can be asked, whether it is the city's or the synthetic one.

What belongs here: the questions and the records they are answered with. What does not: how they are asked
(`socrata`), what is made up (`sample`), what is kept (`store`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa

from district_reports.config import Source
from district_reports.model import CheckResult, Fingerprint
from district_reports.periods import Quarter
from district_reports.tables import arrow_schema

MISSING = "(missing)"
"""Stands for the field of a column that the portal lacks; no portal has a field of that name."""


@dataclass(frozen=True)
class Query:
    """Rows asked of a source, by our column names; conditions are SoQL over the portal's fields."""

    source: Source
    columns: tuple[str, ...]
    """Our names; nothing else is ever asked for."""
    where: str = ""
    order: str = ""
    limit: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The portal's names of the columns, in the same order."""
        return tuple(self.source.columns[name].field for name in self.columns)

    @property
    def soql(self) -> str:
        """The query as one line of SoQL."""
        clauses = [f"SELECT {', '.join(self.fields)}"]
        clauses += [f"WHERE {self.where}"] if self.where else []
        clauses += [f"ORDER BY {self.order}"] if self.order else []
        clauses += [f"LIMIT {self.limit}"] if self.limit is not None else []
        return " ".join(clauses)


@dataclass(frozen=True)
class Metadata:
    """What a portal says of a source without sending a row."""

    name: str
    rows_updated_at: datetime
    """When the publisher last changed rows, in UTC."""
    columns: dict[str, str]
    """The portal's field names and its names of their types; empty where it lists none."""
    remarks: tuple[CheckResult, ...] = ()
    """What the report should tell about the way the portal was reached, and of columns that are missing."""
    missing: tuple[str, ...] = ()
    """Our names of optional columns that the portal lacks; see `narrowed`."""


class Portal(Protocol):
    """A place that publishes sources.

    Every method raises `FetchError` when the portal cannot be read, and `SchemaDriftError` when it no longer
    has the declared columns.
    """

    @property
    def domain(self) -> str:
        """The portal's host, and its port if it has another than usual, kept in `about.json` and in every manifest."""
        ...

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        ...

    def fetch_metadata(self, source: Source) -> Metadata:
        """Return what the portal says of the source."""
        ...

    def fetch_fingerprints(self, source: Source, first: date, end: date) -> dict[str, Fingerprint]:
        """Return the fingerprint of every month from `first` up to, not including, `end`.

        Args:
            source: Of the form `events`.
            first: First day of a month.
            end: First day of a month.

        Returns:
            Month (`2018-07`) to fingerprint; a month without rows is missing.
        """
        ...

    def fetch_month(self, source: Source, month: date) -> pa.Table:
        """Return the rows of one month, ordered by key, under our names and of the declared types.

        Whoever keeps the table first compares it with the month's fingerprint.
        """
        ...

    def fetch_list(self, source: Source) -> pa.Table:
        """Return all rows of a source of the form `list`, ordered by key, under our names."""
        ...

    def fetch_areas(self, source: Source) -> bytes:
        """Return the areas as canonical GeoJSON whose only properties are the declared columns, by our names."""
        ...

    def fetch_cases(self, source: Source) -> Iterator[pa.Table]:
        """Yield all rows of a source of the form `cases` in tables of bounded size, ordered by key, each row once."""
        ...


def month_id(month: date) -> str:
    """Return the id of the part that holds a month: `2018-07`."""
    return f"{month:%Y-%m}"


def month_end(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def window_months(quarters: tuple[Quarter, ...]) -> tuple[date, ...]:
    """Return the first days of all months of the quarters, oldest first, each once."""
    return tuple(sorted({month for quarter in quarters for month in quarter.months}))


def narrowed(source: Source, missing: Collection[str]) -> Source:
    """Return the source without the columns that the portal lacks, to ask it for the others."""
    if not missing:
        return source
    return source.model_copy(update={"columns": {n: c for n, c in source.columns.items() if n not in missing}})


def filled(table: pa.Table, source: Source, missing: Collection[str]) -> pa.Table:
    """Return a table of the narrowed source with the declared columns: those that are missing are empty."""
    schema = arrow_schema(source)
    if not missing or table.schema.names != [name for name in schema.names if name not in missing]:
        return table
    columns = [
        pa.nulls(table.num_rows, field.type) if field.name in missing else table.column(field.name) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def rows_where(source: Source, condition: str = "") -> str:
    """Return the condition of a query: the source's own, and another one."""
    own = f"({source.where})" if source.where and condition else source.where
    return " AND ".join(filter(None, (own, condition)))


def events_query(source: Source, first: date, end: date, *, limit: int | None = None) -> Query:
    """Return the query for the events from `first` up to, not including, `end`, ordered by key."""
    place = source.columns[source.date].field
    span = f"{place} >= '{first:%Y-%m-%d}T00:00:00' AND {place} < '{end:%Y-%m-%d}T00:00:00'"
    order = source.columns[source.key].field
    return Query(source, tuple(source.columns), rows_where(source, span), order, limit)


def whole_query(source: Source) -> Query:
    """Return the query for all rows of a source, ordered by key."""
    return Query(source, tuple(source.columns), rows_where(source), source.columns[source.key].field)


def part_soql(source: Source) -> str:
    """Return the query of one part as the manifest tells it; a month's bounds stand as `first` and `end`."""
    if source.form == "areas":
        fields = ", ".join(column.field for column in source.columns.values())
        return f"SELECT {fields} AS GeoJSON" + (f" WHERE {source.where}" if source.where else "")
    query = whole_query(source)
    if source.form != "events":
        return query.soql
    place = source.columns[source.date].field
    where = rows_where(source, f"{place} >= first AND {place} < end")
    return Query(source, query.columns, where, query.order).soql


def described_columns(source: Source, missing: Collection[str] = ()) -> dict[str, str]:
    """Return our column names, each with the portal's field, its type, and a `?` if it may be null.

    A column that the portal lacks is told as such, so that what was pulled without it is pulled again once it is there.
    """
    return {
        name: f"{MISSING if name in missing else column.field} {column.type}{'?' if column.is_nullable else ''}"
        for name, column in source.columns.items()
    }


def missing_columns(described: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that `described_columns` tells as missing."""
    return tuple(name for name, words in described.items() if words.startswith(f"{MISSING} "))

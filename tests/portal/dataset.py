"""One published dataset: its columns, its table in DuckDB, and changes to it.

Beside the declared columns every table holds the system fields and a hidden row number. Numbers are doubles,
timestamps have no zone (`:created_at` and `:updated_at` are UTC), locations and shapes are JSON text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa

ROW_NUMBER = '":row"'
SYSTEM_FIELDS = {
    ":id": "text",
    ":created_at": "fixed_timestamp",
    ":updated_at": "fixed_timestamp",
    ":version": "text",
}
GEOMETRY_TYPES = frozenset({"point", "multipolygon", "polygon", "line", "multiline", "multipoint"})
_SOQL_TYPES = {"checkbox": "boolean", "calendar_date": "floating_timestamp"}
_SQL_TYPES = {"number": "DOUBLE", "calendar_date": "TIMESTAMP", "checkbox": "BOOLEAN"}
_KNOWN_TYPES = frozenset({"text", "url", "location", *_SQL_TYPES, *GEOMETRY_TYPES})
_CLOCK_STEP = timedelta(minutes=1)

Source: TypeAlias = pa.Table | Path | Sequence[Path] | str
"""Rows: an Arrow table, Parquet files, or SQL over the tables of the portal."""


def quoted(name: str) -> str:
    """Return a name as a DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """Return text as a DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"


def without_zone(moment: datetime) -> datetime:
    """Return an instant as UTC wall time, the form kept in the tables.

    Raises:
        ValueError: If the instant has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"expected an instant with a zone, got {moment!r}")
    return moment.astimezone(UTC).replace(tzinfo=None)


@dataclass(slots=True)
class Dataset:
    """What the portal says about a dataset, and where its rows are.

    `types` maps each column to the type `/api/views` reports; `clock` is the time the next change gets.
    """

    dataset_id: str
    types: dict[str, str]
    rows_updated_at: datetime
    key: str | None
    name: str
    attribution: str
    license_name: str
    generation: int = 0
    clock: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Check the declared types and start the clock."""
        unknown = {kind for kind in self.types.values() if kind not in _KNOWN_TYPES}
        if unknown:
            raise ValueError(f"unknown Socrata types {sorted(unknown)} in {self.dataset_id}")
        without_zone(self.rows_updated_at)
        self.clock = self.rows_updated_at

    @property
    def table(self) -> str:
        """Return the DuckDB identifier of the table."""
        return quoted(self.dataset_id)

    @property
    def geometry(self) -> str | None:
        """Return the column that holds the shape, if there is one."""
        return next((name for name, kind in self.types.items() if kind in GEOMETRY_TYPES), None)

    def soql_types(self) -> dict[str, str]:
        """Return all columns and system fields with the type a query gives them."""
        return {**SYSTEM_FIELDS, **{name: _SOQL_TYPES.get(kind, kind) for name, kind in self.types.items()}}

    def tick(self, at: datetime | None, *, bump_dataset: bool) -> datetime:
        """Advance the clock and return the time of the change, as kept in the table.

        Args:
            at: Time of the change; by default one minute after the last.
            bump_dataset: Whether `rowsUpdatedAt` follows.
        """
        self.clock = at or self.clock + _CLOCK_STEP
        if bump_dataset:
            self.rows_updated_at = self.clock
        return without_zone(self.clock)


def load_table(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    source: Source,
    touched_from: str | None = None,
    computed: Mapping[str, str] | None = None,
) -> None:
    """Create the table of a dataset from Arrow or Parquet.

    Args:
        connection: Where the table is made.
        dataset: Its declared types say what each value is cast to.
        source: An Arrow table, one Parquet file or several of one schema, or SQL.
        touched_from: Column whose value is the first `:created_at` and `:updated_at`.
        computed: SQL over the source for columns it lacks.
    """
    origin = _origin(connection, source)
    expressions = {name: (computed or {}).get(name, quoted(name)) for name in dataset.types}
    columns = [f"{_cast(sql, dataset.types[name])} AS {quoted(name)}" for name, sql in expressions.items()]
    default = f"TIMESTAMP {text_literal(without_zone(dataset.rows_updated_at).isoformat(sep=' '))}"
    touched = f"coalesce(CAST({quoted(touched_from)} AS TIMESTAMP), {default})" if touched_from else default
    numbered = f"(SELECT row_number() OVER () AS {ROW_NUMBER}, * FROM {origin})"
    system = [ROW_NUMBER, *_minted(dataset.generation), f'{touched} AS ":created_at"', f'{touched} AS ":updated_at"']
    connection.execute(
        f"CREATE OR REPLACE TABLE {dataset.table} AS SELECT {', '.join(system + columns)} FROM {numbered}"
    )


def insert_rows(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, rows: Sequence[Mapping[str, object]], moment: datetime
) -> int:
    """Append rows and return how many.

    Args:
        connection: Where the table is.
        dataset: Its declared types say what each value is cast to.
        rows: Column to value; absent is null.
        moment: Value of `:created_at` and `:updated_at`.

    Raises:
        ValueError: If a row has a column the dataset lacks.
    """
    surplus = {name for row in rows for name in row} - set(dataset.types)
    if surplus:
        raise ValueError(f"{dataset.dataset_id} has no columns {sorted(surplus)}")
    given = pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in dataset.types})
    connection.register(":given", given)
    columns = [f"{_cast(quoted(name), kind)} AS {quoted(name)}" for name, kind in dataset.types.items()]
    last = f"(SELECT coalesce(max({ROW_NUMBER}), 0) FROM {dataset.table})"
    numbered = f'(SELECT {last} + row_number() OVER () AS {ROW_NUMBER}, * FROM ":given")'
    system = [ROW_NUMBER, *_minted(dataset.generation), '$at AS ":created_at"', '$at AS ":updated_at"']
    sql = f"INSERT INTO {dataset.table} BY NAME SELECT {', '.join(system + columns)} FROM {numbered}"
    connection.execute(sql, {"at": moment})
    connection.unregister(":given")
    return len(rows)


def update_rows(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, set_sql: str, where_sql: str, moment: datetime | None
) -> int:
    """Change rows and return how many.

    Args:
        connection: Where the table is.
        dataset: Which table.
        set_sql: Assignments, such as `district = '012'`.
        where_sql: Which rows.
        moment: New `:updated_at`; None leaves it.
    """
    if moment is not None:
        stamp = moment.isoformat(sep=" ")
        version = _code("rv", "version", stamp)
        set_sql = f'{set_sql}, ":updated_at" = TIMESTAMP {text_literal(stamp)}, ":version" = {version}'
    return _touched(connection, f"UPDATE {dataset.table} SET {set_sql} WHERE {where_sql}")


def delete_rows(connection: duckdb.DuckDBPyConnection, dataset: Dataset, where_sql: str) -> int:
    """Delete rows and return how many."""
    return _touched(connection, f"DELETE FROM {dataset.table} WHERE {where_sql}")


def remint_ids(connection: duckdb.DuckDBPyConnection, dataset: Dataset, moment: datetime) -> int:
    """Give every row a new `:id`, as a full replace does, and return how many."""
    dataset.generation += 1
    identifier = _code("row", "id", str(dataset.generation))
    stamp = f"TIMESTAMP {text_literal(moment.isoformat(sep=' '))}"
    changes = f'":id" = {identifier}, ":created_at" = {stamp}, ":updated_at" = {stamp}'
    return _touched(connection, f"UPDATE {dataset.table} SET {changes}")


def _touched(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _origin(connection: duckdb.DuckDBPyConnection, source: Source) -> str:
    if isinstance(source, pa.Table):
        connection.register(":source", source)
        return '":source"'
    if isinstance(source, str):
        return f"({source})"
    paths = [source] if isinstance(source, Path) else list(source)
    listed = ", ".join(text_literal(str(path)) for path in paths)
    return f"read_parquet([{listed}])"


def _cast(sql: str, kind: str) -> str:
    if kind not in _SQL_TYPES:
        return f"CAST({sql} AS VARCHAR)"
    return f"CAST(nullif(CAST({sql} AS VARCHAR), '') AS {_SQL_TYPES[kind]})"


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _minted(generation: int) -> list[str]:
    return [f'{_code("row", "id", str(generation))} AS ":id"', f'{_code("rv", "version", "0")} AS ":version"']


def _code(prefix: str, purpose: str, salt: str) -> str:
    """Return SQL for an identifier such as `row-a1b2-c3d4-e5f6`, new for each purpose and salt."""
    digest = f"md5(concat_ws('|', {ROW_NUMBER}, {text_literal(purpose)}, {text_literal(salt)}))"
    return f"concat_ws('-', '{prefix}', substr({digest}, 1, 4), substr({digest}, 5, 4), substr({digest}, 9, 4))"

"""Rows as a portal sends them, CSV or JSON, into a table of the declared schema.

Both forms carry numbers and timestamps as text, so nothing is ever guessed: `022` stays text where text is
declared. In CSV null is an empty cell without quotes, in JSON a key that is absent.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, DecimalException
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from district_reports.config import Column, ColumnType, Source
from district_reports.errors import SchemaDriftError
from district_reports.sources.http import Body
from district_reports.sources.patience import Trouble
from district_reports.tables import ARROW_TYPES, arrow_schema, is_rising

_BLOCK_BYTES = 2**20
"""Read at once: a row must fit, and the longest text of a portal is far shorter."""


def read_csv(body: Body, source: Source) -> pa.Table:
    """Return the rows of a CSV stream, in the order they come.

    Raises:
        Trouble: If the stream ends early or is no CSV of the declared types.
        SchemaDriftError: If it has other columns.
    """
    fields = [column.field for column in source.columns.values()]
    convert = pacsv.ConvertOptions(
        column_types={column.field: ARROW_TYPES[column.type] for column in source.columns.values()},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["true", "TRUE", "True"],
        false_values=["false", "FALSE", "False"],
        timestamp_parsers=[pacsv.ISO8601],
    )
    try:
        reader = pacsv.open_csv(
            io.BufferedReader(body, _BLOCK_BYTES),
            read_options=pacsv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=convert,
        )
        _require_header(source, fields, reader.schema.names)
        table = reader.read_all()
    except (pa.ArrowException, UnicodeError) as error:
        raise body.trouble or Trouble(f"CSV that breaks off or does not fit: {str(error)[:200]}") from error
    return pa.Table.from_arrays(table.columns, schema=arrow_schema(source))


def _require_header(source: Source, expected: Sequence[str], got: Sequence[str]) -> None:
    if list(expected) == list(got):
        return
    told = ",".join(got)
    if ",".join(expected).startswith(told) or told.lstrip().startswith("<"):
        raise Trouble("a body that breaks off in its first line, or is no CSV")
    message = f"{source.source_id}: expected the columns {', '.join(expected)}, got {told[:200]}"
    raise SchemaDriftError(message, source_id=source.source_id)


def read_json(rows: Sequence[Mapping[str, Any]], source: Source) -> pa.Table:
    """Return the rows of a JSON answer, in the order they come.

    Raises:
        SchemaDriftError: If a value is not of its declared type.
    """
    arrays = [
        pa.array([_value(row.get(column.field), column, source) for row in rows], ARROW_TYPES[column.type])
        for column in source.columns.values()
    ]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(source))


def sorted_by_key(table: pa.Table, source: Source) -> pa.Table:
    """Return the table ordered by key: the same rows give the same bytes, whatever order a portal sorts text in."""
    return table if is_rising(table.column(source.key)) else table.sort_by(source.key)


def _value(value: Any, column: Column, source: Source) -> Any:
    if value is None:
        return None
    try:
        return _READERS[column.type](value)
    except (TypeError, ValueError, OverflowError, DecimalException) as error:
        message = f"{source.source_id}: expected {column.field} to be {column.type}, got {value!r:.80}"
        raise SchemaDriftError(message, source_id=source.source_id) from error


def _integer(value: Any) -> int:
    number = Decimal(_text(value))
    if number != number.to_integral_value() or abs(number) >= 2**63:
        raise ValueError(value)
    return int(number)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _timestamp(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is not None:
        raise ValueError(value)
    return moment


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError(value)
    return bool(value == "true")


_READERS: dict[ColumnType, Callable[[Any], Any]] = {
    "integer": _integer,
    "number": lambda value: float(_text(value)),
    "text": _text,
    "timestamp": _timestamp,
    "boolean": _boolean,
}

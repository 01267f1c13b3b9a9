"""Rows as the bytes of a reply: DuckDB writes each line, Arrow hands over its buffer.

What belongs here: the JSON, CSV and GeoJSON forms of rows. Headers and faults do not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from tests.portal.dataset import GEOMETRY_TYPES, text_literal
from tests.portal.errors import invalid_request
from tests.portal.query import Query

CONTENT_TYPES = {
    "json": "application/json;charset=utf-8",
    "csv": "text/csv;charset=utf-8",
    "geojson": "application/vnd.geo+json;charset=utf-8",
}
_TIMESTAMP = "%Y-%m-%dT%H:%M:%S.%g"
_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


class Piece(NamedTuple):
    """Bytes of a body and how many rows they hold."""

    data: bytes | memoryview
    rows: int


def line_query(query: Query, form: str) -> str:
    """Return SQL that gives one text column, a finished line for each row.

    Args:
        query: What to select.
        form: `json`, `csv` or `geojson`.

    Raises:
        SodaError: 400 if GeoJSON is asked of rows without a shape.
    """
    line = {"json": _json_line, "csv": _csv_line, "geojson": _geojson_line}[form](query.fields)
    return f"SELECT {line} AS line FROM ({query.sql}) AS selected"


def frame(form: str, query: Query, lines: Iterable[pa.Array]) -> Iterator[Piece]:
    """Yield a body: what stands before the rows, the rows, what stands after."""
    filled = (batch for batch in lines if len(batch))
    if form == "csv":
        header = ",".join('"' + name.replace('"', '""') + '"' for name, _ in query.fields)
        yield Piece(f"{header}\n".encode(), 0)
        yield from (Piece(payload(batch), len(batch)) for batch in filled)
        return
    yield Piece(b"[" if form == "json" else b'{"type":"FeatureCollection","features":[', 0)
    is_first = True
    for batch in filled:
        data = payload(batch)
        # Every line starts with a newline and a comma; before the first row there is nothing to separate.
        yield Piece(data[2:] if is_first else data, len(batch))
        is_first = False
    yield Piece(b"]\n" if form == "json" else f'],"crs":{json.dumps(_CRS)}}}\n'.encode(), 0)


def payload(lines: pa.Array) -> memoryview:
    """Return the bytes of all lines of a text array, one after the other, without a copy."""
    _, offsets_buffer, data = lines.buffers()
    if not len(lines) or data is None:
        return memoryview(b"")
    raw = memoryview(offsets_buffer).cast("B")
    offsets = raw.cast("i") if lines.type == pa.string() else raw.cast("q")
    return memoryview(data).cast("B")[offsets[lines.offset] : offsets[lines.offset + len(lines)]]


def _number(sql: str) -> str:
    whole = f"TRY_CAST({sql} AS BIGINT)"
    return f"CASE WHEN {sql} = {whole} THEN CAST({whole} AS VARCHAR) ELSE CAST({sql} AS VARCHAR) END"


def plain_text(sql: str, kind: str) -> str:
    """Return SQL for the unquoted text of a value; null stays null."""
    if kind == "number":
        return _number(sql)
    if kind == "floating_timestamp":
        return f"strftime({sql}, '{_TIMESTAMP}')"
    if kind == "fixed_timestamp":
        return f"strftime({sql}, '{_TIMESTAMP}Z')"
    return f"CAST({sql} AS VARCHAR)"


def _json_value(sql: str, kind: str) -> str:
    if kind == "boolean" or kind == "location" or kind in GEOMETRY_TYPES:
        return f"CAST({sql} AS VARCHAR)"
    if kind == "url":
        return f"""('{{"url":' || CAST(to_json({sql}) AS VARCHAR) || '}}')"""
    if kind == "text":
        return f"CAST(to_json({sql}) AS VARCHAR)"
    return f"""('"' || {plain_text(sql, kind)} || '"')"""


def _json_key(name: str) -> str:
    return text_literal(json.dumps(name, ensure_ascii=False) + ":")


def _json_line(fields: tuple[tuple[str, str], ...]) -> str:
    pairs = [f"{_json_key(name)} || {_json_value(f'c{index}', kind)}" for index, (name, kind) in enumerate(fields)]
    return f"chr(10) || ',{{' || concat_ws(',', {', '.join(pairs)}) || '}}'"


def _csv_line(fields: tuple[tuple[str, str], ...]) -> str:
    cells = []
    for index, (_, kind) in enumerate(fields):
        text = plain_text(f"c{index}", kind)
        if kind not in {"number", "boolean", "floating_timestamp", "fixed_timestamp"}:
            text = f"""replace({text}, '"', '""')"""
        cells.append(f"""coalesce('"' || {text} || '"', '')""")
    return f"concat_ws(',', {', '.join(cells)}) || chr(10)"


def _geojson_line(fields: tuple[tuple[str, str], ...]) -> str:
    shapes = [f"c{index}" for index, (_, kind) in enumerate(fields) if kind in GEOMETRY_TYPES]
    if not shapes:
        raise invalid_request("No geometry column among the selected columns")
    pairs = [
        f"{_json_key(name)} || coalesce({_json_value(f'c{index}', kind)}, 'null')"
        for index, (name, kind) in enumerate(fields)
        if kind not in GEOMETRY_TYPES
    ]
    properties = f"concat_ws(',', {', '.join(pairs)})" if pairs else "''"
    start = f"""',{{"type":"Feature","geometry":' || coalesce({shapes[0]}, 'null') || ',"properties":{{'"""
    return f"chr(10) || {start} || {properties} || '}}}}'"

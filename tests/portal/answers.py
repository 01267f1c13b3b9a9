"""Answers to well-formed requests: metadata of a dataset, or rows of a query."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from itertools import chain

import duckdb
import pyarrow as pa

from tests.portal import errors
from tests.portal.dataset import Dataset
from tests.portal.exchange import Reply, Request
from tests.portal.faults import Fault
from tests.portal.query import Query, build_query
from tests.portal.rendering import CONTENT_TYPES, frame, line_query
from tests.portal.sabotage import retyped, sabotaged_columns, sabotaged_rows

_BATCH_ROWS = 8192
_JSON = CONTENT_TYPES["json"]


def view_reply(dataset: Dataset, fault: Fault | None) -> Reply:
    """Return `/api/views/ID.json`, as a fault of metadata leaves it."""
    columns: list[dict[str, object]] = [
        {
            "id": 1000 + position,
            "name": name.replace("_", " ").title(),
            "dataTypeName": kind,
            "fieldName": name,
            "position": position,
            "renderTypeName": kind,
            "tableColumnId": 2000 + position,
            "format": {},
        }
        for position, (name, kind) in enumerate(dataset.types.items(), start=1)
    ]
    updated = int(dataset.rows_updated_at.timestamp())
    document = {
        "id": dataset.dataset_id,
        "name": dataset.name,
        "assetType": "dataset",
        "attribution": dataset.attribution,
        "category": "Public Safety",
        "createdAt": 1317158400,
        "description": dataset.name,
        "displayType": "table",
        "license": {"name": dataset.license_name},
        "newBackend": True,
        "provenance": "official",
        "publicationDate": 1317158400,
        "publicationStage": "published",
        "rowIdentifierColumnId": _key_column_id(dataset),
        "rowsUpdatedAt": updated,
        "viewLastModified": updated,
        "viewType": "tabular",
        "columns": columns if fault is None else sabotaged_columns(fault, columns),
        "metadata": {"rowLabel": "Row"},
        "rights": ["read"],
        "tags": [],
    }
    body = json.dumps(document, indent=1, ensure_ascii=False).encode()
    return Reply(200, _JSON, body, {"Last-Modified": _http_date(dataset.rows_updated_at)})


def rows_reply(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    request: Request,
    fault: Fault | None,
    seed: int | None,
    act: Callable[[], object],
) -> Reply:
    """Return the rows of a query, as a fault of rows leaves them.

    Args:
        connection: Read by this reply alone, and closed at its end.
        dataset: Where the rows are.
        request: What is asked.
        fault: What goes wrong, if anything.
        seed: Shuffles what the order leaves open.
        act: Runs the action of `mutate_midway`.

    Raises:
        SodaError: 400 for a query the portal would refuse.
    """
    headers = _freshness(dataset, request)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Reply(304, CONTENT_TYPES[request.form], b"", headers)
    if request.form == "geojson":
        request = _with_shape(dataset, request)
    query = build_query(dataset, request.params, seed)
    shown = retyped(fault, query) if fault is not None and fault.kind == "wrong_types" else query
    served = shown if fault is None or fault.in_values else query
    typed = shown if fault is None or fault.in_header else query
    headers["X-SODA2-Fields"] = json.dumps([name for name, _ in typed.fields])
    headers["X-SODA2-Types"] = json.dumps([kind for _, kind in typed.fields])
    lines = _lines(connection, line_query(served, request.form), served)
    if fault is not None:
        lines = sabotaged_rows(fault, lines, act)
    return Reply(200, CONTENT_TYPES[request.form], frame(request.form, served, lines), headers)


def _key_column_id(dataset: Dataset) -> int | None:
    names = list(dataset.types)
    return 1001 + names.index(dataset.key) if dataset.key in names else None


def _with_shape(dataset: Dataset, request: Request) -> Request:
    """Return the request with the shape selected where a client named only other columns."""
    selected = request.params.get("$select")
    if selected is None or dataset.geometry is None or request.target != "rows" or "*" in selected:
        return request
    if dataset.geometry in selected:
        return request
    params = {**request.params, "$select": f"{selected}, {dataset.geometry}"}
    return Request(request.method, request.path, params, request.headers, request.dataset_id, request.form)


def _freshness(dataset: Dataset, request: Request) -> dict[str, str]:
    changed = _http_date(dataset.rows_updated_at)
    asked = json.dumps([request.path, sorted(request.params.items()), dataset.clock.isoformat(), changed])
    return {
        "ETag": f'W/"{hashlib.sha256(asked.encode()).hexdigest()[:40]}"',
        "Last-Modified": changed,
        "X-SODA2-Data-Out-Of-Date": "false",
        "X-SODA2-Truth-Last-Modified": changed,
        "X-SODA2-Secondary-Last-Modified": changed,
        "Vary": "Accept-Encoding",
    }


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _lines(connection: duckdb.DuckDBPyConnection, sql: str, query: Query) -> Iterator[pa.Array]:
    """Return the batches of a query; the first is computed now, so that a failure is still an HTTP error."""
    try:
        reader = connection.sql(sql, params=query.parameters or None).to_arrow_reader(_BATCH_ROWS)
        batches = (batch.column(0) for batch in reader)
        first = next(batches, None)
    except duckdb.Error as error:
        raise errors.execution_error(str(error).splitlines()[0]) from error
    return batches if first is None else chain([first], batches)

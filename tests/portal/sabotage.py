"""What each fault does to a reply, to its rows, to their types and to metadata."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

import pyarrow as pa

from tests.portal.dataset import text_literal
from tests.portal.errors import SodaError, invalid_token, no_such_column
from tests.portal.exchange import Reply, Request
from tests.portal.faults import Fault
from tests.portal.query import Query
from tests.portal.rendering import plain_text

_JSON, _HTML = "application/json;charset=utf-8", "text/html;charset=utf-8"
_CASTS = {"number": "DOUBLE", "boolean": "BOOLEAN", "floating_timestamp": "TIMESTAMP", "text": "VARCHAR"}


def refusal_reply(error: SodaError) -> Reply:
    """Return an error as a JSON reply."""
    return Reply(error.status, _JSON, error.body)


def faulty_reply(fault: Fault, request: Request) -> Reply | None:
    """Return the reply that stands in for the real one, or None if the fault is of another sort."""
    if fault.kind == "throttle":
        return _throttled(fault)
    if fault.kind == "status":
        return _broken(fault)
    if fault.kind == "processing":
        return _json_reply(202, {"code": "accepted", "message": "Request is still being processed", "error": False})
    if fault.kind == "html":
        return Reply(200, _HTML, _page("Scheduled maintenance"))
    if fault.kind == "wrong_token":
        return refusal_reply(invalid_token())
    if fault.kind == "unknown_column":
        first = request.params.get("$select", "id").split(",")[0].strip()
        return refusal_reply(no_such_column(fault.column or first, request.dataset_id, f"SELECT {first}", 7))
    return None


def sabotaged_rows(fault: Fault, lines: Iterator[pa.Array], act: Callable[[], object]) -> Iterator[pa.Array]:
    """Return the lines of a reply after a fault of rows.

    Args:
        fault: Of any kind; most leave rows alone.
        lines: Batches of finished lines.
        act: Runs the action of `mutate_midway`.
    """
    if fault.kind in {"cut_csv", "short_page"}:
        return _shortened(fault, lines)
    if fault.kind == "duplicate_rows":
        return _doubled(fault, lines)
    if fault.kind == "mutate_midway":
        return _interrupted(lines, fault.after_rows, act)
    return lines


def retyped(fault: Fault, query: Query) -> Query:
    """Return a query whose column has another type and values to match.

    Raises:
        ValueError: If the new type is not one of SoQL's simple ones.
    """
    if fault.new_type not in _CASTS:
        raise ValueError(f"unknown SoQL type {fault.new_type!r}, expected one of {sorted(_CASTS)}")
    sql = query.sql
    fields = []
    for index, (name, kind) in enumerate(query.fields):
        if name != fault.column:
            fields.append((name, kind))
            continue
        fields.append((name, fault.new_type))
        text = text_literal(fault.value) if fault.value is not None else plain_text(f"c{index}", kind)
        wrong = f"TRY_CAST({text} AS {_CASTS[fault.new_type]})"
        sql = f"SELECT * REPLACE ({wrong} AS c{index}) FROM ({sql}) AS retyped"
    return replace(query, sql=sql, fields=tuple(fields))


def sabotaged_columns(fault: Fault, columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns of `/api/views` after a fault of metadata."""
    if fault.kind == "drop_column":
        return [column for column in columns if column["fieldName"] != fault.column]
    changes = {
        "rename_column": {"fieldName": fault.new_name, "name": fault.new_name},
        "type_change": {"dataTypeName": fault.new_type, "renderTypeName": fault.new_type},
    }.get(fault.kind, {})
    return [{**column, **(changes if column["fieldName"] == fault.column else {})} for column in columns]


def _json_reply(status: int, payload: dict[str, object]) -> Reply:
    return Reply(status, _JSON, json.dumps(payload).encode())


def _page(title: str) -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n".encode()


def _retry_headers(moment: int | datetime | None) -> dict[str, str]:
    if moment is None:
        return {}
    if isinstance(moment, datetime):
        return {"Retry-After": format_datetime(moment.astimezone(UTC), usegmt=True)}
    return {"Retry-After": str(moment)}


def _throttled(fault: Fault) -> Reply:
    message = "Too many requests. Use an application token to raise the limit."
    reply = _json_reply(429, {"code": "too_many_requests", "error": True, "message": message})
    reply.headers.update(_retry_headers(fault.retry_after))
    return reply


def _broken(fault: Fault) -> Reply:
    title = HTTPStatus(fault.status).phrase
    if fault.body == "html":
        reply = Reply(fault.status, _HTML, _page(f"{fault.status} {title}"))
    else:
        reply = _json_reply(fault.status, {"code": "internal_error", "error": True, "message": title})
    reply.headers.update(_retry_headers(fault.retry_after))
    return reply


def _gathered(lines: Iterator[pa.Array]) -> pa.Array:
    batches = list(lines)
    return pa.concat_arrays(batches) if batches else pa.array([], pa.string())


def _shortened(fault: Fault, lines: Iterator[pa.Array]) -> Iterator[pa.Array]:
    every = _gathered(lines)
    kept = len(every) // 2 if fault.after_rows is None else fault.after_rows
    yield every.slice(0, kept)
    if fault.mid_row and kept < len(every):
        line = every[kept].as_py()
        yield pa.array([line[: len(line) // 2]], pa.string())


def _doubled(fault: Fault, lines: Iterator[pa.Array]) -> Iterator[pa.Array]:
    every = _gathered(lines)
    count = len(every)
    repeated = min(max(1, count // 10) if fault.repeated is None else fault.repeated, count // 2)
    kept = list(range(count - repeated))
    yield every.take(pa.array(kept + kept[:repeated], pa.int64()))


def _interrupted(lines: Iterator[pa.Array], after_rows: int | None, act: Callable[[], object]) -> Iterator[pa.Array]:
    left = after_rows
    for batch in lines:
        if left is None or left > len(batch):
            left = None if left is None else left - len(batch)
            yield batch
            continue
        yield batch.slice(0, left)
        act()
        yield batch.slice(left)
        yield from lines
        return
    act()

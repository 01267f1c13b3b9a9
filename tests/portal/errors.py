"""Refusals in the words of a Socrata portal: status, `errorCode`, message, data.

What belongs here: every error a request can earn by itself. Errors that a test orders are in `faults`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

_COORDINATOR = "Query coordinator error"


class SodaError(Exception):
    """An answer other than rows; carries the HTTP status and the JSON body."""

    def __init__(self, status: int, payload: Mapping[str, object]) -> None:
        """Keep the status and the body.

        Args:
            status: HTTP status of the answer.
            payload: JSON object of the answer.
        """
        super().__init__(f"{status}: {payload.get('message')}")
        self.status = status
        self.payload = dict(payload)

    @property
    def body(self) -> bytes:
        """Return the JSON body as bytes."""
        return json.dumps(self.payload, ensure_ascii=False).encode()


def _position(clause: str, at: int) -> dict[str, object]:
    return {"row": 1, "column": at + 1, "line": f"{clause}\n{' ' * at}^"}


def _coordinator_error(code: str, text: str, data: Mapping[str, object], clause: str, at: int) -> SodaError:
    place = _position(clause, at)
    shown = f"Map(row -> 1, column -> {at + 1}, line -> {json.dumps(place['line'])})"
    message = f"{_COORDINATOR}: {code}; {text}; position: {shown}"
    return SodaError(400, {"message": message, "errorCode": code, "data": {**data, "position": place}})


def malformed(clause: str, at: int, expected: str) -> SodaError:
    """Return the 400 for text that is not SoQL, or not the SoQL spoken here."""
    line = _position(clause, at)["line"]
    message = f"Could not parse SoQL query {clause!r} at line 1 character {at + 1}: expected {expected}\n{line}"
    return SodaError(400, {"message": message, "errorCode": "query.compiler.malformed", "data": {"query": clause}})


def no_such_column(column: str, dataset_id: str, clause: str = "", at: int = 0) -> SodaError:
    """Return the 400 for a column the dataset does not have."""
    data = {"column": column, "dataset": dataset_id}
    return _coordinator_error("query.soql.no-such-column", f"No such column: {column}", data, clause, at)


def no_such_function(function: str, dataset_id: str, clause: str, at: int) -> SodaError:
    """Return the 400 for a function outside the allowed list."""
    data = {"function": function, "dataset": dataset_id}
    return _coordinator_error("query.soql.no-such-function", f"No such function: {function}", data, clause, at)


def type_mismatch(function: str, type_name: str, dataset_id: str, clause: str, at: int) -> SodaError:
    """Return the 400 for an operand of the wrong type."""
    data = {"function": function, "type": type_name, "dataset": dataset_id}
    text = f"Type mismatch for {function}, is {type_name}"
    return _coordinator_error("query.soql.type-mismatch", text, data, clause, at)


def aggregate_not_allowed(dataset_id: str, clause: str, at: int) -> SodaError:
    """Return the 400 for an aggregate in `$where` or `$group`."""
    code = "query.soql.aggregate-function-not-allowed"
    return _coordinator_error(code, "Aggregate function not allowed here", {"dataset": dataset_id}, clause, at)


def column_not_in_group_bys(column: str, dataset_id: str, clause: str, at: int) -> SodaError:
    """Return the 400 for a plain column beside an aggregate."""
    code = "query.soql.column-not-in-group-bys"
    data = {"column": column, "dataset": dataset_id}
    return _coordinator_error(code, f"Column not in group bys: {column}", data, clause, at)


def duplicate_alias(alias: str, dataset_id: str, clause: str, at: int) -> SodaError:
    """Return the 400 for two selected expressions of one name."""
    data = {"name": alias, "dataset": dataset_id}
    return _coordinator_error("query.soql.duplicate-alias", f"Duplicate alias: {alias}", data, clause, at)


def invalid_request(message: str) -> SodaError:
    """Return the 400 for a parameter that is unknown or has an impossible value."""
    return SodaError(400, {"message": message, "errorCode": "invalid-request", "error": True, "data": {}})


def execution_error(message: str) -> SodaError:
    """Return the 400 for a query that parses and cannot be computed."""
    return SodaError(400, {"message": message, "errorCode": "query.execution.error", "data": {}})


def dataset_missing(dataset_id: str) -> SodaError:
    """Return the 404 for a resource nobody published."""
    data = {"dataset": dataset_id}
    return SodaError(404, {"message": "Not found", "errorCode": "dataset.missing", "data": data})


def view_missing(dataset_id: str) -> SodaError:
    """Return the 404 of `/api/views`."""
    message = f"Cannot find view with id {dataset_id}"
    return SodaError(404, {"code": "not_found", "error": True, "message": message})


def invalid_token() -> SodaError:
    """Return the 403 for an app token the portal does not know."""
    return SodaError(403, {"code": "permission_denied", "error": True, "message": "Invalid app_token specified"})

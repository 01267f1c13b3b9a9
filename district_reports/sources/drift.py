"""Does the portal still have the declared columns? Two vocabularies of types, one answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from district_reports.config import ColumnType, Source
from district_reports.errors import SchemaDriftError
from district_reports.model import CheckResult

PORTAL_TYPES: dict[ColumnType, frozenset[str]] = {
    "integer": frozenset({"number"}),
    "number": frozenset({"number", "double", "money", "percent"}),
    "text": frozenset({"text"}),
    "timestamp": frozenset({"calendar_date", "floating_timestamp"}),
    "boolean": frozenset({"checkbox", "boolean"}),
}
"""Our types, each with the portals' names of it: those of `/api/views` and those of the headers of rows."""

FIELDS_HEADER = "X-SODA2-Fields"
TYPES_HEADER = "X-SODA2-Types"


SYSTEM_PREFIX = ":"
"""Begins the fields every dataset has, such as `:id`: metadata do not list them."""


def find_missing(source: Source, found: Mapping[str, str]) -> tuple[str, ...]:
    """Return our names of the optional columns that are not among those found."""
    return tuple(
        name
        for name, column in source.columns.items()
        if column.is_optional and column.field not in found and not column.field.startswith(SYSTEM_PREFIX)
    )


def check_missing(source: Source, missing: Sequence[str]) -> tuple[CheckResult, ...]:
    """Return a remark if the portal lacks optional columns."""
    if not missing:
        return ()
    fields = ", ".join(source.columns[name].field for name in missing)
    remark = CheckResult(
        check_id="column_missing",
        passed=False,
        required=False,
        expected=f"the optional columns {fields}",
        got="none; they are left empty",
        source_id=source.source_id,
    )
    return (remark,)


def require_columns(source: Source, found: Mapping[str, str]) -> None:
    """Return nothing if every declared column is among those found, of its type; an optional one may be missing.

    Raises:
        SchemaDriftError: If one is missing or has another type; all of them are named.
    """
    problems = []
    for column in source.columns.values():
        if column.field.startswith(SYSTEM_PREFIX) or (column.is_optional and column.field not in found):
            continue
        if column.field not in found:
            problems.append(f"expected a column {column.field} ({column.type}), got none")
        elif found[column.field] not in PORTAL_TYPES[column.type]:
            problems.append(f"expected {column.field} to be {column.type}, got {found[column.field]}")
    if problems:
        listed = f"; the portal has {', '.join(sorted(found)) or 'no columns'}" if "got none" in str(problems) else ""
        raise SchemaDriftError(f"{source.source_id}: {'; '.join(problems)}{listed}", source_id=source.source_id)


def require_headers(source: Source, asked: Sequence[str], headers: Mapping[str, str]) -> None:
    """Return nothing if the headers of rows tell the fields asked for, of the declared types.

    Headers that are missing or unreadable tell nothing: portals leave them out when they would be too long.

    Raises:
        SchemaDriftError: If they tell of others.
    """
    fields, types = _listed(headers, FIELDS_HEADER), _listed(headers, TYPES_HEADER)
    if fields is None or types is None or len(fields) != len(types):
        return
    told = zip(fields, types, strict=True)
    found = {field: kind for field, kind in told if not field.startswith(SYSTEM_PREFIX)}
    if set(found) != {field for field in asked if not field.startswith(SYSTEM_PREFIX)}:
        message = f"{source.source_id}: expected the fields {', '.join(asked)}, got {', '.join(fields)}"
        raise SchemaDriftError(message, source_id=source.source_id)
    require_columns(source, found)


def _listed(headers: Mapping[str, str], name: str) -> list[str] | None:
    try:
        values = json.loads(headers.get(name, ""))
    except ValueError:
        return None
    return [str(value) for value in values] if isinstance(values, list) else None

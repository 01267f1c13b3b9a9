"""Pages by key: each begins after the last key of the one before, so rows that come or go meanwhile shift nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from district_reports.config import Source
from district_reports.sources.contract import Query
from district_reports.sources.patience import Trouble


def request_clauses(query: Query) -> dict[str, str]:
    """Return a query as the parameters of a request."""
    clauses = {"$select": ", ".join(query.fields), "$order": query.order, "$limit": str(query.limit)}
    return {**clauses, "$where": query.where} if query.where else clauses


def rows_after(query: Query, last: Any) -> Query:
    """Return the query for the rows after a key; from the first, if there is none."""
    if last is None:
        return query
    condition = f"{query.order} > {_literal(last)}"
    return replace(query, where=f"({query.where}) AND {condition}" if query.where else condition)


def require_distinct(page: pa.Table, source: Source, last: Any) -> None:
    """Return nothing if each row of a page has a key of its own, and not the last one of the page before.

    Raises:
        Trouble: If not: the page must be asked for again.
    """
    keys = page.column(source.key)
    if (
        keys.null_count
        or len(keys.unique()) != len(keys)
        or (last is not None and pc.any(pc.equal(keys, last)).as_py())
    ):
        raise Trouble("a page in which a key is missing or comes twice")


def _literal(key: Any) -> str:
    """Return a key as a SoQL literal."""
    return str(key) if isinstance(key, int) else "'" + str(key).replace("'", "''") + "'"

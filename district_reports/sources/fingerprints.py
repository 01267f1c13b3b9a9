"""The question for the fingerprints of months, and how its answer is read.

Of a number as key the portal adds up all; of a text it tells the least and the greatest, and the newest `:created_at`
beside the newest `:updated_at`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from district_reports.config import Source
from district_reports.model import Fingerprint
from district_reports.sources.contract import events_query


def fingerprint_clauses(source: Source, first: date, end: date, limit: int) -> dict[str, Any]:
    """Return the clauses that ask for the fingerprints of the months from `first` up to, not including, `end`.

    Args:
        source: Of the form `events`.
        first: First day of a month.
        end: First day of a month.
        limit: Most months that are wanted in answer.
    """
    month = f"date_trunc_ym({source.columns[source.date].field})"
    key = source.columns[source.key]
    keys = f"sum({key.field}) AS h"
    if key.type != "integer":
        keys = f"min({key.field}) AS low, max({key.field}) AS high, max(:created_at) AS c"
    return {
        "select": f"{month} AS m, count(*) AS n, max(:updated_at) AS u, {keys}",
        "where": events_query(source, first, end).where,
        "group": month,
        "order": month,
        "limit": limit,
    }


def read_fingerprint(row: dict[str, Any], source: Source) -> tuple[str, Fingerprint]:
    """Return the month (`2018-07`) and the fingerprint that a row of the answer tells.

    Raises:
        KeyError, TypeError, ValueError, DecimalException: If it tells none.
    """
    if source.columns[source.key].type == "integer":
        keys = str(int(Decimal(row["h"])))
    else:
        keys = f"{row['low']}/{row['high']}"
    updated = "/".join(str(row[name]) for name in ("u", "c") if row.get(name))
    return str(row["m"])[:7], Fingerprint(rows=int(row["n"]), updated_at=updated, key_sum=keys)

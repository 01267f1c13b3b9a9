"""What was pulled and is not kept: put aside with the reason, for people to read, and told.

What does not belong here: what a table must be like (`tables`), how files are written (`store`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from district_reports.config import Source
from district_reports.errors import ContractError, FetchError
from district_reports.store import Store, table_content
from district_reports.tables import require_table

Rejection = tuple[pa.Table, tuple[str, ...]]
"""A month's rows, and what is wrong with them."""


def require_accepted(store: Store, source: Source, part_id: str, table: pa.Table, now: datetime) -> None:
    """Return nothing if a table keeps its source's contract; else put it in quarantine.

    Raises:
        ContractError: If it does not; tells where the rows are.
    """
    try:
        require_table(table, source)
    except ContractError as error:
        path = _save_rejected(store, source, part_id, (table, error.problems), now)
        message = f"{source.source_id} {part_id}: {'; '.join(error.problems)}; the rows are kept in {path}"
        raise ContractError(message, table=error.table, problems=error.problems) from error


def require_none(store: Store, source: Source, rejected: Mapping[str, Rejection], now: datetime) -> None:
    """Put months that were rejected, if there are any, in quarantine.

    Raises:
        FetchError: If there are: the portal does not send the rows it counts.
    """
    for part_id, rejection in rejected.items():
        _save_rejected(store, source, part_id, rejection, now)
    if rejected:
        listed = "; ".join(f"{part_id}: {', '.join(problems)}" for part_id, (_, problems) in rejected.items())
        message = f"{source.source_id}: expected the rows the portal counts, got {listed}"
        raise FetchError(message, source_id=source.source_id)


def _save_rejected(store: Store, source: Source, part_id: str, rejection: Rejection, now: datetime) -> Path:
    table, problems = rejection
    # A table of other columns may lack the key.
    key = source.key if source.key in table.schema.names else table.schema.names[0]
    return store.save_rejected(source.source_id, part_id, table_content(table, key), problems, now)

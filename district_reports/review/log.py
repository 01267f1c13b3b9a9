"""The log of review: append-only, each row sealed with the one before it.

A row's digest is the SHA-256 of its own fields and of the digest before, as canonical JSON; the head says where the log
ends. So a row that was changed, put in or taken out by hand is found, the last one too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, insert, select, update

from district_reports.database.tables_review import log, log_head
from district_reports.errors import LogError
from district_reports.model import Entry

FIRST: Final = "0" * 64
"""What the first row is sealed with."""
OPERATOR: Final = "operator"
"""Whoever runs the program on its machine."""
_HEAD: Final = 1


def append(
    connection: Connection,
    *,
    kind: str,
    by: str,
    at: datetime,
    quarter: str = "",
    subject: str = "",
    content: Mapping[str, Any] | None = None,
) -> Entry:
    """Add a row and return it; writers queue at the head, so that no two get the same number.

    Args:
        connection: In a transaction that may write.
        kind: What happened, such as `decision`.
        by: Id of the person, or `OPERATOR`.
        at: When, with a time zone; kept to the microsecond.
        quarter: Which release it is about; empty: none.
        subject: What it is about.
        content: The rest, as JSON can hold it.
    """
    hold(connection)
    head = connection.execute(select(log_head).where(log_head.c.head_id == _HEAD)).one()
    values = {
        "seq": head.seq + 1,
        "at": at.astimezone(UTC),
        "by": by,
        "kind": kind,
        "quarter": quarter,
        "subject": subject,
        "content": _canonical(dict(content or {})),
        "previous": head.digest,
    }
    values["digest"] = _seal(values)
    connection.execute(insert(log).values(**values))
    connection.execute(
        update(log_head).where(log_head.c.head_id == _HEAD).values(seq=values["seq"], digest=values["digest"])
    )
    return _entry(values)


def hold(connection: Connection) -> None:
    """Wait for other writers of the log, and keep them waiting until the transaction ends.

    To be called before what is written depends on what the log says.
    """
    # Locked by the update: on SQLite the transaction holds the file already.
    connection.execute(update(log_head).where(log_head.c.head_id == _HEAD).values(head_id=_HEAD))


def read_entries(
    connection: Connection, *, quarter: str | None = None, kinds: Collection[str] = (), subject: str = "", by: str = ""
) -> tuple[Entry, ...]:
    """Return rows of the log, oldest first.

    Args:
        connection: In a transaction.
        quarter: Only of this release; None: of all.
        kinds: Only of these kinds; empty: of all.
        subject: Only of this subject; empty: of all.
        by: Only of this person; empty: of all.

    Raises:
        LogError: If a row cannot be read, since it was changed by hand.
    """
    query: Select[Any] = select(log).order_by(log.c.seq)
    if quarter is not None:
        query = query.where(log.c.quarter == quarter)
    if kinds:
        query = query.where(log.c.kind.in_(list(kinds)))
    if subject:
        query = query.where(log.c.subject == subject)
    if by:
        query = query.where(log.c.by == by)
    return tuple(_entry(row._asdict()) for row in _fetch(connection, query))


def read_page(connection: Connection, *, before: int, count: int) -> tuple[Entry, ...]:
    """Return the newest rows whose number is below `before` (0: the newest of all), newest first."""
    query = select(log).order_by(log.c.seq.desc()).limit(count)
    if before:
        query = query.where(log.c.seq < before)
    return tuple(_entry(row._asdict()) for row in _fetch(connection, query))


def verify_log(connection: Connection) -> Entry | None:
    """Return the last row of a log that is whole; None for an empty one.

    Raises:
        LogError: If a row was changed, put in or taken out; it names the first one.
    """
    last: Row[Any] | None = None
    for row in _follow(connection.execute(select(log).order_by(log.c.seq)), 1, FIRST):
        last = row
    _require_end(connection, last)
    return _entry(last._asdict()) if last is not None else None


def verify_rows(connection: Connection, first: int, last: int, *, is_end: bool) -> None:
    """Prove that some rows, and the one before them, are what was written; `verify_log` proves all of them.

    Args:
        connection: In a transaction.
        first: Number of the first row.
        last: Number of the last one.
        is_end: Whether the log ends there.

    Raises:
        LogError: If a row was changed, put in or taken out; it names the first one.
    """
    start = max(first - 1, 1)
    query = select(log).where(log.c.seq.between(start, last)).order_by(log.c.seq)
    rows = _fetch(connection, query)
    number, newest = start - 1, None
    # What the first of them is sealed with is proved with the rows before it, but where it is the first of all.
    for newest in _follow(rows, start, FIRST if start == 1 or not rows else rows[0].previous):
        number = newest.seq
    if number < last:
        raise LogError(f"log of review: expected row {number + 1}, got none: one is missing", seq=number + 1)
    if is_end:
        _require_end(connection, newest)


def _fetch(connection: Connection, query: Select[Any]) -> Sequence[Row[Any]]:
    try:
        return connection.execute(query).all()
    except ValueError:
        # A time that is none; this names its row.
        verify_log(connection)
        raise


def _follow(rows: Iterable[Row[Any]], first: int, previous: str) -> Iterator[Row[Any]]:
    """Give rows, each proved to be what was written after the one before it."""
    number = first
    try:
        for row in rows:
            if row.seq != number:
                raise LogError(f"log of review: expected row {number}, got row {row.seq}: one is missing", seq=number)
            if row.previous != previous or row.digest != _seal(row._asdict()):
                raise LogError(f"log of review: row {number} ({row.kind}) is not what was written", seq=number)
            previous, number = row.digest, number + 1
            yield row
    except (TypeError, ValueError) as error:
        # SQLite keeps whatever is put into a column: a time that is none, or bytes for letters.
        raise LogError(f"log of review: row {number} is not what was written", seq=number) from error


def _require_end(connection: Connection, last: Row[Any] | None) -> None:
    number, digest = (last.seq, last.digest) if last is not None else (0, FIRST)
    head = connection.execute(select(log_head).where(log_head.c.head_id == _HEAD)).one_or_none()
    if head is None or (head.seq, head.digest) != (number, digest):
        got = "no end" if head is None else f"an end at row {head.seq}"
        raise LogError(f"log of review: expected its end at row {number}, got {got}", seq=number + 1)


def _seal(row: Mapping[str, Any]) -> str:
    """Return the digest of a row: of all its fields but the digest itself."""
    fields = {name: row[name] for name in ("seq", "by", "kind", "quarter", "subject", "content", "previous")}
    at: datetime = row["at"]
    return hashlib.sha256(_canonical({**fields, "at": at.astimezone(UTC).isoformat()}).encode()).hexdigest()


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _entry(row: Mapping[str, Any]) -> Entry:
    try:
        return Entry(**{**row, "content": json.loads(row["content"])})
    except (TypeError, ValueError) as error:
        raise LogError(f"log of review: row {row['seq']} is not what was written", seq=row["seq"]) from error

"""Items of the feedback loop out of the database: a few questions for all of them, however many there are."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from district_reports.database import Database
from district_reports.database.tables import changes, commitments, items, replies, steps, translations
from district_reports.feedback.rules import ITEM_ID
from district_reports.model import Commitment, FeedbackItem, Record, Reply, Step, Text

AT_ONCE = 5000
"""Rows fetched at a time: all of them beside the items made of them would take twice the memory."""

Entries = dict[str, list[Any]]
"""By item id, oldest first."""
Later = Mapping[tuple[str, str, int], list[Row[Any]]]
"""Translations that came later: by item, kind of entry and its number."""
Only = Select[Any] | tuple[str, ...] | None
"""Ids of the items that are wanted; None: all."""


class Change(Record):
    """One change of an item, as recorded."""

    version: int
    """That the item had from then on."""
    recorded_at: datetime
    recorded_by: str
    """A role."""
    what: str


def load_items(
    database: Database, until: date | None = None, districts: Collection[str] = ()
) -> tuple[FeedbackItem, ...]:
    """Return items, sorted by their ids.

    Args:
        database: Of the records.
        until: What lies after this day is left out, and a promise is told as it stood then.
        districts: Only of these; empty: of all.

    Raises:
        DatabaseError: If it cannot be read.
    """
    with database.read() as connection:
        return tuple(read_items(connection, until, districts=districts).values())


def load_item(database: Database, item_id: str) -> FeedbackItem | None:
    """Return one item; None where there is none of that id.

    Raises:
        DatabaseError: If it cannot be read.
    """
    if not ITEM_ID.fullmatch(item_id):
        return None
    with database.read() as connection:
        return read_items(connection, item_id=item_id).get(item_id)


def load_versions(database: Database) -> dict[str, int]:
    """Return the version of each item, by its id.

    Raises:
        DatabaseError: If it cannot be read.
    """
    with database.read() as connection:
        return read_versions(connection)


def load_history(database: Database, item_id: str) -> tuple[Change, ...]:
    """Return who recorded what of an item, oldest first; empty where there is no such item.

    Raises:
        DatabaseError: If it cannot be read.
    """
    with database.read() as connection:
        return read_history(connection, item_id)


def read_versions(connection: Connection) -> dict[str, int]:
    """Return the version of each item, by its id."""
    rows = connection.execute(select(items.c.item_id, items.c.version))
    return {row.item_id: row.version for row in rows}


def read_history(connection: Connection, item_id: str) -> tuple[Change, ...]:
    """Return the changes of an item, oldest first."""
    query = select(changes).where(changes.c.item_id == item_id).order_by(changes.c.version)
    return tuple(
        Change(version=row.version, recorded_at=row.recorded_at, recorded_by=row.recorded_by, what=row.what)
        for row in connection.execute(query)
    )


def tell_conflict(item_id: str, version: int, history: Sequence[Change]) -> str:
    """Return what has changed in an item since a version."""
    since = [f"{c.recorded_at:%Y-%m-%d %H:%M} UTC, {c.recorded_by}: {c.what}" for c in history if c.version > version]
    told = "changed since: " + "; ".join(since) if since else "there never was that version"
    return f"{item_id}: version: expected {history[-1].version}, got {version}; {told}"


def read_items(
    connection: Connection,
    until: date | None = None,
    item_id: str | None = None,
    districts: Collection[str] = (),
) -> dict[str, FeedbackItem]:
    """Return items by their ids, sorted.

    Args:
        connection: In a transaction.
        until: What lies after this day is left out.
        item_id: Only this one.
        districts: Only of these; empty: of all.
    """
    wanted: Only = None
    if item_id is not None:
        wanted = (item_id,)
    elif districts:
        wanted = select(items.c.item_id).where(items.c.district_id.in_(list(districts)))
    with without_collector():
        return _read_items(connection, until, wanted)


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among thousands of records, which have none: it takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_items(connection: Connection, until: date | None, wanted: Only) -> dict[str, FeedbackItem]:
    later = _read_later(connection, wanted)
    told = _read_steps(connection, until, wanted, later)
    answers = _read_replies(connection, until, wanted, later)
    promises = _read_promises(connection, until, wanted)
    query = select(items) if until is None else select(items).where(items.c.heard_on <= until)
    found = {
        row.item_id: FeedbackItem(
            item_id=row.item_id,
            district_id=row.district_id,
            about=row.about,
            theme_codes=tuple(row.theme_codes),
            said=row.said,
            heard_on=row.heard_on,
            heard_in=tuple(row.heard_in),
            commitment=promises.get(row.item_id),
            steps=tuple(told[row.item_id]),
            replies=tuple(answers.get(row.item_id, ())),
        )
        for row in _fetch(connection, query, items, wanted)
    }
    # Not by the database: PostgreSQL sorts by the rules of its locale.
    return dict(sorted(found.items()))


def _fetch(connection: Connection, query: Select[Any], table: Any, wanted: Only) -> Iterator[Row[Any]]:
    if wanted is not None:
        query = query.where(table.c.item_id.in_(wanted))
    yield from connection.execute(query, execution_options={"yield_per": AT_ONCE})


def _read_later(connection: Connection, wanted: Only) -> Later:
    found: dict[tuple[str, str, int], list[Row[Any]]] = defaultdict(list)
    for row in _fetch(connection, select(translations).order_by(translations.c.version), translations, wanted):
        found[row.item_id, row.of, row.number].append(row)
    return found


def _read_steps(connection: Connection, until: date | None, wanted: Only, later: Later) -> Entries:
    query = select(steps).order_by(steps.c.item_id, steps.c.number)
    if until is not None:
        query = query.where(steps.c.on_day <= until)
    found: Entries = defaultdict(list)
    for row in _fetch(connection, query, steps, wanted):
        given = {name: value for name, value in _step_fields(row).items() if value}
        _translate(given, later.get((row.item_id, "step", row.number), ()))
        found[row.item_id].append(Step(on=row.on_day, status=row.status, **given))
    return found


def _step_fields(row: Row[Any]) -> dict[str, Any]:
    # Only what is there: a record keeps a list of the fields it was given.
    return {
        "by_police": row.by_police,
        "by_community": row.by_community,
        "evidence": row.evidence,
        "reason": row.reason,
        "obstacle": row.obstacle,
        "next_step": row.next_step,
    }


def _read_replies(connection: Connection, until: date | None, wanted: Only, later: Later) -> Entries:
    query = select(replies).order_by(replies.c.item_id, replies.c.on_day, replies.c.number)
    if until is not None:
        query = query.where(replies.c.on_day <= until)
    found: Entries = defaultdict(list)
    for row in _fetch(connection, query, replies, wanted):
        given = {"remark": row.remark} if row.remark else {}
        _translate(given, later.get((row.item_id, "reply", row.number), ()))
        reply = Reply(on=row.on_day, kind=row.kind, people=row.people, channel=row.channel, **given)
        found[row.item_id].append(reply)
    return found


def _read_promises(connection: Connection, until: date | None, wanted: Only) -> dict[str, Commitment]:
    query = select(commitments).order_by(commitments.c.item_id, commitments.c.number)
    if until is not None:
        query = query.where(commitments.c.decided_on <= until)
    names = tuple(Commitment.model_fields)
    # The last one of an item stays.
    return {
        row.item_id: Commitment(**{name: getattr(row, name) for name in names})
        for row in _fetch(connection, query, commitments, wanted)
    }


def _translate(given: dict[str, Any], later: Any) -> None:
    for row in later:
        words: Text = given[row.field]
        reviewed = {**words.reviewed_by, row.language: row.reviewed_by}
        given[row.field] = words.model_copy(
            update={
                "translations": {**words.translations, row.language: row.text},
                "reviewed_by": {tag: role for tag, role in reviewed.items() if role},
            }
        )

"""The ledger of the feedback loop: every change of an item is one transaction, and tells who recorded it.

Belongs here: one item at a time, and the rows of a change. Does not belong here: many items at once (`importing`),
which changes are right (`rules`), reading (`loading`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from district_reports.database import Database
from district_reports.database import tables as t
from district_reports.errors import ConflictError, RuleError
from district_reports.feedback.importing import Imported, import_items
from district_reports.feedback.loading import (
    Change,
    load_history,
    load_item,
    load_items,
    load_versions,
    read_history,
    read_items,
    tell_conflict,
)
from district_reports.feedback.rows import Kept, Rows, read_kept
from district_reports.feedback.rules import ITEM_ID, Rules, check_item, join_problems, new_problems
from district_reports.feedback.standing import apply_reply
from district_reports.model import Commitment, FeedbackItem, Reply, Step

__all__ = [
    "Change",
    "Imported",
    "Saved",
    "add_item",
    "add_reply",
    "import_items",
    "load_history",
    "load_item",
    "load_items",
    "load_versions",
    "update_item",
]


class Saved(NamedTuple):
    """An item as it stands after a change."""

    item: FeedbackItem
    version: int


def add_item(database: Database, item: FeedbackItem, rules: Rules, *, by: str, at: datetime) -> Saved:
    """Add an item that was not there before.

    Args:
        database: Of the records.
        item: With everything that is known of it.
        rules: What is known today.
        by: The role that records it.
        at: When it does.

    Raises:
        RuleError: If it breaks a rule, or its id is taken; nothing is added.
        DatabaseError: If the database cannot be written.
    """
    require_none(check_item(item, rules))
    taken = f"{item.item_id}: item_id: expected one that was never used, got that of another item"
    rows = Rows(by=by, at=at)
    rows.add_item(item)
    with database.begin() as connection:
        if read_version(connection, item.item_id) is not None:
            raise RuleError(taken, problems=[taken])
        try:
            rows.insert(connection)
        except IntegrityError as error:
            # Another one added it between the two.
            raise RuleError(taken, problems=[taken]) from error
    return Saved(item, 1)


def update_item(
    database: Database,
    item_id: str,
    version: int,
    rules: Rules,
    *,
    by: str,
    at: datetime,
    step: Step | None = None,
    commitment: Commitment | None = None,
    decided_on: date | None = None,
) -> Saved:
    """Append a step to an item, or set what is promised, or both; return it as it stands then.

    Args:
        database: Of the records.
        item_id: Which one.
        version: The one that the change was made from.
        rules: What is known today.
        by: The role that records it.
        at: When it does.
        step: The next one.
        commitment: Takes the place of the one before, which stays on record.
        decided_on: From when on it holds; the day of the step when not given, or else today.

    Raises:
        ConflictError: If somebody has changed the item since that version; the message tells what.
        RuleError: If there is no such item, or the change breaks a rule.
        DatabaseError: If the database cannot be written.
    """
    with database.begin() as connection:
        before = _read_item(connection, item_id)
        require_version(connection, item_id, version)
        steps = (*before.steps, step) if step else before.steps
        after = before.model_copy(update={"steps": steps, "commitment": commitment or before.commitment})
        require_none(new_problems(before, after, rules))
        decided = decided_on or (step.on if step else rules.today)
        return _save_change(connection, before, after, version, by=by, at=at, decided_on=decided)


def add_reply(database: Database, item_id: str, reply: Reply, rules: Rules, *, by: str, at: datetime) -> Saved:
    """Add a reply of residents to an item, and return the item as it stands then: a dispute opens it again.

    It needs no version: replies never contradict each other.

    Raises:
        RuleError: If there is no such item, or nothing to reply to on that day.
        DatabaseError: If the database cannot be written.
    """
    with database.begin() as connection:
        before = _read_item(connection, item_id)
        version = read_version(connection, item_id) or 0
        after = apply_reply(before, reply, rules.confirm_days)
        require_none(new_problems(before, after, rules))
        return _save_change(connection, before, after, version, by=by, at=at, decided_on=reply.on)


def require_none(problems: Sequence[str]) -> None:
    """Refuse a change that breaks rules.

    Raises:
        RuleError: If there are any.
    """
    if problems:
        raise RuleError(join_problems(problems), problems=problems)


def read_version(connection: Connection, item_id: str) -> int | None:
    """Return an item's version, and keep others from changing it until the transaction ends; None: no such item."""
    query = select(t.items.c.version).where(t.items.c.item_id == item_id).with_for_update()
    return connection.execute(query).scalar_one_or_none()


def require_version(connection: Connection, item_id: str, version: int) -> None:
    """Refuse a change that was made from another version than the newest.

    Raises:
        ConflictError: If it was; the message tells what has changed since.
    """
    if read_version(connection, item_id) != version:
        message = tell_conflict(item_id, version, read_history(connection, item_id))
        raise ConflictError(message, problems=[message])


def _read_item(connection: Connection, item_id: str) -> FeedbackItem:
    # Locked before it is read, so that two changes of one item queue.
    if not ITEM_ID.fullmatch(item_id) or read_version(connection, item_id) is None:
        raise RuleError(f"item_id: expected one of an item, got {item_id[:60]!r}; see: feedback list")
    return read_items(connection, item_id=item_id)[item_id]


def _save_change(
    connection: Connection,
    before: FeedbackItem,
    after: FeedbackItem,
    version: int,
    *,
    by: str,
    at: datetime,
    decided_on: date,
) -> Saved:
    rows = Rows(by=by, at=at)
    kept = read_kept(connection, after.item_id).get(after.item_id, Kept())
    rows.change_item(before, after, version, kept, decided_on)
    # None is written where nothing has changed.
    return Saved(after, version + rows.insert(connection))

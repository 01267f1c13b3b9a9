"""Many items into the ledger at once: all of them, or none and everything that is wrong.

An item that is there already may bring more steps, more replies, another promise, translations, and corrections of
what was said. What its history says is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from district_reports.database import Database
from district_reports.errors import ConflictError, RuleError
from district_reports.feedback.loading import (
    AT_ONCE,
    read_history,
    read_items,
    read_versions,
    tell_conflict,
    without_collector,
)
from district_reports.feedback.rows import Kept, Rows, read_kept, removed_translations, same_words, split_replies
from district_reports.feedback.rules import Rules, check_item, join_problems, new_problems
from district_reports.feedback.standing import apply_reply
from district_reports.model import FeedbackItem, Reply, Step

FIXED = ("district_id", "about", "heard_on")
"""What is never changed: the item would be another one."""


class Imported(NamedTuple):
    """What an import has done."""

    added: int
    changed: int
    unchanged: int


def import_items(
    database: Database, found: Sequence[tuple[FeedbackItem, int | None]], rules: Rules, *, by: str, at: datetime
) -> Imported:
    """Add new items and change those that are there.

    Args:
        database: Of the records.
        found: Items, each with the version that it was taken out with; None: it is new.
        rules: What is known today.
        by: The role that records it.
        at: When it does.

    Raises:
        ConflictError: If somebody has changed one of the items since it was taken out; with whatever else is wrong.
        RuleError: If anything breaks a rule. Nothing is taken then, and all that is wrong is told.
        DatabaseError: If the database cannot be written.
    """
    with without_collector(), database.begin() as connection:
        _lock(connection)
        versions = read_versions(connection)
        work = _Work(connection, rules, read_items(connection) if versions else {}, versions)
        rows = Rows(by=by, at=at)
        kept = read_kept(connection) if versions else {}
        counts = {"added": 0, "changed": 0, "unchanged": 0}
        for item, version in found:
            before = work.items.get(item.item_id)
            after = work.check(item, version)
            if before is None:
                rows.add_item(after)
                counts["added"] += 1
            elif after == before:
                counts["unchanged"] += 1
            else:
                old = kept.get(item.item_id, Kept())
                rows.change_item(before, after, versions[item.item_id], old, _decided_on(before, after, rules.today))
                counts["changed"] += 1
            if not work.is_wrong and rows.count >= AT_ONCE:
                rows.insert(connection)
        # All of it is undone if anything is wrong.
        work.require_none()
        rows.insert(connection)
    return Imported(**counts)


def _lock(connection: Connection) -> None:
    """Let other writers wait until all is written; on SQLite they do already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE feedback_items IN SHARE ROW EXCLUSIVE MODE"))


def _decided_on(before: FeedbackItem, after: FeedbackItem, today: date) -> date:
    """Return from when on a new promise holds: the first of the new steps, or else today."""
    return after.steps[len(before.steps)].on if len(after.steps) > len(before.steps) else today


class _Work:
    """One import: what is there, and everything that is wrong with what came."""

    def __init__(
        self, connection: Connection, rules: Rules, items: dict[str, FeedbackItem], versions: dict[str, int]
    ) -> None:
        self.connection = connection
        self.rules = rules
        self.items = items
        self.versions = versions
        self.conflicts: list[str] = []
        self.problems: list[str] = []
        self._seen: set[str] = set()

    def check(self, item: FeedbackItem, version: int | None) -> FeedbackItem:
        """Return an item as it would be recorded, and keep everything that is wrong with it."""
        if item.item_id in self._seen:
            self.problems.append(f"{item.item_id}: item_id: expected each item once, got it again")
            return item
        self._seen.add(item.item_id)
        before = self.items.get(item.item_id)
        if before is None:
            after = self._settled(item, item.replies)
            self.problems += check_item(after, self.rules)
            return after
        if item == before:
            return before
        if version != self.versions[item.item_id]:
            self._keep_conflict(item.item_id, version)
            return before
        broken = list(_broken_history(before, item))
        self.problems += broken
        if broken:
            return before
        after = self._settled(item, split_replies(before, item)[0])
        self.problems += new_problems(before, after, self.rules)
        return after

    @property
    def is_wrong(self) -> bool:
        """Whether anything is."""
        return bool(self.conflicts or self.problems)

    def require_none(self) -> None:
        """Refuse the import if anything is wrong.

        Raises:
            ConflictError: If somebody has changed an item in the meantime.
            RuleError: If anything else is wrong.
        """
        found = [*self.conflicts, *self.problems]
        if self.conflicts:
            raise ConflictError(join_problems(found), problems=found)
        if found:
            raise RuleError(join_problems(found), problems=found)

    def _keep_conflict(self, item_id: str, version: int | None) -> None:
        if version is None:
            message = f"{item_id}: item_id: expected one that was never used, or the version it was taken out with"
            self.conflicts.append(f"{message}, got no version")
        else:
            history = read_history(self.connection, item_id)
            self.conflicts.append(tell_conflict(item_id, version, history))

    def _settled(self, item: FeedbackItem, new: Sequence[Reply]) -> FeedbackItem:
        """Return an item in which what residents dispute is open again, although no row of the file says so."""
        settled = item.model_copy(update={"replies": tuple(reply for reply in item.replies if reply not in new)})
        for reply in sorted(new, key=lambda one: one.on):
            try:
                settled = apply_reply(settled, reply, self.rules.confirm_days)
            except RuleError:
                # The rules will tell, beside everything else that is wrong.
                settled = settled.model_copy(update={"replies": (*settled.replies, reply)})
        return settled


def _broken_history(before: FeedbackItem, after: FeedbackItem) -> Iterator[str]:
    """Tell where an item is not the one that was recorded with more added to it."""
    name = before.item_id
    for field in FIXED:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield f"{name}: {field}: expected {old}, as recorded, got {new}; for another one add a new item"
    if before.commitment is not None and after.commitment is None:
        yield f"{name}: commitment: expected the one that is recorded, or a new one, got none"
    for number, step in enumerate(before.steps, 1):
        where = f"{name}: step {number} of {step.on}"
        if number > len(after.steps):
            yield f"{where}: expected it, since history is only added to, got none"
        elif not same_words(step, after.steps[number - 1]):
            yield f"{where}: expected it as recorded, since history is only added to, got another; add a step instead"
        else:
            yield from _broken_translations(where, step, after.steps[number - 1])
    pairs = split_replies(before, after)[1]
    if len(pairs) < len(before.replies):
        yield f"{name}: replies: expected all {len(before.replies)} as recorded, got {len(pairs)} of them"
    for old, new in pairs:
        yield from _broken_translations(f"{name}: reply of {old.on}", old, new)


def _broken_translations(where: str, before: Step | Reply, after: Step | Reply) -> Iterator[str]:
    for name in removed_translations(before, after):
        yield f"{where}: {name}: expected every translation that is recorded, got fewer"

"""A change of an item as rows of the database: one that tells of the change, and those that came with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from district_reports.database import tables as t
from district_reports.feedback.rules import COMMITMENT_TEXTS, REPLY_TEXTS, STEP_TEXTS
from district_reports.feedback.standing import NEEDS_COMMITMENT
from district_reports.model import Commitment, FeedbackItem, Reply, Step, Text

TOLD_BY_ITEM = ("theme_codes", "said", "heard_in")
"""What may be set right after an item was added; its history never is."""

Entry = Step | Reply | Commitment
Pairs = Iterable[tuple[int, tuple[Entry, Entry]]]
"""Entries as recorded and as they are to be, with their numbers."""


class Kept(NamedTuple):
    """What the records of an item do not tell of its rows."""

    promises: int = 0
    decided_on: date | None = None
    """From when on the newest promise holds."""
    replies: tuple[int, ...] = ()
    """Their numbers, in the order of their days."""


def read_kept(connection: Connection, item_id: str | None = None) -> dict[str, Kept]:
    """Return what is kept of items beside their records, by item id.

    Args:
        connection: In a transaction.
        item_id: Only this one.
    """
    promises = select(t.commitments.c.item_id, t.commitments.c.number, t.commitments.c.decided_on)
    numbers = select(t.replies.c.item_id, t.replies.c.number).order_by(t.replies.c.on_day, t.replies.c.number)
    if item_id is not None:
        promises = promises.where(t.commitments.c.item_id == item_id)
        numbers = numbers.where(t.replies.c.item_id == item_id)
    found: dict[str, Kept] = defaultdict(Kept)
    for row in connection.execute(promises.order_by(t.commitments.c.number)):
        found[row.item_id] = Kept(row.number, row.decided_on)
    replies = defaultdict(list)
    for row in connection.execute(numbers):
        replies[row.item_id].append(row.number)
    for name, of_item in replies.items():
        found[name] = found[name]._replace(replies=tuple(of_item))
    return found


def same_words(one: Entry, other: Entry) -> bool:
    """Return whether two entries are the same but for translations."""
    return one == other or _without_translations(one) == _without_translations(other)


class Rows:
    """Rows that are inserted together, for one item or for thousands."""

    def __init__(self, *, by: str, at: datetime) -> None:
        self.by = by
        self.at = at
        self._new: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        self._changed: list[dict[str, Any]] = []

    def add_item(self, item: FeedbackItem) -> None:
        """Add all rows of a new item."""
        own = {name: getattr(item, name) for name in ("item_id", "district_id", "about", "said", "heard_on")}
        lists = {"theme_codes": list(item.theme_codes), "heard_in": list(item.heard_in)}
        self._new[t.items].append({**own, **lists, "version": 1})
        self._tell(item.item_id, 1, "added")
        self._add_entries(item, 1, item.steps, item.replies, Kept(), 0)
        if item.commitment is not None:
            decided = next((step.on for step in item.steps if step.status in NEEDS_COMMITMENT), item.heard_on)
            self._add_promise(item, 1, 1, decided)

    def change_item(
        self, before: FeedbackItem, after: FeedbackItem, version: int, kept: Kept, decided_on: date
    ) -> None:
        """Add the rows of a change; of what has not changed there are none.

        Args:
            before: As recorded.
            after: With the steps and replies of `before`, but for translations, and perhaps more.
            version: Of `before`.
            kept: Of `before`.
            decided_on: From when on a new promise holds.
        """
        told = [name for name in TOLD_BY_ITEM if getattr(before, name) != getattr(after, name)]
        steps = after.steps[len(before.steps) :]
        replies, pairs = split_replies(before, after)
        told += [f"step {number}: {s.status} of {s.on}" for number, s in enumerate(steps, len(before.steps) + 1)]
        told += [f"reply of {reply.on}: {reply.kind}, {reply.people} people" for reply in replies]
        number = version + 1
        if after.commitment is not None and after.commitment != before.commitment:
            told.append("commitment")
            old = before.commitment
            # Only translations: it holds from when it did.
            is_same = old is not None and same_words(old, after.commitment)
            decided = kept.decided_on if is_same and kept.decided_on else decided_on
            self._add_promise(after, number, kept.promises + 1, decided)
        older = zip(before.steps, after.steps[: len(before.steps)], strict=True)
        told += self._add_translations(after.item_id, number, "step", enumerate(older, 1))
        told += self._add_translations(after.item_id, number, "reply", zip(kept.replies, pairs, strict=True))
        if not told:
            return
        self._tell(after.item_id, number, "; ".join(told))
        self._add_entries(after, number, steps, replies, kept, len(before.steps))
        own = {"theme_codes": list(after.theme_codes), "heard_in": list(after.heard_in), "said": after.said}
        self._changed.append({"of_item": after.item_id, "new_version": number, **own})

    def insert(self, connection: Connection) -> int:
        """Write all rows that are not written yet; return how many items they change.

        Args:
            connection: In a transaction.
        """
        told = len(self._new[t.changes])
        if self._changed:
            query = update(t.items).where(t.items.c.item_id == bindparam("of_item"))
            connection.execute(query.values(version=bindparam("new_version")), self._changed)
        for table in (t.items, t.changes, t.steps, t.replies, t.commitments, t.translations):
            if self._new[table]:
                connection.execute(insert(table), self._new[table])
        self._new.clear()
        self._changed.clear()
        return told

    @property
    def count(self) -> int:
        """Rows that are not written yet."""
        return sum(map(len, self._new.values()))

    def _tell(self, item_id: str, version: int, what: str) -> None:
        self._new[t.changes].append(
            {"item_id": item_id, "version": version, "recorded_at": self.at, "recorded_by": self.by, "what": what}
        )

    def _add_entries(
        self, item: FeedbackItem, version: int, steps: Sequence[Step], replies: Sequence[Reply], kept: Kept, told: int
    ) -> None:
        base = {"item_id": item.item_id, "version": version}
        for number, step in enumerate(steps, told + 1):
            texts = {name: getattr(step, name) for name in STEP_TEXTS}
            row = {"number": number, "on_day": step.on, "status": step.status.value, "evidence": step.evidence}
            self._new[t.steps].append({**base, **row, **texts})
        for number, reply in enumerate(replies, max(kept.replies, default=0) + 1):
            row = {"number": number, "on_day": reply.on, "kind": reply.kind, "people": reply.people}
            self._new[t.replies].append({**base, **row, "channel": reply.channel, "remark": reply.remark})

    def _add_promise(self, item: FeedbackItem, version: int, number: int, decided_on: date) -> None:
        values = {name: getattr(item.commitment, name) for name in Commitment.model_fields}
        base = {"item_id": item.item_id, "version": version, "number": number, "decided_on": decided_on}
        self._new[t.commitments].append({**base, **values})

    def _add_translations(self, item_id: str, version: int, of: str, pairs: Pairs) -> list[str]:
        """Add the translations that came later; return what tells of them."""
        told = []
        for number, (before, after) in pairs:
            found = list(_later_translations(before, after)) if before is not after and before != after else []
            base = {"item_id": item_id, "version": version, "of": of, "number": number}
            self._new[t.translations] += [{**base, **row} for row in found]
            told += [f"translation of {of} {number}"] if found else []
        return told


def split_replies(before: FeedbackItem, after: FeedbackItem) -> tuple[list[Reply], list[tuple[Reply, Reply]]]:
    """Return the replies that are new, and each older one with what it has become; in the order of their days."""
    left = list(after.replies)
    pairs = []
    for reply in before.replies:
        found = next((one for one in left if same_words(reply, one)), None)
        if found is not None:
            left.remove(found)
            pairs.append((reply, found))
    return left, pairs


def removed_translations(before: Entry, after: Entry) -> list[str]:
    """Return the texts of an entry that would lose a translation, which is never taken back."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in _names(before))
    return [name for name, old, new in pairs if old is not None and set(old.translations) - set(new.translations)]


def _names(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Step):
        return STEP_TEXTS
    return REPLY_TEXTS if isinstance(entry, Reply) else COMMITMENT_TEXTS


def _without_translations(entry: Entry) -> Entry:
    texts: dict[str, Text | None] = {name: getattr(entry, name) for name in _names(entry)}
    plain = {name: Text(language=text.language, text=text.text) for name, text in texts.items() if text}
    return entry.model_copy(update=plain)


def _later_translations(before: Entry, after: Entry) -> Iterator[dict[str, str]]:
    for name in _names(before):
        old, new = getattr(before, name), getattr(after, name)
        if old is None or old == new:
            continue
        for tag, text in new.translations.items():
            role = new.reviewed_by.get(tag, "")
            if (old.translations.get(tag), old.reviewed_by.get(tag, "")) != (text, role):
                yield {"field": name, "language": tag, "text": text, "reviewed_by": role}

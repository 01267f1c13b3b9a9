"""The feedback loop as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from district_reports.feedback.ledger import Change, Saved
from district_reports.feedback.rules import words_of
from district_reports.feedback.standing import is_overdue
from district_reports.model import CITY, FeedbackItem, Text

HEADER = "item version district status since due said"
NOTHING = "-"
WIDEST = 60
"""Characters of what was said that a list shows."""


def tell_saved(saved: Saved) -> str:
    """Return what a command answers that has changed an item."""
    item = saved.item
    return f"{item.item_id}: {item.steps[-1].status} since {since(item)}, version {saved.version}"


def format_items(items: Sequence[FeedbackItem], versions: Mapping[str, int], today: date) -> str:
    """Return a table of items; only its header where there are none."""
    rows = [tuple(HEADER.split()), *(_cells(item, versions.get(item.item_id, 0), today) for item in items)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = ["  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def format_history(item: FeedbackItem, changes: Sequence[Change], zone: ZoneInfo) -> str:
    """Return everything that is recorded of an item."""
    return "\n".join(_history_lines(item, changes, zone)) + "\n"


def since(item: FeedbackItem) -> date:
    """Return the day on which an item came to its status."""
    first = item.steps[-1]
    for step in reversed(item.steps):
        if step.status is not first.status:
            break
        first = step
    return first.on


def plain(text: str) -> str:
    """Return a text on one line, without what could steer a terminal or turn the direction of a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _cells(item: FeedbackItem, version: int, today: date) -> tuple[str, ...]:
    due = NOTHING
    if item.commitment is not None:
        due = f"{item.commitment.due_on}{' overdue' if is_overdue(item, today) else ''}"
    said = plain(item.said.text)
    shown = said if len(said) <= WIDEST else said[: WIDEST - 1] + "…"
    return item.item_id, str(version), item.district_id, item.steps[-1].status, str(since(item)), due, shown


def _history_lines(item: FeedbackItem, changes: Sequence[Change], zone: ZoneInfo) -> Iterator[str]:
    version = changes[-1].version if changes else 0
    place = item.district_id if item.district_id == CITY else f"district {item.district_id}"
    yield f"{item.item_id}: {place}, version {version}"
    yield f"  said: {_tell(item.said)}"
    yield f"  heard: {item.heard_on} in {', '.join(item.heard_in)}"
    yield f"  themes: {', '.join(item.theme_codes) or NOTHING}"
    if item.commitment is not None:
        promise = item.commitment
        yield f"  promised: {_tell(promise.what)}; target: {_tell(promise.target)}"
        shown = promise.measure_id or (_tell(promise.evidence) if promise.evidence else NOTHING)
        yield f"    by {promise.due_on}, by the {promise.owner}, shown by {shown}"
    for step in item.steps:
        yield f"  {step.on}  {step.status}" + (f"  {step.evidence}" if step.evidence else "")
        for name, words in words_of(step):
            yield f"    {name}: {_tell(words)}"
    for reply in item.replies:
        said = f": {_tell(reply.remark)}" if reply.remark else ""
        yield f"  {reply.on}  reply: {reply.kind}, {reply.people} people, {reply.channel}{said}"
    for change in changes:
        moment = change.recorded_at.astimezone(zone)
        yield f"  version {change.version} recorded {moment:%Y-%m-%d %H:%M} by the {change.recorded_by}: {change.what}"


def _tell(words: Text) -> str:
    others = f" (also in {', '.join(sorted(words.translations))})" if words.translations else ""
    return f"[{words.language}] {plain(words.text)}{others}"

"""Where an item stood on a day, and what a reply of residents makes of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from district_reports.errors import RuleError
from district_reports.model import FeedbackItem, Reply, Status, Step

NEEDS_COMMITMENT = frozenset({Status.AGREED, Status.UNDER_WAY, Status.DONE})


class Span(NamedTuple):
    """Days on which residents could confirm or dispute one step `done`."""

    first: date
    last: date
    number: int
    """Of the step, from 0."""
    is_disputed: bool


def status_at(item: FeedbackItem, day: date) -> Status | None:
    """Return an item's status at the end of a day; None where it was not heard yet."""
    return next((step.status for step in reversed(item.steps) if step.on <= day), None)


def cut_at(item: FeedbackItem, day: date) -> FeedbackItem | None:
    """Return an item with what was recorded of it up to the end of a day; None where it was not heard yet.

    What was promised only later is left out. Of a promise that was changed later, the ledger knows the older form, and
    gives it where it loads up to a day.
    """
    steps = tuple(step for step in item.steps if step.on <= day)
    if not steps:
        return None
    if len(steps) == len(item.steps) and all(reply.on <= day for reply in item.replies):
        return item
    was_promised = any(step.status in NEEDS_COMMITMENT for step in steps)
    return item.model_copy(
        update={
            "steps": steps,
            "replies": tuple(reply for reply in item.replies if reply.on <= day),
            "commitment": item.commitment if was_promised else None,
        }
    )


def is_overdue(item: FeedbackItem, day: date) -> bool:
    """Return whether an item is open at the end of a day that lies after its due date."""
    cut = cut_at(item, day)
    if cut is None or cut.commitment is None:
        return False
    return cut.steps[-1].status.is_open and day > cut.commitment.due_on


def window_ends(item: FeedbackItem, day: date, confirm_days: int) -> date | None:
    """Return the last day on which residents can reply, perhaps a past one; None where it is not told as done."""
    steps = [step for step in item.steps if step.on <= day]
    if not steps or steps[-1].status is not Status.DONE:
        return None
    return steps[-1].on + timedelta(days=confirm_days)


def done_spans(item: FeedbackItem, confirm_days: int) -> list[Span]:
    """Return when residents could reply, oldest first: until the window ends, or what they disputed is taken up."""
    spans = []
    for number, step in enumerate(item.steps):
        if step.status is not Status.DONE:
            continue
        later = item.steps[number + 1 :]
        taken_up = next((other.on for other in later if other.status is not Status.DONE_DISPUTED), None)
        last = step.on + timedelta(days=confirm_days)
        is_disputed = bool(later) and later[0].status is Status.DONE_DISPUTED
        spans.append(Span(step.on, min(last, taken_up) if taken_up else last, number, is_disputed))
    return spans


def apply_reply(item: FeedbackItem, reply: Reply, confirm_days: int) -> FeedbackItem:
    """Return an item with one more reply; the first dispute of what is told as done opens it again.

    Args:
        item: As it stands.
        reply: Of residents.
        confirm_days: Days that they have.

    Raises:
        RuleError: If there is nothing to reply to, or the time is over.
    """
    spans = done_spans(item, confirm_days)
    span = next((span for span in reversed(spans) if span.first <= reply.on <= span.last), None)
    if span is None:
        expected = ", ".join(f"a day from {one.first} to {one.last}" for one in spans) or "it to be told as done first"
        raise RuleError(
            f"{item.item_id}: a reply to what was done: expected {expected}, got {reply.on}; "
            "to raise it again, add a new item: feedback add"
        )
    # Replies reach the ledger in any order; they are told by their days.
    replies = tuple(sorted((*item.replies, reply), key=lambda one: one.on))
    steps = item.steps
    if reply.kind == "dispute" and span.number == len(steps) - 1:
        steps = (*steps, Step(on=reply.on, status=Status.DONE_DISPUTED))
    return item.model_copy(update={"replies": replies, "steps": steps})

"""How an item of the sample goes on, quarter by quarter since it was heard; together they meet every rule.

Every plot ends within five quarters: the ledger of a quarter has the items of six, and what is open must never vanish.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from district_reports.model import Status

LONGEST = 5
"""Quarters after the one of hearing within which every item has ended."""

S = Status


class Event(NamedTuple):
    """One entry of an item's history."""

    age: int
    """Quarters since it was heard."""
    day: int
    """Of the quarter, from 0."""
    what: Status | Literal["confirm", "dispute"]
    words: str = ""
    """Which words of the sample are added: those of `sample_words.KINDS`, or `police`, `community`, `both`."""


class Plot(NamedTuple):
    """A history."""

    events: tuple[Event, ...]
    due: tuple[int, int] | None = None
    """Age and day of the promise's due date."""


KEPT = Plot(
    (
        Event(0, 15, S.HEARD),
        Event(0, 50, S.UNDER_REVIEW, "reviewed"),
        Event(1, 20, S.AGREED, "police"),
        Event(1, 70, S.UNDER_WAY, "community"),
        Event(2, 40, S.DONE, "both"),
        Event(2, 60, "confirm", "confirmed"),
    ),
    due=(2, 70),
)
LATE = Plot(
    (
        Event(0, 30, S.HEARD),
        Event(0, 70, S.AGREED, "police"),
        Event(1, 30, S.UNDER_WAY, "both"),
        Event(2, 20, S.UNDER_WAY, "community"),
        Event(3, 40, S.UNDER_WAY, "police"),
        Event(4, 30, S.DONE, "both"),
        Event(4, 50, "confirm", "confirmed"),
    ),
    due=(2, 15),
)
DISPUTED = Plot(
    (
        Event(0, 10, S.HEARD),
        Event(0, 40, S.AGREED, "police"),
        Event(1, 50, S.DONE, "police"),
        Event(1, 75, "dispute", "disputed"),
        Event(3, 20, S.UNDER_WAY, "both"),
        Event(4, 10, S.DONE, "both"),
        Event(4, 40, "confirm"),
    ),
    due=(1, 60),
)
STALLED = Plot(
    (
        Event(0, 25, S.HEARD),
        Event(0, 60, S.UNDER_REVIEW, "reviewed"),
        Event(1, 15, S.AGREED, "police"),
        Event(1, 80, S.STALLED, "obstacle"),
        Event(2, 45, S.STALLED, "still"),
        Event(3, 30, S.UNDER_WAY, "community"),
        Event(4, 60, S.DONE, "both"),
    ),
    due=(4, 80),
)
NOT_OURS = Plot((Event(0, 40, S.HEARD), Event(1, 10, S.UNDER_REVIEW, "reviewed"), Event(1, 40, S.NOT_OURS, "not_ours")))
REFUSED = Plot(
    (Event(0, 35, S.HEARD), Event(1, 5, S.UNDER_REVIEW, "reviewed"), Event(1, 60, S.WILL_NOT_DO, "will_not"))
)
REOPENED = Plot(
    (
        Event(0, 20, S.HEARD),
        Event(1, 15, S.NOT_OURS, "not_ours"),
        Event(2, 30, S.UNDER_REVIEW, "reopened"),
        Event(3, 10, S.AGREED, "police"),
        Event(4, 20, S.DONE, "both"),
        Event(4, 45, "confirm", "confirmed"),
    ),
    due=(4, 40),
)
QUICK = Plot(
    (
        Event(0, 5, S.HEARD),
        Event(0, 20, S.AGREED, "police"),
        Event(0, 45, S.UNDER_WAY, "community"),
        Event(0, 75, S.DONE, "both"),
        Event(0, 82, "confirm", "confirmed"),
        Event(1, 20, "confirm"),
    ),
    due=(0, 85),
)
SLOW = Plot(
    (
        Event(0, 60, S.HEARD),
        Event(1, 30, S.UNDER_REVIEW, "reviewed"),
        Event(2, 10, S.AGREED, "police"),
        Event(2, 60, S.UNDER_WAY, "both"),
        Event(3, 30, S.UNDER_WAY, "community"),
        Event(4, 10, S.UNDER_WAY, "police"),
        Event(4, 70, S.DONE, "both"),
        Event(5, 5, "confirm", "confirmed"),
    ),
    due=(4, 80),
)

PLOTS = (KEPT, LATE, NOT_OURS, DISPUTED, QUICK, STALLED, REFUSED, SLOW, REOPENED)
REPORT_PLOTS = (QUICK, KEPT, STALLED, SLOW)
"""Of the answers to the questions on the report itself."""

"""Cards and quotes of a page: what people said, where it stands, and their own words."""

from __future__ import annotations

from typing import Literal

from district_reports.model import Record


class Said(Record):
    """A text with its language, which is marked where it is not the page's own."""

    text: str
    lang: str = ""
    """Tag; empty: the page's language."""


class CardLine(Record):
    """One line of a card: what it tells, and the words."""

    label: str
    """May be empty."""
    said: Said


Mark = Literal[
    "heard",
    "under_review",
    "agreed",
    "under_way",
    "done",
    "done_disputed",
    "not_ours",
    "will_not_do",
    "stalled",
    "",
]
"""Shape beside a status word; shapes differ without colour. Empty: none."""


class Card(Record):
    """One item of the feedback loop, or one thing that happened: a status, a title, and lines."""

    card_id: str
    """Distinct in the page; letters, digits and hyphens."""
    mark: Mark
    status: str
    """The status in words; empty where there is none."""
    flags: tuple[str, ...] = ()
    """Short words of warning beside the status: overdue, new."""
    is_urgent: bool = False
    title: Said
    lines: tuple[CardLine, ...] = ()


class Quote(Record):
    """Someone's own words."""

    said: Said
    by: str
    """Such as "a participant"; never a name."""

"""Records of the feedback loop: what was said, what was promised, and what came of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from district_reports.model.core import Record, Text


class Status(StrEnum):
    """Where an item stands: a closed vocabulary, each with one definition in every language."""

    HEARD = "heard"
    UNDER_REVIEW = "under_review"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    DONE = "done"
    DONE_DISPUTED = "done_disputed"
    NOT_OURS = "not_ours"
    WILL_NOT_DO = "will_not_do"
    STALLED = "stalled"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act; what residents dispute is open again."""
        return self not in (Status.DONE, Status.NOT_OURS, Status.WILL_NOT_DO)


Owner = Literal[
    "commander",
    "liaison",
    "bureau",
    "training",
    "data_team",
    "city_department",
    "district_council",
    "report_team",
]
"""The role that answers for a commitment; never a name."""

Channel = Literal[
    "session",
    "beat_meeting",
    "council_meeting",
    "caps",
    "survey",
    "e_mail",
    "telephone",
    "web_form",
    "paper_form",
    "in_person",
]
"""How an item or a reply reached the liaison, where it was at no recorded session."""


class Commitment(Record):
    """What was promised: specific, measurable, achievable, relevant, time-bound."""

    what: Text
    target: Text
    """What will be reached, such as "two foot patrols each week"."""
    measure_id: str = ""
    """Metric of the report that will show it; empty where `evidence` does."""
    evidence: Text | None = None
    """What will show it where no metric does."""
    owner: Owner
    due_on: date


class Step(Record):
    """One entry of an item's history; appended, never changed."""

    on: date
    status: Status
    by_police: Text | None = None
    """What the police did."""
    by_community: Text | None = None
    """What the community did."""
    evidence: str = ""
    """Address of the evidence; `done` needs it."""
    reason: Text | None = None
    """Whose it is (`not_ours`), or why not (`will_not_do`)."""
    obstacle: Text | None = None
    """What is in the way (`stalled`)."""
    next_step: Text | None = None


class Reply(Record):
    """Residents say whether what is told as done is done."""

    on: date
    kind: Literal["confirm", "dispute"]
    people: int = Field(ge=1)
    """How many said so."""
    channel: Channel
    remark: Text | None = None


class FeedbackItem(Record):
    """One thing that people asked for, and everything that became of it."""

    item_id: str
    """Letters, digits and hyphens; never used twice."""
    district_id: str
    """A district's id, or `city`."""
    about: Literal["policing", "report"] = "policing"
    """`report`: an answer to the questions on the report itself."""
    theme_codes: tuple[str, ...]
    said: Text
    """Paraphrased; names nobody."""
    heard_on: date
    heard_in: tuple[str, ...]
    """Ids of sessions or channels; at least one."""
    commitment: Commitment | None = None
    """Needed from `agreed` on."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """Oldest first; the first one is `heard`."""
    replies: tuple[Reply, ...] = ()
    """Oldest first."""


class LoopItem(Record):
    """One item as a report shows it, on the day it is told of."""

    item: FeedbackItem
    """Its history up to that day."""
    status: Status
    since: date
    """Day of the last change of status."""
    before: Status | None
    """Status at the end of the last quarter; None where it was not heard yet."""
    is_new: bool
    """Heard in the report's quarter."""
    has_moved: bool
    """Its status changed in the report's quarter."""
    has_ended: bool
    """It ended in the report's quarter."""
    is_overdue: bool
    """Open, and past its due date."""
    window_ends: date | None
    """Until when residents can confirm or dispute; None where it is not told as done."""
    confirmed: int
    """People, within the newest window."""
    disputed: int


class HandOver(Record):
    """A new commander takes over the open items."""

    since: date
    commander: str
    """Empty where the city's config names only the day."""
    open_items: int


class Loop(Record):
    """The feedback loop of one place, as it stood at the end of a day."""

    until: date
    began_on: date | None
    """Day of the register's first item of all; None: nothing has been recorded yet."""
    items: tuple[LoopItem, ...]
    """Open ones, those that ended in the quarter, and those in an open window; worst first. No items on the report."""
    about_report: tuple[LoopItem, ...] = ()
    """Answers to the questions on the report itself; the same order."""
    hand_over: HandOver | None = None
    confirm_days: int
    """Days that residents have to confirm or dispute."""
    floor: int
    """Fewer people than this are not counted out in print."""

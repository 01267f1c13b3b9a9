"""Records of the guide: whom to call, where help is, and where to take part."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from district_reports.model.core import Record, Text
from district_reports.model.engagement import Condition, Promise, Question, Theme

Heading = Literal[
    "mental_health",
    "crisis",
    "violence_at_home",
    "victims",
    "housing_food",
    "immigrants",
    "youth",
    "complaints",
    "taking_part",
    "emergency",
    "city_services",
]
"""In the order they are printed, but `emergency` and `city_services`, which stand in the table of calls."""

CallType = Literal[
    "wellness_check",
    "missing_person",
    "traffic",
    "noise",
    "loitering",
    "trespass",
    "dispute",
]
"""The seven of the question sheet; `traffic` is hazard, assistance, and property damage without injury."""


class Hours(Record):
    """When a service answers."""

    days: tuple[int, ...]
    """0 = Monday."""
    opens: time
    closes: time


class Reach(Record):
    """How and when to reach a service, as the city's config and a report both tell it."""

    telephone: str = ""
    text_to: str = ""
    teletype: str = ""
    """TTY: for people who are deaf or hard of hearing."""
    url: str = ""
    e_mail: str = ""
    address: str = ""
    languages: tuple[str, ...] = ()
    """Tags; empty: not known."""
    is_always_open: bool = False
    hours: tuple[Hours, ...] = ()
    """Empty and not always open: not known."""


class GuideEntry(Reach):
    """One service as a report prints it; its words are the catalogue's."""

    resource_id: str
    heading: Heading
    must_verify: bool
    """Printed with "please verify"."""
    is_permanent: bool = False
    as_of: date | None = None
    """Day of the check that holds; None: there is none."""


class CallAdvice(Record):
    """Whom to call for one type of call, here."""

    call_type: CallType
    first: tuple[str, ...]
    """Ids of resources: whom to call, in this order."""
    if_danger: str
    """Id of the resource for danger to life."""
    alternative: str = ""
    """Id of a response without police that serves this district; empty: none does."""
    theme_code: str = ""
    """Of the codebook: what residents said about who should respond."""


class Guide(Record):
    """The guide of one place."""

    calls: tuple[CallAdvice, ...]
    entries: tuple[GuideEntry, ...]
    """Mental health first."""
    left_out: tuple[str, ...] = ()
    """Ids of services that nobody has checked in time, left out of a frozen report."""
    is_frozen: bool = False
    said: tuple[Theme, ...] = ()
    """What residents said about who should respond: the themes of the calls, with all their sides."""


class Meeting(Record):
    """One meeting that residents can come to."""

    meeting_id: str
    kind: Literal["beat", "district_council", "caps", "dac", "cpap", "commission", "report"]
    district_id: str
    """Or `city`."""
    date: date
    start: time
    end: time | None = None
    place: str
    address: str = ""
    url: str = ""
    languages: tuple[str, ...] = ()
    beats: str = ""


class Decided(Record):
    """A decision of the quarter on policy or procedure."""

    decision_id: str
    what: Text
    who_decided: str
    on: date
    comment_until: date | None = None
    url: str = ""
    district_ids: tuple[str, ...] = ()
    """Empty: all."""


class Priority(Record):
    """One priority of a district's strategic plan, as a SMART row."""

    priority_id: str
    district_id: str
    what: Text
    measure: Text
    target: Text
    due_on: date
    status: Literal["not_begun", "under_way", "reached", "missed"]


class TakingPart(Record):
    """Where residents can take part next, what was decided, and what was promised."""

    meetings: tuple[Meeting, ...] = ()
    decisions: tuple[Decided, ...] = ()
    priorities: tuple[Priority, ...] = ()
    promises: tuple[Promise, ...] = ()
    conditions: tuple[Condition, ...] = ()
    """In the city's report alone."""
    questions: tuple[Question, ...] = ()
    """For the next meeting, then on this report."""

"""Records of what people said: the register of 2024-25, what came in since, and what a report tells of both."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from pydantic import Field

from district_reports.model.core import Record, Text
from district_reports.model.feedback import FeedbackItem

Speaker = Literal["residents", "formal_bodies"]
ThemeKind = Literal["value", "wish", "concern", "mixed"]
Level = Literal["district", "area", "city"]


class Theme(Record):
    """One theme or value of the codebook; words by language tag."""

    code: str
    """Stable; letters, digits and underscores."""
    part: Literal["head", "policing", "values", "practice", "safety", "response", "formal"]
    kind: ThemeKind
    speaker: Speaker
    strength: str
    """Id of the word of quantity as printed, such as `overwhelming` or `few`; empty: none printed."""
    strength_printed: str
    """That word in the source's own language."""
    source_file: str
    """Number of the source document, such as `000`."""
    source_heading: str
    names: dict[str, str]
    definitions: dict[str, str]
    sides: tuple[dict[str, str], ...] = ()
    """Of a mixed view: at least two, in the order they are told."""
    measure_id: str = ""
    """Metric of the report that stands beside it; empty where there is none."""
    section_id: str = ""
    """Part of the report that shows the metric."""
    is_main: bool = False
    """Whether every district's report tells it; the city's tells all."""


class RegisterSession(Record):
    """One session of the register, as the source prints it."""

    session_id: str
    date: date
    start: time
    end: time
    host: str
    place: str
    address: str
    open: bool
    """To the public."""
    district_id: str
    """Empty where the source names none."""
    community_area: str
    area: str
    """Id of one of the source's areas; by our derivation."""
    doubts: str


class AreaTotal(Record):
    """Sessions of one of the source's areas, as its table prints them."""

    area: str
    sessions: int
    open_sessions: int
    printed: int
    """Of them, those that the list of sessions prints."""
    remark: str = ""


class RegisterFigure(Record):
    """A published figure with its base."""

    figure_id: str
    value: float
    unit: Literal["people", "percent", "sessions", "answers"]
    base: int | None
    base_unit: str = ""
    is_at_least: bool = False
    is_about: bool = False


class FormalBody(Record):
    """Whom the focus groups of formal bodies asked, and when."""

    body_id: str
    people: int
    days: tuple[date, ...]
    how: tuple[str, ...]
    """Ids such as `video`, `in_person`, `written`."""
    district_ids: tuple[str, ...] = ()


class Question(Record):
    """One question of the sheet, in its own words, and the answers it offers."""

    question_id: str
    part: Literal["safety", "policing", "response", "closing", "report"]
    """`report`: our questions on this report itself."""
    words: dict[str, str]
    options: tuple[dict[str, str], ...] = ()


class Promise(Record):
    """A promise of the source documents, and what is known of it."""

    promise_id: str
    what: dict[str, str]
    who: str
    due: str
    """As printed, such as `mid-late 2025`; empty where none is."""
    due_on: date | None = None
    """Last day of that time."""
    status: Literal["kept", "no_news", "partly"]
    status_on: date
    address: str = ""


class Condition(Record):
    """One of the source's five conditions for making engagement permanent, and our answer."""

    condition_id: str
    words: dict[str, str]
    answer: Literal["yes", "partly", "no", "not_answered"] = "not_answered"
    why: Text | None = None


class Register(Record):
    """The read-only baseline: `data/engagement`."""

    city_id: str
    first_day: date
    last_day: date
    sessions: tuple[RegisterSession, ...]
    totals: tuple[AreaTotal, ...]
    figures: tuple[RegisterFigure, ...]
    bodies: tuple[FormalBody, ...]
    themes: tuple[Theme, ...]
    questions: tuple[Question, ...]
    promises: tuple[Promise, ...]
    conditions: tuple[Condition, ...]
    digest: str
    """SHA-256 over all its files."""


class IntakeAnswer(Record):
    """What was said to one question at a session, coded."""

    question_id: str
    """Of the sheet; `own-1` to `own-9`: the host's own."""
    theme_code: str
    people: int | None = None
    """How many said so; None: not counted."""
    side: int | None = None
    """Of a mixed view: which side, from 1."""
    point: Text | None = None
    """Paraphrased."""


class IntakeQuote(Record):
    """A participant's own words."""

    quote_id: str
    question_id: str
    text: Text
    has_consent: bool


class IntakeSession(Record):
    """What a community organisation or liaison recorded of one session."""

    session_id: str
    on: date
    start: time | None = None
    end: time | None = None
    host: str
    place: str
    open: bool
    district_ids: tuple[str, ...]
    """Districts its people came from; empty: city-wide."""
    community_area: str = ""
    language: str
    """Tag of the language it was recorded in."""
    session_format: Literal["round_table", "world_cafe", "gallery_walk", "video", "interview", "other"]
    incentives: tuple[str, ...] = ()
    """Ids: `child_care`, `food`, `transit`, `gift_card`, `cash`."""
    interpretation: tuple[str, ...] = ()
    """Tags of the languages interpreted."""
    is_recorder_trained: bool
    regular_contact: Literal["yes", "unsure", "no"]
    """Whether participants have regular contact with their district."""
    attendance: int = Field(ge=0)
    groups: tuple[str, ...] = ()
    """Ids of the groups present; never counted, never crossed."""
    own_questions: tuple[Text, ...] = ()
    answers: tuple[IntakeAnswer, ...] = ()
    quotes: tuple[IntakeQuote, ...] = ()


GROUPS = (
    "youth",
    "limited_english",
    "immigrants",
    "lgbtqia",
    "violence_workers",
    "faith",
    "disabilities",
    "unhoused",
    "public_housing",
    "victims",
    "older_residents",
)
"""Groups that a report names as heard, or not heard."""


class Happening(Record):
    """Something that happened in a district, judged by its result."""

    happening_id: str
    district_id: str
    on: date
    kind: Literal["event", "community", "tried"]
    """An event; what the community did; what was tried."""
    by: Literal["police", "community", "both"]
    what: Text
    result: Literal["worked", "partly", "did_not_work", "too_early"]
    outcome: Text | None = None
    """What came of it."""


class HeardTheme(Record):
    """A theme as one report may tell it."""

    code: str
    level: Level
    sessions: int | None
    """None for the register: it gives no counts by theme."""
    sources: int | None
    """Organisations."""
    people: int | None
    """None where not counted, or under the floor."""
    is_under_floor: bool = False
    first_quarter: str
    last_quarter: str


class Heard(Record):
    """What one report tells of what people said."""

    themes: tuple[Theme, ...]
    """Of the codebook: those that this report tells."""
    told: tuple[HeardTheme, ...]
    """The register's first, then what came in since; each level apart."""
    sessions_here: tuple[RegisterSession, ...]
    """Of the register; in the city's report all of them."""
    has_councillor_here: bool
    """Whether a member of this district's council was asked with the formal bodies."""
    totals: tuple[AreaTotal, ...]
    figures: tuple[RegisterFigure, ...]
    bodies: tuple[FormalBody, ...]
    new_sessions: int
    """Sessions here in the report's quarter."""
    new_sources: int
    new_people: int | None
    """None under the floor."""
    groups_heard: tuple[str, ...]
    """In the report's quarter: here where two organisations or more were, else in the city."""
    groups_level: Level
    quotes: tuple[Text, ...]
    """With consent, screened and released."""
    quotes_level: Level
    floor: int


class Ledger(Record):
    """What people entered since the register, as a draft took it: the loop, sessions, what happened."""

    items: tuple[FeedbackItem, ...] = ()
    """In the order of their ids."""
    sessions: tuple[IntakeSession, ...] = ()
    """In the order of their ids; of quotes only those released."""
    happenings: tuple[Happening, ...] = ()
    """In the order of their ids; only those released."""

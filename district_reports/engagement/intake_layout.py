"""The intake sheet's parts, facts and columns: one description for the template and for the reader.

A part is a sheet of the workbook, or a section of the CSV file. Its words are the catalogue's, under `intake.part.…`,
`intake.fact.…` and `intake.column.…`; ids stand for themselves in every language.

What belongs here: what there is to fill in. What does not: how it looks (`template`), what a cell means
(`intake_cells`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from district_reports.engagement.intake_records import Wordings
from district_reports.model import CITY, GROUPS, Happening, IntakeSession, Register
from district_reports.settings import Settings

Kind = str
"""What may stand in a cell: `text`, `name`, `date`, `time`, `count`, `yes_no`, or the id of a list of choices."""


@dataclass(frozen=True)
class Field:
    """One fact or one column."""

    field_id: str
    kind: Kind
    is_required: bool = False
    is_many: bool = False
    """Whether several values may stand there: a fact has one cell for each."""


FACTS = (
    Field("joins", "name"),
    Field("session_id", "name"),
    Field("language", "language", is_required=True),
    Field("on", "day", is_required=True),
    Field("start", "time"),
    Field("end", "time"),
    Field("host", "name", is_required=True),
    Field("place", "name", is_required=True),
    Field("open", "yes_no", is_required=True),
    Field("districts", "districts", is_many=True),
    Field("area", "name"),
    Field("session_format", "format", is_required=True),
    Field("incentives", "incentive", is_many=True),
    Field("interpretation", "spoken", is_many=True),
    Field("is_recorder_trained", "yes_no", is_required=True),
    Field("regular_contact", "contact", is_required=True),
    Field("attendance", "count", is_required=True),
    Field("groups", "group", is_many=True),
)
"""Of the session, in the order of the sheet; `joins` stands in a file of rejected rows alone."""

COLUMNS = {
    "answers": (
        Field("question", "question", is_required=True),
        Field("theme", "theme", is_required=True),
        Field("side", "side"),
        Field("people", "count"),
        Field("point", "text"),
    ),
    "quotes": (
        Field("question", "question", is_required=True),
        Field("words", "text", is_required=True),
        Field("consent", "yes_no", is_required=True),
    ),
    "own": (
        Field("number", "own", is_required=True),
        Field("own_words", "text", is_required=True),
    ),
    "happened": (
        Field("where", "place", is_required=True),
        Field("happened_on", "day", is_required=True),
        Field("kind", "kind", is_required=True),
        Field("by", "by", is_required=True),
        Field("what", "text", is_required=True),
        Field("result", "result", is_required=True),
        Field("outcome", "text"),
        Field("happening_id", "name"),
    ),
    "report": (
        Field("report_question", "report_question", is_required=True),
        Field("said", "text", is_required=True),
    ),
}
"""Of the tables, in the order of the sheets."""

PARTS = ("session", *COLUMNS)
ASIDE = ("instructions", "lists")
"""Parts that are read by people alone."""
OF_SESSION = ("answers", "quotes", "own", "report")
"""Tables that say nothing without the facts of a session."""

MARK = "mark"
"""First column of every table: where "example" stands, the row is left out."""
PROBLEM = "problem"
"""Last column of a file of rejected rows."""
VALUE = "value"
"""Column of the facts from which on values stand."""
EXAMPLE = "example"

INCENTIVES = ("child_care", "food", "transit", "gift_card", "cash")
OWN = tuple(f"own-{number}" for number in range(1, 10))
DROP_DOWNS = "drop-downs"
"""Name of the workbook's hidden sheet with the lists; it holds nothing to read."""


def _allowed(record: type, name: str) -> tuple[str, ...]:
    return tuple(map(str, get_args(record.model_fields[name].annotation)))  # type: ignore[attr-defined]


WORDED = {
    "yes_no": ("yes", "no"),
    "contact": _allowed(IntakeSession, "regular_contact"),
    "format": _allowed(IntakeSession, "session_format"),
    "incentive": INCENTIVES,
    "group": GROUPS,
    "kind": _allowed(Happening, "kind"),
    "by": _allowed(Happening, "by"),
    "result": _allowed(Happening, "result"),
}
"""Lists of choices whose words are the catalogue's, under `intake.<list>.<choice>`."""
_KEYS = {"group": "heard"}
"""Lists whose words the report has already."""


@dataclass(frozen=True)
class Choice:
    """One value of a list."""

    value: str
    shown: str
    """As the drop-down shows it."""
    names: tuple[str, ...]
    """All words for it, in every language; a person may write any of them."""


@dataclass(frozen=True)
class Sheet:
    """The lists of choices of one city and register, in one language."""

    tag: str
    choices: dict[str, tuple[Choice, ...]]


def list_choices(register: Register, settings: Settings, wordings: Wordings, tag: str) -> Sheet:
    """Return every list of choices as it reads in the language `tag`; words of all languages are known."""
    lists = {name: _worded(name, values, wordings, tag) for name, values in WORDED.items()}
    lists["language"] = tuple(
        Choice(language.tag, f"{language.tag} · {language.name}", (language.name,)) for language in settings.languages
    )
    lists["districts"] = tuple(
        Choice(district.district_id, f"{district.district_id} · {district.name}", (district.name,))
        for district in settings.districts
    )
    lists["place"] = (*lists["districts"], *_worded("place", (CITY,), wordings, tag))
    lists["theme"] = tuple(_named(theme.code, theme.names, tag) for theme in register.themes)
    questions = [question for question in register.questions if question.part != "report"]
    lists["own"] = tuple(Choice(number, number, ()) for number in OWN)
    lists["question"] = tuple(_named(q.question_id, q.words, tag) for q in questions) + lists["own"]
    about = [question for question in register.questions if question.part == "report"]
    lists["report_question"] = tuple(_named(q.question_id, q.words, tag) for q in about)
    most = max((len(theme.sides) for theme in register.themes), default=0)
    lists["side"] = tuple(Choice(str(number), str(number), ()) for number in range(1, most + 1))
    return Sheet(tag, lists)


def _worded(name: str, values: tuple[str, ...], wordings: Wordings, tag: str) -> tuple[Choice, ...]:
    keys = {value: f"{_KEYS.get(name, 'intake')}.{name}.{value}" for value in values}
    return tuple(Choice(value, wordings[tag](key), _in_all(key, wordings)) for value, key in keys.items())


def _in_all(key: str, wordings: Wordings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text(key) for text in wordings.values()))


def _named(code: str, words: dict[str, str], tag: str) -> Choice:
    """Return a choice shown as its code with its words; a language that is not there falls back on the first."""
    shown = words.get(tag) or next(iter(words.values()), "")
    return Choice(code, f"{code} · {shown}" if shown else code, tuple(words.values()))


def label_keys() -> tuple[str, ...]:
    """Return the keys of all labels that a reader looks for."""
    columns = dict.fromkeys(field.field_id for fields in COLUMNS.values() for field in fields)
    return (
        *(f"intake.part.{part}" for part in (*PARTS, *ASIDE)),
        *(f"intake.fact.{fact.field_id}" for fact in FACTS),
        *(f"intake.column.{name}" for name in (*columns, MARK, PROBLEM, VALUE, EXAMPLE, "fact", "hint")),
    )

"""The filled example of the intake sheet: one line in each part, in the words of the catalogue.

The reader knows it, so that a line still marked as example is left out, and one that was changed is asked about.

What belongs here: what the example says. What does not: where it stands (`template`).
"""

from __future__ import annotations

from collections.abc import Callable

from district_reports.engagement.intake_layout import COLUMNS, FACTS, MARK, Sheet, list_choices
from district_reports.engagement.intake_records import Wordings
from district_reports.model import Register
from district_reports.settings import Settings

_FILLED: dict[str, dict[str, int | str]] = {
    "session": {
        "on": "day",
        "start": "18:00",
        "end": "19:30",
        "host": "",
        "place": "",
        "open": 0,
        "districts": 0,
        "session_format": 0,
        "incentives": 0,
        "is_recorder_trained": 0,
        "regular_contact": 1,
        "attendance": "40",
        "groups": 0,
    },
    "answers": {"question": 0, "theme": "theme", "people": "9", "point": ""},
    "quotes": {"question": 0, "words": "", "consent": 0},
    "own": {"number": 0, "own_words": ""},
    "happened": {"where": 0, "happened_on": "day", "kind": 0, "by": 2, "what": "", "result": 0, "outcome": ""},
    "report": {"report_question": 0, "said": ""},
}
"""Part -> fact or column -> place in its list; a text; empty for a text of the catalogue."""


def build_example(part: str, register: Register, sheet: Sheet, text: Callable[[str], str]) -> dict[str, str]:
    """Return the example's cells by fact or column; a list that is empty leaves its cell empty.

    Args:
        part: `session`, or a table's id.
        register: Whose last day is the example's.
        sheet: The choices, in the sheet's language.
        text: The catalogue of that language.
    """
    kinds = {one.field_id: one.kind for one in (FACTS if part == "session" else COLUMNS[part])}
    special = {"day": register.last_day.isoformat(), "theme": _plain_theme(register, sheet)}
    cells = {}
    for name, filled in _FILLED[part].items():
        if isinstance(filled, int):
            choices = sheet.choices[kinds[name]]
            cells[name] = choices[min(filled, len(choices) - 1)].shown if choices else ""
        else:
            cells[name] = special.get(filled, filled) or text(f"intake.example.{name}")
    return cells


def _plain_theme(register: Register, sheet: Sheet) -> str:
    """Return a theme without sides: the example shows the shortest row."""
    code = next((theme.code for theme in register.themes if theme.kind != "mixed"), "")
    return next((choice.shown for choice in sheet.choices["theme"] if choice.value == code), code)


def list_examples(part: str, register: Register, settings: Settings, wordings: Wordings) -> tuple[dict[str, str], ...]:
    """Return the example of a table in every language."""
    return tuple(
        build_example(part, register, list_choices(register, settings, wordings, tag), text)
        for tag, text in wordings.items()
    )


def example_row(part: str, register: Register, sheet: Sheet, text: Callable[[str], str]) -> dict[str, str]:
    """Return the example of a table with its mark in the first column."""
    cells = build_example(part, register, sheet, text)
    return {MARK: text("intake.column.example"), **{one.field_id: cells.get(one.field_id, "") for one in COLUMNS[part]}}

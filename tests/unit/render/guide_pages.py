"""Sheets with a guide and what belongs to taking part, of hand-made dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from district_reports.dossier.guide import build_guide, build_taking_part
from district_reports.guide import Check, PartFiles, draw_checks, sample_taking_part
from district_reports.model import Condition, Promise, Question, Register, Text, Theme
from district_reports.render.sheet import Sheet
from district_reports.render.view import Section
from tests.unit.render.dossiers import QUARTER, all_words, make_dossier, shipped

REPORT_DATE = date(2026, 10, 12)
EVERY = ("en", "es", "zh-Hans", "ar")


def make_theme(code: str, *sides: str) -> Theme:
    return Theme(
        code=code,
        part="response",
        kind="mixed" if sides else "wish",
        speaker="residents",
        strength="most",
        strength_printed="most",
        source_file="000",
        source_heading="x",
        names=dict.fromkeys(EVERY, f"name of {code}"),
        definitions=dict.fromkeys(EVERY, f"meaning of {code}"),
        sides=tuple(dict.fromkeys(EVERY, side) for side in sides),
    )


def make_promise(promise_id: str, **fields: Any) -> Promise:
    given = {
        "promise_id": promise_id,
        "what": dict.fromkeys(EVERY, f"promise {promise_id}"),
        "who": "Mayor",
        "due": "",
        "status": "no_news",
        "status_on": date(2026, 10, 1),
    }
    return Promise.model_validate({**given, **fields})


def make_register(**fields: Any) -> Register:
    given: dict[str, Any] = {
        "city_id": "chicago",
        "first_day": date(2024, 11, 7),
        "last_day": date(2025, 2, 6),
        "sessions": (),
        "totals": (),
        "figures": (),
        "bodies": (),
        "themes": (
            make_theme("wellness_missing", "Both together, or others first.", "Police always for a missing person."),
            make_theme("traffic", "Both together.", "Traffic teams."),
            make_theme("noise_loitering", "Police for a serious threat only.", "Both at once."),
        ),
        "questions": (
            Question(question_id="report-1", part="report", words=dict.fromkeys(EVERY, "What should we add?")),
            Question(question_id="safety-1", part="safety", words=dict.fromkeys(EVERY, "Do you feel safe?")),
        ),
        "promises": (
            make_promise("streams", due_on=date(2025, 12, 31)),
            make_promise("published", status="kept", due_on=date(2025, 4, 30), address="https://example.org/r"),
        ),
        "conditions": (
            Condition(condition_id="resources", words=dict.fromkeys(EVERY, "There is money for it.")),
            Condition(
                condition_id="goals",
                words=dict.fromkeys(EVERY, "There are clear goals."),
                answer="partly",
                why=Text(language="en", text="Some are set."),
            ),
        ),
        "digest": "0" * 64,
    }
    return Register(**{**given, **fields})


def make_sheet(
    place: str = "007",
    tag: str = "en",
    *,
    checks: tuple[Check, ...] | None = None,
    is_frozen: bool = False,
    register: Register | None = None,
    part: PartFiles | None = None,
    **changes: Any,
) -> Sheet:
    """Return a sheet of 2026Q3; with sample checks and sample meetings when none are given."""
    settings = shipped()
    found = sample_taking_part(settings, QUARTER, REPORT_DATE) if part is None else part
    given = draw_checks(settings, REPORT_DATE) if checks is None else checks
    dossier = make_dossier(
        place=place,
        report_date=REPORT_DATE,
        guide=build_guide(settings, place, REPORT_DATE, given, is_frozen, register),
        taking_part=build_taking_part(
            register, found.meetings, found.decisions, found.priorities, settings, place, QUARTER
        ),
        **changes,
    )
    return Sheet(dossier, all_words()[tag], settings)


def texts_of(section: Section) -> Iterator[str]:
    """Return every text of a section and its parts."""
    yield from (section.question, section.answer, *section.points, *section.notices)
    for table in section.tables:
        yield from (table.caption, *table.head, *(cell for row in table.rows for cell in row), table.note)
    for line in section.contacts:
        yield from (line.label, line.number, line.url, line.detail, line.remark, *line.lines)
    for card in section.cards:
        yield from (card.title.text, card.status, *card.flags)
        yield from (text for line in card.lines for text in (line.label, line.said.text))
    yield from (link.text for link in section.links)
    for part in section.parts:
        yield from texts_of(part)


def part_of(section: Section, section_id: str) -> Section:
    return next(part for part in section.parts if part.section_id == section_id)

"""Two papers for a meeting: talking points, each with its source, and the report's questions with room to write.

What belongs here: picking sentences of the page. What does not: wording them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from district_reports.model import Question, Record
from district_reports.render.closing import ON_REPORT, PARTS
from district_reports.render.kit_parts import Furniture, Way, find_section, find_trends, find_way, furnish
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import say_by_tag
from district_reports.render.view import Page, Said, Section

MOST_POINTS: Final = 8


class TalkingPoint(Record):
    """A sentence or two to say, and where they come from."""

    said: str
    source: str


class Asked(Record):
    """A question of the sheet, with the answers it offers."""

    words: Said
    options: tuple[Said, ...]


class AskedPart(Record):
    """The questions of one part."""

    heading: str
    questions: tuple[Asked, ...]


class MeetingSheets(Record):
    """Talking points and question sheet: everything their template sets."""

    furniture: Furniture
    title: str
    intro: str
    points: tuple[TalkingPoint, ...]
    way: Way
    questions_title: str
    """Empty where the city has no questions: then there is no such sheet."""
    questions_intro: str
    where: tuple[str, ...]
    """Where to say or hand in the answers."""
    tick: str
    """What to do with answers that are offered."""
    parts: tuple[AskedPart, ...]


def build_meeting(sheet: Sheet, page: Page) -> MeetingSheets:
    """Return both papers of a page."""
    words, closing = sheet.words, page.closing
    return MeetingSheets(
        furniture=furnish(page, words.text("kit.meeting.title", place=sheet.place, months=sheet.months)),
        title=words.text("kit.meeting.talking"),
        intro=words.text("kit.meeting.intro"),
        points=tuple(_points(sheet, page))[:MOST_POINTS],
        way=find_way(sheet),
        questions_title="" if closing is None else closing.question,
        questions_intro="" if closing is None else closing.answer,
        where=() if closing is None else closing.points,
        tick=words.text("kit.meeting.tick"),
        parts=() if closing is None else _parts(sheet),
    )


def _points(sheet: Sheet, page: Page) -> Iterator[TalkingPoint]:
    """Yield what there is to say, in the resident's order; what the report does not have is left out."""
    for _, figure in find_trends(page):
        yield TalkingPoint(said=figure.title, source=figure.source)
    for section_id in ("kinds", "places"):
        section = find_section(page, section_id)
        if section is not None and section.figures:
            figure = section.figures[0]
            yield TalkingPoint(said=section.answer or figure.title, source=figure.source)
    outcomes = find_section(page, "outcomes")
    if outcomes is not None and outcomes.answer and outcomes.bars:
        # That an arrest is no conviction is never left out beside a number of arrests.
        said = sheet.sentences(outcomes.answer, *outcomes.points[:1])
        yield TalkingPoint(said=said, source=outcomes.bars[0].source or sheet.source_line)
    if page.loop is not None:
        yield TalkingPoint(said=page.loop.answer, source=_in_report(sheet, page.loop))
    if page.heard is not None:
        # All sides of a view that is mixed, or none.
        said = sheet.sentences(page.heard.answer, *page.heard.points)
        yield TalkingPoint(said=said, source=_in_report(sheet, page.heard))
    yield TalkingPoint(said=page.limits.points[0], source=_in_report(sheet, page.limits))


def _in_report(sheet: Sheet, section: Section) -> str:
    return sheet.words.text("kit.meeting.in_report", part=section.question)


def _parts(sheet: Sheet) -> tuple[AskedPart, ...]:
    """Return the report's questions, those on the report itself last."""
    taking_part = sheet.dossier.taking_part
    questions = () if taking_part is None else taking_part.questions
    return tuple(
        AskedPart(
            heading=sheet.words.text(f"closing.part.{part}"),
            questions=tuple(_asked(sheet, question) for question in questions if question.part == part),
        )
        for part in (*PARTS, ON_REPORT)
        if any(question.part == part for question in questions)
    )


def _asked(sheet: Sheet, question: Question) -> Asked:
    return Asked(
        words=say_by_tag(sheet, question.words),
        options=tuple(say_by_tag(sheet, option) for option in question.options),
    )

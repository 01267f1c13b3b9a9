"""The end of the report: the questions for the next meeting, those on this report itself, and where to answer."""

from __future__ import annotations

from district_reports.model import Meeting, Question
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import notice_originals, say_by_tag
from district_reports.render.view import Said, Section

PARTS = ("safety", "policing", "response", "closing")
"""Parts of the sheet of questions, in its order."""
ON_REPORT = "report"


def build_closing(sheet: Sheet) -> Section | None:
    """Return the sheet's questions in its own words, then ours on this report; None where the city has no questions."""
    taking_part = sheet.dossier.taking_part
    if taking_part is None or not taking_part.questions:
        return None
    words, questions = sheet.words, taking_part.questions
    parts = tuple(
        _part(sheet, part, [question for question in questions if question.part == part])
        for part in (*PARTS, ON_REPORT)
        if any(question.part == part for question in questions)
    )
    said = [each for question in questions for each in _words(sheet, question)]
    return Section(
        section_id="closing",
        question=words.text("closing.question"),
        answer=sheet.sentences(words.text("closing.answer"), *_next_meeting(sheet, taking_part.meetings)),
        notices=notice_originals(sheet, said),
        points=tuple(words.text(key) for key in ("closing.where", "closing.paper", "closing.safe")),
        parts=parts,
    )


def _next_meeting(sheet: Sheet, meetings: tuple[Meeting, ...]) -> tuple[str, ...]:
    """Return the sentence on the next meeting that the dossier knows of, if any."""
    coming = [meeting for meeting in meetings if meeting.date >= sheet.dossier.report_date]
    if not coming:
        return ()
    first = min(coming, key=lambda meeting: (meeting.date, meeting.start, meeting.meeting_id))
    words = sheet.words
    return (words.text("closing.next_meeting", date=words.day(first.date), place=words.name(first.place)),)


def _part(sheet: Sheet, part: str, questions: list[Question]) -> Section:
    words = sheet.words
    return Section(
        section_id=f"closing-{part}",
        question=words.text(f"closing.part.{part}"),
        answer=words.text("closing.report") if part == ON_REPORT else "",
        points=tuple(_line(sheet, question) for question in questions),
    )


def _words(sheet: Sheet, question: Question) -> tuple[Said, ...]:
    return tuple(say_by_tag(sheet, texts) for texts in (question.words, *question.options))


def _line(sheet: Sheet, question: Question) -> str:
    first, *options = (said.text for said in _words(sheet, question))
    if not options:
        return first
    return sheet.words.text("closing.options", question=first, options=sheet.join(options))

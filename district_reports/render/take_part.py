"""Taking part: the next meetings, what was decided, the plan's priorities, and what was promised.

Belongs here: wording those, and the meetings as a calendar file. Does not belong here: the questions that close the
report.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from district_reports.guide.calendar import Event, write_calendar
from district_reports.model import Condition, Decided, Meeting, Priority, Promise, TakingPart
from district_reports.render.guide_lines import language_name
from district_reports.render.hours import tell_time
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import list_said_in, notice_originals, say, say_by_tag
from district_reports.render.view import Card, CardLine, Link, Said, Section, Table

CALENDAR = "meetings.ics"
"""Beside the report."""
MOST_MEETINGS = 12
"""Rows of the table; the calendar file has all."""


def build_take_part(sheet: Sheet) -> Section | None:
    """Return where to take part; None where the dossier knows nothing of it."""
    taking_part = sheet.dossier.taking_part
    if taking_part is None:
        return None
    words = sheet.words
    parts = (
        _meetings(sheet, taking_part),
        _decisions(sheet, taking_part),
        _priorities(sheet, taking_part),
        _promises(sheet, taking_part),
        _conditions(sheet, taking_part),
    )
    shown = tuple(part for part in parts if part is not None)
    link = Link(text=words.text("take_part.calendar"), href=CALENDAR)
    return Section(
        section_id="take-part",
        question=words.text("take_part.question"),
        answer=words.text("take_part.answer"),
        notices=notice_originals(sheet, list_said_in(shown)),
        parts=shown,
        links=(link,) if taking_part.meetings else (),
    )


def render_calendar(sheet: Sheet) -> bytes | None:
    """Return the meetings of a report as a calendar file; None where there is none to come."""
    taking_part = sheet.dossier.taking_part
    if taking_part is None or not taking_part.meetings:
        return None
    banner = f"{sheet.words.text('banner.sample')}: " if sheet.dossier.is_sample else ""
    city = sheet.settings.city
    return write_calendar(
        (
            Event(
                uid=f"{meeting.meeting_id}@{city.city_id}.state-of-the-district",
                day=meeting.date,
                start=meeting.start,
                end=meeting.end,
                title=f"{banner}{_kind(sheet, meeting)}",
                place=_where(sheet, meeting),
                detail=_about(sheet, meeting),
                url=meeting.url,
            )
            for meeting in taking_part.meetings
        ),
        name=f"{banner}{sheet.words.text('take_part.calendar_name', place=sheet.place)}",
        language=sheet.words.language.tag,
        zone=ZoneInfo(city.time_zone),
        stamp=sheet.dossier.report_date,
    )


# Meetings


def _meetings(sheet: Sheet, taking_part: TakingPart) -> Section:
    words, meetings = sheet.words, taking_part.meetings
    table = Table(
        caption=words.text("take_part.meetings.caption", place=sheet.place),
        head=tuple(words.text(f"take_part.meetings.{name}") for name in ("what", "when", "where")),
        rows=tuple(
            (_kind(sheet, meeting), _when(sheet, meeting), sheet.join(_lines(sheet, meeting)))
            for meeting in meetings[:MOST_MEETINGS]
        ),
        note=words.text("take_part.meetings.more", n=words.number(len(meetings) - MOST_MEETINGS))
        if len(meetings) > MOST_MEETINGS
        else "",
    )
    return Section(
        section_id="take-part-meetings",
        question=words.text("take_part.meetings.question"),
        answer="" if meetings else words.text("take_part.meetings.none"),
        tables=(table,) if meetings else (),
        points=(words.text("take_part.meetings.present"),),
    )


def _kind(sheet: Sheet, meeting: Meeting) -> str:
    kind = sheet.words.text(f"take_part.kind.{meeting.kind}")
    if not meeting.beats:
        return kind
    return sheet.words.text("take_part.kind_of_beats", kind=kind, beats=sheet.words.name(meeting.beats))


def _when(sheet: Sheet, meeting: Meeting) -> str:
    day = sheet.words.day(meeting.date)
    start = tell_time(sheet, meeting.start)
    if meeting.end is None:
        return sheet.words.text("take_part.at", day=day, start=start)
    return sheet.words.text("take_part.from_to", day=day, start=start, end=tell_time(sheet, meeting.end))


def _where(sheet: Sheet, meeting: Meeting) -> str:
    return sheet.join(sheet.words.name(text) for text in (meeting.place, meeting.address) if text)


def _about(sheet: Sheet, meeting: Meeting) -> str:
    if not meeting.languages:
        return ""
    names = sheet.join(language_name(sheet, tag) for tag in meeting.languages)
    return sheet.words.text("guide.line.languages", names=names)


def _lines(sheet: Sheet, meeting: Meeting) -> list[str]:
    url = sheet.words.name(meeting.url) if meeting.url else ""
    return [line for line in (_where(sheet, meeting), url, _about(sheet, meeting)) if line]


# Decisions and priorities


def _decisions(sheet: Sheet, taking_part: TakingPart) -> Section:
    words = sheet.words
    return Section(
        section_id="take-part-decisions",
        question=words.text("take_part.decisions.question"),
        answer="" if taking_part.decisions else words.text("take_part.decisions.none", months=sheet.months),
        cards=tuple(_decision(sheet, decided) for decided in taking_part.decisions),
    )


def _decision(sheet: Sheet, decided: Decided) -> Card:
    words = sheet.words
    lines = [
        _line(sheet, "take_part.decisions.who", words.name(decided.who_decided)),
        _line(sheet, "take_part.decisions.on", words.day(decided.on)),
    ]
    if decided.comment_until is not None:
        is_over = decided.comment_until < sheet.dossier.report_date
        key = "take_part.decisions.comment_over" if is_over else "take_part.decisions.comment"
        lines.append(_line(sheet, key, words.day(decided.comment_until)))
    if decided.url:
        lines.append(_line(sheet, "take_part.decisions.read", words.name(decided.url)))
    title = say(sheet, decided.what)
    return Card(card_id=f"decision-{decided.decision_id}", mark="", status="", title=title, lines=tuple(lines))


def _line(sheet: Sheet, key: str, text: str) -> CardLine:
    return CardLine(label=sheet.words.text(key), said=Said(text=text))


def _priorities(sheet: Sheet, taking_part: TakingPart) -> Section | None:
    """Return the district's priorities; the city's report has none of its own."""
    if sheet.is_city:
        return None
    words = sheet.words
    return Section(
        section_id="take-part-priorities",
        question=words.text("take_part.priorities.question"),
        answer="" if taking_part.priorities else words.text("take_part.priorities.none"),
        cards=tuple(_priority(sheet, priority) for priority in taking_part.priorities),
    )


def _priority(sheet: Sheet, priority: Priority) -> Card:
    words = sheet.words
    is_late = priority.due_on < sheet.dossier.report_date and priority.status in ("not_begun", "under_way")
    return Card(
        card_id=f"priority-{priority.priority_id}",
        mark="",
        status=words.text(f"take_part.priority.{priority.status}"),
        flags=(words.text("take_part.overdue"),) if is_late else (),
        is_urgent=is_late,
        title=say(sheet, priority.what),
        lines=(
            CardLine(label=words.text("take_part.priorities.measure"), said=say(sheet, priority.measure)),
            CardLine(label=words.text("take_part.priorities.target"), said=say(sheet, priority.target)),
            _line(sheet, "take_part.priorities.due", words.day(priority.due_on)),
        ),
    )


# Promises and conditions


def _promises(sheet: Sheet, taking_part: TakingPart) -> Section | None:
    if not taking_part.promises:
        return None
    return Section(
        section_id="take-part-promises",
        question=sheet.words.text("take_part.promises.question"),
        answer=sheet.words.text("take_part.promises.answer"),
        cards=tuple(_promise(sheet, promise) for promise in taking_part.promises),
    )


def _promise(sheet: Sheet, promise: Promise) -> Card:
    words = sheet.words
    is_late = promise.status != "kept" and promise.due_on is not None and promise.due_on < sheet.dossier.report_date
    lines = [_line(sheet, "take_part.promises.who", words.name(promise.who))]
    if promise.due_on is not None:
        lines.append(_line(sheet, "take_part.promises.due", words.day(promise.due_on)))
    # A report made for an earlier day does not know of a later look.
    if promise.status_on <= sheet.dossier.report_date:
        lines.append(_line(sheet, "take_part.promises.checked", words.day(promise.status_on)))
    if promise.address:
        lines.append(_line(sheet, "take_part.decisions.read", words.name(promise.address)))
    return Card(
        card_id=f"promise-{promise.promise_id}",
        mark="",
        status=words.text(f"take_part.promise.{promise.status}"),
        flags=(words.text("take_part.overdue"),) if is_late else (),
        is_urgent=is_late,
        title=say_by_tag(sheet, promise.what),
        lines=tuple(lines),
    )


def _conditions(sheet: Sheet, taking_part: TakingPart) -> Section | None:
    """Return the self-check of the conditions for making this permanent; the city's report alone has it."""
    if not taking_part.conditions:
        return None
    return Section(
        section_id="take-part-conditions",
        question=sheet.words.text("take_part.conditions.question"),
        answer=sheet.words.text("take_part.conditions.answer"),
        cards=tuple(_condition(sheet, condition) for condition in taking_part.conditions),
    )


def _condition(sheet: Sheet, condition: Condition) -> Card:
    words = sheet.words
    why = (
        (CardLine(label=words.text("take_part.conditions.why"), said=say(sheet, condition.why)),)
        if condition.why
        else ()
    )
    return Card(
        card_id=f"condition-{condition.condition_id}",
        mark="",
        status=words.text(f"take_part.condition.{condition.answer}"),
        title=say_by_tag(sheet, condition.words),
        lines=why,
    )

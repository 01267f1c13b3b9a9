"""Taking part in words: meetings and their calendar, decisions, priorities, promises, conditions."""

from __future__ import annotations

from datetime import date, time

import pytest

from district_reports.guide import PartFiles
from district_reports.model import Decided, Meeting, Text
from district_reports.render.sheet import Sheet
from district_reports.render.take_part import CALENDAR, MOST_MEETINGS, build_take_part, render_calendar
from district_reports.render.view import Section
from tests.calendars import parse_calendar
from tests.unit.render.dossiers import TAGS, make_dossier, shipped
from tests.unit.render.guide_pages import make_register, make_sheet, part_of, texts_of

LAST = shipped().district_ids[-1]
each_language = pytest.mark.parametrize("tag", TAGS)


def take_part(sheet: Sheet) -> Section:
    section = build_take_part(sheet)
    assert section is not None
    return section


def make_meeting(number: int = 1, **fields: object) -> Meeting:
    given = {
        "meeting_id": f"m-{number}",
        "kind": "beat",
        "district_id": "007",
        "date": date(2026, 10, 20),
        "start": time(18, 30),
        "place": "Ogden Park",
    }
    return Meeting.model_validate({**given, **fields})


def test_without_anything_known_there_is_no_part() -> None:
    sheet = make_sheet()
    bare = Sheet(make_dossier(), sheet.words, sheet.settings)
    assert build_take_part(bare) is None
    assert render_calendar(bare) is None


# Meetings


def test_a_meeting_is_told_with_day_time_and_place() -> None:
    meeting = make_meeting(end=time(20), address="6500 S Racine Ave", languages=("en", "es"), beats="0711")
    section = take_part(make_sheet(part=PartFiles(meetings=(meeting,))))
    (table,) = part_of(section, "take-part-meetings").tables
    assert table.rows == (
        (
            "Beat meeting: 0711",
            "October 20, 2026, 6:30 PM to 8:00 PM",
            "Ogden Park; 6500 S Racine Ave; Languages: English; Spanish",
        ),
    )
    assert [(link.href, link.text) for link in section.links] == [(CALENDAR, "Add the meetings to your calendar")]


@each_language
def test_no_meeting_says_how_to_find_out_and_has_no_calendar(tag: str) -> None:
    sheet = make_sheet(tag=tag, part=PartFiles())
    section = take_part(sheet)
    part = part_of(section, "take-part-meetings")
    assert part.tables == ()
    assert "CAPS" in part.answer
    assert section.links == ()
    assert render_calendar(sheet) is None


def test_a_long_list_is_cut_and_says_so() -> None:
    meetings = tuple(make_meeting(number) for number in range(MOST_MEETINGS + 3))
    (table,) = part_of(take_part(make_sheet(part=PartFiles(meetings=meetings))), "take-part-meetings").tables
    assert len(table.rows) == MOST_MEETINGS
    assert table.note == "More meetings: 3. The calendar file has them all."


def test_a_place_has_its_own_meetings_and_the_citys() -> None:
    meetings = (
        make_meeting(1),
        make_meeting(2, district_id="015"),
        make_meeting(3, district_id="city", kind="commission"),
        # Of the report's own quarter: over, or not what comes next.
        make_meeting(4, date=date(2026, 9, 30)),
    )
    for place, count in (("007", 2), ("015", 2), ("001", 1), ("city", 1)):
        taking_part = make_sheet(place, part=PartFiles(meetings=meetings)).dossier.taking_part
        assert taking_part is not None
        assert len(taking_part.meetings) == count, place


@each_language
def test_the_calendar_has_every_meeting_and_the_mark_of_a_sample(tag: str) -> None:
    sheet = make_sheet(tag=tag, is_sample=True)
    data = render_calendar(sheet)
    assert data is not None
    assert data == render_calendar(make_sheet(tag=tag, is_sample=True))
    assert sheet.dossier.taking_part is not None
    events = parse_calendar(data).parts
    assert len(events) == len(sheet.dossier.taking_part.meetings) == 5
    mark = sheet.words.text("banner.sample")
    assert all(mark in event.values["SUMMARY"] for event in events)
    assert events[0].values["DTSTAMP"] == "20261012T000000Z"


def test_hostile_words_of_a_meeting_stay_words() -> None:
    hostile = "<b>x</b>;END:VEVENT\u202e, “q”"
    sheet = make_sheet(part=PartFiles(meetings=(make_meeting(place=hostile),)))
    data = render_calendar(sheet)
    assert data is not None
    (event,) = parse_calendar(data).parts
    assert event.values["LOCATION"].startswith("<b>x</b>;END:VEVENT")


# Decisions, priorities


def test_a_decision_has_who_when_and_until_when_to_comment() -> None:
    def card_of(until: date | None) -> list[tuple[str, str]]:
        decided = Decided(
            decision_id="d-1",
            what=Text(language="es", text="Un borrador."),
            who_decided="Police department",
            on=date(2026, 8, 12),
            comment_until=until,
            url="https://example.org/d",
        )
        section = take_part(make_sheet(part=PartFiles(decisions=(decided,))))
        (card,) = part_of(section, "take-part-decisions").cards
        # Nobody has translated it: it stands in its own language, and says so.
        assert (card.title.text, card.title.lang) == ("Un borrador.", "es")
        assert section.notices
        return [(line.label, line.said.text) for line in card.lines]

    first = [("Decided by", "Police department"), ("On", "August 12, 2026")]
    last = ("Read more", "https://example.org/d")
    assert card_of(None) == [*first, last]
    assert card_of(date(2026, 10, 12)) == [*first, ("You can comment until", "October 12, 2026"), last]
    assert card_of(date(2026, 10, 11)) == [*first, ("Comments ended on", "October 11, 2026"), last]


def test_a_decision_of_some_districts_stands_there_and_in_the_citys_report() -> None:
    decided = Decided(
        decision_id="d-1",
        what=Text(language="en", text="x"),
        who_decided="y",
        on=date(2026, 8, 12),
        district_ids=("015",),
    )
    for place, count in (("007", 0), ("015", 1), ("city", 1)):
        section = take_part(make_sheet(place, part=PartFiles(decisions=(decided,))))
        assert len(part_of(section, "take-part-decisions").cards) == count


@each_language
def test_what_nobody_entered_says_so(tag: str) -> None:
    section = take_part(make_sheet(LAST, tag, part=PartFiles()))
    for name in ("decisions", "priorities", "meetings"):
        part = part_of(section, f"take-part-{name}")
        assert part.answer
        assert not part.cards


def test_a_priority_is_specific_measured_and_dated_and_late_when_it_is() -> None:
    section = take_part(make_sheet("001"))
    (card,) = part_of(section, "take-part-priorities").cards
    assert [line.label for line in card.lines] == ["How it is measured", "Target", "Due"]
    # The sample's first: due at the end of the quarter before, and still under way.
    assert (card.status, card.flags, card.is_urgent) == ("under way", ("overdue",), True)
    (reached,) = part_of(take_part(make_sheet("002")), "take-part-priorities").cards
    assert (reached.status, reached.flags) == ("reached", ())


# Promises, conditions


def test_promises_are_kept_or_overdue() -> None:
    cards = part_of(take_part(make_sheet(register=make_register())), "take-part-promises").cards
    assert [(card.title.text, card.status, card.flags) for card in cards] == [
        ("promise streams", "no news since", ("overdue",)),
        ("promise published", "kept", ()),
    ]


def test_a_promise_is_overdue_only_after_its_last_day() -> None:
    from tests.unit.render.guide_pages import make_promise

    for due, flags in ((date(2026, 10, 12), ()), (date(2026, 10, 11), ("overdue",)), (None, ())):
        register = make_register(promises=(make_promise("p", due_on=due),))
        (card,) = part_of(take_part(make_sheet(register=register)), "take-part-promises").cards
        assert card.flags == flags


def test_the_conditions_stand_in_the_citys_report_alone() -> None:
    cards = part_of(take_part(make_sheet("city", register=make_register())), "take-part-conditions").cards
    assert [(card.status, [line.said.text for line in card.lines]) for card in cards] == [
        ("not answered yet", []),
        ("met in part", ["Some are set."]),
    ]
    section = take_part(make_sheet("007", register=make_register()))
    assert "take-part-conditions" not in {part.section_id for part in section.parts}
    assert "take-part-priorities" not in {part.section_id for part in take_part(make_sheet("city")).parts}


def test_questions_on_the_report_come_last() -> None:
    taking_part = make_sheet(register=make_register()).dossier.taking_part
    assert taking_part is not None
    assert [question.part for question in taking_part.questions] == ["safety", "report"]


@each_language
def test_everything_has_words_in_every_language(tag: str) -> None:
    section = take_part(make_sheet("city", tag, register=make_register()))
    ids = {each.section_id for each in section.parts}
    assert len(ids) == len(section.parts)
    assert all(text == text.strip() for text in texts_of(section))

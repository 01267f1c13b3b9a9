"""Calendar files by the letter of RFC 5545, read back by a strict reader of our own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.guide.calendar import Event, escape_text, write_calendar
from tests.calendars import Component, parse_calendar

ZONE = ZoneInfo("America/Chicago")
EVENT = Event(uid="m-1@x", day=date(2026, 10, 20), start=time(18, 30), end=time(19, 30), title="Beat meeting")


def written(*events: Event, name: str = "Meetings", stamp: date = date(2026, 10, 8)) -> bytes:
    return write_calendar(events, name=name, language="en", zone=ZONE, stamp=stamp)


def read_back(*events: Event) -> list[Component]:
    return parse_calendar(written(*events)).parts


def test_an_event_as_by_hand() -> None:
    assert written(EVENT).decode() == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//State of the District//Meetings//EN\r\n"
        "CALSCALE:GREGORIAN\r\n"
        "X-WR-CALNAME;LANGUAGE=en:Meetings\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:m-1@x\r\n"
        "DTSTAMP:20261008T000000Z\r\n"
        # Summer time: five hours behind.
        "DTSTART:20261020T233000Z\r\n"
        "DTEND:20261021T003000Z\r\n"
        "SUMMARY;LANGUAGE=en:Beat meeting\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_winter_time_is_six_hours_behind() -> None:
    (event,) = read_back(EVENT.model_copy(update={"day": date(2026, 11, 3)}))
    assert event.values["DTSTART"] == "20261104T003000Z"


def test_without_an_end_it_lasts_an_hour() -> None:
    (event,) = read_back(EVENT.model_copy(update={"end": None, "start": time(23, 30)}))
    assert (event.values["DTSTART"], event.values["DTEND"]) == ("20261021T043000Z", "20261021T053000Z")


def test_the_same_events_give_the_same_bytes() -> None:
    assert written(EVENT) == written(EVENT)
    assert written(EVENT) != written(EVENT, stamp=date(2026, 10, 9))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a, b; c", r"a\, b\; c"),
        ("a\\b", r"a\\b"),
        ("a\nb\r\nc\rd", r"a\nb\nc\nd"),
        ("a\u2028b", r"a\nb"),
        ("a\x00\x0b\x1b\x85b", "ab"),
        ("社区: “x”", "社区: “x”"),
    ],
)
def test_texts_are_escaped(text: str, escaped: str) -> None:
    assert escape_text(text) == escaped


def test_a_text_cannot_add_a_property_or_end_the_event() -> None:
    hostile = "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nATTACH:https://evil.example"
    (event,) = read_back(
        EVENT.model_copy(update={"title": hostile, "place": hostile, "detail": hostile, "uid": hostile})
    )
    assert event.parts == []
    assert set(event.values) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION"}
    assert event.values["SUMMARY"] == hostile.replace("\r\n", "\n")


def test_an_address_cannot_either() -> None:
    (event,) = read_back(EVENT.model_copy(update={"url": "https://x.org/a\r\nATTACH:b c"}))
    assert event.values["URL"] == "https://x.org/aATTACH:bc"


PLAIN = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029"), max_size=200)


@given(PLAIN.filter(bool), PLAIN, PLAIN)
def test_every_text_comes_back_and_no_line_is_too_long(title: str, place: str, detail: str) -> None:
    data = written(EVENT.model_copy(update={"title": title, "place": place, "detail": detail}))
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    for line in data.split(b"\r\n"):
        line.decode()  # never cut inside a letter
    (event,) = parse_calendar(data).parts
    assert event.values["SUMMARY"] == title
    assert event.values.get("LOCATION", "") == place
    assert event.values.get("DESCRIPTION", "") == detail


@given(st.dates(date(2024, 1, 1), date(2034, 1, 1)), st.times().map(lambda value: value.replace(microsecond=0)))
def test_every_moment_comes_back(day: date, start: time) -> None:
    (event,) = read_back(EVENT.model_copy(update={"day": day, "start": start, "end": None}))
    begins = datetime.strptime(event.values["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ends = datetime.strptime(event.values["DTEND"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    # In UTC, since two zones never agree on an hour that a clock jumps over.
    assert begins == datetime.combine(day, start, ZONE).astimezone(UTC)
    assert ends - begins == timedelta(hours=1)


def test_it_never_ends_before_it_starts_even_where_a_clock_jumps() -> None:
    jump = EVENT.model_copy(update={"day": date(2026, 3, 8), "start": time(2, 30), "end": time(3)})
    (event,) = read_back(jump)
    assert (event.values["DTSTART"], event.values["DTEND"]) == ("20260308T083000Z", "20260308T090000Z")


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nX:" + b"y" * 80 + b"\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nno property\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nSUMMARY:a,b\r\nEND:VCALENDAR\r\n",
    ],
)
def test_the_reader_is_strict(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_calendar(data)


def test_no_line_begins_with_what_another_line_could_be() -> None:
    data = written(EVENT.model_copy(update={"title": "x" * 300}))
    assert len(re.findall(rb"\r\n ", data)) == 4

"""Calendar files (iCalendar, RFC 5545): events into bytes, the same for the same events.

Times are written in UTC, so no table of time zones is needed. Texts are escaped and lines folded as the standard says;
what could end a line or begin another property never stands unescaped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from district_reports.model import Record

FOLD = 75
"""Most octets of a line, without its end."""
DURATION = timedelta(hours=1)
"""Of an event whose end is not known; a moment would not show in a calendar."""


class Event(Record):
    """One event of a calendar, its texts final."""

    uid: str
    """The same as long as it is the same event."""
    day: date
    start: time | None
    """None: all day."""
    end: time | None
    title: str
    place: str = ""
    detail: str = ""
    url: str = ""


def write_calendar(events: Iterable[Event], *, name: str, language: str, zone: ZoneInfo, stamp: date) -> bytes:
    """Return a calendar of events.

    Args:
        events: In the order they are written.
        name: What a reader's calendar calls it.
        language: Tag of its texts.
        zone: Of the events' times.
        stamp: Day on which it was made; the report's, not the clock's.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//State of the District//Meetings//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME;LANGUAGE={language}:{escape_text(name)}",
    ]
    made = datetime.combine(stamp, time(), UTC)
    for event in events:
        lines += _event_lines(event, language, zone, made)
    return b"".join(_folded(line) for line in (*lines, "END:VCALENDAR"))


def escape_text(text: str) -> str:
    """Return a text as the value of a property: separators and line breaks escaped, controls gone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _event_lines(event: Event, language: str, zone: ZoneInfo, made: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape_text(event.uid)}"
    yield f"DTSTAMP:{_moment(made)}"
    yield from _when_lines(event, zone)
    for name, text in (("SUMMARY", event.title), ("LOCATION", event.place), ("DESCRIPTION", event.detail)):
        if text:
            yield f"{name};LANGUAGE={language}:{escape_text(text)}"
    if event.url:
        yield f"URL:{_address(event.url)}"
    yield "END:VEVENT"


def _when_lines(event: Event, zone: ZoneInfo) -> Iterator[str]:
    if event.start is None:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        return
    start = datetime.combine(event.day, event.start, zone).astimezone(UTC)
    # By the clock on the wall, so that it never ends before it starts, not even in the hour a clock jumps over.
    lasts = _after_midnight(event.end) - _after_midnight(event.start) if event.end else DURATION
    yield f"DTSTART:{_moment(start)}"
    yield f"DTEND:{_moment(start + max(lasts, timedelta(minutes=1)))}"


def _after_midnight(at: time) -> timedelta:
    """Return how long after midnight a time is."""
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


def _address(url: str) -> str:
    """Return an address without signs that would end its line."""
    return "".join(sign for sign in url if unicodedata.category(sign)[0] not in "CZ")


def _folded(line: str) -> bytes:
    """Return a line with its end, cut into pieces of at most 75 octets, never inside a letter."""
    pieces: list[bytes] = [b""]
    for sign in line:
        octets = sign.encode()
        # Each further piece begins with a space, which counts.
        if len(pieces[-1]) + len(octets) > FOLD:
            pieces.append(b" ")
        pieces[-1] += octets
    return b"\r\n".join(pieces) + b"\r\n"

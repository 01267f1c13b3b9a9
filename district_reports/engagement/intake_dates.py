"""Days and times as people write them: ISO, the order of the United States, or with the month's name.

`11/02/2026` is November 2: month first, as the sheet says; where day and month could be exchanged, that is told.

What belongs here: one day, one time. What does not: which days make sense together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from babel import Locale
from babel.dates import get_day_names, get_month_names

from district_reports.engagement.intake_cells import CellError, fold, show

FIRST_YEAR = 2000

_YEAR_FIRST = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[t ][0-9:.]+)?\s*([^\W\d_]*)"
)
_MONTH_FIRST = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})")
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_BESIDE = frozenset({"st", "nd", "rd", "th", "of", "the", "de", "del", "el"})
_CLOCK = re.compile(r"(\D*?)([0-9]{1,2})(?:[:h]([0-9]{2}))?(?::[0-9]{2}(?:\.0+)?)?(\D*)")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}t([0-9:]+)")
_PART_OF_DAY = re.compile(r"0?\.[0-9]+")
_MINUTES = 24 * 60


@dataclass(frozen=True)
class Calendar:
    """Names of months and weekdays in the languages of the city, folded."""

    months: dict[str, int]
    weekdays: dict[str, int]
    """0 = Monday."""
    morning: frozenset[str]
    afternoon: frozenset[str]


def build_calendar(locales: Iterable[str], morning: Iterable[str], afternoon: Iterable[str]) -> Calendar:
    """Return the names of months and weekdays of some locales.

    Args:
        locales: Such as `es_US`.
        morning: What people write beside the hours before noon; parts separated by `|`.
        afternoon: And after.
    """
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    for locale in map(Locale.parse, locales):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                months |= {_bare(str(name)): n for n, name in get_month_names(width, context, locale).items()}
                weekdays |= {_bare(str(name)): n for n, name in get_day_names(width, context, locale).items()}
    # Names such as "11月" are numbers: their order is told by the signs between.
    months = {name: number for name, number in months.items() if not re.search(r"[0-9]", name)}
    return Calendar(months, weekdays, _signs(morning), _signs(afternoon))


def read_day(text: str, calendar: Calendar, today: date) -> tuple[date, str]:
    """Return a day, and a remark where its day and month could be exchanged.

    Raises:
        CellError: If it is no day, or one after today.
    """
    plain = fold(text)
    remark = ""
    if (match := _YEAR_FIRST.fullmatch(plain)) and (not match[4] or match[4] in calendar.weekdays):
        plain = f"{match[1]} {match[4]}"
        year, month, number = int(match[1]), int(match[2]), int(match[3])
    elif match := _MONTH_FIRST.fullmatch(plain):
        month, number, year = int(match[1]), int(match[2]), int(match[3])
        if month > 12 >= number:
            raise CellError("the month first, such as 11/24/2026", show(text))
        remark = "ambiguous" if number <= 12 and number != month else ""
    else:
        year, month, number = _read_named(plain, text, calendar)
    try:
        found = date(year, month, number)
    except ValueError as error:
        raise CellError("a day of the calendar", show(text)) from error
    _require_weekday(plain, found, calendar, text)
    if found > today:
        raise CellError(f"a day up to today, {today}", show(text))
    if found.year < FIRST_YEAR:
        raise CellError(f"a day since {FIRST_YEAR}", show(text))
    return found, f"{text.strip()!r} was read as {found}, month first" if remark else ""


def _read_named(plain: str, text: str, calendar: Calendar) -> tuple[int, int, int]:
    """Return year, month and day of a text with the month's name."""
    months, numbers = [], []
    for token in _TOKEN.findall(plain):
        if token.isdecimal():
            numbers.append(token)
        elif month := _find_month(token, calendar):
            months.append(month)
        elif token not in _BESIDE and token not in calendar.weekdays:
            months.append(0)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(months) != 1 or months == [0] or len(years) != 1 or len(days) != 1 or len(numbers) != 2:
        raise CellError("a date such as 2026-11-24, 11/24/2026 or November 24, 2026", show(text))
    return int(years[0]), months[0], int(days[0])


def _find_month(token: str, calendar: Calendar) -> int | None:
    found = calendar.months.get(token)
    if found is None and len(token) >= 3 and token.isascii():
        # "Sept" is how many people shorten it.
        near = {number for name, number in calendar.months.items() if name.startswith(token)}
        found = near.pop() if len(near) == 1 else None
    return found


def _require_weekday(plain: str, found: date, calendar: Calendar, text: str) -> None:
    named = {calendar.weekdays[token] for token in _TOKEN.findall(plain) if token in calendar.weekdays}
    if named - {found.weekday()}:
        raise CellError("the weekday of that date, or none", show(text))


def read_time(text: str, calendar: Calendar) -> time:
    """Return a time of day.

    Raises:
        CellError: If it is none, or could be in the morning or in the evening.
    """
    plain = fold(text)
    if match := _MOMENT.fullmatch(plain):
        plain = match[1]
    if _PART_OF_DAY.fullmatch(plain):
        minutes = round(float(plain) * _MINUTES) % _MINUTES
        return time(minutes // 60, minutes % 60)
    match = _CLOCK.fullmatch(plain)
    sign = _bare(match[1] + match[4]) if match else "?"
    if match is None or not (sign == "" or sign in calendar.morning | calendar.afternoon):
        raise CellError("a time such as 6:00 PM or 18:00", show(text))
    hour, minute = int(match[2]), int(match[3] or 0)
    if sign:
        if not 1 <= hour <= 12:
            raise CellError("hours from 1 to 12 beside AM or PM", show(text))
        hour = hour % 12 + (12 if sign in calendar.afternoon else 0)
    elif match[3] is None or (len(match[2]) == 1 and hour > 0):
        raise CellError("AM or PM, or two digits such as 06:00 or 18:00", show(text))
    if hour > 23 or minute > 59:
        raise CellError("a time such as 6:00 PM or 18:00", show(text))
    return time(hour, minute)


def _signs(lists: Iterable[str]) -> frozenset[str]:
    return frozenset(_bare(sign) for line in lists for sign in line.split("|"))


def _bare(text: str) -> str:
    return re.sub(r"[\s.]", "", fold(text))

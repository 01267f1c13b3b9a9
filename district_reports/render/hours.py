"""Times and hours of opening, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

from babel.dates import format_time

from district_reports.model import Hours
from district_reports.render.sheet import Sheet

_NARROW = re.compile(r"[\u2009\u202f\u00a0]")
"""Spaces that CLDR sets inside a time, and that not every font has."""


def tell_time(sheet: Sheet, value: time) -> str:
    """Return a time as people of the language write it: 6:30 PM, 18:30."""
    return _NARROW.sub(" ", str(format_time(value, format="short", locale=sheet.words.locale)))


def tell_hours(sheet: Sheet, hours: Sequence[Hours], *, is_always_open: bool) -> str:
    """Return when a service answers; empty where that is not known."""
    if is_always_open:
        return sheet.words.text("guide.always")
    return sheet.join(
        sheet.words.text(
            "guide.hours",
            days=_days(sheet, each.days),
            opens=tell_time(sheet, each.opens),
            until=tell_time(sheet, each.closes),
        )
        for each in hours
    )


def _days(sheet: Sheet, days: Sequence[int]) -> str:
    """Return days as ranges where three or more follow one another."""
    names = sheet.words.weekdays()
    told: list[str] = []
    for run in _runs(sorted(set(days))):
        if len(run) > 2:
            told.append(sheet.words.text("guide.days", first=names[run[0]], last=names[run[-1]]))
        else:
            told += [names[day] for day in run]
    return sheet.join(told)


def _runs(days: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs

"""Days and times as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from district_reports.engagement.intake_cells import CellError
from district_reports.engagement.intake_dates import build_calendar, read_day, read_time
from tests.unit.engagement.intake_files import SETTINGS, TODAY, WORDINGS

LOCALES = [language.locale for language in SETTINGS.languages]
CALENDAR = build_calendar(
    LOCALES,
    [text("intake.words.morning") for text in WORDINGS.values()],
    [text("intake.words.afternoon") for text in WORDINGS.values()],
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02",
        "2026/11/2",
        "2026-11-02T00:00:00",
        "11/02/2026",
        "11/2/2026",
        "11-02-2026",
        "2 Nov 2026",
        "2nd of November, 2026",
        "November 2, 2026",
        "Nov. 2, 2026",
        "Monday, November 2, 2026",
        "NOVEMBER 2 2026",
        "2 de noviembre de 2026",
        "2026年11月2日",
        "2 نوفمبر 2026",
        "\uff12\uff10\uff12\uff16-11-02",
        " 2026-11-02\u00a0",
    ],
)
def test_a_day_is_read_in_each_order(text: str) -> None:
    assert read_day(text, CALENDAR, TODAY)[0] == date(2026, 11, 2)


def test_september_is_often_four_letters() -> None:
    assert read_day("Sept 3, 2026", CALENDAR, TODAY)[0] == date(2026, 9, 3)


@pytest.mark.parametrize(
    ("text", "is_told"), [("11/02/2026", True), ("11/11/2026", False), ("10/24/2026", False), ("2026-11-02", False)]
)
def test_only_a_day_that_could_be_another_is_told(text: str, is_told: bool) -> None:
    assert bool(read_day(text, CALENDAR, TODAY)[1]) == is_told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24/11/2026", "the month first"),
        ("11/24/2026", "a day up to today, 2026-11-22"),
        ("2026-11-23", "a day up to today"),
        ("2026-02-30", "a day of the calendar"),
        ("13/13/2026", "a day of the calendar"),
        ("1926-11-02", "a day since 2000"),
        ("11/2/26", "a date such as"),
        ("46328", "a date such as"),
        ("November 2026", "a date such as"),
        ("2 Nov", "a date such as"),
        ("last Monday", "a date such as"),
        ("2 foo 2026", "a date such as"),
        ("2 Nov 2026 or 3 Nov 2026", "a date such as"),
        ("Tuesday, November 2, 2026", "the weekday of that date"),
        ("0000-00-00", "a day of the calendar"),
    ],
)
def test_what_is_no_day_is_refused(text: str, expected: str) -> None:
    with pytest.raises(CellError) as caught:
        read_day(text, CALENDAR, TODAY)
    assert caught.value.expected.startswith(expected)


@pytest.mark.parametrize("locale", LOCALES)
@given(day=st.dates(date(2000, 1, 1), TODAY))
def test_every_day_is_read_as_its_language_writes_it(locale: str, day: date) -> None:
    for width in ("long", "full"):
        assert read_day(format_date(day, width, locale), CALENDAR, TODAY)[0] == day


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("6:00 PM", time(18)),
        ("6:00pm", time(18)),
        ("6 p.m.", time(18)),
        ("6:30 p. m.", time(18, 30)),
        ("12:00 PM", time(12)),
        ("12:15 AM", time(0, 15)),
        ("18:00", time(18)),
        ("06:00", time(6)),
        ("18:00:00", time(18)),
        ("2026-08-14T18:05:00", time(18, 5)),
        ("0.75", time(18)),
        (".5", time(12)),
        ("18h30", time(18, 30)),
        ("6:00 م", time(18)),
        ("下午6:00", time(18)),
        ("10:00", time(10)),
        ("0:30", time(0, 30)),
    ],
)
def test_a_time_is_read(text: str, wanted: time) -> None:
    assert read_time(text, CALENDAR) == wanted


@pytest.mark.parametrize(
    "text", ["6:00", "6", "18", "25:00", "18:60", "18:00 PM", "0:30 PM", "noon", "6-7 PM", "1.5", ""]
)
def test_what_is_no_one_time_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_time(text, CALENDAR)


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    for read in (lambda: read_day(text, CALENDAR, TODAY), lambda: read_time(text, CALENDAR)):
        try:
            read()
        except CellError as error:
            assert error.expected

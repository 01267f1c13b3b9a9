from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import ConfigError
from district_reports.periods import Quarter

quarters = st.builds(Quarter, st.integers(1900, 2200), st.integers(1, 4))


def test_a_quarter_is_cut_at_its_months() -> None:
    quarter = Quarter.parse("2026Q3")
    assert (quarter.start, quarter.end) == (date(2026, 7, 1), date(2026, 9, 30))
    assert quarter.months == (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
    assert quarter.previous() == Quarter(2026, 2)
    assert quarter.year_ago() == Quarter(2025, 3)


def test_a_quarter_is_complete_eight_days_after_its_last() -> None:
    assert Quarter.parse("2026Q3").complete_on == date(2026, 10, 8)
    assert Quarter.newest_complete(date(2026, 10, 8)) == Quarter(2026, 3)
    assert Quarter.newest_complete(date(2026, 10, 7)) == Quarter(2026, 2)
    assert Quarter.newest_complete(date(2026, 1, 8)) == Quarter(2025, 4)


def test_thirteen_quarters_hold_three_earlier_years_of_the_same() -> None:
    window = Quarter.parse("2018Q3").window(13)
    assert [str(window[0]), str(window[-1])] == ["2015Q3", "2018Q3"]
    assert [str(q) for q in window if q.number == 3] == ["2015Q3", "2016Q3", "2017Q3", "2018Q3"]


@pytest.mark.parametrize(
    "text", ["", "2026", "2026q3", "2026Q5", "2026Q0", "26Q3", "2026-Q3", "3026Q3", "2026Q33", "٢٠٢٦Q3"]
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a year and Q1 to Q4"):
        Quarter.parse(text)


@given(quarters, st.integers(-50, 50))
def test_shifting_there_and_back_is_no_shift(quarter: Quarter, count: int) -> None:
    assert quarter.shifted(count).shifted(-count) == quarter


@given(quarters)
def test_quarters_follow_without_gap(quarter: Quarter) -> None:
    assert (quarter.shifted(1).start - quarter.end).days == 1
    assert Quarter.of(quarter.start) == Quarter.of(quarter.end) == quarter == Quarter.parse(str(quarter))

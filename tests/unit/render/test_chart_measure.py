from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.render.charts.measure import text_width, wrap
from district_reports.render.charts.trend import round_ticks


def test_wide_signs_are_wider_and_marks_have_no_width() -> None:
    assert text_width("中文") == pytest.approx(2.02 * 11.5)
    assert text_width("ii") < text_width("mm") < text_width("中文")
    assert text_width("e\u0301") == text_width("e")
    assert text_width("Robbery", is_bold=True) > text_width("Robbery")


def test_a_seam_between_chinese_and_digits_takes_room() -> None:
    assert text_width("7月") > text_width("7") + text_width("月")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 200, ["one two three"]),
        ("one two three", 50, ["one two", "three"]),
        ("one\ntwo", 200, ["one", "two"]),
        ("Unbreakable", 10, ["Unbreakable"]),
        ("样本数据，并非", 50, ["样本数", "据，并非"]),
        ("样本数据，并非", 45, ["样本数", "据，并", "非"]),
        ("", 50, []),
    ],
)
def test_lines_break_at_spaces_and_between_chinese_signs(text: str, width: float, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@given(st.text(alphabet="ab 中，7", max_size=40), st.integers(20, 200))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


@given(st.integers(0, 10**9))
def test_ticks_start_at_zero_reach_the_most_and_stay_few(most: int) -> None:
    ticks = round_ticks(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 5
    assert len(set(b - a for a, b in zip(ticks, ticks[1:], strict=False))) == 1
    assert str(ticks[1]).rstrip("0") in ("1", "2", "5")

"""A publisher's text for a place becomes one of the city's districts, or none: never a guess."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.place_ids import PlaceRule, find_district, pad_id

IDS = ("001", "002", "007", "010", "012", "025")
RULE = PlaceRule(IDS, beat_district_digits=2)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (1, "001"),
        ("1", "001"),
        ("01", "001"),
        ("001", "001"),
        (" 7 ", "007"),
        (25.0, "025"),
        (np.float64(25), "025"),
        (np.int64(10), "010"),
        ("District 10 - Ogden", "010"),
        ("district 7", "007"),
        ("  DISTRICT 012 ", "012"),
        ("031", None),
        (31, None),
        ("013", None),
        ("0001", None),
        ("Headquarters", None),
        ("District", None),
        ("District 10th", None),
        ("District 100", None),
        ("Area 1", None),
        ("10 - Ogden", None),
        (1.5, None),
        (-1, None),
        ("-1", None),
        ("1.0", None),
        ("1e0", None),
        (float("nan"), None),
        (np.nan, None),
        (float("inf"), None),
        (pd.NA, None),
        (None, None),
        (True, None),
        ("", None),
        (" ", None),
        ("\uff11", None),
        ("\uff10\uff10\uff11", None),
        ("District \uff11\uff10", None),
        ("\u0661", None),
        ("\u00b9", None),
        ("1|1", None),
    ],
)
def test_a_district_is_one_of_the_citys_or_none(raw: object, expected: str | None) -> None:
    assert find_district(raw, "one", RULE) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("713", "007"),
        ("0713", "007"),
        (713, "007"),
        (713.0, "007"),
        (2511, "025"),
        ("0713 | 0714", "007"),
        ("0713|0714|", "007"),
        ("713|0714", "007"),
        ("0713|1234", None),
        ("0713|3100", None),
        ("3100", None),
        ("3100|3111", None),
        ("1311", None),
        ("13", None),
        ("7", None),
        ("07131", None),
        ("00713", None),
        ("0713x", None),
        ("Headquarters", None),
        ("District 7", None),
        ("|", None),
        ("", None),
        (" ", None),
        (None, None),
        (float("nan"), None),
        ("\uff10\uff17\uff11\uff13", None),
        ("0713;0714", None),
    ],
)
def test_beats_tell_their_district_where_all_tell_the_same(raw: object, expected: str | None) -> None:
    assert find_district(raw, "beats", RULE) == expected


def test_another_sign_may_join_the_beats() -> None:
    assert find_district("0713; 0714", "beats", PlaceRule(IDS, 2, separator=";")) == "007"


def test_where_a_beat_does_not_tell_its_district_none_is_found() -> None:
    assert find_district("0713", "beats", PlaceRule(IDS, beat_district_digits=0)) is None


def test_ids_that_are_words_are_taken_as_they_stand() -> None:
    rule = PlaceRule(("N", "S", "XY"))
    assert [find_district(raw, "one", rule) for raw in ("N", "XY", "n", "", "1")] == ["N", "XY", None, None, None]


@pytest.mark.parametrize(
    ("raw", "expected"), [("1", "001"), ("x", "x"), (None, None), ("0001", "0001"), (" 2 ", "002")]
)
def test_an_id_is_padded_to_the_width_of_the_citys(raw: str | None, expected: str | None) -> None:
    assert pad_id(raw, IDS) == expected


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()), st.sampled_from(["one", "beats"]))
def test_anything_is_one_of_the_districts_or_none(raw: object, kind: Literal["one", "beats"]) -> None:
    assert find_district(raw, kind, RULE) in (*IDS, None)

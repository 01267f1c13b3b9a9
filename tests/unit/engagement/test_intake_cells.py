"""One cell of an intake sheet: districts, counts, choices, languages and plain text, as people write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.config import District
from district_reports.engagement.intake_cells import (
    CellError,
    fold,
    read_choice,
    read_count,
    read_district,
    tidy_text,
)
from district_reports.engagement.intake_layout import list_choices
from district_reports.engagement.intake_sheets import _plain, escape_cell
from district_reports.engagement.intake_spoken import name_spoken, read_spoken
from tests.unit.engagement.intake_files import REGISTER, SETTINGS, WORDINGS

BESIDE = [word for text in WORDINGS.values() for word in text("intake.words.district").split("|")]
LISTS = list_choices(REGISTER, SETTINGS, WORDINGS, "en").choices
LOCALES = [language.locale for language in SETTINGS.languages]


def district(text: str) -> str:
    return read_district(text, SETTINGS.districts, BESIDE)


@pytest.mark.parametrize(
    "text",
    [
        "9",
        "009",
        "9.0",
        "9th",
        "9TH district",
        "District 9",
        "District 9 – Deering",
        "009 · Deering",
        "Deering",
        " deering\u00a0",
        "Police District #9",
        "\uff19",
        "٩",
        "Distrito 9",
        "9º distrito",
        "第9区",
        "第 9 警区",
        "المنطقة 9",
        "9 (Deering)",
        "\u200e9\u200e",
    ],
)
def test_a_district_is_read_however_it_is_written(text: str) -> None:
    assert district(text) == "009"


@pytest.mark.parametrize("one", SETTINGS.districts, ids=lambda one: one.district_id)
def test_every_district_is_read_by_id_by_name_and_by_both(one: District) -> None:
    for text in (
        one.district_id,
        one.name,
        f"{one.district_id} · {one.name}",
        f"District {int(one.district_id)} - {one.name}",
    ):
        assert district(text) == one.district_id


@pytest.mark.parametrize(
    "text",
    [
        "99",
        "0",
        "9 10",
        "9 or 10",
        "District 9 - Ogden",
        "near Deering school",
        "9 blocks away",
        "nine",
        "-",
        "9.5",
        "9-10",
    ],
)
def test_what_is_no_one_district_is_refused(text: str) -> None:
    with pytest.raises(CellError) as caught:
        district(text)
    assert caught.value.expected.startswith("one district, such as 001")


def test_the_nearest_district_is_named() -> None:
    with pytest.raises(CellError) as caught:
        district("009 Deerring")
    assert caught.value.hint == "did you mean '009 · Deering'?"


@pytest.mark.parametrize(
    ("text", "count"),
    [("14", 14), (" 14 ", 14), ("14.0", 14), ("1,204", 1204), ("\uff11\uff14", 14), ("٤٢", 42), ("0", 0)],
)
def test_a_count_is_read(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["-3", "about 20", "14.5", "1,20", "20-25", "twenty", "1e3", "9" * 30])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_count(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("visibility", "visibility"),
        ("Visibility", "visibility"),
        ("visibility · Visibility (en)", "visibility"),
        ("visibility · something that a translator mended", "visibility"),
        ("Visibility (es)", "visibility"),
        ("more-police", "more_police"),
        ("More Police (zh-Hans)", "more_police"),
        ("\u201cvisibility\u201d".strip("\u201c\u201d"), "visibility"),
    ],
)
def test_a_theme_is_read_by_code_by_name_or_by_both(text: str, code: str) -> None:
    assert read_choice("theme", text, LISTS["theme"]) == code


@pytest.mark.parametrize("text", ["visability", "visibility · Trust (en)", "trust visibility", "😀"])
def test_another_theme_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_choice("theme", text, LISTS["theme"])


@pytest.mark.parametrize("text", ["yes", "YES", "Sí", "sí.", "是", "نعم", "yes "])
def test_yes_is_yes_in_every_language(text: str) -> None:
    assert read_choice("yes_no", text, LISTS["yes_no"]) == "yes"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("pl", "pl"),
        ("Polish", "pl"),
        ("polaco", "pl"),
        ("波兰语", "pl"),
        ("pl · Polish", "pl"),
        ("zh_hans", "zh-Hans"),
        ("American Sign Language", "ase"),
    ],
)
def test_a_language_is_read_by_tag_or_name(text: str, tag: str) -> None:
    assert read_spoken(text, LOCALES) == tag
    assert read_spoken(name_spoken(tag, LOCALES[0]), LOCALES) == tag


def test_no_language_is_refused() -> None:
    with pytest.raises(CellError):
        read_spoken("sign", LOCALES)


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("  two\u00a0words  ", "two words"),
        ("“smart” – ‘quotes’ 😀", "“smart” – ‘quotes’ 😀"),
        ("one\nline", "one line"),
        ("one_x000D_\nline", "one line"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'; DROP TABLE items; --", "'; DROP TABLE items; --"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_words_stay_as_they_were_written(text: str, tidy: str) -> None:
    assert tidy_text(text) == tidy


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a\x07b", "U+0007 at sign 2"),
        ("a_x0007_b", "U+0007 at sign 2"),
        ("\u202eabc", "U+202E at sign 1"),
        ("b\ufffd", "U+FFFD at sign 2"),
    ],
)
def test_signs_that_cannot_be_printed_are_refused_with_their_place(text: str, sign: str) -> None:
    with pytest.raises(CellError) as caught:
        tidy_text(text)
    assert caught.value.got == sign


def test_a_text_that_is_too_long_is_refused() -> None:
    assert len(tidy_text("a" * 2000)) == 2000
    with pytest.raises(CellError, match="at most 2000 signs"):
        tidy_text("a" * 2001)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once or re.search(r"[^\x00-\x7f]", text)


@given(st.text(alphabet="=+-@'a1 ", min_size=1))
def test_what_a_csv_file_holds_is_read_back_and_runs_nowhere(text: str) -> None:
    escaped = escape_cell(text)
    assert not escaped.startswith(("=", "+", "-", "@"))
    assert _plain(escaped).text == text

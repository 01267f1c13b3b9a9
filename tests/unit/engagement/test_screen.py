"""The screen catches what was planted, in every language and disguise, and lets most paraphrases pass."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.engagement.register import load_register
from district_reports.engagement.screen import KINDS, Catch, Screen, make_screen
from district_reports.engagement.screen_fold import fold
from district_reports.engagement.screen_words import load_words
from district_reports.settings import Settings, load_settings
from tests.unit.engagement.paraphrases import CLEAN
from tests.unit.engagement.planted import PLANTED

RECORDS = Path(__file__).parents[3] / "data"
MOST = 0.05
"""Of clean texts that may wait for a person without need."""


PLAIN = Screen(load_words())
"""The rules that hold in every city."""


def screen(text: str) -> tuple[Catch, ...]:
    return PLAIN.catch(text)


@pytest.fixture(scope="module")
def city_screen() -> Screen:
    return make_screen(load_settings({}))


@pytest.mark.parametrize("text", [text for texts in PLANTED.values() for text in texts])
def test_what_was_planted_is_caught(city_screen: Screen, text: str) -> None:
    assert city_screen.catch(text), text
    assert screen(text)


@pytest.mark.parametrize("frame", ["They said: {}", "{} And so on.", "Since then\n- {}\n", "他们说{}。", "قالوا: {}"])
def test_it_is_caught_in_the_middle_of_a_text_too(city_screen: Screen, frame: str) -> None:
    missed = [text for texts in PLANTED.values() for text in texts if not city_screen.catch(frame.format(text))]
    assert missed == []


@pytest.mark.parametrize("tag", sorted(CLEAN))
def test_most_paraphrases_pass(city_screen: Screen, tag: str) -> None:
    lines = CLEAN[tag].splitlines()
    caught = [line for line in lines if city_screen.catch(line)]
    assert len(lines) >= 20 and len(caught) <= MOST * len(lines), caught


def test_most_of_the_codebook_passes(city_screen: Screen, settings: Settings) -> None:
    register = load_register(settings, RECORDS)
    assert register is not None
    for tag in (language.tag for language in settings.languages):
        texts = [words[tag] for theme in register.themes for words in (theme.names, theme.definitions, *theme.sides)]
        caught = [text for text in texts if city_screen.catch(text)]
        assert len(texts) > 100 and len(caught) <= MOST * len(texts), (tag, caught)


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("The car had plate XK 90417 on it.", "plate", "plate XK 90417"),
        ("Please call (312) 555-0123 now.", "phone", "(312) 555-0123"),
        ("He wore badge 48213.", "badge", "badge 48213"),
        ("So Officer Quimby left.", "officer", "Officer Quimby"),
        ("Mail jane@example.org please.", "e-mail", "jane@example.org"),
        ("昨天王警官来了。", "officer", "王警官"),
        ("جاء الشُّرطي أحمد أمس", "officer", "الشُّرطي أحمد"),
        ("We saw J\u200bohn there.", "name", "J\u200bohn"),
        ("Jоhn", "script", "о"),
    ],
)
def test_a_catch_tells_what_and_where_it_stands(text: str, kind: str, part: str) -> None:
    assert (kind, part) in [(catch.kind, text[catch.start : catch.end]) for catch in screen(text)]


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "Call 911 or 311.", "In 2025 we met 3 times.", "About 1,200 people came.", "I said what I said."),
        *("24/7", "👍👍", "CAPS and CPD", "the 9th District", "at 7:30 PM on Monday", "$1500 for new lights"),
        *("COVID-19", "第9警区", "¿Qué pasó?", "50 % of them", "two of us", "from 9 to 5"),
    ],
)
def test_plain_things_pass(city_screen: Screen, text: str) -> None:
    assert city_screen.catch(text) == ()


def test_places_of_the_city_may_be_named_but_nobody_called_like_one(city_screen: Screen) -> None:
    assert city_screen.catch("People in Rogers Park and in Austin asked for lights.") == ()
    assert city_screen.catch("People asked Austin for lights.")
    assert screen("People in Rogers Park asked for lights.")


def test_organisations_are_caught_however_they_are_written(city_screen: Screen) -> None:
    knowing = city_screen.knowing(["Harbor Friends, Inc.", "BUILD", "华埠更好團結聯盟"])
    for text in ("harbor friends helped", "the HARBOR-FRIENDS came", "BUILD helped", "感谢华埠更好團結聯盟"):
        assert "organisation" in {catch.kind for catch in knowing.catch(text)}, text
    assert knowing.catch("We want to build trust.") == ()


def test_only_languages_with_rules_are_read() -> None:
    reader = make_screen(load_settings({}))
    assert reader.reads("en") and reader.reads("es-MX") and not reader.reads("pl")


@given(st.text(max_size=200))
def test_any_text_gives_catches_within_it(text: str) -> None:
    last = (0, 0)
    for catch in screen(text):
        assert 0 <= catch.start < catch.end <= len(text) and catch.kind in KINDS
        assert (catch.start, catch.end) > last
        last = (catch.start, catch.end)


@given(st.text("abcXYZ 0123456789.-()", max_size=40), st.text("abcXYZ 0123456789.-()", max_size=40))
def test_a_telephone_number_is_caught_whatever_stands_around_it(before: str, after: str) -> None:
    assert screen(f"{before} (312) 555-0123 {after}")


@given(st.integers(0, 13), st.sampled_from(["\u200b", "\u00ad", "\u2060", "\u200f", "\u0301", "\ufe0f"]))
def test_invisible_signs_hide_no_number(place: int, sign: str) -> None:
    number = "(312) 555-0123"
    assert screen(f"call {number[:place]}{sign}{number[place:]}")


@given(st.text(max_size=60))
def test_the_plain_form_points_back_to_each_sign(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.places) == len(folded.lower)
    assert list(folded.places) == sorted(folded.places) and all(0 <= place < len(text) for place in folded.places)


HOSTILE = ("a", "1 ", "A.", "Ab ", "@", "الشرطي ", "王", "five ", "badge ", "1-", "_", "a at b dot ", "\u0301", "𝐉")


@pytest.mark.slow
@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_texts_take_no_long_time(part: str) -> None:
    start = time.process_time()
    screen(part * (4000 // len(part)))
    assert time.process_time() - start < 5

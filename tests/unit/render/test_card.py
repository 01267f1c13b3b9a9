"""The social card: a picture of the right size in every language, and words that say all of it."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import pytest

from district_reports.errors import RenderError
from district_reports.render.card import CardPress, SocialCard, build_card, render_words
from district_reports.render.page import build_page
from district_reports.settings import find_asset
from tests.unit.render.dossiers import TAGS, shipped
from tests.unit.render.people_dossiers import sheet_of

each_language = pytest.mark.parametrize("tag", TAGS)


@cache
def press(tag: str) -> CardPress:
    return CardPress(shipped().language(tag), template_dir=find_asset("templates", "print"))


def make_card(tag: str = "en", **changes: Any) -> SocialCard:
    sheet = sheet_of(tag, **changes)
    return build_card(sheet, build_page(sheet.dossier, sheet.words, sheet.settings))


@each_language
def test_the_picture_has_its_size_and_the_same_bytes_each_time(tag: str) -> None:
    card = make_card(tag, is_sample=True, is_preview=True)
    png = press(tag).render_card(card)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (1200, 630)
    assert len(png) < 300_000
    assert press(tag).render_card(card) == png
    assert CardPress(shipped().language(tag), template_dir=find_asset("templates", "print")).render_card(card) == png


@each_language
@pytest.mark.parametrize("place", ["007", "city"])
def test_the_words_say_everything_that_is_set(place: str, tag: str) -> None:
    """Every text that the template gets, but the signs that turn the direction, stands in the words beside it."""
    card = make_card(tag, place=place, is_sample=True, is_preview=True)
    told = render_words(card).decode("utf-8-sig")
    bare = told.replace(" ", "")
    shown = [card.place, card.months, card.publisher, card.notice, *card.banners]
    shown += [text for fact in card.facts for text in (fact.label, fact.number, fact.word, fact.compared_with)]
    assert len(card.facts) == 3
    for text in shown:
        assert text.translate(dict.fromkeys((0x2068, 0x2069))).replace(" ", "") in bare, text
    assert card.url.removeprefix("https://").rstrip("/") in told
    assert "\u2068" not in told


def test_without_marks_the_card_is_another_picture() -> None:
    real, sample = make_card(), make_card(is_sample=True)
    assert real.banners == () and sample.banners != ()
    assert press("en").render_card(real) != press("en").render_card(sample)
    assert sample.banners[0] not in real.alt


def test_markup_and_code_are_only_letters() -> None:
    card = make_card()
    hostile = card.model_copy(update={"place": "#panic() $x$ <b> \u202eabc \U0001f600 \x00"})
    assert press("en").render_card(hostile).startswith(b"\x89PNG")


def test_long_words_are_set_smaller_and_too_long_ones_are_an_error() -> None:
    card = make_card()
    fact = card.facts[0].model_copy(update={"label": "A long name of what is counted here " * 4})
    assert press("en").render_card(card.model_copy(update={"facts": (fact,) * 3}))
    endless = card.model_copy(update={"place": "An endless name of a place " * 60})
    with pytest.raises(RenderError, match=r"card.typ \(en\): .*expected the words to fit"):
        press("en").render_card(endless)


def test_a_card_of_another_language_is_refused() -> None:
    with pytest.raises(RenderError, match="expected a card in en, got one in ar"):
        press("en").render_card(make_card("ar"))

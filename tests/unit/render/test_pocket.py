"""The pocket card: two sides of a sheet, every language, read back; what does not fit or cannot be set is an error."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any

import pytest
from pypdf import PdfReader

from district_reports.errors import RenderError
from district_reports.render.page import build_page
from district_reports.render.pocket import Pocket, PocketPress, build_pocket
from district_reports.settings import find_asset
from tests.unit.render.dossiers import TAGS, make_dossier, shipped
from tests.unit.render.guide_pages import make_register, make_sheet

each_language = pytest.mark.parametrize("tag", TAGS)


@cache
def press(tag: str) -> PocketPress:
    return PocketPress(shipped().language(tag), template_dir=find_asset("templates", "print"))


def make_card(place: str = "007", tag: str = "en", **how: Any) -> Pocket:
    sheet = make_sheet(place, tag, register=make_register(), **how)
    card = build_pocket(sheet, build_page(sheet.dossier, sheet.words, sheet.settings))
    assert card is not None
    return card


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_without_a_guide_there_is_no_card() -> None:
    sheet = make_sheet()
    dossier = make_dossier()
    assert build_pocket(sheet, build_page(dossier, sheet.words, sheet.settings)) is None


@each_language
@pytest.mark.parametrize("place", ["007", "015", "city"])
def test_it_is_one_sheet_with_both_sides(place: str, tag: str) -> None:
    pdf = press(tag).render_pocket(make_card(place, tag, is_sample=True))
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) <= 2
    assert [tuple(map(float, page.mediabox[2:])) for page in pages] == [(792.0, 612.0)] * len(pages)
    assert press(tag).render_pocket(make_card(place, tag, is_sample=True)) == pdf


def test_it_says_what_the_report_says() -> None:
    text = text_of(press("en").render_pocket(make_card("007", is_sample=True)))
    for words in ("Whom to call", "911", "311", "211", "988", "Wellness check", "CARE team", "10:30 AM to 4:00 PM"):
        assert words in text
    for words in ("Mental health", "833-626-4244", "Please verify", "312-747-8223", "Call 211"):
        assert words in text
    assert text.index("Mental health") < text.index("Someone in a crisis") < text.index("Taking part")


def test_the_team_is_not_on_the_card_of_015() -> None:
    assert "CARE" not in text_of(press("en").render_pocket(make_card("015")))


@each_language
def test_the_mark_of_a_sample_stands_at_top_and_foot_of_each_side(tag: str) -> None:
    card = make_card("007", tag, is_sample=True)
    pages = PdfReader(io.BytesIO(press(tag).render_pocket(card))).pages
    if tag == "en":
        assert all(page.extract_text().count(card.banners[0]) == 2 for page in pages)
    assert card.banners


@each_language
def test_it_is_tagged_in_its_language(tag: str) -> None:
    root: Any = PdfReader(io.BytesIO(press(tag).render_pocket(make_card("007", tag)))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].split("-")[0] == tag.split("-")[0]
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_a_final_report_without_checks_fits_too() -> None:
    text = text_of(press("en").render_pocket(make_card("007", checks=(), is_frozen=True)))
    assert "833-626-4244" not in text
    assert "988" in text


@each_language
def test_an_address_of_mail_can_be_typed_and_copied(tag: str) -> None:
    card = make_card("007", tag)
    lines = [line for need in card.needs for item in need.contacts for line in item.lines]
    addresses = {found[0] for line in lines if (found := re.search(r"[\w.]+@[\w.]+", line)) is not None}
    assert len(addresses) >= 3
    text = text_of(press(tag).render_pocket(card)).replace("\u2069", "").replace("\u2068", "")
    for address in addresses:
        name, host = address.split("@")
        assert re.search(f"{re.escape(name)} ?@{re.escape(host)}", text), address


def test_chinese_has_its_own_colon_and_brackets() -> None:
    text = text_of(press("zh-Hans").render_pocket(make_card("007", "zh-Hans")))
    assert not re.findall("[\u4e00-\u9fff] ?[:(]", text)
    assert "请拨打：911" in text


@pytest.mark.parametrize("tag", ["en", "es"])
def test_no_address_has_a_hyphen_that_is_not_its_own(tag: str) -> None:
    card = make_card("007", tag)
    first, *others = card.others
    name = "-".join(["abcdef"] * 12)
    changed = first.model_copy(update={"url": f"https://example.org/{name}"})
    text = text_of(press(tag).render_pocket(card.model_copy(update={"others": (changed, *others)})))
    assert f"example.org/{name}" in text.replace(" ", "")


def test_hostile_words_stay_words() -> None:
    card = make_card().model_copy(update={"place": '#panic("x") *b* \u202e <b> $x$'})
    assert '#panic("x") *b*' in text_of(press("en").render_pocket(card))


def test_what_does_not_fit_on_two_sides_is_an_error() -> None:
    card = make_card()
    with pytest.raises(RenderError, match="two sides"):
        press("en").render_pocket(card.model_copy(update={"needs": card.needs * 8}))


def test_more_words_are_set_smaller_before_they_do_not_fit() -> None:
    card = make_card()
    pdf = press("en").render_pocket(card.model_copy(update={"needs": card.needs * 2}))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2


def test_a_card_of_another_language_is_an_error() -> None:
    with pytest.raises(RenderError, match="expected a card in en, got one in es"):
        press("en").render_pocket(make_card(tag="es"))


def test_a_letter_without_a_font_does_not_stop_the_card() -> None:
    assert press("en").render_pocket(make_card().model_copy(update={"title": "\u16a0"})).startswith(b"%PDF")

"""The e-mail: what a mail program keeps of it, in every language; whatever people typed stays text."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

import lxml.html
import pytest

from district_reports.errors import RenderError
from district_reports.model import Correction, Status, Text
from district_reports.render.email import (
    HTML,
    MEETINGS_SHOWN,
    TEXT,
    UNSUBSCRIBE_MARK,
    Digest,
    MailPress,
    build_digest,
)
from district_reports.render.page import build_page
from district_reports.render.sheet import Sheet
from district_reports.settings import find_asset
from tests.unit.render.dossiers import TAGS
from tests.unit.render.guide_pages import make_register, make_sheet
from tests.unit.render.people_dossiers import in_all, make_item, make_loop, sheet_of, text

each_language = pytest.mark.parametrize("tag", TAGS)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|&\w+;", re.DOTALL)
CORRECTION = Correction(
    corrected_on=date(2026, 10, 1),
    quarter="2026Q2",
    district_ids=(),
    metric_id="incidents_theft",
    was="611",
    now="612",
    why=Text(language="en", text="We counted twice."),
)


@cache
def press() -> MailPress:
    return MailPress(template_dir=find_asset("templates", "email"))


def digest_of(sheet: Sheet) -> Digest:
    return build_digest(sheet, build_page(sheet.dossier, sheet.words, sheet.settings))


@cache
def sample_digest(tag: str) -> Digest:
    return full_digest(tag)


def full_digest(tag: str = "en", **changes: Any) -> Digest:
    loop = make_loop(
        make_item(Status.DONE, has_moved=True), make_item(item_id="i-2", is_new=True, said=text("FOREIGN"))
    )
    given = {"loop": loop, "corrections": (CORRECTION,), "is_sample": True, **changes}
    return digest_of(make_sheet(tag=tag, register=make_register(), **given))


def forms_of(digest: Digest) -> tuple[lxml.html.HtmlElement, str, str]:
    """Return the HTML parsed, the HTML, and the text."""
    files = press().render_digest(digest)
    html, plain = files[HTML].decode(), files[TEXT].decode()
    return lxml.html.fromstring(html), html, plain


@each_language
def test_both_forms_tell_the_whole_digest(tag: str) -> None:
    digest = sample_digest(tag)
    page, _, plain = forms_of(digest)
    shown = re.sub(r"\s+", " ", page.text_content())
    told = [digest.title, digest.edition_line, digest.dates_line, digest.notice, digest.facts_note, digest.news]
    told += [*digest.corrections, *digest.banners, digest.read, digest.newest, digest.list_line]
    told += [text for fact in digest.facts for text in (fact.label, fact.number, fact.word, *fact.compared_with)]
    told += [text for card in digest.cards for text in (card.status, card.title.text)]
    told += [text for contact in digest.contacts for text in (contact.label, contact.number, contact.detail)]
    told += [line for meeting in digest.meetings for line in meeting]
    assert len(told) > 60
    for line in told:
        bare = re.sub("[\u2066-\u2069]", "", line)
        assert bare in shown, bare
        assert bare in plain, bare
    assert page.xpath("//a/@href")[0] == digest.url == f"https://state-of-the-district.example/{tag}/007/"
    assert digest.url in plain


@each_language
def test_it_is_in_its_language_and_direction_also_where_only_the_body_is_kept(tag: str) -> None:
    digest = sample_digest(tag)
    page, html, _ = forms_of(digest)
    way = "rtl" if tag == "ar" else "ltr"
    assert (page.get("lang"), page.get("dir")) == (tag, way)
    (article,) = page.xpath("//body/div")
    assert (article.get("lang"), article.get("dir")) == (tag, way)
    assert len(page.xpath("//h1")) == 1
    assert f"text-align:{'left' if way == 'rtl' else 'right'}" not in html
    foreign = page.xpath("//*[normalize-space(text())='FOREIGN' or normalize-space(.)='FOREIGN']")[-1]
    assert (tag == "en") or (foreign.xpath("ancestor-or-self::*[@lang]")[-1].get("lang") == "en")


def test_a_number_in_a_line_from_the_right_keeps_its_order_in_plain_text() -> None:
    digest = sample_digest("ar")
    lines = ("\u0631\u0633\u0627\u0644\u0629: \u2068898-211\u2069", "\u0645\u0646 \u2068Ana\u2069")
    told = (digest.contacts[0].model_copy(update={"lines": lines}),)
    files = press().render_digest(digest.model_copy(update={"contacts": told}))
    plain = files[TEXT].decode()
    # A mark before it: after Arabic letters both parts would be read from the right, and be another number.
    assert "\u0631\u0633\u0627\u0644\u0629: \u200e898-211\n" in plain
    assert "\u0645\u0646 Ana\n" in plain
    assert "\u200e" not in forms_of(sample_digest("es"))[2]


@each_language
def test_nothing_is_loaded_or_run_and_styles_stand_in_the_elements(tag: str) -> None:
    page, html, _ = forms_of(sample_digest(tag))
    assert not page.xpath("//script|//style|//link|//img|//svg|//iframe|//form|//input|//object|//video|//*[@class]")
    assert not page.xpath("//@src|//@background|//@srcset|//@onclick")
    assert "url(" not in html and "@import" not in html and "position:" not in html
    assert all(href.startswith(("https://", "tel:")) for href in page.xpath("//@href"))
    assert all(table.get("role") == "presentation" for table in page.xpath("//table"))
    assert len(html.encode()) < 60_000
    # A line of mail holds at most 998 octets; the sender encodes, but a list program may not.
    assert max(len(line.encode()) for line in html.splitlines()) < 998


@each_language
def test_the_mark_of_a_sample_stands_at_top_and_foot_and_a_real_one_has_none(tag: str) -> None:
    digest = full_digest(tag, is_preview=True)
    _, html, plain = forms_of(digest)
    assert len(digest.banners) == 2
    for banner in digest.banners:
        assert html.count(banner) == plain.count(banner) == 2
    real = full_digest(tag, is_sample=False)
    _, html, plain = forms_of(real)
    assert real.banners == ()
    assert digest.banners[0] not in html + plain and "***" not in plain


@each_language
def test_the_mark_of_the_unsubscribe_line_stands_once(tag: str) -> None:
    page, html, plain = forms_of(sample_digest(tag))
    assert html.count(UNSUBSCRIBE_MARK) == plain.count(UNSUBSCRIBE_MARK) == 1
    assert UNSUBSCRIBE_MARK in plain.splitlines()
    (mark,) = page.xpath("//comment()")
    assert mark.getparent().tag == "td"


def test_nobody_can_place_the_mark_or_markup_or_turn_the_text() -> None:
    hostile = f"<b>x</b> {UNSUBSCRIBE_MARK} \u202eabc {{{{ 7*7 }}}}\r\nBcc: a@example.org"
    loop = make_loop(make_item(is_new=True, said=in_all(hostile)))
    page, html, plain = forms_of(full_digest(loop=loop))
    assert html.count(UNSUBSCRIBE_MARK) == plain.count(UNSUBSCRIBE_MARK) == 1
    assert not page.xpath("//b")
    assert "{{ 7*7 }}" in html and "{{ 7*7 }}" in plain
    assert "\u202e" not in html + plain
    assert not re.search(r"^Bcc:", plain, re.MULTILINE)


def test_an_address_that_nobody_should_follow_is_an_error() -> None:
    with pytest.raises(RenderError, match=r"digest.html.j2 \(en\): expected a sound template and address"):
        press().render_digest(full_digest().model_copy(update={"url": "javascript:alert(1)"}))


def test_parts_without_anything_are_left_out() -> None:
    digest = digest_of(sheet_of("en"))
    _, html, plain = forms_of(digest)
    assert digest.news_heading not in html + plain
    assert digest.corrections_heading not in html + plain
    assert digest.no_meetings in html and digest.no_meetings in plain


def test_meetings_are_the_next_ones() -> None:
    sheet = make_sheet(register=make_register())
    taking_part = sheet.dossier.taking_part
    assert taking_part is not None and len(taking_part.meetings) > MEETINGS_SHOWN
    digest = digest_of(sheet)
    assert len(digest.meetings) == MEETINGS_SHOWN
    days = [sheet.words.day(meeting.date) for meeting in taking_part.meetings[:MEETINGS_SHOWN]]
    assert all(day in row[1] for day, row in zip(days, digest.meetings, strict=True))


@each_language
def test_the_same_digest_gives_the_same_bytes(tag: str) -> None:
    other = MailPress(template_dir=find_asset("templates", "email"))
    assert press().render_digest(sample_digest(tag)) == other.render_digest(full_digest(tag))


@pytest.mark.parametrize("name", ["digest.html.j2", "digest.txt.j2"])
def test_no_sentence_stands_in_the_templates(name: str) -> None:
    source = find_asset("templates", "email", name).read_text(encoding="utf-8")
    assert re.findall(r"[^\W\d_]{2,}", MARKUP.sub(" ", source)) == []

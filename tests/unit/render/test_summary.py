"""The summary: the page's own texts, letter for letter."""

from __future__ import annotations

import json
import re

import pytest

from district_reports.model import Status, Summary
from district_reports.render.page import build_page
from district_reports.render.sheet import Sheet
from district_reports.render.summary import NEWS_SHOWN, build_summary, render_summary
from district_reports.render.view import Page
from tests.unit.render.dossiers import TAGS
from tests.unit.render.guide_pages import make_register, make_sheet
from tests.unit.render.people_dossiers import in_all, make_item, make_loop, sheet_of, text

each_language = pytest.mark.parametrize("tag", TAGS)


def summarize(sheet: Sheet) -> tuple[Summary, Page]:
    page = build_page(sheet.dossier, sheet.words, sheet.settings)
    return build_summary(sheet, page, card_alt="ALT"), page


@each_language
@pytest.mark.parametrize("place", ["007", "city"])
def test_it_quotes_the_page(place: str, tag: str) -> None:
    sheet = sheet_of(tag, place=place, is_sample=True)
    summary, page = summarize(sheet)
    assert (summary.place, summary.quarter, summary.language) == (place, "2026Q3", tag)
    for name in ("title", "document_title", "edition_line", "dates_line", "banners", "corrections"):
        assert getattr(summary, name) == getattr(page, name)
    assert summary.card_alt == "ALT"
    assert summary.banners
    assert len(summary.key_facts) == len(page.key_facts)
    for line, fact in zip(summary.key_facts, page.key_facts, strict=True):
        assert fact.label in line and fact.number in line and fact.word in line
        assert fact.compared_with[0].rstrip(".。") in line


def test_a_key_fact_reads_as_sentences() -> None:
    summary, _ = summarize(sheet_of("en"))
    assert summary.key_facts[0] == "Violent incidents: 412. Lower. A year before: 480. Now 14% less."
    assert summary.key_facts[2] == "Homicides (victims): 9. No clear change. A year before: 11."


def test_blocks_are_the_parts_in_the_order_of_the_web_page() -> None:
    sheet = make_sheet(register=make_register(), loop=make_loop(make_item()))
    summary, page = summarize(sheet)
    ids = [block for block, _ in summary.blocks]
    assert ids[0] == "key-facts"
    assert [block for block in ids if block not in ("key-facts", "sources")] == [p.section_id for p in page.parts]
    assert ids.index("method") < ids.index("sources") < ids.index("data")
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z-]+", block) and heading for block, heading in summary.blocks)


def test_without_a_loop_nothing_is_said_to_have_changed() -> None:
    assert summarize(sheet_of("en"))[0].changed == ()


@each_language
def test_news_are_told_one_by_one_in_the_order_of_the_loop(tag: str) -> None:
    items = (
        make_item(Status.STALLED, item_id="old", said=in_all("OLD")),
        make_item(Status.DONE, item_id="moved", has_moved=True, said=in_all("MOVED")),
        make_item(Status.HEARD, item_id="new", is_new=True, said=in_all("NEW")),
    )
    sheet = sheet_of(tag, loop=make_loop(*items))
    summary, page = summarize(sheet)
    assert page.loop is not None
    assert summary.changed[0] == page.loop.answer
    assert len(summary.changed) == 3
    assert "MOVED" in summary.changed[1] and sheet.words.text("loop.status.done") in summary.changed[1]
    assert "NEW" in summary.changed[2] and sheet.words.text("loop.status.heard") in summary.changed[2]


def test_what_is_too_much_and_what_nobody_translated_is_counted() -> None:
    many = [make_item(item_id=f"i-{n}", is_new=True) for n in range(NEWS_SHOWN + 2)]
    summary, _ = summarize(sheet_of("en", loop=make_loop(*many)))
    assert len(summary.changed) == 1 + NEWS_SHOWN + 1
    assert summary.changed[-1] == "The web page tells of 2 more requests with news."
    foreign = make_item(item_id="x", is_new=True, said=text("only English"))
    summary, _ = summarize(sheet_of("es", loop=make_loop(foreign)))
    assert "only English" not in " ".join(summary.changed)
    assert summary.changed[-1] == "La página web cuenta de 1 petición más con novedades."


def test_the_file_is_canonical_and_reads_back() -> None:
    summary, _ = summarize(sheet_of("ar", is_sample=True))
    data = render_summary(summary)
    assert data == render_summary(summary)
    assert data.endswith(b"}\n")
    assert list(json.loads(data)) == sorted(json.loads(data))
    assert Summary.model_validate_json(data) == summary

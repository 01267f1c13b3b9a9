"""What the council kit says: the report's own words and numbers, in a fixed order, with words where a number is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import segno
from lxml import etree

from district_reports.guide import PartFiles
from district_reports.model import Direction, Status, Text
from district_reports.render.edge import plain
from district_reports.render.handout import build_handout
from district_reports.render.kit_parts import MOST_WORDS, cut, draw_code, find_way, list_gatherings, list_items
from district_reports.render.meeting_sheets import build_meeting
from district_reports.render.script import count_spoken, write_script
from district_reports.render.sheet import Sheet
from district_reports.render.slides import build_deck
from district_reports.render.view import Page, Said
from tests.unit.render.dossiers import TAGS
from tests.unit.render.kit_sheets import LONG, bare_sheet, kit_sheet, long_sheet, page_of, texts_of
from tests.unit.render.people_dossiers import make_item, make_loop, text

NUMBER = re.compile(r"\d[\d.,]*\d|\d")
each_language = pytest.mark.parametrize("tag", TAGS)
each_place = pytest.mark.parametrize("place", ["007", "city"])
NOTHING = {"incidents_violent": (None, None), "incidents_property": (None, None), "incidents_homicide": (None, None)}


@cache
def full(place: str, tag: str) -> tuple[Sheet, Page]:
    sheet = kit_sheet(place, tag, is_sample=True)
    return sheet, page_of(sheet)


def build(sheet: Sheet, page: Page) -> tuple[Any, ...]:
    return build_deck(sheet, page), build_handout(sheet, page), build_meeting(sheet, page)


def numbers_of(texts: Iterator[str]) -> set[str]:
    return {number for each in texts for number in NUMBER.findall(each)}


# Numbers


@each_language
@each_place
def test_every_number_of_the_kit_stands_in_the_page(place: str, tag: str) -> None:
    sheet, page = full(place, tag)
    known = numbers_of(texts_of(page)) | numbers_of(iter([page.labels.page_of]))
    for record in build(sheet, page):
        told = [each for each in texts_of(record) if not each.startswith("http")]
        assert numbers_of(iter(told)) <= known
        assert len(numbers_of(iter(told))) > 5
    spoken = numbers_of(iter([write_script(sheet, page)]))
    assert spoken <= known
    assert len(spoken) >= 6


@each_language
def test_the_words_of_the_first_slides_are_those_of_the_page(tag: str) -> None:
    sheet, page = full("007", tag)
    title, facts, violence, property_ = build_deck(sheet, page).slides[:4]
    assert title.title == page.title
    assert facts.facts == page.key_facts
    assert [violence.title, property_.title] == [section.figures[0].title for section in page.trends]
    assert [violence.alt, property_.alt] == [section.figures[0].alt for section in page.trends]


# Slides


@each_language
@each_place
def test_there_are_twelve_slides_in_the_residents_order(place: str, tag: str) -> None:
    sheet, page = full(place, tag)
    deck = build_deck(sheet, page)
    kinds = [
        "title",
        "facts",
        "chart",
        "chart",
        "pairs",
        "items",
        "items",
        "pairs",
        "contacts",
        "points",
        "part",
        "sources",
    ]
    assert [slide.kind for slide in deck.slides] == kinds
    assert all(slide.notes and all(slide.notes) for slide in deck.slides)
    assert len({slide.title for slide in deck.slides}) == len(deck.slides)
    assert deck.furniture.banners == page.banners != ()


def test_what_the_report_does_not_have_has_no_slide() -> None:
    sheet = bare_sheet()
    deck = build_deck(sheet, page_of(sheet))
    kinds = ["title", "facts", "chart", "chart", "pairs", "contacts", "sources"]
    assert [slide.kind for slide in deck.slides] == kinds


def test_an_empty_loop_says_how_to_be_heard() -> None:
    sheet = kit_sheet(loop=make_loop(), happened=())
    page = page_of(sheet)
    assert page.loop is not None
    asked, changed = build_deck(sheet, page).slides[5:7]
    assert asked.items == () and asked.lead == page.loop.answer
    assert changed.items == () and changed.lead == page.loop.answer
    assert build_handout(sheet, page).asked_answer == page.loop.answer


def test_all_sides_of_a_mixed_view_stand_together() -> None:
    sheet, page = full("007", "en")
    heard = next(slide for slide in build_deck(sheet, page).slides if slide.kept)
    assert heard.kept == ("en MOST-BETTER", "en SOME-MORE")
    # A mixed theme has no sides here, so its name does not stand here either.
    assert not any("presence" in pair.question for pair in heard.pairs)
    assert any("visibility" in pair.question for pair in heard.pairs)


def test_the_questions_are_the_first_of_each_part_of_the_sheet() -> None:
    sheet, page = full("007", "es")
    slide = next(slide for slide in build_deck(sheet, page).slides if slide.kind == "points")
    assert slide.points == tuple(f"es ASK-{part}" for part in ("safety", "policing", "response", "closing", "report"))


def test_a_quarter_without_data_is_told_in_words() -> None:
    sheet = kit_sheet(counts=NOTHING)
    page = page_of(sheet)
    facts = build_deck(sheet, page).slides[1].facts
    assert [fact.direction for fact in facts[:3]] == [Direction.UNKNOWN] * 3
    assert facts[0].number == page.key_facts[0].number and not NUMBER.search(facts[0].number)
    script = write_script(sheet, page)
    assert page.trends[0].figures[0].title in script
    assert "Homicides" not in script


# Requests in brief


def items_of(*items: Any) -> Any:
    sheet = kit_sheet(loop=make_loop(*items))
    page = page_of(sheet)
    assert page.loop is not None
    return list_items(sheet, page.loop.cards, 3)


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (Status.STALLED, "en OBSTACLE"),
        (Status.NOT_OURS, "en REASON"),
        (Status.WILL_NOT_DO, "en REASON"),
        (Status.UNDER_WAY, "en WHAT"),
        (Status.DONE, "en POLICE"),
    ],
)
def test_a_request_has_the_line_that_tells_most(status: Status, line: str) -> None:
    (item,) = items_of(make_item(status))
    assert item.line.said.text in (line, line.removeprefix("en "))
    assert (item.due is None) == (status in (Status.DONE, Status.NOT_OURS, Status.WILL_NOT_DO))


def test_a_request_that_nobody_answered_has_no_line() -> None:
    (item,) = items_of(make_item(Status.HEARD))
    assert (item.line, item.due, item.mark) == (None, None, "heard")


def test_only_three_requests_are_told_the_worst_first() -> None:
    sheet, page = full("007", "en")
    handout = build_handout(sheet, page)
    assert page.loop is not None
    assert [item.status for item in handout.items] == [card.status for card in page.loop.cards[:3]]
    assert handout.items[0].is_urgent


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("short", "short"),
        ("x" * MOST_WORDS, "x" * MOST_WORDS),
        ("ab " * 61, "ab " * 59 + "ab…"),
        ("字" * 300, "字" * MOST_WORDS + "…"),
        ("a " + "y" * 400, "a " + "y" * (MOST_WORDS - 2) + "…"),
    ],
)
def test_long_words_of_people_end_with_a_whole_word_and_a_sign(said: str, shown: str) -> None:
    assert cut(said) == shown


# The way to the report


def matrix_of(svg: str) -> set[tuple[int, int]]:
    """Return the dark fields of a code: its paths are strokes one unit wide, drawn from left to right."""
    dark, (x, y) = set(), (0.0, 0.0)
    path = etree.fromstring(svg.encode()).findall("{http://www.w3.org/2000/svg}path")[-1]
    for letter, values in re.findall(r"([Mmhv])([-\d. ]*)", path.get("d", "")):
        given = [float(value) for value in re.findall(r"-?[\d.]+", values)]
        if letter == "M":
            x, y = given
        elif letter == "m":
            x, y = x + given[0], y + given[1]
        else:
            assert letter == "h"
            dark |= {(int(x) + step, int(y)) for step in range(int(given[0]))}
            x += given[0]
    return dark


@pytest.mark.parametrize(
    ("place", "tag", "address"),
    [
        ("007", "es", "https://state-of-the-district.example/es/007/"),
        ("city", "zh-Hans", "https://state-of-the-district.example/zh-Hans/city/"),
    ],
)
def test_the_code_leads_to_the_page_of_the_place_in_its_language(place: str, tag: str, address: str) -> None:
    sheet, _ = full(place, tag)
    way = find_way(sheet)
    assert way.url == address
    assert address.removeprefix("https://").rstrip("/") in plain(way.alt)
    wanted = segno.make(address, error="q", micro=False, boost_error=False).matrix
    border = 4
    dark = {(x + border, y + border) for y, row in enumerate(wanted) for x, field in enumerate(row) if field}
    assert matrix_of(draw_code(way.url)) == dark
    assert matrix_of(draw_code(way.url + "x")) != dark


# Papers for the meeting


@each_language
@each_place
def test_there_are_six_to_eight_talking_points_each_with_its_source(place: str, tag: str) -> None:
    sheet, page = full(place, tag)
    points = build_meeting(sheet, page).points
    assert 6 <= len(points) <= 8
    assert all(point.said and point.source for point in points)
    assert len({point.said for point in points}) == len(points)


def test_the_question_sheet_has_every_question_and_its_answers() -> None:
    sheet, page = full("007", "ar")
    sheets = build_meeting(sheet, page)
    asked = [plain(question.words.text) for part in sheets.parts for question in part.questions]
    assert asked == [f"ar ASK-{part}" for part in ("safety", "policing", "response", "closing", "report")]
    options = [
        plain(option.text) for part in sheets.parts for question in part.questions for option in question.options
    ]
    assert options == ["ar POLICE-ONLY", "ar OTHERS-ONLY", "ar BOTH"]


def test_without_questions_there_is_no_question_sheet() -> None:
    sheet = bare_sheet()
    sheets = build_meeting(sheet, page_of(sheet))
    assert (sheets.questions_title, sheets.parts) == ("", ())


def test_without_meetings_the_handout_says_so() -> None:
    sheet = kit_sheet(part=PartFiles(meetings=(), decisions=(), priorities=()))
    page = page_of(sheet)
    handout = build_handout(sheet, page)
    assert handout.meetings == () and handout.meetings_answer == sheet.words.text("take_part.meetings.none")
    slide = next(slide for slide in build_deck(sheet, page).slides if slide.kind == "part")
    assert slide.points == (handout.meetings_answer,)
    assert sheet.words.text("kit.script.meeting", date="", place="")[:20] not in write_script(sheet, page)


def test_the_next_meetings_are_those_of_the_page() -> None:
    _, page = full("007", "en")
    gatherings = list_gatherings(page, 2)
    assert len(gatherings) == 2
    assert page.take_part is not None
    assert gatherings[0].when == page.take_part.parts[0].tables[0].rows[0][1]


# The script

BUDGETS = {"en": 140, "es": 140, "zh-Hans": 250, "ar": 140}
"""Words, or letters, that are read aloud in a minute without haste."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s up: 905, in 2026.", 10),  # nine hundred five, twenty twenty-six
        ("at state-of-the-district.example", 6),
        ("\u062a\u063a\u064a\u0651\u0631 277", 4),
        ("2026年7月，Englewood有905起。", 16),
    ],
)
def test_numbers_and_addresses_take_as_long_as_they_are_said(text: str, expected: int) -> None:
    assert count_spoken(text) == expected


@each_language
@each_place
def test_a_script_takes_a_minute(place: str, tag: str) -> None:
    sheet, page = full(place, tag)
    for told in (sheet, long_sheet(place, tag)):
        script = write_script(told, page if told is sheet else page_of(told))
        assert count_spoken(script) <= BUDGETS[tag]
        assert count_spoken(script) > BUDGETS[tag] / 2


@each_language
def test_a_sample_and_a_preview_say_so_first(tag: str) -> None:
    sheet = kit_sheet(tag=tag, is_sample=True, is_preview=True)
    page = page_of(sheet)
    first, second = write_script(sheet, page).split("\n\n")[:2]
    assert first.startswith(page.banners[0]) and second.startswith(page.banners[1])


@each_language
def test_a_script_says_whose_it_is_what_moved_and_where_to_read_on(tag: str) -> None:
    sheet, page = full("007", tag)
    script = write_script(sheet, page)
    assert page.publisher in script
    assert plain(sheet.place) in script
    assert "2026" in script and "–" not in script
    for section in page.trends:
        assert plain(section.figures[0].title) in script
    assert "state-of-the-district.example" in script
    assert plain(page.labels.translation_unreviewed) in script
    assert script.endswith("\n") and "\n\n\n" not in script


def test_the_third_number_is_the_first_that_moved() -> None:
    sheet, page = full("007", "en")
    assert "Robberies: 74, and 109 a year before. Lower." in write_script(sheet, page)
    calm = kit_sheet(directions=dict.fromkeys(("incidents_robbery", "incidents_burglary"), Direction.SIMILAR))
    assert "Carjackings: 31, and 18 a year before. Higher." in write_script(calm, page_of(calm))


def test_a_script_without_a_year_before_compares_with_nothing() -> None:
    sheet = kit_sheet(
        counts={"incidents_homicide": (None, 9)},
        directions=dict.fromkeys(
            ("incidents_robbery", "incidents_burglary", "incidents_carjacking"), Direction.SIMILAR
        ),
    )
    assert "Homicides (victims): 9. " in write_script(sheet, page_of(sheet))


def test_what_takes_too_long_is_left_out_in_a_fixed_order() -> None:
    sheet = kit_sheet(loop=make_loop(make_item(said=Text(language="en", text=LONG * 2))), is_sample=True)
    script = write_script(sheet, page_of(sheet))
    assert LONG[:40] in script, "the request is kept longest"
    assert "The next meeting" not in script
    longest = long_sheet("007", "en")
    script = write_script(longest, page_of(longest))
    assert LONG[:40] not in script and "3 requests are new this quarter." in script


def test_a_request_in_another_language_is_not_read_aloud() -> None:
    foreign = make_item(item_id="i-1", said=text("SAID-FOREIGN"))
    sheet = kit_sheet(tag="es", loop=make_loop(foreign, make_item(item_id="i-2")))
    script = write_script(sheet, page_of(sheet))
    assert "SAID-FOREIGN" not in script and "es SAID" in script
    alone = kit_sheet(tag="es", loop=make_loop(foreign))
    page = page_of(alone)
    assert page.loop is not None and page.loop.answer in write_script(alone, page)


def test_nothing_in_a_script_turns_the_words_around_it() -> None:
    hostile = Text(language="en", text="ab\u202ecd\u2066ef\x00\n\ngh <b>{place}</b>")
    sheet = kit_sheet(loop=make_loop(make_item(said=hostile)))
    script = write_script(sheet, page_of(sheet))
    assert "abcdef\ufffd  gh <b>{place}</b>" in script
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", script)


@pytest.mark.parametrize(
    ("words", "count"),
    [("one two, three.", 3), ("现有277起。", 3 + 5), ("发布者是这里：State of the District。", 6 + 8), ("", 0)],
)
def test_spoken_words_are_counted(words: str, count: int) -> None:
    assert count_spoken(words) == count


def test_words_in_brief_keep_their_language() -> None:
    sheet = kit_sheet(tag="es", loop=make_loop(make_item(said=text("SAID-FOREIGN"))))
    page = page_of(sheet)
    assert page.loop is not None
    (item,) = list_items(sheet, page.loop.cards, 1)
    assert item.title == Said(text="SAID-FOREIGN", lang="en")
    told = sheet.words.text("heard.original")
    assert build_handout(sheet, page).asked_answer.endswith(told)
    assert told in [slide.lead for slide in build_deck(sheet, page).slides]


def test_words_in_the_language_of_the_page_need_no_remark() -> None:
    sheet, page = full("007", "es")
    assert sheet.words.text("heard.original") not in build_handout(sheet, page).asked_answer

"""What happened in a district, judged by its result, in words, in every language."""

from __future__ import annotations

from typing import Any

import pytest

from district_reports.model import Happening, Text
from district_reports.render.happened import build_happened
from district_reports.render.view import Section
from tests.unit.render.people_dossiers import TAGS, in_all, make_happening, make_loop, sheet_of
from tests.unit.render.people_texts import found, ids_of, line_of, whole_text

each_language = pytest.mark.parametrize("tag", TAGS)
RESULTS = ("worked", "partly", "did_not_work", "too_early")


def built(*happened: Happening, tag: str = "en", **changes: Any) -> Section:
    return found(build_happened(sheet_of(tag, happened=happened, loop=make_loop(), **changes)))


def test_a_city_that_keeps_no_ledger_has_no_such_part() -> None:
    assert build_happened(sheet_of()) is None
    assert build_happened(sheet_of(happened=(make_happening(),))) is not None


@each_language
def test_where_nothing_was_entered_the_part_says_so_and_how_to_tell_us(tag: str) -> None:
    section = built(tag=tag)
    assert not section.parts and not section.cards
    assert len(section.answer) > 30 and "{" not in section.answer


def test_an_empty_part_never_says_that_nothing_happened() -> None:
    answer = built().answer
    assert answer.startswith("No one has told us yet what happened here in July")
    assert "Tell the liaison" in answer


def test_each_kind_stands_apart_and_in_the_order_it_came() -> None:
    kinds = ("event", "tried", "community", "tried")
    section = built(*(make_happening(number, kind=kind) for number, kind in enumerate(kinds, start=1)))
    assert ids_of(section) == ["happened-tried", "happened-community", "happened-event"]
    assert [[card.card_id for card in part.cards] for part in section.parts] == [
        ["happened-h-2", "happened-h-4"],
        ["happened-h-3"],
        ["happened-h-1"],
    ]


def test_a_card_tells_what_by_whom_and_what_came_of_it() -> None:
    (card,) = built(make_happening()).parts[0].cards
    assert (card.title.text, card.status, card.mark) == ("WHAT1", "It worked in part", "")
    assert line_of(card, "When") == "July 1, 2026"
    assert line_of(card, "Who") == "The police and the community"
    assert line_of(card, "What came of it") == "OUTCOME1"


def test_without_an_outcome_there_is_no_line_for_it() -> None:
    (card,) = built(make_happening(outcome=None)).parts[0].cards
    assert [line.label for line in card.lines] == ["When", "Who"]


@each_language
def test_every_result_and_everybody_has_words_of_their_own(tag: str) -> None:
    cards = [built(make_happening(result=result), tag=tag).parts[0].cards[0] for result in RESULTS]
    assert len({card.status for card in cards}) == len(RESULTS)
    who = {built(make_happening(by=by), tag=tag).parts[0].cards[0].lines[1] for by in ("police", "community", "both")}
    assert len(who) == 3


@each_language
@pytest.mark.parametrize("count", [1, 2, 3, 11])
def test_the_answer_counts_them_in_every_language(count: int, tag: str) -> None:
    section = built(*(make_happening(number) for number in range(1, count + 1)), tag=tag)
    assert "{" not in whole_text(section)
    assert str(count) in section.answer or count <= 2


@each_language
def test_words_that_nobody_translated_are_marked_and_announced(tag: str) -> None:
    section = built(make_happening(what=Text(language="pl", text="Festyn")), tag=tag)
    assert section.parts[0].cards[0].title.lang == "pl"
    assert len(section.notices) == 1
    assert built(make_happening(what=in_all("FAIR")), tag=tag).notices == ()


@each_language
def test_hostile_words_stay_words(tag: str) -> None:
    section = built(make_happening(what=in_all("</p><script>{place}\u202e")), tag=tag)
    assert "</p><script>{place}" in section.parts[0].cards[0].title.text
    assert "\u202e" not in whole_text(section)

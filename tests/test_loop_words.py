"""What the loop's words may say, in every language: "done" of what is done alone, "residents want" of nothing.

Each list of words is proved by sentences planted in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from district_reports.model import Status
from district_reports.render.i18n import load_words
from district_reports.render.loop import build_loop
from district_reports.render.view import Section
from district_reports.settings import find_asset, load_settings
from tests.clearance_words import flatten
from tests.unit.render.people_dossiers import make_item, make_loop, sheet_of
from tests.unit.render.people_texts import found, texts_of_card, whole_text

SETTINGS = load_settings({})
WORDS = load_words(SETTINGS.languages, find_asset("templates", "locale"))

ARABIC_DONE = (
    "تم تمت تمام انجز انجزت ينجز تنجز انجاز انجازه منجز منجزه اكتمل اكتملت مكتمل مكتمله اتم اتمت اتمام نفذ نفذت"
)
DONE = {
    "en": r"\b(done|finish\w*|complet\w*|fulfil\w*|accomplish\w*|achiev\w*|deliver\w*|promise kept|kept its)\b",
    "es": r"\b(hech[oa]s?|cumpl\w*|termin\w*|complet\w*|lograd\w*|logro\w*|realizad\w*|finaliz\w*|concluid\w*)\b",
    "zh-Hans": "完成|做完|办完|办成|完毕|兑现|落实|达成|已办",
    "ar": rf"\b[وف]?(ال|ب|ل|س)?({ARABIC_DONE.replace(' ', '|')})\b",
}
"""Words that say or hint that a thing is done; looked for in a text that went through `flatten`."""
SEEDED_DONE = {
    "en": ["It is done.", "The work is finished.", "Completed.", "The promise kept.", "We delivered it."],
    "es": ["Está hecho.", "Ya se cumplió.", "Trabajo terminado.", "Completada.", "Se ha realizado."],
    "zh-Hans": ["已完成", "已经做完", "承诺已兑现", "已落实"],
    "ar": ["تمّ العمل.", "أُنجز الوعد.", "اكتمل العمل", "الإنجاز", "نُفّذت الخطة"],
}
MAY_SAY_DONE = re.compile(r"loop\.status\.done(\.meaning)?")
"""Keys of the sentences that may hold such a word: those of the one status."""
ABOUT_PEOPLE = re.compile(r"(loop|happened|heard|closing)\.[\w.]+|metric\.loop_\w+")

WANT = {
    "en": r"\b(residents|people|the community|neighbors) (all )?(want|demand|ask for|wish|need|call for)\b",
    "es": r"\b(residentes|la gente|la comunidad|vecinos) (quiere|exige|pide|desea|reclama)n?\b",
    "zh-Hans": "(居民|大家|民众|社区)(都|普遍)?(希望|要求|想要|呼吁)",
    "ar": r"(يريد|تريد|يطالب|تطالب|يرغب) (كل )?(السكان|الناس|الاهالي|المجتمع)|(السكان|الناس) (يريدون|يطالبون|يرغبون)",
}
"""Claims that all want one thing: none may stand beside views that differ."""
SEEDED_WANT = {
    "en": ["Residents want more police.", "People demand less police."],
    "es": ["Los residentes quieren más policía.", "La gente pide menos policía."],
    "zh-Hans": ["居民希望增加警力。", "大家都要求减少警力。"],
    "ar": ["يريد السكان شرطة أكثر.", "السكان يطالبون بذلك."],
}
each_language = pytest.mark.parametrize("tag", WORDS)
each_status = pytest.mark.parametrize("status", Status)


def find(patterns: Mapping[str, str], tag: str, text: str) -> list[str]:
    """Return the words of a text that a list forbids."""
    return [match[0] for match in re.finditer(patterns[tag], flatten(text))]


def seeds(texts: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return [(tag, text) for tag, all_texts in texts.items() for text in all_texts]


def section_of(status: Status, tag: str, **changes: Any) -> Section:
    return found(build_loop(sheet_of(tag, loop=make_loop(make_item(status, **changes)))))


def test_there_is_a_list_for_each_language() -> None:
    for lists in (DONE, SEEDED_DONE, WANT, SEEDED_WANT):
        assert set(lists) == set(WORDS)


@pytest.mark.parametrize(("tag", "text"), seeds(SEEDED_DONE))
def test_a_planted_word_of_done_is_found(tag: str, text: str) -> None:
    assert find(DONE, tag, text)


@pytest.mark.parametrize(("tag", "text"), seeds(SEEDED_WANT))
def test_a_planted_claim_is_found(tag: str, text: str) -> None:
    assert find(WANT, tag, text)


# "Done" comes of one status alone: every status, every wording, every language


@each_language
@each_status
def test_done_is_said_of_what_is_done_alone(status: Status, tag: str) -> None:
    """A word of what it was before is a word too: none may sound as if the thing were done now."""
    for is_overdue, (confirmed, disputed), before in product((False, True), ((0, 0), (12, 0), (2, 9)), (None, *Status)):
        changes = {"is_overdue": is_overdue, "confirmed": confirmed, "disputed": disputed, "before": before}
        section = section_of(status, tag, has_moved=True, **changes)
        (card,) = section.cards
        says_done = bool(find(DONE, tag, whole_text(section)))
        assert (card.mark == "done") is says_done is (status is Status.DONE), changes


@each_language
def test_the_word_and_the_meaning_of_done_say_so_and_no_other_card_does(tag: str) -> None:
    cards = {status: section_of(status, tag).cards[0] for status in Status}
    assert [status for status, card in cards.items() if find(DONE, tag, texts_of_card(card))] == [Status.DONE]
    assert all(find(DONE, tag, form) for form in WORDS[tag].forms["loop.status.done"])
    assert all(find(DONE, tag, form) for form in WORDS[tag].forms["loop.status.done.meaning"])


@each_language
def test_in_the_catalogue_only_the_words_of_that_status_say_done(tag: str) -> None:
    told = {key: " ".join(forms) for key, forms in WORDS[tag].forms.items() if ABOUT_PEOPLE.fullmatch(key)}
    assert len(told) > 200
    saying = {key for key, text in told.items() if find(DONE, tag, text)}
    assert saying == {key for key in told if MAY_SAY_DONE.fullmatch(key)}


@each_language
def test_what_residents_dispute_reads_as_open_again(tag: str) -> None:
    """In the words of the catalogue, since no list of words can prove what a sentence says."""
    meaning = {
        "en": "open again",
        "es": "abierta otra vez",
        "zh-Hans": "重新列为待办",
        "ar": "عاد الطلب مفتوحًا",
    }
    assert meaning[tag] in WORDS[tag].forms["loop.status.done_disputed.meaning"][0]


# No claim that all want one thing


@each_language
def test_no_sentence_says_what_all_residents_want(tag: str) -> None:
    found_in = {key: find(WANT, tag, " ".join(forms)) for key, forms in WORDS[tag].forms.items()}
    assert {key: words for key, words in found_in.items() if words} == {}

"""What the register may not say, in any language, and how plainly it says the rest in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from district_reports.engagement.register import SHIPPED, load_register
from district_reports.model import Register
from district_reports.settings import find_asset, load_settings
from tests.reading import WORD, rate_grade, split_sentences
from tests.test_wording import DISTRICT_OF_NAMES, SLIPS

SETTINGS = load_settings({})
TAGS = [language.tag for language in SETTINGS.languages]


def shipped() -> Register:
    register = load_register(SETTINGS, find_asset(*SHIPPED).parent)
    assert register is not None
    return register


REGISTER = shipped()

THEMES = {
    f"{theme.code}.{name}": words
    for theme in REGISTER.themes
    for name, words in (
        ("name", theme.names),
        ("definition", theme.definitions),
        *((f"side{n}", side) for n, side in enumerate(theme.sides, 1)),
    )
}
QUESTIONS = {question.question_id: question.words for question in REGISTER.questions}
QUESTIONS |= {
    f"{question.question_id}.{n}": option
    for question in REGISTER.questions
    for n, option in enumerate(question.options, 1)
}
REST = {promise.promise_id: promise.what for promise in REGISTER.promises}
REST |= {condition.condition_id: condition.words for condition in REGISTER.conditions}
ALL: dict[str, Mapping[str, str]] = {**THEMES, **QUESTIONS, **REST}

each_language = pytest.mark.parametrize("tag", TAGS)


# One view is never told as everybody's

EVERYBODY = {
    "en": r"\bresidents? (all )?(want|wish|demand|ask)|\b(people|everyone|everybody|the community) (want|wish|demand)",
    "es": r"(los|las) residentes (quieren|piden|desean|exigen)|la gente (quiere|pide|exige)",
    "zh-Hans": "居民(们)?(都)?(想要|希望|要求)|大家(都)?(想要|希望|要求)",
    "ar": "(يريد|يطلب|يطالب) (السكان|الناس|الجميع)|(السكان|الناس) (يريدون|يطلبون|يطالبون)",
}
SEEDED = {
    "en": ["Residents want more police.", "The community wants patrols.", "Everyone wants this."],
    "es": ["Los residentes quieren más policía.", "La gente quiere patrullas."],
    "zh-Hans": ["居民想要更多警察。", "居民希望增加警力。"],
    "ar": ["يريد السكان شرطة أكثر.", "الناس يريدون دوريات."],
}


@each_language
def test_no_theme_is_told_as_what_everybody_wants(tag: str) -> None:
    assert {key: words[tag] for key, words in THEMES.items() if re.search(EVERYBODY[tag], words[tag], re.I)} == {}


@each_language
def test_a_planted_sentence_of_everybody_is_found(tag: str) -> None:
    assert all(re.search(EVERYBODY[tag], sentence, re.I) for sentence in SEEDED[tag])


# No one is named

ROLES = ("Bright Star", "YWCA", "BUILD", "Target Area", "目标区域", "El Valor", "CBCAC", "華埠")


@each_language
def test_no_host_stands_beside_a_theme(tag: str) -> None:
    hosts = {session.host for session in REGISTER.sessions} | set(ROLES)
    places = {session.place for session in REGISTER.sessions} - {"BUILD"}
    names = [re.escape(name) for name in hosts | places]
    found = re.compile(rf"\b({'|'.join(names)})\b")
    assert found.search("At Bright Star, people said")
    assert [key for key, words in ALL.items() if found.search(words[tag])] == []


@each_language
def test_no_number_of_people_or_percent_stands_in_a_theme(tag: str) -> None:
    numbers = re.compile(r"[%٪]|percent|por ciento|百分之|بالمئة|في المئة|\d+ (people|personas|人|شخص)")
    assert [key for key, words in THEMES.items() if numbers.search(words[tag])] == []


# Every language is written, and is that language

SCRIPTS = {"en": "[A-Za-z]", "es": "[A-Za-zñáéíóú]", "zh-Hans": "[\u4e00-\u9fff]", "ar": "[\u0621-\u064a]"}


@each_language
def test_every_word_is_in_its_own_script(tag: str) -> None:
    assert [key for key, words in ALL.items() if not re.search(SCRIPTS[tag], words[tag])] == []


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_nothing_was_left_in_english(tag: str) -> None:
    assert [key for key, words in ALL.items() if words[tag] == words["en"]] == []


@each_language
def test_numbers_are_in_western_digits(tag: str) -> None:
    assert [key for key, words in ALL.items() if re.search("[\u0660-\u0669\u06f0-\u06f9]", words[tag])] == []


@each_language
def test_a_sentence_ends_in_every_language_where_it_does_in_english(tag: str) -> None:
    ends = (".", "?", "。", "？", "؟")
    texts = {key: words for key, words in ALL.items() if words["en"].endswith(ends)}
    printed = {condition.condition_id for condition in REGISTER.conditions} if tag == "zh-Hans" else set()
    assert len(texts) > 140
    assert [key for key, words in texts.items() if not words[tag].endswith(ends) and key not in printed] == []


# Chinese: the words of the documents

PRINTED_DISTRICT = (*DISTRICT_OF_NAMES, "辖区策略计划")


@pytest.mark.parametrize("slip", [*SLIPS, "社区参与警务", "备选应对", "情景意识", "精神健康危机"])
def test_chinese_has_none_of_the_known_slips(slip: str) -> None:
    assert [key for key, words in ALL.items() if slip in words["zh-Hans"]] == []


def test_chinese_calls_a_district_by_one_word() -> None:
    left = {key: re.sub("|".join(PRINTED_DISTRICT), "", words["zh-Hans"]) for key, words in THEMES.items()}
    assert [key for key, text in left.items() if "辖区" in text or "分局" in text] == []


@pytest.mark.parametrize(
    ("key", "term"),
    [
        ("response_condition.definition", "社区参与式警务"),
        ("beat_integrity.name", "巡逻区完整性"),
        ("wellness_missing.definition", "安全访查"),
        ("traffic.name", "交通危险"),
        ("triage.name", "分级处理"),
        ("awareness.name", "情境意识"),
        ("feedback_mechanism.definition", "联络员"),
        ("alternate_response", "替代性响应"),
        ("formal_hand_over.name", "顺畅交接"),
    ],
)
def test_chinese_uses_the_official_terms(key: str, term: str) -> None:
    assert term in ALL[key]["zh-Hans"]


# English: for a reader of the eighth grade

AVERAGE_GRADE = 8
HIGHEST_GRADE = 12
LONG_ENOUGH = 10
"""Words from which on the formula tells something of one sentence."""
MOST_WORDS = 25
LONGEST_NAME = 10
HARD: dict[str, str] = {
    "response-1.2": "names the professions as the sheet does",
    "response-2.2": "names the professions as the sheet does",
    "response-3.2": "names the professions as the sheet does",
}


def english_sentences() -> Iterator[tuple[str, str]]:
    for key, words in ALL.items():
        yield from ((key, sentence) for sentence in split_sentences(words["en"]))


@pytest.mark.parametrize("texts", [THEMES, QUESTIONS, REST], ids=["themes", "questions", "rest"])
def test_english_reads_at_the_eighth_grade(texts: dict[str, dict[str, str]]) -> None:
    spoken = [
        sentence
        for key, words in texts.items()
        for sentence in split_sentences(words["en"])
        if key not in HARD and sentence.endswith((".", "?"))
    ]
    assert rate_grade(spoken) <= AVERAGE_GRADE


def test_no_english_sentence_is_hard() -> None:
    long = [(key, text) for key, text in english_sentences() if len(WORD.findall(text)) >= LONG_ENOUGH]
    assert len(long) > 60
    hard = {key: (round(rate_grade([text]), 1), text) for key, text in long if rate_grade([text]) > HIGHEST_GRADE}
    assert {key: told for key, told in hard.items() if key not in HARD} == {}
    assert set(HARD) <= set(hard), "an exception that is no longer needed"


def test_definitions_and_names_are_short() -> None:
    lengths = {key: len(WORD.findall(words["en"])) for key, words in THEMES.items()}
    assert {key: n for key, n in lengths.items() if n > (LONGEST_NAME if key.endswith(".name") else MOST_WORDS)} == {}

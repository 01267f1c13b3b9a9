"""What the report may not say, in any language, and how plainly it says the rest in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from district_reports.render.i18n import Words, load_words
from district_reports.render.view import Section, Table
from district_reports.settings import find_asset, load_settings
from tests.clearance_words import CLEARANCE, MAY_SAY, find_clearance, find_misplaced, find_rendered
from tests.reading import WORD, count_syllables, rate_grade, split_sentences

SETTINGS = load_settings({})
WORDS = load_words(SETTINGS.languages, find_asset("templates", "locale"))

# An arrest is not a clearance: where the report speaks of arrests, no word may sound as if a case were closed.

ABOUT_ARRESTS = re.compile(r"arrests\.|metric\.arrest|method\.arrests|outcomes\.(?!rung\.cleared_)|fears\.")
SEEDED = {
    "en": [
        "{share} of every 100 were cleared.",
        "How many cases were solved?",
        "The case is closed.",
        "The clearance rate of {months}.",
    ],
    "es": [
        "{share} de cada 100 casos resueltos.",
        "Los casos esclarecidos.",
        "Casos aclarados hasta ahora.",
        "El caso está cerrado.",
    ],
    "zh-Hans": ["每100起中有{share}起已破案。", "有{n}起已结案。", "案件已侦破。", "案件告破。"],
    "ar": ["حُلّت {share} من كل 100 قضية.", "جرى حلّ القضايا.", "كُشف عن القضية.", "أُغلقت القضية.", "وإغلاق القضايا"],
}
"""At least one of each kind must be found, or the lint would prove nothing."""


def test_there_is_a_list_of_words_for_each_language() -> None:
    assert set(CLEARANCE) == set(SEEDED) == set(WORDS)


@pytest.mark.parametrize("tag", WORDS)
def test_arrests_are_never_told_as_cleared_or_solved(tag: str) -> None:
    about = {key: forms for key, forms in WORDS[tag].forms.items() if ABOUT_ARRESTS.match(key)}
    assert len(about) >= 6 + len(SETTINGS.report.arrest_shares)
    found = {key: find_clearance(tag, " ".join(forms)) for key, forms in about.items()}
    assert {key: words for key, words in found.items() if words} == {}


@pytest.mark.parametrize("tag", WORDS)
def test_only_what_the_police_publish_may_be_told_as_cleared(tag: str) -> None:
    """In the whole catalogue the words stand only where no number counted from arrests can reach."""
    assert find_misplaced(tag, WORDS[tag].forms) == {}
    assert not [key for key in WORDS[tag].forms if MAY_SAY.fullmatch(key) and ABOUT_ARRESTS.match(key)]


each_seed = pytest.mark.parametrize(
    ("tag", "sentence"), [(tag, text) for tag, texts in SEEDED.items() for text in texts]
)
SEEDED_KEYS = (
    "arrests.share",
    "metric.arrest_share_all",
    "metric.arrest_within_90_violent",
    "outcomes.rung.arrest_365",
    "outcomes.cell.share",
    "outcomes.median",
    "complaints.force",
    "court.rung.disposed",
    "direction.similar",
)


@each_seed
def test_a_bad_sentence_planted_in_a_catalogue_is_found_wherever_it_stands(tag: str, sentence: str) -> None:
    for key in SEEDED_KEYS:
        assert set(find_misplaced(tag, {**WORDS[tag].forms, key: (sentence,)})) == {key}


@each_seed
def test_a_bad_sentence_on_a_part_about_arrests_is_found(tag: str, sentence: str) -> None:
    """Also where it is one word longer than a sentence that may say it."""
    forms = WORDS[tag].forms
    allowed = forms["outcomes.rung.cleared_by_arrest"][0]
    point = sentence.replace("{share}", "12").replace("{n}", "12").replace("{months}", "2026")
    assert find_rendered(tag, Section(section_id="a", question="?", answer="", points=(point,)), forms) == [point]
    joined = f"{allowed} 12"
    table = Table(caption="", head=("", ""), rows=((allowed, joined),))
    assert find_rendered(tag, Section(section_id="a", question="?", answer="", tables=(table,)), forms) == [joined]


@each_seed
def test_a_seeded_sentence_of_clearance_is_found(tag: str, sentence: str) -> None:
    assert find_clearance(tag, sentence)


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("en", "Arrests can come months after an incident."),
        ("en", "The nuclear plant disclosed nothing."),
        ("es", "Un arresto no es una condena."),
        ("zh-Hans", "逮捕不等于定罪，也不说明案件最后的结果。"),
        ("ar", "التوقيف ليس إدانة في المنطقة المحلية، ولا يدل على مرحلة القضية."),
    ],
)
def test_other_words_about_arrests_pass(tag: str, sentence: str) -> None:
    assert find_clearance(tag, sentence) == []


# Chinese: the words of the city's own documents

SLIPS = {
    "健康检查": "reads as a medical check-up; a wellness check is 安全访查",
    "降级": "reads as a demotion; to calm a situation is 缓和局势",
    "辖区完整性": "says district; a beat is 巡逻区",
    "响应人员": "was printed once for people who were asked; they are 受访者",
    "巡区": "one of two words for a beat; the report uses 巡逻区",
    "区委员": "reads as a Party committee member; a councillor is 辖区议员",
}
DISTRICT_OF_NAMES = ("辖区状况", "辖区议会", "辖区议员")
"""Names in which a district is 辖区; everywhere else it is 警区."""


@pytest.fixture
def chinese() -> Words:
    return WORDS["zh-Hans"]


@pytest.mark.parametrize(
    ("key", "term"),
    [
        ("report.name", "“辖区状况”报告"),
        ("report.name_city", "“城市状况”报告"),
        ("table.district", "警区"),
        ("table.beat", "巡逻区"),
    ],
)
def test_chinese_names_are_the_official_ones(chinese: Words, key: str, term: str) -> None:
    assert chinese.forms[key] == (term,)


@pytest.mark.parametrize(
    ("key", "term"),
    [
        ("place.district", "警区"),
        ("places.subtitle.beats", "巡逻区"),
        ("places.title.beats", "巡逻区"),
        ("places.title.districts", "警区"),
        ("arrests.question", "逮捕"),
        ("contact.commission.label", "辖区议会"),
        ("contact.commission.detail", "社区公共安全与问责委员会"),
    ],
)
def test_chinese_sentences_use_the_official_terms(chinese: Words, key: str, term: str) -> None:
    assert all(term in form for form in chinese.forms[key])


@pytest.mark.parametrize("slip", SLIPS)
def test_chinese_has_none_of_the_known_slips(chinese: Words, slip: str) -> None:
    assert [key for key, forms in chinese.forms.items() if any(slip in form for form in forms)] == []


def test_chinese_calls_a_district_by_one_word(chinese: Words) -> None:
    left = {key: re.sub("|".join(DISTRICT_OF_NAMES), "", " ".join(forms)) for key, forms in chinese.forms.items()}
    assert [key for key, text in left.items() if "辖区" in text or "分区" in text] == []


# English: for a reader of the eighth grade

AVERAGE_GRADE = 8
HIGHEST_GRADE = 12
LONG_ENOUGH = 10
"""Words from which on the formula tells something of one sentence: in a shorter one a single long word decides."""
LONGEST = 30
HARD = {
    "trend.incidents_violent.note": "names the five offences as the law does, the two strange ones with their meaning"
}
FILLED = {"place": "District 7", "metric": "Thefts", "what": "Thefts", "items": "Thefts", "names": "Name"}
FILLED |= dict.fromkeys(["months", "now_months", "max_months", "min_months"], "July to September")
FILLED |= {"report": "Report", "title": "Crimes", "producer": "Police", "license": "None", "part": "Noon"}


def english_sentences() -> Iterator[tuple[str, str]]:
    """Return each key with each of its sentences, common values filled in."""
    for key, forms in WORDS["en"].forms.items():
        text = re.sub(r"\{(\w+)\}", lambda match: FILLED.get(match[1], "12"), forms[-1])
        yield from ((key, sentence) for sentence in split_sentences(text))


def test_the_english_catalogue_reads_at_the_eighth_grade() -> None:
    assert rate_grade([sentence for _, sentence in english_sentences()]) <= AVERAGE_GRADE
    whole = [sentence for _, sentence in english_sentences() if sentence.endswith((".", "?"))]
    grades = [rate_grade([sentence]) for sentence in whole]
    assert sum(grades) / len(grades) <= AVERAGE_GRADE


def test_no_english_sentence_is_hard() -> None:
    long = [(key, text) for key, text in english_sentences() if len(WORD.findall(text)) >= LONG_ENOUGH]
    assert len(long) > 60
    hard = {key: text for key, text in long if rate_grade([text]) > HIGHEST_GRADE}
    assert {key: text for key, text in hard.items() if key not in HARD} == {}
    assert set(HARD) <= set(hard), "an exception that is no longer needed"
    assert [text for _, text in long if len(WORD.findall(text)) > LONGEST] == []


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        *[("a", 1), ("changed", 1), ("reported", 3), ("violent", 3), ("incident", 3), ("area", 3), ("quarter", 2)],
        *[("table", 2), ("places", 2), ("police", 2), ("beats", 1), ("property", 3), ("usual", 3), ("being", 2)],
        *[("serious", 3), ("accountability", 6), ("people", 2), ("homicides", 3), ("compared", 2), ("2018", 1)],
    ],
)
def test_syllables_are_counted(word: str, syllables: int) -> None:
    assert count_syllables(word) == syllables


@pytest.mark.parametrize(
    ("sentence", "low", "high"),
    [
        # By hand: 6 words, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59 = -1.45.
        ("The cat sat on the mat.", -1.46, -1.44),
        # 13 words, 24 syllables: 11.3; the rule may miss one.
        ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 10.0, 14.0),
        ("Notwithstanding the aforementioned considerations, applicability remains indeterminate.", 20.0, 60.0),
    ],
)
def test_known_sentences_have_their_grade(sentence: str, low: float, high: float) -> None:
    assert low <= rate_grade([sentence]) <= high


def test_sentences_are_told_apart() -> None:
    assert split_sentences("At 6 p.m. it rained. Why? “No” was said. 12 went.") == [
        "At 6 evening it rained.",
        "Why?",
        "“No” was said.",
        "12 went.",
    ]

"""One number, one value, in every form of an edition, read back from each file in every language.

Three proofs, for the web page, print, slides, handout, papers, e-mail, text message, script, card and open data. Two
hundred numbers of each language, drawn at random, are the same wherever they stand. Every number that a further form
tells is told of the same thing as in the dossier, or in a line that stands in the report word for word. And whatever
number of a form is changed, one of these finds it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import lxml.html
import pytest

from district_reports.model import Summary
from district_reports.render.email import UNSUBSCRIBE_MARK
from tests.format_checks import CHECKS, problems_of_row, strays_on_paper
from tests.formats import Edition, Key, Printed, agrees, both_numbers, facts_after, has_number, list_web
from tests.printed import LANGUAGES, NUMBER, PLACES
from tests.unit.render.dossiers import shipped

pytestmark = pytest.mark.slow
each_language = pytest.mark.parametrize("tag", LANGUAGES)
each_place = pytest.mark.parametrize("place", PLACES)
DRAWN = 200
SEED = 20260930
ON_PAPER = ("report.pdf", "slides.pdf", "handout.pdf")
"""The report in print, and what has all key facts of it."""
PAPERS = ("slides.pdf", "handout.pdf", "meeting.pdf")


@cache
def edition_of(release: Path, place: str, tag: str) -> Edition:
    return Edition(release, place, tag, shipped())


@pytest.fixture
def edition(sample_release: Path, place: str, tag: str) -> Edition:
    return edition_of(sample_release, place, tag)


# Two hundred numbers


Told = dict[tuple[str, str], float]
"""Numbers of a short form by metric and quarter."""


def read_lines(edition: Edition, text: str) -> Told:
    """Return the key facts of a text by their labels: the first number is that of now, the second the year before's."""
    told: Told = {}
    for fact, words in facts_after(edition, text):
        for measure, number in zip((fact.now, fact.year_before), edition.numbers(words), strict=False):
            told[measure.metric_id, measure.quarter] = number
    return told


def part_of(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def read_mail(edition: Edition) -> Told:
    labels = edition.words
    text = "\n".join(map(str, lxml.html.fromstring(edition.read("email.html")).itertext()))
    return read_lines(edition, part_of(text, labels.text("label.key_facts"), labels.text("channels.email.changed")))


def read_plain_mail(edition: Edition) -> Told:
    start, end = edition.words.text("label.key_facts"), edition.words.text("channels.email.changed")
    return read_lines(edition, part_of(edition.read("email.txt"), start, end))


def read_message(edition: Edition) -> Told:
    return read_lines(edition, re.sub(r"https?://\S+", " ", edition.read("sms.txt")))


def read_card(edition: Edition) -> Told:
    return read_lines(edition, edition.read("card.txt"))


def read_summary(edition: Edition) -> Told:
    summary = Summary.model_validate_json(edition.read("summary.json"))
    return read_lines(edition, "\n".join(summary.key_facts))


def read_script(edition: Edition) -> Told:
    return read_lines(edition, edition.read("script.txt").rpartition("\n\n")[0])


SHORT: dict[str, Callable[[Edition], Told]] = {
    "email.html": read_mail,
    "email.txt": read_plain_mail,
    "sms.txt": read_message,
    "card.txt": read_card,
    "summary.json": read_summary,
    "script.txt": read_script,
}


@each_language
@each_place
def test_two_hundred_random_numbers_of_a_language_are_the_same_in_every_form(edition: Edition) -> None:
    """Half of them are drawn from each place."""
    web, measures, rows, objects = list_web(edition), edition.measures(), edition.rows(), edition.objects()
    short = {name: read(edition) for name, read in SHORT.items()}
    papers = {name: edition.paper(name) for name in ON_PAPER}
    known = sorted(key for key in web if measures[key].value is not None)
    seen: Counter[str] = Counter()
    for key in random.Random(SEED).sample(known, DRAWN // len(PLACES)):
        value = measures[key].value
        assert value is not None
        assert problems_of_row(value, rows[key]["value"], objects[key]["value"]) == [], key
        for printed in web[key]:
            assert agrees(edition, printed, value), (key, printed)
            seen["report.html"] += 1
        seen.update(require_on_paper(edition, key, web[key], papers))
        for name, told in short.items():
            if key[1:] in told:
                assert told[key[1:]] == value, (name, key)
                seen[name] += 1
    assert seen["report.html"] >= DRAWN // len(PLACES)
    assert seen["report.pdf"] >= 20
    for name in ("slides.pdf", "handout.pdf", "email.html", "email.txt", "summary.json"):
        assert seen[name] >= 4, name


def require_on_paper(
    edition: Edition, key: Key, printed: list[Printed], papers: dict[str, Counter[float]]
) -> Counter[str]:
    """Return which PDFs were asked for a number: print for all but what it leaves to the web, all for key facts."""
    facts = {each.metric_id for each in edition.dossier.key_facts}
    seen: Counter[str] = Counter()
    for each in printed:
        if not each.is_on_paper:
            continue
        number = edition.numbers(each.text)[each.at]
        for name in ON_PAPER if key[1] in facts else ON_PAPER[:1]:
            assert papers[name][number], (name, key, number)
            seen[name] += 1
    return seen


@each_language
@each_place
def test_open_data_has_the_dossier_and_no_other_number(edition: Edition) -> None:
    rows, objects, measures = edition.rows(), edition.objects(), edition.measures()
    assert set(rows) == set(objects) == set(measures)
    for key, measure in measures.items():
        assert problems_of_row(measure.value, rows[key]["value"], objects[key]["value"]) == []
        for name in ("numerator", "denominator"):
            count = getattr(measure, name)
            assert problems_of_row(count, rows[key][name], objects[key][name]) == []


@each_language
@each_place
def test_a_cell_without_a_number_is_one_without_a_value_in_the_open_data(edition: Edition) -> None:
    rows = edition.rows()
    for key, printed in list_web(edition).items():
        for each in printed:
            assert bool(rows[key]["value"]) is has_number(each.text), (key, each)


# Every number of the further forms


@each_language
@each_place
@pytest.mark.parametrize("name", CHECKS)
def test_every_number_of_a_short_form_is_the_dossiers(edition: Edition, name: str) -> None:
    text = edition.read(name).replace(UNSUBSCRIBE_MARK, "")
    assert len(NUMBER.findall(text)) >= 2
    assert CHECKS[name](edition, text) == []


@each_language
@each_place
@pytest.mark.parametrize("name", PAPERS)
def test_every_number_of_a_paper_stands_in_the_report(edition: Edition, name: str) -> None:
    numbers = edition.paper(name)
    assert numbers.total() > 10
    assert strays_on_paper(edition, numbers) == []
    # A number of its own is found.
    assert strays_on_paper(edition, numbers + Counter([987654.0])) == [987654.0]


@each_language
@each_place
def test_slides_and_handout_have_every_key_fact(edition: Edition) -> None:
    needed = Counter(number for fact in edition.dossier.key_facts for number in both_numbers(fact))
    for name in ("slides.pdf", "handout.pdf"):
        assert not needed - edition.paper(name), name


# Tests of the tests: a wrong number is found wherever it is planted


SHOWN = re.compile(r">[^<>]*<")
"""What an HTML file shows: styles have numbers too."""
CODE = re.compile(r'"(place|quarter|language|blocks)":("|\[[^:]*)[^":]*$')
"""Ends before a code of the summary."""


def plant(text: str, found: re.Match[str]) -> str:
    """Return the text with the last digit of one number changed."""
    wrong = f"{found[0][:-1]}{(int(found[0][-1]) + 1) % 10}"
    return text[: found.start()] + wrong + text[found.end() :]


def is_shown(name: str, text: str, found: re.Match[str]) -> bool:
    """Return whether readers see a number, and it is no code of the file's own."""
    if name == "email.html":
        return any(shown.start() < found.start() < shown.end() for shown in SHOWN.finditer(text))
    return name != "summary.json" or not CODE.search(text[: found.start()])


@each_language
@pytest.mark.parametrize("place", PLACES[:1])
@pytest.mark.parametrize("name", CHECKS)
def test_a_planted_number_is_found_wherever_it_stands(edition: Edition, name: str) -> None:
    text = edition.read(name).replace(UNSUBSCRIBE_MARK, "")
    spots = [found for found in NUMBER.finditer(text) if is_shown(name, text, found)]
    assert len(spots) >= 2
    missed = [found for found in spots if not CHECKS[name](edition, plant(text, found))]
    assert [text[max(0, found.start() - 40) : found.end() + 20] for found in missed] == []


@each_language
@pytest.mark.parametrize("place", PLACES[:1])
def test_a_planted_row_of_the_open_data_is_found(edition: Edition) -> None:
    rows, measures, web = edition.rows(), edition.measures(), list_web(edition)
    known = sorted(key for key in web if measures[key].value is not None)
    for key in random.Random(SEED).sample(known, 20):
        value = measures[key].value
        assert value is not None
        cell = rows[key]["value"]
        assert problems_of_row(value, str(float(cell) + 0.001), value) != []
        assert problems_of_row(value, cell, value + 0.001) != []
        for printed in web[key]:
            # By one of the last digit that is printed.
            assert not agrees(edition, printed, value + 10**-printed.digits / printed.scale), (key, printed)

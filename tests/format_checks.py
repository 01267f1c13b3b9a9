"""What a form of an edition tells otherwise than its dossier and its report: a function for each, empty if all agrees.

A number is right beside the name of what it counts and nowhere else. A line with any other number must stand in the
report, word for word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import lxml.html

from district_reports.model import Summary
from district_reports.render.edge import plain
from tests.formats import (
    SEAM,
    Edition,
    both_numbers,
    expected_mean,
    expected_numbers,
    facts_after,
    has_number,
    squeeze,
    stands_in,
)

ADDRESS = re.compile(r"https?://\S+")
QUOTED = re.compile("[“«](.+?)…?[”»]")


def check_mail(edition: Edition, text: str) -> list[str]:
    """Check `email.txt`."""
    lines = [re.sub(r"^(== |- |\*\*\* )|( ==| \*\*\*)$", "", line).strip() for line in text.splitlines()]
    return check_lines(edition, [line for line in lines if line])


def check_html_mail(edition: Edition, source: str) -> list[str]:
    """Check what `email.html` shows, and where its links lead."""
    page: Any = lxml.html.fromstring(source)
    problems = []
    for link in page.xpath("//a"):
        href, shown = link.get("href"), link.text_content()
        is_dialled = href.startswith("tel:") and re.sub(r"\D", "", shown) == re.sub(r"\D", "", href)
        problems += [] if is_dialled or href == edition.url else [href]
    title = squeeze(page.xpath("//title")[0].text_content())
    problems += [] if title == edition.title else [title]
    return problems + check_lines(edition, list(shown_lines(page)))


def shown_lines(page: Any) -> Iterator[str]:
    """Yield an e-mail's lines as they are shown."""
    for element in page.xpath("//body//*[self::td or self::div or self::h1 or self::h2 or self::br]"):
        element.tail = "\n" + (element.tail or "")
        element.text = "\n" + (element.text or "")
    yield from filter(None, (line.strip() for line in page.xpath("//body")[0].text_content().splitlines()))


def check_lines(edition: Edition, lines: Sequence[str]) -> list[str]:
    """Check the lines of an e-mail: the key facts between their heading and their note, then all others."""
    bare, words = [squeeze(plain(line)) for line in lines], edition.words
    start, end = (squeeze(plain(words.text(key))) for key in ("label.key_facts", "key_facts.note"))
    if bare.count(start) != 1 or bare.count(end) != 1:
        return ["no key facts"]
    first, last = bare.index(start), bare.index(end)
    problems = check_facts(edition, "\n".join(lines[first + 1 : last]), len(edition.dossier.key_facts), has_mean=True)
    on_the_list = words.text("channels.email.list", place=edition.sheet.place)
    allowed = {squeeze(edition.url), squeeze(plain(on_the_list))}
    for line in (*bare[:first], *bare[last + 1 :]):
        # A contact's name and its number stand on one line of the e-mail, on two of the report.
        pieces = line.split("·") if not stands_in(line, edition.report) else [line]
        if line not in allowed and not all(stands_in(piece, edition.report) for piece in pieces if has_number(piece)):
            problems.append(line)
    return problems + check_contacts(edition, "\n".join(lines[last + 1 :]))


def check_contacts(edition: Edition, text: str) -> list[str]:
    """Return which services have another number beside their name than in the report."""
    # On one line, or on two.
    bare = SEAM.join(squeeze(plain(line)) for line in text.splitlines())
    return [
        label
        for label, number in edition.contacts
        if not any(stands_in(f"{label}{between}{number}", bare) for between in ("·", SEAM))
    ]


def check_facts(edition: Edition, text: str, count: int, *, has_mean: bool = False) -> list[str]:
    """Return which key facts of a text have other numbers than theirs, or that there are not so many."""
    told = list(facts_after(edition, text))
    problems = [] if len(told) == count else [f"{len(told)} key facts, expected {count}"]
    for fact, words in told:
        expected = expected_numbers(fact) + (expected_mean(fact) if has_mean else [])
        if sorted(edition.numbers(words)) != sorted(expected):
            problems.append(f"{fact.metric_id}: {words}, expected {expected}")
    return problems


def check_card(edition: Edition, text: str) -> list[str]:
    """Check `card.txt`."""
    sheet, shown = edition.sheet, edition.url.removeprefix("https://").rstrip("/")
    rest, problems = text, []
    for piece in (shown, plain(sheet.place), sheet.months):
        problems += [] if rest.count(piece) == 1 else [f"expected {piece} once"]
        rest = rest.replace(piece, "")
    before = before_facts(edition, rest)
    problems += [f"begins {before}"] if has_number(before) else []
    return problems + check_facts(edition, rest, 3)


def check_message(edition: Edition, text: str) -> list[str]:
    """Check `sms.txt`: place and months, then facts: each number of now, perhaps with the year before."""
    problems = [] if ADDRESS.findall(text) == [edition.url] else ["another address"]
    rest, sheet = ADDRESS.sub(" ", text), edition.sheet
    # The name in brackets has no number, and no room.
    place = re.split("[(（]", plain(sheet.place))[0]
    expected = [*edition.numbers(place), *edition.numbers(sheet.months)]
    before = before_facts(edition, rest)
    problems += [] if edition.numbers(before) == expected else [f"begins {before}"]
    told = list(facts_after(edition, rest))
    problems += [] if told else ["no number at all"]
    return problems + [words for fact, words in told if not is_of(edition, fact, words)]


def check_script(edition: Edition, text: str) -> list[str]:
    """Check `script.txt`: a paragraph is of the report, on a key fact, or names a place, months or a meeting's day."""
    return [each for each in text.split("\n\n") if has_number(each) and not is_sound(edition, each)]


def is_sound(edition: Edition, paragraph: str) -> bool:
    if stands_in(squeeze(plain(paragraph)), edition.report):
        return True
    told = list(facts_after(edition, paragraph))
    if told:
        return len(told) == 1 and is_of(edition, *told[0]) and not has_number(before_facts(edition, paragraph))
    rest, sheet, words = paragraph, edition.sheet, edition.words
    meetings = edition.dossier.taking_part.meetings if edition.dossier.taking_part is not None else ()
    names = [plain(sheet.place), sheet.months, words.month(sheet.quarter.months[2])]
    names += [words.day(meeting.date) for meeting in meetings]
    names += [quoted for quoted in QUOTED.findall(paragraph) if squeeze(quoted) in edition.report]
    for name in names:
        rest = rest.replace(name, "")
    return not has_number(rest)


def is_of(edition: Edition, fact: Any, words: str) -> bool:
    """Return whether the numbers of words are those of a key fact: of now, or of now and the year before."""
    return edition.numbers(words) in (both_numbers(fact), both_numbers(fact)[:1])


def before_facts(edition: Edition, text: str) -> str:
    """Return what stands before the first name of a key fact."""
    bare = squeeze(text)
    labels = [label for fact in edition.dossier.key_facts if (label := edition.name(fact.metric_id)) in bare]
    return bare[: min((bare.index(label) for label in labels), default=len(bare))]


def check_summary(edition: Edition, text: str) -> list[str]:
    """Check `summary.json`."""
    summary = Summary.model_validate_json(text)
    whole = [summary.title, summary.edition_line, summary.dates_line, summary.months, summary.place_name]
    whole += [*summary.corrections, *(heading for _, heading in summary.blocks)]
    # A request's status stands in front of it, as in no line of the report.
    whole += ["".join(QUOTED.findall(line)) or line for line in summary.changed]
    problems = [line for line in whole if has_number(line) and not stands_in(squeeze(plain(line)), edition.report)]
    problems += [] if squeeze(plain(summary.document_title)) == edition.title else [summary.document_title]
    problems += check_facts(edition, "\n".join(summary.key_facts), len(edition.dossier.key_facts))
    return problems + check_card(edition, summary.card_alt)


CHECKS: dict[str, Callable[[Edition, str], list[str]]] = {
    "email.txt": check_mail,
    "email.html": check_html_mail,
    "card.txt": check_card,
    "sms.txt": check_message,
    "script.txt": check_script,
    "summary.json": check_summary,
}


def strays_on_paper(edition: Edition, numbers: Counter[float]) -> list[float]:
    """Return numbers of a PDF that stand neither on the web page nor in its address, and are no numbers of pages."""
    shown = edition.page().xpath("//text()[not(ancestor::style)]")
    web = edition.numbers(" ".join(shown))
    return sorted(set(numbers) - {*web, *edition.numbers(edition.url), *map(float, range(1, 21))})


def problems_of_row(value: float | None, cell: str, item: float | None) -> list[str]:
    """Return where a row of the open data has another value than its measure."""
    found = [] if (float(cell) if cell else None) == value else [f"data.csv: {cell}, expected {value}"]
    return found if item == value else [*found, f"data.json: {item}, expected {value}"]

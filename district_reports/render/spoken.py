"""Words that people said, as a page shows them: in its own language, or in theirs and marked as such.

Belongs here: which language's words stand, how many people may be told of, and which number stands beside a theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from district_reports.model import Comparison, Text, Theme
from district_reports.render.sheet import Sheet
from district_reports.render.view import Card, Quote, Said, Section

PARTS_OF_METRICS = (
    ("arrest_within_", "outcomes.question"),
    ("days_to_arrest_", "outcomes.question"),
    ("complaint_", "complaints.question"),
    ("force_", "force.question"),
    ("rate_", "rates.question"),
    ("requests_", "requests.question"),
    ("trust_", "trust.question"),
    ("safety_", "trust.question"),
    ("incidents_by_community", "communities.question"),
    ("loop_", "loop.question"),
)
"""How the ids of metrics without a name of their own begin, and the heading of the part that shows them."""


def say(sheet: Sheet, text: Text) -> Said:
    """Return a person's words in the page's language; where nobody has translated them, as they were written."""
    words = sheet.words
    tag = words.language.tag
    own = text.text if tag == text.language else text.translations.get(tag)
    if own:
        return Said(text=words.name(own))
    return Said(text=words.name(text.text), lang=text.language)


def say_by_tag(sheet: Sheet, texts: Mapping[str, str]) -> Said:
    """Return words that are kept by language in the page's language, else in the city's first that has them.

    Raises:
        KeyError: If no language of the city has them.
    """
    own = sheet.words.language.tag
    tags = (own, *(language.tag for language in sheet.settings.languages))
    tag = next((tag for tag in tags if texts.get(tag)), None)
    if tag is None:
        raise KeyError(f"expected words in one of {', '.join(tags[1:])}, got {', '.join(sorted(texts)) or 'none'}")
    return Said(text=sheet.words.name(texts[tag]), lang="" if tag == own else tag)


def notice_originals(sheet: Sheet, said: Iterable[Said]) -> tuple[str, ...]:
    """Return the sentence that some words stand in another language than the page's, where some do."""
    return (sheet.words.text("heard.original"),) if any(each.lang for each in said) else ()


def list_said(cards: Iterable[Card], quotes: Iterable[Quote] = ()) -> Iterator[Said]:
    """Return all words of people in cards and quotes."""
    for card in cards:
        yield card.title
        yield from (line.said for line in card.lines)
    yield from (quote.said for quote in quotes)


def list_said_in(parts: Iterable[Section]) -> Iterator[Said]:
    """Return all words of people in the cards and quotes of parts."""
    for part in parts:
        yield from list_said(part.cards, part.quotes)


def count_people(sheet: Sheet, people: int | None, floor: int) -> str:
    """Return a number of people as printed: under the floor it is never counted out."""
    if people is None or people < floor:
        return sheet.words.text("heard.under_floor", floor=sheet.words.number(floor))
    return sheet.words.number(people)


def tell_number(sheet: Sheet, metric_id: str) -> str:
    """Return the number of this report that stands beside words: its name and value, or the part that shows it.

    Raises:
        TranslationError: If it has no name, and no part is known to show it.
    """
    words = sheet.words
    part = next((question for start, question in PARTS_OF_METRICS if metric_id.startswith(start)), None)
    if part is not None and not words.forms.get(f"metric.{metric_id}"):
        return words.text("heard.see_part", part=words.text(part))
    found = next((each for each in _comparisons(sheet) if each.metric_id == metric_id), None)
    if found is None or found.now.unit == "share":
        return sheet.metric_name(metric_id)
    return words.text(
        "heard.beside",
        metric=sheet.metric_name(metric_id),
        now=sheet.count(found.now),
        before=sheet.count(found.year_before),
    )


def name_theme(sheet: Sheet, theme: Theme) -> str:
    """Return a theme's name."""
    return say_by_tag(sheet, theme.names).text


def tell_beside(sheet: Sheet, theme: Theme) -> str:
    """Return the number of this report that belongs to a theme, or that there is none."""
    return tell_number(sheet, theme.measure_id) if theme.measure_id else sheet.words.text("heard.no_number")


def _comparisons(sheet: Sheet) -> Iterator[Comparison]:
    dossier = sheet.dossier
    yield from dossier.key_facts
    yield from dossier.offences
    for block in dossier.blocks:
        yield from block.comparisons

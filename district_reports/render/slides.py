"""Slides for a meeting, one idea a slide, and notes for whoever speaks, on sheets of their own after them.

What belongs here: which slides there are, in which order, and what is said with each. What does not: wording, and how
many points a slide has room for (`templates/print/slides.typ`, which leaves out the last ones first).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from district_reports.model import Record
from district_reports.render.closing import ON_REPORT, PARTS
from district_reports.render.kit_parts import (
    Furniture,
    Gathering,
    Item,
    Way,
    cut,
    find_section,
    find_trends,
    find_way,
    furnish,
    list_gatherings,
    list_items,
    name_gatherings,
    tell_originals,
)
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import say_by_tag
from district_reports.render.view import ContactLine, KeyFact, Page, Section

MOST_ITEMS: Final = 3
MOST_MEETINGS: Final = 3
MOST_THEMES: Final = 4
SIDES_OF_NOTES: Final = 3
"""Sheets of notes after the slides, one side each; the template deals the notes out to them."""

Kind = Literal["title", "facts", "chart", "pairs", "items", "points", "contacts", "part", "sources"]


class Pair(Record):
    """A question and its answer."""

    question: str
    answer: str


class Slide(Record):
    """A slide, and what is said with it."""

    kind: Kind
    title: str
    """A finding, or the question that the slide answers."""
    question: str = ""
    """That a finding answers; above it."""
    lead: str = ""
    kept: tuple[str, ...] = ()
    """Sentences that stand together or not at all, such as the sides of a mixed view; before the points."""
    points_heading: str = ""
    points: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    items: tuple[Item, ...] = ()
    facts: tuple[KeyFact, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    gatherings: tuple[Gathering, ...] = ()
    gatherings_heading: str = ""
    figure_id: str = ""
    alt: str = ""
    source: str = ""
    notes: tuple[str, ...]


class Deck(Record):
    """The slides of one place: everything their template sets."""

    furniture: Furniture
    slides: tuple[Slide, ...]
    way: Way
    more: str
    """Stands where a slide had no room for all points."""
    notes_title: str
    notes_intro: str


def build_deck(sheet: Sheet, page: Page) -> Deck:
    """Return the slides of a page."""
    words = sheet.words
    return Deck(
        furniture=furnish(page, words.text("kit.slides.title", place=sheet.place, months=sheet.months)),
        slides=tuple(_slides(sheet, page)),
        way=find_way(sheet),
        more=words.text("kit.more"),
        notes_title=words.text("kit.slides.notes"),
        notes_intro=words.text("kit.slides.notes_intro"),
    )


def _slides(sheet: Sheet, page: Page) -> Iterator[Slide]:
    """Yield the slides in the resident's order; one whose part the report does not have is left out."""
    yield _opening(sheet, page)
    yield _key_facts(page)
    yield from _trends(sheet, page)
    yield _pictures(sheet, page)
    if page.loop is not None:
        yield _asked(sheet, page.loop)
        yield _changed(sheet, page, page.loop)
    if page.heard is not None:
        yield _heard(page.heard)
    yield _contacts(sheet, page)
    if page.closing is not None:
        yield _questions(sheet, page.closing)
    if page.take_part is not None:
        yield _take_part(page, page.take_part)
    yield _sources(page)


def _opening(sheet: Sheet, page: Page) -> Slide:
    start = sheet.words.text("kit.slides.start", publisher=sheet.words.name(page.publisher))
    return Slide(kind="title", title=page.title, notes=(start, page.limits.points[0]))


def _key_facts(page: Page) -> Slide:
    chance = page.limits.points[4:5]
    notes = (page.key_facts_note, *chance, *page.corrections)
    return Slide(kind="facts", title=page.labels.key_facts, facts=page.key_facts, notes=notes)


def _trends(sheet: Sheet, page: Page) -> Iterator[Slide]:
    for number, (section, figure) in enumerate(find_trends(page)):
        first = (sheet.words.text("kit.slides.look"),) if number == 0 else ()
        yield Slide(
            kind="chart",
            question=section.question,
            title=figure.title,
            points=(figure.subtitle,),
            figure_id=figure.figure_id,
            alt=figure.alt,
            source=figure.source,
            notes=(*first, figure.alt, *figure.notes),
        )


def _pictures(sheet: Sheet, page: Page) -> Slide:
    """Return what, when and where, each in a sentence: their pictures are too fine for a wall."""
    found = [section for name in ("kinds", "hours", "places") if (section := find_section(page, name)) is not None]
    figures = [(section, section.figures[0]) for section in found if section.figures]
    return Slide(
        kind="pairs",
        title=sheet.words.text("kit.slides.when_where"),
        pairs=tuple(Pair(question=section.question, answer=figure.title) for section, figure in figures),
        source=figures[0][1].source if figures else "",
        notes=tuple(note for section, figure in figures for note in (section.answer, figure.subtitle) if note),
    )


def _asked(sheet: Sheet, loop: Section) -> Slide:
    items = list_items(sheet, loop.cards, MOST_ITEMS)
    meanings = [part for part in loop.parts if part.section_id == "loop-words"]
    notes = meanings[0].points if meanings else ()
    lead = "".join(tell_originals(sheet, items)) if items else loop.answer
    return Slide(kind="items", title=loop.question, lead=lead, items=items, notes=notes or (loop.answer,))


def _changed(sheet: Sheet, page: Page, loop: Section) -> Slide:
    """Return what came of requests since the last quarter, and what the report itself changed because of readers."""
    about = next((part for part in loop.parts if part.section_id == "loop-report"), None)
    happened = page.happened
    told = [] if happened is None else [card for part in happened.parts for card in part.cards]
    return Slide(
        kind="items",
        title=sheet.words.text("kit.slides.changed"),
        lead=loop.answer,
        points_heading="" if about is None else about.question,
        items=() if about is None else list_items(sheet, about.cards, 2),
        notes=(
            *(() if happened is None else (happened.answer,)),
            *(
                sheet.words.text("kit.slides.happened", what=cut(card.title.text), result=card.status)
                for card in told[:3]
            ),
        )
        or (loop.answer,),
    )


def _heard(heard: Section) -> Slide:
    themes = next((part for part in heard.parts if part.section_id == "heard-themes"), None)
    table = themes.tables[0] if themes is not None and themes.tables else None
    who = next((part for part in heard.parts if part.section_id == "heard-who"), None)
    rows = () if table is None or len(table.head) < 3 else table.rows[:MOST_THEMES]
    return Slide(
        kind="pairs",
        title=heard.question,
        lead=heard.answer,
        kept=heard.points,
        points_heading=table.caption if table is not None and rows else "",
        pairs=tuple(Pair(question=row[0], answer=row[1]) for row in rows),
        notes=(*heard.notices, *(who.points[:2] if who is not None else ())) or (heard.answer,),
    )


def _contacts(sheet: Sheet, page: Page) -> Slide:
    card = () if page.guide is None else (sheet.words.text("kit.slides.card"),)
    notes = (page.contacts_intro, *card)
    return Slide(kind="contacts", title=page.contacts_heading, contacts=page.contacts, notes=notes)


def _questions(sheet: Sheet, closing: Section) -> Slide:
    """Return the first question of each part of the sheet, those on the report itself last."""
    taking_part = sheet.dossier.taking_part
    questions = () if taking_part is None else taking_part.questions
    firsts = [next((each for each in questions if each.part == part), None) for part in (*PARTS, ON_REPORT)]
    said = tuple(say_by_tag(sheet, question.words).text for question in firsts if question is not None)
    notes = (sheet.words.text("kit.slides.listen"), *closing.points)
    return Slide(kind="points", title=closing.question, points=said, notes=notes)


def _take_part(page: Page, part: Section) -> Slide:
    heading, none = name_gatherings(page)
    gatherings = list_gatherings(page, MOST_MEETINGS)
    meetings = next((each for each in part.parts if each.section_id == "take-part-meetings"), None)
    return Slide(
        kind="part",
        title=part.question,
        lead=part.answer,
        gatherings_heading=heading,
        gatherings=gatherings,
        points=() if gatherings or not none else (none,),
        notes=meetings.points if meetings is not None and meetings.points else (part.answer,),
    )


def _sources(page: Page) -> Slide:
    titles = dict.fromkeys(source.title for source in page.sources)
    details = dict.fromkeys(source.detail for source in page.sources)
    return Slide(
        kind="sources",
        title=page.labels.sources_heading,
        lead=page.dates_line,
        points=tuple(titles),
        notes=(*page.limits.points[:3], *details),
    )

"""The handout: one sheet of paper, both sides, to take home from a meeting.

The numbers, one picture, three requests, whom to call, the next meetings, and the way to the whole report. What belongs
here: picking them. What does not: wording.
"""

from __future__ import annotations

from typing import Final

from district_reports.model import Record
from district_reports.render.kit_parts import (
    Furniture,
    Gathering,
    Item,
    Way,
    find_trends,
    find_way,
    furnish,
    list_gatherings,
    list_items,
    name_gatherings,
    tell_originals,
)
from district_reports.render.sheet import Sheet
from district_reports.render.view import ContactLine, KeyFact, Page

MOST_ITEMS: Final = 3
MOST_MEETINGS: Final = 3
SIDES: Final = 2


class Handout(Record):
    """A handout: everything its template sets."""

    furniture: Furniture
    title: str
    facts_heading: str
    facts: tuple[KeyFact, ...]
    facts_note: str
    question: str
    """Of the picture."""
    figure_id: str
    finding: str
    subtitle: str
    alt: str
    source: str
    corrections: tuple[str, ...]
    asked: str
    """Heading of the requests; empty without any such part."""
    asked_answer: str
    items: tuple[Item, ...]
    contacts_heading: str
    contacts_intro: str
    contacts: tuple[ContactLine, ...]
    meetings_heading: str
    meetings_answer: str
    meetings: tuple[Gathering, ...]
    way: Way
    unsure: str
    """What the numbers cannot say, in a sentence."""
    letters: tuple[int, int]
    """About how many letters each side has, from which the template foretells the size of its words."""


def build_handout(sheet: Sheet, page: Page) -> Handout:
    """Return the handout of a page."""
    section, figure = find_trends(page)[0]
    heading, none = name_gatherings(page)
    items = () if page.loop is None else list_items(sheet, page.loop.cards, MOST_ITEMS)
    asked = "" if page.loop is None else sheet.sentences(page.loop.answer, *tell_originals(sheet, items))
    meetings = list_gatherings(page, MOST_MEETINGS)
    return Handout(
        furniture=furnish(page, sheet.words.text("kit.handout.title", place=sheet.place, months=sheet.months)),
        title=page.title,
        facts_heading=page.labels.key_facts,
        facts=page.key_facts,
        facts_note=page.key_facts_note,
        question=section.question,
        figure_id=figure.figure_id,
        finding=figure.title,
        subtitle=figure.subtitle,
        alt=figure.alt,
        source=figure.source,
        corrections=page.corrections,
        asked="" if page.loop is None else page.loop.question,
        asked_answer=asked,
        items=items,
        contacts_heading=page.contacts_heading,
        contacts_intro=page.contacts_intro,
        contacts=page.contacts,
        meetings_heading=heading,
        meetings_answer=none,
        meetings=meetings,
        way=find_way(sheet),
        unsure=page.limits.points[0],
        letters=(_count_front(page), _count_back(page, asked, items, meetings)),
    )


def _count_front(page: Page) -> int:
    facts = [text for fact in page.key_facts for text in (fact.label, fact.word, *fact.compared_with)]
    # The title is larger.
    return 2 * len(page.title) + sum(map(len, (page.title, page.key_facts_note, *page.corrections, *facts)))


def _count_back(page: Page, asked: str, items: tuple[Item, ...], meetings: tuple[Gathering, ...]) -> int:
    texts = [asked, *(text for each in meetings for text in (each.what, each.when, each.where))]
    texts += [text for line in page.contacts for text in (line.label, line.detail, line.remark)]
    texts += [text for item in items for text in (item.title.text, item.line.said.text if item.line else "")]
    return sum(map(len, texts))

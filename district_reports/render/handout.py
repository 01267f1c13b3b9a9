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
)
from district_reports.render.sheet import Sheet
from district_reports.render.view import ContactLine, KeyFact, Page

MOST_ITEMS: Final = 3
MOST_MEETINGS: Final = 3


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


def build_handout(sheet: Sheet, page: Page) -> Handout:
    """Return the handout of a page."""
    section, figure = find_trends(page)[0]
    heading, none = name_gatherings(page)
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
        asked_answer="" if page.loop is None else page.loop.answer,
        items=() if page.loop is None else list_items(sheet, page.loop.cards, MOST_ITEMS),
        contacts_heading=page.contacts_heading,
        contacts_intro=page.contacts_intro,
        contacts=page.contacts,
        meetings_heading=heading,
        meetings_answer=none,
        meetings=list_gatherings(page, MOST_MEETINGS),
        way=find_way(sheet),
        unsure=page.limits.points[0],
    )

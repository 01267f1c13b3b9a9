"""The pocket card: the same guide on one sheet of paper that folds to the size of a pocket, for officers and residents.

Set by Typst in PDF/UA-1 mode, as the report is; every text comes from the page. What belongs here: picking what the
card shows, and handing it to its template. What does not: wording, and which services print.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from district_reports.config import Language
from district_reports.model import Record
from district_reports.render.guide import LISTED
from district_reports.render.pdf import clean_record
from district_reports.render.sheet import Sheet
from district_reports.render.typesetting import Typesetter
from district_reports.render.view import ContactLine, Page, Table

TEMPLATE: Final = "pocket.typ"
_TODAY = "guide-today"


class Need(Record):
    """The services of one need."""

    heading: str
    answer: str
    """Where there is none: how to find help."""
    contacts: tuple[ContactLine, ...]


class Pocket(Record):
    """A card: everything its template sets."""

    language: str
    direction: str
    region: str
    font: str
    publisher: str
    document_title: str
    report_date: str
    banners: tuple[str, ...]
    notice: str
    """That nobody has reviewed the translation, or empty."""
    title: str
    intro: str
    place: str
    dated: str
    fold: str
    danger: str
    """What to do when a life is in danger."""
    remarks: tuple[str, ...]
    """What the marks beside services mean."""
    numbers: tuple[ContactLine, ...]
    """Quick numbers."""
    calls: Table
    today: tuple[str, ...]
    """Who comes without police."""
    services: str
    others: tuple[ContactLine, ...]
    needs: tuple[Need, ...]


def build_pocket(sheet: Sheet, page: Page) -> Pocket | None:
    """Return the card of a page; None where the page has no guide."""
    guide = page.guide
    if guide is None:
        return None
    words = sheet.words
    listed = {f"guide-{heading.replace('_', '-')}" for heading in LISTED}
    return Pocket(
        language=page.language,
        direction=page.direction,
        region=page.region,
        font=page.font,
        publisher=page.publisher,
        document_title=words.text("pocket.document_title", place=sheet.place, months=sheet.months),
        report_date=page.report_date,
        banners=page.banners,
        notice=page.labels.translation_unreviewed,
        title=words.text("pocket.title"),
        intro=words.text("pocket.for"),
        place=sheet.place,
        dated=words.text("pocket.dated", date=words.day(sheet.dossier.report_date)),
        fold=words.text("pocket.fold"),
        danger=guide.answer,
        remarks=guide.notices,
        numbers=page.contacts,
        calls=guide.tables[0],
        today=tuple(point for part in guide.parts if part.section_id == _TODAY for point in part.points),
        services=words.text("pocket.services"),
        others=guide.contacts,
        needs=tuple(
            Need(heading=part.question, answer=part.answer, contacts=part.contacts)
            for part in guide.parts
            if part.section_id in listed
        ),
    )


class PocketPress:
    """Sets the cards of one language; keeps one warm compiler, so make one per process.

    Args:
        language: The language of all cards.
        template_dir: The folder that holds `pocket.typ`; Typst reads nothing outside it.

    Raises:
        RenderError: If the template or the fonts cannot be read.
    """

    def __init__(self, language: Language, *, template_dir: Path) -> None:
        self._typesetter = Typesetter(language, TEMPLATE, template_dir=template_dir)

    def render_pocket(self, card: Pocket) -> bytes:
        """Return the card as a PDF, the same bytes for the same input.

        Raises:
            RenderError: If the card is of another language, its font is missing, or it does not fit on the two sides of
                a sheet.
        """
        self._typesetter.require("card", card.language, card.font)
        content = clean_record(card.model_dump(mode="json"))
        return self._typesetter.compile(content, font=card.font, report_date=card.report_date)

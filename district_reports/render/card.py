"""The social card: one picture of an edition for social media, and the words that say all of what it shows.

Set by Typst as PNG, since other engines break scripts such as Devanagari; every text is the page's own. What belongs
here: choosing what the card shows, telling it in words, handing it to its template. What does not: the look.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from district_reports.addresses import full_url, place_path
from district_reports.config import Language
from district_reports.model import Direction, Record
from district_reports.render.edge import plain, shown_address
from district_reports.render.pdf import clean_record
from district_reports.render.sheet import Sheet
from district_reports.render.summary import end_line, tell_fact
from district_reports.render.typesetting import Typesetter
from district_reports.render.view import Page

TEMPLATE: Final = "card.typ"
PICTURE: Final = "card.png"
WORDS: Final = "card.txt"
FACTS_SHOWN: Final = 3


class CardFact(Record):
    """One number of the card."""

    label: str
    number: str
    direction: Direction
    word: str
    compared_with: str
    """The year before; may be empty."""


class SocialCard(Record):
    """A card: everything its template sets, and what it shows in words."""

    language: str
    direction: str
    region: str
    font: str
    publisher: str
    place: str
    months: str
    facts: tuple[CardFact, ...]
    banners: tuple[str, ...]
    notice: str
    """That nobody has reviewed the translation, or empty."""
    url: str
    alt: str


def build_card(sheet: Sheet, page: Page) -> SocialCard:
    """Return the card of a page.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    facts = page.key_facts[:FACTS_SHOWN]
    url = full_url(sheet.settings.report.site.url, place_path(page.language, sheet.dossier.district_id))
    return SocialCard(
        language=page.language,
        direction=page.direction,
        region=page.region,
        font=page.font,
        publisher=page.publisher,
        place=sheet.place,
        months=sheet.months,
        facts=tuple(
            CardFact(
                label=fact.label,
                number=fact.number,
                direction=fact.direction,
                word=fact.word,
                compared_with="".join(fact.compared_with[:1]),
            )
            for fact in facts
        ),
        banners=page.banners,
        notice=page.labels.translation_unreviewed,
        url=url,
        alt=_tell_card(sheet, page, url),
    )


def _tell_card(sheet: Sheet, page: Page, url: str) -> str:
    """Return everything that the card shows, in its order, without characters that turn the direction."""
    words = sheet.words
    told = sheet.sentences(
        *(end_line(sheet, banner) for banner in page.banners),
        words.text("channels.card.alt", place=sheet.place, months=sheet.months),
        *(tell_fact(sheet, fact) for fact in page.key_facts[:FACTS_SHOWN]),
        *([page.labels.translation_unreviewed] if page.labels.translation_unreviewed else []),
        words.text("channels.card.publisher", publisher=page.publisher),
        words.text("channels.card.read", address=shown_address(url)),
    )
    return plain(told)


class CardPress:
    """Sets the cards of one language; keeps one warm compiler, so make one per process.

    Args:
        language: The language of all cards.
        template_dir: The folder that holds `card.typ`; Typst reads nothing outside it.

    Raises:
        RenderError: If the template or the fonts cannot be read.
    """

    def __init__(self, language: Language, *, template_dir: Path) -> None:
        self._typesetter = Typesetter(language, TEMPLATE, template_dir=template_dir)

    def render_card(self, card: SocialCard) -> bytes:
        """Return the card as PNG, 1200 by 630 pixels, the same bytes for the same input.

        Raises:
            RenderError: If the card is of another language, its font is missing, or it does not fit.
        """
        self._typesetter.require("card", card.language, card.font)
        content = clean_record(card.model_dump(mode="json", exclude={"alt"}))
        return self._typesetter.draw(content, font=card.font)


def render_words(card: SocialCard) -> bytes:
    """Return `card.txt`: the text that goes beside the picture wherever it is posted; marked as UTF-8."""
    return f"{card.alt}\n".encode("utf-8-sig")

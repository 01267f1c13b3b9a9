"""The further forms of an edition: e-mail, text message, social card, open data, and the summary that others quote.

Every number in them is the page's or the dossier's own; nothing is computed again. What belongs here: which files there
are. What does not: what stands in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from district_reports.config import Language
from district_reports.render.card import PICTURE, WORDS, CardPress, build_card, render_words
from district_reports.render.email import MailPress, build_digest
from district_reports.render.open_data import CSV, JSON, build_rows, render_csv, render_json
from district_reports.render.sheet import Sheet
from district_reports.render.sms import NAME as MESSAGE
from district_reports.render.sms import render_message
from district_reports.render.summary import SUMMARY, build_summary, render_summary
from district_reports.render.view import Page


class ChannelPress:
    """Makes the further forms of one language's editions; keeps one warm compiler, so make one per process.

    Args:
        language: The language of all editions.
        template_dir: The folder of all templates, which holds `email` and `print`.

    Raises:
        RenderError: If a template or the fonts cannot be read.
    """

    def __init__(self, language: Language, *, template_dir: Path) -> None:
        self._cards = CardPress(language, template_dir=template_dir / "print")
        self._mails = MailPress(template_dir=template_dir / "email")

    def render(self, sheet: Sheet, page: Page, charts: Mapping[str, str]) -> dict[str, bytes]:
        """Return the files by name, the same bytes for the same input.

        Args:
            sheet: What the page was built from.
            page: All texts, final.
            charts: The page's pictures by `figure_id`; none of these forms shows one.

        Raises:
            RenderError: If a form cannot be made, such as a text message that is too long.
            TranslationError: If the catalogue lacks a sentence.
        """
        card = build_card(sheet, page)
        rows = build_rows(sheet, page)
        return {
            **self._mails.render_digest(build_digest(sheet, page)),
            MESSAGE: render_message(sheet, page),
            PICTURE: self._cards.render_card(card),
            WORDS: render_words(card),
            CSV: render_csv(rows),
            JSON: render_json(sheet, page, rows),
            SUMMARY: render_summary(build_summary(sheet, page, card_alt=card.alt)),
        }

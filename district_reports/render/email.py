"""The digest of an edition by e-mail, as HTML and as plain text.

One message for all who get it: the line that lets one reader off the list is filled in where `UNSUBSCRIBE_MARK` stands,
when it is sent. Styles stand in the elements and layout is made of tables, since mail programs drop all else; nothing
is loaded from anywhere. What belongs here: choosing what the digest tells. What does not: sending, wording, the look.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from jinja2 import TemplateError
from markupsafe import Markup

from district_reports.addresses import full_url, place_path
from district_reports.errors import RenderError
from district_reports.model import Record
from district_reports.render.edge import dialled, direction_of, plain
from district_reports.render.sheet import Sheet
from district_reports.render.summary import list_news
from district_reports.render.view import ContactLine, KeyFact, Page
from district_reports.render.view_cards import Card
from district_reports.render.web_templates import open_templates

HTML: Final = "email.html"
TEXT: Final = "email.txt"
TEMPLATES: Final = {HTML: "digest.html.j2", TEXT: "digest.txt.j2"}
UNSUBSCRIBE_MARK: Final = "<!--unsubscribe-->"
"""Stands once in each form, where a line of its own may be put in: in HTML inside a cell, in text on a line alone."""
MEETINGS_SHOWN: Final = 3
MEETINGS = "take-part-meetings"


class Digest(Record):
    """What one e-mail tells: everything its templates set."""

    language: str
    direction: str
    publisher: str
    document_title: str
    edition_line: str
    title: str
    dates_line: str
    review_line: str
    """That the commander has not signed the report off; may be empty."""
    banners: tuple[str, ...]
    notice: str
    """That nobody has reviewed the translation, or empty."""
    facts_heading: str
    facts: tuple[KeyFact, ...]
    facts_note: str
    news_heading: str
    news: str
    """What changed in the loop; empty where the city keeps none."""
    cards: tuple[Card, ...]
    more_news: str
    corrections_heading: str
    corrections: tuple[str, ...]
    calls_heading: str
    contacts: tuple[ContactLine, ...]
    meetings_heading: str
    meetings: tuple[tuple[str, ...], ...]
    """What, when, where; the next one first."""
    no_meetings: str
    read: str
    url: str
    """Of the place's page."""
    newest: str
    list_line: str
    """Why a reader gets this."""


def build_digest(sheet: Sheet, page: Page) -> Digest:
    """Return the digest of a page.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    words = sheet.words
    cards, left = list_news(sheet, page)
    return Digest(
        language=page.language,
        direction=page.direction,
        publisher=page.publisher,
        document_title=page.document_title,
        edition_line=page.edition_line,
        title=page.title,
        dates_line=page.dates_line,
        review_line=page.review_line,
        banners=page.banners,
        notice=page.labels.translation_unreviewed,
        facts_heading=page.labels.key_facts,
        facts=page.key_facts,
        facts_note=page.key_facts_note,
        news_heading=words.text("channels.email.changed"),
        news=page.loop.answer if page.loop is not None else "",
        cards=cards,
        more_news=words.plural("channels.changed_more", left) if left else "",
        corrections_heading=words.text("channels.email.corrections"),
        corrections=page.corrections,
        calls_heading=words.text("channels.email.calls"),
        contacts=page.contacts,
        meetings_heading=words.text("channels.email.meetings"),
        meetings=_list_meetings(page),
        no_meetings=words.text("channels.email.no_meetings"),
        read=words.text("channels.email.read"),
        url=full_url(sheet.settings.report.site.url, place_path(page.language, sheet.dossier.district_id)),
        newest=words.text("channels.email.newest"),
        list_line=words.text("channels.email.list", place=sheet.place),
    )


def _list_meetings(page: Page) -> tuple[tuple[str, ...], ...]:
    parts = page.take_part.parts if page.take_part is not None else ()
    tables = (table for part in parts if part.section_id == MEETINGS for table in part.tables)
    return tuple(row for table in tables for row in table.rows)[:MEETINGS_SHOWN]


_DIALLED: Final = re.compile("\u2068([0-9]+(?:-[0-9]+)+)\u2069")
"""A number in parts, isolated: after Arabic letters its parts would change places."""


class MailPress:
    """Sets digests; made once, used for every edition.

    Args:
        template_dir: The folder that holds `digest.html.j2` and `digest.txt.j2`.
    """

    def __init__(self, *, template_dir: Path) -> None:
        self._environments = {
            HTML: open_templates(template_dir, dialled=dialled, direction_of=direction_of),
            TEXT: open_templates(template_dir, finalize=_one_line, autoescape=False),
        }

    def render_digest(self, digest: Digest) -> dict[str, bytes]:
        """Return `email.html` and `email.txt`, the same bytes for the same digest.

        Raises:
            RenderError: If an address is not one to follow, a template names something that is not there, or the mark
                of the unsubscribe line would not stand exactly once.
        """
        return {name: self._render(name, digest) for name in TEMPLATES}

    def _render(self, name: str, digest: Digest) -> bytes:
        template = TEMPLATES[name]
        # In HTML the mark is markup; in text no one's words can hold it, since `_one_line` breaks it.
        mark = Markup(UNSUBSCRIBE_MARK)
        try:
            text = self._environments[name].get_template(template).render(mail=digest, unsubscribe=mark)
        except (TemplateError, ValueError) as error:
            raise _problem(template, digest.language, f"expected a sound template and address, got {error}") from error
        count = text.count(UNSUBSCRIBE_MARK)
        if count != 1:
            raise _problem(template, digest.language, f"expected one mark of the unsubscribe line, got {count}")
        return text.encode()


def _one_line(value: object) -> str:
    """Return a text as one line of a plain message, without control characters or one's own mark."""
    if isinstance(value, Markup):
        return str(value)
    # Names lose their isolation, which few programs know; a number to dial gets a mark that all know in its place.
    text = _DIALLED.sub("\u200e\\1", str(value))
    return " ".join(plain(text).split()).replace(UNSUBSCRIBE_MARK, "")


def _problem(template: str, language: str, message: str) -> RenderError:
    return RenderError(f"{template} ({language}): {message}", template=template, language=language)

"""The summary of an edition: texts of its page that the site, the feed, the desk and the mailing quote as they stand.

Nothing is worded anew but the one line of a key fact and of a changed request; every number is the page's own text.
"""

from __future__ import annotations

from typing import Final

from district_reports.dossier import canonical_json
from district_reports.model import LoopItem, Summary
from district_reports.render.sheet import Sheet
from district_reports.render.view import KeyFact, Page
from district_reports.render.view_cards import Card

SUMMARY: Final = "summary.json"
KEY_FACTS: Final = "key-facts"
"""Id of the first screen's block; the others bear the ids of their sections."""
NEWS_SHOWN: Final = 5
"""Requests that are told one by one; the rest is a number."""
ENDS: Final = (".", "?", "!", "…", "。", "？", "！", "؟")


def build_summary(sheet: Sheet, page: Page, *, card_alt: str) -> Summary:
    """Return the summary of one edition.

    Args:
        sheet: What the page was built from.
        page: All texts, final.
        card_alt: What the social card shows, in words.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    return Summary(
        place=sheet.dossier.district_id,
        quarter=sheet.dossier.quarter,
        language=page.language,
        place_name=sheet.place,
        months=sheet.months,
        edition_line=page.edition_line,
        title=page.title,
        document_title=page.document_title,
        dates_line=page.dates_line,
        banners=page.banners,
        key_facts=tuple(tell_fact(sheet, fact) for fact in page.key_facts),
        changed=_list_changed(sheet, page),
        corrections=page.corrections,
        card_alt=card_alt,
        blocks=_list_blocks(page),
    )


def render_summary(summary: Summary) -> bytes:
    """Return `summary.json`, the same bytes for the same summary."""
    return canonical_json(summary)


def tell_fact(sheet: Sheet, fact: KeyFact) -> str:
    """Return a key fact in one line: what, how many, the word of direction, and the year before."""
    told = sheet.words.text("channels.fact", what=fact.label, number=fact.number, word=fact.word)
    return sheet.sentences(told, *(end_line(sheet, line) for line in fact.compared_with[:1]))


def end_line(sheet: Sheet, line: str) -> str:
    """Return a line as a sentence, so that another can follow it."""
    return line if line.endswith(ENDS) else sheet.words.text("channels.ended", line=line)


def list_news(sheet: Sheet, page: Page) -> tuple[tuple[Card, ...], int]:
    """Return the cards of requests that are new, moved or ended this quarter, in the loop's order.

    Returns:
        At most `NEWS_SHOWN` cards, and the number of those that are not among them.
    """
    loop = sheet.dossier.loop
    if loop is None or page.loop is None:
        return (), 0
    news = [card for item, card in zip(loop.items, page.loop.cards, strict=True) if _is_news(item)]
    return tuple(news[:NEWS_SHOWN]), max(0, len(news) - NEWS_SHOWN)


def _is_news(item: LoopItem) -> bool:
    return item.is_new or item.has_moved or item.has_ended


def _list_changed(sheet: Sheet, page: Page) -> tuple[str, ...]:
    """Return the loop's news; words nobody has put into the page's language are left to the page, which marks them."""
    if page.loop is None:
        return ()
    words = sheet.words
    cards, left = list_news(sheet, page)
    shown = [card for card in cards if not card.title.lang]
    left += len(cards) - len(shown)
    told = [words.text("channels.changed", status=card.status, said=card.title.text) for card in shown]
    told += [words.plural("channels.changed_more", left)] if left else []
    return (page.loop.answer, *told)


def _list_blocks(page: Page) -> tuple[tuple[str, str], ...]:
    blocks = [(KEY_FACTS, page.labels.key_facts)]
    for part in page.parts:
        if part is page.data:
            # The one part that is no section.
            blocks.append(("sources", page.labels.sources_heading))
        blocks.append((part.section_id, part.question))
    return tuple(blocks)

"""What the files of the council kit share: who publishes, requests in brief, meetings, and the way to the whole report.

All words come from the page, so that a slide and a handout say what the report says. What belongs here: picking them in
a fixed order. What does not: which file shows which.
"""

from __future__ import annotations

import io
from typing import Final

import segno

from district_reports.addresses import full_url, place_path
from district_reports.model import Record, Status
from district_reports.render.edge import shown_address
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import notice_originals
from district_reports.render.view import Card, CardLine, Figure, Page, Said, Section

MOST_WORDS: Final = 180
"""Letters of one text of somebody's own that a slide or a handout has room for; ours are never cut."""
_MORE = "…"
_REASONS: Final = ("loop.line.obstacle", "loop.line.who", "loop.line.why")
_OF_OPEN: Final = (*_REASONS, "loop.line.promise", "loop.line.next", "loop.line.police", "loop.line.team")
_OF_ENDED: Final = (*_REASONS, "loop.line.police", "loop.line.team", "loop.line.promise")
"""What tells most of a request, the first that it has: why it does not go on, what was promised, what was done."""
_DUE: Final = ("loop.line.due",)
_MEETINGS = "take-part-meetings"


class Furniture(Record):
    """What stands on every file: its language, whose it is, and its marks."""

    language: str
    direction: str
    region: str
    font: str
    publisher: str
    document_title: str
    report_date: str
    edition_line: str
    dates_line: str
    banners: tuple[str, ...]
    notices: tuple[str, ...]
    """That nobody has reviewed the translation; that the commander has not signed the report."""
    page_of: str
    """Holds `{page}` and `{pages}`, which the templates fill."""


class Item(Record):
    """A request in brief: what was asked for, where it stands, and the line that tells most."""

    title: Said
    mark: str
    status: str
    flags: tuple[str, ...]
    is_urgent: bool
    line: CardLine | None
    due: CardLine | None


class Gathering(Record):
    """A meeting to come."""

    what: str
    when: str
    where: str


class Way(Record):
    """The way to the whole report: an address, and a square code that leads to it."""

    words: str
    url: str
    alt: str


def furnish(page: Page, document_title: str) -> Furniture:
    """Return what a file of the kit has from its page."""
    return Furniture(
        language=page.language,
        direction=page.direction,
        region=page.region,
        font=page.font,
        publisher=page.publisher,
        document_title=document_title,
        report_date=page.report_date,
        edition_line=page.edition_line,
        dates_line=page.dates_line,
        banners=page.banners,
        notices=list_notices(page),
        page_of=page.labels.page_of,
    )


def list_notices(page: Page) -> tuple[str, ...]:
    """Return what a reader must know of how the report was reviewed."""
    return tuple(words for words in (page.labels.translation_unreviewed, page.review_line) if words)


def find_way(sheet: Sheet) -> Way:
    """Return the way to the place's page in the page's language, which always shows its newest report."""
    words = sheet.words
    path = place_path(words.language.tag, sheet.dossier.district_id)
    url = full_url(sheet.settings.report.site.url, path)
    alt = words.text("kit.way.alt", address=words.name(shown_address(url)))
    return Way(words=words.text("kit.way"), url=url, alt=alt)


def draw_code(url: str) -> str:
    """Return the address as a square code: a drawing of one colour that a photocopier keeps.

    It stands a sheet that was folded or stained in one place: a quarter of it may be lost.
    """
    drawing = io.BytesIO()
    code = segno.make(url, error="q", micro=False, boost_error=False)
    code.save(drawing, kind="svg", xmldecl=False, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return drawing.getvalue().decode()


def list_items(sheet: Sheet, cards: tuple[Card, ...], most: int) -> tuple[Item, ...]:
    """Return the first requests in the order of the report, the worst first, in brief."""
    return tuple(_item(sheet, card) for card in cards[:most])


def tell_originals(sheet: Sheet, items: tuple[Item, ...]) -> tuple[str, ...]:
    """Return the sentence that some of these words stand in another language than the page's, where some do."""
    said = [item.title for item in items] + [item.line.said for item in items if item.line is not None]
    return notice_originals(sheet, said)


def _item(sheet: Sheet, card: Card) -> Item:
    is_open = bool(card.mark) and Status(card.mark).is_open
    return Item(
        title=brief(card.title),
        mark=card.mark,
        status=card.status,
        flags=card.flags,
        is_urgent=card.is_urgent,
        line=_find_line(sheet, card, _OF_OPEN if is_open else _OF_ENDED),
        due=_find_line(sheet, card, _DUE) if is_open else None,
    )


def _find_line(sheet: Sheet, card: Card, keys: tuple[str, ...]) -> CardLine | None:
    """Return the first line of a card that stands under one of the labels."""
    lines = {line.label: line for line in card.lines}
    found = next((lines[label] for key in keys if (label := sheet.words.text(key)) in lines), None)
    return None if found is None else CardLine(label=found.label, said=brief(found.said))


def brief(said: Said) -> Said:
    """Return somebody's words as they stand; longer ones up to the last whole word there is room for, and a sign."""
    return said.model_copy(update={"text": cut(said.text)})


def cut(text: str) -> str:
    """Return a text that came from outside with at most `MOST_WORDS` letters; a longer one ends with a sign."""
    if len(text) <= MOST_WORDS:
        return text
    start = text[:MOST_WORDS]
    # Scripts without spaces are cut between letters.
    end = start.rfind(" ")
    return (start[:end] if end > MOST_WORDS // 2 else start).rstrip(" ,.;:") + _MORE


def list_gatherings(page: Page, most: int) -> tuple[Gathering, ...]:
    """Return the next meetings, soonest first."""
    part = _find_part(page.take_part, _MEETINGS)
    rows = part.tables[0].rows[:most] if part is not None and part.tables else ()
    return tuple(Gathering(what=cut(row[0]), when=row[1], where=cut(row[2])) for row in rows)


def name_gatherings(page: Page) -> tuple[str, str]:
    """Return the heading of the meetings, and what stands there when none is known; both empty without such a part."""
    part = _find_part(page.take_part, _MEETINGS)
    return ("", "") if part is None else (part.question, part.answer)


def find_section(page: Page, section_id: str) -> Section | None:
    """Return a part of the page, or None."""
    return next((part for part in page.parts if part.section_id == section_id), None)


def _find_part(section: Section | None, section_id: str) -> Section | None:
    parts = () if section is None else section.parts
    return next((part for part in parts if part.section_id == section_id), None)


def find_trends(page: Page) -> tuple[tuple[Section, Figure], ...]:
    """Return the parts that show how a number moved, each with its picture."""
    return tuple((section, section.figures[0]) for section in page.trends)

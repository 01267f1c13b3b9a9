"""The script: the report in sixty seconds, to be read aloud on the radio, at a meeting, or on the phone.

Belongs here: which sentences of the report are said, in which order, and which go first where they would take too long.
"""

from __future__ import annotations

import re
from typing import Final

from district_reports.model import Direction
from district_reports.render.edge import plain, shown_address
from district_reports.render.kit_parts import cut, find_trends, list_notices
from district_reports.render.sheet import Sheet
from district_reports.render.view import Page

_SQUARE: Final = re.compile(f"[{chr(0x3400)}-{chr(0x9FFF)}]")
"""Letters of scripts that put no space between words."""
_YEAR: Final = chr(0x5E74)
_NUMBER: Final = re.compile(rf"\d[\d,.]*{_YEAR}?")
_WORD: Final = re.compile(f"(?:[^\\W\\d_]|['{chr(0x2019)}{chr(0x64B)}-{chr(0x652)}{chr(0x670)}])+")
"""Letters, and what is written above and between them."""
_DASH: Final = re.compile(r"\s*–\s*")


def write_script(sheet: Sheet, page: Page) -> str:
    """Return what to say, a paragraph for each thing told; the mark of a sample or a preview is said first.

    Where it would take longer than the catalogue allows (`kit.script.budget`), what can best be missed is left out: the
    next meeting, then the third number, then the request, of which how many there are is told instead.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    budget = int(sheet.words.text("kit.script.budget"))
    text = ""
    for left_out in range(5):
        said = (plain(paragraph).replace("\n", " ") for paragraph in _paragraphs(sheet, page, left_out) if paragraph)
        text = "\n\n".join(said) + "\n"
        if count_spoken(text) <= budget:
            break
    return text


def count_spoken(text: str) -> int:
    """Return how long a text is to be read aloud: its words; in a script without spaces, its letters.

    A number is read in about as many words as it has digits (905: nine hundred five), an address in its words. Where
    letters are counted, a word of another script takes about as long as two; between two digits of a number stands
    what they count, but in a year.
    """
    letters, words = len(_SQUARE.findall(text)), len(_WORD.findall(_SQUARE.sub(" ", text)))
    numbers = [(sum(map(str.isdigit, number)), number.endswith(_YEAR)) for number in _NUMBER.findall(text)]
    if letters <= words:
        return words + sum(digits for digits, _ in numbers)
    return letters + 2 * words + sum(digits if is_year else 2 * digits - 1 for digits, is_year in numbers)


def _paragraphs(sheet: Sheet, page: Page, left_out: int) -> tuple[str, ...]:
    words = sheet.words
    opening = words.text(
        "kit.script.opening",
        report=words.text("report.name_city" if sheet.is_city else "report.name"),
        place=sheet.place,
        when=_say_months(sheet),
        publisher=words.name(page.publisher),
    )
    address = words.name(shown_address(sheet.settings.report.site.url))
    return (
        *(words.text("kit.script.banner", banner=banner) for banner in page.banners),
        opening,
        *(figure.title for _, figure in find_trends(page)),
        _third_fact(sheet, page) if left_out < 2 else "",
        (_request(sheet, page) if left_out < 3 else "") or (_requests(page) if left_out < 4 else ""),
        _next_meeting(sheet) if left_out < 1 else "",
        words.text("kit.script.more", address=address),
        *list_notices(page),
    )


def _say_months(sheet: Sheet) -> str:
    """Return the quarter's months as one says them: nobody reads a dash."""
    first, *last = _DASH.split(sheet.months)
    return sheet.words.text("heard.from_to", first=first, last=last[0]) if last else first


def _third_fact(sheet: Sheet, page: Page) -> str:
    """Return the key fact that says most beside the trends: the first that is known and moved, else that is known."""
    shown = set(sheet.settings.report.trends)
    pairs = zip(page.key_facts, sheet.dossier.key_facts, strict=True)
    known = [(fact, found) for fact, found in pairs if found.now.value is not None and fact.metric_id not in shown]
    moved = [(fact, found) for fact, found in known if found.direction in (Direction.HIGHER, Direction.LOWER)]
    if not known:
        return ""
    fact, found = (*moved, *known)[0]
    told = {"label": fact.label, "number": fact.number, "word": fact.word}
    if found.year_before.value is None:
        return sheet.words.text("kit.script.fact_alone", **told)
    return sheet.words.text("kit.script.fact", before=sheet.count(found.year_before), **told)


def _request(sheet: Sheet, page: Page) -> str:
    """Return the first request that stands in the page's own language; empty where there is none."""
    cards = page.loop.cards if page.loop is not None else ()
    card = next((card for card in cards if not card.title.lang), None)
    if card is None:
        return ""
    # Of the flags only that it is overdue: the first one then.
    status = sheet.join((card.status, *card.flags[:1])) if card.is_urgent else card.status
    return sheet.words.text("kit.script.request", request=cut(card.title.text), status=status)


def _requests(page: Page) -> str:
    return page.loop.answer if page.loop is not None else ""


def _next_meeting(sheet: Sheet) -> str:
    """Return when and where to come, if the dossier knows; its first meeting is the soonest."""
    taking_part = sheet.dossier.taking_part
    if taking_part is None:
        return ""
    coming = [meeting for meeting in taking_part.meetings if meeting.date >= sheet.dossier.report_date]
    if not coming:
        return ""
    words, first = sheet.words, min(coming, key=lambda meeting: (meeting.date, meeting.start, meeting.meeting_id))
    return words.text("kit.script.meeting", date=words.day(first.date), place=words.name(cut(first.place)))

"""The council kit of one edition: slides, a handout, papers for the meeting, and a script to read aloud.

Everything is set from the page, whose words and numbers are final, and from the charts that are drawn for it anyway.
What belongs here: making the files. What does not: what stands in them (`slides`, `handout`, `meeting_sheets`,
`script`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from district_reports.config import Language
from district_reports.model import Record
from district_reports.render.handout import SIDES, build_handout
from district_reports.render.kit_parts import draw_code
from district_reports.render.meeting_sheets import build_meeting
from district_reports.render.pdf import clean_record, make_drawing
from district_reports.render.script import write_script
from district_reports.render.sheet import Sheet
from district_reports.render.slides import SIDES_OF_NOTES, build_deck
from district_reports.render.typesetting import Typesetter
from district_reports.render.view import Page

SLIDES: Final = "slides.pdf"
HANDOUT: Final = "handout.pdf"
MEETING: Final = "meeting.pdf"
SCRIPT: Final = "script.txt"
NAMES: Final = (SLIDES, HANDOUT, MEETING, SCRIPT)
_PAGES: Final = re.compile(rb"/Type/Pages/Count (\d+)")
"""As Typst writes how many pages a file has."""


class KitPress:
    """Makes the kits of one language; keeps a warm compiler for each template, so make one per process.

    Args:
        language: The language of all kits.
        template_dir: The folder that holds `slides.typ`, `handout.typ` and `meeting.typ`; Typst reads nothing outside.

    Raises:
        RenderError: If a template or the fonts cannot be read.
    """

    def __init__(self, language: Language, *, template_dir: Path) -> None:
        self._slides = Typesetter(language, "slides.typ", template_dir=template_dir)
        self._handout = Typesetter(language, "handout.typ", template_dir=template_dir)
        self._meeting = Typesetter(language, "meeting.typ", template_dir=template_dir)

    def render(self, sheet: Sheet, page: Page, charts: Mapping[str, str]) -> dict[str, bytes]:
        """Return the files of a kit by name, the same bytes for the same input.

        Args:
            sheet: The dossier and the words the page was made from.
            page: All texts, final.
            charts: Each figure's picture as `<svg>` text, by `figure_id`.

        Raises:
            RenderError: If the page is of another language, a chart or a font is missing, or a text does not fit.
            TranslationError: If the catalogue lacks a sentence.
        """
        self._slides.require("page", page.language, page.font)
        deck, handout, meeting = build_deck(sheet, page), build_handout(sheet, page), build_meeting(sheet, page)
        on_slides = [slide.figure_id for slide in deck.slides if slide.figure_id]
        code = draw_code(deck.way.url)
        drawings = self._draw({*on_slides, handout.figure_id}, charts)
        slides = _content(deck, code, {name: drawings[name] for name in on_slides})
        sheet_of_paper = _content(handout, code, {handout.figure_id: drawings[handout.figure_id]})
        papers = _content(meeting, code, {})
        return {
            SLIDES: _set_quickly(self._slides, slides, page, len(deck.slides) + SIDES_OF_NOTES),
            HANDOUT: _set_quickly(self._handout, sheet_of_paper, page, SIDES),
            MEETING: self._meeting.compile(papers, font=page.font, report_date=page.report_date),
            # Marked, because a web server that names no charset leaves the browser to guess.
            SCRIPT: write_script(sheet, page).encode("utf-8-sig"),
        }

    def _draw(self, figure_ids: Iterable[str], charts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        missing = sorted(set(figure_ids) - set(charts))
        if missing:
            raise self._slides.error(f"expected a chart for each figure, got none for {', '.join(missing)}")
        return {name: make_drawing(charts[name]) for name in figure_ids}


def _content(record: Record, code: str, charts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a template reads; a code and a drawing are no texts and reach it as they are."""
    return {"record": clean_record(record.model_dump(mode="json")), "code": code, "charts": dict(charts)}


def _set_quickly(typesetter: Typesetter, content: dict[str, Any], page: Page, pages: int) -> bytes:
    """Return a file of so many pages: most fit in sizes that are foretold, which spares measuring each text.

    A text that needs more than its page makes one too many: then each is measured, and set as large as it fits.
    """
    options = {"font": page.font, "report_date": page.report_date}
    pdf = typesetter.compile(content | {"is_exact": False}, **options)
    found = _PAGES.search(pdf)
    if found is not None and int(found[1]) == pages:
        return pdf
    return typesetter.compile(content, **options)

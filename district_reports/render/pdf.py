"""The print edition: one tagged PDF, set by Typst in PDF/UA-1 mode.

Typst gets the page as JSON and sets every text as it stands; no source is ever built from data, so markup in a name
is only letters. What belongs here: handing a `Page` to the template and its faults to the caller. What does not:
wording, numbers, drawing, and the look (`templates/print`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from district_reports.config import Language
from district_reports.render.fonts import has_letter
from district_reports.render.print_record import make_record
from district_reports.render.svg import split_labels
from district_reports.render.typesetting import Typesetter
from district_reports.render.view import Page

TEMPLATE = "report.typ"

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_REMOVED = re.compile("[\u202a-\u202e\u206a-\u206f\ufeff]")
"""Embeddings and overrides turn the text after them; no text of ours has them."""
_ISOLATES = "\u2066\u2067\u2068"
_END_OF_ISOLATE = "\u2069"
_NO_LETTERS = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Unicode categories no font has letters for: controls, lone surrogates, private use, not assigned."""
_KNOWN = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in (
        (0x20, 0x7E),
        (0xA0, 0x17F),
        (0x621, 0x64A),
        (0x2010, 0x2026),
        (0x3000, 0x3011),
        (0x4E00, 0x9FA5),
        (0xFF01, 0xFF5E),
    )
)
"""Characters that the fonts are known to have: almost all of ours."""
_SURE, _RARE = re.compile(f"[{_KNOWN}]*"), re.compile(rf"[^{_KNOWN}\s]")
_PICTURES = frozenset({"So", "Sk", "Mn", "Me", "Cf"})
"""Categories of emoji, their colours, and what joins them."""
_KEPT = frozenset(map(chr, (0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)))
"""Marks of direction and breaks, which need no letter; what becomes of them is said below."""
_PIECES = re.compile(".{1,14}")
_LONG_WORD = re.compile(r"[^\s\-/\u200b\u2e80-\uffef]{29,}")
"""Longer than any word of ours; scripts that break between all letters are left alone."""
_MAY_BREAK = "\u200b"
_ADDRESSES = frozenset({"url", "href"})
_CODES = frozenset(
    {
        "figure_id",
        "table_id",
        "section_id",
        "card_id",
        "metric_id",
        "language",
        "lang",
        "region",
        "font",
        "report_date",
        "mark",
    }
)
_SPOKEN = frozenset({"document_title", "alt"})
"""Fields that are no text on the paper: followed, compared, or read aloud."""


class PrintShop:
    """Sets the pages of one language as PDF; keeps one warm compiler and font set, so make one per process.

    Args:
        language: The language of all pages.
        template_dir: The folder that holds `report.typ`; Typst reads nothing outside it.

    Raises:
        RenderError: If the template or the fonts cannot be read.
    """

    def __init__(self, language: Language, *, template_dir: Path) -> None:
        self._typesetter = Typesetter(language, TEMPLATE, template_dir=template_dir)

    def render_pdf(self, page: Page, charts: Mapping[str, str]) -> bytes:
        """Return the page as a PDF, the same bytes for the same input.

        Args:
            page: All texts, final.
            charts: Each figure's picture as `<svg>` text, by `figure_id`.

        Raises:
            RenderError: If the page is of another language, a chart or a font is missing, or the summary does not fit
                its pages.
        """
        self._typesetter.require("page", page.language, page.font)
        content = {"page": clean_record(make_record(page)), "charts": self._drawings(page, charts)}
        return self._typesetter.compile(content, font=page.font, report_date=page.report_date)

    def _drawings(self, page: Page, charts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        missing = [figure.figure_id for figure in page.figures if figure.figure_id not in charts]
        if missing:
            raise self._typesetter.error(f"expected a chart for each figure, got none for {', '.join(missing)}")
        return {figure.figure_id: make_drawing(charts[figure.figure_id]) for figure in page.figures}


def printable(text: str) -> str:
    """Return the text with nothing in it that a font has no letter for, or that turns its neighbours.

    Line breaks of all kinds become one kind, other controls a space; characters that are no letters, and letters of
    scripts that no font has, the replacement character; pictures such as emoji, embeddings and overrides go; each
    isolate is closed within the text.
    """
    if _SURE.fullmatch(text):
        return text
    text = _RARE.sub(_shown, text)
    if text.isprintable():
        return text
    text = _REMOVED.sub("", _LINE_BREAKS.sub("\n", text))
    kept, depth = [], 0
    for sign in text:
        if sign == _END_OF_ISOLATE and not depth:
            continue
        depth += (sign in _ISOLATES) - (sign == _END_OF_ISOLATE)
        if sign != "\n" and unicodedata.category(sign) in _NO_LETTERS:
            sign = " " if unicodedata.category(sign) == "Cc" else "\ufffd"
        kept.append(sign)
    return "".join(kept) + _END_OF_ISOLATE * depth


def _shown(rare: re.Match[str]) -> str:
    """Return a character if a font has it; a picture is left out, a letter stands as one that cannot be shown."""
    sign = rare[0]
    if has_letter(sign) or unicodedata.category(sign) in _NO_LETTERS or sign in _KEPT:
        return sign
    return "" if unicodedata.category(sign) in _PICTURES else "\ufffd"


def breakable(text: str) -> str:
    """Return the text with places to break in every word that is longer than a column is wide."""
    return _LONG_WORD.sub(lambda word: _MAY_BREAK.join(_PIECES.findall(word[0])), text)


def clean_record(value: Any, name: str = "") -> Any:
    """Return a record with every text fit to be set; `name` is the field it stands in."""
    if isinstance(value, dict):
        return {key: clean_record(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_record(item, name) for item in value]
    if not isinstance(value, str) or name in _CODES:
        return value
    if name in _ADDRESSES:
        return _address(value)
    return printable(value) if name in _SPOKEN else breakable(printable(value))


def _address(url: str) -> str:
    return "".join(sign for sign in url if unicodedata.category(sign)[0] not in "CZ")


def make_drawing(svg: str) -> dict[str, Any]:
    """Return a chart as a template places it: its lines, and its words with their places."""
    picture = split_labels(svg)
    labels = [label._asdict() | {"text": printable(label.text)} for label in picture.labels]
    return picture._asdict() | {"labels": labels}

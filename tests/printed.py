"""Made editions read back: numbers as a reader of the language would read them, tables row by row."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import lxml.html
from babel.numbers import parse_decimal
from pypdf import PageObject, PdfReader

from district_reports.dossier import load_dossier
from district_reports.model import Dossier
from district_reports.settings import Settings

LANGUAGES = ["en", "es", "zh-Hans", "ar"]
PLACES = ["007", "city"]
NUMBER = re.compile(r"\d[\d.,٫٬]*\d|\d")


def read_dossier(release: Path, place: str) -> Dossier:
    return load_dossier((release / place / "dossier.json").read_bytes())


def read_page(release: Path, place: str, tag: str) -> lxml.html.HtmlElement:
    return lxml.html.fromstring((release / place / tag / "report.html").read_bytes())


def read_print(release: Path, place: str, tag: str) -> PdfReader:
    return PdfReader(io.BytesIO((release / place / tag / "report.pdf").read_bytes()))


def parsed(text: str, settings: Settings, tag: str) -> float:
    """Return the number a reader of the language would read."""
    bare = re.sub(r"[^\d.,]", "", text)
    return float(parse_decimal(bare, locale=settings.language(tag).locale, strict=True))


def list_numbers(text: str, settings: Settings, tag: str) -> list[float]:
    return [parsed(found, settings, tag) for found in NUMBER.findall(text)]


def numbers_in(text: str, settings: Settings, tag: str) -> Counter[float]:
    return Counter(list_numbers(text, settings, tag))


def text_of(page: PageObject) -> str:
    """Return the page's pieces of text with a space between: cells side by side are not one number."""
    pieces: list[str] = []
    page.extract_text(visitor_text=lambda text, *_: pieces.append(text))
    return " ".join(pieces)


def rows_of(page: lxml.html.HtmlElement, section: str) -> list[list[list[str]]]:
    """Return the cells of each row of each table of a part of a report, the first cell of a row left out.

    Tables come in the order of the page; those of pictures are among them.
    """
    tables = page.xpath(f"//section[@id='{section}']//table")
    return [[[cell.text_content() for cell in row.xpath("td")] for row in table.xpath("tbody/tr")] for table in tables]

"""One number, one value: dossier, web text, chart, table and print agree in every language, read back from each."""

import io
import re
from collections import Counter
from pathlib import Path

import lxml.html
import pytest
from babel.numbers import parse_decimal
from pypdf import PageObject, PdfReader

from district_reports.dossier import load_dossier
from district_reports.model import Comparison, Dossier
from district_reports.settings import Settings

LANGUAGES = ["en", "es", "zh-Hans", "ar"]
PLACES = ["007", "city"]
NUMBER = re.compile(r"\d[\d.,٫٬]*\d|\d")

pytestmark = [pytest.mark.parametrize("tag", LANGUAGES), pytest.mark.parametrize("place", PLACES)]


def read_dossier(release: Path, place: str) -> Dossier:
    return load_dossier((release / place / "dossier.json").read_bytes())


def read_page(release: Path, place: str, tag: str) -> lxml.html.HtmlElement:
    return lxml.html.fromstring((release / place / tag / "report.html").read_bytes())


def parsed(text: str, settings: Settings, tag: str) -> float:
    """Return the number a reader of the language would read."""
    bare = re.sub(r"[^\d.,]", "", text)
    return float(parse_decimal(bare, locale=settings.language(tag).locale, strict=True))


def numbers_in(text: str, settings: Settings, tag: str) -> Counter[float]:
    return Counter(parsed(found, settings, tag) for found in NUMBER.findall(text))


def text_of(page: PageObject) -> str:
    """Return the page's pieces of text with a space between: cells side by side are not one number."""
    pieces: list[str] = []
    page.extract_text(visitor_text=lambda text, *_: pieces.append(text))
    return " ".join(pieces)


def value_of(comparison: Comparison) -> tuple[float, float]:
    assert comparison.now.value is not None
    assert comparison.year_before.value is not None
    return float(comparison.now.value), float(comparison.year_before.value)


def test_key_facts_on_the_web(sample_release: Path, settings: Settings, place: str, tag: str) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    shown = page.xpath("//li[@data-metric]")
    assert [item.get("data-metric") for item in shown] == [fact.metric_id for fact in dossier.key_facts]
    for item, fact in zip(shown, dossier.key_facts, strict=True):
        now, before = value_of(fact)
        assert parsed(item.find_class("fact__number")[0].text_content(), settings, tag) == now
        assert before in numbers_in(item.find_class("fact__compared")[0].text_content(), settings, tag)
        assert item.get("data-direction") == str(fact.direction)


def test_kinds_in_table_and_chart(sample_release: Path, settings: Settings, place: str, tag: str) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    (figure,) = page.xpath("//figure[@data-figure='kinds']")
    rows = figure.xpath(".//tbody/tr")
    drawn = numbers_in(" ".join(figure.xpath(".//*[local-name()='svg']//text()")), settings, tag)
    for row, offence in zip(rows, dossier.offences, strict=True):
        cells = [parsed(cell.text_content(), settings, tag) for cell in row.xpath("td")[:2]]
        assert tuple(cells) == value_of(offence)
    assert not Counter(number for offence in dossier.offences for number in value_of(offence)) - drawn


def test_trends_in_table_chart_and_alternative_text(
    sample_release: Path, settings: Settings, place: str, tag: str
) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    for series in dossier.trends:
        (figure,) = page.xpath(f"//figure[@data-figure='trend-{series[0].metric_id}']")
        values = [float(measure.value) for measure in series if measure.value is not None]
        cells = figure.xpath(".//tbody/tr/td[1]")
        assert [parsed(cell.text_content(), settings, tag) for cell in cells] == values
        same_quarter = values[::-4]
        drawn = numbers_in(" ".join(figure.xpath(".//*[local-name()='svg']//text()")), settings, tag)
        assert not Counter(same_quarter) - drawn
        told = numbers_in(figure.xpath(".//*[@role='img']/@aria-label")[0], settings, tag)
        assert {values[-1], max(values), min(values)} <= set(told)


def test_hours_and_places_in_their_tables(sample_release: Path, settings: Settings, place: str, tag: str) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    rows = page.xpath("//figure[@data-figure='hours']//tbody/tr")[:24]
    grid = {(cell.hour, cell.weekday): cell.count for cell in dossier.hours}
    for hour, row in enumerate(rows):
        shown = [parsed(cell.text_content(), settings, tag) for cell in row.xpath("td")]
        assert shown == [*(grid[hour, day] for day in range(7)), sum(grid[hour, day] for day in range(7))]
    areas = page.xpath("//figure[@data-figure='places']//tbody/tr/td")
    assert [parsed(cell.text_content(), settings, tag) for cell in areas] == [a.count for a in dossier.places.areas]


def test_print_holds_every_number_of_the_dossier(
    sample_release: Path, settings: Settings, place: str, tag: str
) -> None:
    dossier = read_dossier(sample_release, place)
    reader = PdfReader(io.BytesIO((sample_release / place / tag / "report.pdf").read_bytes()))
    pages = [numbers_in(text_of(page), settings, tag) for page in reader.pages]
    first = pages[0]
    assert not Counter(number for fact in dossier.key_facts for number in value_of(fact)) - first
    tables = sum(pages[4:], Counter())
    needed = [number for offence in dossier.offences for number in value_of(offence)]
    needed += [float(m.value) for series in dossier.trends for m in series if m.value is not None]
    needed += [float(cell.count) for cell in dossier.hours] + [float(area.count) for area in dossier.places.areas]
    assert not Counter(needed) - tables

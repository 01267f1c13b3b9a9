"""One number, one value: dossier, web text, chart, table and print agree in every language, read back from each."""

from collections import Counter
from pathlib import Path

import pytest

from district_reports.model import Comparison
from district_reports.settings import Settings
from tests.printed import LANGUAGES, PLACES, numbers_in, parsed, read_dossier, read_page, read_print, text_of

pytestmark = [pytest.mark.parametrize("tag", LANGUAGES), pytest.mark.parametrize("place", PLACES)]


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
    pages = [numbers_in(text_of(page), settings, tag) for page in read_print(sample_release, place, tag).pages]
    first = pages[0]
    assert not Counter(number for fact in dossier.key_facts for number in value_of(fact)) - first
    tables = sum(pages[4:], Counter())
    needed = [number for offence in dossier.offences for number in value_of(offence)]
    needed += [float(m.value) for series in dossier.trends for m in series if m.value is not None]
    needed += [float(cell.count) for cell in dossier.hours] + [float(area.count) for area in dossier.places.areas]
    # What stands in tables that go with no picture is compared with the dossier where the parts are.
    cells = read_page(sample_release, place, tag).xpath("//section//table[not(ancestor::figure)]//td")
    parts = sum((numbers_in(cell.text_content(), settings, tag) for cell in cells), Counter())
    assert parts.total() > 100
    assert not Counter(needed) + parts - tables

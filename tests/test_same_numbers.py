"""One number, one value: dossier, web text, chart, table and print agree in every language, read back from each."""

from collections import Counter
from pathlib import Path

import pytest

from district_reports.model import Comparison
from district_reports.render.i18n import Words
from district_reports.render.print_record import LEAVES
from district_reports.settings import Settings, find_asset
from tests.printed import LANGUAGES, PLACES, numbers_in, parsed, read_dossier, read_page, read_print, text_of

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("tag", LANGUAGES), pytest.mark.parametrize("place", PLACES)]


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


def test_print_holds_what_its_pictures_and_key_facts_say(
    sample_release: Path, settings: Settings, place: str, tag: str
) -> None:
    dossier = read_dossier(sample_release, place)
    pages = [numbers_in(text_of(page), settings, tag) for page in read_print(sample_release, place, tag).pages]
    assert not Counter(number for fact in dossier.key_facts for number in value_of(fact)) - pages[0]
    needed = [number for offence in dossier.offences for number in value_of(offence)]
    # Of a trend the chart prints the same quarter of each year; the table of all quarters is on the web page.
    needed += [float(m.value) for series in dossier.trends for m in series[::-4] if m.value is not None]
    needed += [float(area.count) for area in dossier.places.areas]
    assert not Counter(needed) - sum(pages, Counter())


def test_print_holds_every_table_or_names_the_part_that_is_on_the_web_page(
    sample_release: Path, settings: Settings, place: str, tag: str
) -> None:
    """Tables that go with no picture are compared with the dossier where the parts are; here the paper with the web."""
    sections = read_page(sample_release, place, tag).xpath("//section[.//table[not(ancestor::figure)]]")
    innermost = [section for section in sections if not section.xpath(".//section[.//table[not(ancestor::figure)]]")]
    pages = read_print(sample_release, place, tag).pages
    printed = sum((numbers_in(text_of(page), settings, tag) for page in pages), Counter())
    letters = "".join("".join(text_of(page).split()) for page in pages)
    words = Words.load(settings.language(tag), find_asset("templates", "locale"))
    left = letters.partition("".join(words.text("label.only_on_web", what="").split()))[2]
    assert len(innermost) > 8
    for section in innermost:
        cells = section.xpath(".//table[not(ancestor::figure)]//td")
        missing = sum((numbers_in(cell.text_content(), settings, tag) for cell in cells), Counter()) - printed
        heading = "".join(section.xpath(".//*[self::h2 or self::h3]")[0].text_content().split())
        if missing:
            assert section.get("id") in {section_id for section_id, _ in LEAVES}, section.get("id")
            assert tag == "ar" or heading in left, heading

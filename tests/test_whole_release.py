"""What must hold in every report of a release: no arrest told as a clearance, no place ranked."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from district_reports.metrics import OUTSIDE
from district_reports.model import CITY
from district_reports.render.i18n import Words
from district_reports.render.page import build_page
from district_reports.render.view import Page, Section
from district_reports.settings import Settings, find_asset
from tests.clearance_words import find_rendered
from tests.printed import LANGUAGES, read_dossier, read_page

pytestmark = pytest.mark.slow

each_language = pytest.mark.parametrize("tag", LANGUAGES)
FEW = 3
"""Places from which on their order says something."""
NUMBERED = re.compile(r"(\d+)")


def words_of(settings: Settings, tag: str) -> Words:
    return Words.load(settings.language(tag), find_asset("templates", "locale"))


def pages_of(release: Path, settings: Settings, tag: str) -> Iterator[Page]:
    words = words_of(settings, tag)
    for place in (*settings.district_ids, CITY):
        yield build_page(read_dossier(release, place), words, settings)


# An arrest is not a clearance


def list_arrest_parts(page: Page) -> list[Section]:
    """Return what is told of arrests: their own part, and the steps that follow a report."""
    return [page.arrests, *(section for section in page.more if section.section_id == "outcomes")]


@each_language
def test_no_part_on_arrests_says_that_a_case_was_cleared(sample_release: Path, settings: Settings, tag: str) -> None:
    forms = words_of(settings, tag).forms
    found = {}
    for page in pages_of(sample_release, settings, tag):
        parts = list_arrest_parts(page)
        assert len(parts) == 2
        found[page.document_title] = [text for part in parts for text in find_rendered(tag, part, forms)]
    assert len(found) == len(settings.district_ids) + 1
    assert {title: texts for title, texts in found.items() if texts} == {}


@each_language
@pytest.mark.parametrize("place", ["007", CITY])
def test_no_made_page_says_so_either(sample_release: Path, settings: Settings, tag: str, place: str) -> None:
    page = read_page(sample_release, place, tag)
    for part in ("arrests", "outcomes"):
        leaves = page.xpath(f"//section[@id='{part}']//*[self::h2 or self::p or self::caption or self::th or self::td]")
        leaves += page.xpath(f"//section[@id='{part}']//ul[@class='points']/li")
        texts = tuple(" ".join(leaf.text_content().split()) for leaf in leaves)
        assert len(texts) > 20
        told = Section(section_id=part, question="", answer="", points=texts)
        assert find_rendered(tag, told, words_of(settings, tag).forms) == []


# No ranking


def list_orders(value: Any) -> Iterator[list[str]]:
    """Yield the ids of places in the order of each list of a document that tells of several."""
    if isinstance(value, dict):
        for item in value.values():
            yield from list_orders(item)
    elif isinstance(value, list):
        days = [item["date"] for item in value if isinstance(item, dict) and "date" in item]
        # A calendar stands in the order of its days.
        names = () if days and days == sorted(days) else ("district_id", "area_id")
        for name in names:
            ids = [str(item[name]) for item in value if isinstance(item, dict) and name in item]
            if len(set(ids)) >= FEW:
                yield list(dict.fromkeys(ids))
        for item in value:
            yield from list_orders(item)


def by_number(ids: Sequence[str]) -> list[str]:
    return sorted(ids, key=lambda place: (place in (CITY, OUTSIDE), int(place) if place.isdigit() else 0, place))


def test_places_stand_in_the_order_of_their_ids_in_every_dossier(sample_release: Path, settings: Settings) -> None:
    seen = 0
    for place in (*settings.district_ids, CITY):
        for ids in list_orders(json.loads((sample_release / place / "dossier.json").read_bytes())):
            assert ids == by_number(ids)
            seen += 1
    # Beats and communities of each district at least, districts and communities of the city.
    assert seen >= 2 * (len(settings.district_ids) + 1)


def test_the_table_of_all_numbers_and_the_manifest_stand_in_the_order_of_their_keys(
    sample_release: Path, settings: Settings
) -> None:
    rows = list(csv.DictReader((sample_release / "measures.csv").read_text("utf-8").splitlines()))
    keys = [(row["district_id"], row["quarter"], row["metric_id"]) for row in rows]
    assert keys == sorted(keys)
    assert not {name for name in rows[0] if "rank" in name or "order" in name}
    manifest = json.loads((sample_release / "manifest.json").read_bytes())
    for names in (manifest["dossiers"], manifest["editions"]):
        places = list(dict.fromkeys(name.partition("/")[0] for name in names))
        assert places == by_number(places)


@each_language
@pytest.mark.parametrize("place", ["007", CITY])
def test_places_stand_in_the_order_of_their_numbers_on_the_page(
    sample_release: Path, settings: Settings, tag: str, place: str
) -> None:
    page, dossier = read_page(sample_release, place, tag), read_dossier(sample_release, place)
    assert dossier.communities is not None
    areas = [area.area_id for area in dossier.places.areas]
    communities = [area.area_id for area in dossier.communities.areas]
    expected = {"places": areas, "communities": communities}
    for part, ids in expected.items():
        tables = page.xpath(f"//section[@id='{part}']//table")
        assert tables
        for table in tables:
            heads = [head.text_content() for head in table.xpath("tbody/tr/th")]
            assert len(heads) == len(ids) >= FEW
            for head, place_id in zip(heads, ids, strict=True):
                assert place_id.lstrip("0") in [number.lstrip("0") for number in NUMBERED.findall(head)], head
    links = [link.get("href") for link in page.xpath("//nav[@class='districts']//a")]
    assert links == sorted(links)


@each_language
def test_the_report_of_the_city_singles_out_no_place(sample_release: Path, settings: Settings, tag: str) -> None:
    """Where all places stand side by side, no heading and no finding names one of them."""
    page = read_page(sample_release, CITY, tag)
    names = "|".join(sorted({re.escape(each.name) for each in (*settings.districts, *settings.communities)}))
    told = page.xpath(
        "//main//h1 | //main//h2 | //main//h3 | //main//p[@class='lead'] | //main//ul[@class='points']/li"
    )
    texts = [text.text_content() for text in told]
    assert len(texts) > 40
    # Not by the bounds of words: Chinese has none.
    assert [text for text in texts if re.search(rf"(?<![A-Za-z])({names})(?![A-Za-z])", text)] == []

"""What each form of an edition says, read back: numbers by what they count, and lines that must stand in the report.

A number is known by `(place, metric, quarter)`. The web page is where all are looked for; the other forms are read by
the labels that stand beside their numbers, which come from the catalogue.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import lxml.html
from pypdf import PdfReader

from district_reports.model import Comparison, Dossier, Measure
from district_reports.periods import Quarter
from district_reports.render.i18n import Words
from district_reports.render.open_data import list_measures
from district_reports.render.print_record import LEAVES
from district_reports.render.sheet import Sheet
from district_reports.settings import Settings
from tests.printed import NUMBER, list_numbers, read_dossier, read_page, text_of
from tests.unit.render.dossiers import all_words

Key = tuple[str, str, str]
INLINE = {"a", "bdi", "span", "strong", "em", "b"}
SEAM = "\ue000"
"""Stands in a text read from a page where one element ends and another begins."""
RUNS_ON = re.compile(r"\d(\d|[.,]\d)")
"""A number that goes on behind the end of a text."""
WEB_ONLY = {section_id for section_id, _ in LEAVES}
"""Parts that print may leave to the web page."""


class Printed(NamedTuple):
    """A number as it is printed somewhere."""

    text: str
    scale: float = 1
    """By which the measure's value is multiplied before it is printed."""
    digits: int = 0
    """Decimals it is rounded to."""
    at: int = 0
    """Which number of the text it is."""
    is_on_paper: bool = False
    """Whether print must hold it too."""


@dataclass(frozen=True)
class Edition:
    """An edition that was made, with what it was made from."""

    release: Path
    place: str
    tag: str
    settings: Settings

    @cached_property
    def dossier(self) -> Dossier:
        return read_dossier(self.release, self.place)

    @property
    def words(self) -> Words:
        return all_words()[self.tag]

    @cached_property
    def sheet(self) -> Sheet:
        return Sheet(self.dossier, self.words, self.settings)

    @property
    def url(self) -> str:
        return f"{self.settings.report.site.url}/{self.tag}/{self.place}/"

    def read(self, name: str) -> str:
        return (self.release / self.place / self.tag / name).read_text(encoding="utf-8-sig")

    def page(self) -> lxml.html.HtmlElement:
        return read_page(self.release, self.place, self.tag)

    def paper(self, name: str) -> Counter[float]:
        """Return all numbers of a PDF; the mark of a sample and page numbers are among them."""
        return Counter(
            number for text in _texts_of(self.release / self.place / self.tag / name) for number in self.numbers(text)
        )

    @cached_property
    def title(self) -> str:
        """The web page's title, squeezed."""
        return squeeze(self.page().xpath("//title")[0].text_content())

    @cached_property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """Each service of the web page with its number, squeezed."""
        parts = ("label", "number")
        items = (
            [squeeze("".join(item.xpath(f".//*[@class='contact__{part}']//text()"))) for part in parts]
            for item in self.page().xpath("//section[@id='contacts']//li[@class='contact']")
        )
        return tuple((label, number) for label, number in items)

    @cached_property
    def report(self) -> str:
        """All words of the web page, squeezed, with a seam between its elements."""
        page = self.page()
        for extra in page.xpath("//style"):
            extra.drop_tree()
        for element in page.iter():
            if element.tag not in INLINE:
                element.text = f"{SEAM}{element.text or ''}"
                element.tail = f"{SEAM}{element.tail or ''}"
        return squeeze("".join(page.itertext()))

    def numbers(self, text: str) -> list[float]:
        return list_numbers(text, self.settings, self.tag)

    def name(self, metric_id: str) -> str:
        return squeeze(self.words.text(f"metric.{metric_id}"))

    def rows(self) -> dict[Key, dict[str, str]]:
        """Return the rows of `data.csv`."""
        table = csv.DictReader(io.StringIO(self.read("data.csv"), newline=""), strict=True)
        return {(row["district_id"], row["metric_id"], row["quarter"]): row for row in table}

    def objects(self) -> dict[Key, dict[str, Any]]:
        """Return the rows of `data.json`."""
        rows = json.loads(self.read("data.json"))["rows"]
        return {(row["district_id"], row["metric_id"], row["quarter"]): row for row in rows}

    def measures(self) -> dict[Key, Measure]:
        return {(each.district_id, each.metric_id, each.quarter): each for each in list_measures(self.dossier)}


@cache
def _texts_of(path: Path) -> tuple[str, ...]:
    """Return the text of each page of a PDF; Arabic ones take seconds to read."""
    return tuple(text_of(page) for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def squeeze(text: str) -> str:
    """Return a text without anything that two settings of it may differ in: spaces, and turns of direction."""
    return re.sub("[\\s\u200b\u200e\u2066-\u2069]", "", text)


def agrees(edition: Edition, printed: Printed, value: float) -> bool:
    """Return whether a text prints a value, rounded as it is printed there."""
    numbers = edition.numbers(printed.text)
    if len(numbers) <= printed.at:
        return False
    tolerance = 0.5 * 10**-printed.digits + 1e-6 if printed.digits or not float(value).is_integer() else 0
    return abs(numbers[printed.at] - value * printed.scale) <= (tolerance or 1e-9)


# The web page


def list_web(edition: Edition) -> dict[Key, list[Printed]]:
    """Return every number of the web page that is a measure, each with all places where it stands in a table."""
    found: dict[Key, list[Printed]] = {}
    page = edition.page()
    for finder in (_web_facts, _web_trends, _web_counts, _web_arrests, _web_ladder, _web_requests, _web_others):
        for metric, quarter, printed in finder(edition, page):
            found.setdefault((edition.place, metric, quarter), []).append(printed)
    return found


Finding = Iterator[tuple[str, str, Printed]]


def _before(edition: Edition) -> str:
    return str(Quarter.parse(edition.dossier.quarter).year_ago())


def _rows(page: lxml.html.HtmlElement, section: str) -> Iterator[tuple[list[str], str, list[str]]]:
    """Yield each row of each table of a part: the table's head, the row's own, its cells."""
    for table in page.xpath(f"//section[@id='{section}']//table"):
        head = [squeeze(cell.text_content()) for cell in table.xpath("thead//th")]
        for row in table.xpath("tbody/tr"):
            (label,) = row.xpath("th")
            # Of a bar the drawing holds no words.
            yield head, squeeze(label.text_content()), [cell.text_content() for cell in row.xpath("td")]


def _months(edition: Edition) -> dict[str, str]:
    quarters = Quarter.parse(edition.dossier.quarter).window(13)
    return {squeeze(edition.words.months_of(quarter)): str(quarter) for quarter in quarters}


def _web_facts(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    for item in page.xpath("//li[@data-metric]"):
        metric = item.get("data-metric")
        number = item.find_class("fact__number")[0].text_content()
        yield metric, edition.dossier.quarter, Printed(number, is_on_paper=True)
        yield metric, _before(edition), Printed(item.find_class("fact__compared")[0].text_content(), is_on_paper=True)


def _web_trends(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    months = _months(edition)
    for figure in page.xpath("//figure[starts-with(@data-figure, 'trend-')]"):
        metric = figure.get("data-figure").removeprefix("trend-")
        for row in figure.xpath(".//tbody/tr"):
            yield metric, months[squeeze(row.xpath("th")[0].text_content())], Printed(row.xpath("td")[0].text_content())


def _web_counts(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    """Yield counts in tables of now and the year before."""
    ids = {edition.name(each.metric_id): each.metric_id for each in _comparisons(edition.dossier) if _is_named(each)}
    for section in ("kinds", "fears"):
        for _, label, cells in _rows(page, section):
            if label in ids:
                is_on_paper = section not in WEB_ONLY
                yield ids[label], edition.dossier.quarter, Printed(cells[0], is_on_paper=is_on_paper)
                yield ids[label], _before(edition), Printed(cells[1], is_on_paper=is_on_paper)


def _is_named(comparison: Comparison) -> bool:
    return comparison.metric_id.startswith(("incidents_", "victims_", "shooting_"))


def _comparisons(dossier: Dossier) -> Iterator[Comparison]:
    yield from (*dossier.key_facts, *dossier.offences)
    for block in dossier.blocks:
        yield from block.comparisons


def _web_arrests(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    months = _months(edition)
    for _, label, cells in _rows(page, "arrests"):
        for metric, cell in zip(edition.settings.report.arrest_shares, cells, strict=True):
            yield metric, months[label], Printed(cell, 100, 1, is_on_paper="arrests" not in WEB_ONLY)


def _web_ladder(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    """Yield shares arrested within some days, of the cohorts of a year before; a small cohort has none."""
    assert edition.settings.outcomes.arrests is not None
    arrests = edition.settings.outcomes.arrests
    cohorts = {edition.name(cohort.metric_id): cohort.cohort_id for cohort in arrests.cohorts}
    tables = [t for t in page.xpath("//section[@id='outcomes']//table") if len(t.xpath("thead//th")) > 2]
    steps = {squeeze(edition.words.text(f"outcomes.rung.arrest_{days}")): days for days in (90, 180, 365)}
    for table, quarter in zip(tables, (_before(edition), edition.dossier.quarter), strict=True):
        head = [squeeze(cell.text_content()) for cell in table.xpath("thead//th")][1:]
        for row in table.xpath("tbody/tr"):
            days = steps.get(squeeze(row.xpath("th")[0].text_content()))
            for label, cell in zip(head, row.xpath("td"), strict=True):
                text = cell.text_content()
                if days and len(edition.numbers(text)) == 2:
                    yield f"arrest_within_{days}_{cohorts[label]}", quarter, Printed(text, 100, 1, at=1)


def _web_requests(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    assert edition.settings.outcomes.requests is not None
    kinds = ("all", *(kind.kind_id for kind in edition.settings.outcomes.requests.kinds))
    labels = {squeeze(edition.words.text(f"requests.kind.{kind}")): kind for kind in kinds}
    now = edition.dossier.quarter
    for head, label, cells in _rows(page, "requests"):
        kind = labels[label]
        yield f"requests_{kind}", now, Printed(cells[0])
        if len(head) > 2:
            yield f"requests_{kind}", _before(edition), Printed(cells[1])
            yield f"requests_closed_share_{kind}", now, Printed(cells[3], 100)
            yield f"requests_days_{kind}", now, Printed(cells[4])


def _web_others(edition: Edition, page: lxml.html.HtmlElement) -> Finding:
    words, now, months = edition.words, edition.dossier.quarter, _months(edition)
    steps = {squeeze(words.text(f"complaints.step.complaint_{step}_share")): step for step in ("closed", "finding")}
    cases = {each.metric_id: each for block in edition.dossier.blocks for each in block.measures}
    for _, label, cells in _rows(page, "complaints"):
        if label in steps:
            metric = f"complaint_{steps[label]}_share"
            yield metric, cases[metric].quarter, Printed(cells[0], 100, 1)
    for _, label, cells in _rows(page, "force"):
        yield "force_incidents", months[label], Printed(cells[0])
    rates = {edition.name(f"incidents_{kind}"): f"rate_{kind}" for kind in ("violent", "property")}
    for _, label, cells in _rows(page, "rates"):
        yield rates[label], now, Printed(cells[0], digits=1)
    where = "city" if edition.place == "city" else "here"
    scores = {squeeze(words.text(f"trust.{score}.{where}")): score for score in ("trust_score", "safety_score")}
    for _, label, cells in _rows(page, "trust"):
        if label in scores:
            yield scores[label], cases[scores[label]].quarter, Printed(cells[0], digits=1)


# Short forms: what stands beside a label


def facts_after(edition: Edition, text: str) -> Iterator[tuple[Comparison, str]]:
    """Yield each key fact that a text tells of, with the text from its label to the next one's."""
    # "15, 2026" are two numbers.
    bare = squeeze(re.sub(r"(?<=[\d.,])\s+(?=\d)", SEAM, text))
    places = sorted(
        (bare.index(label), len(label), fact)
        for fact in edition.dossier.key_facts
        if (label := edition.name(fact.metric_id)) in bare
    )
    ends = [*(start for start, _, _ in places[1:]), len(bare)][: len(places)]
    for (start, length, fact), end in zip(places, ends, strict=True):
        yield fact, bare[start + length : end]


def expected_numbers(fact: Comparison) -> list[float]:
    """Return the numbers that a key fact prints: now, the year before, and the change where it is one to tell."""
    pct = round(abs(fact.change_pct)) if fact.change_pct is not None else 0
    told = both_numbers(fact)
    return [*told, float(pct)] if pct and len(set(told)) == 2 else told


def both_numbers(fact: Comparison) -> list[float]:
    """Return the numbers of now and of the year before, where they are known."""
    return [float(each.value) for each in (fact.now, fact.year_before) if each.value is not None]


def expected_mean(fact: Comparison) -> list[float]:
    """Return the numbers of the line on earlier years: how many, and their mean as printed."""
    if fact.earlier_mean is None or fact.earlier_years < 2:
        return []
    return [float(fact.earlier_years), float(f"{fact.earlier_mean:.{0 if fact.earlier_mean >= 100 else 1}f}")]


def stands_in(text: str, report: str) -> bool:
    """Return whether a squeezed text stands in the report, no number of it cut at either end."""
    at = report.find(text)
    while at >= 0:
        end = at + len(text)
        begins_inside = text[:1].isdigit() and report[max(0, at - 1) : at].isdigit()
        if not begins_inside and not RUNS_ON.match(text[-1:] + report[end : end + 2]):
            return True
        at = report.find(text, at + 1)
    return False


def has_number(text: str) -> bool:
    return NUMBER.search(text) is not None

"""Realistic pages for tests of the templates: `make_page`, and hand-made pictures, `make_charts`.

The numbers are invented and the sentences stand in `page_words.json`; nothing here is computed by the product.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from district_reports.model import Direction
from district_reports.render.view import ContactLine, Figure, KeyFact, Labels, Link, Page, Section, SourceLine, Table
from district_reports.render.view_charts import (
    HourCell,
    HourChart,
    MapArea,
    MapChart,
    PairBar,
    PairChart,
    TrendChart,
    TrendPoint,
)
from tests.unit.render.more_pages import make_corrections, make_more
from tests.unit.render.pictures import make_charts
from tests.unit.render.told_pages import add_told

__all__ = ["LANGUAGES", "make_charts", "make_page"]

WORDS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("page_words.json").read_text(encoding="utf-8"))
LANGUAGES = ("en", "es", "zh-Hans", "ar")
VIOLENT = (455, 402, 398, 431, 470, 391, 372, 440, 480, 410, 377, 421, 412)
PROPERTY = (1190, 1105, 1010, 1150, 1222, 1098, 1034, 1177, 1251, 1120, 1002, 1133, 1204)
NOW = (9, 21, 74, 131, 177, 96, 604, 488, 16, 143, 118)
BEFORE = (11, 24, 109, 138, 198, 142, 611, 479, 19, 151, 84)
DIRECTIONS = (3, 3, 1, 2, 2, 1, 2, 2, 3, 2, 0)
WORD_KEYS = ("higher", "lower", "similar", "unknown")
FACTS = (
    ("incidents_violent", "412", Direction.LOWER, "480", "445"),
    ("incidents_property", "1,204", Direction.SIMILAR, "1,251", "1,221"),
    ("incidents_homicide", "9", Direction.UNKNOWN, "11", "10.3"),
    ("incidents_robbery", "74", Direction.LOWER, "109", "98"),
    ("incidents_burglary", "96", Direction.LOWER, "142", "121"),
    ("incidents_carjacking", "31", Direction.HIGHER, "18", "22.7"),
)


def make_page(
    language_tag: str,
    *,
    city: bool = False,
    banners: tuple[str, ...] = ("sample",),
    is_full: bool = False,
    is_told: bool = False,
) -> Page:
    """Return a whole page; `banners` names some of "sample" and "preview", worded in the language.

    `is_full`: with the parts beyond counts of crimes, and a correction; `is_told`: with what people said and what came
    of it, whom to call, and where to take part.
    """
    w = WORDS[language_tag]
    place = w["city_place"] if city else w["place"]
    sections = (_violence(w, place), _property(w, place), _kinds(w, place))
    sections += (_when(w, place), _where(w, place, city=city))
    if not city:
        sections += (_beside(w, place),)
    page = Page(
        language=language_tag,
        direction=w["direction"],
        region=w["region"],
        font=w["font"],
        city_name=w["city_place"],
        publisher="State of the District",
        edition_line=w["edition"].format(place=place),
        title=w["city_title" if city else "title"],
        document_title=w["document_title"].format(place=place),
        dates_line=w["dates"],
        banners=tuple(w["banners"][name] for name in banners),
        languages=_language_links(language_tag),
        key_facts=_key_facts(w),
        key_facts_note=w["facts_note"],
        sections=sections,
        more=make_more(language_tag) if is_full else (),
        corrections=make_corrections(language_tag) if is_full else (),
        limits=Section(section_id="limits", question=w["q_limits"], answer="", points=w["limits"]),
        contacts=_contacts(w, city=city),
        contacts_heading=w["contacts_heading"],
        contacts_intro=w["contacts_intro"],
        arrests=_arrests(w),
        notes=Section(section_id="notes", question=w["q_notes"], answer="", points=w["notes"]),
        method=Section(section_id="method", question=w["q_method"], answer="", points=w["method"]),
        sources=(
            SourceLine(title=w["source_title"], detail=w["source_detail"], url="https://data.cityofchicago.org/d/x"),
            SourceLine(
                title=w["boundaries_title"], detail=w["boundaries_detail"], url="https://data.cityofchicago.org/d/y"
            ),
        ),
        data=Section(section_id="data", question=w["q_data"], answer=w["a_data"]),
        data_links=tuple(
            Link(text=text, href=href)
            for text, href in zip(
                w["data_links"], ("../../measures.csv", "https://data.cityofchicago.org"), strict=True
            )
        ),
        district_links=_district_links(w, city=city),
        district_links_heading=w["city_links_heading" if city else "district_links_heading"],
        report_date="2026-10-12",
        labels=Labels(**dict(zip(Labels.model_fields, w["labels"], strict=True))),
    )
    return add_told(page) if is_told else page


def _language_links(current: str) -> tuple[Link, ...]:
    return tuple(
        Link(text=str(WORDS[tag]["language_name"]), href=f"../{tag}/report.html", lang=tag, is_current=tag == current)
        for tag in LANGUAGES
    )


def _district_links(w: dict[str, Any], *, city: bool) -> tuple[Link, ...]:
    if not city:
        return (Link(text=w["city_place"], href="../../city/en/report.html"),)
    return tuple(
        Link(text=w["place"].replace("007", number).replace("Englewood", f"Name {number}"), href=f"../../{number}/")
        for number in _district_ids()
    )


def _district_ids() -> tuple[str, ...]:
    return tuple(f"{n:03}" for n in range(1, 26) if n not in (13, 21, 23))


def _key_facts(w: dict[str, Any]) -> tuple[KeyFact, ...]:
    return tuple(
        KeyFact(
            metric_id=metric_id,
            label=label,
            number=number,
            direction=direction,
            word=w[direction.value],
            compared_with=(w["than"].format(n=before), w["mean"].format(n=mean)),
        )
        for label, (metric_id, number, direction, before, mean) in zip(w["facts"], FACTS, strict=True)
    )


def _figure(w: dict[str, Any], place: str, key: str, chart: Any, table: Table, *notes: str) -> Figure:
    title, subtitle = w[f"t_{key}"], w[f"s_{key}"].format(place=place)
    return Figure(
        figure_id=key,
        chart=chart,
        title=title,
        subtitle=subtitle,
        alt=w["alt"].format(t=title, s=subtitle),
        table=table,
        notes=notes,
        source=w["source"],
    )


def _quarter_names(w: dict[str, Any]) -> list[str]:
    quarters = (divmod(2023 * 4 + 2 + index, 4) for index in range(13))
    return [w["quarter"].format(season=w["seasons"][season], year=year) for year, season in quarters]


def _trend(w: dict[str, Any], place: str, key: str, values: tuple[int, ...]) -> Section:
    names = _quarter_names(w)
    points = tuple(
        TrendPoint(
            label=name.replace(" ", "\n").replace("年", "年\n"),
            value=value,
            text=f"{value:,}",
            is_now=index == 12,
            is_same_season=index % 4 == 0,
        )
        for index, (name, value) in enumerate(zip(names, values, strict=True))
    )
    words = {"same_season_word": w["same_season"], "other_word": w["other"], "no_data_word": w["no_data"]}
    rows = tuple((name, point.text) for name, point in zip(names, points, strict=True))
    table = Table(caption=w[f"t_{key}"], head=w["head_trend"], rows=rows, note=w["note_change"])
    figure = _figure(w, place, key, TrendChart(points=points, **words), table, w["note_change"])
    return Section(section_id=key, question=w[f"q_{key}"], answer=w[f"a_{key}"], figures=(figure,))


def _violence(w: dict[str, Any], place: str) -> Section:
    return _trend(w, place, "violence", VIOLENT)


def _property(w: dict[str, Any], place: str) -> Section:
    return _trend(w, place, "property", PROPERTY)


def _kinds(w: dict[str, Any], place: str) -> Section:
    bars = tuple(
        PairBar(label=label, first=now, second=before, first_text=f"{now:,}", second_text=f"{before:,}")
        for label, now, before in zip(w["offences"], NOW, BEFORE, strict=True)
    )
    rows = tuple(
        (bar.label, bar.first_text, bar.second_text, _change(w, now, before), w[WORD_KEYS[direction]])
        for bar, now, before, direction in zip(bars, NOW, BEFORE, DIRECTIONS, strict=True)
    )
    table = Table(caption=w["t_kinds"], head=w["head_pairs"], rows=rows, note=w["note_small"])
    chart = PairChart(bars=bars, first_word=w["now"], second_word=w["before"], axis_word=w["incidents"])
    figure = _figure(w, place, "kinds", chart, table, w["note_small"], w["note_change"])
    return Section(section_id="kinds", question=w["q_kinds"], answer=w["a_kinds"], figures=(figure,))


def _change(w: dict[str, Any], now: int, before: int) -> str:
    more, less, few = w["change"]
    if min(now, before) < 20:
        return str(few)
    return str((more if now > before else less).format(n=abs(round(100 * (now - before) / before))))


def _when(w: dict[str, Any], place: str) -> Section:
    cells = []
    for day in range(7):
        for hour in range(24):
            value = round(4 + 3 * math.cos((hour - 21) / 24 * 2 * math.pi) + (3 if day in (4, 5) and hour > 18 else 0))
            cells.append(HourCell(weekday=day, hour=hour, value=value, step=min(4, value // 2)))
    hours = tuple(f"{h % 12 or 12} {'am' if h < 12 else 'pm'}" if w["am_pm"] else str(h) for h in range(24))
    chart = HourChart(cells=tuple(cells), weekday_names=w["weekdays"], hour_names=hours, step_words=w["steps"])
    by_hour = [[cell.value for cell in cells if cell.hour == hour] for hour in range(24)]
    rows = tuple((name, *map(str, day), str(sum(day))) for name, day in zip(hours, by_hour, strict=True))
    table = Table(caption=w["t_when"], head=w["head_hours"], rows=rows)
    figure = _figure(w, place, "when", chart, table)
    return Section(section_id="when", question=w["q_when"], answer=w["a_when"], figures=(figure,))


def _where(w: dict[str, Any], place: str, *, city: bool) -> Section:
    names = _district_ids() if city else tuple(f"07{sector}{beat}" for sector in (1, 2, 3) for beat in range(1, 6))
    areas = []
    for index, name in enumerate(names):
        row, column = divmod(index, 5)
        value = 120 + (index * 37) % 190
        x, y = column * 200, row * 320
        ring = ((x, y), (x + 195, y + 10), (x + 190, y + 300), (x + 5, y + 310))
        label = name if city else w["beat"].format(n=name)
        rings = () if city else (ring,)
        areas.append(
            MapArea(
                area_id=name,
                label=label,
                value=value,
                text=f"{value:,}",
                step=min(4, (value - 120) // 38),
                rings=rings,
                tile=(row, column),
            )
        )
    chart = MapChart(form="tiles" if city else "polygons", areas=tuple(areas), step_words=w["steps"])
    total = sum(area.value for area in areas)
    rows = tuple((area.label, area.text, f"{100 * area.value / total:.1f}%") for area in areas)
    table = Table(caption=w["t_where"], head=w["head_map"], rows=rows)
    figure = _figure(w, place, "where", chart, table, w["note_change"])
    return Section(section_id="where", question=w["q_where"], answer=w["a_where"], figures=(figure,))


def _beside(w: dict[str, Any], place: str) -> Section:
    bars = tuple(
        PairBar(
            label=w["offences"][index],
            first=now / 33.77,
            second=now / 33.77 * (1.3 if index == 6 else 0.8),
            first_text=f"{now / 33.77:.1f}%",
            second_text=f"{now / 33.77 * (1.3 if index == 6 else 0.8):.1f}%",
        )
        for index, now in enumerate(NOW)
        if index in (2, 3, 4, 5, 6, 7, 9, 10)
    )
    rows = tuple((bar.label, bar.first_text, bar.second_text) for bar in bars)
    table = Table(caption=w["t_beside"], head=w["head_beside"], rows=rows)
    chart = PairChart(bars=bars, first_word=w["here"], second_word=w["there"], axis_word=w["share_axis"])
    figure = _figure(w, place, "beside", chart, table)
    return Section(section_id="beside", question=w["q_beside"], answer=w["a_beside"], figures=(figure,))


def _arrests(w: dict[str, Any]) -> Section:
    shares = [(14.2 + n / 10, 17.2 + n / 8, 5.5 + n / 20) for n in range(13)]
    rows = tuple(
        (label, *(w["too_early"].format(n=f"{s:.1f}") if index > 10 else f"{s:.1f}" for s in share))
        for index, (label, share) in enumerate(zip(_quarter_names(w), shares, strict=True))
    )
    table = Table(caption=w["arrests_caption"], head=w["arrests_head"], rows=rows)
    points = w["arrests_points"]
    return Section(section_id="arrests", question=w["q_arrests"], answer=w["a_arrests"], tables=(table,), points=points)


def _contacts(w: dict[str, Any], *, city: bool) -> tuple[ContactLine, ...]:
    numbers = ("911", "311", "988", "312-743-2672", "312-742-8888", "312-747-8223")
    urls = ("", "", "https://988lifeline.org", "https://www.chicagocopa.org", "https://www.chicago.gov/ccpsa", "")
    lines = tuple(
        ContactLine(label=label, number=number, url=url, detail=detail, remark=w["to_be_verified"] if i > 2 else "")
        for i, (label, number, url, detail) in enumerate(
            zip(w["contacts"], numbers, urls, w["contact_details"], strict=True)
        )
    )
    return lines[:5] if city else lines

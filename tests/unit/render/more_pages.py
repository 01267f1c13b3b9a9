"""The parts beyond counts of crimes, as full as a real report has them: `make_more`, `make_corrections`.

The numbers are invented and the sentences stand in `more_words.json`; nothing here is computed by the product.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from district_reports.render.view import BarRow, BarTable, Entry, Figure, Section, Table
from district_reports.render.view_charts import MapArea, MapChart

WORDS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("more_words.json").read_text(encoding="utf-8"))
LADDER = (
    ("455", "1,190", "61", "11"),
    ("98 (21.5%)", "64 (5.4%)", "9 (14.8%)", "3 (27.3%)"),
    ("112 (24.6%)", "71 (6.0%)", "12 (19.7%)", "5 (45.5%)"),
    ("121 (26.6%)", "75 (6.3%)", "13 (21.3%)", "6 (54.5%)"),
)
PLACES = (
    "https://informationportal.igchicago.org/dashboards/public-safety/911-calls/",
    "https://home.chicagopolice.org/statistics-data/",
    "https://www.chicagocopa.org",
    "https://igchicago.org/information-portal/data-dashboards/trr-map-census-data",
    "",
)


def make_corrections(language_tag: str) -> tuple[str, ...]:
    """Return the corrections of the first page."""
    return tuple(WORDS[language_tag]["corrections"])


def make_more(language_tag: str) -> tuple[Section, ...]:
    """Return all parts beyond counts of crimes, in their order."""
    w = WORDS[language_tag]
    return (
        _fears(w["fears"]),
        _outcomes(w["outcomes"]),
        _clearance(w["clearance"]),
        _court(w["court"]),
        _complaints(w["complaints"]),
        _force(w["force"]),
        _requests(w["requests"]),
        _trust(w["trust"]),
        _communities(w["communities"]),
        _rates(w["rates"]),
        _asked(w["asked"]),
        _revisions(w["revisions"], w),
    )


def bar_table(
    table_id: str,
    w: dict[str, Any],
    rows: tuple[tuple[str, float | None], ...],
    *,
    texts: tuple[str, ...] = (),
    muted: tuple[int, ...] = (),
    keys: tuple[str, str] = ("caption", "head"),
    source: str = "",
) -> BarTable:
    """Return bars as long as their share of the largest number."""
    most = max((number or 0 for _, number in rows), default=0) or 1
    shown = texts or tuple("–" if number is None else f"{number:,}" for _, number in rows)
    return BarTable(
        table_id=table_id,
        caption=w[keys[0]],
        head=tuple(w[keys[1]]),
        rows=tuple(
            BarRow(label=label, text=text, length=None if number is None else number / most, is_muted=position in muted)
            for position, ((label, number), text) in enumerate(zip(rows, shown, strict=True))
        ),
        notes=tuple(w[key] for key in ("note",) if key in w),
        source=source,
    )


def _pairs(labels: list[str], *numbers: float | None) -> tuple[tuple[str, float | None], ...]:
    return tuple(zip(labels, numbers, strict=True))


def _fears(w: dict[str, Any]) -> Section:
    bars = bar_table("fears", w, _pairs(w["labels"], 61, 118, 31, 96, 402, 0), source=w["source"])
    return Section(section_id="fears", question=w["q"], answer=w["a"], bars=(bars,))


def _outcomes(w: dict[str, Any]) -> Section:
    gone = (w["not_published"],) * 4
    old = (*LADDER, gone, gone, ("34", "41", "4", "5"), ("12", "19", "1", "2"), ("288", "996", "43", "4"))
    late = tuple(w["too_early_n"].format(n=n) for n in ("71", "52", "8", "2"))
    young = (
        ("412", "1,204", "54", "9"),
        late,
        *((w["too_early"],) * 4,) * 2,
        gone,
        gone,
        *((w["too_early"],) * 4,) * 3,
    )
    tables = tuple(
        Table(
            caption=w[key],
            head=tuple(w["head"]),
            rows=tuple((rung, *cells) for rung, cells in zip(w["rungs"], rows, strict=True)),
            note=w["note"],
        )
        for key, rows in (("caption", old), ("caption_now", young))
    )
    shares = ("21.5%", "24.6%", w["too_early_n"].format(n="26.6%"))
    bars = bar_table(
        "violent-arrests",
        w,
        _pairs(w["rungs"][1:4], 21.5, 24.6, 26.6),
        texts=shares,
        muted=(2,),
        keys=("caption_bars", "head_bars"),
    )
    return Section(section_id="outcomes", question=w["q"], answer=w["a"], tables=tables, bars=(bars,))


def _clearance(w: dict[str, Any]) -> Section:
    rows = tuple(
        (kind, "2024", method, share, w["where"])
        for kind, shares in zip(w["kinds"], (("43%", "56%"), ("18%", "20%"), ("9%", "10%"), ("6%", "7%")), strict=True)
        for method, share in zip(w["methods"], shares, strict=True)
    )
    table = Table(caption=w["caption"], head=tuple(w["head"]), rows=rows, note=w["note"])
    return Section(section_id="clearance", question=w["q"], answer=w["a"], tables=(table,))


def _court(w: dict[str, Any]) -> Section:
    rows = _pairs(w["labels"], 3120, 2904, 1822, 1011, 71, 216)
    bars = bar_table("court", w, rows, muted=(5,), source=w["source"])
    return Section(section_id="court", question=w["q"], answer=w["a"], bars=(bars,), notices=(w["notice"],))


def _complaints(w: dict[str, Any]) -> Section:
    stages = bar_table(
        "complaint-stages", w, _pairs(w["labels"], 23, 8, 3, None), texts=("23", "8", "3", w["not_here"])
    )
    kinds = bar_table(
        "complaint-kinds",
        w,
        _pairs(w["labels2"], 14, 31, 12, 2, 19, 5, 8),
        keys=("caption2", "head2"),
        source=w["source"],
    )
    return Section(
        section_id="complaints", question=w["q"], answer=w["a"], bars=(stages, kinds), points=tuple(w["points"])
    )


def _force(w: dict[str, Any]) -> Section:
    bars = bar_table("force", w, _pairs(w["labels"], None, None), texts=(w["value"],) * 2)
    return Section(section_id="force", question=w["q"], answer=w["a"], bars=(bars,), notices=(w["notice"],))


def _requests(w: dict[str, Any]) -> Section:
    cells: tuple[tuple[str, str, str], ...] = (
        ("41", "12.2%", ""),
        ("388", "61.9%", "24"),
        ("512", "97.3%", "4"),
        ("267", "70.4%", "19"),
    )
    cells += (("301", "88.7%", "9"), ("644", "93.0%", "6"), ("4,812", "84.6%", "7"))
    rows = tuple(
        (kind, opened, share, w["days"].format(n=days) if days else w["none"])
        for kind, (opened, share, days) in zip(w["kinds"], cells, strict=True)
    )
    table = Table(caption=w["caption"], head=tuple(w["head"]), rows=rows, note=w["note"])
    return Section(section_id="requests", question=w["q"], answer=w["a"], tables=(table,))


def _trust(w: dict[str, Any]) -> Section:
    bars = bar_table("trust", w, _pairs(w["labels"], 5.1, 4.7), muted=(0, 1), source=w["source"])
    return Section(section_id="trust", question=w["q"], answer=w["a"], bars=(bars,), notices=(w["notice"],))


def _communities(w: dict[str, Any]) -> Section:
    numbers = (1204, 988, 512, 402, 177, 96, 61, 40, 88)
    bars = bar_table("communities", w, _pairs(w["names"], *numbers), source=w["source"])
    areas = tuple(
        MapArea(
            area_id=str(index),
            label=name,
            value=number,
            text=f"{number:,}",
            step=min(4, number // 250),
            rings=(((x, y), (x + 300, y), (x + 300, y + 300), (x, y + 300)),),
            tile=divmod(index, 3),
        )
        for index, (name, number) in enumerate(zip(w["names"][:8], numbers, strict=False))
        for x, y in ((index % 3 * 320, index // 3 * 320),)
    )
    rows = tuple((area.label, area.text) for area in areas)
    figure = Figure(
        figure_id="communities",
        chart=MapChart(form="polygons", areas=areas, step_words=("0–249", "250–499", "500–749", "750–999", "1,000–")),
        title=w["t"],
        subtitle=w["s"],
        alt=f"{w['t']}. {w['s']}.",
        table=Table(caption=w["caption"], head=tuple(w["head"]), rows=rows),
        notes=(),
        source=w["source"],
    )
    return Section(section_id="communities", question=w["q"], answer=w["a"], figures=(figure,), bars=(bars,))


def _rates(w: dict[str, Any]) -> Section:
    rows = tuple(zip(w["kinds"], ("6.2", "18.1", "0.14"), ("2.9", "14.4", "0.06"), strict=True))
    table = Table(caption=w["caption"], head=tuple(w["head"]), rows=rows, note=w["note"])
    return Section(section_id="rates", question=w["q"], answer=w["a"], tables=(table,))


def _asked(w: dict[str, Any]) -> Section:
    entries = tuple(
        Entry(
            label=label,
            detail=w["details"][index % len(w["details"])],
            url=PLACES[index % len(PLACES)],
            remark=w["remark"] if index % 3 else "",
        )
        for index, label in enumerate(w["labels"])
    )
    return Section(section_id="asked", question=w["q"], answer=w["a"], entries=entries)


def _revisions(w: dict[str, Any], all_words: dict[str, Any]) -> Section:
    names = (*all_words["complaints"]["labels2"][:2], *all_words["fears"]["labels"][2:4])
    rows = tuple(
        (names[index % 4], all_words["clock"][index // 3], f"{410 - 9 * index}", f"{413 - 9 * index}", why)
        for index, why in enumerate(w["why"] * 4)
    )
    table = Table(caption=w["caption"], head=tuple(w["head"]), rows=rows)
    return Section(section_id="revisions", question=w["q"], answer=w["a"], tables=(table,), points=tuple(w["points"]))

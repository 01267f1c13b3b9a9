"""Figures by hour of the week and by place: their findings, charts, alternative texts and tables."""

from __future__ import annotations

from collections import Counter
from datetime import time

from babel.dates import format_time

from district_reports.model import HourCount, Places, State
from district_reports.render.sheet import Sheet, step_of
from district_reports.render.view import Figure, Table
from district_reports.render.view_charts import HourCell, HourChart, MapArea, MapChart

PARTS_OF_DAY = (("night", 0), ("morning", 6), ("afternoon", 12), ("evening", 18))
"""Name and first hour; six hours each."""

HOURS, DAYS = range(24), range(7)


def build_hours(sheet: Sheet) -> Figure:
    """Return the chart of incidents by hour and weekday."""
    words, hours = sheet.words, sheet.dossier.hours
    bounds, names = sheet.steps([cell.count for cell in hours])
    caption = words.text("hours.subtitle", place=sheet.place, months=sheet.months)
    parts = _parts_of_day(hours)
    return Figure(
        figure_id="hours",
        chart=HourChart(
            cells=tuple(
                HourCell(weekday=c.weekday, hour=c.hour, value=c.count, step=step_of(c.count, bounds)) for c in hours
            ),
            weekday_names=words.weekdays("abbreviated"),
            hour_names=tuple(_hour_name(sheet, hour) for hour in HOURS),
            step_words=names,
        ),
        title=_hours_title(sheet, parts),
        subtitle=caption,
        alt=_hours_alt(sheet, parts),
        table=_hours_table(sheet, caption, parts),
        notes=(words.text("hours.note"),),
        source=sheet.source_line,
    )


def _hours_alt(sheet: Sheet, parts: dict[str, int]) -> str:
    words = sheet.words
    if _has_no_data(sheet):
        return words.text("hours.title.no_data")
    if not any(parts.values()):
        return words.text("hours.alt_none", place=sheet.place)
    items = (
        words.text("hours.alt_item", part=words.text(f"hours.part.{part}"), n=words.number(n))
        for part, n in parts.items()
    )
    return words.text("hours.alt", place=sheet.place, items=sheet.join(items))


def _hour_name(sheet: Sheet, hour: int) -> str:
    return str(format_time(time(hour), sheet.words.text("hour.pattern"), locale=sheet.words.locale))


def _parts_of_day(hours: tuple[HourCount, ...]) -> dict[str, int]:
    """Return incidents by part of the day."""
    return {name: sum(cell.count for cell in hours if start <= cell.hour < start + 6) for name, start in PARTS_OF_DAY}


def _hours_title(sheet: Sheet, parts: dict[str, int]) -> str:
    total, most = sum(parts.values()), max(parts.values())
    if _has_no_data(sheet):
        return sheet.words.text("hours.title.no_data")
    if total == 0:
        return sheet.words.text("hours.title.none")
    names = [name for name, count in parts.items() if count == most]
    if len(names) > 1:
        return sheet.words.text("hours.title.tie")
    return sheet.words.text(f"hours.title.{names[0]}", share=sheet.words.number(100 * most / total))


def _has_no_data(sheet: Sheet) -> bool:
    return sheet.dossier.key_facts[0].now.state is State.NO_DATA


def _hours_table(sheet: Sheet, caption: str, parts: dict[str, int]) -> Table:
    words = sheet.words
    missing = words.text("number.missing")

    def number(count: int) -> str:
        return missing if _has_no_data(sheet) else words.number(count)

    counts = Counter({(cell.hour, cell.weekday): cell.count for cell in sheet.dossier.hours})
    rows = [
        (
            _hour_name(sheet, hour),
            *(number(counts[hour, day]) for day in DAYS),
            number(sum(counts[hour, d] for d in DAYS)),
        )
        for hour in HOURS
    ]
    for name, start in PARTS_OF_DAY:
        sums = [sum(counts[hour, day] for hour in range(start, start + 6)) for day in DAYS]
        rows.append((words.text(f"hours.part.{name}"), *map(number, sums), number(parts[name])))
    head = (words.text("table.hour"), *words.weekdays("abbreviated"), words.text("table.all_week"))
    return Table(caption=caption, head=head, rows=tuple(rows))


def build_places(sheet: Sheet) -> Figure:
    """Return the map of incidents by area."""
    words, places = sheet.words, sheet.dossier.places
    kind = "districts" if sheet.is_city else "beats"
    counts = {area.area_id: area.count for area in places.areas}
    bounds, names = sheet.steps(list(counts.values()))
    shapes = {shape.area_id: shape.rings for shape in places.shapes}
    tiles = _tiles(sheet, places)
    caption = words.text(f"places.subtitle.{kind}", place=sheet.place, months=sheet.months)
    areas = tuple(
        MapArea(
            area_id=area_id,
            label=_area_label(sheet, area_id),
            value=count,
            text=words.number(count),
            step=step_of(count, bounds),
            rings=shapes.get(area_id, ()),
            tile=tiles[area_id],
        )
        for area_id, count in counts.items()
    )
    return Figure(
        figure_id="places",
        chart=MapChart(form=places.kind, areas=areas, step_words=names),
        title=_places_title(sheet, places, kind),
        subtitle=caption,
        alt=_places_alt(sheet, counts, kind),
        table=Table(
            caption=caption,
            head=(words.text("table.district" if sheet.is_city else "table.beat"), words.text("table.incidents")),
            rows=tuple((_area_name(sheet, area_id), words.number(count)) for area_id, count in counts.items()),
        ),
        notes=_places_notes(sheet, places),
        source=sheet.source_line,
    )


def _area_label(sheet: Sheet, area_id: str) -> str:
    """Return the short label inside the map."""
    return (area_id.lstrip("0") or area_id) if sheet.is_city else area_id


def _area_name(sheet: Sheet, area_id: str) -> str:
    return sheet.district_name(area_id) if sheet.is_city else area_id


def _tiles(sheet: Sheet, places: Places) -> dict[str, tuple[int, int]]:
    """Return each area's row and column in a sketched map.

    Districts have theirs in the config; beats stand in rows by all but the last character of their number, which
    in a city that numbers beats by sector keeps a sector together.
    """
    if sheet.is_city:
        return {district.district_id: district.tile for district in sheet.settings.districts}
    groups: dict[str, list[str]] = {}
    for area in places.areas:
        groups.setdefault(area.area_id[:-1], []).append(area.area_id)
    return {area_id: (row, column) for row, group in enumerate(groups.values()) for column, area_id in enumerate(group)}


def _places_title(sheet: Sheet, places: Places, kind: str) -> str:
    counts = sorted((area.count for area in places.areas), reverse=True)
    total = sum(counts)
    if _has_no_data(sheet):
        return sheet.words.text("places.title.no_data")
    if total == 0:
        return sheet.words.text("places.title.none")
    reached, needed = 0, 0
    while 2 * reached < total:
        reached, needed = reached + counts[needed], needed + 1
    return sheet.words.plural(f"places.title.{kind}", needed, areas=sheet.words.number(len(counts)))


def _places_alt(sheet: Sheet, counts: dict[str, int], kind: str) -> str:
    if _has_no_data(sheet):
        return sheet.words.text("places.title.no_data")
    if not any(counts.values()):
        return sheet.words.text("places.alt_none", place=sheet.place)
    number = sheet.words.number
    return sheet.words.text(
        f"places.alt.{kind}",
        place=sheet.place,
        areas=number(len(counts)),
        min=number(min(counts.values())),
        max=number(max(counts.values())),
    )


def _places_notes(sheet: Sheet, places: Places) -> tuple[str, ...]:
    notes = []
    if places.unplaced:
        notes.append(sheet.words.plural("places.unplaced", places.unplaced))
    if places.kind == "tiles":
        notes.append(sheet.words.text("places.tiles"))
    return tuple(notes)

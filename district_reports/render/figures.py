"""Figures of counts over time and by kind: their findings, charts, alternative texts and tables.

Every text comes from the catalogue; every number from the dossier. Figures by hour and by place are in
`figures_where.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from district_reports.model import Comparison, Direction, Measure, Part, State
from district_reports.periods import Quarter
from district_reports.render.sheet import Sheet
from district_reports.render.view import Figure, Table
from district_reports.render.view_charts import PairBar, PairChart, TrendChart, TrendPoint


def build_trend(sheet: Sheet, series: Sequence[Measure], comparison: Comparison) -> Figure:
    """Return the chart of one metric over all quarters, titled with its change against the year before."""
    words, metric = sheet.words, comparison.metric_id
    first = words.months_of(Quarter.parse(series[0].quarter))
    name = sheet.metric_name(metric)
    caption = words.text("trend.subtitle", metric=name, place=sheet.place, first=first, last=sheet.months)
    quarters = [words.months_of(Quarter.parse(measure.quarter)) for measure in series]
    return Figure(
        figure_id=f"trend-{metric}",
        chart=TrendChart(
            points=tuple(_trend_point(sheet, measure) for measure in series),
            same_season_word=words.text("chart.same_quarter"),
            other_word=words.text("chart.other_quarters"),
            no_data_word=words.text("chart.no_data"),
        ),
        title=_trend_title(sheet, comparison),
        subtitle=caption,
        alt=_trend_alt(sheet, series, name),
        table=Table(
            caption=caption,
            head=(words.text("table.quarter"), words.text("table.incidents")),
            rows=tuple((quarter, sheet.count(measure)) for quarter, measure in zip(quarters, series, strict=True)),
        ),
        notes=(words.text(f"trend.{metric}.note"), words.text("trend.scale_note")),
        source=sheet.source_line,
    )


def _trend_point(sheet: Sheet, measure: Measure) -> TrendPoint:
    quarter = Quarter.parse(measure.quarter)
    value = None if measure.value is None else int(measure.value)
    return TrendPoint(
        label=sheet.words.year(quarter.year),
        value=value,
        text="" if value is None else sheet.words.number(value),
        is_now=quarter == sheet.quarter,
        is_same_season=quarter.number == sheet.quarter.number,
    )


def _trend_title(sheet: Sheet, comparison: Comparison) -> str:
    now, before = comparison.now.value, comparison.year_before.value
    variant = str(comparison.direction)
    if now is None:
        variant = "no_data"
    elif before is None:
        variant = "no_before"
    elif now == before and comparison.direction is not Direction.UNKNOWN:
        variant = "same" if now else "none"
    return sheet.words.text(
        f"trend.{comparison.metric_id}.{variant}",
        now=sheet.count(comparison.now),
        before=sheet.count(comparison.year_before),
    )


def _trend_alt(sheet: Sheet, series: Sequence[Measure], name: str) -> str:
    words = sheet.words
    known = [measure for measure in series if measure.value is not None]
    if not known:
        return words.text("trend.alt_empty", metric=name, place=sheet.place)
    # Of equal values the newest is named.
    highest = max(known, key=lambda measure: (measure.value or 0, measure.quarter))
    lowest = min(reversed(known), key=lambda measure: measure.value or 0)
    sentences = [
        words.text(
            "trend.alt",
            quarters=words.number(len(series)),
            metric=name,
            place=sheet.place,
            now=sheet.count(series[-1]),
            now_months=sheet.months,
            max=sheet.count(highest),
            max_months=words.months_of(Quarter.parse(highest.quarter)),
            min=sheet.count(lowest),
            min_months=words.months_of(Quarter.parse(lowest.quarter)),
        )
    ]
    same = [m for m in known[::-1] if m.quarter[-1] == sheet.dossier.quarter[-1] and m.quarter != sheet.dossier.quarter]
    if same:
        items = sheet.join(f"{words.year(Quarter.parse(m.quarter).year)}: {sheet.count(m)}" for m in same)
        sentences.append(words.text("trend.alt_same_quarter", items=items))
    if len(known) < len(series):
        sentences.append(words.plural("trend.alt_missing", len(series) - len(known)))
    return sheet.sentences(*sentences)


def build_kinds(sheet: Sheet) -> Figure:
    """Return the chart of kinds of incidents, this quarter beside the year before."""
    words, offences = sheet.words, sheet.dossier.offences
    caption = words.text("kinds.subtitle", place=sheet.place, now=sheet.months, before=sheet.months_before)
    items = [
        words.text(
            "kinds.alt_item",
            what=sheet.metric_name(offence.metric_id),
            now=sheet.count(offence.now),
            before=sheet.count(offence.year_before),
        )
        for offence in offences
    ]
    return Figure(
        figure_id="kinds",
        chart=PairChart(
            bars=tuple(_kind_bar(sheet, offence) for offence in offences),
            first_word=sheet.months,
            second_word=sheet.months_before,
            axis_word=words.text("chart.incidents"),
        ),
        title=_kinds_title(sheet, offences),
        subtitle=caption,
        alt=words.text("kinds.alt", place=sheet.place, now=sheet.months, items=sheet.join(items)),
        table=Table(
            caption=caption,
            head=(
                words.text("table.kind"),
                sheet.months,
                sheet.months_before,
                words.text("table.change"),
                words.text("table.in_words"),
            ),
            rows=tuple(_kind_row(sheet, offence) for offence in offences),
        ),
        notes=_kinds_notes(sheet, offences),
        source=sheet.source_line,
    )


def _kinds_notes(sheet: Sheet, offences: Sequence[Comparison]) -> tuple[str, ...]:
    measures = (measure for offence in offences for measure in (offence.now, offence.year_before))
    is_hidden = any(measure.state is State.SUPPRESSED for measure in measures)
    names = ("trend.scale_note", "suppressed.note") if is_hidden else ("trend.scale_note",)
    return tuple(sheet.words.text(name) for name in names)


def _kind_bar(sheet: Sheet, offence: Comparison) -> PairBar:
    return PairBar(
        label=sheet.metric_name(offence.metric_id),
        first=offence.now.value,
        second=offence.year_before.value,
        first_text=sheet.count(offence.now),
        second_text=sheet.count(offence.year_before),
    )


def _kind_row(sheet: Sheet, offence: Comparison) -> tuple[str, ...]:
    return (
        sheet.metric_name(offence.metric_id),
        sheet.count(offence.now),
        sheet.count(offence.year_before),
        _change(sheet, offence),
        sheet.words.text(f"direction.{offence.direction}"),
    )


def _change(sheet: Sheet, offence: Comparison) -> str:
    now, before = offence.now.value, offence.year_before.value
    if offence.direction is Direction.UNKNOWN or now is None or before is None:
        return sheet.words.text("table.change_missing")
    if now == before:
        return sheet.words.text("table.change_same")
    if offence.change_pct is None:
        return sheet.words.text("table.change_small")
    if not round(abs(offence.change_pct)):
        return sheet.words.text("table.change_under_one")
    key = "table.change_more" if now > before else "table.change_less"
    return sheet.words.text(key, pct=sheet.words.number(abs(offence.change_pct)))


def _kinds_title(sheet: Sheet, offences: Sequence[Comparison]) -> str:
    words = sheet.words
    known = [offence for offence in offences if offence.now.value is not None]
    if not known:
        return words.text("kinds.title.no_data")
    most = max(offence.now.value or 0 for offence in known)
    if most == 0:
        return words.text("kinds.title.none")
    names = [sheet.metric_name(offence.metric_id) for offence in known if offence.now.value == most]
    if len(names) == 1:
        return words.text("kinds.title.one", what=names[0], n=words.number(most))
    return words.text("kinds.title.tie", items=sheet.join(names), n=words.number(most))


def kinds_answer(sheet: Sheet, counts: Sequence[Comparison] | None = None) -> str:
    """Return which kinds changed more than chance would explain: of the offences, or of other counts by kind."""
    words, offences = sheet.words, sheet.dossier.offences if counts is None else counts

    def names(direction: Direction) -> list[str]:
        return [sheet.metric_name(offence.metric_id) for offence in offences if offence.direction is direction]

    higher, lower, similar = (names(d) for d in (Direction.HIGHER, Direction.LOWER, Direction.SIMILAR))
    if not higher and not lower:
        return words.text("kinds.all_similar" if similar else "kinds.unknown")
    changed = ((key, items) for key, items in (("kinds.higher", higher), ("kinds.lower", lower)) if items)
    sentences = [words.text(key, items=sheet.join(items)) for key, items in changed]
    if similar and len(similar) + len(higher) + len(lower) == len(offences):
        sentences.append(words.text("kinds.other_similar"))
    return sheet.sentences(*sentences)


def build_parts(sheet: Sheet) -> Figure:
    """Return the chart of the mix of incidents, the district beside the city."""
    words, parts = sheet.words, sheet.dossier.parts
    caption = words.text("parts.subtitle", place=sheet.place, months=sheet.months)
    items = [
        words.text(
            "parts.alt_item",
            what=sheet.metric_name(part.metric_id),
            here=_here(sheet, part),
            city=_whole_city(sheet, part),
        )
        for part in parts
    ]
    return Figure(
        figure_id="parts",
        chart=PairChart(
            bars=tuple(
                PairBar(
                    label=sheet.metric_name(part.metric_id),
                    first=part.here_per_100,
                    second=part.city_per_100,
                    first_text=_here(sheet, part),
                    second_text=_whole_city(sheet, part),
                )
                for part in parts
            ),
            first_word=words.text("parts.here"),
            second_word=words.text("parts.city"),
            axis_word=words.text("parts.axis"),
        ),
        title=_parts_title(sheet, parts),
        subtitle=caption,
        alt=words.text("parts.alt", place=sheet.place, items=sheet.join(items)),
        table=Table(
            caption=caption,
            head=(words.text("table.kind"), words.text("table.here_per_100"), words.text("table.city_per_100")),
            rows=tuple(
                (sheet.metric_name(part.metric_id), _here(sheet, part), _whole_city(sheet, part)) for part in parts
            ),
        ),
        notes=(words.text("parts.note"),),
        source=sheet.source_line,
    )


def _here(sheet: Sheet, part: Part) -> str:
    return sheet.missing(part.here) if part.here.value is None else sheet.rate(part.here_per_100)


def _whole_city(sheet: Sheet, part: Part) -> str:
    return sheet.missing(part.city) if part.city.value is None else sheet.rate(part.city_per_100)


def _parts_title(sheet: Sheet, parts: Sequence[Part]) -> str:
    words = sheet.words
    # As printed, with one decimal: a difference nobody can see is none.
    known = [
        (abs(round(part.here_per_100, 1) - round(part.city_per_100, 1)), part)
        for part in parts
        if part.here_per_100 is not None and part.city_per_100 is not None
    ]
    if not known:
        return words.text("parts.title.no_data")
    most = max(difference for difference, _ in known)
    if round(most, 1) == 0:
        return words.text("parts.title.same")
    first, *others = (part for difference, part in known if round(difference, 1) == round(most, 1))
    if others:
        items = sheet.join(sheet.metric_name(part.metric_id) for part in (first, *others))
        return words.text("parts.title.tie", items=items)
    here, city = sheet.rate(first.here_per_100), sheet.rate(first.city_per_100)
    return words.text("parts.title.one", what=sheet.metric_name(first.metric_id), here=here, city=city)

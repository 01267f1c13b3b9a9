"""Complaints about officers and use of force: what is public, and what is not."""

from __future__ import annotations

from district_reports.model import Block, Comparison, Measure, State
from district_reports.periods import Quarter
from district_reports.render.sheet import Sheet
from district_reports.render.standing import is_muted, length_of, list_notices, source_line, tell
from district_reports.render.view import BarRow, BarTable, Section

STEPS = ("complaint_closed_share", "complaint_finding_share", "complaint_sustained_share")
COMPLAINT_POINTS = ("claim", "apart", "can_change", "place")


def build_complaints(sheet: Sheet) -> Section | None:
    """Return cases opened, the ladder of those a year old, and their categories; None where a city has no such file."""
    block = sheet.dossier.block("complaints")
    if block is None:
        return None
    words = sheet.words
    opened, force = block.comparisons
    return Section(
        section_id="complaints",
        question=words.text("complaints.question"),
        answer=_opened_sentence(sheet, opened),
        notices=list_notices(sheet, block.freshness),
        bars=tuple(table for table in (_stages(sheet, block), _categories(sheet, block)) if table is not None),
        points=(*_figures(sheet, block, force), *(words.text(f"complaints.{name}") for name in COMPLAINT_POINTS)),
    )


def _opened_sentence(sheet: Sheet, opened: Comparison) -> str:
    words = sheet.words
    if opened.now.value is None:
        return words.text("complaints.opened_missing")
    return words.text(
        "complaints.opened",
        n=sheet.count(opened.now),
        months=sheet.months,
        before=sheet.count(opened.year_before),
        word=words.text(f"direction.{opened.direction}"),
    )


def _stages(sheet: Sheet, block: Block) -> BarTable | None:
    """Return the ladder: opened, closed, with a finding, sustained, disciplined; the last is published by nobody."""
    words = sheet.words
    shares = [measure for metric in STEPS if (measure := block.find(metric)) is not None]
    if not shares or shares[0].denominator is None:
        return None
    months = words.months_of(Quarter.parse(shares[0].quarter))
    rows = [
        BarRow(
            label=words.text(f"complaints.step.{measure.metric_id}"),
            text=tell(sheet, measure, decimals=1) if measure.state is not State.NOT_PUBLISHED else _too_small(sheet),
            length=measure.value,
            is_muted=is_muted(measure),
        )
        for measure in shares
    ]
    opened = BarRow(
        label=words.text("complaints.step.opened"),
        text=words.text("complaints.cases", n=words.number(shares[0].denominator)),
        length=1.0 if shares[0].denominator else 0.0,
    )
    discipline = BarRow(
        label=words.text("complaints.step.discipline"), text=words.text("state.not_published"), length=None
    )
    return BarTable(
        table_id="complaint-steps",
        caption=words.text("complaints.steps_caption", place=sheet.place, months=months),
        head=(words.text("table.step"), words.text("complaints.of_100")),
        rows=(opened, *rows, discipline),
        source=source_line(sheet, "complaints"),
    )


def _too_small(sheet: Sheet) -> str:
    return sheet.words.text("complaints.city_only")


def _categories(sheet: Sheet, block: Block) -> BarTable | None:
    if not block.named:
        return None
    words = sheet.words
    most = max(named.count for named in block.named)
    rows = tuple(
        BarRow(
            label=words.name(named.name) if named.name else words.text("complaints.other_categories"),
            text=words.number(named.count),
            length=length_of(named.count, most),
        )
        for named in block.named
    )
    return BarTable(
        table_id="complaint-categories",
        caption=words.text("complaints.categories_caption", place=sheet.place, last=sheet.months),
        head=(words.text("complaints.category"), words.text("complaints.cases_head")),
        rows=rows,
        notes=(words.text("complaints.categories_note"),),
        source=source_line(sheet, "complaints"),
    )


def _figures(sheet: Sheet, block: Block, force: Comparison) -> tuple[str, ...]:
    """Return cases of excessive force over a year, and how long open cases have been open."""
    words, sentences = sheet.words, []
    if force.now.value is not None:
        sentences.append(
            words.text("complaints.force", n=sheet.count(force.now), before=sheet.count(force.year_before))
        )
    elif force.now.state is State.SUPPRESSED:
        sentences.append(words.text("complaints.force_hidden"))
    age = block.find("complaint_open_days")
    if age is not None and age.value is not None:
        sentences.append(words.text("complaints.open_days", n=words.number(age.value)))
    return tuple(sentences)


def build_force(sheet: Sheet) -> Section | None:
    """Return use of force: incidents where somebody has read them, else where to look."""
    block = sheet.dossier.block("force")
    if block is None:
        return None
    words, (force,) = sheet.words, block.comparisons
    bars: tuple[BarTable, ...] = ()
    answer = words.text("force.missing")
    if force.now.value is not None:
        answer = words.text("force.answer", n=sheet.count(force.now), months=sheet.months)
        bars = (_force_bars(sheet, force),)
    return Section(
        section_id="force",
        question=words.text("force.question"),
        answer=answer,
        notices=list_notices(sheet, block.freshness),
        bars=bars,
        points=(words.text("force.what"), words.text("force.hand")),
    )


def _force_bars(sheet: Sheet, force: Comparison) -> BarTable:
    words = sheet.words
    most = max(float(measure.value or 0) for measure in (force.now, force.year_before))

    def row(measure: Measure, label: str) -> BarRow:
        return BarRow(label=label, text=tell(sheet, measure), length=length_of(measure.value, most))

    return BarTable(
        table_id="force-incidents",
        caption=words.text("force.caption", place=sheet.place),
        head=(words.text("table.quarter"), words.text("force.incidents")),
        rows=(row(force.now, sheet.months), row(force.year_before, sheet.months_before)),
        notes=(words.text("force.word", word=words.text(f"direction.{force.direction}")),),
        source=source_line(sheet, "force"),
    )

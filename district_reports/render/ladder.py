"""The outcome ladder in words: what is known of incidents after they were reported, step by step.

No step is merged with another. The steps that tell of arrests have words of their own; the words of the steps by which
the police end a case stand in other sentences, which nothing that is counted from arrests can reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from district_reports.errors import ConfigError
from district_reports.model import Ladder, Measure, Rung, State
from district_reports.periods import Quarter
from district_reports.render.sheet import Sheet
from district_reports.render.standing import list_notices, source_line
from district_reports.render.view import BarRow, BarTable, Entry, Section, Table

LONGEST = "arrest_365"
"""The rung that the answer tells."""
LADDER_POINTS = ("adults", "expunged", "place")
MEDIAN = "days_to_arrest_"
"""Begins the id of a median; the cohort's id follows."""
NO_VALUE = (State.NOT_PUBLISHED, State.SUPPRESSED)
"""States without a value that have words of their own; any other missing number is "no data"."""


def build_outcomes(sheet: Sheet) -> Section | None:
    """Return what is known of incidents of a year ago and of now; None where a city's arrests are not followed.

    Raises:
        ConfigError: If a ladder's cohort is not in the config.
    """
    arrests, ladders = sheet.settings.outcomes.arrests, sheet.dossier.ladders
    if arrests is None or not ladders:
        return None
    words = sheet.words
    older = [ladder for ladder in ladders if ladder.quarter != sheet.dossier.quarter]
    newer = [ladder for ladder in ladders if ladder.quarter == sheet.dossier.quarter]
    block = sheet.dossier.block("arrest_windows")
    first = (older or newer)[0]
    return Section(
        section_id="outcomes",
        question=words.text("outcomes.question"),
        answer=_answer(sheet, first),
        notices=list_notices(sheet, block.freshness) if block else (),
        bars=(_bars(sheet, first),),
        tables=tuple(_table(sheet, part) for part in (older, newer) if part),
        points=(
            words.text("arrests.meaning"),
            *(words.text(f"outcomes.{name}") for name in LADDER_POINTS),
            *(_median(sheet, measure) for measure in (block.measures if block else ()) if measure.value is not None),
        ),
        entries=tuple(_entry(sheet, rung) for rung in first.rungs),
    )


def _answer(sheet: Sheet, ladder: Ladder) -> str:
    """Return the finding: incidents with an arrest within the longest window, where it has passed."""
    rung = next((rung for rung in ladder.rungs if rung.rung_id == LONGEST), None)
    names = {"metric": _cohort_name(sheet, ladder.cohort_id), "months": _months(sheet, ladder)}
    if rung is None or rung.state is not State.OK or rung.count is None:
        return sheet.words.text("outcomes.answer.unknown", **names)
    if rung.share is None or not _is_large(sheet, ladder):
        return sheet.words.text("outcomes.answer.count", count=sheet.words.number(rung.count), **names)
    return sheet.words.text("outcomes.answer.share", share=sheet.rate(100 * rung.share), **names)


def _bars(sheet: Sheet, ladder: Ladder) -> BarTable:
    """Return one cohort's ladder as bars: each as long as its share of the incidents."""
    words = sheet.words
    return BarTable(
        table_id="outcome-ladder",
        caption=words.text(
            "outcomes.bars_caption",
            metric=_cohort_name(sheet, ladder.cohort_id),
            months=_months(sheet, ladder),
            place=sheet.place,
            date=_date(sheet),
        ),
        head=(words.text("outcomes.head"), words.text("table.incidents")),
        rows=tuple(
            BarRow(
                label=words.text(f"outcomes.rung.{rung.rung_id}"),
                text=_young_text(sheet, ladder, rung),
                length=_length(rung),
                is_muted=rung.state in (State.TOO_EARLY, State.STALE),
            )
            for rung in ladder.rungs
        ),
        notes=(_share_note(sheet),),
        source=source_line(sheet, "arrests"),
    )


def _length(rung: Rung) -> float | None:
    if rung.rung_id == "reported":
        return None if rung.count is None else float(rung.count > 0)
    return rung.share


def _young_text(sheet: Sheet, ladder: Ladder, rung: Rung) -> str:
    """Return the cell; where a rung is too early, with what is known so far."""
    if rung.state is State.TOO_EARLY and rung.count is not None:
        return sheet.words.text("outcomes.cell.so_far", value=_value(sheet, ladder, rung))
    return _cell(sheet, ladder, rung)


def _table(sheet: Sheet, ladders: Sequence[Ladder]) -> Table:
    """Return the ladders of one quarter side by side: a row for each rung, a column for each cohort."""
    words = sheet.words
    notes = [_share_note(sheet)]
    states = {rung.state for ladder in ladders for rung in ladder.rungs}
    told = (state for state in (State.TOO_EARLY, State.NOT_PUBLISHED) if state in states)
    notes += [words.text(f"outcomes.note.{state}") for state in told]
    return Table(
        caption=words.text("outcomes.caption", months=_months(sheet, ladders[0]), place=sheet.place, date=_date(sheet)),
        head=(words.text("outcomes.head"), *(_cohort_name(sheet, ladder.cohort_id) for ladder in ladders)),
        rows=tuple(
            (
                words.text(f"outcomes.rung.{rungs[0].rung_id}"),
                *(_cell(sheet, ladder, rung) for ladder, rung in zip(ladders, rungs, strict=True)),
            )
            for rungs in zip(*(ladder.rungs for ladder in ladders), strict=True)
        ),
        note=sheet.sentences(*notes),
    )


def _cell(sheet: Sheet, ladder: Ladder, rung: Rung) -> str:
    words = sheet.words
    if rung.state is State.TOO_EARLY:
        return words.text("outcomes.cell.too_early")
    if rung.state in NO_VALUE:
        return words.text(f"outcomes.cell.{rung.state}")
    if rung.count is None:
        return words.text("number.missing")
    value = _value(sheet, ladder, rung)
    return words.text("outcomes.cell.stale", value=value) if rung.state is State.STALE else value


def _value(sheet: Sheet, ladder: Ladder, rung: Rung) -> str:
    """Return the count of incidents, with its share where the cohort is large enough for one."""
    count = sheet.words.number(rung.count or 0)
    if rung.share is None or not _is_large(sheet, ladder):
        return count
    return sheet.words.text("outcomes.cell.share", count=count, share=sheet.rate(100 * rung.share))


def _is_large(sheet: Sheet, ladder: Ladder) -> bool:
    reported = ladder.rungs[0].count
    return reported is not None and reported >= sheet.settings.report.direction.percentage_floor


def _share_note(sheet: Sheet) -> str:
    floor = sheet.words.number(sheet.settings.report.direction.percentage_floor)
    return sheet.words.text("outcomes.note.shares", floor=floor)


def _median(sheet: Sheet, measure: Measure) -> str:
    """Return the sentence of a median; half a day counts as a whole one, since the arrests came within it."""
    words, days = sheet.words, math.ceil(measure.value or 0)
    names = {
        "metric": _cohort_name(sheet, measure.metric_id.removeprefix(MEDIAN)),
        "months": words.months_of(Quarter.parse(measure.quarter)),
    }
    if not days:
        return words.text("outcomes.median_same_day", **names)
    return words.plural("outcomes.median", days, **names)


def _entry(sheet: Sheet, rung: Rung) -> Entry:
    return Entry(
        label=sheet.words.text(f"outcomes.rung.{rung.rung_id}"),
        detail=sheet.words.text(f"outcomes.rung.{rung.rung_id}.meaning"),
        url=rung.look_at,
    )


def _cohort_name(sheet: Sheet, cohort_id: str) -> str:
    """Return what a cohort counts on its first rung, as a label."""
    arrests = sheet.settings.outcomes.arrests
    cohorts = {cohort.cohort_id: cohort.metric_id for cohort in arrests.cohorts} if arrests else {}
    if cohort_id not in cohorts:
        raise ConfigError(f"outcomes: cohort: expected one of {', '.join(cohorts)}, got {cohort_id!r}")
    return sheet.metric_name(cohorts[cohort_id])


def _months(sheet: Sheet, ladder: Ladder) -> str:
    return sheet.words.months_of(Quarter.parse(ladder.quarter))


def _date(sheet: Sheet) -> str:
    """Return the day the arrests are as of; the incidents' own where the origin of arrests is not known."""
    origins = {origin.origin_id.split(" ")[0]: origin for origin in sheet.dossier.origins}
    return sheet.words.day(origins.get("arrests", sheet.incidents).as_of)

"""What residents said they are afraid of: the count that stands for each fear, and who was shot or killed.

Incidents are events and victims are people: each has a table of its own, and no sum holds both.
"""

from __future__ import annotations

from collections.abc import Sequence

from district_reports.model import Block, Comparison
from district_reports.render.figures import kinds_answer
from district_reports.render.sheet import Sheet
from district_reports.render.standing import list_notices
from district_reports.render.view import Section, Table

VICTIMS = "victims"
"""The unit of counts of people."""


def build_fears(sheet: Sheet) -> Section | None:
    """Return the fears with their counts, zeros too, in the order of the config; None where a city has no such list."""
    fears, victims = sheet.dossier.block("fears"), sheet.dossier.block("victims")
    if fears is None:
        return None
    words = sheet.words
    blocks = [block for block in (fears, victims) if block is not None]
    sources = {source.source_id: source for block in blocks for source in block.freshness}
    return Section(
        section_id="fears",
        question=words.text("fears.question"),
        answer=kinds_answer(sheet, fears.comparisons),
        notices=list_notices(sheet, sources.values()),
        tables=(_fears_table(sheet, fears.comparisons), *(_victims_table(sheet, victims) if victims else ())),
        points=_shooting_points(sheet, victims) if victims else (),
    )


def _fears_table(sheet: Sheet, fears: Sequence[Comparison]) -> Table:
    words = sheet.words
    return Table(
        caption=words.text("fears.caption", place=sheet.place, now=sheet.months, before=sheet.months_before),
        head=_head(sheet, words.text("table.kind")),
        rows=tuple(_row(sheet, fear) for fear in fears),
        note=words.text("fears.note"),
    )


def _victims_table(sheet: Sheet, block: Block) -> tuple[Table, ...]:
    """Return the table of people; none where the block counts no people."""
    words = sheet.words
    people = [count for count in block.comparisons if count.now.unit == VICTIMS]
    if not people:
        return ()
    table = Table(
        caption=words.text("fears.victims_caption", place=sheet.place, now=sheet.months, before=sheet.months_before),
        head=_head(sheet, words.text("fears.victims_head")),
        rows=tuple(_row(sheet, count) for count in people),
        note=words.text("fears.victims_note"),
    )
    return (table,)


def _shooting_points(sheet: Sheet, block: Block) -> tuple[str, ...]:
    """Return the block's counts of events, each labelled, and why they are told apart from the people."""
    words = sheet.words
    events = [count for count in block.comparisons if count.now.unit != VICTIMS]
    told = (
        words.text(
            "fears.events",
            metric=sheet.metric_name(count.metric_id),
            now=sheet.count(count.now),
            before=sheet.count(count.year_before),
        )
        for count in events
    )
    return (*told, words.text("fears.apart"))


def _head(sheet: Sheet, first: str) -> tuple[str, ...]:
    return (first, sheet.months, sheet.months_before, sheet.words.text("table.in_words"))


def _row(sheet: Sheet, count: Comparison) -> tuple[str, ...]:
    return (
        sheet.metric_name(count.metric_id),
        sheet.count(count.now),
        sheet.count(count.year_before),
        sheet.words.text(f"direction.{count.direction}"),
    )

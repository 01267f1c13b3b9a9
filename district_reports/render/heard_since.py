"""What was said at later sessions: by level, with how many sessions, organisations and people, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from district_reports.model import Heard, HeardTheme, Level, Theme
from district_reports.periods import Quarter
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import name_theme, tell_beside
from district_reports.render.view import Section, Table

LEVELS = get_args(Level)
"""In the order they are told: nearest first."""


def build_since(sheet: Sheet, heard: Heard, since: Sequence[HeardTheme]) -> Section | None:
    """Return the themes of later sessions, a table for each level, the nearest first."""
    if not since:
        return None
    words, themes = sheet.words, {theme.code: theme for theme in heard.themes}
    heads = ("heard.theme", "heard.since.how_many", "heard.since.when", "heard.number")
    tables = tuple(
        Table(
            caption=words.text("heard.since.caption", where=words.text(f"heard.level.{level}")),
            head=tuple(words.text(key) for key in heads),
            rows=tuple(
                _since_row(sheet, told, themes[told.code], heard.floor) for told in since if told.level == level
            ),
        )
        for level in LEVELS
        if any(told.level == level for told in since)
    )
    return Section(
        section_id="heard-since",
        question=words.text("heard.since.question"),
        answer=words.text("heard.since.answer"),
        tables=tables,
    )


def _since_row(sheet: Sheet, told: HeardTheme, theme: Theme, floor: int) -> tuple[str, ...]:
    name = name_theme(sheet, theme)
    if theme.kind == "mixed":
        # The count is of all who spoke of it, on whichever side.
        name = sheet.words.text("heard.name_mixed", name=name)
    return name, _how_many(sheet, told, floor), _when(sheet, told), tell_beside(sheet, theme)


def _how_many(sheet: Sheet, told: HeardTheme, floor: int) -> str:
    words, counts = sheet.words, []
    if told.sessions is not None:
        counts.append(words.plural("heard.sessions", told.sessions))
    if told.sources is not None:
        counts.append(words.plural("heard.sources", told.sources))
    if told.people is not None and told.people >= floor:
        # Counts under the floor are part of no sum.
        counts.append(words.plural("heard.people", told.people))
    elif told.people is not None or told.is_under_floor:
        counts.append(words.text("heard.people_under_floor", floor=words.number(floor)))
    return sheet.join(counts) if counts else words.text("heard.not_told")


def _when(sheet: Sheet, told: HeardTheme) -> str:
    first, last = Quarter.parse(told.first_quarter), Quarter.parse(told.last_quarter)
    if first == last:
        return sheet.words.months_of(first)
    months = {"first": sheet.words.month(first.start), "last": sheet.words.month(last.months[2])}
    return sheet.words.text("heard.from_to", **months)

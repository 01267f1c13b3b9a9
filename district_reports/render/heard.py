"""What we heard: the themes of the register and of what came in since, mixed views with all their sides.

No theme stands beside a host or a session, and no side of a mixed view stands alone. Who was heard is in `heard_who`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Literal

from district_reports.model import Heard, HeardTheme, Theme
from district_reports.render.heard_since import build_since
from district_reports.render.heard_who import build_areas, build_sessions, build_who, list_bodies
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import (
    list_said_in,
    name_theme,
    notice_originals,
    say,
    say_by_tag,
    tell_beside,
)
from district_reports.render.view import Card, CardLine, Quote, Said, Section, Table

STRENGTHS = (
    "overwhelming",
    "most",
    "many",
    "considerable",
    "widely",
    "central",
    "throughout",
    "repeated",
    "most_often",
    "often",
    "some",
    "few",
)
"""Words of quantity as the source prints them; never a number."""
PARTS = ("policing", "practice", "safety", "response")
"""Of what residents spoke of, as the source orders it, its first part first."""


def build_heard(sheet: Sheet) -> Section | None:
    """Return the head finding with its sides, the themes, and who was heard; None where no register is at hand."""
    heard = sheet.dossier.heard
    if heard is None:
        return None
    words = sheet.words
    baseline = _list_baseline(heard)
    register = _themes_of(heard, baseline)
    every = _themes_of(heard, heard.told)
    heads = [theme for theme in every if theme.part == "head"]
    residents = [theme for theme in register if theme.speaker == "residents" and theme.part != "head"]
    wishes = [theme for theme in residents if theme.kind not in ("value", "mixed")]
    parts = (
        _themes(sheet, [theme for theme in wishes if theme.is_main], "themes"),
        _themes(sheet, [theme for theme in wishes if not theme.is_main], "more"),
        _values(sheet, [theme for theme in residents if theme.kind == "value"]),
        # Wherever the name of a mixed view stands, its sides stand too.
        _mixed(sheet, [theme for theme in every if theme.kind == "mixed" and _is_of_residents(theme)]),
        build_since(sheet, heard, heard.told[len(baseline) :]),
        _formal(sheet, heard, [theme for theme in register if theme.speaker == "formal_bodies"]),
        build_sessions(sheet, heard),
        build_areas(sheet, heard),
        build_who(sheet, heard),
        _quotes(sheet, heard),
    )
    shown = tuple(part for part in parts if part is not None)
    sides = tuple(say_by_tag(sheet, side) for theme in heads for side in theme.sides)
    said = (*sides, *list_said_in(shown), *(say_by_tag(sheet, theme.names) for theme in every))
    return Section(
        section_id="heard",
        question=words.text("heard.question"),
        answer=words.text("heard.head" if sides else "heard.answer" if heard.told else "heard.nothing_yet"),
        notices=(*notice_originals(sheet, said), *((words.text("heard.translations"),) if baseline else ())),
        points=tuple(side.text for side in sides),
        parts=shown,
    )


def _themes_of(heard: Heard, told: Iterable[HeardTheme]) -> list[Theme]:
    themes = {theme.code: theme for theme in heard.themes}
    return [themes[code] for code in dict.fromkeys(each.code for each in told)]


def _is_of_residents(theme: Theme) -> bool:
    return theme.speaker == "residents" and theme.part != "head"


def _list_baseline(heard: Heard) -> tuple[HeardTheme, ...]:
    """Return the register's entries: the first ones, all of one span, without any number.

    What came in since may lack its numbers too, where they would give somebody away.
    """
    if not heard.told or not (heard.totals or heard.figures or heard.bodies):
        return ()
    span = _span(heard.told[0])
    return tuple(takewhile(lambda told: _is_bare(told) and _span(told) == span, heard.told))


def _is_bare(told: HeardTheme) -> bool:
    return told.sessions is None and told.people is None and not told.is_under_floor


def _span(told: HeardTheme) -> tuple[str, str]:
    return told.first_quarter, told.last_quarter


def _strength(sheet: Sheet, theme: Theme) -> str:
    if not theme.strength:
        return sheet.words.text("heard.strength_none")
    return sheet.words.text(f"heard.strength.{theme.strength}")


def _meanings(sheet: Sheet, themes: Sequence[Theme]) -> tuple[str, ...]:
    return tuple(
        sheet.words.text(
            "heard.meaning", name=name_theme(sheet, theme), meaning=say_by_tag(sheet, theme.definitions).text
        )
        for theme in themes
        if theme.definitions
    )


# The register


def _themes(sheet: Sheet, themes: Sequence[Theme], name: Literal["themes", "more"]) -> Section | None:
    """Return what residents wish for and worry about: how many said so, in the source's word, and the number beside.

    Every report has the main themes; the others, which the city's has too, are a part of their own.
    """
    if not themes:
        return None
    words = sheet.words
    return Section(
        section_id=f"heard-{name}",
        question=words.text(f"heard.{name}.question"),
        answer=words.text(f"heard.{name}.answer"),
        tables=tuple(
            _theme_table(
                sheet,
                [theme for theme in themes if theme.part == part],
                words.text(f"heard.{name}.caption", part=words.text(f"heard.part.{part}")),
            )
            for part in PARTS
            if any(theme.part == part for theme in themes)
        ),
        points=_meanings(sheet, themes),
    )


def _theme_table(sheet: Sheet, themes: Sequence[Theme], caption: str) -> Table:
    words = sheet.words
    if not any(theme.strength for theme in themes):
        # A column that says nothing of any theme would only be in the way.
        head = (words.text("heard.theme"), words.text("heard.number"))
        return Table(
            caption=caption,
            head=head,
            rows=tuple((name_theme(sheet, theme), tell_beside(sheet, theme)) for theme in themes),
        )
    return Table(
        caption=caption,
        head=(words.text("heard.theme"), words.text("heard.how_many"), words.text("heard.number")),
        rows=tuple((name_theme(sheet, theme), _strength(sheet, theme), tell_beside(sheet, theme)) for theme in themes),
    )


def _values(sheet: Sheet, themes: Sequence[Theme]) -> Section | None:
    if not themes:
        return None
    words = sheet.words
    return Section(
        section_id="heard-values",
        question=words.text("heard.values.question"),
        answer="",
        tables=(_theme_table(sheet, themes, words.text("heard.values.caption")),),
        points=_meanings(sheet, themes),
    )


def _mixed(sheet: Sheet, themes: Sequence[Theme]) -> Section | None:
    """Return views that differ, each with all its sides."""
    if not themes:
        return None
    words = sheet.words
    return Section(
        section_id="heard-mixed",
        question=words.text("heard.mixed.question"),
        answer=words.text("heard.mixed.answer"),
        cards=tuple(_mixed_card(sheet, theme) for theme in themes),
    )


def _mixed_card(sheet: Sheet, theme: Theme) -> Card:
    words = sheet.words
    sides = tuple(
        CardLine(
            label=words.text("heard.side.first" if number == 0 else "heard.side.other"), said=say_by_tag(sheet, side)
        )
        for number, side in enumerate(theme.sides)
    )
    beside = CardLine(label=words.text("heard.number"), said=Said(text=tell_beside(sheet, theme)))
    return Card(
        card_id=f"heard-{theme.code}",
        mark="",
        status="",
        title=say_by_tag(sheet, theme.names),
        lines=(*sides, beside),
    )


def _formal(sheet: Sheet, heard: Heard, themes: Sequence[Theme]) -> Section | None:
    """Return what formal bodies said, apart from what residents said, and who was asked."""
    words = sheet.words
    plain = [theme for theme in themes if theme.kind != "mixed" or not theme.sides]
    if not themes and not heard.bodies:
        return None
    return Section(
        section_id="heard-formal",
        question=words.text("heard.formal.question"),
        answer=words.text("heard.formal.answer"),
        tables=(_theme_table(sheet, plain, words.text("heard.formal.caption")),) if plain else (),
        cards=tuple(_mixed_card(sheet, theme) for theme in themes if theme not in plain),
        points=(*_councillor(sheet, heard), *list_bodies(sheet, heard)),
    )


def _councillor(sheet: Sheet, heard: Heard) -> tuple[str, ...]:
    is_told = heard.has_councillor_here and heard.bodies and not sheet.is_city
    return (sheet.words.text("heard.councillor"),) if is_told else ()


def _quotes(sheet: Sheet, heard: Heard) -> Section | None:
    if not heard.quotes:
        return None
    words = sheet.words
    by = words.text("heard.quotes.by")
    return Section(
        section_id="heard-quotes",
        question=words.text("heard.quotes.question"),
        answer=words.text(f"heard.quotes.{heard.quotes_level}"),
        quotes=tuple(Quote(said=say(sheet, text), by=by) for text in heard.quotes),
    )

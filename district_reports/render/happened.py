"""What happened here: events, what the community did, what was tried; each judged by its result."""

from __future__ import annotations

from district_reports.model import Happening
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import list_said_in, notice_originals, say
from district_reports.render.view import Card, CardLine, Said, Section

KINDS = ("tried", "community", "event")
"""In the order they are told."""


def build_happened(sheet: Sheet) -> Section | None:
    """Return a part for each kind of happening; one that says so and how to tell us where nothing was entered.

    None where the city keeps no ledger at all.
    """
    words, happened = sheet.words, sheet.dossier.happened
    if not happened and sheet.dossier.loop is None:
        return None
    parts = tuple(_part(sheet, kind, happened) for kind in KINDS if any(each.kind == kind for each in happened))
    answer = (
        words.plural("happened.answer", len(happened), place=sheet.place, months=sheet.months)
        if happened
        else sheet.sentences(words.text("happened.none", months=sheet.months), words.text("happened.how"))
    )
    return Section(
        section_id="happened",
        question=words.text("happened.question"),
        answer=answer,
        notices=notice_originals(sheet, list_said_in(parts)),
        parts=parts,
    )


def _part(sheet: Sheet, kind: str, happened: tuple[Happening, ...]) -> Section:
    return Section(
        section_id=f"happened-{kind}",
        question=sheet.words.text(f"happened.kind.{kind}"),
        answer="",
        cards=tuple(_card(sheet, each) for each in happened if each.kind == kind),
    )


def _card(sheet: Sheet, happening: Happening) -> Card:
    words = sheet.words
    lines = [
        ("happened.line.when", Said(text=words.day(happening.on))),
        ("happened.line.who", Said(text=words.text(f"happened.by.{happening.by}"))),
    ]
    if happening.outcome is not None:
        lines.append(("happened.line.outcome", say(sheet, happening.outcome)))
    return Card(
        card_id=f"happened-{happening.happening_id}",
        mark="",
        status=words.text(f"happened.result.{happening.result}"),
        title=say(sheet, happening.what),
        lines=tuple(CardLine(label=words.text(key), said=said) for key, said in lines),
    )

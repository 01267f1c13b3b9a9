"""What changed, as the desk's pages tell it: changes with their weight, and the parts of what was signed by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from district_reports.desk.context import Visit
from district_reports.model import Change, Dossier
from district_reports.render.i18n import Words
from district_reports.render.sheet import Sheet
from district_reports.review.changes_told import ToldChange, tell_changes

HIGH, MIDDLE = 7, 4
"""Severities from which on a change weighs that much."""
FIELDS: Mapping[str, str] = {
    "loop": "loop.question",
    "happened": "happened.question",
    "heard": "heard.question",
    "hours": "hours.question",
    "parts": "parts.question",
    "places": "places.question",
    "ladders": "outcomes.question",
    "court": "court.question",
    "readings": "clearance.question",
    "rates": "rates.question",
    "communities": "communities.question",
    "guide": "guide.question",
    "taking_part": "take_part.question",
    "revisions": "revisions.question",
    "review": "review.question",
    "key_facts": "label.key_facts",
}
"""Fields of a dossier, and the sentence that names each to a reader."""


def tell(visit: Visit, now: Dossier, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes in the visitor's words, in their order, each with its weight."""
    sheet = Sheet(dossier=now, words=visit.words, settings=visit.desk.settings)
    return [_line(visit, change) for change in tell_changes(sheet, changes)]


def _line(visit: Visit, change: ToldChange) -> dict[str, Any]:
    weight = "high" if change.severity >= HIGH else "middle" if change.severity >= MIDDLE else "low"
    href = f"/items/{change.item_id}" if change.item_id and visit.may("items") else ""
    return {"weight": weight, "text": change.text, "said": change.said, "record": change.record, "href": href}


def tell_part(visit: Visit, name: str) -> str:
    """Return a part of what was signed in words: a file of an edition, a field of a dossier, a catalogue."""
    words = visit.words
    head, mark, field = name.partition("#")
    if mark:
        key = FIELDS.get(field, "")
        told = words.text(key) if key in words.forms else words.name(field)
        return words.text("desk.part.field", field=told)
    return " · ".join(_piece(visit, words, piece) for piece in head.split("/"))


def _piece(visit: Visit, words: Words, piece: str) -> str:
    if piece in (*visit.desk.settings.district_ids, "city"):
        return visit.wording.place(piece)
    if any(language.tag == piece for language in visit.desk.settings.languages):
        return words.name(visit.wording.language(piece))
    for key in (f"desk.file.{piece}", f"desk.part.{piece}"):
        if key in words.forms:
            return words.text(key)
    return words.name(piece)

"""What is different from the last report, in the words of one language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from district_reports.model import CITY, Change, Record, State
from district_reports.render.honesty import name_check
from district_reports.render.sheet import Sheet
from district_reports.render.spoken import say
from district_reports.render.view import Said

_NAMED = {"ladders": "outcomes.question", "readings": "clearance.question", "taking_part": "take_part.question"}
"""Fields of a dossier that are called otherwise than the part of the report that tells them."""
_STATES = frozenset(State)
_DIRECTIONS = frozenset({"higher", "lower", "similar", "unknown"})


class ToldChange(Record):
    """A change as the desk shows it."""

    kind: Literal["number", "statement", "item", "check", "translation", "part"]
    severity: int
    text: str
    """The whole of it; plain text."""
    said: Said | None = None
    """Of an item: what people said, in its language."""
    item_id: str = ""
    record: str = ""
    """Of a check: what it found, as it wrote it, in English."""


def tell_changes(sheet: Sheet, changes: Iterable[Change]) -> tuple[ToldChange, ...]:
    """Return changes in the words of a language, in their order.

    Args:
        sheet: The draft in the language of who reads them.
        changes: From `list_changes`.

    Raises:
        TranslationError: If the catalogue lacks a sentence.
    """
    loop = sheet.dossier.loop
    items = {each.item.item_id: each.item for each in (*loop.items, *loop.about_report)} if loop else {}
    told = []
    for change in changes:
        text = sheet.words.text(
            f"changes.{change.detail}",
            name=_name(sheet, change),
            before=_value(sheet, change, change.before),
            now=_value(sheet, change, change.now),
        )
        is_item = change.kind == "item"
        said = say(sheet, items[change.name].said) if is_item and change.name in items else None
        item_id = change.name if is_item else ""
        record = (change.now or change.before) if change.kind == "check" else ""
        told.append(
            ToldChange(kind=change.kind, severity=change.severity, text=text, said=said, item_id=item_id, record=record)
        )
    return tuple(told)


def _name(sheet: Sheet, change: Change) -> str:
    match change.kind:
        case "number":
            return _number_name(sheet, change.name)
        case "statement":
            return sheet.metric_name(change.name)
        case "part":
            part = _NAMED.get(change.name, f"{change.name}.question")
            source = f"source_name.{change.name}"
            return _first(sheet, (source, part) if change.detail.startswith("source_") else (part, source), change.name)
        case "translation":
            names = {language.tag: language.name for language in sheet.settings.languages}
            return sheet.words.foreign(names.get(change.name, change.name))
        case "check":
            check_id, _, source_id = change.name.partition("/")
            return name_check(sheet, check_id, source_id)
        case _:
            return sheet.words.name(change.name)


def _number_name(sheet: Sheet, path: str) -> str:
    """Return what a number is called: its metric, and of which place or quarter it is."""
    words = sheet.words
    part, *rest = path.split("/")
    if part == "outcomes" and len(rest) == 3:
        cohort, rung, *more = rest
        arrests = sheet.settings.outcomes.arrests
        metrics = {one.cohort_id: one.metric_id for one in arrests.cohorts} if arrests else {}
        whose = _first(sheet, (f"metric.{metrics.get(cohort, cohort)}",), cohort)
        name = words.text("changes.of", what=words.text(f"outcomes.rung.{rung}"), whose=whose)
    else:
        metric_id, *more = rest or [part]
        keys = (f"metric.{metric_id}", f"requests.kind.{metric_id.removeprefix('requests_')}", f"{metric_id}.question")
        name = _first(sheet, keys, "")
        if not name:
            name = words.text(
                "changes.of", what=_first(sheet, (f"{part}.question",), part), whose=words.name(metric_id)
            )
    for one in more:
        # What a correction is of is a quarter, spelled as files are.
        age = words.text("changes.quarters_ago", n=one) if one.isdigit() and one != "0" else ""
        whose = words.text("changes.city") if one == CITY else age or ("" if one == "0" else words.name(one))
        name = words.text("changes.of", what=name, whose=whose) if whose else name
    return name


def _first(sheet: Sheet, keys: Iterable[str], otherwise: str) -> str:
    key = next((key for key in keys if sheet.words.forms.get(key)), None)
    return sheet.words.text(key) if key else sheet.words.name(otherwise)


def _value(sheet: Sheet, change: Change, value: str) -> str:
    """Return a value as it is read: a number with its word, a status, how a source stands; all else as it is."""
    words = sheet.words
    if change.kind == "item":
        return words.text(f"loop.status.{value}") if value else words.text("number.missing")
    if value in _STATES:
        return words.text(f"changes.state.{value}")
    if value in _DIRECTIONS:
        return words.text(f"direction.{value}")
    number, _, word = value.partition(" ")
    if change.kind == "number" and word in _DIRECTIONS:
        word_text = words.text(f"direction.{word}")
        return words.text("changes.number_with_word", number=_number(sheet, number), word=word_text)
    return _number(sheet, value) if change.kind == "number" else words.name(value)


def _number(sheet: Sheet, text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return sheet.words.name(text)
    decimals = len(text.partition(".")[2])
    return sheet.words.number(value, min(decimals, 3))

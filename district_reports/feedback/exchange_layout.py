"""Items of the feedback loop as rows of a spreadsheet, and back: which columns there are, and what stands in them.

What belongs here: one record, one row. What does not: files (`exchange`), and whether a row's values are right on
their own (`exchange_cells`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import get_args

from district_reports.model import Channel, Commitment, FeedbackItem, Owner, Reply, Status, Step, Text

ITEM, STEP, REPLY, TRANSLATION = "item", "step", "reply", "translation"
"""Kinds of row, in the order in which one item's rows stand."""

SHEETS = {ITEM: "items", STEP: "history", REPLY: "replies", TRANSLATION: "translations"}
"""The sheet of each kind, in the order of the sheets."""

COLUMNS: dict[str, tuple[str, ...]] = {
    ITEM: (
        *("item_id", "version", "district_id", "about", "theme_codes", "heard_on", "heard_in", "language", "said"),
        *("what", "target", "measure_id", "evidence", "owner", "due_on"),
    ),
    STEP: (
        *("item_id", "number", "on", "status", "language", "by_police", "by_community", "evidence", "reason"),
        *("obstacle", "next_step"),
    ),
    REPLY: ("item_id", "number", "on", "kind", "people", "channel", "language", "remark"),
    TRANSLATION: ("item_id", "of", "number", "field", "language", "text", "reviewed_by"),
}
"""Of each sheet."""

RECORD = "record"
"""First column of a CSV: the kind of the row."""
CSV_COLUMNS = (RECORD, *dict.fromkeys(name for columns in COLUMNS.values() for name in columns))
"""All of them in one table; a cell that its kind of row does not have stays empty."""

TEXTS: dict[str, tuple[str, ...]] = {
    ITEM: ("said", "what", "target", "evidence"),
    STEP: ("by_police", "by_community", "reason", "obstacle", "next_step"),
    REPLY: ("remark",),
    TRANSLATION: (),
}
"""Columns that hold people's words, by kind of row."""
PROMISE = ("what", "target", "measure_id", "evidence", "owner", "due_on")
"""Columns of the commitment: all of them empty where there is none."""

CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    ITEM: {"about": ("policing", "report"), "owner": get_args(Owner)},
    STEP: {"status": tuple(str(status) for status in Status)},
    REPLY: {"kind": ("confirm", "dispute"), "channel": get_args(Channel)},
    TRANSLATION: {"of": (ITEM, STEP, REPLY)},
}
"""Closed vocabularies by kind of row and column: drop-downs of the workbook."""

LISTED = "; "
"""Between the codes of a cell that holds several."""

TAGGED = re.compile(r"\[([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\] ")
"""Before a text whose language is another than its row's: `[es] `."""

Line = tuple[str, dict[str, str]]
"""A kind of row, and its cells by column; empty ones may be left out."""


def write_lines(
    items: Iterable[FeedbackItem], versions: Mapping[str, int], kinds: Collection[str] = tuple(SHEETS)
) -> Iterator[Line]:
    """Yield the rows of items: each item's own, its history, its replies, its translations.

    Args:
        items: In the order wanted.
        versions: By item id; one that is not there is new and has none.
        kinds: Those wanted.
    """
    for item in items:
        if ITEM in kinds:
            yield ITEM, _write_item(item, versions.get(item.item_id))
        for number, step in enumerate(item.steps if STEP in kinds else (), 1):
            yield STEP, {"item_id": item.item_id, "number": str(number), **_write_step(step)}
        for number, reply in enumerate(item.replies if REPLY in kinds else (), 1):
            yield REPLY, {"item_id": item.item_id, "number": str(number), **_write_reply(reply)}
        for cells in _write_translations(item) if TRANSLATION in kinds else ():
            yield TRANSLATION, {"item_id": item.item_id, **cells}


def texts_of(record: FeedbackItem | Step | Reply) -> dict[str, Text]:
    """Return the words of one row by column; an item's commitment stands in its row."""
    if isinstance(record, FeedbackItem):
        promise: Commitment | None = record.commitment
        found = {"said": record.said}
        for name in TEXTS[ITEM][1:]:
            text = getattr(promise, name) if promise is not None else None
            found |= {} if text is None else {name: text}
        return found
    names = TEXTS[STEP if isinstance(record, Step) else REPLY]
    return {name: text for name in names if (text := getattr(record, name)) is not None}


def _write_item(item: FeedbackItem, version: int | None) -> dict[str, str]:
    cells = {
        "item_id": item.item_id,
        "version": "" if version is None else str(version),
        "district_id": item.district_id,
        "about": item.about,
        "theme_codes": LISTED.join(item.theme_codes),
        "heard_on": item.heard_on.isoformat(),
        "heard_in": LISTED.join(item.heard_in),
    }
    promise = item.commitment
    if promise is not None:
        cells |= {"measure_id": promise.measure_id, "owner": promise.owner, "due_on": promise.due_on.isoformat()}
    return cells | _write_texts(texts_of(item))


def _write_step(step: Step) -> dict[str, str]:
    return {
        "on": step.on.isoformat(),
        "status": step.status.value,
        "evidence": step.evidence,
        **_write_texts(texts_of(step)),
    }


def _write_reply(reply: Reply) -> dict[str, str]:
    return {
        "on": reply.on.isoformat(),
        "kind": reply.kind,
        "people": str(reply.people),
        "channel": reply.channel,
        **_write_texts(texts_of(reply)),
    }


def _write_texts(texts: Mapping[str, Text]) -> dict[str, str]:
    """Return the words of a row and their language: that of the first, which any other language is told beside."""
    language = next((text.language for text in texts.values()), "")
    cells = {"language": language}
    for name, text in texts.items():
        is_marked = text.language != language or TAGGED.match(text.text)
        cells[name] = f"[{text.language}] {text.text}" if is_marked else text.text
    return cells


def _write_translations(item: FeedbackItem) -> Iterator[dict[str, str]]:
    rows: list[tuple[str, str, FeedbackItem | Step | Reply]] = [(ITEM, "", item)]
    rows += [(STEP, str(number), step) for number, step in enumerate(item.steps, 1)]
    rows += [(REPLY, str(number), reply) for number, reply in enumerate(item.replies, 1)]
    for kind, number, record in rows:
        for field, text in texts_of(record).items():
            for tag in (*text.translations, *(tag for tag in text.reviewed_by if tag not in text.translations)):
                yield {
                    "of": kind,
                    "number": number,
                    "field": field,
                    "language": tag,
                    "text": text.translations.get(tag, ""),
                    "reviewed_by": text.reviewed_by.get(tag, ""),
                }

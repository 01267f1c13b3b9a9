"""Rows of a spreadsheet into items of the feedback loop, with every problem of every row at once.

What belongs here: which rows make one item. What does not: one cell (`exchange_cells`), and files (`exchange`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from district_reports.errors import Problem
from district_reports.feedback.exchange_cells import Placed, Problems, RowReader, Vocabulary
from district_reports.feedback.exchange_layout import (
    CHOICES,
    COLUMNS,
    ITEM,
    PROMISE,
    REPLY,
    STEP,
    TEXTS,
    TRANSLATION,
)
from district_reports.model import Commitment, FeedbackItem, Reply, Status, Step, Text

Translations = dict[tuple[str, int, str], tuple[dict[str, str], dict[str, str]]]
"""By kind of row, its number (0 for the item's own) and column: texts and reviewers by language."""


class _Rows:
    """The rows of one item."""

    __slots__ = ("history", "own", "replies", "translations")

    def __init__(self, placed: Sequence[Placed], vocabulary: Vocabulary, problems: Problems) -> None:
        readers: dict[str, list[RowReader]] = {kind: [] for kind in COLUMNS}
        for each in placed:
            readers[each.kind].append(RowReader(each, vocabulary, problems))
        self.own = readers[ITEM][0] if readers[ITEM] else None
        for reader in readers[ITEM][1:]:
            first = readers[ITEM][0].placed.where
            reader.refuse("item_id", f"each item once, and {first} has it")
        self.history, self.replies, self.translations = (readers[kind] for kind in (STEP, REPLY, TRANSLATION))


def require_header(sheet: str, header: Sequence[str], columns: Sequence[str]) -> list[Problem]:
    """Return what is wrong with a row of names: each wanted one once, and no other."""
    where = f"{sheet}, row 1".removeprefix(", ")
    names = [cell.strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    problems = []
    for name in dict.fromkeys(names):
        if name not in columns:
            near = difflib.get_close_matches(name.lower(), columns, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(Problem(where, f"only the columns {', '.join(columns)}", f"{name!r:.60}{hint}"))
        elif names.count(name) > 1:
            problems.append(Problem(where, f"the column {name} once", f"it {names.count(name)} times"))
    problems += [Problem(where, f"the column {name}", "none of that name") for name in columns if name not in names]
    return problems


def build_items(
    lines: Iterable[Placed], vocabulary: Vocabulary
) -> tuple[list[tuple[FeedbackItem, int | None]], list[Problem]]:
    """Return the items of a file with their versions, in the order of their own rows, and all problems.

    Args:
        lines: In the order of the file.
        vocabulary: What cells may name.
    """
    problems = Problems()
    rows: dict[str, list[Placed]] = {}
    for line in lines:
        if _is_sound(line, vocabulary, problems):
            rows.setdefault(line.cells["item_id"].strip(), []).append(line)
    found = []
    # Taken out one by one, so that the rows of an item are gone when it is there.
    for item_id in list(rows):
        built = _build_item(item_id, _Rows(rows.pop(item_id), vocabulary, problems))
        if built is not None:
            found.append(built)
    return found, problems.told()


def _is_sound(line: Placed, vocabulary: Vocabulary, problems: Problems) -> bool:
    """Return whether a row can be put where it belongs."""
    reader = RowReader(line, vocabulary, problems)
    if line.is_too_long:
        reader.keep(Problem(line.where, "nothing to the right of the last column", "something"))
    if line.kind not in COLUMNS:
        near = difflib.get_close_matches(line.kind, COLUMNS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        got = f"{line.kind!r:.60}{hint}"
        reader.keep(Problem(f"{line.where}, record", f"one of {', '.join(COLUMNS)}", got))
        return False
    for name in line.cells:
        if name not in _KNOWN[line.kind] and line.cells[name].strip():
            reader.refuse(name, f"nothing in the row of {_named(line.kind)}")
    reader.item_id()
    return bool(reader.code("item_id"))


_KNOWN = {kind: frozenset(columns) for kind, columns in COLUMNS.items()}


def _named(kind: str) -> str:
    return f"an {kind}" if kind == ITEM else f"a {kind}"


def _build_item(item_id: str, rows: _Rows) -> tuple[FeedbackItem, int | None] | None:
    """Return an item; None where a row of it is wrong, which its reader tells."""
    others = [*rows.history, *rows.replies, *rows.translations]
    if rows.own is None:
        for reader in others:
            reader.refuse("item_id", "an item of this file", f"{item_id!r}, which has no row of its own")
        return None
    translations = _read_translations(rows)
    steps = [_read_step(reader, n, translations) for n, reader in enumerate(rows.history, 1)]
    replies = [_read_reply(reader, n, translations) for n, reader in enumerate(rows.replies, 1)]
    if not steps:
        rows.own.refuse("item_id", "a history of at least one step", "none")
    own = _read_own(rows.own, translations)
    for key, reader in _find_unused(rows, translations):
        reader.refuse("field", f"a column of words that are there in {' '.join(map(str, key[:2]))}")
    if any(reader.is_wrong for reader in (rows.own, *others)) or own is None:
        return None
    values, version = own
    return FeedbackItem(**values, steps=tuple(steps), replies=tuple(replies)), version


def _read_own(reader: RowReader, translations: Translations) -> tuple[dict[str, Any], int | None] | None:
    has_promise = any(reader.code(name) for name in PROMISE)
    values: dict[str, Any] = {
        "item_id": reader.code("item_id"),
        "district_id": reader.place("district_id"),
        "about": reader.choice("about", CHOICES[ITEM]["about"]),
        "theme_codes": reader.themes("theme_codes"),
        "said": _told(reader.text_needed("said"), (ITEM, 0, "said"), translations),
        "heard_on": reader.day("heard_on"),
        "heard_in": reader.codes("heard_in"),
        "commitment": _read_promise(reader, translations) if has_promise else None,
    }
    version = reader.count("version", "a whole number, or nothing for a new item") if reader.code("version") else None
    return None if reader.is_wrong else (values, version)


def _read_promise(reader: RowReader, translations: Translations) -> Commitment | None:
    texts = {name: reader.text_needed(name) for name in ("what", "target")}
    texts["evidence"] = reader.text("evidence")
    told = {name: _told(text, (ITEM, 0, name), translations) for name, text in texts.items()}
    owner, due_on = reader.choice("owner", CHOICES[ITEM]["owner"]), reader.day("due_on")
    if reader.is_wrong:
        return None
    return Commitment.model_validate(
        {**told, "measure_id": reader.code("measure_id"), "owner": owner, "due_on": due_on}
    )


def _read_step(reader: RowReader, number: int, translations: Translations) -> Step | None:
    _check_number(reader, number)
    on, status = reader.day("on"), reader.choice("status", CHOICES[STEP]["status"])
    values: dict[str, Any] = {
        name: _told(reader.text(name), (STEP, number, name), translations)
        for name in TEXTS[STEP]
        if name in reader.cells
    }
    if evidence := reader.code("evidence"):
        values["evidence"] = evidence
    if reader.is_wrong or on is None or status is None:
        return None
    # Only what is there: a record remembers each field it was given.
    return Step(on=on, status=Status(status), **values)


def _read_reply(reader: RowReader, number: int, translations: Translations) -> Reply | None:
    _check_number(reader, number)
    values: dict[str, Any] = {
        "on": reader.day("on"),
        "kind": reader.choice("kind", CHOICES[REPLY]["kind"]),
        "people": reader.count("people"),
        "channel": reader.choice("channel", CHOICES[REPLY]["channel"]),
        "remark": _told(reader.text("remark"), (REPLY, number, "remark"), translations),
    }
    return None if reader.is_wrong else Reply(**values)


def _check_number(reader: RowReader, number: int) -> None:
    if reader.code("number") not in ("", str(number)):
        reader.refuse("number", f"{number}, since the rows of an item stand in their order, or nothing")


def _read_translations(rows: _Rows) -> Translations:
    found: Translations = {}
    for reader in rows.translations:
        of, language = reader.choice("of", CHOICES[TRANSLATION]["of"]), reader.language("language")
        if of is None or language is None:
            continue
        number = 0 if of == ITEM else reader.count("number") or 0
        column = reader.choice("field", TEXTS[of])
        text, by = reader.cells.get("text", ""), reader.code("reviewed_by")
        if not text.strip() and not by:
            reader.refuse("text", "some words")
        if column is None or reader.is_wrong:
            continue
        texts, reviewers = found.setdefault((of, number, column), ({}, {}))
        if language in texts or language in reviewers:
            reader.refuse("language", f"one translation of {column} into {language}", "another one")
        texts |= {language: text} if text.strip() else {}
        reviewers |= {language: by} if by else {}
    return found


def _told(text: Text | None, key: tuple[str, int, str], translations: Translations) -> Text | None:
    """Return a text with its translations."""
    if text is None or key not in translations:
        return text
    texts, reviewers = translations[key]
    return text.model_copy(update={"translations": texts, "reviewed_by": reviewers})


def _find_unused(rows: _Rows, translations: Translations) -> list[tuple[tuple[str, int, str], RowReader]]:
    """Return translations of what is not there, with their rows."""
    sources = {(ITEM, 0): rows.own}
    sources |= {(STEP, number): reader for number, reader in enumerate(rows.history, 1)}
    sources |= {(REPLY, number): reader for number, reader in enumerate(rows.replies, 1)}
    unused = []
    for reader in rows.translations:
        of, column = reader.code("of"), reader.code("field")
        key = (of, 0 if of == ITEM else int(reader.code("number") or 0) if not reader.is_wrong else 0, column)
        source = sources.get(key[:2])
        if key in translations and (source is None or not source.cells.get(column, "").strip()):
            unused.append((key, reader))
    return unused

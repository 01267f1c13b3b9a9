"""The parts of an intake file into facts and rows of known columns, wherever people put the header.

What belongs here: which cell belongs to which fact or column; examples left out. What does not: what a cell means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from district_reports.engagement.intake_cells import fold, fold_name
from district_reports.engagement.intake_layout import COLUMNS, EXAMPLE, FACTS, MARK, PROBLEM, VALUE
from district_reports.engagement.intake_records import RowProblem, Wordings
from district_reports.engagement.intake_sheets import Cell, Part

MOST_ABOVE = 20
"""Lines among which the header is looked for."""

_STAR = " *"
"""Marks what must be filled in; no part of its name."""


@dataclass(frozen=True)
class Row:
    """One line of a part."""

    part: str
    number: int
    where: str
    """`sheet Answers, row 7`."""
    cells: Mapping[str, tuple[Cell, ...]]
    """Fact or column -> its cells: one for a column, as many as hold something for a fact."""
    names: Mapping[str, str]
    """Column -> its name in the file."""

    def texts(self) -> dict[str, str]:
        """Return what was written, by column."""
        return {name: cells[0].text for name, cells in self.cells.items() if cells}


@dataclass(frozen=True)
class Rows:
    """A part, read."""

    rows: tuple[Row, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    remarks: tuple[str, ...] = ()


def read_facts(part: Part, wordings: Wordings, examples: Sequence[Mapping[str, str]]) -> Rows:
    """Return the facts of the session, one row each, in the order of the sheet.

    Args:
        part: The sheet or section.
        wordings: The labels, in every language.
        examples: The template's own, one for each language: another value in their column stands in the wrong one.
    """
    labels = {fold_name(name): fact.field_id for fact in FACTS for name in _words("fact", fact.field_id, wordings)}
    head = _labels((VALUE, EXAMPLE, PROBLEM, "fact", "hint"), wordings)
    place, columns = _find_header(part, head, {VALUE})
    if place is None:
        return Rows(problems=(_no_header(part, [_words("column", VALUE, wordings)[0]]),))
    first = columns[VALUE]
    last = columns.get(PROBLEM, max(len(cells) for _, cells in part.lines))
    label_at = columns.get("fact", 0)
    rows: list[Row] = []
    problems, remarks = [], []
    for number, cells in part.lines[place + 1 :]:
        label = cells[label_at].text.rstrip(_STAR) if label_at < len(cells) else ""
        fact = labels.get(fold_name(label))
        values = tuple(cell for cell in cells[first:last] if cell.text or cell.flaw)
        where = f"{part.title}, row {number}"
        if fact is None:
            if label or values:
                remarks.append(f"{where}: {label!r:.60} is none of the template's facts and was left aside")
        elif any(fact in row.cells for row in rows):
            problems.append(RowProblem(part.part, number, where, "each fact once", f"{label!r:.60} again"))
        else:
            rows.append(Row(part.part, number, where, {fact: values}, {fact: label}))
            written = cells[columns[EXAMPLE]].text if columns.get(EXAMPLE, len(cells)) < len(cells) else ""
            if not values and not _is_known(fact, written, examples):
                value, example = (_words("column", name, wordings)[0] for name in (VALUE, EXAMPLE))
                got = f"{written!r:.60} in the column {example}"
                problems.append(RowProblem(part.part, number, f"{where}, {label}", f"it in the column {value}", got))
    return Rows(tuple(rows), tuple(problems), tuple(remarks))


def read_table(part: Part, wordings: Wordings, examples: Sequence[Mapping[str, str]]) -> Rows:
    """Return the rows of a table.

    Args:
        part: The sheet or section.
        wordings: The labels, in every language.
        examples: The template's own, one for each language: such a row, marked as example, is left out.
    """
    fields = COLUMNS[part.part]
    names = [field.field_id for field in fields]
    place, columns = _find_header(part, _labels((*names, MARK, PROBLEM), wordings), set(names))
    needed = [field.field_id for field in fields if field.is_required]
    if place is None:
        if not part.lines:
            return Rows()
        return Rows(problems=(_no_header(part, [_words("column", name, wordings)[0] for name in needed]),))
    number, header = part.lines[place]
    problems = [
        RowProblem(part.part, number, f"{part.title}, row {number}", f"the column {label}", "none of that name")
        for name in needed
        if name not in columns
        for label in _words("column", name, wordings)[:1]
    ]
    if problems:
        return Rows(problems=tuple(problems))
    titles = {name: header[at].text.rstrip(_STAR) for name, at in columns.items()}
    marks = {fold_name(word) for word in _words("column", EXAMPLE, wordings)}
    rows, told = [], []
    for number, cells in part.lines[place + 1 :]:
        row = _row_of(part, number, cells, {name: columns[name] for name in names if name in columns}, titles)
        if _is_blank(row):
            continue
        mark = fold_name(cells[columns[MARK]].text) if MARK in columns and columns[MARK] < len(cells) else ""
        if mark not in marks:
            rows.append(row)
        elif not _is_example(row, examples):
            told.append(_changed_example(row, titles[MARK]))
    return Rows(tuple(rows), tuple(told), tuple(_unknown_columns(part, place, columns)))


def _is_known(fact: str, written: str, examples: Sequence[Mapping[str, str]]) -> bool:
    """Whether the column of examples holds the example; a spreadsheet may have written days and numbers anew."""
    kinds = {one.field_id: one.kind for one in FACTS}
    if not written or kinds[fact] in ("day", "time", "count"):
        return True
    return fold(written) in {fold(example.get(fact, "")) for example in examples}


def _labels(names: Sequence[str], wordings: Wordings) -> dict[str, str]:
    return {fold_name(word): name for name in names for word in _words("column", name, wordings)}


def _words(group: str, name: str, wordings: Wordings) -> list[str]:
    """Return an id's label in every language, then the id itself."""
    return [*(text(f"intake.{group}.{name}") for text in wordings.values()), name]


def _find_header(part: Part, labels: Mapping[str, str], wanted: set[str]) -> tuple[int | None, dict[str, int]]:
    """Return the line with the most known names, and where each stands; a title above it is no header."""
    best: tuple[int | None, dict[str, int]] = (None, {})
    least = min(2, len(wanted))
    for place, (_, cells) in enumerate(part.lines[:MOST_ABOVE]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            name = labels.get(fold_name(cell.text))
            if name is not None:
                columns.setdefault(name, at)
        if len(columns.keys() & wanted) >= max(least, len(best[1].keys() & wanted) + 1):
            best = (place, columns)
    return best


def _no_header(part: Part, names: Sequence[str]) -> RowProblem:
    return RowProblem(part.part, 0, part.title, f"a row with the names of the columns: {', '.join(names)}", "none")


def _row_of(
    part: Part, number: int, cells: Sequence[Cell], columns: Mapping[str, int], titles: Mapping[str, str]
) -> Row:
    found = {name: (cells[at] if at < len(cells) else Cell(),) for name, at in columns.items()}
    return Row(part.part, number, f"{part.title}, row {number}", found, titles)


def _is_blank(row: Row) -> bool:
    """Whether nothing was filled in; the numbers of the host's own questions stand there from the start."""
    return not any(cell.text or cell.flaw for name, (cell,) in row.cells.items() if name != "number")


def _is_example(row: Row, examples: Sequence[Mapping[str, str]]) -> bool:
    """Whether a row says what the template's example says; a spreadsheet may have written its date anew."""

    def said(cells: Mapping[str, str]) -> dict[str, str]:
        return {name: fold(text) for name, text in cells.items() if text and name not in dates}

    dates = {field.field_id for field in COLUMNS[row.part] if field.kind == "day"}
    return any(said(row.texts()) == said(example) for example in examples)


def _changed_example(row: Row, mark: str) -> RowProblem:
    got = "a row marked as example that says something else"
    hint = f"empty its cell in the column {mark} to have it read, or delete the row"
    return RowProblem(row.part, row.number, row.where, "the example as it was", got, hint)


def _unknown_columns(part: Part, place: int, columns: Mapping[str, int]) -> list[str]:
    """Return a remark for each column that is none of ours and holds something."""
    _, header = part.lines[place]
    known = set(columns.values())
    width = max(len(cells) for _, cells in part.lines[place:])
    remarks = []
    for at in range(width):
        named = header[at].text if at < len(header) else ""
        below = any(at < len(cells) and (cells[at].text or cells[at].flaw) for _, cells in part.lines[place + 1 :])
        if at not in known and (named or below):
            remarks.append(f"{part.title}: column {named or at + 1!r:.60} is none of the template's and was left aside")
    return remarks

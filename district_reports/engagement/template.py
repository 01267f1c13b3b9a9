"""The intake sheet to fill in: a workbook with drop-downs, or a CSV file with sections.

Both hold the same: instructions, the facts of the session, and a table each for answers, quotes, the host's own
questions, what happened, and answers on the report itself. In the workbook each is a sheet. In the CSV file each is a
section: a line `[Answers]` with its title, a line of what to do, a line with the names of the columns, then the rows;
the facts of the session stand one below the other, with as many values to the right as there are. The lists of all
codes stand last in both. What begins as a spreadsheet's formula stands behind an apostrophe in the CSV file.

The same sheet, filled, is what a host gets to correct, and what holds the rows that were not taken.

What belongs here: what stands where. What does not: how a workbook is made (`template_workbook`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from district_reports.engagement.intake_layout import (
    COLUMNS,
    EXAMPLE,
    FACTS,
    MARK,
    OWN,
    PROBLEM,
    VALUE,
    Sheet,
    list_choices,
)
from district_reports.engagement.intake_records import Wordings
from district_reports.engagement.intake_sheets import escape_cell
from district_reports.engagement.template_example import build_example, example_row
from district_reports.engagement.template_workbook import Grid, make_workbook
from district_reports.errors import ConfigError
from district_reports.model import Register
from district_reports.settings import Settings

SUFFIXES = (".xlsx", ".csv")
BLANK_ROWS = 200
"""Rows with drop-downs in each table of the workbook."""

_HOW = ("session", "tables", "choices", "dates", "example", "happened", "send")
_PRIVACY = ("names", "addresses", "quotes", "groups")
_LISTED = ("theme", "question", "report_question", "districts", "format", "incentive", "group", "kind", "by", "result")


@dataclass(frozen=True)
class Filled:
    """What stands in a sheet that is not empty."""

    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """Table -> rows by column; with `problem` where a row was not taken."""
    fact_problems: Mapping[str, str] = field(default_factory=dict)
    """Fact -> what is wrong with it."""
    has_problems: bool = False
    has_example: bool = True


def make_template(
    register: Register, settings: Settings, wordings: Wordings, tag: str, suffix: str, filled: Filled | None = None
) -> bytes:
    """Return an intake sheet; the same input gives the same bytes.

    Args:
        register: Questions and codebook.
        settings: The city's districts and languages.
        wordings: The catalogues by tag.
        tag: Language of the sheet.
        suffix: `.xlsx` or `.csv`.
        filled: What stands in it; nothing but the example when None.

    Raises:
        ConfigError: If there is no such language or form.
    """
    suffix = suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigError(f"intake sheet: expected a file ending with {' or '.join(SUFFIXES)}, got {suffix!r}")
    language = settings.language(tag)
    if tag not in wordings:
        raise ConfigError(f"intake sheet: expected a catalogue of {tag}, got {', '.join(wordings)}")
    sheet = list_choices(register, settings, wordings, tag)
    grids = _build_grids(register, sheet, wordings[tag], filled or Filled(facts={"language": [_own(sheet, tag)]}))
    if suffix == ".xlsx":
        return make_workbook(grids, sheet, is_right_to_left=language.direction == "rtl")
    return _make_csv(grids)


def _own(sheet: Sheet, tag: str) -> str:
    return next((choice.shown for choice in sheet.choices["language"] if choice.value == tag), tag)


def _build_grids(register: Register, sheet: Sheet, text: Callable[[str], str], filled: Filled) -> list[Grid]:
    tables = [_table(part, register, sheet, text, filled) for part in COLUMNS]
    return [_instructions(text), _facts(register, sheet, text, filled), *tables, _lists(register, sheet, text)]


def _instructions(text: Callable[[str], str]) -> Grid:
    lines = [
        *([text(f"intake.how.{name}")] for name in _HOW),
        [],
        [text("intake.privacy.heading")],
        *([text(f"intake.privacy.{name}")] for name in _PRIVACY),
    ]
    title = text("intake.part.instructions")
    return Grid("instructions", title, text("intake.title"), lines=lines, bold_lines=(len(_HOW) + 1,))


def _facts(register: Register, sheet: Sheet, text: Callable[[str], str], filled: Filled) -> Grid:
    example = build_example("session", register, sheet, text) if filled.has_example else {}
    header = {name: text(f"intake.column.{name}") for name in ("fact", "hint", EXAMPLE, VALUE)}
    lines, kinds = [], []
    for fact in FACTS:
        values = list(filled.facts.get(fact.field_id, ()))
        # The id of an earlier session stands only where rows are to be added to it.
        if fact.field_id == "joins" and not values:
            continue
        label = text(f"intake.fact.{fact.field_id}") + (" *" if fact.is_required else "")
        hint = filled.fact_problems.get(fact.field_id) or text(f"intake.hint.{fact.field_id}")
        lines.append([label, hint, example.get(fact.field_id, ""), *values])
        kinds.append((fact.kind, fact.is_many))
    about = text("intake.about.session")
    return Grid("session", text("intake.part.session"), about, header, lines, facts=tuple(kinds))


def _table(part: str, register: Register, sheet: Sheet, text: Callable[[str], str], filled: Filled) -> Grid:
    fields = COLUMNS[part]
    names = [MARK, *(one.field_id for one in fields), *([PROBLEM] if filled.has_problems else [])]
    required = {one.field_id for one in fields if one.is_required}
    header = {name: text(f"intake.column.{name}") + (" *" if name in required else "") for name in names}
    rows: list[Mapping[str, str]] = list(filled.rows.get(part, ()))
    if part == "own" and not rows and filled.has_example:
        rows = [{"number": number} for number in OWN]
    example = [example_row(part, register, sheet, text)] if filled.has_example else []
    lines = [[row.get(name, "") for name in names] for row in (*example, *rows)]
    kinds = {one.field_id: one.kind for one in fields}
    columns = tuple(kinds.get(name, "") for name in names)
    return Grid(
        part,
        text(f"intake.part.{part}"),
        text(f"intake.about.{part}"),
        header,
        lines,
        columns=columns,
        examples=len(example),
        blank_rows=BLANK_ROWS,
    )


def _lists(register: Register, sheet: Sheet, text: Callable[[str], str]) -> Grid:
    """Return all choices, one column each, then what each theme means."""
    columns = [[choice.shown for choice in sheet.choices[name]] for name in _LISTED]
    header = {name: text(f"intake.list.{name}") for name in _LISTED}
    meanings = [theme.definitions.get(sheet.tag, "") for theme in register.themes]
    sides = [
        "; ".join(f"{number}: {side.get(sheet.tag, '')}" for number, side in enumerate(theme.sides, 1))
        for theme in register.themes
    ]
    header |= {"meaning": text("intake.list.meaning"), "sides": text("intake.list.sides")}
    header = {name: header[name] for name in ("theme", "meaning", "sides", *_LISTED[1:])}
    columns[1:1] = [meanings, sides]
    deepest = max(map(len, columns))
    lines = [[column[place] if place < len(column) else "" for column in columns] for place in range(deepest)]
    return Grid("lists", text("intake.part.lists"), text("intake.about.lists"), header, lines)


def _make_csv(grids: Sequence[Grid]) -> bytes:
    """Return the sections as CSV that a spreadsheet opens right: UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for grid in grids:
        writer.writerow([f"[{grid.title}]"])
        writer.writerow([escape_cell(grid.about)])
        if grid.header:
            writer.writerow(list(grid.header.values()))
        writer.writerows([escape_cell(_printable(cell)) for cell in line] for line in grid.lines)
        writer.writerow([])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _printable(text: str) -> str:
    """Return a text without the one sign that makes a CSV file unreadable."""
    return text.replace("\0", "\ufffd")

"""The intake sheet, read: a session, what happened, answers on the report, and every row that is wrong.

A sheet is made by `template`, filled by a community organisation or a liaison, and read here: all its problems at
once, in words for the person who filled it. Nothing half right is taken: a row counts whole or not at all, a session
only with all its facts.

What belongs here: the order of reading, and what must fit together in a file. What does not: storing, screening.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from district_reports.engagement.intake_layout import COLUMNS, FACTS, OF_SESSION, list_choices
from district_reports.engagement.intake_records import Intake, RejectedRow, RowProblem, Wordings
from district_reports.engagement.intake_rows import RowReader, build_reader
from district_reports.engagement.intake_session import (
    build_session,
    read_answer,
    read_happening,
    read_own,
    read_quote,
    read_report_answer,
    read_session_facts,
    settle_session,
)
from district_reports.engagement.intake_sheets import Parts, load_parts
from district_reports.engagement.intake_tables import Row, Rows, read_facts, read_table
from district_reports.engagement.template_example import list_examples
from district_reports.errors import Problem, ReadingError
from district_reports.model import Happening, IntakeQuote, IntakeSession, Record, Register
from district_reports.settings import Settings

T = TypeVar("T")


def read_intake(path: Path, register: Register, settings: Settings, wordings: Wordings, *, today: date) -> Intake:
    """Return what an intake sheet tells, and all that is wrong with it.

    Args:
        path: XLSX or CSV; what it is, its first bytes tell.
        register: Questions and codebook.
        settings: The city's districts and languages.
        wordings: The catalogues, by tag: the sheet may speak any of them.
        today: No day of the sheet may be later.

    Raises:
        ReadingError: If the file as a whole cannot be read.
        StoreError: If the disk does not give it.
    """
    parts = load_parts(path, wordings)
    sheet = list_choices(register, settings, wordings, parts.tag)
    reader = build_reader(settings, wordings, sheet, today)
    reader.remarks += parts.remarks
    found = _read_parts(parts, register, settings, wordings)
    for rows in found.values():
        reader.problems += rows.problems
        reader.remarks += rows.remarks
    is_whole = not reader.problems
    intake = _build(reader, found, register, _labels(parts, wordings))
    if not is_whole:
        # Nobody could tell which rows a part without its columns holds, so no part of the file can be taken.
        raise ReadingError(path, [problem.problem for problem in intake.problems])
    if not intake.problems and intake.session is None and not intake.happenings:
        raise ReadingError(path, [Problem("", "a session, or something that happened", "a sheet not filled in")])
    return intake


def _read_parts(parts: Parts, register: Register, settings: Settings, wordings: Wordings) -> dict[str, Rows]:
    found = {}
    for name, part in parts.parts.items():
        if name in ("session", *COLUMNS):
            examples = list_examples(name, register, settings, wordings)
            found[name] = (read_facts if name == "session" else read_table)(part, wordings, examples)
    return found


def _labels(parts: Parts, wordings: Wordings) -> dict[str, str]:
    """Return the names of the facts as this sheet has them, and of the part that they stand in."""
    labels = {fact.field_id: wordings[parts.tag](f"intake.fact.{fact.field_id}") for fact in FACTS}
    title = parts.parts["session"].title if "session" in parts.parts else wordings[parts.tag]("intake.part.session")
    return {**labels, "session": title}


def _build(reader: RowReader, found: Mapping[str, Rows], register: Register, labels: Mapping[str, str]) -> Intake:
    rows = {name: found.get(name, Rows()).rows for name in ("session", *COLUMNS)}
    facts = {name: tuple(cell.text for cell in cells) for row in rows["session"] for name, cells in row.cells.items()}
    written = {name: values for name, values in facts.items() if values}
    session, language = _session(reader, rows, written, labels)
    rejected: list[RejectedRow] = []
    answers = _take(reader, rows["answers"], lambda row: read_answer(reader, row, register, session), rejected)
    quotes = _take(reader, rows["quotes"], lambda row: read_quote(reader, row, session), rejected)
    report = _take(reader, rows["report"], lambda row: read_report_answer(reader, row, session), rejected)
    happenings = _take(reader, rows["happened"], lambda row: read_happening(reader, row, language), rejected)
    if session is None:
        rejected += [RejectedRow("own", row.texts(), _told(reader.problems, row)) for row in rows["own"]]
    else:
        session = settle_session(session.model_copy(update={"answers": tuple(answers), "quotes": tuple(quotes)}))
    return Intake(
        language=language,
        session=session,
        is_rest=bool(written.get("joins")),
        happenings=tuple(sorted(happenings, key=lambda one: one.happening_id)),
        report_answers=tuple(sorted(report, key=lambda one: (one.question_id, one.said.text))),
        problems=tuple(sorted(reader.problems, key=_order_of_problem)),
        remarks=tuple(reader.remarks),
        facts=written,
        rejected=tuple(rejected),
    )


def _session(
    reader: RowReader,
    rows: Mapping[str, Sequence[Row]],
    written: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
) -> tuple[IntakeSession | None, str]:
    """Return the session without answers, and the language of the sheet, empty where it is wrong."""
    # A sheet of what happened alone has no session: its language stands there from the start.
    if not (written.keys() - {"language"}) and not any(rows[name] for name in OF_SESSION):
        language = next(fact for fact in FACTS if fact.field_id == "language")
        row = next((row for row in rows["session"] if "language" in row.cells), None)
        values = reader.read(row or Row("session", 0, labels["session"], {}, labels), [language])
        return None, values["language"] if values else ""
    before = len(reader.problems)
    facts = read_session_facts(reader, rows["session"], labels)
    own = read_own(reader, rows["own"])
    session = build_session(facts, own) if own is not None and len(reader.problems) == before else None
    return session, facts.get("language") or ""


def _take(
    reader: RowReader,
    rows: Sequence[Row],
    read: Callable[[Row], T | None],
    rejected: list[RejectedRow],
) -> list[T]:
    """Return the rows that are right; the others are kept with what is wrong, and a row that repeats another is one."""
    taken: dict[object, T] = {}
    lines: dict[object, int] = {}
    for row in rows:
        before = len(reader.problems)
        value = read(row)
        key = _key_of(value)
        if value is not None and key in taken:
            reader.refuse(row, next(iter(row.cells)), "each row once", f"the same as row {lines[key]}")
        elif value is not None:
            taken[key] = value
            lines[key] = row.number
        if value is None or len(reader.problems) > before:
            rejected.append(RejectedRow(row.part, row.texts(), _told(reader.problems[before:], row)))
    return list(taken.values())


def _key_of(value: object) -> object:
    """Return what makes two rows the same: for what has an id, the id."""
    if isinstance(value, IntakeQuote):
        return value.quote_id
    if isinstance(value, Happening):
        return value.happening_id
    return value.model_dump_json() if isinstance(value, Record) else None


def _told(problems: Sequence[RowProblem], row: Row) -> tuple[str, ...]:
    """Return what is wrong with a row, without the row's number: it stands elsewhere in the next file."""
    mine = [one for one in problems if (one.part, one.row) == (row.part, row.number)]
    return tuple(str(one.problem._replace(where=row.names.get(one.field_id, ""))) for one in mine)


def _order_of_problem(problem: RowProblem) -> tuple[int, int]:
    order = ["", "session", *COLUMNS]
    return order.index(problem.part), problem.row

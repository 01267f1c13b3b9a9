"""The facts of a session into a record, and its rows into answers, quotes and answers on the report.

Answers and quotes are kept in an order of their own, so that a session reads the same however its rows were sorted,
and a mended row that comes in later finds its place.

What belongs here: what must fit together within one session. What does not: cells, files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from district_reports.engagement.intake_cells import fold, fold_name, show
from district_reports.engagement.intake_layout import COLUMNS, FACTS, OWN
from district_reports.engagement.intake_records import ReportAnswer
from district_reports.engagement.intake_rows import RowReader, is_before
from district_reports.engagement.intake_tables import Row
from district_reports.model import Happening, IntakeAnswer, IntakeQuote, IntakeSession, Register, Text


def name_session(on: date, district_ids: Sequence[str], host: str) -> str:
    """Return the id of a session that brings none: the same day, districts and host give the same one.

    The host stands in it as a digest alone: an id is printed where hosts are not.
    """
    key = "\n".join([on.isoformat(), *sorted(district_ids), fold_name(host)])
    return f"s-{on:%Y%m%d}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def name_quote(session_id: str, question_id: str, text: str) -> str:
    """Return a quote's id, bound to its words: another wording is another quote, to be screened anew."""
    key = "\n".join([session_id, question_id, text])
    return f"q-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def name_happening(district_id: str, on: date, kind: str, what: str) -> str:
    """Return the id of a happening that brings none; the same words on the same day are the same happening."""
    key = "\n".join([district_id, on.isoformat(), kind, fold(what)])
    return f"h-{on:%Y%m%d}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def settle_session(session: IntakeSession) -> IntakeSession:
    """Return a session with its answers and quotes in their own order."""
    answers = sorted(session.answers, key=_order_of_answer)
    quotes = sorted(session.quotes, key=lambda quote: (quote.question_id, quote.quote_id))
    return session.model_copy(update={"answers": tuple(answers), "quotes": tuple(quotes)})


def _order_of_answer(answer: IntakeAnswer) -> tuple[str, str, int, int, str]:
    point = answer.point.text if answer.point else ""
    return answer.question_id, answer.theme_code, answer.side or 0, -(answer.people or 0), point


def read_session_facts(reader: RowReader, rows: Sequence[Row], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return those facts of a session that are right, by field; what is wrong, the reader keeps.

    Args:
        reader: Keeps the problems.
        rows: One for each fact.
        labels: Of the facts, for those whose line is gone.
    """
    cells = {name: row for row in rows for name in row.cells}
    values: dict[str, Any] = {}
    for fact in FACTS:
        row = cells.get(fact.field_id, Row("session", 0, labels["session"], {}, labels))
        if fact.field_id in row.cells or fact.is_required:
            values |= reader.read(row, [fact]) or {}
        else:
            values[fact.field_id] = () if fact.is_many else None
    if not is_before(values.get("start"), values.get("end")):
        reader.refuse(cells["end"], "end", f"a time after {values['start']:%H:%M}", f"{values['end']:%H:%M}")
    return values


def build_session(facts: Mapping[str, Any], own: Sequence[str]) -> IntakeSession:
    """Return a session without answers from its facts and the host's own questions."""
    plain = {
        name: value
        for name, value in facts.items()
        if name not in ("joins", "session_id", "districts", "open", "is_recorder_trained", "area")
    }
    session_id = facts["joins"] or facts["session_id"]
    return IntakeSession(
        **plain,
        session_id=session_id or name_session(facts["on"], facts["districts"], facts["host"]),
        open=facts["open"] == "yes",
        is_recorder_trained=facts["is_recorder_trained"] == "yes",
        district_ids=facts["districts"],
        community_area=facts["area"] or "",
        own_questions=tuple(Text(language=facts["language"], text=words) for words in own),
    )


def read_own(reader: RowReader, rows: Sequence[Row]) -> list[str] | None:
    """Return the host's own questions in the order of their numbers; None if any is wrong."""
    before = len(reader.problems)
    found: dict[str, str] = {}
    for row in rows:
        values = reader.read(row, COLUMNS["own"])
        if values and values["number"] in found:
            reader.refuse(row, "number", "each number once", f"{values['number']} again")
        elif values:
            found[values["number"]] = values["own_words"]
    wanted = OWN[: len(found)]
    if len(reader.problems) == before and set(found) != set(wanted):
        reader.refuse(rows[-1], "number", f"numbers without a gap: {', '.join(wanted)}", ", ".join(sorted(found)))
    return [found[number] for number in wanted] if len(reader.problems) == before else None


def read_answer(reader: RowReader, row: Row, register: Register, session: IntakeSession | None) -> IntakeAnswer | None:
    """Return one answer; None if it is wrong. Without a session only its cells are looked at."""
    before = len(reader.problems)
    values = reader.read(row, COLUMNS["answers"])
    if values is None:
        return None
    theme = next(one for one in register.themes if one.code == values["theme"])
    side = int(values["side"]) if values["side"] else None
    if theme.kind == "mixed" and not (side and side <= len(theme.sides)):
        allowed = ", ".join(str(number) for number in range(1, len(theme.sides) + 1))
        reader.refuse(row, "side", f"one of {allowed}: {theme.code} has sides", values["side"] or "nothing")
    elif theme.kind != "mixed" and side is not None:
        reader.refuse(row, "side", f"nothing: {theme.code} has no sides", str(side))
    if values["people"] == 0:
        reader.refuse(row, "people", "at least 1, or nothing where nobody counted", "0")
    _require_own(reader, row, values["question"], session)
    if session and values["people"] and values["people"] > session.attendance:
        expected = f"at most the {session.attendance} who took part"
        reader.refuse(row, "people", expected, str(values["people"]))
    if session is None or len(reader.problems) > before:
        return None
    point = Text(language=session.language, text=values["point"]) if values["point"] else None
    return IntakeAnswer(
        question_id=values["question"], theme_code=theme.code, people=values["people"], side=side, point=point
    )


def read_quote(reader: RowReader, row: Row, session: IntakeSession | None) -> IntakeQuote | None:
    """Return one quote; None if it is wrong. One without consent is kept as such."""
    values = reader.read(row, COLUMNS["quotes"])
    if values is None or not _require_own(reader, row, values["question"], session) or session is None:
        return None
    return IntakeQuote(
        quote_id=name_quote(session.session_id, values["question"], values["words"]),
        question_id=values["question"],
        text=Text(language=session.language, text=values["words"]),
        has_consent=values["consent"] == "yes",
    )


def read_report_answer(reader: RowReader, row: Row, session: IntakeSession | None) -> ReportAnswer | None:
    """Return one answer on the report itself; None if it is wrong."""
    values = reader.read(row, COLUMNS["report"])
    if values is None or session is None:
        return None
    return ReportAnswer(
        question_id=values["report_question"], said=Text(language=session.language, text=values["said"])
    )


def read_happening(reader: RowReader, row: Row, language: str) -> Happening | None:
    """Return one happening; None if it is wrong."""
    values = reader.read(row, COLUMNS["happened"])
    if values is None:
        return None
    given = values["happening_id"]
    return Happening(
        happening_id=given or name_happening(values["where"], values["happened_on"], values["kind"], values["what"]),
        district_id=values["where"],
        on=values["happened_on"],
        kind=values["kind"],
        by=values["by"],
        what=Text(language=language, text=values["what"]),
        result=values["result"],
        outcome=Text(language=language, text=values["outcome"]) if values["outcome"] else None,
    )


def _require_own(reader: RowReader, row: Row, question_id: str, session: IntakeSession | None) -> bool:
    """Refuse an answer to one of the host's own questions that was not written down."""
    if session is None or question_id not in OWN or OWN.index(question_id) < len(session.own_questions):
        return True
    expected = "one of the host's own questions, written in its part"
    reader.refuse(row, "question", expected, show(question_id))
    return False

"""Sessions, happenings and registers as the tests of the records need them, made by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from typing import Any

from district_reports.engagement.records import BroughtFile
from district_reports.model import (
    FormalBody,
    Happening,
    IntakeAnswer,
    IntakeQuote,
    IntakeSession,
    Register,
    RegisterSession,
    Text,
    Theme,
)

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def words(text: str, language: str = "en", **translations: str) -> Text:
    return Text(language=language, text=text, translations=translations)


def answer(theme: str = "seen", people: int | None = None, point: str = "", **more: Any) -> IntakeAnswer:
    return IntakeAnswer(
        question_id="p1", theme_code=theme, people=people, point=words(point) if point else None, **more
    )


def quote(text: str, has_consent: bool = True, number: int = 1) -> IntakeQuote:
    return IntakeQuote(quote_id=f"q-{number}", question_id="p1", text=words(text), has_consent=has_consent)


def session(session_id: str = "A-1", host: str = "First Hosts", **more: Any) -> IntakeSession:
    facts: dict[str, Any] = {
        "session_id": session_id,
        "on": date(2026, 9, 9),
        "host": host,
        "place": "A hall",
        "open": True,
        "district_ids": ("S",),
        "language": "en",
        "session_format": "round_table",
        "is_recorder_trained": True,
        "regular_contact": "yes",
        "attendance": 12,
    }
    return IntakeSession(**(facts | more))


def happening(what: str, happening_id: str = "H-1", outcome: str = "", **more: Any) -> Happening:
    facts: dict[str, Any] = {
        "happening_id": happening_id,
        "district_id": "S",
        "on": date(2026, 9, 1),
        "kind": "event",
        "by": "both",
        "what": words(what),
        "result": "worked",
        "outcome": words(outcome) if outcome else None,
    }
    return Happening(**(facts | more))


def brought(name: str = "sheet.xlsx", content: str = "") -> BroughtFile:
    return BroughtFile(name=name, sha256=hashlib.sha256((content or name).encode()).hexdigest(), language="en")


def theme(code: str, is_main: bool = False) -> Theme:
    return Theme(
        code=code,
        part="policing",
        kind="wish",
        speaker="residents",
        strength="many",
        strength_printed="many",
        source_file="A1",
        source_heading="Heard",
        names={"en": code},
        definitions={"en": code},
        is_main=is_main,
    )


def register() -> Register:
    held = RegisterSession(
        session_id="2024-06-02-S-1",
        date=date(2024, 6, 2),
        start=time(17),
        end=time(19),
        host="Old Host",
        place="A hall",
        address="1 Street",
        open=True,
        district_id="S",
        community_area="Dale",
        area="lower",
        doubts="",
    )
    other = held.model_copy(update={"session_id": "2024-05-03-N-1", "date": date(2024, 5, 3), "district_id": "N"})
    return Register(
        city_id="toy",
        first_day=date(2024, 5, 1),
        last_day=date(2024, 6, 30),
        sessions=(held, other),
        totals=(),
        figures=(),
        bodies=(
            FormalBody(body_id="council", people=15, days=(date(2024, 6, 4),), how=("video",), district_ids=("N",)),
        ),
        themes=(theme("seen", is_main=True), theme("slow"), theme("lights")),
        questions=(),
        promises=(),
        conditions=(),
        digest="0" * 64,
    )

"""Intake sheets that go back to people: the rows that were not taken, and a host's sessions to read and correct.

A sheet of rows that were not taken tells which session they belong to; mended, brought again and added to it, they make
the same session as if all had been right at once. A host's sheet that comes back corrected is the same session anew:
its id stands in it. Translations do not.

What belongs here: sheets made from what was read. What does not: storing (`records`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from district_reports.engagement.intake_layout import COLUMNS, OWN, PROBLEM, Sheet, list_choices
from district_reports.engagement.intake_records import Intake, Wordings
from district_reports.engagement.intake_spoken import name_spoken
from district_reports.engagement.template import Filled, make_template
from district_reports.errors import StoreError
from district_reports.model import IntakeSession, Register
from district_reports.settings import Settings


def write_rejects(intake: Intake, path: Path, register: Register, settings: Settings, wordings: Wordings) -> Path:
    """Write the rows that were not taken to a sheet of the same layout, with what is wrong beside each.

    Args:
        intake: As it was read.
        path: Where to; its ending tells the form, `.xlsx` or `.csv`.
        register: Questions and codebook.
        settings: The city's.
        wordings: The catalogues by tag.

    Returns:
        The path.

    Raises:
        ConfigError: If the ending is another.
        StoreError: If it cannot be written.
    """
    tag = intake.language or next(iter(wordings))
    facts: dict[str, Sequence[str]] = dict(intake.facts)
    if intake.session is not None:
        facts = {**_facts_of(intake.session, list_choices(register, settings, wordings, tag), settings)}
        facts["joins"] = [intake.session.session_id]
    rows: dict[str, list[Mapping[str, str]]] = {part: [] for part in COLUMNS}
    for row in intake.rejected:
        rows[row.part].append({**row.cells, PROBLEM: "; ".join(row.problems)})
    if intake.session is not None:
        rows["own"] = _own_rows(intake.session)
    filled = Filled(facts, rows, _problems_of_facts(intake), has_problems=True, has_example=False)
    return _save(path, make_template(register, settings, wordings, tag, path.suffix, filled))


def make_host_part(
    session: IntakeSession, register: Register, settings: Settings, wordings: Wordings, suffix: str
) -> bytes:
    """Return one session as it was understood, as a filled intake sheet in the language it was recorded in.

    What was said in it of the report itself is not in the sheet: it is in the feedback loop.

    Args:
        session: The host's.
        register: Questions and codebook.
        settings: The city's.
        wordings: The catalogues by tag.
        suffix: `.xlsx` or `.csv`.

    Raises:
        ConfigError: If there is no such form.
    """
    tag = session.language if session.language in wordings else next(iter(wordings))
    sheet = list_choices(register, settings, wordings, tag)
    facts = {**_facts_of(session, sheet, settings), "session_id": [session.session_id]}
    rows: dict[str, list[Mapping[str, str]]] = {
        "answers": [
            {
                "question": _shown(sheet, "question", answer.question_id),
                "theme": _shown(sheet, "theme", answer.theme_code),
                "side": str(answer.side or ""),
                "people": str(answer.people or ""),
                "point": answer.point.text if answer.point else "",
            }
            for answer in session.answers
        ],
        "quotes": [
            {
                "question": _shown(sheet, "question", quote.question_id),
                "words": quote.text.text,
                "consent": _yes_no(sheet, quote.has_consent),
            }
            for quote in session.quotes
        ],
        "own": _own_rows(session),
    }
    return make_template(register, settings, wordings, tag, suffix, Filled(facts, rows, has_example=False))


def _facts_of(session: IntakeSession, sheet: Sheet, settings: Settings) -> dict[str, Sequence[str]]:
    """Return the facts of a session as its sheet shows them."""
    locale = settings.language(sheet.tag).locale
    return {
        "language": [_shown(sheet, "language", session.language)],
        "on": [session.on.isoformat()],
        "start": [f"{session.start:%H:%M}"] if session.start else [],
        "end": [f"{session.end:%H:%M}"] if session.end else [],
        "host": [session.host],
        "place": [session.place],
        "open": [_yes_no(sheet, session.open)],
        "districts": [_shown(sheet, "districts", one) for one in session.district_ids],
        "area": [session.community_area] if session.community_area else [],
        "session_format": [_shown(sheet, "format", session.session_format)],
        "incentives": [_shown(sheet, "incentive", one) for one in session.incentives],
        "interpretation": [name_spoken(one, locale) for one in session.interpretation],
        "is_recorder_trained": [_yes_no(sheet, session.is_recorder_trained)],
        "regular_contact": [_shown(sheet, "contact", session.regular_contact)],
        "attendance": [str(session.attendance)],
        "groups": [_shown(sheet, "group", one) for one in session.groups],
    }


def _shown(sheet: Sheet, name: str, value: str) -> str:
    return next((choice.shown for choice in sheet.choices[name] if choice.value == value), value)


def _yes_no(sheet: Sheet, value: bool) -> str:
    return _shown(sheet, "yes_no", "yes" if value else "no")


def _own_rows(session: IntakeSession) -> list[Mapping[str, str]]:
    return [
        {"number": number, "own_words": text.text} for number, text in zip(OWN, session.own_questions, strict=False)
    ]


def _problems_of_facts(intake: Intake) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in intake.problems:
        if one.part == "session" and one.field_id:
            told = str(one.problem._replace(where=""))
            found[one.field_id] = "; ".join(filter(None, (found.get(one.field_id), told)))
    return found


def _save(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(f"{path}: expected a file that can be written, got {error}", path=path) from error
    return path

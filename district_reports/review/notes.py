"""The commander's note: what a commander says to residents, in the languages given, shown as theirs.

A note is words and nothing else: no number of a report is read from it. Every version stays in the log; the last one
counts, and it can be taken back. Once the reports are frozen, a note would reach nobody, so none is taken.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from district_reports.database import Database
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.engagement.screen import Screen, make_screen
from district_reports.engagement.screen_records import find_named
from district_reports.errors import RuleError, Told
from district_reports.model import CommanderNote, Entry, Person, Phase, Role, Text
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.steps import STEPS, find_phase
from district_reports.review.typed import clean_typed
from district_reports.settings import Settings

NOTE: Final = "note"
"""Kind of the rows of the log; one without words takes the note back."""
MOST_PARAGRAPHS: Final = 12
"""Of a note: paper is finite."""


def save_note(
    database: Database,
    settings: Settings,
    *,
    person: Person,
    quarter: Quarter,
    place: str,
    text: Text,
    at: datetime,
    has_looked: bool,
) -> None:
    """Keep a commander's note on a report of their own district; it takes the place of the one before.

    Args:
        database: Of the records.
        settings: Languages, the limit of characters, what may be named.
        person: Who writes it: the district's commander.
        quarter: The report's.
        place: A district's id.
        text: In one language or several; a language without words is left out.
        at: When, with a time zone.
        has_looked: Whether the writer has looked again and says that the words name nobody.

    Raises:
        RuleError: If the person may not write it, it is empty, too long or in another language, may name somebody,
            or the reports are frozen; all that is wrong with the words is told at once.
        DatabaseError: If the database cannot be read or written.
    """
    _require_commander(person, settings, place)
    written_on = at.astimezone(ZoneInfo(settings.city.time_zone)).date()
    note = CommanderNote(text=_clean(text, settings), written_on=written_on)
    if not has_looked:
        _require_unnamed(note, _make_screen(database, settings, written_on))
    content = {**note.model_dump(mode="json", exclude={"text": {"reviewed_by"}}), "has_looked": has_looked}
    with database.begin() as connection:
        _append(connection, person, quarter, place, at, content)


def take_back_note(
    database: Database, settings: Settings, *, person: Person, quarter: Quarter, place: str, at: datetime
) -> None:
    """Take a note back: the report has none from then on; what it said stays in the log.

    Raises:
        RuleError: If the person may not, there is none, or the reports are frozen.
        DatabaseError: If the database cannot be read or written.
    """
    _require_commander(person, settings, place)
    with database.begin() as connection:
        if load_note(connection, quarter, place) is None:
            raise RuleError(Told("note: expected one to take back, found none", "no_note"))
        _append(connection, person, quarter, place, at, {"text": None})


def load_note(connection: Connection, quarter: Quarter, place: str) -> CommanderNote | None:
    """Return the note that stands; None where there is none, or it was taken back."""
    entries = log.read_entries(connection, quarter=str(quarter), kinds=(NOTE,), subject=f"dossier/{place}")
    return read_note(entries[-1]) if entries else None


def read_note(entry: Entry) -> CommanderNote | None:
    """Return what a row of the log says; None where it takes the note back."""
    if not entry.content.get("text"):
        return None
    return CommanderNote.model_validate({name: entry.content[name] for name in ("text", "written_on")})


def _append(
    connection: Connection,
    person: Person,
    quarter: Quarter,
    place: str,
    at: datetime,
    content: dict[str, object],
) -> None:
    # First the row, which queues at the end of the log: nobody freezes between the look and the writing.
    log.append(
        connection,
        kind=NOTE,
        by=person.person_id,
        at=at,
        quarter=str(quarter),
        subject=f"dossier/{place}",
        content=content,
    )
    if find_phase(log.read_entries(connection, quarter=str(quarter), kinds=STEPS)) is not Phase.OPEN:
        line = f"note: expected reports of {quarter} that are open for review, got frozen ones"
        raise RuleError(Told(line, "frozen"))


def _require_commander(person: Person, settings: Settings, place: str) -> None:
    if place not in settings.district_ids or not (person.is_active and person.has(Role.COMMANDER, place)):
        raise RuleError(Told("note: expected the commander of the district, got somebody else", "commander"))


def _clean(text: Text, settings: Settings) -> Text:
    """Return the words of each language as they are kept; the first one that has any is the original."""
    limit = settings.report.review.note_limit
    tags = [language.tag for language in settings.languages]
    problems: list[str] = []
    wordings = {}
    for tag, words in {text.language: text.text, **text.translations}.items():
        try:
            clean = clean_typed(words, limit=limit, what=f"note ({tag[:20]})", most_paragraphs=MOST_PARAGRAPHS)
        except RuleError as error:
            problems += error.args
            continue
        if clean and tag not in tags:
            problems.append(Told(f"note: expected words in {', '.join(tags)}, got some in {tag[:20]!r}", "language"))
        elif clean:
            wordings[tag] = clean
    if not wordings and not problems:
        problems = [Told("note: expected words, got none; a note can be taken back", "words")]
    if problems:
        raise RuleError("; ".join(problems), problems=problems)
    original = text.language if text.language in wordings else next(iter(wordings))
    return Text(language=original, text=wordings.pop(original), translations=wordings)


def _make_screen(database: Database, settings: Settings, today: date) -> Screen:
    """Return the screen of the city, which also knows who held sessions."""
    sessions, _ = load_ledger_parts(database, today)
    return make_screen(settings).knowing({session.host for session in sessions})


def _require_unnamed(note: CommanderNote, screen: Screen) -> None:
    """Refuse words that may name somebody: whoever types them is there to change them, or to look twice."""
    problems = find_named(screen, note)
    if problems:
        message = f"note: {'; '.join(problems)}; write it otherwise, or confirm that it names nobody"
        raise RuleError(message, problems=problems)

"""The log of review, newest first, a page at a time; and whether it is whole.

Each view proves the rows that it shows, so that it takes as long with a million rows as with fifty. All of them are
proved when somebody asks for it here, and at each publication, whatever was seen here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.errors import LogError
from district_reports.model import Entry, Person
from district_reports.review.log import read_page, verify_log, verify_rows
from district_reports.review.people import load_people

router = APIRouter()

ROWS = 50
"""Of one page."""
LONGEST = 600
"""Characters of one value; the rest stands in the log."""
LAST = 10**9
"""No number of a row is higher: a database's whole numbers end somewhere."""


@router.get("/log", name="log")
def show_log(visit: Here) -> Response:
    """Show the log."""
    given = visit.request.query_params.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    words = visit.words
    is_whole = visit.request.query_params.get("check") == "all"
    entries: tuple[Entry, ...] = ()
    broken, count = 0, 0
    with visit.desk.database.read() as connection:
        people = {person.person_id: person for person in load_people(connection)}
        try:
            entries = read_page(connection, before=before, count=ROWS + 1)
            count = _verify(connection, entries[:ROWS], is_whole=is_whole, is_end=not before)
        except LogError as error:
            broken = error.seq
    shown = entries[:ROWS]
    newer = None
    if before:
        newer = min(shown[0].seq + ROWS + 1 if shown else before, LAST)
    return visit.render(
        "log.html.j2",
        broken=words.number(broken) if broken else "",
        verified=words.plural("desk.log.verified", count) if is_whole else "",
        rows=[_tell(visit, entry, people) for entry in shown],
        caption=words.text("desk.log.caption", first=words.number(shown[0].seq), last=words.number(shown[-1].seq))
        if shown
        else "",
        older=shown[-1].seq if len(entries) > ROWS else None,
        newer=newer,
    )


def _verify(connection: Connection, shown: Sequence[Entry], *, is_whole: bool, is_end: bool) -> int:
    """Return how many rows were proved to be what was written: those that are shown, or all of the log."""
    if is_whole:
        last = verify_log(connection)
        return last.seq if last else 0
    first, newest = (shown[-1].seq, shown[0].seq) if shown else (1, 0)
    verify_rows(connection, first, newest, is_end=is_end)
    return len(shown)


def _tell(visit: Visit, entry: Entry, people: dict[str, Person]) -> dict[str, Any]:
    words, wording = visit.words, visit.wording
    key = f"desk.kind.{entry.kind}"
    about = entry.subject
    if about.startswith("person/"):
        told = wording.person(about.removeprefix("person/"), people)
    else:
        told = wording.subject(about) if about else ""
    return {
        "seq": words.number(entry.seq),
        "at": wording.moment(entry.at),
        "who": wording.person(entry.by, people),
        "kind": words.text(key) if key in words.forms else words.name(entry.kind),
        "about": " · ".join(part for part in (entry.quarter, told) if part),
        "content": [{"name": name, "text": _text(value)} for name, value in entry.content.items() if name != "parts"],
    }


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

"""Comments: what reviewers remark on parts of a draft, answers to them, and which of them are settled.

A comment is for those who make the report and is never printed. It is anchored to a part of the page by the part's id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection

from district_reports.database import Database
from district_reports.errors import RuleError, Told
from district_reports.model import CITY, Comment, Entry, Person, Record, Role
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.typed import clean_typed
from district_reports.settings import Settings

COMMENT, ANSWERED, SETTLED = "comment", "comment_answered", "comment_settled"
_BLOCK: Final = re.compile(r"[A-Za-z0-9_-]{0,80}")
_OF_A_DISTRICT: Final = (Role.COMMANDER, Role.COUNCIL)
_OF_ALL: Final = (Role.DATA, Role.PUBLISHER, Role.LANGUAGE)
Origin = Literal["desk", "docx"]


class NewComment(Record):
    """A comment as it is brought."""

    block_id: str
    text: str
    language: str = ""
    answers: str = ""


def add_comment(
    database: Database,
    settings: Settings,
    *,
    person: Person,
    role: Role,
    quarter: Quarter,
    place: str,
    block_id: str,
    text: str,
    language: str,
    at: datetime,
    answers: str = "",
) -> Comment:
    """Keep a comment on a part of a draft, or an answer to one, and return it.

    Args:
        database: Of the records.
        settings: Districts, languages, the limit of characters.
        person: Who writes it.
        role: In which of their roles.
        quarter: The draft's.
        place: A district's id, or `city`.
        block_id: Id of the part in the page; empty: on the whole.
        text: The words.
        language: Tag of the edition it is on; empty: on all.
        at: When, with a time zone.
        answers: Id of the comment it answers; empty: of none.

    Raises:
        RuleError: If the person may not, or anything is wrong with it.
        DatabaseError: If the database cannot be read or written.
    """
    new = NewComment(block_id=block_id, text=text, language=language, answers=answers)
    (comment,) = _add(database, settings, person, role, quarter, place, at, [new], "desk")
    return comment


def add_word_comments(
    database: Database,
    settings: Settings,
    *,
    person: Person,
    role: Role,
    quarter: Quarter,
    place: str,
    found: Sequence[NewComment],
    at: datetime,
) -> tuple[Comment, ...]:
    """Keep the comments of a Word file, all or none, and return those that are new: a file may be brought twice.

    Args:
        database: Of the records.
        settings: Districts, languages, the limit of characters.
        person: Who brings the file; the comments are theirs.
        role: In which of their roles.
        quarter: The draft's.
        place: A district's id, or `city`.
        found: The comments, in their order.
        at: When, with a time zone.

    Raises:
        RuleError: If the person may not, or anything is wrong with one of them.
        DatabaseError: If the database cannot be read or written.
    """
    return _add(database, settings, person, role, quarter, place, at, found, "docx")


def settle_comment(
    database: Database,
    *,
    person: Person,
    quarter: Quarter,
    place: str,
    comment_id: str,
    at: datetime,
    is_settled: bool = True,
) -> None:
    """Mark a comment as settled, or as open again: by who wrote it, or by those who answer for the report.

    Raises:
        RuleError: If there is no such comment, or the person may not.
        DatabaseError: If the database cannot be read or written.
    """
    with database.begin() as connection:
        found = {comment.comment_id: comment for comment in load_comments(connection, quarter, place)}
        comment = found.get(comment_id)
        if comment is None or comment.answers:
            raise RuleError(Told("comment: expected one of this draft that is no answer, got another", "no_comment"))
        is_theirs = comment.person_id == person.person_id or person.has(Role.COMMANDER, place)
        if not (person.is_active and (is_theirs or person.has(Role.DATA) or person.has(Role.PUBLISHER))):
            line = "comment: expected its writer, the commander, or who answers for the report, got another"
            raise RuleError(Told(line, "settle"))
        if comment.is_settled is not is_settled:
            content = {"comment_id": comment_id, "is_settled": is_settled}
            _append(connection, SETTLED, person, quarter, place, at, content)


def load_comments(connection: Connection, quarter: Quarter, place: str) -> tuple[Comment, ...]:
    """Return all comments on a draft, oldest first, answers among them."""
    kinds = (COMMENT, ANSWERED, SETTLED)
    entries = log.read_entries(connection, quarter=str(quarter), kinds=kinds, subject=f"dossier/{place}")
    settled: dict[str, bool] = {}
    for entry in entries:
        if entry.kind == SETTLED:
            settled[entry.content["comment_id"]] = entry.content["is_settled"]
    comments = (_read(entry) for entry in entries if entry.kind != SETTLED)
    return tuple(
        comment.model_copy(update={"is_settled": settled.get(comment.comment_id, False)}) for comment in comments
    )


def _add(
    database: Database,
    settings: Settings,
    person: Person,
    role: Role,
    quarter: Quarter,
    place: str,
    at: datetime,
    found: Sequence[NewComment],
    origin: Origin,
) -> tuple[Comment, ...]:
    _require_reviewer(person, role, settings, place)
    contents = [_check(new, settings) | {"role": role.value, "origin": origin} for new in found]
    added = []
    with database.begin() as connection:
        before = load_comments(connection, quarter, place)
        known = {(each.person_id, each.block_id, each.language, each.text) for each in before}
        roots = {each.comment_id for each in before if not each.answers}
        for content in contents:
            key = (person.person_id, content["block_id"], content["language"], content["text"])
            if origin == "docx" and key in known:
                continue
            known.add(key)
            if content["answers"] and content["answers"] not in roots:
                line = "comment: expected an answer to a comment of this draft, got one to another"
                raise RuleError(Told(line, "no_comment", "comment"))
            kind = ANSWERED if content["answers"] else COMMENT
            added.append(_read(_append(connection, kind, person, quarter, place, at, content)))
    return tuple(added)


def _append(
    connection: Connection,
    kind: str,
    person: Person,
    quarter: Quarter,
    place: str,
    at: datetime,
    content: dict[str, Any],
) -> Entry:
    return log.append(
        connection,
        kind=kind,
        by=person.person_id,
        at=at,
        quarter=str(quarter),
        subject=f"dossier/{place}",
        content=content,
    )


def _read(entry: Entry) -> Comment:
    return Comment(
        comment_id=f"c-{entry.seq}",
        quarter=entry.quarter,
        place=entry.subject.removeprefix("dossier/"),
        person_id=entry.by,
        at=entry.at,
        **entry.content,
    )


def _require_reviewer(person: Person, role: Role, settings: Settings, place: str) -> None:
    if place not in (*settings.district_ids, CITY):
        line = f"comment: expected a report of a district or the city, got {place[:20]!r}"
        raise RuleError(Told(line, "reviewer"))
    is_held = role in _OF_ALL and person.has(role) or role in _OF_A_DISTRICT and person.has(role, place)
    if not (person.is_active and is_held):
        raise RuleError(Told("comment: expected somebody who reviews this report, got another", "reviewer"))


def _check(new: NewComment, settings: Settings) -> dict[str, Any]:
    """Return a comment as it is kept."""
    tags = [language.tag for language in settings.languages]
    if new.language and new.language not in tags:
        line = f"comment: expected one of {', '.join(tags)}, got {new.language[:20]!r}"
        raise RuleError(Told(line, "language", "language"))
    if not _BLOCK.fullmatch(new.block_id):
        raise RuleError(Told(f"comment: expected the id of a part, got {new.block_id[:40]!r}", "block", "block"))
    text = clean_typed(new.text, limit=settings.report.review.comment_limit, what="comment")
    if not text:
        raise RuleError(Told("comment: expected words, got none", "words", "comment"))
    return {"block_id": new.block_id, "text": text, "language": new.language, "answers": new.answers}

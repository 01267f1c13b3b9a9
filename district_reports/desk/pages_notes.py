"""The commander's note: writing it, in each language; seeing how it will stand; taking it back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.drafts import Draft, require_draft
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.errors import RuleError, Told
from district_reports.model import CITY, CommanderNote, Phase, Text
from district_reports.review.notes import load_note, save_note, take_back_note

router = APIRouter()


@router.get("/drafts/{quarter}/{place}/note", name="note")
def show_note(visit: Here, quarter: str, place: str) -> Response:
    """Show the note of a district's commander, and to the commander the form for it."""
    draft = require_draft(visit, place)
    return _render(visit, draft)


@router.post("/drafts/{quarter}/{place}/note", name="save_note")
def take_note(visit: Here, quarter: str, place: str) -> Response:
    """Keep a note, show how it will stand, or take it back."""
    draft = require_draft(visit, place)
    form, desk = visit.form, visit.desk
    to: dict[str, Any] = {"person": visit.person, "quarter": draft.release.quarter, "place": place, "at": visit.now}
    try:
        if form.text("step") == "back":
            take_back_note(desk.database, desk.settings, **to)
            return visit.redirect(f"{draft.base}/note", message="note_back")
        typed = _read_typed(visit)
        if form.text("step") == "preview":
            return _render(visit, draft, typed=typed)
        first = next((tag for tag, words in typed.items() if words.strip()), next(iter(typed)))
        text = Text(language=first, text=typed.pop(first), translations=typed)
        save_note(desk.database, desk.settings, text=text, has_looked=form.is_ticked("looked"), **to)
    except RuleError as error:
        typed = _read_typed(visit)
        return _render(visit, draft, typed=typed, wrongs=_tell_wrongs(visit, error, typed), status=422)
    return visit.redirect(f"{draft.base}/note", message="noted")


def _read_typed(visit: Visit) -> dict[str, str]:
    """Return the words as they were sent in by language, the commander's own first: the first one is the original."""
    return {language.tag: visit.form.text(f"text.{language.tag}") for language in visit.wording.languages}


def _tell_wrongs(visit: Visit, error: RuleError, typed: dict[str, str]) -> tuple[Wrong, ...]:
    """Return what is wrong with a note, each at the words it is about."""
    tags = list(typed)
    if not any(words.strip() for words in typed.values()):
        return (Wrong(f"text-{tags[0]}", visit.words.text("desk.wrong.words")),)
    if any(isinstance(problem, Told) and problem.key == "looks_like" for problem in error.problems):
        found = tell_wrongs(visit.wording, error, {}, "looked")
        return (Wrong("looked", visit.words.text("desk.wrong.named")), *found)
    written = next(tag for tag, words in typed.items() if words.strip())
    return tell_wrongs(visit.wording, error, {f"note ({tag})": f"text-{tag}" for tag in tags}, f"text-{written}")


def _render(
    visit: Visit,
    draft: Draft,
    *,
    typed: dict[str, str] | None = None,
    wrongs: tuple[Wrong, ...] = (),
    status: int = 200,
) -> Response:
    with visit.desk.database.read() as connection:
        note = load_note(connection, draft.release.quarter, draft.place_id)
    stands = {note.text.language: note.text.text, **note.text.translations} if note else {}
    given = stands if typed is None else typed
    is_preview = typed is not None and not wrongs
    may_write = visit.may("save_note", draft.place_id) and draft.release.phase is Phase.OPEN
    return visit.render(
        "note.html.j2",
        status_code=status,
        draft=draft,
        shown=_shown(visit, draft, given if is_preview else stands, note),
        is_preview=is_preview,
        has_note=note is not None,
        may_write=may_write,
        why_not=_why_not(visit, draft),
        boxes=_boxes(visit, given),
        has_looked=visit.form.is_ticked("looked"),
        wrongs=wrongs,
    )


def _shown(visit: Visit, draft: Draft, texts: dict[str, str], note: CommanderNote | None) -> list[dict[str, Any]]:
    """Return a note as the reports will show it, in each of its languages."""
    day = note.written_on if note else visit.today
    found = []
    for language in visit.desk.settings.languages:
        text = texts.get(language.tag, "").strip()
        if text:
            words = visit.pages.words_of(language.tag)
            place = type(visit.wording)(words, visit.desk.settings).place(draft.place_id)
            found.append(
                {
                    "tag": language.tag,
                    "direction": language.direction,
                    "heading": words.text("review.note_question", place=place),
                    "text": text,
                    "signed": words.text("review.note_by", place=place, date=words.day(day)),
                }
            )
    return found


def _boxes(visit: Visit, given: dict[str, str]) -> list[dict[str, str]]:
    words, limit = visit.words, visit.desk.settings.report.review.note_limit
    boxes = []
    for language in visit.wording.languages:
        text = given.get(language.tag, "")
        boxes.append(
            {
                "tag": language.tag,
                "direction": language.direction,
                "label": words.text("desk.note.in", language=words.name(language.name)),
                "text": text,
                "hint": words.text("desk.note.length", limit=words.number(limit)),
            }
        )
    return boxes


def _why_not(visit: Visit, draft: Draft) -> str:
    if draft.place_id == CITY or not visit.may("save_note", draft.place_id):
        return visit.words.text("desk.note.commander_only")
    return visit.words.text("desk.note.frozen")

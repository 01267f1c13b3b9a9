"""A draft for those who review in Word: the file, and the comments that come back in it. Nothing else of it is read."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.drafts import Draft, load_dossier, require_draft
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.errors import ReadingError, RuleError
from district_reports.render.page import build_page
from district_reports.review.comments import NewComment, add_word_comments
from district_reports.review.word import read_docx, write_docx
from district_reports.review.word_comments import MOST_COMMENTS

router = APIRouter()

KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/drafts/{quarter}/{place}/word", name="word")
def show_word(visit: Here, quarter: str, place: str) -> Response:
    """Show the Word files of a draft, and the form that takes one back."""
    return _render(visit, require_draft(visit, place))


@router.get("/drafts/{quarter}/{place}/word.docx", name="draft_word")
def send_word(visit: Here, quarter: str, place: str) -> Response:
    """Send a draft as a Word file."""
    draft = require_draft(visit, place)
    tag = draft.choose_language()
    dossier = load_dossier(visit.desk.store, draft.release.quarter, place)
    if dossier is None:
        raise HTTPException(503)
    words = visit.pages.words_of(tag)
    page = build_page(dossier, words, visit.desk.settings)
    data = write_docx(page, subject=draft.subject, words=words)
    name = f"{quarter}-{place}-{tag}.docx"
    return Response(data, media_type=KIND, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/drafts/{quarter}/{place}/word", name="upload_word")
def take_word(visit: Here, quarter: str, place: str) -> Response:
    """Keep the comments of a Word file."""
    draft = require_draft(visit, place)
    data = visit.form.load_file("file")
    if data is None:
        return _render(visit, draft, (Wrong("file", visit.words.text("desk.wrong.file")),), 422)
    try:
        brought = read_docx(data)
        if (brought.quarter, brought.place) not in (("", ""), (quarter, place)):
            return _render(visit, draft, (Wrong("file", visit.words.text("desk.wrong.other_draft")),), 422)
        found = [
            NewComment(block_id=one.block_id, text=one.text, language=brought.language) for one in brought.comments
        ]
        added = add_word_comments(
            visit.desk.database,
            visit.desk.settings,
            person=visit.person,
            role=visit.roles[0],
            quarter=draft.release.quarter,
            place=place,
            found=found,
            at=visit.now,
        )
    except ReadingError:
        told = visit.words.text("desk.wrong.word", limit=visit.words.number(MOST_COMMENTS))
        return _render(visit, draft, (Wrong("file", told),), 422)
    except RuleError as error:
        return _render(visit, draft, tell_wrongs(visit.wording, error, {}, "file"), 422)
    return visit.redirect(f"{draft.base}/comments", message="word_taken" if added else "word_nothing")


def _render(visit: Visit, draft: Draft, wrongs: tuple[Wrong, ...] = (), status: int = 200) -> Response:
    return visit.render(
        "word.html.j2",
        status_code=status,
        draft=draft,
        files=[
            {"tag": one.tag, "name": one.name, "href": f"{draft.base}/word.docx?language={one.tag}"}
            for one in visit.desk.settings.languages
            if draft.names(one.tag)
        ],
        may_comment=visit.may("upload_word", draft.place_id),
        wrongs=wrongs,
    )

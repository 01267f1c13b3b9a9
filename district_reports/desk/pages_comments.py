"""Comments on a draft, each at the part it is about: adding, answering, settling."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.drafts import Draft, require_draft
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.errors import RuleError
from district_reports.model import Comment, Grant, Role
from district_reports.review.comments import add_comment, load_comments, settle_comment

router = APIRouter()

EMPTY = {"block_id": "", "language": "", "text": "", "answers": ""}


@router.get("/drafts/{quarter}/{place}/comments", name="comments")
def show_comments(visit: Here, quarter: str, place: str) -> Response:
    """Show all comments on a draft, and the form for another."""
    return _render(visit, require_draft(visit, place), EMPTY)


@router.post("/drafts/{quarter}/{place}/comments", name="add_comment")
def take_comment(visit: Here, quarter: str, place: str) -> Response:
    """Keep a comment, or an answer to one."""
    draft = require_draft(visit, place)
    sent = {name: visit.form.text(name) for name in EMPTY}
    field = f"answer-{sent['answers']}" if sent["answers"] else "text"
    if not sent["text"].strip():
        return _render(visit, draft, sent, (Wrong(field, visit.words.text("desk.wrong.words")),), 422)
    if sent["block_id"] and sent["block_id"] not in {name for name, _ in _blocks(draft)}:
        return _render(visit, draft, sent, (Wrong("block", visit.words.text("desk.wrong.block")),), 422)
    try:
        comment = add_comment(
            visit.desk.database,
            visit.desk.settings,
            person=visit.person,
            role=visit.roles[0],
            quarter=draft.release.quarter,
            place=place,
            at=visit.now,
            **sent,
        )
    except RuleError as error:
        fields = {} if sent["answers"] else {"language": "language"}
        return _render(visit, draft, sent, tell_wrongs(visit.wording, error, fields, field), 422)
    anchor = sent["answers"] or comment.comment_id
    return visit.redirect(f"{draft.base}/comments#comment-{anchor}", message="commented")


@router.post("/drafts/{quarter}/{place}/comments/{comment_id}/settle", name="settle_comment")
def take_settled(visit: Here, quarter: str, place: str, comment_id: str) -> Response:
    """Mark a comment as settled."""
    draft = require_draft(visit, place)
    settle_comment(
        visit.desk.database,
        person=visit.person,
        quarter=draft.release.quarter,
        place=place,
        comment_id=comment_id,
        at=visit.now,
    )
    return visit.redirect(f"{draft.base}/comments", message="settled")


def _blocks(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Return the parts of the page in the visitor's language, else in the one that was made."""
    return draft.blocks(draft.choose_language())


def _render(
    visit: Visit, draft: Draft, given: dict[str, str], wrongs: tuple[Wrong, ...] = (), status: int = 200
) -> Response:
    with visit.desk.database.read() as connection:
        comments = load_comments(connection, draft.release.quarter, draft.place_id)
    words, blocks = visit.words, _blocks(draft)
    made = [language for language in visit.desk.settings.languages if draft.names(language.tag)]
    return visit.render(
        "comments.html.j2",
        status_code=status,
        draft=draft,
        groups=_group(visit, draft, comments, blocks),
        blocks=[("", words.text("desk.comments.whole")), *blocks],
        language_options=[("", words.text("desk.comments.all")), *((one.tag, one.name) for one in made)],
        may_comment=visit.may("add_comment", draft.place_id),
        limit=words.number(visit.desk.settings.report.review.comment_limit),
        given=given,
        wrongs=wrongs,
    )


def _group(
    visit: Visit, draft: Draft, comments: tuple[Comment, ...], blocks: tuple[tuple[str, str], ...]
) -> list[dict[str, Any]]:
    """Return the comments by the part they are about, in the order of the page; what has left the page comes last."""
    words = visit.words
    answers: dict[str, list[Comment]] = {}
    for comment in comments:
        answers.setdefault(comment.answers, []).append(comment)
    titles = {"": words.text("desk.comments.whole"), **dict(blocks)}
    gone = [one.block_id for one in answers.get("", []) if one.block_id not in titles]
    groups = []
    for block_id in (*titles, *dict.fromkeys(gone)):
        found = [one for one in answers.get("", []) if one.block_id == block_id]
        if not found:
            continue
        tag = draft.choose_language()
        is_there = block_id in titles and block_id
        groups.append(
            {
                "title": titles.get(block_id) or words.text("desk.comments.gone", block=words.name(block_id)),
                "href": f"{draft.base}/files/{tag}/report.html#{block_id}" if is_there else "",
                "comments": [_tell(visit, draft, one, answers) for one in sorted(found, key=lambda x: x.is_settled)],
            }
        )
    return groups


def _tell(visit: Visit, draft: Draft, comment: Comment, answers: dict[str, list[Comment]]) -> dict[str, Any]:
    wording, person = visit.wording, visit.person
    is_local = comment.role in (Role.COMMANDER, Role.COUNCIL)
    is_theirs = comment.person_id == person.person_id or person.has(Role.COMMANDER, draft.place_id)
    return {
        "comment_id": comment.comment_id,
        "who": wording.person(comment.person_id, draft.release.people),
        "role": wording.grant(Grant(role=comment.role, scope=draft.place_id))
        if is_local
        else wording.role(comment.role),
        "at": wording.moment(comment.at),
        "language": wording.language(comment.language) if comment.language else "",
        "text": comment.text,
        "is_docx": comment.origin == "docx",
        "is_settled": comment.is_settled,
        "may_settle": is_theirs or person.has(Role.DATA) or person.has(Role.PUBLISHER),
        "answers": [_tell(visit, draft, one, {}) for one in answers.get(comment.comment_id, [])],
    }

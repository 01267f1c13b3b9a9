"""One language of a release: its catalogue, its editions, and the decision of its reader."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.pages_decisions import DONE, Deciding
from district_reports.desk.releases import require_release
from district_reports.model import Grant, Role, Standing, Verdict
from district_reports.review.subjects import LANGUAGE

router = APIRouter()


@router.get("/languages/{quarter}/{tag}", name="language")
def show_language(visit: Here, quarter: str, tag: str) -> Response:
    """Show a language's catalogue and editions, and the form of its reader's decision."""
    return _render(visit, tag, _open(visit, tag))


@router.post("/languages/{quarter}/{tag}/decide", name="decide_language")
def decide_language(visit: Here, quarter: str, tag: str) -> Response:
    """Take the decision of a language's reader."""
    taken = _open(visit, tag).take()
    if isinstance(taken, Verdict):
        return visit.redirect(f"/languages/{quarter}/{tag}", message=DONE[taken])
    return _render(visit, tag, taken)


def _open(visit: Visit, tag: str) -> Deciding:
    release = require_release(visit, about=f"{LANGUAGE}/{tag}")
    subject = release.subjects.find(f"{LANGUAGE}/{tag}")
    if subject is None:
        raise HTTPException(404)
    roles = visit.roles_for("decide_language", tag)
    return Deciding(visit, release, subject, tuple(Grant(role=role, scope=tag) for role in roles))


def _render(visit: Visit, tag: str, deciding: Deciding) -> Response:
    release, subject = deciding.release, deciding.subject
    words, wording = visit.words, visit.wording
    cell = release.cell(Role.LANGUAGE, tag, subject)
    context = deciding.context
    if context["stale"] is None and cell.standing == Standing.STALE:
        context["stale"] = replace(deciding, grants=(Grant(role=Role.LANGUAGE, scope=tag),)).context["stale"]
    return visit.render(
        "language.html.j2",
        status_code=deciding.status,
        quarter=str(release.quarter),
        stage=release.stage,
        deadline_line=release.deadline_line(),
        name=wording.language(tag),
        tag=tag,
        cell=cell,
        catalogue=release.subjects.catalogues.get(tag, "")[:12],
        sentences=words.number(len(visit.pages.words_of(tag).forms)),
        is_signed=cell.standing == Standing.SIGNED,
        editions=[
            {"place": place, "name": wording.place(place)}
            for place in release.subjects.dossiers
            if release.subjects.files(place, tag)
        ],
        **context,
    )

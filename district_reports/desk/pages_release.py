"""A release as a whole: who has signed, who is late; deciding for data and publisher; freezing and reopening."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.pages_decisions import DONE, Deciding
from district_reports.desk.releases import MISSED, Cell, Release, list_releases, require_release, tell_decisions
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.errors import RuleError
from district_reports.model import CITY, Entry, Grant, Phase, ReleaseStep, Role, Standing, Verdict
from district_reports.review.comments import COMMENT
from district_reports.review.log import read_entries
from district_reports.review.steps import FREEZE_FAILED, list_objections
from district_reports.review.subjects import DOSSIER, LANGUAGE, RELEASE
from district_reports.review.typed import clean_typed

router = APIRouter()

NEXT = {Phase.OPEN: "freeze", Phase.SIGNING: "reopen", Phase.PUBLISHED: "reopen"}
"""The step that a publisher may take in each phase."""


@router.get("/releases", name="releases")
def find_release(visit: Here) -> Response:
    """Lead to the newest release, or home where there is none."""
    found = list_releases(visit)
    return RedirectResponse(f"/releases/{found[0]}" if found else "/", status_code=303)


@router.get("/releases/{quarter}", name="release")
def show_release(visit: Here, quarter: str) -> Response:
    """Show how a release stands."""
    return _render(visit, _open(visit))


@router.post("/releases/{quarter}/decide", name="decide_release")
def decide_release(visit: Here, quarter: str) -> Response:
    """Take a decision on the release as a whole."""
    taken = _open(visit).take()
    if isinstance(taken, Verdict):
        return visit.redirect(f"/releases/{quarter}", message=DONE[taken])
    return _render(visit, taken)


@router.get("/releases/{quarter}/freeze", name="freeze_page")
def show_freeze(visit: Here, quarter: str) -> Response:
    """Ask whether the release is to be frozen."""
    return _ask(visit, "freeze")


@router.get("/releases/{quarter}/reopen", name="reopen_page")
def show_reopen(visit: Here, quarter: str) -> Response:
    """Ask whether the release is to be opened again."""
    return _ask(visit, "reopen")


@router.post("/releases/{quarter}/freeze", name="freeze")
def take_freeze(visit: Here, quarter: str) -> Response:
    """Start freezing; what came of it stands in the log."""
    return _step(visit, "freeze")


@router.post("/releases/{quarter}/reopen", name="reopen")
def take_reopen(visit: Here, quarter: str) -> Response:
    """Start opening again, for a reason."""
    return _step(visit, "reopen")


def _step(visit: Visit, step: str) -> Response:
    release = require_release(visit)
    text = visit.words.text
    wrongs: list[Wrong] = []
    reason = visit.form.text("reason")
    limit = visit.desk.settings.report.review.comment_limit
    try:
        reason = clean_typed(reason, limit=limit, what="reason")
    except RuleError as error:
        wrongs += tell_wrongs(visit.wording, error, {}, "reason")
    if step == "reopen" and not reason:
        wrongs.append(Wrong("reason", text("desk.wrong.reason")))
    if not visit.form.is_ticked("sure"):
        wrongs.append(Wrong("sure", text("desk.wrong.sure")))
    if NEXT[release.phase] != step:
        wrongs.append(Wrong("sure", text(f"desk.wrong.{step}")))
    if wrongs:
        return _ask(visit, step, given={"reason": visit.form.text("reason")}, wrongs=tuple(wrongs), status=422)
    visit.desk.run(step, release.quarter, reason, visit.person.person_id)
    return visit.redirect(f"/releases/{release.quarter}", message=f"{step}_begun")


def _ask(
    visit: Visit,
    step: str,
    *,
    given: dict[str, str] | None = None,
    wrongs: tuple[Wrong, ...] = (),
    status: int = 200,
) -> Response:
    release = require_release(visit)
    meaning = [visit.words.text(f"desk.{step}.means.{number}") for number in (1, 2, 3)]
    return visit.render(
        "step.html.j2",
        status_code=status,
        step=step,
        quarter=str(release.quarter),
        meaning=meaning,
        lacking=_lacking(release) if step == "freeze" else [],
        is_late=release.is_late,
        given=given or {"reason": ""},
        limit=visit.words.number(visit.desk.settings.report.review.comment_limit),
        wrongs=wrongs,
    )


def _open(visit: Visit) -> Deciding:
    release = require_release(visit)
    grants = tuple(Grant(role=role) for role in visit.roles_for("decide_release"))
    return Deciding(visit, release, release.subjects.release, grants)


def _render(visit: Visit, deciding: Deciding) -> Response:
    release = deciding.release
    with visit.desk.database.read() as connection:
        entries = read_entries(connection, quarter=str(release.quarter), kinds=(COMMENT, FREEZE_FAILED))
    comments = Counter(entry.subject for entry in entries if entry.kind == COMMENT)
    may_step = visit.may("freeze" if NEXT[release.phase] == "freeze" else "reopen")
    quarters = [str(quarter) for quarter in list_releases(visit)]
    return visit.render(
        "release.html.j2",
        status_code=deciding.status,
        quarter=str(release.quarter),
        stage=release.stage,
        is_signing=release.phase is Phase.SIGNING,
        as_a_whole=str(release.as_a_whole),
        deadline_line=release.deadline_line(),
        others=quarters if len(quarters) > 1 else [],
        summary=_summary(release),
        whole=_whole(release),
        places=[_place(release, place, comments[f"{DOSSIER}/{place}"]) for place in release.subjects.dossiers],
        step=NEXT[release.phase] if may_step else "",
        steps=_steps(release, [entry for entry in entries if entry.kind == FREEZE_FAILED]),
        objections=_objections(release),
        **deciding.context,
    )


def _whole(release: Release) -> list[dict[str, Any]]:
    """Return who signs what is not of one district: data, each language, the publisher."""
    wording, subjects = release.visit.wording, release.subjects
    rows = [Grant(role=Role.DATA)]
    rows += [Grant(role=Role.LANGUAGE, scope=one.tag) for one in release.visit.desk.settings.languages]
    rows.append(Grant(role=Role.PUBLISHER))
    found = []
    for grant in rows:
        subject = subjects.find(f"{LANGUAGE}/{grant.scope}" if grant.scope else RELEASE)
        href = f"/languages/{release.quarter}/{grant.scope}" if grant.scope and subject else ""
        found.append(
            {"name": wording.grant(grant), "cell": release.cell(grant.role, grant.scope, subject), "href": href}
        )
    return found


def _place(release: Release, place: str, comments: int) -> dict[str, Any]:
    subject = release.subjects.find(f"{DOSSIER}/{place}")
    roles = () if place == CITY else (Role.COMMANDER, Role.COUNCIL)
    cells: list[Cell | None] = [release.cell(role, place, subject) for role in roles] or [None, None]
    words = release.visit.words
    return {
        "place_id": place,
        "name": release.visit.wording.place(place),
        "cells": cells,
        "comments": words.number(comments),
    }


def _commanders(release: Release) -> list[tuple[str, Cell]]:
    found = []
    for place in release.visit.desk.settings.district_ids:
        subject = release.subjects.find(f"{DOSSIER}/{place}")
        if subject is not None:
            found.append((place, release.cell(Role.COMMANDER, place, subject)))
    return found


def _summary(release: Release) -> list[str]:
    """Return how many have signed, and how many have not, the worst first."""
    words = release.visit.words
    cells = [cell for _, cell in _commanders(release)]
    counts = Counter(cell.standing for cell in cells)
    late = sum(cell.is_late for cell in cells)
    lines = [(Standing.RETURNED, counts[Standing.RETURNED]), (Standing.STALE, counts[Standing.STALE])]
    told = [words.plural(f"desk.summary.{name}", count) for name, count in lines if count]
    if late:
        told.append(words.plural("desk.summary.late", late))
    if counts[MISSED]:
        told.append(words.plural("desk.summary.missed", counts[MISSED]))
    all_of = words.number(len(cells))
    return [*told, words.plural("desk.summary.signed", counts[Standing.SIGNED], all=all_of)]


def _lacking(release: Release) -> list[str]:
    """Return who has not answered yet: before the deadline a freeze is refused for each, after it goes without them."""
    words, wording = release.visit.words, release.visit.wording
    waiting = (Standing.DRAFT, Standing.RETURNED)
    names = [wording.place(place) for place, cell in _commanders(release) if cell.standing in waiting]
    lines = [words.text("desk.freeze.lacking_place", place=name) for name in names]
    for row in _whole(release):
        if row["href"] and row["cell"].standing != Standing.SIGNED:
            lines.append(words.text("desk.freeze.lacking_role", role=row["name"]))
    return lines


def _objections(release: Release) -> list[dict[str, Any]]:
    """Return what hosts object to and have not taken back."""
    return tell_decisions(release, list_objections(release.entries), "")


def _steps(release: Release, failed: Sequence[Entry]) -> list[dict[str, str]]:
    """Return what was done with the release, and what did not work, newest first."""
    wording = release.visit.wording
    steps: list[ReleaseStep | Entry] = sorted((*release.steps, *failed), key=lambda step: step.seq, reverse=True)
    return [
        {
            "what": release.visit.words.text(f"desk.step.{step.kind}"),
            "who": wording.person(step.by, release.people),
            "at": wording.moment(step.at),
            "reason": "" if isinstance(step, Entry) else step.reason,
            "record": str(step.content.get("reason", "")) if isinstance(step, Entry) else "",
            "missed": "" if isinstance(step, Entry) else " · ".join(wording.grant(one) for one in step.missed),
        }
        for step in steps
    ]

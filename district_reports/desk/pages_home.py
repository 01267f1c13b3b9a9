"""The first page: what waits for the person, and until when."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.releases import SHOWN, Release, list_releases, load_release, subject_of
from district_reports.model import Grant, Phase, Role, Standing

router = APIRouter()

_READING_ALL = (Role.DATA, Role.PUBLISHER, Role.ADMIN)


@router.get("/", name="home")
def show_home(visit: Here) -> Response:
    """Show what waits for the person in each release."""
    releases: list[dict[str, Any]] = []
    for quarter in list_releases(visit)[:SHOWN]:
        release = load_release(visit, quarter)
        if release is None:
            continue
        cards = [card for grant in visit.person.grants if (card := _card(release, grant))]
        if cards:
            releases.append(
                {
                    "quarter": str(quarter),
                    "stage": release.stage,
                    "deadline_line": release.deadline_line(),
                    "cards": sorted(cards, key=lambda card: not card["is_waiting"]),
                }
            )
    waiting = sum(card["is_waiting"] for release in releases for card in release["cards"])
    return visit.render("home.html.j2", releases=releases, waiting=waiting)


def _card(release: Release, grant: Grant) -> dict[str, Any] | None:
    """Return what a role has to do with a release; None where that is nothing."""
    visit = release.visit
    title, href = _target(visit, release, grant)
    if not href:
        return None
    card = {
        "title": title,
        "href": href,
        "role": visit.wording.grant(grant),
        "standing": "",
        "is_late": False,
        "is_waiting": False,
        "task": "",
    }
    subject = subject_of(release, grant)
    if subject is None:
        return card
    cell = release.cell(grant.role, grant.scope, subject)
    open_words = (Standing.DRAFT, Standing.STALE)
    is_waiting = release.phase is not Phase.PUBLISHED and cell.standing in open_words
    task = visit.words.text(f"desk.task.{grant.role}") if is_waiting else cell.who
    return card | {"standing": cell.standing, "is_late": cell.is_late, "is_waiting": is_waiting, "task": task}


def _target(visit: Visit, release: Release, grant: Grant) -> tuple[str, str]:
    """Return the title and address of the page where a role works."""
    quarter, wording = release.quarter, visit.wording
    if grant.role in (Role.COMMANDER, Role.COUNCIL):
        has_draft = grant.scope in release.subjects.dossiers
        return (wording.place(grant.scope), f"/drafts/{quarter}/{grant.scope}") if has_draft else ("", "")
    if grant.role is Role.LANGUAGE:
        return wording.language(grant.scope), f"/languages/{quarter}/{grant.scope}"
    if grant.role is Role.HOST:
        return visit.words.text("desk.sessions.title"), f"/sessions/{quarter}"
    if grant.role in _READING_ALL:
        return visit.words.text("desk.nav.release"), f"/releases/{quarter}"
    return "", ""

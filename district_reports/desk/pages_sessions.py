"""What a community organisation's own sessions became, before the reports are frozen; and its objections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.drafts import load_dossier
from district_reports.desk.pages_decisions import DONE
from district_reports.desk.releases import Release, require_release, tell_decisions
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.engagement.records_read import load_host_part
from district_reports.errors import RuleError, StaleError
from district_reports.feedback.loading import load_items
from district_reports.model import CITY, FeedbackItem, IntakeSession, Phase, Role, Verdict
from district_reports.review.deciding import decide
from district_reports.review.subjects import session_subject

router = APIRouter()


@dataclass(frozen=True)
class Sent:
    """An objection as it was sent in."""

    session: str = ""
    remarks: str = ""


@router.get("/sessions/{quarter}", name="sessions")
def show_sessions(visit: Here, quarter: str) -> Response:
    """Show the sessions of the person's own organisations."""
    return _render(visit)


@router.post("/sessions/{quarter}/{session_id}/object", name="object")
def take_objection(visit: Here, quarter: str, session_id: str) -> Response:
    """Take an objection, or take one back."""
    release = require_release(visit)
    sent, form = Sent(session_id, visit.form.text("remarks")), visit.form
    if form.text("verdict") not in (Verdict.RETURN, Verdict.WITHDRAW):
        raise HTTPException(422)
    verdict, field = Verdict(form.text("verdict")), f"remarks-{session_id}"
    if verdict is Verdict.RETURN and not sent.remarks.strip():
        return _render(visit, sent, (Wrong(field, visit.words.text("desk.wrong.remarks")),), 422)
    try:
        decide(
            visit.desk.database,
            visit.desk.store,
            visit.desk.settings,
            person=visit.person,
            role=Role.HOST,
            scope=visit.scope,
            quarter=release.quarter,
            subject=f"session/{session_id}",
            digest=form.text("digest"),
            verdict=verdict,
            remarks=sent.remarks,
            at=visit.now,
        )
    except StaleError:
        return _render(visit, sent, (Wrong(field, visit.words.text("desk.stale.session")),), 409)
    except RuleError as error:
        return _render(visit, sent, tell_wrongs(visit.wording, error, {}, field), 422)
    message = "objected" if verdict is Verdict.RETURN else DONE[verdict]
    return visit.redirect(f"/sessions/{quarter}", message=message)


def _render(visit: Visit, sent: Sent = Sent(), wrongs: tuple[Wrong, ...] = (), status: int = 200) -> Response:  # noqa: B008
    release = require_release(visit)
    hosts = visit.person.scopes(Role.HOST)
    found = {session.session_id: session for host in hosts for session in load_host_part(visit.desk.database, host)}
    told = [session for session in found.values() if session.on <= release.quarter.end]
    items = load_items(visit.desk.database) if told else ()
    themes = _theme_names(release) if told else {}
    return visit.render(
        "sessions.html.j2",
        status_code=status,
        quarter=str(release.quarter),
        stage=release.stage,
        deadline_line=release.deadline_line(),
        sessions=[_tell(release, session, items, themes) for session in sorted(told, key=lambda x: x.on, reverse=True)],
        limit=visit.words.number(visit.desk.settings.report.review.comment_limit),
        given=sent,
        wrongs=wrongs,
    )


def _tell(
    release: Release, session: IntakeSession, items: tuple[FeedbackItem, ...], themes: dict[str, dict[str, str]]
) -> dict[str, Any]:
    visit = release.visit
    words, wording = visit.words, visit.wording
    subject = session_subject(session, release.quarter)
    about = [one for one in release.decisions if one.subject == subject.name]
    mine = [one for one in about if one.person_id == visit.person.person_id]
    places = [wording.place(place) for place in session.district_ids] or [wording.place("city")]
    facts = {
        "desk.sessions.place": session.place,
        "desk.sessions.districts": " · ".join(places),
        "desk.sessions.attendance": words.number(session.attendance),
        "desk.item.language": wording.language(session.language),
    }
    return {
        "session_id": session.session_id,
        "digest": subject.digest,
        "title": words.text("desk.sessions.one", host=words.name(session.host), day=wording.day(session.on)),
        "facts": [{"label": words.text(key), "text": text} for key, text in facts.items()],
        "points": [
            {
                "theme": _theme(visit, themes.get(answer.theme_code, {}), answer.theme_code),
                "people": words.plural("desk.sessions.people", answer.people) if answer.people else "",
                "text": answer.point.text if answer.point else "",
                "tag": answer.point.language if answer.point else "",
            }
            for answer in session.answers
        ],
        "quotes": [
            {
                "text": quote.text.text,
                "tag": quote.text.language,
                "state": words.text("desk.sessions.consent" if quote.has_consent else "desk.sessions.no_consent"),
            }
            for quote in session.quotes
        ],
        "asked": [
            {"said": item.said.text, "status": words.text(f"loop.status.{item.steps[-1].status}")}
            for item in items
            if session.session_id in item.heard_in
        ],
        "objections": tell_decisions(release, about, subject.digest),
        "may_object": release.phase is Phase.OPEN and visit.may("object", session.host),
        "has_objected": bool(mine) and mine[-1].decision is Verdict.RETURN,
    }


def _theme_names(release: Release) -> dict[str, dict[str, str]]:
    """Return the names of the themes by code: the city's report tells all of the codebook."""
    dossier = load_dossier(release.visit.desk.store, release.quarter, CITY)
    return {theme.code: theme.names for theme in dossier.heard.themes} if dossier and dossier.heard else {}


def _theme(visit: Visit, names: dict[str, str], code: str) -> str:
    tag = visit.words.language.tag
    return visit.words.name(names.get(tag) or next(iter(names.values()), code))

"""The pages of signing in and out."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from district_reports.desk.answers import render_problem
from district_reports.desk.context import Here, Visit
from district_reports.desk.cookies import SESSION, VISITOR, drop_cookie, set_cookie
from district_reports.desk.forms import forget_forms
from district_reports.desk.links import find_link, use_link
from district_reports.desk.sessions import end_session, forget_sessions, start_session
from district_reports.email_addresses import LONGEST

router = APIRouter()

_LOCAL_PATH: Final = re.compile(r"/(?:[A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*(?:\?[A-Za-z0-9._~=&-]*)?")
"""A page of the desk: what begins with two strokes, or has a backslash, leads elsewhere."""
_LONGEST_PATH: Final = 200
LINK: Final = "link"


@router.get("/sign-in", name="sign_in")
def show_sign_in(visit: Here, request: Request) -> Response:
    """Show how to sign in."""
    return visit.render(
        "sign_in.html.j2",
        path=local_path(request.query_params.get("next", "")),
        has_mail=visit.desk.mailer is not None,
        has_provider=request.app.state.provider.is_on,
        is_sent="sent" in request.query_params,
    )


@router.post("/sign-in", name="send_link")
def send_link(visit: Here, request: Request) -> Response:
    """Take the question for a link; the answer is the same for every address."""
    if request.app.state.provider.is_on:
        raise HTTPException(404)
    typed = visit.form.text("email").strip().lower()[:LONGEST]
    visit.require_rate("address", hashlib.sha256(typed.encode()).hexdigest(), visit.desk.limits.address)
    request.app.state.postbox.ask(typed, local_path(visit.form.text("next")))
    return visit.redirect("/sign-in?sent=1")


@router.get("/sign-in/{token}", name="link")
def show_link(visit: Here, request: Request, token: str) -> Response:
    """Show the button that uses a link up."""
    with visit.desk.database.read() as connection:
        person = find_link(connection, visit.desk.key, token, visit.now)
    if person is None:
        return render_problem(request, 410, word=LINK)
    visit.words = visit.pages.words_of(person.language)
    path = local_path(request.query_params.get("next", ""))
    return visit.render("sign_in_link.html.j2", secret=token, path=path, name=person.name)


@router.post("/sign-in/{token}", name="use_link")
def sign_in_by_link(visit: Here, request: Request, token: str) -> Response:
    """Use a link up, and begin a session."""
    with visit.desk.database.begin() as connection:
        person = use_link(connection, visit.desk.key, token, visit.now)
        cookie = start_session(connection, person, at=visit.now, way=LINK) if person else ""
        forget_sessions(connection, visit.now)
        forget_forms(connection, visit.now)
    if not cookie:
        return render_problem(request, 410, word=LINK)
    return welcome(visit, cookie, local_path(visit.form.text("next")))


@router.post("/sign-out", name="sign_out")
def sign_out(visit: Here) -> Response:
    """End the session."""
    if visit.session is not None:
        with visit.desk.database.begin() as connection:
            end_session(connection, visit.session, visit.now)
    response = visit.redirect("/sign-in")
    drop_cookie(response, visit.desk, SESSION)
    return response


def welcome(visit: Visit, cookie: str, path: str) -> Response:
    """Return the answer to somebody who has just signed in."""
    response = visit.redirect(path)
    set_cookie(response, visit.desk, SESSION, cookie)
    drop_cookie(response, visit.desk, VISITOR)
    return response


def local_path(path: str) -> str:
    """Return a path if it is one of a page of the desk, else that of the first page."""
    is_local = len(path) <= _LONGEST_PATH and _LOCAL_PATH.fullmatch(path)
    return path if is_local and not path.startswith("//") and not path.startswith("/sign-in") else "/"

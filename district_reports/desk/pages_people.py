"""People and what they may do: only for an admin, who decides nothing else."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException
from sqlalchemy import Connection
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.links import make_link
from district_reports.desk.post import link_url
from district_reports.desk.sessions import end_sessions
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.desk.wording import LOCAL_ROLES
from district_reports.errors import RuleError, Told
from district_reports.model import Grant, Person, Role
from district_reports.review.log import append
from district_reports.review.people import (
    add_person,
    check_scope,
    find_person,
    grant,
    load_people,
    revoke,
    set_active,
)

router = APIRouter()

FIELDS = {"host": "host", "role": "role"}
"""What a rule calls a field, and its id on the page; all else is about the scope."""
DONE = {"grant": "granted", "revoke": "revoked", "in": "let_in", "out": "kept_out", "end": "ended"}


@router.get("/people", name="people")
def show_people(visit: Here) -> Response:
    """Show everybody, and the form for one more."""
    return _render_all(visit, {"name": "", "email": "", "language": visit.words.language.tag})


@router.post("/people", name="add_person")
def take_person(visit: Here) -> Response:
    """Add somebody."""
    sent = {name: visit.form.text(name) for name in ("name", "email", "language")}
    wrongs = [
        Wrong(name, visit.words.text(f"desk.wrong.{name}")) for name in ("name", "email") if not sent[name].strip()
    ]
    if all(language.tag != sent["language"] for language in visit.desk.settings.languages):
        wrongs.append(Wrong("language", visit.words.text("desk.wrong.language")))
    if wrongs:
        return _render_all(visit, sent, tuple(wrongs), 422)
    try:
        with visit.desk.database.begin() as connection:
            person = add_person(connection, **sent, by=visit.person.person_id, at=visit.now)
    except RuleError as error:
        return _render_all(visit, sent, tell_wrongs(visit.wording, error, {"email": "email"}, "name"), 422)
    return visit.redirect(f"/people/{person.person_id}", message="person_added")


@router.get("/people/{person_id}", name="person")
def show_person(visit: Here, person_id: str) -> Response:
    """Show one person, and what may be changed."""
    return _render_one(visit, person_id)


@router.post("/people/{person_id}", name="change_person")
def change_person(visit: Here, person_id: str) -> Response:
    """Give or take a role, let in or keep out, end sessions, or make a link to sign in."""
    step = visit.form.text("step")
    if step == "link":
        return _make_link(visit, person_id)
    if step not in DONE:
        raise HTTPException(422)
    given = {name: visit.form.text(name) for name in ("role", "scope", "host")}
    try:
        with visit.desk.database.begin() as connection:
            _change(visit, connection, person_id, step, given)
    except RuleError as error:
        return _render_one(visit, person_id, given, tell_wrongs(visit.wording, error, FIELDS, "scope"), 422)
    return visit.redirect(f"/people/{person_id}", message=DONE[step])


def _change(visit: Visit, connection: Connection, person_id: str, step: str, given: dict[str, str]) -> None:
    by, at = visit.person.person_id, visit.now
    steps: dict[str, Callable[[], object]] = {
        "grant": lambda: grant(
            connection, person_id, _chosen(visit, given), by=by, at=at, settings=visit.desk.settings
        ),
        "revoke": lambda: revoke(connection, person_id, _read_grant(given), by=by, at=at),
        "in": lambda: set_active(connection, person_id, True, by=by, at=at),
        "out": lambda: set_active(connection, person_id, False, by=by, at=at),
        "end": lambda: None,
    }
    if step in ("out", "revoke") and person_id == visit.person.person_id:
        # Otherwise the last admin could lock the door behind themselves.
        raise RuleError(Told("person: expected another admin to take away one's own access, got oneself", "own"))
    steps[step]()
    if step in ("out", "end"):
        end_sessions(connection, person_id, by=by, at=at)


def _chosen(visit: Visit, given: dict[str, str]) -> Grant:
    """Return the role that the form names: what its scope is depends on the role.

    Raises:
        RuleError: If there is no such role, or the scope is none of this role's.
    """
    role = _role(given["role"])
    wanted = role in (*LOCAL_ROLES, Role.LANGUAGE)
    scope = given["host"].strip() if role is Role.HOST else given["scope"] if wanted else ""
    chosen = Grant(role=role, scope=scope)
    problem = check_scope(chosen, visit.desk.settings)
    if problem:
        raise RuleError(problem)
    return chosen


def _read_grant(given: dict[str, str]) -> Grant:
    return Grant(role=_role(given["role"]), scope=given["scope"])


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        line = f"role: expected one of {', '.join(Role)}, got {text[:40]!r}"
        raise RuleError(Told(line, "no_role", "role")) from error


def _make_link(visit: Visit, person_id: str) -> Response:
    with visit.desk.database.begin() as connection:
        person = _require(connection, person_id)
        if not person.is_active:
            raise HTTPException(422)
        # Whoever sees a link for somebody could use it in their place: it is shown only where no mail can carry it.
        token = make_link(connection, visit.desk.key, person, visit.now) if visit.desk.mailer is None else ""
        by, subject = visit.person.person_id, f"person/{person_id}"
        append(connection, kind="person_changed", by=by, at=visit.now, subject=subject, content={"link": True})
    if not token:
        visit.request.app.state.postbox.ask(person.email, "/")
        return visit.redirect(f"/people/{person_id}", message="link_sent")
    # Shown once, on the page itself: an address with it would stay in the browser's history.
    return _render_one(visit, person_id, link=link_url(visit.desk.url, token))


def _require(connection: Connection, person_id: str) -> Person:
    person = find_person(connection, person_id=person_id)
    if person is None:
        raise HTTPException(404)
    return person


def _render_all(visit: Visit, given: dict[str, str], wrongs: tuple[Wrong, ...] = (), status: int = 200) -> Response:
    with visit.desk.database.read() as connection:
        people = load_people(connection)
    return visit.render(
        "people.html.j2",
        status_code=status,
        rows=[
            {
                "person_id": person.person_id,
                "name": person.name,
                "email": person.email,
                "is_active": person.is_active,
                "grants": [visit.wording.grant(one) for one in person.grants],
            }
            for person in people
        ],
        language_options=[(one.tag, one.name) for one in visit.desk.settings.languages],
        given=given,
        wrongs=wrongs,
    )


def _render_one(
    visit: Visit,
    person_id: str,
    given: dict[str, str] | None = None,
    wrongs: tuple[Wrong, ...] = (),
    status: int = 200,
    *,
    link: str = "",
) -> Response:
    wording, settings = visit.wording, visit.desk.settings
    with visit.desk.database.read() as connection:
        person = _require(connection, person_id)
    scopes = [("", visit.words.text("desk.table.none"))]
    scopes += [(place, wording.place(place)) for place in settings.district_ids]
    scopes += [(language.tag, language.name) for language in settings.languages]
    return visit.render(
        "person.html.j2",
        status_code=status,
        person_shown=person,
        grants=[{"role": one.role.value, "scope": one.scope, "text": wording.grant(one)} for one in person.grants],
        roles=[(role.value, wording.role(role)) for role in Role],
        scopes=scopes,
        given=given or {"role": "", "scope": "", "host": ""},
        wrongs=wrongs,
        link=link,
    )

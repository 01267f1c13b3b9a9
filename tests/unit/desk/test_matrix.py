"""Who may use what: every route of the application, asked by everybody there can be.

The routes come from the application itself. What everybody should get is written down here, apart from the rules of the
desk: a route that is not in this list fails, as does one that the desk has no rule for.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import event
from starlette.responses import Response

from district_reports.database import open_database
from district_reports.desk import app as application
from district_reports.desk.answers import add_answers
from district_reports.desk.app import create_app, list_routes
from district_reports.desk.context import Here
from district_reports.desk.forms import use_token
from district_reports.desk.limits import Limit, Limits
from district_reports.desk.rules import RULES
from district_reports.desk.templating import Pages
from district_reports.errors import ConfigError
from district_reports.model import Role
from district_reports.review.people import revoke
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.desk.asking import Browser, Place, of, open_place
from tests.unit.desk.things import add_item, add_session

OWN, OTHER, CITY = "007", "008", "city"
ITEMS = {OWN: "item-own", OTHER: "item-other", CITY: "item-city"}
SESSIONS = {"Host of ours": "session-own", "Another host": "session-other"}

VISITORS = {
    "nobody": (),
    "without a role": (),
    "commander": (of(Role.COMMANDER, OWN),),
    "council": (of(Role.COUNCIL, OWN),),
    "reader of es": (of(Role.LANGUAGE, "es"),),
    "host": (of(Role.HOST, "Host of ours"),),
    "analyst": (of(Role.DATA),),
    "publisher": (of(Role.PUBLISHER),),
    "admin": (of(Role.ADMIN),),
    "commander and admin": (of(Role.COMMANDER, OWN), of(Role.ADMIN)),
}

ALL = {"commander", "council", "reader of es", "host", "analyst", "publisher", "admin", "commander and admin"}
READING = {"reader of es", "analyst", "publisher", "admin", "commander and admin"}
ADMINS = {"admin", "commander and admin"}
COMMANDERS = {"commander", "commander and admin"}
LOCAL = {*COMMANDERS, "council"}
CENTRAL = {"analyst", "publisher", "admin", "commander and admin"}

# For whom the object is there, and who of them may use the route: {what the path names: (sees, does)}.
SAME = None
Expected = dict[str, tuple[set[str], set[str] | None]]


def draft(does: set[str] | None = SAME, own: set[str] | None = SAME) -> Expected:
    """A draft: of the own district, of another one, of the city."""
    return {OWN: (READING | LOCAL, own if own is not None else does), OTHER: (READING, does), CITY: (READING, does)}


def decision(own: set[str]) -> Expected:
    return draft(set(), own)


COMMENTING = {"reader of es", "analyst", "publisher"}
TABLE: dict[str, Expected] = {
    "home": {"": ({*ALL, "without a role"}, SAME)},
    "sign_out": {"": ({*ALL, "without a role"}, SAME)},
    "releases": {"": (READING, SAME)},
    "release": {"": (READING, SAME)},
    "freeze_page": {"": (READING, {"publisher"})},
    "reopen_page": {"": (READING, {"publisher"})},
    "freeze": {"": (READING, {"publisher"})},
    "reopen": {"": (READING, {"publisher"})},
    "decide_release": {"": (READING, {"publisher", "analyst"})},
    "draft": draft(),
    "draft_file": draft(),
    "comments": draft(),
    "note": draft(),
    "decisions": draft(),
    "word": draft(),
    "draft_word": draft(),
    "decide_draft": decision(LOCAL),
    "save_note": decision(COMMANDERS),
    "add_comment": draft(COMMENTING, COMMENTING | LOCAL),
    "settle_comment": draft(COMMENTING, COMMENTING | LOCAL),
    "upload_word": draft(COMMENTING, COMMENTING | LOCAL),
    "language": {"es": (READING, SAME), "ar": (READING, SAME)},
    "decide_language": {"es": (READING, {"reader of es"}), "ar": (READING, set())},
    "items": {"": (CENTRAL | LOCAL, SAME)},
    "item": {OWN: (CENTRAL | LOCAL, SAME), OTHER: (CENTRAL, SAME), CITY: (CENTRAL, SAME)},
    "add_step": {
        OWN: (CENTRAL | LOCAL, {"analyst"} | COMMANDERS),
        OTHER: (CENTRAL, {"analyst"}),
        CITY: (CENTRAL, {"analyst"}),
    },
    "sessions": {"": (CENTRAL | {"host"}, SAME)},
    "object": {"Host of ours": (CENTRAL | {"host"}, {"host"}), "Another host": (CENTRAL, set())},
    "log": {"": (ADMINS, SAME)},
    "people": {"": (ADMINS, SAME)},
    "add_person": {"": (ADMINS, SAME)},
    "person": {"": (ADMINS, SAME)},
    "change_person": {"": (ADMINS, SAME)},
}
QUICK = ("nobody", "commander", "reader of es")
"""Who is tried in the quick run; all are in the slow one."""
HASTY = "PRAGMA synchronous=OFF"
PUBLIC = {"sign_in", "send_link", "link", "use_link", "oidc_start", "oidc_callback", "static", "health"}
"""Their own tests tell what they answer."""


@pytest.fixture(scope="module")
def module_place(
    settings: Settings, migrated_file: Path, pages: Pages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A desk with items and sessions of several places, and no release."""
    folder = tmp_path_factory.mktemp("matrix")
    path = Path(shutil.copy(migrated_file, folder / "desk.sqlite3"))
    store = Store.open(folder / "data", kind="sample", city_id="toy", domains=("portal.example",))
    limits = Limits(session=Limit(10_000, 60))
    with closing(open_database(path, city_id="toy", kind="sample")) as database:
        # Hundreds of forms: the disk itself is not what is tried.
        event.listen(database.engine, "connect", lambda connection, record: connection.execute(HASTY))
        with database.begin() as connection:
            for place, item_id in ITEMS.items():
                add_item(connection, item_id, place)
            for host, session_id in SESSIONS.items():
                add_session(connection, session_id, host)
        with open_place(settings, database, store, pages=pages, limits=limits) as opened:
            yield opened


def list_cases(app: FastAPI) -> Iterator[tuple[str, str, str, str, tuple[set[str], set[str] | None]]]:
    """Give each route that is behind signing in, for each object: name, scope, method, address, who."""
    for path, method, name in list_routes(app):
        if name in PUBLIC:
            continue
        assert name in TABLE, f"{method} {path}: nobody has said who may use {name}"
        for scope, who in TABLE[name].items():
            yield name, scope, method, path_of(path, scope), who


def path_of(template: str, scope: str) -> str:
    """Return an address of a route for an object of a scope."""
    values = {
        "quarter": "2026Q3",
        "place": scope,
        "tag": scope,
        "item_id": ITEMS.get(scope, ""),
        "session_id": SESSIONS.get(scope, ""),
        "language": "en",
        "name": "report.html",
        "comment_id": "c1",
        "person_id": "p1",
    }
    return template.format(**values)


def expect(visitor: str, method: str, who: tuple[set[str], set[str] | None], allowed: int) -> int:
    """Return what somebody gets.

    Args:
        visitor: Who.
        method: By which the route is asked.
        who: For whom the object is there, and who may use the route.
        allowed: What those get who may.
    """
    sees, does = who
    if visitor == "nobody":
        return 303 if method == "GET" else 401
    if visitor not in sees:
        return 404
    return allowed if does is SAME or visitor in does else 403


def browser_of(place: Place, visitor: str) -> Browser:
    return place.browser() if visitor == "nobody" else place.signed_in(*VISITORS[visitor])


def let_in(visit: Here) -> Response:
    return Response("in", status_code=200)


@pytest.fixture(scope="module")
def stubbed(module_place: Place) -> Place:
    """The same desk, with the same routes; each only says that one was let in."""
    router = APIRouter()
    for path, method, name in list_routes(module_place.app):
        router.add_api_route(path, let_in, methods=[method], name=name, include_in_schema=False)
    app = FastAPI(openapi_url=None)
    app.state = module_place.app.state
    app.include_router(router)
    add_answers(app)
    return replace(module_place, app=app)


@pytest.mark.parametrize(
    "visitor", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in VISITORS]
)
def test_everybody_is_let_in_where_they_may_and_nowhere_else(stubbed: Place, module_place: Place, visitor: str) -> None:
    browser = browser_of(stubbed, visitor)
    expected, found = {}, {}
    for name, scope, method, path, who in list_cases(module_place.app):
        key = f"{method} {path} ({name} {scope})"
        expected[key] = expect(visitor, method, who, 200)
        data = {"form": browser.token(path)} if method == "POST" else None
        found[key] = browser.ask(method, path, data=data).status_code
    assert found == expected


@pytest.mark.slow
@pytest.mark.parametrize("visitor", VISITORS)
def test_the_desk_itself_refuses_who_may_not(module_place: Place, visitor: str) -> None:
    """The real pages, which those who may not never reach; those who may are told that they sent the form before."""
    browser = browser_of(module_place, visitor)
    expected, found = {}, {}
    for name, scope, method, path, who in list_cases(module_place.app):
        code = expect(visitor, method, who, 409)
        if code == 409 and method == "GET":
            continue
        key = f"{method} {path} ({name} {scope})"
        expected[key] = code
        token = browser.token(path)
        if code == 409:
            with module_place.desk.database.begin() as connection:
                use_token(connection, token, module_place.clock.now)
        found[key] = browser.ask(method, path, data={"form": token} if method == "POST" else None).status_code
    assert found == expected


def test_what_is_not_there_is_as_what_may_not_be_seen(module_place: Place) -> None:
    browser = module_place.signed_in(of(Role.COMMANDER, OWN))
    answers = [
        browser.get(path)
        for path in (
            "/drafts/2026Q3/008",
            "/drafts/2026Q3/999",
            "/drafts/2026q3/007",
            "/drafts/%202026Q3/007",
            "/drafts/2026Q5/007",
            "/items/item-other",
            "/items/no-such-item",
            "/log",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    # Each page has a form of its own for signing out.
    assert len({re.sub('value="[^"]*"', "", answer.text) for answer in answers}) == 1


def test_every_rule_has_a_route_and_every_route_a_rule(module_place: Place) -> None:
    names = [name for _, _, name in list_routes(module_place.app)]
    assert sorted(names) == sorted(RULES)
    assert set(names) == set(TABLE) | PUBLIC


@pytest.mark.parametrize(
    ("name", "methods", "problem"),
    [("a_new_page", ["GET"], "a rule"), ("home", ["DELETE"], "GET or POST"), ("log", ["GET"], "a name of its own")],
)
def test_a_route_without_a_rule_stops_the_desk(
    place: Place, pages: Pages, monkeypatch: pytest.MonkeyPatch, name: str, methods: list[str], problem: str
) -> None:
    router = APIRouter()
    router.add_api_route("/new", let_in, methods=methods, name=name)
    router.add_api_route("/newer", let_in, methods=methods, name=name)
    monkeypatch.setattr(application, "ROUTERS", (router,))
    with pytest.raises(ConfigError, match=f"expected {problem}"):
        create_app(place.desk, pages)


def test_roles_end_when_they_are_taken(module_place: Place) -> None:
    person = module_place.person(of(Role.ADMIN))
    browser = module_place.signed_in(person=person)
    with module_place.desk.database.begin() as connection:
        revoke(connection, person.person_id, of(Role.ADMIN), by="operator", at=module_place.clock.now)
    assert browser.get("/log").status_code == 404

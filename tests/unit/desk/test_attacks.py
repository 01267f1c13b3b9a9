"""Requests that are made to break in, to wear down, or to outlast what was taken from somebody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from district_reports.database import Database
from district_reports.database.tables_review import forms as kept_forms
from district_reports.desk import security
from district_reports.desk.app import list_routes
from district_reports.desk.limits import Counter, Limit, Limits
from district_reports.desk.links import find_link, make_link, use_link
from district_reports.desk.rules import RULES
from district_reports.desk.sessions import find_session, start_session
from district_reports.desk.templating import Pages
from district_reports.model import Grant, Role
from district_reports.review.log import read_entries
from district_reports.review.people import find_person, revoke, set_active
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.desk.asking import KEY, NOON, Browser, Place, describe_post, of, open_place
from tests.unit.desk.test_security import NOTE, WORD, require_headers
from tests.unit.desk.things import add_item, add_session

PEOPLE = "/people"


@pytest.mark.parametrize("origin", ["http://[", "https://desk.example]", "http://desk.example", "//desk.example", ""])
def test_an_origin_that_is_not_ours_to_the_letter_is_refused(place: Place, origin: str) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    answer = browser.post("/sign-out", {"form": browser.token("/sign-out")}, headers={"Origin": origin})
    assert answer.status_code == 403
    require_headers(dict(answer.headers))


@pytest.mark.parametrize("path", ["/items/%00", "/people/a%00b", "/items/a%0ab", "/drafts/2026Q3/007%1b"])
def test_no_control_character_of_a_path_reaches_the_records(place: Place, path: str) -> None:
    answer = place.signed_in(of(Role.ADMIN)).get(path)
    assert answer.status_code == 404
    require_headers(dict(answer.headers))


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.slow
def test_no_control_character_upsets_a_server(
    settings: Settings, database: Database, store: Store, pages: Pages, application: FastAPI
) -> None:
    with open_place(settings, database, store, pages=pages, app=application) as place:
        browser = place.signed_in(of(Role.ADMIN))
        for path in ("/items/%00", "/people/a%00b"):
            assert browser.get(path).status_code == 404
        assert browser.send("/sign-in", "/sign-in", {"email": "a\0b@city.example"}).status_code in (303, 422)
        place.app.state.postbox.wait()
        sent = {"name": "A\0B", "email": "a\0b@city.example", "language": "en"}
        assert browser.post(PEOPLE, {**sent, "form": browser.token(PEOPLE)}).status_code == 422


def multipart(fields: dict[str, str], charset: str) -> tuple[bytes, str]:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    return ("".join(parts) + "--x--\r\n").encode(), f"multipart/form-data; boundary=x; charset={charset}"


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "utf-7", "utf-16", "idna", "rot13"])
def test_a_form_in_another_coding_than_a_browser_sends_is_refused(place: Place, charset: str) -> None:
    browser = place.browser()
    browser.get("/sign-in")
    body, kind = multipart({"form": r"1.\ud800.2", "email": r"\ud800@city.example"}, charset)
    answer = browser.ask("POST", "/sign-in", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400
    require_headers(dict(answer.headers))


@pytest.mark.parametrize("path", ["/sign-in/word", "/people/word", "/nowhere/word"])
def test_only_the_one_page_that_takes_files_takes_large_forms(place: Place, path: str) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    data = {"form": browser.token(path), "text": "x" * (security.FORM_BYTES + 1)}
    assert browser.post(path, data).status_code == 413


def test_a_body_that_never_ends_is_given_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.05)
    cookie = f"__Host-session={place.signed_in(of(Role.COMMANDER, '007')).session}".encode()
    codes = []

    async def ask() -> None:
        sent = [{"type": "http.request", "body": b"form=", "more_body": True}]

        async def receive() -> dict[str, object]:
            if not sent:
                await asyncio.sleep(5)
            return sent.pop()

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                codes.append(message["status"])

        kind = (b"content-type", b"application/x-www-form-urlencoded")
        await place.app(describe_post(NOTE, [kind, (b"cookie", cookie)]), receive, send)  # type: ignore[arg-type]

    place.portal.call(ask)
    assert codes == [408]


def send_slowly(place: Place, browser: Browser, path: str, data: dict[str, str], meanwhile: Callable[[], None]) -> int:
    """Send a form whose second half comes after something else has happened."""
    body = "&".join(f"{name}={value}" for name, value in data.items()).encode()

    async def parts() -> AsyncIterator[bytes]:
        yield body[:4]
        await asyncio.to_thread(meanwhile)
        yield body[4:]

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.ask("POST", path, content=parts(), headers=headers).status_code


def test_who_is_kept_out_while_a_form_comes_in_does_nothing_more(place: Place) -> None:
    admin, other = place.person(of(Role.ADMIN)), place.person()
    browser, path = place.signed_in(person=admin), f"{PEOPLE}/{other.person_id}"
    data = {"form": browser.token(path), "step": "grant", "role": "publisher", "scope": ""}

    def keep_out() -> None:
        with place.desk.database.begin() as connection:
            set_active(connection, admin.person_id, False, by="operator", at=place.clock.now)

    assert send_slowly(place, browser, path, data, keep_out) == 401
    with place.desk.database.read() as connection:
        found = find_person(connection, person_id=other.person_id)
    assert found is not None
    assert found.grants == ()


def test_a_role_that_is_taken_while_a_form_comes_in_is_gone(place: Place) -> None:
    admin, other = place.person(of(Role.ADMIN)), place.person()
    browser, path = place.signed_in(person=admin), f"{PEOPLE}/{other.person_id}"
    data = {"form": browser.token(path), "step": "grant", "role": "publisher", "scope": ""}

    def take_role() -> None:
        with place.desk.database.begin() as connection:
            revoke(connection, admin.person_id, Grant(role=Role.ADMIN), by="operator", at=place.clock.now)

    assert send_slowly(place, browser, path, data, take_role) == 404


def test_what_is_sent_slowly_is_dated_when_it_was_all_there(place: Place) -> None:
    admin = place.person(of(Role.ADMIN))
    browser = place.signed_in(person=admin)
    data = {"form": browser.token(PEOPLE), "name": "B", "email": "b@city.example", "language": "en"}
    assert send_slowly(place, browser, PEOPLE, data, lambda: place.clock.pass_time(minutes=50)) == 303
    with place.desk.database.read() as connection:
        *_, entry = read_entries(connection, kinds=("person_added",))
    assert entry.at == NOON + timedelta(minutes=50)


def test_tries_to_sign_in_that_are_too_many_leave_nothing_behind(
    settings: Settings, records: Database, store: Store, pages: Pages, application: FastAPI
) -> None:
    limits = Limits(client=Limit(3, 900))
    with open_place(settings, records, store, pages=pages, limits=limits, app=application) as place:
        browser = place.browser()
        codes = [browser.send("/sign-in", "/sign-in", {"email": f"a{n}@b.example"}).status_code for n in range(6)]
        assert codes == [303] * 3 + [429] * 3
        with records.read() as connection:
            assert connection.execute(select(func.count()).select_from(kept_forms)).scalar_one() == 3


@pytest.mark.parametrize(
    ("hosts", "is_one"),
    [
        (("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:0:1::3"), True),
        (("2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"), False),
        (("::ffff:192.0.2.1", "192.0.2.1", "::ffff:c000:201"), True),
        (("192.0.2.1", "192.0.2.2", "192.0.2.3"), False),
        (("unknown", "unknown", "unknown"), True),
    ],
)
def test_a_household_of_addresses_is_one_machine(
    settings: Settings,
    records: Database,
    store: Store,
    pages: Pages,
    application: FastAPI,
    hosts: tuple[str, ...],
    is_one: bool,
) -> None:
    limits = Limits(client=Limit(2, 900))
    with open_place(settings, records, store, pages=pages, limits=limits, app=application) as place:
        codes = [
            place.browser(host=host).send("/sign-in", "/sign-in", {"email": f"a{n}@b.example"}).status_code
            for n, host in enumerate(hosts)
        ]
    assert codes == [303, 303, 429 if is_one else 303]


def test_a_counter_whose_clock_is_set_back_keeps_nobody_out_for_long() -> None:
    counter, limit = Counter(), Limit(2, 900)
    ahead = NOON + timedelta(days=300)
    assert [counter.take("a", limit, ahead) for _ in range(3)] == [0, 0, 900]
    assert counter.take("a", limit, NOON) == 0


def test_a_clock_that_is_set_back_gives_no_longer_life(place: Place) -> None:
    person, database = place.person(), place.desk.database
    ahead = NOON + timedelta(days=300)
    with database.begin() as connection:
        token = make_link(connection, KEY, person, ahead)
        cookie = start_session(connection, person, at=ahead, way="link")
        assert find_link(connection, KEY, token, NOON) is None
        assert use_link(connection, KEY, token, NOON) is None
        assert find_session(connection, cookie, NOON) is None
        # Some seconds happen to every clock.
        assert find_link(connection, KEY, token, ahead - timedelta(seconds=20)) == person
        assert find_session(connection, cookie, ahead - timedelta(seconds=20)) is not None


def test_a_form_is_good_where_the_clock_was_set_right_by_some_seconds(place: Place) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    token = browser.token("/sign-out")
    place.clock.pass_time(seconds=-20)
    assert browser.post("/sign-out", {"form": token}).status_code == 303


@pytest.mark.parametrize("email", ["\u212aim@city.example", "kim@\u212aity.example", "kım@city.example"])
def test_a_letter_that_only_looks_alike_is_another_address(place: Place, email: str) -> None:
    """Some letters of other scripts become ours when they are made small."""
    place.person(email="kim@city.example")
    place.person(email="kim@kity.example")
    with place.desk.database.read() as connection:
        assert find_person(connection, email=email) is None


def test_a_log_line_is_one_line(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    browser.post(f"{WORD}%0d%0aFORGED line", {"form": "x"})
    browser.get("/people/%0aERROR%20forged")
    assert "FORGED" not in caplog.text
    assert "forged" not in caplog.text


def test_an_organisation_is_one_line_of_letters(place: Place) -> None:
    other = place.person()
    browser, path = place.signed_in(of(Role.ADMIN)), f"{PEOPLE}/{other.person_id}"
    for host in ("A\u202e B", "A\nB", "x" * 300):
        data = {"step": "grant", "role": "host", "host": host, "form": browser.token(path)}
        assert browser.post(path, data).status_code == 422, json.dumps(host)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.slow
def test_no_control_character_of_a_form_upsets_a_server(
    settings: Settings, database: Database, store: Store, pages: Pages, application: FastAPI
) -> None:
    """PostgreSQL keeps no NUL; SQLite does."""
    everything = [of(role) for role in (Role.DATA, Role.PUBLISHER, Role.ADMIN)]
    everything += [of(Role.COMMANDER, "007"), of(Role.COUNCIL, "007"), of(Role.HOST, "Host of ours")]
    good = {"version": "1", "on": "2026-08-10", "language": "en", "step": "grant", "due_on": "2026-12-01"}
    good |= {"verdict": "return", "role": "commander", "status": "in_progress", "looked": "1", "sure": "1"}
    with open_place(settings, database, store, pages=pages, app=application) as place:
        with database.begin() as connection:
            add_item(connection, "item-own", "007")
            add_session(connection, "session-own", "Host of ours")
        browser = place.signed_in(*everything)
        known = {"quarter": "2026Q3", "place": "007", "tag": "es", "item_id": "item-own", "session_id": "session-own"}
        known |= {"person_id": place.person().person_id, "comment_id": "c-1", "token": "x"}
        codes = {}
        for path, method, name in list_routes(place.app):
            if method != "POST" or name == "sign_out":
                continue
            address = path.format(**known)
            fields = RULES[name].fields
            for bad in (*fields, "en", "es"):
                sent = {field: good.get(field, "A word") for field in fields} | {bad: "A\0B"}
                codes[name, bad] = browser.post(address, {**sent, "form": browser.token(address)}).status_code
    assert {key: code for key, code in codes.items() if code >= 500} == {}
    assert len(codes) > 40

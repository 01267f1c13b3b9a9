"""Sessions: how long they last, and what ends them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from district_reports.database import Database
from district_reports.database.tables_review import sessions
from district_reports.desk.links import make_link, use_link
from district_reports.desk.sessions import (
    digest_of,
    end_sessions,
    find_session,
    forget_sessions,
    see_session,
    start_session,
)
from district_reports.model import Role
from district_reports.review.log import read_entries
from district_reports.review.people import add_person, set_active
from tests.unit.desk.asking import KEY, NOON, Browser, Place, of, open_place


def is_in(browser: Browser) -> bool:
    """Return whether a page lets the browser in; there is no such release."""
    code = browser.get("/releases/2026Q3").status_code
    assert code in (404, 303)
    return code == 404


def test_a_session_ends_after_an_hour_without_a_page(place: Place) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    for _ in range(3):
        place.clock.pass_time(minutes=59, seconds=59)
        assert is_in(browser)
    place.clock.pass_time(minutes=60)
    assert not is_in(browser)


def test_a_session_ends_after_twelve_hours_however_busy(place: Place) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    for _ in range(23):
        place.clock.pass_time(minutes=30)
        assert is_in(browser)
    place.clock.pass_time(minutes=30)
    assert not is_in(browser)


def test_a_form_keeps_a_session_alive_as_a_page_does(place: Place) -> None:
    browser = place.signed_in(of(Role.PUBLISHER))
    place.clock.pass_time(minutes=50)
    path = "/releases/2026Q3/decide"
    assert browser.post(path, {"form": browser.token(path)}).status_code == 404
    place.clock.pass_time(minutes=50)
    assert browser.get("/people").status_code == 404


def test_somebody_kept_out_is_out_at_once(place: Place) -> None:
    person = place.person(of(Role.ADMIN))
    browser = place.signed_in(person=person)
    assert is_in(browser)
    with place.desk.database.begin() as connection:
        set_active(connection, person.person_id, False, by="operator", at=place.clock.now)
    assert not is_in(browser)


def test_all_sessions_and_links_of_a_person_end_together(place: Place) -> None:
    person, other = place.person(of(Role.ADMIN)), place.person(of(Role.ADMIN))
    browsers = [place.signed_in(person=person), place.signed_in(person=person)]
    stays = place.signed_in(person=other)
    with place.desk.database.begin() as connection:
        link = make_link(connection, KEY, person, place.clock.now)
        assert end_sessions(connection, person.person_id, by="operator", at=place.clock.now) == 2
        assert use_link(connection, KEY, link, place.clock.now) is None
        entry = read_entries(connection, kinds=("signed_out",))[-1]
    assert [is_in(browser) for browser in browsers] == [False, False]
    assert is_in(stays)
    assert (entry.by, entry.subject, entry.content) == ("operator", f"person/{person.person_id}", {"ended": 2})


def test_only_a_digest_of_a_session_is_kept(place: Place) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    with place.desk.database.read() as connection:
        (row,) = connection.execute(select(sessions))
    assert browser.session not in str(tuple(row))
    assert row.token == digest_of(browser.session)
    other = place.browser()
    other.session = row.token
    assert not is_in(other)


def test_a_cookie_that_nobody_gave_is_no_session(place: Place) -> None:
    for made_up in ("x", "x" * 43, "x" * 5000, "%00", '"'):
        browser = place.browser()
        browser.session = made_up
        assert not is_in(browser)


def test_when_a_session_was_seen_is_written_once_a_minute(place: Place) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    seen = []
    for _ in range(4):
        place.clock.pass_time(seconds=25)
        assert is_in(browser)
        with place.desk.database.read() as connection:
            seen.append((connection.execute(select(sessions.c.seen_at)).scalar_one() - NOON).seconds)
    assert seen == [0, 0, 75, 75]


def test_old_sessions_and_links_are_forgotten(place: Place) -> None:
    place.signed_in(of(Role.ADMIN))
    place.clock.pass_time(hours=24, seconds=1)
    kept = place.signed_in(of(Role.ADMIN))
    with place.desk.database.begin() as connection:
        forget_sessions(connection, place.clock.now)
        assert connection.execute(select(func.count()).select_from(sessions)).scalar_one() == 1
    assert is_in(kept)


def test_sessions_and_links_work_on_each_kind_of_database(database: Database) -> None:
    with database.begin() as connection:
        person = add_person(connection, name="A", email="a@city.example", language="en", by="operator", at=NOON)
        link = make_link(connection, KEY, person, NOON)
        found = use_link(connection, KEY, link, NOON)
        assert found is not None
        cookie = start_session(connection, found, at=NOON, way="link")
        session = find_session(connection, cookie, NOON)
        assert session is not None
        see_session(connection, session, NOON)
        assert use_link(connection, KEY, link, NOON) is None


@pytest.mark.slow
def test_of_many_who_use_a_link_at_once_one_gets_in(database: Database, tmp_path: Path) -> None:
    with database.begin() as connection:
        person = add_person(connection, name="A", email="a@city.example", language="en", by="operator", at=NOON)
    for _ in range(20):
        with database.begin() as connection:
            link = make_link(connection, KEY, person, NOON)
        barrier, entered = threading.Barrier(8), []

        def click(link: str = link, barrier: threading.Barrier = barrier, entered: list[str] = entered) -> None:
            barrier.wait()
            with database.begin() as connection:
                found = use_link(connection, KEY, link, NOON)
                if found:
                    entered.append(start_session(connection, found, at=NOON, way="link"))

        clicks = [threading.Thread(target=click) for _ in range(8)]
        for thread in clicks:
            thread.start()
        for thread in clicks:
            thread.join()
        assert len(entered) == 1


@pytest.mark.parametrize("has_mail", [True, False])
def test_a_link_made_for_somebody_else_goes_to_them_and_stays_on_record(place: Place, has_mail: bool) -> None:
    """Whoever sees a link could use it: it is shown only where no mail can carry it, and the log tells who made it."""
    settings, store = place.desk.settings, place.desk.store
    with open_place(settings, place.desk.database, store, has_mail=has_mail) as here:
        admin, other = here.person(of(Role.ADMIN)), here.person(of(Role.PUBLISHER))
        browser, path = here.signed_in(person=admin), f"/people/{other.person_id}"
        answer = browser.post(path, {"form": browser.token(path), "step": "link"})
        here.app.state.postbox.wait()
        assert answer.status_code == (303 if has_mail else 200)
        assert ("/sign-in/" in answer.text) is not has_mail
        assert [(to, "/sign-in/" in text) for to, _, text in here.letters.sent] == [(other.email, True)] * has_mail
        with here.desk.database.read() as connection:
            entry = read_entries(connection, kinds=("person_changed",))[-1]
    assert (entry.by, entry.content) == (admin.person_id, {"link": True})
    assert entry.subject == path.strip("/").replace("people", "person")

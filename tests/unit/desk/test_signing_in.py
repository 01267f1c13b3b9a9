"""One-time links: who gets one, how often it works, and for how long."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from district_reports.database.tables_review import links
from district_reports.desk.links import make_link
from district_reports.desk.signing_in import local_path
from district_reports.model import Person, Role
from district_reports.review.log import read_entries
from district_reports.review.people import set_active
from tests.unit.desk.asking import Browser, Place, of

SENT = "/sign-in?sent=1"
ADDRESS = re.compile(r"https://desk\.example(/sign-in/\S+)")


def link_for(place: Place, person: Person) -> str:
    with place.desk.database.begin() as connection:
        return "/sign-in/" + make_link(connection, place.desk.key, person, place.clock.now)


def use(browser: Browser, link: str, data: dict[str, str] | None = None) -> int:
    return browser.send(link, link, data).status_code


def test_a_link_signs_in_once(place: Place) -> None:
    person = place.person(of(Role.COMMANDER, "007"))
    link = link_for(place, person)
    browser = place.browser()
    answer = browser.send(link, link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.session
    other = place.browser()
    assert other.get(link).status_code == 410
    with place.desk.database.read() as connection:
        (entry,) = read_entries(connection, kinds=("signed_in",))
    assert (entry.by, entry.content) == (person.person_id, {"way": "link"})


def test_opening_a_link_does_not_use_it_up(place: Place) -> None:
    link = link_for(place, place.person())
    for _ in range(3):
        assert place.browser().get(link).status_code == 200
    assert use(place.browser(), link) == 303


def test_a_link_ends_after_fifteen_minutes(place: Place) -> None:
    person = place.person()
    early, late = link_for(place, person), link_for(place, person)
    browser = place.browser()
    page = browser.get(late)
    place.clock.pass_time(minutes=14, seconds=59)
    assert use(place.browser(), early) == 303
    place.clock.pass_time(seconds=1)
    token = page.text.split('name="form" value="')[1].split('"')[0]
    assert browser.post(late, {"form": token}).status_code == 410
    assert browser.session == ""


def test_a_link_that_nobody_made_does_not_work(place: Place) -> None:
    link = link_for(place, place.person())
    token = link.removeprefix("/sign-in/")
    head, seal = token.split(".")
    for forged in (head, f"{head}.{seal[::-1]}", f"x{head}.{seal}", "%2E", "%00", "é.é"):
        assert place.browser().get(f"/sign-in/{forged}").status_code in (404, 410)


def test_a_link_of_somebody_kept_out_does_not_work(place: Place) -> None:
    person = place.person()
    link = link_for(place, person)
    with place.desk.database.begin() as connection:
        set_active(connection, person.person_id, False, by="operator", at=place.clock.now)
    assert place.browser().get(link).status_code == 410


def test_only_a_digest_of_a_link_is_kept(place: Place) -> None:
    token = link_for(place, place.person()).removeprefix("/sign-in/")
    with place.desk.database.read() as connection:
        (row,) = connection.execute(select(links))
    assert token not in str(tuple(row))
    assert row.expires_at - row.made_at == timedelta(minutes=15)


def test_a_link_is_sent_to_who_is_known(place: Place) -> None:
    place.person(email="c007@city.example")
    browser = place.browser()
    answer = browser.send("/sign-in?next=/items", "/sign-in", {"email": " C007@City.example ", "next": "/items"})
    assert (answer.status_code, answer.headers["location"]) == (303, SENT)
    place.app.state.postbox.wait()
    ((to, subject, text),) = place.letters.sent
    assert to == "c007@city.example"
    assert "review desk" in subject
    found = ADDRESS.search(text)
    assert found is not None
    path, _, query = found[1].partition("?")
    assert query == "next=%2Fitems"
    page = browser.get(found[1])
    token = page.text.split('name="form" value="')[1].split('"')[0]
    entered = browser.post(path, {"form": token, "next": "/items"})
    assert entered.headers["location"] == "/items"


def test_known_and_unknown_addresses_get_the_same_answer(place: Place) -> None:
    person = place.person(email="known@city.example")
    place.person(email="out@city.example")
    with place.desk.database.begin() as connection:
        set_active(connection, person.person_id, False, by="operator", at=place.clock.now)
    answers = []
    for email in ("known@city.example", "unknown@city.example", "no address", ""):
        answer = place.browser().send("/sign-in", "/sign-in", {"email": email})
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert all(answer == answers[0] for answer in answers)
    place.app.state.postbox.wait()
    assert place.letters.sent == []


def test_mail_that_fails_is_not_told_to_the_visitor(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.person(email="known@city.example")

    def fail(*arguments: str) -> None:
        raise OSError("known@city.example: no route")

    place.letters.send = fail  # type: ignore[method-assign]
    assert place.browser().send("/sign-in", "/sign-in", {"email": "known@city.example"}).status_code == 303
    place.app.state.postbox.wait()
    assert "OSError" in caplog.text
    assert "known@" not in caplog.text


def test_the_page_speaks_the_language_that_is_wanted(place: Place) -> None:
    browser = place.browser()
    arabic = browser.get("/sign-in", headers={"Accept-Language": "fr;q=0.9, ar-EG;q=0.8, en;q=0.1"}).text
    assert 'lang="ar" dir="rtl"' in arabic
    assert 'lang="zh-Hans" dir="ltr"' in browser.get("/sign-in?language=zh-Hans").text
    assert 'lang="en"' in browser.get("/sign-in?language=<x>", headers={"Accept-Language": "xx;q=a"}).text


def test_a_link_speaks_the_language_of_its_person(place: Place) -> None:
    page = place.browser().get(link_for(place, place.person(language="ar"))).text
    assert '<html lang="ar" dir="rtl">' in page


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/drafts/2026Q3/007", "/drafts/2026Q3/007"),
        ("/items?page=2", "/items?page=2"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a//b", "/"),
        ("/a\nb", "/"),
        ("/sign-in", "/"),
        ("/" + "a" * 500, "/"),
    ],
)
def test_one_is_led_to_a_page_of_the_desk_alone(given: str, expected: str) -> None:
    assert local_path(given) == expected


def test_signing_out_ends_the_session(place: Place) -> None:
    browser = place.signed_in(of(Role.ADMIN))
    kept = browser.session
    answer = browser.post("/sign-out", {"form": browser.token("/sign-out")})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert browser.session == ""
    browser.session = kept
    assert browser.post("/sign-out").status_code == 401

"""Forms count once, and only from the session and for the address they were made for."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from district_reports.database import Database
from district_reports.database.tables_review import forms as table
from district_reports.desk.forms import (
    LIVES,
    ForgedFormError,
    ReplayedFormError,
    forget_forms,
    make_token,
    require_token,
    use_token,
)
from district_reports.model import Role
from tests.unit.desk.asking import KEY, NOON, Place, of

PATH = "/releases/2026Q3/freeze"


def check(token: str, *, session: str = "s", path: str = "/p", at: timedelta = timedelta(0), key: bytes = KEY) -> None:
    require_token(key, session, path, token, NOON + at)


def test_a_token_is_good_for_its_session_and_address_alone() -> None:
    token = make_token(KEY, "s", "/p", NOON)
    check(token)
    check(token, at=LIVES - timedelta(seconds=2))
    for wrong in ({"session": "t"}, {"path": "/q"}, {"key": b"another"}, {"at": LIVES}, {"at": -timedelta(minutes=2)}):
        with pytest.raises(ForgedFormError):
            check(token, **wrong)  # type: ignore[arg-type]


@given(st.text(max_size=80))
def test_what_was_not_made_here_is_refused(token: str) -> None:
    with pytest.raises(ForgedFormError):
        check(token)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_token_with_one_other_sign_is_refused(where: int, sign: str) -> None:
    token = make_token(KEY, "s", "/p", NOON)
    where %= len(token)
    changed = token[:where] + sign + token[where + 1 :]
    if changed == token:
        check(changed)
    else:
        with pytest.raises(ForgedFormError):
            check(changed)


def test_a_form_without_its_token_is_refused(place: Place) -> None:
    browser = place.signed_in(of(Role.PUBLISHER))
    for data in ({}, {"form": ""}, {"form": "x"}, {"form": "1.2.3"}, {"other": browser.token(PATH)}):
        assert browser.post(PATH, data).status_code == 403
    assert place.runs == []


def test_the_form_of_another_session_or_page_is_refused(place: Place) -> None:
    browser, other = place.signed_in(of(Role.PUBLISHER)), place.signed_in(of(Role.PUBLISHER))
    assert browser.post(PATH, {"form": other.token(PATH)}).status_code == 403
    assert browser.post(PATH, {"form": browser.token("/releases/2026Q3/reopen")}).status_code == 403


def test_a_form_that_is_sent_twice_counts_once(place: Place) -> None:
    browser = place.signed_in(of(Role.PUBLISHER))
    token = browser.token(PATH)
    assert browser.post(PATH, {"form": token}).status_code not in (403, 409)
    assert browser.post(PATH, {"form": token}).status_code == 409


def test_a_form_of_signing_in_is_bound_to_the_browser(place: Place) -> None:
    browser, other = place.browser(), place.browser()
    token = browser.get("/sign-in").text.split('name="form" value="')[1].split('"')[0]
    data = {"email": "a@city.example", "form": token}
    assert other.post("/sign-in", data).status_code == 403
    assert browser.post("/sign-in", data).status_code == 303
    assert browser.post("/sign-in", data).status_code == 409


def test_what_is_no_form_is_refused(place: Place) -> None:
    browser = place.signed_in(of(Role.PUBLISHER))
    headers = {"Content-Type": "application/json"}
    assert browser.ask("POST", PATH, content=b"{}", headers=headers).status_code == 415
    assert browser.ask("POST", PATH, content=b"form=x", headers={"Content-Type": "text/plain"}).status_code == 415
    broken = {"Content-Type": "multipart/form-data"}
    assert browser.ask("POST", PATH, content=b"form=x", headers=broken).status_code == 400
    many = "&".join(f"f{number}=" for number in range(500))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.ask("POST", PATH, content=many.encode(), headers=headers).status_code == 400


def test_files_are_taken_where_they_belong_and_nowhere_else(place: Place) -> None:
    browser = place.signed_in(of(Role.COMMANDER, "007"))
    path = "/drafts/2026Q3/007/comments"
    answer = browser.post(path, {"form": browser.token(path)}, files={"text": ("a.docx", b"PK")})
    assert answer.status_code == 400


def test_old_forms_are_forgotten(place: Place) -> None:
    with place.desk.database.begin() as connection:
        use_token(connection, "first", NOON)
        use_token(connection, "second", NOON + 2 * LIVES)
        forget_forms(connection, NOON + 2 * LIVES + timedelta(seconds=1))
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1


@pytest.mark.slow
def test_of_many_that_come_at_once_one_counts(database: Database) -> None:
    for number in range(20):
        barrier, told = threading.Barrier(8), []

        def send(token: str = str(number), barrier: threading.Barrier = barrier, told: list[str] = told) -> None:
            barrier.wait()
            try:
                with database.begin() as connection:
                    use_token(connection, token, NOON)
            except ReplayedFormError:
                told.append("replayed")
            else:
                told.append("taken")

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == ["replayed"] * 7 + ["taken"]

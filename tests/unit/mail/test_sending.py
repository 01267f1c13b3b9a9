"""Mail goes out once to each recipient, whatever becomes of the server in between."""

from __future__ import annotations

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from district_reports.database import Database
from district_reports.database.tables_review import mail
from district_reports.environment import DeskSettings
from district_reports.errors import ConfigError
from district_reports.mail import Mailer, Outcome, Outgoing, make_message, send_all
from district_reports.mail.sending import MailError
from tests.postgres import free_port
from tests.unit.mail.smtp_server import Letterbox, running

AT = datetime(2026, 11, 10, 9, tzinfo=UTC)
SENDER = "State of the District <report@city.example>"
PEOPLE = [f"r{number}@town.example" for number in range(6)]


def mailer(url: str) -> Mailer:
    return Mailer(DeskSettings(smtp_url=url, mail_from=SENDER), lambda: AT)


def letters(people: list[str] = PEOPLE) -> list[Outgoing]:
    return [Outgoing(to, "Título «ü» 报告", "first\n.\n..dots\nlast", "<p>first</p>", "es") for to in people]


def test_everybody_gets_the_message_as_written_and_once(database: Database) -> None:
    box = Letterbox()
    with running(box) as url:
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=6)
        assert send_all(database, mailer(url), "m", letters()) == Outcome(already=6)
        assert send_all(database, mailer(url), "other", letters(PEOPLE[:1])) == Outcome(sent=1)
    assert box.recipients == [*PEOPLE, PEOPLE[0]]
    message = email.message_from_bytes(box.taken[0][1], policy=email.policy.default)
    assert (message["Subject"], message["Content-Language"]) == ("Título «ü» 报告", "es")
    assert message.get_body(("plain",)).get_content().splitlines() == ["first", ".", "..dots", "last"]  # type: ignore[union-attr]
    assert "<p>first</p>" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_a_server_that_goes_away_is_taken_up_where_it_stopped(database: Database, after: int) -> None:
    box = Letterbox()
    box.goes_after = after
    with running(box) as url, pytest.raises(MailError, match="expected an answer"):
        send_all(database, mailer(url), "m", letters())
    assert box.recipients == PEOPLE[:after]
    box.goes_after = None
    with running(box) as url:
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=6 - after, already=after)
    assert sorted(box.recipients) == PEOPLE


def test_a_message_without_an_answer_is_unclear_and_waits_for_a_person(database: Database) -> None:
    box = Letterbox()
    box.goes_after, box.goes_when = 2, "after"
    with running(box) as url, pytest.raises(MailError):
        send_all(database, mailer(url), "m", letters())
    box.goes_after = None
    with running(box) as url:
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=4, already=1, unclear=1)
        assert sorted(box.recipients) == PEOPLE
        assert send_all(database, mailer(url), "m", letters(), again_unclear=True) == Outcome(sent=1, already=5)
    # The same id, so that a mail program shows it once.
    ids = [email.message_from_bytes(data)["Message-ID"] for to, data in box.taken if to == PEOPLE[1]]
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_who_is_refused_is_told_and_does_not_stop_the_others(database: Database) -> None:
    box = Letterbox()
    box.refuses = {PEOPLE[2]}
    with running(box) as url:
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=5, refused=1)
        assert send_all(database, mailer(url), "m", letters()) == Outcome(already=5, refused=1)


def test_one_reader_who_cannot_be_reached_today_does_not_keep_the_others_waiting(database: Database) -> None:
    box = Letterbox()
    box.is_full = {PEOPLE[1]}
    with running(box) as url:
        for _ in range(2):
            with pytest.raises(MailError, match="452: try later; 1 to be sent yet"):
                send_all(database, mailer(url), "m", letters())
            assert box.recipients == [PEOPLE[0], *PEOPLE[2:]]
        box.is_full = set()
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=1, already=5)


def test_a_server_that_does_not_want_us_stops_the_run_and_nobody_is_crossed_out(database: Database) -> None:
    box = Letterbox()
    box.wants_us = False
    with running(box) as url:
        with pytest.raises(MailError, match="mail of ours, got 550"):
            send_all(database, mailer(url), "m", letters())
        box.wants_us = True
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=6)


def test_what_another_run_may_be_sending_is_left_to_it(database: Database) -> None:
    first = letters()[0]
    with database.begin() as connection:
        row = {"mailing": "m", "recipient": first.recipient, "state": "sending", "at": AT, "answer": ""}
        connection.execute(insert(mail).values(**row))
    box = Letterbox()
    with running(box) as url:
        done = send_all(database, mailer(url), "m", [first], again_unclear=True)
        assert (done, box.recipients) == (Outcome(unclear=1), [])
        later = Mailer(DeskSettings(smtp_url=url, mail_from=SENDER), lambda: AT + timedelta(minutes=11))
        assert send_all(database, later, "m", [first], again_unclear=True) == Outcome(sent=1)


def test_a_busy_server_stops_the_run_and_nothing_is_lost(database: Database) -> None:
    box = Letterbox()
    box.is_busy = True
    with running(box) as url:
        with pytest.raises(MailError, match="451: try later"):
            send_all(database, mailer(url), "m", letters())
        box.is_busy = False
        assert send_all(database, mailer(url), "m", letters()) == Outcome(sent=6)


def test_two_runs_at_once_send_each_message_once(database: Database) -> None:
    box = Letterbox()
    with running(box) as url, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: send_all(database, mailer(url), "m", letters()), range(2)))
    assert sorted(box.recipients) == PEOPLE


def test_two_runs_at_once_send_what_is_unclear_once(database: Database) -> None:
    """Both have seen that it is unclear; the second one finds that it is no longer what it saw."""
    with database.begin() as connection:
        for one in letters():
            connection.execute(
                insert(mail).values(
                    mailing="m", recipient=one.recipient, state="sending", at=AT - timedelta(hours=1), answer=""
                )
            )
    box = Letterbox()
    box.waits_for = 2
    with running(box) as url, ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: send_all(database, mailer(url), "m", letters(), again_unclear=True), range(2)))
    assert sorted(box.recipients) == PEOPLE
    assert sum(one.sent for one in done) == len(PEOPLE)


def test_a_letter_that_a_server_cannot_take_does_not_stop_the_others(database: Database) -> None:
    box = Letterbox()
    people = [PEOPLE[0], "josé@town.example", PEOPLE[1]]
    with running(box) as url:
        assert send_all(database, mailer(url), "m", letters(people)) == Outcome(sent=2, refused=1)
    assert box.recipients == [PEOPLE[0], PEOPLE[1]]


def test_an_address_that_is_given_twice_gets_one_message(database: Database) -> None:
    box = Letterbox()
    with running(box) as url:
        assert send_all(database, mailer(url), "m", letters([PEOPLE[0], PEOPLE[0].upper()])) == Outcome(sent=1)


def test_no_address_is_kept(database: Database) -> None:
    box = Letterbox()
    with running(box) as url:
        send_all(database, mailer(url), "m", letters())
    with database.read() as connection:
        kept = str([tuple(row) for row in connection.execute(select(mail))])
    assert "@" not in kept


def test_no_server_is_an_error_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="SMTP_URL"):
        Mailer(DeskSettings(), lambda: AT)


def test_a_server_that_is_away_says_so_without_the_password(database: Database) -> None:
    url = f"smtp://me:s3cret@127.0.0.1:{free_port()}"
    with pytest.raises(MailError, match="expected an answer") as caught:
        mailer(url).send("a@b.example", "x", "y")
    assert "s3cret" not in str(caught.value)


def test_a_header_cannot_be_broken_open() -> None:
    hostile = Outgoing(
        "a@b.example", "x\r\nBcc: c@d.example", "text", headers={"List-Unsubscribe": "<https://x>\r\nX: y"}
    )
    message = make_message(hostile, sender=SENDER, at=AT)
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Subject"] == "x Bcc: c@d.example"

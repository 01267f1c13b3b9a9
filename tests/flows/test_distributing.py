"""Digests go out as they were published, with a line on leaving the list; who has not answered is reminded."""

from __future__ import annotations

import email
import email.policy
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from district_reports.config_distribution import Distribution, MailingList
from district_reports.database import Database
from district_reports.environment import DeskSettings
from district_reports.errors import ConfigError, ReadingError, ReviewError
from district_reports.mail import Mailer, Outcome
from district_reports.model import Grant, PublicFile, Role, Summary, Version
from district_reports.periods import Quarter
from district_reports.render.email import UNSUBSCRIBE_MARK
from district_reports.render.i18n import load_words
from district_reports.review import log, people
from district_reports.settings import Settings, find_asset, load_settings
from flows.distributing import plan_mailings, require_published, send_mailings
from flows.reminding import find_due, plan_reminders, send_reminders
from tests.unit.mail.smtp_server import Letterbox, running
from tests.unit.metrics.rows import TOY

QUARTER = Quarter.parse("2026Q3")
AT = datetime(2026, 11, 10, 9, tzinfo=UTC)
PLAIN = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY), "DISTRICT_REPORTS_DESK_URL": "https://desk.example"})
DISTRICT, OTHER = PLAIN.district_ids[:2]
TAG = PLAIN.languages[0].tag
WORDS = load_words(PLAIN.languages, find_asset("templates", "locale"))
LEAVE = "https://town.example/leave?list=a&id=1"


def with_list(**changes: str) -> Settings:
    values = {"list_id": "one", "place": DISTRICT, "language": TAG, "recipients": "lists/a.txt", "unsubscribe": LEAVE}
    return PLAIN.model_copy(update={"distribution": Distribution(lists=(MailingList(**{**values, **changes}),))})


SETTINGS = with_list()


def summary(**changes: object) -> Summary:
    texts = ("place_name", "months", "edition_line", "title", "dates_line", "card_alt")
    lists = ("banners", "key_facts", "changed", "corrections", "blocks")
    values = {"place": DISTRICT, "quarter": "2026Q3", "language": TAG, "document_title": "Title\nof it"}
    return Summary(**{**dict.fromkeys(texts, "x"), **dict.fromkeys(lists, ()), **values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A site with one version of one edition."""
    folder = tmp_path / "public" / "2026Q3" / "v1" / DISTRICT / TAG
    folder.mkdir(parents=True)
    (tmp_path / "public" / "2026Q3" / "latest").symlink_to("v1")
    made = {
        "email.html": f"<p>1,234 rows</p>{UNSUBSCRIBE_MARK}".encode(),
        "email.txt": f"1,234 rows\n{UNSUBSCRIBE_MARK}\n".encode(),
        "summary.json": summary().model_dump_json().encode(),
    }
    for name, data in made.items():
        (folder / name).write_bytes(data)
    release = Version(
        quarter="2026Q3",
        version=1,
        published_at=AT,
        manifest="0" * 64,
        signatures=(),
        places=(DISTRICT,),
        languages=(TAG,),
        files=tuple(
            PublicFile(path=f"{DISTRICT}/{TAG}/{name}", sha256=hashlib.sha256(data).hexdigest(), size=len(data))
            for name, data in made.items()
        ),
    )
    (folder.parents[1] / "release.json").write_text(release.model_dump_json())
    records = tmp_path / "records" / "lists"
    records.mkdir(parents=True)
    (records / "a.txt").write_text("ana@town.example\nbo@town.example\n")
    return tmp_path / "public"


def plan(public: Path, settings: Settings = SETTINGS, wanted: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    return plan_mailings(settings, WORDS, public, public.parent / "records", QUARTER, wanted)


def test_each_reader_gets_the_published_digest_with_the_way_out(public: Path, database: Database) -> None:
    box = Letterbox()
    with running(box) as url:
        mailer = Mailer(DeskSettings(smtp_url=url, mail_from="report@city.example"), lambda: AT)
        results = [outcome for _, outcome in send_mailings(database, mailer, plan(public))]
        again = [outcome for _, outcome in send_mailings(database, mailer, plan(public))]
    assert (results, again) == ([Outcome(sent=2)], [Outcome(already=2)])
    assert sorted(box.recipients) == ["ana@town.example", "bo@town.example"]
    for _, data in box.taken:
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert message["Subject"] == "Title of it"
        assert message["List-Unsubscribe"] == f"<{LEAVE}>"
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "1,234 rows" in text
        assert LEAVE in text
        assert "1,234 rows" in html
        assert LEAVE.replace("&", "&amp;") in html
        assert UNSUBSCRIBE_MARK not in text + html


@pytest.mark.parametrize("name", ["email.html", "email.txt", "summary.json"])
def test_a_digest_that_is_not_the_published_one_does_not_leave(public: Path, name: str) -> None:
    path = public / "2026Q3" / "v1" / DISTRICT / TAG / name
    path.write_bytes(path.read_bytes().replace(b"x", b"y").replace(b"4", b"5"))
    with pytest.raises(ReviewError, match=name):
        plan(public)
    path.unlink()
    with pytest.raises(ReviewError, match=name):
        plan(public)


def tell_published(database: Database, public: Path, kind: str = "published", version: int = 1, **more: str) -> None:
    """Log what a publication logs."""
    data = (public / "2026Q3" / "v1" / "release.json").read_bytes()
    content = {"version": version, "manifest": "0" * 64, "release": hashlib.sha256(data).hexdigest(), "site": "s"}
    with database.begin() as connection:
        log.append(connection, kind=kind, by=log.OPERATOR, at=AT, quarter="2026Q3", content={**content, **more})


def test_what_the_log_tells_of_may_be_sent(public: Path, database: Database) -> None:
    with pytest.raises(ReviewError, match="expected a published version, found none in the log"):
        require_published(database, public, QUARTER)
    tell_published(database, public)
    require_published(database, public, QUARTER)


def test_a_site_that_was_written_anew_by_hand_is_not_sent(public: Path, database: Database) -> None:
    """With all its digests made to fit: they are not those that were published."""
    tell_published(database, public)
    path = public / "2026Q3" / "v1" / "release.json"
    path.write_text(path.read_text().replace("2026-11-10", "2026-11-11"))
    with pytest.raises(ReviewError, match=r"release.json: expected that of 2026Q3 v1"):
        require_published(database, public, QUARTER)


def test_what_was_withdrawn_or_is_not_shown_yet_is_not_sent(public: Path, database: Database) -> None:
    tell_published(database, public)
    tell_published(database, public, version=2, release="1" * 64)
    with pytest.raises(ReviewError, match=r"release.json: expected that of 2026Q3 v2"):
        require_published(database, public, QUARTER)
    tell_published(database, public, "withdrawn", version=2, reason="Wrong.")
    with pytest.raises(ReviewError, match="2026Q3 v2 was withdrawn"):
        require_published(database, public, QUARTER)


def test_what_is_not_public_is_not_sent(public: Path) -> None:
    (public / "2026Q3" / "v1" / "release.json").unlink()
    with pytest.raises(ReviewError, match="expected a published version"):
        plan(public)


def test_a_list_of_another_place_is_refused_before_anything_leaves(public: Path) -> None:
    with pytest.raises(ReviewError, match="summary.json"):
        plan(public, with_list(place=OTHER))


def test_a_list_that_is_not_known_or_cannot_be_read(public: Path) -> None:
    with pytest.raises(ConfigError, match="expected a list of two"):
        plan(public, wanted=("two",))
    with pytest.raises(ConfigError, match="readers"):
        plan(public, PLAIN)
    with pytest.raises(ReadingError):
        plan(public, with_list(recipients="lists/none.txt"))


def test_a_list_cannot_leave_the_folder_of_records() -> None:
    with pytest.raises(ValueError, match="below"):
        with_list(recipients="lists/../../a.txt")


def test_a_reminder_is_due_from_its_day_to_the_next_ones() -> None:
    """So that a machine that was off on the day makes it up on the next; who has had it is not sent it again."""
    # The quarter ends on 30 September, thirty days later is 30 October.
    due = {day: find_due(PLAIN, QUARTER, date(2026, 10, day)) for day in range(1, 32)}
    assert {day for day, found in due.items() if found is None} == {*range(1, 23), 31}
    assert {day for day, found in due.items() if found == date(2026, 10, 23)} == {*range(23, 28)}
    assert {day for day, found in due.items() if found == date(2026, 10, 28)} == {28, 29, 30}


def test_who_has_not_answered_is_reminded_in_their_own_language(database: Database) -> None:
    with database.begin() as connection:
        given = [("a", Role.COMMANDER, DISTRICT), ("b", Role.LANGUAGE, TAG), ("c", Role.COUNCIL, DISTRICT)]
        for name, role, scope in given:
            found = people.add_person(
                connection, name=name, email=f"{name}@city.example", language=TAG, by=log.OPERATOR, at=AT
            )
            people.grant(
                connection, found.person_id, Grant(role=role, scope=scope), by=log.OPERATOR, at=AT, settings=PLAIN
            )
    messages = plan_reminders(PLAIN, WORDS, database, QUARTER)
    assert [message.to for message in messages] == ["a@city.example", "b@city.example"]
    assert all("https://desk.example/" in message.text for message in messages)
    box = Letterbox()
    with running(box) as url:
        mailer = Mailer(DeskSettings(smtp_url=url, mail_from="report@city.example"), lambda: AT)
        day = date(2026, 10, 23)
        assert send_reminders(database, mailer, QUARTER, day, messages, AT) == Outcome(sent=2)
        assert send_reminders(database, mailer, QUARTER, day, messages, AT) == Outcome(already=2)
    with database.read() as connection:
        assert [entry.kind for entry in log.read_entries(connection, quarter="2026Q3")] == ["reminded"]


def test_without_an_address_of_the_desk_nobody_is_reminded(database: Database) -> None:
    with pytest.raises(ConfigError, match="DESK_URL"):
        plan_reminders(PLAIN.model_copy(update={"desk": DeskSettings()}), WORDS, database, QUARTER)


def test_every_word_of_the_mail_is_asked_for() -> None:
    flows = Path(__file__).parents[2] / "flows"
    code = "".join((flows / name).read_text() for name in ("distributing.py", "reminding.py"))
    keys = {key for key in WORDS[TAG].forms if key.startswith("mail.")}
    assert keys
    assert {key for key in keys if f'"{key}"' not in code} == set()

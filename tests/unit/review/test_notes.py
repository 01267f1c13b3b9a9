"""The commander's note: whose it is, what it may say, how long it may be, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from district_reports.database import Database
from district_reports.errors import RuleError
from district_reports.model import CommanderNote, Grant, Person, Role, Text
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.notes import load_note, save_note, take_back_note
from district_reports.settings import Settings

AT = datetime(2026, 10, 19, 23, 30, tzinfo=UTC)
QUARTER = Quarter(2026, 3)
WORDS = Text(language="en", text="Thank you for coming to the meetings.")


def commander(place: str, **changes: Any) -> Person:
    grants = (Grant(role=Role.COMMANDER, scope=place),)
    fields: dict[str, Any] = {"person_id": "p1", "name": "Ana", "email": "ana@city.example", "language": "en"}
    return Person(**{**fields, "grants": grants, **changes})


def save(database: Database, toy: Settings, text: Text = WORDS, **changes: Any) -> None:
    place = toy.district_ids[0]
    fields: dict[str, Any] = {"person": commander(place), "quarter": QUARTER, "place": place, "text": text}
    save_note(database, toy, **{**fields, "at": AT, "has_looked": False, **changes})


def load(database: Database, toy: Settings, place: str = "") -> CommanderNote | None:
    with database.read() as connection:
        return load_note(connection, QUARTER, place or toy.district_ids[0])


def step(database: Database, kind: str) -> None:
    with database.begin() as connection:
        log.append(connection, kind=kind, by="operator", at=AT, quarter=str(QUARTER), subject="release")


def test_a_note_is_kept_and_the_last_one_counts(database: Database, toy: Settings) -> None:
    """Before: no note. After two: the second, dated by the city's clock; both in the log; none elsewhere."""
    assert load(database, toy) is None
    save(database, toy)
    save(database, toy, Text(language="en", text=" Second\r\n\r\nnote. ", translations={"ar": "شكرًا", "fr": "  "}))
    # Half past one of the next day, by the clocks of the city.
    assert load(database, toy) == CommanderNote(
        text=Text(language="en", text="Second\nnote.", translations={"ar": "شكرًا"}), written_on=date(2026, 10, 20)
    )
    assert load(database, toy, toy.district_ids[1]) is None
    with database.read() as connection:
        entries = log.read_entries(connection, kinds=("note",))
        log.verify_log(connection)
    assert [(entry.by, entry.content["text"]["text"]) for entry in entries] == [
        ("p1", WORDS.text),
        ("p1", "Second\nnote."),
    ]


def test_a_note_is_taken_back_and_written_again(database: Database, toy: Settings) -> None:
    place = toy.district_ids[0]
    taken: dict[str, Any] = {"person": commander(place), "quarter": QUARTER, "place": place, "at": AT}
    with pytest.raises(RuleError, match="found none"):
        take_back_note(database, toy, **taken)
    save(database, toy)
    take_back_note(database, toy, **taken)
    assert load(database, toy) is None
    save(database, toy)
    note = load(database, toy)
    assert note is not None
    assert note.text == WORDS


def test_nobody_writes_into_frozen_reports(database: Database, toy: Settings) -> None:
    save(database, toy)
    step(database, "frozen")
    place = toy.district_ids[0]
    for write in (
        lambda: save(database, toy, Text(language="en", text="Too late.")),
        lambda: take_back_note(database, toy, person=commander(place), quarter=QUARTER, place=place, at=AT),
    ):
        with pytest.raises(RuleError, match="open for review, got frozen"):
            write()
    note = load(database, toy)
    assert note is not None
    assert note.text == WORDS
    step(database, "reopened")
    save(database, toy, Text(language="en", text="In time."))
    note = load(database, toy)
    assert note is not None
    assert note.text.text == "In time."


class TestRefused:
    """On one kind of database: none of these comes as far as one."""

    @pytest.fixture
    def database_kind(self) -> str:
        return "sqlite"

    def refuse(self, database: Database, toy: Settings, match: str, **changes: Any) -> RuleError:
        with pytest.raises(RuleError, match=match) as caught:
            save(database, toy, **changes)
        with database.read() as connection:
            assert log.read_entries(connection) == ()
        return caught.value

    def test_somebody_else(self, database: Database, toy: Settings) -> None:
        own, other = toy.district_ids[:2]
        for person in (
            commander(other),
            commander(own, is_active=False),
            commander(own, grants=(Grant(role=Role.COUNCIL, scope=own), Grant(role=Role.PUBLISHER))),
        ):
            self.refuse(database, toy, "expected the commander", person=person)
        self.refuse(database, toy, "expected the commander", place="city", person=commander("city"))

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            (Text(language="en", text=" \n "), "expected words, got none"),
            (Text(language="tlh", text="nuqneH"), "expected words in en"),
            (Text(language="en", text="ok", translations={"xx": "no"}), "expected words in en"),
            (Text(language="en", text="a" * 1201), "at most 1200 characters, got 1201"),
            (Text(language="en", text="a\n" * 13), "at most 12 paragraphs, got 13"),
            (Text(language="en", text="x" * 10_000_000), "got 10000000"),
        ],
    )
    def test_wrong_words(self, database: Database, toy: Settings, text: Text, match: str) -> None:
        error = self.refuse(database, toy, match, text=text)
        assert len(str(error)) < 300

    def test_each_language_has_the_whole_limit_and_all_faults_are_told(self, database: Database, toy: Settings) -> None:
        tags = [language.tag for language in toy.languages]
        text = Text(language=tags[0], text="a" * 1300, translations={tag: "b" * 1300 for tag in tags[1:]})
        error = self.refuse(database, toy, "at most 1200", text=text)
        assert len(error.problems) == len(tags)

    def test_words_that_may_name_somebody(self, database: Database, toy: Settings) -> None:
        named = Text(language="en", text="Ask Officer Maria Lopez at 312-555-0188.")
        error = self.refuse(database, toy, "confirm that it names nobody", text=named)
        assert "Lopez" not in str(error)
        assert "0188" not in str(error)
        save(database, toy, named, has_looked=True)
        note = load(database, toy)
        assert note is not None
        assert note.text == named

    def test_the_language_that_has_words_is_the_original(self, database: Database, toy: Settings) -> None:
        save(database, toy, Text(language="en", text="", translations={"ar": "شكرًا لكم"}))
        note = load(database, toy)
        assert note is not None
        assert note.text == Text(language="ar", text="شكرًا لكم")

    def test_markup_is_only_letters(self, database: Database, toy: Settings) -> None:
        hostile = "<script>alert(1)</script> #eval(1) {{ 7*7 }} ]]> %0d%0a"
        save(database, toy, Text(language="en", text=hostile), has_looked=True)
        note = load(database, toy)
        assert note is not None
        assert note.text.text == hostile

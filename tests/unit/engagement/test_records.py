"""What was brought from sessions is kept whole or not at all, and what is caught never leaves quarantine alone."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from district_reports.database import Database, open_database
from district_reports.database import tables_engagement as tables
from district_reports.database.metadata import metadata
from district_reports.engagement.intake_records import ReportAnswer
from district_reports.engagement.quarantine import list_held, reject, release
from district_reports.engagement.records import Stored, store_import
from district_reports.engagement.records_read import list_sessions, load_ledger_parts
from district_reports.engagement.screen import Screen, make_screen
from district_reports.engagement.told import tell_heard
from district_reports.errors import ConflictError, DatabaseError, RuleError
from district_reports.model import Happening, IntakeSession
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.engagement.sayings import NOON, answer, brought, happening, quote, register, session, words
from tests.unit.metrics.rows import TOY

LATE = date(2026, 12, 31)
PLANTED = "Officer Quimby with badge 48213 took my car, plate XK 90417, so call Zorblatt at (312) 555-0123."


@pytest.fixture(scope="module")
def toy() -> Settings:
    return load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})


@pytest.fixture(scope="module")
def screen(toy: Settings) -> Screen:
    return make_screen(toy)


def keep(
    database: Database,
    screen: Screen,
    held: IntakeSession | None,
    *happened: Happening,
    name: str = "sheet.xlsx",
    days: int = 0,
    is_rest: bool = False,
    answers: tuple[ReportAnswer, ...] = (),
) -> Stored:
    return store_import(
        database,
        held,
        happened,
        answers,
        screen=screen,
        file=brought(name),
        by="liaison",
        at=NOON + timedelta(days=days),
        is_rest=is_rest,
    )


def all_texts(database: Database) -> str:
    """Return every value of every table but the quarantine."""
    found = []
    with database.read() as connection:
        for table in metadata.sorted_tables:
            if table.name != "engagement_quarantine":
                found += [str(tuple(row)) for row in connection.execute(select(table))]
    return "\n".join(found)


def test_what_was_brought_comes_back(database: Database, screen: Screen) -> None:
    told = session(
        answers=(answer("seen", 7, "They want officers on foot."), answer("slow")),
        quotes=(quote("Please walk with us."),),
        own_questions=(words("What about the park?"),),
    )
    event = happening("Neighbors cleaned the park.", outcome="It stayed clean.")
    stored = keep(database, screen, told, event)
    assert (stored.version, stored.held, stored.replaced_by) == (1, (), "")
    assert load_ledger_parts(database, LATE) == ((told,), (event,))
    assert load_ledger_parts(database, date(2026, 8, 31)) == ((), ())
    assert load_ledger_parts(database, date(2026, 9, 1)) == ((), (event,))


def test_nothing_kept_is_nothing_told(database: Database) -> None:
    assert load_ledger_parts(database, LATE) == ((), ())
    assert list_held(database) == () and list_sessions(database) == ()


def test_quotes_without_consent_are_counted_and_never_kept(database: Database, screen: Screen) -> None:
    told = session(quotes=(quote("Secretwordone.", has_consent=False), quote("Please walk with us.", number=2)))
    stored = keep(database, screen, told)
    assert stored.without_consent == 1 and stored.held == ()
    assert "ecretword" not in all_texts(database) and list_held(database, state=None) == ()
    assert list_sessions(database)[0].quotes_without_consent == 1
    assert [held.text.text for held in load_ledger_parts(database, LATE)[0][0].quotes] == ["Please walk with us."]


def test_planted_names_numbers_and_plates_never_leave_quarantine(
    database: Database, screen: Screen, toy: Settings
) -> None:
    """In every place a sheet has: quote, point, own question, what happened, what came of it, answer on the report."""
    told = session(answers=(answer("seen", 7, PLANTED),), quotes=(quote(PLANTED),), own_questions=(words(PLANTED),))
    other = session("B-1", host="Second Hosts", answers=(answer("seen", 9),))
    on_report = ReportAnswer(question_id="r1", said=words(PLANTED))
    stored = keep(
        database, screen, told, happening(PLANTED), happening("They met.", "H-2", PLANTED), answers=(on_report,)
    )
    keep(database, screen, other, name="other.xlsx")
    assert len(stored.held) == 6 and stored.report_answers == ()
    sessions, happenings = load_ledger_parts(database, LATE)
    heard = tell_heard(register(), sessions, toy, Quarter(2026, 3), "S", LATE)
    kept = [
        all_texts(database),
        heard.model_dump_json(),
        *(record.model_dump_json() for record in (*sessions, *happenings)),
    ]
    for planted in ("Quimby", "48213", "90417", "Zorblatt", "555", "0123"):
        assert not [whole for whole in kept if planted in whole], planted
    # The rest of each row stands.
    assert heard.told[-1].people == 16 and heard.quotes == ()
    assert [event.happening_id for event in happenings] == ["H-2"] and happenings[0].outcome is None
    kinds = [held.kind for held in list_held(database)]
    assert sorted(kinds) == ["outcome", "own_question", "point", "quote", "report_answer", "what"]
    caught = {catch.kind for held in list_held(database) for catch in held.caught}
    assert {"officer", "badge", "plate", "phone", "name"} == caught


def test_a_translation_is_screened_too(database: Database, screen: Screen) -> None:
    said = quote("They helped me.").model_copy(update={"text": words("They helped me.", es="Me ayudó Zorblatt.")})
    keep(database, screen, session(quotes=(said,)))
    assert load_ledger_parts(database, LATE)[0][0].quotes == ()
    assert [catch.language for catch in list_held(database)[0].caught] == ["es"]


def test_a_language_that_the_screen_cannot_read_waits(database: Database, screen: Screen) -> None:
    said = quote("x").model_copy(update={"text": words("Bardzo nam pomogli.", "pl")})
    keep(database, screen, session(quotes=(said,)))
    assert "language" in {catch.kind for catch in list_held(database)[0].caught}


def test_released_words_are_told_and_rejected_ones_are_gone(database: Database, screen: Screen) -> None:
    told = session(quotes=(quote("I saw Mayberry."), quote("I saw Zorblatt.", number=2)))
    first, second = keep(database, screen, told).held
    released = release(database, first, by="reviewer", at=NOON + timedelta(days=1))
    assert (released.state, released.decided_by, released.decided_at) == (
        "released",
        "reviewer",
        NOON + timedelta(days=1),
    )
    gone = reject(database, second, by="reviewer", at=NOON + timedelta(days=2))
    assert gone.words is None
    loaded = load_ledger_parts(database, LATE)[0][0]
    assert [held.text.text for held in loaded.quotes] == ["I saw Mayberry."]
    with database.read() as connection:
        kept = [str(tuple(row)) for row in connection.execute(select(tables.quarantine))]
    assert not [row for row in kept if "Zorblatt" in row] and list_held(database) == ()
    with pytest.raises(ConflictError, match="reviewer released"):
        reject(database, first, by="liaison", at=NOON)
    with pytest.raises(RuleError, match="got 99"):
        release(database, 99, by="liaison", at=NOON)
    with pytest.raises(RuleError, match="role"):
        release(database, second, by=" ", at=NOON)


def test_a_correction_is_a_new_version_and_the_old_one_stays(database: Database, screen: Screen) -> None:
    first = session(attendance=10, quotes=(quote("I saw Mayberry."),))
    (held_id,) = keep(database, screen, first).held
    release(database, held_id, by="reviewer", at=NOON)
    stored = keep(database, screen, session(attendance=11, quotes=(quote("I saw Mayberry."),)), name="new.xlsx", days=1)
    assert (stored.version, stored.replaced_by, stored.replaced_at) == (2, "liaison", NOON)
    # Nobody decides twice on the same words.
    assert stored.held == (held_id,) and list_held(database) == ()
    (loaded,) = load_ledger_parts(database, LATE)[0]
    assert loaded.attendance == 11 and len(loaded.quotes) == 1
    assert [(entry.version, entry.is_newest) for entry in list_sessions(database)] == [(1, False), (2, True)]


def test_mended_rows_are_added_to_their_session(database: Database, screen: Screen) -> None:
    own = (words("What about the park?"),)
    first = session(answers=(answer("seen", 7),), quotes=(quote("I saw Mayberry."),), own_questions=own)
    rest = session(answers=(answer("seen", 7), answer("slow", 8)), quotes=(quote("No.", False, 2),), own_questions=own)
    keep(database, screen, first)
    assert keep(database, screen, rest, name="rest.xlsx", is_rest=True).version == 2
    (loaded,) = load_ledger_parts(database, LATE)[0]
    assert [(said.theme_code, said.people) for said in loaded.answers] == [("seen", 7), ("slow", 8)]
    assert loaded.own_questions == own and len(list_held(database)) == 1
    assert list_sessions(database)[-1].quotes_without_consent == 1
    with pytest.raises(RuleError, match="attendance"):
        keep(database, screen, session(attendance=99), name="other.xlsx", is_rest=True)
    with pytest.raises(RuleError, match="got none"):
        keep(database, screen, session("Z-9"), name="none.xlsx", is_rest=True)


def test_the_same_file_is_taken_once(database: Database, screen: Screen) -> None:
    keep(database, screen, session())
    with pytest.raises(RuleError, match="liaison brought as sheet.xlsx on 2026-10-01 12:00 UTC"):
        keep(database, screen, session("B-2"))
    assert len(list_sessions(database)) == 1


def test_an_import_that_fails_leaves_nothing(
    database: Database, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("the power failed")

    monkeypatch.setattr("district_reports.engagement.records._store_happening", fail)
    with pytest.raises(RuntimeError):
        keep(database, screen, session(quotes=(quote("I saw Mayberry."),)), happening("They met."))
    assert list_sessions(database) == () and list_held(database) == ()
    with database.read() as connection:
        assert connection.execute(select(tables.imports)).all() == []


def test_kept_rows_cannot_be_changed(database: Database, screen: Screen) -> None:
    keep(database, screen, session(quotes=(quote("I saw Mayberry."),)), happening("They met."))
    for table in ("engagement_sessions", "engagement_imports", "engagement_quotes", "engagement_happenings"):
        with pytest.raises(DatabaseError), database.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))
    with pytest.raises(DatabaseError), database.begin() as connection:
        connection.execute(text("DELETE FROM engagement_quarantine"))


def test_two_who_import_the_same_session_at_once(database_address: str, screen: Screen) -> None:
    """Either both are right, each a version, or one is told; never a mixture of both."""
    start = threading.Barrier(2)
    told: list[str] = []

    def bring(number: int) -> None:
        with closing(open_database(database_address, city_id="toy", kind="sample")) as mine:
            mine_said = session(attendance=20 + number, answers=tuple(answer("seen", number) for _ in range(5)))
            start.wait()
            try:
                keep(mine, screen, mine_said, name=f"{number}.xlsx")
                told.append("kept")
            except ConflictError as error:
                told.append(str(error))

    open_database(database_address, city_id="toy", kind="sample").close()
    for _ in range(3):
        threads = [threading.Thread(target=bring, args=(number + 10 * len(told),)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with closing(open_database(database_address, city_id="toy", kind="sample")) as database:
        versions = list_sessions(database)
        (loaded,) = load_ledger_parts(database, LATE)[0]
    assert len(told) == 6 and len(versions) == told.count("kept") >= 3
    assert all("two at once" in message for message in told if message != "kept")
    assert {said.people for said in loaded.answers} == {loaded.attendance - 20} and len(loaded.answers) == 5


def test_hosts_are_caught_in_what_is_quoted(database: Database, screen: Screen) -> None:
    keep(database, screen, session(host="Harbor Friends, Inc."))
    told = session(
        "B-2", host="BUILD", quotes=(quote("harbor friends helped us."), quote("BUILD helped us.", number=2))
    )
    assert len(keep(database, screen, told, name="b.xlsx").held) == 2
    plain = session("C-3", quotes=(quote("We need to build trust."),))
    assert keep(database, screen, plain, name="c.xlsx").held == ()


def test_details_of_an_answer_on_the_report_are_kept(database: Database, screen: Screen) -> None:
    said = (
        ReportAnswer(question_id="r1", said=words("Ask Zorblatt.")),
        ReportAnswer(question_id="r2", said=words("Add a map.")),
    )
    stored = keep(database, screen, session(), answers=said)
    assert stored.report_answers == said[1:]
    (held,) = list_held(database)
    assert held.details == {"question_id": "r1", "district_ids": "S", "on": "2026-09-09"}
    assert json.loads(held.model_dump_json())["record_id"] == "A-1"

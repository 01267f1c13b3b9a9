"""Sheets that go back to people: rows to mend, and a host's own sessions; both read back as they were."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.database import Database
from district_reports.engagement.intake_layout import GROUPS, INCENTIVES
from district_reports.engagement.intake_records import Intake
from district_reports.engagement.intake_rest import make_host_part, write_rejects
from district_reports.engagement.intake_session import name_quote, settle_session
from district_reports.engagement.records import store_import
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.engagement.screen import make_screen
from district_reports.errors import ConfigError, StoreError
from district_reports.model import IntakeAnswer, IntakeQuote, IntakeSession, Text
from tests.effort import costly
from tests.unit.engagement.intake_files import (
    FACTS,
    REGISTER,
    SETTINGS,
    TAGS,
    TODAY,
    WORDINGS,
    column_of,
    fill_book,
    fill_fact,
    fill_row,
    label,
    make_book,
    read,
    read_book,
    save,
    told,
)
from tests.unit.engagement.sayings import NOON, brought
from tests.unit.engagement.test_intake import HAPPENING, SESSION

BOTH = pytest.mark.parametrize("suffix", [".xlsx", ".csv"])


# Rows to mend


def with_two_errors() -> Any:
    book = fill_book(make_book())
    fill_row(book, "answers", 4, {"theme": "visability"})
    fill_row(book, "quotes", 4, {"consent": "maybe"})
    return book


def mend_row(path: Path, part: str, name: str, value: str) -> None:
    """Mend the one row of a part in a workbook of rejected rows."""
    book = openpyxl.load_workbook(path)
    page = book[label("part", part)]
    page.cell(3, column_of(page, name)).value = value
    book.save(path)


def keep(database: Database, intake: Intake, name: str) -> None:
    """Take what was read, by the rules of the tests' city, whose screen catches nothing in it."""
    stored = store_import(
        database,
        intake.session,
        intake.happenings,
        intake.report_answers,
        screen=make_screen(SETTINGS),
        file=brought(name),
        by="liaison",
        at=NOON,
        is_rest=intake.is_rest,
    )
    assert stored.held == ()


def test_the_valid_part_the_rejects_and_their_mending_are_the_same_as_a_right_file_at_once(
    database: Database, tmp_path: Path
) -> None:
    intake = read_book(with_two_errors(), tmp_path)
    assert len(intake.problems) == 2
    assert intake.session is not None
    assert [len(intake.session.answers), len(intake.session.quotes), len(intake.happenings)] == [1, 0, 1]
    path = write_rejects(intake, tmp_path / "mend.xlsx", REGISTER, SETTINGS, WORDINGS)
    before = read(path)
    assert len(before.problems) == 2, "nothing is mended yet"
    mend_row(path, "answers", "theme", "visibility")
    mend_row(path, "quotes", "consent", "yes")
    rest = read(path)
    assert told(rest) == []
    assert rest.is_rest
    assert rest.session is not None
    assert (len(rest.session.answers), len(rest.session.quotes), rest.happenings) == (1, 1, ())
    keep(database, intake, "sheet.xlsx")
    keep(database, rest, "mend.xlsx")
    assert load_ledger_parts(database, TODAY)[0] == (SESSION,)
    keep(database, rest, "again.xlsx")
    assert load_ledger_parts(database, TODAY)[0] == (SESSION,), "brought in twice, it is added once"


def test_a_file_of_rejects_tells_what_is_wrong_beside_each_row(tmp_path: Path) -> None:
    intake = read_book(with_two_errors(), tmp_path)
    book = openpyxl.load_workbook(write_rejects(intake, tmp_path / "mend.xlsx", REGISTER, SETTINGS, WORDINGS))
    page = book["Answers"]
    assert page.cell(2, 7).value == "What is wrong"
    assert page.cell(3, 3).value == "visability"
    assert page.cell(3, 7).value == (
        "Theme: expected one of the codes of the list, got 'visability'; did you mean 'visibility'?"
    )
    assert page.cell(4, 2).value is None, "rows that were right are not there"
    assert book["What happened"].cell(3, 2).value is None


@BOTH
def test_a_sheet_whose_facts_are_wrong_comes_back_whole(suffix: str, tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_fact(book, "attendance", ["about 20"])
    intake = read_book(book, tmp_path)
    assert intake.session is None
    assert intake.happenings == (HAPPENING,), "what happened does not wait for the session"
    path = write_rejects(intake, tmp_path / f"mend{suffix}", REGISTER, SETTINGS, WORDINGS)
    text = path.read_bytes().replace(b",about 20", b",24")
    if suffix == ".csv":
        path.write_bytes(text)
    else:
        mended = openpyxl.load_workbook(path)
        fill_fact(mended, "attendance", [24])
        assert "expected a whole number such as 14" in str(mended["Session"]["B18"].value)
        mended.save(path)
    again = read(path)
    assert told(again) == []
    assert (again.session, again.is_rest, again.happenings) == (SESSION, False, ())
    assert len(again.report_answers) == 1


def test_signs_that_no_workbook_can_hold_still_come_back(tmp_path: Path) -> None:
    data = (
        b"\xef\xbb\xbf[What happened]\r\n"
        + ",".join(label("column", name) for name in ("where", "happened_on", "kind", "by", "what", "result")).encode()
    )
    path = tmp_path / "sheet.csv"
    path.write_bytes(
        data + b"\r\n9,2026-08-20,an event,the police,A\x07walk.,partly\r\n\r\n[Session]\r\nWhat,Your session\r\n"
        b"Language of this sheet,en\r\n"
    )
    intake = read(path)
    assert "U+0007" in told(intake)[0]
    book = openpyxl.load_workbook(write_rejects(intake, tmp_path / "mend.xlsx", REGISTER, SETTINGS, WORDINGS))
    assert book["What happened"].cell(3, 6).value == "A\ufffdwalk."
    again = read(write_rejects(intake, tmp_path / "mend.csv", REGISTER, SETTINGS, WORDINGS))
    assert "U+0007" in told(again)[0]


def test_rows_that_repeat_come_back(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "answers", 9, {"question": "safety-1", "theme": "visibility", "people": 9, "point": "Walk more."})
    intake = read_book(book, tmp_path)
    assert intake.session == SESSION
    assert [row.part for row in intake.rejected] == ["answers"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    intake = read_book(with_two_errors(), tmp_path)
    with pytest.raises(StoreError, match="expected a file that can be written"):
        write_rejects(intake, tmp_path / "file" / "mend.xlsx", REGISTER, SETTINGS, WORDINGS)
    with pytest.raises(ConfigError, match=r"ending with \.xlsx or \.csv"):
        write_rejects(intake, tmp_path / "mend.txt", REGISTER, SETTINGS, WORDINGS)
    with pytest.raises(ConfigError, match=r"ending with \.xlsx or \.csv"):
        make_host_part(SESSION, REGISTER, SETTINGS, WORDINGS, ".txt")


# A host's own sessions


@BOTH
def test_a_host_gets_its_session_as_it_was_understood(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"part{suffix}"
    path.write_bytes(make_host_part(SESSION, REGISTER, SETTINGS, WORDINGS, suffix))
    intake = read(path)
    assert told(intake) == []
    assert (intake.session, intake.is_rest) == (SESSION, False)


def test_a_corrected_part_is_the_same_session(tmp_path: Path) -> None:
    path = tmp_path / "part.xlsx"
    path.write_bytes(make_host_part(SESSION, REGISTER, SETTINGS, WORDINGS, ".xlsx"))
    book = openpyxl.load_workbook(path)
    fill_fact(book, "host", ["Neighbors of the Tenth"])
    fill_row(book, "answers", 3, {"people": 4})
    session = read(save(book, path)).session
    assert session is not None
    assert (session.session_id, session.host) == (SESSION.session_id, "Neighbors of the Tenth")
    assert sorted(answer.people or 0 for answer in session.answers) == [4, 9]


PLAIN = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs", "Co", "Cn", "Zl", "Zp"],
        exclude_characters="\ufffd\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    min_size=1,
    max_size=40,
)
"""What people could write, once it is tidied."""


@st.composite
def sessions(draw: Any) -> IntakeSession:
    from district_reports.engagement.intake_cells import tidy_text

    def words(empty: bool = False) -> str:
        return str(draw(PLAIN.map(tidy_text).filter(lambda text: (text or empty) and not text.startswith("_x"))))

    tag = draw(st.sampled_from(TAGS))

    def text() -> Text:
        return Text(language=tag, text=words())

    starts = draw(st.none() | st.times(time(0), time(22, 58)).map(lambda t: t.replace(second=0, microsecond=0)))
    own = tuple(text() for _ in range(draw(st.integers(0, 9))))
    questions = ["safety-1", "policing-1", *(f"own-{n}" for n in range(1, len(own) + 1))]
    attendance = draw(st.integers(0, 400))
    answers: dict[str, IntakeAnswer] = {}
    for _ in range(draw(st.integers(0, 4))):
        theme = draw(st.sampled_from(REGISTER.themes))
        answer = IntakeAnswer(
            question_id=draw(st.sampled_from(questions)),
            theme_code=theme.code,
            people=draw(st.none() | st.integers(1, attendance)) if attendance else None,
            side=draw(st.integers(1, 2)) if theme.kind == "mixed" else None,
            point=draw(st.booleans()) and text() or None,
        )
        answers[answer.model_dump_json()] = answer
    quotes = {}
    for _ in range(draw(st.integers(0, 3))):
        question, said = draw(st.sampled_from(questions)), text()
        quote_id = name_quote("s-1", question, said.text)
        quotes[quote_id] = IntakeQuote(
            quote_id=quote_id, question_id=question, text=said, has_consent=draw(st.booleans())
        )
    return settle_session(
        IntakeSession(
            session_id="s-1",
            on=draw(st.dates(date(2000, 1, 1), TODAY)),
            start=starts,
            end=draw(st.none() | st.just(time(23, 59))),
            host=words(),
            place=words(),
            open=draw(st.booleans()),
            district_ids=tuple(draw(st.lists(st.sampled_from(SETTINGS.district_ids), unique=True, max_size=9))),
            community_area=draw(st.just("") | st.builds(words)),
            language=tag,
            session_format=draw(
                st.sampled_from(["round_table", "world_cafe", "gallery_walk", "video", "interview", "other"])
            ),
            incentives=tuple(draw(st.lists(st.sampled_from(INCENTIVES), unique=True))),
            interpretation=tuple(
                draw(st.lists(st.sampled_from(["en", "es", "zh-Hans", "ar", "pl", "ase", "pt-BR"]), unique=True))
            ),
            is_recorder_trained=draw(st.booleans()),
            regular_contact=draw(st.sampled_from(["yes", "unsure", "no"])),
            attendance=attendance,
            groups=tuple(draw(st.lists(st.sampled_from(GROUPS), unique=True))),
            own_questions=own,
            answers=tuple(answers.values()),
            quotes=tuple(quotes.values()),
        )
    )


@BOTH
@costly(25)
@given(session=sessions())
def test_every_session_is_read_back_as_it_was_written(
    suffix: str, tmp_path_factory: pytest.TempPathFactory, session: IntakeSession
) -> None:
    path = tmp_path_factory.mktemp("round") / f"sheet{suffix}"
    path.write_bytes(make_host_part(session, REGISTER, SETTINGS, WORDINGS, suffix))
    intake = read(path)
    assert told(intake) == []
    assert intake.session == session
    assert intake.remarks == ()


def test_facts_of_the_tests_are_all_facts() -> None:
    """A fact that the filled sheets leave out would be tested by nothing."""
    from district_reports.engagement.intake_layout import FACTS as ALL

    assert {fact.field_id for fact in ALL} - FACTS.keys() == {"joins", "session_id", "language", "area"}

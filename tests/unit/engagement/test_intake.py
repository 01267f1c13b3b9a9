"""A filled intake sheet, read: what is right, and every row that is wrong."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from district_reports.engagement.intake_session import name_happening, name_quote, name_session
from district_reports.errors import ReadingError
from district_reports.model import Happening, IntakeAnswer, IntakeQuote, IntakeSession, Text
from tests.unit.engagement.intake_files import (
    FACTS,
    ROWS,
    TAGS,
    WORDINGS,
    fill_book,
    fill_fact,
    fill_row,
    label,
    make_book,
    make_lines,
    read,
    read_book,
    save,
    told,
    write_csv,
)


def english(text: str) -> Text:
    return Text(language="en", text=text)


SESSION_ID = name_session(date(2026, 8, 14), ["009", "010"], "Neighbors of the Ninth")
SESSION = IntakeSession(
    session_id=SESSION_ID,
    on=date(2026, 8, 14),
    start=time(18),
    end=time(19, 30),
    host="Neighbors of the Ninth",
    place="Public library",
    open=True,
    district_ids=("009", "010"),
    language="en",
    session_format="round_table",
    incentives=("food",),
    interpretation=("pl",),
    is_recorder_trained=True,
    regular_contact="unsure",
    attendance=24,
    groups=("unhoused", "youth"),
    own_questions=(english("What brings you here?"),),
    answers=(
        IntakeAnswer(question_id="policing-1", theme_code="more_police", side=2, point=english("Better, not more.")),
        IntakeAnswer(question_id="safety-1", theme_code="visibility", people=9, point=english("Walk more.")),
    ),
    quotes=(
        IntakeQuote(
            quote_id=name_quote(SESSION_ID, "safety-1", "I want to know them."),
            question_id="safety-1",
            text=english("I want to know them."),
            has_consent=True,
        ),
    ),
)
HAPPENING = Happening(
    happening_id=name_happening("009", date(2026, 8, 20), "tried", "A walk with residents."),
    district_id="009",
    on=date(2026, 8, 20),
    kind="tried",
    by="both",
    what=english("A walk with residents."),
    result="partly",
    outcome=english("Two lamps repaired."),
)


def test_a_filled_workbook_is_read_as_it_was_meant(tmp_path: Path) -> None:
    intake = read_book(fill_book(make_book()), tmp_path)
    assert told(intake) == []
    assert intake.session == SESSION
    assert intake.happenings == (HAPPENING,)
    assert [(one.question_id, one.said) for one in intake.report_answers] == [("report-1", english("Add bus lines."))]
    assert (intake.language, intake.is_rest, intake.rejected, intake.remarks) == ("en", False, (), ())


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_filled_csv_gives_the_same(sign: str, tmp_path: Path) -> None:
    intake = read(write_csv(tmp_path / "sheet.csv", make_lines(), sign))
    assert told(intake) == []
    assert (intake.session, intake.happenings) == (SESSION, (HAPPENING,))


@pytest.mark.parametrize("tag", TAGS)
def test_a_sheet_in_any_language_is_read_by_its_own_words(tag: str, tmp_path: Path) -> None:
    book = make_book(tag)
    words = WORDINGS[tag]
    facts = {
        **FACTS,
        "open": [words("intake.yes_no.no")],
        "session_format": [words("intake.format.world_cafe")],
        "incentives": [words("intake.incentive.cash"), words("intake.incentive.transit")],
        "regular_contact": [words("intake.contact.unsure")],
        "groups": [words("heard.group.faith")],
    }
    for name, values in facts.items():
        fill_fact(book, name, values, tag)
    fill_row(book, "answers", 4, {"question": "safety-1", "theme": f"visibility · Visibility ({tag})"}, tag)
    intake = read_book(book, tmp_path)
    assert told(intake) == []
    assert intake.session is not None
    assert (intake.session.language, intake.session.open) == (tag, False)
    assert (intake.session.session_format, intake.session.incentives) == ("world_cafe", ("cash", "transit"))
    assert (intake.session.groups, intake.session.regular_contact) == (("faith",), "unsure")
    assert [answer.theme_code for answer in intake.session.answers] == ["visibility"]


def test_what_happened_alone_needs_no_session(tmp_path: Path) -> None:
    intake = read_book(fill_book(make_book(), {}, {"happened": ROWS["happened"]}), tmp_path)
    assert (told(intake), intake.session, intake.happenings) == ([], None, (HAPPENING,))


def test_the_whole_city_is_a_place_of_a_happening(tmp_path: Path) -> None:
    rows = [{**ROWS["happened"][0], "where": "whole city"}]
    assert read_book(fill_book(make_book(), {}, {"happened": rows}), tmp_path).happenings[0].district_id == "city"


def test_all_that_is_wrong_is_told_at_once_with_sheet_row_and_column(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_fact(book, "attendance", ["about 20"])
    fill_row(book, "answers", 7, {"question": "safety-1", "theme": "visability"})
    fill_row(book, "quotes", 5, {"question": "safety-9", "words": "Hello.", "consent": "maybe"})
    intake = read_book(book, tmp_path)
    assert intake.session is None
    assert told(intake) == [
        "sheet Session, row 18, How many people came: expected a whole number such as 14, got 'about 20'",
        "sheet Answers, row 7, column Theme: expected one of the codes of the list, got 'visability'; "
        "did you mean 'visibility'?",
        "sheet Quotes, row 5, column Question: expected one of the codes of the list, got 'safety-9'; "
        "did you mean 'safety-1'?",
        "sheet Quotes, row 5, column Consent: expected one of yes, no, got 'maybe'",
    ]


def test_a_csv_tells_its_section(tmp_path: Path) -> None:
    lines = [["visability" if cell == "visibility" else cell for cell in line] for line in make_lines()]
    number = next(n for n, line in enumerate(lines, 1) if "visability" in line)
    assert told(read(write_csv(tmp_path / "sheet.csv", lines))) == [
        f"section Answers, row {number}, column Theme: expected one of the codes of the list, got 'visability'; "
        "did you mean 'visibility'?"
    ]


@pytest.mark.parametrize("name", ["on", "host", "place", "open", "session_format", "attendance", "regular_contact"])
def test_a_fact_that_is_missing_is_asked_for(name: str, tmp_path: Path) -> None:
    facts = {fact: values for fact, values in FACTS.items() if fact != name}
    intake = read_book(fill_book(make_book(), facts), tmp_path)
    assert intake.session is None
    assert len(told(intake)) == 1
    assert f", {label('fact', name)}: expected " in told(intake)[0]
    assert told(intake)[0].endswith("got nothing")


def test_a_fact_whose_line_is_gone_is_asked_for(tmp_path: Path) -> None:
    book = fill_book(make_book())
    page = book["Session"]
    page.delete_rows(next(row for row in range(1, 40) if str(page.cell(row, 1).value).startswith("Place")))
    assert told(read_book(book, tmp_path)) == ["sheet Session, Place: expected a value, got nothing"]


def problem_of(tmp_path: Path, part: str, cells: dict[str, object]) -> str:
    """Return what is told of one row that is added to a right file."""
    book = fill_book(make_book())
    fill_row(book, part, 9, cells)
    problems = told(read_book(book, tmp_path))
    assert len(problems) == 1, problems
    return problems[0]


def test_a_mixed_view_needs_its_side_and_another_theme_has_none(tmp_path: Path) -> None:
    row = {"question": "safety-1", "theme": "more_police"}
    expected = "sheet Answers, row 9, column Side: expected one of 1, 2: more_police has sides, got nothing"
    assert problem_of(tmp_path, "answers", row) == expected
    row = {"question": "safety-1", "theme": "trust", "side": 1}
    expected = "sheet Answers, row 9, column Side: expected nothing: trust has no sides, got 1"
    assert problem_of(tmp_path, "answers", row) == expected


def test_more_people_than_came_cannot_have_said_it(tmp_path: Path) -> None:
    row = {"question": "safety-1", "theme": "trust", "people": 25}
    expected = "sheet Answers, row 9, column People: expected at most the 24 who took part, got 25"
    assert problem_of(tmp_path, "answers", row) == expected
    assert "expected at least 1" in problem_of(tmp_path, "answers", {**row, "people": 0})


def test_a_row_that_says_the_same_again_is_told(tmp_path: Path) -> None:
    expected = "sheet Answers, row 9, column Question: expected each row once, got the same as row 4"
    assert problem_of(tmp_path, "answers", ROWS["answers"][0]) == expected
    quote = {**ROWS["quotes"][0], "consent": "no"}
    assert "the same as row 4" in problem_of(tmp_path, "quotes", quote)


def test_a_question_of_the_host_must_stand_among_its_own(tmp_path: Path) -> None:
    message = problem_of(tmp_path, "answers", {"question": "own-2", "theme": "trust"})
    assert message.endswith("expected one of the host's own questions, written in its part, got 'own-2'")
    book = fill_book(make_book())
    fill_row(book, "answers", 9, {"question": "own-1", "theme": "trust"})
    assert told(read_book(book, tmp_path)) == []


def test_own_questions_are_numbered_without_a_gap(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "own", 6, {"number": "own-3", "own_words": "And then?"})
    assert told(read_book(book, tmp_path)) == [
        "sheet Own questions, row 6, column Number: expected numbers without a gap: own-1, own-2, got own-1, own-3"
    ]


def test_a_session_ends_after_it_starts(tmp_path: Path) -> None:
    intake = read_book(fill_book(make_book(), {**FACTS, "end": ["5:00 PM"]}), tmp_path)
    assert told(intake) == ["sheet Session, row 7, End: expected a time after 18:00, got 17:00"]


def test_a_fact_with_one_value_takes_no_second(tmp_path: Path) -> None:
    intake = read_book(fill_book(make_book(), {**FACTS, "place": ["Library", "School"]}), tmp_path)
    assert told(intake) == ["sheet Session, row 9, Place: expected one value, got 2: 'Library, School'"]


def test_several_values_may_stand_in_one_cell(tmp_path: Path) -> None:
    facts = {**FACTS, "districts": ["009; 10, 11"], "groups": ["youth、unhoused people"]}
    session = read_book(fill_book(make_book(), facts), tmp_path).session
    assert session is not None
    assert (session.district_ids, session.groups) == (("009", "010", "011"), ("youth", "unhoused"))


def test_no_districts_mean_the_whole_city(tmp_path: Path) -> None:
    session = read_book(fill_book(make_book(), {**FACTS, "districts": []}), tmp_path).session
    assert session is not None
    assert session.district_ids == ()


def test_an_example_that_was_written_over_is_asked_about(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "answers", 3, {"point": "Something that people really said."})
    with pytest.raises(ReadingError) as caught:
        read(save(book, tmp_path / "sheet.xlsx"))
    assert [str(problem) for problem in caught.value.problems] == [
        "sheet Answers, row 3: expected the example as it was, got a row marked as example that says something else; "
        "empty its cell in the column Note to have it read, or delete the row"
    ]


def test_an_example_whose_date_a_spreadsheet_wrote_anew_is_still_one(tmp_path: Path) -> None:
    book = fill_book(make_book())
    fill_row(book, "happened", 3, {"happened_on": "2/1/2025"})
    assert told(read_book(book, tmp_path)) == []


def test_a_quote_without_consent_is_kept_as_such(tmp_path: Path) -> None:
    session = read_book(
        fill_book(make_book(), rows={"quotes": [{**ROWS["quotes"][0], "consent": "no"}]}), tmp_path
    ).session
    assert session is not None
    assert [quote.has_consent for quote in session.quotes] == [False]


def test_a_date_that_could_be_two_is_read_month_first_and_told(tmp_path: Path) -> None:
    intake = read_book(fill_book(make_book(), {**FACTS, "on": ["11/02/2026"]}), tmp_path)
    assert intake.session is not None
    assert intake.session.on == date(2026, 11, 2)
    assert intake.remarks == ("sheet Session, row 5, Date: '11/02/2026' was read as 2026-11-02, month first",)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    rows = {**ROWS, "answers": ROWS["answers"][::-1]}
    assert read_book(fill_book(make_book(), rows=rows), tmp_path).session == SESSION


def test_the_same_day_districts_and_host_give_the_same_id_and_a_host_is_not_in_it() -> None:
    first = name_session(date(2026, 8, 14), ["010", "009"], "NEIGHBORS of  the Ninth ")
    assert first == SESSION_ID
    assert len({first, name_session(date(2026, 8, 14), ["009"], "Neighbors of the Ninth")}) == 2
    assert "eighbors" not in first
    assert len(first) <= 40


def test_an_id_that_is_given_is_kept(tmp_path: Path) -> None:
    session = read_book(fill_book(make_book(), {**FACTS, "session_id": ["evening-2"]}), tmp_path).session
    assert session is not None
    assert session.session_id == "evening-2"
    problems = told(read_book(fill_book(make_book(), {**FACTS, "session_id": ["the evening"]}), tmp_path))
    assert problems[0].startswith("sheet Session, row 3, Session id: expected letters, digits and hyphens")


def test_facts_written_over_the_examples_are_asked_about(tmp_path: Path) -> None:
    book = fill_book(make_book(), {name: values for name, values in FACTS.items() if name != "host"})
    book["Session"]["C8"] = "Neighbors of the Ninth"
    with pytest.raises(ReadingError) as caught:
        read(save(book, tmp_path / "sheet.xlsx"))
    assert [str(problem) for problem in caught.value.problems] == [
        "sheet Session, row 8, Organization that held it: expected it in the column Your session, "
        "got 'Neighbors of the Ninth' in the column Example",
        "sheet Session, row 8, Organization that held it: expected a value, got nothing",
    ]

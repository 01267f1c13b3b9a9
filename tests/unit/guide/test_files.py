"""Files on meetings, decisions and priorities, as people make them."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import Problem, ReadingError
from district_reports.guide import PartFiles, load_part_files, sample_taking_part
from district_reports.guide.meetings import COLUMNS, KINDS
from district_reports.periods import Quarter
from district_reports.settings import load_settings
from tests.unit.metrics.rows import TOY
from tests.unit.readings.files import problems_of, write_csv, write_workbook

SETTINGS = load_settings({})
TOYVILLE = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
QUARTER = Quarter(2026, 3)
AS_OF = date(2026, 10, 8)
BEAT = {
    "meeting_id": "2026Q4-007-1",
    "kind": "beat",
    "district_id": "007",
    "day": "2026-10-20",
    "start": "18:30",
    "end": "19:30",
    "place": "Ogden Park",
    "address": "6500 S Racine Ave",
    "url": "https://example.org/m",
    "languages": "en es",
    "beats": "0711, 0712",
}


def load(folder: Path, as_of: date = AS_OF, quarter: Quarter = QUARTER) -> PartFiles:
    return load_part_files(SETTINGS, folder, quarter, as_of)


def write_meetings(folder: Path, *rows: dict[str, str], name: str = "2026Q4.csv", **how: Any) -> Path:
    (folder / "meetings").mkdir(exist_ok=True)
    lines = [COLUMNS, *([f'"{row[column]}"' for column in COLUMNS] for row in rows)]
    return write_csv(folder / "meetings" / name, lines, **how)


def changed(**cells: str) -> dict[str, str]:
    return {**BEAT, **cells}


def refused(folder: Path, *rows: dict[str, str], **how: Any) -> list[Problem]:
    write_meetings(folder, *rows, **how)
    return problems_of(lambda: load(folder))


# Meetings


def test_without_files_there_is_nothing(tmp_path: Path) -> None:
    assert load(tmp_path) == PartFiles()
    assert load(tmp_path / "not there") == PartFiles()


def test_a_meeting_is_read(tmp_path: Path) -> None:
    write_meetings(tmp_path, BEAT)
    (meeting,) = load(tmp_path).meetings
    assert meeting.model_dump() == {
        "meeting_id": "2026Q4-007-1",
        "kind": "beat",
        "district_id": "007",
        "date": date(2026, 10, 20),
        "start": time(18, 30),
        "end": time(19, 30),
        "place": "Ogden Park",
        "address": "6500 S Racine Ave",
        "url": "https://example.org/m",
        "languages": ("en", "es"),
        "beats": "0711, 0712",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(tmp_path: Path, kind: str) -> None:
    write_meetings(tmp_path, changed(kind=kind, end="", address="", url="", languages="", beats=""))
    assert load(tmp_path).meetings[0].kind == kind


def test_only_files_of_later_quarters_are_read_and_only_what_is_to_come(tmp_path: Path) -> None:
    days = {"2026Q3.csv": "2026-09-30", "2026Q4.csv": "2026-10-07", "2027Q1.csv": "2027-01-05"}
    for name, day in days.items():
        write_meetings(tmp_path, changed(meeting_id=name[:6], day=day), name=name)
    found = load(tmp_path)
    assert [meeting.meeting_id for meeting in found.meetings] == ["2027Q1"]
    assert sorted(found.files) == ["meetings/2026Q4.csv", "meetings/2027Q1.csv"]
    on_the_day = load(tmp_path, date(2026, 10, 7)).meetings
    assert [meeting.meeting_id for meeting in on_the_day] == ["2026Q4", "2027Q1"]


def test_meetings_are_in_the_order_of_their_dates(tmp_path: Path) -> None:
    rows = [("a", "2026-11-02", "18:00"), ("b", "2026-10-20", "19:00"), ("c", "2026-10-20", "9:30 AM")]
    write_meetings(tmp_path, *(changed(meeting_id=one, day=day, start=start, end="") for one, day, start in rows))
    assert [meeting.meeting_id for meeting in load(tmp_path).meetings] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("18:30", time(18, 30)),
        ("6:30 PM", time(18, 30)),
        ("6:30 p.m.", time(18, 30)),
        ("6:30pm", time(18, 30)),
        ("12:00 AM", time(0)),
        ("12:15 pm", time(12, 15)),
        ("00:00", time(0)),
        ("18:30:00", time(18, 30)),
        ("9:05", time(9, 5)),
    ],
)
def test_times_are_read_as_people_write_them(tmp_path: Path, text: str, wanted: time) -> None:
    write_meetings(tmp_path, changed(start=text, end=""))
    assert load(tmp_path).meetings[0].start == wanted


@pytest.mark.parametrize(
    "text", ["", "24:00", "18.30", "6", "13:00 PM", "0:30 AM", "18:60", "noon", "18:30 Uhr", "٦:٣٠"]
)
def test_what_is_no_time_is_refused(tmp_path: Path, text: str) -> None:
    assert [problem.where for problem in refused(tmp_path, changed(start=text, end=""))] == ["row 2, start"]


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        ({"meeting_id": ""}, "row 2, meeting_id"),
        ({"meeting_id": "a b"}, "row 2, meeting_id"),
        ({"meeting_id": "x" * 41}, "row 2, meeting_id"),
        ({"kind": "Beat"}, "row 2, kind"),
        ({"kind": "party"}, "row 2, kind"),
        ({"district_id": "099"}, "row 2, district_id"),
        ({"district_id": ""}, "row 2, district_id"),
        ({"day": "10/20/2026"}, "row 2, day"),
        ({"day": "2026-11-31"}, "row 2, day"),
        ({"day": "2026-09-30"}, "row 2, day"),
        ({"day": "2027-01-01"}, "row 2, day"),
        ({"end": "18:30"}, "row 2, end"),
        ({"end": "17:00"}, "row 2, end"),
        ({"place": ""}, "row 2, place"),
        ({"place": "x" * 201}, "row 2, place"),
        ({"url": "javascript:alert(1)"}, "row 2, url"),
        ({"url": "www.example.org"}, "row 2, url"),
        ({"languages": "en qq"}, "row 2, languages"),
        ({"languages": "English"}, "row 2, languages"),
        ({"place": "=cmd|' /C calc'!A0"}, "row 2, place"),
        ({"place": "a\x00b"}, ""),
        ({"place": "a\x07b"}, "row 2, place"),
        ({"place": "two\nlines"}, "row 2, place"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_column(tmp_path: Path, cells: dict[str, str], where: str) -> None:
    assert where in [problem.where for problem in refused(tmp_path, changed(**cells))]


@pytest.mark.parametrize(
    ("text", "wanted"), [("007", "007"), ("7", "007"), ("District 7", "007"), ("city", "city"), ("City", "city")]
)
def test_districts_are_read_as_people_write_them(tmp_path: Path, text: str, wanted: str) -> None:
    write_meetings(tmp_path, changed(district_id=text))
    assert load(tmp_path).meetings[0].district_id == wanted


def test_all_problems_are_told_at_once_and_nothing_is_taken(tmp_path: Path) -> None:
    rows = (BEAT, changed(meeting_id="b", kind="x", start="late"), changed(meeting_id="c", day="soon"))
    assert [problem.where for problem in refused(tmp_path, *rows)] == ["row 3, kind", "row 3, start", "row 4, day"]


def test_a_meeting_twice_is_refused_in_one_file_and_in_two(tmp_path: Path) -> None:
    assert [problem.where for problem in refused(tmp_path, BEAT, BEAT)] == ["row 3, meeting_id"]
    write_meetings(tmp_path, BEAT)
    write_meetings(tmp_path, changed(day="2027-01-05"), name="2027Q1.csv")
    assert "2026Q4-007-1" in problems_of(lambda: load(tmp_path))[0].got


@pytest.mark.parametrize("name", ["next.csv", "2026-Q4.csv", "2026Q5.csv", "2026Q4 (1).csv", "2026Q4.CSV", "Q4.xlsx"])
def test_a_file_that_would_never_be_read_is_refused(tmp_path: Path, name: str) -> None:
    write_meetings(tmp_path, BEAT, name=name)
    assert problems_of(lambda: load(tmp_path))[0].where == name


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    write_meetings(tmp_path, BEAT)
    (tmp_path / "meetings" / "notes.txt").write_text("x", encoding="utf-8")
    assert len(load(tmp_path).meetings) == 1


def test_a_workbook_is_read_with_its_dates_and_times(tmp_path: Path) -> None:
    (tmp_path / "meetings").mkdir()
    cells = {**BEAT, "day": date(2026, 10, 20), "start": time(18, 30), "end": time(19, 30)}
    write_workbook(tmp_path / "meetings" / "2026Q4.xlsx", [COLUMNS, [cells[column] for column in COLUMNS]])
    (meeting,) = load(tmp_path).meetings
    assert (meeting.date, meeting.start, meeting.end) == (date(2026, 10, 20), time(18, 30), time(19, 30))


@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=60)))
def test_no_cell_makes_it_fall(tmp_path_factory: pytest.TempPathFactory, cells: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    quoted = {column: text.replace('"', '""') for column, text in cells.items()}
    try:
        write_meetings(folder, changed(**quoted))
    except UnicodeEncodeError:
        return
    try:
        found = load(folder)
    except ReadingError as error:
        assert error.problems
    else:
        assert len(found.meetings) <= 1


# Decisions


DECISION = """
[[decision]]
decision_id = "2026-foot-patrol"
who_decided = "Police department"
on = 2026-08-12
comment_until = 2026-11-01
url = "https://example.org/draft"
district_ids = ["007"]
[decision.what]
language = "en"
text = "A new draft on foot patrols."
[decision.what.translations]
es = "Un borrador nuevo sobre patrullas a pie."
"""


def write_toml(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_decision_is_read(tmp_path: Path) -> None:
    write_toml(tmp_path, "decisions/2026Q3.toml", DECISION)
    write_toml(tmp_path, "decisions/2026Q2.toml", "no TOML")
    found = load(tmp_path)
    assert [(one.decision_id, one.on, one.district_ids) for one in found.decisions] == [
        ("2026-foot-patrol", date(2026, 8, 12), ("007",))
    ]
    assert list(found.files) == ["decisions/2026Q3.toml"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("2026-08-12", "2026-06-30", "decision 1, on"),
        ("2026-08-12", "2026-10-01", "decision 1, on"),
        ("2026-08-12", "2026-08-12T10:00:00", "decision 1, on"),
        ("2026-11-01", "2026-01-01", "decision 1, comment_until"),
        ('"2026-foot-patrol"', '"a b"', "decision 1, decision_id"),
        ('"Police department"', '" "', "decision 1, who_decided"),
        ("https://example.org/draft", "javascript:x", "decision 1, url"),
        ('["007"]', '["city"]', "decision 1, district_ids"),
        ('language = "en"', 'language = "xx"', "decision 1, what.language"),
        ('es = "Un', 'xx = "Un', "decision 1, what.translations"),
        ('"A new draft on foot patrols."', '" "', "decision 1, what, en"),
        ('"A new draft on foot patrols."', '"' + "x" * 1001 + '"', "decision 1, what, en"),
        ("[[decision]]", "[[choice]]", "decision"),
    ],
)
def test_a_wrong_decision_is_refused_with_its_place(tmp_path: Path, old: str, new: str, where: str) -> None:
    assert old in DECISION
    write_toml(tmp_path, "decisions/2026Q3.toml", DECISION.replace(old, new))
    assert where in [problem.where for problem in problems_of(lambda: load(tmp_path))]


def test_a_decision_later_than_the_report_is_refused(tmp_path: Path) -> None:
    write_toml(tmp_path, "decisions/2026Q3.toml", DECISION)
    assert problems_of(lambda: load(tmp_path, date(2026, 8, 11)))[0].where == "decision 1, on"


def test_a_decision_twice_and_a_strange_name_are_refused(tmp_path: Path) -> None:
    write_toml(tmp_path, "decisions/2026Q3.toml", DECISION + DECISION)
    assert problems_of(lambda: load(tmp_path))[0].where == "2026-foot-patrol"
    write_toml(tmp_path, "decisions/summer.toml", "")
    assert problems_of(lambda: load(tmp_path))[0].where == "summer.toml"


# Priorities


PRIORITY = """
[[priority]]
priority_id = "007-1"
district_id = "007"
due_on = 2026-12-31
status = "under_way"
[priority.what]
language = "en"
text = "More foot patrols."
[priority.measure]
language = "en"
text = "Hours each week."
[priority.target]
language = "en"
text = "40 hours."
"""


def test_a_priority_is_read(tmp_path: Path) -> None:
    write_toml(tmp_path, "priorities.toml", PRIORITY)
    found = load(tmp_path)
    assert [(one.priority_id, one.district_id, one.status) for one in found.priorities] == [
        ("007-1", "007", "under_way")
    ]
    assert list(found.files) == ["priorities.toml"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('district_id = "007"', 'district_id = "city"', "priority 1, district_id"),
        ('"007-1"', '"<b>"', "priority 1, priority_id"),
        ('"under_way"', '"done"', "priority 1, status"),
        ("due_on = 2026-12-31", "", "priority 1, due_on"),
        ('"40 hours."', '""', "priority 1, target, en"),
        ("[priority.measure]", "[priority.metric]", "priority 1, measure"),
    ],
)
def test_a_wrong_priority_is_refused_with_its_place(tmp_path: Path, old: str, new: str, where: str) -> None:
    write_toml(tmp_path, "priorities.toml", PRIORITY.replace(old, new, 1))
    assert where in [problem.where for problem in problems_of(lambda: load(tmp_path))]


def test_the_digests_change_with_the_files(tmp_path: Path) -> None:
    write_toml(tmp_path, "priorities.toml", PRIORITY)
    before = load(tmp_path).files
    write_toml(tmp_path, "priorities.toml", PRIORITY.replace("40", "50"))
    assert before.keys() == load(tmp_path).files.keys()
    assert before != load(tmp_path).files


# The sample


@pytest.mark.parametrize("settings", [SETTINGS, TOYVILLE], ids=["shipped", "toy"])
def test_the_sample_is_marked_and_its_last_district_has_nothing(settings: Any) -> None:
    found = sample_taking_part(settings, QUARTER, AS_OF)
    assert found == sample_taking_part(settings, QUARTER, AS_OF)
    *others, last = settings.district_ids
    held = {meeting.district_id for meeting in found.meetings}
    assert held == {*others, "city"}
    assert {priority.district_id for priority in found.priorities} == set(others)
    assert all("ample" in meeting.place and meeting.meeting_id.startswith("sample-") for meeting in found.meetings)
    assert all(meeting.date >= AS_OF for meeting in found.meetings)
    texts = [decided.what.text for decided in found.decisions] + [one.what.text for one in found.priorities]
    assert all(text.startswith("Sample: ") for text in texts)
    assert last not in held


def test_a_real_file_and_the_sample_have_one_form(tmp_path: Path) -> None:
    """What the sample invents could stand in a file of a person."""
    found = sample_taking_part(SETTINGS, QUARTER, AS_OF)
    rows = [
        {
            **dict.fromkeys(COLUMNS, ""),
            "day": str(meeting.date),
            **{
                name: str(value)
                for name, value in meeting.model_dump(mode="json", exclude={"date"}).items()
                if value not in (None, [])
            },
        }
        for meeting in found.meetings
        if Quarter.of(meeting.date) == QUARTER.shifted(1)
    ]
    write_meetings(tmp_path, *({**row, "start": row["start"][:5], "end": row["end"][:5]} for row in rows))
    assert len(load(tmp_path).meetings) == len(rows) > 40

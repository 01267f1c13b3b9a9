"""The register: what a right one gives, and that nothing wrong in it goes unnoticed."""

from __future__ import annotations

import tempfile
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from district_reports.engagement.register import FILES, load_register
from district_reports.engagement.register_words import STRENGTHS
from district_reports.errors import ConfigError, ReadingError
from district_reports.model import AreaTotal, RegisterSession
from district_reports.settings import Settings, load_settings
from tests.unit.engagement import registers
from tests.unit.engagement.registers import write_register
from tests.unit.metrics.rows import TOY


@pytest.fixture(scope="module")
def toy() -> Settings:
    return load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})


def read_problems(toy: Settings, folder: Path) -> str:
    with pytest.raises(ReadingError) as caught:
        load_register(toy, folder)
    return "\n".join(map(str, caught.value.problems))


def test_a_right_register_is_read_whole(toy: Settings, tmp_path: Path) -> None:
    write_register(tmp_path)
    register = load_register(toy, tmp_path)
    assert register is not None
    assert (register.city_id, register.first_day, register.last_day) == ("toy", date(2024, 5, 1), date(2024, 6, 30))
    assert [session.session_id for session in register.sessions] == [
        "2024-05-03-online-1",
        "2024-05-03-N-1",
        "2024-06-02-S-1",
    ]
    assert register.sessions[2] == RegisterSession(
        session_id="2024-06-02-S-1",
        date=date(2024, 6, 2),
        start=time(17, 30),
        end=time(19),
        host="A host",
        place="A hall",
        address="1 Street",
        open=True,
        district_id="S",
        community_area="Dale",
        area="lower",
        doubts="",
    )
    assert register.totals[0] == AreaTotal(
        area="upper", sessions=2, open_sessions=1, printed=1, remark="one is not listed"
    )
    assert [(figure.value, figure.base, figure.is_about) for figure in register.figures] == [
        (4.0, None, False),
        (2.0, 4, False),
        (6.1, 246, True),
    ]
    assert register.bodies[0].days == (date(2024, 6, 4), date(2024, 6, 7))
    assert (register.bodies[0].how, register.bodies[0].district_ids) == (("video", "written"), ("N", "XY"))
    assert [theme.code for theme in register.themes] == ["seen", "views"]
    assert register.themes[1].sides[1]["en"] == "Others said no."
    assert register.questions[0].options[0] == {"en": "Yes", "ar": "نعم"}
    assert [promise.status for promise in register.promises] == ["kept", "no_news"]
    assert register.conditions[0].answer == "not_answered"


def test_the_register_of_another_city_is_none_of_ours(toy: Settings, tmp_path: Path) -> None:
    write_register(tmp_path, {"register.toml": ('"toy"', '"elsewhere"')})
    assert load_register(toy, tmp_path) is None


def test_without_one_among_the_records_the_shipped_one_counts(
    toy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = write_register(tmp_path / "shipped")
    monkeypatch.setattr("district_reports.engagement.register.find_asset", lambda *parts: shipped)
    (tmp_path / "records" / "engagement").mkdir(parents=True)
    register = load_register(toy, tmp_path / "records")
    assert register is not None
    write_register(tmp_path / "records", {"register.toml": ("2024-05-01", "2024-04-30")})
    own = load_register(toy, tmp_path / "records")
    assert own is not None and own.first_day == date(2024, 4, 30)
    assert own.digest != register.digest


def test_no_register_at_all_is_told(toy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*parts: str) -> Path:
        raise ConfigError("asset: none")

    monkeypatch.setattr("district_reports.engagement.register.find_asset", nowhere)
    with pytest.raises(ConfigError):
        load_register(toy, tmp_path)


def test_the_digest_hangs_on_every_file(toy: Settings, tmp_path: Path) -> None:
    write_register(tmp_path)
    digests = set()
    for name in FILES:
        path = tmp_path / "engagement" / name
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        register = load_register(toy, tmp_path)
        assert register is not None
        digests.add(register.digest)
        path.write_bytes(before)
    assert len(digests) == len(FILES)


WRONG = [
    ("register.toml", 'published = "2024-07"', 'published = "2024-07"\nauthors = 3', "documents.0.authors"),
    ("register.toml", "2024-06-30", "2024-04-30", "last_day: expected a day from 2024-05-01 on, got 2024-04-30"),
    ("register.toml", "sessions_printed = 3", "sessions_printed = 2", "sessions_printed: expected 3"),
    ("register.toml", "\nsessions = 4", "\nsessions = 5", "register.toml sessions: expected 4, got 5"),
    ("register.toml", '"upper"', '"moon"', "areas.csv: expected the area moon, got none"),
    ("sessions.csv", "17:30", "5:30 pm", "sessions.csv row 2, start: expected a time of 24 hours"),
    ("sessions.csv", "17:30", "24:30", "row 2, start"),
    ("sessions.csv", "19:00", "17:30", "row 2, end: expected a time after 17:30"),
    ("sessions.csv", ",yes,", ",Ja,", "row 2, open: expected one of yes, no"),
    ("sessions.csv", ",S,Dale", ",7,Dale", "row 2, district_id: expected districts, of N, S, XY, got '7'"),
    ("sessions.csv", ",S,Dale", ",N S,Dale", "row 2, district_id: expected one district"),
    ("sessions.csv", "1,2024-06-02", "1,02/06/2024", "row 2, date"),
    ("sessions.csv", "1,2024-06-02", "1,2024-06-31", "row 2, date"),
    ("sessions.csv", "1,2024-06-02", "1,2024-06-02 2024-06-03", "row 2, date: expected one day"),
    ("sessions.csv", "2024-06-02-S-1", "2024-06-03-S-1", "row 2, session_id: expected an id that begins with its day"),
    ("sessions.csv", "2024-06-02-S-1", "2024-05-03-N-1", "session_id: expected each id once (it stands in row 2)"),
    ("sessions.csv", "2024-06-02-S-1", "2024-06-02 S 1", "row 2, session_id"),
    ("sessions.csv", "A host", "=cmd()", "row 2, host: expected a plain value, got a formula"),
    ("sessions.csv", "A host", "", "row 2, host: expected a name"),
    ("sessions.csv", "A hall", "A\x07hall", "row 2, place: expected text of one line"),
    ("sessions.csv", ",lower,", ",beyond,", "areas.csv: expected the area beyond"),
    ("sessions.csv", ",lower,", ",beyond,", "areas.csv lower, printed: expected 1, got 2"),
    ("sessions.csv", "2024-06-02-S-1,2024-06-02", "2024-07-02-S-1,2024-07-02", "expected a day from 2024-05-01 to"),
    ("areas.csv", "upper,2", "upper,3", "areas.csv upper, sessions: expected 2, got 3"),
    ("areas.csv", "lower,2,1", "lower,2,2", "areas.csv lower, open_sessions: expected 1 to 1, got 2"),
    ("areas.csv", "lower,2,1,2", "lower,2,1,1", "areas.csv lower, printed: expected 2, got 1"),
    ("areas.csv", "lower,2,1", "lower,2,3", "row 3, open_sessions: expected at most the 2 of the area"),
    ("areas.csv", "upper,2,1", "upper,2,-1", "row 2, open_sessions"),
    ("areas.csv", "far", "upper", "row 4, area: expected each id once"),
    ("figures.csv", "sessions_all,4", "sessions_all,5", "figures.csv sessions_all: expected 4.0, got 5.0"),
    ("figures.csv", "sessions_open,2", "sessions_open,3", "figures.csv sessions_open: expected 2.0, got 3.0"),
    ("figures.csv", "sessions_all", "sessions_every", "figures.csv sessions_all: expected 4.0, got None"),
    ("figures.csv", "6.1", "106.1", "row 4, value: expected at most 100"),
    ("figures.csv", "sessions_open,2", "sessions_open,2.5", "row 3, value: expected a whole number"),
    ("figures.csv", "sessions_open,2", "sessions_open,nan", "row 3, value"),
    ("figures.csv", ",4,sessions,no", ",4,,no", "row 3, base_unit: expected what the base counts"),
    ("figures.csv", ",4,sessions,no", ",1,sessions,no", "row 3, value: expected at most 1"),
    ("figures.csv", "percent", "share", "row 4, unit: expected one of people, percent, sessions, answers"),
    ("figures.csv", "246,answers", "0,answers", "row 4, base: expected at least 1"),
    ("bodies.csv", "N XY", "N Q", "bodies.csv row 2, district_ids: expected districts, of N, S, XY, got 'Q'"),
    ("bodies.csv", "N XY", "N N", "row 2, district_ids: expected each district once"),
    ("bodies.csv", "2024-06-04 2024-06-07", "", "row 2, days"),
    ("bodies.csv", "video written", "", "row 2, how"),
    ("bodies.csv", ",15,", ",fifteen,", "row 2, people"),
    ("codebook.toml", 'code = "views"', 'code = "seen"', "theme 2: expected each id once (seen stands before)"),
    ("codebook.toml", 'code = "views"', 'code = "Views!"', "theme 2: expected an id"),
    (
        "codebook.toml",
        'kind = "mixed"',
        'kind = "wish"',
        "theme 2 (views), sides: expected sides of a mixed view alone",
    ),
    ("codebook.toml", 'kind = "wish"', 'kind = "mixed"', "theme 1 (seen), sides: expected at least 2 sides"),
    ("codebook.toml", 'kind = "wish"', 'kind = "dream"', "theme 1, kind"),
    ("codebook.toml", ', ar = "وقال آخرون لا."', "", "theme 2 (views), sides 2.ar: expected words in every language"),
    ("codebook.toml", 'ar = "آراء"', 'ar = "  "', "theme 2 (views), names.ar"),
    ("codebook.toml", "Officers on foot.", "Officers\\non foot.", "definitions.en: expected one line of text"),
    ("codebook.toml", "Officers on foot.", "Officers\u202e on foot.", "definitions.en: expected one line of text"),
    ("codebook.toml", 'strength = "many"', 'strength = "lots"', "theme 1 (seen), strength: expected one of"),
    ("codebook.toml", 'strength = ""', 'strength = "some"', "theme 2 (views), strength_printed"),
    ("codebook.toml", 'section_id = "fears"', "", "theme 1 (seen), section_id"),
    ("codebook.toml", '"A1"', '"B2"', "theme 1 (seen), source_file: expected one of A1"),
    ("codebook.toml", '"What was heard"', '" "', "theme 1 (seen), source_heading"),
    ("codebook.toml", '"residents"', '"formal_bodies"', "theme 1 (seen), part: expected formal bodies in `formal`"),
    ("questions.toml", '"safety-1"', '"own-1"', "an id that does not begin with own-"),
    ("questions.toml", '"safety-1"', '"1"', "question 1: expected an id"),
    (
        "questions.toml",
        ', { en = "No", ar = "لا" }',
        "",
        "question 1 (safety-1), options: expected none, or at least two",
    ),
    ("questions.toml", 'en = "No", ', "", "options 2.en: expected words in every language"),
    ("questions.toml", 'part = "safety"', 'part = "fun"', "question 1, part"),
    ("promises.toml", 'due = "late 2025"', 'due = ""', "promise 2 (next_steps), due_on"),
    ("promises.toml", "https://toyville.example/report", "", "address: expected where it can be seen"),
    ("promises.toml", "https://toyville.example/report", "javascript:alert(1)", "address: expected https://"),
    ("promises.toml", 'who = "The city"', 'who = ""', "promise 1 (published), who"),
    ("promises.toml", '"next_steps"', '"published"', "promise 2: expected each id once"),
    ("conditions.toml", '"resources"', '"resources"\nanswer = "yes"', "why: expected with an answer, and only then"),
    (
        "conditions.toml",
        '"resources"',
        '"resources"\nanswer = "yes"\nwhy = { language = "xx", text = "So." }',
        "condition 1 (resources), why.language: expected one of en, ar",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "told"), WRONG, ids=[f"{w[0]}-{n}" for n, w in enumerate(WRONG)])
def test_what_is_wrong_is_told_with_its_place(
    toy: Settings, tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    write_register(tmp_path, {name: (old, new)})
    assert told in read_problems(toy, tmp_path)


def test_everything_wrong_in_all_files_is_told_at_once(toy: Settings, tmp_path: Path) -> None:
    changes = {
        "sessions.csv": ("17:30", "late"),
        "areas.csv": ("far,0", "far,none"),
        "codebook.toml": ('strength = "many"', 'strength = "lots"'),
        "conditions.toml": ("Enough money.", ""),
    }
    write_register(tmp_path, changes)
    told = read_problems(toy, tmp_path)
    assert all(name in told for name in changes)


def test_an_answered_condition_keeps_its_reason(toy: Settings, tmp_path: Path) -> None:
    answer = '"resources"\nanswer = "partly"\nwhy = { language = "en", text = "Half of it." }'
    write_register(tmp_path, {"conditions.toml": ('"resources"', answer)})
    register = load_register(toy, tmp_path)
    assert register is not None and register.conditions[0].why is not None
    assert register.conditions[0].why.text == "Half of it."


def test_a_metric_that_nothing_counts_is_refused_where_metrics_are_given(toy: Settings, tmp_path: Path) -> None:
    write_register(tmp_path)
    assert load_register(toy, tmp_path, {"incidents_all"}) is not None
    with pytest.raises(ReadingError, match="theme 1 \\(seen\\), measure_id: expected a metric of the report"):
        load_register(toy, tmp_path, {"incidents_violent"})


@pytest.mark.parametrize("name", [name for name in FILES if name != "register.toml"])
def test_a_missing_file_is_named(toy: Settings, tmp_path: Path, name: str) -> None:
    (write_register(tmp_path) / name).unlink()
    assert read_problems(toy, tmp_path) == f"{name}: expected a file of the register, got none of that name"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04 no workbook", b"[[", b"<html>"], ids=repr)
def test_no_bytes_crash(toy: Settings, tmp_path: Path, name: str, data: bytes) -> None:
    (write_register(tmp_path) / name).write_bytes(data)
    with pytest.raises(ReadingError):
        load_register(toy, tmp_path)


@examples(max_examples=60)
@given(
    name=st.sampled_from(sorted(registers.FILES)),
    place=st.floats(0, 1),
    text=st.text(max_size=20).filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)),
    cut=st.integers(0, 20),
)
def test_any_text_written_into_a_file_is_read_or_refused(
    toy: Settings, name: str, place: float, text: str, cut: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_register(Path(folder)) / name
        old = path.read_text(encoding="utf-8")
        at = int(place * len(old))
        path.write_text(old[:at] + text + old[at + cut :], encoding="utf-8", newline="")
        try:
            register = load_register(toy, Path(folder))
        except ReadingError as error:
            assert error.problems
        else:
            assert register is None or register.city_id == "toy"


def test_each_strength_is_named_once() -> None:
    assert len(set(STRENGTHS)) == len(STRENGTHS)

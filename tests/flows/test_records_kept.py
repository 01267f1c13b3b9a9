"""The records that people keep, on their way through the command: refused whole, told, printed, vouched for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from district_reports.dossier import load_dossier
from district_reports.model import Dossier
from district_reports.readings.clearance import COLUMNS as CLEARANCE
from district_reports.readings.force import COLUMNS as FORCE
from tests.flows.answers import DRAFT, Run, told
from tests.flows.conftest import read_at
from tests.flows.small_city import QUARTER, make_request, run_plain, serve_core, settings_of
from tests.kills.wholeness import require_whole
from tests.portal import Portal
from tests.portal.chicago import CRIMES
from tests.unit.readings.files import write_csv, write_workbook

PAGE = "https://example.org/page"
FORCE_ROW = ["007", "2018Q3", "41", "60", PAGE, "data editor", "2018-10-05"]
CLEARANCE_ROW = [
    "city-2017", "city", "2017", "year_to_date_all", "0.5", "share", "homicides_in_year", PAGE, "", "", "high"
]  # fmt: skip


def changed(row: list[str], at: int, value: Any) -> list[Any]:
    return [*row[:at], value, *row[at + 1 :]]


# What is wrong


def bring_force(*rows: list[Any], head: Any = FORCE) -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / "drop-in" / "force.csv", [head, FORCE_ROW, *rows])


def bring_clearance(*rows: list[Any]) -> Callable[[Path], Path]:
    return lambda folder: write_csv(folder / "readings" / "clearance.csv", [CLEARANCE, CLEARANCE_ROW, *rows])


def bring_formula(folder: Path) -> Path:
    return write_workbook(folder / "drop-in" / "force.xlsx", [FORCE, FORCE_ROW, changed(FORCE_ROW, 2, "=40+1")])


def bring_text(name: str, text: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_text(text, "utf-8")
        return folder / name

    return write


WRONG: dict[str, tuple[Callable[[Path], Path], tuple[str, ...]]] = {
    "a column nobody knows": (
        bring_force(head=[*FORCE[:2], "uses", *FORCE[3:]]),
        ("incidents", "uses"),
    ),
    "a district that is none": (
        bring_force(changed(FORCE_ROW, 0, "13")),
        ("row 3, district_id: expected a district, one of 001, 002,", "got '13'"),
    ),
    "a quarter that is not over": (
        bring_force(changed(FORCE_ROW, 1, "2018Q4")),
        ("row 3, quarter: expected a quarter that is over on 2018-10-20", "got '2018Q4'"),
    ),
    "a number that is none": (
        bring_force(changed(FORCE_ROW, 2, "about 40")),
        ("row 3, incidents: expected a whole number", "got 'about 40'"),
    ),
    "a formula": (bring_formula, ("row 3, C: expected a plain value, got a formula",)),
    "two faults at once": (
        bring_force(changed(FORCE_ROW, 0, "13"), changed(FORCE_ROW, 6, "5.10.2018")),
        ("row 3, district_id", "row 4, read_on: expected a date up to 2018-10-20", "got '5.10.2018'"),
    ),
    "another unit": (
        bring_clearance(changed(changed(CLEARANCE_ROW, 0, "b"), 5, "percent")),
        ("row 3, unit: expected one of share, offences, got 'percent'",),
    ),
    "a cohort that is too young to tell": (
        bring_clearance(changed(changed(changed(CLEARANCE_ROW, 0, "b"), 2, "2018-09"), 3, "cohort_12_months")),
        ("row 3, period: expected years of the crimes", "got '2018-09'"),
    ),
    "a correction without a reason": (
        bring_text("corrections.toml", '[[correction]]\ncorrected_on = 2018-10-01\nquarter = "2018Q2"\n'),
        ("correction 1, why", "correction 1, metric_id"),
    ),
    "a note of no quarter": (
        bring_text("notes/october.toml", ""),
        ("october.toml: expected a quarter's name such as 2026Q3.toml",),
    ),
}


@pytest.fixture
def records(tmp_path: Path) -> Path:
    for name in ("drop-in", "readings", "notes"):
        (tmp_path / "records" / name).mkdir(parents=True)
    return tmp_path / "records"


@pytest.mark.parametrize(("bring", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_stops_the_command_before_any_row_is_asked_for(
    run: Run, portal: Portal, records: Path, bring: Callable[[Path], Path], message: tuple[str, ...]
) -> None:
    path = bring(records)
    portal.reset_log()
    data_dir = records.parent / "data"
    code, output, errors = run(*DRAFT, "--data-dir", data_dir, "--records-dir", records)
    assert (code, output) == (2, "")
    line = told(errors)
    assert all(piece in line for piece in message), line
    assert str(path if path.parent.name != "notes" else path.parent) in line
    assert portal.requests == []
    assert not data_dir.exists()


@pytest.mark.slow
def test_nothing_is_taken_from_a_file_in_which_anything_is_wrong(
    run: Run, portal: Portal, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pre: a report with a figure read by hand. Post: the report as it was, though the file now tells another one."""
    bring_force()(records)
    words = (*DRAFT, "--district", "007", "--data-dir", records.parent / "data", "--records-dir", records)
    assert run(*words)[0] == 0
    release = records.parent / "data" / "editions" / str(QUARTER)
    before = (release / "measures.csv").read_bytes()
    assert b"007,2018Q3,force_incidents,41," in before
    bring_force(changed(FORCE_ROW, 0, "8"), changed(FORCE_ROW, 0, "13"))(records)
    assert run(*words)[0] == 2
    assert (release / "measures.csv").read_bytes() == before
    assert b"007,2018Q3,force_incidents,41," in before and b"008,2018Q3,force_incidents,41," not in before


# What a person explains

NOTE = """
[[explanation]]
check_id = "{check_id}"
source_id = "crimes"
who = "data editor"
on = 2018-10-09
[explanation.why]
language = "en"
text = "{why}"
[explanation.why.translations]
es = "{why} (es)"
"""
NEEDED, NEEDLESS = "The publisher was late, and said so.", "Nothing is known of this one."


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal whose crimes end before the quarter does."""
    with Portal() as other:
        serve_core(other, settings_of(other.url), rows_per_quarter=330)
        other.delete_rows(CRIMES, "date >= TIMESTAMP '2018-09-21'")
        read_at(monkeypatch, other.url)
        yield other


@pytest.mark.slow
def test_a_required_check_stops_the_release_until_a_note_explains_it_and_the_note_is_printed(
    run: Run, late: Portal, records: Path
) -> None:
    data_dir = records.parent / "data"
    words = (*DRAFT[:-2], "--district", "007", "--data-dir", data_dir, "--records-dir", records)
    words += ("--language", "en", "--language", "es")
    code, _, errors = run(*words)
    assert code == 4
    assert "rows_reach_quarter_end (crimes): expected rows up to 2018-09-30, got newest row of 2018-09-20" in told(
        errors
    )
    assert not (data_dir / "editions").exists()

    other = records / "notes" / "2018Q2.toml"
    other.write_text(NOTE.format(check_id="rows_reach_quarter_end", why=NEEDED), "utf-8")
    assert run(*words)[0] == 4, "a note of another quarter"
    notes = NOTE.format(check_id="rows_reach_quarter_end", why=NEEDED)
    notes += NOTE.format(check_id="total_near_history", why=NEEDLESS)
    (records / "notes" / "2018Q3.toml").write_text(notes, "utf-8")
    code, _, errors = run(*words)
    assert (code, errors.count("district-reports: ")) == (0, 0)
    require_whole(data_dir)
    folder = data_dir / "editions" / str(QUARTER) / "007"
    assert [note.check_id for note in read_dossier(folder).explanations] == ["rows_reach_quarter_end"]
    for tag, text in (("en", NEEDED), ("es", f"{NEEDED} (es)")):
        for printed in (page_text(folder / tag), print_text(folder / tag)):
            assert text in printed
            assert NEEDLESS not in printed


def read_dossier(folder: Path) -> Dossier:
    return load_dossier((folder / "dossier.json").read_bytes())


def page_text(folder: Path) -> str:
    return (folder / "report.html").read_text("utf-8")


def print_text(folder: Path) -> str:
    pages = PdfReader(folder / "report.pdf").pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


# What a release vouches for


@pytest.mark.slow
def test_the_manifest_names_the_records_and_what_came_later_is_left_out_and_told(portal: Portal, records: Path) -> None:
    settings = settings_of(portal.url)
    request = make_request(records.parent / "data", "007")

    def release() -> dict[str, Any]:
        summary = run_plain(settings, request)
        assert not summary.failed
        manifest = json.loads((summary.folder / "manifest.json").read_bytes())
        remarks = {remark.check_id: remark for remark in summary.remarks if remark.check_id == "records_known"}
        return {"readings": manifest["inputs"]["readings"], "remarks": remarks, "folder": summary.folder}

    without = release()
    assert without["readings"] == hashlib.sha256(b"{}").hexdigest()
    assert without["remarks"] == {}

    # The figures of a year are known when it is over: not in October.
    bring_clearance(changed(changed(CLEARANCE_ROW, 0, "city-2018"), 2, "2018"))(records)
    kept = release()
    digest = hashlib.sha256((records / "readings" / "clearance.csv").read_bytes()).hexdigest()
    named = json.dumps({"readings/clearance.csv": digest}, sort_keys=True)
    assert kept["readings"] == hashlib.sha256(named.encode()).hexdigest()
    remark = kept["remarks"]["records_known"]
    assert (remark.passed, remark.required) == (False, False)
    assert (remark.expected, remark.got) == (
        "records known on 2018-10-20",
        "left out as later: clearance.csv: city-2018",
    )
    dossier = read_dossier(kept["folder"] / "007")
    assert [reading.reading_id for reading in dossier.readings] == ["city-2017"]
    assert "records_known" in {remark.check_id for remark in dossier.remarks}

"""A liaison's commands for what people said: sheets out and in, texts that wait, corrections by the host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from district_reports.database import default_path, open_database
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.feedback.ledger import load_items
from district_reports.model import FeedbackItem, IntakeSession
from district_reports.settings import load_settings
from tests.flows.answers import Run, told
from tests.unit.engagement.intake_files import FACTS, fill_book, fill_fact, fill_row, save
from tests.unit.engagement.intake_files import ROWS as TOY_ROWS

Ask = Callable[..., tuple[int, str, str]]
# Of the project's own codebook.
ROWS: dict[str, list[dict[str, object]]] = {
    **TOY_ROWS,
    "answers": [
        {"question": "safety-1", "theme": "visibility", "people": 9, "point": "Walk more."},
        {"question": "policing-1", "theme": "better_policing", "side": 2, "point": "Better, not more."},
    ],
}
Rows = dict[str, list[dict[str, object]]]
PLANTED = "Officer Quimby, badge 48213, took plate XK 90417; call (312) 555-0123."


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Ask:
    """Run a command on a sample's records, with the register of the project, as on 2026-10-08."""
    register = Path(__file__).parents[2] / "data"

    def call(command: str, *words: str | Path) -> tuple[int, str, str]:
        more: tuple[str | Path, ...] = ("--source", "sample", "--data-dir", tmp_path / "data")
        more += ("--records-dir", register)
        return run("engagement", command, *words, *more, *(("--as-of", "2026-10-08") if command == "import" else ()))

    return call


def fill(
    ask: Ask,
    path: Path,
    facts: Mapping[str, Sequence[object]] | None = None,
    rows: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
) -> Path:
    assert ask("template", path) == (0, "", "")
    return save(fill_book(openpyxl.load_workbook(path), facts, ROWS if rows is None else rows), path)


def stored(tmp_path: Path) -> tuple[tuple[IntakeSession, ...], tuple[FeedbackItem, ...]]:
    address = default_path(tmp_path / "data")
    with closing(open_database(address, city_id=load_settings({}).city.city_id, kind="sample")) as database:
        return load_ledger_parts(database, date.max)[0], load_items(database)


def with_quote(words: str) -> dict[str, list[dict[str, object]]]:
    return {**ROWS, "quotes": [{"question": "safety-1", "words": words, "consent": "yes"}]}


def test_help_names_all_commands(run: Run) -> None:
    code, output, _ = run("engagement", "--help")
    assert code == 0
    for name in ("template", "import", "export", "list", "held", "release", "reject"):
        assert f"\n  {name} " in output


def test_a_filled_sheet_is_taken(ask: Ask, tmp_path: Path) -> None:
    path = fill(ask, tmp_path / "sheet.xlsx")
    code, output, errors = ask("import", path)
    assert (code, errors) == (0, "")
    (session,), (item,) = stored(tmp_path)
    assert f"session {session.session_id} of 2026-08-14, version 1" in output
    assert "1 answers on the report are now feedback items" in output
    assert (session.attendance, [quote.text.text for quote in session.quotes]) == (24, ["I want to know them."])
    assert (item.about, item.said.text, item.heard_in) == ("report", "Add bus lines.", (session.session_id,))
    assert item.district_id == "city"
    code, output, _ = ask("list")
    assert code == 0 and f"{session.session_id}  1*       2026-08-14  Neighbors of the Ninth" in output
    assert "liaison" in output and "sheet.xlsx" in output


def test_the_same_file_is_taken_once(ask: Ask, tmp_path: Path) -> None:
    path = fill(ask, tmp_path / "sheet.xlsx")
    assert ask("import", path)[0] == 0
    code, _, errors = ask("import", path)
    assert code == 2 and "expected a file that was not taken before" in told(errors)


def test_every_problem_is_a_line_and_nothing_is_taken(ask: Ask, tmp_path: Path) -> None:
    right = fill(ask, tmp_path / "right.xlsx")
    rows: Rows = {
        **ROWS,
        "answers": [*ROWS["answers"], {"question": "safety-1", "theme": "visibilty", "people": "many"}],
    }
    wrong = fill(ask, tmp_path / "wrong.xlsx", rows=rows)
    code, output, errors = ask("import", right, wrong)
    assert (code, output) == (2, "")
    lines = errors.splitlines()
    assert lines[0] == "district-reports: nothing was taken: 2 problems in 1 of the files"
    assert len(lines) == 3 and all(line.startswith("wrong.xlsx: ") for line in lines[1:])
    assert "visibilty" in errors and "visibility" in errors and "many" in errors
    assert stored(tmp_path) == ((), ())


def test_right_rows_are_taken_and_the_rest_is_mended(ask: Ask, tmp_path: Path) -> None:
    rows: Rows = {**ROWS, "answers": [*ROWS["answers"], {"question": "safety-1", "theme": "visibilty", "people": 7}]}
    path = fill(ask, tmp_path / "sheet.xlsx", rows=rows)
    code, output, errors = ask("import", path, "--accept-valid")
    rest = tmp_path / "sheet-to-mend.xlsx"
    assert (code, errors) == (0, "") and f"the rows to mend are in {rest}" in output
    assert len(stored(tmp_path)[0][0].answers) == 2
    book = openpyxl.load_workbook(rest)
    fill_row(book, "answers", 3, {"theme": "visibility"})
    save(book, rest)
    code, output, errors = ask("import", rest)
    assert (code, errors) == (0, "") and "it adds to what liaison brought" in output
    ((session,), _) = stored(tmp_path)
    assert len(session.answers) == 3 and len(session.quotes) == 1


def test_what_is_caught_waits_until_a_person_has_decided(ask: Ask, tmp_path: Path) -> None:
    path = fill(ask, tmp_path / "sheet.xlsx", rows={**with_quote(PLANTED), "report": [
        {"report_question": "report-1", "said": "Ask Zorblatt."}]})  # fmt: skip
    code, output, _ = ask("import", path)
    assert code == 0 and "2 texts may name somebody and wait for a person" in output and "48213" not in output
    (session,), items = stored(tmp_path)
    assert session.quotes == () and items == ()
    code, output, _ = ask("held")
    assert code == 0 and PLANTED in output and "badge: badge 48213" in output
    assert ask("reject", "1", "--by", "liaison")[:2] == (0, f"1: quote of {session.session_id} is rejected\n")
    assert ask("release", "2", "--by", "liaison")[:2] == (0, f"2: report_answer of {session.session_id} is released\n")
    (session,), (item,) = stored(tmp_path)
    assert session.quotes == () and item.said.text == "Ask Zorblatt."
    assert ask("held")[1] == "no text waits for a person\n"
    code, output, _ = ask("held", "--all")
    assert "rejected" in output and "48213" not in output
    code, _, errors = ask("release", "1", "--by", "liaison")
    assert code == 2 and "liaison rejected" in told(errors)


def test_a_host_reads_and_corrects_its_part(ask: Ask, tmp_path: Path) -> None:
    ask("import", fill(ask, tmp_path / "sheet.xlsx", rows=with_quote("I saw Zorblatt.")))
    other = {**FACTS, "host": ["Another Club"], "on": ["2026-08-15"]}
    ask("import", fill(ask, tmp_path / "other.xlsx", other, {}))
    part = tmp_path / "part.xlsx"
    assert ask("export", "--host", "NEIGHBORS of the Ninth, Inc.", part) == (0, f"{part}\n", "")
    book = openpyxl.load_workbook(part)
    fill_fact(book, "attendance", [31])
    code, output, errors = ask("import", save(book, part), "--by", "host")
    assert (code, errors) == (0, "") and "it replaces what liaison brought" in output
    sessions, _ = stored(tmp_path)
    assert [session.attendance for session in sessions if "Ninth" in session.host] == [31]
    # What the host wrote itself still waits: it is asked about once.
    assert ask("held")[1].count("quote of") == 1
    code, _, errors = ask("export", "--host", "Nobody", tmp_path / "none.xlsx")
    assert code == 2 and "expected an organisation with a session" in told(errors)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("template", "sheet.docx"), "expected a name that ends with .xlsx or .csv"),
        (("template", "new.xlsx", "--language", "xx"), "xx"),
        (("import", "no-such-file.xlsx"), "no-such-file.xlsx"),
        (("release", "99", "--by", "liaison"), "held text: expected the id of one, got 99"),
        (("release", "1", "--by", "Jane"), "--by: expected one of"),
        (("import", "sheet.xlsx", "--by", "Jane"), "--by: expected one of"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output, errors = ask(*words)
    assert code in (1, 2) and output == "" and message in errors and "Traceback" not in errors


def test_a_file_is_never_overwritten(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("mine")
    code, _, errors = ask("template", path)
    assert code == 1 and "nothing is overwritten" in told(errors) and path.read_text() == "mine"

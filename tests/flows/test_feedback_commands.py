"""A liaison's commands: from what was said to what came of it, by the command line alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.answers import Run, told

Ask = Callable[..., tuple[int, str, str]]

ADD = ("--district", "7", "--said", "More officers on foot", "--heard-in", "caps", "--on", "2026-07-01")
PROMISE = ("--what", "Walk the beat", "--target", "Twice a week", "--measure", "incidents_robbery",
           "--owner", "commander", "--due", "2026-09-15")  # fmt: skip
EVIDENCE = ("--evidence", "https://example.org/notes")


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Ask:
    """Run a command of the feedback loop on a sample's ledger, as on 2026-10-08."""

    def call(command: str, *words: str | Path) -> tuple[int, str, str]:
        more: tuple[str | Path, ...] = ("--source", "sample", "--data-dir", tmp_path / "data")
        if command not in ("history", "export"):
            more = (*more, "--as-of", "2026-10-08")
        if command in ("add", "update", "reply", "import") and "--by" not in words:
            more = (*more, "--by", "liaison")
        return run("feedback", command, *words, *more)

    return call


@pytest.fixture
def with_item(ask: Ask) -> Ask:
    assert ask("add", "A-1", *ADD) == (0, "A-1: heard since 2026-07-01, version 1\n", "")
    return ask


def test_help_names_all_commands(run: Run) -> None:
    code, output, errors = run("feedback", "--help")
    assert (code, errors) == (0, "")
    assert re.findall(r"^  (\w+) ", output.partition("Commands:")[2], re.MULTILINE) == [
        *("add", "update", "reply", "list", "history", "export", "import"),
    ]


def test_from_what_was_said_to_a_dispute(with_item: Ask) -> None:
    on = ("--on", "2026-07-10")
    assert with_item("update", "A-1", "--version", "1", "--status", "agreed", *PROMISE, *on)[:2] == (
        0, "A-1: agreed since 2026-07-10, version 2\n",
    )  # fmt: skip
    noted = (
        "--status",
        "agreed",
        "--by-police",
        "They chose the hours",
        "--by-community",
        "Counted",
        "--next-step",
        "Walk",
    )
    assert with_item("update", "A-1", "--version", "2", *noted, "--on", "2026-07-20")[1] == (
        "A-1: agreed since 2026-07-10, version 3\n"
    )
    done = with_item("update", "A-1", "--version", "3", "--status", "done", *EVIDENCE, "--on", "2026-09-01")
    assert done[1] == "A-1: done since 2026-09-01, version 4\n"
    reply = (
        "--people",
        "7",
        "--channel",
        "beat_meeting",
        "--on",
        "2026-09-20",
        "--remark",
        "Nadie",
        "--language",
        "es",
    )
    assert with_item("reply", "A-1", "dispute", *reply)[1] == "A-1: done_disputed since 2026-09-20, version 5\n"
    code, output, errors = with_item("history", "A-1")
    assert (code, errors) == (0, "")
    lines = output.splitlines()
    assert lines[:6] == [
        "A-1: district 007, version 5",
        "  said: [en] More officers on foot",
        "  heard: 2026-07-01 in caps",
        "  themes: -",
        "  promised: [en] Walk the beat; target: [en] Twice a week",
        "    by 2026-09-15, by the commander, shown by incidents_robbery",
    ]
    assert lines[6:-5] == [
        "  2026-07-01  heard",
        "  2026-07-10  agreed",
        "  2026-07-20  agreed",
        "    by_police: [en] They chose the hours",
        "    by_community: [en] Counted",
        "    next_step: [en] Walk",
        "  2026-09-01  done  https://example.org/notes",
        "  2026-09-20  done_disputed",
        "  2026-09-20  reply: dispute, 7 people, beat_meeting: [es] Nadie",
    ]
    recorded = r"  version \d recorded \d{4}-\d\d-\d\d \d\d:\d\d by the liaison: "
    assert [re.sub(recorded, "", line) for line in lines[-5:]] == [
        "added",
        "step 2: agreed of 2026-07-10; commitment",
        "step 3: agreed of 2026-07-20",
        "step 4: done of 2026-09-01",
        "step 5: done_disputed of 2026-09-20; reply of 2026-09-20: dispute, 7 people",
    ]


class TestWordsThatMayNameSomebody:
    SAID = "Officer Zorblatt, badge 48213, never walks here."

    def test_they_are_refused_and_not_repeated(self, ask: Ask) -> None:
        code, output, errors = ask("add", "B-1", *ADD[:2], "--said", self.SAID, *ADD[4:])
        assert (code, output) == (2, "")
        assert "B-1: said: expected to name nobody, got what looks like officer, badge" in errors
        assert "--looked-at" in errors and "Zorblatt" not in errors and "48213" not in errors
        assert "B-1" not in ask("list")[1]

    def test_a_person_who_has_looked_may_pass_them(self, ask: Ask) -> None:
        assert ask("add", "B-1", *ADD[:2], "--said", self.SAID, *ADD[4:], "--looked-at")[0] == 0

    def test_in_a_spreadsheet_only_new_words_are_looked_at(self, ask: Ask, tmp_path: Path) -> None:
        ask("add", "B-1", *ADD[:2], "--said", self.SAID, *ADD[4:], "--looked-at")
        file = tmp_path / "all.csv"
        ask("export", file)
        assert ask("import", file)[:2] == (0, "0 added, 0 changed, 1 as they were\n")
        file.write_text(file.read_text().replace("48213", "48214"))
        code, _, errors = ask("import", file)
        assert code == 2 and "expected to name nobody" in errors


class TestList:
    def test_an_empty_ledger_has_a_header_alone(self, ask: Ask) -> None:
        assert ask("list") == (0, "item  version  district  status  since  due  said\n", "")

    def test_what_stands_on_a_day(self, with_item: Ask) -> None:
        with_item("update", "A-1", "--version", "1", "--status", "agreed", *PROMISE, "--on", "2026-07-10")
        long = "Lights \u202e in the park, please; " + "they go out at night " * 4
        with_item(
            "add",
            "B-2",
            "--district",
            "city",
            "--said",
            long,
            "--heard-in",
            "survey",
            "--on",
            "2026-08-01",
            "--looked-at",
        )
        code, output, _ = with_item("list")
        assert code == 0
        assert output.splitlines() == [
            "item  version  district  status  since       due                 said",
            "A-1   2        007       agreed  2026-07-10  2026-09-15 overdue  More officers on foot",
            "B-2   1        city      heard   2026-08-01  -                   "
            "Lights in the park, please; they go out at night they go ou…",
        ]

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (("--district", "007"), ["A-1"]),
            (("--district", "7", "--district", "city"), ["A-1", "B-2"]),
            (("--status", "not_ours"), ["B-2"]),
            (("--open",), ["A-1"]),
            (("--overdue",), ["A-1"]),
            (("--overdue", "--district", "city"), []),
        ],
        ids=" ".join,
    )
    def test_only_what_is_wanted(self, with_item: Ask, words: tuple[str, ...], found: list[str]) -> None:
        with_item("update", "A-1", "--version", "1", "--status", "agreed", *PROMISE, "--on", "2026-07-10")
        with_item("add", "B-2", "--district", "city", "--said", "Trees", "--heard-in", "survey", "--on", "2026-08-01")
        ours = ("--reason", "The streets department", "--on", "2026-08-02")
        assert with_item("update", "B-2", "--version", "1", "--status", "not_ours", *ours)[0] == 0
        output = with_item("list", *words)[1]
        assert [line.split()[0] for line in output.splitlines()[1:]] == found


class TestSpreadsheets:
    @pytest.mark.parametrize("name", ["all.xlsx", "all.csv"])
    def test_out_and_back_changes_nothing(self, with_item: Ask, tmp_path: Path, name: str) -> None:
        with_item("update", "A-1", "--version", "1", "--status", "agreed", *PROMISE, "--on", "2026-07-10")
        before = with_item("history", "A-1")
        assert with_item("export", tmp_path / name) == (0, f"1 items written to {tmp_path / name}\n", "")
        assert with_item("import", tmp_path / name) == (0, "0 added, 0 changed, 1 as they were\n", "")
        assert with_item("history", "A-1") == before

    def test_an_edited_file_after_somebody_else_was_faster(self, with_item: Ask, tmp_path: Path) -> None:
        file = tmp_path / "all.csv"
        with_item("export", file)
        file.write_bytes(file.read_bytes().replace(b"More officers on foot", b"More officers on foot at night"))
        with_item("update", "A-1", "--version", "1", "--status", "under_review", "--on", "2026-07-10")
        code, output, errors = with_item("import", file)
        assert (code, output) == (2, "")
        assert "A-1: version: expected 2, got 1; changed since: " in told(errors)
        assert "liaison: step 2: under_review of 2026-07-10" in told(errors)
        with_item("export", file)
        file.write_bytes(file.read_bytes().replace(b"More officers on foot", b"More officers on foot at night"))
        assert with_item("import", file) == (0, "0 added, 1 changed, 0 as they were\n", "")
        assert "said: [en] More officers on foot at night" in with_item("history", "A-1")[1]

    def test_only_one_district(self, with_item: Ask, tmp_path: Path) -> None:
        assert with_item("export", tmp_path / "a.csv", "--district", "8")[1].startswith("0 items")
        assert with_item("export", tmp_path / "a.csv", "--district", "7")[1].startswith("1 items")


WRONG: dict[str, tuple[tuple[str, ...], str]] = {
    "a role nobody has": (("add", "B-2", *ADD, "--by", "Ann Smith"), "--by: expected one of commander, "),
    "a district that is none": (("add", "B-2", *ADD, "--district", "13"), "B-2: district_id: expected one of "),
    "a theme that is none": (("add", "B-2", *ADD, "--theme", "visibilty"), "did you mean visibility?"),
    "a session that is none": (("add", "B-2", *ADD, "--heard-in", "S-99"), "heard_in: expected one of "),
    "a day that is none": (("add", "B-2", *ADD, "--on", "9 July"), "--on: expected a date such as 2026-10-08"),
    "a day to come": (("add", "B-2", *ADD, "--on", "2026-10-09"), "expected a day up to 2026-10-08, got 2026-10-09"),
    "a language that is none": (("add", "B-2", *ADD, "--language", "tlh"), "said: language: expected one of "),
    "another kind of item": (("add", "B-2", *ADD, "--about", "weather"), "--about: expected one of policing, report"),
    "an id that is taken": (("add", "A-1", *ADD), "A-1: item_id: expected one that was never used"),
    "an id with a space": (("add", "A 1", *ADD), "item_id: expected 1 to 40 letters, digits and hyphens, got 'A 1'"),
    "no change": (("update", "A-1", "--version", "1"), "expected --status, or --what with --target"),
    "words without a status": (("update", "A-1", "--version", "1", "--reason", "x"), "--status: expected one"),
    "half a promise": (("update", "A-1", "--version", "1", "--what", "x"), "--target, --owner, --due: expected with"),
    "a promise without a measure": (
        ("update", "A-1", "--version", "1", "--status", "agreed", "--what", "x", "--target", "x", "--owner", "liaison",
         "--due", "2026-12-01"),
        "expected a measure of the report, or evidence that will show it, got neither",
    ),
    "a status that is none": (("update", "A-1", "--version", "1", "--status", "finished"), "'finished' is not one of"),
    "done without a promise": (("update", "A-1", "--version", "1", "--status", "done", *EVIDENCE), "commitment: "),
    "an old version": (("update", "A-1", "--version", "0", "--status", "stalled", "--obstacle", "x"),
                       "version: expected 1, got 0; changed since: "),
    "no version": (("update", "A-1", "--status", "stalled"), "Missing option '--version'"),
    "an item that is none": (("update", "B", "--version", "1", "--status", "heard"), "see: feedback list"),
    "half a character": (("history", "\udcff"), "expected the id of one that is recorded"),
    "a reply to nothing": (("reply", "A-1", "confirm", "--people", "3", "--channel", "caps"),
                           "expected it to be told as done first"),
    "a reply by nobody": (("reply", "A-1", "confirm", "--people", "0", "--channel", "caps"), "--people"),
    "a way that is none": (("reply", "A-1", "confirm", "--people", "3", "--channel", "fax"), "--channel: expected"),
    "a reply that is none": (("reply", "A-1", "maybe", "--people", "3", "--channel", "caps"), "kind: expected one of"),
    "a list of no district": (("list", "--district", "99"), "--district: expected one of "),
    "an export to a letter": (("export", "a.docx"), "expected a file that ends in .csv or .xlsx"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_in_one_line_and_nothing_changes(
    with_item: Ask, words: tuple[str, ...], message: str
) -> None:
    before = with_item("history", "A-1")
    # What is given twice counts as given last: the wrong value stands after the right one.
    code, output, errors = with_item(*words)
    assert code == 2, errors
    assert output == ""
    assert message in told(errors)
    assert with_item("history", "A-1") == before
    assert len(with_item("list")[1].splitlines()) == 2


def test_a_sample_and_real_records_are_never_mixed(run: Run, tmp_path: Path) -> None:
    folder = ("--data-dir", tmp_path)
    assert run("feedback", "list", "--source", "sample", *folder)[0] == 0
    code, _, errors = run("feedback", "list", *folder)
    assert code == 2
    assert "expected portal records of chicago, got sample records of chicago" in told(errors)


def test_the_address_of_a_server_is_for_real_records_alone(
    run: Run, tmp_path: Path, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTRICT_REPORTS_DATABASE_URL", database_address)
    words = ("--as-of", "2026-10-08", "--data-dir", tmp_path / "data")
    assert run("feedback", "add", "A-1", *ADD, "--by", "liaison", *words)[:2] == (
        0, "A-1: heard since 2026-07-01, version 1\n",
    )  # fmt: skip
    assert "A-1" in run("feedback", "list", *words)[1]
    assert not (tmp_path / "data" / "records.sqlite3").exists()
    assert "A-1" not in run("feedback", "list", "--source", "sample", *words)[1]
    assert (tmp_path / "data" / "records.sqlite3").exists()


def test_a_password_is_never_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in (
        "postgresql://me:geheim@127.0.0.1:1/x",
        "postgresql://me:gehe@im@h/x",
        "postgresql://me:x@h:geheim/x",
    ):
        monkeypatch.setenv("DISTRICT_REPORTS_DATABASE_URL", address)
        for more in ((), ("--debug",)):
            code, output, errors = run("feedback", "list", "--data-dir", tmp_path, *more)
            assert code in (1, 2)
            assert "expected " in errors
            assert not re.search("geheim|im@h", output + errors)

"""A freeze from its first question to the row of the log, and reopening; what is made is a toy city's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from district_reports.database import Database, open_database
from district_reports.errors import ChecksFailed, ConfigError, LockedError, ReviewError, RuleError
from district_reports.model import Grant, Person, Phase, Role, Standing, Verdict
from district_reports.review import log
from district_reports.review.standing import find_phase
from district_reports.settings import Settings, load_settings
from district_reports.store import Store
from flows import freezing, review_commands
from flows.command_line import run
from flows.drafting import open_draft
from flows.freezing import reopen_release
from flows.records import DraftSummary, EditionResult
from flows.review_commands import tell_frozen
from tests.flows.freezing_toy import NOW, POINTS, freeze, make_request, quiet, write_reports
from tests.unit.review.small_release import (
    AT,
    BEFORE,
    DEADLINE,
    QUARTER,
    TOY,
    add,
    entries_of,
    say,
    toy_settings,
)

ROOT = Path(__file__).parents[2]
ALL = [f"commander {place}" for place in ("N", "S", "XY")] + ["language en", "language ar"]


@pytest.fixture(scope="module")
def toy() -> Settings:
    return toy_settings()


@pytest.fixture
def data_dir(tmp_path: Path, toy: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a draft; a freeze writes toy reports."""
    monkeypatch.setattr(freezing, "run_stages", write_reports)
    folder = tmp_path / "data"
    write_reports(toy, make_request(folder), open_store(folder), quiet)
    return folder


@pytest.fixture
def records(data_dir: Path) -> Iterator[Database]:
    with closing(open_database(data_dir / "records.sqlite3", city_id="toy", kind="portal")) as database:
        yield database


def open_store(folder: Path) -> Store:
    return Store.open(folder, kind="portal", city_id="toy", domains=("toyville.example",))


def add_commander(records: Database, toy: Settings, place: str = "N") -> Person:
    with records.begin() as connection:
        return add(connection, toy, f"commander-{place}", Grant(role=Role.COMMANDER, scope=place))


def phase_of(records: Database) -> Phase:
    return find_phase(entries_of(records))


def review_of(data_dir: Path, place: str) -> dict[str, Any]:
    path = data_dir / "editions" / str(QUARTER) / place / "dossier.json"
    return dict(json.loads(path.read_text())["review"] or {})


class TestFreezing:
    def test_everything_is_made_once_more_as_it_will_be_signed(
        self, data_dir: Path, records: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def watched(settings: Settings, request: Any, *rest: Any) -> DraftSummary:
            asked.append(request)
            return write_reports(settings, request, *rest)

        monkeypatch.setattr(freezing, "run_stages", watched)
        done = freeze(data_dir, is_preview=True)
        (request,) = asked
        assert (request.is_frozen, request.is_offline, request.is_preview) == (True, True, False)
        assert (request.districts, request.languages) == (("N", "S", "XY", "city"), ("en", "ar"))
        assert phase_of(records) is Phase.SIGNING
        assert (done.step.by, done.step.at, done.step.quarter) == ("operator", NOW, "2026Q3")
        (entry,) = entries_of(records)
        assert entry.content["manifest"] == done.step.manifest
        assert [f"{grant.role} {grant.scope}" for grant in done.step.missed] == ALL
        assert [f"{x.role}" for x in done.requirements] == ["data", "publisher"]

    def test_the_reports_tell_who_had_reviewed_them(self, data_dir: Path, records: Database, toy: Settings) -> None:
        person = add_commander(records, toy)
        add_commander(records, toy, "S")
        say(records, open_store(data_dir), toy, person)
        done = freeze(data_dir)
        assert [review_of(data_dir, place).get("commander") for place in ("N", "S", "XY", "city")] == [
            "reviewed",
            "missed",
            "none",
            None,
        ]
        assert review_of(data_dir, "S")["deadline"] == "2026-10-30"
        again = [(x.role, x.scope) for x in done.again]
        assert again == [(Role.COMMANDER, "N")]
        assert [grant.scope for grant in done.step.missed] == ["S", "XY", "en", "ar"]

    def test_somebody_signs_while_they_are_made(
        self, data_dir: Path, records: Database, toy: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = add_commander(records, toy)
        made: list[str | None] = []

        def signed_meanwhile(settings: Settings, request: Any, store: Store, *rest: Any) -> DraftSummary:
            if not made:
                say(records, store, toy, person)
            made.append(review_of(data_dir, "N").get("commander"))
            return write_reports(settings, request, store, *rest)

        monkeypatch.setattr(freezing, "run_stages", signed_meanwhile)
        done = freeze(data_dir)
        assert len(made) == 2
        assert review_of(data_dir, "N")["commander"] == "reviewed"
        assert Grant(role=Role.COMMANDER, scope="N") not in done.step.missed

    def test_somebody_never_stops(
        self, data_dir: Path, records: Database, toy: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = add_commander(records, toy)
        words = iter([Verdict.SIGN, Verdict.RETURN, Verdict.SIGN])

        def restless(settings: Settings, request: Any, store: Store, *rest: Any) -> DraftSummary:
            say(records, store, toy, person, next(words))
            return write_reports(settings, request, store, *rest)

        monkeypatch.setattr(freezing, "run_stages", restless)
        with pytest.raises(ReviewError, match="try again"):
            freeze(data_dir)
        assert phase_of(records) is Phase.OPEN

    def test_an_edition_that_fails_leaves_them_open(
        self, data_dir: Path, records: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(*args: Any) -> DraftSummary:
            failed = EditionResult(district_id="S", language="ar", is_written=False, files={}, error="a glyph")
            summary = write_reports(*args)
            return summary.model_copy(update={"editions": (*summary.editions, failed)})

        monkeypatch.setattr(freezing, "run_stages", failing)
        with pytest.raises(ReviewError, match="S ar: a glyph") as caught:
            freeze(data_dir)
        assert caught.value.problems == ("S ar: a glyph",)
        assert phase_of(records) is Phase.OPEN
        (entry,) = entries_of(records)
        assert (entry.kind, entry.by, entry.content["error"]) == ("freeze_failed", "operator", "ReviewError")
        assert "a glyph" in entry.content["reason"]


class TestRefused:
    def refuse(self, data_dir: Path, records: Database, **changes: Any) -> tuple[str, ...]:
        before = (data_dir / "editions" / str(QUARTER) / "manifest.json").read_bytes()
        with pytest.raises(ReviewError) as caught:
            freeze(data_dir, **changes)
        assert (data_dir / "editions" / str(QUARTER) / "manifest.json").read_bytes() == before
        assert phase_of(records) is Phase.OPEN
        return caught.value.problems

    def test_dated_later_than_today_so_that_the_deadline_seems_over(self, data_dir: Path, records: Database) -> None:
        with pytest.raises(RuleError, match="expected a day that has come, got 2026-11-01"):
            freeze(data_dir, as_of=date(2026, 11, 1))
        assert phase_of(records) is Phase.OPEN

    @pytest.mark.parametrize("as_of", [BEFORE, DEADLINE])
    def test_before_the_deadline(self, data_dir: Path, records: Database, as_of: date) -> None:
        assert self.refuse(data_dir, records, as_of=as_of) == tuple(ALL)
        assert [entry.kind for entry in entries_of(records)] == ["freeze_failed"]

    def test_without_a_draft(self, data_dir: Path, records: Database) -> None:
        (data_dir / "editions" / str(QUARTER) / "manifest.json").unlink()
        with pytest.raises(ReviewError, match="expected a draft"):
            freeze(data_dir)
        assert phase_of(records) is Phase.OPEN

    def test_an_address_that_never_answers(self, data_dir: Path, records: Database) -> None:
        reserved = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
        with pytest.raises(ConfigError, match=r"\.example"):
            freeze(data_dir, reserved)
        assert phase_of(records) is Phase.OPEN

    def test_a_quarter_that_is_not_complete(self, data_dir: Path, toy: Settings) -> None:
        early = toy.report.review.model_copy(update={"required": ()})
        settings = toy.model_copy(update={"report": toy.report.model_copy(update={"review": early})})
        with pytest.raises(ChecksFailed):
            freeze(data_dir, settings, as_of=date(2026, 9, 1))

    def test_another_run_holds_the_directory(self, data_dir: Path, records: Database, toy: Settings) -> None:
        with open_store(data_dir).lock():
            with pytest.raises(LockedError):
                freeze(data_dir)
            with pytest.raises(LockedError):
                reopen_release(toy, make_request(data_dir), reason="A reason", by=log.OPERATOR, at=AT)
        assert phase_of(records) is Phase.OPEN

    def test_twice(self, data_dir: Path, records: Database) -> None:
        first = freeze(data_dir)
        with pytest.raises(RuleError, match="reopen it first"):
            freeze(data_dir)
        assert [entry.kind for entry in entries_of(records)] == ["frozen", "freeze_failed"]
        assert phase_of(records) is Phase.SIGNING
        assert first.step.seq == 1


class TestDrafting:
    def test_frozen_reports_are_drafted_once_they_are_open_again(
        self, data_dir: Path, records: Database, toy: Settings
    ) -> None:
        def draft(**changes: Any) -> None:
            request = make_request(data_dir).model_copy(update={"is_offline": True, **changes})
            with open_draft(toy, request):
                pass

        draft()
        freeze(data_dir)
        for changes in ({}, {"is_frozen": True}, {"is_preview": True}):
            with pytest.raises(RuleError, match="reopen it first"):
                draft(**changes)
        draft(quarter="2026Q2")
        step = reopen_release(toy, make_request(data_dir), reason="An old map", by=log.OPERATOR, at=AT)
        assert step.reason == "An old map"
        draft()

    def test_frozen_again_it_names_the_manifest_before(self, data_dir: Path, records: Database, toy: Settings) -> None:
        person = add_commander(records, toy)
        say(records, open_store(data_dir), toy, person)
        first = freeze(data_dir)
        say(records, open_store(data_dir), toy, person)
        reopen_release(toy, make_request(data_dir), reason="An old map", by=log.OPERATOR, at=AT)
        second = freeze(data_dir)
        assert second.step.previous_manifest == first.step.manifest
        # The same bytes: what was signed of the first freeze is signed of this one.
        assert second.step.manifest == first.step.manifest
        assert second.again == ()
        stands = {(x.role, x.scope): x.standing for x in second.requirements}
        assert stands == {
            (Role.DATA, ""): Standing.DRAFT,
            (Role.COMMANDER, "N"): Standing.SIGNED,
            (Role.PUBLISHER, ""): Standing.DRAFT,
        }


class TestCommands:
    def test_closing_lines(self, data_dir: Path, records: Database, toy: Settings) -> None:
        for place in ("N", "S"):
            say(records, open_store(data_dir), toy, add_commander(records, toy, place))
        done = freeze(data_dir)
        assert tell_frozen(done) == (
            "2026Q3 is frozen.\n"
            f"  manifest       {done.step.manifest}\n"
            "  editions       8: 8 written, 0 unchanged\n"
            "  not waited for commander: XY\n"
            "  not waited for language: en, ar\n"
            "  must sign      data, and nobody is\n"
            "  must sign      commander N again\n"
            "  must sign      commander S again\n"
            "  must sign      publisher, and nobody is\n"
        )

    @pytest.fixture
    def call(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> Callable[..., tuple[int, str, str]]:
        monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(TOY))
        monkeypatch.setenv("DISTRICT_REPORTS_SITE_URL", "https://reports.toyville.org")
        monkeypatch.setenv("DISTRICT_REPORTS_DATA_DIR", str(data_dir))

        def call(*words: str) -> tuple[int, str, str]:
            code = run(list(words))
            captured = capsys.readouterr()
            return code, captured.out, captured.err

        return call

    def test_frozen_and_opened_again(self, call: Callable[..., tuple[int, str, str]], records: Database) -> None:
        code, _, err = call("freeze", "2026Q3", "--as-of", "2026-10-20")
        assert code == 5
        assert err.splitlines()[-1].startswith("district-reports: freeze of 2026Q3: expected an answer of all until")
        code, out, _ = call("freeze", "2026Q3", "--as-of", "2026-10-31")
        assert (code, out.splitlines()[0]) == (0, "2026Q3 is frozen.")
        assert call("freeze", "2026Q3", "--as-of", "2026-10-31")[0] == 2
        code, out, _ = call("reopen", "2026Q3", "--reason", "An old map")
        assert (code, "2026Q3 is open again" in out) == (0, True)
        code, _, err = call("reopen", "2026Q3", "--reason", "An old map")
        assert (code, err.count("\n")) == (2, 1)
        assert call("reopen", "2026Q3")[0] == 2
        assert call("reopen", "2026Q3", "--reason", " ")[0] == 2
        assert call("freeze", "2026")[0] == 2
        kinds = [entry.kind for entry in entries_of(records)]
        assert kinds == ["freeze_failed", "frozen", "freeze_failed", "reopened"]

    def test_latest_is_the_newest_complete_quarter(self, toy: Settings) -> None:
        def quarter(as_of: str) -> str:
            return review_commands.make_request(toy, "latest", make_request(Path()).source, None, None, as_of).quarter

        assert [quarter("2026-10-08"), quarter("2026-10-07")] == ["2026Q3", "2026Q2"]


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_freeze_that_is_killed_leaves_them_open(data_dir: Path, records: Database, toy: Settings, point: str) -> None:
    """And the next one goes through."""
    command = [sys.executable, "-m", "tests.flows.freezing_toy", str(data_dir), point]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -9, ended.stderr
    assert phase_of(records) is Phase.OPEN
    assert entries_of(records) == ()
    with records.read() as connection:
        assert log.verify_log(connection) is None
    done = freeze(data_dir, toy)
    assert phase_of(records) is Phase.SIGNING
    assert done.step.seq == 1

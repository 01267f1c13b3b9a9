"""The command line: what a person reads and what a script gets, for each way a run can end.

Most cases call the command line in this process and without a scheduler; `test_command_runs` starts the real one.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from district_reports.errors import RenderError
from district_reports.settings import Settings, find_asset
from district_reports.sources.patience import Clock
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store, files
from flows import command_line, rendering, stages, terminal
from flows.drafting import run_stages
from tests.flows.small_city import AS_OF, HOST, QUARTER, content_of, serve_city, settings_of
from tests.kills.commands import SECONDS, started, wait_until
from tests.kills.wholeness import require_whole
from tests.portal import Fault, Portal
from tests.portal.chicago import CRIMES

DRAFT = ("draft", str(QUARTER), "--as-of", AS_OF.isoformat(), "--language", "en")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def serving() -> Iterator[Portal]:
    with Portal() as portal:
        serve_city(portal, settings_of(portal.url), rows_per_quarter=330)
        yield portal


@pytest.fixture
def portal(serving: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal with five quarters, which the command reads."""
    monkeypatch.setenv("DISTRICT_REPORTS_PORTAL_URL", serving.url)
    yield serving
    serving.faults.clear()


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds slept between attempts, which no test waits for."""
    slept: list[float] = []
    monkeypatch.setattr(stages, "SocrataPortal", partial(SocrataPortal, clock=Clock(sleep=slept.append)))
    return slept


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, the stages one after the other, and return its code, output and errors."""
    for name in os.environ:
        if name.startswith("DISTRICT_REPORTS_") and name != "DISTRICT_REPORTS_PORTAL_URL":
            monkeypatch.delenv(name)
    plain = ModuleType("flows.draft_reports")
    plain.run_draft = _run_plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flows.draft_reports", plain)
    monkeypatch.setattr(command_line, "_quiet_prefect", lambda data_dir: None)

    def call(*words: str | Path) -> tuple[int, str, str]:
        code = command_line.run([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def _run_plain(settings: Settings, request: Any, store: Store) -> Any:
    with terminal.show_progress() as progress:
        summary = run_stages(settings, request, store, progress)
    terminal.print_summary(summary)
    return summary


def told(errors: str) -> str:
    """Return the one line that tells what went wrong."""
    lines = [line for line in errors.splitlines() if line.startswith("district-reports: ")]
    assert len(lines) == 1, errors
    assert "Traceback" not in errors
    assert lines[0] == errors.splitlines()[-1]
    return lines[0]


USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "no command": ((), "Missing command"),
    "unknown command": (("print",), "No such command 'print'"),
    "no quarter": (("draft",), "Missing argument 'quarter'"),
    "malformed quarter": (("draft", "2018-3"), "quarter: expected a year and Q1 to Q4 such as 2026Q3, got '2018-3'"),
    "fifth quarter": (("draft", "2018Q5"), "got '2018Q5'"),
    "unknown district": ((*DRAFT, "--district", "13"), "--district: expected one of 001, 002, 003,"),
    "unknown language": ((*DRAFT, "--language", "tlh"), "--language: expected one of en, es,"),
    "unknown option": ((*DRAFT, "--fast"), "No such option: --fast"),
    "unknown source": ((*DRAFT, "--source", "fax"), "'fax' is not one of 'portal', 'sample'"),
    "option without a value": ((*DRAFT, "--district"), "Option '--district' requires an argument"),
    "malformed date": (("draft", "2018Q3", "--as-of", "20 October"), "--as-of: expected a date such as 2026-10-08"),
}


@pytest.mark.parametrize(("words", "message"), USAGE.values(), ids=USAGE.keys())
def test_wrong_arguments_end_with_2_and_say_what_is_allowed(run: Run, words: tuple[str, ...], message: str) -> None:
    code, output, errors = run(*words)
    assert code == 2
    assert message in told(errors)
    assert output == ""


def test_all_allowed_districts_are_named(run: Run, settings: Settings) -> None:
    _, _, errors = run(*DRAFT, "--district", "7")
    assert f"expected one of {', '.join(settings.district_ids)}, city, got '7'" in told(errors)


@pytest.mark.parametrize("words", [("--help",), ("draft", "--help"), ("sync", "--help")], ids=" ".join)
def test_help_is_an_answer(run: Run, words: tuple[str, ...]) -> None:
    code, output, errors = run(*words)
    assert (code, errors) == (0, "")
    wanted = ("draft", "sync") if words == ("--help",) else ("--source", "--data-dir", "--as-of", "--debug")
    assert all(word in output for word in wanted)


def test_a_traceback_is_for_those_who_ask(run: Run) -> None:
    code, _, errors = run("draft", "2018Q5", "--debug")
    assert code == 2
    assert "Traceback (most recent call last)" in errors
    assert errors.splitlines()[-1].startswith("district-reports: quarter: expected")


def test_an_error_nobody_thought_of_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Settings:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(command_line, "load_settings", fail)
    code, _, errors = run(*DRAFT)
    assert (code, told(errors)) == (1, "district-reports: unexpected ZeroDivisionError: by zero")


def test_a_run_stopped_by_hand_is_no_failure_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> Settings:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "load_settings", stop)
    code, _, errors = run(*DRAFT)
    assert code == 130
    assert "Traceback" not in errors


def test_an_incomplete_quarter_ends_with_4_unless_a_preview_is_wanted(run: Run, tmp_path: Path) -> None:
    code, _, errors = run("draft", "2018Q3", "--as-of", "2018-10-07", "--data-dir", tmp_path / "data")
    assert code == 4
    assert "expected 2018Q3 is complete from 2018-10-08 on, got 2018-10-07" in told(errors)
    assert not (tmp_path / "data").exists()


def test_a_setting_nobody_knows_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTRICT_REPORTS_PORTAL", "https://x.example")
    code, _, errors = run(*DRAFT)
    assert code == 2
    assert "DISTRICT_REPORTS_PORTAL" in told(errors)


def test_a_config_key_nobody_knows_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = find_asset("config", "cities", "chicago", "city.toml").read_text("utf-8")
    (tmp_path / "city.toml").write_text(f"populaton = 3\n{text}", "utf-8")
    monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(tmp_path))
    code, _, errors = run(*DRAFT)
    assert code == 2
    assert f"{tmp_path / 'city.toml'}: populaton: " in told(errors)


def test_a_language_without_a_catalogue_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = find_asset("config", "cities", "chicago", "languages.toml").read_text("utf-8")
    other = '\n[[language]]\ntag = "tlh"\nlocale = "en"\ndirection = "ltr"\nname = "tlh"\nfont = "Noto Sans"\n'
    (tmp_path / "languages.toml").write_text(text + other, "utf-8")
    monkeypatch.setenv("DISTRICT_REPORTS_CONFIG_DIR", str(tmp_path))
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 2
    assert "tlh/report.po: expected a readable catalogue" in told(errors)


def test_a_missing_translation_ends_with_2(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(find_asset("templates", "locale"), tmp_path / "locale")
    catalogue = tmp_path / "locale" / "es" / "report.po"
    text = catalogue.read_text("utf-8")
    entry = text.split("\n\n")[3]
    catalogue.write_text(text.replace(entry, ""), "utf-8")
    monkeypatch.setattr(stages, "find_asset", lambda *parts: tmp_path / "locale")
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 2
    assert "catalogue es: " in told(errors)
    assert "expected a translation, got none" in told(errors)


def test_a_directory_of_another_kind_ends_with_2_and_stays_as_it_is(
    run: Run, portal: Portal, settings: Settings, tmp_path: Path
) -> None:
    Store.open(tmp_path, kind="sample", city_id=settings.city.city_id, domains=("sample",))
    before = content_of(tmp_path)
    portal.reset_log()
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path)
    assert code == 2
    assert "expected portal data" in told(errors)
    assert "got sample data" in told(errors)
    assert content_of(tmp_path) == before
    assert portal.requests == []


def test_a_portal_that_is_away_ends_with_3(
    run: Run, naps: list[float], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setenv("DISTRICT_REPORTS_PORTAL_URL", f"http://127.0.0.1:{port}")
        code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 3
    line = told(errors)
    assert f"crimes: metadata at 127.0.0.1:{port}: expected an answer, got a connection that failed" in line
    # Asked again, yet a person who mistyped the address is not kept waiting.
    assert len(naps) >= 2
    assert sum(naps) < 25


@pytest.mark.parametrize("command", [DRAFT, ("sync", *DRAFT[1:4])], ids=["draft", "sync"])
def test_a_portal_that_throttles_for_ever_ends_with_3(
    run: Run, portal: Portal, naps: list[float], tmp_path: Path, command: tuple[str, ...]
) -> None:
    portal.faults.add(Fault(kind="throttle", times=None))
    code, _, errors = run(*command, "--data-dir", tmp_path / "data")
    assert code == 3
    assert "429, it throttles us" in told(errors)
    assert naps


def test_another_schema_ends_with_3_at_once(run: Run, portal: Portal, naps: list[float], tmp_path: Path) -> None:
    portal.faults.add(Fault(kind="rename_column", column="fbi_code", new_name="nibrs", times=None))
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 3
    assert "fbi_code" in told(errors)
    assert naps == []


def test_an_unknown_offence_group_ends_with_4_and_leaves_no_report(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Portal() as other:
        serve_city(other, settings_of(other.url), rows_per_quarter=330)
        other.update_rows(CRIMES, "fbi_code = '99Z'", f'id = (SELECT min(id) FROM "{CRIMES}")')
        monkeypatch.setenv("DISTRICT_REPORTS_PORTAL_URL", other.url)
        code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 4
    assert "offence_groups_known (crimes): expected only offence groups of the config, got 99Z: 1 rows" in told(errors)
    assert not (tmp_path / "data" / "editions").exists()


@pytest.mark.parametrize("place", ["file/data", "file", "../../../../../../../dev/null/data", "/proc/nothing/data"])
def test_a_directory_that_cannot_be_made_ends_with_1(run: Run, portal: Portal, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / place)
    assert code == 1
    assert "expected to be" in told(errors)
    assert "unexpected" not in told(errors)


@pytest.mark.parametrize("name", ["parquet", "manifest.json", "measures.csv", "dossier.json", "report.pdf"])
def test_a_full_disk_ends_with_1_and_nothing_half_written(
    run: Run, portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    write = files._write_flushed

    def fill(path: Path, data: bytes) -> None:
        if f"{name}." not in path.name:
            return write(path, data)
        write(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(files, "_write_flushed", fill)
    code, _, errors = run(*DRAFT, "--district", "007", "--data-dir", tmp_path / "data")
    assert code == 1
    assert "No space left on device" in told(errors)
    assert "unexpected" not in told(errors)
    require_whole(tmp_path / "data")
    assert not list((tmp_path / "data").rglob("*.tmp"))
    assert not (tmp_path / "data" / "editions" / str(QUARTER) / "manifest.json").exists()


def test_too_little_room_is_told_before_anything_starts(
    run: Run, portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stages, "FREE_BYTES", 2**60)
    portal.reset_log()
    code, _, errors = run(*DRAFT, "--data-dir", tmp_path / "data")
    assert code == 1
    assert "MB free on its disk, got" in told(errors)
    assert portal.requests == []


def test_a_directory_another_run_holds_ends_with_7(run: Run, portal: Portal, tmp_path: Path) -> None:
    store = Store.open(tmp_path, kind="portal", city_id="chicago", domains=(HOST,))
    with store.lock():
        code, _, errors = run(*DRAFT, "--data-dir", tmp_path)
    assert code == 7
    assert f"expected no other run, got one with process id {os.getpid()}" in told(errors)


def test_one_report_that_fails_ends_with_6_and_the_others_are_there(
    run: Run, portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make = rendering.render_edition

    def fail_one(dossier: Any, tag: str) -> dict[str, bytes]:
        if dossier.district_id == "007":
            raise RenderError("report.html: expected a glyph, got none", template="report.html", language=tag)
        return make(dossier, tag)

    monkeypatch.setattr(rendering, "render_edition", fail_one)
    wanted = ("--district", "007", "--district", "011", "--data-dir", tmp_path / "data")
    code, output, errors = run(*DRAFT, *wanted)
    assert code == 6
    assert "FAILED 007 en: report.html: expected a glyph, got none" in output
    assert told(errors).endswith("editions: expected 2, got 1; 007 en: report.html: expected a glyph, got none")
    store = Store.open(tmp_path / "data", kind="portal", city_id="chicago", domains=(HOST,))
    release = store.load_release(QUARTER)
    assert release is not None
    assert release["editions"]["007/en"]["state"] == "failed"
    assert release["editions"]["011/en"]["state"] == "made"
    assert (store.edition_dir(QUARTER, "011", "en") / "report.pdf").exists()
    assert not store.edition_dir(QUARTER, "007", "en").exists()

    monkeypatch.setattr(rendering, "render_edition", make)
    code, output, _ = run(*DRAFT, *wanted)
    assert code == 0
    assert "1 written, 1 unchanged" in output


def test_sync_says_what_came_and_writes_no_report(run: Run, portal: Portal, tmp_path: Path) -> None:
    words = ("sync", str(QUARTER), "--as-of", AS_OF.isoformat(), "--data-dir", tmp_path / "data")
    code, output, _ = run(*words)
    assert code == 0
    assert "crimes     1,650 rows pulled, 1,650 rows at hand" in output
    assert not (tmp_path / "data" / "editions").exists()
    code, output, _ = run(*words)
    assert code == 0
    assert "crimes     0 rows pulled, 1,650 rows at hand" in output


COMMAND = Path(sys.executable).with_name("district-reports")


def real(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DISTRICT_", "PREFECT_"))}
    command = [str(COMMAND), *(str(word) for word in words)]
    return subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, timeout=240)


def require_summary(output: str) -> None:
    """Fail unless the closing lines tell what the reader of a nightly mail wants to know."""
    for name in ("rows pulled", "in [0-9]+ requests", "checks with remark", "editions", "seconds", "they are in"):
        assert re.search(rf"^  .*{name}", output, re.MULTILINE), name


def test_the_installed_command_fails_in_one_line() -> None:
    result = real("draft", "2018Q5")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "district-reports: quarter: expected a year and Q1 to Q4 such as 2026Q3, got '2018Q5'\n"


def test_the_command_runs_its_flow(portal: Portal, tmp_path: Path) -> None:
    """The one test of the fast suite in which Prefect really runs."""
    result = real(
        *DRAFT, "--district", "007", "--data-dir", tmp_path / "new" / "data", DISTRICT_REPORTS_PORTAL_URL=portal.url
    )
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert "Warning" not in result.stderr
    require_summary(result.stdout)
    edition = tmp_path / "new" / "data" / "editions" / str(QUARTER) / "007" / "en"
    assert {path.name for path in edition.iterdir()} == {"report.html", "report.pdf", "edition.json"}
    require_whole(tmp_path / "new" / "data")


@pytest.mark.slow
def test_what_fails_inside_the_flow_is_one_line_too(tmp_path: Path) -> None:
    with Portal() as other:
        serve_city(other, settings_of(other.url), rows_per_quarter=330)
        other.update_rows(CRIMES, "fbi_code = '99Z'", f'id = (SELECT min(id) FROM "{CRIMES}")')
        result = real(*DRAFT, "--data-dir", tmp_path / "data", DISTRICT_REPORTS_PORTAL_URL=other.url)
    assert result.returncode == 4
    assert "99Z: 1 rows" in told(result.stderr)
    assert result.stdout == ""


@pytest.mark.slow
def test_a_portal_that_is_away_keeps_nobody_waiting(tmp_path: Path) -> None:
    """With the real pauses; the timeout is the assertion."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DISTRICT_")}
        result = subprocess.run(
            [str(COMMAND), *DRAFT, "--data-dir", str(tmp_path / "data")],
            env={**clean, "DISTRICT_REPORTS_PORTAL_URL": url},
            capture_output=True,
            text=True,
            timeout=40,
        )
    assert result.returncode == 3
    told(result.stderr)


@pytest.mark.slow
def test_a_sample_draft_is_marked_whole_and_repeatable(tmp_path: Path) -> None:
    words = ("draft", "latest", "--source", "sample", "--district", "007", "--language", "en", "--data-dir", tmp_path)
    first = real(*words)
    assert first.returncode == 0, first.stderr
    require_summary(first.stdout)
    assert "1: 1 written, 0 unchanged" in first.stdout
    require_whole(tmp_path)
    before = content_of(tmp_path)
    second = real(*words)
    assert second.returncode == 0, second.stderr
    assert "rows pulled        0 in" in second.stdout
    assert "1: 0 written, 1 unchanged" in second.stdout
    assert content_of(tmp_path) == before
    page = next(tmp_path.rglob("report.html")).read_text("utf-8")
    assert "sample" in page.lower()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        shutil.which("mount") is None
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True
        ).returncode
    ):
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.slow
def test_a_disk_that_fills_up_while_reports_are_made_ends_with_1(portal: Portal, small_disk: Path) -> None:
    """The workers cannot write, and neither can the scheduler; the reader is told the reason all the same."""
    data_dir = small_disk / "data"
    words = [str(COMMAND), *DRAFT, "--data-dir", str(data_dir)]
    with started(words, portal.url) as process:
        wait_until(lambda: list(data_dir.glob("editions/*/*/en/report.html")), process)
        ballast = small_disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1, output
    assert "No space left on device" in told(output)
    require_whole(data_dir)
    ballast.unlink()
    with started(words, portal.url) as again:
        output, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, output
    assert not list(data_dir.rglob("*.tmp"))

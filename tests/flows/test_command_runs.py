"""The installed command with its scheduler, as people run it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from district_reports.publish.signed import REQUIRED
from tests.flows.answers import DRAFT, told
from tests.flows.small_city import QUARTER, content_of, environment_of, serve_city, settings_of
from tests.kills.commands import COMMAND, SECONDS, started, wait_until
from tests.kills.wholeness import require_whole
from tests.portal import Portal
from tests.portal.chicago import CRIMES


def real(*words: str | Path, timeout: float = 240, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DISTRICT_", "PREFECT_"))}
    command = [str(COMMAND), *(str(word) for word in words)]
    return subprocess.run(command, env={**clean, **environment}, capture_output=True, text=True, timeout=timeout)


def require_summary(output: str) -> None:
    """Fail unless the closing lines tell what the reader of a nightly mail wants to know."""
    for name in ("rows pulled", "in [0-9]+ requests", "checks with remark", "editions", "seconds", "they are in"):
        assert re.search(rf"^  .*{name}", output, re.MULTILINE), name


def test_the_installed_command_fails_in_one_line() -> None:
    result = real("draft", "2018Q5")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "district-reports: quarter: expected a year and Q1 to Q4 such as 2026Q3, got '2018Q5'\n"


@pytest.mark.slow
def test_the_command_runs_its_flow(portal: Portal, tmp_path: Path) -> None:
    """The one test of the fast suite in which Prefect really runs."""
    result = real(*DRAFT, "--district", "007", "--data-dir", tmp_path / "new" / "data", **environment_of(portal.url))
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert "Warning" not in result.stderr
    require_summary(result.stdout)
    edition = tmp_path / "new" / "data" / "editions" / str(QUARTER) / "007" / "en"
    assert {path.name for path in edition.iterdir()} == {*REQUIRED, "pocket.pdf", "edition.json"}
    require_whole(tmp_path / "new" / "data")


@pytest.mark.slow
def test_what_fails_inside_the_flow_is_one_line_too(tmp_path: Path) -> None:
    with Portal() as other:
        serve_city(other, settings_of(other.url), rows_per_quarter=330)
        other.update_rows(CRIMES, "fbi_code = '99Z'", f'id = (SELECT min(id) FROM "{CRIMES}")')
        result = real(*DRAFT, "--data-dir", tmp_path / "data", **environment_of(other.url))
    assert result.returncode == 4
    assert "99Z: 1 rows" in told(result.stderr)
    assert result.stdout == ""


@pytest.mark.slow
def test_a_portal_that_is_away_keeps_nobody_waiting(tmp_path: Path) -> None:
    """With the real pauses; the timeout is the assertion."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        result = real(*DRAFT, "--data-dir", tmp_path / "data", **environment_of(url), timeout=40)
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

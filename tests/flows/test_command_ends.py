"""How a command ends when portal, rows, disk or a single report let it down, and when all is well."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from district_reports.errors import RenderError
from district_reports.settings import Settings
from district_reports.store import Store, files
from flows import rendering, stages
from tests.flows.answers import DRAFT, Run, told
from tests.flows.conftest import read_at
from tests.flows.small_city import AS_OF, HOST, QUARTER, content_of, serve_core, settings_of
from tests.kills.wholeness import require_whole
from tests.portal import Fault, Portal
from tests.portal.chicago import CRIMES


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
        read_at(monkeypatch, f"http://127.0.0.1:{port}")
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
        serve_core(other, settings_of(other.url), rows_per_quarter=330)
        other.update_rows(CRIMES, "fbi_code = '99Z'", f'id = (SELECT min(id) FROM "{CRIMES}")')
        read_at(monkeypatch, other.url)
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
@pytest.mark.slow
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


@pytest.mark.slow
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

"""Whose data a directory holds, and who may write to it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from district_reports.errors import KindError, LockedError, StoreError
from district_reports.store import Store

OURS: dict[str, Any] = {"kind": "portal", "city_id": "toy", "domains": ("data.example",)}


def test_a_new_directory_says_what_it_holds(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data/var", **OURS)
    assert store.root == tmp_path / "data/var"
    assert json.loads((tmp_path / "data/var/about.json").read_text()) == {
        "schema_version": 1,
        "kind": "portal",
        "city": "toy",
        "domains": ["data.example"],
    }


def test_it_is_opened_again(tmp_path: Path) -> None:
    Store.open(tmp_path, **OURS)
    before = (tmp_path / "about.json").stat()
    Store.open(tmp_path, **OURS)
    after = (tmp_path / "about.json").stat()
    # Not the time of the last reading, which the second opening changes.
    assert (after.st_ino, after.st_mtime_ns, after.st_size) == (before.st_ino, before.st_mtime_ns, before.st_size)


@pytest.mark.parametrize(
    "other",
    [{"kind": "sample"}, {"city_id": "chicago"}, {"domains": ("other.example",)}],
    ids=["kind", "city", "portal"],
)
def test_another_kind_of_data_is_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    Store.open(tmp_path, **OURS)
    before = (tmp_path / "about.json").read_bytes()
    with pytest.raises(KindError) as caught:
        Store.open(tmp_path, **{**OURS, **other})
    message = str(caught.value)
    assert "expected" in message
    assert "got portal data of toy from data.example" in message
    assert caught.value.exit_code == 2
    assert (tmp_path / "about.json").read_bytes() == before


def test_a_further_portal_is_added_and_a_part_of_them_is_enough(tmp_path: Path) -> None:
    Store.open(tmp_path, **OURS)
    more = Store.open(tmp_path, **{**OURS, "domains": ("data.example", "county.example")})
    assert more.about.domains == ("data.example", "county.example")
    assert Store.open(tmp_path, **OURS).about == more.about


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "other", "city": "toy", "domains": []}', "\0"])
def test_an_about_file_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "about.json").write_text(text)
    with pytest.raises(KindError, match=r"about\.json: expected kind, city and domains, got"):
        Store.open(tmp_path, **OURS)


def test_a_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "data", **OURS)
    assert caught.value.exit_code == 1


def test_a_place_that_cannot_be_written_is_an_error() -> None:
    with pytest.raises(StoreError):
        Store.open(Path("/proc/district-reports"), **OURS)


def test_the_lock_is_for_one(tmp_path: Path) -> None:
    one, two = Store.open(tmp_path, **OURS), Store.open(tmp_path, **OURS)
    with one.lock():
        with (
            pytest.raises(LockedError, match=r"expected no other run, got one with process id \d+") as caught,
            two.lock(),
        ):
            pass
        assert caught.value.exit_code == 7
    with two.lock():
        pass


def test_the_lock_ends_with_an_error_inside(tmp_path: Path) -> None:
    store = Store.open(tmp_path, **OURS)
    with pytest.raises(ValueError, match="inside"), store.lock():
        raise ValueError("inside")
    with store.lock():
        pass


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    store = Store.open(tmp_path, **OURS)
    code = (
        "import os, signal, sys; from pathlib import Path; from district_reports.store import Store\n"
        "with Store.open(Path(sys.argv[1]), kind='portal', city_id='toy', domains=('data.example',)).lock():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"held\n"
    with pytest.raises(LockedError, match=f"process id {child.pid}"), store.lock():
        pass
    child.kill()
    child.wait(timeout=30)
    child.stdout.close()
    child.stdin.close()
    with store.lock():
        pass


def test_the_lock_clears_what_killed_runs_left(tmp_path: Path) -> None:
    store = Store.open(tmp_path, **OURS)
    stray = tmp_path / "snapshots/crimes/parts/.a.parquet.7-8.tmp"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half")
    Store.open(tmp_path, **OURS)
    assert stray.exists(), "a reader must not take the file of a run that is alive"
    with store.lock():
        assert not stray.exists()


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    store = Store.open(tmp_path, **OURS)
    (tmp_path / ".lock").mkdir()
    with pytest.raises(StoreError, match=r"\.lock"), store.lock():
        pass

"""Earlier drafts: what one was made of is remembered, as digests alone."""

from __future__ import annotations

import json
import os

import pytest

from district_reports.review.remembering import REMEMBERED, recall_subject, remember_release
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.review.small_release import QUARTER, write_release

NAMES = ("release", "dossier/N", "language/ar")


def test_before_the_first_draft(store: Store, toy: Settings) -> None:
    remember_release(store, toy, QUARTER)
    assert recall_subject(store, toy, QUARTER, "dossier/N", "0" * 64) is None
    assert not (store.root / "snapshots").exists()


def test_each_subject_comes_back_as_it_was(store: Store, toy: Settings) -> None:
    drafts = [{}, {"N/en/report.html": "anew"}, {"N/dossier.json": '{"loop": 3}', "N/ar/report.pdf": "anew"}]
    seen = []
    for changed in drafts:
        subjects = write_release(store, toy, changed)
        remember_release(store, toy, QUARTER)
        seen += [subjects.detail(found) for name in NAMES if (found := subjects.find(name))]
    assert len(seen) == 9
    for subject in seen:
        assert recall_subject(store, toy, QUARTER, subject.name, subject.digest) == subject
    assert recall_subject(store, toy, QUARTER.shifted(1), "dossier/N", seen[1].digest) is None
    # Another name's digest is not this one's.
    assert recall_subject(store, toy, QUARTER, "dossier/S", seen[1].digest) is None


def test_no_words_and_no_numbers_are_kept(store: Store, toy: Settings) -> None:
    write_release(store, toy, {"N/dossier.json": '{"heard": "People asked for more patrols"}'})
    remember_release(store, toy, QUARTER)
    (path,) = (store.root / "snapshots" / "review" / str(QUARTER)).iterdir()
    assert "patrols" not in path.read_text()
    assert set(json.loads(path.read_text())["fields"]["N"]) == {"heard"}


def test_the_same_draft_is_kept_once_and_left_as_it_was(store: Store, toy: Settings) -> None:
    subjects = write_release(store, toy)
    remember_release(store, toy, QUARTER)
    (path,) = (store.root / "snapshots" / "review" / str(QUARTER)).iterdir()
    before = path.read_bytes()
    # A draft that was killed left newer dossiers beside the old manifest.
    store.save_file(store.release_dir(QUARTER) / "N/dossier.json", b"{}")
    remember_release(store, toy, QUARTER)
    assert (path.stem, path.read_bytes()) == (subjects.digest, before)


def test_the_oldest_are_forgotten(store: Store, toy: Settings) -> None:
    folder = store.root / "snapshots" / "review" / str(QUARTER)
    folder.mkdir(parents=True)
    for number in range(REMEMBERED):
        path = folder / f"{number:064x}.json"
        path.write_text("{}")
        os.utime(path, (number, number))
    digest = write_release(store, toy).digest
    remember_release(store, toy, QUARTER)
    names = {path.stem for path in folder.iterdir()}
    assert names == {digest, *(f"{number:064x}" for number in range(1, REMEMBERED))}


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"manifest": [], "fields": 3}', b"\xff"])
def test_what_was_changed_by_hand_is_passed_over(store: Store, toy: Settings, data: bytes) -> None:
    subjects = write_release(store, toy)
    remember_release(store, toy, QUARTER)
    folder = store.root / "snapshots" / "review" / str(QUARTER)
    (folder / f"{'0' * 64}.json").write_bytes(data)
    found = subjects.find("dossier/N") or pytest.fail()
    assert recall_subject(store, toy, QUARTER, "dossier/N", found.digest) == subjects.detail(found)
    assert recall_subject(store, toy, QUARTER, "dossier/N", "1" * 64) is None

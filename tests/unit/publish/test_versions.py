"""A version's folder: what was signed, to the byte, and what tells of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from district_reports.errors import ReviewError, StaleError, StoreError
from district_reports.model import Version
from district_reports.publish.layout import Layout
from district_reports.publish.showing import Workshop, load_history
from district_reports.publish.signed import SignedFile, load_signed
from district_reports.publish.versions import copy_checked, copy_release, remove_leftovers, require_plain
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.publish.small_publication import NOW, contents_of, summary_of
from tests.unit.review.small_release import PLACES, QUARTER, TAGS, write_release


def version_of(store: Store) -> Path:
    (folder,) = (store.root / "published" / "versions" / "2026Q3").iterdir()
    return folder


def test_a_version_holds_what_was_signed_to_the_byte(published: Store) -> None:
    folder, signed = version_of(published), contents_of()
    assert {name: (folder / name).read_text() for name in signed} == signed
    manifest = published.release_dir(QUARTER) / "manifest.json"
    assert (folder / "manifest.json").read_bytes() == manifest.read_bytes()
    assert folder.name == f"v1-{hashlib.sha256(manifest.read_bytes()).hexdigest()[:12]}"


def test_a_version_tells_all_it_holds_and_who_signed_by_role_alone(published: Store) -> None:
    folder = version_of(published)
    text = (folder / "release.json").read_text()
    release = Version.model_validate_json(text)
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert {file.path for file in release.files} == {*there} - {"release.json"}
    for file in release.files:
        data = there[file.path].read_bytes()
        assert (file.sha256, file.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert {file.path for file in release.files} > {f"kits/{place}.zip" for place in PLACES}
    assert (release.quarter, release.version, release.published_at) == ("2026Q3", 1, NOW)
    assert (release.places, release.languages) == (PLACES, TAGS)
    assert {(each.role, each.scope, each.subject) for each in release.signatures} == {
        ("data", "", "release"),
        ("publisher", "", "release"),
    }
    assert ("commander", "N") in release.missed
    assert "example" not in text and "person" not in text


def test_what_is_not_published_stays_away(published: Store) -> None:
    names = {path.name for path in version_of(published).rglob("*")}
    assert not names & {"dossier.json", "edition.json", ".new"}


def test_a_version_is_a_copy_of_what_was_drafted(published: Store) -> None:
    ours = version_of(published) / "N" / "en" / "report.html"
    draft = published.release_dir(QUARTER) / "N" / "en" / "report.html"
    assert not ours.samefile(draft)
    draft.write_text("somebody plays with a draft")
    assert ours.read_text() == contents_of()["N/en/report.html"]


def test_the_site_shows_the_same_files_without_another_copy(published: Store) -> None:
    ours = version_of(published) / "N" / "en" / "report.html"
    assert (published.root / "public" / "2026Q3" / "v1" / "N" / "en" / "report.html").samefile(ours)


@pytest.mark.parametrize("flip", [0, 1, -1])
def test_a_flipped_bit_is_never_copied(tmp_path: Path, flip: int) -> None:
    data = bytearray(b"signed bytes")
    file = SignedFile("N/en/report.html", hashlib.sha256(data).hexdigest())
    data[flip] ^= 1
    (tmp_path / "draft").write_bytes(data)
    with pytest.raises(StaleError, match="expected what was signed, got other bytes") as found:
        copy_checked(tmp_path / "draft", tmp_path / "copy", file)
    assert found.value.changed == ("N/en/report.html",)
    assert not (tmp_path / "copy").exists()


def test_a_file_that_is_gone_is_told_as_changed(tmp_path: Path) -> None:
    with pytest.raises(StaleError, match="N/en/sms.txt: expected what was signed, found none"):
        copy_checked(tmp_path / "draft", tmp_path / "copy", SignedFile("N/en/sms.txt", "a" * 64))


def test_a_link_in_place_of_a_draft_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "draft").symlink_to(tmp_path / "secret")
    file = SignedFile("N/en/report.html", hashlib.sha256(b"secret").hexdigest())
    with pytest.raises(StoreError, match="symbolic links"):
        copy_checked(tmp_path / "draft", tmp_path / "copy", file)
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "changes",
    [{"place": "S"}, {"language": "ar"}, {"quarter": "2026Q2"}, {"banners": ("Sample data",)}],
    ids=lambda changes: next(iter(changes)),
)
def test_an_edition_that_calls_itself_something_else_is_not_published(
    toy: Settings, signed: Store, changes: dict[str, Any]
) -> None:
    wrong = summary_of("N", "en", changes).model_dump_json()
    write_release(signed, toy, contents_of() | {"N/en/summary.json": wrong})
    release = load_signed(signed, toy, QUARTER)
    assert release is not None
    with pytest.raises(ReviewError, match="N/en/summary.json: expected"):
        copy_release(Layout(signed.root), release)


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"place": "N"}'])
def test_a_summary_that_is_none_is_refused(toy: Settings, signed: Store, text: str) -> None:
    write_release(signed, toy, contents_of() | {"city/ar/summary.json": text})
    release = load_signed(signed, toy, QUARTER)
    assert release is not None
    with pytest.raises(ReviewError, match=r"city/ar/summary.json: expected a summary"):
        copy_release(Layout(signed.root), release)


def test_what_killed_runs_left_is_removed_and_nothing_else(published: Store, workshop: Workshop) -> None:
    layout = workshop.layout
    before = {path for path in (published.root / "published").rglob("*")}
    for stray in (layout.versions / "2026Q3" / ".new", layout.versions / "2026Q3" / "v2-abc", layout.sites / ".new"):
        (stray / "N").mkdir(parents=True)
        (stray / "N" / "half.html").write_bytes(b"half")
    (layout.sites / "0123456789abcdef.json").write_text(json.dumps({}))
    remove_leftovers(layout, load_history(workshop.database))
    assert {path for path in (published.root / "published").rglob("*")} == before


@pytest.mark.parametrize("path", ["", "/", "a//b", "../a", "a/../b", "a/.b", ".", "/a", "a/", "a\\b", "a\0b"])
def test_a_page_that_would_stand_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(StoreError, match="plain names"):
        require_plain(path)


@pytest.mark.parametrize("path", ["index.html", "zh-Hans/007/index.html", "2026Q3/v1/N/en/index.html", "404.html"])
def test_a_page_of_the_site_is_taken(path: str) -> None:
    assert require_plain(path) == path

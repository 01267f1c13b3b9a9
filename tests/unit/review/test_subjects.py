"""What a decision names: any byte counts, and nothing else does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import StoreError
from district_reports.model import IntakeSession, Subject
from district_reports.review.subjects import (
    Subjects,
    find_changed_files,
    list_changed_parts,
    load_subjects,
    session_subject,
)
from district_reports.settings import Settings
from district_reports.store import Store
from tests.effort import costly
from tests.unit.review.small_release import FILES, PLACES, QUARTER, TAGS, write_release


def require(subject: Subject | None) -> Subject:
    assert subject is not None
    return subject


def canonical(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class TestSubjects:
    def test_before_the_first_draft_there_is_nothing_to_sign(self, store: Store, toy: Settings) -> None:
        assert load_subjects(store, toy, QUARTER) is None

    @pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"dossiers": {}}', b"\xff\xfe"])
    def test_a_manifest_that_is_none_is_refused(self, store: Store, toy: Settings, data: bytes) -> None:
        store.save_file(store.release_dir(QUARTER) / "manifest.json", data)
        with pytest.raises(StoreError, match=r"manifest\.json"):
            load_subjects(store, toy, QUARTER)

    def test_the_release_is_the_manifest_byte_for_byte(self, store: Store, toy: Settings) -> None:
        subjects = write_release(store, toy)
        data = (store.release_dir(QUARTER) / "manifest.json").read_bytes()
        assert subjects.release.digest == subjects.digest == hashlib.sha256(data).hexdigest()
        assert subjects.release.name == "release"
        assert subjects.release.quarter == "2026Q3"
        assert {"measures", "is_whole", "inputs/config", "N/dossier.json", "catalogue/ar", "XY/ar"} <= set(
            subjects.release.parts
        )

    def test_a_dossier_is_its_own_digest_and_its_edition_in_the_first_language(
        self, store: Store, toy: Settings
    ) -> None:
        subject = require(write_release(store, toy).dossier("N"))
        parts = {
            "dossier.json": sha('{"place": "N", "loop": 1, "trends": [2]}'),
            "en/report.html": sha("N en report.html"),
            "en/report.pdf": sha("N en report.pdf"),
        }
        assert subject.parts == parts
        assert subject.digest == canonical(parts)
        assert subject.name == "dossier/N"

    def test_the_fields_of_a_dossier_are_told_and_change_no_digest(self, store: Store, toy: Settings) -> None:
        subjects = write_release(store, toy)
        plain = require(subjects.dossier("S"))
        detailed = subjects.detail(plain)
        assert detailed.digest == plain.digest
        assert {name for name in detailed.parts if "#" in name} == {
            "dossier.json#loop",
            "dossier.json#place",
            "dossier.json#trends",
        }
        assert detailed.parts["dossier.json#loop"] == canonical(1)

    def test_of_a_dossier_that_was_changed_by_hand_no_field_is_told(self, store: Store, toy: Settings) -> None:
        subjects = write_release(store, toy)
        store.save_file(store.edition_dir(QUARTER, "N") / "dossier.json", b'{"loop": 3}')
        plain = require(subjects.dossier("N"))
        assert subjects.detail(plain) == plain

    def test_a_language_is_its_catalogue_and_all_its_editions(self, store: Store, toy: Settings) -> None:
        subjects = write_release(store, toy)
        subject = require(subjects.language("ar"))
        assert set(subject.parts) == {"catalogue"} | {f"{place}/{name}" for place in PLACES for name in FILES}
        assert subject.parts["catalogue"] == subjects.catalogues["ar"]
        assert subject.digest == canonical(subject.parts)

    @pytest.mark.parametrize(
        "name", ["dossier/Q", "language/pl", "session/1", "dossier/", "", "release/N", "dossier/../N"]
    )
    def test_what_no_release_has_is_nothing(self, store: Store, toy: Settings, name: str) -> None:
        assert write_release(store, toy).find(name) is None

    def test_an_edition_that_was_not_made_cannot_be_signed(self, store: Store, toy: Settings) -> None:
        editions = {f"{place}/{tag}": {"state": "failed", "files": {}} for place in PLACES for tag in TAGS}
        subjects = write_release(store, toy, editions=editions)
        assert subjects.dossier("N") is None
        assert subjects.language("en") is None

    def test_a_session_is_what_is_told_of_it(self) -> None:
        session = IntakeSession.model_validate(
            {
                "session_id": "S-1",
                "on": "2026-08-01",
                "host": "Quay Club",
                "place": "Hall",
                "open": True,
                "district_ids": ["N"],
                "language": "en",
                "session_format": "round_table",
                "is_recorder_trained": True,
                "regular_contact": "yes",
                "attendance": 9,
            }
        )
        subject = session_subject(session, QUARTER)
        assert subject.name == "session/S-1"
        assert subject.digest != session_subject(session.model_copy(update={"attendance": 10}), QUARTER).digest


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, toy: Settings) -> tuple[Store, Subjects]:
    store = Store.open(tmp_path_factory.mktemp("written"), kind="portal", city_id="toy", domains=("toyville.org",))
    return store, write_release(store, toy)


RELEASE_FILES = (
    "measures.csv",
    *(f"{place}/dossier.json" for place in PLACES),
    *(f"{place}/{tag}/{name}" for place in PLACES for tag in TAGS for name in FILES),
)


def signers_of(name: str) -> set[str]:
    """Return the subjects that a file is part of."""
    place, _, rest = name.partition("/")
    tag = rest.partition("/")[0]
    signed = {"release"}
    if rest == "dossier.json" or tag == "en":
        signed.add(f"dossier/{place}")
    if tag in TAGS:
        signed.add(f"language/{tag}")
    return signed


ALL = {"release", *(f"dossier/{place}" for place in PLACES), *(f"language/{tag}" for tag in TAGS)}


@costly(25)
@given(name=st.sampled_from(RELEASE_FILES), where=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_any_byte_of_any_file_counts(written: tuple[Store, Subjects], name: str, where: int, flip: int) -> None:
    """A changed byte is found on the disk by exactly the subjects that hold the file, and gives them another digest."""
    store, subjects = written
    path = store.release_dir(QUARTER) / name
    before = path.read_bytes()
    after = bytearray(before)
    after[where % len(after)] ^= flip
    try:
        path.write_bytes(bytes(after))
        found = {of for of in ALL if find_changed_files(store, require(subjects.find(of)))}
    finally:
        path.write_bytes(before)
    assert found == signers_of(name)
    new = hashlib.sha256(bytes(after)).hexdigest()
    old = hashlib.sha256(before).hexdigest()
    data = (store.release_dir(QUARTER) / "manifest.json").read_text().replace(old, new).encode()
    drafted = Subjects(QUARTER, data, "en", lambda place: {})
    assert {of for of in ALL if require(drafted.find(of)).digest != require(subjects.find(of)).digest} == signers_of(
        name
    )


class TestChangedFiles:
    def test_nothing_has_changed(self, written: tuple[Store, Subjects]) -> None:
        store, subjects = written
        assert [find_changed_files(store, require(subjects.find(name))) for name in sorted(ALL)] == [()] * len(ALL)

    def test_a_file_that_is_gone_is_named(self, store: Store, toy: Settings) -> None:
        subjects = write_release(store, toy)
        (store.release_dir(QUARTER) / "N/en/report.pdf").unlink()
        (store.release_dir(QUARTER) / "XY/en/report.html").write_bytes(b"")
        assert find_changed_files(store, require(subjects.dossier("N"))) == ("en/report.pdf",)
        assert find_changed_files(store, require(subjects.language("en"))) == ("N/report.pdf", "XY/report.html")
        assert find_changed_files(store, subjects.release) == ("N/en/report.pdf", "XY/en/report.html")
        assert find_changed_files(store, require(subjects.dossier("S"))) == ()

    def test_a_manifest_that_was_changed_is_named(self, store: Store, toy: Settings) -> None:
        before = write_release(store, toy)
        write_release(store, toy, is_whole=False)
        assert find_changed_files(store, before.release) == ("manifest.json",)

    def test_a_folder_in_the_place_of_a_file_is_an_error(self, store: Store, toy: Settings, tmp_path: Path) -> None:
        subjects = write_release(store, toy)
        path = store.release_dir(QUARTER) / "N/en/report.pdf"
        path.unlink()
        path.mkdir()
        with pytest.raises(StoreError, match=r"report\.pdf"):
            find_changed_files(store, require(subjects.dossier("N")))


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ({}, {}, ()),
        ({"a": "1"}, {"a": "1"}, ()),
        ({"a": "1"}, {"a": "2"}, ("a",)),
        ({"a": "1"}, {"b": "1"}, ("a", "b")),
        # Which field it is says more than the dossier as a whole.
        (
            {"dossier.json": "1", "dossier.json#loop": "1", "dossier.json#asked": "1"},
            {"dossier.json": "2", "dossier.json#loop": "2", "dossier.json#asked": "1"},
            ("dossier.json#loop",),
        ),
        # Where one side does not tell its fields, all of them would seem to be new.
        ({"dossier.json": "1"}, {"dossier.json": "2", "dossier.json#loop": "2"}, ("dossier.json",)),
        ({"dossier.json": "1", "dossier.json#loop": "1"}, {"dossier.json": "1"}, ()),
    ],
)
def test_changed_parts(before: dict[str, str], now: dict[str, str], changed: tuple[str, ...]) -> None:
    assert list_changed_parts(before, now) == changed


@pytest.mark.slow
def test_a_release_of_today_has_each_part(sample_release: Path, settings: Settings) -> None:
    """What a draft writes can be signed: of the district and the city that were made."""
    store = Store.open(sample_release.parents[1], kind="sample", city_id="chicago", domains=("sample",))
    subjects = load_subjects(store, settings, QUARTER)
    assert subjects is not None
    seven = require(subjects.dossier("007"))
    assert {"dossier.json", "en/report.html", "en/report.pdf"} <= set(seven.parts)
    assert find_changed_files(store, seven) == ()
    fields: set[str] = set(subjects.fields("007"))
    assert {"loop", "key_facts", "review"} <= fields
    assert subjects.dossier("001") is None
    tags: list[Any] = [language.tag for language in settings.languages]
    assert all(subjects.language(tag) for tag in tags)
    assert set(subjects.catalogues) == set(tags)

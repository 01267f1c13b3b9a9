"""Where editions lie, and the manifest of a release."""

from pathlib import Path

import pytest

from district_reports.errors import StoreError
from district_reports.periods import Quarter
from district_reports.store import Store

QUARTER = Quarter(2026, 3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data", kind="sample", city_id="toy", domains=("sample",))


def test_editions_lie_by_quarter_district_and_language(store: Store) -> None:
    editions = store.root / "editions"
    assert store.release_dir(QUARTER) == editions / "2026Q3"
    assert store.edition_dir(QUARTER, "007") == editions / "2026Q3/007"
    assert store.edition_dir(QUARTER, "city", "zh-Hant") == editions / "2026Q3/city/zh-Hant"


def test_a_file_is_written_when_it_differs(store: Store) -> None:
    path = store.edition_dir(QUARTER, "007", "es") / "report.html"
    assert store.load_file(path) is None
    assert store.save_file(path, b"one")
    assert not store.save_file(path, b"one")
    assert store.save_file(path, b"two")
    assert store.load_file(path) == b"two"


def test_files_of_an_edition_are_removed_but_those_to_keep(store: Store) -> None:
    folder = store.edition_dir(QUARTER, "007", "es")
    for name in ("report.html", "report.pdf", "meetings.ics", "edition.json"):
        store.save_file(folder / name, b"x")
    store.remove_edition(QUARTER, "007", "es", keep=("report.html", "edition.json"))
    assert sorted(path.name for path in folder.iterdir()) == ["edition.json", "report.html"]
    store.remove_edition(QUARTER, "007", "es")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("place", ["../outside.html", "editions/../../outside.html", "/tmp/outside.html"])  # noqa: S108
def test_a_file_outside_is_refused(store: Store, place: str) -> None:
    with pytest.raises(StoreError, match="expected a place inside"):
        store.save_file(store.root / place, b"x")


@pytest.mark.parametrize("name", ["..", "a/b", ""])
def test_names_that_lead_elsewhere_are_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError):
        store.edition_dir(QUARTER, name)
    with pytest.raises(StoreError):
        store.edition_dir(QUARTER, "007", name)


def test_a_release_comes_back(store: Store) -> None:
    assert store.load_release(QUARTER) is None
    assert store.save_release(QUARTER, {"b": [1], "a": "ż"})
    assert not store.save_release(QUARTER, {"a": "ż", "b": [1]})
    assert store.load_release(QUARTER) == {"a": "ż", "b": [1]}


@pytest.mark.parametrize(("text", "words"), [("{", "expected JSON"), ("[]", "expected a JSON object, got list")])
def test_a_damaged_release_is_an_error(store: Store, text: str, words: str) -> None:
    store.save_release(QUARTER, {})
    (store.release_dir(QUARTER) / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=words):
        store.load_release(QUARTER)


def test_releases_are_listed_oldest_first_and_only_with_a_manifest(store: Store) -> None:
    assert store.list_releases() == ()
    for quarter in (Quarter(2018, 3), Quarter(2017, 4), Quarter(2018, 1)):
        store.save_release(quarter, {})
    (store.release_dir(Quarter(2018, 1)) / "manifest.json").unlink()
    store.save_file(store.root / "editions" / "notes" / "manifest.json", b"{}")
    assert store.list_releases() == (Quarter(2017, 4), Quarter(2018, 3))

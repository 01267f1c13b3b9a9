"""Snapshots of what people entered: under their digest, and one of them current."""

import hashlib
from pathlib import Path

import pytest

from district_reports.errors import StoreError
from district_reports.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "data", kind="sample", city_id="toy", domains=("sample",))


def manifests(store: Store) -> list[str]:
    return sorted(path.name for path in (store.root / "snapshots/ledger/manifests").iterdir())


def test_there_is_none_before_the_first(store: Store) -> None:
    assert store.load_ledger() is None
    assert store.load_ledger("0" * 64) is None


def test_the_last_one_is_current_and_earlier_ones_stay(store: Store) -> None:
    first, second = store.save_ledger(b"one"), store.save_ledger(b"two")
    assert first == hashlib.sha256(b"one").hexdigest()
    assert store.load_ledger() == (b"two", second)
    assert store.load_ledger(first) == (b"one", first)
    assert store.save_ledger(b"one") == first
    assert store.load_ledger() == (b"one", first)
    assert manifests(store) == sorted([f"{first}.json", f"{second}.json"])


def test_one_that_was_changed_by_hand_is_an_error(store: Store) -> None:
    digest = store.save_ledger(b"one")
    (store.root / "snapshots/ledger/manifests" / f"{digest}.json").write_bytes(b"two")
    with pytest.raises(StoreError, match="expected the SHA-256 of its name"):
        store.load_ledger()


@pytest.mark.parametrize("digest", ["../../about", "A" * 64, "0" * 63])
def test_a_name_that_is_no_digest_is_refused(store: Store, digest: str) -> None:
    with pytest.raises(StoreError, match="expected a SHA-256"):
        store.load_ledger(digest)


def test_a_broken_pointer_is_an_error(store: Store) -> None:
    store.save_ledger(b"one")
    (store.root / "snapshots/ledger/manifest.json").write_text("{}")
    with pytest.raises(StoreError, match="expected a digest"):
        store.load_ledger()

"""A signed and a published release of the toy city, made once, copied by every test that needs one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from district_reports.publish.layout import Layout
from district_reports.publish.showing import Workshop
from district_reports.publish.tree import Hasher
from district_reports.settings import Settings
from district_reports.store import Store
from flows import publish_gate
from tests.unit.publish.small_publication import (
    LATER,
    copy_of,
    make_signed,
    open_records,
    open_store,
    publish,
    tiny_makers,
)
from tests.unit.review.small_release import toy_settings


@pytest.fixture(scope="session")
def toy() -> Settings:
    return toy_settings()


@pytest.fixture(scope="session")
def signed_template(toy: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("signed")
    make_signed(open_store(toy, root), toy)
    return root


@pytest.fixture(scope="session")
def published_template(toy: Settings, signed_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish_gate, "make_makers", tiny_makers)
        publish(copy_of(signed_template, root, toy), toy)
    return root


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few and quick pages in place of the whole site."""
    monkeypatch.setattr(publish_gate, "make_makers", tiny_makers)


@pytest.fixture
def signed(toy: Settings, signed_template: Path, tmp_path: Path, tiny: None) -> Store:
    """A data directory whose release nothing stands against."""
    return copy_of(signed_template, tmp_path, toy)


@pytest.fixture
def published(toy: Settings, published_template: Path, tmp_path: Path, tiny: None) -> Store:
    """A data directory whose release is public as v1."""
    return copy_of(published_template, tmp_path, toy)


@pytest.fixture
def workshop(toy: Settings, published: Store) -> Iterator[Workshop]:
    """Where the next publication or withdrawal works."""
    with closing(open_records(published)) as database:
        yield Workshop(Layout(published.root), database, tiny_makers(toy, published), Hasher(), LATER)

"""The whole site as one tree, and the one rename."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from district_reports.errors import StoreError
from district_reports.model import PublicVersion
from district_reports.publish.history import load_versions
from district_reports.publish.layout import Layout, find_digest, site_names
from district_reports.publish.showing import Workshop, load_history
from district_reports.publish.switch import build_tree, switch
from district_reports.publish.tree import Hasher
from tests.unit.publish.small_publication import served

PAGES: Mapping[str, bytes] = {"index.html": b"new", "es/007/index.html": b"siete"}


@pytest.fixture
def versions(workshop: Workshop) -> tuple[PublicVersion, ...]:
    return load_versions(workshop.layout, load_history(workshop.database))


def test_an_empty_site_is_a_site(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    built = build_tree(layout, (), PAGES, Hasher())
    assert served(tmp_path) == {}
    assert switch(layout, built.name) is True
    assert served(tmp_path) == dict(PAGES)
    assert switch(layout, built.name) is False
    # It may be moved, and leads to the same.
    (tmp_path / "public").rename(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "index.html").read_bytes() == b"new"


def test_a_built_site_is_not_public_before_the_switch(workshop: Workshop, versions: tuple[PublicVersion, ...]) -> None:
    layout = workshop.layout
    before = served(layout.root)
    built = build_tree(layout, versions, PAGES, Hasher())
    assert served(layout.root) == before
    switch(layout, built.name)
    assert served(layout.root)["es/007/index.html"] == b"siete"
    assert (layout.root / "public" / "2026Q3" / "latest" / "measures.csv").exists()


def test_the_same_site_has_the_same_name_and_never_takes_the_place_of_itself(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    one = build_tree(layout, (), PAGES, Hasher())
    switch(layout, one.name)
    other = build_tree(layout, (), PAGES, Hasher())
    assert (one.digest, one.name) != (other.digest, other.name)
    assert one.digest == other.digest
    assert {one.name, other.name} == set(site_names(one.digest))
    assert find_digest(other.name, ["f" * 64, one.digest]) == one.digest
    assert find_digest("0" * 16, [one.digest]) == ""
    assert served(tmp_path) == dict(PAGES)


@pytest.mark.parametrize("path", ["../out.html", "/etc/out.html", "a/../../out.html", ".htaccess", "a//b"])
def test_a_page_that_would_stand_outside_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(StoreError, match="plain names"):
        build_tree(Layout(tmp_path / "data"), (), {path: b"x"}, Hasher())
    assert not (tmp_path / "out.html").exists()
    assert not (tmp_path / "data" / "published" / "sites" / ".new").exists()


@pytest.mark.parametrize("path", ["2026Q3/v1/N/en/report.html", "2026Q3/v1/release.json", "2026Q3/latest/index.html"])
def test_a_page_never_takes_the_place_of_a_signed_file(
    workshop: Workshop, versions: tuple[PublicVersion, ...], path: str
) -> None:
    before = served(workshop.layout.root)
    with pytest.raises(StoreError):
        build_tree(workshop.layout, versions, {**PAGES, path: b"x"}, Hasher())
    assert served(workshop.layout.root) == before


def test_a_folder_in_place_of_the_link_is_not_replaced(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    built = build_tree(layout, (), PAGES, Hasher())
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "index.html").write_bytes(b"somebody's own")
    assert layout.find_site() == "no link"
    with pytest.raises(StoreError, match="public: expected to be written"):
        switch(layout, built.name)
    assert (tmp_path / "public" / "index.html").read_bytes() == b"somebody's own"

"""Trees that are written once: what they hold, and what somebody did to them."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.errors import StoreError
from district_reports.publish import tree
from district_reports.publish.tree import Hasher, Listing, find_differences, list_tree, write_file

# SHA-256 of b"one\n" and b"two\n", by sha256sum.
ONE = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"
TWO = "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a"
NAMES = st.text(alphabet="ab/", min_size=1, max_size=4)
LINKS = st.text(alphabet="xy/", min_size=1, max_size=4).map("link/".__add__)
LISTINGS = st.builds(
    Listing, st.dictionaries(NAMES, st.sampled_from([ONE, TWO])), st.dictionaries(LINKS, st.sampled_from(["v1", "v2"]))
)


def listed(root: Path) -> Listing:
    return list_tree(root, Hasher())


def test_a_tree_is_listed_with_its_files_and_links(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "one.txt", b"one\n")
    write_file(tmp_path / "two.txt", b"two\n")
    (tmp_path / "a" / "latest").symlink_to("one.txt")
    assert listed(tmp_path) == Listing({"two.txt": TWO, "a/one.txt": ONE}, {"a/latest": "one.txt"})


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_bytes(b"one\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "way").symlink_to(tmp_path / "out")
    assert listed(tmp_path / "in") == Listing({}, {"way": str(tmp_path / "out")})


def test_what_is_no_file_does_not_stop_the_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert listed(tmp_path) == Listing({}, {"pipe": "no file"})


@given(LISTINGS)
def test_a_listing_is_read_as_it_was_written(listing: Listing) -> None:
    assert Listing.decode(listing.encode()) == listing
    assert find_differences(listing, listing) == []


@given(LISTINGS, LISTINGS)
def test_two_listings_differ_where_their_bytes_do(one: Listing, other: Listing) -> None:
    assert bool(find_differences(one, other)) == (one.encode() != other.encode())


def test_each_difference_is_named() -> None:
    before = Listing({"a": ONE, "b": ONE, "c": ONE}, {"latest": "v1"})
    now = Listing({"a": ONE, "b": TWO, "d": TWO}, {"latest": "v2"})
    assert find_differences(before, now) == ["b: changed", "c: removed", "d: added", "latest: changed"]


def test_a_file_that_became_a_link_is_changed(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"one\n")
    before = listed(tmp_path)
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to("/dev/null")
    assert find_differences(before, listed(tmp_path)) == ["a: changed"]


def test_files_are_readable_by_any_server_and_writable_by_none(tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        write_file(tmp_path / "site" / "a" / "one.txt", b"one\n")
        tree.flush_tree(tmp_path / "site")
    finally:
        os.umask(mask)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "site").rglob("*")}
    assert found == {"a": 0o755, "one.txt": 0o444}
    assert stat.S_IMODE((tmp_path / "site").stat().st_mode) == 0o755


def test_a_file_is_never_written_twice_nor_through_a_link(tmp_path: Path) -> None:
    write_file(tmp_path / "one.txt", b"one\n")
    (tmp_path / "way").symlink_to(tmp_path / "one.txt")
    for name in ("one.txt", "way"):
        with pytest.raises(StoreError, match="File exists"):
            write_file(tmp_path / name, b"two\n")
    assert (tmp_path / "one.txt").read_bytes() == b"one\n"


def test_a_second_name_is_the_same_file(tmp_path: Path) -> None:
    write_file(tmp_path / "one.txt", b"one\n")
    tree.link_file(tmp_path / "one.txt", tmp_path / "b" / "one.txt")
    assert (tmp_path / "b" / "one.txt").samefile(tmp_path / "one.txt")


@pytest.mark.parametrize("number", [errno.EPERM, errno.EMLINK, errno.EXDEV, errno.ENOTSUP])
def test_where_there_are_no_second_names_there_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*paths: object, **more: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    write_file(tmp_path / "one.txt", b"one\n")
    tree.link_file(tmp_path / "one.txt", tmp_path / "two.txt")
    assert (tmp_path / "two.txt").read_bytes() == b"one\n"
    assert not (tmp_path / "two.txt").samefile(tmp_path / "one.txt")


def test_a_full_disk_is_no_reason_to_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", refuse)
    write_file(tmp_path / "one.txt", b"one\n")
    with pytest.raises(StoreError, match="No space left"):
        tree.link_file(tmp_path / "one.txt", tmp_path / "two.txt")
    assert not (tmp_path / "two.txt").exists()


def test_a_file_that_stands_in_two_trees_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(tmp_path / "a" / "one.txt", b"one\n")
    tree.link_file(tmp_path / "a" / "one.txt", tmp_path / "b" / "one.txt")
    hasher = Hasher()
    assert list_tree(tmp_path / "a", hasher).files == {"one.txt": ONE}
    monkeypatch.setattr(Path, "open", lambda *rest: pytest.fail("it was read again"))
    assert list_tree(tmp_path / "b", hasher).files == {"one.txt": ONE}


def test_removing_what_is_not_there_is_nothing(tmp_path: Path) -> None:
    tree.remove_tree(tmp_path / "nothing")
    (tmp_path / "way").symlink_to(tmp_path)
    tree.remove_tree(tmp_path / "way")
    assert tree.list_names(tmp_path) == ()
    assert tree.list_names(tmp_path / "nothing") == ()

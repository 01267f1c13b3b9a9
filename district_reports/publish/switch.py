"""The whole site as one tree, built aside and checked, and the one rename that makes it public.

Readers go through the link `public`: each path they ask for is answered from the old tree or from the new one. The old
tree stays until the next publication, for those who are in the middle of reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from district_reports.errors import ReviewError, StoreError
from district_reports.model import PublicVersion
from district_reports.periods import Quarter
from district_reports.publish.layout import LATEST, NEW, RELEASE, Layout, folder_name, site_names
from district_reports.publish.tree import (
    Hasher,
    Listing,
    find_differences,
    flush_tree,
    link_file,
    link_name,
    list_tree,
    make_folder,
    open_folder,
    remove_tree,
    rename,
    write_file,
)
from district_reports.publish.versions import require_plain
from district_reports.store import files

LINK: Final = ".public.new.tmp"
"""The new link, before it takes the place of the old one."""


class BuiltSite(NamedTuple):
    """A whole site that stands on the disk, public or not."""

    digest: str
    """Of its listing: what the log tells."""
    name: str
    """Of its folder."""


def build_tree(
    layout: Layout,
    versions: Sequence[PublicVersion],
    pages: Mapping[str, bytes],
    hasher: Hasher,
) -> BuiltSite:
    """Build a whole site aside, check and flush it.

    Args:
        layout: Of the data directory.
        versions: All there ever were.
        pages: Of the site by path below its root, those in place of withdrawn versions among them.
        hasher: What it has read of the versions stays known.

    Raises:
        ReviewError: If the tree does not hold what the versions say they hold.
        StoreError: If the disk is full; the tree that is public is as it was.
    """
    folder = layout.sites / NEW
    remove_tree(folder)
    make_folder(folder)
    for above in (layout.sites.parent, layout.sites):
        open_folder(above)
    try:
        expected = _fill(layout, folder, versions, pages)
        problems = find_differences(expected, list_tree(folder, hasher))
        if problems:
            raise ReviewError(
                f"new site: expected what was published, got: {'; '.join(problems[:20])}", problems=problems
            )
        flush_tree(folder)
        data = expected.encode()
        digest = hashlib.sha256(data).hexdigest()
        name = _choose_name(layout, digest)
        files.save_bytes(layout.listing_path(digest), data)
        remove_tree(layout.site_dir(name))
        rename(folder, layout.site_dir(name))
    except BaseException:
        # A full disk gets its room back.
        with suppress(StoreError):
            remove_tree(folder)
        raise
    return BuiltSite(digest, name)


def _choose_name(layout: Layout, digest: str) -> str:
    """Return the name of the new folder: never that of the one which is public."""
    plain, other = site_names(digest)
    return other if layout.find_site() == plain else plain


def _fill(layout: Layout, folder: Path, versions: Sequence[PublicVersion], pages: Mapping[str, bytes]) -> Listing:
    made: dict[str, str] = {}
    newest: dict[str, int] = {}
    for version in versions:
        release = version.release
        if version.state != "withdrawn":
            above = f"{release.quarter}/{folder_name(release.version)}"
            made |= _link(layout, folder / above, above, version)
        newest[release.quarter] = max(release.version, newest.get(release.quarter, 0))
    for path, data in sorted(pages.items()):
        write_file(folder / require_plain(path), data)
        made[path] = hashlib.sha256(data).hexdigest()
    # The newest, gone or not: who follows an old address to a report that was withdrawn is told so.
    links = {f"{quarter}/{LATEST}": folder_name(number) for quarter, number in newest.items()}
    for path, target in links.items():
        make_folder((folder / path).parent)
        link_name(folder / path, target)
    return Listing(made, links)


def _link(layout: Layout, folder: Path, above: str, version: PublicVersion) -> dict[str, str]:
    release = version.release
    source = layout.version_dir(Quarter.parse(release.quarter), release.version, release.manifest)
    made = {}
    for file in release.files:
        link_file(source / require_plain(file.path), folder / file.path)
        made[f"{above}/{file.path}"] = file.sha256
    link_file(source / RELEASE, folder / RELEASE)
    made[f"{above}/{RELEASE}"] = hashlib.sha256(files.load_bytes(source / RELEASE) or b"").hexdigest()
    return made


def switch(layout: Layout, name: str) -> bool:
    """Make a whole site public by one rename, and return whether it was not before.

    Args:
        layout: Of the data directory.
        name: Of the site's folder.

    Raises:
        StoreError: If it cannot be done; what is public is as it was.
    """
    if layout.find_site() == name:
        return False
    temporary = layout.root / LINK
    remove_tree(temporary)
    link_name(temporary, str(layout.link_target(name)))
    rename(temporary, layout.public)
    return True

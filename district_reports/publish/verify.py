"""Whether what was published is still what was published: every version and the current site, file by file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from district_reports.errors import ReviewError
from district_reports.publish.history import History, Known, load_release
from district_reports.publish.layout import RELEASE, Layout, find_digest
from district_reports.publish.tree import Hasher, Listing, find_differences, list_tree, translated

TOLD: Final = 20
"""Problems that a message tells; the error holds all."""


def require_untouched(layout: Layout, history: History, hasher: Hasher) -> None:
    """Return nothing if nobody has changed what is public, nor what it is made from.

    Raises:
        ReviewError: If a file was changed, added or removed; it names each.
        StoreError: If something cannot be read.
    """
    problems = [*find_version_problems(layout, history.versions, hasher), *find_site_problems(layout, history, hasher)]
    require_none(problems)


def require_versions(layout: Layout, history: History, hasher: Hasher) -> None:
    """Return nothing if the versions that stand are what they were, whatever somebody did to the site around them.

    Raises:
        ReviewError: If a file was changed, added or removed; it names each.
        StoreError: If something cannot be read.
    """
    standing = [known for known in history.versions if known.withdrawn_at is None]
    require_none(find_version_problems(layout, standing, hasher))


def require_none(problems: Sequence[str]) -> None:
    """Return nothing if there is no problem.

    Raises:
        ReviewError: If there is one.
    """
    if problems:
        more = f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
        told = "; ".join(problems[:TOLD]) + more
        message = f"expected what was published, got it changed by hand: {told}"
        raise ReviewError(message, problems=problems)


def find_version_problems(layout: Layout, versions: Sequence[Known], hasher: Hasher) -> list[str]:
    """Return what is not as it was published in these versions.

    Raises:
        StoreError: If something cannot be read.
    """
    problems: list[str] = []
    for known in versions:
        folder = layout.version_dir(known.quarter, known.version, known.manifest)
        try:
            release = load_release(layout, known)
        except ReviewError as error:
            # Without it nobody can tell what else should be there.
            problems += error.problems
            continue
        listed = {file.path: file.sha256 for file in release.files}
        expected = Listing({**listed, RELEASE: known.release})
        problems += _called(layout.tell(folder), find_differences(expected, list_tree(folder, hasher)))
    return problems


def find_site_problems(layout: Layout, history: History, hasher: Hasher) -> list[str]:
    """Return what is not as it was built in the site that is public.

    It may be an older one than the log tells last: a run that was killed had no time to switch.

    Raises:
        StoreError: If something cannot be read.
    """
    name = layout.find_site()
    if not name:
        return []
    digest = find_digest(name, history.sites)
    if not digest:
        return [f"{layout.public.name}: leads to {name}, of which the log of review knows nothing"]
    return find_tree_problems(layout, digest, name, hasher)


def find_tree_problems(layout: Layout, digest: str, name: str, hasher: Hasher) -> list[str]:
    """Return what is not as it was built in a whole site, public or not.

    Args:
        layout: Of the data directory.
        digest: Of the site's listing.
        name: Of its folder.
        hasher: Reads files.

    Raises:
        StoreError: If something cannot be read.
    """
    folder, path = layout.site_dir(name), layout.listing_path(digest)
    with translated(path, "read"):
        if not path.is_file():
            return [f"{layout.tell(path)}: removed"]
        data = path.read_bytes()
        is_there = folder.is_dir() and not folder.is_symlink()
    if hashlib.sha256(data).hexdigest() != digest:
        return [f"{layout.tell(path)}: changed"]
    if not is_there:
        return [f"{layout.tell(folder)}: removed"]
    # Called as readers find it.
    return _called(layout.public.name, find_differences(Listing.decode(data), list_tree(folder, hasher)))


def _called(above: str, problems: Sequence[str]) -> list[str]:
    return [f"{above}/{problem}" for problem in problems]

"""Where published bytes lie in the data directory, and how an address below the public root is spelled."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from district_reports.periods import Quarter

NEW: Final = ".new"
"""Name of a tree that is being built; what a killed run left of one is removed by the next."""
RELEASE: Final = "release.json"
"""Says what a version holds; its last file."""
LATEST: Final = "latest"


class Layout:
    """The folders `public` and `published` of a data directory; the tree is drawn in the package's docstring."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.public = root / "public"
        """The link that web servers follow."""
        self.versions = root / "published" / "versions"
        self.sites = root / "published" / "sites"

    def version_dir(self, quarter: Quarter, version: int, manifest: str) -> Path:
        """Return the folder of a version; its name tells the start of the signed manifest's digest."""
        return self.versions / str(quarter) / f"{folder_name(version)}-{manifest[:12]}"

    def site_dir(self, name: str) -> Path:
        """Return the folder of a whole site."""
        return self.sites / name

    def listing_path(self, digest: str) -> Path:
        """Return the file that tells what a whole site holds; beside it, since it is no part of it."""
        return self.sites / f"{site_names(digest)[0]}.json"

    def find_site(self) -> str:
        """Return the name of the site that is public: of its folder; empty where none is, other text where it is wrong.

        A link that leads elsewhere gives the place it leads to, and what is no link gives "no link".
        """
        if not self.public.is_symlink():
            return "no link" if self.public.exists() else ""
        target = self.public.readlink()
        return target.name if target == self.link_target(target.name) else str(target)

    def link_target(self, name: str) -> Path:
        """Return what the link says: relative, so that the data directory may be moved."""
        return Path("published", "sites", name)

    def tell(self, path: Path) -> str:
        """Return how messages call a path: from the data directory on."""
        return path.relative_to(self.root).as_posix()


def site_names(digest: str) -> tuple[str, str]:
    """Return the names that the folder of a site may have: the start of its listing's digest, plain or with a mark.

    There are two, so that a site which somebody changed by hand can be replaced by itself.
    """
    return digest[:16], f"{digest[:16]}-b"


def find_digest(name: str, digests: Iterable[str]) -> str:
    """Return which of these sites a folder's name belongs to; empty: none."""
    return next((digest for digest in digests if name in site_names(digest)), "")


def folder_name(version: int) -> str:
    """Return the name of a version's folder on the site."""
    return f"v{version}"

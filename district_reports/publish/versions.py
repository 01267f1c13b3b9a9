"""A version's folder: the signed bytes, copied and checked, the kits, and `release.json` as its last file.

Copied, not linked, from `editions`: what somebody does to a draft later must not reach what is public. What stands on
the site are links to these files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from district_reports.errors import ReviewError, StaleError, StoreError
from district_reports.model import PublicFile, Summary, Version
from district_reports.publish.history import History, Known, load_summary
from district_reports.publish.layout import NEW, RELEASE, Layout, site_names
from district_reports.publish.plans import Plan
from district_reports.publish.signed import MANIFEST, SUMMARY, SignedFile, SignedRelease
from district_reports.publish.tree import (
    Hasher,
    flush_tree,
    list_names,
    list_tree,
    make_folder,
    remove_tree,
    rename,
    translated,
    write_file,
)

KITS: Final = "kits"
MakePages = Callable[[Version, Path], Mapping[str, bytes]]
"""Returns the files about a version that hold no number of their own, by path below its folder, which is handed in."""
MakeKit = Callable[[Path, Version, str, Mapping[str, Summary]], bytes]
"""Returns the kit of a place: called with the version's folder, the version, the place and what may be quoted."""


def copy_release(layout: Layout, release: SignedRelease) -> dict[str, Summary]:
    """Copy the signed bytes into the folder of a new version, and return what may be quoted of each edition.

    Args:
        layout: Of the data directory.
        release: Without holes.

    Raises:
        StaleError: If a file is not the one that was signed.
        ReviewError: If an edition calls itself a sample or a preview, or is not what its place in the release says.
        StoreError: If the disk is full.
    """
    folder = new_folder(layout, release)
    remove_tree(folder)
    make_folder(folder)
    for file in release.files():
        copy_checked(release.folder / file.path, folder / file.path, file)
    write_file(folder / MANIFEST, release.data)
    summaries = {}
    for place in release.places:
        for tag in release.languages:
            summary = load_summary(folder / place / tag / SUMMARY, layout)
            _require_fitting(summary, release, place, tag)
            summaries[f"{place}/{tag}"] = summary
    return summaries


def new_folder(layout: Layout, release: SignedRelease) -> Path:
    """Return the folder in which a version is built, before it has a name."""
    return layout.versions / str(release.quarter) / NEW


def copy_checked(source: Path, target: Path, file: SignedFile) -> None:
    """Copy a file whose bytes are those that were signed.

    Raises:
        StaleError: If they are not, or there is none; nothing is written.
        StoreError: If it cannot be read or written.
    """
    with translated(source, "read"):
        try:
            descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError as error:
            raise StaleError(f"{file.path}: expected what was signed, found none", changed=[file.path]) from error
        with open(descriptor, "rb") as opened:  # noqa: PTH123 - a descriptor
            data = opened.read()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise StaleError(f"{file.path}: expected what was signed, got other bytes", changed=[file.path])
    write_file(target, data)


def _require_fitting(summary: Summary, release: SignedRelease, place: str, tag: str) -> None:
    name = f"{place}/{tag}/{SUMMARY}"
    if (summary.place, summary.language, summary.quarter) != (place, tag, str(release.quarter)):
        got = f"{summary.place} {summary.language} {summary.quarter}"
        raise ReviewError(f"{name}: expected {place} {tag} {release.quarter}, got {got}", problems=[name])
    if summary.banners:
        raise ReviewError(f"{name}: expected a report without a banner, got {summary.banners[0]!r}", problems=[name])


def describe(release: SignedRelease, plan: Plan, files: tuple[PublicFile, ...] = ()) -> Version:
    """Return what a version says of itself."""
    return Version(
        quarter=str(release.quarter),
        version=plan.version,
        published_at=plan.published_at,
        manifest=release.digest,
        correction=plan.correction,
        correction_translations=plan.correction_translations,
        signatures=plan.signatures,
        missed=plan.missed,
        places=release.places,
        languages=release.languages,
        files=files,
    )


def write_kits(
    layout: Layout, release: SignedRelease, plan: Plan, summaries: Mapping[str, Summary], kit: MakeKit
) -> None:
    """Write the kit of every place into the folder of the new version.

    Raises:
        TranslationError: If a catalogue lacks a sentence.
        StoreError: If the disk is full.
    """
    folder, about = new_folder(layout, release), describe(release, plan)
    for place in release.places:
        write_file(folder / KITS / f"{place}.zip", kit(folder, about, place, summaries))


def close_version(layout: Layout, release: SignedRelease, plan: Plan, pages: MakePages) -> str:
    """Finish the new version and give its folder its name; return the digest of `release.json`, its last file.

    No page of the site shows it yet, and the log does not tell of it: a run that is killed here leaves a folder that
    the next run removes.

    Raises:
        StoreError: If the disk is full.
    """
    folder = new_folder(layout, release)
    for path, page in pages(describe(release, plan), folder).items():
        write_file(folder / require_plain(path), page)
    files = _list_files(folder)
    data = (describe(release, plan, files).model_dump_json(indent=1) + "\n").encode()
    write_file(folder / RELEASE, data)
    flush_tree(folder)
    final = layout.version_dir(release.quarter, plan.version, release.digest)
    remove_tree(final)
    rename(folder, final)
    return hashlib.sha256(data).hexdigest()


def _list_files(folder: Path) -> tuple[PublicFile, ...]:
    found = list_tree(folder, Hasher())
    with translated(folder, "read"):
        return tuple(
            PublicFile(path=path, sha256=digest, size=(folder / path).stat().st_size)
            for path, digest in sorted(found.files.items())
        )


def remove_leftovers(layout: Layout, history: History) -> None:
    """Remove what killed runs left: versions that the log does not tell of, and trees without a name.

    To be called once it is known that nobody has changed what is public: a log that was put back to an older day
    knows of no newer version either, and then the public site is one that the log does not know.

    Raises:
        StoreError: If something cannot be removed.
    """
    known = {_folder_of(layout, version) for version in history.versions}
    for quarter in list_names(layout.versions):
        for name in list_names(layout.versions / quarter):
            if layout.versions / quarter / name not in known:
                remove_tree(layout.versions / quarter / name)
    keep = {layout.find_site(), *(site_names(history.site) if history.site else ())}
    keep |= {f"{name.partition('-')[0]}.json" for name in keep}
    for name in list_names(layout.sites):
        if name not in keep:
            remove_tree(layout.sites / name)


def _folder_of(layout: Layout, known: Known) -> Path:
    return layout.version_dir(known.quarter, known.version, known.manifest)


def require_plain(path: str) -> str:
    """Return a path below a root that is made of plain names alone.

    Raises:
        StoreError: If it could lead out of it.
    """
    parts = path.split("/")
    if not all(parts) or any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        raise StoreError(f"{path!r:.80}: expected a path of plain names", path=Path(path.replace("\0", "")))
    return path

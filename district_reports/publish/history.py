"""What is public, and was: derived from the log of review, read together with what each version says of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from district_reports.errors import ConfigError, LogError, ReviewError
from district_reports.model import Entry, PublicVersion, Summary, Version
from district_reports.periods import Quarter
from district_reports.publish.layout import RELEASE, Layout
from district_reports.publish.tree import translated

PUBLISHED: Final = "published"
WITHDRAWN: Final = "withdrawn"
SITE_BUILT: Final = "site_built"
"""The pages around the versions were made anew; no version came or went."""
KINDS: Final = (PUBLISHED, WITHDRAWN, SITE_BUILT)


@dataclass(frozen=True)
class Known:
    """A version, as the log tells of it."""

    quarter: Quarter
    version: int
    manifest: str
    """SHA-256 of the manifest that was signed."""
    release: str
    """SHA-256 of `release.json`, which lists all other files."""
    published_at: datetime
    withdrawn_at: datetime | None = None
    reason: str = ""
    """Of the withdrawal, in the city's first language."""
    reason_translations: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.quarter} v{self.version}"


@dataclass(frozen=True)
class History:
    """All versions there ever were, oldest first, and the sites that showed them."""

    versions: tuple[Known, ...] = ()
    sites: tuple[str, ...] = ()
    """Digests of the listings of whole sites; the last one is to be public now."""
    changed_at: datetime | None = None
    """When the last of them was logged."""

    @property
    def site(self) -> str:
        """Digest of the site that is to be public; empty: none."""
        return self.sites[-1] if self.sites else ""

    def of(self, quarter: Quarter) -> tuple[Known, ...]:
        """Return the versions of a quarter, oldest first."""
        return tuple(known for known in self.versions if known.quarter == quarter)

    def find(self, quarter: Quarter, version: int) -> Known | None:
        """Return one version; None where there is none of that number."""
        return next((known for known in self.of(quarter) if known.version == version), None)


def read_history(entries: Iterable[Entry]) -> History:
    """Return what the log tells of publication.

    Args:
        entries: Rows of all quarters, oldest first; rows of other kinds are passed over.

    Raises:
        LogError: If a row lacks what it must tell.
    """
    versions: dict[tuple[str, int], Known] = {}
    sites: list[str] = []
    changed_at = None
    for entry in entries:
        if entry.kind not in KINDS:
            continue
        try:
            if entry.kind != SITE_BUILT:
                key = (entry.quarter, int(entry.content["version"]))
                versions[key] = _publish(entry) if entry.kind == PUBLISHED else _withdraw(versions[key], entry)
            sites.append(str(entry.content["site"]))
        except (AttributeError, KeyError, TypeError, ValueError, ConfigError) as error:
            message = f"log of review: row {entry.seq} ({entry.kind}): expected version, digests and site, got {error}"
            raise LogError(message, seq=entry.seq) from error
        changed_at = entry.at
    return History(tuple(versions.values()), tuple(sites), changed_at)


def _publish(entry: Entry) -> Known:
    content = entry.content
    return Known(
        quarter=Quarter.parse(entry.quarter),
        version=int(content["version"]),
        manifest=str(content["manifest"]),
        release=str(content["release"]),
        published_at=entry.at,
    )


def _withdraw(known: Known, entry: Entry) -> Known:
    # Rows from before there were translations have none.
    translations = {str(tag): str(text) for tag, text in entry.content.get("reason_translations", {}).items()}
    reason = str(entry.content["reason"])
    return replace(known, withdrawn_at=entry.at, reason=reason, reason_translations=translations)


def load_versions(layout: Layout, history: History) -> tuple[PublicVersion, ...]:
    """Return all versions with their files, and how each stands, oldest first.

    A version that was superseded stays so when the newer one is withdrawn: it was replaced because it was wrong.

    Raises:
        ReviewError: If what a version says of itself is not what was logged.
        StoreError: If it cannot be read.
    """
    return tuple(_load(layout, history, known) for known in history.versions)


def _load(layout: Layout, history: History, known: Known) -> PublicVersion:
    later = next((other for other in history.of(known.quarter) if other.version > known.version), None)
    release = load_release(layout, known)
    superseded_by = later.version if later else 0
    if known.withdrawn_at is not None:
        return PublicVersion(
            release=release,
            state="withdrawn",
            reason=known.reason,
            reason_translations=dict(known.reason_translations),
            ended_at=known.withdrawn_at,
            superseded_by=superseded_by,
        )
    if later is not None:
        return PublicVersion(
            release=release, state="superseded", ended_at=later.published_at, superseded_by=superseded_by
        )
    return PublicVersion(release=release, state="current")


def load_release(layout: Layout, known: Known) -> Version:
    """Return what a version says of itself.

    Raises:
        ReviewError: If it is not what was logged.
        StoreError: If it cannot be read.
    """
    path = layout.version_dir(known.quarter, known.version, known.manifest) / RELEASE
    data = _read(path)
    if data is None or hashlib.sha256(data).hexdigest() != known.release:
        what = "removed" if data is None else "changed"
        raise ReviewError(
            f"{layout.tell(path)}: expected what was published, got it {what} by hand",
            problems=[f"{layout.tell(path)}: {what}"],
        )
    return Version.model_validate_json(data)


def load_summaries(layout: Layout, history: History) -> dict[tuple[str, int], Mapping[str, Summary]]:
    """Return what may be quoted of each edition, by quarter and version, then by `place/language`.

    Nothing of a version that was withdrawn may be quoted.

    Raises:
        ReviewError: If one is not what was published.
        StoreError: If one cannot be read.
    """
    found: dict[tuple[str, int], Mapping[str, Summary]] = {}
    for known in history.versions:
        if known.withdrawn_at is not None:
            continue
        folder = layout.version_dir(known.quarter, known.version, known.manifest)
        release = load_release(layout, known)
        found[str(known.quarter), known.version] = {
            f"{place}/{tag}": load_summary(folder / place / tag / "summary.json", layout)
            for place in release.places
            for tag in release.languages
        }
    return found


def load_summary(path: Path, layout: Layout) -> Summary:
    """Return what may be quoted of an edition.

    Raises:
        ReviewError: If it is none.
        StoreError: If it cannot be read.
    """
    try:
        return Summary.model_validate_json(_read(path) or b"")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ReviewError(f"{layout.tell(path)}: expected a summary, got at {place}: {first['msg']}") from error


def _read(path: Path) -> bytes | None:
    with translated(path, "read"):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

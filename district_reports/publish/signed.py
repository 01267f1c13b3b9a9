"""The release that was signed, as its manifest tells it: is it real, is it whole, does the disk hold it.

Belongs here: what can be told from manifest and files. Does not belong here: who signed (`review.standing`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from district_reports.checks import require_passed
from district_reports.errors import ReviewError
from district_reports.model import CITY, CheckResult
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.store import Store

MANIFEST: Final = "manifest.json"
MEASURES: Final = "measures.csv"
SUMMARY: Final = "summary.json"
REQUIRED: Final = (
    *("report.html", "report.pdf", "slides.pdf", "handout.pdf", "meeting.pdf", "script.txt"),
    *("email.html", "email.txt", "sms.txt", "card.png", "card.txt", "data.csv", "data.json", SUMMARY),
)
"""Files without which an edition has a hole."""
OPTIONAL: Final = ("pocket.pdf", "meetings.ics")
"""Files that an edition has where there is something to put into them."""
TOLD: Final = 20
"""Problems that a message tells; the error holds all."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class SignedFile:
    """A file of the release."""

    path: str
    """Below the folder of the release, and below that of the version."""
    sha256: str


@dataclass(frozen=True)
class SignedRelease:
    """The release of a quarter."""

    quarter: Quarter
    folder: Path
    data: bytes
    """The manifest, byte for byte: its SHA-256 is what the publisher signs."""
    manifest: Mapping[str, Any]
    places: tuple[str, ...]
    """That the city has now: districts, then the city."""
    languages: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest."""
        return hashlib.sha256(self.data).hexdigest()

    def files_of(self, place: str, tag: str) -> Mapping[str, str]:
        """Return the files of an edition with their SHA-256; none where it was not made."""
        edition = self.manifest["editions"].get(f"{place}/{tag}", {})
        return dict(edition["files"]) if edition.get("state") == "made" else {}

    def files(self) -> Iterator[SignedFile]:
        """Give all files that are published, but the manifest; to be asked once `find_unsafe` finds none."""
        yield SignedFile(MEASURES, self.manifest["measures"])
        for place in self.places:
            for tag in self.languages:
                for name, digest in sorted(self.files_of(place, tag).items()):
                    yield SignedFile(f"{place}/{tag}/{name}", digest)


def load_signed(store: Store, settings: Settings, quarter: Quarter) -> SignedRelease | None:
    """Return the release of a quarter; None where there is none.

    Raises:
        ReviewError: If what is there is no manifest.
        StoreError: If it cannot be read.
    """
    folder = store.release_dir(quarter)
    data = store.load_file(folder / MANIFEST)
    if data is None:
        return None
    try:
        manifest = json.loads(data)
    except ValueError:
        manifest = None
    parts = ("dossiers", "editions", "inputs")
    if not isinstance(manifest, dict) or not all(isinstance(manifest.get(part), dict) for part in parts):
        problem = f"{MANIFEST}: expected the manifest of a release, got another form"
        raise ReviewError(f"{quarter}: {problem}", problems=[problem])
    return SignedRelease(
        quarter=quarter,
        folder=folder,
        data=data,
        manifest=manifest,
        places=(*settings.district_ids, CITY),
        languages=tuple(language.tag for language in settings.languages),
    )


def require_real(store: Store, quarter: Quarter, manifest: Mapping[str, Any] | None) -> None:
    """Return nothing if the release is made from real rows of a complete quarter; asked before anything else.

    Args:
        store: The data directory it stands in.
        quarter: Which.
        manifest: Of the release; None where there is none yet.

    Raises:
        ChecksFailed: If it is a sample or a preview, or does not say.
    """
    found = manifest or {}
    is_sample = store.about.kind == "sample" or found.get("is_sample", manifest is not None) is not False
    is_preview = found.get("is_preview", manifest is not None) is not False
    require_passed(
        CheckResult(check_id=check_id, passed=False, required=True, expected=expected, got=got)
        for check_id, is_wrong, expected, got in (
            ("not_a_sample", is_sample, f"real rows in the release {quarter}", "a sample, which is never published"),
            ("not_a_preview", is_preview, f"a complete quarter {quarter}", "a preview, which is never published"),
        )
        if is_wrong
    )


def find_unsafe(release: SignedRelease) -> list[str]:
    """Return what the manifest names that it may not: another quarter, unknown places and languages, names of no file.

    No path is made of what stands here before this finds nothing: a name could lead out of its folder.
    """
    manifest = release.manifest
    problems = []
    if manifest.get("quarter") != str(release.quarter):
        problems.append(f"quarter: expected {release.quarter}, got {manifest.get('quarter')!r:.40}")
    if not _is_digest(manifest.get("measures")):
        problems.append(f"{MEASURES}: expected its SHA-256, got {manifest.get('measures')!r:.80}")
    wanted = {f"{place}/{tag}" for place in release.places for tag in release.languages}
    unknown = sorted(set(manifest["editions"]) - wanted)
    problems += [f"editions: expected places and languages of the city, got {name!r:.80}" for name in unknown]
    unknown = sorted(set(manifest["dossiers"]) - set(release.places))
    problems += [f"dossiers: expected places of the city, got {place!r:.80}" for place in unknown]
    problems += [
        f"dossiers: {place!r:.80}: expected its SHA-256, got {digest!r:.80}"
        for place, digest in manifest["dossiers"].items()
        if not _is_digest(digest)
    ]
    for name, edition in manifest["editions"].items():
        problems += _find_unsafe_files(name, edition)
    return problems


def _find_unsafe_files(name: str, edition: object) -> list[str]:
    files = edition.get("files") if isinstance(edition, dict) else None
    if not isinstance(files, dict):
        return [f"{name!r:.80}: expected an edition, got another form"]
    problems = []
    for file, digest in sorted(files.items()):
        if file not in (*REQUIRED, *OPTIONAL):
            # It could lead elsewhere, take the place of a page of the site, or be run by a web server.
            problems.append(f"{name!r:.80}: expected files that editions have, got {file!r:.80}")
        elif not _is_digest(digest):
            problems.append(f"{name!r:.80}: {file}: expected its SHA-256, got {digest!r:.80}")
    return problems


def find_holes(release: SignedRelease) -> list[str]:
    """Return the files that editions lack; an edition that is missing as a whole is one of them all."""
    return [
        f"{place}/{tag}/{name}: expected it, found none"
        for place in release.places
        for tag in release.languages
        for name in REQUIRED
        if (files := release.files_of(place, tag)) and name not in files
    ]


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def require_none(quarter: Quarter, problems: Sequence[str]) -> None:
    """Return nothing if nothing is wrong with a release.

    Raises:
        ReviewError: If something is; it tells all of it.
    """
    if problems:
        more = f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
        message = f"release {quarter}: expected one that is frozen, whole and signed by all who must, got: "
        raise ReviewError(message + "; ".join(problems[:TOLD]) + more, problems=problems)

"""What a decision names: bytes of a release, by their digest, and the parts they are made of.

A subject is derived from the release manifest alone; what stands on the disk is compared with it by
`find_changed_files`. The parts of a dossier itself (`dossier.json#loop`) are told beside its files, so that whoever
signed it can be told what changed; they are no part of the digest, since the dossier's own is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from district_reports.dossier import digest_of
from district_reports.errors import StoreError
from district_reports.model import IntakeSession, Subject
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.store import Store

RELEASE: Final = "release"
DOSSIER: Final = "dossier"
LANGUAGE: Final = "language"
SESSION: Final = "session"
CATALOGUE: Final = "catalogue"
"""Part of a language's subject: what its sentences are read from."""
DOSSIER_FILE: Final = "dossier.json"


FindFields = Callable[[str], Mapping[str, str]]


class Subjects:
    """What can be signed of one release."""

    def __init__(self, quarter: Quarter, data: bytes, first_language: str, find_fields: FindFields) -> None:
        """Take a release manifest.

        Args:
            quarter: Of the release.
            data: The bytes of the manifest.
            first_language: Tag of the city's first language: commanders sign that edition.
            find_fields: Returns the digest of each field of a place's dossier; of one that is not known, none.
        """
        self.quarter = quarter
        self.manifest: dict[str, Any] = json.loads(data)
        self._data, self._first, self._find_fields = data, first_language, find_fields

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest."""
        return hashlib.sha256(self._data).hexdigest()

    @property
    def dossiers(self) -> dict[str, str]:
        """SHA-256 of each place's dossier."""
        return dict(self.manifest["dossiers"])

    @property
    def catalogues(self) -> dict[str, str]:
        """SHA-256 of each language's catalogue."""
        return dict(self.manifest.get("catalogues", {}))

    @property
    def release(self) -> Subject:
        """The release as a whole: what the analyst and the publisher sign."""
        known = ("dossiers", "editions", "catalogues", "inputs")
        parts = {name: _digest(value) for name, value in self.manifest.items() if name not in known}
        parts |= {f"inputs/{name}": _digest(value) for name, value in self.manifest.get("inputs", {}).items()}
        parts |= {f"{place}/{DOSSIER_FILE}": digest for place, digest in self.manifest["dossiers"].items()}
        parts |= {f"{CATALOGUE}/{tag}": digest for tag, digest in self.catalogues.items()}
        parts |= {name: _digest(edition) for name, edition in self.manifest["editions"].items()}
        return self._subject(RELEASE, self.digest, parts)

    def dossier(self, place: str) -> Subject | None:
        """Return a place's dossier with its edition in the city's first language; None where the release has none."""
        digest = self.manifest["dossiers"].get(place)
        files = self.files(place, self._first)
        if digest is None or not files:
            return None
        parts = {DOSSIER_FILE: digest, **{f"{self._first}/{name}": found for name, found in files.items()}}
        return self._subject(f"{DOSSIER}/{place}", _digest(parts), parts)

    def detail(self, subject: Subject) -> Subject:
        """Return a dossier's subject with the digests of the dossier's fields among its parts; any other as it is."""
        kind, _, place = subject.name.partition("/")
        if kind != DOSSIER:
            return subject
        more = {f"{DOSSIER_FILE}#{name}": found for name, found in self._find_fields(place).items()}
        return subject.model_copy(update={"parts": {**subject.parts, **more}})

    def language(self, tag: str) -> Subject | None:
        """Return a language's catalogue with all its editions; None where the release has none."""
        editions = {place: self.files(place, tag) for place in self.dossiers}
        parts = {f"{place}/{name}": found for place, files in editions.items() for name, found in files.items()}
        if not parts:
            return None
        parts[CATALOGUE] = self.catalogues.get(tag, "")
        return self._subject(f"{LANGUAGE}/{tag}", _digest(parts), parts)

    def fields(self, place: str) -> dict[str, str]:
        """Return the digest of each field of a place's dossier; none where the dossier is not at hand."""
        return dict(self._find_fields(place))

    def find(self, name: str) -> Subject | None:
        """Return the subject of a name, such as `dossier/007`; None where the release has none."""
        kind, _, scope = name.partition("/")
        if name == RELEASE:
            return self.release
        return self.dossier(scope) if kind == DOSSIER else self.language(scope) if kind == LANGUAGE else None

    def files(self, place: str, tag: str) -> dict[str, str]:
        """Return the files of one edition with their SHA-256; none where it was not made."""
        edition = self.manifest["editions"].get(f"{place}/{tag}", {})
        return dict(edition.get("files", {})) if edition.get("state") == "made" else {}

    def list_files(self) -> Iterator[tuple[str, str]]:
        """Yield every file of the release: its path below the quarter's folder, and its SHA-256."""
        yield "measures.csv", str(self.manifest["measures"])
        for place, digest in self.manifest["dossiers"].items():
            yield f"{place}/{DOSSIER_FILE}", digest
        for name, edition in self.manifest["editions"].items():
            for file, digest in edition.get("files", {}).items():
                yield f"{name}/{file}", digest

    def _subject(self, name: str, digest: str, parts: Mapping[str, str]) -> Subject:
        return Subject(name=name, quarter=str(self.quarter), digest=digest, parts=dict(sorted(parts.items())))


def load_subjects(store: Store, settings: Settings, quarter: Quarter) -> Subjects | None:
    """Return what can be signed of a quarter's release; None before its first draft.

    Raises:
        StoreError: If the manifest is there and cannot be read.
    """
    path = store.release_dir(quarter) / "manifest.json"
    data = store.load_file(path)
    if data is None:
        return None
    dossiers = _read_manifest(data, path)["dossiers"]

    def find_fields(place: str) -> Mapping[str, str]:
        return _read_fields(store, quarter, place, dossiers.get(place, ""))

    return Subjects(quarter, data, settings.languages[0].tag, find_fields)


def session_subject(session: IntakeSession, quarter: Quarter) -> Subject:
    """Return what a host objects to: one session, as it is told."""
    digest = digest_of(session)
    name = f"{SESSION}/{session.session_id}"
    return Subject(name=name, quarter=str(quarter), digest=digest, parts={name: digest})


def find_changed_files(store: Store, subject: Subject) -> tuple[str, ...]:
    """Return the files of a subject that do not hold on the disk what the subject says, by their parts' names.

    Of the release they are named by their path below the quarter's folder.

    Raises:
        StoreError: If a file is there and cannot be read.
    """
    quarter = Quarter.parse(subject.quarter)
    folder = store.release_dir(quarter)
    if subject.name == RELEASE:
        data = store.load_file(folder / "manifest.json") or b""
        if hashlib.sha256(data).hexdigest() != subject.digest:
            return ("manifest.json",)
        wanted = [
            (name, folder / name, digest) for name, digest in Subjects(quarter, data, "", _no_fields).list_files()
        ]
    else:
        paths = {name: _find_path(folder, subject, name) for name in subject.parts}
        wanted = [(name, path, subject.parts[name]) for name, path in paths.items() if path is not None]
    return tuple(name for name, path, digest in wanted if not _holds(store, path, digest))


def list_changed_parts(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Return the parts that differ; where it is told which fields of a dossier do, the dossier itself is left out."""
    changed = {name for name in {*before, *now} if before.get(name) != now.get(name)}
    fields = {name for name in changed if name.startswith(f"{DOSSIER_FILE}#")}
    has_fields = any("#" in name for name in before) and any("#" in name for name in now)
    if not has_fields:
        return tuple(sorted(changed - fields))
    return tuple(sorted(changed - {DOSSIER_FILE} if fields else changed))


def _read_fields(store: Store, quarter: Quarter, place: str, digest: str) -> Mapping[str, str]:
    path = store.edition_dir(quarter, place) / DOSSIER_FILE
    try:
        return _fields_of(path, digest)
    except (OSError, ValueError):
        # Only a help: what is broken is told by whoever compares the files.
        return {}


@lru_cache(maxsize=64)
def _fields_of(path: Path, digest: str) -> Mapping[str, str]:
    """Return the digests of the fields of a dossier that has this digest."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("another dossier")
    return {name: _digest(value) for name, value in json.loads(data).items()}


def _read_manifest(data: bytes, path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise StoreError(f"{path}: expected JSON, got: {error}", path=path) from error
    wanted = ("dossiers", "editions", "measures")
    if not isinstance(manifest, dict) or not all(name in manifest for name in wanted):
        raise StoreError(f"{path}: expected a release manifest with {', '.join(wanted)}, got another form", path=path)
    return manifest


def _find_path(folder: Path, subject: Subject, part: str) -> Path | None:
    """Return the file of a part; None of one that is no file of the release."""
    kind, _, scope = subject.name.partition("/")
    if kind == DOSSIER and "#" not in part:
        return folder / scope / part
    if kind == LANGUAGE and part != CATALOGUE:
        place, _, name = part.partition("/")
        return folder / place / scope / name
    return None


def _holds(store: Store, path: Path, digest: str) -> bool:
    data = store.load_file(path)
    return data is not None and hashlib.sha256(data).hexdigest() == digest


def _no_fields(place: str) -> Mapping[str, str]:
    return {}


def _digest(value: object) -> str:
    return hashlib.sha256(
        json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()

"""Editions: what the reports are made of and made into, below `editions/<quarter>/`."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from district_reports.errors import ConfigError, StoreError
from district_reports.periods import Quarter
from district_reports.store import files
from district_reports.store.names import require_name


class EditionFolder:
    """The folder `editions` of a data directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def release_dir(self, quarter: Quarter) -> Path:
        """Return the folder of a quarter's release."""
        return self.root / "editions" / str(quarter)

    def list_releases(self) -> tuple[Quarter, ...]:
        """Return the quarters that have a release manifest, oldest first; other folders are passed over.

        Raises:
            StoreError: If the folder cannot be read.
        """
        folder = self.root / "editions"
        try:
            names = [path.parent.name for path in folder.glob("*/manifest.json")]
        except OSError as error:
            raise StoreError(f"{folder}: expected to be read, got: {error.strerror}", path=folder) from error
        found = []
        for name in names:
            with suppress(ConfigError):
                found.append(Quarter.parse(name))
        return tuple(sorted(found))

    def edition_dir(self, quarter: Quarter, district_id: str, language: str | None = None) -> Path:
        """Return the folder of one edition; without a language that of the dossier."""
        folder = self.release_dir(quarter)
        folder = folder / require_name(district_id, folder)
        return folder if language is None else folder / require_name(language, folder)

    def has_edition(self, quarter: Quarter, district_id: str, language: str) -> bool:
        """Return whether any file of an edition is there."""
        folder = self.edition_dir(quarter, district_id, language)
        return folder.is_dir() and any(folder.iterdir())

    def remove_edition(self, quarter: Quarter, district_id: str, language: str, *, keep: Collection[str] = ()) -> None:
        """Remove the files of an edition, but those with a name to keep.

        Raises:
            StoreError: If one cannot be removed.
        """
        folder = self.edition_dir(quarter, district_id, language)
        try:
            for path in sorted(folder.glob("*")):
                if path.name not in keep:
                    path.unlink()
        except OSError as error:
            raise StoreError(f"{folder}: expected to remove an edition, got: {error.strerror}", path=folder) from error

    def save_file(self, path: Path, data: bytes) -> bool:
        """Write a file of the data directory whole, unless it holds these bytes, and return whether it was.

        Raises:
            StoreError: If it lies outside, or cannot be written; the old file is then untouched.
        """
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise StoreError(f"{path}: expected a place inside {self.root}", path=path)
        return files.save_bytes(path, data)

    def load_file(self, path: Path) -> bytes | None:
        """Return the bytes of a file, or None if there is none.

        Raises:
            StoreError: If it is there and cannot be read.
        """
        return files.load_bytes(path)

    def load_release(self, quarter: Quarter) -> dict[str, Any] | None:
        """Return the release manifest of a quarter, or None if there is none.

        Raises:
            StoreError: If it is there and cannot be read.
        """
        path = self.release_dir(quarter) / "manifest.json"
        data = files.load_bytes(path)
        if data is None:
            return None
        try:
            document = json.loads(data)
        except ValueError as error:
            raise StoreError(f"{path}: expected JSON, got: {error}", path=path) from error
        if not isinstance(document, dict):
            raise StoreError(f"{path}: expected a JSON object, got {type(document).__name__}", path=path)
        return document

    def save_release(self, quarter: Quarter, document: dict[str, Any]) -> bool:
        """Write the release manifest of a quarter, to be done last, and return whether it changed.

        Raises:
            StoreError: If it cannot be written; the old one is then untouched.
        """
        return files.save_json(self.release_dir(quarter) / "manifest.json", document)

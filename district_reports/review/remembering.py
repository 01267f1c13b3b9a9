"""Earlier drafts of a release, kept as digests alone: so that a reader of one can be told what changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from district_reports.model import Subject
from district_reports.periods import Quarter
from district_reports.review.subjects import RELEASE, Subjects, load_subjects
from district_reports.settings import Settings
from district_reports.store import Store

REMEMBERED: Final = 40
"""Drafts of a quarter that are kept."""


def remember_release(store: Store, settings: Settings, quarter: Quarter) -> None:
    """Keep the manifest of the draft that stands there, with the digests of its dossiers' fields.

    To be called under the lock of the data directory.

    Raises:
        StoreError: If it cannot be read or written.
    """
    subjects = load_subjects(store, settings, quarter)
    folder = _folder(store, quarter)
    if subjects is None or (folder / f"{subjects.digest}.json").exists():
        return
    fields = {place: subjects.fields(place) for place in subjects.dossiers}
    document = {"manifest": subjects.manifest, "fields": fields}
    data = (json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()
    store.save_file(folder / f"{subjects.digest}.json", data)
    oldest_first = sorted(folder.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    for path in oldest_first[:-REMEMBERED]:
        path.unlink(missing_ok=True)


def recall_subject(store: Store, settings: Settings, quarter: Quarter, name: str, digest: str) -> Subject | None:
    """Return a subject as an earlier draft had it; None where that is not remembered.

    Raises:
        StoreError: If what is remembered is there and cannot be read.
    """
    for path in sorted(_folder(store, quarter).glob("*.json")):
        try:
            document = json.loads(store.load_file(path) or b"")
            subjects = _rebuild(document, settings, quarter)
            subject = subjects.find(name)
        except (ValueError, KeyError, TypeError, AttributeError):
            # Only a help: what was changed by hand is passed over.
            continue
        found = path.stem if name == RELEASE else subject.digest if subject else ""
        if subject is not None and found == digest:
            return subjects.detail(subject).model_copy(update={"digest": digest})
    return None


def _rebuild(document: dict[str, Any], settings: Settings, quarter: Quarter) -> Subjects:
    fields: dict[str, Mapping[str, str]] = document["fields"]

    def find_fields(place: str) -> Mapping[str, str]:
        return fields.get(place, {})

    return Subjects(quarter, json.dumps(document["manifest"]).encode(), settings.languages[0].tag, find_fields)


def _folder(store: Store, quarter: Quarter) -> Path:
    return store.root / "snapshots" / "review" / str(quarter)

"""The manifest of a release: what was made from what, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from district_reports.dossier import Facts, digest_of
from district_reports.metrics import CITY
from district_reports.model import Dossier
from district_reports.settings import Settings
from district_reports.store import Store
from flows.records import EditionResult
from flows.rendering import digest_program


def build_manifest(
    facts: Facts,
    measures: bytes,
    dossiers: Mapping[str, Dossier],
    editions: Iterable[EditionResult],
    earlier: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the manifest of a quarter's release.

    Args:
        facts: Of the quarter.
        measures: The bytes of `measures.csv`.
        dossiers: By place.
        editions: What this run made, found, or failed to make.
        earlier: The manifest before this run; its editions stand where this run did not ask for them and their
            inputs are the same.
    """
    settings = facts.settings
    inputs = {
        "config": settings.config_digest,
        "program": digest_program(),
        "snapshots": {origin.origin_id: origin.snapshot for origin in facts.origins},
        "report_date": facts.report_date.isoformat(),
    }
    kept = _kept(earlier, inputs)
    kept.update({_name(edition.district_id, edition.language): _entry(edition) for edition in editions})
    names = [_name(place, tag) for place in (*settings.district_ids, CITY) for tag in _tags(settings)]
    entries = {name: kept.get(name, {"state": "not_made", "files": {}}) for name in names}
    return {
        "quarter": str(facts.quarter),
        "is_sample": facts.is_sample,
        "is_preview": facts.is_preview,
        "is_whole": all(entry["state"] == "made" for entry in entries.values()),
        "inputs": inputs,
        "measures": hashlib.sha256(measures).hexdigest(),
        "dossiers": {place: digest_of(dossier) for place, dossier in dossiers.items()},
        "editions": entries,
    }


def save_manifest(store: Store, facts: Facts, manifest: dict[str, Any]) -> None:
    """Write the manifest; it is the last file of a draft."""
    store.save_release(facts.quarter, manifest)


def _kept(earlier: Mapping[str, Any] | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return dict(earlier["editions"]) if earlier is not None and earlier.get("inputs") == inputs else {}


def _entry(edition: EditionResult) -> dict[str, Any]:
    if edition.error:
        return {"state": "failed", "files": {}, "error": edition.error}
    return {"state": "made", "files": edition.files}


def _name(place: str, tag: str) -> str:
    return f"{place}/{tag}"


def _tags(settings: Settings) -> tuple[str, ...]:
    return tuple(language.tag for language in settings.languages)

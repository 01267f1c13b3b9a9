"""The manifest of a release: what was made from what, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from district_reports.dossier import Facts, digest_of
from district_reports.model import CITY, Dossier
from district_reports.periods import Quarter
from district_reports.render.i18n import digest_catalogue
from district_reports.settings import Settings, find_asset
from district_reports.store import Store
from flows.records import DraftRequest, EditionResult
from flows.rendering import digest_program, find_job, plan_jobs


def build_manifest(
    facts: Facts,
    measures: bytes,
    dossiers: Mapping[str, Dossier],
    editions: Iterable[EditionResult],
    others: Mapping[str, EditionResult | None],
) -> dict[str, Any]:
    """Return the manifest of a quarter's release.

    Args:
        facts: Of the quarter.
        measures: The bytes of `measures.csv`.
        dossiers: By place.
        editions: What this run made, found, or failed to make.
        others: From `find_others`.
    """
    settings = facts.settings
    known = {name: _entry(edition) for name, edition in others.items()}
    known.update({_name(edition.district_id, edition.language): _entry(edition) for edition in editions})
    names = [_name(place, tag) for place in (*settings.district_ids, CITY) for tag in _tags(settings)]
    entries = {name: known.get(name, {"state": "not_made", "files": {}}) for name in names}
    return {
        "quarter": str(facts.quarter),
        "is_sample": facts.is_sample,
        "is_preview": facts.is_preview,
        "is_whole": all(entry["state"] == "made" for entry in entries.values()),
        "inputs": {
            "config": settings.config_digest,
            "program": digest_program(),
            "snapshots": {origin.origin_id: origin.snapshot for origin in facts.origins},
            "readings": facts.extras.readings_digest,
            **_people(facts),
            "report_date": facts.report_date.isoformat(),
        },
        "catalogues": {tag: digest_catalogue(find_asset("templates", "locale"), tag) for tag in _tags(settings)},
        "measures": hashlib.sha256(measures).hexdigest(),
        "dossiers": {place: digest_of(dossier) for place, dossier in dossiers.items()},
        "editions": entries,
    }


def _people(facts: Facts) -> dict[str, Any]:
    """Return what the parts on what people said were made from, and whether unchecked services were left out."""
    voices = facts.voices
    if voices is None:
        return {}
    return {
        "ledger": voices.ledger_digest,
        "register": voices.register.digest if voices.register else "",
        "taking_part": voices.part.files,
        "is_frozen": voices.is_frozen,
        "review": voices.review_digest,
    }


def find_others(store: Store, request: DraftRequest, settings: Settings) -> dict[str, EditionResult | None]:
    """Return the editions that stand there though this run did not ask for them, by `place/language`.

    One whose inputs are still the same comes with its files; one that is out of date as None.
    """
    others: dict[str, EditionResult | None] = {}
    for place in (*settings.district_ids, CITY):
        for tag in _tags(settings):
            is_asked = place in request.districts and tag in request.languages
            if is_asked or not store.has_edition(Quarter.parse(request.quarter), place, tag):
                continue
            (job,) = plan_jobs(store, request.model_copy(update={"districts": (place,), "languages": (tag,)}), 1)
            found = find_job(job)
            others[_name(place, tag)] = found[0] if found else None
    return others


def save_manifest(store: Store, facts: Facts, manifest: dict[str, Any]) -> None:
    """Write the manifest; it is the last file of a draft."""
    store.save_release(facts.quarter, manifest)


def _entry(edition: EditionResult | None) -> dict[str, Any]:
    if edition is None:
        return {"state": "outdated", "files": {}}
    if edition.error:
        return {"state": "failed", "files": {}, "error": edition.error}
    return {"state": "made", "files": edition.files}


def _name(place: str, tag: str) -> str:
    return f"{place}/{tag}"


def _tags(settings: Settings) -> tuple[str, ...]:
    return tuple(language.tag for language in settings.languages)

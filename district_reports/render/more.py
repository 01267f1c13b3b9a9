"""The parts of a report that go beyond counts of crimes, in the resident's order."""

from __future__ import annotations

from district_reports.dossier.blocks import request_kinds
from district_reports.render.conduct import build_complaints, build_force
from district_reports.render.daily_life import build_communities, build_rates, build_requests, build_trust
from district_reports.render.fears import build_fears
from district_reports.render.guide import list_guide_keys
from district_reports.render.honesty import build_asked, build_revisions
from district_reports.render.ladder import build_outcomes
from district_reports.render.outcomes import build_clearance, build_court, require_outcome_keys
from district_reports.render.sheet import Sheet
from district_reports.render.view import Section
from district_reports.settings import Settings

BUILDERS = (
    build_fears,
    build_outcomes,
    build_clearance,
    build_court,
    build_complaints,
    build_force,
    build_requests,
    build_trust,
    build_communities,
    build_rates,
    build_revisions,
    build_asked,
)


def build_more(sheet: Sheet) -> tuple[Section, ...]:
    """Return every part that the city's config has."""
    sections = (build(sheet) for build in BUILDERS)
    return tuple(section for section in sections if section is not None)


def implied_keys(settings: Settings) -> list[str]:
    """Return the ids of sentences that the config of these parts calls for."""
    outcomes = settings.outcomes
    keys = require_outcome_keys(settings)
    keys += [f"asked.{entry.asked_id}" for entry in settings.asked if not entry.shown_in]
    keys += [f"requests.kind.{kind}" for kind in request_kinds(settings)]
    keys += list_guide_keys(settings)
    told: dict[str, object] = {
        "crimes": outcomes.fears,
        "arrests": outcomes.arrests,
        "victims": outcomes.victims,
        "complaints": outcomes.complaints,
        "requests": outcomes.requests,
        "sentiment": outcomes.trust,
        "court": outcomes.court,
        "force": outcomes.force,
    }
    return keys + [f"source_name.{source_id}" for source_id, part in told.items() if part]

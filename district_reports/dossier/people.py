"""The parts of a dossier that come from people: the loop, what happened, what was heard, the guide, taking part."""

from __future__ import annotations

from typing import Any

from district_reports.dossier.facts import Facts
from district_reports.dossier.guide import build_guide, build_taking_part
from district_reports.dossier.heard import build_heard
from district_reports.dossier.loop import build_loop


def build_people(facts: Facts, place: str) -> dict[str, Any]:
    """Return those fields of a dossier, by name; none at all where nothing of the kind is known."""
    voices, settings, quarter = facts.voices, facts.settings, facts.quarter
    if voices is None:
        return {}
    until, ledger, register = voices.until, voices.ledger, voices.register
    part = voices.part
    return {
        "loop": build_loop(ledger.items, settings, quarter, until, place),
        "happened": tuple(
            sorted(
                (
                    happening
                    for happening in ledger.happenings
                    # The city's report tells what concerned the whole city, not every district's.
                    if happening.district_id == place and quarter.start <= happening.on <= until
                ),
                key=lambda happening: (happening.on, happening.happening_id),
            )
        ),
        "heard": build_heard(register, ledger, settings, quarter, place, until) if register else None,
        "guide": build_guide(settings, place, facts.report_date, voices.checks, voices.is_frozen, register),
        "taking_part": build_taking_part(
            register, part.meetings, part.decisions, part.priorities, settings, place, quarter
        ),
        "review": voices.reviews.get(place),
    }

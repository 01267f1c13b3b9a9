"""Putting measures, counts and shapes together: one dossier for each district and the city."""

from __future__ import annotations

from district_reports.dossier.blocks import build_blocks, compared_metrics, list_asked
from district_reports.dossier.comparisons import (
    Dispersions,
    compare,
    compare_offences,
    count_of,
    estimate_dispersions,
)
from district_reports.dossier.facts import Facts
from district_reports.dossier.outcomes import build_communities, build_ladders, build_rates, find_corrections
from district_reports.dossier.people import build_people
from district_reports.metrics.measures import CITY
from district_reports.model import Dossier, Measure, Note, Part, Places, State

NO_PLACES = Places(kind="tiles", areas=(), shapes=(), unplaced=0)
"""Of a quarter without data: a map of zeros would say that nothing happened."""


def build_dossiers(facts: Facts) -> dict[str, Dossier]:
    """Return the dossier of each district and, last, of the city, by id."""
    dispersions = estimate_dispersions(facts, compared_metrics(facts.settings))
    return {place: _build_dossier(facts, place, dispersions) for place in (*facts.settings.district_ids, CITY)}


def _build_dossier(facts: Facts, place: str, dispersions: Dispersions) -> Dossier:
    report = facts.settings.report
    window = facts.quarter.window(report.history_quarters)
    series = facts.measures.series
    has_data = facts.measures.get(place, facts.quarter, report.all_incidents).state is not State.NO_DATA
    places = _places(facts, place) if has_data else NO_PLACES
    return Dossier(
        city_id=facts.settings.city.city_id,
        district_id=place,
        quarter=str(facts.quarter),
        report_date=facts.report_date,
        is_sample=facts.is_sample,
        is_preview=facts.is_preview,
        origins=facts.origins,
        key_facts=tuple(compare(facts, place, metric, dispersions) for metric in report.key_facts),
        offences=compare_offences(facts, place, dispersions),
        trends=tuple(series(place, window, metric) for metric in report.trends),
        arrests=tuple(series(place, window, metric) for metric in report.arrest_shares),
        hours=facts.breakdowns.hours(place) if has_data else (),
        places=places,
        parts=() if place == CITY else tuple(_part(facts, place, metric) for metric in report.parts),
        notes=(*facts.breakdowns.notes(place), *_notes_on_sources(facts, place, places)),
        remarks=facts.remarks,
        contact=facts.contacts.get(place),
        blocks=build_blocks(facts, place, dispersions),
        ladders=build_ladders(facts, place),
        court=facts.extras.court.get(place),
        readings=tuple(reading for reading in facts.extras.clearance if reading.place in (place, CITY)),
        rates=build_rates(facts, place),
        communities=build_communities(facts, place) if has_data else None,
        asked=list_asked(facts.settings),
        revisions=facts.extras.revisions.get(place),
        corrections=find_corrections(facts, place),
        explanations=facts.extras.explanations,
        **build_people(facts, place),
    )


def _places(facts: Facts, place: str) -> Places:
    return facts.breakdowns.places(place, facts.shapes.get(place, ()))


def _notes_on_sources(facts: Facts, place: str, places: Places) -> tuple[Note, ...]:
    """Return what the page should tell about sources that are missing or contradict each other."""
    failed = {remark.check_id for remark in facts.remarks}
    told = {
        "no_boundaries": places.kind == "tiles" and places is not NO_PLACES,
        "contact_differs": f"contact_{place}" in failed,
    }
    return tuple(Note(note_id=note_id, count=0) for note_id, is_so in told.items() if is_so)


def _part(facts: Facts, place: str, metric: str) -> Part:
    """Return how many of 100 incidents were of one kind, here and in the whole city."""
    get, total = facts.measures.get, facts.settings.report.all_incidents
    here, here_all = get(place, facts.quarter, metric), get(place, facts.quarter, total)
    city, city_all = get(CITY, facts.quarter, metric), get(CITY, facts.quarter, total)
    return Part(
        metric_id=metric,
        here_per_100=_per_100(here, here_all),
        city_per_100=_per_100(city, city_all),
        here=here,
        here_all=here_all,
        city=city,
        city_all=city_all,
    )


def _per_100(part: Measure, whole: Measure) -> float | None:
    """Return incidents per 100, or None where there is none to divide by."""
    count, total = count_of(part), count_of(whole)
    return round(100 * count / total, 6) if count is not None and total else None

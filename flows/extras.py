"""What a report tells beyond measures of incidents: how sources stand, court cohort, communities, categories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from district_reports.dossier import Extras
from district_reports.errors import ContractError
from district_reports.metrics.communities import count_communities
from district_reports.metrics.complaints import list_complaint_categories
from district_reports.metrics.court import find_court
from district_reports.metrics.opened import Opened
from district_reports.metrics.trust import trust_period
from district_reports.model import CheckResult, Freshness, Revisions, Shape, Snapshot, State
from district_reports.periods import Quarter
from district_reports.readings import Readings
from district_reports.shapes import build_shapes
from district_reports.store import Store

COURT, COMMUNITIES, FORCE = "court", "communities", "force"
"""Ids of the counts of court cases, of the source of community shapes, and of the figures read by hand."""


def find_extras(
    opened: Opened,
    store: Store,
    snapshots: Mapping[str, Snapshot],
    quarter: Quarter,
    readings: Readings,
    revisions: Mapping[str, Revisions],
) -> tuple[Extras, list[CheckResult]]:
    """Return the extras, and what could not be drawn.

    Raises:
        ContractError: If stored rows are not as declared.
    """
    outcomes = opened.settings.outcomes
    shapes, remarks = _community_shapes(opened, store, snapshots)
    court = snapshots.get(COURT)
    paths = [store.part_path(COURT, part) for part in court.parts] if court else []
    extras = Extras(
        freshness=find_freshness(opened, quarter, readings),
        court=find_court(opened, paths) if outcomes.court else {},
        communities=count_communities(opened, quarter) if outcomes.communities else None,
        community_shapes=shapes,
        categories=list_complaint_categories(opened, quarter) if outcomes.complaints else {},
        trust_period=trust_period(opened, quarter) if outcomes.trust else None,
        clearance=readings.clearance if outcomes.clearance else (),
        population=readings.population,
        population_year=readings.population_year or 0,
        revisions=revisions,
        corrections=readings.corrections,
        explanations=readings.explanations,
        readings_digest=readings.digest,
    )
    return extras, remarks


def find_freshness(opened: Opened, quarter: Quarter, readings: Readings) -> dict[str, Freshness]:
    """Return how each dated source stands for a quarter, and the figures that are read by hand."""
    found: dict[str, Freshness] = {}
    for source in opened.settings.sources:
        if not source.date or source.form not in ("events", "list"):
            continue
        newest = opened.newest_day(source.source_id) if opened.has(source.source_id) else None
        state = State.NO_DATA
        if newest is not None:
            is_fresh = newest + timedelta(days=source.freshness_days) >= quarter.end
            state = State.OK if is_fresh else State.STALE
        found[source.source_id] = Freshness(
            source_id=source.source_id, state=state, fresh_to=newest, look_at=source.page_url
        )
    if opened.settings.outcomes.force:
        has_reading = any(text == str(quarter) for _, text in readings.force)
        found[FORCE] = Freshness(
            source_id=FORCE,
            state=State.OK if has_reading else State.NOT_PUBLISHED,
            fresh_to=None,
            look_at=opened.settings.outcomes.force.dashboard,
        )
    return found


def _community_shapes(
    opened: Opened, store: Store, snapshots: Mapping[str, Snapshot]
) -> tuple[tuple[Shape, ...], list[CheckResult]]:
    """Return the outlines of the communities; none where their file is missing or holds no usable shapes."""
    snapshot = snapshots.get(COMMUNITIES)
    if snapshot is None or not opened.settings.outcomes.communities:
        return (), []
    geojson = store.part_path(COMMUNITIES, snapshot.parts[0]).read_bytes()
    wanted = [area.area_id for area in opened.settings.communities]
    try:
        outlines = build_shapes(geojson, id_field=opened.settings.source(COMMUNITIES).key, wanted=wanted)
    except ContractError as error:
        remark = CheckResult(
            check_id="shapes_usable",
            passed=False,
            required=False,
            expected="areas that can be drawn",
            got=str(error),
            source_id=COMMUNITIES,
        )
        return (), [remark]
    return outlines.shapes, []

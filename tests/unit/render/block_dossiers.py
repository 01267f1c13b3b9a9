"""Hand-made blocks of a dossier: complaints, force, requests, trust, communities, rates, what was asked, revisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from district_reports.model import (
    Asked,
    Block,
    Communities,
    Community,
    Comparison,
    Correction,
    Direction,
    Dossier,
    Explanation,
    Freshness,
    Measure,
    NamedCount,
    Rate,
    Revision,
    RevisionCauses,
    Revisions,
    Shape,
    State,
    Text,
)
from tests.unit.render.dossiers import AS_OF, QUARTER, make_dossier

PAGE = "https://example.org/look"
KINDS = ("all", "abandoned_building", "street_light", "graffiti", "abandoned_vehicle", "pothole", "rodents")


def fresh(source_id: str, state: State = State.OK, fresh_to: date | None = date(2026, 9, 30)) -> Freshness:
    return Freshness(source_id=source_id, state=state, fresh_to=fresh_to, look_at=PAGE)


def measure(metric_id: str, value: float | None, unit: str, **changes: Any) -> Measure:
    state = State.OK if value is not None else State.NO_DATA
    fields: dict[str, Any] = {"district_id": "007", "quarter": str(QUARTER), "state": state, "as_of": AS_OF}
    fields |= {"origin_id": "made up", "metric_id": metric_id, "value": value, "unit": unit} | changes
    return Measure(**fields)


def compared(metric_id: str, now: float | None, before: float | None, unit: str, **changes: Any) -> Comparison:
    is_known = now is not None and before is not None
    fields: dict[str, Any] = {
        "metric_id": metric_id,
        "now": measure(metric_id, now, unit),
        "year_before": measure(metric_id, before, unit, quarter=str(QUARTER.year_ago())),
        "change_pct": None,
        "direction": Direction.SIMILAR if is_known else Direction.UNKNOWN,
        "earlier_mean": None,
        "earlier_years": 0,
    }
    return Comparison(**(fields | changes))


def complaints(**changes: Any) -> Block:
    old = str(QUARTER.year_ago())
    shares = {"complaint_closed_share": 25, "complaint_finding_share": 10}
    fields: dict[str, Any] = {
        "block_id": "complaints",
        "freshness": (fresh("complaints"),),
        "comparisons": (
            compared("complaint_cases", 42, 40, "cases"),
            compared("complaint_force_cases_12m", 17, 19, "cases"),
        ),
        "measures": (
            *(
                measure(metric, count / 40, "share", quarter=old, numerator=count, denominator=40)
                for metric, count in shares.items()
            ),
            measure("complaint_sustained_share", None, "share", quarter=old, state=State.NOT_PUBLISHED),
            measure("complaint_open_days", 412, "days"),
        ),
        "named": (
            NamedCount(name="Operational <b>Violations", count=60),
            NamedCount(name="Excessive Force", count=17),
            NamedCount(name="", count=9),
        ),
    }
    return Block(**(fields | changes))


def force(now: float | None = None, **changes: Any) -> Block:
    state = State.OK if now is not None else State.NOT_PUBLISHED
    comparison = compared("force_incidents", now, None, "incidents")
    told = comparison.model_copy(update={"now": comparison.now.model_copy(update={"state": state})})
    fields: dict[str, Any] = {"block_id": "force", "freshness": (fresh("force", state, None),), "comparisons": (told,)}
    return Block(**(fields | changes))


def requests(**changes: Any) -> Block:
    fields: dict[str, Any] = {
        "block_id": "requests",
        "freshness": (fresh("requests"),),
        "comparisons": tuple(
            compared(f"requests_{kind}", count, count + 3, "requests")
            for kind, count in zip(KINDS, (900, 31, 88, 120, 45, 200, 0), strict=True)
        ),
        "measures": tuple(
            one
            for kind in KINDS
            for one in (
                measure(f"requests_closed_share_{kind}", 0.5, "share", numerator=5, denominator=10),
                measure(f"requests_days_{kind}", None if kind == "graffiti" else 12, "days"),
            )
        ),
    }
    return Block(**(fields | changes))


def trust(state: State = State.OK, **changes: Any) -> Block:
    scores = (("007", "trust_score", 6.12), ("007", "safety_score", 5.4))
    city = (("city", "trust_score", 6.5), ("city", "safety_score", 5.9))
    fields: dict[str, Any] = {
        "block_id": "trust",
        "freshness": (fresh("sentiment", state, date(2025, 6, 30)),),
        "measures": tuple(
            measure(metric, value, "score", district_id=place, state=state) for place, metric, value in (*scores, *city)
        ),
        "period": (date(2025, 4, 1), date(2025, 6, 30)),
    }
    return Block(**(fields | changes))


SQUARES = tuple(
    Shape(area_id=str(number), rings=(((left, 0), (left + 400, 0), (left + 400, 800), (left, 800)),))
    for number, left in ((67, 0), (68, 500))
)
COMMUNITIES = Communities(
    areas=(
        Community(area_id="67", name="West Englewood", count=1800, per_100=53.3),
        Community(area_id="68", name="Englewood", count=1500, per_100=44.4),
    ),
    elsewhere=70,
    unknown=7,
    shapes=SQUARES,
)
RATES = tuple(
    Rate(
        measure=measure(f"rate_{name}", value, "per_1000"), residents=60000, year=2020, is_residents_base_wrong=is_wrong
    )
    for name, value, is_wrong in (("violent", 6.87, False), ("property", 20.07, True))
)
ASKED = (
    Asked(
        asked_id="discipline",
        shown_in="",
        holder="COPA & others",
        look_at=PAGE,
        asked_on=date(2025, 4, 9),
        reason="not_published",
        is_verified=False,
    ),
    Asked(
        asked_id="retaliation",
        shown_in="",
        holder="",
        look_at="",
        asked_on=date(2025, 4, 9),
        reason="no_statistic",
        is_verified=False,
    ),
    Asked(
        asked_id="crime_types",
        shown_in="kinds",
        holder="",
        look_at="",
        asked_on=date(2025, 4, 9),
        reason="",
        is_verified=True,
    ),
)
REVISIONS = Revisions(
    last_release="2026Q2",
    then_as_of=date(2026, 7, 9),
    now_as_of=AS_OF,
    changes=tuple(
        Revision(quarter=quarter, metric_id="incidents_robbery", then=then, now=then + change)
        for quarter, then, change in (("2026Q1", 83, 1), ("2026Q2", 90, -2))
    ),
    causes=RevisionCauses(late=3, removed=1, reclassified=2, moved=0, arrest_added=5, other=0, touched=1406),
    newest_then=Revision(quarter="2026Q2", metric_id="incidents_all", then=3490, now=3500),
)
CORRECTIONS = (
    Correction(
        corrected_on=date(2026, 9, 1),
        quarter="2026Q1",
        district_ids=(),
        metric_id="incidents_robbery",
        was="88",
        now="83",
        why=Text(language="en", text="We counted a month twice.", translations={"es": "Contamos un mes dos veces."}),
    ),
)
EXPLANATIONS = (
    Explanation(
        check_id="total_near_history",
        source_id="crimes",
        who="analyst",
        on=date(2026, 10, 9),
        why=Text(language="en", text="A storm closed the stations."),
    ),
)


def full_dossier(**changes: Any) -> Dossier:
    """Return a dossier with every block."""
    fields: dict[str, Any] = {
        "blocks": (complaints(), force(), requests(), trust(State.STALE)),
        "communities": COMMUNITIES,
        "rates": RATES,
        "asked": ASKED,
        "revisions": REVISIONS,
        "corrections": CORRECTIONS,
        "explanations": EXPLANATIONS,
    }
    return make_dossier(**(fields | changes))

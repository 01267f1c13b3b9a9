"""Hand-made parts of a dossier that tell what came of incidents: fears, victims, ladders, readings, court files.

The numbers are invented and fit together; nothing is counted or decided by the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from district_reports.model import (
    Block,
    Comparison,
    CourtCohort,
    CourtRung,
    CourtRungId,
    Direction,
    Dossier,
    Freshness,
    Ladder,
    Measure,
    Reading,
    Rung,
    RungId,
    State,
)
from district_reports.periods import Quarter
from tests.unit.render.dossiers import AS_OF, QUARTER, make_dossier, shipped

OLDER = QUARTER.year_ago()
VICTIMS = {"victims_homicide": (11, 9), "victims_nonfatal_shooting": (40, 35), "shooting_incidents": (38, 31)}
"""A year before and now."""
FEARS = {
    "shooting_incidents": (38, 31),
    "incidents_drug": (151, 143),
    "incidents_carjacking": (18, 31),
    "incidents_burglary": (142, 96),
    "incidents_assault_harassment": (260, 255),
    "incidents_transit": (0, 0),
}
WORDS = {"incidents_carjacking": Direction.HIGHER, "incidents_burglary": Direction.LOWER}
REPORTED = {"violent": (480, 412), "property": (1251, 1204), "shooting": (38, 31), "homicide": (11, 9)}
WITHIN: dict[RungId, float] = {"arrest_90": 0.125, "arrest_180": 0.15, "arrest_365": 0.175}
LOOK = "https://clearance.example.org"
COURT: dict[CourtRungId, int] = {
    "received": 1520,
    "charged": 1310,
    "disposed": 1100,
    "convicted": 640,
    "dismissed": 400,
    "other_result": 60,
    "sentenced": 600,
}


def make_outcome_dossier(place: str = "007", **changes: Any) -> Dossier:
    """Return a dossier whose parts on what came of incidents are all there; `changes` are put in as they are."""
    fields: dict[str, Any] = {
        "blocks": (make_fears(place), make_victims(place), make_arrest_windows(place)),
        "ladders": make_ladders(),
        "readings": make_readings(),
        "court": make_court(),
    }
    return make_dossier(place=place, **{**fields, **changes})


def make_count(metric_id: str, value: float | None, quarter: Quarter = QUARTER, **changes: Any) -> Measure:
    """Return a count of incidents, or of people where the metric's id says victims."""
    fields: dict[str, Any] = {
        "district_id": "007",
        "quarter": str(quarter),
        "metric_id": metric_id,
        "value": value,
        "unit": "victims" if metric_id.startswith("victims_") else "incidents",
        "state": State.NO_DATA if value is None else State.OK,
        "as_of": AS_OF,
        "origin_id": "crimes",
    }
    return Measure(**{**fields, **changes})


def make_comparison(metric_id: str, before: int | None, now: int | None, word: Direction | None = None) -> Comparison:
    """Return a count beside the year before, with the word given or the usual one."""
    usual = Direction.UNKNOWN if None in (before, now) else WORDS.get(metric_id, Direction.SIMILAR)
    return Comparison(
        metric_id=metric_id,
        now=make_count(metric_id, now),
        year_before=make_count(metric_id, before, OLDER),
        change_pct=None,
        direction=word or usual,
        earlier_mean=None,
        earlier_years=0,
    )


def make_freshness(source_id: str, state: State = State.OK, fresh_to: date | None = AS_OF) -> Freshness:
    return Freshness(source_id=source_id, state=state, fresh_to=fresh_to, look_at=f"https://{source_id}.example.org")


def make_fears(place: str = "007", counts: dict[str, tuple[int | None, int | None]] | None = None) -> Block:
    """Return the block of fears in the order of the config."""
    return Block(
        block_id="fears",
        freshness=(make_freshness("crimes"), make_freshness("victims")),
        comparisons=tuple(
            make_comparison(metric_id, *{**FEARS, **(counts or {})}[metric_id])
            for metric_id in shipped().outcomes.fears
        ),
    )


def make_victims(place: str = "007") -> Block:
    return Block(
        block_id="victims",
        freshness=(make_freshness("victims"),),
        comparisons=tuple(make_comparison(metric, *counts) for metric, counts in VICTIMS.items()),
    )


def make_arrest_windows(place: str = "007", days: dict[str, float] | None = None) -> Block:
    """Return the block of arrests: a median for each cohort given."""
    medians = {"violent": 4.0, "property": 12.5} if days is None else days
    return Block(
        block_id="arrest_windows",
        freshness=(make_freshness("arrests"),),
        measures=tuple(
            make_count(f"days_to_arrest_{cohort}", value, OLDER, unit="days") for cohort, value in medians.items()
        ),
    )


def make_ladders(older: State = State.OK, newer: State = State.TOO_EARLY) -> tuple[Ladder, ...]:
    """Return each cohort's ladder of a year before, then each cohort's of now, with the state of its arrest rungs."""
    return tuple(
        make_ladder(cohort.cohort_id, str(quarter), REPORTED[cohort.cohort_id][number], state)
        for number, (quarter, state) in enumerate(((OLDER, older), (QUARTER, newer)))
        for cohort in shipped().outcomes.arrests.cohorts  # type: ignore[union-attr]
    )


def make_ladder(
    cohort_id: str,
    quarter: str,
    reported: int | None,
    state: State = State.OK,
    cleared: State = State.NOT_PUBLISHED,
) -> Ladder:
    """Return one ladder; its shares are those of `WITHIN`, each count the nearest whole one."""
    has_value = state.has_value and reported is not None
    rungs = [
        Rung(rung_id="reported", state=State.OK if reported is not None else State.NO_DATA, share=None, count=reported)
    ]
    for rung_id, share in WITHIN.items():
        count = round(share * (reported or 0)) if has_value else None
        rungs.append(Rung(rung_id=rung_id, state=state, share=share if has_value else None, count=count))
    silent: Sequence[RungId] = ("cleared_by_arrest", "cleared_exceptionally", "charged", "court_result")
    rungs += [Rung(rung_id=rung_id, state=cleared, share=None, count=None, look_at=LOOK) for rung_id in silent]
    rest = (reported or 0) - round(WITHIN["arrest_365"] * (reported or 0)) if has_value else None
    rest_share = 1 - WITHIN["arrest_365"] if has_value else None
    rungs.append(Rung(rung_id="open_or_unknown", state=state, share=rest_share, count=rest))
    return Ladder(cohort_id=cohort_id, quarter=quarter, rungs=tuple(rungs))


def make_reading(method: str = "year_to_date_all", **changes: Any) -> Reading:
    """Return a figure of the whole city that nobody has signed."""
    fields: dict[str, Any] = {
        "reading_id": f"reading-{method}",
        "place": "city",
        "period": "2021",
        "method": method,
        "value": 0.499,
        "unit": "share",
        "definition": "homicides_in_year",
        "address": "https://news.example.org/2021",
        "read_by": "",
        "read_on": None,
        "confidence": "medium",
    }
    return Reading(**{**fields, **changes})


def make_readings() -> tuple[Reading, ...]:
    return (
        make_reading(),
        make_reading("year_to_date_arrest", value=0.25, read_by="Data editor", read_on=date(2026, 10, 1)),
        make_reading("year_to_date_exceptional", value=199.0, unit="offences", period="2020"),
        make_reading(
            "cohort_12_months",
            value=0.26,
            definition="homicides_cohort",
            period="2015-2019",
            address="https://study.example.org/a",
        ),
    )


def make_court(cases: dict[CourtRungId, int] | None = None, **changes: Any) -> CourtCohort:
    fields: dict[str, Any] = {
        "freshness": make_freshness("court_intake", State.STALE, date(2024, 11, 30)),
        "years": (2019, 2020, 2021, 2022),
        "rungs": tuple(
            CourtRung(rung_id=rung_id, cases=count) for rung_id, count in {**COURT, **(cases or {})}.items()
        ),
        "other_unit_cases": 0,
        "closed_on": date(2024, 12, 30),
    }
    return CourtCohort(**{**fields, **changes})

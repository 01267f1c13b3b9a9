"""The blocks of a dossier: each the numbers of one part of the report and how its sources stand."""

from __future__ import annotations

from collections.abc import Iterable

from district_reports.dossier.comparisons import YEAR, Dispersions, compare
from district_reports.dossier.facts import Facts
from district_reports.metrics.measures import CITY
from district_reports.model import Asked, Block, Comparison, Freshness, Measure, State
from district_reports.settings import Settings

VICTIMS = ("victims_homicide", "victims_nonfatal_shooting", "shooting_incidents")
COMPLAINT_SHARES = ("complaint_closed_share", "complaint_finding_share", "complaint_sustained_share")
SCORES = ("trust_score", "safety_score")
ALL = "all"
"""Stands for requests of every kind."""


def compared_metrics(settings: Settings) -> tuple[str, ...]:
    """Return the counts that the blocks compare with a year before, each once."""
    outcomes = settings.outcomes
    metrics = [*outcomes.fears]
    metrics += VICTIMS if outcomes.victims else ()
    metrics += ["complaint_cases", "complaint_force_cases_12m"] if outcomes.complaints else []
    metrics += ["force_incidents"] if outcomes.force else []
    metrics += [f"requests_{kind}" for kind in request_kinds(settings)]
    return tuple(dict.fromkeys(metrics))


def request_kinds(settings: Settings) -> tuple[str, ...]:
    """Return the ids of the kinds of requests, all of them first; none where the city publishes no requests."""
    requests = settings.outcomes.requests
    return (ALL, *(kind.kind_id for kind in requests.kinds)) if requests else ()


def build_blocks(facts: Facts, place: str, dispersions: Dispersions) -> tuple[Block, ...]:
    """Return the blocks that the city's config has, in the order of the report."""
    outcomes = facts.settings.outcomes

    def compared(metrics: Iterable[str]) -> tuple[Comparison, ...]:
        return tuple(compare(facts, place, metric, dispersions) for metric in metrics)

    blocks = []
    if outcomes.fears:
        freshness = _freshness(facts, "crimes", "victims")
        blocks.append(Block(block_id="fears", freshness=freshness, comparisons=compared(outcomes.fears)))
    if outcomes.victims:
        blocks.append(Block(block_id="victims", freshness=_freshness(facts, "victims"), comparisons=compared(VICTIMS)))
    if outcomes.arrests:
        blocks.append(_arrest_windows(facts, place))
    if outcomes.complaints:
        blocks.append(_complaints(facts, place, compared(("complaint_cases", "complaint_force_cases_12m"))))
    if outcomes.force:
        force = compared(("force_incidents",))
        blocks.append(Block(block_id="force", freshness=_freshness(facts, "force"), comparisons=force))
    if outcomes.requests:
        blocks.append(_requests(facts, place, compared(f"requests_{kind}" for kind in request_kinds(facts.settings))))
    if outcomes.trust:
        blocks.append(_trust(facts, place))
    return tuple(blocks)


def list_asked(settings: Settings) -> tuple[Asked, ...]:
    """Return every statistic people asked for, in the order of the config."""
    return tuple(Asked(**entry.model_dump(exclude={"passage"})) for entry in settings.asked)


def _freshness(facts: Facts, *source_ids: str) -> tuple[Freshness, ...]:
    return tuple(facts.extras.freshness[source_id] for source_id in source_ids if source_id in facts.extras.freshness)


def _arrest_windows(facts: Facts, place: str) -> Block:
    """Return the shares for all quarters, and the newest medians that may be told."""
    arrests = facts.settings.outcomes.arrests
    windows, cohorts = (arrests.windows, arrests.cohorts) if arrests else ((), ())
    quarters = facts.quarter.window(facts.settings.report.history_quarters)
    series = tuple(
        facts.measures.series(place, quarters, f"arrest_within_{window}_{cohort.cohort_id}")
        for cohort in cohorts
        for window in windows
    )
    medians = (
        _newest_settled(facts.measures.series(place, quarters, f"days_to_arrest_{cohort.cohort_id}"))
        for cohort in cohorts
    )
    return Block(
        block_id="arrest_windows",
        freshness=_freshness(facts, "arrests"),
        series=series,
        measures=tuple(median for median in medians if median is not None),
    )


def _newest_settled(series: tuple[Measure, ...]) -> Measure | None:
    return next((measure for measure in reversed(series) if measure.state is State.OK), None)


def _complaints(facts: Facts, place: str, comparisons: tuple[Comparison, ...]) -> Block:
    """Return cases opened; what became of those a year old; how long the open ones have been open."""
    get, old = facts.measures.get, facts.quarter.shifted(-YEAR)
    measures = [get(place, old, metric) for metric in COMPLAINT_SHARES]
    return Block(
        block_id="complaints",
        freshness=_freshness(facts, "complaints"),
        comparisons=comparisons,
        measures=(*measures, get(place, facts.quarter, "complaint_open_days")),
        named=facts.extras.categories.get(place, ()),
    )


def _requests(facts: Facts, place: str, comparisons: tuple[Comparison, ...]) -> Block:
    measures = [
        facts.measures.get(place, facts.quarter, f"requests_{what}_{kind}")
        for kind in request_kinds(facts.settings)
        for what in ("closed_share", "days")
    ]
    freshness = _freshness(facts, "requests")
    return Block(block_id="requests", freshness=freshness, comparisons=comparisons, measures=tuple(measures))


def _trust(facts: Facts, place: str) -> Block:
    quarters = facts.quarter.window(facts.settings.report.history_quarters)
    here = [facts.measures.get(place, facts.quarter, metric) for metric in SCORES]
    city = [facts.measures.get(CITY, facts.quarter, metric) for metric in SCORES] if place != CITY else []
    return Block(
        block_id="trust",
        freshness=_freshness(facts, "sentiment"),
        measures=(*here, *city),
        series=tuple(facts.measures.series(place, quarters, metric) for metric in SCORES),
        period=facts.extras.trust_period,
    )

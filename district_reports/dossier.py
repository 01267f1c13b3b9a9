"""The dossier: all facts of one report, before wording.

Belongs here: putting measures, counts and shapes together, and deciding which direction word each comparison
may carry. Does not belong here: any sentence, any formatted number, any reading of files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from district_reports.metrics.breakdowns import Breakdowns
from district_reports.metrics.direction import (
    DirectionRule,
    Dispersion,
    Member,
    change_pct,
    choose_direction,
    choose_family,
    compare_counts,
    estimate_dispersion,
)
from district_reports.metrics.measures import CITY, Measures
from district_reports.model import (
    CheckResult,
    Comparison,
    Contact,
    Direction,
    Dossier,
    Measure,
    Note,
    Origin,
    Part,
    Places,
    Record,
    Shape,
    State,
)
from district_reports.periods import Quarter
from district_reports.settings import Settings

NO_PLACES = Places(kind="tiles", areas=(), shapes=(), unplaced=0)
"""Of a quarter without data: a map of zeros would say that nothing happened."""

YEAR = 4
"""Quarters in a year."""


@dataclass(frozen=True)
class Facts:
    """Everything known of one quarter, for all districts: the input of the dossiers."""

    settings: Settings
    quarter: Quarter
    report_date: date
    is_sample: bool
    is_preview: bool
    origins: tuple[Origin, ...]
    measures: Measures
    breakdowns: Breakdowns
    shapes: Mapping[str, tuple[Shape, ...]]
    """By district (its beats) and for the city (its districts); empty where no boundaries are at hand."""
    contacts: Mapping[str, Contact]
    remarks: tuple[CheckResult, ...]


def build_dossiers(facts: Facts) -> dict[str, Dossier]:
    """Return the dossier of each district and, last, of the city, by id."""
    dispersions = _estimate_dispersions(facts)
    return {place: _build_dossier(facts, place, dispersions) for place in (*facts.settings.district_ids, CITY)}


def canonical_json(record: Record) -> bytes:
    """Return the record as JSON of one form only: sorted keys, no spaces, UTF-8, one newline at the end."""
    data = record.model_dump(mode="json")
    return (json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def digest_of(record: Record) -> str:
    """Return the SHA-256 of the record's canonical JSON."""
    return hashlib.sha256(canonical_json(record)).hexdigest()


def load_dossier(data: bytes) -> Dossier:
    """Return the dossier written by `canonical_json`."""
    return Dossier.model_validate_json(data)


@dataclass(frozen=True)
class _Dispersions:
    """Dispersion of each metric's counts, over districts and for the city alone."""

    districts: Mapping[str, Dispersion]
    city: Mapping[str, Dispersion]

    def of(self, place: str, metric_id: str) -> Dispersion:
        return (self.city if place == CITY else self.districts)[metric_id]


def _estimate_dispersions(facts: Facts) -> _Dispersions:
    report = facts.settings.report
    metrics = sorted({*report.key_facts, *report.trends, *report.offences})
    earlier = facts.quarter.window(report.history_quarters)[:-1]
    return _Dispersions(
        districts={
            metric: estimate_dispersion(_history(facts.measures, facts.settings.district_ids, earlier, metric))
            for metric in metrics
        },
        city={metric: estimate_dispersion(_history(facts.measures, (CITY,), earlier, metric)) for metric in metrics},
    )


def _history(measures: Measures, places: Sequence[str], quarters: Sequence[Quarter], metric: str) -> pd.DataFrame:
    """Return counts, incidents: index quarters (oldest first), columns places; NaN without data."""
    return pd.DataFrame(
        {place: [measures.get(place, quarter, metric).value for quarter in quarters] for place in places},
        index=[str(quarter) for quarter in quarters],
        dtype=float,
    )


def _build_dossier(facts: Facts, place: str, dispersions: _Dispersions) -> Dossier:
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
        key_facts=tuple(_compare(facts, place, metric, dispersions) for metric in report.key_facts),
        offences=_compare_offences(facts, place, dispersions),
        trends=tuple(series(place, window, metric) for metric in report.trends),
        arrests=tuple(series(place, window, metric) for metric in report.arrest_shares),
        hours=facts.breakdowns.hours(place) if has_data else (),
        places=places,
        parts=() if place == CITY else tuple(_part(facts, place, metric) for metric in report.parts),
        notes=(*facts.breakdowns.notes(place), *_notes_on_sources(facts, place, places)),
        remarks=facts.remarks,
        contact=facts.contacts.get(place),
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


def _rule(facts: Facts) -> DirectionRule:
    return DirectionRule(**facts.settings.report.direction.model_dump())


def _compare(facts: Facts, place: str, metric: str, dispersions: _Dispersions) -> Comparison:
    """Return one comparison that stands alone, uncorrected for the number of others."""
    comparison = _without_word(facts, place, metric)
    rule = _rule(facts)
    tested = _test(comparison, place, dispersions, rule)
    return comparison.model_copy(update={"direction": choose_direction(*tested, rule)})


def _compare_offences(facts: Facts, place: str, dispersions: _Dispersions) -> tuple[Comparison, ...]:
    """Return the table of offences, its words corrected as one family."""
    rule = _rule(facts)
    comparisons = [_without_word(facts, place, metric) for metric in facts.settings.report.offences]
    words = choose_family([_test(comparison, place, dispersions, rule) for comparison in comparisons], rule)
    return tuple(
        comparison.model_copy(update={"direction": word}) for comparison, word in zip(comparisons, words, strict=True)
    )


def _test(comparison: Comparison, place: str, dispersions: _Dispersions, rule: DirectionRule) -> Member:
    now, before = _comparable(comparison)
    if now is None or before is None:
        return Member(now, before, None)
    return Member(now, before, compare_counts(now, before, dispersions.of(place, comparison.metric_id), rule))


def _without_word(facts: Facts, place: str, metric: str) -> Comparison:
    """Return the numbers of a comparison, its direction still unknown."""
    now = facts.measures.get(place, facts.quarter, metric)
    before = facts.measures.get(place, facts.quarter.year_ago(), metric)
    earlier = _same_quarters(facts, place, metric)
    comparison = Comparison(
        metric_id=metric,
        now=now,
        year_before=before,
        change_pct=None,
        direction=Direction.UNKNOWN,
        earlier_mean=round(sum(earlier) / len(earlier), 6) if earlier else None,
        earlier_years=len(earlier),
    )
    counts = _comparable(comparison)
    return comparison.model_copy(update={"change_pct": change_pct(*counts, _rule(facts))})


def _same_quarters(facts: Facts, place: str, metric: str) -> list[int]:
    """Return the counts of the same quarter in the earlier years we hold and may use."""
    years = (facts.settings.report.history_quarters - 1) // YEAR
    measures = (facts.measures.get(place, facts.quarter.shifted(-YEAR * back), metric) for back in range(1, years + 1))
    return [int(measure.value) for measure in measures if measure.state is State.OK and measure.value is not None]


def _comparable(comparison: Comparison) -> tuple[int | None, int | None]:
    """Return the two counts where both may be compared."""
    counts = [_count(measure) for measure in (comparison.now, comparison.year_before)]
    return counts[0], counts[1]


def _count(measure: Measure) -> int | None:
    return int(measure.value) if measure.state is State.OK and measure.value is not None else None


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
    count, total = _count(part), _count(whole)
    return round(100 * count / total, 6) if count is not None and total else None

"""Which small counts are not printed, and what else must not be printed so that no sum gives them back.

The rule, for the metric that the config names: in each quarter a district's count from 1 up to the config's limit is
`suppressed`, and so is the next smallest district's, and a second metric in the same cells. Further districts join
until a reader of everything printed can narrow none of these cells to less than "0 to the limit" (`disclosure_ranges`).
What the last release kept back stays back. The city's own counts and those of no district are printed; the city's is
kept back only where nothing else helps, that is where hardly any incident happened at all.

A reader who holds the last release beside this one knows the counts of every district that has not changed since. Then
others join, of districts that have changed, where a few of them are enough; where all but one are as they were, the
city's two counts tell the change of that one, and no cell can hide it.

What belongs here: choosing cells and emptying their rows. What does not: counting, and the wording of `suppressed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from district_reports.config_outcomes import Disclosure
from district_reports.errors import ConfigError
from district_reports.metrics.disclosure_ranges import Kinds, Printed, Ranges, find_ranges, is_unchanged, list_kinds
from district_reports.metrics.measures import CITY, require_measures
from district_reports.model import CheckResult, State
from district_reports.settings import Settings

CHECK_ID = "disclosure"

MOST_JOINING = 3
"""Districts that may join for the sake of the last release alone: a table full of gaps would serve nobody."""

_CLOSE = 1e-6
"""Rounding of the linear programme, incidents."""


def suppress(measures: pd.DataFrame, settings: Settings, *, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the measures without the counts that are too small to print, and those that would give them back.

    Their rows stay, with state `suppressed` and no value; so do the shares and rates that hold the same counts.

    Args:
        measures: `out_metrics`, with every count.
        settings: The rule; a city without one prints everything.
        before: The last release's measures, as printed.

    Raises:
        ConfigError: If the rule names a metric that is no count of whole offence groups.
        ContractError: If a table breaks its contract, or its counts contradict each other.
    """
    rule = settings.outcomes.disclosure
    if rule is None:
        return measures
    require_measures(measures)
    kinds = _require_kinds(settings, rule)
    cells: set[tuple[str, str]] = set()
    last = _by_quarter(before, rule)
    for quarter, printed in _by_quarter(measures, rule).items():
        chosen = _Choice(printed, last.get(quarter), kinds, rule, settings.district_ids).choose()
        cells |= {(place, quarter) for place in chosen}
    index = pd.MultiIndex.from_frame(measures[["district_id", "quarter"]])
    is_told = measures["value"].notna() | measures["denominator"].notna()
    empty = index.isin(cells) & measures["metric_id"].isin(_companions(settings, rule)) & is_told
    return measures.assign(
        value=measures["value"].mask(empty),
        numerator=measures["numerator"].mask(empty),
        denominator=measures["denominator"].mask(empty),
        state=measures["state"].mask(empty, str(State.SUPPRESSED)),
    )


def check_suppressed(
    measures: pd.DataFrame, settings: Settings, *, before: pd.DataFrame | None = None
) -> list[CheckResult]:
    """Return whether every cell kept back is safe, as a remark: of a place with hardly any incident it cannot be.

    Names no cell, since the remark is printed.

    Args:
        measures: From `suppress`.
        settings: The rule.
        before: The last release's measures, as printed.
    """
    rule = settings.outcomes.disclosure
    if rule is None:
        return []
    kinds = _require_kinds(settings, rule)
    last = _by_quarter(before, rule)
    narrow = cells = 0
    for quarter, printed in _by_quarter(measures, rule).items():
        choice = _Choice(printed, last.get(quarter), kinds, rule, settings.district_ids)
        cells += len(printed.hidden)
        narrow += len(choice.narrow(printed.hidden, last.get(quarter))) if printed.hidden else 0
    return [
        CheckResult(
            check_id=CHECK_ID,
            passed=not narrow,
            required=False,
            expected=f"0 to {rule.below - 1} or more for each of the counts that are not printed",
            got=f"{narrow} that can be narrowed down, of {cells}",
        )
    ]


def _secret(rule: Disclosure) -> tuple[str, str]:
    return rule.metric_id, rule.beside


def _require_kinds(settings: Settings, rule: Disclosure) -> Kinds:
    kinds = list_kinds(settings)
    for metric_id in _secret(rule):
        if metric_id not in kinds:
            raise ConfigError(f"disclosure: expected counts of whole offence groups, got {metric_id}")
    return kinds


def _companions(settings: Settings, rule: Disclosure) -> set[str]:
    """Return the metrics whose rows hold one of the two counts, as value, numerator or denominator."""
    found = set(_secret(rule))
    found |= {metric.metric_id for metric in settings.metrics.metrics if metric.share_of in _secret(rule)}
    if settings.outcomes.population:
        rates = [metric_id for metric_id in settings.outcomes.population.rates if metric_id in _secret(rule)]
        found |= {f"rate_{metric_id.removeprefix('incidents_')}" for metric_id in rates}
    if settings.outcomes.arrests:
        arrests = settings.outcomes.arrests
        cohorts = [cohort.cohort_id for cohort in arrests.cohorts if cohort.metric_id in _secret(rule)]
        found |= {f"arrest_within_{days}_{cohort_id}" for days in arrests.windows for cohort_id in cohorts}
        found |= {f"days_to_arrest_{cohort_id}" for cohort_id in cohorts}
    return found


def _by_quarter(measures: pd.DataFrame | None, rule: Disclosure) -> dict[str, Printed]:
    """Return what a table prints, by quarter: its counts of incidents, and the places whose cells are kept back."""
    if measures is None:
        return {}
    is_hidden = measures["metric_id"].isin(_secret(rule)) & (measures["state"] == str(State.SUPPRESSED))
    hidden = measures[is_hidden].groupby("quarter")["district_id"].agg(frozenset)
    counted = measures[(measures["unit"] == "incidents") & measures["value"].notna()]
    return {
        str(quarter): Printed(
            counts={
                (str(place), str(metric_id)): float(value)
                for place, metric_id, value in zip(rows["district_id"], rows["metric_id"], rows["value"], strict=True)
            },
            hidden=hidden.get(quarter, frozenset()),
        )
        for quarter, rows in counted.groupby("quarter")
    }


class _Choice:
    """The cells of one quarter that are kept back."""

    def __init__(
        self, now: Printed, before: Printed | None, kinds: Kinds, rule: Disclosure, districts: Sequence[str]
    ) -> None:
        self._counts: Mapping[tuple[str, str], float] = now.counts
        self._before = before
        self._kinds = kinds
        self._rule = rule
        self._districts = districts
        self._most = rule.below - 1
        self._best: dict[tuple[int, str], tuple[float, float]] = {}

    def choose(self) -> frozenset[str]:
        """Return the places whose two counts are not printed."""
        hidden = {place for place, count in self._of_districts().items() if 1 <= count < self._rule.below}
        if self._before is not None:
            hidden |= {place for place in self._before.hidden if (place, self._rule.metric_id) in self._counts}
        if not hidden:
            return frozenset()
        joining = [place for place in self._candidates() if place not in hidden]
        if self._before is not None:
            unknown = [place for place in joining if not self._is_public(place)]
            found = self._join(hidden, unknown[:MOST_JOINING], self._before)
            if found is not None:
                return found
        return self._join(hidden, [*joining, CITY], None) or frozenset({*hidden, *joining, CITY})

    def _join(self, hidden: Iterable[str], joining: Iterable[str], before: Printed | None) -> frozenset[str] | None:
        """Return the cells with as many others as make them safe; None where all of them do not."""
        chosen, left = set(hidden), list(joining)
        while len(chosen) < 2 or not self._is_safe(frozenset(chosen), before):
            if not left:
                return None
            chosen.add(left.pop(0))
        return frozenset(chosen)

    def _of_districts(self) -> dict[str, float]:
        counts = {place: self._counts.get((place, self._rule.metric_id)) for place in self._districts}
        return {place: count for place, count in counts.items() if count is not None}

    def _candidates(self) -> list[str]:
        """Return the districts that may join, the smallest count first, but zeros last: they widen nothing."""
        counts = self._of_districts()
        return sorted(counts, key=lambda place: (counts[place] == 0, counts[place], place))

    def _is_public(self, place: str) -> bool:
        """Whether the last release tells the count: to keep it back now would hide nothing."""
        if self._before is None or (place, self._rule.metric_id) not in self._before.counts:
            return False
        return is_unchanged([Printed(self._counts, frozenset()), self._before], _secret(self._rule), place)

    def _ranges(self, releases: Sequence[Printed | None], *, with_sums: bool) -> Ranges:
        known = [release for release in releases if release is not None]
        return find_ranges(known, self._kinds, _secret(self._rule), self._districts, with_sums=with_sums)

    def narrow(self, hidden: frozenset[str], before: Printed | None) -> dict[tuple[int, str], tuple[float, float]]:
        """Return the cells, of this release and the last, of which the printed figures tell too much.

        The city's is no small count, and what the last release tells is no secret any more.

        Args:
            hidden: Places kept back now.
            before: The last release, where the reader looks into it.
        """
        ranges = self._ranges([Printed(self._counts, hidden), before], with_sums=True)
        return {
            (number, place): (low, high)
            for (number, place), (low, high) in ranges.items()
            if (low > _CLOSE or high < self._most - _CLOSE)
            and place != CITY
            and not (number == 0 and self._is_public(place))
        }

    def _is_safe(self, hidden: frozenset[str], before: Printed | None) -> bool:
        """Whether no cell is narrowed down more than it must be."""
        for cell, (low, high) in self.narrow(hidden, before).items():
            least, greatest = self._widest(cell)
            if low > least + _CLOSE or high < min(self._most, greatest) - _CLOSE:
                return False
        return True

    def _widest(self, cell: tuple[int, str]) -> tuple[float, float]:
        """Return the range that no further cell could widen: from the place itself, or from the last release alone."""
        if cell not in self._best:
            number, place = cell
            if number == 0:
                alone = self._ranges([Printed(self._counts, frozenset({place}))], with_sums=False)
                self._best[cell] = alone[cell]
            else:
                alone = self._ranges([self._before], with_sums=True)
                self._best |= {(1, place): limits for (_, place), limits in alone.items()}
        return self._best[cell]

"""What a reader can work out of counts that are not printed: the range each of them must lie in.

What belongs here: the printed figures of a quarter as linear equations over disjoint kinds of incidents, and the least
and greatest value they leave (linear programming, `scipy.optimize`). What does not: which cells are not printed
(`disclosure`).

An incident has one offence group and one code, so every count that asks nothing else is a sum of disjoint kinds. Two
releases that print the same of a place in a quarter are taken to rest on the same incidents.

Source:
    Hundepool and others, Statistical Disclosure Control, 2012, chapter 4: cell suppression and its audit by linear
    programming.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from district_reports.config import Metric
from district_reports.errors import ContractError
from district_reports.metrics.measures import CITY, OUTSIDE, TABLE
from district_reports.settings import Settings

Kind = tuple[str, str]
"""Offence group and code; the code is empty for all codes of the group that no metric names."""

Kinds = Mapping[str, frozenset[Kind]]
"""Metric -> the disjoint kinds of incidents it adds up."""

Ranges = Mapping[tuple[int, str], tuple[float, float]]
"""Number of the release, place -> least and greatest number of incidents."""

_Variable = tuple[int, str, Kind]
"""Number of the release, place, kind of incident."""

_INFEASIBLE = 2
"""Status of `linprog`."""


@dataclass(frozen=True)
class Printed:
    """What one release prints of one quarter."""

    counts: Mapping[tuple[str, str], float]
    """(place, metric) -> incidents; what stands here of a hidden cell is not looked at."""
    hidden: frozenset[str]
    """Places whose secret counts are not printed."""


def list_kinds(settings: Settings) -> Kinds:
    """Return the kinds of incidents that each count adds up.

    A count that asks a flag or a place, or a code of no group, is left out: it can lie anywhere among the kinds.
    """
    metrics = settings.metrics.metrics
    groups = settings.metrics.offences.groups
    named = {(group, code) for metric in metrics for group in metric.offence_groups for code in metric.offence_codes}
    named |= {(more.group, code) for metric in metrics for more in metric.also for code in more.codes}
    every = {(group, "") for group in groups} | named
    return {metric.metric_id: _kinds_of(metric, every) for metric in metrics if _is_sum(metric)}


def _is_sum(metric: Metric) -> bool:
    is_of_no_group = bool(metric.offence_codes) and not metric.offence_groups
    return not (metric.share_of or metric.flag or metric.places or is_of_no_group)


def _kinds_of(metric: Metric, every: set[Kind]) -> frozenset[Kind]:
    if not metric.offence_groups and not metric.also:
        return frozenset(every)
    codes = set(metric.offence_codes)
    own = {(group, code) for group, code in every if group in metric.offence_groups and (not codes or code in codes)}
    return frozenset(own | {(more.group, code) for more in metric.also for code in more.codes})


def find_ranges(
    releases: Sequence[Printed], kinds: Kinds, secret: Sequence[str], places: Sequence[str], *, with_sums: bool = True
) -> Ranges:
    """Return the least and greatest value that the printed figures leave to each hidden cell.

    Args:
        releases: The newest, and where there is one the release before it.
        kinds: From `list_kinds`.
        secret: Metrics not printed in hidden places; the range is the first one's.
        places: The districts; with `none` they add up to the city.
        with_sums: Whether the reader may use that sum; without, only what is printed of the place itself.

    Returns:
        Number of the release, hidden place -> least and greatest number of incidents.

    Raises:
        ContractError: If the figures contradict each other.
    """
    links = [place for place in (*places, CITY) if is_unchanged(releases, secret, place)]
    for linked in (links, []):
        system = _System()
        for number, release in enumerate(releases):
            _add_places(system, number, release, kinds, secret)
            if with_sums:
                _add_sums(system, number, release, kinds, secret, places)
        for place in linked:
            _add_link(system, releases, kinds, secret, place)
        cells = [(number, place) for number, release in enumerate(releases) for place in sorted(release.hidden)]
        ranges = {cell: system.range_of(*cell, kinds[secret[0]]) for cell in cells}
        found = {cell: limits for cell, limits in ranges.items() if limits is not None}
        # What looked unchanged was not, if the equations have no solution.
        if len(found) == len(ranges):
            return found
    raise ContractError(f"{TABLE}: expected counts that add up, got some that contradict each other", table=TABLE)


def is_unchanged(releases: Sequence[Printed], secret: Sequence[str], place: str) -> bool:
    """Whether two releases print the same of a place: then its hidden counts are taken to be the same too."""
    if len(releases) < 2:
        return False
    now, before = releases[0].counts, releases[1].counts
    both = [key for key in now if key[0] == place and key[1] not in secret and key in before]
    return bool(both) and all(now[key] == before[key] for key in both)


class _System:
    """Linear equations over numbers of incidents, none of them negative."""

    def __init__(self) -> None:
        self._columns: dict[_Variable, int] = {}
        self._rows: list[tuple[dict[int, float], float]] = []

    def add(self, terms: Mapping[_Variable, float], value: float) -> None:
        """Add an equation: the sum of factor times variable is the value."""
        if terms:
            self._rows.append(({self._column(name): factor for name, factor in terms.items()}, value))

    def range_of(self, release: int, place: str, kinds: frozenset[Kind]) -> tuple[float, float] | None:
        """Return the least and greatest sum of kinds; None where no numbers fit the equations."""
        wanted = [self._column((release, place, kind)) for kind in kinds]
        factors = np.zeros((len(self._rows), len(self._columns)))
        for number, (terms, _) in enumerate(self._rows):
            factors[number, list(terms)] = list(terms.values())
        # Imported here: only a release with a small count needs it.
        from scipy.optimize import linprog

        goal = np.zeros(len(self._columns))
        goal[wanted] = 1.0
        values = [value for _, value in self._rows]
        limits = []
        for sign in (1.0, -1.0):
            found = linprog(sign * goal, A_eq=factors, b_eq=values, bounds=(0, None), method="highs")
            if found.status == _INFEASIBLE:
                return None
            limits.append(sign * found.fun if found.success else sign * -np.inf)
        return float(limits[0]), float(limits[1])

    def _column(self, name: _Variable) -> int:
        return self._columns.setdefault(name, len(self._columns))


def _add_places(system: _System, number: int, release: Printed, kinds: Kinds, secret: Sequence[str]) -> None:
    """Add what is printed of each hidden place itself."""
    for place in sorted(release.hidden):
        for metric_id, its_kinds in kinds.items():
            count = release.counts.get((place, metric_id))
            if count is not None and metric_id not in secret:
                system.add({(number, place, kind): 1.0 for kind in its_kinds}, count)


def _add_sums(
    system: _System, number: int, release: Printed, kinds: Kinds, secret: Sequence[str], places: Sequence[str]
) -> None:
    """Add that the districts and `none` are the city."""
    signs = {**dict.fromkeys((*places, OUTSIDE), 1.0), CITY: -1.0}
    for metric_id in secret:
        shown = {place: release.counts.get((place, metric_id)) for place in signs if place not in release.hidden}
        known = {place: count for place, count in shown.items() if count is not None}
        if len(known) < len(shown):
            continue  # a figure that is missing for another reason: the sum tells nothing
        terms = {
            (number, place, kind): signs[place] for place in sorted(release.hidden) for kind in sorted(kinds[metric_id])
        }
        system.add(terms, -sum(signs[place] * count for place, count in known.items()))


def _add_link(system: _System, releases: Sequence[Printed], kinds: Kinds, secret: Sequence[str], place: str) -> None:
    """Add that both releases mean the same number of incidents."""
    for metric_id in secret:
        terms: dict[_Variable, float] = {}
        value = 0.0
        for number, (release, sign) in enumerate(zip(releases, (1.0, -1.0), strict=True)):
            if place in release.hidden:
                terms |= {(number, place, kind): sign for kind in kinds[metric_id]}
            elif (place, metric_id) in release.counts:
                value -= sign * release.counts[place, metric_id]
            else:
                return
        system.add(terms, value)

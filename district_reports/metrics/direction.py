"""Whether a report may say that a count is "higher" or "lower": the one rule for all counts.

What belongs here: how much counts scatter from quarter to quarter, the test of one count against the year before, and
the choice of the word. What does not: which counts are compared, whether a number is ripe or fresh enough to be
compared (`State`), and how the word reads in a language.

All functions are pure: they read no file and no clock. Counts are whole numbers of events in one quarter.

Source:
    Quasi-Poisson: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, sections 4.5 and 6.2 (Pearson's
    statistic divided by its degrees of freedom). Comparison of two Poisson counts given their total: Przyborowski and
    Wilenski, Biometrika 31, 1940. False discovery rate: Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995.
    What was rejected, and the number of words each rule gives on real rows: docs/methods.md.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from district_reports.model import Direction

NORMAL_DEGREES_OF_FREEDOM = 1_000_000
"""Stands for "unlimited": Student's t with so many degrees of freedom is the normal distribution to six digits."""

MINIMUM_MEAN_EVENTS = 5.0
"""Events a quarter on average below which a district cannot tell a dispersion.

Pearson's statistic needs expected counts of about five: below that it jumps with single events and its typical value
falls under its mean, so such districts would pull the median down.

Source:
    Cochran, Biometrics 10, 1954, the usual rule for Pearson's chi-squared.
"""


@dataclass(frozen=True, slots=True)
class DirectionRule:
    """The thresholds of the rule; every value comes from the city's configuration."""

    significance: float
    """Two-sided level of a single comparison, share (0-1)."""
    minimum_change: float
    """Smallest change that earns a word, share (0-1) of the earlier figure."""
    exact_below: int
    """Total of events under which the exact conditional test replaces the approximate one."""
    percentage_floor: int
    """Events; no percentage where either count is under this."""
    false_discovery_rate: float
    """Share (0-1) of wrong words tolerated among the words of one family."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How much more the counts of one metric scatter than independent events would."""

    phi: float
    """Variance divided by mean, at least 1; 1 is plain Poisson."""
    degrees_of_freedom: int
    """Of Student's t; `NORMAL_DEGREES_OF_FREEDOM` where no district could tell a dispersion."""


class Member(NamedTuple):
    """One member of a family: a count, the earlier figure beside it, and what the test said."""

    now: int | None
    """Events in the report's quarter; None where there is no value, or none that may be compared."""
    before: int | None
    """Events in the same quarter of the year before; None likewise."""
    p_value: float | None
    """From `compare_counts`, share (0-1); None where it was not tested."""


def estimate_dispersion(counts: pd.DataFrame) -> Dispersion:
    """Return the dispersion of one metric, from the quarters before the report's.

    Each district gets its own quasi-Poisson fit with a level for each quarter of the year and a linear trend (on the
    log scale); its dispersion is Pearson's chi-squared divided by the degrees of freedom left. The result is the median
    over the districts, at least 1, with the degrees of freedom of all the districts used added up. For the city, pass
    one column: the city has its own dispersion.

    A district cannot tell a dispersion, and is left out, where it has fewer than `MINIMUM_MEAN_EVENTS` events a quarter
    on average, a quarter of the year without any event (its level would be minus infinity), or no more quarters with a
    value than the fit has parameters. Where no district is left, the dispersion is 1 with
    `NORMAL_DEGREES_OF_FREEDOM`, that is plain Poisson; such counts are so small that nearly all of them fall to the
    exact test, which uses no dispersion.

    Args:
        counts: Events; index: consecutive quarters, oldest first, that end as "Q1" to "Q4" when written as text;
            columns: districts; NaN where a district has no value for a quarter (that quarter is dropped for it).

    Returns:
        The dispersion shared by the districts.
    """
    seasons = np.array([int(str(quarter)[-1]) for quarter in counts.index], dtype=np.int64)
    values = counts.to_numpy(dtype=np.float64, na_value=np.nan)
    fits = [fit for column in values.T if (fit := _fit_district(column, seasons)) is not None]
    if not fits:
        return Dispersion(1.0, NORMAL_DEGREES_OF_FREEDOM)
    phi = max(1.0, float(np.median([fit.phi for fit in fits])))
    return Dispersion(phi, sum(fit.degrees_of_freedom for fit in fits))


def compare_counts(now: int, before: int, dispersion: Dispersion, rule: DirectionRule) -> float:
    """Return the two-sided p-value of one count against another of equal length.

    The difference a - b is divided by the square root of phi (a + b) and held against Student's t. With a total under
    `exact_below` it is the exact conditional test: given the total, is a share of one half for `now` plausible?

    Args:
        now: Events in the report's quarter.
        before: Events in the same quarter of the year before.
        dispersion: Of the metric; the exact test does not use it.
        rule: The thresholds.

    Returns:
        Share (0-1); 1 where both counts are zero.
    """
    total = now + before
    if total == 0:
        return 1.0
    if total < rule.exact_below:
        return float(_stats().binomtest(now, total, 0.5).pvalue)
    return _p_from_t((now - before) / math.sqrt(dispersion.phi * total), dispersion)


def choose_direction(now: int | None, before: int | None, p_value: float | None, rule: DirectionRule) -> Direction:
    """Return the word for one comparison that stands alone, such as a key fact.

    A word needs both a p-value under `significance` and a change of at least `minimum_change`.

    Args:
        now: Events in the report's quarter; None where there is no value.
        before: Events in the same quarter of the year before; None likewise.
        p_value: Of this comparison, share (0-1); None where it was not tested.
        rule: The thresholds.

    Returns:
        `unknown` where anything is missing, `similar` where no word is earned.
    """
    if now is None or before is None or p_value is None:
        return Direction.UNKNOWN
    return _word(now, before, p_value < rule.significance, rule)


def choose_family(family: Sequence[Member], rule: DirectionRule) -> list[Direction]:
    """Return the words for comparisons that stand together, such as a dossier's table of offences.

    Of many comparisons some look like a change by chance. Benjamini and Hochberg's procedure over the whole family
    keeps the expected share of such words at `false_discovery_rate`; then the change must be `minimum_change` at least.
    The family is the dossier's, whatever part of it a page shows. A member with anything missing does not enter it.

    Args:
        family: The comparisons, in the order of the table.
        rule: The thresholds.

    Returns:
        One word for each member, in the same order; `unknown` for those that did not enter.
    """
    p_values = [
        member.p_value
        for member in family
        if member.now is not None and member.before is not None and member.p_value is not None
    ]
    adjusted = iter(_stats().false_discovery_control(p_values, method="bh") if p_values else ())
    words = []
    for now, before, p_value in family:
        if now is None or before is None or p_value is None:
            words.append(Direction.UNKNOWN)
        else:
            words.append(_word(now, before, bool(next(adjusted) <= rule.false_discovery_rate), rule))
    return words


def change_pct(now: int | None, before: int | None, rule: DirectionRule) -> float | None:
    """Return the change against the earlier figure, percent (0-100); None where it would mislead.

    Args:
        now: Events in the report's quarter; None where there is no value.
        before: Events in the year before; None likewise.
        rule: The thresholds.

    Returns:
        Percent of `before`, negative for a decrease; None where either is missing or under `percentage_floor`.

    Source:
        Rates on fewer than 20 events are called unstable in the practice of the National Center for Health Statistics.
    """
    if now is None or before is None or min(now, before) < rule.percentage_floor or before == 0:
        return None
    return 100.0 * (now - before) / before


def _word(now: int, before: int, is_clear: bool, rule: DirectionRule) -> Direction:
    """Return the word, given whether the test found the difference clear; from zero, any increase is large enough."""
    change = now - before
    is_small = before > 0 and abs(change) / before < rule.minimum_change
    if change == 0 or is_small or not is_clear:
        return Direction.SIMILAR
    return Direction.HIGHER if change > 0 else Direction.LOWER


def _stats() -> Any:
    """Return `scipy.stats`, imported when it is first needed: a pull and a worker that draws pages never do."""
    from scipy import stats

    return stats


def _p_from_t(statistic: float, dispersion: Dispersion) -> float:
    """Return the two-sided p-value of a statistic, share (0-1)."""
    return float(2.0 * _stats().t.sf(abs(statistic), dispersion.degrees_of_freedom))


def _fit_district(column: npt.NDArray[np.float64], seasons: npt.NDArray[np.int64]) -> Dispersion | None:
    """Return one district's own dispersion, not held to 1; None where the district cannot tell one."""
    known = ~np.isnan(column)
    events, season = column[known], seasons[known]
    levels = np.unique(season)
    if events.size <= levels.size + 1 or events.mean() < MINIMUM_MEAN_EVENTS:
        return None
    if any(events[season == level].sum() == 0 for level in levels):
        return None
    trend = np.linspace(-1.0, 1.0, column.size)[known]
    design = np.column_stack([*(season == level for level in levels), trend]).astype(np.float64)
    # As with `_stats`: it weighs a hundred megabytes; the package's front door, `statsmodels.api`, half as much again.
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings():
        # Counts that follow season and trend exactly are a good fit here, not the mistake this warning is made for.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = GLM(events, design, family=Poisson()).fit()
    return Dispersion(float(fit.pearson_chi2 / fit.df_resid), int(fit.df_resid))

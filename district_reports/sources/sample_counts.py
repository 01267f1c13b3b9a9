"""How many incidents the synthetic city has: by month, district and kind.

The counts have what real ones have: a season, trends, districts that differ, more scatter than independent events would
show, and now and then a quarter far off the rest, so that a sample report has some words "higher" and "lower" to say.

What belongs here: numbers of incidents, their ids, and when their rows come and go. What does not: the single incident.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.sample_changes import Arrivals, draw_arrivals
from district_reports.sources.sample_seed import seeded

SEASON = (-0.55, -0.7, -0.45, -0.2, 0.3, 0.6, 1.0, 0.85, 0.35, -0.1, -0.5, -0.6)
"""January to December: how much of a kind's `summer_swing` is added to its mean; zero over the year."""

TREND_YEAR = 2024
"""Year in which the kinds have the weights of the file."""

TREND_YEARS = 15
"""Years before and after it in which the trends go on; then they rest, so that no kind takes over a far year."""

CITY_SCATTER = 0.015
"""Largest share by which the city's month is off its expected count, apart from the luck of single events."""

MONTH_SCATTER = 0.08
"""Standard deviation of a group's count in a district and month beyond that luck, as a share of its mean."""

DISTRICT_SPREAD = 0.18
"""Standard deviation (log) of a group's lasting level between districts."""

DISTRICT_EPISODE = (0.08, 0.2)
"""Chance of a quarter in which a whole district is off, and its size: a share above, or as far below (log)."""

GROUP_EPISODE = (0.05, 0.5)
"""The same for one offence group in a district."""

LARGEST_STEP = 3
"""Ids rise by one to this many."""


@dataclass(frozen=True)
class MonthPlan:
    """How many incidents a month has, and their ids: all that a fingerprint needs."""

    counts: npt.NDArray[np.int64]
    """Incidents: districts × kinds of `sample.toml`, both in the order of the files."""
    ids: npt.NDArray[np.int64]
    """Their ids, rising; far above those of any real file."""
    arrivals: Arrivals
    """When their rows come and go."""


def plan_month(settings: Settings, month: date) -> MonthPlan:
    """Return the counts and ids of the month that begins on `month`, of all rows it will ever have."""
    sample = settings.sample
    chance = seeded(sample.seed, "counts", month)
    levels = _share_levels(settings, month.year)
    season = np.array([1 + offence.summer_swing * SEASON[month.month - 1] for offence in sample.offences])
    days = calendar.monthrange(month.year, month.month)[1]
    expected = sample.rows_per_quarter * days / (365.25 / 4) * float((levels * season).sum())
    rates = levels * season * _draw_scatter(settings, month, chance)
    rates *= expected / rates.sum() * (1 + chance.uniform(-CITY_SCATTER, CITY_SCATTER))
    counts = chance.poisson(rates)
    steps = chance.integers(1, LARGEST_STEP + 1, int(counts.sum()))
    # Each month has a range of ids of its own, three times as wide as it needs: ids rise from month to month.
    first = (month.year * 12 + month.month) * sample.rows_per_quarter * LARGEST_STEP
    return MonthPlan(counts, first + np.cumsum(steps), draw_arrivals(settings, month, days, counts))


def _share_levels(settings: Settings, year: int) -> npt.NDArray[np.float64]:
    """Return each district's and kind's share of the city's incidents in a mean month of the year."""
    sample = settings.sample
    years = max(-TREND_YEARS, min(TREND_YEARS, year - TREND_YEAR))
    kinds = np.array([offence.weight * (1 + offence.yearly_trend) ** years for offence in sample.offences])
    districts = np.array([sample.weights[district_id] for district_id in settings.district_ids])
    groups = _number_groups(settings)
    spread = seeded(sample.seed, "spread").normal(0, DISTRICT_SPREAD, (len(districts), groups.max() + 1))
    levels = np.outer(districts, kinds) * np.exp(spread[:, groups])
    return np.asarray(levels / levels.sum(), dtype=np.float64)


def _draw_scatter(settings: Settings, month: date, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return factors around one, districts × kinds; the kinds of one group rise and fall together."""
    groups = _number_groups(settings)
    districts, width = len(settings.districts), groups.max() + 1
    shape = 1 / MONTH_SCATTER**2
    scatter = chance.gamma(shape, 1 / shape, (districts, width))
    quarter = seeded(settings.sample.seed, "episodes", Quarter.of(month))
    scatter *= _draw_episodes(quarter, DISTRICT_EPISODE, (districts, 1))
    scatter *= _draw_episodes(quarter, GROUP_EPISODE, (districts, width))
    return np.asarray(scatter[:, groups], dtype=np.float64)


def _draw_episodes(
    chance: np.random.Generator, episode: tuple[float, float], shape: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """Return one for most, and a factor for those that are off."""
    probability, size = episode
    is_off, is_up = chance.random(shape) < probability, chance.random(shape) < 0.5
    factor = np.where(is_up, 1 + size, 1 / (1 + size))
    return np.where(is_off, factor, 1.0)


def _number_groups(settings: Settings) -> npt.NDArray[np.int64]:
    """Return the number of each kind's offence group, counted from 0."""
    groups = [offence.group for offence in settings.sample.offences]
    first_seen = list(dict.fromkeys(groups))
    return np.array([first_seen.index(group) for group in groups], dtype=np.int64)

"""What the publisher of the synthetic city changes after a month is over.

Rows come in late, vanish, get another kind or district, or are touched without effect, each on a day of its own. A
sample shows what stood there on its day, so two samples of the same months differ a little, as two real pulls do.

In each quarter the incidents of one small kind in one district (those that may have to be suppressed) nearly all come
in late: when the quarter is published it holds one or two of them there, and a release has such a cell to hide.

What belongs here: which rows change, and when. What does not: what the rows say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import Flags, Integers

LATE_SHARE, LATE_LOG_DAYS = 0.009, (3.9, 1.1)
"""Share of rows that come in after their month, and logarithm of the days after its end (median 50)."""

REMOVED_SHARE, REMOVED_LOG_DAYS = 0.0008, (5.0, 0.9)
"""The same for rows that vanish again."""

RECLASSIFIED_SHARE, MOVED_SHARE, TOUCHED_SHARE = 0.002, 0.0007, 0.02
CHANGED_LOG_DAYS = (4.6, 1.1)
"""The same for rows that had another kind or district at first, and for those touched without effect."""

NEVER = 10**6
"""A day that does not come."""

QUIET_DAYS = 8
"""Days after an incident on which its row is first published."""


@dataclass(frozen=True)
class Arrivals:
    """When the rows of a month come and go, in days since the month began; one value for each row."""

    comes: Integers
    goes: Integers
    held: Integers
    """Numbers of the rows that are all of one district and kind, and are held back."""

    def are_there(self, day: int) -> Flags:
        """Return which rows the file holds on that day."""
        return np.asarray((self.comes <= day) & (day < self.goes))

    @property
    def is_settled(self) -> Flags:
        """Which rows are there from the first day on and stay."""
        return np.asarray((self.comes == 0) & (self.goes == NEVER))


@dataclass(frozen=True)
class HeldCell:
    """One district's incidents of a small kind in one quarter."""

    district: int
    """Number of the district in its file, counted from 0."""
    kinds: Integers
    """Numbers of the kinds in `sample.toml`."""
    kept: int
    """How many of the quarter are there in time."""

    def keeps(self, month: date) -> int:
        """Return how many of one month are there in time."""
        place = (month.month - 1) % 3
        return self.kept // 3 + (place < self.kept % 3)


@dataclass(frozen=True)
class Changes:
    """What is changed in the rows of a month, and on which of its days; one value for each row."""

    reclassified: Integers
    moved: Integers
    touched: Integers


def find_held_cell(settings: Settings, quarter: Quarter) -> HeldCell | None:
    """Return the cell of a quarter that is nearly empty at first; None for a city that hides none."""
    rule = settings.outcomes.disclosure
    kinds = find_small_kinds(settings)
    if rule is None or not kinds.size:
        return None
    chance = seeded(settings.sample.seed, "held", quarter)
    weights = np.array([settings.sample.weights[district_id] for district_id in settings.district_ids])
    # The larger half: there a month with none at all is all but impossible.
    larger = np.sort(np.argsort(weights, kind="stable")[weights.size // 2 :])
    return HeldCell(int(chance.choice(larger)), kinds, int(chance.integers(1, max(rule.below, 2))))


def find_small_kinds(settings: Settings) -> Integers:
    """Return the numbers of the kinds whose small counts are not printed."""
    rule = settings.outcomes.disclosure
    if rule is None:
        return np.zeros(0, dtype=np.int64)
    metric = settings.metric(rule.metric_id)
    groups, codes = metric.offence_groups, metric.offence_codes
    return np.array(
        [
            number
            for number, offence in enumerate(settings.sample.offences)
            if (not groups or offence.group in groups) and (not codes or offence.code in codes)
        ],
        dtype=np.int64,
    )


def draw_arrivals(settings: Settings, month: date, days: int, counts: Integers) -> Arrivals:
    """Return when the rows of a month come and go.

    Args:
        settings: The city.
        month: Its first day.
        days: Its length.
        counts: Rows by district and kind.
    """
    chance = seeded(settings.sample.seed, "arrivals", month)
    rows = int(counts.sum())
    part = chance.random(rows)
    late = np.flatnonzero(part < LATE_SHARE)
    removed = np.flatnonzero((part >= LATE_SHARE) & (part < LATE_SHARE + REMOVED_SHARE))
    comes, goes = np.zeros(rows, dtype=np.int64), np.full(rows, NEVER)
    comes[late] = days + _draw_days(LATE_LOG_DAYS, late.size, chance)
    goes[removed] = days + QUIET_DAYS + 1 + _draw_days(REMOVED_LOG_DAYS, removed.size, chance)
    held = np.zeros(0, dtype=np.int64)
    quarter = Quarter.of(month)
    cell = find_held_cell(settings, quarter)
    if cell is not None:
        size = max(0, int(counts[cell.district, cell.kinds].sum()) - cell.keeps(month))
        held = np.sort(chance.choice(np.flatnonzero((comes == 0) & (goes == NEVER)), size, replace=False))
        comes[held] = (quarter.complete_on - month).days + 1
    return Arrivals(comes, goes, held)


def place_held(cell: HeldCell, arrivals: Arrivals, district: Integers, kind: Integers) -> Integers:
    """Put the incidents of a cell on the rows that are held back, in place, and return the rows of those that are not.

    Other incidents change their places with them, so the counts stay.
    """
    is_held = np.zeros(district.size, dtype=bool)
    is_held[arrivals.held] = True
    is_cell = (district == cell.district) & np.isin(kind, cell.kinds)
    kept = int(is_cell.sum()) - arrivals.held.size
    free = np.flatnonzero(is_cell & ~is_held)
    # Those that stay should be of the rows that are sure to be there.
    stays = free[np.argsort(~arrivals.is_settled[free], kind="stable")][:kept]
    leaves = np.setdiff1d(free, stays)
    enters = np.flatnonzero(is_held & ~is_cell)
    for values in (district, kind):
        values[leaves], values[enters] = values[enters], values[leaves].copy()
    return stays


def draw_changes(settings: Settings, month: date, days: int, may_change: Flags) -> Changes:
    """Return on which days rows are changed.

    Args:
        settings: The city.
        month: Its first day.
        days: Its length.
        may_change: Rows whose kind and district may have been others at first.
    """
    chance = seeded(settings.sample.seed, "changes", month)
    part = chance.random(may_change.size)
    first, second = RECLASSIFIED_SHARE, RECLASSIFIED_SHARE + MOVED_SHARE
    third = second + TOUCHED_SHARE
    drawn = (
        (part < first) & may_change,
        (part >= first) & (part < second) & may_change,
        (part >= second) & (part < third),
    )
    return Changes(*(_on_days(which, days, chance) for which in drawn))


def _on_days(which: Flags, days: int, chance: np.random.Generator) -> Integers:
    """Return a day for each row that is meant, and the day that does not come for the others."""
    on = np.full(which.size, NEVER)
    on[which] = days + QUIET_DAYS + 1 + _draw_days(CHANGED_LOG_DAYS, int(which.sum()), chance)
    return on


def _draw_days(log_days: tuple[float, float], size: int, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    return np.minimum(chance.lognormal(*log_days, size), NEVER / 2).astype(np.int64)

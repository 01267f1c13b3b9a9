"""How soon an adult was arrested: shares of incidents with a first arrest within some days, and the median of days.

What belongs here: the rows of these measures, and from when on they may be compared. What does not: counts of the
incidents themselves, and any word on what an arrest means.

What is followed, and to which arrest, is told in `cohorts`. Here is from when on:

- **Equal age.** Every incident is followed for the same number of days. While that many days have not passed for the
  last day of a quarter, its share is `too_early`: it still rises, and may not be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from district_reports.config_outcomes import ArrestWindows, Cohort
from district_reports.metrics.cohorts import ARRESTS_ID, write_followed
from district_reports.metrics.counts import find_covered, find_named
from district_reports.metrics.grid import Definition, build_rows, early_states, join_tables
from district_reports.metrics.incidents import SOURCE_ID, query
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.metrics.opened import Opened, require_columns
from district_reports.metrics.victims import SHOOTINGS, VICTIMS_ID, prepare_victims
from district_reports.periods import Quarter
from district_reports.settings import Settings

COLUMNS = {"arrested_at": "timestamp", "case_number": "text"}


def count_arrest_windows(opened: Opened, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return `out_metrics` of how soon an adult was arrested, for each cohort of the config.

    `arrest_within_{days}_{cohort}` are shares of the cohort's incidents; `days_to_arrest_{cohort}` the median of days
    among those with an arrest within the longest window, in quarters old enough for it. Every district, the city and
    `none`, every quarter; no rows where the config has no `[arrests]`.

    A quarter is `no_data` where the arrests were never read, where any month from its start to the end of the window
    (or to the newest arrest) has no arrest with a case number, and where its incidents are missing or have no case
    numbers.

    Args:
        opened: The stored sources.
        quarters: Those wanted.

    Raises:
        ConfigError: If a cohort cannot be counted, or a source is not declared as it is counted.
        ContractError: If the stored parts cannot be read.
    """
    config = opened.settings.outcomes.arrests
    if config is None or not quarters:
        return join_tables([])
    require_columns(opened.settings, ARRESTS_ID, COLUMNS)
    wanted = sorted(set(quarters))
    sql, values = write_followed(opened.settings, config)
    values |= {"city": CITY, "first": wanted[0].start, "end": wanted[-1].shifted(1).start}
    if any(cohort.metric_id == SHOOTINGS for cohort in config.cohorts):
        values |= prepare_victims(opened)
    counts = query(opened.con, sql, values).set_index(["cohort_id", "within_days", "district_id", "quarter"])
    reached = find_reached(opened)
    known = _find_known(opened, wanted, config.windows, reached)
    incidents = _find_incidents(opened, config, wanted)
    tables = []
    for cohort in config.cohorts:
        there = incidents[cohort.cohort_id]
        for days in config.windows:
            found = _pick(counts, cohort, days)
            tables.append(_build_shares(opened, wanted, cohort, days, found, there & known[days], reached))
        longest = max(config.windows)
        ripe = {str(quarter) for quarter in wanted if is_ripe(quarter, longest, reached)}
        found = _pick(counts, cohort, longest)
        tables.append(_build_medians(opened, wanted, cohort, found, there & known[longest] & ripe))
    return join_tables(tables)


def define_arrest_windows(settings: Settings) -> tuple[Definition, ...]:
    """Return how the shares and medians are counted; none without `[arrests]`.

    Raises:
        ConfigError: If a cohort cannot be counted.
    """
    config = settings.outcomes.arrests
    if config is None:
        return ()
    sql, values = write_followed(settings, config)
    found = []
    for cohort in config.cohorts:
        sources = (VICTIMS_ID if cohort.metric_id == SHOOTINGS else SOURCE_ID, ARRESTS_ID)
        found += [Definition(name_share(days, cohort), "share", sources, sql, values) for days in config.windows]
        found.append(Definition(name_median(cohort), "days", sources, sql, values))
    return tuple(found)


def name_share(days: int, cohort: Cohort) -> str:
    """Return the id of the share of a cohort with an arrest within some days."""
    return f"arrest_within_{days}_{cohort.cohort_id}"


def name_median(cohort: Cohort) -> str:
    """Return the id of a cohort's median of days to the first arrest."""
    return f"days_to_arrest_{cohort.cohort_id}"


def find_reached(opened: Opened) -> date | None:
    """Return the last day of which arrests are known: the newest one's, or the report's date if that is earlier."""
    newest = opened.newest_day(ARRESTS_ID)
    return None if newest is None else min(newest, opened.report_date)


def is_ripe(quarter: Quarter, days: int, reached: date | None) -> bool:
    """Return whether every incident of a quarter has been followed for that many days.

    Args:
        quarter: In which the incidents happened.
        days: From each incident on.
        reached: The last day of which arrests are known; None: of none.
    """
    return reached is not None and quarter.end + timedelta(days=days) <= reached


def _find_known(
    opened: Opened, quarters: Sequence[Quarter], windows: Sequence[int], reached: date | None
) -> dict[int, frozenset[str]]:
    """Return, by window, the quarters whose window the arrests cover as far as they reach."""
    # A month whose arrests have no case numbers tells nothing of any incident: it would read as "no arrest".
    months = opened.months(ARRESTS_ID, naming="case_number")
    known = opened.covered(ARRESTS_ID, quarters)

    def is_whole(quarter: Quarter, days: int) -> bool:
        last = min(quarter.end + timedelta(days=days), reached or quarter.end)
        return str(quarter) in known and _name_months(quarter.start, last) <= months.keys()

    return {days: frozenset(str(quarter) for quarter in quarters if is_whole(quarter, days)) for days in windows}


def _name_months(first: date, last: date) -> set[str]:
    """Return the months from one day's to another's, `2026-07`."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return {f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers}


def _find_incidents(opened: Opened, config: ArrestWindows, quarters: Sequence[Quarter]) -> dict[str, frozenset[str]]:
    """Return, by cohort, the quarters of which the incidents are known and can be followed."""
    followed = find_covered(opened.con, quarters) & find_named(opened.con, "case_number", quarters)
    found = {}
    for cohort in config.cohorts:
        if cohort.metric_id == SHOOTINGS:
            found[cohort.cohort_id] = opened.covered(VICTIMS_ID, quarters)
        elif opened.settings.metric(cohort.metric_id).places:
            found[cohort.cohort_id] = followed & find_named(opened.con, "place_kind", quarters)
        else:
            found[cohort.cohort_id] = followed
    return found


def _pick(counts: pd.DataFrame, cohort: Cohort, days: int) -> pd.DataFrame:
    """Return one cohort's rows of one window, by place and quarter."""
    levels = counts.index.get_level_values
    return counts[(levels("cohort_id") == cohort.cohort_id) & (levels("within_days") == days)].droplevel(
        ["cohort_id", "within_days"]
    )


def _build_shares(
    opened: Opened,
    quarters: Sequence[Quarter],
    cohort: Cohort,
    days: int,
    counts: pd.DataFrame,
    covered: frozenset[str],
    reached: date | None,
) -> pd.DataFrame:
    places = [*opened.settings.district_ids, CITY, OUTSIDE]
    grid = pd.MultiIndex.from_product([places, map(str, quarters)], names=["district_id", "quarter"])
    # A share of nothing keeps its 0 of 0, and has no value.
    parts = counts[["numerator", "denominator"]].reindex(grid, fill_value=0)
    return build_rows(
        parts.assign(value=parts["numerator"] / parts["denominator"].where(parts["denominator"] > 0)),
        name_share(days, cohort),
        "share",
        opened.settings,
        quarters,
        stamp=opened.stamp(ARRESTS_ID),
        covered=covered,
        states=early_states(opened.settings, quarters, days, reached),
    )


def _build_medians(
    opened: Opened, quarters: Sequence[Quarter], cohort: Cohort, counts: pd.DataFrame, covered: frozenset[str]
) -> pd.DataFrame:
    return build_rows(
        counts[["median_days"]].rename(columns={"median_days": "value"}),
        name_median(cohort),
        "days",
        opened.settings,
        quarters,
        stamp=opened.stamp(ARRESTS_ID),
        covered=covered,
    )

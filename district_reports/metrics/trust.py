"""Scores of a survey about trust and safety, for whole districts and the city.

What belongs here: the mean of a quarter's periods, and what is told after the survey's file has stopped. What does
not: sectors, beats and groups of people; a district's answers are too few, and the file tells no margins.

A city's row names no district and no area. The publisher has also printed weekly scores of the city alone, some of
them twice: the city's mean is over the periods that districts have too, so that both stand for the same days.

```
core_scores         one row for each place and period
    district_id     VARCHAR  one of the config's districts, or `city`
    first, last     DATE     of the period
    trust, safety   DOUBLE   0-10; NULL where the file has none or one that cannot be
```
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from district_reports.config_outcomes import Trust
from district_reports.metrics.grid import Definition, build_rows, join_tables
from district_reports.metrics.incidents import query, quoted
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.metrics.opened import Opened, add_places
from district_reports.metrics.remarks import build_remark
from district_reports.model import CheckResult, State
from district_reports.periods import Quarter
from district_reports.settings import Settings

SOURCE_ID = "sentiment"
HIGHEST = 10
"""The survey asks for answers from 0 to this."""
SCORE_DIGITS = 2
METRICS = {"trust_score": "trust", "safety_score": "safety"}
"""Our metrics, each with its column."""

PLACED_SQL = """
CREATE OR REPLACE TABLE placed_scores AS
SELECT
    CASE
        WHEN nullif(trim(scores.district_id), '') IS NOT NULL THEN coalesce(place.district_id, $outside)
        WHEN nullif(trim(area), '') IS NULL THEN $city
    END AS district_id,
    CAST(period_start AS DATE) AS first, CAST(period_end AS DATE) AS last,
    trust * $scale AS trust, safety * $scale AS safety,
    first <= last AND last <= $as_of::DATE AS is_possible
FROM raw_sentiment AS scores LEFT JOIN {places} AS place ON place.raw = scores.district_id
"""

CORE_SQL = """
CREATE OR REPLACE TABLE core_scores AS
WITH possible AS (
    SELECT DISTINCT
        district_id, first, last,
        CASE WHEN trust BETWEEN 0 AND $highest THEN trust END AS trust,
        CASE WHEN safety BETWEEN 0 AND $highest THEN safety END AS safety
    FROM placed_scores WHERE is_possible AND district_id <> $outside
)
-- In an order, here and below: fractions added in another one may round to another score.
SELECT district_id, first, last, avg(trust ORDER BY trust) AS trust, avg(safety ORDER BY safety) AS safety
FROM possible
WHERE (first, last) IN (SELECT (first, last) FROM possible WHERE district_id <> $city)
GROUP BY ALL
"""

SCORES_SQL = """
SELECT
    district_id, quarter_name(last) AS quarter,
    avg(trust ORDER BY last, first) AS trust, avg(safety ORDER BY last, first) AS safety
FROM core_scores
GROUP BY ALL
"""

PERIODS_SQL = """
SELECT quarter_name(last) AS quarter, min(first) AS first, max(last) AS last
FROM core_scores
WHERE trust IS NOT NULL OR safety IS NOT NULL
GROUP BY ALL ORDER BY quarter
"""

ODD_SQL = """
SELECT 'a district of another city' AS told, count(*) FILTER (district_id = $outside) AS counted FROM placed_scores
UNION ALL
SELECT 'a period that cannot be', count(*) FILTER (is_possible IS NOT TRUE) FROM placed_scores
UNION ALL
SELECT 'a score that cannot be', count(*) FILTER (
    NOT coalesce(trust BETWEEN 0 AND $highest, true) OR NOT coalesce(safety BETWEEN 0 AND $highest, true)
) FROM placed_scores
UNION ALL
SELECT 'another score of its period', count(*) FROM (
    SELECT 1 FROM placed_scores
    WHERE is_possible AND (first, last) IN (SELECT (first, last) FROM placed_scores WHERE district_id <> $city)
    GROUP BY district_id, first, last
    HAVING district_id IS NOT NULL AND district_id <> $outside AND count(DISTINCT (trust, safety)) > 1
)
"""


def count_trust(opened: Opened, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return `out_metrics` of the survey: the mean of the periods that end in a quarter.

    A quarter after the file's end has the last published quarter's value as `stale`; one before its start, or without
    periods in between, is `no_data`, as is a place without a score.

    Args:
        opened: The sources.
        quarters: Those wanted.

    Returns:
        `trust_score`, `safety_score` (score, 0-10, two decimals); none where the config has no survey.

    Raises:
        ContractError: If the rows cannot be read as declared.
    """
    config, settings = opened.settings.outcomes.trust, opened.settings
    if config is None or not quarters:
        return join_tables([])
    _fill_scores(opened, config)
    published = _find_periods(opened)
    scores = query(opened.con, SCORES_SQL).set_index(["district_id", "quarter"])
    shown = {str(quarter): _shown_quarter(quarter, published) for quarter in quarters}
    parts = [
        scores[scores.index.get_level_values("quarter") == source].rename({source: target}, level="quarter")
        for target, source in shown.items()
        if source
    ]
    values = pd.concat(parts) if parts else scores.iloc[:0]
    states = _stale_states(opened, [q for q in quarters if shown[str(q)]], published)
    tables = [
        build_rows(
            values[[column]].set_axis(["value"], axis=1).round(SCORE_DIGITS),
            metric_id,
            "score",
            settings,
            quarters,
            stamp=opened.stamp(SOURCE_ID),
            covered=[target for target, source in shown.items() if source],
            states=states,
        )
        for metric_id, column in METRICS.items()
    ]
    return join_tables(tables)


def trust_period(opened: Opened, quarter: Quarter) -> tuple[date, date] | None:
    """Return the first and last day of the scores that a quarter's report shows; None where it shows none.

    Args:
        opened: The sources.
        quarter: The report's.
    """
    config = opened.settings.outcomes.trust
    if config is None:
        return None
    _fill_scores(opened, config)
    published = _find_periods(opened)
    return published.get(_shown_quarter(quarter, published) or "")


def check_trust(opened: Opened) -> list[CheckResult]:
    """Return what was odd in the rows of the survey; remarks, none where the source was never read."""
    config = opened.settings.outcomes.trust
    if config is None or not opened.has(SOURCE_ID):
        return []
    _fill_scores(opened, config)
    rows = query(opened.con, ODD_SQL, {"city": CITY, "outside": OUTSIDE, "highest": HIGHEST})
    odd = {str(told): int(count) for told, count in zip(rows["told"], rows["counted"], strict=True)}
    expected = "one score from 0 to 10 of each of the city's districts and the city, of a period before the snapshot"
    return [build_remark("scores_possible", odd, expected=expected, source_id=SOURCE_ID)]


def define_trust(settings: Settings) -> tuple[Definition, ...]:
    """Return how each score is found; none where the config has no survey."""
    if settings.outcomes.trust is None:
        return ()
    sql = ";".join((PLACED_SQL.format(places=quoted(f"place_{SOURCE_ID}")), CORE_SQL, SCORES_SQL))
    return tuple(Definition(metric_id, "score", (SOURCE_ID,), sql) for metric_id in METRICS)


def _fill_scores(opened: Opened, config: Trust) -> None:
    values: dict[str, Any] = {"city": CITY, "outside": OUTSIDE}
    placed = {**values, "scale": config.scale, "as_of": opened.stamp(SOURCE_ID)[0]}

    def fill() -> None:
        places = add_places(opened, SOURCE_ID, "district_id", "one")
        query(opened.con, PLACED_SQL.format(places=quoted(places)), placed)
        query(opened.con, CORE_SQL, {**values, "highest": HIGHEST})

    opened.once("core_scores", placed["as_of"], fill)


def _find_periods(opened: Opened) -> dict[str, tuple[date, date]]:
    """Return first and last day of the periods that end in a quarter, by quarter."""
    rows = query(opened.con, PERIODS_SQL)
    first, last = (pd.to_datetime(rows[name]).dt.date for name in ("first", "last"))
    return dict(zip(rows["quarter"], zip(first, last, strict=True), strict=True))


def _shown_quarter(quarter: Quarter, published: dict[str, tuple[date, date]]) -> str | None:
    """Return the quarter whose scores a quarter shows: its own, after the file's end the last one, else none."""
    if not published:
        return None
    last = max(published)
    return last if str(quarter) > last else str(quarter) if str(quarter) in published else None


def _stale_states(
    opened: Opened, quarters: Sequence[Quarter], published: dict[str, tuple[date, date]]
) -> pd.Series | None:
    """Return `stale` for every place of the quarters whose end the file does not come near enough to."""
    if not published:
        return None
    reached = published[max(published)][1] + timedelta(days=opened.settings.source(SOURCE_ID).freshness_days)
    stale = [str(q) for q in quarters if q.end > reached or str(q) > max(published)]
    places = [*opened.settings.district_ids, CITY, OUTSIDE]
    index = pd.MultiIndex.from_product([places, stale], names=["district_id", "quarter"])
    return pd.Series(str(State.STALE), index=index, dtype="str")

"""The cases of complaint that count, as a table: those of the config's office, on a day that can be.

What belongs here: the tidy table and which quarters it covers. What does not: counting.

A case lies where its incident did: in the district of its beats if they are all of one, else nowhere.

```
core_complaints     one row for each case
    district_id     VARCHAR  one of the config's districts, or `none`
    day             DATE     opened
    category        VARCHAR  NULL where missing or empty
    is_closed       BOOLEAN  NULL where the status is none of the config's
    has_finding     BOOLEAN  false where there is none (yet); NULL where the finding is none of the config's
    is_sustained    BOOLEAN  as `has_finding`
    is_force        BOOLEAN
```
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from district_reports.config_outcomes import Complaints
from district_reports.metrics.incidents import query, quoted
from district_reports.metrics.measures import OUTSIDE
from district_reports.metrics.opened import Opened, add_places
from district_reports.periods import Quarter

SOURCE_ID = "complaints"
YEAR = 4
"""Quarters of the twelve months that end with a quarter."""
EARLIEST = date(1990, 1, 1)
"""A case dated before it is misdated: no file of complaint cases reaches back so far."""

CASES_SQL = """
CREATE OR REPLACE TABLE core_complaints AS
SELECT
    coalesce(place.district_id, $outside) AS district_id, CAST(opened_at AS DATE) AS day,
    nullif(trim(category), '') AS category,
    CASE WHEN list_contains($closed::VARCHAR[], status) THEN true
         WHEN list_contains($open::VARCHAR[], status) THEN false END AS is_closed,
    CASE WHEN list_contains($findings::VARCHAR[], finding) THEN true
         WHEN nullif(trim(finding), '') IS NULL OR list_contains($no_findings::VARCHAR[], finding) THEN false
         END AS has_finding,
    CASE WHEN has_finding IS NOT NULL THEN coalesce(finding = $sustained, false) END AS is_sustained,
    coalesce(list_contains($force::VARCHAR[], nullif(trim(category), '')), false) AS is_force
FROM raw_complaints LEFT JOIN {places} AS place ON place.raw = raw_complaints.beats
WHERE office = $office AND CAST(opened_at AS DATE) BETWEEN $earliest::DATE AND $as_of::DATE
"""

MONTHS_SQL = "SELECT DISTINCT strftime(day, '%Y-%m') AS month FROM core_complaints"


def fill_cases(opened: Opened, config: Complaints) -> None:
    """Make the table `core_complaints`.

    Raises:
        ContractError: If the rows cannot be read as declared.
    """
    values = {
        "outside": OUTSIDE,
        "office": config.office,
        "closed": list(config.closed_values),
        "open": list(config.open_values),
        "findings": list(config.finding_values),
        "no_findings": list(config.no_finding_values),
        "sustained": config.sustained_value,
        "force": list(config.force_categories),
        "earliest": EARLIEST,
        "as_of": opened.stamp(SOURCE_ID)[0],
    }

    def fill() -> None:
        places = add_places(opened, SOURCE_ID, "beats", "beats", separator=config.beat_separator)
        query(opened.con, CASES_SQL.format(places=quoted(places)), values)

    opened.once("core_complaints", values["as_of"], fill)


def find_covered(opened: Opened, quarters: Sequence[Quarter]) -> frozenset[str]:
    """Return the quarters that cases of the office cover; another office's do not make up for them."""
    newest = find_newest_case(opened)
    if newest is None:
        return frozenset()
    months = set(query(opened.con, MONTHS_SQL)["month"])
    days = opened.settings.source(SOURCE_ID).freshness_days
    return frozenset(
        str(quarter)
        for quarter in quarters
        if (quarter.end - newest).days <= days and all(f"{month:%Y-%m}" in months for month in quarter.months)
    )


def find_covered_years(opened: Opened, quarters: Sequence[Quarter]) -> frozenset[str]:
    """Return the quarters whose twelve months the office's cases cover."""
    covered = find_covered(opened, sorted({past for quarter in quarters for past in quarter.window(YEAR)}))
    return frozenset(str(quarter) for quarter in quarters if {str(past) for past in quarter.window(YEAR)} <= covered)


def find_newest_case(opened: Opened) -> date | None:
    """Return the newest day on which a case was opened; None where there are none."""
    newest = query(opened.con, "SELECT max(day) AS newest FROM core_complaints")["newest"].iloc[0]
    return None if pd.isna(newest) else pd.Timestamp(newest).date()


def define_cases() -> str:
    """Return the SQL of the table."""
    return CASES_SQL.format(places=quoted(f"place_{SOURCE_ID}"))

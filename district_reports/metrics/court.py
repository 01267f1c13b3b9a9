"""A historical cohort of the county's court files: what became of felony cases that police units brought.

What belongs here: stored counts into the cohort of each place. What does not: the case-level rows, which are counted
on their way in and never kept.

The unit of a case is who brought it, not where it happened. Rungs stand beside each other and are never merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import pandas as pd

from district_reports.errors import ContractError
from district_reports.metrics.grid import Definition
from district_reports.metrics.incidents import query
from district_reports.metrics.measures import CITY
from district_reports.metrics.opened import Opened, attach_table
from district_reports.model import CourtCohort, Freshness, State
from district_reports.model.blocks import CourtRung, CourtRungId
from district_reports.settings import Settings

SOURCE_ID = "court"
"""Id of the stored counts, which are made of several sources."""
OTHER_UNIT = "other"
"""Stands for units that are no district."""
WHOLE_NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "HUGEINT", "UBIGINT", "UINTEGER")
COLUMNS = {"district_id": ("VARCHAR",), "year": WHOLE_NUMBERS, "rung": ("VARCHAR",), "cases": WHOLE_NUMBERS}
RUNGS: tuple[CourtRungId, ...] = get_args(CourtRungId)

COHORT_SQL = """
SELECT district_id, year, rung, CAST(sum(cases) AS BIGINT) AS cases
FROM raw_court WHERE list_contains($years::BIGINT[], year)
GROUP BY ALL ORDER BY ALL
"""

BROKEN_SQL = """
SELECT DISTINCT coalesce(district_id, '') AS district_id, coalesce(rung, '') AS rung, year, cases
FROM raw_court
WHERE NOT coalesce(list_contains($places::VARCHAR[], district_id), false)
    OR NOT coalesce(list_contains($rungs::VARCHAR[], rung), false) OR year IS NULL OR coalesce(cases, -1) < 0
ORDER BY ALL LIMIT 5
"""


def find_court(opened: Opened, counts_paths: Sequence[Path]) -> dict[str, CourtCohort]:
    """Return the cohort of each district and of the city, for the years of the config.

    The city's is of all units; those that are no district are told as a part of it. Where the files have never been
    read, or hold none of the years, the cohorts stand there without years and rungs.

    Args:
        opened: The sources.
        counts_paths: Stored counts, Parquet: `district_id` (a district or `other`), `year`, `rung`, `cases`.

    Returns:
        By district and `city`; empty where the config has no court files.

    Raises:
        ContractError: If the counts are not as declared.
    """
    config, settings = opened.settings.outcomes.court, opened.settings
    if config is None:
        return {}
    attach_table(opened.con, SOURCE_ID, counts_paths, COLUMNS)
    _require_known(opened)
    counts = query(opened.con, COHORT_SQL, {"years": list(config.years)})
    is_read = not counts.empty
    freshness = Freshness(
        source_id=SOURCE_ID,
        state=State.STALE if is_read else State.NO_DATA,
        fresh_to=config.closed_on if is_read else None,
        look_at=config.dashboard,
    )
    of_others = counts[counts["district_id"] == OTHER_UNIT]
    others = _by_rung(of_others)[RUNGS[0]]
    return {
        place: CourtCohort(
            freshness=freshness,
            years=tuple(year for year in config.years if (counts["year"] == year).any()),
            rungs=_build_rungs(counts if place == CITY else counts[counts["district_id"] == place]) if is_read else (),
            other_unit_cases=others if place == CITY else 0,
            closed_on=config.closed_on,
        )
        for place in (*settings.district_ids, CITY)
    }


def define_court(settings: Settings) -> tuple[Definition, ...]:
    """Return how the cohort is counted; none where the config has no court files."""
    if settings.outcomes.court is None:
        return ()
    sources = tuple(source.source_id for source in settings.sources if source.form == "cases")
    return tuple(Definition(f"court_{rung}", "cases", sources, COHORT_SQL) for rung in RUNGS)


def _build_rungs(counts: pd.DataFrame) -> tuple[CourtRung, ...]:
    cases = _by_rung(counts)
    return tuple(CourtRung(rung_id=rung, cases=cases[rung]) for rung in RUNGS)


def _by_rung(counts: pd.DataFrame) -> Mapping[CourtRungId, int]:
    return {rung: int(counts.loc[counts["rung"] == rung, "cases"].sum()) for rung in RUNGS}


def _require_known(opened: Opened) -> None:
    values = {"places": [*opened.settings.district_ids, OTHER_UNIT], "rungs": list(RUNGS)}
    broken = query(opened.con, BROKEN_SQL, values)
    if not broken.empty:
        problems = [
            f"{row.district_id!r:.40} {row.year} {row.rung!r:.40}: {row.cases} cases" for row in broken.itertuples()
        ]
        raise ContractError(
            f"{SOURCE_ID}: expected counts from 0 on of known districts and rungs, got {'; '.join(problems)}",
            table=SOURCE_ID,
            problems=problems,
        )

"""Victims of homicides and of shootings, and, apart from them, the incidents in which people were shot.

What belongs here: the tidy rows of the file of victims, their counts, and remarks on values the config does not know.
What does not: which of the numbers a report shows.

A row of the file is a victim. Victims and incidents are never the same number: an incident with three people shot is
three victims and one incident.

```
core_victims                       core_shootings: an incident in which anybody was shot, fatally or not
    victim_id     VARCHAR              case_number   VARCHAR    NULL where the rows have none
    case_number   VARCHAR              occurred_at   TIMESTAMP
    occurred_at   TIMESTAMP            quarter       VARCHAR
    quarter       VARCHAR              district_id   VARCHAR
    district_id   VARCHAR
    is_homicide   BOOLEAN
    is_shot       BOOLEAN
```
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from district_reports.config_outcomes import Victims
from district_reports.errors import ConfigError
from district_reports.metrics.grid import Definition, build_rows, join_tables
from district_reports.metrics.incidents import query
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.metrics.opened import Opened, add_places, require_columns
from district_reports.metrics.remarks import build_remark
from district_reports.model import CheckResult
from district_reports.periods import Quarter
from district_reports.settings import Settings

VICTIMS_ID = "victims"
"""Our name of the source whose rows are victims."""

HOMICIDES, NONFATAL, SHOOTINGS = "victims_homicide", "victims_nonfatal_shooting", "shooting_incidents"
UNITS = {HOMICIDES: "victims", NONFATAL: "victims", SHOOTINGS: "incidents"}
"""The metrics counted here, with their units."""

COLUMNS = {
    "victim_id": "text",
    "occurred_at": "timestamp",
    "case_number": "text",
    "offence_group": "text",
    "gunshot": "text",
    "district_id": "text",
}

CORE_SQL = """
core_victims AS (
    SELECT
        stored.victim_id, nullif(trim(stored.case_number), '') AS case_number,
        stored.occurred_at, quarter_name(stored.occurred_at) AS quarter,
        coalesce(place.district_id, $outside) AS district_id,
        coalesce(list_contains($homicide_groups::VARCHAR[], trim(stored.offence_group)), false) AS is_homicide,
        coalesce(list_contains($gunshot_values::VARCHAR[], trim(stored.gunshot)), false) AS is_shot
    FROM raw_victims AS stored LEFT JOIN place_victims AS place ON place.raw = stored.district_id
),
core_shootings AS (
    -- Told once, where and when the row of its first victim id says. A row without a case number is its own incident.
    SELECT
        any_value(case_number) AS case_number,
        arg_min(occurred_at, victim_id) AS occurred_at,
        arg_min(quarter, victim_id) AS quarter,
        arg_min(district_id, victim_id) AS district_id
    FROM core_victims
    WHERE is_shot
    GROUP BY case_number, CASE WHEN case_number IS NULL THEN victim_id END
)"""

COUNTS_SQL = f"""
WITH {CORE_SQL},
counted AS (
    SELECT '{HOMICIDES}' AS metric_id, district_id, quarter FROM core_victims WHERE is_homicide
    UNION ALL
    SELECT '{NONFATAL}', district_id, quarter FROM core_victims WHERE is_shot AND NOT is_homicide
    UNION ALL
    SELECT '{SHOOTINGS}', district_id, quarter FROM core_shootings
)
SELECT
    metric_id, CASE WHEN grouping(district_id) = 1 THEN $city ELSE district_id END AS district_id, quarter,
    count(*) AS value
FROM counted
GROUP BY GROUPING SETS ((metric_id, district_id, quarter), (metric_id, quarter))
"""

ODD_SQL = """
WITH asked AS (
    SELECT stored.*, coalesce(place.district_id, $outside) AS placed_in
    FROM raw_victims AS stored LEFT JOIN place_victims AS place ON place.raw = stored.district_id
    WHERE list_contains($quarters::VARCHAR[], quarter_name(stored.occurred_at))
),
odd AS (
    SELECT 'gunshot_known' AS check_id, gunshot AS name FROM asked
    WHERE NOT coalesce(list_contains($known_gunshot::VARCHAR[], trim(gunshot)), false)
    UNION ALL
    SELECT 'victims_placed', district_id FROM asked WHERE placed_in = $outside
    UNION ALL
    SELECT 'victim_groups_known', offence_group FROM asked
    WHERE NOT coalesce(list_contains($known_groups::VARCHAR[], trim(offence_group)), false)
    UNION ALL
    SELECT 'victims_have_cases', case_number FROM asked WHERE nullif(trim(case_number), '') IS NULL
)
SELECT check_id, coalesce(name, '') AS name, count(*) AS victims FROM odd GROUP BY ALL
"""


def count_victims(opened: Opened, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Return `out_metrics` of the file of victims: victims of homicide, of other shootings, and shooting incidents.

    Every district, the city and `none`, every quarter; no rows where the config has no `[victims]`.

    Args:
        opened: The stored sources.
        quarters: Those wanted.

    Raises:
        ConfigError: If the source is not declared as it is counted.
        ContractError: If the stored parts cannot be read.
    """
    if opened.settings.outcomes.victims is None:
        return join_tables([])
    values = prepare_victims(opened) | {"city": CITY}
    counts = query(opened.con, COUNTS_SQL, values).set_index(["metric_id", "district_id", "quarter"])
    covered = opened.covered(VICTIMS_ID, quarters)
    return join_tables(
        [
            build_rows(
                counts[counts.index.get_level_values("metric_id") == metric_id].droplevel("metric_id"),
                metric_id,
                unit,
                opened.settings,
                quarters,
                stamp=opened.stamp(VICTIMS_ID),
                covered=covered,
            )
            for metric_id, unit in UNITS.items()
        ]
    )


def check_victims(opened: Opened, quarters: Sequence[Quarter]) -> list[CheckResult]:
    """Return whether each victim's row says what the config knows; remarks. None where the file was never read.

    A row whose gunshot value is unknown is counted as no shooting; one whose offence group is missing, as no homicide;
    one without a district of the city counts for the city alone; one without a case number is an incident of its own.

    Args:
        opened: The stored sources.
        quarters: Those whose rows are looked at.

    Raises:
        ConfigError: If the source is not declared as it is counted.
        ContractError: If the stored parts cannot be read.
    """
    config = opened.settings.outcomes.victims
    if config is None or not opened.has(VICTIMS_ID):
        return []
    values = {
        "outside": prepare_victims(opened)["outside"],
        "quarters": [str(quarter) for quarter in quarters],
        "known_gunshot": [*config.gunshot_values, *config.no_gunshot_values],
        "known_groups": list(opened.settings.metrics.offences.groups),
    }
    odd = query(opened.con, ODD_SQL, values)
    expected = {
        "gunshot_known": f"one of {', '.join(values['known_gunshot'])} in each row",
        "victims_placed": "a district of the config in each row",
        "victim_groups_known": "an offence group of the config in each row",
        "victims_have_cases": "a case number in each row",
    }
    found = {check_id: odd[odd["check_id"] == check_id] for check_id in expected}
    return [
        build_remark(
            check_id,
            dict(zip(found[check_id]["name"], found[check_id]["victims"], strict=True)),
            expected=text,
            source_id=VICTIMS_ID,
        )
        for check_id, text in expected.items()
    ]


def define_victims(settings: Settings) -> tuple[Definition, ...]:
    """Return how the numbers of victims and of shooting incidents are counted; none without `[victims]`."""
    if settings.outcomes.victims is None:
        return ()
    return tuple(Definition(metric_id, unit, (VICTIMS_ID,), COUNTS_SQL) for metric_id, unit in UNITS.items())


def prepare_victims(opened: Opened) -> dict[str, Any]:
    """Place the rows of the file, and return the parameters of `CORE_SQL`.

    Raises:
        ConfigError: If there is no `[victims]`, or the source is not declared as it is counted.
        ContractError: If the stored parts cannot be read.
    """
    config = _require_config(opened.settings)
    require_columns(opened.settings, VICTIMS_ID, COLUMNS)
    add_places(opened, VICTIMS_ID, "district_id", "one")
    return {
        "outside": OUTSIDE,
        "homicide_groups": list(config.homicide_groups),
        "gunshot_values": list(config.gunshot_values),
    }


def _require_config(settings: Settings) -> Victims:
    if settings.outcomes.victims is None:
        raise ConfigError("outcomes: expected a table [victims], since victims are to be counted, found none")
    return settings.outcomes.victims

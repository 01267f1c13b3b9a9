"""What became of felony cases that the city's police brought to the county's prosecutor: four files that share ids.

Publisher: Cook County State's Attorney, "Felony Cases": intake (what the police brought), initiation (charges filed),
dispositions (results), sentencing. Public domain. Traps:

- The files are closed: the publisher keeps them up no longer since 2024-12-30, and has no open data for 2025 or later.
  The portal may publish the same rows again, so `rowsUpdatedAt` is no sign of life. The last cases are less often
  decided than older ones; hence a historical cohort of years that are long over.
- Rows are charges, not cases: only those flagged as primary are asked for, and of sentences only the current ones; even
  so a case and person may have several rows. The unit of count is a person in a case.
- Ids are new in each publication: the four files can be joined to each other, never to an older pull nor to the police.
- There is no key: rows are read in the order of `:id`, which a replacement mints anew.
- The unit tells who brought the case, not where it happened. Its text has the district's number and name ("District
  10 - Ogden"); units of detectives and others are no district, and told as others. Results and sentences have no unit.
- Dates are typed by hand: results in the year 2118, and results from before the case came in. Such a row is left out.
- Results are words of the court's clerks, in several spellings; some end a case and some only move it. The last one
  counts; of one day the conviction before the dismissal before any other.
- Felonies of adults only. We ask for ids, unit, dates and results: no name, age, race, sex or offence of anybody.

Ids and dates live in memory until they are counted here; what is kept are counts by unit, year and step. A step counts
only those that came in by intake: the steps of one group of cases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from district_reports.config import Source
from district_reports.config_outcomes import Court
from district_reports.errors import ConfigError, ContractError
from district_reports.model import CheckResult
from district_reports.place_ids import PlaceRule, find_district
from district_reports.tables import arrow_schema

COURT = "court"
"""Id of the counts in the store, and of their remarks."""
INTAKE, INITIATION, DISPOSITIONS, SENTENCING = (
    "court_intake",
    "court_initiation",
    "court_dispositions",
    "court_sentencing",
)
FILES = {
    INTAKE: ("case_id", "person_id", "received_at", "unit"),
    INITIATION: ("case_id", "person_id", "unit"),
    DISPOSITIONS: ("case_id", "person_id", "decided_at", "result"),
    SENTENCING: ("case_id", "person_id", "sentenced_at"),
}
"""The four files and the columns kept in memory; all of them must be declared."""
RUNGS = ("received", "charged", "disposed", "convicted", "dismissed", "other_result", "sentenced")
"""Steps, in the order in which a case goes through them."""
OTHER_UNIT = "other"
"""Stands for units that are no district, and for none."""
COUNTS_SCHEMA = pa.schema(
    [
        pa.field("district_id", pa.string(), nullable=False),
        pa.field("year", pa.int64(), nullable=False),
        pa.field("rung", pa.string(), nullable=False),
        pa.field("cases", pa.int64(), nullable=False),
    ]
)
"""Of the counts; zeros are there for each year in which any case came in."""

_SHOWN_RESULTS = 8
_SHOWN_CHARACTERS = 60

_COHORT_SQL = """
CREATE TABLE cohort AS
WITH possible AS (
    SELECT * FROM court_intake
    WHERE list_contains($years::BIGINT[], year(received_at)) AND received_at <= $intake_until
), units AS (
    SELECT case_id, person_id, min(nullif(trim(unit), '')) AS unit FROM court_initiation GROUP BY ALL
), cases AS (
    SELECT case_id, person_id, min(received_at) AS received_at, min(nullif(trim(unit), '')) AS unit
    FROM possible GROUP BY ALL
)
SELECT case_id, person_id, received_at, year(received_at) AS year, coalesce(cases.unit, units.unit) AS unit
FROM cases LEFT JOIN units USING (case_id, person_id)
"""
_DECIDED_SQL = """
CREATE TABLE decided AS
SELECT case_id, person_id, nullif(trim(result), '') AS result, decided_at,
    coalesce(decided_at > $dispositions_until OR decided_at < date_trunc('day', received_at), false) AS is_impossible
FROM court_dispositions JOIN cohort USING (case_id, person_id)
WHERE nullif(trim(result), '') IS NOT NULL OR decided_at IS NOT NULL
"""
_SENTENCED_SQL = """
CREATE TABLE sentenced AS
SELECT case_id, person_id,
    coalesce(sentenced_at > $sentencing_until OR sentenced_at < date_trunc('day', received_at), false) AS is_impossible
FROM court_sentencing JOIN cohort USING (case_id, person_id)
"""
_RUNGS_SQL = """
CREATE TABLE rungs AS
WITH results AS (
    SELECT case_id, person_id, CASE
        WHEN list_contains($convicted::VARCHAR[], result) THEN 'convicted'
        WHEN list_contains($dismissed::VARCHAR[], result) THEN 'dismissed'
        ELSE 'other_result' END AS rung
    FROM decided WHERE NOT is_impossible
    QUALIFY 1 = row_number() OVER (
        PARTITION BY case_id, person_id ORDER BY CAST(decided_at AS DATE) DESC NULLS LAST, rung
    )
)
SELECT case_id, person_id, 'received' AS rung FROM cohort
UNION ALL SELECT DISTINCT case_id, person_id, 'charged' FROM court_initiation
UNION ALL SELECT case_id, person_id, 'disposed' FROM results
UNION ALL SELECT case_id, person_id, rung FROM results
UNION ALL SELECT DISTINCT case_id, person_id, 'sentenced' FROM sentenced WHERE NOT is_impossible
"""
_COUNTS_SQL = """
WITH counted AS (
    SELECT district_id, year, rung, count(*) AS cases
    FROM rungs JOIN cohort USING (case_id, person_id) JOIN places ON places.unit IS NOT DISTINCT FROM cohort.unit
    GROUP BY ALL
)
SELECT district_id, CAST(year AS BIGINT) AS year, rung, CAST(coalesce(cases, 0) AS BIGINT) AS cases
FROM (SELECT unnest($places::VARCHAR[]) AS district_id)
CROSS JOIN (SELECT DISTINCT year FROM cohort)
CROSS JOIN (SELECT unnest($rungs::VARCHAR[]) AS rung)
LEFT JOIN counted USING (district_id, year, rung)
ORDER BY district_id, year, list_position($rungs::VARCHAR[], rung)
"""
_IMPOSSIBLE_SQL = """
SELECT 'received', count(*) FROM court_intake
WHERE NOT list_contains($years::BIGINT[], year(received_at)) OR received_at > $intake_until
UNION ALL SELECT 'decided', count(*) FROM decided WHERE is_impossible
UNION ALL SELECT 'sentenced', count(*) FROM sentenced WHERE is_impossible
"""
_UNKNOWN_SQL = """
SELECT coalesce(result, '(none)') AS result, count(*) AS n FROM decided
WHERE NOT is_impossible AND NOT coalesce(list_contains($known::VARCHAR[], result), false)
GROUP BY ALL ORDER BY n DESC, result
"""
_STRAYED_SQL = """
SELECT count(*) FROM (
    SELECT case_id, person_id FROM court_initiation
    UNION SELECT case_id, person_id FROM court_dispositions
    UNION SELECT case_id, person_id FROM court_sentencing
) ANTI JOIN court_intake USING (case_id, person_id)
"""


class CourtCases:
    """The four files in memory, as far as they are needed to be counted; gone when it is closed."""

    def __init__(self, config: Court, rule: PlaceRule) -> None:
        """Begin with no rows.

        Args:
            config: How units and results are read.
            rule: The city's districts.
        """
        self._config = config
        self._rule = rule
        self._pattern = re.compile(config.unit_pattern)
        self._con = duckdb.connect(":memory:")
        # What does not fit into memory must fail rather than be written to a disk.
        self._con.execute("SET temp_directory = ''")
        for file, columns in FILES.items():
            kinds = ", ".join(f"{name} {'TIMESTAMP' if name.endswith('_at') else 'VARCHAR'}" for name in columns)
            self._con.execute(f"CREATE TABLE {file} ({kinds})")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget all rows."""
        self._con.close()

    def add(self, source: Source, rows: pa.Table) -> None:
        """Take rows of one of the files.

        Raises:
            ContractError: If a column is missing or of another type, or a required value is missing; quotes no value.
        """
        expected = arrow_schema(source)
        if rows.schema.names != expected.names or rows.schema.types != expected.types:
            message = f"{source.source_id}: expected the columns {', '.join(expected.names)} of the declared types"
            raise ContractError(f"{message}, got others", table=source.source_id)
        empty = [field.name for field in expected if not field.nullable and rows.column(field.name).null_count]
        if empty:
            message = f"{source.source_id}: expected a value in each row, got rows without {', '.join(empty)}"
            raise ContractError(message, table=source.source_id)
        self._con.register("added", rows.select(list(FILES[source.source_id])))
        self._con.execute(f"INSERT INTO {source.source_id} SELECT * FROM added")
        self._con.unregister("added")

    def count(self, until: Mapping[str, datetime]) -> tuple[pa.Table, tuple[CheckResult, ...]]:
        """Return the counts by unit, year and step, and what is odd in the files.

        Args:
            until: When the publisher last changed each file, UTC: no row can tell of a later day.

        Returns:
            A table of `COUNTS_SCHEMA`, ordered by its columns; and remarks, which name no case.

        Raises:
            ContractError: If no case came in at all.
        """
        config = self._config
        ends = {file.removeprefix("court_") + "_until": moment.replace(tzinfo=None) for file, moment in until.items()}
        years = {"years": list(config.years)}
        self._con.execute(_COHORT_SQL, {**years, "intake_until": ends["intake_until"]})
        self._con.execute(_DECIDED_SQL, {"dispositions_until": ends["dispositions_until"]})
        self._con.execute(_SENTENCED_SQL, {"sentencing_until": ends["sentencing_until"]})
        self._con.execute(_RUNGS_SQL, {"convicted": list(config.convicted), "dismissed": list(config.dismissed)})
        if not self._rows("SELECT count(*) FROM cohort")[0][0]:
            message = f"{INTAKE}: expected cases of {', '.join(map(str, config.years))}, got none"
            raise ContractError(message, table=INTAKE)
        self._place_units()
        places = [*self._rule.district_ids, OTHER_UNIT]
        found = self._con.sql(_COUNTS_SQL, params={"places": places, "rungs": list(RUNGS)})
        counts = found.to_arrow_table().cast(COUNTS_SCHEMA)
        impossible = self._rows(_IMPOSSIBLE_SQL, {**years, "intake_until": ends["intake_until"]})
        known = [*config.convicted, *config.dismissed, *config.other_results]
        unknown = self._rows(_UNKNOWN_SQL, {"known": known})
        return counts, (*_impossible_dates(impossible), *_unknown_results(unknown), *_strayed(self._rows(_STRAYED_SQL)))

    def _place_units(self) -> None:
        """Make a table of the units' districts."""
        units = [row[0] for row in self._rows("SELECT DISTINCT unit FROM cohort")]
        self._con.execute(
            "CREATE TABLE places AS SELECT unnest($units::VARCHAR[]) AS unit, unnest($ids::VARCHAR[]) AS district_id",
            {"units": units, "ids": [self._district_of(unit) for unit in units]},
        )

    def _district_of(self, unit: str | None) -> str:
        found = self._pattern.search(unit) if unit else None
        return (find_district(found[1], "one", self._rule) if found else None) or OTHER_UNIT

    def _rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self._con.execute(sql, values or {}).fetchall()


def require_files(sources: Mapping[str, Source]) -> None:
    """Return nothing if the four files are declared with the columns that are counted.

    Raises:
        ConfigError: If not.
    """
    for file, columns in FILES.items():
        if file not in sources:
            raise ConfigError(f"sources: expected the source {file} beside {', '.join(sources)}, found none")
        lacking = [name for name in columns if name not in sources[file].columns]
        if lacking:
            raise ConfigError(f"source {file}: expected the columns {', '.join(columns)}, got none of {lacking}")


def _impossible_dates(counted: list[tuple[Any, ...]]) -> list[CheckResult]:
    found = [f"{rows} {name}" for name, rows in counted if rows]
    if not found:
        return []
    expected = "dates from the years asked for, none before a case came in or after the file was published"
    return [_remark("dates_possible", expected, f"rows left out: {', '.join(found)}")]


def _unknown_results(counted: list[tuple[Any, ...]]) -> list[CheckResult]:
    if not counted:
        return []
    shown = ", ".join(f"{str(result)[:_SHOWN_CHARACTERS]} ({rows})" for result, rows in counted[:_SHOWN_RESULTS])
    more = f", and {len(counted) - _SHOWN_RESULTS} more" if len(counted) > _SHOWN_RESULTS else ""
    return [_remark("results_known", "results that the config names", f"{shown}{more}; counted as other results")]


def _strayed(counted: list[tuple[Any, ...]]) -> list[CheckResult]:
    cases = counted[0][0]
    if not cases:
        return []
    return [_remark("cases_joined", "cases that came in by intake", f"{cases} in later files alone; left out")]


def _remark(check_id: str, expected: str, got: str) -> CheckResult:
    return CheckResult(check_id=check_id, passed=False, required=False, expected=expected, got=got, source_id=COURT)

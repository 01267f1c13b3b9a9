"""The tidy incidents, `core_incidents`: one row per stored row, ready to be counted.

What belongs here: the view over the stored files, and what the config says of its values. What does not: counting.

The view reads the files each time it is asked, and only the columns and months a question needs; nothing is copied.

```
core_incidents
    incident_id         BIGINT
    occurred_at         TIMESTAMP   local, as the publisher wrote it
    quarter             VARCHAR     `2026Q3`, cut on the local date
    weekday             BIGINT      0 = Monday
    hour                BIGINT      0-23
    district_id         VARCHAR     one of the config's districts, or `none`
    stated_district_id  VARCHAR     what the row says; NULL where it says nothing
    beat_id             VARCHAR     NULL where missing or empty
    is_beat_elsewhere   BOOLEAN     the beat belongs to another district than the row's
    offence_code, offence_group, offence_type  VARCHAR
    case_number, community_id, place_kind  VARCHAR   NULL where missing, empty, or never published
    one BOOLEAN for each flag of the metrics
```

Beside it lie the small tables `known_districts`, `known_groups`, `known_types` and `known_forms`, filled from the
config, and the macro `quarter_name(day)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from district_reports.config import Source
from district_reports.errors import ConfigError, ContractError, StoreError
from district_reports.metrics.measures import CITY, OUTSIDE
from district_reports.settings import Settings

SOURCE_ID = "crimes"
"""Our name of the source whose rows are incidents."""

TEXT_COLUMNS = ("district_id", "beat_id", "offence_code", "offence_group", "offence_type")
"""Our names of the texts a row is placed and classed by."""

OPTIONAL_COLUMNS = ("case_number", "community_id", "place_kind")
"""Our names of the texts a city may publish or not; one that the source does not declare is NULL throughout."""

TABLE = "core_incidents"

CONNECTION = {
    # Nothing is fetched at run time: what a query needs is in the package, or the query fails.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # A name in SQL is a table of ours, never a Python variable that happens to have that name.
    "python_enable_replacements": "false",
    # The order of rows is always asked for; keeping the files' order would cost memory.
    "preserve_insertion_order": "false",
    # Memory grows with threads, and a few hundred thousand rows a year need no more of them.
    "threads": "2",
    # Answers are small: no spill files in the working folder.
    "temp_directory": "",
}

SQL_TYPES = {
    "integer": ("BIGINT",),
    "number": ("DOUBLE",),
    "text": ("VARCHAR",),
    "timestamp": ("TIMESTAMP", "TIMESTAMP_MS"),
    "boolean": ("BOOLEAN",),
}
"""Types a declared column may have in the files; no timestamp with a zone: its days would be those of another zone."""

CORE_SQL = """
CREATE MACRO quarter_name(day) AS lpad(CAST(year(day) AS VARCHAR), 4, '0') || 'Q' || quarter(day);
CREATE VIEW core_incidents AS
SELECT
    stored.{key} AS incident_id,
    stored.{date} AS occurred_at,
    quarter_name(stored.{date}) AS quarter,
    isodow(stored.{date}) - 1 AS weekday,
    hour(stored.{date}) AS hour,
    coalesce(known_districts.district_id, known_forms.outside_id) AS district_id,
    stored.district_id AS stated_district_id,
    nullif(stored.beat_id, '') AS beat_id,
    coalesce(
        left(nullif(stored.beat_id, ''), length(known_districts.beat_start)) <> known_districts.beat_start, false
    ) AS is_beat_elsewhere,
    stored.offence_code, stored.offence_group, stored.offence_type
    {optional}
    {flags}
FROM raw_incidents AS stored
CROSS JOIN known_forms
LEFT JOIN known_districts ON known_districts.district_id = stored.district_id
"""


def open_incidents(paths: Sequence[Path], settings: Settings) -> duckdb.DuckDBPyConnection:
    """Return a connection in which `core_incidents` can be asked; close it after use.

    Args:
        paths: The stored parts, Parquet with our column names; none gives a view without rows.
        settings: Which districts, offences and flags the city has.

    Raises:
        StoreError: If a file is not there.
        ContractError: If a file is no Parquet file or its columns are not those declared.
        ConfigError: If the config declares no usable source of incidents.
    """
    source = _require_source(settings)
    for path in paths:
        if not path.is_file():
            raise StoreError(f"incidents: expected the stored part {path.name}, found none", path=path)
    con = duckdb.connect(":memory:", config=dict(CONNECTION))
    try:
        _attach_files(con, paths, source)
        _require_columns(con, settings, source)
        _fill_known(con, settings)
        flags = "".join(f", stored.{quoted(flag)}" for flag in flag_columns(settings))
        sql = CORE_SQL.format(
            key=quoted(source.key), date=quoted(source.date), flags=flags, optional=_write_optional(source)
        )
        con.execute(sql)
    except duckdb.Error as error:
        con.close()
        raise _unreadable(error) from error
    except (ConfigError, ContractError):
        con.close()
        raise
    return con


def query(con: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Return the answer to one question, with `$name` in the SQL standing for `values["name"]`.

    Raises:
        ContractError: If the files cannot be read as declared.
    """
    try:
        return con.execute(sql, dict(values or {})).df()
    except duckdb.Error as error:
        raise _unreadable(error) from error


def quoted(name: str) -> str:
    """Return a column's name as SQL.

    Raises:
        ConfigError: If it is no plain name; names come from config files.
    """
    if not name.isidentifier():
        raise ConfigError(f"column: expected a name of letters, digits and underscores, got {name!r:.80}")
    return f'"{name}"'


def flag_columns(settings: Settings) -> tuple[str, ...]:
    """Return the yes/no columns that the metrics use, each once, in the config's order."""
    return tuple(dict.fromkeys(metric.flag for metric in settings.metrics.metrics if metric.flag))


def _require_source(settings: Settings) -> Source:
    source = settings.source(SOURCE_ID)
    if source.form != "events":
        raise ConfigError(f"source {SOURCE_ID}: expected the form 'events', got {source.form!r}")
    types = {name: column.type for name, column in source.columns.items()}
    wanted = {source.key: "integer", source.date: "timestamp", **dict.fromkeys(TEXT_COLUMNS, "text")}
    wanted |= dict.fromkeys(_declared(source), "text")
    for name, expected in {**wanted, **dict.fromkeys(flag_columns(settings), "boolean")}.items():
        if types.get(name) != expected:
            raise ConfigError(f"source {SOURCE_ID}, column {name}: expected type {expected}, got {types.get(name)}")
    taken = {CITY, OUTSIDE}.intersection(settings.district_ids)
    if taken:
        raise ConfigError(f"districts: expected other ids than {CITY} and {OUTSIDE}, got {', '.join(sorted(taken))}")
    return source


def _attach_files(con: duckdb.DuckDBPyConnection, paths: Sequence[Path], source: Source) -> None:
    if paths:
        # A folder named `a=b` must not become a column, nor one named `a*` stand for its neighbours.
        names = [re.sub(r"[*?\[]", r"[\g<0>]", str(path)) for path in paths]
        files = con.read_parquet(names, hive_partitioning=False)
        files.create_view("raw_incidents")
        return
    columns = ", ".join(f"{quoted(name)} {SQL_TYPES[column.type][0]}" for name, column in source.columns.items())
    con.execute(f"CREATE TABLE raw_incidents ({columns})")


def _require_columns(con: duckdb.DuckDBPyConnection, settings: Settings, source: Source) -> None:
    found = {row[0]: row[1] for row in con.execute("DESCRIBE raw_incidents").fetchall()}
    problems = []
    for name in (source.key, source.date, *TEXT_COLUMNS, *_declared(source), *flag_columns(settings)):
        allowed = SQL_TYPES[source.columns[name].type]
        if found.get(name) not in allowed:
            problems.append(f"{name}: expected {allowed[0]}, got {found.get(name, 'no such column')}")
    if problems:
        raise ContractError(f"{TABLE}: stored parts: {'; '.join(problems)}", table=TABLE, problems=problems)


def _declared(source: Source) -> tuple[str, ...]:
    """Return the optional columns that the source declares."""
    return tuple(name for name in OPTIONAL_COLUMNS if name in source.columns)


def _write_optional(source: Source) -> str:
    declared = _declared(source)
    return "".join(
        f", nullif(trim(stored.{name}), '') AS {name}" if name in declared else f", CAST(NULL AS VARCHAR) AS {name}"
        for name in OPTIONAL_COLUMNS
    )


def _fill_known(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    digits = settings.city.beat_district_digits
    starts = [district_id[-digits:] if digits else "" for district_id in settings.district_ids]
    con.execute(
        "CREATE TABLE known_districts AS SELECT unnest($ids::VARCHAR[]) AS district_id,"
        " unnest($starts::VARCHAR[]) AS beat_start",
        {"ids": list(settings.district_ids), "starts": starts},
    )
    offences = settings.metrics.offences
    _require_pattern(con, offences.code_pattern)
    con.execute(
        "CREATE TABLE known_groups AS SELECT unnest($groups::VARCHAR[]) AS offence_group",
        {"groups": list(offences.groups)},
    )
    con.execute(
        "CREATE TABLE known_types AS SELECT unnest($types::VARCHAR[]) AS offence_type", {"types": list(offences.types)}
    )
    con.execute(
        "CREATE TABLE known_forms AS SELECT $outside_id AS outside_id, $default_date AS default_date,"
        " $code_pattern AS code_pattern",
        {
            "outside_id": OUTSIDE,
            "default_date": settings.report.notes.default_date,
            "code_pattern": offences.code_pattern,
        },
    )


def _require_pattern(con: duckdb.DuckDBPyConnection, pattern: str) -> None:
    try:
        con.execute("SELECT regexp_full_match('', $pattern)", {"pattern": pattern})
    except duckdb.Error as error:
        raise ConfigError(f"offences, code_pattern: expected a regular expression, got {pattern!r:.80}") from error


def _unreadable(error: duckdb.Error) -> ContractError:
    """Return what DuckDB says, in one line."""
    reason = " ".join(str(error).split())[:300]
    return ContractError(f"{TABLE}: expected stored parts that can be read as declared, got {reason}", table=TABLE)

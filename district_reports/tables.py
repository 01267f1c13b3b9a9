"""Table contracts: the Arrow schema a source declares, and the checks a table must pass at both doors.

What belongs here: columns, types, nulls, keys, and whether the rows of a month are the portal's. What does not:
fetching, keeping, counting what the rows mean.
"""

from __future__ import annotations

from datetime import date, datetime, time

import pyarrow as pa
import pyarrow.compute as pc

from district_reports.config import ColumnType, Source
from district_reports.errors import ContractError
from district_reports.model import CheckResult, Fingerprint

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "timestamp": pa.timestamp("ms"),
    "boolean": pa.bool_(),
}
"""A timestamp has no zone: it is the city's local time, as the portals print it."""

NULL_SHARE_JUMP = 0.05
"""Rise in a column's share of missing values that is told. The publisher has lost the coordinates of 18 % of a
query's rows within a day; shares of the columns we ask for are below 1 % and move by less than a tenth of that."""


def arrow_schema(source: Source) -> pa.Schema:
    """Return the schema of a source's table: our names, in the order of the config file."""
    return pa.schema(
        [
            pa.field(name, ARROW_TYPES[column.type], nullable=column.is_nullable)
            for name, column in source.columns.items()
        ]
    )


def find_problems(table: pa.Table, source: Source) -> tuple[str, ...]:
    """Return how a table breaks its source's contract: types, nulls, distinct keys; empty if it keeps it."""
    expected = arrow_schema(source)
    if table.schema.names != expected.names:
        return (f"columns: expected {', '.join(expected.names)}, got {', '.join(table.schema.names)}",)
    problems = []
    for field in expected:
        column = table.column(field.name)
        if column.type != field.type:
            problems.append(f"{field.name}: expected type {field.type}, got {column.type}")
        elif not field.nullable and column.null_count:
            problems.append(f"{field.name}: expected a value in each row, got {column.null_count} rows without")
    if not problems:
        doubled = _count_doubled(table.column(source.key))
        problems += [f"{source.key}: expected each once, got {doubled} again"] if doubled else []
    return tuple(problems)


def require_table(table: pa.Table, source: Source) -> None:
    """Return nothing if the table keeps its source's contract.

    Raises:
        ContractError: If columns or types differ, a required value is missing, or a key comes twice.
    """
    problems = find_problems(table, source)
    if problems:
        raise ContractError(f"{source.source_id}: {'; '.join(problems)}", table=source.source_id, problems=problems)


def sum_keys(table: pa.Table, source: Source) -> str:
    """Return what a fingerprint tells of the keys: their sum, or of text the least and the greatest."""
    keys = table.column(source.key)
    if pa.types.is_integer(keys.type):
        return str(pc.sum(keys, min_count=0).as_py())
    ends = pc.min_max(keys).as_py()
    return f"{ends['min']}/{ends['max']}"


def find_differences(table: pa.Table, source: Source, month: date, end: date, expected: Fingerprint) -> tuple[str, ...]:
    """Return how a month's rows differ from what the portal says of the month; empty if they agree.

    A table of another schema is not compared: it breaks its contract, which `require_table` tells.

    Args:
        table: Rows of a source of events.
        source: The source.
        month: First day of the month.
        end: First day of the next month.
        expected: The month's fingerprint.
    """
    if not table.schema.equals(arrow_schema(source)):
        return ()
    differences = []
    if table.num_rows != expected.rows:
        differences.append(f"rows: expected {expected.rows}, got {table.num_rows}")
    doubled = _count_doubled(table.column(source.key))
    if doubled:
        differences.append(f"{source.key}: expected each once, got {doubled} again")
    keys = sum_keys(table, source)
    if not differences and keys != expected.key_sum and not _has_ends(table, source, expected.key_sum):
        differences.append(f"sum of {source.key}: expected {expected.key_sum}, got {keys}")
    dates = table.column(source.date)
    first, last = (pa.scalar(datetime.combine(day, time()), dates.type) for day in (month, end))
    outside = pc.sum(pc.or_(pc.less(dates, first), pc.greater_equal(dates, last)), min_count=0).as_py()
    if outside:
        differences.append(f"{source.date}: expected dates in {month:%Y-%m}, got {outside} rows outside")
    return tuple(differences)


def _has_ends(table: pa.Table, source: Source, told: str) -> bool:
    """Return whether the least and greatest text that a portal tells are among the keys: it may sort differently."""
    keys = table.column(source.key)
    if not pa.types.is_string(keys.type):
        return False
    known, words = set(keys.to_pylist()), told.split("/")
    return any({"/".join(words[:at]), "/".join(words[at:])} <= known for at in range(1, len(words)))


def _count_doubled(keys: pa.ChunkedArray) -> int:
    """Return how many values come again; tables are ordered by key, and then neighbours tell it fastest."""
    known = keys.drop_null()
    if not is_rising(known):
        known = known.take(pc.sort_indices(known))
    return int(pc.sum(pc.equal(known[:-1], known[1:]), min_count=0).as_py())


def is_rising(keys: pa.ChunkedArray) -> bool:
    """Return whether each value is greater than the one before; none may be null."""
    return bool(pc.all(pc.less(keys[:-1], keys[1:])).as_py())


def check_nulls(part_id: str, before: pa.Table, now: pa.Table, source: Source) -> list[CheckResult]:
    """Return a remark if columns lack far more values than in the last snapshot of the same rows.

    Args:
        part_id: Which rows: `2018-07`.
        before: As they were kept.
        now: As they were pulled.
        source: Whose they are.
    """
    risen = []
    for name in source.columns:
        shares = [_null_share(table, name) for table in (before, now)]
        if shares[1] - shares[0] > NULL_SHARE_JUMP:
            risen.append(f"{name}: {shares[0]:.1%} before, {shares[1]:.1%} now")
    if not risen:
        return []
    return [
        _remark("missing_values_plausible", source, f"as many values missing in {part_id} as before", _listed(risen))
    ]


def _null_share(table: pa.Table, name: str) -> float:
    if name not in table.schema.names or table.num_rows == 0:
        return 0.0
    return float(table.column(name).null_count / table.num_rows)


def _listed(cases: list[str]) -> str:
    shown = 5
    return "; ".join(cases[:shown]) + (f"; and {len(cases) - shown} more" if len(cases) > shown else "")


def _remark(check_id: str, source: Source, expected: str, got: str) -> CheckResult:
    return CheckResult(
        check_id=check_id, passed=False, required=False, expected=expected, got=got, source_id=source.source_id
    )

"""Whether the rows of a quarter are all out, in known terms, and placed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from district_reports.checks.messages import listed, shortened
from district_reports.config import Source
from district_reports.model import CheckResult
from district_reports.periods import Quarter


def check_complete(quarter: Quarter, as_of: date, *, is_preview: bool = False) -> list[CheckResult]:
    """Return whether the report's date lies late enough for the quarter; a remark in a preview.

    Args:
        quarter: The report's.
        as_of: The report's date.
        is_preview: Whether the report says on each page that it is a preview.
    """
    return [
        CheckResult(
            check_id="quarter_complete",
            passed=as_of >= quarter.complete_on,
            required=not is_preview,
            expected=f"{quarter} is complete from {quarter.complete_on.isoformat()} on",
            got=as_of.isoformat(),
        )
    ]


def check_fresh(
    quarter: Quarter, newest: date | None, *, source_id: str = "", is_preview: bool = False
) -> list[CheckResult]:
    """Return whether the rows reach the quarter's last day; a remark in a preview.

    Args:
        quarter: The report's.
        newest: Local date of the newest row; None without rows.
        source_id: The source of the rows.
        is_preview: Whether the report says on each page that it is a preview.
    """
    return [
        CheckResult(
            check_id="rows_reach_quarter_end",
            passed=newest is not None and newest >= quarter.end,
            required=not is_preview,
            expected=f"rows up to {quarter.end.isoformat()}",
            got=f"newest row of {newest.isoformat()}" if newest else "no rows",
            source_id=source_id,
        )
    ]


def check_source_fresh(source: Source, newest: date | None, quarter: Quarter) -> list[CheckResult]:
    """Return whether a source reaches the quarter's end but for the days the config allows it to lag; a remark.

    Args:
        source: Whose rows.
        newest: Local date of the newest row; None without rows.
        quarter: The report's.
    """
    reach = quarter.end - timedelta(days=source.freshness_days)
    return [
        CheckResult(
            check_id="source_fresh",
            passed=newest is not None and newest >= reach,
            required=False,
            expected=f"rows up to {reach.isoformat()} or later",
            got=f"newest row of {newest.isoformat()}" if newest else "no rows",
            source_id=source.source_id,
        )
    ]


def check_offence_groups(unknown: Mapping[str, int], *, source_id: str = "") -> list[CheckResult]:
    """Return whether all offence groups are known; required, since the sums would be wrong.

    Args:
        unknown: Incidents by group that is not in the config, as the source writes it.
        source_id: The source of the rows.
    """
    return [_check_names("offence_groups_known", unknown, "offence groups of the config", source_id, required=True)]


def check_offence_types(unknown: Mapping[str, int], *, source_id: str = "") -> list[CheckResult]:
    """Return whether all offence types are known; a remark.

    Args:
        unknown: Incidents by type that is not in the config, as the source writes it.
        source_id: The source of the rows.
    """
    return [_check_names("offence_types_known", unknown, "offence types of the config", source_id)]


def check_offence_codes(unknown: Mapping[str, int], *, source_id: str = "") -> list[CheckResult]:
    """Return whether all offence codes have the config's form; a remark.

    Args:
        unknown: Incidents by code of another form, empty for a missing code.
        source_id: The source of the rows.
    """
    return [_check_names("offence_codes_of_known_form", unknown, "offence codes of the config's form", source_id)]


def check_districts(rows: Mapping[str, int], *, outside: int) -> list[CheckResult]:
    """Return whether most rows name a district of the config (required), and each district is named (a remark).

    A source that begins to write its districts in another way would leave them without rows.

    Args:
        rows: Incidents of the report's quarter by district of the config, 0 included.
        outside: Incidents without one of the districts.
    """
    inside = sum(rows.values())
    silent = [district_id for district_id, count in rows.items() if not count]
    return [
        CheckResult(
            check_id="districts_named",
            passed=inside >= outside,
            required=True,
            expected="most rows in one of the config's districts",
            got=f"{inside} of {inside + outside}",
        ),
        CheckResult(
            check_id="each_district_named",
            passed=not silent,
            required=False,
            expected="rows in each district",
            got=f"none in {listed(silent)}" if silent else "rows in each",
        ),
    ]


def _check_names(
    check_id: str, unknown: Mapping[str, int], expected: str, source_id: str, *, required: bool = False
) -> CheckResult:
    cases = [f"{shortened(name) or '(empty)'}: {count} rows" for name, count in unknown.items()]
    return CheckResult(
        check_id=check_id,
        passed=not unknown,
        required=required,
        expected=f"only {expected}",
        got=listed(cases) or "only those",
        source_id=source_id,
    )

"""Checks on the data of a quarter: what stops a release, and what only gets a remark.

What belongs here: `check_` functions that return what they found and never raise, and the one that raises when a
required check failed. What does not: reading or counting; counts and tables come in as plain values. Names that come
from a source are shortened and freed of invisible characters before they enter a message.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pandas as pd

from district_reports.errors import ChecksFailed
from district_reports.model import CheckResult, Contact, State
from district_reports.periods import Quarter

NAME_LENGTH, NAMES_SHOWN = 60, 5
"""Characters of a source's name, and names or places, that a message shows; the rest is cut or counted."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a terminal or a page may obey instead of show: controls, bidi overrides, line breaks."""


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


def check_sums(measures: pd.DataFrame, *, whole: str, source_id: str = "") -> list[CheckResult]:
    """Return whether the parts of the city add up to it, for every count and quarter; required.

    Args:
        measures: `out_metrics`.
        whole: The `district_id` of all rows; all others are parts.
        source_id: The source of the rows.
    """
    counts = measures[measures["unit"] != "share"]
    is_whole = counts["district_id"] == whole
    totals = counts[is_whole].groupby(["quarter", "metric_id"])["value"].sum()
    sums = counts[~is_whole].groupby(["quarter", "metric_id"])["value"].sum()
    sums, totals = sums.align(totals, fill_value=0)
    wrong = sums != totals
    cases = [
        f"{quarter} {metric}: {sums[quarter, metric]:.0f} of {totals[quarter, metric]:.0f}"
        for quarter, metric in wrong[wrong].index
    ]
    return [
        CheckResult(
            check_id="parts_add_up",
            passed=not cases,
            required=True,
            expected="districts and rows without one add up to the city for every count",
            got=_listed(cases) or f"{len(totals)} sums that agree",
            source_id=source_id,
        )
    ]


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
            got=f"none in {_listed(silent)}" if silent else "rows in each",
        ),
    ]


def check_volume(
    months: Mapping[str, int], quarters: Sequence[Quarter], expected: tuple[int, int], *, source_id: str = ""
) -> list[CheckResult]:
    """Return whether each month has a plausible number of rows; a remark.

    Args:
        months: Rows by month (`2026-07`).
        quarters: Those whose months are looked at.
        expected: Least and most rows of a month.
        source_id: The source of the rows.
    """
    wanted = [f"{month:%Y-%m}" for quarter in sorted(quarters) for month in quarter.months]
    odd = [
        f"{month}: {months.get(month, 0)}" for month in wanted if not expected[0] <= months.get(month, 0) <= expected[1]
    ]
    return [
        CheckResult(
            check_id="monthly_rows_plausible",
            passed=not odd,
            required=False,
            expected=f"{expected[0]} to {expected[1]} rows in each month",
            got=_listed(odd) or f"{len(wanted)} months within",
            source_id=source_id,
        )
    ]


def check_history(
    measures: pd.DataFrame, quarter: Quarter, *, whole: str, source_id: str = "", is_preview: bool = False
) -> list[CheckResult]:
    """Return whether the report's quarter has data (required but in a preview), and each earlier one (a remark).

    Args:
        measures: `out_metrics`.
        quarter: The report's.
        whole: The `district_id` of all rows.
        source_id: The source of the rows.
        is_preview: Whether the report says on each page that it is a preview.
    """
    counts = measures[(measures["district_id"] == whole) & (measures["unit"] != "share")]
    has_data = (counts["state"] != str(State.NO_DATA)).groupby(counts["quarter"]).any()
    now = bool(has_data.get(str(quarter), False))
    gaps = [str(name) for name, is_there in has_data.items() if not is_there and name != str(quarter)]
    return [
        CheckResult(
            check_id="quarter_has_data",
            passed=now,
            required=not is_preview,
            expected=f"rows in each month of {quarter}",
            got="rows in each" if now else "a month without rows",
            source_id=source_id,
        ),
        CheckResult(
            check_id="history_has_data",
            passed=not gaps,
            required=False,
            expected=f"rows in each month of the {len(has_data)} quarters up to {quarter}",
            got=f"no data in {_listed(gaps)}" if gaps else "rows in each",
            source_id=source_id,
        ),
    ]


def check_contacts(
    ours: Mapping[str, Contact], theirs: Mapping[str, Contact], *, source_id: str = ""
) -> list[CheckResult]:
    """Return where our list of stations differs from the source's; remarks, one for each district of ours.

    Case, spaces and punctuation do not count, nor do zeros before a district's number.

    Args:
        ours: Contacts of the config, by district.
        theirs: Contacts of the source, by district as the source writes it; others than ours are not looked at.
        source_id: The source of `theirs`.
    """
    listed = {district_id.lstrip("0"): contact for district_id, contact in theirs.items()}
    results = []
    for district_id, contact in ours.items():
        other = listed.get(district_id.lstrip("0"))
        differing = [
            name
            for name in ("name", "address", "phone")
            if other is None or _folded(getattr(contact, name)) != _folded(getattr(other, name))
        ]
        results.append(
            CheckResult(
                check_id=f"contact_{district_id}",
                passed=not differing,
                required=False,
                expected="; ".join(shortened(getattr(contact, name)) for name in differing) or "as in our list",
                got=("; ".join(shortened(getattr(other, name)) for name in differing) or "the same")
                if other
                else "no such station",
                source_id=source_id,
            )
        )
    return results


def require_passed(results: Iterable[CheckResult]) -> None:
    """Return nothing if no required check failed.

    Raises:
        ChecksFailed: Otherwise; one line that names each of them, what it expected and what it got.
    """
    failed = [result for result in results if result.required and not result.passed]
    if failed:
        lines = [
            f"{result.check_id}{f' ({result.source_id})' if result.source_id else ''}:"
            f" expected {result.expected}, got {result.got}"
            for result in failed
        ]
        raise ChecksFailed("; ".join(lines), results=failed)


def shortened(text: str) -> str:
    """Return a source's text fit for a message: one short line of visible characters."""
    visible = "".join(" " if unicodedata.category(char) in _INVISIBLE else char for char in text)
    line = " ".join(visible.split())
    return line if len(line) <= NAME_LENGTH else f"{line[: NAME_LENGTH - 1]}…"


def _check_names(
    check_id: str, unknown: Mapping[str, int], expected: str, source_id: str, *, required: bool = False
) -> CheckResult:
    cases = [f"{shortened(name) or '(empty)'}: {count} rows" for name, count in unknown.items()]
    return CheckResult(
        check_id=check_id,
        passed=not unknown,
        required=required,
        expected=f"only {expected}",
        got=_listed(cases) or "only those",
        source_id=source_id,
    )


def _listed(cases: Sequence[str]) -> str:
    more = len(cases) - NAMES_SHOWN
    return ", ".join(cases[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())

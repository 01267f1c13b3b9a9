from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from district_reports.checks import (
    check_complete,
    check_contacts,
    check_districts,
    check_fresh,
    check_history,
    check_offence_codes,
    check_offence_groups,
    check_offence_types,
    check_sums,
    check_volume,
    require_passed,
    shortened,
)
from district_reports.errors import ChecksFailed
from district_reports.model import CheckResult, Contact
from district_reports.periods import Quarter

QUARTER = Quarter(2026, 3)
OURS = Contact(name="North", address="1 North Street, Toyville", phone="555-0101", is_verified=False)


def measures(*cells: tuple[str, str, float | None], unit: str = "incidents") -> pd.DataFrame:
    """Return the columns that checks look at; one metric."""
    return pd.DataFrame(
        {
            "district_id": [place for place, _, _ in cells],
            "quarter": [quarter for _, quarter, _ in cells],
            "metric_id": "incidents_all",
            "value": pd.Series([value for _, _, value in cells], dtype="float64"),
            "unit": unit,
            "state": ["no_data" if value is None else "ok" for _, _, value in cells],
        }
    )


@pytest.mark.parametrize(("as_of", "passed"), [(date(2026, 10, 7), False), (date(2026, 10, 8), True)])
def test_a_quarter_is_complete_eight_days_after_its_end(as_of: date, passed: bool) -> None:
    (result,) = check_complete(QUARTER, as_of)
    assert (result.passed, result.required) == (passed, True)
    assert result.expected == "2026Q3 is complete from 2026-10-08 on"
    assert result.got == as_of.isoformat()


@pytest.mark.parametrize(
    ("newest", "passed"),
    [(date(2026, 9, 30), True), (date(2026, 9, 29), False), (None, False), (date(2026, 12, 1), True)],
)
def test_rows_must_reach_the_last_day(newest: date | None, passed: bool) -> None:
    (result,) = check_fresh(QUARTER, newest, source_id="crimes")
    assert (result.passed, result.required, result.source_id) == (passed, True, "crimes")


def test_a_preview_may_be_incomplete() -> None:
    results = [
        *check_complete(QUARTER, date(2026, 8, 1), is_preview=True),
        *check_fresh(QUARTER, date(2026, 7, 20), is_preview=True),
        *check_history(measures(("city", "2026Q3", None)), QUARTER, whole="city", is_preview=True),
    ]
    assert [result.passed for result in results] == [False, False, False, True]
    require_passed(results)


@pytest.mark.parametrize(
    ("check", "required"), [(check_offence_groups, True), (check_offence_types, False), (check_offence_codes, False)]
)
def test_unknown_names_are_told_with_their_counts(check: object, required: bool) -> None:
    assert callable(check)
    (known,) = check({})
    (unknown,) = check({"27": 3, "": 1}, source_id="crimes")
    assert (known.passed, unknown.passed, unknown.required) == (True, False, required)
    assert unknown.got == "27: 3 rows, (empty): 1 rows"


def test_a_message_lists_only_a_few_names() -> None:
    (result,) = check_offence_types({f"NEW {number}": 1 for number in range(1000)})
    assert result.got.endswith("and 995 more")
    assert len(result.got) < 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("THEFT", "THEFT"),
        ("a\nb\r\tc\x00\x1b[31m", "a b c [31m"),
        ("\u202egnitirw\u202c\u2066\u200f", "gnitirw"),
        ("a\u2028b\u2029c\ue000\u200bd", "a b c d"),
        ("سرقة 盗窃", "سرقة 盗窃"),
        ("x" * 500, "x" * 59 + "…"),
    ],
)
def test_a_name_from_a_source_is_shown_short_and_visible(text: str, shown: str) -> None:
    assert shortened(text) == shown


def test_parts_that_add_up_pass() -> None:
    table = measures(
        ("A", "2026Q3", 2),
        ("none", "2026Q3", 1),
        ("city", "2026Q3", 3),
        ("city", "2026Q2", None),
        ("A", "2026Q2", None),
    )
    (result,) = check_sums(table, whole="city")
    assert (result.passed, result.required, result.got) == (True, True, "2 sums that agree")


def test_parts_that_do_not_add_up_are_named() -> None:
    table = measures(("A", "2026Q3", 2), ("none", "2026Q3", 1), ("city", "2026Q3", 4))
    (result,) = check_sums(table, whole="city")
    assert (result.passed, result.got) == (False, "2026Q3 incidents_all: 3 of 4")


def test_a_city_without_parts_or_parts_without_a_city_do_not_add_up() -> None:
    assert not check_sums(measures(("city", "2026Q3", 4)), whole="city")[0].passed
    assert not check_sums(measures(("A", "2026Q3", 4)), whole="city")[0].passed


def test_shares_need_not_add_up() -> None:
    table = measures(("A", "2026Q3", 0.5), ("city", "2026Q3", 0.4), unit="share")
    assert check_sums(table, whole="city")[0].passed


def test_districts_written_in_another_way_stop_the_release() -> None:
    named, each = check_districts({"001": 0, "002": 0}, outside=500)
    assert (named.passed, named.required, named.got) == (False, True, "0 of 500")
    assert (each.passed, each.required, each.got) == (False, False, "none in 001, 002")


def test_a_few_rows_outside_are_no_matter() -> None:
    assert all(result.passed for result in check_districts({"001": 9, "002": 1}, outside=1))


@pytest.mark.parametrize(("rows", "passed"), [(10, True), (20, True), (9, False), (21, False)])
def test_volume_of_each_month_is_looked_at(rows: int, passed: bool) -> None:
    (result,) = check_volume({"2026-07": 15, "2026-08": rows, "2026-09": 15}, [QUARTER], (10, 20), source_id="crimes")
    assert (result.passed, result.required) == (passed, False)
    assert passed or result.got == f"2026-08: {rows}"


def test_a_month_without_rows_is_implausible() -> None:
    assert check_volume({}, [QUARTER], (10, 20))[0].got == "2026-07: 0, 2026-08: 0, 2026-09: 0"


def test_history_may_have_gaps_and_the_quarter_may_not() -> None:
    table = measures(("city", "2026Q3", 3), ("city", "2026Q2", None), ("A", "2026Q2", 1))
    now, history = check_history(table, QUARTER, whole="city")
    assert (now.passed, now.required) == (True, True)
    assert (history.passed, history.required, history.got) == (False, False, "no data in 2026Q2")
    now, history = check_history(table, QUARTER.previous(), whole="city")
    assert (now.passed, now.required, history.passed) == (False, True, True)


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        ({}, "the same"),
        ({"phone": "(555) 0101", "name": "NORTH", "address": "1 NORTH STREET  Toyville"}, "the same"),
        ({"phone": "555-0199"}, "555-0199"),
        ({"name": "South\u202e", "phone": ""}, "South; "),
    ],
)
def test_contacts_are_compared_by_letters_and_digits(changes: dict[str, str], got: str) -> None:
    (result,) = check_contacts({"001": OURS}, {"1": OURS.model_copy(update=changes), "headquarters": OURS})
    assert (result.passed, result.required, result.got) == (got == "the same", False, got)


def test_a_station_that_is_not_listed_is_told() -> None:
    (result,) = check_contacts({"001": OURS}, {}, source_id="stations")
    assert (result.check_id, result.passed, result.got) == ("contact_001", False, "no such station")


def test_required_checks_that_failed_stop_in_one_line() -> None:
    remark = CheckResult(check_id="remark", passed=False, required=False, expected="x", got="y")
    failed = [*check_complete(QUARTER, date(2026, 10, 1)), *check_offence_groups({"27\n": 3}, source_id="crimes")]
    with pytest.raises(ChecksFailed) as caught:
        require_passed([remark, *failed])
    assert caught.value.results == tuple(failed)
    assert caught.value.exit_code == 4
    assert str(caught.value) == (
        "quarter_complete: expected 2026Q3 is complete from 2026-10-08 on, got 2026-10-01; "
        "offence_groups_known (crimes): expected only offence groups of the config, got 27: 3 rows"
    )


def test_remarks_and_passes_do_not_stop() -> None:
    require_passed([CheckResult(check_id="remark", passed=False, required=False, expected="x", got="y")])
    require_passed(check_complete(QUARTER, date(2026, 10, 8)))
    require_passed([])

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from district_reports.checks import (
    NEVER_EXPLAINED,
    check_complete,
    check_contacts,
    check_districts,
    check_fresh,
    check_history,
    check_jumps,
    check_offence_codes,
    check_offence_groups,
    check_offence_types,
    check_source_fresh,
    check_sums,
    check_volume,
    require_passed,
    shortened,
)
from district_reports.checks.history import HISTORY_LEAST, measure_jump
from district_reports.checks.loop import check_returned
from district_reports.config import Column, Source
from district_reports.errors import ChecksFailed
from district_reports.model import CheckResult, Contact, Explanation, Text
from district_reports.periods import Quarter

QUARTER = Quarter(2026, 3)
UNITS = ("incidents", "victims")
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
        *check_history(
            measures(("city", "2026Q3", None)), QUARTER, whole="city", metric_id="incidents_all", is_preview=True
        ),
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
    (result,) = check_sums(table, whole="city", units=UNITS)
    assert (result.passed, result.required, result.got) == (True, True, "2 sums that agree")


def test_parts_that_do_not_add_up_are_named() -> None:
    table = measures(("A", "2026Q3", 2), ("none", "2026Q3", 1), ("city", "2026Q3", 4))
    (result,) = check_sums(table, whole="city", units=UNITS)
    assert (result.passed, result.got) == (False, "2026Q3 incidents_all: 3 of 4")


def test_a_city_without_parts_or_parts_without_a_city_do_not_add_up() -> None:
    assert not check_sums(measures(("city", "2026Q3", 4)), whole="city", units=UNITS)[0].passed
    assert not check_sums(measures(("A", "2026Q3", 4)), whole="city", units=UNITS)[0].passed


def test_shares_need_not_add_up() -> None:
    table = measures(("A", "2026Q3", 0.5), ("city", "2026Q3", 0.4), unit="share")
    assert check_sums(table, whole="city", units=UNITS)[0].passed


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
    now, history = check_history(table, QUARTER, whole="city", metric_id="incidents_all")
    assert (now.passed, now.required) == (True, True)
    assert (history.passed, history.required, history.got) == (False, False, "no data in 2026Q2")
    now, history = check_history(table, QUARTER.previous(), whole="city", metric_id="incidents_all")
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


# --- sources --------------------------------------------------------------------------------------------------------


def make_source(freshness_days: int) -> Source:
    return Source(
        source_id="victims",
        title="",
        producer="",
        page_url="",
        license="",
        dataset_id="",
        form="list",
        is_required=False,
        key="key",
        freshness_days=freshness_days,
        columns={"key": Column(field="x", type="text")},
    )


@pytest.mark.parametrize(
    ("newest", "passed"),
    [(date(2026, 9, 22), True), (date(2026, 9, 21), False), (date(2026, 12, 1), True), (None, False)],
)
def test_a_source_may_lag_by_the_days_of_the_config(newest: date | None, passed: bool) -> None:
    (result,) = check_source_fresh(make_source(8), newest, QUARTER)
    assert (result.passed, result.required, result.source_id) == (passed, False, "victims")
    assert result.expected == "rows up to 2026-09-22 or later"


# --- sums of every count ----------------------------------------------------------------------------------------------


def hidden(table: pd.DataFrame, state: str) -> pd.DataFrame:
    return table.assign(state=table["state"].mask(table["value"].isna(), state))


def test_every_unit_of_counts_is_added_up() -> None:
    table = measures(("A", "2026Q3", 2), ("city", "2026Q3", 3), unit="victims")
    assert not check_sums(table, whole="city", units=UNITS)[0].passed
    assert check_sums(table.assign(unit="days"), whole="city", units=UNITS)[0].passed


@pytest.mark.parametrize("state", ["suppressed", "not_published"])
def test_a_sum_with_a_cell_that_is_not_told_cannot_be_known(state: str) -> None:
    table = hidden(
        measures(("A", "2026Q3", None), ("B", "2026Q3", 2), ("city", "2026Q3", 3), ("city", "2026Q2", 0)), state
    )
    (result,) = check_sums(table, whole="city", units=UNITS)
    assert (result.passed, result.got) == (True, "1 sums that agree, 1 with a cell that is not told")


def test_a_district_without_data_beside_a_city_with_some_does_not_add_up() -> None:
    table = measures(("A", "2026Q3", None), ("B", "2026Q3", 2), ("city", "2026Q3", 3))
    assert not check_sums(table, whole="city", units=UNITS)[0].passed


# --- jumps ------------------------------------------------------------------------------------------------------------


def series(*values: float | None, metric: str = "incidents_all", unit: str = "incidents") -> pd.DataFrame:
    """Return the city's values, the last one of the report's quarter."""
    quarters = [str(quarter) for quarter in QUARTER.window(len(values))]
    table = measures(*(("city", quarter, value) for quarter, value in zip(quarters, values, strict=True)), unit=unit)
    return table.assign(metric_id=metric)


def jumps(table: pd.DataFrame) -> tuple[CheckResult, CheckResult]:
    near, total = check_jumps(table, QUARTER, whole="city", units=UNITS, total="incidents_all", source_id="crimes")
    return near, total


STEADY = (1000, 1100, 1200, 1100) * 3
"""Median 1100, deviations 100 or 0: median absolute deviation 50, robust 74.13; chance alone 33.2, 5 % are 55."""


def test_a_deviation_is_computed_by_hand() -> None:
    assert measure_jump(1100, STEADY) == 0
    assert measure_jump(1470.65, STEADY) == pytest.approx(5.0)
    assert measure_jump(729.35, STEADY) == pytest.approx(5.0)
    # Never moved: 5 % of 10,000 are 500, which is more than chance, 100.
    assert measure_jump(12500, [10000] * 8) == pytest.approx(5.0)
    # A rare thing: chance alone, the root of 4.
    assert measure_jump(14, [4] * 8) == pytest.approx(5.0)
    # None so far: chance of one.
    assert measure_jump(5, [0] * 8) == pytest.approx(5.0)


@pytest.mark.parametrize(("now", "passed"), [(1470, True), (1471, False), (730, True), (729, False), (1100, True)])
def test_a_count_far_from_its_history_is_told(now: float, passed: bool) -> None:
    near, total = jumps(series(*STEADY, now, metric="victims_homicide", unit="victims"))
    assert (near.passed, near.required, total.passed) == (passed, False, True)
    assert passed or near.got.startswith(f"victims_homicide: {now} where 1100 is usual, 5.0 deviations")


@pytest.mark.parametrize(("now", "passed"), [(550, True), (549, False), (2200, True), (2201, False)])
def test_all_incidents_far_beyond_their_history_stop_the_release(now: float, passed: bool) -> None:
    near, total = jumps(series(*STEADY, now))
    assert (total.passed, total.required, total.source_id) == (passed, True, "crimes")
    assert total.got == f"{now} where 1100 is usual"
    assert not near.passed


@pytest.mark.parametrize("now", [10, 100_000])
def test_little_history_judges_nothing(now: float) -> None:
    near, total = jumps(series(*([1000] * (HISTORY_LEAST - 1)), now))
    assert (near.passed, near.got, total.passed, total.got) == (
        True, "0 counts within", True, "too little history to judge",
    )  # fmt: skip
    assert not jumps(series(*([1000] * HISTORY_LEAST), now))[1].passed


def test_only_whole_quarters_are_judged_or_judged_by() -> None:
    table = series(*STEADY, 10)
    partial = table.assign(state=table["state"].mask(table["quarter"] == str(QUARTER), "too_early"))
    assert all(result.passed for result in jumps(partial))
    gaps = series(*([None] * 8), *([1000] * 4), 10)
    assert all(result.passed for result in jumps(gaps))
    assert all(result.passed for result in jumps(series(*STEADY, 10).assign(unit="share")))
    assert all(result.passed for result in jumps(series(*STEADY, 10).assign(district_id="A")))


def test_a_quarter_after_the_reports_own_is_no_history() -> None:
    later = [100_000] * 9
    table = series(*([1000] * HISTORY_LEAST), 1100, *later)
    near, total = check_jumps(table, QUARTER.shifted(-len(later)), whole="city", units=UNITS, total="incidents_all")
    assert total.got == "1100 where 1000 is usual"
    assert near.passed


# --- notes that explain -----------------------------------------------------------------------------------------------


def note(check_id: str, source_id: str = "") -> Explanation:
    why = Text(language="en", text="The portal was away.", translations={"es": "El portal no respondía."})
    return Explanation(check_id=check_id, source_id=source_id, who="data lead", on=date(2026, 10, 9), why=why)


def failed(check_id: str, source_id: str = "") -> CheckResult:
    return CheckResult(check_id=check_id, passed=False, required=True, expected="x", got="y", source_id=source_id)


def test_a_note_of_the_quarter_explains_a_failed_check_and_is_returned_to_be_printed() -> None:
    wanted, other = note("total_near_history", "crimes"), note("quarter_has_data", "crimes")
    results = [failed("total_near_history", "crimes"), failed("total_near_history", "crimes")]
    assert require_passed(results, [other, wanted]) == (wanted,)


@pytest.mark.parametrize(
    "wrong", [note("total_near_history"), note("total_near_history", "victims"), note("quarter_has_data", "crimes")]
)
def test_a_note_explains_no_other_check_and_no_other_source(wrong: Explanation) -> None:
    with pytest.raises(ChecksFailed, match=r"^total_near_history \(crimes\): expected x, got y$"):
        require_passed([failed("total_near_history", "crimes")], [wrong])


def test_one_note_lets_no_second_failure_pass() -> None:
    results = [failed("total_near_history", "crimes"), failed("quarter_has_data", "crimes")]
    with pytest.raises(ChecksFailed, match="^quarter_has_data") as caught:
        require_passed(results, [note("total_near_history", "crimes")])
    assert caught.value.results == (results[1],)


@pytest.mark.parametrize("check_id", ["parts_add_up", "offence_groups_known"])
def test_wrong_numbers_are_never_explained_away(check_id: str) -> None:
    with pytest.raises(ChecksFailed, match="no note can explain this: the numbers would be wrong") as caught:
        require_passed([failed(check_id, "crimes")], [note(check_id, "crimes")])
    assert caught.value.exit_code == 4


def test_the_checks_that_no_note_explains_are_checks_there_are() -> None:
    sums = check_sums(measures(), whole="city", units=UNITS)
    found = (*sums, *check_offence_groups({}), *check_returned((), (), date(2026, 9, 30)))
    assert {result.check_id for result in found} == set(NEVER_EXPLAINED)


def test_notes_that_explain_nothing_are_not_printed() -> None:
    assert require_passed(check_complete(QUARTER, date(2026, 10, 8)), [note("quarter_complete")]) == ()

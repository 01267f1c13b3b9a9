"""Measures of the feedback loop, counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from district_reports.checks import check_sums
from district_reports.feedback.sample import sample_ledger
from district_reports.metrics.loop import COUNTED, ON_TIME, UNITS, count_loop, define_loop, find_changes
from district_reports.metrics.measures import COLUMNS, COUNT_UNITS, Measures
from district_reports.model import Commitment, FeedbackItem, State, Status, Step, Text
from district_reports.periods import Quarter
from district_reports.settings import load_settings
from tests.effort import costly
from tests.unit.metrics.rows import TOY

TOYVILLE = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
FIRST, SECOND = TOYVILLE.district_ids[:2]
QUARTER = Quarter(2026, 3)
S = Status


def make_item(
    item_id: str, steps: list[tuple[str, Status]], *, district_id: str = FIRST, due: str = "", **more: Any
) -> FeedbackItem:
    """Return an item with steps on days of 2026 (`07-04`)."""
    words = Text(language="en", text="so")
    promise = None
    if due:
        promise = Commitment(what=words, target=words, owner="commander", due_on=date.fromisoformat(f"2026-{due}"))
    return FeedbackItem(
        item_id=item_id,
        district_id=district_id,
        theme_codes=(),
        said=words,
        heard_on=date.fromisoformat(f"2026-{steps[0][0]}"),
        heard_in=("caps",),
        commitment=promise,
        steps=tuple(Step(on=date.fromisoformat(f"2026-{day}"), status=status) for day, status in steps),
        **more,
    )


ITEMS = (
    make_item("A", [("07-04", S.HEARD)]),
    # Response after 10 days, done after 40, in time.
    make_item("B", [("07-01", S.HEARD), ("07-11", S.AGREED), ("08-10", S.DONE)], due="08-31"),
    # Response after 20 days; promised for May, still under way.
    make_item("C", [("04-10", S.HEARD), ("04-30", S.AGREED), ("05-20", S.UNDER_WAY)], due="08-15", district_id=SECOND),
    # Told as done in time, and disputed.
    make_item(
        "D",
        [("05-01", S.HEARD), ("05-03", S.AGREED), ("06-20", S.DONE), ("07-15", S.DONE_DISPUTED)],
        due="07-01",
        district_id=SECOND,
    ),
    make_item("E", [("06-02", S.HEARD), ("07-02", S.NOT_OURS)], district_id="city"),
    make_item("F", [("09-01", S.HEARD), ("09-01", S.UNDER_REVIEW)], about="report", district_id="city"),
)


def count(items: tuple[FeedbackItem, ...] = ITEMS, day: date = date(2026, 10, 8)) -> Measures:
    return Measures(count_loop(items, TOYVILLE, QUARTER, day))


def row(measures: Measures, place: str, quarter: Quarter = QUARTER) -> dict[str, float | None]:
    return {name: measures.get(place, quarter, name).value for name in UNITS}


def test_a_quarter_is_counted_as_by_hand() -> None:
    measures = count()
    assert row(measures, FIRST) == {
        "loop_open": 1,
        "loop_new": 2,
        "loop_moved": 1,
        "loop_ended": 1,
        "loop_overdue": 0,
        "loop_disputed": 0,
        # B was answered after 10 days; A still waits after 88: half are answered.
        "loop_days_to_response": 10,
        "loop_days_to_done": 40,
        ON_TIME: 1.0,
    }
    assert row(measures, SECOND) == {
        "loop_open": 2,
        "loop_new": 0,
        "loop_moved": 1,
        "loop_ended": 0,
        "loop_overdue": 2,
        "loop_disputed": 1,
        # After 2 and 20 days: half are answered after 2.
        "loop_days_to_response": 2,
        "loop_days_to_done": None,
        # One is late, the other is disputed.
        ON_TIME: 0.0,
    }
    assert row(measures, "none") == {
        **dict.fromkeys(COUNTED, 0),
        **{"loop_moved": 1, "loop_ended": 1, "loop_days_to_response": 30, "loop_days_to_done": None, ON_TIME: None},
    }
    city = row(measures, "city")
    assert {name: city[name] for name in COUNTED} == {
        "loop_open": 3,
        "loop_new": 2,
        "loop_moved": 3,
        "loop_ended": 2,
        "loop_overdue": 2,
        "loop_disputed": 1,
    }
    # 2, 10, 20, 30 and one that waits: the third of five.
    assert city["loop_days_to_response"] == 20
    share = measures.get("city", QUARTER, ON_TIME)
    assert (share.numerator, share.denominator, share.value) == (1, 3, 0.333333)


def test_a_quarter_is_told_as_it_stood_at_its_end() -> None:
    before = QUARTER.previous()
    measures = count()
    told = row(measures, SECOND, before)
    # D was done on 20 June, and nobody had disputed it yet; nothing was due.
    assert told == {
        "loop_open": 1,
        "loop_new": 2,
        "loop_moved": 2,
        "loop_ended": 1,
        "loop_overdue": 0,
        "loop_disputed": 0,
        "loop_days_to_response": 2,
        "loop_days_to_done": 50,
        ON_TIME: None,
    }
    # Later entries change nothing of it.
    early = Measures(count_loop(ITEMS, TOYVILLE, before, date(2026, 7, 8)))
    assert row(early, SECOND, before) == told


def test_a_report_day_within_the_quarter_ends_it() -> None:
    measures = count(day=date(2026, 7, 12))
    assert row(measures, FIRST)["loop_open"] == 2
    assert row(measures, FIRST)[ON_TIME] is None
    assert row(measures, SECOND)["loop_disputed"] == 0
    # D, told as done in time, was due on 1 July.
    assert row(measures, SECOND)[ON_TIME] == 1.0
    assert measures.get(FIRST, QUARTER, "loop_open").as_of == date(2026, 7, 12)


def test_before_the_first_item_nothing_is_known_and_after_it_none_is_zero() -> None:
    measures = count()
    third = TOYVILLE.district_ids[2]
    for quarter in QUARTER.window(TOYVILLE.report.history_quarters):
        for name, unit in UNITS.items():
            measure = measures.get(third, quarter, name)
            is_known = quarter >= Quarter(2026, 2) and unit == "items"
            assert (measure.state, measure.value) == ((State.OK, 0) if is_known else (State.NO_DATA, None))


def test_without_items_nothing_is_known() -> None:
    table = count_loop((), TOYVILLE, QUARTER, date(2026, 10, 8), origin_id="loop (sample data)")
    assert tuple(table.columns) == COLUMNS
    assert set(table["state"]) == {"no_data"}
    assert set(table["origin_id"]) == {"loop (sample data)"}
    places, quarters = len(TOYVILLE.district_ids) + 2, TOYVILLE.report.history_quarters
    assert len(table) == places * quarters * len(UNITS)


def test_an_item_on_the_report_begins_the_register_and_is_not_counted() -> None:
    measures = count((ITEMS[-1],))
    assert measures.get("none", QUARTER, "loop_new").value == 0
    assert measures.get("none", QUARTER.previous(), "loop_new").state is State.NO_DATA


def test_an_item_heard_after_the_report_is_not_known() -> None:
    measures = count((make_item("Z", [("10-02", S.HEARD)]),))
    assert measures.get("city", QUARTER, "loop_open").state is State.NO_DATA


def test_medians_look_back_on_a_year() -> None:
    old = make_item("O", [("07-01", S.HEARD), ("07-31", S.UNDER_REVIEW)])
    years = [Quarter(2027, 2), Quarter(2027, 3)]
    measures = Measures(count_loop((old,), TOYVILLE, years[1], date(2027, 10, 8)))
    assert [measures.get(FIRST, quarter, "loop_days_to_response").value for quarter in years] == [30, None]
    assert [measures.get(FIRST, quarter, "loop_open").value for quarter in years] == [1, 1]


def test_changes_are_the_days_on_which_the_status_is_another_at_the_end() -> None:
    item = make_item(
        "X",
        [("07-01", S.HEARD), ("07-05", S.HEARD), ("07-09", S.AGREED), ("07-09", S.UNDER_WAY), ("08-01", S.UNDER_WAY)],
    )
    assert find_changes(item, date(2026, 12, 31)) == (
        (date(2026, 7, 1), S.HEARD),
        (date(2026, 7, 9), S.UNDER_WAY),
    )
    assert find_changes(item, date(2026, 7, 8)) == ((date(2026, 7, 1), S.HEARD),)


@pytest.mark.slow
@costly(25)
@given(st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 29))), min_size=1, max_size=9))
def test_the_median_is_the_least_day_by_which_half_are_answered(waits: list[tuple[int, int | None]]) -> None:
    start, end = QUARTER.start, QUARTER.end
    items, lifetimes = [], []
    for number, (heard, answer) in enumerate(waits):
        day = start + timedelta(days=heard)
        steps = [Step(on=day, status=S.HEARD)]
        if answer is not None:
            steps.append(Step(on=day + timedelta(days=answer), status=S.STALLED))
        base = make_item(f"I{number}", [("07-01", S.HEARD)])
        items.append(base.model_copy(update={"heard_on": day, "steps": tuple(steps)}))
        lifetimes.append((answer, True) if answer is not None else ((end - day).days, False))
    # The product-limit estimate, as the textbook has it.
    still, expected = 1.0, None
    for day_count in sorted({days for days, is_over in lifetimes if is_over}):
        at_risk = sum(days >= day_count for days, _ in lifetimes)
        still *= 1 - sum(days == day_count and is_over for days, is_over in lifetimes) / at_risk
        if expected is None and still <= 0.5 + 1e-9:
            expected = day_count
    assert count(tuple(items)).get(FIRST, QUARTER, "loop_days_to_response").value == expected


def test_districts_and_none_add_up_to_the_city() -> None:
    settings = load_settings({})
    items = sample_ledger(settings, QUARTER, None).items
    table = count_loop(items, settings, QUARTER, date(2026, 10, 8))
    (result,) = check_sums(table, whole="city", units=COUNT_UNITS)
    assert result.passed
    assert result.got == f"{13 * len(COUNTED)} sums that agree"
    counts = Measures(table)
    assert all(counts.get("city", QUARTER, name).value for name in COUNTED)


def test_each_measure_is_defined_once() -> None:
    defined = define_loop(TOYVILLE)
    assert [(each.metric_id, each.unit) for each in defined] == list(UNITS.items())


@pytest.mark.parametrize("unit", ["items"])
def test_items_are_counts(unit: str) -> None:
    assert unit in COUNT_UNITS

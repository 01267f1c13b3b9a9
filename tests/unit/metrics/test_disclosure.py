"""Which cells are emptied: chosen by hand in small tables. Whether that is enough is for the attack to say."""

from __future__ import annotations

import pandas as pd
import pytest

from district_reports.config_outcomes import Disclosure
from district_reports.errors import ConfigError
from district_reports.metrics.disclosure import check_suppressed, suppress
from district_reports.metrics.disclosure_ranges import Printed, find_ranges, list_kinds
from district_reports.metrics.measures import format_measures, parse_measures, require_measures
from district_reports.settings import Settings, load_settings
from tests.small_counts import make_counts, make_table
from tests.unit.metrics.rows import TOY

Q = "2018Q3"
SEXUAL, AGGRAVATED = "incidents_sexual_assault", "incidents_aggravated_assault"


@pytest.fixture(scope="module")
def city() -> Settings:
    """The shipped city with its first five districts."""
    shipped = load_settings({})
    return shipped.model_copy(update={"districts": shipped.districts[:5]})


def table_of(city: Settings, *counts: int, quarter: str = Q, **more: dict[str, int]) -> pd.DataFrame:
    """Return measures in which the districts have these counts of sexual assault, in their order."""
    changes = {
        (quarter, place): {"sexual_assault": count} for place, count in zip(city.district_ids, counts, strict=True)
    }
    changes[quarter, "none"] = more.get("none", {})
    return make_table(make_counts([quarter], city.district_ids, changes))


def hidden(measures: pd.DataFrame, metric: str = SEXUAL) -> list[str]:
    rows = measures[(measures["state"] == "suppressed") & (measures["metric_id"] == metric)]
    return sorted(rows["district_id"])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((9, 8, 7, 6, 5), []),
        ((3, 8, 7, 6, 5), []),
        ((0, 8, 7, 6, 5), []),
        ((2, 8, 7, 6, 5), ["001", "005"]),
        ((1, 8, 7, 6, 9), ["001", "004"]),
        ((1, 8, 0, 6, 9), ["001", "004"]),
        ((1, 6, 9, 6, 9), ["001", "002"]),
        ((1, 2, 9, 6, 9), ["001", "002"]),
        ((1, 1, 9, 6, 9), ["001", "002"]),
        ((1, 1, 2, 1, 9), ["001", "002", "003", "004"]),
    ],
)
def test_a_small_count_and_the_next_smallest_are_emptied(
    city: Settings, counts: tuple[int, ...], expected: list[str]
) -> None:
    released = suppress(table_of(city, *counts), city)
    assert hidden(released) == hidden(released, AGGRAVATED) == expected


def test_only_those_rows_change_and_the_contract_holds(city: Settings) -> None:
    table = table_of(city, 2, 8, 7, 6, 5)
    before = table.copy()
    released = suppress(table, city)
    pd.testing.assert_frame_equal(table, before)
    require_measures(released)
    is_hidden = released["state"] == "suppressed"
    assert is_hidden.sum() == 4
    assert released.loc[is_hidden, "value"].isna().all()
    pd.testing.assert_frame_equal(released[~is_hidden], table[~is_hidden])
    pd.testing.assert_frame_equal(parse_measures(format_measures(released)), released)


def test_rows_of_no_district_and_of_the_city_are_printed(city: Settings) -> None:
    released = suppress(table_of(city, 9, 8, 7, 6, 5, none={"sexual_assault": 1, "aggravated_assault": 4}), city)
    assert not (released["state"] == "suppressed").any()


def test_homicide_stays_exact(city: Settings) -> None:
    table = make_table(make_counts([Q], city.district_ids, {(Q, "001"): {"homicide": 1, "sexual_assault": 1}}))
    released = suppress(table, city)
    assert hidden(released) == ["001", "002"]
    assert set(released[released["metric_id"] == "incidents_homicide"]["state"]) == {"ok"}


def test_each_quarter_is_judged_by_itself(city: Settings) -> None:
    both = pd.concat([table_of(city, 2, 8, 7, 6, 5), table_of(city, 9, 8, 7, 6, 5, quarter="2018Q2")])
    released = suppress(both.sort_values(["district_id", "quarter", "metric_id"], ignore_index=True), city)
    assert set(released[released["state"] == "suppressed"]["quarter"]) == {Q}


def test_what_was_kept_back_stays_back(city: Settings) -> None:
    """A late report made the 2 a 3; printed, it would tell what the last release kept back."""
    before = suppress(table_of(city, 2, 8, 7, 6, 5), city)
    now = suppress(table_of(city, 3, 8, 7, 6, 5), city, before=before)
    assert hidden(before) == hidden(now) == ["001", "005"]
    assert hidden(suppress(table_of(city, 3, 8, 7, 6, 5), city)) == []


def test_a_last_release_of_other_quarters_changes_nothing(city: Settings) -> None:
    before = suppress(table_of(city, 2, 8, 7, 6, 5, quarter="2015Q1"), city)
    assert hidden(suppress(table_of(city, 9, 8, 7, 6, 5), city, before=before)) == []


def test_a_quarter_without_data_stays_so(city: Settings) -> None:
    table = table_of(city, 2, 8, 7, 6, 5)
    nothing = pd.Series(pd.NA, index=table.index, dtype="Int64")
    empty = table.assign(value=float("nan"), numerator=nothing, denominator=nothing, state="no_data")
    pd.testing.assert_frame_equal(suppress(empty, city), empty)


def test_the_rows_of_a_partial_quarter_are_emptied_too(city: Settings) -> None:
    table = table_of(city, 2, 8, 7, 6, 5)
    early = table.assign(state=table["state"].mask(table["state"] == "ok", "too_early"))
    assert hidden(suppress(early, city)) == ["001", "005"]


def test_where_the_whole_city_has_one_its_count_is_kept_back_too(city: Settings) -> None:
    """Nothing else helps: the city's 1 would say that no district has 2."""
    released = suppress(table_of(city, 1, 0, 0, 0, 0), city)
    assert "city" in hidden(released)
    assert [result.passed for result in check_suppressed(released, city)] == [True]


def test_a_place_where_hardly_anything_happened_is_told_in_a_remark(city: Settings) -> None:
    """Of its violent incidents all but one are printed by kind: that one is 0 or 1."""
    changes = {(Q, "001"): {"sexual_assault": 1, "aggravated_assault": 0}}
    released = suppress(make_table(make_counts([Q], city.district_ids, changes)), city)
    [result] = check_suppressed(released, city)
    assert (result.passed, result.required, result.got) == (False, False, "1 that can be narrowed down, of 3")
    assert "001" not in result.model_dump_json()


def test_a_release_without_small_counts_passes_the_check(city: Settings) -> None:
    [result] = check_suppressed(table_of(city, 9, 8, 7, 6, 5), city)
    assert (result.passed, result.got) == (True, "0 that can be narrowed down, of 0")


def test_a_rule_that_was_not_followed_fails_the_check(city: Settings) -> None:
    table = table_of(city, 2, 8, 7, 6, 5)
    cell = (table["district_id"] == "001") & (table["metric_id"] == SEXUAL)
    alone = table.assign(value=table["value"].mask(cell), state=table["state"].mask(cell, "suppressed"))
    [result] = check_suppressed(alone, city)
    assert not result.passed


def test_rates_and_shares_of_the_same_counts_are_emptied_with_them(city: Settings) -> None:
    outcomes = city.outcomes
    assert outcomes.population is not None
    assert outcomes.arrests is not None
    rates = outcomes.population.model_copy(update={"rates": ("incidents_violent", SEXUAL)})
    cohort = outcomes.arrests.cohorts[0].model_copy(update={"cohort_id": "assault", "metric_id": AGGRAVATED})
    arrests = outcomes.arrests.model_copy(update={"cohorts": (cohort,), "windows": (90,)})
    share = city.metric("arrest_share_violent").model_copy(
        update={"metric_id": "arrest_share_sexual", "share_of": SEXUAL}
    )
    metrics = city.metrics.model_copy(update={"metrics": (*city.metrics.metrics, share)})
    with_more = city.model_copy(
        update={
            "outcomes": outcomes.model_copy(update={"population": rates, "arrests": arrests}),
            "metrics": metrics,
        }
    )
    table = table_of(city, 2, 8, 7, 6, 5)
    like = {"rate_sexual_assault": "rate_violent", "arrest_share_sexual": "arrest_share_violent"}
    like |= {"arrest_within_90_assault": "arrest_share_violent", "days_to_arrest_assault": "rate_violent"}
    more = [table[table["metric_id"] == old].assign(metric_id=new) for new, old in like.items()]
    wide = pd.concat([table, *more]).sort_values(["district_id", "quarter", "metric_id"], ignore_index=True)
    released = suppress(wide, with_more)
    for metric in like:
        rows = released[(released["metric_id"] == metric) & (released["state"] == "suppressed")]
        assert list(rows["district_id"]) == ["001", "005"], metric
        assert rows[["value", "numerator", "denominator"]].isna().all(axis=None)
    assert hidden(released, "rate_violent") == hidden(released, "arrest_share_violent") == []


def test_a_city_without_the_rule_prints_everything(city: Settings) -> None:
    open_city = city.model_copy(update={"outcomes": city.outcomes.model_copy(update={"disclosure": None})})
    table = table_of(city, 1, 1, 1, 1, 1)
    assert suppress(table, open_city) is table
    assert check_suppressed(table, open_city) == []


@pytest.mark.parametrize("metric_id", ["incidents_domestic", "incidents_transit", "incidents_carjacking"])
def test_a_rule_for_a_count_that_lies_across_the_others_is_refused(city: Settings, metric_id: str) -> None:
    rule = Disclosure(metric_id=metric_id, beside=AGGRAVATED)
    wrong = city.model_copy(update={"outcomes": city.outcomes.model_copy(update={"disclosure": rule})})
    with pytest.raises(ConfigError, match=metric_id):
        suppress(table_of(city, 1, 2, 3, 4, 5), wrong)


# Ranges


def test_ranges_by_hand(city: Settings) -> None:
    """Two cells with 2 and 5 here, and 40 beside each: the first can be anything from 0 to 7."""
    rows = table_of(city, 2, 8, 7, 6, 5)
    rows = rows[rows["unit"] == "incidents"]
    keys = zip(rows["district_id"], rows["metric_id"], strict=True)
    printed = Printed(dict(zip(keys, rows["value"], strict=True)), frozenset({"001", "005"}))
    kinds = list_kinds(city)
    secret = (SEXUAL, AGGRAVATED)
    found = find_ranges([printed], kinds, secret, city.district_ids)
    assert {cell: pytest.approx(limits) for cell, limits in found.items()} == {
        (0, "001"): (0.0, 7.0),
        (0, "005"): (0.0, 7.0),
    }
    alone = find_ranges([printed], kinds, secret, city.district_ids, with_sums=False)
    assert alone[0, "001"] == pytest.approx((0.0, 42.0))


def test_kinds_are_those_of_the_config(city: Settings) -> None:
    kinds = list_kinds(city)
    assert kinds[SEXUAL] == {("02", "")}
    assert kinds["incidents_violent"] == {(group, "") for group in ("01A", "02", "03", "04A", "04B")}
    assert {group for group, _ in kinds["incidents_assault_harassment"]} == {"04A", "08A", "26"}
    assert kinds["incidents_assault_harassment"] < kinds["incidents_all"]
    # A flag, a place and a code of no group lie across the kinds; a share is no count.
    assert not {"incidents_domestic", "incidents_transit", "incidents_carjacking", "arrest_share_all"} & set(kinds)


def test_another_city_has_kinds_of_its_own() -> None:
    kinds = list_kinds(load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)}))
    assert kinds["incidents_carjacking"] == {("rob", "P-31"), ("rob", "P-32")}
    assert kinds["incidents_carjacking"] < kinds["incidents_robbery"] == {("rob", ""), ("rob", "P-31"), ("rob", "P-32")}

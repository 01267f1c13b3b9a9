from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from district_reports.errors import ContractError
from district_reports.metrics.grid import build_rows, hide_values, join_tables
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened
from district_reports.metrics.rates import count_rates, define_rates, name_rate
from district_reports.model import State
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.outcome_rows import make_origin, values_of
from tests.unit.metrics.rows import TOY

QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)
STAMP = (date(2018, 11, 18), "crimes@4567")


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture
def opened(city: Settings) -> Iterator[Opened]:
    with open_incidents([], city) as con:
        yield Opened(con, city, AS_OF, {"crimes": make_origin(city, "crimes", AS_OF)})


def counts(city: Settings, cells: dict[str, float], *quarters: Quarter) -> pd.DataFrame:
    """Return the counts of every rated metric: those given in the report's quarter, 0 elsewhere."""
    index = pd.MultiIndex.from_tuples([(place, str(QUARTER)) for place in cells], names=["district_id", "quarter"])
    values = pd.DataFrame({"value": list(cells.values())}, index=index)
    rated = city.outcomes.population.rates if city.outcomes.population else ()
    return join_tables(
        [
            build_rows(values, metric_id, "incidents", city, quarters, stamp=STAMP, covered={str(QUARTER)})
            for metric_id in rated
        ]
    )


def everyone(city: Settings, residents: int = 100_000) -> dict[str, int]:
    return dict.fromkeys(city.district_ids, residents)


def test_by_hand(opened: Opened, city: Settings) -> None:
    here, there = city.district_ids[:2]
    table = counts(city, {here: 250, there: 1, "none": 9, "city": 260}, QUARTER, QUARTER.previous())
    rates = count_rates(opened, QUARTER.window(2), table, everyone(city) | {there: 3000})
    residents = 100_000 * (len(city.districts) - 1) + 3000
    assert values_of(rates, "rate_violent", QUARTER) == {
        here: 2.5,
        there: 0.333333,
        "city": round(260 * 1000 / residents, 6),
    }
    cells = rates[(rates["quarter"] == str(QUARTER)) & (rates["metric_id"] == "rate_property")]
    states = cells.set_index("district_id")["state"].to_dict()
    assert states.pop("none") == "not_published"
    assert set(states.values()) == {"ok"}
    assert set(rates.loc[rates["quarter"] == str(QUARTER.previous()), "state"]) == {"no_data", "not_published"}
    assert {(row.unit, row.as_of, row.origin_id) for row in rates.itertuples()} == {("per_1000", *STAMP)}
    assert rates[["numerator", "denominator"]].isna().all(axis=None)
    assert len(rates) == 2 * 2 * (len(city.districts) + 2)


def test_the_city_needs_all_districts(opened: Opened, city: Settings) -> None:
    here = city.district_ids[0]
    table = counts(city, {here: 10, "city": 10}, QUARTER)
    rates = count_rates(opened, [QUARTER], table, {here: 1000, "city": 50_000})
    assert values_of(rates, "rate_violent", QUARTER) == {here: 10}
    assert set(rates.loc[rates["district_id"] != here, "state"]) == {"not_published"}
    whole = count_rates(opened, [QUARTER], table, everyone(city) | {"city": 50_000})
    assert values_of(whole, "rate_violent", QUARTER) == {here: 0.1, "city": 0.2}


def test_without_residents_nothing_is_published(opened: Opened, city: Settings) -> None:
    rates = count_rates(opened, [QUARTER], counts(city, {"city": 5}, QUARTER), {})
    assert set(rates["state"]) == {"not_published"}
    assert rates["value"].isna().all()


def test_a_rate_has_the_state_of_its_count(opened: Opened, city: Settings) -> None:
    here, there = city.district_ids[:2]
    table = counts(city, {here: 2, there: 9, "city": 11}, QUARTER)
    table = hide_values(table, table["district_id"] == here, State.SUPPRESSED)
    table["state"] = table["state"].mask(table["district_id"] == there, "too_early")
    rates = count_rates(opened, [QUARTER], table, everyone(city))
    states = rates[rates["metric_id"] == "rate_violent"].set_index("district_id")["state"]
    assert (states[here], states[there], states["city"]) == ("suppressed", "too_early", "ok")
    assert values_of(rates, "rate_violent", QUARTER) == {there: 0.09, "city": round(11 / 100 / len(city.districts), 6)}


@pytest.mark.parametrize("population", [{"031": 5}, {"none": 5}, {"001": 0}, {"001": -1}])
def test_residents_that_cannot_be_are_refused(opened: Opened, city: Settings, population: dict[str, int]) -> None:
    with pytest.raises(ContractError, match="residents above 0"):
        count_rates(opened, [QUARTER], counts(city, {}, QUARTER), population)


def test_counts_that_are_missing_are_refused(opened: Opened, city: Settings) -> None:
    with pytest.raises(ContractError, match="counts to make rates of"):
        count_rates(opened, QUARTER.window(2), counts(city, {}, QUARTER), everyone(city))


def test_every_rate_is_defined_and_a_city_without_rates_has_none(city: Settings) -> None:
    assert [entry.metric_id for entry in define_rates(city)] == ["rate_violent", "rate_property"]
    assert name_rate("shooting_incidents") == "rate_shooting_incidents"
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    with open_incidents([], toy) as con:
        assert count_rates(Opened(con, toy, AS_OF, {}), [QUARTER], join_tables([]), {}).empty
    assert define_rates(toy) == ()

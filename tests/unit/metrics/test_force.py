from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from district_reports.errors import ContractError
from district_reports.metrics.force import count_force, define_force
from district_reports.metrics.incidents import open_incidents
from district_reports.metrics.opened import Opened
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.outcome_rows import make_origin, require_complete, states_of, values_of
from tests.unit.metrics.rows import TOY

QUARTER = Quarter(2018, 3)
AS_OF = date(2018, 11, 19)


@pytest.fixture(scope="module")
def city() -> Settings:
    return load_settings({})


@pytest.fixture
def opened(city: Settings) -> Iterator[Opened]:
    with open_incidents([], city) as con:
        yield Opened(con, city, AS_OF, {"crimes": make_origin(city, "crimes", AS_OF)})


def test_a_district_without_a_figure_is_not_published_and_never_zero(opened: Opened, city: Settings) -> None:
    here, there = city.district_ids[:2]
    window = QUARTER.window(2)
    readings = {(here, str(QUARTER)): 12, (there, str(QUARTER)): 0, (here, "1999Q1"): 5}
    table = count_force(opened, window, readings)
    told = table[table["state"] == "ok"].set_index("district_id")["value"].to_dict()
    assert told == {here: 12, there: 0}
    assert set(table["state"]) == {"ok", "not_published"}
    assert states_of(table, "force_incidents", window[0]) == {"not_published"}
    assert table.loc[table["state"] == "not_published", "value"].isna().all()
    assert len(table) == 2 * (len(city.districts) + 2)
    assert {(row.as_of, row.origin_id, row.unit) for row in table.itertuples()} == {(AS_OF, "force@0123", "incidents")}


def test_the_city_has_a_sum_only_of_all_districts(opened: Opened, city: Settings) -> None:
    whole = {(place, str(QUARTER)): number for number, place in enumerate(city.district_ids)}
    table = count_force(opened, [QUARTER], whole)
    require_complete(table, city, [QUARTER])
    assert values_of(table, "force_incidents", QUARTER)["city"] == sum(range(len(city.districts)))
    assert states_of(table[table["district_id"] == "none"], "force_incidents", QUARTER) == {"not_published"}
    whole.pop((city.district_ids[-1], str(QUARTER)))
    table = count_force(opened, [QUARTER], whole)
    assert "city" not in values_of(table, "force_incidents", QUARTER)
    assert states_of(table[table["district_id"] == "city"], "force_incidents", QUARTER) == {"not_published"}


def test_without_figures_nothing_is_published(opened: Opened, city: Settings) -> None:
    table = count_force(opened, [QUARTER], {})
    require_complete(table, city, [QUARTER])
    assert set(table["state"]) == {"not_published"}
    assert set(table["origin_id"]) == {"force (never read)@0123"}


@pytest.mark.parametrize("reading", [{("031", "2018Q3"): 1}, {("city", "2018Q3"): 1}, {("001", "2018Q3"): -1}])
def test_figures_of_no_district_or_below_zero_are_refused(opened: Opened, reading: dict[tuple[str, str], int]) -> None:
    with pytest.raises(ContractError, match="figures from 0 on"):
        count_force(opened, [QUARTER], reading)


def test_the_metric_is_defined_and_a_city_without_the_part_has_none(city: Settings) -> None:
    assert [(entry.metric_id, entry.sql) for entry in define_force(city)] == [("force_incidents", "")]
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    with open_incidents([], toy) as con:
        assert count_force(Opened(con, toy, AS_OF, {}), [QUARTER], {}).empty
    assert define_force(toy) == ()

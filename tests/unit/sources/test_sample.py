from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from district_reports.config import Column
from district_reports.errors import ConfigError, SchemaDriftError
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources import sample
from district_reports.sources.contract import Portal, month_end, month_id
from district_reports.sources.sample import COLUMNS, SamplePortal
from district_reports.tables import find_differences, is_rising, require_table
from tests.unit.sources.sample_cities import QUARTER, all_rows, chicago, months, village

ALWAYS = (date(1990, 1, 1), date(2100, 1, 1))


@pytest.fixture(params=[chicago, village], ids=["chicago", "village"])
def settings(request: pytest.FixtureRequest) -> Settings:
    made: Settings = request.param()
    return made


def test_sample_is_a_portal_that_sends_no_request() -> None:
    portal: Portal = SamplePortal(chicago(), QUARTER)
    assert (portal.domain, portal.requests) == ("sample", 0)


def test_rows_are_published_at_noon_of_the_day_the_quarter_is_complete() -> None:
    metadata = SamplePortal(chicago(), QUARTER).fetch_metadata(chicago().source("crimes"))
    assert metadata.rows_updated_at == datetime(2026, 10, 8, 12, tzinfo=UTC)
    assert metadata.columns["iucr"] == "text"


EVENTS = [(chicago, source.source_id) for source in chicago().sources if source.form == "events"]


@pytest.mark.parametrize(("make", "source_id"), [*EVENTS, (village, "crimes")])
def test_every_month_keeps_its_contract_and_its_fingerprint(make: Callable[[], Settings], source_id: str) -> None:
    settings = make()
    portal, source = SamplePortal(settings, QUARTER), settings.source(source_id)
    fingerprints = portal.fetch_fingerprints(source, *ALWAYS)
    assert list(fingerprints) == [month_id(month) for month in months(settings)]
    for month in months(settings):
        table = portal.fetch_month(source, month)
        require_table(table, source)
        assert find_differences(table, source, month, month_end(month), fingerprints[month_id(month)]) == ()


def test_fingerprints_are_told_without_drawing_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "draw_incidents", None)
    monkeypatch.setattr(sample, "build_requests", None)
    for source in (chicago().source("crimes"), chicago().source("requests")):
        fingerprints = SamplePortal(chicago(), QUARTER).fetch_fingerprints(source, *ALWAYS)
        least, most = source.monthly_rows
        assert all(least < fingerprint.rows < most for fingerprint in fingerprints.values())


def test_fingerprints_are_those_of_the_months_asked_for() -> None:
    portal = SamplePortal(chicago(), QUARTER)
    asked = portal.fetch_fingerprints(chicago().source("crimes"), date(2026, 8, 1), date(2027, 1, 1))
    assert list(asked) == ["2026-08", "2026-09"]


@pytest.mark.parametrize(("make", "source_id"), [*EVENTS, (village, "crimes")])
def test_month_outside_the_window_is_empty(make: Callable[[], Settings], source_id: str) -> None:
    source = make().source(source_id)
    table = SamplePortal(make(), QUARTER).fetch_month(source, date(2026, 10, 1))
    require_table(table, source)
    assert table.num_rows == 0


@pytest.mark.parametrize("source_id", [source_id for _, source_id in EVENTS])
def test_months_hold_as_many_rows_as_is_plausible(source_id: str) -> None:
    source = chicago().source(source_id)
    least, most = source.monthly_rows
    for fingerprint in SamplePortal(chicago(), QUARTER).fetch_fingerprints(source, *ALWAYS).values():
        assert least < fingerprint.rows < most


@pytest.mark.parametrize(("make", "source_id"), [*EVENTS, (village, "crimes")])
def test_month_does_not_depend_on_what_was_asked_before(make: Callable[[], Settings], source_id: str) -> None:
    settings = make()
    source, month = settings.source(source_id), months(settings)[20]
    alone = SamplePortal(settings, QUARTER).fetch_month(source, month)
    portal = SamplePortal(settings, QUARTER)
    for other in months(settings)[15:20]:
        portal.fetch_month(settings.source("crimes"), other)
        portal.fetch_month(source, other)
    assert portal.fetch_month(source, month).equals(alone)


def test_another_seed_gives_other_rows() -> None:
    city = village()
    other = city.model_copy(update={"sample": city.sample.model_copy(update={"seed": city.sample.seed + 1})})
    assert not all_rows(city).equals(all_rows(other))


@pytest.mark.parametrize("source_id", [source.source_id for source in chicago().sources if source.form == "list"])
def test_lists_keep_their_contract_and_are_the_same_each_time(source_id: str) -> None:
    source = chicago().source(source_id)
    table = SamplePortal(chicago(), QUARTER).fetch_list(source)
    require_table(table, source)
    assert is_rising(table.column(source.key))
    assert table.equals(SamplePortal(chicago(), QUARTER).fetch_list(source))


def test_sample_can_make_every_source_of_the_shipped_city() -> None:
    for source in chicago().sources:
        assert set(source.columns) <= set(COLUMNS[source.source_id])


def test_stations_are_those_of_the_config_file() -> None:
    city = chicago()
    source = city.source("stations")
    table = SamplePortal(city, QUARTER).fetch_list(source)
    require_table(table, source)
    assert [(row["district_id"], row["name"], row["phone"]) for row in table.to_pylist()] == [
        (district.district_id, district.name, district.phone) for district in city.districts
    ]
    first = table.to_pylist()[0]
    whole = f"{first['address']}, {first['city']}, {first['state']} {first['zip_code']}"
    assert whole == city.districts[0].address


def test_address_of_another_form_stays_whole() -> None:
    city = village()
    row = SamplePortal(city, QUARTER).fetch_list(city.source("stations")).to_pylist()[0]
    assert (row["address"], row["city"], row["state"], row["zip_code"]) == ("1 North Street", "", "", "")


def test_unknown_source_is_refused() -> None:
    other = chicago().source("crimes").model_copy(update={"source_id": "weather"})
    with pytest.raises(SchemaDriftError, match="expected one of the sources crimes.*got 'weather'"):
        SamplePortal(chicago(), QUARTER).fetch_metadata(other)


def test_source_of_another_form_is_refused() -> None:
    with pytest.raises(SchemaDriftError, match="got 'crimes'"):
        SamplePortal(chicago(), QUARTER).fetch_areas(chicago().source("crimes"))


def test_column_that_cannot_be_made_is_refused() -> None:
    source = chicago().source("crimes")
    more = source.model_copy(update={"columns": {**source.columns, "ward": Column(field="ward", type="integer")}})
    with pytest.raises(SchemaDriftError, match="got ward"):
        SamplePortal(chicago(), QUARTER).fetch_month(more, date(2026, 9, 1))


def test_district_without_a_weight_is_refused() -> None:
    city = chicago()
    weights = {name: weight for name, weight in city.sample.weights.items() if name != city.district_ids[0]}
    poorer = city.model_copy(update={"sample": city.sample.model_copy(update={"weights": weights})})
    with pytest.raises(ConfigError, match=f"got none for {city.district_ids[0]}"):
        SamplePortal(poorer, Quarter(2026, 3))


@pytest.mark.parametrize("source_id", ["victims", "requests", "complaints", "sentiment", "court_intake"])
def test_source_the_city_says_nothing_of_is_refused(source_id: str) -> None:
    city = chicago()
    bare = city.model_copy(update={"sample": village().sample.model_copy(update={"weights": city.sample.weights})})
    source, portal = city.source(source_id), SamplePortal(bare, QUARTER)
    with pytest.raises(ConfigError, match=r"expected a table in outcomes.toml and in sample.toml"):
        if source.form == "events":
            portal.fetch_month(source, date(2026, 9, 1))
        elif source.form == "list":
            portal.fetch_list(source)
        else:
            list(portal.fetch_cases(source))

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from district_reports.config import Column
from district_reports.errors import ConfigError, SchemaDriftError
from district_reports.periods import Quarter
from district_reports.settings import Settings
from district_reports.sources import sample_rows
from district_reports.sources.contract import Portal, month_end, month_id
from district_reports.sources.sample import SamplePortal
from district_reports.tables import find_differences, require_table
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


def test_every_month_keeps_its_contract_and_its_fingerprint(settings: Settings) -> None:
    portal, source = SamplePortal(settings, QUARTER), settings.source("crimes")
    fingerprints = portal.fetch_fingerprints(source, *ALWAYS)
    assert list(fingerprints) == [month_id(month) for month in months(settings)]
    for month in months(settings):
        table = portal.fetch_month(source, month)
        require_table(table, source)
        assert find_differences(table, source, month, month_end(month), fingerprints[month_id(month)]) == ()


def test_fingerprints_are_told_without_drawing_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_rows, "_draw_incidents", None)
    fingerprints = SamplePortal(chicago(), QUARTER).fetch_fingerprints(chicago().source("crimes"), *ALWAYS)
    assert all(10_000 < fingerprint.rows < 60_000 for fingerprint in fingerprints.values())


def test_fingerprints_are_those_of_the_months_asked_for() -> None:
    portal = SamplePortal(chicago(), QUARTER)
    asked = portal.fetch_fingerprints(chicago().source("crimes"), date(2026, 8, 1), date(2027, 1, 1))
    assert list(asked) == ["2026-08", "2026-09"]


def test_month_outside_the_window_is_empty(settings: Settings) -> None:
    source = settings.source("crimes")
    table = SamplePortal(settings, QUARTER).fetch_month(source, date(2026, 10, 1))
    require_table(table, source)
    assert table.num_rows == 0


def test_month_does_not_depend_on_the_months_asked_before(settings: Settings) -> None:
    source, month = settings.source("crimes"), months(settings)[20]
    alone = SamplePortal(settings, QUARTER).fetch_month(source, month)
    portal = SamplePortal(settings, QUARTER)
    for other in months(settings)[15:20]:
        portal.fetch_month(source, other)
    assert portal.fetch_month(source, month).equals(alone)


def test_another_seed_gives_other_rows() -> None:
    city = village()
    other = city.model_copy(update={"sample": city.sample.model_copy(update={"seed": city.sample.seed + 1})})
    assert not all_rows(city).equals(all_rows(other))


def test_later_sample_holds_the_same_incidents_with_more_arrests() -> None:
    city, month = chicago(), date(2026, 9, 1)
    source = city.source("crimes")
    first = SamplePortal(city, QUARTER).fetch_month(source, month)
    later = SamplePortal(city, QUARTER.shifted(1)).fetch_month(source, month)
    assert later.drop_columns("has_arrest").equals(first.drop_columns("has_arrest"))
    then, now = (table.column("has_arrest").to_numpy() for table in (first, later))
    assert now[then].all()
    assert now.sum() > then.sum()


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
    other = chicago().source("crimes").model_copy(update={"source_id": "victims"})
    with pytest.raises(SchemaDriftError, match="expected one of the sources crimes.*got 'victims'"):
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

import shutil
from pathlib import Path

import pytest

from district_reports.errors import ConfigError
from district_reports.settings import Settings, find_asset, load_settings

CHICAGO = find_asset("config", "cities", "chicago")


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    shutil.copytree(CHICAGO, tmp_path / "city")
    return tmp_path / "city"


def load(overlay: Path, **values: str) -> Settings:
    return load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(overlay), **values})


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_city_has_twenty_two_districts_and_the_metrics_of_the_contract(settings: Settings) -> None:
    assert len(settings.district_ids) == 22
    assert {"013", "021", "023", "031"}.isdisjoint(settings.district_ids)
    counted = {"all", "violent", "property", "homicide", "sexual_assault", "robbery", "aggravated_assault"}
    counted |= {"aggravated_battery", "burglary", "theft", "vehicle_theft", "arson", "drug", "weapons", "carjacking"}
    counted |= {"assault_harassment", "transit"}
    expected = {f"incidents_{name}" for name in counted | {"domestic"}}
    expected |= {f"arrest_share_{name}" for name in ("all", "violent", "property")}
    assert {metric.metric_id for metric in settings.metrics.metrics} == expected


def test_no_column_is_asked_for_that_could_name_a_place_or_a_person(settings: Settings) -> None:
    fields = {column.field for source in settings.sources for column in source.columns.values()}
    stations = {column.field for column in settings.source("stations").columns.values()}
    places = ("block", "latitude", "longitude", "location", "coordinate", "street", "zip")
    people = ("name", "age", "sex", "race", "gender", "victim_")
    told = {
        field for field in fields - stations for part in (*places, *people) if part in field.split("_") or part in field
    }
    # Words that only contain one of these.
    assert (
        told - {"law_enforcement_agency", "current_category", "location_description", "victimization_fbi_cd"} <= set()
    )


@pytest.mark.parametrize("name", ["city", "districts", "sources", "metrics", "report", "languages", "sample"])
def test_an_unknown_key_is_refused_by_file_and_name(overlay: Path, name: str) -> None:
    path = overlay / f"{name}.toml"
    text = path.read_text()
    table = {"districts": "[[district]]", "languages": "[[language]]", "sources": "[crimes]"}.get(name)
    table = "[incidents_all]" if name == "metrics" else table
    path.write_text(text.replace(table, f"{table}\nsurprise = 1", 1) if table else f"surprise = 1\n{text}")
    with pytest.raises(ConfigError, match=f"{name}.toml.*surprise"):
        load(overlay)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("city.toml", "America/Chicago", "America/Gotham", "unknown time zone"),
        ("report.toml", '"incidents_robbery"', '"incidents_robery"', "incidents_robery"),
        ("metrics.toml", 'offence_groups = ["03"]', 'offence_groups = ["3X"]', "3X"),
        ("districts.toml", '"002"', '"001"', "each district once"),
        ("report.toml", "significance = 0.05", 'significance = "often"', "direction.significance"),
        ("sources.toml", 'key = "incident_id"', 'key = "incident"', "'incident' is not among its columns"),
        ("city.toml", "city_id = ", "city_id ", "readable TOML"),
        (
            "report.toml",
            'trends = ["incidents_violent", "incidents_property"]',
            'trends = ["incidents_violent"]',
            "two of",
        ),
        ("report.toml", 'default_date = "01-01"', 'default_date = "1 January"', "notes.default_date"),
    ],
)
def test_a_mistake_in_a_file_is_named(overlay: Path, file: str, old: str, new: str, message: str) -> None:
    replace(overlay / file, old, new)
    with pytest.raises(ConfigError, match=message):
        load(overlay)


def test_a_missing_file_of_the_overlay_falls_back_to_the_shipped_one(overlay: Path, settings: Settings) -> None:
    (overlay / "districts.toml").unlink()
    assert load(overlay).district_ids == settings.district_ids


def test_the_digest_changes_with_any_file(overlay: Path, settings: Settings) -> None:
    assert load(overlay).config_digest == settings.config_digest
    replace(overlay / "report.toml", "percentage_floor = 20", "percentage_floor = 21")
    assert load(overlay).config_digest != settings.config_digest


@pytest.mark.parametrize("name", ["CTIY", "TOKEN", "PORTAL"])
def test_an_unknown_environment_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"DISTRICT_REPORTS_{name}"):
        load_settings({f"DISTRICT_REPORTS_{name}": "x"})


@pytest.mark.parametrize(
    "url", ["http://data.cityofchicago.org", "ftp://127.0.0.1", "data.cityofchicago.org", "http://10.0.0.1"]
)
def test_plain_http_is_for_this_machine_alone(url: str) -> None:
    with pytest.raises(ConfigError, match="expected https"):
        load_settings({"DISTRICT_REPORTS_PORTAL_URL": url})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:80", "https://example.org"]
)
def test_a_portal_on_this_machine_or_behind_tls_is_taken(url: str) -> None:
    assert load_settings({"DISTRICT_REPORTS_PORTAL_URL": url + "/"}).portal_url == url


@pytest.mark.parametrize("city", ["../chicago", "", "gotham", "a b"])
def test_an_unknown_city_is_refused(city: str) -> None:
    with pytest.raises(ConfigError):
        load_settings({"DISTRICT_REPORTS_CITY": city})

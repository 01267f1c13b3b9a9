"""Incidents, arrests and victims of the sample tell one story."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pytest

from district_reports.place_ids import PlaceRule, find_district
from district_reports.sources.sample import SamplePortal
from tests.unit.sources.sample_cities import QUARTER, all_rows, chicago, months, told

pytestmark = pytest.mark.slow

CITY = chicago()
VICTIMS = told(CITY.outcomes.victims)


@pytest.fixture(scope="module")
def portal() -> SamplePortal:
    return SamplePortal(CITY, QUARTER)


@pytest.fixture(scope="module")
def crimes() -> pd.DataFrame:
    frame: pd.DataFrame = all_rows(CITY).to_pandas()
    return frame


def fetch(portal: SamplePortal, source_id: str) -> pd.DataFrame:
    source = CITY.source(source_id)
    frame: pd.DataFrame = pa.concat_tables([portal.fetch_month(source, month) for month in months(CITY)]).to_pandas()
    return frame


@pytest.fixture(scope="module")
def arrests(portal: SamplePortal) -> pd.DataFrame:
    return fetch(portal, "arrests")


@pytest.fixture(scope="module")
def victims(portal: SamplePortal) -> pd.DataFrame:
    return fetch(portal, "victims")


def test_case_numbers_say_that_they_are_a_sample(crimes: pd.DataFrame) -> None:
    assert crimes["case_number"].str.fullmatch(r"SAMPLE-[0-9]{12}").all()


def test_only_homicides_share_a_case_and_then_place_and_time(crimes: pd.DataFrame) -> None:
    shared = crimes[crimes["case_number"].duplicated(keep=False)]
    assert 10 < len(shared) < 400
    assert shared["offence_group"].isin(VICTIMS.homicide_groups).all()
    assert (shared.groupby("case_number").size() == 2).all()
    assert len(shared[["case_number", "occurred_at", "district_id", "has_arrest"]].drop_duplicates()) == len(shared) / 2


def test_places_that_metrics_name_are_some_of_all(crimes: pd.DataFrame) -> None:
    named = {place for metric in CITY.metrics.metrics for place in metric.places}
    ordinary = {place.name for place in CITY.sample.places}
    assert named and not named & ordinary
    assert set(crimes["place_kind"]) == named | ordinary
    assert crimes["place_kind"].isin(named).mean() == pytest.approx(CITY.sample.named_places_share, abs=0.002)


def test_each_district_lies_in_some_communities_of_unequal_size(crimes: pd.DataFrame) -> None:
    placed = crimes[crimes["district_id"].isin(CITY.district_ids)]
    shares = pd.crosstab(placed["district_id"], placed["community_id"], normalize="index")
    assert shares.ge(0.05).sum(axis=1).between(2, 5).all()
    unevenness = shares.max(axis=1) / shares[shares >= 0.05].min(axis=1)
    assert unevenness.median() > 1.5
    assert unevenness.max() > 3
    assert 0 < crimes["community_id"].isna().mean() < 0.01
    assert set(crimes["community_id"].dropna()) == {community.area_id for community in CITY.communities}


def test_communities_have_an_area_each_where_their_incidents_are(portal: SamplePortal) -> None:
    collection = json.loads(portal.fetch_areas(CITY.source("communities")))
    ids = [feature["properties"]["area_id"] for feature in collection["features"]]
    assert sorted(ids) == sorted(community.area_id for community in CITY.communities)


def test_most_arrests_of_incidents_are_in_the_file_and_no_incident_without_one(
    crimes: pd.DataFrame, arrests: pd.DataFrame
) -> None:
    end = pd.Timestamp(QUARTER.end)
    is_in_file = crimes["case_number"].isin(set(arrests["case_number"].dropna()))
    assert not (is_in_file & ~crimes["has_arrest"]).any()
    settled = crimes[crimes["has_arrest"] & (crimes["occurred_at"] < end - pd.Timedelta(days=400))]
    juveniles = 1 - settled["case_number"].isin(set(arrests["case_number"])).mean()
    assert juveniles == pytest.approx(CITY.sample.juvenile_share, abs=0.02)


def test_no_arrest_is_before_its_incident_nor_after_the_sample(crimes: pd.DataFrame, arrests: pd.DataFrame) -> None:
    first = crimes.drop_duplicates("case_number")[["case_number", "occurred_at"]]
    joined = arrests.dropna(subset="case_number").merge(first, on="case_number")
    assert (joined["arrested_at"] >= joined["occurred_at"]).all()
    assert arrests["arrested_at"].max().date() <= QUARTER.complete_on
    lags = (joined["arrested_at"].dt.normalize() - joined["occurred_at"].dt.normalize()).dt.days
    assert 0.5 < (lags == 0).mean() < 0.7
    assert (lags > 90).mean() > 0.05


def test_some_arrests_have_no_case_and_some_no_incident(crimes: pd.DataFrame, arrests: pd.DataFrame) -> None:
    assert 0.01 < arrests["case_number"].isna().mean() < 0.1
    named = arrests["case_number"].dropna()
    assert 0.01 < (~named.isin(set(crimes["case_number"]))).mean() < 0.1
    assert arrests["case_number"].dropna().duplicated().any()


def test_homicides_are_the_same_cases_in_both_files(crimes: pd.DataFrame, victims: pd.DataFrame) -> None:
    killings = crimes[crimes["offence_group"].isin(VICTIMS.homicide_groups)]
    killed = victims[victims["offence_group"].isin(VICTIMS.homicide_groups)]
    columns = ["case_number", "occurred_at"]
    assert sorted(map(tuple, killed[columns].to_numpy())) == sorted(map(tuple, killings[columns].to_numpy()))


def test_wounded_are_of_incidents_of_the_file(crimes: pd.DataFrame, victims: pd.DataFrame) -> None:
    wounded = victims[~victims["offence_group"].isin(VICTIMS.homicide_groups)]
    assert (wounded["gunshot"] == VICTIMS.gunshot_values[-1]).all()
    assert set(wounded["case_number"]) <= set(crimes["case_number"])
    sizes = wounded.groupby("case_number").size()
    assert 1.1 < sizes.mean() < 1.5
    assert sizes.max() >= 3


def test_some_of_the_killed_were_not_shot(victims: pd.DataFrame) -> None:
    killed = victims[victims["offence_group"].isin(VICTIMS.homicide_groups)]
    assert set(killed["gunshot"]) == {VICTIMS.gunshot_values[-1], VICTIMS.no_gunshot_values[-1]}
    assert (killed["gunshot"] == VICTIMS.gunshot_values[-1]).mean() == pytest.approx(0.85, abs=0.04)


def test_districts_of_victims_are_those_of_the_incidents_without_zeros(
    crimes: pd.DataFrame, victims: pd.DataFrame
) -> None:
    rule = PlaceRule(CITY.district_ids, CITY.city.beat_district_digits)
    assert not victims["district_id"].dropna().str.startswith("0").any()
    padded = pd.Series([find_district(raw, "one", rule) for raw in victims["district_id"]])
    first = crimes.drop_duplicates("case_number").set_index("case_number")["district_id"]
    stated = pd.Series(first.reindex(victims["case_number"]).to_numpy())
    # An incident whose district is set right later is in the file of victims as it is in the end.
    assert (padded.ne(stated) & stated.isin(CITY.district_ids)).mean() < 0.001

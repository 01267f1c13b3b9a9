from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import pytest
import shapely
from shapely.geometry import MultiPolygon, shape

from district_reports.config_outcomes import CommunityArea
from district_reports.settings import Settings
from district_reports.sources.sample import SamplePortal
from district_reports.sources.sample_areas import list_beats
from district_reports.sources.sample_communities import NOWHERE, place_beats
from tests.unit.sources.sample_cities import QUARTER, chicago, village


def fetch(settings: Settings, source_id: str) -> dict[str, MultiPolygon]:
    collection = json.loads(SamplePortal(settings, QUARTER).fetch_areas(settings.source(source_id)))
    return {feature["properties"]["area_id"]: shape(feature["geometry"]) for feature in collection["features"]}


def lines(areas: dict[str, MultiPolygon]) -> Counter[frozenset[tuple[float, float]]]:
    return Counter(frozenset(line) for area in areas.values() for line in pairwise(area.geoms[0].exterior.coords))


@pytest.fixture(params=[chicago, village], ids=["chicago", "village"])
def settings(request: pytest.FixtureRequest) -> Settings:
    made: Settings = request.param()
    return made


def test_each_district_and_beat_has_one_area(settings: Settings) -> None:
    assert set(fetch(settings, "districts")) == set(settings.district_ids)
    beats = [beat.beat_id for district_id in settings.district_ids for beat in list_beats(settings, district_id)]
    assert len(set(beats)) == len(beats)
    assert set(fetch(settings, "beats")) == set(beats)


def test_beat_is_named_after_its_district() -> None:
    assert [beat.beat_id for beat in list_beats(chicago(), "007")][:5] == ["0711", "0712", "0713", "0714", "0721"]


@pytest.mark.parametrize("source_id", ["districts", "beats"])
def test_areas_are_valid_and_cover_the_city_without_gaps(settings: Settings, source_id: str) -> None:
    areas = list(fetch(settings, source_id).values())
    assert all(area.is_valid and area.geoms[0].exterior.is_ccw for area in areas)
    assert shapely.coverage_is_valid(areas)
    whole = shapely.union_all(areas)
    assert whole.area == pytest.approx(sum(area.area for area in areas))
    assert not shapely.get_parts(whole)[0].interiors


def test_communities_cover_the_city_without_gaps_and_share_its_outline() -> None:
    areas = fetch(chicago(), "communities")
    assert set(areas) == {community.area_id for community in chicago().communities}
    assert all(area.is_valid and area.geoms[0].exterior.is_ccw for area in areas.values())
    assert shapely.coverage_is_valid(list(areas.values()))
    districts = shapely.union_all(list(fetch(chicago(), "districts").values()))
    assert shapely.union_all(list(areas.values())).area == pytest.approx(districts.area)
    of_beats = set(lines(fetch(chicago(), "beats")))
    assert set(lines(areas)) <= of_beats


def test_some_communities_lie_in_two_districts() -> None:
    districts = list(fetch(chicago(), "districts").values())
    parts = [
        sum(district.intersection(area).area > area.area / 1000 for district in districts)
        for area in fetch(chicago(), "communities").values()
    ]
    assert {1, 2} <= set(parts) <= {1, 2, 3}


@pytest.mark.parametrize("wanted", [0, 1, 5, 18, 40])
def test_any_number_of_communities_finds_its_beats(wanted: int) -> None:
    city = village()
    names = tuple(CommunityArea(area_id=str(number), name=str(number)) for number in range(wanted))
    beats = place_beats(city.model_copy(update={"communities": names}))
    found = set(beats.tolist()) - {NOWHERE}
    assert len(beats) == 18
    assert len(found) == min(wanted, 18)


def test_neighbouring_beats_share_their_borders_exactly(settings: Settings) -> None:
    beats, districts = lines(fetch(settings, "beats")), lines(fetch(settings, "districts"))
    assert set(beats.values()) == {1, 2}
    outline = {line for line, times in beats.items() if times == 1}
    assert outline == {line for line, times in districts.items() if times == 1}


def test_beats_make_up_their_district(settings: Settings) -> None:
    beats = fetch(settings, "beats")
    for district_id, district in fetch(settings, "districts").items():
        parts = [beats[beat.beat_id] for beat in list_beats(settings, district_id)]
        assert shapely.coverage_union_all(parts).equals(district)


def test_map_lies_in_the_sea_and_not_in_the_city() -> None:
    bounds = shapely.total_bounds(list(fetch(chicago(), "districts").values()))
    assert abs(bounds).max() < 1


def test_bytes_are_the_same_each_time_and_hold_the_declared_columns(settings: Settings) -> None:
    source = settings.source("beats")
    first = SamplePortal(settings, QUARTER).fetch_areas(source)
    assert SamplePortal(settings, QUARTER.shifted(1)).fetch_areas(source) == first
    properties = [feature["properties"] for feature in json.loads(first)["features"]]
    assert all(set(each) == set(source.columns) for each in properties)
    assert [each["area_id"] for each in properties] == sorted(each["area_id"] for each in properties)

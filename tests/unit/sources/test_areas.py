"""GeoJSON that depends on nothing but its content."""

import json
from typing import Any

import pytest

from district_reports.config import Source
from district_reports.errors import ContractError, SchemaDriftError
from district_reports.place_ids import pad_id
from district_reports.settings import Settings
from district_reports.sources.areas import area_keys, canonical_areas, tidy_areas

RING = [[0, 0], [1, 0], [1, 1.25], [0, 0]]


def feature(beat: Any, district: Any, **more: Any) -> dict[str, Any]:
    geometry = {"type": "MultiPolygon", "coordinates": [[RING]], "bbox": [0, 0, 1, 1]}
    return {
        "type": "Feature",
        "id": "row-1",
        "geometry": geometry,
        "properties": {"beat_num": beat, "district": district, "sector": "1", ":id": "row-1"},
        **more,
    }


def document(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), "crs": {"type": "name"}}


@pytest.fixture
def beats(settings: Settings) -> Source:
    return settings.source("beats")


def test_only_declared_properties_and_the_shape_are_kept(beats: Source) -> None:
    assert json.loads(canonical_areas(document(feature("0412", "4")), beats)) == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"area_id": "0412", "district_id": "4"},
                "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]},
            }
        ],
    }


def test_the_order_of_features_and_keys_does_not_matter(beats: Source) -> None:
    one, two, strange = feature("0412", "4"), feature("0111", "1"), feature("3100", "31")
    turned = {key: two[key] for key in reversed(two)}
    first = canonical_areas(document(one, two, strange, strange), beats)
    assert canonical_areas(document(strange, turned, one, strange), beats) == first
    assert area_keys(first, beats) == ["0111", "0412", "3100", "3100"]


STRANGE: dict[str, tuple[Any, str]] = {
    "an error": ({"error": True}, "feature collection"),
    "features that are none": (document(7), "a feature with properties"),
    "no properties": (document(feature("0412", "4", properties=None)), "a feature with properties"),
    "no id": (document(feature(None, "4")), "text in the property beat_num"),
    "an id that is a number": (document(feature(412, "4")), "text in the property beat_num"),
    "no district": (document(feature("0412", None)), "text in the property district"),
    "no shape": (document(feature("0412", "4", geometry=None)), "a polygon"),
    "an empty shape": (document(feature("0412", "4", geometry={"type": "Polygon", "coordinates": []})), "a polygon"),
}


@pytest.mark.parametrize(("given", "words"), STRANGE.values(), ids=STRANGE.keys())
def test_what_is_no_collection_of_areas_is_drift(beats: Source, given: Any, words: str) -> None:
    with pytest.raises(SchemaDriftError, match=words):
        canonical_areas(given, beats)


def test_tidy_areas_pad_the_district_and_leave_the_beat(beats: Source) -> None:
    tidy = tidy_areas(canonical_areas(document(feature("0412", "4")), beats), beats, ("004", "010"))
    assert json.loads(tidy)["features"][0]["properties"] == {"area_id": "0412", "district_id": "004"}


def test_tidy_areas_pad_the_key_of_districts(settings: Settings) -> None:
    source = settings.source("districts")
    raw = feature("x", "x", properties={"dist_num": "4", "dist_label": "4TH"})
    tidy = tidy_areas(canonical_areas(document(raw), source), source, settings.district_ids)
    assert json.loads(tidy)["features"][0]["properties"] == {"area_id": "004"}


@pytest.mark.parametrize("data", [b"", b"[]", b'{"features": [{}]}', b'{"features": [{"properties": {}}]}'])
def test_bytes_that_are_no_areas_break_the_contract(beats: Source, data: bytes) -> None:
    with pytest.raises(ContractError):
        tidy_areas(data, beats, ("004",))
    with pytest.raises(ContractError):
        area_keys(data, beats)


@pytest.mark.parametrize(
    ("raw", "padded"),
    [
        ("1", "001"),
        (" 12 ", "012"),
        ("012", "012"),
        ("31", "031"),
        ("Headquarters", "Headquarters"),
        ("", ""),
        (None, None),
    ],
)
def test_numbers_are_padded_and_words_are_not(raw: str | None, padded: str | None) -> None:
    assert pad_id(raw, ("001", "025")) == padded


def test_ids_that_are_not_padded_stay_so() -> None:
    assert pad_id("4", ("1", "4")) == "4"
    assert pad_id("4", ()) == "4"

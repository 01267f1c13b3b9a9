from __future__ import annotations

import json
import time
from typing import Any

import pytest
import shapely

from district_reports.errors import ContractError
from district_reports.shapes import MOST_POINTS, SIDE, build_shapes
from tests.real_data import REAL_DATA

REAL = REAL_DATA


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(area_id: object, *rings: list[list[float]], kind: str = "Polygon") -> dict[str, Any]:
    coordinates: Any = list(rings) if kind == "Polygon" else [[one] for one in rings]
    return {"type": "Feature", "properties": {"beat": area_id}, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def area(rings: Any) -> Any:
    return shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


SOUTH_WEST = ring(0, 0, 1, 1)
TWO = collection(feature("1", SOUTH_WEST), feature("2", ring(1, 0, 2, 1)))


def test_areas_fill_the_square_with_north_at_the_top() -> None:
    found = build_shapes(
        collection(feature("s", ring(0, -1, 1, 0)), feature("n", ring(0, 0, 1, 1))), id_field="beat", wanted=["n", "s"]
    )
    north, south = (area(shape.rings) for shape in found.shapes)
    assert [shape.area_id for shape in found.shapes] == ["n", "s"]
    assert north.bounds == (250, 0, 750, 500)
    assert south.bounds == (250, 500, 750, SIDE)


def test_a_degree_of_longitude_is_as_short_as_at_this_latitude() -> None:
    found = build_shapes(collection(feature("1", ring(0, 59.5, 2, 60.5))), id_field="beat", wanted=["1"])
    left, top, right, bottom = area(found.shapes[0].rings).bounds
    assert (right - left, bottom - top) == pytest.approx((1000, 1000), abs=1)


def test_a_number_is_an_id_too_and_what_is_missing_is_told() -> None:
    areas = collection(feature(7, SOUTH_WEST), feature(" 31 ", ring(1, 0, 2, 1)), feature("5", ring(0, 1, 1, 2)))
    found = build_shapes(areas, id_field="beat", wanted=["9", "7", "7", "31"])
    assert [shape.area_id for shape in found.shapes] == ["7", "31"]
    assert found.missing == ("9",)


def test_nothing_wanted_and_nothing_found_draw_nothing() -> None:
    assert build_shapes(TWO, id_field="beat", wanted=[]).shapes == ()
    assert build_shapes(TWO, id_field="beat", wanted=["3"]).missing == ("3",)


def test_features_of_one_id_are_united() -> None:
    found = build_shapes(
        collection(feature("1", SOUTH_WEST), feature("1", ring(1, 0, 2, 1))), id_field="beat", wanted=["1"]
    )
    (rings,) = (shape.rings for shape in found.shapes)
    assert len(rings) == 1
    assert area(rings).bounds == (0, 250, 1000, 750)


def test_parts_and_holes_are_kept_and_run_in_opposite_ways() -> None:
    island = feature("1", ring(0, 0, 1, 1), ring(3, 0, 4, 1), kind="MultiPolygon")
    (parts,) = build_shapes(collection(island), id_field="beat", wanted=["1"]).shapes
    assert len(parts.rings) == 2
    holed = collection(feature("1", ring(0, 0, 4, 4), ring(1, 1, 2, 2)))
    (shape,) = build_shapes(holed, id_field="beat", wanted=["1"]).shapes
    outer, hole = (shapely.LinearRing(one) for one in shape.rings)
    assert outer.is_ccw != hole.is_ccw
    assert area(shape.rings).area == pytest.approx(SIDE * SIDE * 15 / 16)


def test_specks_are_left_out_but_not_an_area_s_largest_part() -> None:
    speck = ring(5, 5, 5.001, 5.001)
    (shape,) = build_shapes(
        collection(feature("1", ring(0, 0, 1, 1), speck, kind="MultiPolygon")), id_field="beat", wanted=["1"]
    ).shapes
    assert len(shape.rings) == 1
    both = build_shapes(collection(feature("1", SOUTH_WEST), feature("2", speck)), id_field="beat", wanted=["1", "2"])
    assert len(both.shapes[1].rings) == 1


def test_neighbours_keep_a_common_border_when_simplified() -> None:
    wavy = [[1 + 0.002 * (number % 3), number / 200] for number in range(201)]
    west = [[0, 0], *wavy, [0, 1], [0, 0]]
    east = [[2, 0], *wavy, [2, 1], [2, 0]]
    found = build_shapes(collection(feature("w", west), feature("e", east)), id_field="beat", wanted=["w", "e"])
    left, right = (area(shape.rings) for shape in found.shapes)
    assert sum(len(one) for shape in found.shapes for one in shape.rings) < 100
    assert left.intersection(right).area == 0
    assert left.union(right).area == pytest.approx(SIDE * SIDE / 2, rel=0.01)
    assert left.union(right).geom_type == "Polygon"


def test_the_order_of_features_does_not_matter() -> None:
    one, two = feature("1", SOUTH_WEST), feature("2", ring(1, 0, 2, 1))
    here = build_shapes(collection(one, two), id_field="beat", wanted=["1", "2"])
    there = build_shapes(collection(two, one), id_field="beat", wanted=["1", "2"])
    assert here == there


def test_a_ring_that_crosses_itself_is_mended() -> None:
    bow = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
    (shape,) = build_shapes(collection(feature("1", bow)), id_field="beat", wanted=["1"]).shapes
    assert area(shape.rings).area == pytest.approx(SIDE * SIDE / 2, rel=0.01)


@pytest.mark.parametrize(
    ("geojson", "problem"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe", "expected JSON"),
        (b"[" * 200_000, "expected JSON"),
        (b"[]", "expected a feature collection"),
        (b'{"features": []}', "expected a feature collection"),
        (b'{"features": {"0": 1}}', "expected a feature collection"),
        (collection(None), "feature 0: expected an object with 'geometry', got NoneType"),
        (collection({"geometry": None}), "expected an object with 'type', got NoneType"),
        (
            collection({"geometry": {"type": "Point", "coordinates": [0, 0]}}),
            "expected a Polygon or MultiPolygon, got 'Point'",
        ),
        (collection({"geometry": {"type": "Polygon", "coordinates": []}}), "expected a list with something in it"),
        (collection({"geometry": {"type": "Polygon", "coordinates": "x"}}), "expected a list with something in it"),
        (collection(feature("1", [[0, 0], [1, 1], [0, 0]])), "expected a ring of four or more places, got 3"),
        (collection(feature("1", [[0], [1], [2], [0]])), "expected a ring of four or more places"),
        (collection(feature("1", [[0, 0], [1], [2, 2], [0, 0]])), "expected a list of places"),
        (collection(feature("1", [["a", 0]] * 4)), "expected a list of places"),
        (collection(feature("1", [{"x": 1}] * 4)), "expected a list of places"),  # type: ignore[list-item]
        (collection(feature("1", [[float("nan"), 0]] * 4)), "expected longitudes within 180"),
        (collection(feature("1", [[float("inf"), 0]] * 4)), "expected longitudes within 180"),
        (collection(feature("1", ring(0, 0, 181, 1))), "expected longitudes within 180"),
        (collection(feature("1", ring(0, 0, 1, 91))), "expected longitudes within 180"),
        (collection(feature("1", [[10**400, 0]] * 4)), "expected a list of places"),
        (collection(feature("1", [[0, 0], [1, 1], [2, 2], [0, 0]])), "expected an area, got a line or a point"),
        (collection(feature(None, SOUTH_WEST)), "expected text or a whole number in 'beat', got None"),
        (collection(feature(" ", SOUTH_WEST)), "expected text or a whole number"),
        (collection(feature(True, SOUTH_WEST)), "expected text or a whole number"),
        (collection(feature(["1"], SOUTH_WEST)), "expected text or a whole number"),
    ],
)
def test_what_is_no_map_is_refused(geojson: bytes, problem: str) -> None:
    with pytest.raises(ContractError, match="^areas: ") as caught:
        build_shapes(geojson, id_field="beat", wanted=["1"])
    assert problem in str(caught.value)
    assert caught.value.table == "areas"


def test_too_many_corners_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("district_reports.shapes.MOST_POINTS", 9)
    with pytest.raises(ContractError, match="expected at most 9 corners in all"):
        build_shapes(collection(feature("a", SOUTH_WEST), feature("b", SOUTH_WEST)), id_field="beat", wanted=[])
    assert MOST_POINTS > 10**6


def test_problems_are_listed_up_to_a_few() -> None:
    with pytest.raises(ContractError) as caught:
        build_shapes(collection(*[None] * 9), id_field="beat", wanted=[])
    assert len(caught.value.problems) == 5


@pytest.mark.skipif(not (REAL / "boundaries").is_dir(), reason="the real boundaries are not on this machine")
@pytest.mark.parametrize(("name", "field"), [("chicago_beats", "beat_num"), ("chicago_districts", "dist_num")])
def test_real_boundaries_become_small_maps_soon(name: str, field: str) -> None:
    geojson = (REAL / "boundaries" / f"{name}.geojson").read_bytes()
    every = sorted({feature["properties"][field] for feature in json.loads(geojson)["features"]})
    started = time.perf_counter()
    whole = build_shapes(geojson, id_field=field, wanted=every)
    assert time.perf_counter() - started < 2
    assert len(whole.shapes) == len(every) > 20
    # A beat's number begins with its district's, without the zero on the left.
    groups = {area_id[:-2] for area_id in every} if field == "beat_num" else {""}
    for group in groups:
        wanted = [area_id for area_id in every if group in ("", area_id[:-2])]
        shapes = build_shapes(geojson, id_field=field, wanted=wanted).shapes
        assert sum(len(shape.model_dump_json()) for shape in shapes) < 8_000
        assert all(0 <= number <= SIDE for shape in shapes for one in shape.rings for point in one for number in point)
        united = shapely.union_all([area(shape.rings) for shape in shapes])
        overlap = sum(area(shape.rings).area for shape in shapes) - united.area
        assert overlap < united.area / 100

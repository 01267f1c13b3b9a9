"""GeoJSON of a source -> the outlines of a map, on a 0-1000 square, y pointing down.

Outlines are drawn small on paper and phones, so they are simplified: all areas of a map together, so that neighbours
keep a common border without gaps. What belongs here: reading a publisher's polygons with suspicion, projecting,
simplifying. What does not: counts, colours, labels.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from district_reports.errors import ContractError
from district_reports.model import Record, Shape

SIDE = 1000
"""Length of the square's side."""
TOLERANCE = 4.0
"""Side of the largest corner cut off by simplifying, in parts of the square's side."""
SPECK = 30.0
"""Rings that enclose less than this are not drawn unless they are an area's largest, in squares of such parts."""
MOST_POINTS = 2_000_000
"""More corners than this are no map of a city."""
MOST_PROBLEMS = 5
"""Problems listed in an error."""

Ring = tuple[tuple[int, int], ...]


class Outlines(Record):
    """The shapes found, and what was left out."""

    shapes: tuple[Shape, ...]
    """In the order asked for; outer rings run one way and holes the other, the first point is not repeated."""
    missing: tuple[str, ...]
    """Wanted ids that no area carries, in the order asked for."""


def build_shapes(geojson: bytes, *, id_field: str, wanted: Sequence[str]) -> Outlines:
    """Return the simplified outlines of the wanted areas, together filling the square, north at the top.

    Args:
        geojson: A feature collection of polygons, longitude and latitude in degrees. Features of one id are united.
        id_field: The property that holds an area's id.
        wanted: Ids of the areas to draw; areas of other ids are left out.

    Raises:
        ContractError: If it is no such collection: not JSON, no polygons, places that are not on the globe.
    """
    areas = _read_areas(geojson, id_field)
    found = [area_id for area_id in dict.fromkeys(wanted) if area_id in areas]
    projected = _project([area for area_id in found for area in areas[area_id]])
    simple = iter(shapely.coverage_simplify(projected, TOLERANCE))
    shapes = []
    for area_id in found:
        united = shapely.union_all([next(simple) for _ in areas[area_id]])
        shapes.append(Shape(area_id=area_id, rings=tuple(_rings(united))))
    return Outlines(
        shapes=tuple(shapes),
        missing=tuple(area_id for area_id in dict.fromkeys(wanted) if area_id not in areas),
    )


# A city's file is read for each of its districts; the bytes are the same each time.
@lru_cache(maxsize=4)
def _read_areas(geojson: bytes, id_field: str) -> dict[str, tuple[Any, ...]]:
    """Return the polygons of each id, in degrees."""
    try:
        found = json.loads(geojson)
    except (ValueError, RecursionError) as error:
        raise _broken([f"expected JSON, got {error or type(error).__name__}"]) from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not features:
        raise _broken(["expected a feature collection with features, got none"])
    areas: dict[str, list[Any]] = {}
    problems: list[str] = []
    room = MOST_POINTS
    for number, feature in enumerate(features):
        try:
            polygons, corners = _read_geometry(_member(feature, "geometry"), room)
            areas.setdefault(_read_id(feature, id_field), []).append(polygons)
            room -= corners
        except (ValueError, shapely.GEOSException) as error:
            problems.append(f"feature {number}: {error}")
            if len(problems) == MOST_PROBLEMS:
                break
    if problems:
        raise _broken(problems)
    return {area_id: tuple(polygons) for area_id, polygons in areas.items()}


def _broken(problems: list[str]) -> ContractError:
    return ContractError(f"areas: {'; '.join(problems)}", table="areas", problems=problems)


def _member(value: object, name: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object with {name!r}, got {type(value).__name__}")
    return value.get(name)


def _read_id(feature: object, id_field: str) -> str:
    value = _member(_member(feature, "properties"), id_field)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise ValueError(f"expected text or a whole number in {id_field!r}, got {value!r:.40}")
    return str(value).strip()


def _read_geometry(geometry: object, room: int) -> tuple[Any, int]:
    """Return a valid polygon or several, and the number of their corners."""
    kind, coordinates = _member(geometry, "type"), _member(geometry, "coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"expected a Polygon or MultiPolygon, got {kind!r:.40}")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings = [[_read_ring(ring) for ring in _filled(polygon)] for polygon in _filled(polygons)]
    corners = sum(len(ring) for polygon in rings for ring in polygon)
    if corners > room:
        raise ValueError(f"expected at most {MOST_POINTS} corners in all, got more")
    shape = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in rings])
    shape = shape if shape.is_valid else _polygonal(shapely.make_valid(shape))
    if not shape.area:
        raise ValueError("expected an area, got a line or a point")
    return shape, corners


def _filled(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list with something in it, got {value!r:.40}")
    return value


def _read_ring(ring: object) -> NDArray[np.float64]:
    """Return a ring's corners, longitude and latitude."""
    try:
        corners = np.array([corner[:2] for corner in _filled(ring)], dtype=np.float64)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise ValueError(f"expected a list of places, got {ring!r:.40}") from error
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 4:
        raise ValueError(f"expected a ring of four or more places, got {len(corners)}")
    # A NaN is not within the bounds either.
    if not (np.abs(corners) <= (180, 90)).all():
        raise ValueError("expected longitudes within 180 and latitudes within 90 degrees, got others")
    return corners


def _polygonal(shape: Any) -> Any:
    """Return the polygons of a shape without its stray lines and points."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _project(areas: Sequence[Any]) -> NDArray[np.object_]:
    """Return the areas on the square: degrees of longitude shortened as they are at this latitude."""
    if not areas:
        return np.array([], dtype=object)
    west, south, east, north = shapely.total_bounds(np.array(areas, dtype=object))
    narrowing = math.cos(math.radians((south + north) / 2))
    width, height = (east - west) * narrowing, north - south
    scale = SIDE / max(width, height)
    left, top = (SIDE - width * scale) / 2, (SIDE - height * scale) / 2

    def place(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        x = left + (degrees[:, 0] - west) * narrowing * scale
        y = top + (north - degrees[:, 1]) * scale
        return np.column_stack((x, y))

    return np.asarray(shapely.transform(np.array(areas, dtype=object), place))


def _rings(area: Any) -> Iterator[Ring]:
    """Return the rings of an area in whole numbers, largest polygon first."""
    polygons = sorted(_polygons(area), key=lambda part: (-part.area, part.bounds))
    for number, polygon in enumerate(polygons):
        if number and polygon.area < SPECK:
            return
        polygon = shapely.orient_polygons(polygon)
        yield _whole(polygon.exterior)
        holes = [hole for hole in polygon.interiors if shapely.Polygon(hole).area >= SPECK]
        yield from map(_whole, sorted(holes, key=lambda hole: hole.bounds))


def _polygons(area: Any) -> list[Any]:
    return [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]


def _whole(ring: Any) -> Ring:
    """Return the ring rounded, without repetition, from its least corner on."""
    rounded = np.rint(shapely.get_coordinates(ring)[:-1]).astype(int).tolist()
    corners = [tuple(corner) for number, corner in enumerate(rounded) if corner != rounded[number - 1]]
    if len(corners) < 3:
        corners = [tuple(corner) for corner in rounded]
    start = corners.index(min(corners))
    return tuple(corners[start:] + corners[:start])

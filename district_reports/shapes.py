"""GeoJSON of a source -> the outlines of a map, on a 0-1000 square, y pointing down."""

from __future__ import annotations

from collections.abc import Sequence

from district_reports.model import Record, Shape


class Outlines(Record):
    """The shapes found, and what was left out."""

    shapes: tuple[Shape, ...]
    """In the order asked for."""
    missing: tuple[str, ...]
    """Wanted ids that no area carries, in the order asked for."""
    ignored: tuple[str, ...]
    """Ids of the areas that were not asked for, sorted."""


def build_shapes(geojson: bytes, *, id_field: str, wanted: Sequence[str], id_width: int = 0) -> Outlines:
    """Return the simplified outlines of the wanted areas.

    Args:
        geojson: A feature collection of polygons, longitude and latitude in degrees.
        id_field: The property that holds an area's id.
        wanted: Ids of the areas to draw, padded.
        id_width: Ids are padded with zeros on the left to this width.

    Raises:
        ContractError: If it is no such collection.
    """
    raise NotImplementedError

"""The map of the synthetic city: invented areas, laid out like the schematic map of the districts.

Nothing here is a real boundary. Each district is the square at its `tile`, cut into rows (sectors) and columns (beats);
all corners come from one lattice of shaken points, so neighbours share their borders point by point and the map has
no gaps. It lies at longitude 0, latitude 0, in the sea.

What belongs here: the ids and shapes of the synthetic areas. What does not: the incidents in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from district_reports.config import Source
from district_reports.settings import Settings
from district_reports.sources.areas import canonical_areas
from district_reports.sources.sample_seed import seeded

TILE_DEGREES = 0.04
"""Side of a district, degrees; some 4 km."""

STEPS = 2
"""Lattice steps along each side of a beat: more than one, so that no border is a straight line."""

SHAKE = 0.25
"""How far a lattice point may leave its place, in steps. Under 0.5 two points cannot change places."""


class Beat(NamedTuple):
    """One synthetic beat: its id and its place in the district, counted from 0."""

    beat_id: str
    sector: int
    number: int


class Block(NamedTuple):
    """A rectangle of the lattice, in lattice steps."""

    top: int
    left: int
    height: int
    width: int


def list_beats(settings: Settings, district_id: str) -> tuple[Beat, ...]:
    """Return the beats of one district, sector by sector.

    A beat's id begins with the last `beat_district_digits` characters of the district's id; the number of its sector
    and its own number follow, both counted from 1. With no such digits it begins with the district's whole id.
    """
    sample, prefix = settings.sample, district_id[-settings.city.beat_district_digits :]
    return tuple(
        Beat(f"{prefix}{sector + 1}{number + 1}", sector, number)
        for sector in range(sample.sectors)
        for number in range(sample.beats_per_sector)
    )


def build_districts(settings: Settings, source: Source) -> bytes:
    """Return the synthetic districts as canonical GeoJSON."""
    lattice = build_lattice(settings)
    sectors, beats = settings.sample.sectors * STEPS, settings.sample.beats_per_sector * STEPS
    features = [
        build_feature(
            source,
            {"area_id": district.district_id, "district_id": district.district_id, "name": district.name},
            walk_block(lattice, Block(district.tile[0] * sectors, district.tile[1] * beats, sectors, beats)),
        )
        for district in settings.districts
    ]
    return canonical_areas({"type": "FeatureCollection", "features": features}, source)


def build_beats(settings: Settings, source: Source) -> bytes:
    """Return the synthetic beats as canonical GeoJSON."""
    lattice = build_lattice(settings)
    sample = settings.sample
    features = []
    for district in settings.districts:
        row, column = district.tile
        for beat in list_beats(settings, district.district_id):
            top = (row * sample.sectors + beat.sector) * STEPS
            left = (column * sample.beats_per_sector + beat.number) * STEPS
            properties = {"area_id": beat.beat_id, "district_id": district.district_id}
            features.append(build_feature(source, properties, walk_block(lattice, Block(top, left, STEPS, STEPS))))
    return canonical_areas({"type": "FeatureCollection", "features": features}, source)


def build_lattice(settings: Settings) -> npt.NDArray[np.float64]:
    """Return longitude and latitude (degrees) of all lattice points: rows from the north, columns from the west."""
    sample = settings.sample
    steps_down, steps_right = sample.sectors * STEPS, sample.beats_per_sector * STEPS
    rows = (max(district.tile[0] for district in settings.districts) + 1) * steps_down
    columns = (max(district.tile[1] for district in settings.districts) + 1) * steps_right
    shake = seeded(sample.seed, "map").uniform(-SHAKE, SHAKE, (rows + 1, columns + 1, 2))
    right = (np.arange(columns + 1)[np.newaxis, :] + shake[:, :, 0]) / steps_right
    down = (np.arange(rows + 1)[:, np.newaxis] + shake[:, :, 1]) / steps_down
    # Two gentle shears, one after the other, bend the grid; a shear moves no two points into one.
    right = right + 0.3 * np.sin(down * 1.3)
    down = down + 0.2 * np.sin(right * 1.7)
    # Rounded once and here, so that the two sides of a border are the same numbers.
    return np.round(np.stack([right, -down], axis=-1) * TILE_DEGREES, 6)


def walk_block(lattice: npt.NDArray[np.float64], block: Block) -> list[list[float]]:
    """Return the closed outer ring of a block, counterclockwise as GeoJSON asks."""
    bottom, right = block.top + block.height, block.left + block.width

    def path() -> Iterator[tuple[int, int]]:
        yield from ((row, block.left) for row in range(block.top, bottom))
        yield from ((bottom, column) for column in range(block.left, right))
        yield from ((row, right) for row in range(bottom, block.top, -1))
        yield from ((block.top, column) for column in range(right, block.left - 1, -1))

    return [[float(lattice[at][0]), float(lattice[at][1])] for at in path()]


def build_feature(source: Source, properties: dict[str, str], ring: list[list[float]]) -> dict[str, Any]:
    """Return one feature of one ring the way a portal sends it, properties under the portal's names."""
    return {
        "type": "Feature",
        "properties": {column.field: properties[name] for name, column in source.columns.items()},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }

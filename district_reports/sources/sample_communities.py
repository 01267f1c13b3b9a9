"""The communities of the synthetic city: which of its beats make up which community, and their shapes.

Only their ids come from `communities.toml`. Where they lie is invented: a path runs through all beats, row by row of
the schematic map, and is cut into pieces, so a community is a few beats side by side and may lie in two districts.

What belongs here: communities of beats, and their polygons. What does not: the incidents in them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from district_reports.config import Source
from district_reports.settings import Settings
from district_reports.sources.areas import canonical_areas
from district_reports.sources.sample_areas import STEPS, Block, build_feature, build_lattice, walk_block
from district_reports.sources.sample_seed import seeded
from district_reports.sources.sample_texts import Integers

NOWHERE = -1
"""Stands for no community."""

Point = tuple[float, float]


class _Cell(NamedTuple):
    """A beat: its number over all districts, and where it lies in the grid of all beats."""

    beat: int
    row: int
    column: int


def place_beats(settings: Settings) -> Integers:
    """Return the community of each beat, by its number in `communities.toml` counted from 0, or `NOWHERE`.

    Beats are numbered over all districts, in the order of the files.
    """
    found = np.full(len(settings.districts) * settings.sample.sectors * settings.sample.beats_per_sector, NOWHERE)
    for number, piece in _cut_path(settings):
        found[[cell.beat for cell in piece]] = number
    return found


def list_neighbours(settings: Settings) -> Integers:
    """Return for each community the next one along the path, in the order of the file; the last has the first."""
    numbers = [number for number, _ in _cut_path(settings)]
    neighbours = np.arange(len(settings.communities))
    neighbours[numbers] = np.roll(numbers, -1)
    return neighbours.astype(np.int64)


def build_communities(settings: Settings, source: Source) -> bytes:
    """Return the synthetic communities as canonical GeoJSON; those that no beat is left for are not among them."""
    lattice = build_lattice(settings)
    features = [
        build_feature(source, {source.key: settings.communities[number].area_id}, _outline(lattice, piece))
        for number, piece in _cut_path(settings)
    ]
    return canonical_areas({"type": "FeatureCollection", "features": features}, source)


def _cut_path(settings: Settings) -> list[tuple[int, list[_Cell]]]:
    """Return each community's number and its beats, in the order of the path."""
    stretches = _walk_city(settings)
    chance = seeded(settings.sample.seed, "communities")
    numbers = list(chance.permutation(len(settings.communities)))
    lengths = np.array([len(stretch) for stretch in stretches])
    pieces: list[list[_Cell]] = []
    for stretch, parts in zip(stretches, _apportion(len(numbers), lengths), strict=True):
        bounds = np.arange(parts + 1) * len(stretch) // max(parts, 1)
        if parts and len(stretch) >= 3 * parts:
            bounds[1:-1] += chance.integers(0, 2, parts - 1)
        pieces += [stretch[first:end] for first, end in zip(bounds[:-1], bounds[1:], strict=True)]
    return [(int(number), piece) for number, piece in zip(numbers, pieces, strict=False)]


def _apportion(parts: int, lengths: npt.NDArray[np.int64]) -> Integers:
    """Return how many parts each stretch is cut into, by its length; none into more than it has beats."""
    parts = min(parts, int(lengths.sum()))
    share = parts * lengths / lengths.sum()
    given = np.floor(share).astype(np.int64)
    # The lengths are whole, so what a floor leaves over never makes a stretch have more parts than beats.
    given[np.argsort(given - share, kind="stable")[: parts - int(given.sum())]] += 1
    return np.asarray(given, dtype=np.int64)


def _walk_city(settings: Settings) -> list[list[_Cell]]:
    """Return a path through all beats, in stretches: each beat of a stretch lies beside the one before."""
    sample = settings.sample
    by_tile = {district.tile: number for number, district in enumerate(settings.districts)}
    stretches: list[list[_Cell]] = []
    steps = 0
    for tile_row in sorted({row for row, _ in by_tile}):
        columns = sorted(column for row, column in by_tile if row == tile_row)
        for place, tile_column in enumerate(columns):
            if place == 0 or tile_column != columns[place - 1] + 1:
                stretches.append([])
            first = by_tile[tile_row, tile_column] * sample.sectors * sample.beats_per_sector
            for number in range(sample.beats_per_sector):
                down = range(sample.sectors) if steps % 2 == 0 else reversed(range(sample.sectors))
                stretches[-1] += [
                    _Cell(
                        first + sector * sample.beats_per_sector + number,
                        tile_row * sample.sectors + sector,
                        tile_column * sample.beats_per_sector + number,
                    )
                    for sector in down
                ]
                steps += 1
    return stretches


def _outline(lattice: npt.NDArray[np.float64], piece: list[_Cell]) -> list[list[float]]:
    """Return the closed outer ring of beats that lie side by side: the borders that only one of them has."""
    edges: set[tuple[Point, Point]] = set()
    for cell in piece:
        ring = walk_block(lattice, Block(cell.row * STEPS, cell.column * STEPS, STEPS, STEPS))
        edges |= {((here[0], here[1]), (there[0], there[1])) for here, there in pairwise(ring)}
    # A neighbour walks the border they share the other way round.
    follows = {here: there for here, there in edges if (there, here) not in edges}
    start = min(follows)
    path = [start, follows[start]]
    while path[-1] != start:
        path.append(follows[path[-1]])
    return [list(point) for point in path]

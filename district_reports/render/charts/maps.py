"""Maps: filled areas as polygons, or as a sketch of tiles; never points, never mirrored.

A tile always carries its area's name and number. In a polygon they stand where they fit: both, else the number alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import shapely

from district_reports.render.charts.canvas import Canvas, Drawing, Row
from district_reports.render.charts.measure import text_width, wrap
from district_reports.render.charts.theme import (
    ASCENT,
    COMPARED,
    LINE,
    PAPER,
    STEP_TEXT,
    WIDTH,
    assemble,
    boxes,
    datum,
    rows,
    step_fill,
    texts,
)
from district_reports.render.view_charts import MapArea, MapChart

Rings = tuple[tuple[tuple[int, int], ...], ...]

TALLEST = 380.0
"""Height of a map of polygons, pixels, unless its width ends it before."""
TILE_GAP = 3.0
MARGIN = 1.0
GRID = 9
"""Places tried across and down an area for its label."""


def build_polygons() -> alt.LayerChart:
    """Return the map of polygons without data."""
    areas = alt.Chart(rows("areas")).mark_geoshape(aria=False, clip=False, stroke=PAPER, strokeWidth=1.2)
    outline = alt.Chart(rows("outline")).mark_geoshape(aria=False, clip=False, filled=False, stroke=COMPARED)
    # The outlines come in pixels already: projecting them means leaving them as they are.
    as_is: dict[str, Any] = {"type": "identity", "scale": 1, "translate": [0, 0]}
    return assemble(boxes(), areas.encode(fill=step_fill()).project(**as_is), outline.project(**as_is), texts())


def build_tiles() -> alt.LayerChart:
    """Return the map of tiles without data."""
    tiles = alt.Chart(rows("tiles")).mark_rect(aria=False)
    return assemble(
        boxes(),
        tiles.encode(x=datum("x"), x2=datum("x2"), y=datum("y"), y2=datum("y2"), fill=step_fill()),
        texts(),
    )


def lay_out_tiles(chart: MapChart, canvas: Canvas) -> Drawing:
    """Return the drawing of a map of tiles."""
    top = canvas.draw_banner(canvas.draw_steps(chart.step_words, 0))
    first_row = min((area.tile[0] for area in chart.areas), default=0)
    first_column = min((area.tile[1] for area in chart.areas), default=0)
    across = max((area.tile[1] for area in chart.areas), default=0) - first_column + 1
    down = max((area.tile[0] for area in chart.areas), default=-1) - first_row + 1
    width = min((WIDTH + TILE_GAP) / across - TILE_GAP, 104)
    left = (WIDTH - across * (width + TILE_GAP) + TILE_GAP) / 2
    lines = {area.area_id: wrap(area.label, width - 6) for area in chart.areas}
    height = (max(map(len, lines.values()), default=0) + 1) * LINE + 7
    tiles: list[Row] = []
    for area in chart.areas:
        x = left + (area.tile[1] - first_column) * (width + TILE_GAP)
        y = top + (area.tile[0] - first_row) * (height + TILE_GAP)
        edges = {"x": x, "x2": x + width, "y": y, "y2": y + height}
        tiles.append({name: round(edge, 2) for name, edge in edges.items()} | {"step": area.step})
        text_top = y + (height - (len(lines[area.area_id]) + 1) * LINE) / 2 + 1.5
        _write_area(lines[area.area_id], area, x + width / 2, text_top, canvas)
    return canvas.finish(top + down * (height + TILE_GAP), tiles=tiles)


def lay_out_polygons(chart: MapChart, canvas: Canvas) -> Drawing:
    """Return the drawing of a map of polygons; areas without an outline are not in it."""
    top = canvas.draw_banner(canvas.draw_steps(chart.step_words, 0))
    areas = [area for area in chart.areas if area.rings]
    if not areas:
        return canvas.finish(top, areas=[], outline=[])
    points = np.array([point for area in areas for ring in area.rings for point in ring], dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.maximum(high - low, 1)
    scale = float(min((WIDTH - 2 * MARGIN) / size[0], (TALLEST - 2 * MARGIN) / size[1]))
    offset = np.array([(WIDTH - size[0] * scale) / 2, top + MARGIN]) - low * scale
    for area in areas:
        _label_area(area, scale, offset, canvas)
    features = [_feature(area.rings, scale, offset) | {"step": area.step} for area in areas]
    outline = _feature(find_outline(tuple(area.rings for area in areas)), scale, offset)
    return canvas.finish(top + 2 * MARGIN + size[1] * scale, areas=features, outline=[outline])


def _feature(rings: Rings, scale: float, offset: np.ndarray[Any, Any]) -> Row:
    """Return the rings as one polygon in pixels."""
    placed = [np.round(np.array(ring) * scale + offset, 1).tolist() for ring in rings]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in placed]}
    return {"type": "Feature", "geometry": geometry}


def _label_area(area: MapArea, scale: float, offset: np.ndarray[Any, Any], canvas: Canvas) -> None:
    """Write name and number into the area where they fit; else the number alone; else nothing."""
    wide = text_width(area.text, is_bold=True)
    both = max(wide, text_width(area.label))
    for lines, width in (([area.label], both), ([], wide)):
        height = (len(lines) + 1) * LINE - 3
        place = find_place(area.rings, (width + 3) / scale, height / scale)
        if place:
            x, y = place[0] * scale + offset[0], place[1] * scale + offset[1]
            _write_area(lines, area, float(x), float(y - height / 2), canvas)
            return


def _write_area(lines: list[str], area: MapArea, x: float, y: float, canvas: Canvas) -> None:
    # `turn` undoes the canvas's own turning: a map is never mirrored.
    middle, fill = canvas.turn(x), STEP_TEXT[area.step]
    y = canvas.write_lines(lines, middle, y, "middle", fill=fill)
    canvas.write(area.text, middle, y + ASCENT, "middle", bold=True, fill=fill)


@lru_cache(maxsize=256)
def find_outline(areas: tuple[Rings, ...]) -> Rings:
    """Return the rings around all areas together: on paper the palest areas would end nowhere."""
    united = shapely.union_all([polygon for polygon in map(_polygon, areas) if polygon is not None])
    polygons = [part for part in shapely.get_parts(united) if part.geom_type == "Polygon"]
    rings = (ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors))
    return tuple(tuple((round(x), round(y)) for x, y in shapely.get_coordinates(ring).tolist()[:-1]) for ring in rings)


def _polygon(rings: Rings) -> Any:
    """Return the area inside the rings, each of which may also be a hole or lie apart; None if there is none."""
    rings = tuple(ring for ring in rings if len(ring) > 2)
    return shapely.make_valid(shapely.Polygon(rings[0], rings[1:])) if rings else None


@lru_cache(maxsize=2048)
def find_place(rings: Rings, width: float, height: float) -> tuple[float, float] | None:
    """Return the middle of a box of this size inside the area, as far from its edges as can be; None if none fits."""
    outline = _polygon(rings)
    if outline is None:
        return None
    left, top, right, bottom = outline.bounds
    if right - left < width or bottom - top < height:
        return None
    across = np.linspace(left + width / 2, right - width / 2, GRID)
    down = np.linspace(top + height / 2, bottom - height / 2, GRID)
    xs, ys = (values.ravel() for values in np.meshgrid(across, down))
    shapely.prepare(outline)
    places = shapely.box(xs - width / 2, ys - height / 2, xs + width / 2, ys + height / 2)
    fits = shapely.contains(outline, places)
    if not fits.any():
        return None
    distance = np.where(fits, shapely.distance(shapely.points(xs, ys), outline.boundary), -1)
    best = int(np.argmax(distance))
    return float(xs[best]), float(ys[best])

"""Finding a district: a map of filled areas, all districts by name, and by community area."""

from __future__ import annotations

import re

import shapely

from district_reports.model import Shape
from district_reports.publish.site_frame import Site, relative
from district_reports.publish.site_reports import place_page
from district_reports.publish.site_view import Area, Community, Link
from district_reports.render.i18n import Words

_BRACKETS = re.compile(r"(?P<name>[^()]+?)\s*\((?P<rest>[^()]*)\)\s*")


def draw_areas(site: Site, words: Words, page: str) -> tuple[Area, ...]:
    """Return the map's areas, in the order of the districts; none where there are no outlines."""
    shapes = {shape.area_id: shape for shape in site.shapes}
    found = []
    for district_id in site.settings.district_ids:
        shape = shapes.get(district_id)
        if shape is None or not shape.rings:
            continue
        x, y = _middle(shape)
        found.append(
            Area(
                path=_commands(shape),
                x=x,
                y=y,
                number=district_id.lstrip("0") or district_id,
                name=site.place_name(words, district_id),
                href=relative(page, place_page(words.language.tag, district_id)),
            )
        )
    return tuple(found)


def _commands(shape: Shape) -> str:
    return "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in shape.rings)


def _middle(shape: Shape) -> tuple[int, int]:
    """Return where a number stands best: the middle of the largest circle inside the area."""
    parts = [shapely.Polygon(ring) for ring in shape.rings if len(ring) > 2]
    largest = max(parts, key=lambda part: part.area)
    holes = [part.exterior for part in parts if part is not largest and largest.contains(part)]
    whole = shapely.Polygon(largest.exterior, holes)
    if not whole.is_valid or not whole.area:
        x, y = shape.rings[0][0]
        return x, y
    start = shapely.get_coordinates(shapely.maximum_inscribed_circle(whole, tolerance=2))[0]
    return round(start[0]), round(start[1])


def list_districts(site: Site, words: Words, page: str, here: str = "") -> tuple[Link, ...]:
    """Return links to all districts, in the order of the config."""
    return tuple(
        Link(
            label=site.place_name(words, place),
            href=relative(page, place_page(words.language.tag, place)),
            is_here=place == here,
        )
        for place in site.settings.district_ids
    )


def list_communities(site: Site, words: Words, page: str) -> tuple[Community, ...]:
    """Return the community areas in the order of the alphabet, each with its districts.

    What the config says of a part in its own words is told as "in part", in every language.
    """
    first = site.settings.languages[0].tag
    found: dict[str, list[Link]] = {}
    for district in site.settings.districts:
        for text in district.communities:
            label = site.place_name(words, district.district_id)
            names, is_part = _read_community(text)
            if is_part:
                label = words.text("site.home.part", place=label)
            href = relative(page, place_page(words.language.tag, district.district_id))
            for name in names:
                found.setdefault(name, []).append(Link(label=label, href=href))
    return tuple(
        Community(name=name, language=first, links=tuple(found[name])) for name in sorted(found, key=_sort_key)
    )


def _read_community(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the names under which people look for an area, and whether the district has only a part of it.

    In brackets stands either the name that people say (`Lower West Side (Pilsen)`) or which part it is (`(north)`).
    """
    match = _BRACKETS.fullmatch(text)
    if match is None:
        return (text,), False
    if match["rest"][:1].isupper():
        return (text, f"{match['rest']} ({match['name']})"), False
    return (match["name"],), True


def _sort_key(name: str) -> tuple[str, str]:
    return name.casefold(), name

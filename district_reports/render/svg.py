"""SVG pictures: made small, with ids of their own, and parted from their words.

Vega's picture is a deep tree that repeats itself. Ours is flat: paths and texts at absolute places, in groups that
say their looks once. What belongs here: the form of the picture. What does not: what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from lxml import etree

from district_reports.errors import RenderError
from district_reports.render.edge import anchor, plain
from district_reports.render.svg_path import read_path, tenths, write_path

NS = "{http://www.w3.org/2000/svg}"
LOOKS = ("fill", "stroke", "stroke-width", "text-anchor", "font-weight", "font-size")
"""What an element may say about its looks; the rest of Vega's attributes says nothing about ours."""
UNSEEN = (None, "none", "transparent")
BOLD = ("bold", "600", "700")
OPPOSITE = {"start": "end", "end": "start", "middle": "middle"}

PATTERNS = {
    "hatch": {"width": "6", "height": "6", "d": "M0 0v6", "stroke": "#8593A1", "stroke-width": "1.6"},
    "band": {"width": "9", "height": "9", "d": "M0 0v9", "stroke": "#C3CCD5", "stroke-width": "7"},
}
"""Diagonal stripes: the hatch says "no data", the band lies under the banner."""

_MOVE = re.compile(r"(translate|rotate)\(([^)]*)\)")
_NUMBER = re.compile(r"[-+.\deE]+")
_POINTER = re.compile(r"url\(#([\w-]+)\)")


class SvgLabel(NamedTuple):
    """One line of text of a picture, at its absolute place."""

    x: float
    """Pixels from the left edge of the picture."""
    y: float
    """Pixels from the top edge to the baseline."""
    angle: float
    """Degrees, clockwise, around (x, y)."""
    text: str
    anchor: str
    """Which point of the text stands at (x, y): `start` is its left end in every script, `middle`, `end` its right."""
    size: float
    """Pixels."""
    is_bold: bool
    fill: str
    """Colour, `#rrggbb`."""


class SplitSvg(NamedTuple):
    """A picture without its words, and the words."""

    svg: str
    labels: tuple[SvgLabel, ...]
    width: float
    """Pixels."""
    height: float
    """Pixels."""


class _Leaf(NamedTuple):
    """A drawn element: its looks, and either a path or a text with its place."""

    looks: tuple[tuple[str, str], ...]
    path: str
    text: str
    place: tuple[float, float, float]
    """x, y, angle; texts only."""


def finish_svg(raw: str, texts: Sequence[str], *, prefix: str, is_rtl: bool) -> str:
    """Return Vega's picture in our form, its texts put in.

    Args:
        raw: Vega's picture; the description of a text mark, `t7`, tells which text belongs there.
        texts: The texts, plain.
        prefix: Goes before every id.
        is_rtl: Whether the texts run from right to left; they then start at their right end.

    Raises:
        RenderError: If the picture holds anything our charts do not draw.
    """
    root = _parse(raw)
    try:
        leaves = list(_leaves(root, texts, (("fill", "none"),), (0.0, 0.0)))
    except (ValueError, IndexError) as error:
        raise _problem(f"{prefix}: {error}") from error
    size = root.get("viewBox") or f"0 0 {root.get('width')} {root.get('height')}"
    out = etree.Element("svg", {"viewBox": size}, xmlns=NS[1:-1])
    sizes = [size for leaf in leaves for name, size in leaf.looks if name == "font-size"]
    common = max(sorted(set(sizes)), key=sizes.count, default="")
    if common:
        out.set("font-size", common)
    if is_rtl:
        out.set("direction", "rtl")
    _write_leaves(out, leaves, common, is_rtl)
    _own_patterns(out, anchor(prefix))
    return etree.tostring(out, encoding="unicode")


def _parse(svg: str) -> etree._Element:
    try:
        return etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise _problem(f"expected well-formed svg, got {error}") from error


def _problem(message: str) -> RenderError:
    return RenderError(f"picture: {message}", template="svg", language="")


def _leaves(
    element: etree._Element, texts: Sequence[str], looks: tuple[tuple[str, str], ...], at: tuple[float, float]
) -> Iterator[_Leaf]:
    """Return what is drawn under an element, in order, each at its absolute place."""
    own = {name: str(element.attrib[name]) for name in LOOKS if name in element.attrib}
    looks = tuple((dict(looks) | own).items())
    dx, dy, angle = _move(element.get("transform", ""))
    x, y = at[0] + dx, at[1] + dy
    tag = element.tag
    if tag in (f"{NS}svg", f"{NS}g"):
        for child in element:
            yield from _leaves(child, texts, looks, (x, y))
    elif tag == f"{NS}text":
        text = texts[int(element.get("aria-label", "")[1:])]
        if text:
            yield _Leaf(_text_looks(looks), "", plain(text), (x, y, angle))
    elif tag in (f"{NS}path", f"{NS}line", f"{NS}rect"):
        path, seen = write_path(read_path(_path(element), x, y)), dict(looks)
        if path and (seen.get("fill") not in UNSEEN or seen.get("stroke") not in UNSEEN):
            yield _Leaf(_path_looks(seen), path, "", (0, 0, 0))
    else:
        raise ValueError(f"expected groups, paths, lines and texts, got {tag}")


def _move(transform: str) -> tuple[float, float, float]:
    x, y, angle = 0.0, 0.0, 0.0
    for name, arguments in _MOVE.findall(transform):
        numbers = [float(number) for number in _NUMBER.findall(arguments)]
        if name == "rotate":
            angle = numbers[0]
        else:
            x, y = x + numbers[0], y + (numbers[1] if len(numbers) > 1 else 0)
    return x, y, angle


def _path(element: etree._Element) -> str:
    if element.tag == f"{NS}line":
        return f"M0,0L{element.get('x2', '0')},{element.get('y2', '0')}"
    if element.tag == f"{NS}rect":
        width, height = element.get("width", "0"), element.get("height", "0")
        return f"M{element.get('x', '0')},{element.get('y', '0')}h{width}v{height}h-{width}Z"
    return element.get("d", "")


def _text_looks(looks: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    kept = {name: value.removesuffix("px") for name, value in looks if not name.startswith("stroke")}
    if kept.get("font-weight") not in BOLD:
        kept.pop("font-weight", None)
    return tuple(sorted(kept.items()))


def _path_looks(looks: dict[str, str]) -> tuple[tuple[str, str], ...]:
    kept = {"fill": looks["fill"]}
    if looks.get("stroke") not in UNSEEN:
        kept["stroke"] = looks["stroke"]
        if looks.get("stroke-width", "1") != "1":
            kept["stroke-width"] = looks["stroke-width"]
    return tuple(kept.items())


def _write_leaves(out: etree._Element, leaves: list[_Leaf], common_size: str, is_rtl: bool) -> None:
    """Add the elements; neighbours of the same looks share one path, or one group of texts."""
    for (looks, is_text), run in groupby(leaves, key=lambda leaf: (leaf.looks, bool(leaf.text))):
        attributes = dict(looks)
        if not is_text:
            etree.SubElement(out, "path", {"d": "".join(leaf.path for leaf in run)} | attributes)
            continue
        if attributes.get("font-size") == common_size:
            del attributes["font-size"]
        side = attributes.pop("text-anchor", "start")
        side = OPPOSITE[side] if is_rtl else side
        if side != "start":
            attributes["text-anchor"] = side
        group = etree.SubElement(out, "g", attributes)
        for leaf in run:
            _write_text(group, leaf)


def _write_text(group: etree._Element, leaf: _Leaf) -> None:
    x, y, angle = leaf.place
    place = {"x": tenths(round(10 * x)), "y": tenths(round(10 * y))}
    if angle:
        place["transform"] = f"rotate({angle:g} {place['x']} {place['y']})"
    etree.SubElement(group, "text", place).text = leaf.text


def _own_patterns(out: etree._Element, prefix: str) -> None:
    """Put in the patterns the picture uses, under ids no other picture has."""
    used = set()
    for element in out.iter("path"):
        for name in _POINTER.findall(element.get("fill", "")):
            used.add(name)
            element.set("fill", f"url(#{prefix}-{name})")
    if not used:
        return
    definitions = etree.Element("defs")
    out.insert(0, definitions)
    for name in sorted(used):
        stripe = dict(PATTERNS[name])
        size = {"width": stripe.pop("width"), "height": stripe.pop("height")}
        more = {"patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}
        pattern = etree.SubElement(definitions, "pattern", {"id": f"{prefix}-{name}"} | size | more)
        etree.SubElement(pattern, "path", stripe)


def split_labels(svg: str) -> SplitSvg:
    """Return the picture without text, and its texts with their places, for print to set in its own fonts.

    Args:
        svg: A picture of ours, from `finish_svg`.

    Raises:
        RenderError: If it is not well-formed or has no size.
    """
    root = _parse(svg)
    size = (root.get("viewBox") or "").split()
    if len(size) != 4:
        raise _problem(f"expected a viewBox of four numbers, got {root.get('viewBox')!r}")
    labels = []
    for text in list(root.iter(f"{NS}text")):
        labels.append(_label(text))
        parent = text.getparent()
        if parent is None:
            continue
        parent.remove(text)
        grandparent = parent.getparent()
        if not len(parent) and grandparent is not None:
            grandparent.remove(parent)
    return SplitSvg(etree.tostring(root, encoding="unicode"), tuple(labels), float(size[2]), float(size[3]))


def _label(text: etree._Element) -> SvgLabel:
    looks: dict[str, str] = {}
    for element in (text, *text.iterancestors()):
        looks = {str(name): str(value) for name, value in element.attrib.items()} | looks
    side = looks.get("text-anchor", "start")
    return SvgLabel(
        x=float(text.get("x", "0")),
        y=float(text.get("y", "0")),
        angle=_move(text.get("transform", ""))[2],
        text="".join(str(part) for part in text.itertext()),
        anchor=OPPOSITE[side] if looks.get("direction") == "rtl" else side,
        size=float(looks["font-size"]),
        is_bold=looks.get("font-weight") in BOLD,
        fill=looks.get("fill", "#000000"),
    )

"""Our own charts, set into a web page.

The chart is read as XML and written anew from a short list of what may stand in it. So nothing that is not drawing
reaches the page, whatever a label held: no script, no link, no foreign markup, no file from elsewhere, no style that
the page's policy would refuse. What belongs here: that gate. What does not: drawing.
"""

from __future__ import annotations

import re

from lxml import etree
from markupsafe import Markup, escape

from district_reports.render.edge import plain

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_SHAPES = ("path", "rect", "line", "circle", "ellipse", "polyline", "polygon", "text", "tspan")
_FILLS = ("clipPath", "mask", "marker", "pattern", "linearGradient", "radialGradient", "stop")
_ELEMENTS = frozenset(("svg", "g", "defs", "symbol", "use", *_SHAPES, *_FILLS))
_DROPPED = re.compile(r"class|role|version|aria-.*|\{.*\}.*")
"""Said by the figure instead, or without meaning in a page. A link in another namespace is checked before."""
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_POINTER = re.compile(r"(?:url|src|image|image-set|element)\(\s*(.?)", re.IGNORECASE)


def render_inline(svg: str, *, prefix: str) -> Markup:
    """Return the chart as an element of a page: hidden from screen readers, its ids made its own.

    Args:
        svg: One `<svg>` with a `viewBox`, from our chart book.
        prefix: Goes before every id in it, so that two charts of one page do not share a gradient.

    Raises:
        ValueError: If it is not well-formed, or holds anything but drawing.
    """
    root = _parse(svg)
    if root.tag != f"{{{_SVG}}}svg" or not root.get("viewBox"):
        raise ValueError(f"expected an svg element with a viewBox, got {root.tag!r:.60}")
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return Markup("".join(_written(root, prefix, is_root=True)))


def _parse(svg: str) -> etree._Element:
    # A document type could define entities; a comment or an instruction is read differently by HTML.
    if "<!" in svg or "<?" in svg:
        raise ValueError("expected a bare svg element, got a declaration, comment or instruction")
    try:
        return etree.fromstring(plain(svg).encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"expected well-formed svg, got {error}") from error


def _written(element: etree._Element, prefix: str, *, is_root: bool = False) -> list[str]:
    name = etree.QName(element)
    if name.namespace != _SVG or name.localname not in _ELEMENTS or (name.localname == "svg" and not is_root):
        raise ValueError(f"expected only drawing elements, got {name.localname!r:.40}")
    attributes = "".join(_attribute(str(key), str(value), prefix, is_root) for key, value in element.attrib.items())
    written = [f"<{name.localname}{attributes}>", str(escape(plain(element.text or "")))]
    for child in element:
        written += _written(child, prefix)
        written.append(str(escape(plain(child.tail or ""))))
    written.append(f"</{name.localname}>")
    return written


def _attribute(name: str, value: str, prefix: str, is_root: bool) -> str:
    if name in ("href", _XLINK_HREF):
        if not value.startswith("#"):
            raise ValueError(f"expected a link to a part of the chart, got {value!r:.60}")
        return f' href="#{escape(prefix + plain(value[1:]))}"'
    is_ours = is_root and name == "aria-hidden"
    if _DROPPED.fullmatch(name) and not is_ours:
        return ""
    if not _ATTRIBUTE.fullmatch(name) or name.lower().startswith("on") or name.lower() in ("style", "src"):
        raise ValueError(f"expected only drawing attributes, got {name!r:.40}")
    if "\\" in value or any(match[1] != "#" for match in _POINTER.finditer(value)):
        raise ValueError(f"expected a reference to a part of the chart, got {value!r:.60}")
    if name == "id":
        value = prefix + value
    return f' {name}="{escape(plain(value.replace("url(#", f"url(#{prefix}")))}"'

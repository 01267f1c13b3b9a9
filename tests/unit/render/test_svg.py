from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from district_reports.errors import RenderError
from district_reports.render.svg import SvgLabel, finish_svg, split_labels
from district_reports.render.svg_path import read_path, tenths, write_path

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" class="marks" width="100" height="50" viewBox="0 0 100 50">'
RAW = (
    f'{HEAD}<rect width="100" height="50" fill="transparent"/>'
    '<g fill="none" transform="translate(10,5)"><g class="root" role="graphics-object"><g transform="translate(0,0)">'
    '<path class="background" aria-hidden="true" d="M0.5,0.5h10v10h-10Z"/>'
    '<path d="M1,2h3v4h-3Z" fill="#0B4F8A"/><path d="M5,2h3v4h-3Z" fill="#0B4F8A"/>'
    '<path d="M9,2h3.04v4h-3.04Z" fill="url(#hatch)"/>'
    '<line transform="translate(0,20)" x2="30" y2="0" stroke="#D5DCE3" stroke-width="1" opacity="1"/>'
    '<text aria-label="t0" text-anchor="start" transform="translate(1,9.26) rotate(-90)" font-family="x"'
    ' font-size="11.5px" font-weight="bold" fill="#1B2733"></text>'
    '<text aria-label="t1" text-anchor="end" transform="translate(2,3)" font-size="11.5px" font-weight="normal"'
    ' fill="#51606E"></text></g></g></g></svg>'
)


def test_the_picture_is_flat_and_says_each_look_once() -> None:
    svg = finish_svg(RAW, ["one & two", "three"], prefix="Trend of_it", is_rtl=False)
    assert svg == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" font-size="11.5"><defs>'
        '<pattern id="trend-of-it-hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path d="M0 0v6" stroke="#8593A1" stroke-width="1.6"/></pattern></defs>'
        '<path d="M11 7h3v4h-3zM15 7h3v4h-3z" fill="#0B4F8A"/><path d="M19 7h3v4h-3z" fill="url(#trend-of-it-hatch)"/>'
        '<path d="M10 25h30" fill="none" stroke="#D5DCE3"/>'
        '<g fill="#1B2733" font-weight="bold"><text x="11" y="14.3" transform="rotate(-90 11 14.3)">one &amp; two'
        "</text></g>"
        '<g fill="#51606E" text-anchor="end"><text x="12" y="8">three</text></g></svg>'
    )


@pytest.mark.parametrize("is_rtl", [False, True])
def test_labels_come_back_at_their_places_whichever_way_the_text_runs(is_rtl: bool) -> None:
    split = split_labels(finish_svg(RAW, ["one & two", "three"], prefix="x", is_rtl=is_rtl))
    assert split.labels == (
        SvgLabel(11, 14.3, -90, "one & two", "start", 11.5, True, "#1B2733"),
        SvgLabel(12, 8, 0, "three", "end", 11.5, False, "#51606E"),
    )
    assert (split.width, split.height) == (100, 50)
    assert "<text" not in split.svg
    assert [child.tag.split("}")[1] for child in etree.fromstring(split.svg)] == ["defs", "path", "path", "path"]


def test_texts_of_a_right_to_left_picture_start_at_their_right_end() -> None:
    svg = finish_svg(RAW, ["one", "two"], prefix="x", is_rtl=True)
    assert 'direction="rtl"' in svg
    assert svg.index('text-anchor="end"') < svg.index(">one<") < svg.index(">two<")
    assert svg.count("text-anchor") == 1


def test_an_empty_text_leaves_nothing() -> None:
    assert "<text" not in finish_svg(RAW, ["", ""], prefix="x", is_rtl=False)


@pytest.mark.parametrize(
    "body",
    [
        '<circle r="3"/>',
        '<path d="M0,0C1,1,2,2,3,3" fill="red"/>',
        '<text aria-label="t9"/>',
        '<text aria-label=""/>',
        "<g>",
    ],
)
def test_what_our_charts_do_not_draw_is_refused(body: str) -> None:
    with pytest.raises(RenderError, match="picture: "):
        finish_svg(f"{HEAD}{body}</svg>", ["one"], prefix="x", is_rtl=False)


@pytest.mark.parametrize("svg", ["", "<svg>", "<svg/>", '<svg viewBox="0 0 1"/>'])
def test_a_picture_without_a_size_is_refused(svg: str) -> None:
    with pytest.raises(RenderError, match="picture: expected"):
        split_labels(svg)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (5, ".5"), (-5, "-.5"), (10, "1"), (-120, "-12"), (1234, "123.4")]
)
def test_numbers_take_few_signs(number: int, text: str) -> None:
    assert tenths(number) == text


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M1,2L3,2L3,9L1,2Z", "M1 2h2v7z"),
        ("M0.04,0.06l.5,-1h2H5V0v3", "M0 .1l.5-1h2h2.5v.9v3"),
        ("M1 1 2 2 3 1", "M1 1l1 1l1-1"),
        ("m1 1 2 2", "M1 1l2 2"),
        ("", ""),
    ],
)
def test_paths_are_told_in_short_steps(path: str, short: str) -> None:
    assert write_path(read_path(path)) == short


@pytest.mark.parametrize("path", ["L1,1", "M0,0A1,1,0,0,0,2,2", "M0,0Q1,1,2,2"])
def test_curves_and_paths_without_a_start_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="expected straight lines"):
        read_path(path)


Corner = st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999))


@given(st.lists(Corner, min_size=2, max_size=9, unique=True), st.booleans())
def test_a_written_path_reads_as_the_same_places(corners: list[tuple[int, int]], is_closed: bool) -> None:
    assert read_path(write_path([(corners, is_closed)])) == [(corners, is_closed)]

"""What a page says, in one language, ready to be set: every text final, every number formatted.

A `Page` is built once from a dossier and a language; the HTML and the print template both set it and compute
nothing. All texts are plain (no markup): the templates escape them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from district_reports.model import Direction, Record


class Table(Record):
    """A small table; the first cell of each row is its header."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class TrendPoint(Record):
    """One quarter of a trend chart."""

    label: str
    """Short name of the quarter, for the axis; may hold a line break."""
    value: int | None
    text: str
    """The number as printed; empty without a value."""
    is_now: bool
    is_same_season: bool
    """The same quarter of an earlier year, or the quarter at hand."""


class TrendChart(Record):
    """Counts by quarter."""

    kind: Literal["trend"] = "trend"
    points: tuple[TrendPoint, ...]
    same_season_word: str
    """Legend of the marked quarters."""
    other_word: str
    no_data_word: str


class PairBar(Record):
    """Two numbers of one kind, side by side."""

    label: str
    first: float | None
    second: float | None
    first_text: str
    second_text: str


class PairChart(Record):
    """Horizontal bars in pairs: now and a year before, or here and the city."""

    kind: Literal["pairs"] = "pairs"
    bars: tuple[PairBar, ...]
    first_word: str
    second_word: str
    axis_word: str


class HourCell(Record):
    """One hour of one weekday."""

    weekday: int
    hour: int
    value: int
    step: int
    """0 (least) to 4 (most)."""


class HourChart(Record):
    """Hour by weekday."""

    kind: Literal["hours"] = "hours"
    cells: tuple[HourCell, ...]
    weekday_names: tuple[str, ...]
    """Seven short names, Monday first."""
    hour_names: tuple[str, ...]
    """Twenty-four short names."""
    step_words: tuple[str, ...]
    """What each step stands for, least first; at most five."""


class MapArea(Record):
    """One area of a map."""

    area_id: str
    label: str
    value: int
    text: str
    step: int
    rings: tuple[tuple[tuple[int, int], ...], ...]
    """On a 0-1000 square, y pointing down; empty in a tile map."""
    tile: tuple[int, int]
    """Row and column; used in a tile map."""


class MapChart(Record):
    """Filled areas; never points."""

    kind: Literal["map"] = "map"
    form: Literal["polygons", "tiles"]
    areas: tuple[MapArea, ...]
    step_words: tuple[str, ...]


Chart = Annotated[TrendChart | PairChart | HourChart | MapChart, Field(discriminator="kind")]


class Figure(Record):
    """A chart with everything that goes with it."""

    figure_id: str
    chart: Chart
    title: str
    """The finding, a whole sentence."""
    subtitle: str
    """What, where, when, unit."""
    alt: str
    table: Table
    notes: tuple[str, ...]
    source: str


class KeyFact(Record):
    """One number of the first screen."""

    metric_id: str
    label: str
    number: str
    direction: Direction
    word: str
    compared_with: tuple[str, ...]


class BarRow(Record):
    """One row of a table whose numbers are also drawn as bars."""

    label: str
    text: str
    """The number as printed, or the words that stand for it."""
    length: float | None
    """Of the bar, 0-1 of the table's width; None: no bar."""
    is_muted: bool = False
    """Greyed and hatched: too early, or from a source that stopped."""


class BarTable(Record):
    """A picture that is a table: each row a label, a bar and its number. Drawn by the templates, not by the charts."""

    table_id: str
    """Distinct in the page; letters, digits and hyphens."""
    caption: str
    """What, where, when, unit."""
    head: tuple[str, str]
    """Of the labels and of the numbers."""
    rows: tuple[BarRow, ...]
    notes: tuple[str, ...] = ()
    source: str = ""


class Entry(Record):
    """One entry of a list of places to look: what, a sentence, and an address."""

    label: str
    detail: str
    url: str = ""
    remark: str = ""
    """"To be verified", or empty."""


class Section(Record):
    """A part of the report: the question it answers, the answer, then the pictures."""

    section_id: str
    question: str
    answer: str
    """Empty where the figure's title already is the answer."""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    points: tuple[str, ...] = ()
    """A list of sentences."""
    bars: tuple[BarTable, ...] = ()
    notices: tuple[str, ...] = ()
    """What a reader must know before the numbers: a source that is missing or stopped, and where to look."""
    entries: tuple[Entry, ...] = ()


class ContactLine(Record):
    """One entry of the contact block."""

    label: str
    number: str
    url: str
    detail: str
    remark: str
    """"To be verified", or empty."""


class Link(Record):
    """A link with its text; `lang` and `is_current` for the language switch."""

    text: str
    href: str
    lang: str = ""
    is_current: bool = False


class SourceLine(Record):
    """One source with its as-of date."""

    title: str
    detail: str
    url: str


class Labels(Record):
    """Words of the page's own furniture."""

    skip_to_content: str
    languages: str
    key_facts: str
    show_table: str
    contents: str
    appendix: str
    appendix_intro: str
    tables_heading: str
    sources_heading: str
    page_of: str
    """Holds `{page}` and `{pages}`, which the print template fills."""
    translation_unreviewed: str
    """Empty when the catalogue has been reviewed."""
    continued_in_appendix: str


class Page(Record):
    """One edition: everything a template sets."""

    language: str
    direction: Literal["ltr", "rtl"]
    region: str
    font: str
    city_name: str
    publisher: str
    edition_line: str
    title: str
    """One or two sentences: the h1."""
    document_title: str
    """Title of the file: district, quarter."""
    dates_line: str
    banners: tuple[str, ...]
    """"Sample data, not real figures"; "Preview". Must stand at top, foot and on every chart."""
    languages: tuple[Link, ...]
    key_facts: tuple[KeyFact, ...]
    key_facts_note: str
    sections: tuple[Section, ...]
    """In the resident's order: violence, property, kinds, when, where, beside the city."""
    more: tuple[Section, ...]
    """What goes beyond counts of crimes, in the resident's order; after the sheets that stand alone."""
    corrections: tuple[str, ...]
    """Errors of ours, set right; on the first page, one sentence each."""
    limits: Section
    contacts: tuple[ContactLine, ...]
    contacts_heading: str
    contacts_intro: str
    arrests: Section
    notes: Section
    method: Section
    sources: tuple[SourceLine, ...]
    data: Section
    data_links: tuple[Link, ...]
    district_links: tuple[Link, ...]
    """All districts, in the city's report; the city, in a district's."""
    district_links_heading: str
    report_date: str
    """ISO date of the report; makes the PDF's time stamp."""
    labels: Labels

    @property
    def further(self) -> tuple[Section, ...]:
        """What follows the sheets that stand alone: `more`, with the arrests after the outcomes, else last."""
        outcomes = [place for place, section in enumerate(self.more, start=1) if section.section_id == "outcomes"]
        cut = outcomes[0] if outcomes else len(self.more)
        return (*self.more[:cut], self.arrests, *self.more[cut:])

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in reading order; each needs a chart of its `figure_id`."""
        parts = (*self.sections, *self.further, self.limits, self.notes, self.method, self.data)
        return tuple(figure for part in parts for figure in part.figures)

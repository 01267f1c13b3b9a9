"""What a page says, in one language, ready to be set: every text final, every number formatted.

A `Page` is built once from a dossier and a language; the HTML and the print template both set it and compute
nothing. All texts are plain (no markup): the templates escape them.
"""

from __future__ import annotations

from itertools import chain
from typing import Final, Literal

from district_reports.model import Direction, Record
from district_reports.render.view_cards import Card as Card
from district_reports.render.view_cards import CardLine as CardLine
from district_reports.render.view_cards import Mark as Mark
from district_reports.render.view_cards import Quote as Quote
from district_reports.render.view_cards import Said as Said
from district_reports.render.view_charts import Chart


class Table(Record):
    """A small table; the first cell of each row is its header."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


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


OPEN_CARDS: Final = 4
"""Cards of a part that the web page shows at once; urgent ones are never behind a click."""


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
    cards: tuple[Card, ...] = ()
    quotes: tuple[Quote, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    """Services to turn to, under their own headings: `label` is the name."""
    parts: tuple[Section, ...] = ()
    """Smaller parts under a heading of their own (`question`), each with an answer, points, tables, cards, contacts."""
    links: tuple[Link, ...] = ()

    @property
    def all_figures(self) -> tuple[Figure, ...]:
        """Its figures, and those of its smaller parts."""
        return (*self.figures, *(figure for part in self.parts for figure in part.all_figures))

    @property
    def cards_in_sight(self) -> int:
        """How many of its cards the web page shows at once: the first ones, and all down to the last urgent one."""
        last_urgent = max((place for place, card in enumerate(self.cards, start=1) if card.is_urgent), default=0)
        count = max(OPEN_CARDS, last_urgent)
        # One card alone is not worth a click.
        return count if len(self.cards) > count + 1 else len(self.cards)


class ContactLine(Record):
    """One entry of the contact block."""

    label: str
    number: str
    url: str
    detail: str
    remark: str
    """"To be verified", or empty."""
    lines: tuple[str, ...] = ()
    """Further ways to reach it, hours, languages: short, each a line of its own or set in a row."""


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
    show_rest: str
    """Holds `{n}`: how many cards a click opens."""
    more_on_web: str
    """Holds `{n}`: how many cards the print edition leaves to the web page."""
    only_on_web: str
    """Holds `{what}`: names of the parts that the print edition leaves to the web page."""


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
    review_line: str = ""
    """That the commander has not signed the report off; empty where there is nothing to say."""
    banners: tuple[str, ...]
    """"Sample data, not real figures"; "Preview". Must stand at top, foot and on every chart."""
    languages: tuple[Link, ...]
    key_facts: tuple[KeyFact, ...]
    key_facts_note: str
    sections: tuple[Section, ...]
    """In the resident's order: violence, property, kinds, when, where, beside the city."""
    more: tuple[Section, ...]
    """What goes beyond counts of crimes, in the resident's order; after the sheets that stand alone."""
    loop: Section | None = None
    """What residents asked for, and what came of it; right after the key facts."""
    review: Section | None = None
    """The commander's note, and how the report was reviewed."""
    happened: Section | None = None
    heard: Section | None = None
    guide: Section | None = None
    """Whom to call, and where help is: stands with the contacts."""
    take_part: Section | None = None
    closing: Section | None = None
    """Questions for the next meeting, and on this report; the end of the report."""
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
    def trends(self) -> tuple[Section, ...]:
        """The parts that show how a number moved: on the sheets that stand alone."""
        return tuple(section for section in self.sections if _is_trend(section))

    @property
    def pictures(self) -> tuple[Section, ...]:
        """The other parts of `sections`; in print, after the sheets that stand alone."""
        return tuple(section for section in self.sections if not _is_trend(section))

    @property
    def further(self) -> tuple[Section, ...]:
        """What follows `sections`: `more`, with the arrests after the outcomes, else last."""
        outcomes = [place for place, section in enumerate(self.more, start=1) if section.section_id == "outcomes"]
        cut = outcomes[0] if outcomes else len(self.more)
        return (*self.more[:cut], self.arrests, *self.more[cut:])

    @property
    def told(self) -> tuple[Section, ...]:
        """What people said and what came of it, in the resident's order; right after the key facts."""
        return tuple(part for part in (self.loop, self.review, self.happened, self.heard) if part is not None)

    @property
    def parts(self) -> tuple[Section, ...]:
        """All parts that are sections, in the resident's order."""
        after = (self.guide, self.take_part, self.limits, self.notes, self.method, self.data, self.closing)
        return (*self.told, *self.sections, *self.further, *(part for part in after if part is not None))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in reading order; each needs a chart of its `figure_id`."""
        return tuple(chain.from_iterable(part.all_figures for part in self.parts))


def _is_trend(section: Section) -> bool:
    return any(figure.chart.kind == "trend" for figure in section.figures)

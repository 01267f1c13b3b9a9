"""The web edition: one file, static, that needs nothing but a browser.

No script, no request, no font and no picture from elsewhere; the page's own policy says so to the browser. The
template computes nothing: a `Page` and its charts go in, bytes come out, the same for the same input. What belongs
here: setting the page. What does not: wording, numbers, drawing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import TemplateError
from markupsafe import Markup

from district_reports.errors import RenderError
from district_reports.render.edge import anchor, dialled, direction_of, percent, plain, shown_address
from district_reports.render.inline_svg import render_inline
from district_reports.render.view import Figure, Page, Section, Table
from district_reports.render.web_templates import load_style, open_templates, write_policy

TEMPLATE = "report.html.j2"
STYLE = "report.css"

_NUMBER = re.compile(r"[\W_]*(\d[\d\W]*)?", re.UNICODE)
"""A cell without letters: a number with its signs, or a dash for none."""


class WebPress:
    """Sets pages as HTML; made once, used for every edition.

    Args:
        template_dir: The folder that holds `report.html.j2` and `report.css`.

    Raises:
        RenderError: If the style sheet cannot be read.
    """

    def __init__(self, *, template_dir: Path) -> None:
        style = load_style(template_dir, STYLE)
        self._style, self._policy = Markup(style), write_policy(style, "img-src data:")
        self._environment = open_templates(
            template_dir,
            address=shown_address,
            dialled=dialled,
            percent=percent,
            number_columns=find_number_columns,
            direction_of=direction_of,
            filled=_filled,
            has_body=_has_body,
        )

    def render_html(self, page: Page, charts: Mapping[str, str]) -> bytes:
        """Return the page as UTF-8 HTML.

        Args:
            page: All texts, final.
            charts: Each figure's chart as `<svg>` text, by `figure_id`; from our own chart book.

        Raises:
            RenderError: If a chart is missing or holds more than drawing, an address is not one to follow, or the
                template names something that is not there.
        """
        pictures = {figure.figure_id: self._picture(figure, page, charts) for figure in page.figures}
        try:
            html = self._environment.get_template(TEMPLATE).render(
                page=page,
                pictures=pictures,
                style=self._style,
                policy=self._policy,
            )
        except TemplateError as error:
            raise _problem(page.language, f"expected a sound template and every name defined, got {error}") from error
        except ValueError as error:
            raise _problem(page.language, str(error)) from error
        return html.encode()

    def _picture(self, figure: Figure, page: Page, charts: Mapping[str, str]) -> Markup:
        svg = charts.get(figure.figure_id)
        if svg is None:
            raise _problem(page.language, f"expected a chart for the figure {figure.figure_id!r:.60}, got none")
        try:
            return render_inline(svg, prefix=f"{anchor(figure.figure_id)}-")
        except ValueError as error:
            raise _problem(page.language, f"chart of the figure {figure.figure_id!r:.60}: {error}") from error


def find_number_columns(table: Table) -> tuple[bool, ...]:
    """Return for each column whether it holds only numbers, which are set flush by their units."""
    return tuple(
        number > 0 and all(_NUMBER.fullmatch(plain(row[number])) for row in table.rows if number < len(row))
        for number in range(len(table.head))
    )


def _filled(text: str, **values: object) -> str:
    """Return a label of the page with its numbers; `str.format` would read a hostile label as a program."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _has_body(section: Section) -> bool:
    """Return whether anything stands under the answer."""
    lists = (section.figures, section.bars, section.cards, section.tables, section.contacts, section.quotes)
    return any((*lists, section.entries, section.points, section.links, section.parts))


def _problem(language: str, message: str) -> RenderError:
    return RenderError(f"{TEMPLATE} ({language}): {message}", template=TEMPLATE, language=language)

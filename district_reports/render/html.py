"""The web edition: one file, static, that needs nothing but a browser.

No script, no request, no font and no picture from elsewhere; the page's own policy says so to the browser. The
template computes nothing: a `Page` and its charts go in, bytes come out, the same for the same input. What belongs
here: setting the page. What does not: wording, numbers, drawing.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from district_reports.errors import RenderError
from district_reports.render.edge import (
    anchor,
    checked_href,
    dialled,
    direction_of,
    percent,
    plain,
    said,
    shown_address,
)
from district_reports.render.inline_svg import render_inline
from district_reports.render.view import Figure, Page, Section, Table

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
        self._style = _load_style(template_dir / STYLE)
        self._environment = Environment(
            loader=FileSystemLoader(template_dir),
            autoescape=True,
            undefined=StrictUndefined,
            # Every text of a template is made harmless here; in attributes the template asks for `plain`.
            finalize=said,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            plain=plain,
            href=checked_href,
            address=shown_address,
            dialled=dialled,
            anchor=anchor,
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
                style=Markup(self._style),
                policy=_policy(self._style),
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


def _load_style(path: Path) -> str:
    """Return the style sheet without comments and spare space: the page stays small."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RenderError(f"{path}: expected a style sheet, got {error}", template=STYLE, language="") from error
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).strip()


def _policy(style: str) -> str:
    """Return the page's policy: nothing is loaded or run; only this style sheet, named by its hash, is used."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _problem(language: str, message: str) -> RenderError:
    return RenderError(f"{TEMPLATE} ({language}): {message}", template=TEMPLATE, language=language)

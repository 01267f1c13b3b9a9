"""Setting the site's pages: templates and one style sheet in, bytes out, the same for the same input.

No script, no request to anywhere else; each page's own policy says so to the browser.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from jinja2 import TemplateError
from markupsafe import Markup

from district_reports.errors import RenderError
from district_reports.render.edge import checked_href
from district_reports.render.web_templates import load_style, open_templates, write_policy

STYLE: Final = "site.css"
ALLOWED: Final = ("img-src 'self' data:", "connect-src 'self'")
"""Pictures come from the site alone; tools that look a site over ask for its robots.txt from within a page."""

_MAILBOX = re.compile(r"mailto:[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")


class SitePress:
    """Sets pages of the site; made once, used for all.

    Args:
        template_dir: The folder that holds the templates and `site.css`.

    Raises:
        RenderError: If the style sheet cannot be read.
    """

    def __init__(self, *, template_dir: Path) -> None:
        style = load_style(template_dir, STYLE)
        self._environment = open_templates(template_dir, address=checked_address, as_markup=Markup)
        self._environment.globals.update(style=Markup(style), policy=write_policy(style, *ALLOWED))

    def set_page(self, template: str, **context: Any) -> bytes:
        """Return a page as UTF-8 HTML.

        Raises:
            RenderError: If the template names something that is not there, or an address is not one to follow.
        """
        try:
            html = self._environment.get_template(f"{template}.html.j2").render(**context)
        except (TemplateError, ValueError) as error:
            message = f"{template}: expected a sound page, got {error}"
            raise RenderError(message, template=template, language="") from error
        return re.sub(r"\n\s*\n+", "\n", html).encode()


def checked_address(href: str) -> str:
    """Return an address if a reader may follow it, one of a mailbox too.

    Raises:
        ValueError: If it is neither.
    """
    return href if _MAILBOX.fullmatch(href) else checked_href(href)

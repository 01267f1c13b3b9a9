"""Setting the site's pages: templates and one style sheet in, bytes out, the same for the same input.

No script, no request to anywhere else; each page's own policy says so to the browser.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from district_reports.errors import RenderError
from district_reports.render.edge import anchor, checked_href, plain, said

STYLE = "site.css"

_MAILBOX = re.compile(r"mailto:[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")


class SitePress:
    """Sets pages of the site; made once, used for all.

    Args:
        template_dir: The folder that holds the templates and `site.css`.

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
            auto_reload=False,
        )
        self._environment.filters.update(
            plain=plain, href=checked_href, address=checked_address, anchor=anchor, as_markup=Markup
        )
        self._environment.globals.update(style=Markup(self._style), policy=_policy(self._style))

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


def _load_style(path: Path) -> str:
    """Return the style sheet without comments and spare space."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RenderError(f"{path}: expected a style sheet, got {error}", template=STYLE, language="") from error
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).strip()


def _policy(style: str) -> str:
    """Return the page's policy: nothing is run; pictures come from the site alone; only this style sheet is used.

    Nothing of ours connects to anything; tools that look a site over ask for its robots.txt from within a page.
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    rules = ("default-src 'none'", f"style-src 'sha256-{digest}'", "img-src 'self' data:", "connect-src 'self'")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))

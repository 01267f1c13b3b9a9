"""What every web page of ours is set with: the template environment, the style sheet, the page's own policy.

Editions, site and desk differ in their templates and filters; how a text is made harmless is the same for all. The
pages of editions and site hold their one style sheet, and name it to the browser alike.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from district_reports.errors import RenderError
from district_reports.render.edge import anchor, checked_href, plain, said

BASE_STYLE: Final = "base.css"


def open_templates(
    folder: Path,
    *,
    finalize: Callable[[object], str] = said,
    autoescape: bool = True,
    **filters: Callable[..., Any],
) -> Environment:
    """Return the environment of a folder's templates.

    Args:
        folder: Holds the templates.
        finalize: Makes every text of a template harmless; in attributes the template asks for `plain`.
        autoescape: Whether texts are escaped as HTML wants it.
        **filters: Beside `plain`, `href` and `anchor`, which every page has; one of the same name takes its place.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=autoescape,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(plain=plain, href=checked_href, anchor=anchor)
    environment.filters.update(filters)
    return environment


def load_style(folder: Path, name: str) -> str:
    """Return what all pages share and a style sheet of its own, without comments and spare space: the page stays small.

    Args:
        folder: Holds the templates and the style sheet; `base.css` lies beside it.
        name: Of the style sheet.

    Raises:
        RenderError: If one cannot be read.
    """
    text = "\n".join(_read_style(path) for path in (folder.parent / BASE_STYLE, folder / name))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).strip()


def _read_style(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RenderError(f"{path}: expected a style sheet, got {error}", template=path.name, language="") from error


def write_policy(style: str, *rules: str) -> str:
    """Return a page's policy: nothing is loaded or run, but for what the rules name; only this style sheet is used."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    start = ("default-src 'none'", f"style-src 'sha256-{digest}'")
    return "; ".join((*start, *rules, "base-uri 'none'", "form-action 'none'"))

"""What a request gets that is not answered by its page: to sign in, refused, not found, or in conflict.

Every error of ours and of the framework becomes a page in the visitor's language; it tells what was expected, and never
a trace, a value of somebody else, or whether an object exists.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from district_reports.desk.templating import Pages
from district_reports.errors import (
    ConflictError,
    DatabaseError,
    DistrictReportsError,
    ReviewError,
    RuleError,
    StaleError,
    StoreError,
)

LOGGER: Final = logging.getLogger("district_reports.desk")
TEMPLATE: Final = "error.html.j2"
TOLD: Final = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)
"""Codes that the catalogue has words for: `desk_error.<code>.title` and `.text`."""
STALE: Final = "stale"


class SignInNeeded(Exception):  # noqa: N818 - it tells what is needed
    """The page is behind signing in; `path` is where to go then."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class TooManyError(Exception):
    """Too many in too short a time; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def add_answers(app: FastAPI) -> None:
    """Make the application answer errors by pages."""
    app.add_exception_handler(SignInNeeded, _send_to_sign_in)
    app.add_exception_handler(TooManyError, _ask_to_wait)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(RequestValidationError, _tell_malformed)
    app.add_exception_handler(DistrictReportsError, _tell_ours)


def render_problem(request: Request, code: int, *, word: str = "", problems: Sequence[str] = ()) -> HTMLResponse:
    """Return the page of an error.

    Args:
        request: What could not be answered.
        code: Of HTTP.
        word: Which words of the catalogue; the code's own where none is given.
        problems: What is wrong, one line each; in English where the catalogue has no words for it.
    """
    pages: Pages = request.app.state.pages
    visit = getattr(request.state, "visit", None)
    accepted = request.headers.get("accept-language", "")
    words = visit.words if visit else pages.choose(request.query_params.get("language", ""), accepted)
    told = word or str(code if code in TOLD else 400)
    title, text = words.text(f"desk_error.{told}.title"), words.text(f"desk_error.{told}.text")
    wording = pages.wording_of(words)
    lines = [(line, False) if (line := wording.wrong(problem)) else (problem, True) for problem in problems]
    html = pages.render(TEMPLATE, words, visit=visit, title=title, text=text, problems=lines, code=code)
    return HTMLResponse(html, status_code=code)


def _send_to_sign_in(request: Request, error: Exception) -> Response:
    path = error.path if isinstance(error, SignInNeeded) else "/"
    return RedirectResponse(f"/sign-in?{urlencode({'next': path})}", status_code=303)


def _ask_to_wait(request: Request, error: Exception) -> Response:
    response = render_problem(request, 429)
    response.headers["Retry-After"] = str(error.wait if isinstance(error, TooManyError) else 60)
    return response


def _tell_http(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    response = render_problem(request, code)
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return response


def _tell_malformed(request: Request, error: Exception) -> Response:
    return render_problem(request, 400)


def _tell_ours(request: Request, error: Exception) -> Response:
    """Answer an error of ours that no page took: what people can mend is told, what they cannot is logged."""
    match error:
        case StaleError():
            return render_problem(request, 409, word=STALE, problems=error.changed)
        case ConflictError() | ReviewError():
            return render_problem(request, 409, problems=error.problems or error.args)
        case RuleError():
            return render_problem(request, 422, problems=error.problems or error.args)
        case DatabaseError() | StoreError():
            LOGGER.error("%s", error)
            return render_problem(request, 503)
    LOGGER.error("%s", error, exc_info=error)
    return render_problem(request, 500)

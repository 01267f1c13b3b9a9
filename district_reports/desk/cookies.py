"""Cookies of the desk: two, and no page can read them."""

from __future__ import annotations

import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from district_reports.desk.desk import Desk

SESSION: Final = "session"
VISITOR: Final = "visitor"
"""Of somebody who has not signed in: binds their forms, and their way to the provider and back."""
_LONGEST: Final = 200


def cookie_name(desk: Desk, name: str) -> str:
    """Return what a cookie is called; by https under the prefix that binds it to this host alone."""
    return f"__Host-{name}" if desk.is_secure else f"desk-{name}"


def cookie_of(request: Request, desk: Desk, name: str) -> str:
    """Return what a cookie holds; empty where there is none, or no sound one."""
    value = request.cookies.get(cookie_name(desk, name), "")
    return value if len(value) <= _LONGEST else ""


def set_cookie(response: Response, desk: Desk, name: str, value: str) -> None:
    """Set a cookie that ends with the browser, and that no script and no other site's form may use."""
    # `Secure` by plain http too: that is this machine alone, which browsers trust as they do https.
    key = cookie_name(desk, name)
    response.set_cookie(key, value, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, desk: Desk, name: str) -> None:
    """Make the browser forget a cookie."""
    key = cookie_name(desk, name)
    response.delete_cookie(key, path="/", secure=True, httponly=True, samesite="lax")


def make_visitor() -> str:
    """Return a new visitor's secret."""
    return secrets.token_urlsafe(32)

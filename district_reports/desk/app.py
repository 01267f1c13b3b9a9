"""The application: all routes, each with its rule, behind one guard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts

from district_reports.desk import oidc, serving, signing_in
from district_reports.desk.answers import add_answers
from district_reports.desk.context import open_visit
from district_reports.desk.describing import add_forms
from district_reports.desk.desk import Desk
from district_reports.desk.limits import Counter
from district_reports.desk.pages import ROUTERS
from district_reports.desk.post import Postbox
from district_reports.desk.rules import RULES
from district_reports.desk.security import Guard
from district_reports.desk.serving import load_static
from district_reports.desk.templating import Pages
from district_reports.errors import ConfigError
from district_reports.settings import find_asset

METHODS = {"GET", "POST"}


def create_app(desk: Desk, pages: Pages | None = None) -> FastAPI:
    """Return the desk as an application.

    Args:
        desk: What it shows and changes.
        pages: Templates and words, where they are loaded already.

    Raises:
        ConfigError: If a route has no rule, another method than GET and POST, or a name that another one has.
        TranslationError: If a catalogue lacks a sentence.
    """
    # No page of its own documentation: what there is may be read from `app.openapi()`, by tests.
    app = FastAPI(title="Desk", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    equip(app, desk, pages or Pages(desk.settings, find_asset("templates")))
    for router in (serving.router, signing_in.router, oidc.router, *ROUTERS):
        # Let in by its rule even where a route does not ask for its visit.
        app.include_router(router, dependencies=[Depends(open_visit)])
    _require_rules(app)
    add_answers(app)
    large = tuple(path for path, _, name in list_routes(app) if RULES[name].takes_files)
    describe = app.openapi
    app.openapi = lambda: add_forms(describe(), list_routes(app))  # type: ignore[method-assign]
    app.add_middleware(Guard, url=desk.url, large=large)
    return app


def equip(app: FastAPI, desk: Desk, pages: Pages) -> None:
    """Give an application what its routes work with."""
    app.state.desk = desk
    app.state.pages = pages
    app.state.static = load_static(find_asset("templates"))
    app.state.counter = Counter()
    app.state.postbox = Postbox(desk, pages)
    app.state.provider = oidc.Provider(desk)


def list_routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Give each route as path, method and name."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(_methods_of(route)):
            yield str(route.path), method, str(route.name)


def _methods_of(route: Any) -> set[str]:
    return set(route.methods or ())


def _require_rules(app: FastAPI) -> None:
    routes = list(list_routes(app))
    names = [name for _, _, name in routes]
    for path, method, name in routes:
        problem = ""
        if name not in RULES:
            problem = "a rule in desk/rules.py, got none"
        elif method not in METHODS:
            problem = f"GET or POST, got {method}"
        elif names.count(name) > 1:
            problem = f"a name of its own, got {name!r} twice"
        if problem:
            raise ConfigError(f"route {method} {path} ({name}): expected {problem}")

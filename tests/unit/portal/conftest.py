"""A portal with synthetic crimes, and clients that close what they open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pytest
import requests

from tests.portal import Portal
from tests.portal.chicago import CRIMES, make_small_crimes, serve_small_crimes

ROWS = 900
Get = Callable[..., requests.Response]


@pytest.fixture(scope="package")
def shared() -> Iterator[Portal]:
    """Yield a portal with crimes for tests that change no row."""
    with Portal() as started:
        serve_small_crimes(started, rows_per_quarter=ROWS // 2)
        yield started


@pytest.fixture(scope="package")
def made_crimes() -> pa.Table:
    return make_small_crimes(rows_per_quarter=ROWS // 2)


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as started:
        yield started


@pytest.fixture
def crimes(portal: Portal) -> pa.Table:
    return serve_small_crimes(portal, rows_per_quarter=ROWS // 2)


@pytest.fixture
def get(portal: Portal) -> Iterator[Get]:
    with asking(portal) as ask:
        yield ask


@contextmanager
def asking(portal: Portal) -> Iterator[Get]:
    """Yield `get("json", select=…, where=…)` for rows of the crimes; `path` and `headers` go elsewhere."""
    with requests.Session() as session:

        def ask(form: str = "json", *, path: str | None = None, headers: Any = None, **clauses: object) -> Any:
            params = {f"${name}": str(value) for name, value in clauses.items()}
            target = path or f"/resource/{CRIMES}.{form}"
            return session.get(f"{portal.url}{target}", params=params, headers=headers, timeout=10)

        yield ask

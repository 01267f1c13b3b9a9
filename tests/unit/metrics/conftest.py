from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from district_reports.metrics.incidents import open_incidents
from district_reports.periods import Quarter
from district_reports.settings import Settings, load_settings
from tests.unit.metrics.rows import TOY, write_rows

Opener = Callable[..., duckdb.DuckDBPyConnection]

ENVIRONMENTS: dict[str, dict[str, str]] = {"chicago": {}, "toy": {"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)}}


@pytest.fixture(params=ENVIRONMENTS)
def settings(request: pytest.FixtureRequest) -> Settings:
    """The settings of each city in turn: what holds for one must hold for any."""
    return _settings_of(request.param)


@cache
def _settings_of(city: str) -> Settings:
    return load_settings(ENVIRONMENTS[city])


@pytest.fixture
def quarter() -> Quarter:
    return Quarter(2018, 3)


@pytest.fixture
def opened(tmp_path: Path, settings: Settings) -> Iterator[Opener]:
    """Opens the rows given; closes all at the end."""
    connections: list[duckdb.DuckDBPyConnection] = []

    def open_rows(*rows: dict[str, Any]) -> duckdb.DuckDBPyConnection:
        connections.append(open_incidents(write_rows(tmp_path, settings, rows), settings))
        return connections[-1]

    yield open_rows
    for connection in connections:
        connection.close()

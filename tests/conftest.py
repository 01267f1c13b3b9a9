"""Fixtures of the whole suite: the settings of the shipped city, and no way out to the network."""

import fcntl
import os
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from district_reports.settings import Settings, load_settings
from flows.drafting import open_draft, run_stages
from flows.records import DraftRequest, SourceKind
from tests.effort import THOROUGH
from tests.postgres import (  # noqa: F401 - fixtures
    database,
    database_address,
    database_kind,
    migrated_file,
    migrated_server,
    postgres_server,
)

# How long an example takes says more of the machine's other work than of the code.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.register_profile(THOROUGH, deadline=None)
hypothesis.settings.load_profile("steady")

LOOPBACK = {"127.0.0.1", "::1", "localhost", None}


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings({})


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection that leaves this machine, and every question where another one is."""
    connect, find = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    def looked_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in LOOPBACK:
            raise AssertionError(f"a test tried to find {host}")
        return find(host, *rest, **more)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    yield


@pytest.fixture(scope="session")
def sample_release(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's editions of one district and the city in all languages; the folder of the quarter.

    Made once for all workers of a run, by the first that needs it; nobody may change it.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample-release"
    folder.mkdir(exist_ok=True)
    request = DraftRequest(
        quarter="2026Q3",
        source=SourceKind.SAMPLE,
        districts=("007", "city"),
        languages=tuple(language.tag for language in settings.languages),
        data_dir=folder / "data",
        records_dir=folder / "records",
        as_of=date(2026, 10, 8),
        now=datetime(2026, 10, 8, 12, tzinfo=UTC),
    )
    release = folder / "data" / "editions" / request.quarter
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # The manifest is the last file of a draft.
        if not (release / "manifest.json").exists():
            with open_draft(settings, request) as store:
                summary = run_stages(settings, request, store, lambda stage, done, total: None)
            assert not summary.failed
    return release

"""The command line in the test's own process, the stages one after the other, against a portal with few rows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from district_reports.settings import Settings
from district_reports.sources.patience import Clock
from district_reports.sources.socrata import SocrataPortal
from district_reports.store import Store
from flows import command_line, publish_commands, stages, terminal
from flows.drafting import run_stages
from tests.flows.answers import Run
from tests.flows.small_city import environment_of, serve_core, settings_of
from tests.portal import Portal


@pytest.fixture(scope="module")
def serving() -> Iterator[Portal]:
    with Portal() as portal:
        serve_core(portal, settings_of(portal.url), rows_per_quarter=330)
        yield portal


@pytest.fixture
def portal(serving: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal with five quarters of crimes, which the command reads."""
    read_at(monkeypatch, serving.url)
    yield serving
    serving.faults.clear()


def read_at(monkeypatch: pytest.MonkeyPatch, portal_url: str) -> None:
    """Let the command read city and county at one address, and no records that people keep."""
    for name, value in environment_of(portal_url).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds slept between attempts, which no test waits for."""
    slept: list[float] = []
    monkeypatch.setattr(stages, "SocrataPortal", partial(SocrataPortal, clock=Clock(sleep=slept.append)))
    return slept


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, the stages one after the other, and return its code, output and errors."""
    for name in os.environ:
        if name.startswith("DISTRICT_REPORTS_") and name not in environment_of(""):
            monkeypatch.delenv(name)
    plain = ModuleType("flows.draft_reports")
    plain.run_draft = _run_plain  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flows.draft_reports", plain)
    for commands in (command_line, publish_commands):
        monkeypatch.setattr(commands, "quiet_prefect", lambda data_dir: None)

    def call(*words: str | Path) -> tuple[int, str, str]:
        code = command_line.run([str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def _run_plain(settings: Settings, request: Any, store: Store) -> Any:
    with terminal.show_progress() as progress:
        summary = run_stages(settings, request, store, progress)
    terminal.print_summary(summary)
    return summary

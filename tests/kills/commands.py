"""The real command in a process group of its own, to be killed, and what of it is still alive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.flows.small_city import AS_OF, QUARTER, environment_of

COMMAND = Path(sys.executable).with_name("district-reports")
SECONDS = 150
"""After which the command hangs."""


def words_for(data_dir: Path, places: tuple[str, ...]) -> list[str]:
    """Return the command that drafts places in one language."""
    districts = [word for place in places for word in ("--district", place)]
    return [
        str(COMMAND), "draft", str(QUARTER), "--as-of", AS_OF.isoformat(), *districts, "--language", "en",
        "--data-dir", str(data_dir), "--records-dir", str(data_dir.parent / "records"),
    ]  # fmt: skip


@contextmanager
def started(words: list[str], portal_url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command in a group of its own; none of the group is left when this ends."""
    # The ephemeral server of Prefect must not be sought at an address the caller has set.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "DISTRICT_"))}
    environment = {**inherited, **environment_of(portal_url)}
    with subprocess.Popen(
        words, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a command and all it started that is still in its group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_until(holds: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until something holds while a command runs; fail when it ends before."""
    end = time.monotonic() + SECONDS
    while not holds():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            output = process.stdout.read() if process.stdout else ""
            raise AssertionError(f"the command ended with {process.returncode} before it was to be killed: {output}")
        time.sleep(0.002)


def alive_with(data_dir: Path) -> list[psutil.Process]:
    """Return the living processes that work for a data directory: the command, its workers, Prefect's server."""
    home = str(data_dir / "prefect")
    return [process for process in psutil.process_iter() if _home_of(process) == home]


def _home_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.environ().get("PREFECT_HOME")
    except psutil.Error:
        return None


def is_worker(process: psutil.Process) -> bool:
    """Return whether a process is one of the pool that makes editions."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False

"""The real command, killed with all it started while it pulls, while it makes editions, and just before its end.

Postconditions of each case: no process stays behind, nothing is half-written, and the next run of the command ends
with the bytes of a run that nobody disturbed and no scheduler ran.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.small_city import HOST, content_of, make_request, run_plain, serve_city, settings_of
from tests.kills.commands import SECONDS, alive_with, is_worker, kill_group, started, wait_until, words_for
from tests.kills.wholeness import current_snapshots, require_whole
from tests.portal import Fault, Portal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PLACES = ("007", "011")


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with Portal() as serving:
        serve_city(serving, settings_of(serving.url))
        yield serving


@pytest.fixture(scope="module")
def expected(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the stages make in this process, without a scheduler."""
    data_dir = tmp_path_factory.mktemp("plain") / "data"
    assert not run_plain(settings_of(portal.url), make_request(data_dir, *PLACES)).failed
    return content_of(data_dir)


def while_pulling(portal: Portal, data_dir: Path) -> Callable[[], object]:
    """Hold once the portal keeps silent about the sixth month."""
    silence = portal.faults.add(Fault(kind="hang", seconds=60, on="rows", form="csv", skip=5))
    return lambda: silence.fired


def while_rendering(portal: Portal, data_dir: Path) -> Callable[[], object]:
    """Hold once there is a page."""
    return lambda: list(data_dir.glob("editions/*/*/en/report.html"))


def before_the_end(portal: Portal, data_dir: Path) -> Callable[[], object]:
    """Hold once every edition has its record, and only the manifest of the release may be missing."""
    return lambda: len(list(data_dir.glob("editions/*/*/en/edition.json"))) == len(PLACES)


@pytest.mark.parametrize("moment", [while_pulling, while_rendering, before_the_end], ids=lambda kill: kill.__name__)
def test_a_killed_command_leaves_nothing_behind_and_is_made_good_by_the_next(
    portal: Portal,
    expected: dict[str, bytes],
    tmp_path: Path,
    moment: Callable[[Portal, Path], Callable[[], object]],
) -> None:
    data_dir = tmp_path / "data"
    words = words_for(data_dir, PLACES)
    with started(words, portal.url) as process:
        wait_until(moment(portal, data_dir), process)
        assert alive_with(data_dir)
        kill_group(process)
    assert process.returncode == -signal.SIGKILL
    wait_for_none(data_dir, everything)
    portal.faults.clear()
    require_whole(data_dir)
    current_snapshots(data_dir, settings_of(portal.url), HOST)

    with started(words, portal.url) as again:
        output, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, output
    assert content_of(data_dir) == expected


def test_workers_end_when_the_command_alone_is_killed(portal: Portal, tmp_path: Path) -> None:
    """As the kernel does when memory runs out."""
    data_dir = tmp_path / "data"
    with started(words_for(data_dir, PLACES), portal.url) as process:
        wait_until(while_rendering(portal, data_dir), process)
        assert [worker for worker in alive_with(data_dir) if is_worker(worker)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait(SECONDS)
        wait_for_none(data_dir, is_worker)


def everything(process: object) -> bool:
    return True


def wait_for_none(data_dir: Path, is_meant: Callable[..., bool]) -> None:
    """Fail if processes that work for a data directory are still alive after some seconds."""
    end = time.monotonic() + 15
    while left := [process for process in alive_with(data_dir) if is_meant(process)]:
        if time.monotonic() > end:
            pytest.fail(f"still alive: {[process.cmdline() for process in left]}")
        time.sleep(0.05)

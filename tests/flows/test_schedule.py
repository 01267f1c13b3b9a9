"""The schedule: what `prefect.yaml` says, and once that a real server and a real worker do it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
import yaml  # type: ignore[import-untyped]

from district_reports.periods import Quarter
from district_reports.settings import load_settings
from tests.flows.small_city import environment_of
from tests.unit.metrics.rows import TOY

ROOT = Path(__file__).parents[2]
PREFECT = Path(sys.executable).with_name("prefect")
DEPLOYMENT: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"][0]
POOL = DEPLOYMENT["work_pool"]["name"]
PATIENCE = 120.0
"""Seconds for anything here to happen; on an idle machine all of it takes less than that."""
BUSY = 503
"""What the server says while its database is locked."""
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


# What is written


def test_the_schedule_is_at_six_in_the_morning_of_the_city() -> None:
    (schedule,) = DEPLOYMENT["schedules"]
    assert schedule == {"cron": "0 6 9 1,4,7,10 *", "timezone": load_settings({}).city.time_zone, "active": True}


@pytest.mark.parametrize("year", [2026, 2027, 2028])
@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_on_the_scheduled_day_the_quarter_before_is_complete(year: int, month: int) -> None:
    """Just complete: a day to spare, and no more."""
    ended = Quarter.of(date(year, month, 9)).previous()
    assert Quarter.newest_complete(date(year, month, 9)) == ended
    assert Quarter.newest_complete(date(year, month, 8)) == ended
    assert Quarter.newest_complete(date(year, month, 7)) == ended.previous()


def test_the_deployment_runs_a_flow_that_is_there_with_parameters_it_has() -> None:
    path, _, name = DEPLOYMENT["entrypoint"].partition(":")
    code = (ROOT / path).read_text(encoding="utf-8")
    (signature,) = re.findall(rf"def {name}\((.*?)\) ->", code, re.DOTALL)
    assert set(DEPLOYMENT["parameters"]) < set(re.findall(r"(\w+):", signature))
    assert DEPLOYMENT["parameters"]["quarter"] == "latest"


def test_the_page_about_the_schedule_says_the_same() -> None:
    text = (ROOT / "docs" / "schedule.md").read_text(encoding="utf-8")
    (schedule,) = DEPLOYMENT["schedules"]
    assert f'Cron("{schedule["cron"]}", timezone="{schedule["timezone"]}")' in text
    assert f'name="{DEPLOYMENT["name"]}"' in text
    assert f"work-pool create {POOL} --type process" in text
    assert f"worker start --pool {POOL}" in text
    assert "PREFECT_SERVER_ANALYTICS_ENABLED=false" in text
    assert "PREFECT_HOME" in text
    compile(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0], "serve.py", "exec")


# What is done


@dataclass(frozen=True)
class Server:
    """A Prefect server on this machine, with a home of its own."""

    url: str
    environment: dict[str, str]
    folder: Path

    def run(self, *arguments: str) -> str:
        """Run a command of Prefect beside `prefect.yaml` and return what it printed."""
        done = subprocess.run(
            [str(PREFECT), *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, content: Any = None) -> Any:
        """Return the answer of the server's interface; a busy one is asked again."""
        data = None if content is None else json.dumps(content).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"})
        for _ in range(5):
            try:
                with urlopen(request, timeout=30) as answer:
                    return json.load(answer)
            except HTTPError as error:
                if error.code != BUSY:
                    raise
                error.close()
                time.sleep(1)
        raise AssertionError(f"{path}: busy for too long\n{self.log('server')}")

    @contextmanager
    def start(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Keep a command of Prefect running; at the end it and all it started are gone."""
        with (
            (self.folder / f"{arguments[0]}.log").open("wb") as log,
            subprocess.Popen(
                [str(PREFECT), *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            ) as process,
        ):
            try:
                yield process
            finally:
                stop(process)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-4000:]


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and its group: kindly, then not."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    assert process.poll() is not None


def wait_for(what: str, look: Callable[[], Any], log: Callable[[], str]) -> Any:
    """Return what `look` finds, as soon as it finds anything."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what}: waited {PATIENCE:.0f} s\n{log()}")


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("schedule")
    port = find_free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "DISTRICT_"))}
    environment |= {
        "PREFECT_HOME": str(folder / "home"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "DISTRICT_REPORTS_CONFIG_DIR": str(TOY),
        # The sample asks nobody; if it did, nobody would be there.
        **environment_of("http://127.0.0.1:9"),
    }
    found = Server(environment["PREFECT_API_URL"], environment, folder)

    def answers() -> bool:
        try:
            return bool(found.ask("/health"))
        except (URLError, OSError):
            return False

    with ExitStack() as stack:
        stack.enter_context(found.start("server", "start", "--host", "127.0.0.1", "--port", str(port)))
        wait_for("server", answers, lambda: found.log("server"))
        yield found


@pytest.mark.slow
def test_a_real_server_schedules_the_draft_and_a_real_worker_makes_it(server: Server, tmp_path: Path) -> None:
    """Pre: nothing but `prefect.yaml`. Post: the next runs are planned, and one that was asked for has its editions."""
    server.run("work-pool", "create", POOL, "--type", "process")
    server.run("deploy", "--all", "--no-prompt")
    deployment = server.ask(f"/deployments/name/{quote('quarterly draft')}/{DEPLOYMENT['name']}")
    (planned,) = deployment["schedules"]
    assert planned["active"]
    assert planned["schedule"]["cron"] == "0 6 9 1,4,7,10 *"
    assert planned["schedule"]["timezone"] == "America/Chicago"
    assert deployment["work_pool_name"] == POOL
    assert deployment["parameters"] == DEPLOYMENT["parameters"]

    of_deployment = {"deployments": {"id": {"any_": [deployment["id"]]}}}
    runs = wait_for("plan", lambda: server.ask("/flow_runs/filter", of_deployment), lambda: server.log("server"))
    zone = ZoneInfo("America/Chicago")
    times = [datetime.fromisoformat(run["expected_start_time"]).astimezone(zone) for run in runs]
    assert {(when.day, when.hour, when.minute) for when in times} == {(9, 6, 0)}
    assert {when.month for when in times} <= {1, 4, 7, 10}

    data_dir = tmp_path / "data"
    parameters = {"quarter": "2026Q2", "data_dir": str(data_dir), "source": "sample"}
    wanted = {"parameters": parameters, "idempotency_key": "once"}
    run = server.ask(f"/deployments/{deployment['id']}/create_flow_run", wanted)
    with server.start("worker", "start", "--pool", POOL, "--type", "process", "--install-policy", "never"):
        state = wait_for(
            "run", lambda: ended_state(server, run["id"]), lambda: server.log("worker") + server.log("server")
        )
    assert state["type"] == "COMPLETED", server.log("worker")

    release = data_dir / "editions" / "2026Q2"
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["is_whole"]
    assert manifest["is_sample"]
    toy = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
    places = (*toy.district_ids, "city")
    assert {path.parent.parent.name for path in release.glob("*/*/report.pdf")} == set(places)
    assert len(list(release.glob("*/*/report.html"))) == len(places) * len(toy.languages)


def ended_state(server: Server, run_id: str) -> Any:
    state = server.ask(f"/flow_runs/{run_id}")["state"]
    return state if state["type"] in ENDED else None

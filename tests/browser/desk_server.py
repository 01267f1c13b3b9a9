"""The desk as a city runs it: the real command, on loopback, over a data directory of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from tests.postgres import free_port

PROGRAM = Path(sys.executable).with_name("district-reports")
WAIT = 60


class Commands:
    """The command line over one data directory.

    Args:
        data_dir: Of the runs.
        variables: Environment beside the test's own.
        source: `sample` or `portal`.
    """

    def __init__(self, data_dir: Path, variables: Mapping[str, str], source: str) -> None:
        self.data_dir, self.source = data_dir, source
        self.environment = {**os.environ, **variables}
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def words(self, *words: str) -> list[str]:
        return [str(PROGRAM), *words, "--source", self.source, "--data-dir", str(self.data_dir)]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.words(*words), env=self.environment, capture_output=True, text=True, cwd=self.data_dir.parent
        )

    def invite(self, email: str, role: str, scope: str = "", language: str = "en") -> str:
        """Return the link that signs somebody in once."""
        given = ["--name", f"Somebody, {role}", "--role", role, "--language", language, "--port", str(self.port)]
        done = self.run("desk", "invite", email, *given, *(["--scope", scope] if scope else []))
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Give the address of the running desk."""
        process = subprocess.Popen(
            self.words("desk", "--port", str(self.port)),
            env=self.environment,
            cwd=self.data_dir.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            self._wait(process)
            yield self.url
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=WAIT)
        assert "Traceback" not in errors, errors

    def _wait(self, process: subprocess.Popen[str]) -> None:
        end = monotonic() + WAIT
        while monotonic() < end:
            assert process.poll() is None, process.communicate()
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                sleep(0.2)
        raise AssertionError("the desk did not answer")

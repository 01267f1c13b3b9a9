"""A database of each kind for the tests: SQLite, and a PostgreSQL that the tests start themselves on loopback.

Tests on PostgreSQL skip with a reason where no server is installed, or where it cannot start.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from district_reports.database import Database, open_database

WAIT = 60
# The server ends when its standard input does: with the tests, however these end.
GUARD = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'


def find_programs() -> Path | None:
    """Return the folder of the newest server's programs."""
    # The folder itself first: what lies on PATH may be a wrapper for a cluster of the machine.
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def other_user() -> str | None:
    """Return whom the server runs as: it refuses to run as root."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server of this run's own, without the name of a database."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    user = other_user()
    # Not below pytest's own folder: that one is closed to other users. Short: names of sockets are limited.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        port = free_port()
        data = folder / "data"
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            capture_output=True,
            text=True,
            user=user,
            extra_groups=[] if user else None,
            cwd=folder,
        )
        if made.returncode:
            pytest.skip(f"PostgreSQL cannot make a cluster: {made.stderr.strip()[-300:]}")
        command: list[str | Path] = [programs / "postgres", "-D", data, "-k", folder, "-p", str(port), "-F"]
        with (folder.with_suffix(".log")).open("w") as log:
            server = subprocess.Popen(
                ["sh", "-c", GUARD, "sh", *command, "-c", "listen_addresses=127.0.0.1"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                user=user,
                extra_groups=[] if user else None,
                cwd=folder,
            )
        try:
            address = f"postgresql://tester@127.0.0.1:{port}"
            if not answers(address):
                pytest.skip(f"PostgreSQL does not start: {folder.with_suffix('.log').read_text()[-300:]}")
            yield address
        finally:
            server.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".log").unlink(missing_ok=True)


def answers(address: str) -> bool:
    """Return whether the server takes connections before the time is over."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        try:
            psycopg.connect(f"{address}/postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return True
    return False


@contextmanager
def own_database(server: str, template: str = "template1") -> Iterator[str]:
    """Give the address of a new database on a server, and remove it."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_address(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test's own: one of each kind."""
    if database_kind == "sqlite":
        yield str(tmp_path / "records.sqlite3")
        return
    with own_database(request.getfixturevalue("postgres_server")) as address:
        yield address


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "records.sqlite3"
    open_database(path, city_id="toy", kind="sample").close()
    return path


@pytest.fixture(scope="session")
def migrated_server(postgres_server: str) -> str:
    """The server, with a database `migrated` that has all tables, to be copied."""
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    open_database(f"{postgres_server}/migrated", city_id="toy", kind="sample").close()
    return postgres_server


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database of sample records of a toy city, with nothing in it: one of each kind."""
    with ExitStack() as stack:
        if database_kind == "sqlite":
            address = str(shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "records.sqlite3"))
        else:
            address = stack.enter_context(own_database(request.getfixturevalue("migrated_server"), "migrated"))
        opened = open_database(address, city_id="toy", kind="sample")
        stack.callback(opened.close)
        yield opened

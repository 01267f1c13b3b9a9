"""The desk as whoever runs it meets it: inviting, listing, signing out, serving."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from district_reports.database import open_database
from district_reports.errors import StoreError
from district_reports.periods import Quarter
from district_reports.review.people import find_person
from flows.desk_opening import PROGRAM, Folders, load_key, make_runner
from flows.records import SourceKind
from tests.flows.answers import Run, told
from tests.postgres import free_port

ANA = ("ana@city.example", "--name", "Ana Díaz", "--role", "commander", "--scope", "7")


@pytest.fixture
def where(tmp_path: Path) -> tuple[str, ...]:
    return ("--source", "sample", "--data-dir", str(tmp_path / "data"), "--records-dir", str(tmp_path))


def test_whoever_is_invited_gets_a_link_and_a_role(run: Run, where: tuple[str, ...], tmp_path: Path) -> None:
    code, output, errors = run("desk", "invite", *ANA, *where)
    assert (code, errors) == (0, "")
    first, link = output.splitlines()
    assert first == "This link signs Ana Díaz in, once, within 15 minutes:"
    assert re.fullmatch(r"http://127\.0\.0\.1:8765/sign-in/[\w-]{32}\.[0-9a-f]{32}", link)
    again = run("desk", "invite", "ANA@city.example", "--role", "language", "--scope", "es", "--port", "9000", *where)
    assert again[1].splitlines()[1].startswith("http://127.0.0.1:9000/sign-in/")
    assert run("desk", "people", *where)[1] == "Ana Díaz <ana@city.example> · en · commander 007, language es\n"
    assert (tmp_path / "data" / "desk.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new@city.example",), "--name: expected"),
        (("no address", "--name", "A"), "expected an e-mail address"),
        (("a@city.example", "--name", "A", "--role", "commander", "--scope", "999"), "role commander: expected one of"),
        (("a@city.example", "--name", "A", "--role", "admin", "--scope", "7"), "role admin: expected no scope"),
        (("a@city.example", "--name", "A", "--role", "king"), "Invalid value for '--role'"),
        (("a@city.example", "--name", "A", "--language", "xx"), "language: expected one of"),
    ],
)
def test_an_invitation_that_is_wrong_adds_nobody(
    run: Run, where: tuple[str, ...], words: tuple[str, ...], said: str
) -> None:
    code, _, errors = run("desk", "invite", *words, *where)
    assert code == 2
    assert said in told(errors)
    assert run("desk", "people", *where)[1] == "Nobody yet: see district-reports desk invite --help\n"


def test_sessions_of_nobody_cannot_be_ended(run: Run, where: tuple[str, ...]) -> None:
    code, _, errors = run("desk", "end-sessions", "who@city.example", *where)
    assert code == 2
    assert "who@" not in told(errors)
    run("desk", "invite", *ANA, *where)
    assert run("desk", "end-sessions", "ana@city.example", *where)[:2] == (0, "Ana Díaz: 0 sessions ended\n")


def test_an_option_before_the_command_is_not_lost_in_silence(run: Run, where: tuple[str, ...]) -> None:
    code, _, errors = run("desk", *where, "people")
    assert code == 2
    assert "--source: expected after `people`" in told(errors)


def test_others_reach_the_desk_by_https_alone(run: Run, where: tuple[str, ...]) -> None:
    code, _, errors = run("desk", "--host", "0.0.0.0", *where)
    assert code == 2
    assert "DISTRICT_REPORTS_DESK_URL" in told(errors)


def test_a_port_that_is_taken_is_told(run: Run, where: tuple[str, ...]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, _, errors = run("desk", "--port", str(other.getsockname()[1]), *where)
    assert code == 2
    assert "--port: expected one that is free" in told(errors)


def test_the_key_stays_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "desk.key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert [entry.name for entry in path.parent.iterdir()] == ["desk.key"]
    path.chmod(0o640)
    with pytest.raises(StoreError, match="0600"):
        load_key(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(StoreError, match="expected 32 bytes"):
        load_key(path)


def id_of(data: Path, address: str) -> str:
    with (
        closing(open_database(data / "records.sqlite3", city_id="chicago", kind="sample")) as database,
        database.read() as connection,
    ):
        person = find_person(connection, email=address)
    assert person is not None
    return person.person_id


@pytest.mark.parametrize("kind", ["freeze", "reopen"])
def test_a_step_is_taken_for_a_publisher_alone(run: Run, where: tuple[str, ...], tmp_path: Path, kind: str) -> None:
    """Between the form and the program it starts, a role may be taken."""
    run("desk", "invite", *ANA, *where)
    for by in (id_of(tmp_path / "data", "ana@city.example"), "operator", "nobody", ""):
        code, _, errors = run("desk", "step", kind, "2026Q3", f"--by={by}", "--reason=x", *where)
        assert code == 2
        assert "expected a publisher" in told(errors)


@pytest.mark.parametrize(
    ("url", "is_right"),
    [
        ("https://desk.example", True),
        ("https://desk.example:8443/", True),
        ("https://Desk.Example:443", True),
        ("https://city.example/desk", False),
        ("https://desk.example?x=1", False),
        ("https://me:secret@desk.example", False),
    ],
)
def test_the_address_of_the_desk_is_a_host_alone(
    run: Run, where: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, url: str, is_right: bool
) -> None:
    monkeypatch.setenv("DISTRICT_REPORTS_DESK_URL", url)
    code, output, errors = run("desk", "invite", *ANA, *where)
    if is_right:
        port = ":8443" if "8443" in url else ""
        assert (code, output.splitlines()[1].partition("/sign-in/")[0]) == (0, f"https://desk.example{port}")
    else:
        assert code == 2
        assert "DISTRICT_REPORTS_DESK_URL: expected" in told(errors)
        assert "secret" not in errors


@pytest.mark.slow
def test_a_step_is_started_as_a_program_of_its_own(run: Run, where: tuple[str, ...], tmp_path: Path) -> None:
    data = tmp_path / "data"
    load_key(data / "desk.key")
    folders = Folders(SourceKind.SAMPLE, data, tmp_path)
    run("desk", "invite", "p@city.example", "--name", "P", "--role", "publisher", *where)
    make_runner(folders)("freeze", Quarter(2026, 3), "--help me\0", id_of(data, "p@city.example"))
    log = data / "desk-steps.log"
    until = time.monotonic() + 120
    while "district-reports:" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.1)
    # There is no draft: it says so, and not that it was called wrongly.
    assert "expected a draft" in told(log.read_text())


@pytest.mark.slow
def test_from_an_invitation_to_the_first_page(where: tuple[str, ...], tmp_path: Path) -> None:
    port = free_port()
    program = [sys.executable, *PROGRAM, "desk"]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*program, "--port", str(port), *where], stdout=subprocess.PIPE, text=True, env=environ
    ) as desk:
        assert desk.stdout is not None
        assert f"http://127.0.0.1:{port}" in desk.stdout.readline()
        invited = subprocess.run(
            [*program, "invite", *ANA, "--port", str(port), *where], capture_output=True, text=True, check=True
        )
        link = invited.stdout.splitlines()[1]
        wait_for(f"http://127.0.0.1:{port}/health")
        page = httpx.get(link)
        assert page.status_code == 200
        assert "server" not in page.headers
        visitor = page.headers["set-cookie"].partition(";")[0]
        token = page.text.split('name="form" value="')[1].split('"')[0]
        entered = httpx.post(link, data={"form": token}, headers={"Cookie": visitor})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = next(line for line in entered.headers.get_list("set-cookie") if "session" in line)
        first = httpx.get(f"http://127.0.0.1:{port}/", headers={"Cookie": cookie.partition(";")[0]})
        assert first.status_code == 200
        assert "Ana Díaz" in first.text
        desk.send_signal(signal.SIGINT)
        desk.wait(timeout=60)


def wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")

"""The commands `district-reports desk …`: serve the desk, invite people, see who they are, sign them out.

Belongs here: arguments, lines, the server's process. Does not belong here: pages and rules (`district_reports.desk`).
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from district_reports.errors import ConfigError, RuleError
from district_reports.model import Grant, Person, Role
from district_reports.periods import Quarter
from district_reports.place_ids import pad_id
from district_reports.settings import Settings, find_asset, load_settings
from flows.command_options import (
    DataDirOption,
    DebugOption,
    RecordsDirOption,
    SourceOption,
    find_data_dir,
    find_records_dir,
)
from flows.records import SourceKind

if TYPE_CHECKING:
    from fastapi import FastAPI
    from sqlalchemy import Connection

    from flows.desk_opening import Folders

HOST, PORT = "127.0.0.1", 8765
TYPED = "COMMANDLINE"
"""How the library calls what was typed."""
LOCAL = ("127.0.0.1", "::1", "localhost")

app = typer.Typer(help="The desk where reports are reviewed and signed.", rich_markup_mode=None)

PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the desk on this machine.")]
EmailArgument = Annotated[str, typer.Argument(help="E-mail address of the person.")]


@app.callback(invoke_without_command=True)
def desk(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = HOST,
    port: PortOption = PORT,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Serve the desk until it is stopped; with a command, do that instead."""
    if context.invoked_subcommand is not None:
        sources = {name: context.get_parameter_source(name) for name in context.params}
        given = [name for name, source_of in sources.items() if source_of and source_of.name == TYPED]
        if given:
            option = "--" + given[0].replace("_", "-")
            raise ConfigError(f"{option}: expected after `{context.invoked_subcommand}`, got before it")
        return 0
    settings = load_settings()
    # Only now: reading how to call the program should not wait for the web server.
    from district_reports.desk.app import create_app
    from flows.desk_opening import open_desk

    folders = _find_folders(settings, source, data_dir, records_dir)
    url = _find_url(settings, host, port)
    with open_desk(settings, folders, url) as opened, _listen(host, port) as listener:
        typer.echo(f"The desk is at {url} ({folders.source.value} data); Ctrl+C ends it.")
        _serve(create_app(opened), listener, is_behind_proxy=bool(settings.desk.url))
    return 0


@app.command()
def invite(
    email: EmailArgument,
    name: Annotated[str, typer.Option("--name", help="Of the person; needed the first time.")] = "",
    role: Annotated[Role | None, typer.Option("--role", help="What the person may do.")] = None,
    scope: Annotated[str, typer.Option("--scope", help="District, language or organisation of the role.")] = "",
    language: Annotated[str, typer.Option("--language", help="In which the desk speaks to the person.")] = "",
    port: PortOption = PORT,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Add somebody, or a role of theirs, and give them a link that signs them in once."""
    settings = load_settings()
    # Only now, as in `desk`.
    from district_reports.desk.links import LIVES, make_link
    from district_reports.desk.post import link_url, send_link
    from district_reports.render.i18n import load_words
    from flows.desk_opening import KEY_FILE, find_mailer, load_key, make_clock, open_people

    folders, url = _find_folders(settings, source, data_dir, records_dir), _find_url(settings, HOST, port)
    key, mailer, now = load_key(folders.data_dir / KEY_FILE), find_mailer(settings), make_clock(settings)()
    with open_people(settings, folders) as database, database.begin() as connection:
        person = _add(connection, settings, email, name, language)
        if role is not None:
            _grant(connection, settings, person, role, scope)
        token = make_link(connection, key, person, now)
    link = link_url(url, token)
    minutes = int(LIVES.total_seconds() // 60)
    if mailer is None:
        typer.echo(f"This link signs {person.name} in, once, within {minutes} minutes:\n{link}")
        return 0
    words = load_words(settings.languages, find_asset("templates", "locale"))
    send_link(mailer, words[person.language], person, link)
    typer.echo(f"A link is on its way to {person.name}; it signs in once, within {minutes} minutes.")
    return 0


@app.command()
def people(
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """List who may come to the desk, and as what."""
    settings = load_settings()
    from district_reports.review.people import load_people
    from flows.desk_opening import open_people

    folders = _find_folders(settings, source, data_dir, records_dir)
    with open_people(settings, folders) as database, database.read() as connection:
        found = load_people(connection)
    for person in found:
        roles = ", ".join(f"{grant.role} {grant.scope}".strip() for grant in person.grants) or "no role"
        out = "" if person.is_active else " · kept out"
        typer.echo(f"{person.name} <{person.email}> · {person.language} · {roles}{out}")
    if not found:
        typer.echo("Nobody yet: see district-reports desk invite --help")
    return 0


@app.command("end-sessions")
def end_sessions(
    email: EmailArgument,
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Sign somebody out everywhere, at once; links that were not used stop working too."""
    settings = load_settings()
    from district_reports.desk import sessions
    from district_reports.review.log import OPERATOR
    from district_reports.review.people import find_person
    from flows.desk_opening import make_clock, open_people

    folders = _find_folders(settings, source, data_dir, records_dir)
    with open_people(settings, folders) as database, database.begin() as connection:
        person = find_person(connection, email=email)
        if person is None:
            raise RuleError("person: expected the address of one who was added, got another; see: desk people")
        ended = sessions.end_sessions(connection, person.person_id, by=OPERATOR, at=make_clock(settings)())
    typer.echo(f"{person.name}: {ended} session{'' if ended == 1 else 's'} ended")
    return 0


@app.command(hidden=True)
def step(
    kind: Annotated[str, typer.Argument()],
    quarter: Annotated[str, typer.Argument()],
    by: Annotated[str, typer.Option("--by")],
    reason: Annotated[str, typer.Option("--reason")] = "",
    source: SourceOption = SourceKind.PORTAL,
    data_dir: DataDirOption = None,
    records_dir: RecordsDirOption = None,
    debug: DebugOption = False,
) -> int:
    """Freeze or reopen for somebody at the desk; started by it."""
    settings = load_settings()
    from flows.desk_opening import make_clock, require_publisher
    from flows.freezing import freeze_release, reopen_release
    from flows.review_commands import make_request, tell_frozen
    from flows.terminal import show_progress

    request = make_request(settings, str(Quarter.parse(quarter)), source, data_dir, records_dir, "")
    require_publisher(settings, _find_folders(settings, source, data_dir, records_dir), by)
    if kind == "reopen":
        reopen_release(settings, request, reason=reason, by=by, at=request.now)
        return 0
    if kind != "freeze":
        raise ConfigError(f"step: expected freeze or reopen, got {kind!r:.40}")
    with show_progress() as progress:
        done = freeze_release(settings, request, by=by, clock=make_clock(settings), progress=progress)
    typer.echo(tell_frozen(done), nl=False)
    return 0


def _find_folders(settings: Settings, source: SourceKind, data_dir: Path | None, records: Path | None) -> Folders:
    from flows.desk_opening import Folders

    return Folders(source, find_data_dir(settings, source, data_dir), find_records_dir(settings, records))


def _find_url(settings: Settings, host: str, port: int) -> str:
    """Return the address under which browsers reach the desk."""
    if settings.desk.url:
        return _read_url(settings.desk.url)
    if host not in LOCAL:
        expected = f"{', '.join(LOCAL)}, or DISTRICT_REPORTS_DESK_URL with the https address"
        raise ConfigError(f"--host: expected {expected}, got {host!r:.80}")
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _read_url(url: str) -> str:
    """Return the address of the desk as browsers name it: paths begin at its root, and cookies are its host's."""
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        # What was given may hold a password.
        raise ConfigError("DISTRICT_REPORTS_DESK_URL: expected https://HOST alone, got more")
    usual = {"https": ":443", "http": ":80"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; the port is tried before anything is promised."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(f"--port: expected one that is free, got {port}: {error.strerror or error}") from error
    return listener


def _serve(application: FastAPI, listener: socket.socket, *, is_behind_proxy: bool) -> None:
    import uvicorn

    config = uvicorn.Config(
        application,
        # What visitors ask for stays out of the log: links are secrets.
        access_log=False,
        log_level="warning",
        lifespan="off",
        ws="none",
        server_header=False,
        # A proxy on this machine tells who asks; nobody else is believed.
        proxy_headers=is_behind_proxy,
        limit_concurrency=512,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _add(connection: Connection, settings: Settings, email: str, name: str, language: str) -> Person:
    """Return the person of an address, added where there is none, let in again where they were kept out."""
    from district_reports.review.log import OPERATOR
    from district_reports.review.people import add_person, find_person, set_active
    from flows.desk_opening import make_clock

    tag = settings.language(language).tag if language else settings.languages[0].tag
    now = make_clock(settings)()
    person = find_person(connection, email=email)
    if person is None:
        if not name:
            raise ConfigError("--name: expected that of the person, who is new here, got none")
        return add_person(connection, name=name, email=email, language=tag, by=OPERATOR, at=now)
    if not person.is_active:
        set_active(connection, person.person_id, True, by=OPERATOR, at=now)
    return person


def _grant(connection: Connection, settings: Settings, person: Person, role: Role, scope: str) -> None:
    from district_reports.review.log import OPERATOR
    from district_reports.review.people import grant
    from flows.desk_opening import make_clock

    local = role in (Role.COMMANDER, Role.COUNCIL)
    held = Grant(role=role, scope=(pad_id(scope, settings.district_ids) or scope) if local else scope)
    grant(connection, person.person_id, held, by=OPERATOR, at=make_clock(settings)(), settings=settings)

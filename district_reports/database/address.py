"""Which database is meant, and how messages name it: never with its password."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from district_reports.errors import ConfigError

_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")
_EXPECTED = "a path of a file, sqlite:///FILE or postgresql://USER@HOST/NAME"


def read_address(url_or_path: str | Path) -> URL:
    """Return the address of a database.

    Raises:
        ConfigError: If it is of no kind we know. The message never repeats what was given: it may hold a password.
    """
    if isinstance(url_or_path, Path) or (url_or_path and "://" not in url_or_path):
        return URL.create("sqlite", database=str(Path(url_or_path).absolute()))
    try:
        url = make_url(url_or_path)
    except (ArgumentError, ValueError):
        # Its message can repeat a part of the password.
        raise ConfigError(f"database address: expected {_EXPECTED}, got one that cannot be read") from None
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database not in (None, "", ":memory:"):
        return URL.create("sqlite", database=str(Path(str(url.database)).absolute()))
    if url.drivername not in _SERVERS or not url.database:
        got = f"{url.drivername}://…" + ("" if url.database else " without a name")
        raise ConfigError(f"database address: expected {_EXPECTED}, got {got}")
    if "@" in f"{url.host}{url.database}":
        raise ConfigError(f"database address: expected one @, before the server, and %40 in a password; {_EXPECTED}")
    return url.set(drivername="postgresql+psycopg")


def name_address(url: URL) -> str:
    """Return the name of a database for messages: its file, or server and name."""
    if url.drivername == "sqlite":
        return str(url.database)
    host = f"{url.host or 'localhost'}:{url.port}" if url.port else url.host or "localhost"
    return f"postgresql://{host}/{url.database}"


def hide_password(message: str, url: URL) -> str:
    """Return a foreign message on one line, without the password wherever it may stand in it."""
    given = [str(url.password)] if url.password else []
    for name in ("password", "sslpassword"):
        value = url.query.get(name, ())
        given += [value] if isinstance(value, str) else list(value)
    line = " ".join(message.split())
    for secret in filter(None, given):
        for form in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            line = line.replace(form, "***")
    return line

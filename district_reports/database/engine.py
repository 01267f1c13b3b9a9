"""Opening a database and its transactions.

Belongs here: the differences between SQLite and PostgreSQL, migrations, whose records a database holds, turning the
library's errors into ours. Does not belong here: what is in the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from district_reports.database.address import hide_password, name_address, read_address
from district_reports.database.metadata import about
from district_reports.database.revisions import current_revision, is_newest, migrate
from district_reports.errors import DatabaseError, KindError

Kind = Literal["sample", "portal"]

WAIT = 30
"""Seconds that a writer waits for another one."""
POOLED = 5
"""Connections to a server that are kept open."""
THREADS = 40
"""That a web server of ours asks from at once; each gets a connection, so that those who wait queue at the server."""
REACH = 10
"""Seconds after which a server that does not answer counts as unreachable."""
_OPENING = 7_003_114
"""PostgreSQL's number of the lock under which one program at a time makes or changes the tables."""


def default_path(data_dir: Path) -> Path:
    """Return the file of the records where no address is given."""
    return data_dir / "records.sqlite3"


class Database:
    """An open database that is known to hold the wanted kind of records."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine = engine
        self.url = url

    @property
    def name(self) -> str:
        """How messages call it."""
        return name_address(self.url)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Give a transaction that may write: committed at its end, undone by any exception.

        Two writers queue: on SQLite for the whole file, on PostgreSQL for the rows they lock.

        Raises:
            DatabaseError: If the database cannot be reached, read or written.
        """
        with self._translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a transaction that sees one state of all tables and may not write.

        Raises:
            DatabaseError: If the database cannot be reached or read.
        """
        with self._translated(), self.engine.connect() as connection:
            options: dict[str, Any] = {"is_reading": True}
            if self.engine.dialect.name != "sqlite":
                options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            with connection.execution_options(**options).begin():
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # Statement and values stay out of the message: they are people's words.
            found = _tell(error.orig) if isinstance(error, DBAPIError) else str(error)
            message = f"database {self.name}: expected to reach, read and write it, got: "
            # No chain: what the driver says of an address it cannot read may repeat the password.
            raise DatabaseError(message + hide_password(found, self.url)) from None


def _tell(error: object) -> str:
    """Return what a driver says went wrong; a server adds details, which may hold the whole row, and these are left."""
    diagnosis = getattr(error, "diag", None)
    return str(getattr(diagnosis, "message_primary", None) or error)


def open_database(url_or_path: str | Path, *, city_id: str, kind: Kind) -> Database:
    """Return the database at an address, with all its tables; a file is made where there is none.

    Args:
        url_or_path: A file, or the address of a PostgreSQL database.
        city_id: Whose records the caller wants to read and write there.
        kind: Made up for a sample, or real.

    Raises:
        ConfigError: If the address cannot be read.
        KindError: If the database holds records of another kind or city.
        DatabaseError: If it cannot be reached, read or written, or a newer program has changed it.
    """
    url = read_address(url_or_path)
    if url.drivername == "sqlite":
        _make_file(Path(str(url.database)))
    database = Database(_make_engine(url), url)
    try:
        wanted = {"city_id": city_id, "kind": kind}
        with database.read() as connection:
            _require_unicode(connection, database)
            is_ready = _is_ready(connection, database, wanted)
        if not is_ready:
            with database.begin() as connection:
                _make_ready(connection, database, wanted)
    except BaseException:
        database.close()
        raise
    return database


def _make_file(path: Path) -> None:
    """Make the file for its owner alone, since people's words are in it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise DatabaseError(f"database {path}: expected to read and write it, got: {error.strerror}") from error


def _make_engine(url: URL) -> Engine:
    if url.drivername != "sqlite":
        more = {} if "options" in url.query else {"options": f"-c lock_timeout={WAIT}s -c timezone=UTC"}
        arguments = {"connect_timeout": REACH, **more}
        # Writers queue and then see what the one before wrote, however the server is set.
        return create_engine(
            url,
            hide_parameters=True,
            connect_args=arguments,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            max_overflow=THREADS - POOLED,
            pool_size=POOLED,
        )
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": WAIT})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    # Python's own handling begins transactions late and ends them before changes of tables.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that read first could not become one if another wrote in the meantime: it takes the lock at once.
    is_reading = connection.get_execution_options().get("is_reading", False)
    if is_reading:
        # The connection ends with the transaction, so this needs no undoing.
        connection.exec_driver_sql("PRAGMA query_only=ON")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _require_unicode(connection: Connection, database: Database) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise DatabaseError(f"database {database.name}: expected its encoding to be UTF8, got {encoding}")


def _is_ready(connection: Connection, database: Database, wanted: dict[str, str]) -> bool:
    """Return whether nothing needs to be made; another city's or kind's records are never touched."""
    if not inspect(connection).has_table(about.name) or current_revision(connection) is None:
        return False
    found = {row.key: row.value for row in connection.execute(select(about))}
    if {key: found.get(key) for key in wanted} != wanted:
        expected, got = (f"{x.get('kind')} records of {x.get('city_id')}" for x in (wanted, found))
        message = f"database {database.name}: expected {expected}, got {got}; choose another database"
        raise KindError(message, path=Path(database.name))
    return is_newest(connection, database.name)


def _make_ready(connection: Connection, database: Database, wanted: dict[str, str]) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OPENING})")
    # Another program may have made it while this one waited.
    if _is_ready(connection, database, wanted):
        return
    is_new = current_revision(connection) is None
    migrate(connection)
    if is_new:
        connection.execute(insert(about), [{"key": key, "value": value} for key, value in wanted.items()])

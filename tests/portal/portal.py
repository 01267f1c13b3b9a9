"""The portal: datasets, changes to them, faults, the log, and the server's life."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from tests.portal import dataset as tables
from tests.portal import errors
from tests.portal.answers import rows_reply, view_reply
from tests.portal.dataset import Dataset, Source
from tests.portal.exchange import Reply, Request, RequestLog, RequestRecord
from tests.portal.faults import Fault, FaultPlan
from tests.portal.server import PortalServer

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_ATTRIBUTION = "Chicago Police Department"
_LICENSE = "See Terms of Use"


class Portal:
    """A SODA 2.1 portal on loopback, with rows in DuckDB.

    Use it as a context manager; datasets may be added before or while it serves.
    """

    def __init__(
        self,
        *,
        tokens: Collection[str] | None = None,
        gzip: bool = False,
        shuffle: bool = True,
        seed: int = 0,
        port: int = 0,
    ) -> None:
        """Make a portal without datasets.

        Args:
            tokens: Valid app tokens; any other is refused with 403. None accepts all.
            gzip: Whether bodies are compressed for clients that accept it.
            shuffle: Whether rows without a total order come in a new order each time.
            seed: Of the shuffles.
            port: 0 takes any free one.
        """
        self.tokens = None if tokens is None else frozenset(tokens)
        self.gzip = gzip
        self.shuffle = shuffle
        self.faults = FaultPlan()
        self.log = RequestLog()
        self.stopping = threading.Event()
        self.datasets: dict[str, Dataset] = {}
        self._port = port
        self._random = random.Random(seed)
        self._lock = threading.RLock()
        self._connection = duckdb.connect()
        self._server: PortalServer | None = None

    def __enter__(self) -> Self:
        """Start to serve."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Bind the port and serve in a thread."""
        self._server = PortalServer(("127.0.0.1", self._port), self)
        serve = self._server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.005}, name="portal", daemon=True).start()

    def stop(self) -> None:
        """Stop to serve and end all connections."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.close_connections()
            self._server.server_close()
        self._connection.close()

    @property
    def port(self) -> int:
        """Return the port it listens on.

        Raises:
            RuntimeError: If it does not serve yet.
        """
        if self._server is None:
            raise RuntimeError("the portal has not been started")
        return int(self._server.server_address[1])

    @property
    def domain(self) -> str:
        """Return host and port, as sodapy wants them."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Return the root without a slash at the end."""
        return f"http://{self.domain}"

    @property
    def requests(self) -> list[RequestRecord]:
        """Return the requests since the last reset, in the order they came."""
        return self.log.records()

    def reset_log(self) -> None:
        """Forget the requests so far."""
        self.log.reset()

    def add_table(
        self,
        dataset_id: str,
        source: Source,
        types: Mapping[str, str],
        *,
        rows_updated_at: datetime = _EPOCH,
        key: str | None = "id",
        name: str = "Dataset",
        attribution: str = _ATTRIBUTION,
        license_name: str = _LICENSE,
        touched_from: str | None = None,
        computed: Mapping[str, str] | None = None,
    ) -> None:
        """Publish a dataset of rows, or replace it.

        Args:
            dataset_id: Four and four characters.
            source: Arrow table, Parquet files, or SQL over the other tables; all values may be text.
            types: Column to `number`, `text`, `calendar_date`, `checkbox`, `url`, `location`, `multipolygon`, …
            rows_updated_at: Last change, with zone.
            key: Column that is unique, if there is one.
            name, attribution, license_name: For the metadata.
            touched_from: Column that gives the first `:created_at` and `:updated_at`; else `rows_updated_at`.
            computed: DuckDB SQL over the source for declared columns it lacks.
        """
        kept_key = key if key in types else None
        dataset = Dataset(dataset_id, dict(types), rows_updated_at, kept_key, name, attribution, license_name)
        with self._lock, self.connect() as connection:
            tables.load_table(connection, dataset, source, touched_from, computed)
            self.datasets[dataset_id] = dataset

    def add_geojson(
        self,
        dataset_id: str,
        geojson: Mapping[str, Any] | Path,
        *,
        rows_updated_at: datetime = _EPOCH,
        name: str = "Boundaries",
        attribution: str = _ATTRIBUTION,
        license_name: str = _LICENSE,
    ) -> None:
        """Publish a FeatureCollection: its properties are text columns, its shapes the column `the_geom`.

        Args:
            dataset_id: Four and four characters.
            geojson: The collection, or the file that holds it.
            rows_updated_at: Last change, with zone.
            name, attribution, license_name: For the metadata.
        """
        document = json.loads(geojson.read_text("utf-8")) if isinstance(geojson, Path) else geojson
        features = document["features"]
        names = dict.fromkeys(
            field for feature in features for field in feature["properties"] if not field.startswith(":")
        )
        columns = {
            field: pa.array([_as_text(feature["properties"].get(field)) for feature in features], pa.string())
            for field in names
        }
        columns["the_geom"] = pa.array([json.dumps(feature["geometry"]) for feature in features], pa.string())
        types = {"the_geom": "multipolygon", **dict.fromkeys(names, "text")}
        self.add_table(
            dataset_id,
            pa.table(columns),
            types,
            rows_updated_at=rows_updated_at,
            key=None,
            name=name,
            attribution=attribution,
            license_name=license_name,
        )

    def delete_rows(
        self, dataset_id: str, where_sql: str, *, bump_dataset: bool = True, at: datetime | None = None
    ) -> int:
        """Delete rows and return how many.

        Args:
            dataset_id: Which dataset.
            where_sql: DuckDB condition, such as `id = 5` or `"date" < '2018-01-01'`.
            bump_dataset: Whether `rowsUpdatedAt` moves.
            at: Time of the change; by default a minute after the last.
        """
        with self._lock, self.connect() as connection:
            dataset = self._dataset(dataset_id)
            dataset.tick(at, bump_dataset=bump_dataset)
            return tables.delete_rows(connection, dataset, where_sql)

    def update_rows(
        self,
        dataset_id: str,
        set_sql: str,
        where_sql: str = "true",
        *,
        bump_dataset: bool = True,
        bump_rows: bool = True,
        at: datetime | None = None,
    ) -> int:
        """Change rows and return how many.

        Args:
            dataset_id: Which dataset.
            set_sql: DuckDB assignments, such as `district = '012'`.
            where_sql: DuckDB condition.
            bump_dataset: Whether `rowsUpdatedAt` moves.
            bump_rows: Whether `:updated_at` of the rows moves.
            at: Time of the change; by default a minute after the last.
        """
        with self._lock, self.connect() as connection:
            dataset = self._dataset(dataset_id)
            moment = dataset.tick(at, bump_dataset=bump_dataset)
            return tables.update_rows(connection, dataset, set_sql, where_sql, moment if bump_rows else None)

    def insert_rows(
        self,
        dataset_id: str,
        rows: Sequence[Mapping[str, object]],
        *,
        bump_dataset: bool = True,
        at: datetime | None = None,
    ) -> int:
        """Append rows (column to value, absent is null) and return how many."""
        with self._lock, self.connect() as connection:
            dataset = self._dataset(dataset_id)
            moment = dataset.tick(at, bump_dataset=bump_dataset)
            return tables.insert_rows(connection, dataset, rows, moment)

    def remint_ids(self, dataset_id: str, *, bump_dataset: bool = True, at: datetime | None = None) -> int:
        """Give every row a new `:id`, as a full replace does, and return how many."""
        with self._lock, self.connect() as connection:
            dataset = self._dataset(dataset_id)
            return tables.remint_ids(connection, dataset, dataset.tick(at, bump_dataset=bump_dataset))

    def touch(self, dataset_id: str, *, at: datetime | None = None) -> None:
        """Move `rowsUpdatedAt` and change no row."""
        with self._lock:
            self._dataset(dataset_id).tick(at, bump_dataset=True)

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run DuckDB SQL and return its rows; tables are named like datasets, in double quotes."""
        with self._lock, self.connect() as connection:
            return connection.execute(sql).fetchall()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own to the rows."""
        return self._connection.cursor()

    def answer(self, request: Request, fault: Fault | None, connection: duckdb.DuckDBPyConnection) -> Reply:
        """Return the reply to a request.

        Raises:
            SodaError: If the portal refuses it.
        """
        if self.tokens is not None and request.token is not None and request.token not in self.tokens:
            raise errors.invalid_token()
        if request.form == "views":
            if request.dataset_id not in self.datasets:
                raise errors.view_missing(request.dataset_id)
            return view_reply(self.datasets[request.dataset_id], fault)
        dataset = self._dataset(request.dataset_id)
        with self._lock:
            seed = self._random.randrange(2**31) if self.shuffle else None

        def act() -> object:
            return None if fault is None or fault.action is None else fault.action(self)

        return rows_reply(connection, dataset, request, fault, seed, act)

    def _dataset(self, dataset_id: str) -> Dataset:
        if dataset_id not in self.datasets:
            raise errors.dataset_missing(dataset_id)
        return self.datasets[dataset_id]


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)

"""Snapshots: write-once parts, the manifests that name them, and what was rejected.

A part is there when its sidecar is; a snapshot is there when `manifest.json` names it, which is written last.
A run that is killed between the two leaves the old snapshot and parts that the next run finds again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from district_reports.errors import StoreError
from district_reports.model import CheckResult, Fingerprint, Record, Snapshot, StoredPart
from district_reports.store import files
from district_reports.store.names import require_name

_SHOWN_DIGITS = 12
"""Digits of the hash in a file name: 48 bits, far more than the few hundred files of a source need."""


@dataclass(frozen=True)
class Content:
    """What a part holds, as bytes and as the manifest tells it."""

    data: bytes
    suffix: str
    """`.parquet` or `.geojson`."""
    rows: int
    first_key: str
    last_key: str


class Sidecar(Record):
    """What a part was pulled as; tells a later run whether it may use the part again."""

    part: StoredPart
    columns: dict[str, str]
    where: str = ""


class Checked(Record):
    """When a source was last looked at, and what was found amiss."""

    checked_at: datetime
    remarks: tuple[CheckResult, ...] = ()


class Rejected(Record):
    """Why a part was not accepted."""

    source_id: str
    part_id: str
    rows: int
    problems: tuple[str, ...]
    rejected_at: datetime


def encode_table(table: pa.Table) -> bytes:
    """Return a table as Parquet: one row group, zstd, the same bytes for the same rows.

    Fields are written as nullable where a rejected table has nulls it must not have.
    """
    fields = [field.with_nullable(field.nullable or table.column(field.name).null_count > 0) for field in table.schema]
    plain = pa.Table.from_arrays([column.combine_chunks() for column in table.columns], schema=pa.schema(fields))
    # A dictionary of keys and moments, which are nearly all distinct, costs time and room.
    texts = [field.name for field in fields if pa.types.is_string(field.type)]
    sink = pa.BufferOutputStream()
    rows = max(1, plain.num_rows)
    pq.write_table(plain, sink, compression="zstd", row_group_size=rows, use_dictionary=texts, version="2.6")
    return bytes(sink.getvalue())


def table_content(table: pa.Table, key: str) -> Content:
    """Return a table, which is ordered by its key, as the content of a part."""
    keys = table.column(key)
    first, last = (str(keys[0].as_py()), str(keys[-1].as_py())) if table.num_rows else ("", "")
    return Content(encode_table(table), ".parquet", table.num_rows, first, last)


class SnapshotFolder:
    """The folders `snapshots` and `quarantine` of a data directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def source_dir(self, source_id: str) -> Path:
        """Return the folder of a source."""
        folder = self.root / "snapshots"
        return folder / require_name(source_id, folder)

    def part_path(self, source_id: str, part: StoredPart) -> Path:
        """Return where a part's file is."""
        return self.source_dir(source_id) / part.file

    def has_part(self, source_id: str, part: StoredPart) -> bool:
        """Return whether a part's file is there and holds what was written."""
        return files.has_digest(self.part_path(source_id, part), part.sha256)

    def load_table(self, source_id: str, part: StoredPart) -> pa.Table:
        """Return the rows of a part that is a table.

        Raises:
            StoreError: If its file cannot be read.
        """
        path = self.part_path(source_id, part)
        try:
            return pq.read_table(pa.BufferReader(files.load_bytes(path) or b""))
        except pa.ArrowException as error:
            raise StoreError(f"{path}: expected Parquet, got: {error!s:.200}", path=path) from error

    def find_part(
        self, source_id: str, part_id: str, fingerprint: Fingerprint | None, columns: dict[str, str], where: str = ""
    ) -> StoredPart | None:
        """Return a part that was pulled as this and is whole, or None.

        Args:
            source_id: Whose part.
            part_id: `2018-07`, or `all`.
            fingerprint: What the portal says of it now.
            columns: What would be asked for now.
            where: Of which rows.
        """
        folder = self.source_dir(source_id) / "parts"
        for path in sorted(folder.glob(f"{require_name(part_id, folder)}-*.json")):
            sidecar = _load_sidecar(path)
            wanted = (fingerprint, columns, where)
            if sidecar is None or (sidecar.part.fingerprint, sidecar.columns, sidecar.where) != wanted:
                continue
            if sidecar.part.part_id == part_id and self.has_part(source_id, sidecar.part):
                return sidecar.part
        return None

    def save_part(
        self,
        source_id: str,
        part_id: str,
        content: Content,
        *,
        fingerprint: Fingerprint | None,
        columns: dict[str, str],
        where: str = "",
    ) -> StoredPart:
        """Write a part, then its sidecar, and return its record; a file that is there already is kept.

        Args:
            source_id: Whose part.
            part_id: `2018-07`, or `all`.
            content: What it holds.
            fingerprint: What the portal said of it when it was pulled.
            columns: What was asked for; see `described_columns`.
            where: Of which rows; the source's own condition.

        Raises:
            StoreError: If the disk is full or the place cannot be written.
        """
        folder = self.source_dir(source_id)
        sha256 = files.digest(content.data)
        stem = f"{require_name(part_id, folder)}-{sha256[:_SHOWN_DIGITS]}"
        part = StoredPart(
            part_id=part_id,
            file=f"parts/{stem}{content.suffix}",
            sha256=sha256,
            rows=content.rows,
            first_key=content.first_key,
            last_key=content.last_key,
            fingerprint=fingerprint,
        )
        files.save_bytes(folder / part.file, content.data)
        sidecar = Sidecar(part=part, columns=columns, where=where)
        files.save_json(folder / f"parts/{stem}.json", sidecar.model_dump(mode="json"))
        return part

    def load_snapshot(self, source_id: str) -> Snapshot | None:
        """Return the current snapshot of a source, or None if there is none.

        Raises:
            StoreError: If the manifest cannot be read.
        """
        return _load_manifest(self.source_dir(source_id) / "manifest.json")

    def load_past_snapshot(self, source_id: str, digest: str) -> Snapshot | None:
        """Return a snapshot of the past by its digest, or None.

        Raises:
            StoreError: If the manifest cannot be read.
        """
        folder = self.source_dir(source_id) / "manifests"
        return _load_manifest(folder / f"{require_name(digest, folder)}.json")

    def save_snapshot(self, snapshot: Snapshot) -> None:
        """Write the manifest to the history, once, and then make it the current one.

        Raises:
            StoreError: If it cannot be written; the one before is then still the current one.
        """
        folder = self.source_dir(snapshot.source_id)
        kept = folder / "manifests" / f"{snapshot.digest}.json"
        document = snapshot.model_dump(mode="json")
        if files.load_bytes(kept) is None:
            files.save_json(kept, document)
        files.save_json(folder / "manifest.json", document)

    def save_checked(self, source_id: str, at: datetime, remarks: Sequence[CheckResult] = ()) -> None:
        """Write when a source was last looked at, and what was found amiss; no number is ever made from this.

        Raises:
            StoreError: If it cannot be written.
        """
        checked = Checked(checked_at=at, remarks=tuple(remarks))
        files.save_json(self.source_dir(source_id) / "checked.json", checked.model_dump(mode="json"))

    def load_checked(self, source_id: str) -> Checked | None:
        """Return when a source was last looked at; None if it never was, or the file is none of ours.

        Raises:
            StoreError: If it is there and cannot be read.
        """
        data = files.load_bytes(self.source_dir(source_id) / "checked.json")
        try:
            return None if data is None else Checked.model_validate_json(data)
        except ValidationError:
            return None

    def save_rejected(
        self, source_id: str, part_id: str, content: Content, problems: tuple[str, ...], at: datetime
    ) -> Path:
        """Write a rejected part and why to `quarantine`, where nothing reads it, and return its path.

        Raises:
            StoreError: If it cannot be written.
        """
        folder = self.root / "quarantine" / self.source_dir(source_id).name
        stem = f"{require_name(part_id, folder)}-{files.digest(content.data)[:_SHOWN_DIGITS]}"
        reason = Rejected(source_id=source_id, part_id=part_id, rows=content.rows, problems=problems, rejected_at=at)
        path = folder / f"{stem}{content.suffix}"
        files.save_bytes(path, content.data)
        files.save_json(folder / f"{stem}.json", reason.model_dump(mode="json"))
        return path


def _load_sidecar(path: Path) -> Sidecar | None:
    """Return a sidecar; None if it is none, for then the part is simply pulled again."""
    try:
        return Sidecar.model_validate_json(files.load_bytes(path) or b"")
    except ValidationError:
        return None


def _load_manifest(path: Path) -> Snapshot | None:
    data = files.load_bytes(path)
    if data is None:
        return None
    try:
        return Snapshot.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise StoreError(f"{path}: expected a manifest, got at {place}: {first['msg']}", path=path) from error

"""A record as bytes of one form only, and back."""

from __future__ import annotations

import hashlib
import json

from district_reports.model import Dossier, Ledger, Record


def canonical_json(record: Record) -> bytes:
    """Return the record as JSON of one form only: sorted keys, no spaces, UTF-8, one newline at the end."""
    data = record.model_dump(mode="json")
    return (json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def canonical_ledger(ledger: Ledger) -> bytes:
    """Return what `canonical_json` returns, made record by record: a long history needs less memory so."""
    parts = []
    for name in sorted(type(ledger).model_fields):
        records = b",".join(canonical_json(record).rstrip(b"\n") for record in getattr(ledger, name))
        parts.append(b'"%s":[%s]' % (name.encode(), records))
    return b"{" + b",".join(parts) + b"}\n"


def digest_of(record: Record) -> str:
    """Return the SHA-256 of the record's canonical JSON."""
    return hashlib.sha256(canonical_json(record)).hexdigest()


def load_dossier(data: bytes) -> Dossier:
    """Return the dossier written by `canonical_json`."""
    return Dossier.model_validate_json(data)

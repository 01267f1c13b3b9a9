"""Records of what is public: versions of a release, and what pages without a number may quote of an edition."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from district_reports.model.core import Record


class Summary(Record):
    """`summary.json` of an edition: final texts that the site, the feed and the desk may quote as they stand."""

    place: str
    quarter: str
    language: str
    place_name: str
    months: str
    """The quarter, as its months."""
    edition_line: str
    title: str
    document_title: str
    dates_line: str
    banners: tuple[str, ...]
    key_facts: tuple[str, ...]
    """One sentence or line each."""
    changed: tuple[str, ...]
    """What changed since the last quarter: the loop's news, first things first."""
    corrections: tuple[str, ...]
    card_alt: str
    """What the social card shows, in words."""
    blocks: tuple[tuple[str, str], ...]
    """Id and heading of each part of the page, in reading order: what a comment can be anchored to."""


class PublicFile(Record):
    """A file of a version."""

    path: str
    """Below the version's folder: `007/es/report.html`, `measures.csv`, `kits/007.zip`."""
    sha256: str
    size: int


class Signature(Record):
    """A signature as it is told in public: the role, never the person."""

    role: str
    scope: str
    subject: str
    digest: str
    at: datetime


class Version(Record):
    """One published version of a quarter's release: `release.json`."""

    quarter: str
    version: int
    published_at: datetime
    manifest: str
    """SHA-256 of the manifest that was signed."""
    correction: str = ""
    """Why it replaces the one before, in the city's first language; empty in the first."""
    correction_translations: dict[str, str] = {}
    """The same in other languages, by tag."""
    signatures: tuple[Signature, ...]
    missed: tuple[tuple[str, str], ...] = ()
    """Role and scope of those who had not answered in time."""
    places: tuple[str, ...]
    languages: tuple[str, ...]
    files: tuple[PublicFile, ...]


class PublicVersion(Record):
    """A version, and how it stands today."""

    release: Version
    state: Literal["current", "superseded", "withdrawn"]
    reason: str = ""
    """Of a withdrawal, in the city's first language."""
    reason_translations: dict[str, str] = {}
    """The same in other languages, by tag."""
    ended_at: datetime | None = None
    """When it was superseded or withdrawn."""
    superseded_by: int = 0
    """Number of the version that took its place; 0: none."""

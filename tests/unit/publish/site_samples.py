"""Invented versions to build a site of: small texts, a few places, every state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from district_reports.model import PublicFile, PublicVersion, Shape, Signature, Summary, Version
from district_reports.publish.open_data import COLUMNS
from district_reports.publish.site import build_open_data, build_site
from district_reports.publish.site_reports import FILES
from district_reports.render.i18n import Words, load_words
from district_reports.settings import Settings, find_asset

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63387cf83000041f020b"
    "0af0b9ae0000000049454e44ae426082"
)
"""The smallest picture."""


Plan = tuple[str, int, datetime, Mapping[str, Any]]
"""Quarter, number, day of publication, and what else a version is made of."""


def read_words(settings: Settings) -> dict[str, Words]:
    return load_words(settings.languages, find_asset("templates", "locale"))


def make_shapes(settings: Settings) -> tuple[Shape, ...]:
    """Return a square for each district."""
    side = 1000 // 5
    shapes = []
    for number, district_id in enumerate(settings.district_ids):
        x, y = number % 5 * side, number // 5 * side
        ring = ((x, y), (x, y + side), (x + side, y + side), (x + side, y))
        shapes.append(Shape(area_id=district_id, rings=(ring,)))
    return tuple(shapes)


def make_summary(place: str, quarter: str, language: str, **changes: Any) -> Summary:
    """Return the invented texts of one edition, marked by its language so that a test can tell them."""
    mark = f"{place}, {quarter} ({language})"
    values: dict[str, Any] = {
        "place": place,
        "quarter": quarter,
        "language": language,
        "place_name": f"Place {place}",
        "months": f"Months of {quarter} ({language})",
        "edition_line": f"Edition {mark}",
        "title": f"Invented title of {mark}.",
        "document_title": f"Invented report: {mark}",
        "dates_line": f"Dates of {mark}.",
        "banners": (),
        "key_facts": (f"First fact of {mark}: 1,234", f"Second fact of {mark}: 0"),
        "changed": (f"A promise of {mark} moved on.",),
        "corrections": (),
        "card_alt": f"Card of {mark}",
        "blocks": (("violence", "Are people being hurt less?"),),
    }
    return Summary.model_validate({**values, **changes})


def make_measures(settings: Settings, quarter: str) -> bytes:
    """Return a few invented rows of `measures.csv`."""
    metrics = (*settings.report.key_facts, *settings.report.arrest_shares)
    rows = [",".join(COLUMNS)]
    rows += [f"city,{quarter},{metric},12,incidents,,,ok,2026-10-08,crimes (invented)" for metric in metrics]
    return ("\n".join(rows) + "\n").encode()


@dataclass(frozen=True)
class Case:
    """What a site is built of, and the signed files beside its pages."""

    settings: Settings
    words: Mapping[str, Words]
    versions: tuple[PublicVersion, ...] = ()
    summaries: dict[tuple[str, int], dict[str, Summary]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    now: datetime = NOW

    def build(self) -> dict[str, bytes]:
        """Return the whole tree: the site's pages and the signed files."""
        pages = build_site(self.settings, self.words, self.versions, self.summaries, self.shapes, self.now)
        assert not set(pages) & set(self.files), "a page must never take the place of a signed file"
        return {**self.files, **pages}


def make_version(
    settings: Settings,
    words: Mapping[str, Words],
    quarter: str,
    number: int,
    *,
    places: Sequence[str],
    published_at: datetime,
    languages: Sequence[str] = (),
    summary: Mapping[str, Any] | None = None,
    correction: str = "",
    translations: Mapping[str, str] | None = None,
    **state: Any,
) -> tuple[PublicVersion, dict[str, Summary], dict[str, bytes]]:
    """Return a version with its texts and files; the paths of the files are below the site's root."""
    tags = tuple(languages) or tuple(words)
    editions = [(place, tag) for place in places for tag in tags]
    summaries = {f"{p}/{t}": make_summary(p, quarter, t, **(summary or {})) for p, t in editions}
    own: dict[str, bytes] = {}
    for place, tag in editions:
        for name in FILES:
            own[f"{place}/{tag}/{name}"] = PIXEL if name == "card.png" else f"{name} of {place}/{tag}\n".encode()
        own[f"{place}/{tag}/report.html"] = f'<!DOCTYPE html><html lang="{tag}"><title>x</title><p>x'.encode()
        own[f"{place}/{tag}/summary.json"] = summaries[f"{place}/{tag}"].model_dump_json().encode()
    own.update({f"kits/{place}.zip": b"kit" for place in places})
    own["measures.csv"] = make_measures(settings, quarter)
    own |= build_open_data(
        settings, words, quarter=quarter, version=number, measures=own["measures.csv"], definitions={}
    )
    release = Version(
        quarter=quarter,
        version=number,
        published_at=published_at,
        manifest=sha256(quarter.encode()).hexdigest(),
        correction=correction,
        correction_translations=dict(translations or {}),
        signatures=_sign(places, tags, published_at),
        missed=(("commander", places[-1]),),
        places=tuple(places),
        languages=tags,
        files=tuple(
            PublicFile(path=path, sha256=sha256(data).hexdigest(), size=len(data)) for path, data in sorted(own.items())
        ),
    )
    version = PublicVersion(release=release, **{"state": "current", **state})
    # The last file of a version, which lists all others.
    own["release.json"] = release.model_dump_json().encode()
    base = f"{quarter}/v{number}/"
    return version, summaries, {base + path: data for path, data in own.items()}


def _sign(places: Sequence[str], tags: Sequence[str], at: datetime) -> tuple[Signature, ...]:
    scopes = [("data", "", "release"), ("publisher", "", "release")]
    scopes += [("commander", place, f"dossier/{place}") for place in places[:-1] if place != "city"]
    scopes += [("language", tag, f"language/{tag}") for tag in tags]
    return tuple(
        Signature(role=role, scope=scope, subject=subject, digest="0" * 64, at=at) for role, scope, subject in scopes
    )


def make_case(settings: Settings, *, words: Mapping[str, Words] | None = None, now: datetime = NOW) -> Case:
    """Return a site with a replaced version, its correction, a withdrawn quarter and a newest report."""
    words = words or read_words(settings)
    places = ("city", *settings.district_ids[:2])
    wrong = "Robberies of one district were counted twice."
    plans: list[Plan] = [
        ("2025Q4", 1, datetime(2026, 2, 9, 15, tzinfo=UTC), {}),
        (
            "2026Q1",
            1,
            datetime(2026, 5, 9, 15, tzinfo=UTC),
            {"state": "superseded", "ended_at": datetime(2026, 5, 20, 15, tzinfo=UTC), "superseded_by": 2},
        ),
        ("2026Q1", 2, datetime(2026, 5, 20, 15, tzinfo=UTC), {"correction": wrong}),
        ("2026Q2", 1, datetime(2026, 8, 9, 15, tzinfo=UTC), {}),
        (
            "2026Q3",
            1,
            datetime(2026, 11, 12, 15, tzinfo=UTC),
            {
                "state": "withdrawn",
                "reason": "A file of the source was read twice.",
                "ended_at": datetime(2026, 11, 20, 15, tzinfo=UTC),
            },
        ),
    ]
    return build_case(settings, words, places, plans, now=now)


def build_case(
    settings: Settings,
    words: Mapping[str, Words],
    places: Sequence[str],
    plans: Sequence[Plan],
    now: datetime = NOW,
) -> Case:
    versions, summaries, files = [], {}, {}
    for quarter, number, at, more in plans:
        version, told, own = make_version(
            settings, words, quarter, number, places=places, published_at=at, **dict(more)
        )
        versions.append(version)
        if version.state != "withdrawn":
            summaries[quarter, number] = told
            files |= own
    return Case(settings, words, tuple(versions), summaries, files, make_shapes(settings), now)

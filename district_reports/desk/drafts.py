"""One draft as the desk's pages show it: its head, the ways between its pages, its editions and their parts."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

from fastapi import HTTPException

from district_reports.desk.context import Visit
from district_reports.desk.releases import Cell, Release, require_release
from district_reports.model import CITY, Dossier, Grant, Phase, Role, Subject
from district_reports.periods import Quarter
from district_reports.review.subjects import DOSSIER
from district_reports.store import Store

REPORT = "report.html"
SUMMARY = "summary.json"
_PART = re.compile(
    r'<section id="([A-Za-z0-9_-]{1,80})" class="part"[^>]*>\s*(?:<div[^>]*>\s*)?<h2[^>]*>(.{1,400}?)</h2>', re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Draft:
    """A draft, for its pages."""

    release: Release
    place_id: str
    subject: Subject

    @property
    def quarter(self) -> str:
        """Its quarter."""
        return str(self.release.quarter)

    @property
    def base(self) -> str:
        """Address of its first page."""
        return f"/drafts/{self.quarter}/{self.place_id}"

    @property
    def place(self) -> str:
        """Name of its place."""
        return self.release.visit.wording.place(self.place_id)

    @property
    def stage(self) -> str:
        """Where its release is on its way."""
        return self.release.stage

    @property
    def banners(self) -> list[str]:
        """What the draft says of itself: a sample, a preview."""
        manifest, words = self.release.subjects.manifest, self.release.visit.words
        return [words.text(f"banner.{name}") for name in ("sample", "preview") if manifest.get(f"is_{name}")]

    @property
    def deadline_line(self) -> str:
        """Until when reviewers can answer."""
        return self.release.deadline_line()

    @property
    def own_grants(self) -> tuple[Grant, ...]:
        """Roles in which the visitor decides on it."""
        roles = self.release.visit.roles_for("decide_draft", self.place_id)
        return tuple(Grant(role=role, scope=self.place_id) for role in roles)

    @property
    def own(self) -> Cell | None:
        """How it stands with the visitor; None for one who does not decide."""
        grants = self.own_grants
        return self.release.cell(grants[0].role, self.place_id, self.subject) if grants else None

    @property
    def tabs(self) -> list[dict[str, str]]:
        """Its pages."""
        words, base = self.release.visit.words, self.base
        pages = {"draft": base, "comments": f"{base}/comments", "decide": f"{base}/decide", "word": f"{base}/word"}
        if self.place_id != CITY:
            pages = {"draft": base, "comments": pages["comments"], "note": f"{base}/note", **pages}
        return [{"name": name, "href": href, "text": words.text(f"desk.tab.{name}")} for name, href in pages.items()]

    @property
    def next(self) -> dict[str, str] | None:
        """What the visitor is asked to do when they have read it."""
        if not self.own_grants or self.release.phase is Phase.PUBLISHED:
            return None
        is_council = all(grant.role is Role.COUNCIL for grant in self.own_grants)
        key = "desk.draft.next_council" if is_council else "desk.draft.next"
        return {"href": f"{self.base}/decide", "text": self.release.visit.words.text(key)}

    def names(self, tag: str) -> tuple[str, ...]:
        """Return the files of its edition in a language."""
        return tuple(self.release.subjects.files(self.place_id, tag))

    def choose_language(self) -> str:
        """Return the language that the address asks for, else the visitor's own, else the city's first."""
        tags = [language.tag for language in self.release.visit.desk.settings.languages]
        wanted = self.release.visit.request.query_params.get("language", "")
        made = [tag for tag in (wanted, self.release.visit.words.language.tag, *tags) if tag in tags]
        return next((tag for tag in made if self.names(tag)), made[0])

    def load(self, tag: str, name: str) -> bytes | None:
        """Return a file of its edition as it was signed; None where the manifest has none.

        Raises:
            HTTPException: 503 where what stands there is not what the manifest says.
        """
        digest = self.release.subjects.files(self.place_id, tag).get(name)
        if digest is None:
            return None
        store = self.release.visit.desk.store
        data = store.load_file(store.edition_dir(self.release.quarter, self.place_id, tag) / name)
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise HTTPException(503)
        return data

    def blocks(self, tag: str) -> tuple[tuple[str, str], ...]:
        """Return the parts of its page, id and heading, in reading order: what a comment can be anchored to."""
        names = self.release.subjects.files(self.place_id, tag)
        name = SUMMARY if SUMMARY in names else REPORT
        if name not in names:
            return ()
        kept: dict[str, Any] = self.release.visit.desk.more.setdefault("blocks", {})
        if names[name] not in kept:
            if len(kept) > 200:
                kept.clear()
            data = self.load(tag, name) or b""
            kept[names[name]] = _summary_blocks(data) if name == SUMMARY else _page_blocks(data)
        found: tuple[tuple[str, str], ...] = kept[names[name]]
        return found


def require_draft(visit: Visit, place: str) -> Draft:
    """Return the draft that the path names.

    Raises:
        HTTPException: 404 if there is none.
    """
    release = require_release(visit, about=f"{DOSSIER}/{place}")
    subject = release.subjects.find(f"{DOSSIER}/{place}")
    if subject is None:
        raise HTTPException(404)
    return Draft(release, place, subject)


def load_dossier(store: Store, quarter: Quarter, place: str) -> Dossier | None:
    """Return a place's dossier; None where there is none that this program can read."""
    data = store.load_file(store.edition_dir(quarter, place) / "dossier.json")
    return None if data is None else _read_dossier(data)


@lru_cache(maxsize=16)
def _read_dossier(data: bytes) -> Dossier | None:
    # One of an older program may have other fields: then there is nothing to compare with.
    try:
        return Dossier.model_validate_json(data)
    except ValueError:
        return None


def _summary_blocks(data: bytes) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(heading)) for name, heading in json.loads(data)["blocks"])


def _page_blocks(data: bytes) -> tuple[tuple[str, str], ...]:
    text = data.decode("utf-8", "replace")
    return tuple((name, unescape(_TAG.sub("", heading)).strip()) for name, heading in _PART.findall(text))

"""One draft: what changed since last quarter, worst first, then the edition as it will stand, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.drafts import REPORT, Draft, load_dossier, require_draft
from district_reports.desk.telling_changes import tell
from district_reports.model import Change, Dossier
from district_reports.review.changes import list_changes

router = APIRouter()

SHOWN = 12
"""Changes that are told before the rest folds away."""
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".ics": "text/calendar; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""Of a draft's files. The edition brings its own style within; it has no script, and gets none."""


@router.get("/drafts/{quarter}/{place}", name="draft")
def show_draft(visit: Here, quarter: str, place: str) -> Response:
    """Show a draft, and above it what a reviewer should know."""
    draft = require_draft(visit, place)
    store = visit.desk.store
    now = load_dossier(store, draft.release.quarter, place)
    if now is None:
        raise HTTPException(503)
    before = load_dossier(store, draft.release.quarter.previous(), place)
    changes = [one for one in _load_changes(visit, draft, before, now) if one.detail != "first_report"]
    told = list(zip(changes, tell(visit, now, changes), strict=True))
    tag = draft.choose_language()
    return visit.render(
        "draft.html.j2",
        draft=draft,
        has_before=before is not None,
        changes=[line for change, line in told if change.kind not in ("check", "translation")],
        checks=[line for change, line in told if change.kind == "check"],
        missing=[line for change, line in told if change.kind == "translation" and change.detail != "unreviewed"],
        unreviewed=_unreviewed(visit, draft, changes),
        shown=SHOWN,
        editions=[
            {"tag": language.tag, "name": language.name}
            for language in visit.desk.settings.languages
            if draft.names(language.tag)
        ],
        edition=_edition(visit, draft, tag),
    )


@router.get("/drafts/{quarter}/{place}/files/{language}/{name}", name="draft_file")
def send_file(visit: Here, quarter: str, place: str, language: str, name: str) -> Response:
    """Send a file of an edition, as it was signed: its bytes are compared with the manifest."""
    draft = require_draft(visit, place)
    data = draft.load(language, name)
    kind = KINDS.get(PurePath(name).suffix)
    if data is None or kind is None:
        raise HTTPException(404)
    headers = {"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"}
    if kind.startswith("text/html"):
        # No script, no form, no window over ours; links of the edition lead where they lead.
        headers["Content-Security-Policy"] += (
            "; sandbox allow-same-origin allow-popups allow-top-navigation-by-user-activation"
        )
    return Response(data, media_type=kind, headers=headers)


def _load_changes(visit: Visit, draft: Draft, before: Dossier | None, now: Dossier) -> Sequence[Change]:
    """Return the changes, made once for the same two dossiers."""
    kept: dict[Any, Sequence[Change]] = visit.desk.more.setdefault("changes", {})
    manifest = draft.release.subjects.manifest["dossiers"]
    key = (draft.place_id, manifest.get(draft.place_id), id(before) if before is None else before.quarter)
    if key not in kept:
        if len(kept) > 200:
            kept.clear()
        kept[key] = list_changes(before, now, visit.desk.settings)
    return kept[key]


def _unreviewed(visit: Visit, draft: Draft, changes: Sequence[Change]) -> list[dict[str, str]]:
    """Return the languages that no fluent reader has signed, each with the page where that is done."""
    tags = [change.name for change in changes if change.kind == "translation" and change.detail == "unreviewed"]
    may_look = visit.may("language", "")
    return [
        {
            "name": visit.wording.language(tag),
            "href": f"/languages/{draft.quarter}/{tag}" if may_look or visit.may("language", tag) else "",
        }
        for tag in tags
    ]


def _edition(visit: Visit, draft: Draft, tag: str) -> dict[str, Any]:
    names = draft.names(tag)
    words = visit.words
    return {
        "tag": tag,
        "name": visit.wording.language(tag),
        "base": f"{draft.base}/files/{tag}/",
        "names": names,
        "has_page": REPORT in names,
        "others": [
            {"name": name, "text": words.text(key) if (key := f"desk.file.{name}") in words.forms else name}
            for name in names
            if name not in (REPORT, "report.pdf") and PurePath(name).suffix in KINDS
        ],
    }

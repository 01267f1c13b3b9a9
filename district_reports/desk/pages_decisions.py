"""Deciding on a draft: sign, return, take back; and everything that was decided before.

The form holds the digest of what was read: what has changed since is refused, and the answer says what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from district_reports.desk.context import Here, Visit
from district_reports.desk.drafts import Draft, require_draft
from district_reports.desk.releases import Release, tell_decisions, verdict_key
from district_reports.desk.telling_changes import tell_part
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.errors import ReviewError, RuleError, StaleError
from district_reports.model import Grant, Phase, Role, Subject, Verdict
from district_reports.review.deciding import MAY, decide
from district_reports.review.steps import keep_standing
from district_reports.review.subjects import list_changed_parts

router = APIRouter()

TOLD = 12
"""Changed parts that are named; of the rest there is a count."""
DONE = {Verdict.SIGN: "signed", Verdict.RETURN: "returned", Verdict.WITHDRAW: "taken_back"}


@dataclass(frozen=True)
class Sent:
    """A decision as it was sent in."""

    role: str = ""
    verdict: str = ""
    remarks: str = ""


@dataclass(frozen=True)
class Deciding:
    """What a page needs to take decisions on one subject."""

    visit: Visit
    release: Release
    subject: Subject
    grants: tuple[Grant, ...]
    form_id: str = "decide"
    sent: Sent = Sent()
    wrongs: tuple[Wrong, ...] = ()
    stale: Mapping[str, Any] | None = None
    status: int = 200

    @property
    def context(self) -> dict[str, Any]:
        """What the templates name."""
        visit, release = self.visit, self.release
        cell = release.cell(self.grants[0].role, self.grants[0].scope, self.subject) if self.grants else None
        stale = self.stale
        if stale is None and cell and cell.standing == "stale" and cell.decision:
            now = release.subjects.detail(self.subject).parts
            changed = list_changed_parts(cell.decision.parts, now)
            stale = tell_stale(visit, changed, visit.words.text("desk.stale.signed"))
        about = [one for one in release.decisions if one.subject == self.subject.name]
        is_open = release.phase is not Phase.PUBLISHED
        return {
            "roles": [(grant.role.value, visit.wording.grant(grant), "") for grant in self.grants] if is_open else [],
            "verdicts": self._verdicts(),
            "subject": self.subject,
            "given": self.sent,
            "wrongs": self.wrongs,
            "stale": stale,
            "limit": visit.words.number(visit.desk.settings.report.review.comment_limit),
            "history": tell_decisions(release, about, self.subject.digest),
        }

    def _verdicts(self) -> list[tuple[str, str, str]]:
        """Return what may be said: value, words, what it means."""
        allowed = [v for v in Verdict if any(v in MAY[grant.role] for grant in self.grants)]
        mine = [one for one in keep_standing(self.release.decisions) if one.person_id == self.visit.person.person_id]
        if not any(one.subject == self.subject.name for one in mine):
            # There is nothing of theirs to take back.
            allowed = [v for v in allowed if v is not Verdict.WITHDRAW]
        keys = [(v.value, verdict_key(self.grants[0].role, v.value)) for v in allowed]
        text = self.visit.words.text
        return [(value, text(f"desk.verdict.{key}"), text(f"desk.verdict.{key}.hint")) for value, key in keys]

    def take(self) -> Verdict | Deciding:
        """Log the decision that was sent in; return it, or the page with what is wrong."""
        visit = self.visit
        form = visit.form
        sent = Sent(form.text("role"), form.text("verdict"), form.text("remarks"))
        page = replace(self, sent=sent)
        grant = next((one for one in self.grants if one.role.value == sent.role), None)
        if grant is None or sent.verdict not in Verdict.__members__.values():
            field = "verdict" if grant else "role"
            text = visit.words.text(f"desk.wrong.{field}")
            return replace(page, wrongs=(Wrong(f"{self.form_id}-{field}", text),), status=422)
        verdict = Verdict(sent.verdict)
        if verdict is Verdict.RETURN and not sent.remarks.strip():
            text = visit.words.text("desk.wrong.remarks")
            return replace(page, wrongs=(Wrong(f"{self.form_id}-remarks", text),), status=422)
        try:
            self._log(grant, verdict, sent)
        except StaleError as error:
            stale = tell_stale(visit, error.changed, visit.words.text("desk.stale.read"))
            return replace(page, stale=stale, status=409)
        except (RuleError, ReviewError) as error:
            fields = {"remarks": f"{self.form_id}-remarks"}
            wrongs = tell_wrongs(visit.wording, error, fields, f"{self.form_id}-verdict")
            return replace(page, wrongs=wrongs, status=422)
        return verdict

    def _log(self, grant: Grant, verdict: Verdict, sent: Sent) -> None:
        visit = self.visit
        decide(
            visit.desk.database,
            visit.desk.store,
            visit.desk.settings,
            person=visit.person,
            role=grant.role,
            scope=grant.scope,
            quarter=self.release.quarter,
            subject=self.subject.name,
            digest=visit.form.text("digest"),
            verdict=verdict,
            remarks=sent.remarks,
            at=visit.now,
        )


def tell_stale(visit: Visit, changed: Sequence[str], title: str) -> dict[str, Any]:
    """Return what changed, for a page: the first parts by name."""
    told = list(dict.fromkeys(tell_part(visit, part) for part in changed))
    return {"title": title, "parts": told[:TOLD], "more": max(0, len(told) - TOLD)}


@router.get("/drafts/{quarter}/{place}/decide", name="decisions")
def show_decisions(visit: Here, quarter: str, place: str) -> Response:
    """Show the form of a decision on a draft, and those before."""
    draft = require_draft(visit, place)
    return _render(draft, Deciding(visit, draft.release, draft.subject, draft.own_grants))


@router.post("/drafts/{quarter}/{place}/decide", name="decide_draft")
def decide_draft(visit: Here, quarter: str, place: str) -> Response:
    """Take a decision on a draft."""
    draft = require_draft(visit, place)
    taken = Deciding(visit, draft.release, draft.subject, draft.own_grants).take()
    if isinstance(taken, Verdict):
        return visit.redirect(f"{draft.base}/decide", message=DONE[taken])
    return _render(draft, taken)


def _render(draft: Draft, deciding: Deciding) -> Response:
    visit = draft.release.visit
    is_council = bool(draft.own_grants) and all(grant.role is Role.COUNCIL for grant in draft.own_grants)
    explain = visit.words.text("desk.decide.council" if is_council else "desk.decide.commander")
    return visit.render("decide.html.j2", status_code=deciding.status, draft=draft, explain=explain, **deciding.context)

"""The form of an item's next step, read: a step, a promise, or both; and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from pydantic import ValidationError

from district_reports.desk.context import Visit
from district_reports.desk.typed_forms import Wrong
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.engagement.screen import make_screen
from district_reports.engagement.screen_records import find_named
from district_reports.errors import RuleError
from district_reports.feedback.rules import Rules
from district_reports.feedback.wording import LONGEST
from district_reports.model import Commitment, FeedbackItem, Owner, Status, Step, Text
from district_reports.review.typed import clean_typed

STEP = ("by_police", "by_community", "reason", "obstacle", "next_step")
PROMISE = ("what", "target", "proof")
EMPTY = dict.fromkeys(
    ("version", "status", "on", "language", "evidence", "measure_id", "owner", "due_on", *STEP, *PROMISE), ""
)
"""Fields of the form."""


@dataclass(frozen=True)
class ItemForm:
    """What was sent in."""

    version: int
    rules: Rules
    step: Step | None
    commitment: Commitment | None
    wrongs: tuple[Wrong, ...]


class _Reader:
    """Reads one form; what is wrong is gathered, so that all of it is told at once."""

    def __init__(self, visit: Visit, sent: Mapping[str, str]) -> None:
        self._visit, self._sent = visit, sent
        self.wrongs: list[Wrong] = []

    def wrong(self, field: str, key: str) -> None:
        self.wrongs.append(Wrong(field, self._visit.words.text(f"desk.wrong.{key}")))

    def text(self, field: str) -> Text | None:
        try:
            clean = clean_typed(self._sent[field], limit=LONGEST, what=field)
        except RuleError as error:
            self.wrongs.append(Wrong(field, str(error), is_foreign=True))
            return None
        return Text(language=self._sent["language"], text=clean) if clean else None

    def day(self, field: str) -> date | None:
        try:
            return date.fromisoformat(self._sent[field].strip())
        except ValueError:
            self.wrong(field, "day")
            return None

    def read_step(self) -> Step | None:
        """Return the step; None where none was chosen."""
        texts = {name: found for name in STEP if (found := self.text(name))}
        evidence = self._sent["evidence"].strip()
        if not self._sent["status"]:
            if texts or evidence:
                self.wrong("status", "status")
            return None
        on = self.day("on")
        if self._sent["status"] not in tuple(Status):
            self.wrong("status", "status")
        elif on is not None:
            return Step(on=on, status=Status(self._sent["status"]), evidence=evidence, **texts)
        return None

    def read_promise(self) -> Commitment | None:
        """Return the promise; None where none was made."""
        what, target, proof = (self.text(name) for name in PROMISE)
        given = (self._sent["owner"], self._sent["due_on"], self._sent["measure_id"])
        if not any((what, target, proof, *given)):
            return None
        if what is None:
            self.wrong("what", "words")
        if target is None:
            self.wrong("target", "words")
        if self._sent["owner"] not in get_args(Owner):
            self.wrong("owner", "owner")
        due = self.day("due_on")
        if what is None or target is None or due is None or self.wrongs:
            return None
        more = {"measure_id": self._sent["measure_id"], "evidence": proof, "owner": self._sent["owner"]}
        try:
            return Commitment.model_validate({"what": what, "target": target, "due_on": due, **more})
        except ValidationError:
            self.wrong("what", "words")
            return None


def read_form(visit: Visit, item: FeedbackItem, sent: Mapping[str, str]) -> ItemForm:
    """Return what was sent in, with all that is wrong with it before the rules of the loop are asked.

    Args:
        visit: Who sends it.
        item: As it stands.
        sent: The fields.
    """
    settings = visit.desk.settings
    reader = _Reader(visit, sent)
    if all(language.tag != sent["language"] for language in settings.languages):
        reader.wrong("language", "language")
    step, promise = reader.read_step(), reader.read_promise()
    if step is None and promise is None and not reader.wrongs:
        reader.wrong("status", "nothing")
    version = sent["version"]
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
    if not reader.wrongs and not visit.form.is_ticked("looked"):
        reader.wrongs += _find_named(visit, step, promise)
    rules = Rules(
        district_ids=settings.district_ids,
        languages=tuple(language.tag for language in settings.languages),
        # A theme is given when an item is added; what it was given stays.
        theme_codes=item.theme_codes,
        metric_ids=visit.desk.metric_ids,
        confirm_days=settings.report.loop.confirm_days,
        today=visit.today,
    )
    return ItemForm(number, rules, step, promise, tuple(reader.wrongs))


def _find_named(visit: Visit, step: Step | None, promise: Commitment | None) -> list[Wrong]:
    """Return what may name somebody: whoever typed it is there to change it, or to look twice."""
    sessions, _ = load_ledger_parts(visit.desk.database, visit.today)
    screen = make_screen(visit.desk.settings).knowing({session.host for session in sessions})
    problems = [problem for record in (step, promise) if record is not None for problem in find_named(screen, record)]
    if not problems:
        return []
    ask = Wrong("looked", visit.words.text("desk.wrong.named"))
    return [ask, *(Wrong("looked", problem, is_foreign=True) for problem in problems)]

"""The form of an item's next step, read: a step, a promise, or both; and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from pydantic import ValidationError

from district_reports.desk.context import Visit
from district_reports.desk.typed_forms import Wrong, tell_wrong, tell_wrongs
from district_reports.engagement.records_read import load_ledger_parts
from district_reports.engagement.screen import make_screen
from district_reports.engagement.screen_records import find_named
from district_reports.errors import RuleError
from district_reports.feedback.rules import Rules
from district_reports.feedback.wording import LONGEST
from district_reports.model import Commitment, FeedbackItem, Owner, Status, Step, Text
from district_reports.review.typed import clean_typed

STEP = ("by_police", "by_community", "reason", "obstacle", "next_step")
PROMISE = {"what": "what", "target": "target", "proof": "evidence"}
"""Words of the promise: what the form and what the record calls them."""
PROMISE_REST = ("owner", "due_on", "measure_id")
REST = ("status", "on", "evidence", *PROMISE_REST)
"""Fields that are no words."""


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

    def __init__(self, visit: Visit, item: FeedbackItem, sent: Mapping[str, str]) -> None:
        self._visit, self._sent = visit, sent
        self._now = item.commitment
        self._tags = [language.tag for language in visit.wording.languages]
        self.wrongs: list[Wrong] = []

    def wrong(self, field: str, key: str) -> None:
        self.wrongs.append(Wrong(field, self._visit.words.text(f"desk.wrong.{key}")))

    def text(self, field: str, before: Text | None = None) -> Text | None:
        """Return words in all languages that there are some in; the original is that of `before`, else the reader's."""
        words = {}
        for tag in self._tags:
            try:
                clean = clean_typed(self._sent[f"{field}.{tag}"], limit=LONGEST, what=field)
            except RuleError as error:
                self.wrongs += tell_wrongs(self._visit.wording, error, {}, f"{field}-{tag}")
                continue
            if clean:
                words[tag] = clean
        if not words:
            return None
        first = before.language if before and before.language in words else next(iter(words))
        original = words.pop(first)
        # Who has reviewed a translation stays with it while neither it nor the original is another one.
        signed = before.reviewed_by if before and before.text == original else {}
        kept = {tag: role for tag, role in signed.items() if before and before.translations[tag] == words.get(tag)}
        return Text(language=first, text=original, translations=words, reviewed_by=kept)

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
        """Return the promise; None where none was made, and where it is the one that stands."""
        what, target, proof = (self.text(name, getattr(self._now, of, None)) for name, of in PROMISE.items())
        if not any((what, target, proof, *(self._sent[name] for name in PROMISE_REST))):
            return None
        if what is None:
            self.wrong(f"what-{self._tags[0]}", "words")
        if target is None:
            self.wrong(f"target-{self._tags[0]}", "words")
        if self._sent["owner"] not in get_args(Owner):
            self.wrong("owner", "owner")
        due = self.day("due_on")
        if what is None or target is None or due is None or self.wrongs:
            return None
        more = {"measure_id": self._sent["measure_id"], "evidence": proof, "owner": self._sent["owner"]}
        try:
            promise = Commitment.model_validate({"what": what, "target": target, "due_on": due, **more})
        except ValidationError:
            self.wrong(f"what-{self._tags[0]}", "words")
            return None
        return None if promise == self._now else promise


def begin_form(visit: Visit, item: FeedbackItem) -> dict[str, str]:
    """Return the fields of a form that nobody has filled in: today, and the promise as it stands."""
    fields = dict.fromkeys((*REST, *_text_fields(visit)), "") | {"on": visit.today.isoformat()}
    promise = item.commitment
    if promise is not None:
        rest = {"owner": promise.owner, "due_on": promise.due_on.isoformat(), "measure_id": promise.measure_id}
        fields |= rest
        for name, of in PROMISE.items():
            text: Text | None = getattr(promise, of)
            wordings = {text.language: text.text, **text.translations} if text else {}
            fields |= {f"{name}.{tag}": words for tag, words in wordings.items()}
    return fields


def load_sent(visit: Visit) -> dict[str, str]:
    """Return the fields as they were sent in."""
    return {name: visit.form.text(name) for name in ("version", *REST, *_text_fields(visit))}


def find_ids(visit: Visit) -> dict[str, str]:
    """Return the id on the page of each field, by what a rule calls it."""
    tags = [language.tag for language in visit.wording.languages]
    ids = {name: name for name in REST}
    texts = {name: name for name in STEP} | {f"commitment.{of}": name for name, of in PROMISE.items()}
    for of, name in texts.items():
        ids |= {of: f"{name}-{tags[0]}", **{f"{of}.{tag}": f"{name}-{tag}" for tag in tags}}
    return ids | {"what": ids["commitment.what"]}


def _text_fields(visit: Visit) -> list[str]:
    return [f"{name}.{language.tag}" for name in (*STEP, *PROMISE) for language in visit.wording.languages]


def read_form(visit: Visit, item: FeedbackItem, sent: Mapping[str, str]) -> ItemForm:
    """Return what was sent in, with all that is wrong with it before the rules of the loop are asked.

    Args:
        visit: Who sends it.
        item: As it stands.
        sent: The fields.
    """
    settings = visit.desk.settings
    reader = _Reader(visit, item, sent)
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
    ids = find_ids(visit)
    parts = ((step, ids), (promise, {of: ids[f"commitment.{of}"] for of in PROMISE.values()}))
    found = [
        tell_wrong(visit.wording, problem, fields, "looked")
        for record, fields in parts
        if record is not None
        for problem in find_named(screen, record)
    ]
    return [Wrong("looked", visit.words.text("desk.wrong.named")), *found] if found else []

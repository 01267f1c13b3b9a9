"""The desk's catalogue holds just the sentences that its pages ask for; and no sentence stands in their code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from district_reports.desk.pages_drafts import KINDS
from district_reports.desk.pages_items import LINES
from district_reports.desk.templating import Pages
from district_reports.model import Phase, Reply, Role, Standing
from tests.unit.desk.pages.told import list_told

ROOT = Path(__file__).parents[4]
CODE = [*(ROOT / "district_reports" / "desk").glob("*.py"), *(ROOT / "templates" / "desk").glob("*.j2")]
KEY = re.compile(r"""["'](desk(?:_frame)?\.[a-z_0-9]+(?:\.[a-z_0-9]+)*)["']""")
BUILT = re.compile(r"""f["'](desk\.[^"']*)["']|["'](desk\.[a-z_.]*\.?)["'] ~ ([a-z_.]+)(?: ~ ["']([a-z_.]+)["'])?""")
STEPS = ("freeze", "reopen")
TOLD = sorted({key for key, _ in list_told()})
"""Ids of the rules that a person can break at the desk."""
KNOWN_FILES = (
    *("report.html", "report.pdf", "pocket.pdf", "meetings.ics", "slides.pdf", "handout.pdf", "meeting.pdf"),
    *("script.txt", "email.html", "email.txt", "sms.txt", "card.png", "card.txt", "data.csv", "data.json"),
)
PATTERNS: dict[str, tuple[str, ...]] = {
    "desk.role.": tuple(Role),
    "desk.standing.": (*Standing, "missed", "late"),
    "desk.phase.": tuple(f"{stage}{part}" for stage in (*Phase, "withdrawn") for part in ("", ".long")),
    "desk.weight.": ("high", "middle", "low"),
    "desk.task.": ("data", "commander", "council", "language", "publisher"),
    "desk.tab.": ("draft", "comments", "note", "decide", "word"),
    "desk.verdict.": tuple(
        f"{verdict}{part}"
        for verdict in ("sign", "seen", "return", "object", "withdraw")
        for part in ("", ".hint", ".past")
    ),
    "desk.step.": ("freeze_failed", "frozen", "reopened", "published", "withdrawn"),
    "desk.summary.": ("returned", "stale"),
    "desk.file.": KNOWN_FILES,
    "desk.part.": (
        "dossier.json",
        "catalogue",
        "manifest.json",
        "release",
        "dossier",
        "language",
        "inputs",
        "measures",
        "measures.csv",
    ),
    "desk.kind.": (
        *("person_added", "person_changed", "granted", "revoked", "signed_in", "signed_out", "decision", "note"),
        *("comment", "comment_answered", "comment_settled", "frozen", "freeze_failed", "reopened", "published"),
        *("withdrawn", "reminded", "objection", "item_changed", "site_built"),
    ),
    "desk.item.": get_args(Reply.model_fields["kind"].annotation),
    "desk.wrong.": (
        *("role", "verdict", "remarks", "words", "block", "named", "reason", "sure", "freeze", "reopen", "name"),
        *("email", "language", "own", "file", "other_draft", "day", "status", "owner", "nothing", "word"),
        *TOLD,
    ),
    "desk.message.": (
        *("signed", "returned", "taken_back", "objected", "commented", "settled", "noted", "note_back"),
        *("word_taken", "word_nothing", "freeze_begun", "reopen_begun", "item_saved", "person_added", "granted"),
        *("revoked", "let_in", "kept_out", "ended", "link_sent"),
    ),
    **{
        f"desk.{step}.": (*("title", "hint", "go", "means", "sure", "tick", "send"), *(f"means.{n}" for n in (1, 2, 3)))
        for step in STEPS
    },
}
"""Beginnings of the keys that are put together, and what they end with."""


def asked() -> Iterator[str]:
    for path in CODE:
        yield from KEY.findall(path.read_text(encoding="utf-8"))
    for pattern, ends in PATTERNS.items():
        yield from (f"{pattern}{end}" for end in ends)
    yield from (key for key in LINES if key.startswith("desk."))


def test_every_sentence_that_is_asked_for_is_there_and_every_other_is_not(pages: Pages) -> None:
    known = {key for key in pages.words["en"].forms if key.startswith("desk.")}
    wanted = {key for key in asked() if key.startswith("desk.") and not key.endswith((".", ".css"))}
    assert sorted(wanted - known) == []
    assert sorted(known - wanted) == []


def test_every_way_to_put_a_key_together_is_known() -> None:
    found = set()
    for path in CODE:
        for whole, begin, _, end in BUILT.findall(path.read_text(encoding="utf-8")):
            found.add(whole.partition("{")[0] if whole else begin if not end or begin != "desk." else "desk.")
    # `desk.<step>.…` is put together from both ends.
    assert {one for one in found if one} - {"desk."} <= set(PATTERNS)


def test_each_file_of_an_edition_has_a_name() -> None:
    assert {Path(name).suffix for name in KNOWN_FILES} <= set(KINDS)


def test_no_sentence_stands_in_a_template() -> None:
    """What a page says comes from the catalogue: between the tags of a template there is none."""
    for path in (ROOT / "templates" / "desk").glob("*.j2"):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        left = re.sub(r"<[^>]*>|[a-z-]+=\"[^\"]*\"", " ", text)
        assert [word for word in re.findall(r"[A-Za-z][A-Za-z-]+", left) if word != "field--wrong"] == [], path.name

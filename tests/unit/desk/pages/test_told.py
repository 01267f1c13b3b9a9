"""Rules are told in the reader's language: each has words, and what it names is worded too."""

from __future__ import annotations

import ast
import re
from datetime import date

import pytest

from district_reports.desk.templating import Pages
from district_reports.desk.typed_forms import Wrong, tell_wrongs
from district_reports.errors import RuleError, Told
from district_reports.model import Role, Status
from tests.unit.desk.pages.told import SOURCES, list_told

TAGS = ("en", "es", "zh-Hans", "ar")
RAISED = ("comments.py", "deciding.py", "notes.py", "people.py", "typed.py")
"""Modules of review whose rules a person meets at a form of the desk."""


@pytest.mark.parametrize("tag", TAGS)
def test_each_rule_has_words_that_name_what_it_names(pages: Pages, tag: str) -> None:
    forms = pages.words[tag].forms
    for key, names in list_told():
        (form,) = forms[f"desk.wrong.{key}"]
        assert set(re.findall(r"{(\w+)}", form)) <= names, key


def test_no_rule_of_review_is_told_in_english_alone() -> None:
    for path in SOURCES:
        if path.parent.name != "review" or path.name not in RAISED:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_rule = isinstance(node, ast.Call) and ast.unparse(node.func) == "RuleError"
            if isinstance(node, ast.Call) and is_rule and not node.keywords:
                said = ast.unparse(node.args[0])
                assert said.startswith("Told(") or said == "problem", f"{path.name}: {said}"


def test_what_a_rule_names_is_worded(pages: Pages) -> None:
    allowed = (Status.AGREED, Status.DONE)
    line = Told("x: status: expected one of two, got heard", "follow", "status", before=Status.HEARD, allowed=allowed)
    tell = {tag: pages.wording_of(pages.words[tag]).wrong for tag in TAGS}
    assert tell["en"](line) == "After “Heard” comes one of these: Agreed, Done."
    assert tell["es"](line) == "Después de «Se escuchó» puede seguir: Se acordó, Hecho."
    assert tell["zh-Hans"](line) == "“已听取”之后只能是：已同意、已完成。"
    assert "وُوفق عليه، أُنجز" in tell["ar"](line)
    day = Told("x", "late", "on", day=date(2026, 10, 19))
    assert tell["es"](day) == "El día no puede ser posterior al 19 de octubre de 2026."
    assert tell["es"](Told("x", "role_gone", role=Role.COUNCIL)).endswith("Consejo del distrito.")
    assert tell["en"](Told("x", "long", limit=5000, got=5001)) == "At most 5,000 characters. Now there are 5,001."
    inner = Told("x", "looks_like", kinds=(Told("phone", "kind.phone"), Told("odd", "kind.odd")))
    assert "电话号码、" in tell["zh-Hans"](inner) and "odd" in tell["zh-Hans"](inner)


def test_a_line_without_words_is_told_as_it_is(pages: Pages) -> None:
    wording = pages.wording_of(pages.words["ar"])
    error = RuleError("a; b", problems=["a: plain", Told("b: odd", "no_such_rule", "on"), Told("c", "day", "on")])
    told = tell_wrongs(wording, error, {"on": "day"}, "status")
    assert told == (
        Wrong("status", "a: plain", is_foreign=True),
        Wrong("day", "b: odd", is_foreign=True),
        Wrong("day", pages.words["ar"].text("desk.wrong.day")),
    )
    (alone,) = tell_wrongs(wording, RuleError(Told("x", "frozen")), {}, "status")
    assert not alone.is_foreign


def test_a_told_line_is_its_english_line() -> None:
    line = Told("on: too late", "late", "on", day=date(2026, 1, 1))
    inner = line.within("I-7")
    assert line == "on: too late" and str(inner) == "I-7: on: too late"
    assert (inner.key, inner.field, inner.values) == (line.key, line.field, line.values)
    assert "; ".join([inner, "b"]) == "I-7: on: too late; b"

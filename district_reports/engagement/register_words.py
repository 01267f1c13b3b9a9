"""The words of the register: themes, questions, promises, conditions.

What belongs here: whether each entry is whole, in every language of the city. What does not: whether the files agree
with each other (`register`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from district_reports.errors import Problem, ReadingError
from district_reports.model import Condition, Promise, Question, Theme
from district_reports.readings.entries import check_words, load_entries

CODEBOOK, QUESTIONS = "codebook.toml", "questions.toml"
PROMISES, CONDITIONS = "promises.toml", "conditions.toml"

STRENGTHS = (
    "overwhelming",
    "most",
    "many",
    "considerable",
    "some",
    "few",
    "repeated",
    "throughout",
    "often",
    "most_often",
    "widely",
    "central",
)
"""Ids of the words of quantity: an overwhelming majority, most, many, a considerable part, some, a few; came up again
and again, came up throughout, often, most often, widely, a central theme."""

LEAST_SIDES = 2
OWN_QUESTION = "own-"
"""Begins the ids of a host's own questions; no question of the sheet may."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_QUESTION_ID = re.compile(r"[a-z]+-[0-9]{1,2}")
_ADDRESS = re.compile(r"https://[^\s/]+\.[^\s]+")


def load_themes(
    folder: Path, tags: Sequence[str], documents: Collection[str], measures: Collection[str] | None = None
) -> tuple[Theme, ...]:
    """Return the codebook.

    Args:
        folder: Where it lies.
        tags: Languages that every word must be there in.
        documents: Numbers of the documents that a theme may come from.
        measures: Ids of the metrics that may stand beside a theme; None: not checked.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    themes, path = _load(folder / CODEBOOK, "theme", Theme), folder / CODEBOOK
    problems = _find_repeated("theme", [theme.code for theme in themes], _CODE)
    for number, theme in enumerate(themes, 1):
        where = f"theme {number} ({theme.code:.40})"
        problems += _check_sides(where, theme, tags)
        problems += [*_check(where, "names", theme.names, tags), *_check(where, "definitions", theme.definitions, tags)]
        if theme.strength and theme.strength not in STRENGTHS:
            problems.append(Problem(f"{where}, strength", f"one of {', '.join(STRENGTHS)}", repr(theme.strength)[:40]))
        if bool(theme.strength) != bool(theme.strength_printed):
            problems.append(Problem(f"{where}, strength_printed", "the word of `strength`, or neither", "one of both"))
        if bool(theme.measure_id) != bool(theme.section_id):
            problems.append(Problem(f"{where}, section_id", "the part that shows `measure_id`", "one of both"))
        if measures is not None and theme.measure_id and theme.measure_id not in measures:
            problems.append(Problem(f"{where}, measure_id", "a metric of the report", repr(theme.measure_id)[:40]))
        if theme.source_file not in documents:
            problems.append(Problem(f"{where}, source_file", f"one of {', '.join(documents)}", theme.source_file[:40]))
        if not theme.source_heading.strip():
            problems.append(Problem(f"{where}, source_heading", "the heading as printed", "nothing"))
        if (theme.speaker == "formal_bodies") != (theme.part == "formal"):
            problems.append(Problem(f"{where}, part", "formal bodies in `formal`, and no others", theme.part))
    return _require(path, themes, problems)


def load_questions(folder: Path, tags: Sequence[str]) -> tuple[Question, ...]:
    """Return the question sheet, in its order.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    questions, path = _load(folder / QUESTIONS, "question", Question), folder / QUESTIONS
    problems = _find_repeated("question", [question.question_id for question in questions], _QUESTION_ID)
    for number, question in enumerate(questions, 1):
        where = f"question {number} ({question.question_id:.40})"
        problems += _check(where, "words", question.words, tags)
        if question.question_id.startswith(OWN_QUESTION):
            problems.append(Problem(where, f"an id that does not begin with {OWN_QUESTION}", "one that does"))
        if len(question.options) == 1:
            problems.append(Problem(f"{where}, options", "none, or at least two", "one"))
        for place, option in enumerate(question.options, 1):
            problems += _check(where, f"options {place}", option, tags)
    return _require(path, questions, problems)


def load_promises(folder: Path, tags: Sequence[str]) -> tuple[Promise, ...]:
    """Return what the documents promised, in the file's order.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    promises, path = _load(folder / PROMISES, "promise", Promise), folder / PROMISES
    problems = _find_repeated("promise", [promise.promise_id for promise in promises], _CODE)
    for number, promise in enumerate(promises, 1):
        where = f"promise {number} ({promise.promise_id:.40})"
        problems += _check(where, "what", promise.what, tags)
        if bool(promise.due) != (promise.due_on is not None):
            problems.append(Problem(f"{where}, due_on", "the last day of `due`, or neither", "one of both"))
        if promise.address and not _ADDRESS.fullmatch(promise.address):
            problems.append(Problem(f"{where}, address", "https://…, or nothing", repr(promise.address)[:40]))
        if promise.status == "kept" and not promise.address:
            problems.append(Problem(f"{where}, address", "where it can be seen that it was kept", "nothing"))
        if not promise.who.strip():
            problems.append(Problem(f"{where}, who", "who promised it", "nothing"))
    return _require(path, promises, problems)


def load_conditions(folder: Path, tags: Sequence[str]) -> tuple[Condition, ...]:
    """Return the conditions for making engagement permanent, in the file's order.

    Raises:
        ReadingError: If anything in the file is wrong.
        StoreError: If it cannot be read.
    """
    conditions, path = _load(folder / CONDITIONS, "condition", Condition), folder / CONDITIONS
    problems = _find_repeated("condition", [condition.condition_id for condition in conditions], _CODE)
    for number, condition in enumerate(conditions, 1):
        where = f"condition {number} ({condition.condition_id:.40})"
        problems += _check(where, "words", condition.words, tags)
        if (condition.answer == "not_answered") != (condition.why is None):
            problems.append(Problem(f"{where}, why", "with an answer, and only then", condition.answer))
        if condition.why is not None:
            problems += check_words(where, condition.why, tags)
    return _require(path, conditions, problems)


def _load(path: Path, key: str, record: type[Any]) -> tuple[Any, ...]:
    entries, _ = load_entries(path, key, record)
    return entries


def _require(path: Path, entries: tuple[Any, ...], problems: Sequence[Problem]) -> tuple[Any, ...]:
    if problems or not entries:
        raise ReadingError(path, problems or [Problem("", "at least one entry", "none")])
    return entries


def _find_repeated(what: str, ids: Sequence[str], pattern: re.Pattern[str]) -> list[Problem]:
    found = [
        Problem(f"{what} {number}", f"an id such as {pattern.pattern}", repr(name)[:60])
        for number, name in enumerate(ids, 1)
        if not pattern.fullmatch(name)
    ]
    return found + [
        Problem(f"{what} {number}", f"each id once ({name:.40} stands before)", "it again")
        for number, name in enumerate(ids, 1)
        if name in ids[: number - 1]
    ]


def _check_sides(where: str, theme: Theme, tags: Sequence[str]) -> Iterable[Problem]:
    if theme.kind == "mixed" and len(theme.sides) < LEAST_SIDES:
        yield Problem(f"{where}, sides", f"at least {LEAST_SIDES} sides of a mixed view", str(len(theme.sides)))
    if theme.kind != "mixed" and theme.sides:
        yield Problem(f"{where}, sides", "sides of a mixed view alone", str(len(theme.sides)))
    for number, side in enumerate(theme.sides, 1):
        yield from _check(where, f"sides {number}", side, tags)


def _check(where: str, name: str, words: Mapping[str, str], tags: Sequence[str]) -> Iterable[Problem]:
    """Yield languages without words, and words that are no plain line."""
    for tag in tags:
        if not words.get(tag, "").strip():
            yield Problem(f"{where}, {name}.{tag}", "words in every language", "nothing")
    for tag, text in words.items():
        if text != text.strip() or any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in text):
            yield Problem(f"{where}, {name}.{tag}", "one line of text without hidden signs", repr(text)[:60])

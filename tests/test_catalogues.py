"""The catalogues hold just the sentences the code asks for, in every language, and the code holds none."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from typing import TypeVar, get_args

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from district_reports.config import Language
from district_reports.config_outcomes import AskedFor
from district_reports.dossier.blocks import request_kinds
from district_reports.metrics import Oddity
from district_reports.model import (
    GROUPS,
    CallType,
    Condition,
    CourtRungId,
    Direction,
    Happening,
    Meeting,
    Owner,
    Priority,
    Promise,
    Reading,
    Record,
    RungId,
    State,
    Status,
)
from district_reports.render.back_matter import LIMITS, METHOD
from district_reports.render.closing import ON_REPORT
from district_reports.render.closing import PARTS as CLOSING_PARTS
from district_reports.render.conduct import COMPLAINT_POINTS
from district_reports.render.conduct import STEPS as COMPLAINT_STEPS
from district_reports.render.daily_life import SCORES
from district_reports.render.figures_where import PARTS_OF_DAY
from district_reports.render.guide import LISTED, PARTS_OF_NAME
from district_reports.render.happened import KINDS as HAPPENING_KINDS
from district_reports.render.heard import PARTS as HEARD_PARTS
from district_reports.render.heard import STRENGTHS
from district_reports.render.heard_since import LEVELS
from district_reports.render.heard_who import AREAS as HEARD_AREAS
from district_reports.render.heard_who import BODIES, FIGURES, WAYS
from district_reports.render.honesty import CAUSES
from district_reports.render.i18n import Words, find_gaps
from district_reports.render.ladder import LADDER_POINTS, NO_VALUE
from district_reports.render.loop import CHANNELS
from district_reports.render.more import implied_keys
from district_reports.render.outcomes import COURT_POINTS, DEFINITIONS, METHODS, READING_HEAD, require_outcome_keys
from district_reports.render.page import LABELS, TREND_SECTIONS
from district_reports.review.changes import DETAILS as CHANGES
from district_reports.settings import find_asset, load_settings

ROOT = Path(__file__).parent.parent
RENDER = sorted((ROOT / "district_reports" / "render").rglob("*.py"))
RENDER += [ROOT / "district_reports" / "review" / name for name in ("changes_told.py", "word.py")]
RENDER.append(ROOT / "district_reports" / "publish" / "kits.py")
TEMPLATES = sorted(find_asset("templates", "html").glob("*.j2"))
LOCALES = find_asset("templates", "locale")
SETTINGS = load_settings({})
TAGS = [language.tag for language in SETTINGS.languages]
KEY = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")
FILE_ENDINGS = (".typ", ".html", ".j2", ".css", ".po", ".ics", ".pdf", ".txt", ".png", ".csv", ".json")
VEGA = "datum."
"""Begins a name in a chart's own language."""

NAMED = {key.removeprefix("metric.") for key in require_outcome_keys(SETTINGS) if key.startswith("metric.")}
METRICS = {metric.metric_id for metric in SETTINGS.metrics.metrics} | NAMED
TRENDS = set(SETTINGS.report.trends)
WORDS_OF_DIRECTION = {str(direction) for direction in Direction}
FINDINGS = {"higher", "lower", "similar", "same", "none", "no_before", "no_data", "unknown"}
AREAS = {"beats", "districts"}
DAY = {name for name, _ in PARTS_OF_DAY}
CONTACTS = {line.contact_id for line in SETTINGS.report.helplines}
NOTES = {str(oddity) for oddity in Oddity} - {Oddity.UNKNOWN_GROUPS} | {"no_boundaries", "contact_differs"}

CHECK_ID = re.compile(r'(?:check_id=|_check_names\()"([a-z_]+)"')
CHECKS = {
    name for path in (ROOT / "district_reports" / "checks").glob("*.py") for name in CHECK_ID.findall(path.read_text())
}
TOLD_SOURCES = {key.removeprefix("source_name.") for key in implied_keys(SETTINGS) if key.startswith("source_name.")}

RESOURCES = [entry for entry in SETTINGS.resources.resources if entry.ended_on is None]


def choices(record: type[Record], name: str) -> tuple[str, ...]:
    """Return what a field may say."""
    return get_args(record.model_fields[name].annotation)


BUILT_KEYS: dict[str, set[tuple[str, ...]]] = {
    "metric.{}": {(metric,) for metric in METRICS},
    "trend.{}.{}": {(metric, finding) for metric in TRENDS for finding in FINDINGS},
    "trend.{}.note": {(metric,) for metric in TRENDS},
    "title.{}.{}": {(metric, word) for metric in TRENDS for word in WORDS_OF_DIRECTION},
    "direction.{}": {(word,) for word in WORDS_OF_DIRECTION},
    "{}.question": {(section,) for section in TREND_SECTIONS},
    "label.{}": {(name,) for name in LABELS},
    "hours.title.{}": {(part,) for part in DAY},
    "hours.part.{}": {(part,) for part in DAY},
    "places.title.{}": {(kind,) for kind in AREAS},
    "places.subtitle.{}": {(kind,) for kind in AREAS},
    "places.alt.{}": {(kind,) for kind in AREAS},
    "contact.{}.label": {(contact,) for contact in CONTACTS},
    "contact.{}.detail": {(contact,) for contact in CONTACTS},
    "note.{}": {(note,) for note in (*NOTES, "contradicting_beats_city")},
    "limits.{}": {(name,) for name in LIMITS},
    "method.{}": {(name,) for name in METHOD},
    "outcomes.{}": {(name,) for name in LADDER_POINTS},
    "outcomes.rung.{}": {(rung,) for rung in get_args(RungId)},
    "outcomes.rung.{}.meaning": {(rung,) for rung in get_args(RungId)},
    "outcomes.cell.{}": {(str(state),) for state in NO_VALUE},
    "outcomes.note.{}": {(str(state),) for state in (State.TOO_EARLY, State.NOT_PUBLISHED)},
    "clearance.head.{}": {(name,) for name in READING_HEAD},
    "clearance.method.{}": {(method,) for method in METHODS},
    "clearance.definition.{}": {(definition,) for definition in DEFINITIONS},
    "clearance.confidence.{}": {(word,) for word in get_args(Reading.model_fields["confidence"].annotation)},
    "court.{}": {(name,) for name in COURT_POINTS},
    "court.rung.{}": {(rung,) for rung in get_args(CourtRungId)},
    "source_name.{}": {(source,) for source in TOLD_SOURCES},
    "complaints.{}": {(name,) for name in COMPLAINT_POINTS},
    "complaints.step.{}": {(metric,) for metric in COMPLAINT_STEPS},
    "requests.kind.{}": {(kind,) for kind in request_kinds(SETTINGS)},
    "trust.{}.{}": {(score, where) for score in SCORES for where in ("here", "city")},
    "asked.{}": {(asked.asked_id,) for asked in SETTINGS.asked if not asked.shown_in},
    "asked.reason.{}": {(reason,) for reason in get_args(AskedFor.model_fields["reason"].annotation) if reason},
    "revisions.cause.{}": {(cause,) for cause in CAUSES},
    # The contacts are checked district by district.
    "changes.check.{}": {(check,) for check in (*CHECKS, "contact")},
    "loop.status.{}": {(status.value,) for status in Status},
    "loop.status.{}.meaning": {(status.value,) for status in Status},
    "loop.channel.{}": {(channel,) for channel in CHANNELS},
    "loop.owner.{}": {(owner,) for owner in get_args(Owner)},
    "happened.kind.{}": {(kind,) for kind in HAPPENING_KINDS},
    "happened.by.{}": {(who,) for who in get_args(Happening.model_fields["by"].annotation)},
    "happened.result.{}": {(result,) for result in get_args(Happening.model_fields["result"].annotation)},
    "heard.strength.{}": {(word,) for word in STRENGTHS},
    "heard.{}.question": {("themes",), ("more",)},
    "heard.{}.answer": {("themes",), ("more",)},
    "heard.{}.caption": {("themes",), ("more",)},
    "heard.part.{}": {(part,) for part in HEARD_PARTS},
    "heard.level.{}": {(level,) for level in LEVELS},
    "heard.quotes.{}": {(level,) for level in LEVELS},
    "heard.groups.{}": {(level,) for level in LEVELS},
    "heard.group.{}": {(group,) for group in GROUPS},
    "heard.area.{}": {(area,) for area in HEARD_AREAS},
    "heard.figure.{}": {(figure,) for figure in FIGURES},
    "heard.body.{}": {(body,) for body in BODIES},
    "heard.way.{}": {(way,) for way in WAYS},
    "channels.sms.word.{}": {(word,) for word in WORDS_OF_DIRECTION},
    "closing.part.{}": {(part,) for part in (*CLOSING_PARTS, ON_REPORT)},
    **{f"resource.{{}}.{part}": {(resource.resource_id,) for resource in RESOURCES} for part in PARTS_OF_NAME},
    "resource.{}.how": {(resource.resource_id,) for resource in RESOURCES if resource.tells_how},
    "call.{}.name": {(call,) for call in get_args(CallType)},
    "call.{}.comes": {(call,) for call in get_args(CallType)},
    "guide.heading.{}": {(heading,) for heading in LISTED},
    "take_part.kind.{}": {(kind,) for kind in choices(Meeting, "kind")},
    "take_part.meetings.{}": {(name,) for name in ("what", "when", "where")},
    "take_part.priority.{}": {(status,) for status in choices(Priority, "status")},
    "take_part.promise.{}": {(status,) for status in choices(Promise, "status")},
    "changes.{}": {(detail,) for detail in CHANGES},
    "changes.state.{}": {(state.value,) for state in State},
    "take_part.condition.{}": {(answer,) for answer in choices(Condition, "answer")},
}
"""Each key that the code puts together, and what it may be put together from."""


def load(language: Language) -> Words:
    return Words.load(language, LOCALES)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


each_catalogue = pytest.mark.parametrize(
    ("language", "path"),
    [(language, path) for language in SETTINGS.languages for path in sorted((LOCALES / language.tag).glob("*.po"))],
    ids=lambda value: f"{value.parent.name}-{value.stem}" if isinstance(value, Path) else "",
)


N = TypeVar("N", bound=ast.AST)

ENGLISH = load(SETTINGS.languages[0])


# Every language


@pytest.mark.parametrize("language", SETTINGS.languages, ids=TAGS)
def test_every_language_has_every_sentence_with_the_same_placeholders(language: Language) -> None:
    assert find_gaps(ENGLISH, load(language)) == ()


@pytest.mark.parametrize("language", SETTINGS.languages, ids=TAGS)
def test_every_language_has_the_same_catalogues(language: Language) -> None:
    first = {path.name for path in (LOCALES / TAGS[0]).glob("*.po")}
    assert {path.name for path in (LOCALES / language.tag).glob("*.po")} == first


@each_catalogue
def test_no_sentence_is_empty_unfinished_or_left_over(language: Language, path: Path) -> None:
    catalogue = read(path)
    for message in catalogue:
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
        assert all(form.strip() for form in forms), f"{message.id}: empty"
        assert message.id == "" or not message.fuzzy, f"{message.id}: fuzzy"
    assert not catalogue.obsolete


@each_catalogue
def test_each_catalogue_says_whose_it_is_and_whether_it_was_reviewed(language: Language, path: Path) -> None:
    header = path.read_text(encoding="utf-8").partition("\n\n")[0]
    assert f'"Language: {language.locale}\\n"' in header
    assert re.search(r'^"X-Reviewed: (yes|no)\\n"$', header, re.MULTILINE)


def test_a_signed_catalogue_counts_as_reviewed(tmp_path: Path) -> None:
    language = SETTINGS.languages[0]
    shutil.copytree(LOCALES / language.tag, tmp_path / language.tag)
    for path in sorted((tmp_path / language.tag).glob("*.po")):
        assert not Words.load(language, tmp_path).is_reviewed, "one that nobody has signed is enough"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("X-Reviewed: no", "X-Reviewed: yes"), encoding="utf-8")
    assert Words.load(language, tmp_path).is_reviewed


@each_catalogue
def test_plural_forms_are_those_of_the_language(language: Language, path: Path) -> None:
    """One form for each kind of whole number that CLDR knows in the language, in CLDR's order, and no other."""
    kind_of = Locale.parse(language.locale).plural_form
    kinds = [kind_of(n) for n in range(1000)]
    order = [kind for kind in ("zero", "one", "two", "few", "many", "other") if kind in kinds]
    catalogue = read(path)
    pick = c2py(catalogue.plural_expr)
    assert catalogue.num_plurals == len(order)
    assert [order[pick(n)] for n in range(1000)] == kinds
    for message in catalogue:
        if message.pluralizable:
            assert len(message.string or ()) == len(order), message.id


@pytest.mark.parametrize("language", SETTINGS.languages, ids=TAGS)
def test_numbers_that_stand_in_the_sentences_are_those_of_the_config(language: Language) -> None:
    """A catalogue is prose: where it spells a number of the config out, the two must not drift apart."""
    forms = load(language).forms
    for key in ("trend.alt", "limits.chance", "contacts.intro", "note.default_dates"):
        assert not re.search(r"\d", " ".join(re.sub(r"\{\w+\}", "", form) for form in forms[key])), key


# Code and catalogue


def constants(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return every whole text literal; the parts of an f-string are none."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.lineno, node.value


def flatten(node: ast.JoinedStr, hole: str) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else hole for part in node.values)


def find_keys(code: str) -> set[str]:
    """Return the literals that have the form of a key."""
    texts = {text for _, text in constants(ast.parse(code)) if KEY.fullmatch(text)}
    return {text for text in texts if not text.endswith(FILE_ENDINGS) and not text.startswith(VEGA)}


def find_patterns(code: str) -> set[str]:
    """Return the keys that are put together, each hole as `{}`, and `?` for what cannot be told."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        is_asking = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_asking and node.func.attr in {"text", "plural"} and node.args:  # type: ignore[attr-defined]
            key = node.args[0]  # type: ignore[attr-defined]
            if isinstance(key, ast.JoinedStr):
                found.add(flatten(key, "{}"))
            elif not isinstance(key, ast.Constant | ast.IfExp | ast.Name):
                found.add("?")
    return found


CODE = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in RENDER}
ASKED = {key for code in CODE.values() for key in find_keys(code)}
BUILT = {pattern.format(*parts) for pattern, all_parts in BUILT_KEYS.items() for parts in all_parts}


def test_each_way_to_put_a_key_together_is_known() -> None:
    assert {pattern for code in CODE.values() for pattern in find_patterns(code)} == set(BUILT_KEYS)


def test_every_key_the_code_asks_for_exists() -> None:
    assert sorted((ASKED | BUILT) - set(ENGLISH.forms)) == []


def test_every_sentence_of_the_catalogue_is_asked_for() -> None:
    # These are no part of a report; their own tests ask for each of their words.
    others = ("intake.", "site.", "desk.", "desk_frame.", "desk_error.", "sign_in.", "publish.", "mail.")
    left = {key for key in ENGLISH.forms if not key.startswith(others)}
    assert sorted(left - ASKED - BUILT) == []


def test_keys_are_found_however_they_are_written() -> None:
    code = 'words.text("a.b" if x else "c.d"); key = "e.f"; words.text(f"g.{x}.h"); words.text(f(x)); open("i.css")'
    assert find_keys(code) == {"a.b", "c.d", "e.f"}
    assert find_patterns(code) == {"g.{}.h", "?"}


# No sentence outside the catalogue

FOUR_WORDS = re.compile(r"(?:[A-Za-z’']{2,}[ ,;:]+){3,}[A-Za-z’']{2,}")
OTHER_SCRIPT = re.compile("[\u0620-\u064a\u0900-\u097f\u3400-\u9fff]")
COMPLAINTS = ("Error", "error", "_missing", "_problem", "warn", "warning", "log", "debug", "info")
"""Ends of the names of what takes a message for the people who run the program."""


def find_sentences(code: str) -> list[str]:
    """Return texts that read like a sentence and are neither a docstring nor a message of an error.

    All our messages say what was "expected"; no sentence for residents does.
    """
    tree = ast.parse(code)
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_complaint = isinstance(node, ast.Call) and ast.unparse(node.func).endswith(COMPLAINTS)
        if isinstance(node, ast.Raise) or is_complaint:
            left_out |= {id(part) for part in ast.walk(node)}
    texts = [(node.lineno, flatten(node, "x")) for node in _left(tree, ast.JoinedStr, left_out)]
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    plain = _left(tree, ast.Constant, left_out | inside)
    texts += [(node.lineno, node.value) for node in plain if isinstance(node.value, str)]
    return [
        f"{line}: {text!r:.100}"
        for line, text in texts
        if (FOUR_WORDS.search(text) or OTHER_SCRIPT.search(text)) and not re.search(r"\bexpected\b", text)
    ]


def _left(tree: ast.AST, kind: type[N], left_out: set[int]) -> list[N]:
    return [node for node in ast.walk(tree) if isinstance(node, kind) and id(node) not in left_out]


@pytest.mark.parametrize("name", CODE)
def test_no_sentence_of_the_report_stands_in_the_code(name: str) -> None:
    assert find_sentences(CODE[name]) == []


@pytest.mark.parametrize(
    "line",
    [
        'title = "There were fewer incidents"',
        'title = f"In {place} there were fewer incidents"',
        'word = "警区"',
        'word = f"{n} حوادث"',
    ],
)
def test_a_planted_sentence_is_found(line: str) -> None:
    assert len(find_sentences(f'"""A docstring of more than four words."""\n{line}\n')) == 1


@pytest.mark.parametrize(
    "line",
    [
        'raise ValueError("this is for the people who run it")',
        'raise RenderError(f"expected one of many things, got {x}") from error',
        'log.warning("this is for the people who run it")',
        'style = "font-family: Noto Sans"',
        'key = "limits.heading"',
    ],
)
def test_what_is_no_sentence_of_the_report_passes(line: str) -> None:
    assert find_sentences(line) == []


MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<style.*?</style>|<[^>]*>|&\w+;", re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_sentence_of_the_report_stands_in_a_web_template(path: Path) -> None:
    left = MARKUP.sub(" ", path.read_text(encoding="utf-8"))
    assert re.findall(r"[^\W\d_]{2,}", left) == []

"""The words of the sample's invented ledger: `sample_ledger.toml` of a city, which need not have one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from district_reports.errors import ConfigError
from district_reports.model import Owner, Record, Register, Text
from district_reports.settings import Settings, find_asset

FILE = "sample_ledger.toml"
AREA = "{area}"
"""Stands for a part of the district."""

Words = dict[str, str]
"""The same words by language tag."""


class Story(Record):
    """`[[story]]`, `[[report_story]]`: something that people ask for, and what is done."""

    theme_codes: tuple[str, ...]
    owner: Owner
    measure_id: str = ""
    said: Words
    what: Words
    target: Words
    by_police: Words
    by_community: Words


class SampleHappening(Record):
    """`[[happening]]`: something that happened."""

    kind: Literal["event", "community", "tried"]
    by: Literal["police", "community", "both"]
    result: Literal["worked", "partly", "did_not_work", "too_early"]
    what: Words
    outcome: Words


class SampleAnswer(Record):
    """`[[answer]]`: what was said to a question at a session."""

    question_id: str
    theme_code: str
    people: int | None = None
    side: int | None = None
    point: Words


class SampleQuote(Record):
    """`[[quote]]`: a participant's own words."""

    question_id: str
    words: Words


class SampleHandOver(Record):
    """One of `hand_overs`: a new commander in the report's quarter."""

    district_id: str
    days_before_end: int = Field(ge=0, lt=90)


class SampleWords(Record):
    """The whole file."""

    session_districts: tuple[str, ...]
    """They take turns in having sessions."""
    hand_overs: tuple[SampleHandOver, ...] = ()
    hosts: tuple[str, ...] = Field(min_length=3)
    place: str
    """Of every session."""
    evidence_address: str
    """With `{item_id}`."""
    story: tuple[Story, ...] = Field(min_length=1)
    report_story: tuple[Story, ...] = Field(min_length=1)
    words: dict[str, tuple[Words, ...]]
    """What is said of any story, by what it is for."""
    happening: tuple[SampleHappening, ...] = Field(min_length=1)
    answer: tuple[SampleAnswer, ...] = Field(min_length=1)
    quote: tuple[SampleQuote, ...] = Field(min_length=1)


KINDS = (
    *("evidence", "next_step", "reviewed", "obstacle", "still", "not_ours", "will_not", "reopened"),
    *("confirmed", "disputed"),
)
"""Of `words`, all of which must be there."""


def load_sample_words(settings: Settings, register: Register | None) -> SampleWords | None:
    """Return the words of the city's sample; None where it has none.

    Args:
        settings: The city.
        register: Themes and questions that the file may name; None: it may name any.

    Raises:
        ConfigError: If the file is not as declared.
    """
    path = _find_file(settings.city.city_id)
    if path is None:
        return None
    try:
        found = SampleWords.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        reason = " ".join(str(error).split())[:300]
        raise ConfigError(f"{path}: expected the words of the sample's ledger, got {reason}") from error
    if missing := [kind for kind in KINDS if not found.words.get(kind)]:
        raise ConfigError(f"{path}: words: expected {', '.join(KINDS)}, got none of {', '.join(missing)}")
    if register is not None:
        themes = {code for story in (*found.story, *found.report_story) for code in story.theme_codes}
        themes |= {answer.theme_code for answer in found.answer}
        _require_known(themes, {theme.code for theme in register.themes}, "theme_code", path)
        questions = {answer.question_id for answer in found.answer} | {quote.question_id for quote in found.quote}
        _require_known(questions, {question.question_id for question in register.questions}, "question_id", path)
    return found


def make_text(words: Words, settings: Settings, place: str, turn: int, *, original: int = 0) -> Text:
    """Return words as a person's own, in one language, with the others as translations that nobody has signed.

    Args:
        words: By language tag.
        settings: The languages, and the names of places.
        place: A district's id, or `city`: what `{area}` stands for.
        turn: Which of the district's areas.
        original: The language that it was said in, counted from the settings' first one.
    """
    tags = [language.tag for language in settings.languages if language.tag in words]
    if not tags:
        raise ConfigError(f"sample: expected words in one of the report's languages, got {', '.join(words) or 'none'}")
    told = {tag: words[tag].replace(AREA, _name_area(settings, place, tag, turn)) for tag in tags}
    first = tags[original % len(tags)]
    return Text(language=first, text=told.pop(first), translations=told)


def _name_area(settings: Settings, place: str, tag: str, turn: int) -> str:
    if place not in settings.district_ids:
        return settings.city.names.get(tag, settings.city.name)
    district = settings.district(place)
    areas = [area.split("(")[0].strip() for area in district.communities] or [district.name]
    return areas[turn % len(areas)]


def _find_file(city_id: str) -> Path | None:
    try:
        return find_asset("config", "cities", city_id, FILE)
    except ConfigError:
        # A city need not have any: then its sample has no ledger.
        return None


def _require_known(used: set[str], known: set[str], what: str, path: Path) -> None:
    if unknown := sorted(used - known):
        raise ConfigError(f"{path}: {what}: expected those of the register, got {', '.join(unknown)}")

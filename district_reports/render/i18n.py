"""Languages: catalogues, numbers, dates and plurals.

Catalogues are gettext files with ids as keys, `templates/locale/<tag>/report.po`, read as they stand (no compiled
copy to go stale). Numbers and dates follow CLDR by way of Babel, always in Western digits. No sentence of the report
stands in Python: a test looks for that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from gettext import c2py
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_interval, get_day_names
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from district_reports.config import Language
from district_reports.errors import TranslationError
from district_reports.periods import Quarter

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ISOLATE, _POP = "\u2068", "\u2069"
"""First strong isolate and its end: keep a foreign name from reordering the sentence around it."""


class Words:
    """The sentences and formats of one language."""

    def __init__(self, language: Language, catalogue: Catalog) -> None:
        self.language = language
        self.locale = Locale.parse(language.locale)
        self.catalogue = catalogue

    @classmethod
    def load(cls, language: Language, folder: Path) -> Words:
        """Return the language read from `folder/<tag>/report.po`.

        Raises:
            TranslationError: If there is no readable catalogue.
        """
        path = folder / language.tag / "report.po"
        try:
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language.locale, abort_invalid=True)
        except (OSError, PoFileError, UnicodeDecodeError, ValueError) as error:
            raise TranslationError(
                f"{path}: expected a readable catalogue, got {error}", language=language.tag
            ) from error
        return cls(language, catalogue)

    @property
    def is_reviewed(self) -> bool:
        """Whether a fluent person has signed the catalogue; it says so in its header."""
        headers = {name.lower(): value for name, value in self.catalogue.mime_headers}
        return headers.get("x-reviewed", "no").strip().lower() == "yes"

    @cached_property
    def keys(self) -> frozenset[str]:
        """Ids of all sentences in use."""
        return frozenset(_id_of(message) for message in self.catalogue if message.id)

    def text(self, key: str, **values: object) -> str:
        """Return the sentence `key` with its placeholders filled.

        Raises:
            TranslationError: If the catalogue lacks it or a value is not given.
        """
        message = self._message(key)
        form = message.string if isinstance(message.string, str) else message.string[-1]
        return self._fill(key, form, values)

    def plural(self, key: str, count: int, **values: object) -> str:
        """Return the form of the sentence that fits `count`; `{n}` is the count, formatted.

        Raises:
            TranslationError: If the catalogue lacks it or a value is not given.
        """
        forms = self._message(key).string
        if isinstance(forms, str):
            raise self._problem(key, "a plural sentence, got one form")
        index = int(self.locale_plural(count))
        return self._fill(key, forms[min(index, len(forms) - 1)], {"n": self.number(count), **values})

    def locale_plural(self, count: int) -> int:
        """Return the number of the plural form, in the order of the catalogue's own rule."""
        return int(_plural_index(self.catalogue.plural_expr, count))

    def has(self, key: str) -> bool:
        """Whether the catalogue has the sentence."""
        return key in self.keys

    def number(self, value: float, decimals: int = 0) -> str:
        """Return the number with the language's separators."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def day(self, value: date) -> str:
        """Return a date spelled out."""
        return str(format_date(value, format="long", locale=self.locale))

    def months_of(self, quarter: Quarter) -> str:
        """Return a quarter as its months: July - September 2018."""
        text = format_interval(quarter.start, quarter.months[2], skeleton="yMMMM", locale=self.locale)
        return re.sub(r"[\u2009\u202f]", " ", str(text))

    def year(self, value: int) -> str:
        """Return a year as the calendar of the language writes it, without grouping."""
        return str(format_date(date(value, 1, 1), format="yyyy", locale=self.locale))

    def weekdays(self, width: str = "wide") -> tuple[str, ...]:
        """Return the seven names, Monday first."""
        names = get_day_names(width, context="stand-alone", locale=self.locale)
        return tuple(str(names[day]) for day in range(7))

    def sentence_list(self, items: Sequence[str]) -> str:
        """Return the items as the language strings them together."""
        return str(format_list(list(items), style="standard", locale=self.locale))

    def name(self, text: str) -> str:
        """Return a name in another script so that it keeps its place in a right-to-left sentence."""
        return f"{_ISOLATE}{text}{_POP}" if self.language.direction == "rtl" else text

    def _message(self, key: str) -> Message:
        message = self.catalogue.get(key)
        if message is None or message.fuzzy or not message.string:
            raise self._problem(key, "a translation, got none")
        return message

    def _fill(self, key: str, form: str, values: dict[str, object]) -> str:
        def value_of(match: re.Match[str]) -> str:
            if match[1] not in values:
                raise self._problem(key, f"a value for {{{match[1]}}}, got none")
            return str(values[match[1]])

        return _PLACEHOLDER.sub(value_of, form)

    def _problem(self, key: str, expected: str) -> TranslationError:
        return TranslationError(
            f"catalogue {self.language.tag}: {key}: expected {expected}", language=self.language.tag
        )


def load_words(languages: Sequence[Language], folder: Path) -> dict[str, Words]:
    """Return all languages by tag, checked against the first one.

    Raises:
        TranslationError: If a sentence is missing, unfinished or has other placeholders than in the first language.
    """
    words = {language.tag: Words.load(language, folder) for language in languages}
    first = words[languages[0].tag]
    for other in words.values():
        problems = find_gaps(first, other)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            tag = other.language.tag
            raise TranslationError(f"catalogue {tag}: {problems[0]}{more}", language=tag, problems=problems)
    return words


def find_gaps(first: Words, other: Words) -> tuple[str, ...]:
    """Return what `other` lacks beside `first`, one line each."""
    problems = [f"{key}: expected no such sentence, it is unknown" for key in sorted(other.keys - first.keys)]
    for key in sorted(first.keys):
        ours, theirs = first.catalogue.get(key), other.catalogue.get(key)
        if ours is None or theirs is None or theirs.fuzzy or not all(_forms(theirs)):
            problems.append(f"{key}: expected a translation, got none")
            continue
        needed = set(_PLACEHOLDER.findall(_forms(ours)[-1]))
        # A singular may spell its number out; every other form must carry all placeholders.
        for form in _forms(theirs)[-1:]:
            if set(_PLACEHOLDER.findall(form)) != needed:
                problems.append(f"{key}: expected the placeholders {sorted(needed)}, got {form!r:.60}")
        extra = {name for form in _forms(theirs) for name in _PLACEHOLDER.findall(form)} - needed
        if extra:
            problems.append(f"{key}: expected only the placeholders {sorted(needed)}, got {sorted(extra)}")
    return tuple(problems)


def _id_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _plural_index(expression: str, count: int) -> int:
    return int(c2py(expression)(count))

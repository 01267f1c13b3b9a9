"""The screen: what in a text could tell who somebody is.

It looks for names of persons, officers' names and numbers, telephone numbers, addresses and crossings, licence plates,
accounts, links, days of birth, numbers of files and papers, and names of organisations that held sessions. It knows no
person and no language well: what it catches is looked at by a person, and so it rather catches too much.

What belongs here: the whole of the rules. What does not: each of them (`screen_numbers`, `screen_latin`,
`screen_scripts`), their words (`config/screen`), what becomes of a text (`quarantine`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property
from typing import NamedTuple

from district_reports.engagement.organisations import organisation_key
from district_reports.engagement.screen_fold import Folded, find_unreadable, fold, fold_word
from district_reports.engagement.screen_latin import LatinNames
from district_reports.engagement.screen_numbers import NumberRules
from district_reports.engagement.screen_scripts import ArabicNames, ChineseNames
from district_reports.engagement.screen_words import Words, load_words
from district_reports.settings import Settings

KINDS = (
    "name",
    "officer",
    "capitals",
    "phone",
    "e-mail",
    "link",
    "handle",
    "address",
    "plate",
    "badge",
    "case",
    "papers",
    "birth",
    "number",
    "organisation",
    "script",
    "language",
)
"""`capitals`, `script` and `language`: our rules cannot tell whether somebody is named."""


class Catch(NamedTuple):
    """One thing that was caught."""

    kind: str
    """One of `KINDS`."""
    start: int
    end: int
    """Behind its last sign, in the text as it was written."""


def _order(catch: Catch) -> tuple[int, int, int]:
    """Return where a catch stands among others: of two with the same words the one that says more is told."""
    return catch.start, -catch.end, 1 if catch.kind in ("name", "number") else 0


class Screen:
    """The rules, with what may be named and what may not in one city."""

    def __init__(self, words: Words, places: Iterable[str] = ()) -> None:
        self.words = words
        self.places = frozenset(map(fold_word, places))
        self.hosts: frozenset[str] = frozenset()
        self._numbers = NumberRules(words)
        self._names = (LatinNames(words, self.places), ChineseNames(words), ArabicNames(words))

    def knowing(self, hosts: Iterable[str]) -> Screen:
        """Return the same screen that catches these organisations too."""
        other = copy(self)
        # All else is shared: making the rules takes longer than reading a text.
        other.__dict__.pop("_organisations", None)
        other.hosts = self.hosts.union(hosts)
        return other

    def reads(self, tag: str) -> bool:
        """Return whether the rules can judge a language."""
        return tag.split("-")[0].lower() in self.words.lists["languages"]

    def catch(self, text: str) -> tuple[Catch, ...]:
        """Return what is caught in a text, in its order; what lies within another catch is left out."""
        folded = fold(text)
        found = [Catch("script", start, end) for start, end in find_unreadable(text)]
        found += [Catch(kind, *folded.span(start, end)) for kind, start, end in self._find(folded) if end > start]
        told: list[Catch] = []
        for catch in sorted(found, key=_order):
            if not told or catch.end > told[-1].end:
                told.append(catch)
        return tuple(told)

    def _find(self, folded: Folded) -> Iterator[tuple[str, int, int]]:
        yield from self._numbers.find(folded)
        for names in self._names:
            yield from names.find(folded)
        for pattern, is_plain in self._organisations:
            for match in pattern.finditer(folded.text if is_plain else folded.lower):
                yield "organisation", match.start(), match.end()

    @cached_property
    def _organisations(self) -> list[tuple[re.Pattern[str], bool]]:
        """Return how each organisation is found; one called like a plain word only where it is written as its name."""
        found = []
        for host in sorted(self.hosts):
            key = organisation_key(host)
            is_plain = len(key) == 1 and fold_word(key[0]) in self.words.vocabulary
            words = fold(host).text.replace(",", " ").split()[:1] if is_plain else [fold(word).lower for word in key]
            if any(words):
                body = r"\W+(?:(?:the|of|and|for)\W+)*".join(re.escape(word) for word in words)
                found.append((re.compile(rf"(?<![A-Za-z0-9]){body}(?![A-Za-z0-9])"), is_plain))
        return found


def make_screen(settings: Settings) -> Screen:
    """Return the screen of a city: its districts and communities may be named.

    Raises:
        ConfigError: If a list of words is missing or cannot be read.
    """
    parts = [district.name for district in settings.districts]
    parts += [name.split("(")[0].strip() for district in settings.districts for name in district.communities]
    parts += [community.name for community in settings.communities]
    return Screen(load_words(), [settings.city.name, *settings.city.names.values(), *parts])

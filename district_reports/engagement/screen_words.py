"""The words by which the screen finds what could tell who somebody is: files of `config/screen`, for people to mend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from district_reports.engagement.screen_fold import fold_word
from district_reports.errors import ConfigError
from district_reports.settings import find_asset

FOLDER = ("config", "screen")


@dataclass(frozen=True)
class Words:
    """All lists, in their plain form."""

    lists: dict[str, tuple[str, ...]]
    """By name; those of a table have its name before a point: `chinese.surnames`."""
    digits: dict[str, int]
    telephone_region: str
    names: frozenset[str]
    """Given names and surnames that are nothing else."""
    ambiguous: frozenset[str]
    """Those that are plain words too."""
    vocabulary: frozenset[str]

    def either(self, *names: str) -> str:
        """Return the pattern of any word of some lists."""
        return either(word for name in names for word in self.lists[name])


def either(words: Iterable[str]) -> str:
    """Return the pattern of any of some words, each whole where its script parts words."""
    found = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(map(_whole, found)) + ")"


def _whole(word: str) -> str:
    pattern = r"\s+".join(re.escape(part) for part in word.split())
    before = {"latin": "(?<![a-z0-9])", "arabic": "(?<![ء-ي])[وبلف]?"}.get(_script(word[0]), "")
    after = {"latin": "(?![a-z0-9])", "arabic": "(?![ء-ي])"}.get(_script(word[-1]), "")
    return before + pattern + after


def _script(sign: str) -> str:
    if "ء" <= sign <= "ي":
        return "arabic"
    return "latin" if sign.isascii() and sign.isalnum() else "other"


@cache
def load_words() -> Words:
    """Return the lists of `config/screen`.

    Raises:
        ConfigError: If a file is missing or cannot be read.
    """
    path = find_asset(*FOLDER, "words.toml")
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: expected a readable TOML file, got {error}") from error
    lists: dict[str, tuple[str, ...]] = {}
    for key, value in tables.items():
        if isinstance(value, list):
            lists[key] = _plain(value)
        elif isinstance(value, dict) and key != "digits":
            lists |= {f"{key}.{name}": _plain(words) for name, words in value.items()}
    return Words(
        lists=lists,
        digits={fold_word(word): int(digit) for digit, words in tables["digits"].items() for word in words},
        telephone_region=str(tables["telephone_region"]),
        names=_load_list("names.txt"),
        ambiguous=_load_list("ambiguous.txt"),
        vocabulary=_load_list("vocabulary.txt"),
    )


def _plain(words: str | list[str]) -> tuple[str, ...]:
    """Return words in their plain form; a text is a list of its letters."""
    return tuple(dict.fromkeys(fold_word(word) for word in words))


def _load_list(name: str) -> frozenset[str]:
    path = find_asset(*FOLDER, name)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a readable text, got {error}") from error
    return frozenset(fold_word(word) for line in lines if not line.startswith("#") for word in line.split())

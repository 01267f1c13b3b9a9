"""Which hosts are one organisation, however they are written: counting one as two would expose those it brought.

When in doubt two hosts are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LEGAL = frozenset(
    ("inc", "incorporated", "corp", "corporation", "co", "company", "llc", "ltd", "limited", "nfp", "npo", "org", "ngo")
    + ("the", "of", "and", "for")
)
"""Words that tell no organisation from another."""


Name = tuple[str, ...]
"""Words of a name, in small letters."""


def organisation_key(host: str) -> Name:
    """Return the telling words of a host's name: "BUILD Inc." and "BUILD, Inc" have the same."""
    return _telling(_words(host))


def count_organisations(hosts: Iterable[str]) -> int:
    """Return how many organisations the hosts are at least.

    One whose words are all in another's name, or that is written with the first letters of its words, is the same.
    """
    groups: list[set[Name]] = []
    for name in sorted({_words(host) for host in hosts}):
        same = [group for group in groups if any(_is_same(name, other) for other in group)]
        groups = [group for group in groups if group not in same] + [{name}.union(*same)]
    return len(groups)


def _words(host: str) -> Name:
    text = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", host.casefold())
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )
    # The dots of "Y.W.C.A." and the apostrophe of "Valor's" part no words.
    return tuple(re.findall(r"\w+", re.sub(r"(?<=\w)[.'’](?=\w)", "", text)))


def _telling(words: Name) -> Name:
    return tuple(word for word in words if word not in LEGAL) or words


def _is_same(one: Name, other: Name) -> bool:
    mine, theirs = set(_telling(one)), set(_telling(other))
    return mine <= theirs or theirs <= mine or _abbreviates(one, other) or _abbreviates(other, one)


def _abbreviates(short: Name, long: Name) -> bool:
    initials = {"".join(word[0] for word in words) for words in (long, _telling(long)) if len(words) > 1}
    return len(_telling(short)) == 1 and _telling(short)[0] in initials

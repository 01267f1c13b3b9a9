"""Languages that people name, into tags: `pl`, `Polish`, `polaco`, `波兰语`.

What belongs here: names of languages. What does not: the languages of the reports (`config`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from babel import Locale

from district_reports.engagement.intake_cells import CellError, fold_name, show


def read_spoken(text: str, locales: Sequence[str]) -> str:
    """Return the tag of a language given by tag, by name, or by both as the drop-down shows them.

    Args:
        text: What was written.
        locales: Of the city's reports: a name may stand in any of them.

    Raises:
        CellError: If no language is known by it.
    """
    names = _names(tuple(locales))
    for piece in (text, text.partition("·")[0]):
        found = names.get(fold_name(piece))
        if found is not None:
            return found
    raise CellError("a language, such as Polish or its tag pl", show(text))


def name_spoken(tag: str, locale: str) -> str:
    """Return a language's tag with its name, as a locale calls it; the tag alone where it has no name."""
    name = Locale.parse(locale).languages.get(tag.replace("-", "_"))
    return f"{tag} · {name}" if name else tag


@cache
def _names(locales: tuple[str, ...]) -> dict[str, str]:
    """Return tags by folded name and by folded tag; a tag wins over a name of the same letters."""
    named: dict[str, str] = {}
    tags: dict[str, str] = {}
    for locale in map(Locale.parse, locales):
        for code, name in locale.languages.items():
            tag = str(code).replace("_", "-")
            named.setdefault(fold_name(str(name)), tag)
            tags[fold_name(tag)] = tag
    return named | tags

"""What a person's words in a file must be: not empty, one of the city's languages, not longer than a paragraph."""

from __future__ import annotations

from district_reports.errors import Problem
from district_reports.model import Text
from district_reports.settings import Settings

LONGEST = 1000
"""Letters; a report gives a paragraph to one thing."""


def check_text(where: str, name: str, text: Text, settings: Settings) -> list[Problem]:
    """Return what is wrong with a person's words."""
    tags = tuple(language.tag for language in settings.languages)
    at, allowed = f"{where}, {name}", f"one of {', '.join(tags)}"
    found = [Problem(f"{at}.language", allowed, repr(text.language)[:40])] if text.language not in tags else []
    found += [Problem(f"{at}.translations", allowed, repr(tag)[:40]) for tag in text.translations if tag not in tags]
    found += [
        Problem(f"{at}.reviewed_by", "a language of its translations", repr(tag)[:40])
        for tag in text.reviewed_by
        if tag not in text.translations
    ]
    for tag, words in ((text.language, text.text), *text.translations.items()):
        if not words.strip() or len(words) > LONGEST:
            found.append(Problem(f"{at}, {tag[:10]}", f"words, at most {LONGEST} letters", f"{len(words.strip())}"))
    return found

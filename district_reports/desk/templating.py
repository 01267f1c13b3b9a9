"""Pages of the desk: templates compiled once, catalogues loaded once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import TemplateError

from district_reports.desk.wording import Wording
from district_reports.errors import RenderError
from district_reports.render.edge import direction_of, percent, shown_address
from district_reports.render.i18n import Words, load_words
from district_reports.render.web_templates import open_templates
from district_reports.settings import Settings

FOLDER: Final = "desk"
_WANTED = re.compile(r"\s*([A-Za-z0-9-]{1,20})\s*(?:;\s*q=([0-9.]{1,5}))?\s*")


class Pages:
    """The templates and the words of a desk; made once.

    Args:
        settings: Which languages there are.
        template_dir: The folder that holds `desk/` and `locale/`.

    Raises:
        TranslationError: If a catalogue lacks a sentence.
    """

    def __init__(self, settings: Settings, template_dir: Path) -> None:
        self._settings = settings
        self.words: Mapping[str, Words] = load_words(settings.languages, template_dir / "locale")
        self._wordings = {tag: Wording(words, settings) for tag, words in self.words.items()}
        self.environment = open_templates(
            template_dir, address=shown_address, percent=percent, direction_of=direction_of
        )

    def render(self, name: str, words: Words, /, **context: Any) -> str:
        """Return a page.

        Args:
            name: Of the template, below `desk/`.
            words: In which language.
            context: What the template names.

        Raises:
            RenderError: If the template is broken, or names something that is not there.
        """
        tag = words.language.tag
        given = {
            "words": words,
            "t": words.text,
            "tn": words.plural,
            "tell": self._wordings[tag],
            "language": words.language,
            "languages": self._settings.languages,
            **context,
        }
        try:
            return self.environment.get_template(f"{FOLDER}/{name}").render(given)
        except TemplateError as error:
            message = f"expected a sound template and every name defined, got {error}"
            raise RenderError(f"{FOLDER}/{name}: {message}", template=name, language=tag) from error

    def choose(self, wanted: str, accepted: str) -> Words:
        """Return the words for a visitor who is not known: as wanted, else the first accepted that there is.

        Args:
            wanted: A tag, asked for in the address; may be anything.
            accepted: The browser's `Accept-Language`; may be anything.
        """
        if wanted in self.words:
            return self.words[wanted]
        ranked = []
        for number, part in enumerate(accepted[:200].split(",")):
            match = _WANTED.fullmatch(part)
            if match:
                ranked.append((-_weight(match[2]), number, match[1].lower()))
        for _, _, tag in sorted(ranked):
            for known, words in self.words.items():
                if tag == known.lower() or tag.split("-")[0] == known.lower().split("-")[0]:
                    return words
        return next(iter(self.words.values()))

    def wording_of(self, words: Words) -> Wording:
        """Return how things are said in the language of these words."""
        return self._wordings[words.language.tag]

    def words_of(self, tag: str) -> Words:
        """Return the words of a language; of the city's first where there is no such."""
        return self.words.get(tag) or next(iter(self.words.values()))


def _weight(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0

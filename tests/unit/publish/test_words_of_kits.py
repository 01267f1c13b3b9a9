"""Every sentence that the catalogue has for kits is asked for."""

from __future__ import annotations

from pathlib import Path

from district_reports.publish import kits
from district_reports.render.i18n import load_words
from district_reports.settings import find_asset, load_settings


def test_every_word_of_the_kits_is_asked_for() -> None:
    settings = load_settings({})
    words = load_words(settings.languages, find_asset("templates", "locale"))[settings.languages[0].tag]
    keys = {key for key in words.forms if key.startswith("publish.")}
    code = Path(kits.__file__).read_text(encoding="utf-8")
    assert keys
    assert {key for key in keys if f'"{key}"' not in code} == set()

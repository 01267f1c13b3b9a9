"""One word for one thing: what a reader meets in one part of the report is called the same in the next."""

from __future__ import annotations

import re

import pytest

from district_reports.render.i18n import Words
from district_reports.settings import find_asset, load_settings

SETTINGS = load_settings({})
FOLDER = find_asset("templates", "locale")

OTHER_WORDS_FOR_BEAT = {
    # A sector is three beats; "ronda" is a round on foot.
    "es": re.compile(r"\bsector(es)?\b|\brondas?\b", re.IGNORECASE),
    # 巡区 and 辖区 both stand in the source for one English word; the second means the district.
    "zh-Hans": re.compile("巡区|辖区完整性"),
    # The word before "patrol" must not be the one for the district.
    "ar": re.compile("(?:قطاع|قطاعات|منطقة|مناطق) (?:ال)?دوري"),
}


@pytest.mark.parametrize("tag", OTHER_WORDS_FOR_BEAT)
def test_a_beat_has_one_name(tag: str) -> None:
    found = [
        f"{path.name}: {line}"
        for path in sorted((FOLDER / tag).glob("*.po"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("msgstr", '"')) and OTHER_WORDS_FOR_BEAT[tag].search(line)
    ]
    assert found == []


each_language = pytest.mark.parametrize("tag", [language.tag for language in SETTINGS.languages])


@each_language
def test_the_head_finding_says_when_and_where_it_was_heard(tag: str) -> None:
    """It is a talking point and a slide of every district: nobody may take it for that district's words of now."""
    said = Words.load(SETTINGS.language(tag), FOLDER).text("heard.head")
    assert "2024" in said
    assert {"en": "whole city", "es": "toda la ciudad", "zh-Hans": "全市", "ar": "المدينة كلها"}[tag] in said


@each_language
def test_what_stands_alone_on_a_sheet_says_what_it_tells_of(tag: str) -> None:
    """The first limit is also a talking point and a note of the speaker: nothing stands before it there."""
    said = Words.load(SETTINGS.language(tag), FOLDER).text("limits.reported")
    assert {"en": "numbers", "es": "cifras", "zh-Hans": "数字", "ar": "الأرقام"}[tag] in said.split(" incidents")[0]

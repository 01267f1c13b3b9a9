"""Words of signing in and of errors: each is asked for, and what is asked for is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from district_reports.desk.answers import STALE, TOLD
from district_reports.desk.oidc import PROVIDER
from district_reports.desk.signing_in import LINK
from district_reports.desk.templating import Pages
from district_reports.settings import find_asset
from tests.unit.desk.asking import Place

OURS = ("desk_frame.", "desk_error.", "sign_in.")
KEY = re.compile(r"""["']((?:desk_frame|desk_error|sign_in)\.[a-z0-9_.]+[a-z0-9])["']""")
MENU = ("home", "releases", "items", "people", "log")


def test_every_word_is_asked_for_and_every_word_asked_for_exists(pages: Pages) -> None:
    folders = (find_asset("templates", "desk").glob("*.j2"), Path(find_asset("templates")).parent.glob("*/desk/*.py"))
    code = "\n".join(path.read_text(encoding="utf-8") for paths in folders for path in paths)
    asked = {key for key in KEY.findall(code) if not key.endswith(".j2")} | {f"desk_frame.{name}" for name in MENU}
    for told in (*map(str, TOLD), STALE, LINK, PROVIDER):
        asked |= {f"desk_error.{told}.title", f"desk_error.{told}.text"}
    known = {key for key in pages.words["en"].forms if key.startswith(OURS)}
    assert sorted(asked) == sorted(known)


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans", "ar"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in?sent=1", "/nowhere", "/sign-in/x"])
def test_every_page_is_whole_in_every_language(place: Place, tag: str, path: str) -> None:
    more = "&" if "?" in path else "?"
    html = place.browser().get(f"{path}{more}language={tag}").text
    direction = "rtl" if tag == "ar" else "ltr"
    assert f'<html lang="{tag}" dir="{direction}">' in html
    assert html.count("<h1>") == 1
    assert html.count("<main") == 1
    assert "<title>" in html

"""The further forms of an edition together: which files there are, in every language, from the same page."""

from __future__ import annotations

from codecs import BOM_UTF8

import pytest

from district_reports.render.channels import ChannelPress
from district_reports.render.page import build_page
from district_reports.settings import find_asset
from tests.unit.render.dossiers import TAGS, shipped
from tests.unit.render.guide_pages import make_register, make_sheet

FILES = ["card.png", "card.txt", "data.csv", "data.json", "email.html", "email.txt", "sms.txt", "summary.json"]


@pytest.mark.parametrize("tag", TAGS)
def test_every_file_is_made_and_the_same_each_time(tag: str) -> None:
    press = ChannelPress(shipped().language(tag), template_dir=find_asset("templates"))
    sheet = make_sheet(tag=tag, register=make_register(), is_sample=True)
    page = build_page(sheet.dossier, sheet.words, sheet.settings)
    files = press.render(sheet, page, {})
    assert sorted(files) == FILES
    assert press.render(sheet, page, {}) == files
    for name, content in files.items():
        if name not in ("card.png", "sms.txt"):
            assert page.banners[0] in content.decode(), name
    assert sheet.words.text("channels.sms.sample") in files["sms.txt"].decode()
    # What people open says that it is UTF-8; what programs send must not begin with a mark.
    assert [name for name in FILES if files[name].startswith(BOM_UTF8)] == ["card.txt", "data.csv"]

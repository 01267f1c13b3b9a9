"""What a page says and asks for, read as a browser would."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from tests.unit.desk.asking import Browser

QUARTER = "2026Q3"
OWN = f"/drafts/{QUARTER}/007"
CITY = f"/drafts/{QUARTER}/city"
TAG = re.compile(r"<[^>]+>")


class Outline(HTMLParser):
    """Ids, names of fields, links and headings of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self.headings: list[str] = []
        self.tags: list[str] = []
        self.primary = 0
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag in ("input", "select", "textarea", "button") and "name" in given:
            self.fields.setdefault(given["name"], []).append(given.get("value", ""))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        self.primary += given.get("class", "") in ("button", "button button--grave")


def texts(html: str) -> str:
    """Return the words of a page, tags left out."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def field(html: str, name: str) -> str:
    """Return the value of a form's first field of a name."""
    return Outline(html).fields[name][0]


def decide(browser: Browser, address: str = f"{OWN}/decide", **data: str) -> tuple[int, str, str]:
    """Send a decision as the page offers it; return code, address and page."""
    page = address if address.endswith("/decide") and address.startswith("/drafts") else address.removesuffix("/decide")
    html = browser.get(page).text
    sent = {"digest": field(html, "digest"), "role": field(html, "role"), "verdict": "sign", "remarks": "", **data}
    answer = browser.send(page, address, sent)
    return answer.status_code, answer.headers.get("location", ""), answer.text

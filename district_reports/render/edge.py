"""The edge between our texts and a web page: what may pass, and in which form.

Names, notes and addresses come from outside and may be hostile: markup, control characters, characters that turn
the reading direction. What belongs here: making one text or one address harmless. What does not: templates, pictures.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_REPLACED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]")
"""Control characters, lone surrogates and non-characters: shown as the replacement character, so that it is seen."""
_REMOVED = re.compile("[\u202a-\u202e\u206a-\u206f\ufeff]")
"""Embeddings and overrides turn the text after them; no text of ours has them."""
_ISOLATES = re.compile("[\u2066-\u2069]")
_ISOLATED = re.compile("([\u2066-\u2068])([^\u2066-\u2069]*)\u2069")
_ISOLATE_TAGS = {"\u2066": '<bdi dir="ltr">', "\u2067": '<bdi dir="rtl">', "\u2068": "<bdi>"}
_DEEPEST = 4
"""Isolates inside isolates that are kept; a sentence with a name in it needs one."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s\\<>\"\x00-\x20\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f]")
_SCHEMES = ("http", "https", "tel")
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
"""Languages written from the right; words of people come in any language."""


def plain(value: object) -> str:
    """Return the text without control characters and without any character that turns the direction.

    For attributes and titles, where no `<bdi>` can stand; the template still escapes it.
    """
    return _ISOLATES.sub("", _cleaned(str(value)))


def said(value: object) -> Markup:
    """Return the text escaped, its isolates as `<bdi>`; what is already markup passes.

    A name that we isolated in a sentence stays isolated; an isolate without its end is dropped.
    """
    if isinstance(value, Markup):
        return value
    html = str(escape(_cleaned(str(value))))
    for _ in range(_DEEPEST):
        html, found = _ISOLATED.subn(lambda match: f"{_ISOLATE_TAGS[match[1]]}{match[2]}</bdi>", html)
        if not found:
            break
    return Markup(_ISOLATES.sub("", html))


def checked_href(href: str) -> str:
    """Return the address if a reader may follow it: http, https, tel, or relative.

    Raises:
        ValueError: If it has another scheme, no host where one is due, a user name, or hidden characters.
    """
    scheme = _SCHEME.match(href)
    name = scheme[1].lower() if scheme else ""
    unsafe = not href or _UNSAFE_IN_ADDRESS.search(href) or href.startswith("//")
    if unsafe or (scheme and name not in _SCHEMES) or (name in ("http", "https") and not _has_plain_host(href)):
        raise ValueError(f"expected an http, https, tel or relative address, got {href!r:.80}")
    return href


def direction_of(language_tag: str) -> str:
    """Return which way a language is written, "rtl" or "ltr"."""
    return "rtl" if language_tag.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def shown_address(url: str) -> str:
    """Return a web address as one says it: without its scheme and the stroke at its end."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/")


def dialled(number: str) -> str:
    """Return the digits a telephone dials, Western ones, a leading plus kept; empty if there are none."""
    digits = "".join(str(unicodedata.digit(sign)) for sign in number if sign.isdigit())
    return f"+{digits}" if digits and number.lstrip().startswith("+") else digits


def anchor(text: str) -> str:
    """Return the text as it may stand in an `id`: ASCII letters, digits, hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower() or "x"


def percent(share: float) -> str:
    """Return a share (0-1) as a length of a drawing; never more than the whole, never less than nothing."""
    return f"{round(100 * min(1.0, max(0.0, share)), 2):g}%"


def _cleaned(text: str) -> str:
    return _REMOVED.sub("", _REPLACED.sub("\ufffd", text))


def _has_plain_host(href: str) -> bool:
    parts = urlsplit(href)
    return bool(parts.hostname) and "@" not in parts.netloc

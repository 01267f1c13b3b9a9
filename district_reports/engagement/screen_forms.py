"""Forms in which addresses, accounts, days of birth, files and papers are written, as patterns over small letters."""

from __future__ import annotations

import re

from district_reports.engagement.screen_words import Words

HAN_DIGITS = "零〇一二三四五六七八九幺两"
_ORDINAL = r"[0-9]{1,3}(?:st|nd|rd|th)"
_ALONE = r"(?<![0-9a-z,.])"
"""Where a number begins."""
_YEAR = "(?:19|20)[0-9]{2}"

Forms = list[tuple[str, str]]


def list_forms(words: Words) -> list[tuple[str, re.Pattern[str]]]:
    """Return the patterns, each with the kind of what it finds."""
    forms = [*_houses(words), *_crossings(words), *_other_scripts(words), *_accounts(words), *_days(words), *_FILES]
    # Only so does a word end where Chinese or Arabic begins.
    return [(kind, re.compile(pattern, re.ASCII)) for kind, pattern in forms]


def _houses(words: Words) -> Forms:
    street, direction = words.either("streets"), f"(?:{words.either('directions')}\\.?)"
    number = r"(?:no\.?\s*|number\s*|numero\s*)?"
    patterns = [
        rf"{_ALONE}[0-9]{{3,6}}[a-z]?\s+{direction}\s+[a-z0-9]+",
        rf"{_ALONE}[0-9]{{1,6}}\s+{direction}?\s*(?:[a-z0-9.'-]+\s+)?{_ORDINAL}\s+{street}",
        rf"(?:{_ORDINAL}|(?<![0-9])[0-9]{{2,3}})\s+{street}",
        r"[0-9]{2,5}\s*(?:block|blk)\b",
        rf"\bblock of (?:{direction}|[0-9])",
        rf"{words.either('streets_before')}\.?\s+(?:(?:de|la|el|los|las|numero|num)\s+)*[0-9]+",
        rf"{words.either('homes')}\s*[.#:]*\s*{number}(?:[0-9]+[a-z]?|[a-z][0-9]+|[a-z])(?![a-z0-9])",
        r"[0-9]{5}-[0-9]{4}",
    ]
    return [("address", pattern) for pattern in patterns]


def _crossings(words: Words) -> Forms:
    direction = f"(?:{words.either('directions')}\\.?)"
    no_crossing = r"(?!\s+(?:time|grade|floor|year))"
    no_street = r"(?!\s+(?:district|grade|ward|floor|time|day|of|beat|amendment|birthday))"
    patterns = [
        rf"{words.either('corners')}\s+(?:la\s+|las\s+)?[a-z0-9]+",
        rf"{_ORDINAL}\s*(?:street\s*)?(?:and|&|/|@|y|con|at)\s*[a-z0-9]+",
        rf"[a-z]+\s*(?:and|&|/|@|y|con)\s*{_ORDINAL}{no_crossing}",
        rf"\b(?:on|at|near|off|by|around|past)\s+(?:{direction}\s+)?{_ORDINAL}{no_street}",
        # "La 26": a street, as people say it.
        r"\b(?:en|por|de|con)\s+la\s+[0-9]{2,3}\b(?!\s*%)",
    ]
    return [("address", pattern) for pattern in patterns]


def _other_scripts(words: Words) -> Forms:
    street, no_street = words.either("arabic.streets"), words.either("arabic.no_streets")
    road = "(?:" + "|".join(words.lists["chinese.streets"]) + ")"
    before = "".join(words.lists["chinese.no_streets"])
    patterns = [
        r"(?<![0-9])[0-9]+\s*号(?!线|码|召)",
        r"[0-9]+\s*(?:单元|室|号楼|栋|楼|弄)",
        rf"[0-9a-z{HAN_DIGITS}十百]+\s*(?:街|大街|大道|路)(?![上头道边])",
        rf"(?:(?![{before}])[一-鿿]){{2,4}}{road}(?:和|与|與|跟|及|交|口|的?路口)",
        rf"(?<![ء-ي]){street}\s+(?!{no_street}(?![ء-ي]))[ء-ي0-9a-z]+",
        rf"[0-9]+\s+{street}",
        rf"{words.either('arabic.homes')}\s*(?:رقم\s*)?[:#]?\s*[0-9]+",
    ]
    return [("address", pattern) for pattern in patterns]


def _accounts(words: Words) -> Forms:
    domain = "|".join(words.lists["domains"])
    return [
        ("e-mail", r"[^\s@]*\s?@\s?[^\s@]+\.[a-z]{2,}"),
        ("e-mail", r"\w+\s*[\[({]\s*(?:at|arroba)\s*[\])}]\s*\w+"),
        ("e-mail", r"\w+\s+arroba\s+\w+|\w+\s+at\s+\w+\s+dot\s+\w+"),
        ("handle", r"@\s?[a-z0-9_.]+|[a-z0-9._-]+@|#[a-z_]\w{2,}|\b[a-z0-9]+_[a-z0-9_]+\b|\bu/\w+"),
        ("link", r"\b(?:https?|ftp)\s?:\s?/{1,2}\S+|\bwww\.\S+|\bt\.me/\S+"),
        ("link", rf"(?<![a-z0-9@])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:{domain})(?![a-z0-9])(?:/\S*)?"),
        ("link", r"\w+\s+(?:dot|punto)\s+(?:com|org|net|edu|gov)\b|[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    ]


def _days(words: Words) -> Forms:
    month = words.either("months")
    patterns = [
        r"(?<![0-9])[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-](?:[0-9]{4}|[0-9]{2})(?![0-9])",
        rf"{_YEAR}[/.\-][0-9]{{1,2}}[/.\-][0-9]{{1,2}}",
        rf"{month}\.?\s+[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s+(?:de\s+)?{_YEAR}",
        rf"[0-9]{{1,2}}\s+(?:de\s+|of\s+)?{month},?\s+(?:del?\s+|of\s+)?{_YEAR}",
        rf"{_YEAR}\s*年\s*[0-9]{{1,2}}\s*月\s*[0-9]{{1,2}}\s*[日号]",
    ]
    return [("birth", pattern) for pattern in patterns]


_FILES: Forms = [
    ("case", r"(?<![a-z0-9])[a-z]{2}[- ]?[0-9]{6}(?![0-9])"),
    ("case", r"(?<![a-z0-9])[0-9]{2,4}[- ]?[a-z]{2}[- ]?[0-9]{4,}"),
    ("papers", r"(?<![a-z0-9])a[-# ]*[0-9]{7,9}(?![0-9])"),
    ("papers", r"(?<![a-z0-9])[a-z]{3}[- ]?[0-9]{8,}|[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}"),
    ("number", r"#\s?[a-z0-9-]*[0-9][a-z0-9-]*"),
]
"""Numbers that authorities give: files, papers."""

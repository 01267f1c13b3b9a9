"""A strict reader of calendar files, by RFC 5545, for what the program writes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_LINE = re.compile(r"(?P<name>[A-Z][A-Z0-9-]*)(;[A-Z-]+=[^:;,\"]+)*:(?P<value>.*)", re.DOTALL)
_TEXTS = {"SUMMARY", "LOCATION", "DESCRIPTION", "UID", "X-WR-CALNAME"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class Component:
    name: str
    values: dict[str, str] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)


def parse_calendar(data: bytes) -> Component:
    """Return the calendar; anything the standard does not allow is an error."""
    open_parts: list[Component] = []
    done: Component | None = None
    for line in _unfold(data):
        match = _LINE.fullmatch(line)
        if match is None or done is not None:
            raise ValueError(f"expected a property, got {line!r}")
        name, value = match["name"], match["value"]
        if name == "BEGIN":
            open_parts.append(Component(value))
        elif name == "END":
            part = open_parts.pop()
            if part.name != value:
                raise ValueError(f"expected END:{part.name}, got {line!r}")
            if open_parts:
                open_parts[-1].parts.append(part)
            else:
                done = part
        elif name in open_parts[-1].values:
            raise ValueError(f"expected {name} once, got it again")
        else:
            open_parts[-1].values[name] = _text(value) if name in _TEXTS else value
    if done is None:
        raise ValueError("expected an END, got none")
    return done


def _unfold(data: bytes) -> list[str]:
    if not data.endswith(b"\r\n") or b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
        raise ValueError("expected lines that end with CR LF")
    lines = data[:-2].split(b"\r\n")
    if any(len(line) > 75 for line in lines):
        raise ValueError("expected lines of at most 75 octets")
    return b"\r\n".join(lines).replace(b"\r\n ", b"").decode().split("\r\n")


def _text(value: str) -> str:
    bare = _ESCAPED.sub("", value)
    if re.search(r"[;,\x00-\x1f\\]", bare):
        raise ValueError(f"expected separators to be escaped, got {value!r}")

    def plain(match: re.Match[str]) -> str:
        if match[1] not in "\\;,nN":
            raise ValueError(f"expected a known escape, got {match[0]!r}")
        return "\n" if match[1] in "nN" else match[1]

    return _ESCAPED.sub(plain, value)

"""The parts of a SoQL clause: tokens, and the nodes the parser makes of them.

What does not belong here: grammar (`soql`), types and columns (`compiler`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from tests.portal import errors

_PATTERN = re.compile(
    r"""\s+
    | (?P<text>'(?:[^']|'')*')
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<quoted>`(?::@?)?[A-Za-z_][A-Za-z0-9_]*`)
    | (?P<name>(?::@?)?[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark><>|!=|<=|>=|[=<>(),*-])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """A column or an alias."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: text, number, boolean or null."""

    value: str | float | bool | None
    type: Literal["text", "number", "boolean", "null"]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Star:
    """The `*` of `select *` or `count(*)`."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with its operands."""

    function: str
    arguments: tuple[Node, ...]
    at: int = field(default=0, compare=False)
    distinct: bool = False


Node = Name | Value | Star | Call


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One selected expression and its alias, if it has one."""

    node: Node
    alias: str | None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One expression of `$order`."""

    node: Node
    descending: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a literal or a mark, and where it stands."""

    kind: str
    text: str
    at: int


def tokenize(clause: str) -> list[Token]:
    """Return the tokens of a clause, the last of kind `end`.

    Raises:
        SodaError: 400 at the first character that starts no token.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(clause):
        match = _PATTERN.match(clause, at)
        if match is None:
            raise errors.malformed(clause, at, "a column, a literal or an operator")
        if match.lastgroup is not None:
            tokens.append(Token(match.lastgroup, match.group(), at))
        at = match.end()
    tokens.append(Token("end", "", len(clause)))
    return tokens

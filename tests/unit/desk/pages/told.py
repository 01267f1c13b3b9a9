"""All rules whose lines carry an id, read from the program: what the desk must have words for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from district_reports.engagement.screen import KINDS
from district_reports.feedback.rules import WHY

ROOT = Path(__file__).parents[4]
PARTS = ("review", "feedback", "engagement", "desk")
SOURCES = [path for part in PARTS for path in sorted((ROOT / "district_reports" / part).glob("*.py"))]
BUILT = {"why.{}": tuple(WHY), "kind.{}": KINDS}
"""Ids that are put together, and what they are put together from."""


def list_told() -> Iterator[tuple[str, frozenset[str]]]:
    """Give the id of each rule, and the names of its values."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Told":
                names = frozenset(word.arg for word in node.keywords if word.arg)
                yield from ((key, names) for key in _keys(node.args[1]))


def _keys(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(key)):
            yield key
        case ast.IfExp():
            yield from (*_keys(node.body), *_keys(node.orelse))
        case ast.JoinedStr():
            pattern = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
            yield from (pattern.format(end) for end in BUILT[pattern])
        case _:
            raise AssertionError(f"expected an id that can be read, got {ast.unparse(node)}")

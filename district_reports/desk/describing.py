"""The desk's own description, OpenAPI: for tests and for whoever looks after it; no page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from district_reports.desk.forms import TOKEN
from district_reports.desk.rules import RULES, Rule

_FORM: Final = "application/x-www-form-urlencoded"
_FILES: Final = "multipart/form-data"


def add_forms(document: dict[str, Any], routes: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Return the description with what each form may hold.

    Args:
        document: As made from the routes, which read forms by their visit.
        routes: Path, method and name of each.
    """
    for path, method, name in routes:
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            continue
        operation["operationId"] = name
        if method == "POST":
            operation["requestBody"] = _describe_form(RULES[name])
    return document


def _describe_form(rule: Rule) -> dict[str, Any]:
    properties: dict[str, Any] = {name: {"type": "string"} for name in (TOKEN, *rule.fields)}
    if rule.takes_files:
        properties["file"] = {"type": "string", "format": "binary"}
    schema = {"type": "object", "properties": properties, "required": [TOKEN]}
    return {"required": True, "content": {_FILES if rule.takes_files else _FORM: {"schema": schema}}}

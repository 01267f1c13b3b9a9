"""Builds one DuckDB query from the `$` parameters of one request.

Rows without a total order are shuffled by a seed that the server changes with every request: a client that
pages without an order loses rows here as it does on the portal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.portal import errors, soql
from tests.portal.compiler import BOOLEAN, TEXT, Compiler, Typed
from tests.portal.dataset import ROW_NUMBER, SYSTEM_FIELDS, Dataset, quoted
from tests.portal.syntax import Call, Name, Node, OrderItem, SelectItem, Star, Value

DEFAULT_LIMIT = 1000
_MAX_INTEGER = 2**62
_KNOWN = frozenset({"$select", "$where", "$order", "$group", "$limit", "$offset"})
_IGNORED = frozenset({"$$app_token", "$$exclude_system_fields"})


@dataclass(frozen=True, slots=True)
class Query:
    """SQL whose columns are `c0`, `c1`, …, and what they are called outside.

    `fields` pairs each name with its SoQL type; `parameters` are the bound literals.
    """

    sql: str
    parameters: dict[str, object]
    fields: tuple[tuple[str, str], ...]
    is_aggregated: bool


def build_query(dataset: Dataset, params: Mapping[str, str], seed: int | None) -> Query:
    """Return the query of a request.

    Args:
        dataset: Where the rows are.
        params: The request's parameters; names without `$` are simple filters.
        seed: Shuffles what the order leaves open; None leaves it to the table.

    Raises:
        SodaError: 400 for anything the portal would refuse.
    """
    unknown = [name for name in params if name.startswith("$") and name not in _KNOWN | _IGNORED]
    if unknown:
        raise errors.invalid_request(f"Unrecognized arguments [{', '.join(unknown)}]")
    return _Builder(dataset, params, seed).build()


class _Builder:
    def __init__(self, dataset: Dataset, params: Mapping[str, str], seed: int | None) -> None:
        self.dataset = dataset
        self.params = params
        self.seed = seed
        columns = {name: Typed(quoted(name), kind) for name, kind in dataset.soql_types().items()}
        self.compiler = Compiler(dataset.dataset_id, columns)

    def build(self) -> Query:
        items = self._selected()
        groups = self._groups()
        is_aggregated = bool(groups) or any(self.compiler.has_aggregate(item.node) for item in items)
        fields = [self._field(item, groups, is_aggregated) for item in items]
        parts = [
            f"SELECT {', '.join(f'{typed.sql} AS c{index}' for index, (_, typed) in enumerate(fields))}",
            f"FROM {self.dataset.table}",
            self._where(),
            self._group_by(groups),
            self._order_by(groups, is_aggregated),
            f"LIMIT {self._whole('$limit', DEFAULT_LIMIT)} OFFSET {self._whole('$offset', 0)}",
        ]
        names = tuple((name, typed.type) for name, typed in fields)
        return Query(" ".join(filter(None, parts)), self.compiler.parameters, names, is_aggregated)

    def _selected(self) -> list[SelectItem]:
        clause = self.compiler.clause = self.params.get("$select", "*")
        items: list[SelectItem] = []
        for item in soql.parse_select(clause):
            items.extend(self._everything() if isinstance(item.node, Star) else [item])
        names: set[str] = set()
        for item in items:
            name = item.alias or _default_name(item.node)
            if name in names:
                raise errors.duplicate_alias(name, self.dataset.dataset_id, clause, item.node.at)
            names.add(name)
        self.compiler.aliases = {item.alias: item.node for item in items if item.alias}
        return items

    def _everything(self) -> list[SelectItem]:
        """Return the columns of `*`: system fields on demand, computed regions only without an order."""
        names = list(self.dataset.types)
        if "$order" in self.params:
            names = [name for name in names if not name.startswith(":@")]
        if self.params.get("$$exclude_system_fields", "true").lower() == "false":
            names = [*SYSTEM_FIELDS, *names]
        return [SelectItem(Name(name), None) for name in names]

    def _field(self, item: SelectItem, groups: tuple[Node, ...], is_aggregated: bool) -> tuple[str, Typed]:
        typed = self.compiler.compile(item.node, aggregates=True)
        if is_aggregated:
            self.compiler.require_grouped(item.node, groups)
        if typed.type == "null":
            typed = Typed("CAST(NULL AS VARCHAR)", TEXT)
        return item.alias or _default_name(item.node), typed

    def _where(self) -> str:
        conditions = []
        if "$where" in self.params:
            clause = self.compiler.clause = self.params["$where"]
            conditions.append(self.compiler.condition(soql.parse_where(clause)))
        for name, value in self.params.items():
            if not name.startswith("$"):
                self.compiler.clause = name
                conditions.append(self.compiler.condition(self._simple_filter(name, value)))
        return f"WHERE {' AND '.join(conditions)}" if conditions else ""

    def _simple_filter(self, name: str, value: str) -> Node:
        column = self.compiler.columns.get(name)
        if column is not None and column.type == BOOLEAN and value in {"true", "false"}:
            return Call("op$=", (Name(name), Value(value == "true", "boolean")))
        return Call("op$=", (Name(name), Value(value, "text")))

    def _groups(self) -> tuple[Node, ...]:
        if "$group" not in self.params:
            return ()
        clause = self.compiler.clause = self.params["$group"]
        return tuple(self.compiler.resolve(node) for node in soql.parse_group(clause))

    def _group_by(self, groups: Sequence[Node]) -> str:
        if not groups:
            return ""
        self.compiler.clause = self.params["$group"]
        return f"GROUP BY {', '.join(self.compiler.compile(node).sql for node in groups)}"

    def _order_by(self, groups: tuple[Node, ...], is_aggregated: bool) -> str:
        clause = self.compiler.clause = self.params.get("$order", "")
        items = soql.parse_order(clause) if "$order" in self.params else ()
        parts = [self._order_part(item, groups, is_aggregated) for item in items]
        tie_break = self._tie_break(items, groups, is_aggregated)
        return f"ORDER BY {', '.join(parts + tie_break)}" if parts + tie_break else ""

    def _order_part(self, item: OrderItem, groups: tuple[Node, ...], is_aggregated: bool) -> str:
        node = self.compiler.resolve(item.node)
        if is_aggregated:
            self.compiler.require_grouped(node, groups)
        sql = self.compiler.compile(node, aggregates=is_aggregated).sql
        return f"{sql} DESC NULLS FIRST" if item.descending else f"{sql} ASC NULLS LAST"

    def _tie_break(self, items: Sequence[OrderItem], groups: Sequence[Node], is_aggregated: bool) -> list[str]:
        if self.seed is None or (is_aggregated and not groups):
            return []
        if is_aggregated:
            texts = ", ".join(f"CAST({self.compiler.compile(node).sql} AS VARCHAR)" for node in groups)
            return [f"hash(concat_ws('|', {texts}, '{self.seed}'))"]
        unique = {Name(":id")} | ({Name(self.dataset.key)} if self.dataset.key else set())
        if any(self.compiler.resolve(item.node) in unique for item in items):
            return []
        return [f"hash(xor({ROW_NUMBER}, {self.seed}))"]

    def _whole(self, name: str, default: int) -> int:
        text = self.params.get(name, str(default))
        if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > _MAX_INTEGER:
            raise errors.invalid_request(f"Invalid value for {name}: {text!r}")
        return int(text)


def _default_name(node: Node) -> str:
    """Return the name the portal gives to an expression without alias."""
    if isinstance(node, Name):
        return node.text
    words = [word for word in _words(node) if word]
    return "_".join(words) or "expression"


def _words(node: Node) -> list[str]:
    if isinstance(node, Call):
        return [re.sub(r"\W+", "", node.function), *(word for part in node.arguments for word in _words(part))]
    return [re.sub(r"\W+", "", node.text)] if isinstance(node, Name) else []

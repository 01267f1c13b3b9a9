"""Types SoQL trees and turns them into DuckDB expressions.

Only columns of the dataset and functions of the two tables below become SQL; every literal is a bound
parameter. So nothing a client writes is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.portal import errors
from tests.portal.syntax import Call, Name, Node, Star, Value

NUMBER, TEXT, BOOLEAN = "number", "text", "boolean"
FLOATING, FIXED = "floating_timestamp", "fixed_timestamp"
_ORDERED = frozenset({NUMBER, TEXT, FLOATING, FIXED})
_ANY = _ORDERED | {BOOLEAN, "url", "location", "point", "multipolygon"}
_FLOATING_TEXT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")
_NUMBER_TEXT = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes and gives; `{0}` in the SQL is its first operand."""

    takes: tuple[frozenset[str], ...]
    gives: str
    sql: str


def _scalar(takes: str, gives: str, sql: str) -> Function:
    return Function(tuple(frozenset({name}) for name in takes.split()), gives, sql)


SCALARS = {
    "date_trunc_y": _scalar(FLOATING, FLOATING, "CAST(date_trunc('year', {0}) AS TIMESTAMP)"),
    "date_trunc_ym": _scalar(FLOATING, FLOATING, "CAST(date_trunc('month', {0}) AS TIMESTAMP)"),
    "date_trunc_ymd": _scalar(FLOATING, FLOATING, "CAST(date_trunc('day', {0}) AS TIMESTAMP)"),
    "date_extract_y": _scalar(FLOATING, NUMBER, "year({0})"),
    "date_extract_m": _scalar(FLOATING, NUMBER, "month({0})"),
    "date_extract_d": _scalar(FLOATING, NUMBER, "day({0})"),
    "date_extract_hh": _scalar(FLOATING, NUMBER, "hour({0})"),
    "upper": _scalar(TEXT, TEXT, "upper({0})"),
    "lower": _scalar(TEXT, TEXT, "lower({0})"),
    "starts_with": _scalar(f"{TEXT} {TEXT}", BOOLEAN, "starts_with({0}, {1})"),
    "contains": _scalar(f"{TEXT} {TEXT}", BOOLEAN, "contains({0}, {1})"),
}
AGGREGATES = {
    "count": Function((_ANY,), NUMBER, "count({0})"),
    "sum": Function((frozenset({NUMBER}),), NUMBER, "sum({0})"),
    "avg": Function((frozenset({NUMBER}),), NUMBER, "avg({0})"),
    "min": Function((_ORDERED,), "", "min({0})"),
    "max": Function((_ORDERED,), "", "max({0})"),
}
_COMPARISONS = {
    "op$=": "({0} = {1})",
    "op$<>": "({0} <> {1})",
    "op$<": "({0} < {1})",
    "op$>": "({0} > {1})",
    "op$<=": "({0} <= {1})",
    "op$>=": "({0} >= {1})",
    "#BETWEEN": "({0} BETWEEN {1} AND {2})",
    "#NOT_BETWEEN": "({0} NOT BETWEEN {1} AND {2})",
    "#LIKE": "({0} LIKE {1})",
    "#NOT_LIKE": "({0} NOT LIKE {1})",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression in SQL with its SoQL type; a literal also keeps its value."""

    sql: str
    type: str
    literal: Value | None = None


class Compiler:
    """Turns the clauses of one request into SQL over one dataset."""

    def __init__(self, dataset_id: str, columns: Mapping[str, Typed]) -> None:
        """Start with no aliases and no parameters.

        Args:
            dataset_id: Named in refusals.
            columns: Typed SQL of each field that may be used.
        """
        self.dataset_id = dataset_id
        self.columns = columns
        self.aliases: dict[str, Node] = {}
        self.parameters: dict[str, object] = {}
        self.clause = ""

    def bind(self, value: object) -> str:
        """Return the placeholder of a new bound parameter."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def resolve(self, node: Node) -> Node:
        """Return the expression behind an alias, or the node itself."""
        return self.aliases.get(node.text, node) if isinstance(node, Name) else node

    def condition(self, node: Node) -> str:
        """Return the SQL of a `$where` condition.

        Raises:
            SodaError: 400 if it is not boolean, or uses what does not exist.
        """
        typed = self.compile(node)
        if typed.type != BOOLEAN:
            raise self._mismatch("WHERE", typed, node.at)
        return typed.sql

    def compile(self, node: Node, *, aggregates: bool = False) -> Typed:
        """Return an expression as typed SQL.

        Args:
            node: What the parser made.
            aggregates: Whether `count`, `sum`, … may appear.

        Raises:
            SodaError: 400 for an unknown column or function, or a wrong type.
        """
        if isinstance(node, Name):
            return self._column(node)
        if isinstance(node, Value):
            return self._literal(node)
        if isinstance(node, Star):
            raise errors.malformed(self.clause, node.at, "a column")
        if node.function in AGGREGATES:
            return self._aggregate(node, allowed=aggregates)
        operands = [self.compile(argument, aggregates=aggregates) for argument in node.arguments]
        return self._operator(node, operands)

    def has_aggregate(self, node: Node) -> bool:
        """Return whether an aggregate is called anywhere in the expression."""
        if not isinstance(node, Call):
            return False
        return node.function in AGGREGATES or any(self.has_aggregate(argument) for argument in node.arguments)

    def require_grouped(self, node: Node, groups: tuple[Node, ...]) -> None:
        """Refuse a column that is neither grouped nor inside an aggregate.

        Raises:
            SodaError: 400 naming the column.
        """
        if node in groups or (isinstance(node, Call) and node.function in AGGREGATES):
            return
        if isinstance(node, Name):
            raise errors.column_not_in_group_bys(node.text, self.dataset_id, self.clause, node.at)
        if isinstance(node, Call):
            for argument in node.arguments:
                self.require_grouped(argument, groups)

    def _column(self, node: Name) -> Typed:
        if node.text not in self.columns:
            raise errors.no_such_column(node.text, self.dataset_id, self.clause, node.at)
        return self.columns[node.text]

    def _literal(self, node: Value) -> Typed:
        if node.type == "null":
            return Typed("NULL", "null", node)
        return Typed(self.bind(node.value), node.type, node)

    def _aggregate(self, node: Call, *, allowed: bool) -> Typed:
        if not allowed:
            raise errors.aggregate_not_allowed(self.dataset_id, self.clause, node.at)
        function = AGGREGATES[node.function]
        if len(node.arguments) != 1:
            raise errors.no_such_function(node.function, self.dataset_id, self.clause, node.at)
        if isinstance(node.arguments[0], Star):
            if node.function != "count" or node.distinct:
                raise errors.malformed(self.clause, node.at, "a column")
            return Typed("count(*)", NUMBER)
        operand = self.compile(node.arguments[0])
        if operand.type not in function.takes[0]:
            raise self._mismatch(node.function, operand, node.at)
        sql = f"DISTINCT {operand.sql}" if node.distinct else operand.sql
        return Typed(function.sql.format(sql), function.gives or operand.type)

    def _operator(self, node: Call, operands: list[Typed]) -> Typed:
        function = node.function
        if function in {"op$AND", "op$OR", "op$NOT"}:
            return self._logic(node, operands)
        if function in {"#IS_NULL", "#IS_NOT_NULL"}:
            return Typed(f"({operands[0].sql} {function[1:].replace('_', ' ')})", BOOLEAN)
        if function in {"#IN", "#NOT_IN"}:
            left, *choices = self._aligned(node, operands)
            listed = ", ".join(choice.sql for choice in choices)
            return Typed(f"({left.sql} {function[1:].replace('_', ' ')} ({listed}))", BOOLEAN)
        if function in _COMPARISONS:
            aligned = self._aligned(node, operands)
            if function.endswith("LIKE") and aligned[0].type != TEXT:
                raise self._mismatch(function, aligned[0], node.at)
            return Typed(_COMPARISONS[function].format(*(operand.sql for operand in aligned)), BOOLEAN)
        return self._scalar(node, operands)

    def _logic(self, node: Call, operands: list[Typed]) -> Typed:
        for operand in operands:
            if operand.type != BOOLEAN:
                raise self._mismatch(node.function, operand, node.at)
        if node.function == "op$NOT":
            return Typed(f"(NOT {operands[0].sql})", BOOLEAN)
        word = f" {node.function[3:]} "
        return Typed(f"({word.join(operand.sql for operand in operands)})", BOOLEAN)

    def _scalar(self, node: Call, operands: list[Typed]) -> Typed:
        function = SCALARS.get(node.function)
        if function is None or node.distinct or len(operands) != len(function.takes):
            raise errors.no_such_function(node.function, self.dataset_id, self.clause, node.at)
        for operand, accepted in zip(operands, function.takes, strict=True):
            if operand.type not in accepted:
                raise self._mismatch(node.function, operand, node.at)
        return Typed(function.sql.format(*(operand.sql for operand in operands)), function.gives)

    def _aligned(self, node: Call, operands: list[Typed]) -> list[Typed]:
        """Give text literals the type of what they are compared with, and refuse all other mixtures."""
        wanted = next((operand.type for operand in operands if operand.literal is None), operands[0].type)
        if wanted not in _ORDERED | {BOOLEAN, "url", "null"}:
            raise self._mismatch(node.function, operands[0], node.at)
        aligned = []
        for operand in operands:
            converted = self._converted(operand, wanted)
            if converted is None:
                raise self._mismatch(node.function, operand, node.at)
            aligned.append(converted)
        return aligned

    def _converted(self, operand: Typed, wanted: str) -> Typed | None:
        if operand.type in {wanted, "null"}:
            return operand
        if operand.literal is None or not isinstance(operand.literal.value, str):
            return None
        text = operand.literal.value
        if wanted == "url":
            return Typed(operand.sql, wanted)
        if wanted == NUMBER and _NUMBER_TEXT.fullmatch(text):
            return self._rebound(operand, float(text), NUMBER)
        moment = _moment(text, wanted)
        return None if moment is None else self._rebound(operand, moment, wanted)

    def _rebound(self, operand: Typed, value: object, wanted: str) -> Typed:
        self.parameters[operand.sql.removeprefix("$")] = value
        return Typed(operand.sql, wanted)

    def _mismatch(self, function: str, operand: Typed, at: int) -> errors.SodaError:
        return errors.type_mismatch(function, operand.type, self.dataset_id, self.clause, at)


def _moment(text: str, wanted: str) -> datetime | None:
    """Return a timestamp literal without zone (UTC if fixed), or None if the text is none."""
    if wanted not in {FLOATING, FIXED}:
        return None
    local = text.removesuffix("Z") if wanted == FIXED else text
    if not _FLOATING_TEXT.fullmatch(local):
        return None
    try:
        return datetime.fromisoformat(local).replace(tzinfo=UTC).replace(tzinfo=None)
    except ValueError:
        return None

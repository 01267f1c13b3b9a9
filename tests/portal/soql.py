"""The SoQL that clients of the portal send: the parser.

A clause becomes a small tree of `Name`, `Value`, `Star` and `Call`; operators are calls under Socrata's own
names (`op$=`, `#IS_NULL`). Types, columns and functions are checked in `compiler`, not here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tests.portal import errors
from tests.portal.syntax import Call, Name, Node, OrderItem, SelectItem, Star, Token, Value, tokenize

_MAX_DEPTH = 60
_RESERVED = frozenset(
    ["and", "or", "not", "is", "null", "between", "in", "like", "as", "asc", "desc", "distinct", "true", "false"]
)
_COMPARISONS = {"=": "op$=", "<>": "op$<>", "!=": "op$<>", "<": "op$<", ">": "op$>", "<=": "op$<=", ">=": "op$>="}

T = TypeVar("T")


def parse_select(clause: str) -> tuple[SelectItem, ...]:
    """Return the items of `$select`.

    Raises:
        SodaError: 400 if the clause is not SoQL.
    """
    return _parse(clause, lambda parser: parser.listed(parser.select_item))


def parse_where(clause: str) -> Node:
    """Return the condition of `$where`.

    Raises:
        SodaError: 400 if the clause is not SoQL.
    """
    return _parse(clause, lambda parser: parser.expression())


def parse_order(clause: str) -> tuple[OrderItem, ...]:
    """Return the items of `$order`.

    Raises:
        SodaError: 400 if the clause is not SoQL.
    """
    return _parse(clause, lambda parser: parser.listed(parser.order_item))


def parse_group(clause: str) -> tuple[Node, ...]:
    """Return the expressions of `$group`.

    Raises:
        SodaError: 400 if the clause is not SoQL.
    """
    return _parse(clause, lambda parser: parser.listed(parser.expression))


def _parse(clause: str, rule: Callable[[_Parser], T]) -> T:
    parser = _Parser(clause)
    parsed = rule(parser)
    parser.finish()
    return parsed


class _Parser:
    """Recursive descent over the tokens of one clause."""

    def __init__(self, clause: str) -> None:
        self.clause = clause
        self.tokens = tokenize(clause)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def refuse(self, expected: str) -> errors.SodaError:
        return errors.malformed(self.clause, self.token.at, expected)

    def is_word(self, word: str) -> bool:
        return self.token.kind == "name" and self.token.text.lower() == word

    def skip_word(self, word: str) -> bool:
        found = self.is_word(word)
        self.index += found
        return found

    def skip_mark(self, mark: str) -> bool:
        found = self.token.kind == "mark" and self.token.text == mark
        self.index += found
        return found

    def expect_mark(self, mark: str) -> None:
        if not self.skip_mark(mark):
            raise self.refuse(f"`{mark}`")

    def expect_word(self, word: str) -> None:
        if not self.skip_word(word):
            raise self.refuse(word.upper())

    def finish(self) -> None:
        if self.token.kind != "end":
            raise self.refuse("the end of the clause")

    def listed(self, rule: Callable[[], T]) -> tuple[T, ...]:
        items = [rule()]
        while self.skip_mark(","):
            items.append(rule())
        return tuple(items)

    def select_item(self) -> SelectItem:
        at = self.token.at
        node: Node = Star(at) if self.skip_mark("*") else self.expression()
        return SelectItem(node, self.alias() if self.skip_word("as") else None)

    def alias(self) -> str:
        token = self.token
        text = token.text.strip("`")
        if token.kind not in {"name", "quoted"} or text.startswith(":") or text.lower() in _RESERVED:
            raise self.refuse("an alias")
        self.take()
        return text.lower()

    def order_item(self) -> OrderItem:
        node = self.expression()
        descending = self.skip_word("desc")
        if not descending:
            self.skip_word("asc")
        return OrderItem(node, descending)

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.refuse("fewer nested brackets")
        node = self.chain("or", "op$OR", lambda: self.chain("and", "op$AND", self.negation))
        self.depth -= 1
        return node

    def chain(self, word: str, function: str, rule: Callable[[], Node]) -> Node:
        at = self.token.at
        nodes = [rule()]
        while self.skip_word(word):
            nodes.append(rule())
        return nodes[0] if len(nodes) == 1 else Call(function, tuple(nodes), at)

    def negation(self) -> Node:
        at = self.token.at
        negations = 0
        while self.skip_word("not"):
            negations += 1
        node = self.comparison()
        return Call("op$NOT", (node,), at) if negations % 2 else node

    def comparison(self) -> Node:
        left = self.operand()
        token = self.token
        if token.kind == "mark" and token.text in _COMPARISONS:
            self.take()
            return Call(_COMPARISONS[token.text], (left, self.operand()), token.at)
        if self.skip_word("is"):
            function = "#IS_NOT_NULL" if self.skip_word("not") else "#IS_NULL"
            self.expect_word("null")
            return Call(function, (left,), token.at)
        return self.range_test(left)

    def range_test(self, left: Node) -> Node:
        at = self.token.at
        prefix = "#NOT_" if self.skip_word("not") else "#"
        if self.skip_word("between"):
            low = self.operand()
            self.expect_word("and")
            return Call(f"{prefix}BETWEEN", (left, low, self.operand()), at)
        if self.skip_word("in"):
            self.expect_mark("(")
            choices = self.listed(self.operand)
            self.expect_mark(")")
            return Call(f"{prefix}IN", (left, *choices), at)
        if self.skip_word("like"):
            return Call(f"{prefix}LIKE", (left, self.operand()), at)
        if prefix != "#":
            raise self.refuse("BETWEEN, IN or LIKE")
        return left

    def operand(self) -> Node:
        token = self.token
        if self.skip_mark("("):
            node = self.expression()
            self.expect_mark(")")
            return node
        if self.skip_mark("-"):
            if self.token.kind != "number":
                raise self.refuse("a number")
            return Value(-float(self.take().text), "number", token.at)
        if token.kind == "text":
            return Value(self.take().text[1:-1].replace("''", "'"), "text", token.at)
        if token.kind == "number":
            return Value(float(self.take().text), "number", token.at)
        return self.named()

    def named(self) -> Node:
        token = self.token
        if token.kind == "quoted":
            self.take()
            return Name(token.text[1:-1].lower(), token.at)
        word = token.text.lower()
        if token.kind == "name" and word in {"true", "false", "null"}:
            self.take()
            return Value(None, "null", token.at) if word == "null" else Value(word == "true", "boolean", token.at)
        if token.kind != "name" or word in _RESERVED:
            raise self.refuse("a column, a literal or a function")
        self.take()
        return self.call(token) if self.skip_mark("(") else Name(word, token.at)

    def call(self, token: Token) -> Call:
        function = token.text.lower()
        if self.skip_mark(")"):
            return Call(function, (), token.at)
        distinct = self.skip_word("distinct")
        star_at = self.token.at
        arguments: tuple[Node, ...] = (Star(star_at),) if self.skip_mark("*") else self.listed(self.expression)
        self.expect_mark(")")
        return Call(function, arguments, token.at, distinct)

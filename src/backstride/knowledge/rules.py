"""The language of red-flag rules: ``and``, ``or``, ``not``, brackets, ids, comparisons.

A bare id is true when its answer is yes; no answer and "unsure" are not yes. ``not id`` is true unless the answer is yes,
so an unasked excuse never silences a flag. ``id == 'no'`` asks for a stated no. A comparison with a missing number is false.
Where two people said different things (`Stated`), each counts for the rule, and a ``not`` is silenced by what all said only.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NoReturn

from backstride.errors import KnowledgeError

__all__ = ["Lookup", "Rule", "Stated", "parse_rule"]

Lookup = Callable[[str], Any]
"""Gives the answer to an id: "yes", "no", "unsure", another word, a number, None, or `Stated`."""

_TOKEN = re.compile(r"\s*(?:(?P<op>>=|<=|==|>|<|\(|\))|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'[^']*')|(?P<word>[A-Za-z_][A-Za-z_0-9]*))")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}
_MAX_DEPTH = 50
_REMEDY = "Use ids, and, or, not, brackets, and comparisons such as pain_severity >= 7 or improving_2_weeks == 'no'."


@dataclass(frozen=True, slots=True)
class Stated:
    """Everything that was said about one id, by whoever; ``doubtful`` when it contradicts another answer."""

    values: tuple[str | float, ...]
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule: ``kind`` is and, or, not, yes or compare."""

    kind: str
    parts: tuple[Rule, ...] = ()
    name: str = ""
    compare: str = ""
    operand: float | str = 0.0

    def evaluate(self, lookup: Lookup) -> bool:
        """Whether the rule holds for the answers that `lookup` gives."""
        return self._holds(lookup, in_favour=True)

    def could_hold(self, lookup: Lookup) -> bool:
        """Whether the rule could hold once everything that nobody answered, or only with "unsure", is answered."""
        return True in self._outcomes(lookup, in_favour=True)

    def _holds(self, lookup: Lookup, *, in_favour: bool) -> bool:
        if self.kind == "and":
            return all(part._holds(lookup, in_favour=in_favour) for part in self.parts)
        if self.kind == "or":
            return any(part._holds(lookup, in_favour=in_favour) for part in self.parts)
        if self.kind == "not":
            return not self.parts[0]._holds(lookup, in_favour=not in_favour)
        answer = lookup(self.name)
        if not isinstance(answer, Stated):
            return self._matches(answer)
        # What speaks for the rule counts when anyone said it; what would silence it only when nobody said otherwise.
        if in_favour:
            return any(self._matches(value) for value in answer.values)
        firm = [value for value in answer.values if value != "unsure"]
        return bool(firm) and not answer.doubtful and all(self._matches(value) for value in firm)

    def _outcomes(self, lookup: Lookup, *, in_favour: bool) -> frozenset[bool]:
        if self.kind == "not":
            return frozenset(not outcome for outcome in self.parts[0]._outcomes(lookup, in_favour=not in_favour))
        if self.kind in ("and", "or"):
            outcomes = [part._outcomes(lookup, in_favour=in_favour) for part in self.parts]
            every, some = (True, False) if self.kind == "and" else (False, True)
            found = {some} if any(some in o for o in outcomes) else set()
            return frozenset(found | ({every} if all(every in o for o in outcomes) else set()))
        answer = lookup(self.name)
        values = answer.values if isinstance(answer, Stated) else (answer,)
        if all(value is None or value == "unsure" for value in values):
            return frozenset((True, False))
        return frozenset((self._holds(lookup, in_favour=in_favour),))

    def _matches(self, answer: object) -> bool:
        if self.kind == "yes":
            return answer == "yes"
        if isinstance(self.operand, str):
            return answer == self.operand
        return isinstance(answer, int | float) and _COMPARE[self.compare](answer, self.operand)

    def names(self) -> frozenset[str]:
        """Every id that the rule reads."""
        return _names(self)

    def terms(self) -> Iterator[Rule]:
        """Give the bare ids and comparisons, from left to right."""
        if self.name:
            yield self
        for part in self.parts:
            yield from part.terms()

    def polarity(self) -> dict[str, set[bool]]:
        """For each id whether it stands as a positive term (True), under a ``not`` (False), or both.

        A stated no (``id == 'no'``) is a negative term: a yes can only make it false.
        """
        result: dict[str, set[bool]] = {}

        def walk(rule: Rule, positive: bool) -> None:
            if rule.kind in ("and", "or", "not"):
                for part in rule.parts:
                    walk(part, positive != (rule.kind == "not"))
            else:
                result.setdefault(rule.name, set()).add(positive != (rule.operand == "no"))

        walk(self, True)
        return result


@cache
def _names(rule: Rule) -> frozenset[str]:
    own = frozenset({rule.name}) if rule.name else frozenset()
    return own.union(*(part.names() for part in rule.parts))


@lru_cache(maxsize=2048)
def parse_rule(text: str) -> Rule:
    """Parse a rule.

    Raises
    ------
    KnowledgeError
        With the column and a remedy.
    """
    tokens = _tokens(text)
    parser = _Parser(tokens, text)
    rule = parser.either(0)
    if parser.at < len(tokens):
        parser.fail(f"'{tokens[parser.at][1]}' was not expected here")
    return rule


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise KnowledgeError(f"the rule cannot be read at column {at + 1} ('{text[at : at + 12].strip()}').", remedy=_REMEDY)
        kind = str(match.lastgroup)
        tokens.append((kind, match.group(kind), match.start(kind)))
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str, int]], text: str) -> None:
        self.tokens, self.text, self.at = tokens, text, 0

    def fail(self, what: str) -> NoReturn:
        column = self.tokens[self.at][2] + 1 if self.at < len(self.tokens) else len(self.text) + 1
        raise KnowledgeError(f"the rule cannot be read at column {column}: {what}.", remedy=_REMEDY)

    def take(self, value: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == value:
            self.at += 1
            return True
        return False

    def either(self, depth: int) -> Rule:
        parts = [self.both(depth)]
        while self.take("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Rule("or", tuple(parts))

    def both(self, depth: int) -> Rule:
        parts = [self.term(depth)]
        while self.take("and"):
            parts.append(self.term(depth))
        return parts[0] if len(parts) == 1 else Rule("and", tuple(parts))

    def term(self, depth: int) -> Rule:
        if depth > _MAX_DEPTH:
            self.fail(f"it is nested more than {_MAX_DEPTH} deep")
        if self.take("not"):
            return Rule("not", (self.term(depth + 1),))
        if self.take("("):
            inside = self.either(depth + 1)
            if not self.take(")"):
                self.fail("a closing bracket is missing")
            return inside
        if self.at >= len(self.tokens):
            self.fail("it ends too early")
        kind, word, _ = self.tokens[self.at]
        if kind != "word" or word in ("and", "or"):
            self.fail(f"'{word}' stands where an id should")
        self.at += 1
        if self.at < len(self.tokens) and self.tokens[self.at][1] in _COMPARE:
            return self.comparison(word)
        return Rule("yes", name=word)

    def comparison(self, name: str) -> Rule:
        compare = self.tokens[self.at][1]
        self.at += 1
        if self.at >= len(self.tokens) or self.tokens[self.at][0] not in ("number", "text"):
            self.fail("a number or a word in quotes is missing after the comparison")
        kind, word, _ = self.tokens[self.at]
        if kind == "text" and compare != "==":
            self.fail("a word can only be compared by ==")
        self.at += 1
        return Rule("compare", name=name, compare=compare, operand=float(word) if kind == "number" else word[1:-1])

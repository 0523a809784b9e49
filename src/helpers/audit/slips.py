"""The likely slip: the smallest change of one figure that would make most identities hold.

Place in the chain: after all families of ``audit``.  Input: identities.  Output: for each that
fails, the figures most suspected, and where the evidence singles one out, the value it should have.

A figure stands in several identities: down its column, across its row, in other tables, in
sentences.  Each failed identity says which value each of its figures should have for it to hold;
that value is then tried in every identity the figure stands in.  The figure that repairs many and
breaks none is suspected most.  Slips are taken one after the other, the clearest first, since one
figure set right often makes the next one clear.  A hint is no finding: what is published stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from helpers.amounts import plain
from helpers.audit.identity import Figure, Identity, Term

Kind = Literal["blank", "empty", "direction", "digit", "swap", "shift", "other_row", "other"]

_MOST_SUSPECTS = 3
# The kinds of slip that a hand or an eye is known to make speak for a figure.
_KNOWN: frozenset[Kind] = frozenset({"blank", "direction", "digit", "swap", "shift", "other_row"})


@dataclass(frozen=True, slots=True)
class Slip:
    """A figure, the value it should have, and what that would do.

    Attributes
    ----------
    term
        The figure as printed.
    value
        What it should be.
    repairs, breaks
        Positions of the identities that would then hold, and of those that would no longer.
    kind
        How the printed figure differs: a ``blank``; a figure where there should be none
        (``empty``); an increase for a decrease (``direction``); one ``digit``, two digits in each
        other's place (``swap``), the decimal point (``shift``); the figure of another row
        (``other_row``).
    """

    term: Term
    value: Decimal
    repairs: frozenset[int]
    breaks: frozenset[int]
    kind: Kind

    @property
    def weight(self) -> tuple[int, int, bool]:
        """How strongly the evidence speaks for it."""
        gain = len(self.repairs) - len(self.breaks)
        return gain, -len(self.breaks), self.kind in _KNOWN


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the search says of one failed identity.

    Attributes
    ----------
    suspects
        The figures most suspected, first first; at most three.
    slip
        The one that the evidence singles out, if any.
    """

    suspects: tuple[Slip, ...]
    slip: Slip | None = None


def _kind(term: Term, value: Decimal, is_elsewhere: bool) -> Kind:
    printed = term.value
    if printed is None:
        return "blank"
    if not value:
        return "empty"
    if value == -printed:
        return "direction"
    scale = max(0, -printed.as_tuple().exponent, -value.as_tuple().exponent)
    one, other = (str(int(abs(number).scaleb(scale))) for number in (printed, value))
    if one.rstrip("0") == other.rstrip("0"):
        return "shift"
    if len(one) == len(other):
        differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(differing) == 1:
            return "digit"
        if len(differing) == 2 and differing[1] == differing[0] + 1:
            first, second = differing
            if one[first] == other[second] and one[second] == other[first]:
                return "swap"
    return "other_row" if is_elsewhere else "other"


class _Search:
    """The identities of a disclosure, with the slips accepted so far."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self._identities = identities
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._terms: dict[str, Term] = {}
        self._changes: dict[str, Decimal] = {}
        self._failed: set[int] = set()
        self._slips: dict[tuple[str, Decimal], Slip] = {}
        for position, one in enumerate(identities):
            if one.relation == "text" or one.verdict == "not_checkable":
                continue
            for term in one.terms:
                self._by_key[term.key].append(position)
                self._terms.setdefault(term.key, term)
            if one.verdict == "different":
                self._failed.add(position)
        columns: dict[tuple[str, Decimal], set[str]] = defaultdict(set)
        for key, term in self._terms.items():
            if term.value:
                columns[_column(key), term.value].add(key)
        self._columns = columns

    def _candidates(self, position: int) -> Iterator[tuple[Term, Decimal]]:
        """Yield what each figure of a failed identity should be for it to hold."""
        one = self._identities[position]
        if one.relation == "rate":
            yield from self._rate_candidates(one)
            return
        for side, sign in ((one.left, 1), (one.right, -1)):
            difference = self._value(one.left) - self._value(one.right)
            for term in side.terms:
                yield term, plain(self._printed(term) - difference / (term.factor * sign))

    def _rate_candidates(self, one: Identity) -> Iterator[tuple[Term, Decimal]]:
        assert one.formula is not None
        values = [Fraction(self._value(operand)) for operand in one.operands]
        printed = self._value(one.left)
        if isinstance(one.right.value, Decimal) and len(one.left.terms) == 1:
            term = one.left.terms[0]
            exact = one.formula.exact(values)
            if exact is not None:
                yield term, _to_decimals(exact / Fraction(term.factor), one.decimals)
        for position, operand in enumerate(one.operands):
            solved = one.formula.solve(Fraction(printed), values, position)
            if solved is not None and len(operand.terms) == 1:
                term = operand.terms[0]
                yield term, _to_decimals(solved / Fraction(term.factor), _decimals(term))

    def _printed(self, term: Term) -> Decimal:
        return self._changes.get(term.key, term.value or Decimal(0))

    def _value(self, side: Figure) -> Decimal:
        return side.value_with(self._changes)

    def _tried(self, term: Term, value: Decimal) -> Slip | None:
        """Try a value in every identity the figure stands in; None if it is no figure."""
        known = self._slips.get((term.key, value))
        if known is not None:
            return known
        is_reversed = term.value is not None and value == -term.value
        if value < 0 and not is_reversed:
            return None
        changes = {**self._changes, term.key: value}
        repairs, breaks = set(), set()
        for position in self._by_key[term.key]:
            holds = self._identities[position].holds_with(changes)
            if position in self._failed and holds:
                repairs.add(position)
            elif position not in self._failed and not holds:
                breaks.add(position)
        others = self._columns.get((_column(term.key), term.value or Decimal(0)), set())
        kind = _kind(term, value, bool(others - {term.key}))
        slip = Slip(term, value, frozenset(repairs), frozenset(breaks), kind)
        self._slips[term.key, value] = slip
        return slip

    def _ranked(self, position: int) -> list[Slip]:
        """Return the best slip of each figure that would repair an identity, best first."""
        best: dict[str, Slip] = {}
        for term, value in self._candidates(position):
            if term.key in self._changes or value == term.value:
                continue
            slip = self._tried(term, value)
            if slip is None or position not in slip.repairs:
                continue
            if term.key not in best or slip.weight > best[term.key].weight:
                best[term.key] = slip
        return sorted(best.values(), key=lambda slip: slip.weight, reverse=True)

    def run(self) -> dict[int, Suspicion]:
        """Return what is suspected of each failed identity, by its position."""
        ranked = {position: self._ranked(position) for position in sorted(self._failed)}
        found = {
            position: Suspicion(tuple(slips[:_MOST_SUSPECTS])) for position, slips in ranked.items()
        }
        while True:
            clear = [slips[0] for slips in ranked.values() if _is_singled_out(slips)]
            if not clear:
                return found
            slip = max(clear, key=lambda one: one.weight)
            for position in slip.repairs:
                found[position] = Suspicion(found[position].suspects, slip)
                del ranked[position]
            self._accept(slip)
            touched = {
                position
                for other in self._by_key[slip.term.key]
                for term in self._identities[other].terms
                for position in self._by_key[term.key]
            }
            for position in touched & ranked.keys():
                ranked[position] = self._ranked(position)

    def _accept(self, slip: Slip) -> None:
        self._changes[slip.term.key] = slip.value
        self._failed -= slip.repairs
        self._failed |= slip.breaks
        near = {
            term.key
            for position in self._by_key[slip.term.key]
            for term in self._identities[position].terms
        }
        self._slips = {key: one for key, one in self._slips.items() if key[0] not in near}


def _column(key: str) -> str:
    """Return what the cells of one column share in their key."""
    table, _, rest = key.partition("/")
    return f"{table}/{rest.partition('/')[2].partition('/')[2]}"


def _decimals(term: Term) -> int:
    exponent = term.half.as_tuple().exponent
    return max(0, -exponent - 1) if term.half and isinstance(exponent, int) else 0


def _to_decimals(value: Fraction, decimals: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return plain(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _is_singled_out(slips: Sequence[Slip]) -> bool:
    """Tell whether the first of ranked slips stands clear of the second.

    It must repair more than it breaks, and either nothing else would repair without breaking, or it
    repairs more than any other.
    """
    if not slips:
        return False
    first, rest = slips[0], slips[1:]
    gain = first.weight[0]
    if gain < 1:
        return False
    if first.breaks and gain < 2:
        return False
    return all(gain > other.weight[0] for other in rest)


def suspicions(identities: Sequence[Identity]) -> dict[int, Suspicion]:
    """Return what is suspected of each failed identity.

    Parameters
    ----------
    identities
        All that were evaluated, those that hold included: they are the evidence.

    Returns
    -------
    dict of int to Suspicion
        By the position of the identity; only those that fail.
    """
    return _Search(identities).run()

"""The likely slip: the smallest change of figures that would make most identities hold.

Place in the chain: after all families of ``audit``.  Input: identities.  Output: for each that
fails, the figures most suspected, and where the evidence singles one out, the value it should have.

A figure stands in several identities: down its column, across its row, in other tables, in
sentences.  Each failed identity says which value each of its figures should have for it to hold;
that value is then tried in every identity the figure stands in.  Where it breaks one, the figure
there that fails elsewhere, too, is changed with it: a class and its only section, two figures in
each other's row.  What repairs many and breaks few with few figures is suspected most.  Slips are
accepted one after the other, the clearest first, since one figure set right often makes the next
one clear.  A hint is no finding: what is published stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from helpers.amounts import UNIT_FACTORS, plain
from helpers.audit.claims import is_claim_key
from helpers.audit.identity import Identity, Term

Kind = Literal[
    "blank", "empty", "direction", "digit", "swap", "shift", "other_row", "rate", "other"
]

_MOST_SUSPECTS = 3
_MOST_FIGURES = 3  # what needs more is no slip
_WAN = UNIT_FACTORS["万元"]
_CLEAR_GAIN = 2
_DECIMALS = 2  # of a figure that is exact, where a rate asks for another
# Rules whose figures are taken by their words to mean one thing: no ground to correct either.
_BY_WORDS = ("goal_", "description_", "indicator_")
# An eye or a hand is known to make these, and a rate is the last figure to be worked out.
_USUAL: frozenset[Kind] = frozenset(
    {"blank", "direction", "digit", "swap", "unit", "shift", "rate"}
)


@dataclass(frozen=True, slots=True)
class Slip:
    """Figures that may be wrong together, and what setting them right would do.

    Attributes
    ----------
    terms
        The figures as printed, the most suspected first.
    values
        What they should be, in the same order.
    repairs, breaks
        Positions of the identities that would then hold, and of those that would no longer.
    leaves
        How many that fail already would go on failing.
    kind
        How the first differs from what it should be: a ``blank``; a figure where there should be
        none (``empty``); an increase for a decrease (``direction``); one ``digit``, two digits in
        each other's place (``swap``), 元 for 万元 (``unit``), the decimal point (``shift``); a
        ``rate`` that its figures do not give.  ``exchange`` where the same figures stand in each
        other's place, or one in that of a blank.
    """

    terms: tuple[Term, ...]
    values: tuple[Decimal, ...]
    repairs: frozenset[int]
    breaks: frozenset[int]
    leaves: int
    kind: Kind

    @property
    def gain(self) -> int:
        """What it repairs, less what it breaks and the figures it changes beside the first."""
        others = 0 if self.kind == "exchange" else len(self.terms) - 1
        return len(self.repairs) - len(self.breaks) - others

    @property
    def weight(self) -> tuple[int, int, int, bool]:
        """How strongly the evidence speaks for it."""
        return self.gain, -len(self.breaks), -len(self.terms), self.kind in _USUAL

    @property
    def changes(self) -> dict[str, Decimal]:
        """The keys of the figures with what they should be."""
        return {term.key: value for term, value in zip(self.terms, self.values, strict=True)}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What the search says of one failed identity.

    Attributes
    ----------
    suspects
        Changes that would repair it, each of another first figure, the likeliest first; at most
        three.
    slip
        The one that the evidence singles out, if any.
    """

    suspects: tuple[Slip, ...]
    slip: Slip | None = None


def _kind(term: Term, value: Decimal, is_rate: bool) -> Kind:
    printed = term.value
    if printed is None:
        return "blank"
    if not value:
        return "empty"
    if value == -printed:
        return "direction"
    scale = max(_scale(printed), _scale(value))
    one, other = (str(int(abs(number).scaleb(scale))) for number in (printed, value))
    if value in (printed * _WAN, printed / _WAN):
        return "unit"
    if one.rstrip("0") == other.rstrip("0"):
        return "shift"
    if len(one) == len(other):
        differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(differing) == 1:
            return "digit"
        first, last = differing[0], differing[-1]
        is_swapped = (one[first], one[last]) == (other[last], other[first])
        if len(differing) == 2 and last == first + 1 and is_swapped:
            return "swap"
    return "rate" if is_rate else "other"


def _scale(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


class _Search:
    """The identities of a disclosure, with the slips accepted so far."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self._identities = identities
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._failed: set[int] = set()
        self._changes: dict[str, Decimal] = {}
        self._rates: set[str] = set()
        for position, one in enumerate(identities):
            if one.relation == "text" or one.verdict == "not_checkable":
                continue
            if one.rule_id.startswith(_BY_WORDS):
                continue
            for term in one.terms:
                self._by_key[term.key].append(position)
            if one.relation == "rate":
                self._rates.update(term.key for term in one.left.terms)
            if one.verdict == "different":
                self._failed.add(position)

    def run(self) -> dict[int, Suspicion]:
        """Return what is suspected of each failed identity, by its position."""
        found: dict[int, Suspicion] = {}
        while True:
            slips = self._slips()
            for position in self._failed:
                ranked = _ranked(position, slips)
                found.setdefault(position, Suspicion(_first_of_each(ranked)))
            clear = [
                slip
                for slip in slips
                if _is_singled_out(slip, slips) and not self._is_sum_of_doubtful(slip)
            ]
            if not clear:
                return found | self._of_texts(found)
            touched: set[int] = set()
            for slip in sorted(clear, key=lambda one: one.weight, reverse=True):
                own = {position for key in slip.changes for position in self._by_key[key]}
                # What an accepted slip touches is looked at again before the next.
                if touched.isdisjoint(own):
                    self._accept(slip, found)
                touched |= own

    def _of_texts(self, found: Mapping[int, Suspicion]) -> dict[int, Suspicion]:
        """Return the slips that set right a figure of which only words are compared: a blank."""
        by_key = {key: one.slip for one in found.values() if one.slip for key in one.slip.changes}
        return {
            position: Suspicion((by_key[term.key],), by_key[term.key])
            for position, one in enumerate(self._identities)
            if one.relation == "text" and one.verdict == "different"
            for term in one.left.terms
            if term.key in by_key
        }

    def _accept(self, slip: Slip, found: dict[int, Suspicion]) -> None:
        for position in slip.repairs:
            before = found.get(position)
            found[position] = Suspicion(before.suspects if before else (slip,), slip)
        self._changes |= slip.changes
        self._failed = (self._failed - slip.repairs) | slip.breaks

    def _slips(self) -> list[Slip]:
        """Return every change that a failed identity asks for, with what it needs beside it."""
        wanted: dict[tuple[str, Decimal], Term] = {}
        for position in sorted(self._failed):
            for term, value in self._wanted(self._identities[position], self._changes):
                if term.key not in self._changes and value != term.value:
                    wanted.setdefault((term.key, value), term)
        tried = [self._tried((term,), (value,)) for (_, value), term in wanted.items()]
        found = [self._with_others(slip) for slip in tried if slip is not None and slip.repairs]
        return [slip for slip in found if slip.gain > 1 or not self._is_blank_addend(slip)]

    def _is_sum_of_doubtful(self, slip: Slip) -> bool:
        """Tell whether a blank would be filled from figures that fail elsewhere themselves."""
        if slip.kind != "blank" or slip.gain >= _CLEAR_GAIN:
            return False
        beside = {
            term.key for position in slip.repairs for term in self._identities[position].terms
        }
        failing = {position for key in beside for position in self._by_key[key]} & self._failed
        return not failing <= slip.repairs

    def _is_blank_addend(self, slip: Slip) -> bool:
        """Tell whether a figure is missing among others: one sum alone does not ask for it."""
        if slip.terms[0].value is not None:
            return False
        sides = [
            side
            for position in slip.repairs
            for side in (self._identities[position].left, self._identities[position].right)
        ]
        return all(len(side.terms) > 1 for side in sides if slip.terms[0] in side.terms)

    def _wanted(
        self, one: Identity, changes: Mapping[str, Decimal]
    ) -> Iterator[tuple[Term, Decimal]]:
        """Yield what each figure of an identity should be for it to hold."""
        if one.relation == "rate":
            yield from self._wanted_of_rate(one, changes)
            return
        difference = one.left.value_with(changes) - one.right.value_with(changes)
        for side, sign in ((one.left, 1), (one.right, -1)):
            for term in side.terms:
                now = changes.get(term.key, term.value or Decimal(0))
                yield term, plain(now - difference / (term.factor * sign))

    def _wanted_of_rate(
        self, one: Identity, changes: Mapping[str, Decimal]
    ) -> Iterator[tuple[Term, Decimal]]:
        assert one.formula is not None
        values = [Fraction(operand.value_with(changes)) for operand in one.operands]
        exact = one.formula.exact(values)
        if exact is not None and len(one.left.terms) == 1:
            term = one.left.terms[0]
            yield term, _rounded(exact / Fraction(term.factor), one.decimals)
        for position, operand in enumerate(one.operands):
            printed = Fraction(one.left.value_with(changes))
            solved = one.formula.solve(printed, values, position)
            if solved is not None and len(operand.terms) == 1:
                term = operand.terms[0]
                decimals = max(0, _scale(term.half) - 1) if term.half else _DECIMALS
                yield term, _rounded(solved / Fraction(term.factor), decimals)

    def _tried(self, terms: tuple[Term, ...], values: tuple[Decimal, ...]) -> Slip | None:
        """Try values in every identity their figures stand in; None if one is no amount."""
        for term, value in zip(terms, values, strict=True):
            is_reversed = term.value is not None and value == -term.value
            if value < 0 and not is_reversed:
                return None
        own = {term.key: value for term, value in zip(terms, values, strict=True)}
        changes = self._changes | own
        repairs, breaks, leaves = set(), set(), 0
        for position in {position for key in own for position in self._by_key[key]}:
            holds = self._identities[position].holds_with(changes)
            if not holds and position in self._failed:
                leaves += 1
            elif position in self._failed:
                repairs.add(position)
            elif not holds:
                breaks.add(position)
        kind = _kind(terms[0], values[0], terms[0].key in self._rates)
        if len(terms) > 1 and sorted(values) == sorted(term.value or Decimal(0) for term in terms):
            kind = "exchange"
        return Slip(terms, values, frozenset(repairs), frozenset(breaks), leaves, kind)

    def _with_others(self, slip: Slip) -> Slip:
        """Change with a figure those that fail elsewhere, as long as that gains."""
        while len(slip.terms) < _MOST_FIGURES:
            changes = self._changes | slip.changes
            own = {position for key in slip.changes for position in self._by_key[key]}
            tried = [
                self._tried((*slip.terms, term), (*slip.values, value))
                for position in sorted(slip.breaks | (own & self._failed) - slip.repairs)
                for term, value in self._wanted(self._identities[position], changes)
                if term.key not in changes and not self._failed.isdisjoint(self._by_key[term.key])
            ]
            better = max((one for one in tried if one), key=lambda one: one.weight, default=slip)
            if better.gain <= slip.gain:
                break
            slip = better
        return slip


def _ranked(position: int, slips: Sequence[Slip]) -> list[Slip]:
    able = [slip for slip in slips if position in slip.repairs]
    return sorted(able, key=lambda slip: slip.weight, reverse=True)


def _first_of_each(ranked: Sequence[Slip]) -> tuple[Slip, ...]:
    """Return the best slips, one for each figure."""
    best: dict[str, Slip] = {}
    for slip in ranked:
        best.setdefault(slip.terms[0].key, slip)
    return tuple(best.values())[:_MOST_SUSPECTS]


def _is_singled_out(slip: Slip, slips: Sequence[Slip]) -> bool:
    """Tell whether a slip stands clear of every other that would repair one of the same.

    It must leave nothing that fails: where much is wrong, what repairs a part is no evidence.
    Another value of the same figure is such another.  Where it gains a single identity only, the
    slip must be of a usual kind and every other break as much as it repairs; or it is a figure of a
    sentence, and every other breaks more.
    """
    if slip.leaves or slip.gain < 1:
        return False
    if slip.gain < _CLEAR_GAIN and (slip.breaks or len(slip.terms) > 1):
        return False
    figures = set(slip.changes.items())
    rivals = [
        other.gain
        for other in slips
        if set(other.changes.items()) != figures
        and not (slip.repairs.isdisjoint(other.repairs) and slip.terms[0] != other.terms[0])
    ]
    most = max(rivals, default=-1)
    if slip.gain >= _CLEAR_GAIN:
        return most < slip.gain
    if slip.kind in _USUAL:
        return most < 1
    return is_claim_key(slip.terms[0].key) and most < 0


def _rounded(value: Fraction, decimals: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return plain(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


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

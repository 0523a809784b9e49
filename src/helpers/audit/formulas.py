"""Rates as functions of the figures behind them: shares, growth, variance, points.

Place in the chain: used by the rules on rates, and by the search for slips.  Input: figures as
ranges.  Output: the range of the rate, in percent or points; and, the other way round, the figure
that would give a rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from helpers.tolerance import Interval, growth, quotient

Values = Sequence[Fraction]


@dataclass(frozen=True, slots=True)
class Formula:
    """How a rate follows from figures.

    Attributes
    ----------
    range
        The rates that ranges of figures allow; None where any rate is possible.
    convention
        The rate printed by convention where there is none, for instance growth from nothing.
    solve
        The figure at a position that would give a rate; None where no single one does.
    """

    range: Callable[[Sequence[Interval]], Interval | None]
    convention: Callable[[Values], Fraction | None]
    solve: Callable[[Fraction, Values, int], Fraction | None]

    def exact(self, values: Values) -> Fraction | None:
        """Return the rate of figures as they stand; None where any rate is possible."""
        by_convention = self.convention(values)
        if by_convention is not None:
            return by_convention
        found = self.range([Interval(value, value) for value in values])
        return None if found is None else found.low

    def evaluate(
        self, values: Values, ranges: Sequence[Interval]
    ) -> tuple[Fraction, Interval] | None:
        """Return the rate of the figures as printed, and what their rounding allows."""
        exact = self.exact(values)
        if exact is None:
            return None
        is_conventional = self.convention(values) is not None
        possible = Interval(exact, exact) if is_conventional else self.range(ranges)
        return None if possible is None else (exact, possible)


def _none(_: Values) -> None:
    return None


def _percent(ratio: Interval | None, less: int = 0) -> Interval | None:
    return ratio and Interval(100 * (ratio.low - less), 100 * (ratio.high - less))


def _from_nothing(earlier: Fraction, now: Fraction) -> Fraction | None:
    # 增长100% from nothing, and nothing to nothing as 增长0%.
    return None if earlier else Fraction(100 if now else 0)


def _solve_share(rate: Fraction, values: Values, position: int) -> Fraction | None:
    if position == 0:
        return rate * values[1] / 100
    return 100 * values[0] / rate if rate else None


def _solve_growth(rate: Fraction, values: Values, position: int) -> Fraction | None:
    change, current = values
    if position == 0:
        return rate * current / (100 + rate) if rate != -100 else None
    return change + 100 * change / rate if rate else None


def _solve_variance(rate: Fraction, values: Values, position: int) -> Fraction | None:
    budget, final = values
    if position == 1:
        return budget * (1 + rate / 100)
    return final / (1 + rate / 100) if rate != -100 else None


SHARE = Formula(lambda of: _percent(quotient(of[0], of[1])), _none, _solve_share)
"""Part ÷ base, in percent."""

GROWTH = Formula(
    lambda of: _percent(growth(of[0], of[1])),
    lambda of: _from_nothing(of[1] - of[0], of[1]),
    _solve_growth,
)
"""Change ÷ (current - change), in percent."""

VARIANCE = Formula(
    lambda of: _percent(quotient(of[1], of[0]), less=1),
    lambda of: _from_nothing(of[0], of[1]),
    _solve_variance,
)
"""(Final - budget) ÷ budget, in percent."""


def points(rule: Callable[[Fraction], Fraction]) -> Formula:
    """Return weight × rule(rate), for a rule that takes a share from 0 up."""

    def allowed(of: Sequence[Interval]) -> Interval:
        corners = [
            weight * rule(rate / 100)
            for weight in (of[0].low, of[0].high)
            for rate in (of[1].low, of[1].high)
        ]
        return Interval(min(corners), max(corners))

    def solve(score: Fraction, values: Values, position: int) -> Fraction | None:
        share = rule(values[1] / 100)
        return score / share if position == 0 and share else None

    return Formula(allowed, _none, solve)


def constant(value: Fraction) -> Formula:
    """Return a rate that is known, whatever figures it rests on."""
    return Formula(lambda of: Interval(value, value), _none, lambda rate, values, position: None)

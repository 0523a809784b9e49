"""How far two printed figures may differ without any mistake.

Place in the chain: used by ``audit``.  Input: figures and how many decimals they are printed with.
Output: a verdict, and the bound it rests on.

No bound is chosen by hand.  A figure printed to 0.01 stands for anything within half a unit of it,
0.005; the sum of n such figures and the total beside it may therefore differ by (n + 1) × 0.005.
Counts, codes and persons are exact.  A rate is compared with the range of values that the rounded
figures behind it allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Verdict = Literal["equal", "rounding", "different"]


@dataclass(frozen=True, slots=True)
class Interval:
    """All values between two bounds, both included."""

    low: Fraction
    high: Fraction


def decimals_of(text: str) -> int:
    """Return how many decimals a figure is printed with.

    Examples
    --------
    >>> decimals_of("1,131.10"), decimals_of("80")
    (2, 0)
    """
    _, _, decimals = text.partition(".")
    return sum(character.isdigit() for character in decimals)


def printed_decimals(texts: Iterable[str]) -> int:
    """Return the decimals of a table: the most that any of its figures is printed with.

    Spreadsheets drop trailing zeros: ``80`` beside ``132.19`` is 80.00.

    Examples
    --------
    >>> printed_decimals(["80", "132.19"])
    2
    """
    return max(map(decimals_of, texts), default=0)


def half_unit(decimals: int) -> Decimal:
    """Return half a unit of the last printed digit.

    Examples
    --------
    >>> half_unit(2)
    Decimal('0.005')
    """
    return Decimal(5).scaleb(-decimals - 1)


def sum_tolerance(half_units: Iterable[Decimal]) -> Decimal:
    """Return by how much the two sides of a sum may differ.

    Parameters
    ----------
    half_units
        Half a unit of every figure on either side; zero for exact figures.

    Examples
    --------
    >>> sum_tolerance([half_unit(2)] * 3)  # two addends and their total
    Decimal('0.015')
    """
    return sum(half_units, Decimal(0))


def judge_difference(difference: Decimal, tolerance: Decimal) -> Verdict:
    """Judge the difference of two sums; the bound itself is still rounding."""
    if not difference:
        return "equal"
    return "rounding" if abs(difference) <= tolerance else "different"


def rounded(value: Decimal, decimals: int) -> Interval:
    """Return everything that is printed as this figure, halves rounded either way."""
    half = Fraction(half_unit(decimals))
    return Interval(Fraction(value) - half, Fraction(value) + half)


def quotient(numerator: Interval, denominator: Interval) -> Interval | None:
    """Return the range of a quotient; None if the denominator may be zero."""
    if denominator.low <= 0 <= denominator.high:
        return None
    corners = [
        above / below
        for above in (numerator.low, numerator.high)
        for below in (denominator.low, denominator.high)
    ]
    return Interval(min(corners), max(corners))


def growth(change: Interval, current: Interval) -> Interval | None:
    """Return the range of ``change / (current - change)``; None if the earlier value may be zero.

    Both figures occur twice, so the range is that of ``1 / (current / change - 1)``, which each of
    them moves in one direction only.
    """
    if current.low - change.high <= 0 <= current.high - change.low:
        return None
    corners = [
        part / (whole - part)
        for part in (change.low, change.high)
        for whole in (current.low, current.high)
    ]
    return Interval(min(corners), max(corners))


@dataclass(frozen=True, slots=True)
class RateJudgement:
    """What a printed rate is worth: the verdict, and the bound on its side of the exact rate."""

    verdict: Verdict
    tolerance: Fraction


def judge_rate(
    printed: Decimal, decimals: int, exact: Fraction, possible: Interval
) -> RateJudgement:
    """Judge a printed rate against the rate of the printed figures.

    Parameters
    ----------
    printed, decimals
        The rate as printed, and its decimals.
    exact
        The rate of the figures as printed, in the same unit.
    possible
        The range that the figures allow, since they are rounded themselves.

    Returns
    -------
    RateJudgement
        ``equal`` where the rate is the exact one, rounded; ``rounding`` where rounded figures allow
        it, or where it was cut off instead of rounded.

    Examples
    --------
    >>> third = Fraction(100, 3)
    >>> judge_rate(Decimal("66.6"), 1, 2 * third, Interval(2 * third, 2 * third)).verdict
    'rounding'
    """
    value, half = Fraction(printed), Fraction(half_unit(decimals))
    difference = value - exact
    room = (possible.high - exact) if difference > 0 else (exact - possible.low)
    tolerance = half + room
    if abs(difference) <= half:
        return RateJudgement("equal", tolerance)
    is_towards_zero = abs(value) < abs(exact) and value * exact >= 0
    if is_towards_zero:
        tolerance = max(tolerance, 2 * half)
    within = abs(difference) <= tolerance
    return RateJudgement("rounding" if within else "different", tolerance)

"""Tolerances: derived from the printed digits, two-sided, never chosen."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.tolerance import (
    Interval,
    growth,
    half_unit,
    judge_difference,
    judge_rate,
    printed_decimals,
    quotient,
    rounded,
    sum_tolerance,
)

_EXACT = st.decimals(0, 10**7, places=6)
_CENT = Decimal("0.01")


def test_precision_is_that_of_the_most_decimals() -> None:
    assert printed_decimals(["80", "1,131.1", "132.19"]) == 2
    assert printed_decimals([]) == 0


@given(st.lists(_EXACT, min_size=1, max_size=12))
def test_rounded_addends_are_never_an_error(exact: list[Decimal]) -> None:
    printed = [value.quantize(_CENT, ROUND_HALF_UP) for value in exact]
    total = sum(exact, Decimal(0)).quantize(_CENT, ROUND_HALF_EVEN)
    tolerance = sum_tolerance([half_unit(2)] * (len(printed) + 1))
    assert judge_difference(total - sum(printed, Decimal(0)), tolerance) != "different"


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [("0", "equal"), ("0.015", "rounding"), ("-0.015", "rounding"), ("0.016", "different")],
)
def test_bound_is_two_sided_and_belongs_to_rounding(difference: str, verdict: str) -> None:
    tolerance = sum_tolerance([half_unit(2)] * 3)
    assert judge_difference(Decimal(difference), tolerance) == verdict


def test_exact_figures_leave_no_room() -> None:
    assert judge_difference(Decimal(1), sum_tolerance([Decimal(0)] * 4)) == "different"


@given(_EXACT, _EXACT, st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN]))
def test_a_rate_of_exact_figures_is_never_an_error(
    part: Decimal, whole: Decimal, rounding: str
) -> None:
    """The rate was computed before the figures were rounded, and rounded or cut off itself."""
    assume(whole > 1)
    printed_part, printed_whole = (v.quantize(_CENT, ROUND_HALF_UP) for v in (part, whole))
    rate = (100 * part / whole).quantize(_CENT, rounding)
    share = quotient(rounded(printed_part, 2), rounded(printed_whole, 2))
    assert share is not None
    possible = Interval(100 * share.low, 100 * share.high)
    exact = 100 * Fraction(printed_part) / Fraction(printed_whole)
    judged = judge_rate(rate, 2, exact, possible)
    # Cut off, and computed from unrounded figures, may miss by both amounts together.
    is_cut_off = rounding == ROUND_DOWN
    if not is_cut_off or exact - Fraction(1, 100) <= Fraction(rate) <= exact:
        assert judged.verdict != "different"


@given(_EXACT, st.decimals(-(10**6), 10**6, places=6))
def test_growth_of_rounded_figures_holds_the_exact_growth(before: Decimal, change: Decimal) -> None:
    current = before + change
    assume(before > 1 and current >= 0)
    possible = growth(
        rounded(change.quantize(_CENT, ROUND_HALF_UP), 2),
        rounded(current.quantize(_CENT, ROUND_HALF_UP), 2),
    )
    assert possible is not None
    assert possible.low <= Fraction(change) / Fraction(before) <= possible.high


def test_a_denominator_that_may_be_zero_has_no_rate() -> None:
    assert quotient(rounded(Decimal(1), 2), rounded(Decimal(0), 2)) is None
    assert growth(rounded(Decimal("5.00"), 2), rounded(Decimal("5.00"), 2)) is None


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("66.67", "equal"), ("66.66", "rounding"), ("66.68", "different"), ("66.65", "different")],
)
def test_cut_off_is_rounding_and_rounded_up_is_not(printed: str, verdict: str) -> None:
    exact = Fraction(200, 3)
    judged = judge_rate(Decimal(printed), 2, exact, Interval(exact, exact))
    assert judged.verdict == verdict

"""Figures and the identities between them: what every rule of the audit produces.

Place in the chain: used by the families of rules in this package.  Input: figures with their place
and precision.  Output: an :class:`Identity` with its verdict, which ``findings`` turns into rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from helpers.amounts import plain
from helpers.tolerance import (
    Interval,
    half_unit,
    judge_difference,
    judge_rate,
    sum_tolerance,
)

Verdict = Literal["equal", "rounding", "different", "not_checkable"]

_NAMED_PARTS = 4  # a sentence that names more addends is not read


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its place, or the sum of several.

    Attributes
    ----------
    value
        In the unit of the identity; a text where texts are compared; None for a blank.
    label
        What it is, in the words of the document.
    origins
        Places of every figure it rests on.
    half
        Half a unit of its last digit, summed over its addends; zero if exact.
    is_damaged
        True where the conversion left the figure or its table in doubt.
    """

    value: Decimal | str | None
    label: str
    origins: tuple[str, ...]
    half: Decimal = Decimal(0)
    is_damaged: bool = False


def figure(
    value: Decimal | None, label: str, origin: str, decimals: int | None, is_damaged: bool = False
) -> Figure:
    """Return a printed figure; ``decimals`` is None for counts, which are exact."""
    half = Decimal(0) if decimals is None else half_unit(decimals)
    return Figure(value, label, (origin,) if origin else (), half, is_damaged)


@dataclass(frozen=True, slots=True)
class Identity:
    """One rule, applied once.

    Attributes
    ----------
    rule_id
        From ``reference/rules.csv``.
    subject
        What the figures are about; repeats of it on the rows of a class and of its only section
        share ``repeats``.
    left, right
        What is printed, and what it should equal.
    difference, tolerance
        In ``unit``; None where texts are compared or a side is blank.
    repeats
        Identities with the same key and the same values state one fact twice.
    """

    rule_id: str
    subject: str
    left: Figure
    right: Figure
    unit: str
    verdict: Verdict
    difference: Decimal | None = None
    tolerance: Decimal | None = None
    repeats: str = ""

    @property
    def origins(self) -> tuple[str, ...]:
        """Every place the identity rests on, each once."""
        return tuple(dict.fromkeys((*self.left.origins, *self.right.origins)))


def sum_of(parts: Sequence[Figure], label: str = "") -> Figure:
    """Return the sum of the parts that state something; its label names the parts."""
    stated = [part for part in parts if isinstance(part.value, Decimal)]
    if not label:
        names = [part.label.rpartition("/")[2] for part in stated]
        listed = "、".join(names[:_NAMED_PARTS])
        more = f"等{len(names)}项" if len(names) > _NAMED_PARTS else ""
        label = f"{listed}{more}之和" if len(names) > 1 else listed
    return Figure(
        value=plain(sum((part.value for part in stated), Decimal(0))) if stated else None,
        label=label,
        origins=tuple(dict.fromkeys(origin for part in stated for origin in part.origins)),
        half=sum((part.half for part in stated), Decimal(0)),
        is_damaged=any(part.is_damaged for part in parts),
    )


def equality(
    rule_id: str, subject: str, left: Figure, right: Figure, unit: str, repeats: str = ""
) -> Identity:
    """Compare two sides that should be equal; a blank beside an amount is a difference.

    Two blanks, and a blank beside zero, agree: a blank cell states no money.
    """
    # What could not be read may explain a difference, but not that figures agree.
    failed: Verdict = "not_checkable" if left.is_damaged or right.is_damaged else "different"
    base = Identity(rule_id, subject, left, right, unit, "equal", repeats=repeats)
    if not isinstance(left.value, Decimal) or not isinstance(right.value, Decimal):
        return base if not left.value and not right.value else replace(base, verdict=failed)
    difference = plain(left.value - right.value)
    tolerance = sum_tolerance([left.half, right.half])
    verdict = judge_difference(difference, tolerance)
    return replace(
        base,
        difference=difference,
        tolerance=plain(tolerance),
        verdict=failed if verdict == "different" else verdict,
    )


def at_most(rule_id: str, subject: str, left: Figure, right: Figure, unit: str) -> Identity:
    """Compare a part with the whole it lies in: only a part that is larger is a difference."""
    compared = equality(rule_id, subject, left, right, unit)
    is_within = compared.difference is not None and compared.difference <= 0
    if is_within or (left.value is None and compared.verdict == "different"):
        return replace(compared, verdict="equal")
    return compared


def rate(
    rule_id: str,
    subject: str,
    printed: Figure,
    decimals: int,
    exact: Fraction,
    possible: Interval,
    computed: Figure,
    unit: str = "%",
) -> Identity:
    """Compare a printed rate with the rate of the figures behind it.

    ``computed`` carries label and places of those figures; its value is set here, with two decimals
    more than are printed.
    """
    step = Decimal(1).scaleb(-decimals - 2)
    shown = plain(_decimal(exact).quantize(step, ROUND_HALF_UP))
    right = replace(computed, value=shown)
    base = Identity(rule_id, subject, printed, right, unit, "equal")
    if printed.is_damaged or computed.is_damaged or not isinstance(printed.value, Decimal):
        return replace(base, verdict="not_checkable")
    judged = judge_rate(printed.value, decimals, exact, possible)
    return replace(
        base,
        verdict=judged.verdict,
        difference=plain(printed.value - shown),
        tolerance=plain(_decimal(judged.tolerance).quantize(step, ROUND_HALF_UP)),
    )


def same_text(
    rule_id: str, subject: str, left: Figure, right: Figure, agree: bool, repeats: str = ""
) -> Identity:
    """Compare two texts; ``agree`` says whether they mean the same."""
    verdict: Verdict = "equal" if agree else "different"
    return Identity(rule_id, subject, left, right, "", verdict, repeats=repeats)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def first_origins(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return the places of several figures, each once."""
    return tuple(dict.fromkeys(origin for one in figures for origin in one.origins))

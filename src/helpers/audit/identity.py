"""Figures and the identities between them: what every rule of the audit produces.

Place in the chain: used by the families of rules in this package.  Input: figures with their place
and precision.  Output: an :class:`Identity` with its verdict, which ``findings`` turns into rows.

An identity knows the printed figures it rests on as terms, so that it can be judged again as if one
of them were another: this is how a likely slip is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from helpers.amounts import plain
from helpers.audit.formulas import Formula
from helpers.tolerance import (
    Interval,
    RateJudgement,
    half_unit,
    judge_difference,
    judge_rate,
    sum_tolerance,
)

Verdict = Literal["equal", "rounding", "different", "not_checkable"]
Relation = Literal["equal", "at_most", "rate", "text"]

_NAMED_PARTS = 4  # a sentence that names more addends is not read


@dataclass(frozen=True, slots=True)
class Term:
    """A printed figure as it enters an identity.

    Attributes
    ----------
    key
        Tells it from every other figure of the document, those of the same line included.
    label, origin
        What it is, and its place.
    value
        As printed; None for a blank.
    half
        Half a unit of its last digit.
    factor
        What it is multiplied with: -1 for a decrease, and the ratio of two units.
    """

    key: str
    label: str
    origin: str
    value: Decimal | None
    half: Decimal
    factor: Decimal = Decimal(1)


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
    terms
        The printed figures it is made of; none for a figure that is not printed.
    """

    value: Decimal | str | None
    label: str
    origins: tuple[str, ...]
    half: Decimal = Decimal(0)
    is_damaged: bool = False
    terms: tuple[Term, ...] = ()

    def scaled(self, factor: Decimal) -> Figure:
        """Return the figure times a factor: -1, or the ratio of two units."""
        return replace(
            self,
            value=plain(self.value * factor) if isinstance(self.value, Decimal) else self.value,
            half=self.half * abs(factor),
            terms=tuple(replace(term, factor=term.factor * factor) for term in self.terms),
        )

    def value_with(self, changes: Mapping[str, Decimal]) -> Decimal:
        """Return the value as if figures of these keys were others; a blank counts nothing."""
        value = self.value if isinstance(self.value, Decimal) else Decimal(0)
        for term in self.terms:
            if term.key in changes:
                value += (changes[term.key] - (term.value or 0)) * term.factor
        return value


def figure(
    value: Decimal | None,
    label: str,
    origin: str,
    decimals: int | None,
    is_damaged: bool = False,
    key: str = "",
) -> Figure:
    """Return a printed figure; ``decimals`` is None for counts, which are exact.

    ``key`` tells it from other figures of its place with the same label.
    """
    half = Decimal(0) if decimals is None else half_unit(decimals)
    origins = (origin,) if origin else ()
    terms = (Term(key or f"{origin}/{label}", label, origin, value, half),) if origin else ()
    return Figure(value, label, origins, half, is_damaged, terms)


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
    relation
        How the sides are compared.
    formula, operands, decimals
        Of a rate: how it follows from which figures, and with how many decimals it is printed.
    remark
        What explains the difference: ``carry_over``, or nothing.
    form
        How its sentence is built (``finding.<form>``); empty for the form of its rule.
    severity
        Where this instance weighs more or less than its rule; empty for that of its rule.
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
    relation: Relation = "equal"
    formula: Formula | None = None
    operands: tuple[Figure, ...] = ()
    decimals: int = 0
    remark: str = ""
    form: str = ""
    severity: str = ""

    @property
    def terms(self) -> tuple[Term, ...]:
        """The printed figures it rests on."""
        inside = (term for side in (self.left, self.right, *self.operands) for term in side.terms)
        return tuple(dict.fromkeys(inside))

    def holds_with(self, changes: Mapping[str, Decimal]) -> bool:
        """Tell whether it would hold if the figures of these keys were others.

        Parameters
        ----------
        changes
            Key of a term to the value it should be printed with.
        """
        if self.relation == "rate":
            assert self.formula is not None
            printed = self.left.value_with(changes)
            judged = _judge(self.formula, printed, self.decimals, self.operands, changes)
            return judged is None or judged[0].verdict != "different"
        difference = self.left.value_with(changes) - self.right.value_with(changes)
        if self.relation == "at_most" and difference <= 0:
            return True
        return abs(difference) <= self.left.half + self.right.half

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
        terms=tuple(term for part in parts for term in part.terms),
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
    compared = replace(equality(rule_id, subject, left, right, unit), relation="at_most")
    is_within = compared.difference is not None and compared.difference <= 0
    if is_within or (left.value is None and compared.verdict == "different"):
        return replace(compared, verdict="equal")
    return compared


def _judge(
    formula: Formula,
    printed: Decimal,
    decimals: int,
    operands: Sequence[Figure],
    changes: Mapping[str, Decimal],
) -> tuple[RateJudgement, Fraction] | None:
    """Judge a rate; None where the figures allow any."""
    values = [Fraction(one.value_with(changes)) for one in operands]
    ranges = [
        Interval(value - Fraction(one.half), value + Fraction(one.half))
        for value, one in zip(values, operands, strict=True)
    ]
    evaluated = formula.evaluate(values, ranges)
    if evaluated is None:
        return None
    return judge_rate(printed, decimals, *evaluated), evaluated[0]


def rate(
    rule_id: str,
    subject: str,
    printed: Figure,
    decimals: int,
    formula: Formula,
    operands: Sequence[Figure],
    label: str,
    unit: str = "%",
    origins: tuple[str, ...] | None = None,
) -> Identity | None:
    """Compare a printed rate with the rate of the figures behind it.

    Parameters
    ----------
    printed, decimals
        The rate with its sign, and its decimals.
    formula, operands
        How it follows from which figures.
    label
        Names the computed rate, whose value is shown with two decimals more than are printed.
    origins
        Places of the computed rate; those of the operands if None.

    Returns
    -------
    Identity or None
        None where the figures allow any rate.
    """
    assert isinstance(printed.value, Decimal)
    judged = _judge(formula, printed.value, decimals, operands, {})
    if judged is None:
        return None
    judgement, exact = judged
    step = Decimal(1).scaleb(-decimals - 2)
    shown = plain(_decimal(exact).quantize(step, ROUND_HALF_UP))
    is_damaged = printed.is_damaged or any(one.is_damaged for one in operands)
    return Identity(
        rule_id,
        subject,
        printed,
        Figure(shown, label, first_origins(operands) if origins is None else origins),
        unit,
        "not_checkable" if is_damaged else judgement.verdict,
        None if is_damaged else plain(printed.value - shown),
        None if is_damaged else plain(_decimal(judgement.tolerance).quantize(step, ROUND_HALF_UP)),
        relation="rate",
        formula=formula,
        operands=tuple(operands),
        decimals=decimals,
    )


def same_text(
    rule_id: str,
    subject: str,
    left: Figure,
    right: Figure,
    agree: bool,
    repeats: str = "",
    form: str = "",
    severity: str = "",
) -> Identity:
    """Compare two texts; ``agree`` says whether they mean the same."""
    verdict: Verdict = "equal" if agree else "different"
    return Identity(
        rule_id,
        subject,
        left,
        right,
        "",
        verdict,
        repeats=repeats,
        relation="text",
        form=form,
        severity=severity,
    )


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def first_origins(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Return the places of several figures, each once."""
    return tuple(dict.fromkeys(origin for one in figures for origin in one.origins))

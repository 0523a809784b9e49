"""The money of indicators: costs of the parts, price and number.

Place in the chain: a family of rules of ``audit``.  Input: evaluations.  Output: identities.

Cost indicators need not cover a project: one of them may be the whole and the others its parts,
another a price.  They are added up only where none is the whole, none a price, and the sum comes
near the money of the project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from helpers.amounts import UNIT_FACTORS
from helpers.audit.claims import decimals_of_value
from helpers.audit.evaluations.goals import measure_figure
from helpers.audit.evaluations.measured import Measure, read_measure
from helpers.audit.evaluations.scoring import named
from helpers.audit.formulas import QUOTIENT
from helpers.audit.identity import Figure, Identity, equality, figure, rate, sum_of
from helpers.performance import Evaluation, Indicator

_PRICE = re.compile("单价|标准|人均|户均|平均|每|补助额|其中")
_WHOLE_YEAR = re.compile(r"元/(?:人/)?月")
_TIMES = frozenset("年月日天次")
# How far the sum of parts may be off before it is taken for something else than the whole.
_NEAR = Decimal("0.1")
_VERY_NEAR = Decimal("0.01")
_MONTHS = 12

# A target table has one phase; a self-evaluation has what was allowed and what was spent.
_PHASES = {
    "target": (("target", "budget", "年度预算"),),
    "self_evaluation": (
        ("target", "adjusted_budget", "全年预算数"),
        ("actual", "executed", "全年执行数"),
    ),
}


def _costs(evaluation: Evaluation, column: str) -> list[tuple[Indicator, Measure]] | None:
    """Return the cost indicators; None where one of them is no plain amount of money."""
    found = []
    for indicator in evaluation.indicators:
        if indicator.level1 != "成本指标":
            continue
        measure = read_measure(getattr(indicator, column))
        if measure is None or measure.unit != "元" or _PRICE.search(indicator.level3):
            return None
        found.append((indicator, measure))
    return found


def _total(evaluation: Evaluation, phase: str, name: str) -> Figure | None:
    row = evaluation.fund("total")
    amount = getattr(row, phase) if row else None
    factor = UNIT_FACTORS.get(evaluation.unit_text or "万元")
    if row is None or amount is None or factor is None:
        return None
    label = named(evaluation, name)
    place = row.origins.get(phase, evaluation.origin)
    # Amounts of a table have two decimals; trailing zeros are dropped.
    return figure(amount.value, label, place, 2).scaled(factor)


def cost_sums(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the cost indicators with the money of the project."""
    for column, phase, name in _PHASES[evaluation.kind]:
        costs, total = _costs(evaluation, column), _total(evaluation, phase, name)
        if not costs or len(costs) < 2 or total is None or not total.value:
            continue
        assert isinstance(total.value, Decimal)
        if any(measure.value == total.value for _, measure in costs):
            continue
        parts = [
            figure(
                measure.number,
                indicator.level3,
                indicator.origin,
                max(decimals_of_value(measure.number), 2) if measure.times > 1 else None,
                key=f"{indicator.origin}/{indicator.level3}/{column}",
            ).scaled(measure.times)
            for indicator, measure in costs
        ]
        whole = sum_of(parts, named(evaluation, f"各项成本指标之和（{len(parts)}项）"))
        assert isinstance(whole.value, Decimal)
        if abs(whole.value / total.value - 1) <= _NEAR:
            # Shown in the unit of the table.
            factor = UNIT_FACTORS[evaluation.unit_text or "万元"]
            sides = [one.scaled(1 / factor) for one in (total, whole)]
            unit = evaluation.unit_text or "万元"
            yield equality("evaluation_cost_sum", total.label, *sides, unit)


def unit_costs(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare a cost per square metre, household or piece with the whole cost and their number."""
    for column, phase, name in _PHASES[evaluation.kind]:
        measured = [
            (one, measure)
            for one in evaluation.indicators
            if (measure := read_measure(getattr(one, column))) is not None
        ]
        total = _total(evaluation, phase, name)
        amounts = [measure.value for _, measure in measured if measure.unit == "元"]
        if total is None or amounts != [total.value]:
            continue
        for indicator, price in measured:
            money, slash, piece = price.unit.partition("/")
            pieces = [(one, measure) for one, measure in measured if measure.unit == piece]
            if money != "元" or not slash or piece in _TIMES or len(pieces) != 1:
                continue
            number = measure_figure(pieces[0][0], column, pieces[0][1], pieces[0][0].level3)
            label = named(evaluation, indicator.level3)
            left = measure_figure(indicator, column, price, label)
            found = rate(
                "evaluation_unit_cost",
                label,
                left,
                decimals_of_value(price.number),
                QUOTIENT,
                [total.scaled(1 / price.times), number.scaled(pieces[0][1].times)],
                f"{name}÷{pieces[0][0].level3}",
                price.text.lstrip("0123456789."),
            )
            if found is not None:
                # Target and result of one indicator repeat one slip.
                yield replace(found, repeats=f"{evaluation.origin}/{indicator.level3}")


def yearly_wages(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare persons × monthly cost × twelve with the money of the project, where it is near."""
    if evaluation.kind != "target":
        return
    measured = [
        (one, measure)
        for one in evaluation.indicators
        if (measure := read_measure(one.target)) is not None
    ]
    wages = [(one, m) for one, m in measured if _WHOLE_YEAR.fullmatch(m.unit)]
    persons = [(one, m) for one, m in measured if m.unit == "人" and m.times == 1]
    total = _total(evaluation, "budget", "年度预算")
    if len(wages) != 1 or len(persons) != 1 or total is None or not total.value:
        return
    (wage, price), (person, number) = wages[0], persons[0]
    assert isinstance(total.value, Decimal)
    one = measure_figure(wage, "target", price, f"{person.level3}×{wage.level3}×12个月")
    product = one.scaled(price.times * number.value * _MONTHS)
    assert isinstance(product.value, Decimal)
    if abs(product.value / total.value - 1) > _VERY_NEAR:
        return
    factor = UNIT_FACTORS[evaluation.unit_text or "万元"]
    sides = [each.scaled(1 / factor) for each in (total, product)]
    unit = evaluation.unit_text or "万元"
    yield equality("evaluation_cost_sum", total.label, *sides, unit)

"""The money of self-evaluations and target tables: sources, phases, execution.

Place in the chain: a family of rules of ``audit``.  Input: evaluations.  Output: identities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from helpers.amounts import UNIT_FACTORS, Amount
from helpers.audit.claims import decimals_of_value
from helpers.audit.evaluations.scoring import execution_score, named
from helpers.audit.formulas import SHARE
from helpers.audit.identity import Figure, Identity, at_most, equality, figure, rate, sum_of
from helpers.performance import Evaluation, FundRow
from helpers.tolerance import printed_decimals

PHASES = {
    "budget": "年度预算",
    "initial_budget": "年初预算数",
    "adjusted_budget": "全年预算数",
    "executed": "全年执行数",
}
_USUAL_UNIT = "万元"


def _amounts(evaluation: Evaluation) -> Iterator[tuple[FundRow, str, Amount]]:
    for row in evaluation.funds:
        for phase in PHASES:
            amount = getattr(row, phase)
            if amount is not None:
                yield row, phase, amount


def precision(evaluations: Sequence[Evaluation]) -> dict[str, int]:
    """Return the decimals of each unit over all tables of the document."""
    texts: dict[str, list[str]] = defaultdict(list)
    for evaluation in evaluations:
        for _, _, amount in _amounts(evaluation):
            texts[evaluation.unit_text].append(amount.text)
    return {unit: printed_decimals(found) for unit, found in texts.items()}


def money(
    evaluation: Evaluation, row: FundRow, phase: str, decimals: int, unit: str = ""
) -> Figure:
    """Return the amount of a source of money in one of the ``PHASES``.

    Parameters
    ----------
    unit
        What to return it in; the unit of the table if empty.  A table that prints no unit is
        usually in 万元; compared with another unit its figure is in doubt.
    """
    amount = getattr(row, phase)
    name = f"{row.label.removesuffix('：').removesuffix(':') or row.source}·{PHASES[phase]}"
    origin = row.origins.get(phase, evaluation.origin)
    value = amount.value if amount else None
    printed = figure(value, named(evaluation, name), origin, decimals)
    own = evaluation.unit_text or _USUAL_UNIT
    if unit == own or unit not in UNIT_FACTORS:
        return printed
    scaled = printed.scaled(UNIT_FACTORS[own] / UNIT_FACTORS[unit])
    return replace(scaled, is_damaged=not evaluation.unit_text)


def fund_sums(evaluation: Evaluation, decimals: int) -> Iterator[Identity]:
    """Compare the total money of each phase with its sources."""
    total = evaluation.fund("total")
    sources = [row for row in evaluation.funds if row.source != "total"]
    if total is None or len(sources) < 2:
        return
    for phase in PHASES:
        whole = money(evaluation, total, phase, decimals)
        parts = [money(evaluation, row, phase, decimals) for row in sources]
        if whole.value is not None and all(part.value is not None for part in parts):
            unit = evaluation.unit_text or _USUAL_UNIT
            yield equality("evaluation_fund_sum", whole.label, whole, sum_of(parts), unit)


def execution(evaluation: Evaluation, decimals: int) -> Iterator[Identity]:
    """Recompute the execution rate, and the score that follows from it."""
    total = evaluation.fund("total")
    printed = evaluation.execution_rate
    if total is None or printed is None:
        return
    budget = money(evaluation, total, "adjusted_budget", decimals)
    executed = money(evaluation, total, "executed", decimals)
    if not isinstance(budget.value, Decimal) or not isinstance(executed.value, Decimal):
        return
    origin = evaluation.origins.get("execution_rate", evaluation.origin)
    shown = figure(printed, named(evaluation, "执行率"), origin, None)
    found = rate(
        "evaluation_execution_rate",
        shown.label,
        shown,
        decimals_of_value(printed),
        SHARE,
        [executed, budget],
        "全年执行数÷全年预算数",
    )
    if found is None:
        return
    yield found
    yield from execution_score(evaluation, shown, printed)


def fund_limits(evaluation: Evaluation, decimals: int) -> Iterator[Identity]:
    """Test that no source of money paid more than it was to give."""
    unit = evaluation.unit_text or _USUAL_UNIT
    for row in evaluation.funds:
        if row.source == "total" or row.adjusted_budget is None or row.executed is None:
            continue
        executed = money(evaluation, row, "executed", decimals)
        allowed = money(evaluation, row, "adjusted_budget", decimals)
        yield at_most("evaluation_fund_limit", executed.label, executed, allowed, unit)

"""Target tables and self-evaluations: every rule that is tested on them, in the order reported.

Place in the chain: a family of rules of ``audit``.  Input: evaluations, claims and sheets.  Output:
identities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from helpers.audit.claims import Claims
from helpers.audit.evaluations.completion import (
    completion_decimals,
    completions,
    dates,
    reasons,
    remarks,
    shares,
)
from helpers.audit.evaluations.costs import cost_sums, unit_costs, yearly_wages
from helpers.audit.evaluations.goals import (
    descriptions,
    hotlines,
    staff,
    text_figures,
    text_funds,
    text_rate,
    with_texts,
)
from helpers.audit.evaluations.indicator_texts import (
    bases,
    effects,
    kinds,
    name_units,
    previous_kinds,
    previous_units,
    weights,
)
from helpers.audit.evaluations.money import execution, fund_limits, fund_sums, precision
from helpers.audit.evaluations.project_names import (
    carry_over_sources,
    department_names,
    fiscal_projects,
    project_names,
)
from helpers.audit.evaluations.projects import (
    other_money,
    overall_money,
    project_amounts,
    projects_in_sentence,
    targets_in_sentence,
    withheld_projects,
)
from helpers.audit.evaluations.scoring import indicator_scores, points, total_score
from helpers.audit.evaluations.scoring_rules import (
    execution_rule,
    limits,
    over_fulfilment,
    score_limits,
)
from helpers.audit.identity import Identity
from helpers.audit.sheets import Sheet
from helpers.performance import Evaluation


def evaluation_rules(
    evaluations: Sequence[Evaluation], claims: Claims, sheets: Sequence[Sheet]
) -> Iterator[Identity]:
    """Return every identity of target tables and self-evaluations."""
    decimals = precision(evaluations)
    for evaluation in evaluations:
        own = decimals.get(evaluation.unit_text, 0)
        for of_money in (fund_sums, execution, fund_limits):
            yield from of_money(evaluation, own)
        for of_cells in (points, cost_sums, unit_costs, yearly_wages, dates, shares):
            yield from of_cells(evaluation)
        for of_words in (effects, kinds, bases, weights, previous_units):
            yield from of_words(evaluation)
    for of_all in (
        indicator_scores,
        limits,
        over_fulfilment,
        score_limits,
        execution_rule,
        previous_kinds,
        name_units,
    ):
        yield from of_all(evaluations)
    yield from projects_in_sentence(evaluations, claims, decimals)
    yield from targets_in_sentence(evaluations, claims, decimals)
    yield from other_money(claims, sheets)
    yield from overall_money(evaluations, claims, decimals)
    yield from project_amounts(evaluations, sheets, decimals)
    yield from withheld_projects(evaluations, claims, sheets, decimals)
    yield from project_names(evaluations, claims, sheets)
    yield from fiscal_projects(evaluations, sheets)
    yield from carry_over_sources(evaluations, sheets)
    # The texts of recognised pages run into each other, and reasons stand beside other indicators.
    whole = with_texts(evaluations)
    finest = completion_decimals(whole)
    for evaluation in whole:
        for of_texts in (text_figures, hotlines, text_rate, text_funds):
            yield from of_texts(evaluation)
        yield from completions(evaluation, finest)
        for of_results in (reasons, remarks, staff, total_score):
            yield from of_results(evaluation)
    yield from descriptions(whole, claims)
    yield from department_names(whole)

"""Money of self-evaluations and target tables, and what sentences and tables say of it.

Place in the chain: a family of rules of ``audit``.  Input: evaluations, claims and sheets.  Output:
identities.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from helpers.amounts import Amount
from helpers.audit.claims import Claims, decimals_of_value
from helpers.audit.formulas import SHARE
from helpers.audit.identity import (
    Figure,
    Identity,
    equality,
    figure,
    rate,
    sum_of,
)
from helpers.audit.scoring import (
    execution_score,
    indicator_scores,
    named,
    points,
)
from helpers.audit.sheets import Sheet
from helpers.document import one_spelling
from helpers.performance import Evaluation, FundRow
from helpers.tolerance import printed_decimals

PHASES = {
    "budget": "年度预算",
    "initial_budget": "年初预算数",
    "adjusted_budget": "全年预算数",
    "executed": "全年执行数",
}
_PROJECT_TABLES = {
    "general_public_project_expenditure": "合计$",
    "carry_over_detail": "^(?:总计|合计)$",
}
_WITH_TARGET = re.compile(r"^(?:本年度预算绩效管理的|当年)?(?:非)?财政拨款项目(/.+)?$")
_WITHHELD = re.compile(r"^(?:部门|单位)?涉密项目(/.+)?$")
_OVERALL = re.compile(r"整体.*/(涉及金额|全年预算总额|实际执行总额)$")


def _amounts(evaluation: Evaluation) -> Iterator[tuple[FundRow, str, Amount]]:
    for row in evaluation.funds:
        for phase in PHASES:
            amount = getattr(row, phase)
            if amount is not None:
                yield row, phase, amount


def _precision(evaluations: Sequence[Evaluation]) -> dict[str, int]:
    """Return the decimals of each unit over all tables of the document."""
    texts: dict[str, list[str]] = defaultdict(list)
    for evaluation in evaluations:
        for _, _, amount in _amounts(evaluation):
            texts[evaluation.unit_text].append(amount.text)
    return {unit: printed_decimals(found) for unit, found in texts.items()}


def money(evaluation: Evaluation, row: FundRow, phase: str, decimals: int) -> Figure:
    """Return the amount of a source of money in one of the ``PHASES``."""
    amount = getattr(row, phase)
    name = f"{row.label.removesuffix('：').removesuffix(':') or row.source}·{PHASES[phase]}"
    origin = row.origins.get(phase, evaluation.origin)
    return figure(amount.value if amount else None, named(evaluation, name), origin, decimals)


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
            unit = evaluation.unit_text or "万元"
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


def _projects_in_sentence(
    evaluations: Sequence[Evaluation], claims: Claims, decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare the stated number and money of the evaluated projects with their tables."""
    own = [one for one in evaluations if one.kind == "self_evaluation" and one.scope == "project"]
    if not own:
        return
    stated = {
        "": (None, "项目支出绩效自评表份数"),
        "/全年预算数": ("adjusted_budget", "各自评表全年预算数之和"),
        "/全年执行数": ("executed", "各自评表全年执行数之和"),
    }
    for claim in claims.rows:
        match = re.search(r"^预算绩效评价项目(/.+)?$", claim["subject"])
        if match is None or claim["value"] is None or (match.group(1) or "") not in stated:
            continue
        phase, label = stated[match.group(1) or ""]
        left = claims.figure(claim)
        if phase is None:
            origins = tuple(one.origin for one in own)
            right = Figure(Decimal(len(own)), label, origins)
            yield equality("evaluation_count", left.label, left, right, claim["unit"])
            continue
        rows = [(one, one.fund("total")) for one in own]
        parts = [
            money(one, row, phase, decimals.get(one.unit_text, 0))
            for one, row in rows
            if row is not None and getattr(row, phase) is not None
        ]
        right = sum_of(parts, label)
        if len(parts) < len(own):
            unit = claims.unit(claim)
            yield Identity("evaluation_sum", left.label, left, right, unit, "not_checkable")
        else:
            yield equality("evaluation_sum", left.label, left, right, claims.unit(claim))


def _targets_in_sentence(
    evaluations: Sequence[Evaluation], claims: Claims, decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare the stated number and money of the projects with a target with their tables.

    Projects whose details are withheld may be counted without a table.
    """
    own = [one for one in evaluations if one.kind == "target" and one.scope == "project"]
    stated: dict[str, list[Figure]] = {"": [], "/涉及预算金额": []}
    withheld: dict[str, Figure] = {}
    for claim in claims.rows:
        if claim["value"] is None:
            continue
        match = _WITH_TARGET.search(claim["subject"])
        if match and (match.group(1) or "") in stated:
            stated[match.group(1) or ""].append(claims.figure(claim))
        match = _WITHHELD.search(claim["subject"])
        if match:
            withheld[match.group(1) or ""] = claims.figure(claim)
    if not own or not all(stated.values()):
        return
    tables = Figure(Decimal(len(own)), "绩效目标表份数", tuple(one.origin for one in own))
    totals = [
        money(one, row, "budget", decimals.get(one.unit_text, 0))
        for one in own
        if (row := one.fund("total")) is not None
    ]
    sums = {
        "": (tables, "evaluation_count", "个", ""),
        "/涉及预算金额": (
            sum_of(totals, "各目标表金额之和"),
            "evaluation_sum",
            "万元",
            "/涉及预算资金",
        ),
    }
    for key, (right, rule_id, unit, secret) in sums.items():
        left = sum_of(stated[key], "文字所述有绩效目标的项目")
        result = equality(rule_id, left.label, left, right, unit)
        if secret in withheld and result.verdict == "different":
            with_secret = sum_of([right, withheld[secret]])
            other = equality(rule_id, left.label, left, with_secret, unit)
            result = other if other.verdict != "different" else result
        yield result


def _overall(
    evaluations: Sequence[Evaluation], claims: Claims, decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare the money of the overall table with what a sentence states of it."""
    phases = {"涉及金额": "budget", "全年预算总额": "adjusted_budget", "实际执行总额": "executed"}
    for evaluation in evaluations:
        total = evaluation.fund("total")
        if evaluation.scope != "overall" or total is None:
            continue
        for claim in claims.rows:
            match = _OVERALL.search(claim["subject"])
            if match is None or claim["value"] is None:
                continue
            left = claims.figure(claim)
            own = decimals.get(evaluation.unit_text, 0)
            right = money(evaluation, total, phases[match.group(1)], own)
            if right.value is not None:
                yield equality("evaluation_overall", left.label, left, right, claims.unit(claim))


def _project_amounts(
    evaluations: Sequence[Evaluation], sheets: Sequence[Sheet], decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare each target table with the project of its name in the project table."""
    amounts: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    unit = ""
    for sheet in sheets:
        column = sheet.column(_PROJECT_TABLES.get(sheet.table_id, "$^"))
        for row in sheet.rows if column else ():
            if row.line.project and column is not None:
                unit = sheet.unit
                cell = sheet.cell(row, column.path)
                amounts[one_spelling(row.line.project)][sheet.table_id].append(cell)
    names = Counter(one_spelling(one.name) for one in evaluations if one.scope == "project")
    for evaluation in evaluations:
        total = evaluation.fund("total")
        found = amounts.get(one_spelling(evaluation.name))
        is_known = evaluation.kind == "target" and names[one_spelling(evaluation.name)] == 1
        if not is_known or total is None or total.budget is None or not found:
            continue
        left = money(evaluation, total, "budget", decimals.get(evaluation.unit_text, 0))
        # A target is set for this year's money, or for that carried over with it.
        sides = [*found.values(), [cell for cells in found.values() for cell in cells]]
        results = [
            equality(
                "evaluation_project_table",
                left.label,
                left,
                cells[0] if len(cells) == 1 else sum_of(cells),
                unit,
            )
            for cells in sides
        ]
        agreeing = [one for one in results if one.verdict != "different"]
        yield (agreeing or results)[0]


def evaluation_rules(
    evaluations: Sequence[Evaluation], claims: Claims, sheets: Sequence[Sheet]
) -> Iterator[Identity]:
    """Return every identity of target tables and self-evaluations."""
    decimals = _precision(evaluations)
    for evaluation in evaluations:
        own = decimals.get(evaluation.unit_text, 0)
        yield from fund_sums(evaluation, own)
        yield from execution(evaluation, own)
        yield from points(evaluation)
    yield from indicator_scores(evaluations)
    yield from _projects_in_sentence(evaluations, claims, decimals)
    yield from _targets_in_sentence(evaluations, claims, decimals)
    yield from _overall(evaluations, claims, decimals)
    yield from _project_amounts(evaluations, sheets, decimals)

"""Self-evaluations and target tables: money, weights, scores, and what sentences say of them.

Place in the chain: a family of rules of ``audit``.  Input: evaluations, claims and sheets.  Output:
identities.

Two rules of scoring are in use below 100 %: ``weight × completion``, and
``weight × (completion − 60 %) ÷ 40 %``.  What exceeds 100 % keeps the full weight or is deducted,
often both in one document.  A score that follows neither is reported; so is one that follows the
rule which most scores of the document contradict.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from helpers.amounts import Amount, parse_number
from helpers.audit.identity import (
    Figure,
    Identity,
    equality,
    figure,
    first_origins,
    rate,
    sum_of,
)
from helpers.audit.narrative_sums import Claims, decimals_of_value
from helpers.audit.sheets import Sheet
from helpers.document import squeeze
from helpers.performance import Evaluation, FundRow, Indicator
from helpers.tolerance import Interval, decimals_of, printed_decimals, quotient, rounded

_PHASES = {
    "budget": "年度预算",
    "initial_budget": "年初预算数",
    "adjusted_budget": "全年预算数",
    "executed": "全年执行数",
}
_PROJECT_TABLES = {
    "general_public_project_expenditure": "合计$",
    "carry_over_detail": "^(?:总计|合计)$",
}
_WIDE = str.maketrans({"(": "（", ")": "）", '"': "“", "”": "“"})
_RATE = re.compile(r"(\d+(?:\.\d+)?)[%％]?")
_SIGNS = re.compile(r"[<>]=?|[=≥≤]")
_MEASURED = re.compile(r"(?:>=|<=|[=≥≤])?(\d+(?:\.\d+)?)([^\d<>=≥≤]*)")
# One unit of the last digit: scores are computed from rates that are rounded themselves.
_SCORE_DECIMALS = 2

Rule = Callable[[Fraction], Fraction]


def _proportional(completion: Fraction) -> Fraction:
    return min(completion, Fraction(1))


def _steep(completion: Fraction) -> Fraction:
    return max((min(completion, Fraction(1)) - Fraction(3, 5)) / Fraction(2, 5), Fraction(0))


def _deducted(completion: Fraction) -> Fraction:
    """Score of a target that is exceeded, where that is taken for a fault of the target."""
    return max(min(completion, 2 - completion), Fraction(0))


_RULES: Mapping[str, Rule] = {"proportional": _proportional, "steep": _steep}


def _label(evaluation: Evaluation, name: str) -> str:
    subject = evaluation.name or "整体支出"
    return f"{subject}/{name}"


def _amounts(evaluation: Evaluation) -> Iterator[tuple[FundRow, str, Amount]]:
    for row in evaluation.funds:
        for phase in _PHASES:
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


def _money(evaluation: Evaluation, row: FundRow, phase: str, decimals: int) -> Figure:
    amount = getattr(row, phase)
    name = f"{row.label.removesuffix('：').removesuffix(':') or row.source}·{_PHASES[phase]}"
    origin = row.origins.get(phase, evaluation.origin)
    return figure(amount.value if amount else None, _label(evaluation, name), origin, decimals)


def fund_sums(evaluation: Evaluation, decimals: int) -> Iterator[Identity]:
    """Compare the total money of each phase with its sources."""
    total = evaluation.fund("total")
    sources = [row for row in evaluation.funds if row.source != "total"]
    if total is None or len(sources) < 2:
        return
    for phase in _PHASES:
        whole = _money(evaluation, total, phase, decimals)
        parts = [_money(evaluation, row, phase, decimals) for row in sources]
        if whole.value is not None and all(part.value is not None for part in parts):
            unit = evaluation.unit_text or "万元"
            yield equality("evaluation_fund_sum", whole.label, whole, sum_of(parts), unit)


def execution(evaluation: Evaluation, decimals: int) -> Iterator[Identity]:
    """Recompute the execution rate, and the score that follows from it."""
    total = evaluation.fund("total")
    printed = evaluation.execution_rate
    if total is None or printed is None:
        return
    budget = _money(evaluation, total, "adjusted_budget", decimals)
    executed = _money(evaluation, total, "executed", decimals)
    if not isinstance(budget.value, Decimal) or not isinstance(executed.value, Decimal):
        return
    possible = quotient(rounded(executed.value, decimals), rounded(budget.value, decimals))
    if possible is None:
        return
    exact = 100 * Fraction(executed.value) / Fraction(budget.value)
    origin = evaluation.origins.get("execution_rate", evaluation.origin)
    shown = figure(printed, _label(evaluation, "执行率"), origin, None)
    computed = Figure(None, "全年执行数÷全年预算数", first_origins([executed, budget]))
    yield rate(
        "evaluation_execution_rate",
        shown.label,
        shown,
        decimals_of_value(printed),
        exact,
        Interval(100 * possible.low, 100 * possible.high),
        computed,
    )
    yield from _execution_score(evaluation, shown, printed)


def _execution_score(
    evaluation: Evaluation, rate_figure: Figure, printed: Decimal
) -> Iterator[Identity]:
    score, weight = evaluation.fund_score, evaluation.fund_weight
    if score is None or weight is None:
        return
    origin = evaluation.origins.get("fund_score", evaluation.origin)
    shown = figure(score, _label(evaluation, "预算执行得分"), origin, None)
    own = rounded(printed, decimals_of_value(printed))
    results = []
    for rule in _RULES.values():
        low, high = (Fraction(weight) * rule(bound / 100) for bound in (own.low, own.high))
        exact = Fraction(weight) * rule(Fraction(printed) / 100)
        computed = Figure(None, f"分值{weight}×执行率", rate_figure.origins)
        possible = Interval(min(low, high, exact), max(low, high, exact))
        decimals = max(decimals_of_value(score), _SCORE_DECIMALS)
        results.append(
            rate(
                "evaluation_execution_score",
                shown.label,
                shown,
                decimals,
                exact,
                possible,
                computed,
                "分",
            )
        )
    order = ("equal", "rounding", "different")
    yield min(results, key=lambda one: order.index(one.verdict))


def _number(text: str) -> Decimal | None:
    return parse_number(text) if text else None


def _is_glued(indicator: Indicator) -> bool:
    """Tell whether the conversion ran two indicators together: the points of one are then lost."""
    return any(
        len(_SIGNS.findall(squeeze(text))) > 1 for text in (indicator.target, indicator.actual)
    )


def _points(
    evaluation: Evaluation, column: str, fund: Decimal | None, fund_key: str
) -> Figure | None:
    """Return the sum of a column of points with that of the funds; None if one is unreadable."""
    parts: list[Figure] = []
    for indicator in evaluation.indicators:
        value = _number(getattr(indicator, column))
        if value is None or _is_glued(indicator):
            return None
        parts.append(figure(value, indicator.level3, indicator.origin, None))
    if not parts:
        return None
    if fund is not None:
        origin = evaluation.origins.get(fund_key, evaluation.origin)
        parts.append(figure(fund, "预算执行", origin, None))
    name = "分值" if column == "weight" else "得分"
    return sum_of(parts, f"各项{name}之和（{len(parts)}项）")


def points(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the sums of weights and of scores with 100 and with the total printed."""
    if evaluation.kind == "target":
        weights = _points(evaluation, "weight", None, "")
        # 90 leaves the other ten to the execution of funds.
        if weights is not None:
            stated = 90 if weights.value == 90 else 100
            origin = evaluation.origin
            full = figure(Decimal(stated), _label(evaluation, "权重应为"), origin, None)
            yield equality("evaluation_weights", full.label, weights, full, "分")
        return
    weights = _points(evaluation, "weight", evaluation.fund_weight, "fund_weight")
    if weights is not None and evaluation.fund_weight is not None:
        total = evaluation.total_weight
        origin = evaluation.origins.get("total_weight", evaluation.origin)
        name = _label(evaluation, "总分值")
        stated = figure(total if total is not None else Decimal(100), name, origin, None)
        yield equality("evaluation_weights", stated.label, weights, stated, "分")
    scores = _points(evaluation, "score", evaluation.fund_score, "fund_score")
    if scores is not None and evaluation.fund_score and evaluation.total_score is not None:
        origin = evaluation.origins.get("total_score", evaluation.origin)
        stated = figure(evaluation.total_score, _label(evaluation, "总分"), origin, None)
        yield equality("evaluation_scores", stated.label, stated, scores, "分")


def _completions(indicator: Indicator) -> list[tuple[Fraction, Interval]]:
    """Return the completion of an indicator as far as its figures say; most likely first."""
    printed = _RATE.fullmatch(indicator.completion_rate)
    if printed:
        value = Decimal(printed.group(1))
        own = rounded(value, decimals_of(printed.group(1)))
        return [(Fraction(value) / 100, Interval(own.low / 100, own.high / 100))]
    target = _MEASURED.fullmatch(squeeze(indicator.target))
    actual = _MEASURED.fullmatch(squeeze(indicator.actual))
    if not target or not actual or target.group(2) != actual.group(2):
        return []
    wanted, reached = Fraction(target.group(1)), Fraction(actual.group(1))
    if not wanted:
        return []
    ratio = reached / wanted
    is_limit = indicator.target.lstrip().startswith(("<", "≤"))
    # A limit that is kept counts as met in some tables and is scored by its share in others.
    found = [Fraction(1)] if (reached <= wanted if is_limit else reached >= wanted) else []
    if is_limit and reached > wanted:
        return []
    found.append(ratio)
    return [(one, Interval(one, one)) for one in found]


def _scores(indicator: Indicator) -> tuple[Decimal, Decimal] | None:
    weight, score = _number(indicator.weight), _number(indicator.score)
    return None if weight is None or score is None else (weight, score)


def _fits(indicator: Indicator, rule: Rule) -> bool:
    points_of = _scores(indicator)
    if points_of is None:
        return False
    weight, score = Fraction(points_of[0]), rounded(points_of[1], _SCORE_DECIMALS)
    for completion, room in _completions(indicator):
        for allowed in (rule, _deducted) if completion > 1 else (rule,):
            values = [weight * allowed(one) for one in (completion, room.low, room.high)]
            if min(values) <= score.high and score.low <= max(values):
                return True
    return False


def inferred_rule(evaluations: Sequence[Evaluation]) -> str | None:
    """Return the scoring rule that most scores of the document tell from the other; else None."""
    votes: Counter[str] = Counter()
    for evaluation in evaluations:
        # Overall tables follow either rule, whatever the projects do.
        for indicator in evaluation.indicators if evaluation.scope == "project" else ():
            fitting = [name for name, rule in _RULES.items() if _fits(indicator, rule)]
            if len(fitting) == 1:
                votes[fitting[0]] += 1
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def indicator_scores(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Compare the score of every measured indicator with the rule the document follows."""
    name = inferred_rule([one for one in evaluations if one.kind == "self_evaluation"])
    if name is None:
        return
    for evaluation in evaluations:
        if evaluation.kind != "self_evaluation":
            continue
        for indicator in evaluation.indicators:
            points_of, completions = _scores(indicator), _completions(indicator)
            if points_of is None or not completions:
                continue
            weight, score = points_of
            names = [name] if evaluation.scope == "project" else list(_RULES)
            agree = any(_fits(indicator, _RULES[one]) for one in names)
            best = Fraction(weight) * _RULES[names[0]](completions[0][0])
            shown = figure(score, _label(evaluation, indicator.level3), indicator.origin, None)
            value = Decimal(best.numerator) / Decimal(best.denominator)
            expected = figure(value, f"分值{weight}×完成程度", indicator.origin, _SCORE_DECIMALS)
            if agree:
                yield Identity(
                    "evaluation_indicator_score", shown.label, shown, expected, "分", "equal"
                )
            else:
                yield rate(
                    "evaluation_indicator_score",
                    shown.label,
                    shown,
                    _SCORE_DECIMALS,
                    best,
                    Interval(best, best),
                    expected,
                    "分",
                )


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
            _money(one, row, phase, decimals.get(one.unit_text, 0))
            for one, row in rows
            if row is not None and getattr(row, phase) is not None
        ]
        right = sum_of(parts, label)
        if len(parts) < len(own):
            unit = claims.unit(claim)
            yield Identity("evaluation_sum", left.label, left, right, unit, "not_checkable")
        else:
            yield equality("evaluation_sum", left.label, left, right, claims.unit(claim))


def _key(name: str) -> str:
    return squeeze(name).translate(_WIDE)


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
                amounts[_key(row.line.project)][sheet.table_id].append(cell)
    names = Counter(_key(one.name) for one in evaluations if one.scope == "project")
    for evaluation in evaluations:
        total = evaluation.fund("total")
        found = amounts.get(_key(evaluation.name))
        is_known = evaluation.kind == "target" and names[_key(evaluation.name)] == 1
        if not is_known or total is None or total.budget is None or not found:
            continue
        left = _money(evaluation, total, "budget", decimals.get(evaluation.unit_text, 0))
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
    yield from _project_amounts(evaluations, sheets, decimals)

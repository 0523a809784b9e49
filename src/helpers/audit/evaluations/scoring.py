"""Weights and scores of self-evaluations and target tables.

Place in the chain: a family of rules of ``audit``.  Input: evaluations.  Output: identities.

Two rules of scoring are in use below 100 %: ``weight × completion``, and
``weight × (completion − 60 %) ÷ 40 %``.  What exceeds 100 % keeps the full weight or is deducted,
often both in one document.  A score that follows neither is reported; so is one that follows the
rule which most scores of the document contradict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from helpers.amounts import parse_number
from helpers.audit.claims import decimals_of_value
from helpers.audit.formulas import constant
from helpers.audit.formulas import points as formula_of
from helpers.audit.identity import Figure, Identity, equality, figure, rate, same_text, sum_of
from helpers.document import squeeze
from helpers.performance import Evaluation, Indicator
from helpers.tolerance import Interval, decimals_of, half_unit, rounded

_RATE = re.compile(r"(\d+(?:\.\d+)?)[%％]?")
_SIGNS = re.compile(r"[<>]=?|[=≥≤]")
_MEASURED = re.compile(r"(?:>=|<=|[=≥≤])?(\d+(?:\.\d+)?)([^\d<>=≥≤]*)")
# Scores are printed with two decimals; trailing zeros are dropped.
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


def named(evaluation: Evaluation, name: str) -> str:
    """Return the name of a figure of a table: its project, then what it is."""
    subject = evaluation.name or "整体支出"
    if evaluation.name_is_damaged:
        subject = f"{evaluation.name_origin}所列项目（名称识别受损）"
    return f"{subject}/{name}"


def execution_score(
    evaluation: Evaluation, rate_figure: Figure, printed: Decimal
) -> Iterator[Identity]:
    """Compare the score of the execution with its weight and rate, under either rule."""
    score, weight = evaluation.fund_score, evaluation.fund_weight
    if score is None or weight is None:
        return
    origin = evaluation.origins.get("fund_score", evaluation.origin)
    own_key = f"{evaluation.origin}/fund_score"
    shown = figure(score, named(evaluation, "预算执行得分"), origin, None, key=own_key)
    place = evaluation.origins.get("fund_weight", evaluation.origin)
    key = f"{evaluation.origin}/fund_weight"
    full = figure(weight, named(evaluation, "预算执行分值"), place, None, key=key)
    # The rate stands for itself and what was rounded to it.
    half = half_unit(decimals_of_value(printed))
    rounded_rate = replace(rate_figure, half=half)
    found = [
        rate(
            "evaluation_execution_score",
            shown.label,
            shown,
            max(decimals_of_value(score), _SCORE_DECIMALS),
            formula_of(rule),
            [full, rounded_rate],
            f"分值{weight}×执行率",
            "分",
            rate_figure.origins,
        )
        for rule in _RULES.values()
    ]
    results = [one for one in found if one is not None]
    order = ("equal", "rounding", "different")
    yield min(results, key=lambda one: order.index(one.verdict))


def number_of(text: str) -> Decimal | None:
    """Return the number of a cell of points; None if it holds none."""
    return parse_number(text) if text else None


def _is_glued(indicator: Indicator) -> bool:
    """Tell whether the conversion ran two indicators together: the points of one are then lost."""
    return any(
        len(_SIGNS.findall(squeeze(text))) > 1 for text in (indicator.target, indicator.actual)
    )


def _point_key(indicator: Indicator, column: str) -> str:
    return f"{indicator.origin}/{indicator.level3}/{column}"


def _points(
    evaluation: Evaluation, column: str, fund: Decimal | None, fund_key: str
) -> Figure | None:
    """Return the sum of a column of points with that of the funds; None if one is unreadable."""
    parts: list[Figure] = []
    for indicator in evaluation.indicators:
        value = number_of(getattr(indicator, column))
        if value is None or _is_glued(indicator):
            return None
        key = _point_key(indicator, column)
        parts.append(figure(value, indicator.level3, indicator.origin, None, key=key))
    if not parts:
        return None
    if fund is not None:
        origin = evaluation.origins.get(fund_key, evaluation.origin)
        key = f"{evaluation.origin}/{fund_key}"
        parts.append(figure(fund, "预算执行", origin, None, key=key))
    name = "分值" if column == "weight" else "得分"
    return sum_of(parts, f"各项{name}之和（{len(parts)}项）")


def points(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the sums of weights and of scores with 100 and with the total printed."""
    if evaluation.kind == "target":
        weights = _points(evaluation, "weight", None, "")
        # 90 leaves the other ten to the execution of funds.
        if weights is not None:
            stated = 90 if weights.value == 90 else 100
            full = Figure(Decimal(stated), named(evaluation, "权重应为"), (evaluation.origin,))
            yield equality("evaluation_weights", full.label, weights, full, "分")
        return
    weights = _points(evaluation, "weight", evaluation.fund_weight, "fund_weight")
    if weights is not None and evaluation.fund_weight is not None:
        total = evaluation.total_weight
        origin = evaluation.origins.get("total_weight", evaluation.origin)
        name = named(evaluation, "总分值")
        stated = (
            Figure(Decimal(100), name, (origin,))
            if total is None
            else figure(total, name, origin, None)
        )
        yield equality("evaluation_weights", stated.label, weights, stated, "分")
    scores = _points(evaluation, "score", evaluation.fund_score, "fund_score")
    if scores is not None and evaluation.fund_score and evaluation.total_score is not None:
        origin = evaluation.origins.get("total_score", evaluation.origin)
        stated = figure(evaluation.total_score, named(evaluation, "总分"), origin, None)
        yield equality("evaluation_scores", stated.label, stated, scores, "分")


def total_score(evaluation: Evaluation) -> Iterator[Identity]:
    """Ask for the total of an overall table that scores its indicators."""
    if evaluation.kind != "self_evaluation" or evaluation.scope != "overall":
        return
    scores = _points(evaluation, "score", evaluation.fund_score, "fund_score")
    if scores is not None:
        # Only that there is none is asked here; that it differs from its scores is said elsewhere.
        is_stated = evaluation.total_score is not None
        left = Figure("", named(evaluation, "绩效自评表"), (evaluation.origin,))
        right = Figure(f"{scores.value}分", scores.label, scores.origins)
        yield same_text("evaluation_total", left.label, left, right, is_stated)


def completion_of(indicator: Indicator) -> Decimal | None:
    """Return the completion printed, in percent; None if there is none."""
    printed = _RATE.fullmatch(indicator.completion_rate)
    return Decimal(printed.group(1)) if printed else None


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
    weight, score = number_of(indicator.weight), number_of(indicator.score)
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


def fits_share(indicator: Indicator) -> bool:
    """Tell whether a score follows result ÷ target under either rule."""
    return any(_fits(indicator, rule) for rule in _RULES.values())


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
    inferred = inferred_rule([one for one in evaluations if one.kind == "self_evaluation"])
    if inferred is None:
        return
    for evaluation in evaluations:
        if evaluation.kind != "self_evaluation":
            continue
        for indicator in evaluation.indicators:
            points_of, completions = _scores(indicator), _completions(indicator)
            if points_of is None or not completions:
                continue
            weight, score = points_of
            names = [inferred] if evaluation.scope == "project" else list(_RULES)
            agree = any(_fits(indicator, _RULES[one]) for one in names)
            best = Fraction(weight) * _RULES[names[0]](completions[0][0])
            name, key = named(evaluation, indicator.level3), _point_key(indicator, "score")
            shown = figure(score, name, indicator.origin, None, key=key)
            value = Decimal(best.numerator) / Decimal(best.denominator)
            values = f"指标值{squeeze(indicator.target)}、实际完成值{squeeze(indicator.actual)}"
            label = f"{values}，分值{weight}×完成程度"
            expected = figure(value, label, indicator.origin, _SCORE_DECIMALS)
            if agree:
                yield Identity(
                    "evaluation_indicator_score", shown.label, shown, expected, "分", "equal"
                )
            else:
                unlike = rate(
                    "evaluation_indicator_score",
                    shown.label,
                    shown,
                    _SCORE_DECIMALS,
                    constant(best),
                    [],
                    expected.label,
                    "分",
                    expected.origins,
                )
                if unlike is not None:
                    yield unlike

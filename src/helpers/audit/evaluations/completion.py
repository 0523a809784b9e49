"""Results of self-evaluations against their targets, and the reasons given for deviations.

Place in the chain: a family of rules of ``audit``.  Input: evaluations.  Output: identities.

A completion is the result divided by the target.  A target that is reached may be printed as
100 % whatever its excess, and so may a limit that is kept; how a limit that is broken is scored,
every place decides for itself, and nothing is said of it beyond that it is not met.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from helpers.audit.claims import decimals_of_value
from helpers.audit.evaluations.goals import is_recognised, measure_figure, place
from helpers.audit.evaluations.measured import Measure, read_measure, stated_figures
from helpers.audit.evaluations.scoring import completion_of, named, number_of
from helpers.audit.formulas import SHARE
from helpers.audit.identity import Figure, Identity, at_most, equality, figure, rate, same_text
from helpers.document import squeeze
from helpers.performance import Evaluation, Indicator

_DATE = re.compile(
    r"=?(?:(20\d\d)年)?(\d{1,2})月(?:(\d{1,2})日|底)?(?:之前|以前|底前|前|底)?(?:完成)?"
)
# What cannot exceed the whole: everybody is satisfied, everything is in time.
_SHARE_NAME = re.compile(
    r"(?:满意度|满意率|(?:合格|出勤|覆盖|及时|达标|到位|准确|通过|完好|优良|持证上岗|验收|整改|办结)率)"
    r"(?:[（(]%[）)])?$"
)
_REACHED = {
    ">=": lambda actual, target: actual >= target,
    "<=": lambda actual, target: actual <= target,
    "=": lambda actual, target: actual == target,
    ">": lambda actual, target: actual > target,
    "<": lambda actual, target: actual < target,
}
_LESS_IS_BETTER = re.compile(
    "成本|费|金额|时间|时限|时长|天数|误差|故障|事故|投诉|逾期|差错|率低|降低"
)
_OTHER_FIGURE = re.compile(r"预期|目标|计划|年初|预算")
_WHOLE = Decimal(100)
_COLUMNS = {"target": "指标值", "actual": "实际完成值"}


def _both(indicator: Indicator) -> tuple[Measure, Measure] | None:
    """Return target and result where they are figures of one unit."""
    target, actual = read_measure(indicator.target), read_measure(indicator.actual)
    if target is None or actual is None or target.unit != actual.unit:
        return None
    return target, actual


def _printed(evaluation: Evaluation, indicator: Indicator) -> Figure | None:
    value = completion_of(indicator)
    if value is None:
        return None
    label = named(evaluation, f"{indicator.level3}·完成率")
    key = f"{indicator.origin}/{indicator.level3}/completion"
    return figure(value, label, place(indicator, "completion_rate"), None, key=key)


def completion_decimals(evaluations: Sequence[Evaluation]) -> int:
    """Return the most decimals of any completion of the document."""
    found = [completion_of(one) for each in evaluations for one in each.indicators]
    return max((decimals_of_value(value) for value in found if value is not None), default=0)


def completions(evaluation: Evaluation, decimals: int) -> Iterator[Identity]:
    """Recompute every completion that is printed from target and result.

    Parameters
    ----------
    decimals
        Most decimals of any completion of the document: one printed with fewer is rounded.
    """
    for indicator in evaluation.indicators:
        printed, both = _printed(evaluation, indicator), _both(indicator)
        if printed is None or both is None:
            continue
        target, actual = both
        is_reached = _REACHED[target.sign](actual.value, target.value)
        is_whole = printed.value == _WHOLE
        # Less of a cost or a fault is better, whatever sign stands before its target.
        is_limit = target.sign.startswith("<") or bool(_LESS_IS_BETTER.search(indicator.level3))
        is_limit = is_limit or indicator.level1 == "成本指标"
        if is_whole and actual.value == target.value and not is_reached:
            label = f"实际完成值（指标值{squeeze(indicator.target)}）"
            right = Figure(actual.text, label, (place(indicator, "actual"),))
            left = Figure(f"{printed.value}%", printed.label, printed.origins)
            yield same_text(
                "evaluation_completion", printed.label, left, right, False, form="not_reached"
            )
        elif target.value and not (is_whole and (is_limit or actual.value > target.value)):
            if is_limit and actual.value > target.value:
                continue
            yield from _ratio(evaluation, indicator, printed, both, decimals)


def _ratio(
    evaluation: Evaluation,
    indicator: Indicator,
    printed: Figure,
    both: tuple[Measure, Measure],
    decimals: int,
) -> Iterator[Identity]:
    """Compare a completion with result ÷ target; where others are finer, as rounded."""
    assert isinstance(printed.value, Decimal)
    operands = []
    for column, measure in zip(("target", "actual"), both, strict=True):
        label = named(evaluation, f"{indicator.level3}·{_COLUMNS[column]}")
        one = measure_figure(indicator, column, measure, label).scaled(measure.times)
        operands.insert(0, Figure(one.value, one.label, one.origins, terms=one.terms))
    own = decimals_of_value(printed.value)
    label = f"{indicator.level3}·实际完成值÷指标值"
    found = [
        rate("evaluation_completion", printed.label, printed, each, SHARE, operands, label)
        for each in (own, max(own, decimals))
    ]
    coarse, fine = found
    if coarse is None or fine is None:
        return
    is_rounded = coarse.verdict == "equal" and fine.verdict == "different"
    yield replace(coarse, verdict="rounding") if is_rounded else coarse


def _day(text: str, year: int | None, is_target: bool) -> date | None:
    """Read a day; where only its month is printed, the one that speaks for the department."""
    match = _DATE.fullmatch(squeeze(text))
    if not match or not (match[1] or year):
        return None
    of_year, month = int(match[1] or year or 0), int(match[2])
    if not 1 <= month <= 12:
        return None
    last = monthrange(of_year, month)[1]
    day = int(match[3] or (last if is_target else 1))
    return date(of_year, month, day) if 1 <= day <= last else None


def dates(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the day something was to be done with the day it was, where it counts as done."""
    for indicator in evaluation.indicators:
        target = _day(indicator.target, evaluation.fiscal_year, is_target=True)
        actual = _day(indicator.actual, evaluation.fiscal_year, is_target=False)
        weight, score = number_of(indicator.weight), number_of(indicator.score)
        completion = completion_of(indicator)
        is_full = completion >= _WHOLE if completion is not None else weight == score
        if target is None or actual is None or weight is None or not is_full:
            continue
        column = "completion_rate" if completion is not None else "score"
        shown = indicator.completion_rate if completion is not None else f"{indicator.score}分"
        left = Figure(
            shown,
            named(
                evaluation, f"{indicator.level3}·{'完成率' if completion is not None else '得分'}"
            ),
            (place(indicator, column),),
        )
        right = Figure(
            squeeze(indicator.actual).lstrip("="),
            f"实际完成值（指标值{squeeze(indicator.target)}）",
            (place(indicator, "actual"),),
        )
        yield same_text("evaluation_date", left.label, left, right, actual <= target)


def shares(evaluation: Evaluation) -> Iterator[Identity]:
    """Test that no share of a whole exceeds 100 %."""
    for indicator in evaluation.indicators:
        actual = read_measure(indicator.actual)
        if actual is None or actual.unit != "%" or not _SHARE_NAME.search(indicator.level3):
            continue
        label = named(evaluation, f"{indicator.level3}·实际完成值")
        left = measure_figure(indicator, "actual", actual, label)
        whole = Figure(_WHOLE, "比率上限", left.origins)
        found = at_most("evaluation_share", label, left, whole, "%")
        # A digit that a recognition read once is confirmed by nothing.
        yield replace(found, severity="suspicious") if is_recognised(evaluation) else found


def reasons(evaluation: Evaluation) -> Iterator[Identity]:
    """Ask for a reason where a target was missed and points were lost."""
    for indicator in evaluation.indicators:
        weight, score = number_of(indicator.weight), number_of(indicator.score)
        both = _both(indicator)
        if both is None or weight is None or score is None or score >= weight:
            continue
        target, actual = both
        completion = completion_of(indicator)
        if completion is None and target.value:
            completion = actual.value / target.value * 100
        if completion is None or completion >= _WHOLE:
            continue
        is_given = bool(indicator.remark)
        # The form for the whole department has no column for reasons.
        if evaluation.scope == "overall" and not is_given:
            continue
        column = "completion_rate" if indicator.completion_rate else "actual"
        shown = Figure(
            completion.quantize(Decimal("0.01")),
            f"{indicator.level3}·完成率",
            (place(indicator, column),),
        )
        label = named(evaluation, f"{indicator.level3}·偏差原因")
        left = Figure(indicator.remark or None, label, (place(indicator, "remark"),))
        base = Identity("evaluation_reason", label, left, shown, "%", "different")
        yield base if not is_given else same_text("evaluation_reason", label, shown, shown, True)


def remarks(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the result that a reason states with the result of the indicator."""
    for indicator in evaluation.indicators:
        actual = read_measure(indicator.actual)
        if actual is None or not indicator.remark:
            continue
        stated = [
            one.measure
            for one in stated_figures(indicator.remark)
            if "实际" in one.head
            and one.measure.unit == actual.unit
            and not _OTHER_FIGURE.search(one.head.rpartition("实际")[2])
        ]
        if len(stated) != 1 or stated[0].times != actual.times:
            continue
        label = named(evaluation, f"{indicator.level3}·偏差原因所述实际值")
        left = figure(stated[0].number, label, place(indicator, "remark"), None)
        right_label = named(evaluation, f"{indicator.level3}·实际完成值")
        right = figure(actual.number, right_label, place(indicator, "actual"), None)
        yield equality("evaluation_remark", label, left, right, actual.text.lstrip("0123456789.,"))

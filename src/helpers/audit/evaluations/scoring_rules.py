"""How a document scores what falls between missed and reached: one rule for all, or several.

Place in the chain: a family of rules of ``audit``.  Input: all evaluations of a disclosure.
Output: identities.

A limit that is kept (``<=4万元`` with 3.99) counts as met in some places, and in others as 99.75 %
of its target, so that saving costs points; what exceeds its target keeps the full points or is
deducted.  Each place chooses; a document that does both is reported once, with every place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from helpers.audit.evaluations.goals import place
from helpers.audit.evaluations.measured import read_measure
from helpers.audit.evaluations.scoring import completion_of, fits_share, named, number_of
from helpers.audit.identity import Figure, Identity, at_most, equality, figure, same_text
from helpers.performance import Evaluation, Indicator

Scored = tuple[Evaluation, Indicator]

# One or two scores of another kind among many are taken for slips, not for a second rule.
_FEW = 3
# Half a unit of the second decimal, of a rate in percent and of points alike.
_HALF = Fraction(1, 200)


def _scored(evaluations: Sequence[Evaluation]) -> Iterator[Scored]:
    for evaluation in evaluations:
        if evaluation.kind == "self_evaluation":
            for indicator in evaluation.indicators:
                yield evaluation, indicator


def _is_full(indicator: Indicator) -> bool | None:
    weight, score = number_of(indicator.weight), number_of(indicator.score)
    return None if not weight or score is None else score == weight


def _kept_limits(evaluations: Sequence[Evaluation]) -> Iterator[tuple[Scored, bool]]:
    """Return every limit that is kept with room to spare, and whether money is limited."""
    for evaluation, indicator in _scored(evaluations):
        target, actual = read_measure(indicator.target), read_measure(indicator.actual)
        if target is None or actual is None or target.unit != actual.unit:
            continue
        if target.sign[0] == "<" and 0 < actual.value < target.value:
            yield (evaluation, indicator), (target.unit == "元" or indicator.level1 == "成本指标")


def _places(found: Sequence[Scored]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(indicator.origin for _, indicator in found))


def _names(found: Sequence[Scored]) -> str:
    evaluation, indicator = found[0]
    more = f"等{len(found)}项" if len(found) > 1 else ""
    return named(evaluation, indicator.level3) + more


def _mixed(
    rule_id: str, found: Sequence[Scored], words: tuple[str, str], subject: str
) -> Iterator[Identity]:
    """Compare how indicators of one kind are scored; ``words`` name less and full points."""
    full = [one for one in found if _is_full(one[1])]
    less = [one for one in found if _is_full(one[1]) is False]
    if not full and not less:
        return
    if not full or not less:
        every = Figure(words[bool(full)], _names(full or less), _places(full or less))
        yield same_text(rule_id, subject, every, every, agree=True)
        return
    left = Figure(words[0], _names(less), _places(less))
    right = Figure(words[1], _names(full), _places(full))
    yield same_text(rule_id, subject, left, right, agree=False)


def limits(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Test that limits which are kept are scored in one way."""
    kept = list(_kept_limits(evaluations))
    words = ("按比例扣分", "得满分")
    for is_money, subject in ((True, "成本上限未超出时的得分"), (False, "其他上限未超出时的得分")):
        found = [one for one, of_money in kept if of_money == is_money]
        full = [one for one in found if _is_full(one[1])]
        less = [one for one in found if _is_full(one[1]) is False and fits_share(one[1])]
        if 0 < len(less) < len(full) / _FEW:
            for evaluation, indicator in less:
                score, weight = number_of(indicator.score), number_of(indicator.weight)
                label = named(evaluation, indicator.level3)
                left = figure(score, label, place(indicator, "score"), None)
                kept = f"指标值{indicator.target}未超出，同类指标得满分"
                right = Figure(weight, kept, (place(indicator, "target"),))
                yield equality("evaluation_indicator_score", label, left, right, "分")
        elif not full and less:
            subject_of = Figure("低于上限即扣分", _names(less), _places(less))
            usual = Figure("未超出上限为完成", "指标值含义", _places(less))
            yield same_text("evaluation_saving", subject, subject_of, usual, agree=False)
        else:
            yield from _mixed("evaluation_limit_rule", [*less, *full], words, subject)


def over_fulfilment(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Test that what exceeds its target is scored in one way; satisfaction has rules of its own."""
    found = []
    for evaluation, indicator in _scored(evaluations):
        target, actual = read_measure(indicator.target), read_measure(indicator.actual)
        if target is None or actual is None or target.unit != actual.unit or not target.value:
            continue
        is_satisfaction = "满意" in indicator.level3 or "满意" in indicator.scoring_rule
        exceeds = target.sign[0] != "<" and actual.value > target.value
        completion = completion_of(indicator)
        # Where 100 % is printed, the excess is not claimed.
        if exceeds and not is_satisfaction and (completion is None or completion > 100):
            found.append((evaluation, indicator))
    yield from _mixed("evaluation_excess_rule", found, ("扣分", "得满分"), "超出指标值时的得分")


def score_limits(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Test that no score exceeds its weight: the two cells may have been swapped."""
    for evaluation in evaluations:
        if evaluation.kind != "self_evaluation":
            continue
        own = evaluation.origin
        places = [evaluation.origins.get(name, own) for name in ("fund_score", "fund_weight")]
        points = (evaluation.fund_score, evaluation.fund_weight)
        yield from _at_most(named(evaluation, "预算执行"), points, places, f"{own}/fund_")
        for one in evaluation.indicators:
            # Measured results are scored against their completion elsewhere.
            if not read_measure(one.actual):
                points = (number_of(one.score), number_of(one.weight))
                places = [place(one, column) for column in ("score", "weight")]
                key = f"{one.origin}/{one.level3}/"
                yield from _at_most(named(evaluation, one.level3), points, places, key)


def _at_most(
    label: str, points: tuple[Decimal | None, Decimal | None], places: Sequence[str], key: str
) -> Iterator[Identity]:
    score, weight = points
    if score is not None and weight is not None:
        left = figure(score, f"{label}·得分", places[0], None, key=f"{key}score")
        right = figure(weight, f"{label}·分值", places[1], None, key=f"{key}weight")
        yield at_most("evaluation_score_limit", label, left, right, "分")


def _fits(evaluation: Evaluation, share: Callable[[Fraction], Fraction]) -> bool:
    rate, weight, score = evaluation.execution_rate, evaluation.fund_weight, evaluation.fund_score
    assert rate is not None and weight is not None and score is not None
    low, high = (share((Fraction(rate) + step) / 100) for step in (-_HALF, _HALF))
    lowest, highest = low * Fraction(weight) - _HALF, high * Fraction(weight) + _HALF
    return lowest <= Fraction(score) <= highest


def execution_rule(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Test that the execution is scored as the regulation says: weight times rate.

    Where most tables of a document score it otherwise, that is the document's rule.
    """
    own: list[Evaluation] = []
    other: list[Evaluation] = []
    for one in evaluations:
        values = (one.execution_rate, one.fund_weight, one.fund_score)
        if one.kind != "self_evaluation" or None in values or one.execution_rate == 100:
            continue
        if _fits(one, lambda rate: rate):
            own.append(one)
        elif _fits(one, lambda rate: (rate - Fraction(3, 5)) / Fraction(2, 5)):
            other.append(one)
    if len(other) > len(own):
        return
    for one in other:
        assert one.fund_weight is not None and one.execution_rate is not None
        expected = (one.fund_weight * one.execution_rate / 100).quantize(Decimal("0.01"))
        place = one.origins.get("fund_score", one.origin)
        key = f"{one.origin}/fund_score"
        left = figure(one.fund_score, named(one, "预算执行得分"), place, None, key=key)
        rate_place = one.origins.get("execution_rate", one.origin)
        right = Figure(expected, f"分值{one.fund_weight}×执行率", (rate_place,))
        yield equality("evaluation_execution_rule", left.label, left, right, "分")

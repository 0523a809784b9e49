"""Targets and last year's values that do not answer the name of their indicator.

Place in the chain: a family of rules of ``audit``.  Input: evaluations.  Output: identities.

``有效降低事故`` cannot have the target ``有效提高``; a rate is no number of months, a date no
percentage, and a value last year is one of the same kind.  What every table of a document does is
its manner: such things are reported once, with all their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from helpers.audit.evaluations.goals import is_recognised, place
from helpers.audit.evaluations.measured import Measure, read_measure
from helpers.audit.evaluations.scoring import named
from helpers.audit.identity import Figure, Identity, same_text
from helpers.document import squeeze
from helpers.evaluation_indicators import NO_NUMBER
from helpers.performance import Evaluation, Indicator
from helpers.reference_data import read_reference

_DEGREE = r"(?:有效|显著|明显|持续|不断|进一步|有力|长效)"
_RATE_NAME = re.compile(r"(?:率|比例|满意度)(?:[（(][^（()）]*[)）])?$")
_DATE_NAME = re.compile(r"(?:时间|时限|期限|日期)(?:[（(][^（()）]*[)）])?$")
_DATE = re.compile(r"=?(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日|底)?(?:之前|以前|底前|前|底)?")
_MONTH = re.compile(r"(?:[<>]=?|[=≥≤])?\d{1,2}月")
_PERCENT_AS_UNIT = re.compile(r"[（(]100[%％][)）]$")
_BRACKET = re.compile(r"[（(]([^（()）]{1,6})[)）]$")
_OF_MONEY = re.compile(r"^(?:投入|支付).*(?:经费|费用|资金|金额|费)")
_TARGET = ("target", "指标值")
_HISTORICAL = "历史标准"
_TIME_UNITS = frozenset("年月天日") | {"个月", "小时", "分钟", "工作日"}
# What ten names carry, and three for each that does not, is the manner of a document.
_MANY, _MOST = 10, 3

Place = tuple[Evaluation, Indicator]


@cache
def _verbs() -> dict[str, dict[str, str]]:
    return {row["verb"]: row for row in read_reference("rule_effect_verbs")}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    verbs = "|".join(_verbs())
    return re.compile(rf"{_DEGREE}({verbs})"), re.compile(rf"{_DEGREE}?({verbs})")


def _verb_of_name(name: str) -> str:
    match = _patterns()[0].match(name)
    return match.group(1) if match else ""


def _verb_of_value(text: str) -> str:
    match = _patterns()[1].fullmatch(squeeze(text))
    return match.group(1) if match else ""


def effects(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the verb of a qualitative indicator's name with those of its values."""
    for indicator in evaluation.indicators:
        wanted, target = _verb_of_name(indicator.level3), _verb_of_value(indicator.target)
        if wanted and target:
            verb, other = _verbs()[wanted], _verbs()[target]
            is_named = target in indicator.level3
            agree = is_named or verb["effect"] == other["effect"]
            is_opposite = verb["opposite"] == other["effect"]
            rule_id = "indicator_direction" if is_opposite else "indicator_value"
            yield _texts(rule_id, evaluation, indicator, _TARGET, agree)
        previous = _verb_of_value(indicator.previous)
        if previous and target:
            agree = _verbs()[previous]["effect"] == _verbs()[target]["effect"]
            agree = agree or previous in indicator.level3
            label = named(evaluation, f"{indicator.level3}·上年完成值")
            left = Figure(squeeze(indicator.previous), label, (place(indicator, "previous"),))
            right = Figure(squeeze(indicator.target), "指标值", (place(indicator, "target"),))
            yield same_text("indicator_previous_value", label, left, right, agree)


def _texts(
    rule_id: str,
    evaluation: Evaluation,
    indicator: Indicator,
    cell: tuple[str, str],
    agree: bool,
    meant: tuple[str, str] | None = None,
) -> Identity:
    """Compare a value with the name of its indicator, or with what is meant.

    Parameters
    ----------
    cell
        The column of the value, and what it is called.
    meant
        What should be printed, and what that is.
    """
    column, label = cell
    left = Figure(
        squeeze(getattr(indicator, column)),
        named(evaluation, f"{indicator.level3}·{label}"),
        (place(indicator, column),),
    )
    value, right_label = meant or (indicator.level3, "指标名称")
    right = Figure(value, right_label, (place(indicator, "level3"),))
    return same_text(rule_id, left.label, left, right, agree)


def kinds(evaluation: Evaluation) -> Iterator[Identity]:
    """Test that the value of a rate is a rate, that of a date no percentage."""
    for indicator in evaluation.indicators:
        target = read_measure(indicator.target)
        if _RATE_NAME.search(indicator.level3) and _MONTH.fullmatch(squeeze(indicator.target)):
            yield _texts("indicator_kind", evaluation, indicator, _TARGET, agree=False)
        if target is None:
            continue
        if _RATE_NAME.search(indicator.level3) and target.unit:
            agree = target.unit not in _TIME_UNITS
            yield _texts("indicator_kind", evaluation, indicator, _TARGET, agree)
        elif _DATE_NAME.search(indicator.level3) and target.unit and "占" not in indicator.level3:
            agree = target.unit != "%"
            yield _texts("indicator_kind", evaluation, indicator, _TARGET, agree)
        if target.unit == "" and target.text.endswith("万") and indicator.level1 == "成本指标":
            meant = (f"{target.sign}{target.text}元", "货币单位")
            yield _texts("indicator_unit", evaluation, indicator, _TARGET, False, meant)
        if target.unit == "%" and _PERCENT_AS_UNIT.search(indicator.level3):
            meant = ("（%）", "名称后的单位")
            cell = ("level3", "指标名称")
            yield _texts("indicator_name_unit", evaluation, indicator, cell, False, meant)
        if indicator.level2 == "社会成本指标" and target.unit == "元":
            agree = not _OF_MONEY.search(indicator.level3)
            meant = ("经济成本指标", "支出金额所属类别")
            cell = ("level2", "二级指标")
            yield _texts("indicator_level", evaluation, indicator, cell, agree, meant)


def weights(evaluation: Evaluation) -> Iterator[Identity]:
    """Report a target table whose column of weights holds words."""
    of_words = [one for one in evaluation.unread if one.reason == NO_NUMBER]
    has_none = not any(one.weight for one in evaluation.indicators)
    if evaluation.kind == "target" and has_none and len(of_words) >= len(evaluation.indicators) > 0:
        places = tuple(dict.fromkeys(one.origin for one in of_words))
        name = named(evaluation, f"分值权重一栏{len(places)}行")
        left = Figure(of_words[0].text, name, places)
        right = Figure("", "权重一栏应列数值", ())
        yield same_text("evaluation_weight_blank", left.label, left, right, agree=False)


def bases(evaluation: Evaluation) -> Iterator[Identity]:
    """Test that a target set by last year's value does not exceed it."""
    for indicator in evaluation.indicators:
        target, previous = read_measure(indicator.target), read_measure(indicator.previous)
        if target is None or previous is None or indicator.basis != _HISTORICAL:
            continue
        if target.unit != previous.unit or target.sign.startswith("<"):
            continue
        agree = target.value <= previous.value
        label = named(evaluation, f"{indicator.level3}·指标值（依据：{_HISTORICAL}）")
        left = Figure(target.text, label, (place(indicator, "target"),))
        right = Figure(previous.text, "上年完成值", (place(indicator, "previous"),))
        yield same_text("indicator_basis", label, left, right, agree)


def _once(
    rule_id: str, found: Sequence[Place], cell: tuple[str, str], shown: str, right: Figure
) -> Identity:
    """Report what several tables do as one, with every place.

    Parameters
    ----------
    cell
        The column, and what it is called.
    shown
        What is printed there.
    """
    column, name = cell
    evaluation, first = found[0]
    more = f"等{len(found)}项" if len(found) > 1 else ""
    places = tuple(dict.fromkeys(place(indicator, column) for _, indicator in found))
    label = named(evaluation, f"{first.level3}·{name}{more}")
    return same_text(rule_id, label, Figure(shown, label, places), right, agree=False)


def _is_bare(previous: Measure, target: Measure) -> bool:
    # Nought needs no unit.
    return not previous.unit and bool(target.unit) and bool(previous.value)


def previous_kinds(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Report values of last year that are rates or numbers beside a date; once per document."""
    found = [
        (evaluation, indicator)
        for evaluation in evaluations
        for indicator in evaluation.indicators
        if _DATE.fullmatch(squeeze(indicator.target))
        and (previous := read_measure(indicator.previous)) is not None
        and previous.unit in ("%", "")
    ]
    if found:
        targets = tuple(dict.fromkeys(place(one, "target") for _, one in found))
        right = Figure(squeeze(found[0][1].target), "指标值", targets)
        shown = "、".join(dict.fromkeys(squeeze(one.previous) for _, one in found))
        yield _once("indicator_previous_kind", found, ("previous", "上年完成值"), shown, right)


def previous_units(evaluation: Evaluation) -> Iterator[Identity]:
    """Report the few values of last year without unit beside others that have one; once a table."""
    with_unit, bare = 0, []
    for indicator in evaluation.indicators if not is_recognised(evaluation) else ():
        previous, target = read_measure(indicator.previous), read_measure(indicator.target)
        if previous is None or target is None:
            continue
        if _is_bare(previous, target):
            bare.append((evaluation, indicator))
        elif previous.unit:
            with_unit += 1
    if 0 < len(bare) < with_unit:
        targets = tuple(dict.fromkeys(place(one, "target") for _, one in bare))
        shown, meant = (
            "、".join(dict.fromkeys(squeeze(getattr(one, column)) for _, one in bare))
            for column in ("previous", "target")
        )
        right = Figure(meant, "指标值", targets)
        yield _once("indicator_previous_unit", bare, ("previous", "上年完成值"), shown, right)


def name_units(evaluations: Sequence[Evaluation]) -> Iterator[Identity]:
    """Report names without the unit in brackets that most others of the document carry."""
    carrying: list[Place] = []
    without: list[Place] = []
    for evaluation in evaluations:
        for indicator in evaluation.indicators if evaluation.scope == "project" else ():
            if read_measure(indicator.target) is not None:
                has_unit = _BRACKET.search(indicator.level3) is not None
                (carrying if has_unit else without).append((evaluation, indicator))
    if without and len(carrying) >= max(_MANY, _MOST * len(without)):
        # One of them shows what the others are like.
        example = place(carrying[0][1], "level3")
        right = Figure("", f"其他{len(carrying)}个指标名称", (example,))
        places = tuple(dict.fromkeys(place(indicator, "level3") for _, indicator in without))
        left = Figure(without[0][1].level3, f"{len(without)}个指标名称", places)
        yield same_text("indicator_units", left.label, left, right, agree=False)

"""What the texts of target tables and self-evaluations say, against the indicators below them.

Place in the chain: a family of rules of ``audit``.  Input: evaluations and the descriptions of
projects among the claims.  Output: identities.

A goal stands three times: in the goal's text, as the target of an indicator, and often in the
description of the project; a result stands in the result's text and beside the target.  Figures are
compared only where :mod:`helpers.audit.evaluations.measured` finds that they measure the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from helpers.audit.claims import Claims, decimals_of_value
from helpers.audit.evaluations.measured import (
    Measure,
    Stated,
    read_measure,
    same_thing,
    stated_figures,
)
from helpers.audit.evaluations.project_names import descriptions_of
from helpers.audit.evaluations.scoring import named
from helpers.audit.identity import Figure, Identity, equality, figure, same_text, sum_of
from helpers.performance import Evaluation, Indicator
from helpers.tolerance import half_unit

_TEXTS = {"goal": ("target", "年度目标", "指标值"), "result": ("actual", "完成情况", "实际完成值")}
_RATE = re.compile(r"执行率(?:为|达到|达|是)?(\d+(?:\.\d+)?)([%％]?)(?![\d.])")
_OF_PART = re.compile("其中|基本|上年|去年|月|季度|采购|三公|平均")
_HOTLINE = re.compile(r"(?<!\d)(\d{5}|1\d{4})(?=平台|热线)")
_MONEY_PHASES = {
    "adjusted_budget": re.compile(r"全年预算数(?:为|共)?([\d,]+(?:\.\d+)?)万元"),
    "executed": re.compile(r"全年执行数(?:为|共)?([\d,]+(?:\.\d+)?)万元"),
}
_MONEY_NAMES = {"adjusted_budget": "全年预算数", "executed": "全年执行数"}
_PRICE = re.compile("单价|标准|人均|平均|每")
_SHIFTED = (Decimal(10), Decimal("0.1"))
_HIRED = re.compile("聘|雇|招录")
_STAFF = re.compile("人员|人数")
_SERVED = re.compile("培训|参加|参与|受益|服务对象|缴存|救助|覆盖|惠及")
_HEAD = 20  # characters quoted before a figure of a text
_TORN = 0.2  # share of tables with traces of a recognition, from which no text is relied on
_COUNT_WORDS = re.compile(r"(?:大于|小于|不少于|不低于|达到|共计?|[条次人个]数|数量)+$")

Measured = list[tuple[Indicator, Measure]]


def is_recognised(evaluation: Evaluation) -> bool:
    """Tell whether a text recognition wrote a table, as far as it left traces."""
    return evaluation.name_is_damaged or any(
        "recognition" in text.reason for text in evaluation.unread
    )


def with_texts(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Return the tables whose texts can be relied on; none where many were recognised.

    Cells may be whole in a recognised table while the lines of a text beside them are torn; what
    the texts say is then the conversion's, not the department's.
    """
    whole = [one for one in evaluations if not is_recognised(one)]
    return whole if len(evaluations) - len(whole) < len(evaluations) * _TORN else []


_BOUNDS = {">=": "（不低于）", "<=": "（不高于）", ">": "（大于）", "<": "（小于）", "=": ""}


def _measured(evaluation: Evaluation, column: str) -> Measured:
    found = [(one, read_measure(getattr(one, column))) for one in evaluation.indicators]
    return [(one, measure) for one, measure in found if measure is not None]


def place(indicator: Indicator, column: str) -> str:
    """Return the place of a cell of an indicator."""
    cells = indicator.cells.get(column, ())
    return ";".join(dict.fromkeys(cell.origin for cell in cells)) or indicator.origin


def measure_figure(indicator: Indicator, column: str, measure: Measure, label: str) -> Figure:
    """Return a measured cell as a figure in the unit printed."""
    decimals = decimals_of_value(measure.number)
    key = f"{indicator.origin}/{indicator.level3}/{column}"
    return figure(measure.number, label, place(indicator, column), decimals or None, key=key)


def _compared(
    rule_id: str, left: Figure, said: Measure, right: Figure, printed: Measure
) -> Identity:
    """Compare a figure of a text with one of the table, in the unit printed."""
    if said.times != printed.times and said.value != printed.value:
        sides = [
            Figure(measure.text, side.label, side.origins)
            for side, measure in ((left, said), (right, printed))
        ]
        return same_text(rule_id, left.label, *sides, agree=False)
    scaled = left.scaled(said.times / printed.times)
    # The precision of both is that of the finer one.
    half = min((one.half for one in (scaled, right) if one.half), default=Decimal(0))
    unit = printed.text.lstrip("0123456789.,")
    return equality(
        rule_id,
        left.label,
        Figure(scaled.value, left.label, left.origins, half, terms=scaled.terms),
        Figure(right.value, right.label, right.origins, half, terms=right.terms),
        unit,
    )


def _by_unit(
    stated: Sequence[Stated], measured: Measured
) -> Iterator[tuple[list[Stated], Measured]]:
    for unit in dict.fromkeys(one.measure.unit for one in stated):
        candidates = [(one, measure) for one, measure in measured if measure.unit == unit]
        if candidates:
            yield [one for one in stated if one.measure.unit == unit], candidates


def _stated_figure(evaluation: Evaluation, column: str, label: str, one: Stated) -> Figure:
    origin = evaluation.origins.get(column, evaluation.origin)
    head = one.head if len(one.head) <= _HEAD else f"…{one.head[-_HEAD:]}"
    name = named(evaluation, f"{label}「{head}」")
    decimals = decimals_of_value(one.measure.number)
    return figure(one.measure.number, name, origin, decimals or None)


def text_figures(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the figures of goal and result with the indicators that measure the same."""
    for text, (column, text_label, cell_label) in _TEXTS.items():
        stated = stated_figures(getattr(evaluation, text))
        for own, candidates in _by_unit(stated, _measured(evaluation, column)):
            heads, names = [one.head for one in own], [one.level3 for one, _ in candidates]
            for link in same_thing(heads, names):
                if not link.is_certain:
                    continue
                one, (indicator, measure) = own[link.head], candidates[link.name]
                if one.is_about and one.measure.value != measure.value:
                    continue
                left = _stated_figure(evaluation, text, text_label, one)
                label = named(evaluation, f"{indicator.level3}·{cell_label}{_BOUNDS[measure.sign]}")
                right = measure_figure(indicator, column, measure, label)
                yield _compared("goal_indicator", left, one.measure, right, measure)
            yield from _sums(evaluation, text, own, candidates)


def _sums(
    evaluation: Evaluation, text: str, own: Sequence[Stated], candidates: Measured
) -> Iterator[Identity]:
    """Compare a figure with the sum of the indicators that each measure a part of its thing."""
    column, text_label, _ = _TEXTS[text]
    for one in own:
        thing = _COUNT_WORDS.sub("", one.head)[-4:]
        parts = [(i, m) for i, m in candidates if thing in i.level3]
        is_part = any(m.value == one.measure.value for _, m in candidates)
        same_scale = {m.times for _, m in parts} == {one.measure.times}
        if len(thing) < 4 or len(parts) < 2 or one.measure.unit == "%" or is_part or not same_scale:
            continue
        left = _stated_figure(evaluation, text, text_label, one)
        right = sum_of(
            [measure_figure(i, column, m, named(evaluation, i.level3)) for i, m in parts]
        )
        unit = one.measure.text.lstrip("0123456789.,")
        yield equality("goal_indicator_sum", left.label, left, right, unit)


def staff(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the persons a goal says will be hired with the indicator of their number."""
    stated = [
        one
        for one in stated_figures(evaluation.goal)
        if one.measure.unit == "人" and _HIRED.search(one.head)
    ]
    own = _staff_indicators(evaluation)
    if len(stated) == 1 and len(own) == 1:
        left = _stated_figure(evaluation, "goal", "年度目标", stated[0])
        yield _staff(evaluation, left, stated[0].measure, own[0])


def _staff_indicators(evaluation: Evaluation) -> Measured:
    return [
        (one, measure)
        for one, measure in _measured(evaluation, "target")
        if measure.unit == "人" and _STAFF.search(one.level3) and not _SERVED.search(one.level3)
    ]


def _staff(
    evaluation: Evaluation, left: Figure, said: Measure, own: tuple[Indicator, Measure]
) -> Identity:
    indicator, measure = own
    label = named(evaluation, f"{indicator.level3}·指标值{_BOUNDS[measure.sign]}")
    right = measure_figure(indicator, "target", measure, label)
    return _compared("goal_staff", left, said, right, measure)


def hotlines(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the number of a public line in the goal with that in the indicators."""
    said = dict.fromkeys(_HOTLINE.findall(evaluation.goal))
    own = {number: one for one in evaluation.indicators for number in _HOTLINE.findall(one.level3)}
    if len(said) != 1 or len(own) != 1:
        return
    (number,), ((other, indicator),) = said, own.items()
    target = read_measure(indicator.target)
    figures = {(one.measure.unit, one.measure.value) for one in stated_figures(evaluation.goal)}
    # Two lines may be served; the very figure of the goal tells that one is meant.
    if target is None or (target.unit, target.value) not in figures:
        return
    origin = evaluation.origins.get("goal", evaluation.origin)
    left = Figure(number, named(evaluation, "年度目标中的平台号码"), (origin,))
    right = Figure(other, named(evaluation, indicator.level3), (place(indicator, "level3"),))
    # A city may have both lines.
    agree = number == other
    yield same_text("goal_indicator", left.label, left, right, agree, severity="suspicious")


def text_rate(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the execution rate a result's text states with the table's own."""
    matches = list(_RATE.finditer(evaluation.result))
    printed = evaluation.execution_rate
    if len(matches) != 1 or printed is None:
        return
    match = matches[0]
    before = re.split(r"[。；;，,：:]", evaluation.result[: match.start()])[-1]
    value, has_sign = Decimal(match.group(1)), bool(match.group(2))
    is_of_one = value <= 1 and not has_sign
    if is_of_one or _OF_PART.search(before):
        return
    origin = evaluation.origins.get("result", evaluation.origin)
    place_of = evaluation.origins.get("execution_rate", evaluation.origin)
    left = figure(value, named(evaluation, "完成情况所述执行率"), origin, None)
    right = figure(printed, named(evaluation, "执行率"), place_of, None)
    half = half_unit(max(decimals_of_value(value), decimals_of_value(printed)))
    sides = [Figure(s.value, s.label, s.origins, half, terms=s.terms) for s in (left, right)]
    yield equality("evaluation_text_rate", left.label, *sides, "%")
    shown = Figure(match.group(0), left.label, (origin,))
    signed = Figure(f"{match.group(1)}%", right.label, right.origins)
    yield same_text("evaluation_text_percent", left.label, shown, signed, has_sign)


def text_funds(evaluation: Evaluation) -> Iterator[Identity]:
    """Compare the money a result's text states with the table's own."""
    origin = evaluation.origins.get("result", evaluation.origin)
    total = evaluation.fund("total")
    for phase, pattern in _MONEY_PHASES.items():
        match = pattern.search(evaluation.result)
        amount = getattr(total, phase) if total else None
        if match and amount is not None and evaluation.unit_text == "万元":
            name = _MONEY_NAMES[phase]
            value = Decimal(match.group(1).replace(",", ""))
            left = figure(value, named(evaluation, f"完成情况所述{name}"), origin, 2)
            place_of = total.origins.get(phase, evaluation.origin) if total else ""
            right = figure(amount.value, named(evaluation, name), place_of, 2)
            yield equality("evaluation_text_funds", left.label, left, right, "万元")


def _claim_figures(
    rows: Sequence[Mapping[str, object]], claims: Claims
) -> list[tuple[Stated, Figure]]:
    found: list[tuple[Stated, Figure]] = []
    for row in rows:
        parts = str(row["subject"]).split("/")[1:]
        if row["value"] is None or not parts or parts[0] in ("预算安排规模", "共计", "合计"):
            continue
        measure = read_measure(f"{row['value']:f}{row['unit']}")
        is_formula = any(sign in "".join(parts) for sign in "*×每")
        if measure is not None and not is_formula:
            shown = claims.figure(dict(row))
            # Goal and indicator repeat each other: two against one do not single a slip out.
            shown = Figure(shown.value, shown.label, shown.origins, shown.half)
            found.append((Stated(measure, "".join(parts), ""), shown))
    return found


def descriptions(evaluations: Sequence[Evaluation], claims: Claims) -> Iterator[Identity]:
    """Compare the description of a project with goal and indicators of its target table."""
    by_project: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for row in claims.rows:
        by_project[row["subject"].partition("/")[0]].append(row)
    names = descriptions_of(evaluations, claims)
    for evaluation in evaluations:
        name = names.get(evaluation.name_origin, "")
        if evaluation.kind != "target" or not name:
            continue
        stated = _claim_figures(by_project[name], claims)
        indicators = _measured(evaluation, "target")
        goal = stated_figures(evaluation.goal)
        hired = [
            (one, shown)
            for one, shown in stated
            if one.measure.unit == "人" and _HIRED.search(one.head)
        ]
        own_staff = _staff_indicators(evaluation)
        if len(hired) == 1 and len(own_staff) == 1:
            yield _staff(evaluation, hired[0][1], hired[0][0].measure, own_staff[0])
        for unit in dict.fromkeys(one.measure.unit for one, _ in stated):
            own = [(one, shown) for one, shown in stated if one.measure.unit == unit]
            heads = [one.head for one, _ in own]
            candidates = [
                (i, m) for i, m in indicators if m.unit == unit and not _PRICE.search(i.level3)
            ]
            for link in same_thing(heads, [i.level3 for i, _ in candidates]):
                (one, left), (indicator, measure) = own[link.head], candidates[link.name]
                ratio = one.measure.value / measure.value if measure.value else 0
                is_money_limit = unit == "元" and measure.sign.startswith("<") and ratio <= 1
                # A digit too many or too few speaks for one thing where the words alone do not.
                if is_money_limit or not (link.is_certain or ratio in _SHIFTED):
                    continue
                label = named(evaluation, f"{indicator.level3}·指标值{_BOUNDS[measure.sign]}")
                right = measure_figure(indicator, "target", measure, label)
                yield _compared("description_indicator", left, one.measure, right, measure)
            in_goal = [one for one in goal if one.measure.unit == unit]
            for link in same_thing(heads, [one.head for one in in_goal]):
                (one, left), other = own[link.head], in_goal[link.name]
                is_sure = link.is_certain or one.head == other.head
                ratio = one.measure.value / other.measure.value if other.measure.value else 0
                if not is_sure and ratio not in _SHIFTED:
                    continue
                rule_id = "description_goal" if is_sure else "description_indicator"
                right = _stated_figure(evaluation, "goal", "年度目标", other)
                yield _compared(rule_id, left, one.measure, right, other.measure)

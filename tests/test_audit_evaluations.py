"""Target tables and self-evaluations: what contradicts itself, and what only looks so."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.amounts import Amount
from helpers.audit.claims import Claims
from helpers.audit.evaluations.completion import completions, dates, reasons, remarks, shares
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
from helpers.audit.evaluations.measured import read_measure, same_thing, stated_figures
from helpers.audit.evaluations.money import fund_limits
from helpers.audit.evaluations.project_names import department_names, project_names
from helpers.audit.evaluations.projects import targets_in_sentence
from helpers.audit.evaluations.scoring import total_score
from helpers.audit.evaluations.scoring_rules import (
    execution_rule,
    limits,
    over_fulfilment,
    score_limits,
)
from helpers.audit.identity import Identity
from helpers.disclosure import read
from helpers.evaluation_indicators import NO_NUMBER
from helpers.performance import Evaluation, FundRow, Indicator, Unread

_EMPTY = {name: "" for name in Indicator.__dataclass_fields__ if name not in ("origin", "cells")}


def indicator(name: str, target: str = "", actual: str = "", **more: str) -> Indicator:
    origin = more.pop("origin", f"L-{name}")
    values = {**_EMPTY, "level3": name, "target": target, "actual": actual, **more}
    return Indicator(**values, origin=origin)


def amount(text: str) -> Amount:
    return Amount(Decimal(text.replace(",", "")), text)


def fund(source: str, **amounts: str) -> FundRow:
    return FundRow(source, source, **{key: amount(text) for key, text in amounts.items()})


def table(*indicators: Indicator, **more: Any) -> Evaluation:
    values: dict[str, Any] = {
        "kind": "self_evaluation",
        "scope": "project",
        "name": "某项目",
        "printed_name": "某项目",
        "name_is_damaged": False,
        "budget_unit": "某局",
        "fiscal_year": 2024,
        "unit_text": "万元",
        "funds": (),
        "execution_rate": None,
        "fund_weight": None,
        "fund_score": None,
        "total_weight": None,
        "total_score": None,
        "goal": "",
        "result": "",
        "indicators": indicators,
        "origin": "L1",
        "origins": {},
        "unread": (),
        "warnings": (),
    }
    return Evaluation(**(values | more))


def failed(found: Iterable[Identity]) -> list[tuple[str, Any, Any]]:
    return [
        (one.rule_id, one.left.value, one.right.value)
        for one in found
        if one.verdict in ("different", "rounding")
    ]


def verdicts(found: Iterable[Identity]) -> list[str]:
    return [one.verdict for one in found]


# --- measured values and the words around them --------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sign", "value", "unit"),
    [
        ("<=12.95万元", "<=", "129500", "元"),
        ("≥1289.48平方米", ">=", "1289.48", "平方米"),
        (">=3.72万户", ">=", "37200", "户"),
        ("=2220m2", "=", "2220", "平方米"),
        (">1次", ">", "1", "次"),
        ("≥100百分比", ">=", "100", "%"),
        ("<=0.6667万元/人/月", "<=", "6667", "元/人/月"),
    ],
)
def test_a_cell_is_read_with_its_sign_and_unit(text: str, sign: str, value: str, unit: str) -> None:
    measure = read_measure(text)
    assert measure is not None
    assert (measure.sign, measure.value, measure.unit) == (sign, Decimal(value), unit)


@pytest.mark.parametrize(
    "text", ["有效提升", "12月10日", "=2024年12月15日前", "<=8个<=4个", "", "/"]
)
def test_what_is_no_single_value_is_none(text: str) -> None:
    assert read_measure(text) is None


def test_dates_years_and_ordinals_are_no_figures() -> None:
    text = "截至2024年12月31日，第1次会议后开展培训2次，12月10日前完成，资金3-5万元"
    assert [one.measure.text for one in stated_figures(text)] == ["2次"]


def test_a_word_that_several_figures_share_tells_nothing() -> None:
    heads = ["归集住房公积金", "提取住房公积金", "发放个人住房公积金贷款", "含贴息贷款"]
    names = ["2024年全年公积金归集数", "2024年全年公积金提取数", "2024年发放个人住房公积金贷款数"]
    assert sorted((one.head, one.name) for one in same_thing(heads, names)) == [
        (0, 0),
        (1, 1),
        (2, 2),
    ]


# --- goal, result and indicators ----------------------------------------------------------------


def test_a_goal_that_differs_from_its_indicator() -> None:
    goal = (
        "2024年在全州住建领域开展安全生产执法人员宣传业务培训2次，"
        "组织第三方专家对昌吉州房屋市政工程开展安全生产检查1次。"
    )
    found = table(
        indicator("开展安全生产宣传观摩培训活动次数", "=2次", "=2次"),
        indicator("开展安全生产执法检查次数", "=10次", "=10次"),
        goal=goal,
    )
    assert failed(text_figures(found)) == [("goal_indicator", Decimal(1), Decimal(10))]


def test_a_result_that_differs_from_its_cell() -> None:
    found = table(
        indicator("对自建房专项整治工作开展指导服务", "=10次", "=10次"),
        indicator("消除自建房安全隐患率", "=100%", "=99.38%"),
        result="对各县市（园区）指导服务10次，消除自建房安全隐患率100%，12月10日之前项目全部完成",
    )
    assert failed(text_figures(found)) == [("goal_indicator", Decimal(100), Decimal("99.38"))]


def test_a_unit_left_out_of_a_result() -> None:
    found = table(
        indicator("投入办公设备购置金额（万元）", "<=0.5万元", "=0.5万元"),
        indicator("投入其他活动金额（万元）", "<=0.77万元", "=0.59万元"),
        result="共投入办公设备购置金额0.5万元，投入其他活动费0.59元，通过项目开展",
    )
    assert failed(text_figures(found)) == [("goal_indicator", "0.59元", "0.59万元")]


@pytest.mark.parametrize(
    ("goal", "name", "target"),
    [
        # Another thing of the same unit.
        (
            "对全州实施的农村地区清洁取改造13.2万户，2024年对43977户进行复核验收",
            "改造户数",
            "=3.72万户",
        ),
        # A bound, not the figure.
        ("培训覆盖率达到90%以上", "培训覆盖率", ">=95%"),
        ("全年培训约500人次", "培训人次", ">=520人次"),
        # No word in common.
        ("通过聘请保安及保洁7人，保障办公楼安全", "保障后勤服务能力", ">=10人"),
        # A year, and a percentage of the sum of money.
        ("支出率达到100%,专款专用,完成2024年B1、B2项目包服务费支出", "征收验收完成率", "=90%"),
    ],
)
def test_goals_that_say_something_else_stay_silent(goal: str, name: str, target: str) -> None:
    assert failed(text_figures(table(indicator(name, target), goal=goal))) == []


def test_a_sum_of_parts_in_a_goal() -> None:
    names = ("电信专线联通数量", "移动专线联通数量", "联通专线联通数量")
    parts = zip(names, (">=7条", ">=11条", ">=2条"), strict=True)
    found = table(
        *(indicator(name, target) for name, target in parts),
        kind="target",
        goal="全年实现专线联通条数大于21条，保障线路连接",
    )
    assert failed(text_figures(found)) == [("goal_indicator_sum", Decimal(21), Decimal(20))]


def test_the_number_of_a_public_line() -> None:
    goal = "及时在12319平台、电话来访化解群众诉求，投诉受理率≥90%"
    own = indicator("12345平台信访事项受理率", ">=90%")
    assert failed(hotlines(table(own, goal=goal))) == [("goal_indicator", "12319", "12345")]
    assert failed(hotlines(table(indicator("投诉受理率", ">=90%"), goal=goal))) == []
    assert failed(hotlines(table(indicator("12345热线满意度", ">=85%"), goal=goal))) == []


def test_hired_persons_against_their_indicator() -> None:
    own = indicator("保障后勤服务人员数（人）", ">=10人")
    goal = "目标2：通过聘请保安及保洁7人，保障办公楼安全及清洁"
    assert failed(staff(table(own, goal=goal))) == [("goal_staff", Decimal(7), Decimal(10))]
    trained = indicator("培训人数", ">=50人")
    assert failed(staff(table(trained, goal=goal))) == []


def test_the_execution_rate_of_a_text() -> None:
    found = table(
        result="全年预算数为1,871.38万元，全年执行数为1,809.52万元，总预算执行率为96.69。",
        execution_rate=Decimal("96.69"),
        funds=(fund("total", adjusted_budget="1,871.38", executed="1,809.52"),),
    )
    assert failed(text_funds(found)) == []
    assert failed(text_rate(found)) == [("evaluation_text_percent", "执行率为96.69", "96.69%")]
    for result in ("支出15万元，执行率为100%", "预算执行率1.0", "其中上半年执行率为45%"):
        plain = table(result=result, execution_rate=Decimal("100.00"))
        assert failed(text_rate(plain)) == []
    found = table(result="预算执行率为98%", execution_rate=Decimal("89.00"))
    assert failed(text_rate(found)) == [("evaluation_text_rate", Decimal(98), Decimal("89.00"))]


def claim(subject: str, role: str, value: str, unit: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "role": role,
        "value": Decimal(value),
        "unit": unit,
        "section": "七、项目支出情况",
        "origin": "L2357",
        "direction": "",
        "text": "",
    }


def test_the_description_of_a_project_against_its_target_table() -> None:
    name = "昌吉州冬季清洁取暖项目复核验收"
    claims = Claims.of(
        [
            claim(f"{name}/预算安排规模", "amount", "24", "万元"),
            claim(f"{name}/州级复核按照总任务", "share", "5", "%"),
            claim(f"{name}/全年复核验收不少于", "count", "3", "次"),
            claim(f"{name}/3次*10人*10天*800元/天/人", "count", "3", "次"),
        ]
    )
    target = table(
        indicator("对第三方验收情况复核次数（次）", ">=6次"),
        indicator("抽查复核村庄比例（100%）", ">=50%"),
        indicator("复核第三方验收合格率（%）", "=100%"),
        kind="target",
        name="冬季清洁取暖改造项目复核",
        goal="目标1：对第三方验收情况复核次数6次；目标2：抽查复核村庄比例50%",
        funds=(fund("total", budget="24"), fund("fiscal", budget="24")),
    )
    assert failed(descriptions([target], claims)) == [
        ("description_indicator", Decimal(5), Decimal(50)),
        ("description_indicator", Decimal(3), Decimal(6)),
        ("description_goal", Decimal(3), Decimal(6)),
    ]


def test_texts_of_recognised_pages_are_left_alone() -> None:
    torn = Unread("ᆌᄼ", "L855", "characters invented by text recognition")
    one, other = table(), table(unread=(torn,))
    assert with_texts([one, other]) == []
    # One odd character in a long document says nothing of the other tables.
    assert with_texts([*[one] * 9, other]) == [one] * 9


# --- results, dates, reasons --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "actual", "printed", "expected"),
    [
        (">1次", "=1次", "100%", ["different"]),
        (">=95%", "=100%", "105%", ["rounding"]),  # others are printed with two decimals
        ("=100%", "=99.38%", "99.38%", ["equal"]),
        (">=90%", "=85%", "100%", ["different"]),
        (">=90%", "=98%", "108.89%", ["equal"]),
        (">=2.18万户", "=3.72万户", "100%", []),  # an excess is not always claimed
        ("<=5万元", "=4.99万元", "100%", []),  # a limit that is kept is met
        ("<=0.77万元", "=0.59万元", "76.62%", ["equal"]),
        ("<=10万元", "=12万元", "80%", []),  # how a broken limit is scored, every place decides
        (">=3次", "=3场", "100%", []),
    ],
)
def test_a_completion_is_result_by_target(
    target: str, actual: str, printed: str, expected: list[str]
) -> None:
    found = table(indicator("州直部门现场评估次数", target, actual, completion_rate=printed))
    assert verdicts(completions(found, 2)) == expected


def test_less_of_a_fault_is_better_whatever_the_sign() -> None:
    own = indicator("系统故障率", "=5%", "=3%", completion_rate="100%")
    assert failed(completions(table(own), 2)) == []


@pytest.mark.parametrize(
    ("target", "actual", "printed", "is_late"),
    [
        ("12月10日", "2025年6月30日", "100%", True),
        ("12月15日", "=8月31日", "100%", False),
        ("2024年12月15日前", "=2024年12月15日前", "100%", False),
        ("12月10日", "2025年6月30日", "60%", False),
        ("=2024年10月底前", "=10月20日", "100%", False),
        ("12月", "12月31日", "100%", False),  # a month lasts to its end
        ("2月31日", "3月1日", "100%", False),  # no day
        ("11月", "2024年12月", "100%", True),
    ],
)
def test_a_day_after_its_target_does_not_count(
    target: str, actual: str, printed: str, is_late: bool
) -> None:
    own = indicator("完成时间", target, actual, completion_rate=printed, weight="6", score="6")
    assert bool(failed(dates(table(own)))) is is_late


def test_no_share_of_a_whole_exceeds_it() -> None:
    own = indicator("项目用地单位满意度", ">=95%", "=105%")
    assert failed(shares(table(own))) == [("evaluation_share", Decimal(105), Decimal(100))]
    growth = indicator("收入增长率", ">=95%", "=105%")
    assert failed(shares(table(growth))) == []


def test_a_missed_target_has_a_reason() -> None:
    own = {"weight": "10", "score": "4.16", "completion_rate": "76.62%"}
    bare = indicator("投入其他活动金额（万元）", "<=0.77万元", "=0.59万元", **own)
    assert failed(reasons(table(bare))) == [("evaluation_reason", None, Decimal("76.62"))]
    given = indicator("投入其他活动金额", "<=0.77万元", "=0.59万元", remark="据实支付", **own)
    assert failed(reasons(table(given))) == []
    deducted = indicator("合格率", ">=80%", "=100%", weight="10", score="7.5")
    assert failed(reasons(table(deducted))) == []


@pytest.mark.parametrize(
    ("actual", "remark", "expected"),
    [
        (
            "=3.72万元",
            "实际支付安全生产检查人员宿费3.71万元，偏差率0.27%。",
            [("evaluation_remark", Decimal("3.71"), Decimal("3.72"))],
        ),
        ("=99.38%", "年初预期指标100%，实际完成指标99.38%，偏差0.62%", []),
        ("=100%", "预期指标90%，实际完成指标100%，超预期完成11%", []),
        ("=3次", "按照实际需求，全年采购较年初预期2次有所增加", []),
    ],
)
def test_the_result_a_reason_states(actual: str, remark: str, expected: list[Any]) -> None:
    assert failed(remarks(table(indicator("费用", "", actual, remark=remark)))) == expected


# --- money --------------------------------------------------------------------------------------


def cost(name: str, target: str, actual: str = "") -> Indicator:
    return indicator(name, target, actual, level1="成本指标", level2="经济成本指标")


def target_table(*indicators: Indicator, budget: str) -> Evaluation:
    return table(*indicators, kind="target", funds=(fund("total", budget=budget),))


@pytest.mark.parametrize(
    ("costs", "budget", "expected"),
    [
        ((("邮电费", "<=2.98万元"), ("印刷费", "<=0.38万元")), "3.35", ["rounding"]),
        ((("复核人员费用", "<=15万元"), ("后勤保障费用", "<=9万元")), "24", ["equal"]),
        ((("复核人员费用", "<=15万元"), ("后勤保障费用", "<=8万元")), "24", ["different"]),
        # One is the whole, the other a part of it.
        ((("专项资金额", "<=5万元"), ("差旅费金额", "<=1.10万元")), "5.00", []),
        ((("电脑单价", "<=7500元"), ("打印机单价", "<=3500元")), "42.68", []),
        ((("测绘费", "<=86万元"), ("证书工本费", "=10元/本")), "96", []),
        # Costs that are not all there.
        ((("印刷费", "<=2万元"), ("办公费", "<=3万元")), "24", []),
    ],
)
def test_costs_of_the_parts(
    costs: tuple[tuple[str, str], ...], budget: str, expected: list[str]
) -> None:
    found = target_table(*(cost(name, text) for name, text in costs), budget=budget)
    assert verdicts(cost_sums(found)) == expected


def test_a_cost_per_square_metre() -> None:
    own = (
        indicator("办公楼维修面积", "=4788.82平方米"),
        cost("投入办公楼维修的费用", "<=174.69万元"),
        cost("平均每平方米维修费用", "<=0.37万元/平方米"),
    )
    found = target_table(*own, budget="174.69")
    expected = [("evaluation_unit_cost", Decimal("0.37"), Decimal("0.0365"))]
    assert failed(unit_costs(found)) == expected
    # A price beside other costs is a price, not the whole by the number.
    beside = target_table(*own, cost("监理费", "<=9万元"), budget="183.69")
    assert verdicts(unit_costs(beside)) == []


def test_wages_of_a_year() -> None:
    own = (indicator("安保人员配置数量", "=3人"), cost("安保人员平均月工资", "<=3528元/月"))
    assert verdicts(yearly_wages(target_table(*own, budget="12.70"))) == ["rounding"]
    assert verdicts(yearly_wages(target_table(*own, budget="20.00"))) == []


def test_no_source_pays_more_than_it_was_to_give() -> None:
    found = table(
        funds=(
            fund("total", adjusted_budget="8.90", executed="8.75"),
            fund("fiscal", adjusted_budget="0.00", executed="8.75"),
            fund("other", adjusted_budget="8.90", executed="0.00"),
        )
    )
    expected = [("evaluation_fund_limit", Decimal("8.75"), Decimal("0.00"))]
    assert failed(fund_limits(found, 2)) == expected


# --- scoring ------------------------------------------------------------------------------------


def limit(target: str, actual: str, weight: str, score: str, completion: str = "") -> Indicator:
    more = {"weight": weight, "score": score, "completion_rate": completion}
    return indicator("投入金额", target, actual, level1="成本指标", **more)


def test_limits_scored_in_two_ways_are_one_finding() -> None:
    share = limit("<=4万元", "=3.99万元", "10", "9.95", "99.8%")
    steep = limit("<=0.77万元", "=0.59万元", "10", "4.16", "76.62%")
    full = limit("<=5万元", "=4.99万元", "10", "10", "100%")
    assert failed(limits([table(share), table(steep), table(full)])) == [
        ("evaluation_limit_rule", "", "")
    ]
    assert failed(limits([table(full), table(full)])) == []
    # Saving that costs points throughout is the document's own rule.
    assert [one[0] for one in failed(limits([table(share), table(steep)]))] == ["evaluation_saving"]


def test_one_limit_unlike_all_others_is_a_score() -> None:
    others = [indicator("故障率", "<=5%", "=1%", weight="10", score="10") for _ in range(7)]
    odd = indicator("网络故障率", "<=10%", "=9.46%", weight="20", score="18.92")
    assert failed(limits([table(*others, odd)])) == [
        ("evaluation_indicator_score", Decimal("18.92"), Decimal(20))
    ]


def test_excess_deducted_in_one_table_and_not_in_another() -> None:
    own = {"weight": "10", "score": "7.5", "completion_rate": "125%"}
    deducted = indicator("培训合格率", ">=80%", "=100%", **own)
    full = indicator("改造户数", ">=2.18万户", "=3.72万户", weight="20", score="20")
    satisfied = indicator("满意度", ">=90%", "=100%", weight="10", score="10")
    assert failed(over_fulfilment([table(deducted), table(full)])) == [
        ("evaluation_excess_rule", "", "")
    ]
    assert failed(over_fulfilment([table(deducted), table(satisfied)])) == []


def executed(rate: str, score: str, weight: str = "10") -> Evaluation:
    return table(
        execution_rate=Decimal(rate), fund_weight=Decimal(weight), fund_score=Decimal(score)
    )


def test_weight_and_score_swapped() -> None:
    assert failed(score_limits([executed("85.83", "10.00", "8.5")])) == [
        ("evaluation_score_limit", Decimal("10.00"), Decimal("8.5"))
    ]


def test_an_execution_scored_by_the_rule_of_the_indicators() -> None:
    own = [executed("96.69", "9.67"), executed("99.90", "9.98"), executed("100.00", "10.00")]
    assert failed(execution_rule(own)) == [
        ("evaluation_execution_rule", Decimal("9.98"), Decimal("9.99"))
    ]
    # Where all tables do so, it is the document's rule.
    assert failed(execution_rule([executed("99.90", "9.98"), executed("80.00", "5.00")])) == []


def test_an_overall_table_states_its_total() -> None:
    own = indicator("改造户数", ">=2.18万户", "=3.72万户", weight="90", score="89.22")
    overall = table(own, scope="overall", fund_score=Decimal("9.67"))
    assert failed(total_score(overall)) == [("evaluation_total", "", "98.89分")]
    stated = table(own, scope="overall", total_score=Decimal("98.89"))
    assert failed(total_score(stated)) == []


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "target", "previous", "expected"),
    [
        ("有效降低燃气安全生产事故", "有效提高", "有效提高", ["indicator_direction"]),
        ("有效保障清洁取暖改造项目的质量", "提升", "", ["indicator_value"]),
        ("有效指导项目建设", "有效提高", "", ["indicator_value"]),
        ("提升我单位公共服务效率", "有效提升", "有效创建", ["indicator_previous_value"]),
        ("有效保障机关高效运转", "有效保障", "有效促进", ["indicator_previous_value"]),
        ("有效提升工程建设项目审批效率", "提高", "提升", []),
        ("有效消除经营性自建房安全隐患", "有效", "", []),
        ("保障信息系统运转，提高办公效率", "有效保障", "明显提高", []),
        ("有效降低能耗，提高效率", "有效提高", "", []),
        ("提高行政执法管理人员业务水平", "显著有效", "有效提高", []),
        ("推动消防安全形势持续向好发展", "有效提升", "有效提升", []),
    ],
)
def test_the_verb_of_a_value(name: str, target: str, previous: str, expected: list[str]) -> None:
    found = failed(effects(table(indicator(name, target, previous=previous))))
    assert [rule_id for rule_id, _, _ in found] == expected


@pytest.mark.parametrize(
    ("name", "target", "more", "expected"),
    [
        ("项目完成时间", "=100%", {}, ["indicator_kind"]),
        ("物业项目完成及时率", "<=12月", {}, ["indicator_kind"]),
        (
            "每次复核需要的时间（天数）",
            ">=10天",
            {},
            [],
        ),  # a description may ask for ten days at least
        ("抽查复核村庄比例（100%）", ">=50%", {}, ["indicator_name_unit"]),
        ("律师咨询服务费", "<=220万", {"level1": "成本指标"}, ["indicator_unit"]),
        ("投入援疆保障经费", "<=50.70万元", {"level2": "社会成本指标"}, ["indicator_level"]),
        ("网络正常运行时间占运行总时间", ">=95%", {}, []),
        ("财务审计完成时间", "<=9月", {}, []),
        ("开展物业小区监督检查时间", ">=40天", {}, []),
        ("系统故障响应时间", "<=30分钟", {}, []),
        ("印花税费率", "=0.5‰", {}, []),
        ("工作完成时间", "<=150天", {}, []),
        ("群众满意度(%)", ">=90%", {}, []),
    ],
)
def test_the_kind_of_a_value(
    name: str, target: str, more: dict[str, str], expected: list[str]
) -> None:
    found = failed(kinds(table(indicator(name, target, **more))))
    assert [rule_id for rule_id, _, _ in found] == expected


def test_a_target_set_by_the_past_exceeds_it() -> None:
    own = {"previous": "7人", "basis": "历史标准"}
    assert failed(bases(table(indicator("保安人员", ">=8人", **own)))) == [
        ("indicator_basis", "8人", "7人")
    ]
    assert failed(bases(table(indicator("保安人员", ">=6人", **own)))) == []
    assert failed(bases(table(indicator("响应时间", "<=8人", **own)))) == []


def test_values_of_last_year_are_reported_once() -> None:
    tables = [
        table(indicator("完成时限", "12月15日", previous="100%")),
        table(indicator("完成时间", "=12月10日", previous="100")),
    ]
    assert failed(previous_kinds(tables)) == [("indicator_previous_kind", "100%、100", "12月15日")]
    assert failed(previous_kinds([table(indicator("数量", "=7个", previous="7个"))])) == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([(">=10人", "10"), ("=12次", "12次"), (">=90%", "90%")], [("10", ">=10人")]),
        (
            [
                (">=10人", "10"),
                ("<=6万元", "6"),
                ("=1次", "1次"),
                (">=90%", "90%"),
                ("=1个", "1个"),
            ],
            [("10、6", ">=10人、<=6万元")],
        ),
        ([(">=10人", "0"), ("=12次", "12次"), (">=90%", "90%")], []),  # nought needs none
        ([(">=10人", "10"), ("=12次", "12"), (">=90%", "90%")], []),  # the manner of the table
        ([(">=10人", "10人"), ("=12次", "12次")], []),
    ],
)
def test_last_years_value_has_the_unit_of_its_neighbours(
    cells: list[tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    own = [indicator("人数", target, previous=previous) for target, previous in cells]
    found = failed(previous_units(table(*own)))
    assert found == [("indicator_previous_unit", *one) for one in expected]


def test_names_without_the_unit_that_others_carry() -> None:
    carrying = [indicator(f"数量{number}（个）", "=1个") for number in range(12)]
    without = [indicator("及时率", ">=90%")]
    assert [one[0] for one in failed(name_units([table(*carrying, *without)]))] == [
        "indicator_units"
    ]
    assert failed(name_units([table(*carrying[:5], *without)])) == []


def test_words_in_the_column_of_weights() -> None:
    own = [indicator("房地产投资", "≥251亿元"), indicator("普法宣传", "≥2次")]
    words = tuple(Unread("履职效能", f"L96{number}", NO_NUMBER) for number in range(2))
    found = failed(weights(table(*own, kind="target", unread=words)))
    assert found == [("evaluation_weight_blank", "履职效能", "")]
    assert failed(weights(table(*own, kind="target"))) == []


# --- projects -----------------------------------------------------------------------------------


def project(name: str, fiscal: str, other: str) -> Evaluation:
    total = str(Decimal(fiscal) + Decimal(other))
    rows = [fund("total", budget=total), fund("fiscal", budget=fiscal), fund("other", budget=other)]
    return table(kind="target", name=name, origin=f"L-{name}", funds=tuple(rows))


def sentence(fiscal: int, money: str, other: int, rest: str) -> Claims:
    return Claims.of(
        [
            claim("当年财政拨款项目", "count", str(fiscal), "个"),
            claim("当年财政拨款项目/涉及预算金额", "amount", money, "万元"),
            claim("当年非财政拨款项目", "count", str(other), "个"),
            claim("当年非财政拨款项目/涉及预算金额", "amount", rest, "万元"),
        ]
    )


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((2, "80.00", 1, "40.00"), []),
        ((3, "80.00", 1, "40.00"), [("evaluation_count", Decimal(3), Decimal(2))]),
        ((2, "80.00", 2, "40.00"), []),  # a project of both sources may be counted under either
        ((2, "80.00", 3, "40.00"), [("evaluation_count", Decimal(3), Decimal(1))]),
        ((2, "81.00", 1, "40.00"), [("evaluation_sum", Decimal("81.00"), Decimal("80.00"))]),
        (
            (2, "80.00", 0, "30.00"),
            [("evaluation_count", Decimal(0), Decimal(1))],
        ),
    ],
)
def test_stated_projects_by_source_of_money(
    stated: tuple[int, str, int, str], expected: list[Any]
) -> None:
    own = [project("甲", "50", "0.00"), project("乙", "30", "10"), project("丙", "0", "30")]
    found = targets_in_sentence(own, sentence(*stated), {"万元": 2})
    assert failed(found) == expected


def test_one_project_under_two_names() -> None:
    claims = Claims.of([claim("自建房整治专项/预算安排规模", "amount", "82", "万元")])
    own = project("自建房安全专项整治专项经费", "82", "0")
    assert failed(project_names([own], claims, [])) == [
        ("project_name", "自建房安全专项整治专项经费", "自建房整治专项")
    ]
    # Neither the same service of another year nor another project of a round amount.
    for name, scale in (("2022年度物业服务费", "82"), ("全民健身活动", "82")):
        other = Claims.of([claim(f"{name}/预算安排规模", "amount", scale, "万元")])
        assert failed(project_names([project("2023年度物业服务费", "82", "0")], other, [])) == []


def test_a_department_named_shorter_in_one_table() -> None:
    usual = [table(name=f"项目{number}", supervisor="昌吉回族自治州住建局") for number in range(4)]
    short = table(name="自建房业务经费", supervisor="昌吉州住建局")
    other = table(name="别的项目", supervisor="昌吉市财政局")
    assert failed(department_names([*usual, other])) == []
    found = failed(department_names([*usual, short]))
    assert found == []  # too short a name in common
    names = [table(name="甲", supervisor="昌吉回族自治州住房和城乡建设局")] * 4
    short = table(name="乙", supervisor="昌吉州住房和城乡建设局")
    assert failed(department_names([*names, short])) == [
        ("department_name", "昌吉州住房和城乡建设局", "昌吉回族自治州住房和城乡建设局")
    ]
    # Where both are as usual, neither is.
    assert failed(department_names([*names[:2], short, short])) == []


def test_target_tables_without_described_projects(tmp_path: Path) -> None:
    path = tmp_path / "bureau_2024_budget.txt"
    path.write_text(
        "青山市教育局2024年部门预算公开\n"
        "项目名称\t\t办公楼物业费\t\t\t项目负责人\t\t×××\t\n"
        "项目资金(万元)\t\t年度预算总额:\t63.55\t其中:财政拨款\t63.55\t其他资金:\t0.00\t\n",
        encoding="utf-8",
    )
    (row,) = read(path).rows["projects"]
    assert (row["project_name"], row["initial_budget_yuan"]) == ("办公楼物业费", 635500)

"""The audit of the words around the figures: what is wrong, and what only looks so.

Extracts are quotations of published documents, or such quotations with one word changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.amounts import Amount
from helpers.audit.claims import Claims, short_heading
from helpers.audit.findings import finding_rows, rules
from helpers.audit.identity import Figure, Identity, same_text
from helpers.audit.words.added_projects import added_projects
from helpers.audit.words.cost_lists import cost_lists
from helpers.audit.words.directions import directions
from helpers.audit.words.naming import naming
from helpers.audit.words.numbering import number_of, numbering
from helpers.audit.words.prose import Prose, as_printed
from helpers.audit.words.repeats import repeats
from helpers.audit.words.residue import residue
from helpers.audit.words.statements import statements
from helpers.audit.words.units import text_units
from helpers.disclosure import read
from helpers.document import Document, Paragraph
from helpers.narrative import read_claims
from helpers.performance import Evaluation, FundRow, Indicator
from helpers.reference_data import read_reference

DEPARTMENT = "某州住房和城乡建设局"


def document(text: str) -> Document:
    """Return a document of the lines of a text; empty lines count."""
    lines = text.strip("\n").split("\n")
    blocks = [Paragraph(line, f"L{number}") for number, line in enumerate(lines, 1) if line]
    return Document("extract.txt", tuple(lines), tuple(blocks), "delimited")


def prose(
    text: str, *, evaluations: Sequence[Evaluation] = (), kind: str = "budget", year: int = 2024
) -> Prose:
    return Prose(document(text), evaluations, DEPARTMENT, year, kind)


def claims(text: str) -> Claims:
    found = read_claims(document(text), DEPARTMENT)
    names = ("section", "subject", "role", "value", "unit", "direction", "text", "origin")
    return Claims.of(
        [
            {"claim_no": number, **{name: getattr(claim, name) for name in names}}
            for number, claim in enumerate(found, 1)
        ]
    )


def evaluation(goal: str = "", result: str = "", name: str = "某项目", *cells: str) -> Evaluation:
    """Return a table; ``cells`` are pairs of an indicator's name and its target."""
    indicators = tuple(
        Indicator(
            level1="产出指标",
            level2="数量指标",
            level3=level3,
            weight="",
            target=target,
            actual=target,
            completion_rate="",
            score="",
            basis="",
            previous="",
            scoring_rule="",
            remark="",
            origin=f"L{number}",
        )
        for number, (level3, target) in enumerate(zip(cells[::2], cells[1::2], strict=True), 50)
    )
    return Evaluation(
        kind="target",
        scope="project",
        name=name,
        printed_name=name,
        name_is_damaged=False,
        budget_unit="",
        fiscal_year=None,
        unit_text="",
        funds=(),
        execution_rate=None,
        fund_weight=None,
        fund_score=None,
        total_weight=None,
        total_score=None,
        goal=goal,
        result=result,
        indicators=indicators,
        origin="L40",
        origins={},
        unread=(),
        warnings=(),
    )


def failed(identities: Any) -> list[Identity]:
    return [one for one in identities if one.verdict == "different"]


def shown(identities: Any) -> list[tuple[str, Any, str]]:
    return [(one.rule_id, one.left.value, ";".join(one.left.origins)) for one in failed(identities)]


def ids(identities: Any) -> list[str]:
    return [one.rule_id for one in failed(identities)]


# --- numbers of headings and lists -------------------------------------------------------------


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("十二", 12),
        ("一十", 10),
        ("一十九", 19),
        ("二十", 20),
        ("7", 7),
        ("十ニ", None),
        ("三四", None),
    ],
)
def test_a_numeral_is_read(numeral: str, number: int | None) -> None:
    assert number_of(numeral) == number


ITEMS = """
（三）一般公共预算当年拨款具体使用情况
1. 城乡社区支出（类）城乡社区管理事务（款）行政运行（项）：2023年预算数为542.05万元。
2. 城乡社区支出（类）城乡社区管理事务（款）工程建设管理（项）：2023年预算数为448.88万元。
3. 城乡社区支出（类）其他支出（项）：2023年预算数为366万元，具体为：（4）.冬季清洁取暖24万元。
{number}. 社会保障和就业支出（类）：2023年预算数为120.35万元。
"""


def test_a_number_left_out_of_a_list_is_found() -> None:
    found = failed(numbering(prose(ITEMS.format(number=5))))
    assert [(one.rule_id, one.left.value, one.origins) for one in found] == [
        ("text_numbering", "5.", ("L5", "L4"))
    ]


@pytest.mark.parametrize("number", [4, 1, 9])
def test_a_list_that_goes_on_or_starts_anew_is_in_order(number: int) -> None:
    assert not failed(numbering(prose(ITEMS.format(number=number))))


def test_a_number_within_an_earlier_sublist_is_not_left_out() -> None:
    text = (
        "1. 房屋。\n2. 土地。\n（1）办公用房；3. 车辆价值6万元。\n（2）轿车。\n4. 家具价值7万元。"
    )
    assert not failed(numbering(prose(text)))


def test_a_number_joined_to_the_line_before_is_not_left_out() -> None:
    text = "1. 房屋价值5万元；\n2. 车辆价值6万元。3. 家具价值7万元。\n4. 其他资产价值8万元。"
    assert not failed(numbering(prose(text)))


def test_characters_that_look_like_numerals_are_found() -> None:
    text = "（－）承担责任。\n（二）承担责任。\n" + "".join(
        f"（{numeral}）承担责任。\n"
        for numeral in ("三", "四", "五", "六", "七", "八", "九", "十", "十ー", "十ニ")
    )
    assert shown(numbering(prose(text))) == [
        ("text_lookalike", "（－）", "L1"),
        ("text_lookalike", "（十ー）", "L11"),
        ("text_lookalike", "（十ニ）", "L12"),
    ]


def test_ten_written_with_one_is_in_order() -> None:
    names = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "一十", "一十一", "一十二")
    assert not failed(numbering(prose("\n".join(f"（{name}）承担责任。" for name in names))))


def test_a_number_left_out_within_a_goal_is_found() -> None:
    goal = (
        "主要职责：1、编制计划；2、审批提取。"
        "年度目标：1、归集；2、贷款率高于90%；4、逾期率低于1.5%；5、充足率1%。"
    )
    found = shown(numbering(prose("正文。", evaluations=[evaluation(goal)])))
    assert found == [("text_numbering", "4、逾期率低于1.5%", "L40")]


@pytest.mark.parametrize(
    "goal",
    [
        "1、编制；2、审批；3、发放。年度目标：1、归集；2、贷款；3、充足。",
        "问题：一是意识不足；二是目标不合理。三是使用不严。措施：一是培训；二是应用。",
        "达到100平方米，单价1.5万元；采购2.5吨。",
        "1、关于方案（1号）；2、关于要点；3、标准V3.0。4.《三年行动方案》",
    ],
)
def test_lists_within_a_text_that_are_in_order(goal: str) -> None:
    assert not failed(numbering(prose("正文。", evaluations=[evaluation(goal)])))


def test_rows_of_a_table_that_came_as_lines_are_no_list() -> None:
    rows = ("一、财政拨款收入", "一、一般公共服务支出", "二、上级补助收入", "二、外交支出")
    text = "\n".join([*rows, "三、事业收入", "三、国防支出"])
    assert not failed(numbering(prose(text)))


# --- what is printed twice ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        (
            "卫生健康支出（类）行政事业单位医疗（款）行政单位医疗（项）行政单位医疗：25.65万元。",
            "text_twice",
        ),
        ("并编制住房公积金归集、使用计划执行执行情况的报告。", "text_twice"),
        (
            "事业收入0.00万元，占0.00%；事业收入0.00万元，占0.00%；经营收入603.87万元。",
            "text_twice",
        ),
        ("其中：公务接待费0.20万元，公务接待费0.20万元，公务用车运行费24.93万元。", "text_twice"),
        ("公务接待费 0.20 万元，公务接待费 0.20 万元。", "text_twice"),
        (
            "日常公用经费134.64万元、专项业务经费498.19万元，其中：专项业务经费366万元。",
            "text_part_of_itself",
        ),
    ],
)
def test_words_printed_twice_are_found(text: str, rule_id: str) -> None:
    assert ids(repeats(prose(text))) == [rule_id]


@pytest.mark.parametrize(
    "text",
    [
        "18.其他支出（类）其他支出（款）其他支出（项）：支出决算数为13.26万元。",
        "12.节能环保支出（类）其他节能环保支出（款）其他节能环保支出（项）：支出决算数为5.00万元。",
        "公务用车购置及运行费支出预算为75万元。其中：公务用车运行费50万元。",
        "上级补助收入0.00万元，占0.00%；事业收入0.00万元，占0.00%。",
        "因公出国费0万元。主要原因是本年未安排此项预算。公务接待费0万元。主要原因是本年未安排此项预算。",
        "政府采购货物预算5.00万元，服务预算5.00万元，工程预算5.00万元。",
        "公务接待费0.20万元，公务接待费0.20万元以内开支，公务接待费0.02万元。",
        "比上年增加5.00万元，比上年增加5.00万元的主要原因是人员增加。",
        "一件一件办理，义务教育教育经费10万元。",
        "面向中小企业预留420.44万元，其中：面向小微企业预留420.44万元。",
        "2024年年度计划，重点项目项目支出10万元。",
    ],
)
def test_names_that_only_resemble_each_other_are_silent(text: str) -> None:
    assert not ids(repeats(prose(text)))


BLOCK = """项目名称：{name}
设立的政策依据：根据审批系统运营维护合同。
预算安排规模：{money}
项目承担单位：{unit}
资金分配情况：支付运营维护费用{money}。
资金执行时间：2024年4月-7月
"""


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["text_twice"]),
        ({"name": "另一系统运营维护"}, []),
        ({"money": "50.00万元"}, []),
        ({"unit": "某局下属中心"}, []),
    ],
)
def test_a_project_described_twice_is_found(changed: dict[str, str], expected: list[str]) -> None:
    first = {"name": "审批系统运营维护", "money": "40.00万元", "unit": "某局"}
    between = first | {"name": "车辆租赁", "money": "30.00万元"}
    text = "七、关于某局2024年一般公共预算项目支出情况说明\n" + "".join(
        f"（{mark}）" + BLOCK.format(**one)
        for mark, one in zip("一二三", (first, between, first | changed), strict=True)
    )
    assert ids(repeats(prose(text))) == expected


def test_projects_whose_details_are_withheld_may_read_alike() -> None:
    text = BLOCK.format(name="涉密项目", money="完全不予公开", unit="某局").replace("运营", "涉密")
    assert not ids(repeats(prose("七、项目支出情况说明\n" + text + text)))


PROJECTS = """
七、关于某局2024年一般公共预算项目支出情况说明
项目名称：审批系统运营维护
资金分配情况：支付费用40万元。服务内容包括驻场服务、数据处理、故障响应、系统问题解决、系统维护服务、服务器巡检等。
项目名称：{name}
资金分配情况：{allocation}
"""
COPIED = "数据处理、故障响应、系统问题解决、系统维护服务、服务器巡检等。"


def test_an_allocation_copied_from_another_project_is_found() -> None:
    text = PROJECTS.format(name="指挥平台", allocation=COPIED)
    assert ids(repeats(prose(text))) == ["text_copied"]


@pytest.mark.parametrize(
    ("name", "allocation"),
    [
        ("审批系统运营维护", COPIED),
        ("指挥平台", "完全不予公开。"),
        ("指挥平台", "委托业务费80.00万元"),
    ],
)
def test_allocations_that_may_agree_are_silent(name: str, allocation: str) -> None:
    assert not ids(repeats(prose(PROJECTS.format(name=name, allocation=allocation))))


# --- what a template left ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ("支出决算为XXX万元。", "text_placeholder"),
        ("上海市××局2024年度无此项支出。", "text_placeholder"),
        ("公务用车购置数__辆。", "text_placeholder"),
        ("增长（下降）27.78%，主要原因是厉行节约。", "text_alternative"),
        ("决算数小于预算数（或与预算数持平）的主要原因是公务用车年久。", "text_alternative"),
        ("（如持平作持平表述）。", "text_template"),
        ("5、请对“三公”经费增减变化原因等进行说明。", "text_template"),
        ("具体情况见下表（按项目分别填报）：", "text_residue"),
        ("与公务用车保有量差异原因是：车辆与公务用车保有量一致无差异。", "text_no_difference"),
        ("资金执行时间：2024年月1日-2024年12月31日", "text_term"),
        ("主要原因是按照例行节约压减了此项费用。", "text_term"),
        ("部门价值50万元以上大型设备4套。", "text_term"),
        ("比上年减少5万元，主要原因是。", "text_truncated"),
    ],
)
def test_residue_is_found(text: str, rule_id: str) -> None:
    assert ids(residue(prose(text))) == [rule_id]


@pytest.mark.parametrize(
    "text",
    [
        "与上年相比增加（减少）0万元，增长（减少）0%。",
        "与公务用车保有量差异原因是：差异车辆属于执法执勤用车。",
        "预决算差异率0.00%，主要原因是：严格按照预算执行，预决算无差异。",
        "单位价值50万元以上大型设备4套，单价100万元以上设备0台。",
        "2024年1月1日-2024年12月31日，机关运行经费10万余元。",
        "按照厉行节约的要求，主要原因是减少支出。",
        "2024年采购XX型号设备的3.0版。",
        "公务用车购置数__5__辆。",
    ],
)
def test_words_that_only_look_like_residue_are_silent(text: str) -> None:
    assert not ids(residue(prose(text)))


def test_goals_and_indicators_are_read_for_residue() -> None:
    found = residue(
        prose(
            "正文。",
            evaluations=[
                evaluation(
                    "目标内容1根据办法，对办公楼维修。", "", "维修", "办事群众意率", ">=90%"
                ),
                evaluation(
                    "目标1：保障；目标2：促进。", "", "运转", "办事群众满意率（%）", ">=90%"
                ),
            ],
        )
    )
    assert shown(found) == [
        ("text_term", "目标内容1根据办法", "L40"),
        ("text_term", "办事群众意率", "L50"),
    ]


KINDS = """
二、机构设置及人员情况
{units}
（一）机关运行经费及公用经费支出情况
2024年度某局（行政单位和参照公务员法管理事业单位）机关运行经费支出131.74万元。
"""


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("某局无下属预算单位，下设10个科室。", ["text_unit_kinds"]),
        ("1.某市自然资源局\n2.某市自然资源信息中心", []),
    ],
)
def test_both_kinds_of_unit_do_not_fit_one_unit(units: str, expected: list[str]) -> None:
    assert ids(residue(prose(KINDS.format(units=units), kind="final"))) == expected


# --- statements of nothing ---------------------------------------------------------------------


def fact(
    table_id: str, label: str, value: str, origin: str = "L90", code: str = ""
) -> dict[str, Any]:
    return {
        "table_id": table_id,
        "label": label,
        "amount_yuan": Decimal(value),
        "origin": origin,
        "economic_code": code,
        "line_role": "item",
    }


FUND = """
八、关于某局2024年政府性基金预算拨款情况说明
某局2024年没有使用{fund}预算拨款安排的支出，{fund}预算支出情况表为空表。
"""


def test_a_fund_with_amounts_is_not_empty() -> None:
    text = FUND.format(fund="政府性基金")
    facts = [fact("government_fund_expenditure", "城乡社区支出", "5000000000")]
    found = failed(statements(prose(text), claims(text), (), facts))
    assert {one.rule_id for one in found} == {"text_not_empty"}
    assert found[0].right.value == "5000000000"
    assert not ids(statements(prose(text), claims(text), (), []))


def test_a_statement_on_another_fund_than_its_heading_is_found() -> None:
    text = FUND.format(fund="国有资本经营")
    assert "text_other_fund" in ids(statements(prose(text), claims(text), (), []))


def test_a_sentence_that_names_two_funds_is_found_under_the_heading_of_one() -> None:
    text = FUND.format(fund="国有资本经营").replace(
        "，国有资本经营预算支出", "，政府性基金预算支出"
    )
    assert "text_other_fund" in ids(statements(prose(text), claims(text), (), []))
    both = text.replace("没有使用国有资本经营预算", "没有使用政府性基金预算和国有资本经营预算")
    assert not ids(statements(prose(both), claims(both), (), []))


@pytest.mark.parametrize(
    "sentence",
    [
        "上级政府性基金安排的转移支付资金未安排。",
        "年初未安排政府性基金预算财政拨款预算，年中追加项目。",
        "收入全部为一般公共预算拨款，无国有资本经营预算拨款。",
        "2023年没有使用政府性基金预算拨款安排的支出。",
        "没有使用政府性基金预算拨款安排的“三公”经费。",
    ],
)
def test_statements_on_other_money_are_silent(sentence: str) -> None:
    text = f"四、关于某局2024年财政拨款收支预算情况的总体说明\n{sentence}"
    facts = [fact("government_fund_expenditure", "城乡社区支出", "10000")]
    assert not ids(statements(prose(text), claims(text), (), facts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("当年非财政拨款项目0个，涉及预算金额30.00万元。", ["text_nought"]),
        ("当年非财政拨款项目0个，涉及预算金额0.00万元。", []),
        ("当年财政拨款项目10个，涉及预算金额30.00万元。", []),
    ],
)
def test_no_projects_carry_no_money(text: str, expected: list[str]) -> None:
    assert ids(statements(prose(text), claims(text), (), [])) == expected


ALONE = """
二、机构设置及人员情况
某局无下属预算单位，下设7个科室。
（三）国有资产占用使用情况
截至2023年底，某局{units}占用使用国有资产总体情况为
"""


@pytest.mark.parametrize(
    ("units", "expected"), [("及下属各预算单位", ["text_units_below"]), ("", [])]
)
def test_units_below_a_department_without_any(units: str, expected: list[str]) -> None:
    text = ALONE.format(units=units)
    assert ids(statements(prose(text), claims(text), (), [])) == expected


def test_duties_speak_of_bodies_below_without_being_wrong() -> None:
    text = (
        "一、主要职能\n（一）负责机关和所属单位的人事管理。\n"
        "二、机构设置及人员情况\n某局无下属预算单位。"
    )
    assert not ids(statements(prose(text), claims(text), (), []))


THREE_PUBLIC = """
十、关于某局2024年财政拨款“三公”经费预算情况说明
某局2024年财政拨款“三公”经费预算数为25.56万元，其中：因公出国（境）费0.00万元，公务接待费0.63万元。
2024年“三公”经费比上年预算减少1.39万元，其中：因公出国（境）费增加0.00万元，主要原因是2024年未安排此项预算经费；公务接待费增加0.00万元，主要原因是{reason}。
"""


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("2024年未安排此项预算经费", ["text_reason_unplanned"]),
        ("2024年安排此项预算经费与上年度一致", []),
        ("2023年及2024年均未安排公务接待费预算", []),
    ],
)
def test_what_is_not_planned_has_no_amount(reason: str, expected: list[str]) -> None:
    text = THREE_PUBLIC.format(reason=reason)
    assert ids(statements(prose(text), claims(text), (), [])) == expected


def test_a_heading_without_text_is_found_but_no_table_of_contents() -> None:
    text = "八、政府性基金情况说明\n九、国有资本经营情况说明\n某局没有此项支出。"
    assert shown(statements(prose(text), claims(text), (), [])) == [
        ("text_empty_section", "八、政府性基金情况说明", "L1")
    ]
    contents = "\n".join(f"{one}、第{one}种情况说明" for one in "一二三四五六")
    assert not ids(statements(prose(contents), claims(contents), (), []))


# --- words of direction ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("商品和服务支出较上年减0.04万元，增0.01%。", ["text_direction"]),
        ("支出比上年减少5.00万元，下降8.37%。", []),
        ("支出比上年增加0.00万元，下降0.00%。", []),
        ("支出比上年增加5.00万元，与上年持平。", ["text_direction"]),
        ("支出比上年增加5.00万元，增长25.00%，与上年持平。", ["text_direction"]),
        ("预算100.00万元，与上年持平，增加20.00万元，增长25.00%。", ["text_direction"]),
        ("预算100.00万元，与上年预算相比无变化，减少20.00万元。", ["text_direction"]),
        ("预算100.00万元，与2023年预算数一致，比2023年预算数减少20.00万元。", ["text_direction"]),
        ("预算100.00万元，与上年持平，增加0.00万元，增长0.00%。", []),
        ("预算100.00万元，与上年基本持平，增加0.20万元。", []),
        ("决算100.00万元，与上年预算持平，比上年决算增加20.00万元。", []),
        ("决算100.00万元，与年初预算持平，比上年增加20.00万元。", []),
        ("决算比年初预算增加5.00万元，增长2.00%，与上年持平。", []),
        ("支出比上年增加5.00万元，公务接待费与上年持平。", []),
        ("预算100.00万元，与上年持平；公务接待费增加20.00万元。", []),
        (
            "年初预算为42.73万元，支出决算为40.35万元，完成年初预算的94.43%。决算数大于预算数的主要原因：基数变更。",
            ["text_relation"],
        ),
        (
            "年初预算为42.73万元，支出决算为40.35万元，完成年初预算的94.43%。决算数小于预算数的主要原因：基数变更。",
            [],
        ),
        (
            "年初预算为54.53万元，支出决算为54.53万元，完成年初预算的100.00%。决算数同预算数持平。",
            [],
        ),
        (
            "年初预算为54.53万元，支出决算为53.53万元。决算数与预算数持平。",
            ["text_relation"],
        ),
    ],
)
def test_words_of_direction_agree_with_figures(text: str, expected: list[str]) -> None:
    assert ids(directions(prose(text), claims(text), [])) == expected


@pytest.mark.parametrize(
    ("change", "reason", "expected"),
    [
        ("增加0万元，增长0%", "加强车辆管理，降低车辆运行费", ["text_reason"]),
        ("增加0万元，增长0%", "2023年与2024年均未安排此项支出", []),
        ("增加0.00万元，增长0.00%", "该项目为延续性项目", []),
        ("减少22.97万元，下降80.15%", "标准不一致，导致经费减少", []),
        ("减少22.97万元，下降80.15%", "教育经费及工会经费增加", ["text_reason"]),
        ("减少21.16万元，下降17.67%", "新增退休人员较上年减少", []),
        ("增加21.16万元，增长17.67%", "压减了一般性支出", ["text_reason"]),
        ("增加21.16万元，增长17.67%", "在职人员减少，但工资调增", []),
    ],
)
def test_reasons_fit_the_direction(change: str, reason: str, expected: list[str]) -> None:
    text = f"公务用车运行费比上年{change}，主要原因是{reason}。"
    assert ids(directions(prose(text), claims(text), [])) == expected


STAFF = """
二、机构设置及人员情况
某局编制数69个，实有人数105人，其中：在职67人，增加0人；退休37人，{retired}。
（一）机关运行经费情况
机关运行经费134.64万元，比上年预算增加24.55万元，增长22%。主要原因一是工会经费增加。二是{reason}。
"""


@pytest.mark.parametrize(
    ("retired", "reason", "expected"),
    [
        ("增加7人", "人员增加，公用经费增加", ["text_reason_staff"]),
        ("增加7人", "退休人员增加", []),
        ("减少1人", "退休职工人数增加", ["text_reason_staff"]),
        ("增加7人", "人员工资增加", []),
        ("增加7人", "聘用人员增加", []),
        ("增加7人", "一名离休干部去世，减少一人", ["text_reason_staff"]),
        ("减少1人", "一名干部去世，人员减少", []),
        ("增加7人", "聘用人员减少", []),
    ],
)
def test_staff_as_a_reason(retired: str, reason: str, expected: list[str]) -> None:
    text = STAFF.format(retired=retired, reason=reason)
    assert ids(directions(prose(text), claims(text), [])) == expected


@pytest.mark.parametrize(
    ("amount", "expected"), [("64.57", ["text_reason_amount"]), ("60.18", []), ("61.00", [])]
)
def test_an_amount_in_a_reason_is_that_of_its_item(amount: str, expected: list[str]) -> None:
    text = (
        "二、关于某局2024年收入预算情况说明\n"
        f"一般公共预算1846.59万元，比上年预算增加153.31万元，主要原因：预算拨付职业年金{amount}万元。"
    )
    facts = [
        fact("general_public_expenditure", "机关事业单位职业年金缴费支出", "601800"),
        fact("general_public_basic_expenditure", "职业年金缴费", "601700"),
        fact("general_public_expenditure", "卫生健康支出", "645700", "L102"),
    ]
    found = failed(directions(prose(text), claims(text), facts))
    assert [one.rule_id for one in found] == expected
    if expected:
        # What the tables print for the item, and for what they print the amount.
        assert found[0].right.value == "60.17万元"
        assert found[0].right.origins[-1] == "L102"


# --- names, years, definitions -----------------------------------------------------------------

HEADINGS = """
一、关于某州住房和城乡建设局2024年收支预算情况的总体说明
二、关于某州住房和城乡建设局2024年收入预算情况说明
三、关于{name}{year}年支出预算情况说明
四、关于某州住房和城乡建设局2024年财政拨款收支预算情况的总体说明
"""


@pytest.mark.parametrize(
    ("name", "year", "expected"),
    [
        ("某州住房和城乡建设局", 2024, []),
        ("某回族自治州住房和城乡建设局", 2024, []),
        ("机关运行经费", 2024, []),
        ("某州交通运输局", 2024, ["text_department"]),
        ("某州住房和城乡建设局", 2023, ["text_year"]),
    ],
)
def test_headings_name_this_department_and_year(name: str, year: int, expected: list[str]) -> None:
    text = HEADINGS.format(name=name, year=year)
    assert ids(naming(prose(text), claims(text))) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("行政运行（项）：2023年预算数为542.05万元。", "budget", ["text_year"]),
        ("行政运行（项）：2024年预算数为542.05万元，比2023年预算增加1万元。", "budget", []),
        ("行政运行2024年预算数为5万元，2023年预算数为4万元。", "budget", []),
        ("2022年度收入总计5万元，比上年增加1万元。", "final", ["text_year"]),
        ("与2021年相比，增加5万元。", "final", ["text_year_odd"]),
        ("与2023年相比，增加5万元。", "final", []),
        ("（三）国有资产占用情况\n截至2023年底，占用使用国有资产总体情况为", "budget", []),
        ("（三）国有资产占用情况\n截至2023年12月31日，房屋5平方米。", "final", ["text_year_odd"]),
    ],
)
def test_sentences_name_years_that_fit(text: str, kind: str, expected: list[str]) -> None:
    assert ids(naming(prose(text, kind=kind), claims(text))) == expected


def test_a_plan_of_last_year_among_the_goals_is_found() -> None:
    goals = [evaluation("我分中心2023年计划采购电脑。"), evaluation("2024年计划完成10次。")]
    assert shown(naming(prose("正文。", evaluations=goals), claims("正文。"))) == [
        ("text_year_odd", "2023年计划采购", "L40")
    ]


def test_the_unchosen_alternative_of_headings_is_one_note() -> None:
    text = "第一部分2024年部门（单位）概况\n正文。\n第二部分2024年部门（单位）预算情况说明\n正文。"
    found = failed(naming(prose(text), claims(text)))
    assert [(one.rule_id, one.left.origins) for one in found] == [("text_unchosen", ("L1", "L3"))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("“城南“保障性租赁住房项目", ["text_unpaired"]),
        ("山水和苑”保障性租赁住房项目", ["text_unpaired"]),
        ("“城南”保障性租赁住房项目（一期", []),
        ("关于“城南保障性租赁住房项目", []),
    ],
)
def test_marks_of_a_name_are_paired(name: str, expected: list[str]) -> None:
    assert (
        ids(naming(prose("正文。", evaluations=[evaluation("", "", name)]), claims(""))) == expected
    )


def test_the_rare_word_for_ourselves_is_a_note() -> None:
    text = "（一）政府采购情况\n本部门采购。\n本部门没有车辆。\n本部门有项目。\n本单位接待5批次。"
    assert shown(naming(prose(text), claims(text))) == [("text_mixed", "本单位接待5批次。", "L5")]


DEFINITIONS = """
二、机构设置及人员情况
本部门中，行政单位{administrative}家，事业单位{other}家。
六、关于某局2024年一般公共预算基本支出情况说明
公用经费422.09万元，主要包括：办公费。
（一）机关运行经费情况
某局2024年的机关运行经费财政拨款预算{amount}万元。
第四部分名词解释
八、机关运行经费：指行政单位（含参照公务员法管理事业单位）的公用经费，包括办公费。
"""


@pytest.mark.parametrize(
    ("administrative", "other", "amount", "expected"),
    [
        (1, 8, "422.09", ["text_operating_cost"]),
        (1, 8, "120.00", []),
        (9, 0, "422.09", []),
    ],
)
def test_operating_cost_is_that_of_administrative_units(
    administrative: int, other: int, amount: str, expected: list[str]
) -> None:
    text = DEFINITIONS.format(administrative=administrative, other=other, amount=amount)
    assert ids(naming(prose(text), claims(text))) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [("基本工资、住房公积金、委托业务费", ["own_personnel"]), ("基本工资、住房公积金、退休费", [])],
)
def test_goods_within_personnel_cost_are_an_own_definition(items: str, expected: list[str]) -> None:
    text = f"其中：\n人员经费809961.19元，主要包括：{items}。"
    found = failed(naming(prose(text), claims(text)))
    assert [one.rule_id for one in found] == expected
    assert all(rules()[one.rule_id]["severity"] == "note" for one in found)


BASIC = [
    fact("general_public_basic_expenditure", label, "10000", f"L{number}", code)
    for number, (label, code) in enumerate(
        [
            ("基本工资", "30101"),
            ("津贴补贴", "30102"),
            ("奖金", "30103"),
            ("城镇职工基本医疗保险缴费", "30110"),
            ("离休费", "30301"),
        ],
        70,
    )
]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("基本工资、津贴补贴、奖金、职工基本医疗保险缴费、离休费", []),
        ("基本工资、津贴补贴、奖金、职工基本医疗保险缴费、离休费、退休费", ["退休费"]),
        ("基本工资、津贴补贴、奖金、职工基本医疗保险缴费", [""]),
        ("基本工资、津贴补贴、奖金等", []),
    ],
)
def test_items_listed_are_those_of_the_table(items: str, expected: list[str]) -> None:
    text = f"六、基本支出情况说明\n人员经费5.00万元，主要包括：{items}。"
    found = failed(cost_lists(prose(text), BASIC))
    assert [one.left.value for one in found] == expected


# --- units -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "收入预算包括：一般公共预算1714.4万元，财政拨款结转结余132.19，非财政拨款结转结余80。",
            ["132.19", "80"],
        ),
        ("总预算执行率为96.69。", ["执行率为96.69"]),
        ("公务接待费支出0.20万元，占1.24，比上年增加0.07万元。", ["占1.24"]),
        ("比上年增加193.15万元，增长1,657.45%。", []),
        ("某局编制数253，实有人数360人。", []),
        ("执行率为96.69%，满意度达到95%。", []),
    ],
)
def test_figures_without_unit_are_found(text: str, expected: list[str]) -> None:
    found = failed(text_units(prose(text), claims(text)))
    assert [one.left.value for one in found] == expected


SECTION = """
一、收入支出决算总体情况说明
2024年度收入总计1871.38万元，其中：本年收入合计1868.93万元，年初结转和结余2.45万元。
2024年度支出总计1871.38万元，其中：本年支出合计1809.52万元，年末结转和结余61.86万元。
收入支出总体与上年相比，减少{change}，下降8.48%。
公务接待费{fee}，人均{price}。
"""


@pytest.mark.parametrize(
    ("change", "fee", "price", "expected"),
    [
        ("173.41万元", "0.20万元", "123.45元", []),
        ("173.41元", "0.20万元", "123.45元", [("text_unit_scale", "173.41元")]),
        ("173.41万元", "0.20", "123.45元", [("text_unit_missing", "0.20")]),
    ],
)
def test_units_are_those_of_the_section(
    change: str, fee: str, price: str, expected: list[tuple[str, str]]
) -> None:
    text = SECTION.format(change=change, fee=fee, price=price)
    found = failed(text_units(prose(text, kind="final"), claims(text)))
    assert [(one.rule_id, one.left.value) for one in found] == expected


def test_wan_without_yuan_is_one_finding_a_line() -> None:
    text = (
        "二、关于某局2024年收入预算情况说明\n收入预算100万元，其中：一般公共预算60万元，其他40万元。\n"
        "部署38万；开发20万；上线46万。"
    )
    found = failed(text_units(prose(text), claims(text)))
    assert [(one.rule_id, one.left.value) for one in found] == [("text_unit_short", "38万")]
    assert found[0].left.label.endswith("（3处）")


@pytest.mark.parametrize(
    ("result", "expected"),
    [("投入其他活动费0.59元。", ["0.59元"]), ("投入其他活动费0.59万元。", [])],
)
def test_yuan_for_ten_thousand_yuan_in_a_result(result: str, expected: list[str]) -> None:
    one = evaluation("", result, "奖励金", "投入其他活动金额（万元）", "<=0.59万元")
    found = failed(text_units(prose("正文。", evaluations=[one]), claims("正文。")))
    assert [identity.left.value for identity in found] == expected


# --- what becomes of them ----------------------------------------------------------------------


def test_text_recognition_is_no_mistake_of_the_department() -> None:
    damaged = "收入总计 16, 291. 51 万元，1, 200. 10 万元。\n" * 6
    text = damaged + "1. 房屋。\n2. 车辆。\n4. 家具。\n执行执行情况。\n例行节约。"
    found = [*numbering(prose(text)), *residue(prose(text)), *repeats(prose(text))]
    assert not {"text_numbering", "text_term"} & set(ids(found))


def test_every_rule_on_words_has_its_form_and_severity() -> None:
    forms = {row["rule_id"] for row in read_reference("rule_statements")}
    known = {rule_id for rule_id, row in rules().items() if rule_id.startswith(("text_", "own_"))}
    assert known <= forms <= rules().keys()
    assert {row["rule_id"] for row in read_reference("text_residue")} <= known


def test_a_finding_quotes_both_sides_in_both_languages() -> None:
    text = "资金执行时间：2024年月1日-2024年12月31日"
    row = finding_rows("x", residue(prose(text)))[0]
    assert row["severity"] == "error"
    assert row["left_origin"] == "L1"
    assert "2024年月1日" in row["statement_zh"]
    assert "2024年月1日" in row["statement_en"]


def test_a_finding_on_words_names_no_contact(tmp_path: Path) -> None:
    number = "0994" + "-" + "7654321"
    text = (
        "青山市园林局2024年部门预算公开\n一、关于青山市园林局2024年收入预算情况说明\n青山市园林局收入预算100.00万元。\n"
        f"联系人：王小明，联系电话：{number}。联系人：王小明，联系电话：{number}。\n"
    )
    place = tmp_path / "bureau_2024_budget.txt"
    place.write_text(text, encoding="utf-8")
    rows = read(place).rows["findings"]
    assert [row["rule_id"] for row in rows] == ["text_twice"]
    assert "王小明" not in str(rows)
    assert "7654321" not in str(rows)


# --- as printed ---------------------------------------------------------------------------------


def test_words_are_quoted_as_printed_and_with_their_own_lines() -> None:
    text = "保障会议。\n项目资金 用于：\n目标:1：保障全局 办公楼；"
    own = Figure("目标：1：保障全局办公楼", "某项目", ("L1;L2;L3",))
    found = as_printed(document(text), same_text("text_term", "", own, own, agree=False))
    assert found.left.value == "目标:1：保障全局办公楼"
    assert found.left.origins == ("L3",)
    # A cut quotation stays cut, and words that the place does not hold stay as they are.
    cut = Figure("目标：1：保障…", "某项目", ("L3",))
    other = Figure("应为别的", "", ("L1",))
    found = as_printed(document(text), same_text("text_term", "", cut, other, agree=False))
    assert (found.left.value, found.right.value) == ("目标:1：保障…", "应为别的")


def test_headings_are_named_without_department_and_year() -> None:
    name = "三、关于某州住房和城乡建设局2023年支出预算情况说明"
    assert short_heading(name) == "三、支出预算情况说明"
    assert short_heading("（二）政府采购情况") == "（二）政府采购情况"
    assert short_heading("一、" + "很长的标题" * 8).endswith("…")


# --- projects added during the year -------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "initial", "expected"),
    [
        ("年中追加办公楼维修改造项目", "195.22", ["195.22万元"]),
        ("年中追加项目资金（办公楼维修改造项目、其他事项等）", "174.69", ["174.69万元"]),
        ("年中追加办公楼维修改造项目", "0.00", []),
        ("年中追加办公楼维修改造项目", "20.00", []),
        ("年中追加人员工资", "195.22", []),
    ],
)
def test_a_project_added_during_the_year_has_a_small_initial_budget(
    reason: str, initial: str, expected: list[str]
) -> None:
    amounts = {
        name: Amount(Decimal(text), text)
        for name, text in (("initial_budget", initial), ("adjusted_budget", "174.69"))
    }
    row = FundRow("total", "年度资金总额", **amounts)
    table = replace(evaluation(name="某局办公楼维修改造项目"), kind="self_evaluation", funds=(row,))
    text = f"决算数180.00万元，预决算差异率17.02%，主要原因是：{reason}，导致预决算存在差异。"
    found = failed(added_projects(prose(text, evaluations=[table], kind="final")))
    assert [one.right.value for one in found] == expected

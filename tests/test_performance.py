"""Target tables and self-evaluations: every value here was compared with the published text."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.damaged_names import known_names, restore_name
from helpers.document import Document
from helpers.evaluation_levels import (
    LOST,
    TAIL,
    carry_first,
    carry_second,
    raise_levels,
    read_level,
)
from helpers.performance import Evaluation, read_evaluations
from helpers.readers import read_document
from helpers.readers.delimited import read_blocks

FIXTURES = Path(__file__).parent / "fixtures" / "performance" / "valid"
CASES = sorted(path.stem for path in FIXTURES.glob("*.txt"))


def evaluate(name: str) -> list[Evaluation]:
    return read_evaluations(read_document(FIXTURES / f"{name}.txt"))


def evaluate_rows(*lines: str) -> list[Evaluation]:
    return read_evaluations(Document("x.txt", lines, read_blocks(lines), "delimited"))


def as_plain(evaluation: Evaluation) -> dict[str, object]:
    """Return what the expected files hold: one short text per money row and indicator."""

    def text(value: object) -> str:
        return "" if value is None else str(getattr(value, "value", value))

    phases = ("budget", "initial_budget", "adjusted_budget", "executed")
    names = ("level1", "level2", "level3", "weight", "target", "actual", "completion_rate", "score")
    rates = (evaluation.fund_weight, evaluation.execution_rate, evaluation.fund_score)
    return {
        "what": f"{evaluation.kind} {evaluation.scope} {evaluation.origin}",
        "name": evaluation.name,
        "printed_name": evaluation.printed_name,
        "name_is_damaged": evaluation.name_is_damaged,
        "budget_unit": evaluation.budget_unit,
        "fiscal_year": evaluation.fiscal_year,
        "unit_text": evaluation.unit_text,
        "funds": [
            "|".join([row.source, *(text(getattr(row, phase)) for phase in phases)])
            for row in evaluation.funds
        ],
        "weight_rate_score": "|".join(map(text, rates)),
        "total_score": text(evaluation.total_score),
        "indicators": [
            "|".join([item.origin, *(getattr(item, name) for name in names)])
            for item in evaluation.indicators
        ],
        "unread": sorted({f"{item.origin} {item.reason}" for item in evaluation.unread}),
    }


def test_there_are_cases() -> None:
    assert len(CASES) >= 5


@pytest.mark.parametrize("case", CASES)
def test_case_is_read_as_published(case: str) -> None:
    expected = json.loads((FIXTURES / f"{case}.json").read_text(encoding="utf-8"))
    assert [as_plain(evaluation) for evaluation in evaluate(case)] == expected


@pytest.mark.parametrize("case", CASES)
def test_persons_are_kept_nowhere(case: str) -> None:
    # In the fixtures every person is called 某某 and has the telephone number 0000000.
    kept = repr(evaluate(case))
    assert "某某" not in kept
    assert "0000000" not in kept


def test_every_figure_of_the_money_block_names_its_line() -> None:
    project = evaluate("self_evaluation_cell_lines")[1]
    total = project.fund("total")
    assert total is not None
    assert total.origins == {
        "initial_budget": "L163",
        "adjusted_budget": "L164",
        "executed": "L165",
    }
    assert project.origins["execution_rate"] == "L167"
    assert project.origins["total_score"] == "L366"
    assert project.indicators[3].cells["score"][0].origin == "L264"


def test_figures_of_the_total_row() -> None:
    project = evaluate("self_evaluation_cell_lines")[2]
    assert [
        amount and amount.value
        for amount in (project.initial_budget, project.adjusted_budget, project.executed)
    ] == [Decimal("1.27"), Decimal("1.27"), Decimal("1.09")]
    assert project.budget is None


def test_lost_first_amount_moves_nothing() -> None:
    project = next(e for e in evaluate("self_evaluation_recognised") if e.origin == "L105")
    assert project.initial_budget is None
    assert project.adjusted_budget and project.adjusted_budget.value == Decimal("205.78")
    assert project.executed and project.executed.value == Decimal("205.78")
    assert any("total initial_budget" in item.reason for item in project.unread)


def test_columns_are_found_by_their_words() -> None:
    # Another place's table: a carry-over row, the executed amount before the adjusted one.
    (project,) = evaluate_rows(
        "项目支出绩效自评表",
        "（2023年度）",
        "项目名称\t河道清淤工程\t\t\t\t\t\t",
        "主管部门\t某县水利局\t\t实施单位\t某县河道所\t\t\t",
        "项目资金（元）\t\t年初预算 数\t全年执行数\t全年预算数\t分值\t得分\t执行率",
        "\t年度资金总额\t1,200.00\t900.00\t1,000.00\t10\t9.00\t90.00%",
        "\t其中：当年财政拨款\t700.00\t500.00\t600.00\t-\t-\t-",
        "\t上年结转资金\t400.00\t300.00\t300.00\t-\t-\t-",
        "\t其他资金\t100.00\t100.00\t100.00\t-\t-\t-",
    )
    assert (project.fiscal_year, project.unit_text) == (2023, "元")
    assert project.budget_unit == "某县河道所"
    assert [row.source for row in project.funds] == ["total", "fiscal", "carry_over", "other"]
    carried = project.fund("carry_over")
    assert carried and carried.executed and carried.executed.value == Decimal("300.00")
    assert project.adjusted_budget and project.adjusted_budget.value == Decimal("1000.00")
    assert (project.execution_rate, project.fund_score) == (Decimal("90.00"), Decimal("9.00"))
    assert project.unread == ()


def test_row_one_cell_off_its_header_is_read_by_its_rate_and_score() -> None:
    (project,) = evaluate_rows(
        "项目支出绩效自评表",
        "项目名称\t河道清淤工程",
        "项目资金（万元）\t\t年初预算数\t全年预算数\t全年执行数\t分值\t执行率\t得分",
        "年度资金总额\t30.00\t20.00\t15.00\t10\t75.00%\t7.50\t",
    )
    row = project.fund("total")
    assert row and row.initial_budget and row.initial_budget.value == Decimal("30.00")
    assert row.executed and row.executed.value == Decimal("15.00")
    assert (project.execution_rate, project.fund_score) == (Decimal("75.00"), Decimal("7.50"))


def test_run_together_money_row_is_believed_only_if_its_rate_agrees() -> None:
    title = "部门整体支出绩效自评表"
    agreeing, differing = (
        evaluate_rows(title, f"年度总资金 100.00 200.00 150.00 10 {rate}%\t")[0]
        for rate in ("75.0", "70.0")
    )
    assert agreeing.executed and agreeing.executed.value == Decimal("150.00")
    assert differing.executed is None
    assert [item.origin for item in differing.unread] == ["L2"]


def test_sentence_about_a_table_opens_none() -> None:
    assert evaluate_rows("具体附部门整体支出绩效自评表,项目支出绩效自评表和部门评价报告。") == []


def test_table_ends_at_the_next_heading() -> None:
    (project,) = evaluate_rows(
        "项目支出绩效目标表",
        "项目名称\t培训费",
        "一级指标\t二级指标\t三级指标\t指标值\t权重",
        "产出指标\t数量指标\t培训次数\t>=2次\t90",
        "五、其他情况",
        "甲\t乙\t丙\t丁\t10",
    )
    assert [item.level3 for item in project.indicators] == ["培训次数"]


def test_name_is_completed_only_where_one_name_fits() -> None:
    cells = [(2, "木齐市大南"), (4, "题研究")]
    one = frozenset({"乌鲁木齐市大南山国际会客区专题研究"})
    two = one | {"乌鲁木齐市大南山水资源课题研究"}
    assert restore_name(cells, one).text == "乌鲁木齐市大南山国际会客区专题研究"
    assert not restore_name(cells, one).is_damaged
    assert restore_name(cells, two).text == "木齐市大南题研究"
    assert restore_name(cells, two).is_damaged


def test_displaced_name_is_damaged_though_it_looks_whole() -> None:
    assert restore_name([(4, "信息网")], frozenset(), is_displaced=True).is_damaged


def test_names_of_lists_and_titles_are_known() -> None:
    lines = ("本年增加甲河治理项目、乙、丙区规划等项目。", "按《丁片区城市设计》执行")
    names = known_names(Document("x.txt", lines, read_blocks(lines), "delimited"))
    assert {"甲河治理项目", "乙、丙区规划", "丁片区城市设计"} <= names


def test_level_names_are_carried_from_where_they_stand() -> None:
    # The parent stands one row below the first row it spans, as in converted PDFs.
    first = ["", "产出指标", "", "成本指标"]
    second = carry_second(first, ["数量指标", "", "经济成本", TAIL], is_project=True)
    assert second == ["数量指标", "数量指标", "经济成本指标", "经济成本指标"]
    assert carry_first(first, second) == ["产出指标", "产出指标", "成本指标", "成本指标"]


def test_unreadable_level_name_is_not_replaced_by_the_one_above() -> None:
    assert read_level("1日7小", is_first=False) == LOST
    assert carry_second(["成本指标", ""], ["经济成本指标", LOST], is_project=True)[1] == ""


def test_levels_centred_over_their_rows_go_to_the_row_that_names_them() -> None:
    names = ["测绘面积", "调查监测项目成本", "测绘建设", "报件成本"]
    first = ["产出指标", "", "成本指标", ""]
    second = ["数量指标", "", "经济成本指标", ""]
    raised = raise_levels(names, first, second)
    assert raised[0] == ["产出指标", "成本指标", "成本指标", ""]
    assert raised[1] == ["数量指标", "经济成本指标", "经济成本指标", ""]
    assert raised[2] == [1]


def test_levels_printed_at_their_first_row_stay_there() -> None:
    # 按时 speaks for 时效, but a second level alone on the next row opens nothing above it.
    names = ["班车数量", "客车按时出勤率", "通勤时间"]
    first, second = ["产出指标", "", ""], ["质量指标", "", "时效指标"]
    assert raise_levels(names, first, second) == (first, second, [])
    # Nor does a cost among costs.
    names, first, second = (
        ["人员费用", "办公费用", "设备"],
        ["成本指标", "", ""],
        ["经济成本指标", "", ""],
    )
    assert raise_levels(names, first, second) == (first, second, [])


def test_cell_origin_of_a_wrapped_row_is_its_first_line() -> None:
    project = next(e for e in evaluate("self_evaluation_recognised") if e.origin == "L79")
    wrapped = next(item for item in project.indicators if item.level3 == "系统维护率")
    assert wrapped.origin == "L93"
    assert wrapped.cells["level3"][0].origin == "L93"

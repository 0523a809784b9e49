"""Figures of sentences and tables: changes, scopes, lists, projects, labels, look-alikes."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.audit import rules
from helpers.disclosure import Disclosure, read
from helpers.reference_data import read_reference

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "data" / "raw"
CHANGJI = "changji_housing_2023_budget"
HOUSING = "urumqi_housing_2024_budget"

Row = dict[str, Any]


@pytest.fixture(scope="module")
def changji() -> list[Row]:
    return read(RAW / CHANGJI).rows["findings"]


def of_rule(rows: list[Row], rule_id: str, with_rounding: bool = False) -> list[Row]:
    return [
        row
        for row in rows
        if row["rule_id"] == rule_id and (with_rounding or row["severity"] != "rounding")
    ]


def places(row: Row) -> set[str]:
    return {*row["left_origin"].split(";"), *row["right_origin"].split(";")}


def published(folder: Path, text: str, year: int = 2024, kind: str = "budget") -> Disclosure:
    """Read a short document as if it were filed."""
    folder = folder / "extract"
    folder.mkdir(exist_ok=True)
    raw = folder / "extract.txt"
    raw.write_text(text, encoding="utf-8")
    (folder / "source.yml").write_text(
        f"source_id: extract\ntitle: 摘录\ndepartment: 某某局\nfiscal_year: {year}\nkind: {kind}\n"
        f"file: extract.txt\nsha256: {hashlib.sha256(raw.read_bytes()).hexdigest()}\n",
        encoding="utf-8",
    )
    return read(folder)


def changed(folder: Path, source_id: str, *changes: tuple[str, str]) -> list[Row]:
    """Return the findings of a published document in which words were exchanged."""
    place = RAW / source_id
    text = (place / f"{source_id}.txt").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new)
    folder = folder / source_id
    folder.mkdir(exist_ok=True)
    raw = folder / f"{source_id}.txt"
    raw.write_text(text, encoding="utf-8")
    sidecar = (place / "source.yml").read_text(encoding="utf-8")
    checksum = hashlib.sha256(raw.read_bytes()).hexdigest()
    (folder / "source.yml").write_text(
        re.sub(r"(?m)^sha256: .*$", f"sha256: {checksum}", sidecar), encoding="utf-8"
    )
    return read(folder).rows["findings"]


# --- changes and the year before ---------------------------------------------------------------


def test_changes_of_income_and_expenditure_imply_one_previous_year(changji: list[Row]) -> None:
    found = of_rule(changji, "claim_change_sum")
    assert [(row["left_value"], row["right_value"]) for row in found] == [
        ("293.31", "104.16"),  # basic and projects; sources of income: 1693.28 and 1882.43 before
        ("153.31", "77.75"),  # the whole; its eleven items
    ]


def test_one_change_of_two_amounts_is_of_two_scopes(changji: list[Row]) -> None:
    (row,) = of_rule(changji, "claim_change_scope")
    assert (row["left_value"], row["right_value"]) == ("1693.28", "1561.09")
    assert row["severity"] == "suspicious"
    assert "财政拨款结转" in row["statement_zh"]


@pytest.mark.parametrize(
    ("source_id", "values"),
    [
        ("urumqi_housing_fund_2024_budget", ("79.68", "79.67")),
        ("urumqi_housing_2024_budget", ("23892.11", "23892.1")),
        ("urumqi_natural_resources_2024_final", ("3021.37", "3021.35")),
    ],
)
def test_changes_that_differ_by_rounding_are_rounding(
    source_id: str, values: tuple[str, str]
) -> None:
    rows = read(RAW / source_id).rows["findings"]
    found = of_rule(rows, "claim_change_sum", with_rounding=True)
    assert {row["severity"] for row in found} == {"rounding"}
    assert values in [(row["left_value"], row["right_value"]) for row in found]


def test_what_ended_with_the_previous_year_is_not_missed(tmp_path: Path) -> None:
    # The listed items had less of last year's money than the whole: another item ended.
    text = """三、关于某某局2024年一般公共预算当年拨款情况说明
（一）一般公共预算当年拨款规模变化情况
某某局2024年一般公共预算拨款合计100.00万元，其中：基本支出60.00万元，比上年预算增加5.00万元，增长9.09%。主要原因是人员增加。项目支出40.00万元，比上年预算减少{whole}万元，下降{rate}%。主要原因是项目减少。
（三）一般公共预算当年拨款具体使用情况
1.城乡社区支出（类）城乡社区管理事务（款）行政运行（项）：2024年预算数为60.00万元，比上年预算增加5.00万元，增长9.09%，主要原因是人员增加。
2.城乡社区支出（类）城乡社区管理事务（款）其他城乡社区管理事务支出（项）：2024年预算数为40.00万元，比上年预算减少10.00万元，下降20.00%，主要原因是项目减少。
"""
    ended = published(tmp_path, text.format(whole="30.00", rate="42.86"))
    assert of_rule(ended.rows["findings"], "claim_change_sum") == []
    more = published(tmp_path, text.format(whole="5.00", rate="11.11"))
    (row,) = of_rule(more.rows["findings"], "claim_change_sum")
    assert (row["left_value"], row["right_value"]) == ("0", "-5")


def test_growth_on_an_earlier_figure_that_is_stated(tmp_path: Path) -> None:
    text = """四、部门收支预算编制的相关依据及测算分析情况
部门支出预算安排与2016年度相比（2016年度部门支出预算安排8648.07万元），增加498.72万元，增长{}%。
"""
    right = published(tmp_path, text.format("5.77"), year=2017)
    assert of_rule(right.rows["findings"], "claim_growth") == []
    wrong = published(tmp_path, text.format("5.45"), year=2017)
    assert [row["right_value"] for row in of_rule(wrong.rows["findings"], "claim_growth")] == [
        "5.7668"
    ]


# --- shares ------------------------------------------------------------------------------------


def test_rounded_shares_may_add_up_to_101_percent(changji: list[Row], tmp_path: Path) -> None:
    (row,) = of_rule(changji, "claim_share_sum", with_rounding=True)
    assert (row["left_value"], row["severity"]) == ("101", "rounding")
    rows = changed(tmp_path, CHANGJI, ("1356.94万元，占79%", "1356.94万元，占84%"))
    assert [row["left_value"] for row in of_rule(rows, "claim_share_sum")] == ["106"]


def test_nothing_has_no_shares(tmp_path: Path) -> None:
    text = (
        "某某局2024年度部门决算公开说明\n九、财政拨款“三公”经费支出决算情况说明\n"
        "2024年度财政拨款“三公”经费支出0.00万元，其中：因公出国（境）费支出0.00万元，占0.00%；"
        "公务用车购置及运行维护费支出0.00万元，占0.00%；公务接待费支出0.00万元，占0.00%。\n"
    )
    found = published(tmp_path, text, kind="final").rows
    assert sum(row["role"] == "share" for row in found["claims"]) == 3
    assert of_rule(found["findings"], "claim_share_sum") == []


# --- money of the year and money carried over --------------------------------------------------


@pytest.mark.parametrize("line", ["L2282", "L2290", "L2296"])
def test_a_sentence_about_the_year_leaves_out_what_was_carried_over(
    changji: list[Row], line: str
) -> None:
    assert not [row for row in of_rule(changji, "narrative_table") if line in places(row)]


def test_a_wrong_sentence_about_the_year_is_found(tmp_path: Path) -> None:
    rows = changed(tmp_path, CHANGJI, ("项目支出366万元，比上年", "项目支出396万元，比上年"))
    (row,) = [row for row in of_rule(rows, "narrative_table") if "L2282" in places(row)]
    assert (row["left_value"], row["right_value"]) == ("396", "498.19")


def test_a_sentence_silent_about_its_scope_misses_by_the_carry_over(changji: list[Row]) -> None:
    found = [row for row in of_rule(changji, "narrative_table") if "L2251" in places(row)]
    assert [str(row["difference"]) for row in found] == ["132.19"]
    assert found[0]["statement_zh"].endswith("该差额等于财政拨款结转。")
    assert found[0]["statement_en"].endswith("carried over.")
    (scope,) = of_rule(changji, "cross_scope")
    assert (scope["left_value"], scope["severity"]) == ("1846.59", "suspicious")


def test_general_public_money_by_function(changji: list[Row]) -> None:
    found = of_rule(changji, "cross_general_public")
    values = {(row["left_value"], row["right_value"]) for row in found}
    assert values == {("1621.18", "1486.1"), ("677.14", "542.05"), ("3", ""), ("561.32", "463.66")}


def test_a_blank_total_is_compared_by_its_classes(changji: list[Row]) -> None:
    values = [(row["left_value"], row["right_value"]) for row in of_rule(changji, "cross_income")]
    assert values == [("1714.4", "1843.56"), ("132.19", "138.12")]


# --- lists and names ---------------------------------------------------------------------------


def test_a_class_left_out_of_a_list(changji: list[Row], tmp_path: Path) -> None:
    (row,) = of_rule(changji, "claim_left_out")
    assert (row["left_origin"], row["right_value"]) == ("L2277", "3.03")
    named = ("住房保障支出94.71万元，主要", "其他支出3.03万元；住房保障支出94.71万元，主要")
    assert of_rule(changed(tmp_path, CHANGJI, named), "claim_left_out") == []


def test_uses_that_exceed_their_amount(changji: list[Row]) -> None:
    (row,) = of_rule(changji, "claim_use")
    assert (row["left_value"], row["right_value"]) == ("1846.59", "1486.09")


def test_stale_name_of_a_class_in_a_sentence(changji: list[Row]) -> None:
    row = next(
        row
        for row in of_rule(changji, "narrative_label")
        if row["left_value"] == "医疗卫生健康支出"
    )
    assert {"L2247", "L2300", "L2301", "L2302", "L2304"} <= places(row)
    assert row["right_value"] == "卫生健康支出"
    # All tables have the other name; of an item, a shorter form is no mistake that is certain.
    assert row["severity"] == "error"
    others = [one for one in of_rule(changji, "narrative_label") if one is not row]
    assert {one["severity"] for one in others} == {"suspicious"}


def test_a_project_in_place_of_another(changji: list[Row]) -> None:
    (row,) = of_rule(changji, "project_other")
    assert row["left_value"] == "昌吉州工程建设项目审批管理系统运营维护"
    assert row["right_value"] == "购置电脑项目"


def test_a_project_without_description(changji: list[Row], tmp_path: Path) -> None:
    assert of_rule(changji, "project_not_described") == []
    gone = [("项目名称：机关运转经费", "说明"), ("预算安排规模：90万元", "说明")]
    (row,) = of_rule(changed(tmp_path, CHANGJI, *gone), "project_not_described")
    assert (row["right_value"], row["right_origin"]) == ("90", "L1756")


def test_a_project_with_another_amount(tmp_path: Path) -> None:
    rows = changed(tmp_path, CHANGJI, ("预算安排规模：82万元", "预算安排规模：77万元"))
    assert of_rule(rows, "project_not_described") == []
    (row,) = of_rule(rows, "narrative_project")
    assert (row["left_value"], row["right_value"]) == ("77", "82")


def test_projects_listed_under_another_form_of_their_name(changji: list[Row]) -> None:
    columns = ("left_origin", "left_value", "right_origin", "severity")
    rows = of_rule(changji, "project_mention")
    assert {tuple(row[column] for column in columns) for row in rows} == {
        # A word that says only what it is makes no other name.
        ("L2277", "昌吉州工程建设项目审批管理系统运营维护项目", "L2361", "note"),
        ("L2277", "昌吉州建设行业指挥平台系统维护费", "L1840", "suspicious"),
        ("L2296", "机关运转经费补助", "L1755", "note"),
    }


def test_a_fact_that_two_rules_state_is_told_once(changji: list[Row]) -> None:
    weaker = [row for row in of_rule(changji, "description_indicator") if row["left_value"] == "3"]
    assert weaker == []
    (row,) = of_rule(changji, "description_goal")
    assert (row["left_value"], row["right_value"]) == ("3", "6")
    assert places(row) == {"L2357", "L2820", "L2835"}


def test_a_subtotal_over_blank_parts(changji: list[Row]) -> None:
    rows = [row for row in of_rule(changji, "table_row_sum") if not row["right_value"]]
    assert [(row["left_origin"], row["left_value"]) for row in rows] == [
        ("L500", "3"),
        ("L517", "31.5"),
        ("L602;L619;L636", "3.03"),
        ("L653", "1986.59"),
    ]


def test_projects_of_other_money_exceed_the_summary(tmp_path: Path) -> None:
    def found(*changes: tuple[str, str]) -> list[tuple[str, str, str]]:
        rows = of_rule(changed(tmp_path, HOUSING, *changes), "evaluation_other_money")
        return [(row["left_origin"], row["left_value"], row["right_value"]) for row in rows]

    assert found() == [("L950", "290.00", "")]
    assert found(("涉及预算金额 290.00 万元", "涉及预算金额 0.00 万元")) == []
    assert found(("其他收入\t\t217 金融支出", "其他收入\t290.00\t217 金融支出")) == []


# --- codes -------------------------------------------------------------------------------------


def test_two_labels_of_one_code_contradict_each_other(changji: list[Row]) -> None:
    found = {row["left_value"]: row["right_value"] for row in of_rule(changji, "code_one_label")}
    assert found == {
        "行政单位医疗": "行政事业单位医疗",
        "其他城乡社会管理事务支出": "其他城乡社区管理事务支出",
        "抗疫特别国债还本支出": "抗疫特别国债安排的支出",
    }


def test_a_label_of_another_year(tmp_path: Path) -> None:
    rows = changed(tmp_path, CHANGJI, ("行政事业单位养老支出", "行政事业单位离退休"))
    assert {row["right_value"] for row in of_rule(rows, "code_label_year")} == {
        "行政事业单位养老支出"
    }
    # In 2018 it was the right one.
    dated = [row for row in read_reference("code_label_years") if row["code"] == "20805"]
    assert [(row["label"], row["valid_to"]) for row in dated] == [
        ("行政事业单位离退休", "2019"),
        ("行政事业单位养老支出", ""),
    ]


def test_years_of_labels_do_not_overlap() -> None:
    rows = read_reference("code_label_years")
    for row in rows:
        assert row["citation"] and len(row["code"]) in (3, 5, 7)
        assert int(row["valid_from"] or 0) <= int(row["valid_to"] or 9999)


# --- persons, procurement ----------------------------------------------------------------------


def test_more_persons_in_post_than_posts(changji: list[Row], tmp_path: Path) -> None:
    assert of_rule(changji, "claim_posts") == []  # 67 in post, 69 posts; 105 with the retired
    rows = changed(tmp_path, CHANGJI, ("编制数69个", "编制数66个"))
    (row,) = of_rule(rows, "claim_posts")
    assert (row["left_value"], row["right_value"]) == ("67", "66")


def test_small_firms_get_no_more_than_all_procurement(changji: list[Row], tmp_path: Path) -> None:
    assert of_rule(changji, "claim_procurement") == []
    change = ("政府采购项目预算金额 420.44万元，其中", "政府采购项目预算金额 520.44万元，其中")
    (row,) = of_rule(changed(tmp_path, CHANGJI, change), "claim_procurement")
    assert (row["left_value"], row["right_value"]) == ("520.44", "420.44")


# --- final accounts ----------------------------------------------------------------------------


def final_accounts(personnel: str, basic: str) -> str:
    tab = "\t"
    rows = [
        "一般公共预算财政拨款支出决算表",
        "单位：万元",
        f"科目编码{tab}科目名称{tab}合计{tab}基本支出{tab}项目支出",
        f"212{tab}城乡社区支出{tab}3832.36{tab}1572.70{tab}2259.66",
        f"221{tab}住房保障支出{tab}461.08{tab}461.08{tab}0.00",
        f"{tab}合计{tab}4293.44{tab}2033.78{tab}2259.66",
        "",
        "第三部分 情况说明",
        "六、一般公共预算财政拨款基本支出决算情况说明",
        f"2024年度一般公共预算财政拨款基本支出{basic}万元，其中：人员经费{personnel}万元，"
        "公用经费480.66万元。",
        "",
    ]
    return "\n".join(rows)


def test_basic_expenditure_of_final_accounts(tmp_path: Path) -> None:
    right = published(tmp_path, final_accounts("1553.12", "2033.78"), kind="final")
    assert right.rows["facts"], "the table was not read"
    assert [row for row in right.rows["findings"] if row["severity"] == "error"] == []
    wrong = published(tmp_path, final_accounts("1566.01", "2046.67"), kind="final")
    (row,) = of_rule(wrong.rows["findings"], "narrative_table")
    assert (row["left_value"], row["right_value"]) == ("2046.67", "2033.78")


# --- rules are data ----------------------------------------------------------------------------


def test_rows_of_changes_have_their_rule_and_their_patterns() -> None:
    for row in read_reference("rule_claim_changes"):
        assert row["rule_id"] in rules()
        assert row["relation"] in ("same", "listed")
        for key in ("listed_section", "listed", "whole_section", "whole"):
            assert re.compile(row[key])


# --- completion of the budget ------------------------------------------------------------------

COMPLETED = "一般公共预算财政拨款支出年初预算为100.00万元，支出决算为90.00万元，完成年初预算的{}%。"


def completion(folder: Path, sentence: str, heading: str = "五、支出决算情况说明") -> list[Row]:
    text = f"某某局2024年度部门决算\n第三部分 情况说明\n{heading}\n{sentence}\n"
    return of_rule(published(folder, text, kind="final").rows["findings"], "claim_completion")


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        (COMPLETED.format("80.00"), ("80.00", "90.0000")),
        ("年初预算为100.00万元，支出决算为90.00万元。完成年初预算的9.00%。", ("9.00", "90.0000")),
        (
            "支出决算90.00万元，完成年初预算100.00万元的80.00%。",
            ("80.00", "90.0000"),
        ),
        (
            "1.教育支出（类）普通教育（款）学前教育（项）。主要用于：保育。年初预算为3110.14万元，"
            "支出决算为2739.56万元，完成年初预算的80.88%。",
            ("80.88", "88.0848"),
        ),
    ],
)
def test_a_wrong_rate_of_completion(tmp_path: Path, sentence: str, values: tuple[str, str]) -> None:
    (row,) = completion(tmp_path, sentence)
    left, right = (Decimal(row[key]) for key in ("left_value", "right_value"))
    assert (left, right) == tuple(map(Decimal, values))
    assert row["severity"] == "error"


@pytest.mark.parametrize(
    "sentence",
    [
        COMPLETED.format("90.00"),
        COMPLETED.format("90"),
        "年初预算为0.95万元，支出决算为0.00万元，完成预算的0%。",
        "年初预算为0.00万元，支出决算为0.00万元，完成预算的0%。",
        "年初预算为0.00万元，支出决算为5.00万元，完成预算的100%。",
        # A part states no budget of its own; that of the whole is not its base.
        "“三公”经费财政拨款支出年初预算为2.85万元，支出决算为0.39万元，完成预算的13.68%，其中："
        "公务接待费支出决算为0.39万元，完成预算的100.00%。",
        "年初预算为100.00万元，调整预算为120.00万元，支出决算为90.00万元，完成调整预算的75.00%。",
        "年初预算为100.00万元，支出决算为90.00万元，项目支出较年初完成92%。",
    ],
)
def test_a_right_rate_of_completion(tmp_path: Path, sentence: str) -> None:
    assert completion(tmp_path, sentence) == []


@pytest.mark.parametrize(("spent", "rules"), [("519.07", 1), ("401.91", 0)])
def test_a_rate_of_completion_that_names_no_final_amount(
    tmp_path: Path, spent: str, rules: int
) -> None:
    """Expenditure in total is that of the year only where nothing is carried over."""
    sentence = (
        f"2021年度收入总计519.07万元，支出总计519.07万元。本年支出合计{spent}万元。"
        "2021年度财政拨款收入总计500.12万元，支出总计500.12万元，与2020年相比，增加40.72万元，"
        "增长8.86%。财政拨款支出年初预算数472.9万元，完成年初预算的27.22%，主要原因是年中补助。"
    )
    assert len(completion(tmp_path, sentence)) == rules


# --- vehicles and equipment --------------------------------------------------------------------

FINAL_2024 = "changji_housing_2024_final"


@pytest.mark.parametrize(
    ("source_id", "change", "rule_id", "values"),
    [
        (
            FINAL_2024,
            ("公务用车保有量11辆", "公务用车保有量10辆"),
            "claim_vehicles",
            ("公务用车保有量10辆", "固定资产车辆11辆"),
        ),
        (
            FINAL_2024,
            ("公务用车购置数0辆", "公务用车购置数2辆"),
            "claim_purchase",
            ("2辆", "0.00万元"),
        ),
        (
            "urumqi_housing_2024_budget",
            ("单位价值 100 万元以上大型设备 7 套", "单位价值 100 万元以上大型设备 17 套"),
            "claim_equipment",
            ("17", "10"),
        ),
    ],
)
def test_vehicles_and_equipment_that_contradict_each_other(
    tmp_path: Path, source_id: str, change: tuple[str, str], rule_id: str, values: tuple[str, str]
) -> None:
    assert of_rule(read(RAW / source_id).rows["findings"], rule_id) == []
    (row,) = of_rule(changed(tmp_path, source_id, change), rule_id)
    assert (row["left_value"], row["right_value"]) == values
    assert row["severity"] == "error"


@pytest.mark.parametrize(
    "sentence",
    [
        "公务用车保有量27辆。国有资产占用情况中固定资产车辆35辆，与公务用车保有量差异原因是："
        "差异车辆属于执法执勤用车，未使用财政拨款。",
        "公务用车购置费18.00万元。公务用车购置数0辆。",
        "公务用车购置费0.00万元，下降原因是比上年少购置公务用车，比上年少3辆。",
        "单价50万元以上通用设备1台，单价100万元以上专用设备2台。",
    ],
)
def test_vehicles_that_differ_for_a_reason(tmp_path: Path, sentence: str) -> None:
    text = (
        "某某局2024年度部门决算\n第三部分 情况说明\n九、财政拨款“三公”经费支出及国有资产情况说明\n"
        f"公务接待费支出0.20万元。{sentence}\n"
    )
    rows = published(tmp_path, text, kind="final").rows["findings"]
    assert [row for row in rows if row["rule_id"].startswith("claim_")] == []


def test_vehicles_that_differ_without_a_reason_are_suspicious(tmp_path: Path) -> None:
    text = (
        "某某局2024年度部门决算\n九、财政拨款“三公”经费支出决算情况说明\n"
        "公务接待费支出0.20万元。公务用车保有量27辆，国有资产占用情况中固定资产车辆35辆。\n"
    )
    (row,) = of_rule(published(tmp_path, text, kind="final").rows["findings"], "claim_vehicles")
    assert row["severity"] == "suspicious"


# --- malformed amounts -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["4293.4O", "4.293.44", "4,29344", "42,93.44", "4l293.44"])
def test_a_malformed_amount_is_reported_with_its_place(tmp_path: Path, text: str) -> None:
    accounts = final_accounts("1553.12", "2033.78").replace("4293.44", text)
    disclosure = published(tmp_path, accounts, kind="final")
    (row,) = of_rule(disclosure.rows["findings"], "table_malformed")
    assert (row["severity"], row["left_value"]) == ("suspicious", text)
    assert row["left_origin"] == "L6"
    assert f"“{text}”" in row["statement_zh"]
    # What depends on the cell cannot be compared, and nothing is said to be left blank.
    assert {one["rule_id"] for one in disclosure.rows["findings"]} == {"table_malformed"}


@pytest.mark.parametrize("text", ["4293.44", "4,293.44", "-", "", "（4293.44）"])
def test_well_formed_amounts_are_not_malformed(tmp_path: Path, text: str) -> None:
    accounts = final_accounts("1553.12", "2033.78").replace("4293.44", text)
    rows = published(tmp_path, accounts, kind="final").rows["findings"]
    assert of_rule(rows, "table_malformed") == []


def test_a_project_with_a_malformed_amount_is_not_missing(tmp_path: Path) -> None:
    source_id = "urumqi_housing_2024_budget"
    rows = changed(tmp_path, source_id, ("\t87.60\t\t87.60", "\t87.6O\t\t87.60"))
    (row,) = of_rule(rows, "table_malformed")
    assert (row["left_value"], row["left_origin"]) == ("87.6O", "L403")
    assert "87.60" not in {one["left_value"] for one in of_rule(rows, "narrative_project")}

"""Projects: one row each, wherever the document speaks of them.

``fixtures/narrative/published_projects.csv`` holds every project of the published budgets as read
by eye in their project, carry-over and target tables.
"""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.budget_units import unit_names
from helpers.disclosure import read
from helpers.grid import read_grids
from helpers.performance import read_evaluations
from helpers.projects import indicator_rows, project_rows
from helpers.readers import read_document
from helpers.sources import open_source, propose_source
from helpers.tables import read_tables

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = Path(__file__).parent / "fixtures" / "narrative" / "published_projects.csv"

HEAD = """某市园林局2024年部门预算
表 7
一般公共预算项目支出情况表
编制部门：某市园林局
单位：万元
科目编码			功能分类科目名称	项目名称	项目支出合计	商品服务支出
类	款	项				
※	※	※	※	※	1	2
"""
CARRY_OVER = """
表 11
上年结转结余情况明细表
编制部门：某市园林局
单位：万元
项目名称	总计	财政拨款			非财政拨款		
		合计	基本支出	项目支出	合计	基本支出	项目支出
※	1	2	3	4	5	6	7
"""
TARGET = """
项目支出绩效目标表

(2024 年)

预算单位		{unit}						
项目名称		{name}				项目负责人	李某	
项目资金(万元)		年度预算总额	{total}	其中：财政拨款	{fiscal}	其他资金	{other}	
项目总体目标		建成绿道。						
一级指标	二级指标	三级指标	指标值	指标值设置依据	上年完成值	\
指标分值权重	指标赋分规则	佐证资料
产出指标	数量指标	绿道长度	>=3 公里	计划标准	2 公里	10	按照完成比例赋分	工作资料
"""


def rows_of(tmp_path, text):
    """Projects of a small budget."""
    path = tmp_path / "document.txt"
    path.write_text(text, encoding="utf-8", newline="")
    document = read_document(path)
    source = propose_source(path, document)
    tables = read_tables(read_grids(document), frozenset(unit_names(document)))
    evaluations = read_evaluations(document)
    projects = project_rows(source, document, tables, evaluations)
    return projects, indicator_rows(source, evaluations, projects)


def test_the_project_table_gives_name_unit_and_amount_and_others_are_evidence(tmp_path):
    text = (
        HEAD
        + "			总计		30.00	30.00\n"
        + "			某市苗圃		30.00	30.00\n"
        + "212	05	01	城乡社区环境卫生	绿道 养护	30.00	30.00\n"
        + CARRY_OVER
        + "总计	2.50	2.50		2.50			\n"
        + "某市苗圃	2.50	2.50		2.50			\n"
        + "绿道养护	2.50	2.50		2.50			\n"
        + TARGET.format(unit="某市苗圃", name="绿道养护", total="32.5", fiscal="30", other="2.5")
    )
    projects, indicators = rows_of(tmp_path, text)
    (project,) = projects
    assert project["project_name"] == "绿道养护"
    assert project["budget_unit"] == "某市苗圃"
    assert project["functional_code"] == "2120501"
    assert project["initial_budget_yuan"] == Decimal("300000")
    assert project["carry_over_yuan"] == Decimal("25000")
    assert project["fiscal_yuan"] == Decimal("300000")
    assert project["other_yuan"] == Decimal("25000")
    assert project["amount_source"] == "project_table"
    assert project["origin"] == "L11"
    assert project["is_withheld"] is False
    assert project["evidence"] == (
        "carry_over_table: 绿道养护 25000 L22; target_table: 绿道养护 325000 L29"
    )
    assert [(row["project_no"], row["level3"]) for row in indicators] == [(1, "绿道长度")]


def test_names_that_differ_by_a_word_stay_apart(tmp_path):
    text = (
        HEAD
        + "			总计		30.00	30.00\n"
        + "212	05	01	城乡社区环境卫生	绿道养护	30.00	30.00\n"
        + TARGET.format(unit="某市园林局", name="绿道养护费", total="30", fiscal="30", other="0")
    )
    projects, _ = rows_of(tmp_path, text)
    assert [(row["project_name"], row["amount_source"]) for row in projects] == [
        ("绿道养护", "project_table"),
        ("绿道养护费", "target_table"),
    ]


def test_one_name_in_two_units_is_two_projects(tmp_path):
    text = (
        HEAD
        + "			总计		12.00	12.00\n"
        + "			某市苗圃		7.00	7.00\n"
        + "212	05	01	城乡社区环境卫生	物业费	7.00	7.00\n"
        + "			某市动物园管理中心		5.00	5.00\n"
        + "212	05	01	城乡社区环境卫生	物业费	5.00	5.00\n"
        + TARGET.format(unit="某市动物园管理中心", name="物业费", total="5", fiscal="5", other="0")
        + TARGET.format(unit="某市苗圃", name="物业费", total="7", fiscal="7", other="0")
    )
    projects, indicators = rows_of(tmp_path, text)
    assert [
        (row["budget_unit"], row["initial_budget_yuan"], row["fiscal_yuan"]) for row in projects
    ] == [("某市苗圃", 70000, 70000), ("某市动物园管理中心", 50000, 50000)]
    assert [row["project_no"] for row in indicators] == [2, 1]


def test_a_project_on_two_rows_of_its_table_adds_up(tmp_path):
    text = (
        HEAD
        + "			总计		12.00	12.00\n"
        + "212	05	01	城乡社区环境卫生	绿道养护	7.00	7.00\n"
        + "213	02	05	森林资源培育	绿道养护	5.00	5.00\n"
    )
    projects, _ = rows_of(tmp_path, text)
    (project,) = projects
    assert project["initial_budget_yuan"] == Decimal("120000")
    assert project["functional_code"] == ""  # two codes are none
    assert project["evidence"] == "project_table: 绿道养护 50000 L11"


def test_a_carry_over_adds_up_without_touching_the_budget(tmp_path):
    text = (
        HEAD
        + "			总计		30.00	30.00\n"
        + "212	05	01	城乡社区环境卫生	绿道养护	30.00	30.00\n"
        + CARRY_OVER
        + "总计	3.00	3.00		3.00			\n"
        + "绿道养护	2.00	2.00		2.00			\n"
        + "绿道养护	1.00	1.00		1.00			\n"
    )
    projects, _ = rows_of(tmp_path, text)
    (project,) = projects
    assert project["initial_budget_yuan"] == Decimal("300000")
    assert project["carry_over_yuan"] == Decimal("30000")


def test_the_unit_is_the_one_its_own_table_states(tmp_path):
    # The target table may name the department differently; all rows of one table keep one name.
    text = (
        HEAD
        + "			总计		37.00	37.00\n"
        + "212	05	01	城乡社区环境卫生	绿道养护	30.00	30.00\n"
        + "212	05	01	城乡社区环境卫生	公园保洁	7.00	7.00\n"
        + TARGET.format(unit="某市园林绿化局", name="绿道养护", total="30", fiscal="30", other="0")
    )
    projects, _ = rows_of(tmp_path, text)
    assert [row["budget_unit"] for row in projects] == ["某市园林局", "某市园林局"]


def test_what_is_withheld_is_marked_and_descriptions_are_evidence(tmp_path):
    text = (
        HEAD
        + "			总计		38.00	38.00\n"
        + "212	05	01	城乡社区环境卫生	特定目标 0310014P	1.00	1.00\n"
        + "212	05	01	城乡社区环境卫生	绿道养护	30.00	30.00\n"
        + "212	05	01	城乡社区环境卫生	公园保洁	7.00	7.00\n"
        + "\n七、关于某市园林局2024年一般公共预算项目支出情况说明\n"
        + "（一）项目名称：绿道养护\n预算安排规模：31.50万元\n项目承担单位：某市园林局\n"
        + "（二）项目名称：公园保洁\n预算安排规模：7.00万元\n"
        + "资金分配情况：完全不予公开。\n受益人群范围：完全不予公开\n"
        + "（三）项目名称：未列项目\n预算安排规模：9.00万元\n"
    )
    projects, _ = rows_of(tmp_path, text)
    assert [(row["project_name"], row["is_withheld"], row["evidence"]) for row in projects] == [
        ("特定目标0310014P", True, ""),
        ("绿道养护", False, "description: 绿道养护 315000 L15"),
        ("公园保洁", True, "description: 公园保洁 70000 L18"),
    ]


@pytest.mark.parametrize(
    ("named", "amount", "evidence"),
    [
        ("某市绿道系统运行养护", "30.00", "description: 某市绿道系统运行养护 300000 L14"),
        ("某市绿道系统运行养护", "31.00", ""),  # like the name, not the amount
        ("购置电脑", "30.00", ""),  # the amount, not the name
    ],
)
def test_a_description_under_another_name_needs_the_very_amount(tmp_path, named, amount, evidence):
    text = (
        HEAD
        + "			总计		37.00	37.00\n"
        + "212	05	01	城乡社区环境卫生	某市绿道系统养护服务	30.00	30.00\n"
        + "212	05	01	城乡社区环境卫生	公园保洁	7.00	7.00\n"
        + "\n七、关于某市园林局2024年一般公共预算项目支出情况说明\n"
        + f"（一）项目名称：{named}\n预算安排规模：{amount}万元\n项目承担单位：某市园林局\n"
    )
    projects, _ = rows_of(tmp_path, text)
    assert [row["evidence"] for row in projects] == [evidence, ""]


def test_a_project_only_in_a_target_table_has_its_amount_from_there(tmp_path):
    text = "某市园林局2024年部门预算\n" + TARGET.format(
        unit="某市苗圃", name="彩叶树种植", total="1,234.5", fiscal="0.00", other="1,234.5"
    )
    projects, _ = rows_of(tmp_path, text)
    (project,) = projects
    assert project["initial_budget_yuan"] == Decimal("12345000")
    assert project["fiscal_yuan"] == 0
    assert project["other_yuan"] == Decimal("12345000")
    assert project["fund"] == ""


def test_a_project_of_another_fund_is_found_by_its_amount(tmp_path):
    text = (
        "某市园林局2024年部门预算\n政府性基金预算支出情况表\n编制部门：某市园林局\n单位：万元\n"
        "科目			政府性基金预算支出			\n"
        "功能分类科目编码			功能分类科目名称	合计	基本支出	项目支出\n"
        "类	款	项				\n"
        "※	※	※	※	1	2	3\n"
        "			总计	90.00		90.00\n"
        "212			城乡社区支出	90.00		90.00\n"
        "212	08		国有土地使用权出让收入安排的支出	90.00		90.00\n"
        "212	08	10	棚户区改造支出	90.00		90.00\n"
    ) + TARGET.format(unit="某市园林局", name="棚户区绿化", total="90", fiscal="90", other="0")
    (project,), _ = rows_of(tmp_path, text)
    assert (project["fund"], project["functional_code"]) == ("government_fund", "2120810")
    assert project["evidence"] == "government_fund_expenditure: 棚户区改造支出 900000 L12"


def test_the_published_projects():
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    found = []
    for source_id in dict.fromkeys(row["source_id"] for row in expected):
        source, document = open_source(ROOT / "data" / "raw" / source_id)
        tables = read_tables(read_grids(document), frozenset(unit_names(document)))
        found += project_rows(source, document, tables, read_evaluations(document))
    amounts = ("initial_budget_yuan", "carry_over_yuan", "fiscal_yuan", "other_yuan")
    rows = [
        {
            **{key: str(row[key]) for key in expected[0] if key not in amounts},
            **{key: "" if row[key] is None else f"{row[key]:f}" for key in amounts},
            "is_withheld": str(row["is_withheld"]).lower(),
        }
        for row in found
    ]
    assert rows == expected


@pytest.mark.parametrize(
    "folder",
    sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/source.yml")),
    ids=lambda folder: folder.name,
)
def test_every_amount_of_a_project_has_a_place(folder):
    source, document = open_source(folder)
    tables = read_tables(read_grids(document), frozenset(unit_names(document)))
    projects = project_rows(source, document, tables, read_evaluations(document))
    assert projects
    assert [row["project_no"] for row in projects] == list(range(1, len(projects) + 1))
    keys = [(row["project_name"], row["budget_unit"]) for row in projects]
    assert len(set(keys)) == len(keys)
    for row in projects:
        assert document.where(row["origin"]).strip()
        assert row["budget_unit"] and row["project_name"]
        assert row["amount_source"] in (
            *("project_table", "carry_over_table", "target_table", "self_evaluation"),
        )


@pytest.mark.parametrize(
    ("source_id", "name", "places", "printed"),
    [
        ("changji_housing_2024_final", "建设工程消防审查", "L929 L930 L931", "5.00 5.00 4.99"),
        ("changji_housing_2023_budget", "机关运转经费", "L1756", "90"),
    ],
)
def test_each_amount_names_its_place(source_id, name, places, printed):
    """Read by eye: the money block of a self-evaluation, and a row of a project table."""
    folder = ROOT / "data" / "raw" / source_id
    (row,) = [row for row in read(folder).rows["projects"] if row["project_name"] == name]
    phases = ("initial_budget", "adjusted_budget", "executed")
    assert " ".join(row[f"{phase}_origin"] for phase in phases).strip() == places
    lines = (folder / f"{source_id}.txt").read_text(encoding="utf-8").split("\n")
    found = [lines[int(place[1:]) - 1].strip() for place in places.split()]
    assert found == printed.split()

"""What a document says about itself, and what is no disclosure at all."""

import csv
from pathlib import Path

import pytest

import helpers as hp
from helpers.document import DisclosureError
from helpers.proposals import propose, propose_identifier
from helpers.readers.files import parse_lines
from helpers.sources import SOURCE_ID

REFERENCE = Path(hp.__file__).parent / "reference"


def proposal(text):
    return propose(parse_lines("a.txt", tuple(text.split("\n"))))


@pytest.mark.parametrize(
    ("line", "department"),
    [
        ("填报单位：某县司法局", "某县司法局"),
        ("预算单位：某县第一小学", "某县第一小学"),
        ("单位名称：[920]某县上口镇财政所", "某县上口镇财政所"),
        ("920某县上口镇财政所", "某县上口镇财政所"),
        ("2024年度某市司法局部门预算", "某市司法局"),
        ("某市司法局\n2024年度部门预算", "某市司法局"),
        ("第一部分某市实验小学概况", "某市实验小学"),
        ("来源：某县台创园   2017-04-27 00:00", "某县台创园"),
        ("发布机构 | 某市统计局 | 发布日期", "某市统计局"),
        ("我单位2024年部门预算", None),
        ("现将我局2024年部门预算公开如下", None),
        ("XX局2024年部门预算", None),
        ("××单位2024年部门预算", None),
        ("（单位名称）2024年部门预算", None),
        ("单位：人民币万元", None),
        ("根据要求2024年预算", None),
        ("目录", None),
    ],
)
def test_departments(line, department):
    stated = proposal(f"{line}\n单位：万元\n2024年部门预算公开表").department
    assert (stated and stated.value) == department


def test_each_value_has_its_line():
    found = proposal("某市教育局\n二〇二四年度部门决算\n\n单位：千元\n")
    assert [
        (stated.value, stated.origin)
        for stated in (found.department, found.year, found.kind, found.unit)
    ] == [("某市教育局", "L1;L2"), ("2024", "L2"), ("final", "L2"), ("千元", "L4")]


@pytest.mark.parametrize(
    ("department", "place"),
    [
        ("商洛市统计局", "陕西省商洛市"),
        ("寿县司法局", "寿县"),
        ("江苏省财政厅", "江苏省"),
        ("上海市普陀区财政局", "上海市普陀区"),
        ("江苏省苏州市教育局", "江苏省苏州市"),
        ("吉安市城南社区服务中心", "江西省吉安市"),
        ("吉林市教育局", "吉林省吉林市"),
        ("内蒙古自治区审计厅", "内蒙古自治区"),
        ("广州市水务局", "广东省广州市"),
        ("第三医院", None),
    ],
)
def test_places(department, place):
    stated = proposal(f"{department}2024年部门预算").place
    assert (stated and stated.value) == place


@pytest.mark.parametrize(
    ("department", "identifier"),
    [
        ("商洛市统计局", "shangluo_statistics_2016_budget"),
        ("江苏省财政厅", "jiangsu_finance_2016_budget"),
        ("遵义市住房和城乡建设局", "zunyi_housing_2016_budget"),
        ("商洛市统计局（本级）", "shangluo_statistics_2016_budget"),
        ("南漳县招商服务中心", None),
        ("金华市第三医院", None),
    ],
)
def test_identifiers(department, identifier):
    assert propose_identifier(department, 2016, "budget") == identifier


@pytest.mark.parametrize("name", ["places", "department_words"])
def test_tables_of_names(name):
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names) >= 50
    assert all(SOURCE_ID.fullmatch(row["identifier"]) for row in rows)
    if name == "places":
        # Two places of one spelling would share a source_id.
        assert len({row["identifier"] for row in rows}) == len(rows)
        assert {row["province"] for row in rows} - {""} <= set(names)


# --- what is no disclosure -----------------------------------------------------------------------

NEWS = """某市财政局公布2024年部门预算
本报讯（记者 某某）2月9日，某市财政局2024年部门预算公布，收入预算1,234.56万元，增长3.2%。
"""
STORY = """某市教育局2024年预算
这一年某市教育局2024年支出预算20万元，都用来修路了，老人说，日子好了。
"""
REPORT = """关于某市2023年预算执行情况和2024年预算草案的报告
某市财政局2024年1月10日在代表大会第三次会议上
各位代表：2023年一般公共预算收入完成123.45亿元，增长5.6%。
"""
TENDER = """某市教育局2024年部门预算校车采购公告
投标人须知：2024年预算支出350万元。
"""
DIRECTIVE = """某省财政厅2024年部门预算编制
各部门、各单位：项目支出低于50万元的不予安排，2024年预算收入100万元。
"""
TEMPLATE = """某市园林局2024年部门预算公开
一、收支预算总体情况说明
某市园林局2024年收入预算XX万元，支出预算  万元。
"""
CONTENTS = """某市园林局2024年部门预算公开
目录
一、收支预算总表 ........ 3
二、收支预算情况说明 ........ 12
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (NEWS, "is no disclosure of a department: it reads like another kind of document"),
        (REPORT, "is no disclosure of a department: it reads like another kind of document"),
        (TENDER, "is no disclosure of a department: it reads like another kind of document"),
        (DIRECTIVE, "is no disclosure of a department: it reads like another kind of document"),
        (TEMPLATE, "holds no amount that could be read"),
        (CONTENTS, "holds no amount that could be read"),
        ("某市园林局\nprint('2024年预算: 5万元')\n", "does not say which department"),
        ("姓名：某某\n2020年度预算编制，金额500万元。\n", "does not say which department"),
    ],
)
def test_other_documents_are_refused(tmp_path, text, reason):
    path = tmp_path / "document.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        DisclosureError, match=rf"^document\.txt .*{reason}|^document\.txt {reason}"
    ):
        hp.read(path)


def test_a_narrative_with_headings_is_a_disclosure(tmp_path):
    path = tmp_path / "document.txt"
    text = (
        "某市路灯管理所2016年度部门决算公示补充说明\n1、2016年收入决算205.27万元，减少15.9万元。\n"
    )
    path.write_text(text, encoding="utf-8")
    assert len(hp.read(path).rows["claims"]) == 2

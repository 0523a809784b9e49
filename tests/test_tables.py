"""Tables: which one it is, its unit, and what each row states."""

from pathlib import Path

import pytest

from helpers.columns import AMOUNT, LABEL, Column
from helpers.document import Document
from helpers.grid import read_grids
from helpers.readers import delimited, read_document
from helpers.tables import column_role, identify, read_tables

FIXTURES = Path(__file__).parent / "fixtures" / "valid"


def tables(text, unit_names=frozenset()):
    """Tables of a text in which ¦ stands for a tab; line 1 is the first line with text."""
    lines = tuple(text.strip("\n").replace("¦", "\t").split("\n"))
    document = Document("a.txt", lines, delimited.read_blocks(lines), "delimited")
    return read_tables(read_grids(document), unit_names)


def lines_of(text, title="部门支出总体情况表"):
    (table,) = tables(f"{title}\n单位：万元\n" + text.strip("\n"))
    return table.lines


def roles(lines):
    return [(line.label, line.role) for line in lines]


# --- which table -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "table_id"),
    [
        ("部门（单位）收支总体情况表", "revenue_expenditure_summary"),
        ("部门收支总体情况表", "revenue_expenditure_summary"),
        ("收入支出决算总表", "revenue_expenditure_summary"),
        ("2016年收支预算总表", "revenue_expenditure_summary"),
        ("部门收入总体情况表", "revenue_summary"),
        ("收入决算表", "revenue_summary"),
        ("收入预算总表", "revenue_summary"),
        ("部门支出总体情况表", "expenditure_summary"),
        ("支出决算表", "expenditure_summary"),
        ("财政拨款收支预算总体情况表", "fiscal_appropriation_summary"),
        ("财政拨款收入支出决算总表", "fiscal_appropriation_summary"),
        ("一般公共预算支出情况表", "general_public_expenditure"),
        ("一般公共预算财政拨款支出决算表", "general_public_expenditure"),
        ("一般公共预算基本支出情况表", "general_public_basic_expenditure"),
        ("一般公共预算财政拨款基本支出决算明细表", "general_public_basic_expenditure"),
        ("一般公共预算项目支出情况表", "general_public_project_expenditure"),
        ("政府性基金预算支出情况表", "government_fund_expenditure"),
        ("政府性基金预算财政拨款收入支出决算表", "government_fund_expenditure"),
        ("国有资本经营预算支出情况表", "state_capital_expenditure"),
        ("国有资本经营预算财政拨款支出决算表", "state_capital_expenditure"),
        ("财政拨款“三公”经费支出情况表", "three_public_expenditure"),
        ("一般公共预算财政拨款“三公”经费支出决算表", "three_public_expenditure"),
        ("上年结转结余情况明细表", "carry_over_detail"),
        ("财 政 拨 款 收 支 预 算 总 体 情 况 表", "fiscal_appropriation_summary"),
        ("项目支出绩效目标表", None),
        ("部门整体绩效目标表", None),
        ("项 目 支 出 绩 效 目 标 表", None),
        ("国有资产占用情况表", None),
    ],
)
def test_identify(title, table_id):
    assert identify(title) == table_id


def test_table_keeps_what_is_printed():
    (table,) = tables("""
表 3
## 部门支出总体 情况表
编制部门：某局
单位：万元
科目编码¦科目名称¦合计¦基本支出
206¦科学技术支出¦193.15¦
208¦社会保障和就业支出¦1.0x¦
""")
    assert (table.number, table.title, table.unit, table.origin) == (
        3,
        "部门支出总体情况表",
        "万元",
        "L2",
    )
    assert (table.n_rows, table.n_amounts, table.has_projects) == (2, 1, False)
    assert [(cell.text, cell.origin, why) for cell, why in table.unreadable] == [
        ("1.0x", "L7", "no amount in column 合计")
    ]


def test_unit_shared_by_all_other_tables():
    first, second = tables("""
部门收入总体情况表
单位：元
项目¦金额
甲¦1
部门支出总体情况表
项目¦金额
甲¦1
""")
    assert (first.unit, second.unit) == ("元", "元")


def test_tables_in_two_units_lend_theirs_to_none():
    units = [
        table.unit
        for table in tables("""
部门收入总体情况表
单位：元
项目¦金额
甲¦1
部门支出总体情况表
单位：万元
项目¦金额
甲¦1
财政拨款收支预算总体情况表
项目¦金额
甲¦1
""")
    ]
    assert units == ["元", "万元", None]


def test_name_of_the_department_is_no_unit():
    (table,) = tables("部门支出总体情况表\n编制单位：元氏县财政局\n单位：万元\n项目¦金额\n甲¦1")
    assert table.unit == "万元"


# --- columns -----------------------------------------------------------------------------------


def columns(*paths):
    return tuple(
        Column(i, tuple(path.split("/")), LABEL if path.endswith("项目") else AMOUNT)
        for i, path in enumerate(paths)
    )


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["项目", "合计", "基本支出", "项目支出"], ["total", "part", "part"]),
        (["项目", "基本支出", "项目支出", "合计"], ["part", "part", "total"]),
        (["项目", "项目支出合计", "工资福利支出"], ["total", "part"]),
        (["项目", "预算数"], ["part"]),
        (["项目", "合计"], ["part"]),
        (
            ["收入/项目", "收入/合计", "支出/项目", "支出/合计", "支出/甲"],
            ["part", "total", "part"],
        ),
        (["项目", "总计", "拨款/小计", "拨款/甲", "资金"], ["total", "total", "part", "part"]),
        (
            ["项目", "总计", "事业收入/小计", "事业收入/其中：教育收费", "经营收入"],
            ["total", "part", "of_which", "part"],
        ),
        (["项目", "合计", "其中：甲"], ["part", "of_which"]),
        (["项目", "合计/合计", "甲/甲"], ["total", "part"]),
        (["项目", "拨款/甲", "拨款/小计", "资金"], ["part", "total", "part"]),
        (["项目", "甲", "乙合计"], ["part", "part"]),
        (["项目", "甲/合计", "乙/丙"], ["part", "part"]),
    ],
)
def test_column_role(paths, expected):
    found = columns(*paths)
    assert [column_role(c, found) for c in found if c.kind == AMOUNT] == expected


def test_remark_beside_the_amounts_is_no_name():
    (line,) = lines_of("项目¦金额¦备注\n公务接待费¦0.63¦按标准安排")
    assert (line.label, line.origin) == ("公务接待费", "L4")


# --- codes and labels --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "code", "label"),
    [
        ("201 一般公共服务支出", "201", "一般公共服务支出"),
        ("210卫生健康支出", "210", "卫生健康支出"),
        ("20805 行政事业单位养老支出", "20805", "行政事业单位养老支出"),
        ("2080501行政单位离退休", "2080501", "行政单位离退休"),
        ("2024年工资", "", "2024年工资"),
        ("1000万工程", "", "1000万工程"),
        ("一、本年收入", "", "一、本年收入"),
        ("　一般　公共预算", "", "一般公共预算"),
    ],
)
def test_code_in_front_of_a_label(cell, code, label):
    (line,) = lines_of(f"项目¦金额\n{cell}¦1.00")
    assert (line.code, line.label) == (code, label)


def test_codes_are_joined_and_keep_their_zeros():
    found = lines_of("""
科目编码¦¦¦科目名称¦合计
类¦款¦项¦¦
208¦¦¦甲¦1.00
208¦05¦¦乙¦1.00
208¦05¦01¦丙¦1.00
208¦20805¦2080502¦丁¦1.00
""")
    assert [line.code for line in found] == ["208", "20805", "2080501", "2080502"]


def test_place_of_a_row_is_that_of_its_name():
    document = read_document(FIXTURES / "cell_lines_project_table" / "document.txt")
    (table,) = read_tables(read_grids(document))
    assert [line.origin for line in table.lines] == ["L48", "L65", "L82", "L100"]


def test_total_word_in_the_code_column():
    found = lines_of("科目编码¦科目名称¦合计\n206¦甲¦1.00\n合计¦¦1.00")
    assert roles(found) == [("甲", "item"), ("合计", "total")]
    assert found[1].code == ""


def test_total_word_in_the_project_column():
    (table,) = tables("""
一般公共预算项目支出情况表
单位：万元
科目编码¦科目名称¦项目名称¦合计
212¦城乡社区支出¦¦366
2120199¦其他支出¦机关运转经费¦366
¦¦合 计¦366
""")
    assert roles(table.lines)[2] == ("合计", "total")
    assert [line.project for line in table.lines] == ["", "机关运转经费", ""]
    assert table.has_projects


@pytest.mark.parametrize("dash", ["-", "—", "－", "——"])
def test_dash_in_a_column_of_names_or_codes_names_nothing(dash):
    (table,) = tables(f"""
一般公共预算项目支出情况表
单位：万元
科目编码¦科目名称¦项目名称¦合计
{dash}¦总计¦{dash}¦366
212¦城乡社区支出¦{dash}¦366
2120199¦其他支出¦机关运转经费¦366
""")
    assert [line.project for line in table.lines] == ["", "", "机关运转经费"]
    assert [line.label for line in table.lines] == ["总计", "城乡社区支出", "其他支出"]


def test_figure_in_a_column_of_names_or_codes_is_unread():
    (table,) = tables("""
部门支出总体情况表
单位：万元
类¦款¦科目名称¦合计¦基本支出
206¦04¦甲¦1.00¦1.00
206¦1,204.73¦乙¦2.00¦
206¦04¦529,387.01¦3.00¦
206¦04¦05¦4.00¦
""")
    assert [(cell.text, why) for cell, why in table.unreadable] == [
        ("1,204.73", "a figure where a name or code should stand: 款"),
        ("529,387.01", "a figure where a name or code should stand: 科目名称"),
    ]
    assert [(line.code, line.label) for line in table.lines] == [
        ("20604", "甲"),
        ("206", "乙"),
        ("20604", ""),
        ("20604", "05"),
    ]


# --- roles -------------------------------------------------------------------------------------


def test_roles_follow_the_depth_of_codes():
    found = lines_of("""
科目编码¦科目名称¦合计
¦总计¦6.00
206¦甲¦1.00
20604¦乙¦1.00
2060499¦丙¦1.00
208¦丁¦2.00
20805¦戊¦2.00
212¦己¦3.00
""")
    assert [line.role for line in found] == [
        "total",
        "subtotal",
        "subtotal",
        "item",
        "subtotal",
        "item",
        "item",
    ]


def test_roles_follow_list_marks():
    found = lines_of("""
项目¦金额
一、本年收入¦9.00
1. 一般公共预算拨款¦4.00
其中：一般财力¦4.00
上级转移支付¦
2. 基金预算拨款¦5.00
二、上年结转结余¦1.00
三、单位资金¦2.00
本年收入合计¦9.00
收入总计¦12.00
""")
    assert roles(found) == [
        ("一、本年收入", "subtotal"),
        ("1.一般公共预算拨款", "item"),
        ("其中：一般财力", "of_which"),
        ("上级转移支付", "of_which"),
        ("2.基金预算拨款", "item"),
        ("二、上年结转结余", "item"),
        ("三、单位资金", "item"),
        ("本年收入合计", "subtotal"),
        ("收入总计", "total"),
    ]


def test_part_named_as_such_does_not_make_its_row_a_subtotal():
    found = lines_of("项目¦金额\n一、财政拨款¦9.00\n其中：基金¦4.00\n二、事业收入¦1.00")
    assert [line.role for line in found] == ["item", "of_which", "item"]


def test_first_level_row_above_the_last_row():
    found = lines_of("项目¦金额\n一、财政拨款¦9.00\n一般公共预算¦9.00")
    assert [line.role for line in found] == ["subtotal", "item"]


def test_which_rows_a_row_contains_without_list_marks():
    found = lines_of("项目¦金额\n财政拨款¦9.00\n其中：基金¦4.00\n国资¦1.00")
    assert [line.role for line in found] == ["item", "of_which", "of_which"]


def test_unmarked_rows_under_a_first_level_row_are_its_items():
    found = lines_of("项目¦金额\n一、财政拨款¦9.00\n一般公共预算¦5.00\n基金预算¦4.00")
    assert [line.role for line in found] == ["subtotal", "item", "item"]


def test_parts_of_a_printed_subtotal_are_complete():
    found = lines_of("""
内容¦合计
合计¦9.00
公务接待费¦4.00
公务用车购置及运行费（小计）¦5.00
其中：公务用车购置费¦2.00
公务用车运行费¦3.00
""")
    assert [line.role for line in found] == ["total", "item", "subtotal", "item", "item"]


# --- two sides ---------------------------------------------------------------------------------


def test_sides_of_a_row():
    found = lines_of(
        """
收入¦¦支出¦
项目¦预算数¦支出功能分类¦预算数
一、本年收入¦9.00¦206 科学技术支出¦
¦¦208社会保障和就业支出¦9.00
收入总计¦9.00¦支出总计¦9.00
""",
        "部门收支总体情况表",
    )
    assert [(line.row_no, line.side, line.label, line.code) for line in found] == [
        (1, "revenue", "一、本年收入", ""),
        (1, "expenditure", "科学技术支出", "206"),
        (2, "expenditure", "社会保障和就业支出", "208"),
        (3, "revenue", "收入总计", ""),
        (3, "expenditure", "支出总计", ""),
    ]
    assert [len(line.amounts) for line in found] == [1, 0, 1, 1, 1]


def test_codes_on_one_side_only():
    found = lines_of(
        """
收入¦¦支出¦¦
项目¦预算数¦科目编码¦科目名称¦预算数
一、财政拨款¦9.00¦206¦科学技术支出¦9.00
收入总计¦9.00¦¦支出总计¦9.00
""",
        "部门收支总体情况表",
    )
    assert [(line.side, line.label, line.code, line.role) for line in found] == [
        ("revenue", "一、财政拨款", "", "item"),
        ("expenditure", "科学技术支出", "206", "item"),
        ("revenue", "收入总计", "", "total"),
        ("expenditure", "支出总计", "", "total"),
    ]


def test_row_numbers_stand_between_name_and_amount():
    found = lines_of(
        """
收入¦¦¦支出¦¦
项目¦行次¦决算数¦项目¦行次¦决算数
栏次¦¦1¦栏次¦¦2
一、财政拨款收入¦1¦440.55¦一、一般公共服务支出¦29¦423.20
二、事业收入¦2¦¦二、外交支出¦30¦0.00
""",
        "收入支出决算总表",
    )
    assert [
        (line.side, line.label, [str(a.value) for _, a, _ in line.amounts]) for line in found
    ] == [
        ("revenue", "一、财政拨款收入", ["440.55"]),
        ("expenditure", "一、一般公共服务支出", ["423.20"]),
        ("revenue", "二、事业收入", []),
        ("expenditure", "二、外交支出", ["0.00"]),
    ]


def test_remark_among_the_amounts_makes_no_second_side():
    (line,) = lines_of("项目¦预算数¦说明¦执行数\n公务接待费¦0.63¦按标准安排¦0.50")
    assert (line.side, line.label) == ("", "公务接待费")
    assert [column.leaf for column, _, _ in line.amounts] == ["预算数", "执行数"]


# --- rows by budget unit -----------------------------------------------------------------------

PROJECTS = """
一般公共预算项目支出情况表
单位：万元
科目编码¦科目名称¦项目名称¦合计
¦总计¦¦9.00
¦某市住房保障中心¦¦5.00
212¦城乡社区支出¦¦5.00
2120102¦一般行政管理事务¦安保费¦5.00
¦某市铁路局分队伍¦¦4.00
2120102¦一般行政管理事务¦安保费¦4.00
"""


def test_rows_below_a_unit_belong_to_it():
    (table,) = tables(PROJECTS)
    assert [(line.label, line.role, line.unit_name) for line in table.lines] == [
        ("总计", "total", ""),
        ("某市住房保障中心", "subtotal", "某市住房保障中心"),
        ("城乡社区支出", "subtotal", "某市住房保障中心"),
        ("一般行政管理事务", "item", "某市住房保障中心"),
        ("某市铁路局分队伍", "subtotal", "某市铁路局分队伍"),
        ("一般行政管理事务", "item", "某市铁路局分队伍"),
    ]
    assert [line.project for line in table.lines] == ["", "", "", "安保费", "", "安保费"]


CARRIED = """
上年结转结余情况明细表
单位：万元
项目名称¦总计
总计¦3.00
某市铁路局分队伍¦3.00
物业费¦1.00
“和景园”前期费¦2.00
"""


@pytest.mark.parametrize("known", ["by the project table", "by the caller"])
def test_projects_below_a_unit_whose_name_is_known(known):
    if known == "by the caller":
        found = tables(CARRIED, frozenset({"某市铁路局分队伍"}))
    else:
        found = tables(PROJECTS + CARRIED)
    assert [(line.label, line.role, line.unit_name, line.project) for line in found[-1].lines] == [
        ("总计", "total", "", ""),
        ("某市铁路局分队伍", "subtotal", "某市铁路局分队伍", ""),
        ("物业费", "item", "某市铁路局分队伍", "物业费"),
        ("“和景园”前期费", "item", "某市铁路局分队伍", "“和景园”前期费"),
    ]


@pytest.mark.parametrize("name", ["某市住房保障中心", "某局（本级）", "某大学"])
def test_unit_is_told_by_its_name_where_no_table_lists_it(name):
    (table,) = tables(CARRIED.replace("某市铁路局分队伍", name))
    assert [line.unit_name for line in table.lines] == ["", name, name, name]


def test_other_tables_are_not_divided_by_unit():
    found = lines_of("项目¦金额\n某市住房保障中心¦5.00\n物业费¦5.00")
    assert [(line.unit_name, line.role) for line in found] == [("", "item"), ("", "item")]

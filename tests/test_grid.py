"""Grids: captions, page parts, header trees, rows of the wrong width."""

import pytest

from helpers.captions import chinese_integer
from helpers.columns import AMOUNT, CODE, LABEL, PROJECT, SERIAL
from helpers.document import Document
from helpers.grid import read_grids
from helpers.readers import cell_lines, delimited


def grids(text, reader=delimited):
    """Grids of a text in which ¦ stands for a tab; line 1 is the first line with text."""
    lines = tuple(text.strip("\n").replace("¦", "\t").split("\n"))
    return read_grids(Document("a.txt", lines, reader.read_blocks(lines), ""))


def only(text, reader=delimited):
    (grid,) = grids(text, reader)
    return grid


def paths(grid):
    return ["/".join(column.path) for column in grid.columns]


def kinds(grid):
    return [column.kind for column in grid.columns]


def texts(grid):
    return [[cell.text for cell in row] for row in grid.rows]


# --- captions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("08", 8), ("十", 10), ("十二", 12), ("二十", 20), ("二十一", 21), ("九", 9)],
)
def test_chinese_integer(text, number):
    assert chinese_integer(text) == number


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("表 6", 6),
        ("表十一", 11),
        ("附表3", 3),
        ("公开08表", 8),
        ("表十十", None),
        ("表一二", None),
        ("表1.5", None),
    ],
)
def test_printed_number(line, number):
    grid = only(f"{line}\n部门收入总体情况表\n单位：万元\n项目¦金额\n甲¦1")
    assert grid.caption.number == number


def test_caption_is_read_from_cells_too():
    grid = only(
        """
¦表9
¦
¦

¦
¦国有资本经营预算支出情况表

¦编制单位：昌吉州住房和城乡建设局
¦
¦单位：万元

¦项目
¦合计
¦基本支出

¦206
¦1.50
¦1.50
""",
        cell_lines,
    )
    assert grid.caption.number == 9
    assert grid.caption.title.text == "国有资本经营预算支出情况表"
    assert grid.origin == "L6"
    assert texts(grid) == [["206", "1.50", "1.50"]]


def test_title_stands_nearest_to_its_table():
    grid = only("""
- 一、 部门收支总体情况表
- 二、 部门收入总体情况表
我单位的表如下。
表 2
部门收入总体情况表
项目¦金额
甲¦1
""")
    assert grid.caption.title.text == "部门收入总体情况表"
    assert grid.origin == "L5"


def test_running_text_parts_table_and_title():
    grid = only("部门收入总体情况表\n收入增加的原因如下。\n项目¦金额\n甲¦1")
    assert grid.caption.title is None
    assert grid.origin == "L3"


@pytest.mark.parametrize(
    "sentence",
    [
        "某局 2024 年没有使用政府性基金预算拨款安排的支出，政府性基金预算支出情况表为空表。",
        "我单位没有使用国有资本经营预算安排的支出，国有资本经营预算支出情况表为空表。",
    ],
)
def test_sentence_that_declares_a_table_empty(sentence):
    first, second = grids(f"""
政府性基金预算支出情况表
项目¦金额
※¦1

{sentence}

国有资本经营预算支出情况表
项目¦金额
甲¦1
某局收支总预算 1 万元。
""")
    assert first.rows == ()
    assert first.caption.statement.text == sentence
    assert first.caption.statement.origin == "L5"
    assert second.caption.statement is None


# --- header ------------------------------------------------------------------------------------


def test_header_tree_with_spans():
    grid = only("""
项目名称¦总计¦财政拨款¦¦¦¦非财政拨款¦¦¦
¦¦合计¦基本支出¦¦项目支出¦合计¦基本支出¦¦项目支出
¦¦¦人员经费¦公用经费¦¦¦人员经费¦公用经费¦
※¦1¦2¦3¦4¦5¦6¦7¦8¦9
总计¦55.93¦55.93¦¦¦55.93¦¦¦¦
""")
    assert paths(grid) == [
        "项目名称",
        "总计",
        "财政拨款/合计",
        "财政拨款/基本支出/人员经费",
        "财政拨款/基本支出/公用经费",
        "财政拨款/项目支出",
        "非财政拨款/合计",
        "非财政拨款/基本支出/人员经费",
        "非财政拨款/基本支出/公用经费",
        "非财政拨款/项目支出",
    ]
    assert kinds(grid) == [LABEL] + [AMOUNT] * 9
    assert grid.warnings == ()


def test_header_span_one_column_short():
    """The last child of 财政拨款 was pushed to the end; its successors moved one to the left."""
    grid = only("""
编码¦名称¦总计¦财政拨款¦¦财政专户¦单位资金¦
¦¦¦小计¦一般公共预算¦¦¦国有资本经营预算
※¦※¦1¦2¦3¦4¦5¦6
206¦科学技术支出¦9.00¦3.00¦1.00¦2.00¦¦6.00
""")
    assert paths(grid) == [
        "编码",
        "名称",
        "总计",
        "财政拨款/小计",
        "财政拨款/一般公共预算",
        "财政拨款/国有资本经营预算",
        "财政专户",
        "单位资金",
    ]
    assert grid.warnings == ("header_span_shift",)


def test_levels_under_a_heading_one_column_short():
    grid = only("""
科目¦¦支出¦¦¦
编码¦名称¦合计¦人员经费¦公用经费¦
类¦款¦¦¦¦
※¦※¦※¦1¦2¦3
301¦02¦津贴补贴¦1.00¦1.00¦
""")
    assert [column.leaf for column in grid.columns[:3]] == ["类", "款", "名称"]
    assert paths(grid)[3:] == ["支出/合计", "支出/人员经费", "支出/公用经费"]
    assert kinds(grid) == [CODE, CODE, LABEL, AMOUNT, AMOUNT, AMOUNT]
    assert grid.warnings == ("header_level_shift",)


def test_header_that_lost_its_spans():
    """One cell per merged cell: every row of the header is shorter than the body."""
    grid = only("""
项目¦支出预算
功能分类科目编码¦功能分类科目名称¦合计¦基本支出¦项目支出
类¦款¦项¦¦¦¦
208¦05¦01¦行政单位离退休¦17.66¦17.66¦
""")
    assert paths(grid) == [
        "项目/功能分类科目编码/类",
        "项目/功能分类科目编码/款",
        "项目/功能分类科目编码/项",
        "项目/功能分类科目名称",
        "支出预算/合计",
        "支出预算/基本支出",
        "支出预算/项目支出",
    ]


def test_serial_numbers_on_the_row_of_levels():
    grid = only("""
科目编码¦¦¦科目名称¦项目名称¦合计¦工资
类¦款¦项¦¦¦1¦2
※¦※¦※¦※¦※¦¦
212¦01¦02¦一般行政管理事务¦物业费¦64.50¦64.50
""")
    assert paths(grid) == [
        "科目编码/类",
        "科目编码/款",
        "科目编码/项",
        "科目名称",
        "项目名称",
        "合计",
        "工资",
    ]
    assert kinds(grid) == [CODE, CODE, CODE, LABEL, PROJECT, AMOUNT, AMOUNT]
    assert len(grid.rows) == 1


@pytest.mark.parametrize("mark", ["※", "栏次"])
def test_single_serial_number(mark):
    grid = only(f"项目¦金额\n{mark}¦1\n甲¦1")
    assert texts(grid) == [["甲", "1"]]


def test_row_numbers_are_no_amounts():
    grid = only("""
收入¦¦¦支出¦¦
项目¦行次¦决算数¦项目¦行次¦决算数
栏次¦¦1¦栏次¦¦2
一、财政拨款收入¦1¦440.55¦一、一般公共服务支出¦29¦423.20
二、事业收入¦2¦0.00¦二、外交支出¦30¦0.00
""")
    assert kinds(grid) == [LABEL, SERIAL, AMOUNT] * 2
    assert paths(grid)[2] == "收入/决算数"
    assert len(grid.rows) == 2


@pytest.mark.parametrize(
    "row", ["一、本年收入¦¦外交支出¦", "1.拨款¦¦外交支出¦", "其中：拨款¦¦外交支出¦", "合计¦¦¦"]
)
def test_body_begins_with_a_marked_row_even_without_amounts(row):
    grid = only(f"收入¦预算数¦支出¦预算数\n{row}\n甲¦1.00¦乙¦1.00")
    assert len(grid.rows) == 2
    assert paths(grid) == ["收入", "预算数", "支出", "预算数"]


def test_header_with_blank_cells_at_its_end():
    grid = only("编码¦名称¦合计¦¦\n206¦甲¦1.00\n208¦乙¦2.00")
    assert paths(grid) == ["编码", "名称", "合计"]


def test_heading_of_which_is_no_body_row():
    grid = only("""
科目编码¦科目名称¦合计¦事业收入¦¦经营收入
¦¦¦小计¦其中：教育收费¦
205¦教育支出¦9.00¦8.00¦3.00¦1.00
""")
    assert paths(grid) == [
        "科目编码",
        "科目名称",
        "合计",
        "事业收入/小计",
        "事业收入/其中：教育收费",
        "经营收入",
    ]
    assert len(grid.rows) == 1


def test_columns_without_header_are_judged_by_their_cells():
    grid = only("收入总体情况表\n¦¦\n一般公共预算¦29,387.01¦\n其中：甲¦0.00¦说明")
    assert kinds(grid) == [LABEL, AMOUNT, LABEL]


@pytest.mark.parametrize("mark", ["①", "²", "㈠", "Ⅻ"])
def test_marks_that_look_like_digits(mark):
    grid = only(f"项目¦{mark}¦金额\n{mark}¦{mark}¦\n甲¦¦1.00\n")
    assert texts(grid)[-1] == ["甲", "", "1.00"]


# --- page parts --------------------------------------------------------------------------------

PART_ONE = """
表 2
部门收入总体情况表
单位：万元
编码¦名称¦总计¦基本支出
※¦※¦1¦2
212¦城乡社区支出¦3.00¦3.00
"""


@pytest.mark.parametrize(
    "between",
    [
        "",
        "编码¦名称¦总计¦基本支出",
        "编码¦名 称¦总计¦基本 支出\n※¦※¦1¦2",
        "编制部门：某局\n\n单位：万元\n\n编码¦名称¦总计¦基本支出\n※¦※¦1¦2",
        "表 2\n部门收入总体情况表\n单位：万元\n编码¦名称¦总计¦基本支出",
        "部门收入总体情况表（续）\n单位：万元\n编码¦名称¦总计¦基本支出\n※¦※¦1¦2",
        "部门收入总体情况表（续表）\n编码¦名称¦总计¦基本支出",
        "续部门收入总体情况表\n编码¦名称¦总计¦基本支出",
        "表 2\n编码¦名称¦总计¦基本支出",
        "表 2（续）\n编码¦名称¦总计¦基本支出",
        "续表\n编码¦名称¦总计¦基本支出",
        "（续）\n编码¦名称¦总计¦基本支出",
    ],
)
def test_page_parts_are_joined(between):
    grid = only(PART_ONE + "\n" + between + "\n221¦住房保障支出¦2.00¦2.00")
    assert texts(grid) == [
        ["212", "城乡社区支出", "3.00", "3.00"],
        ["221", "住房保障支出", "2.00", "2.00"],
    ]
    assert grid.caption.number == 2
    assert grid.origin == "L2"


@pytest.mark.parametrize(
    "between",
    [
        "表 3\n部门支出总体情况表\n编码¦名称¦总计¦基本支出",
        "部门支出总体情况表\n编码¦名称¦总计¦基本支出",
        "表 3\n编码¦名称¦总计¦基本支出",
        "以下是另一张表。\n编码¦名称¦总计¦基本支出",
        "表 2\n部门收入总体情况表\n编码¦名称¦总计",
        "编码¦项目名称¦预算数¦执行数",
    ],
)
def test_other_tables_are_not_joined(between):
    assert len(grids(PART_ONE + "\n" + between + "\n221¦住房保障支出¦2.00¦2.00")) == 2


def test_full_and_half_width_brackets_are_one_header():
    grid = only("编码¦名称¦（补助）\n1¦甲¦1.00\n\n编码¦名称¦(补助)\n221¦乙¦2.00")
    assert texts(grid) == [["1", "甲", "1.00"], ["221", "乙", "2.00"]]


def test_name_cut_by_the_page_is_joined():
    grid = only(
        PART_ONE
        + """
¦某中心铁路局分¦7.00¦

编码¦名称¦总计¦基本支出
※¦※¦1¦2
¦中心¦¦
221¦住房保障支出¦2.00¦2.00
"""
    )
    assert texts(grid) == [
        ["212", "城乡社区支出", "3.00", "3.00"],
        ["", "某中心铁路局分中心", "7.00", ""],
        ["221", "住房保障支出", "2.00", "2.00"],
    ]
    assert grid.rows[1][1].origin == "L8"


@pytest.mark.parametrize("first", ["¦合计¦¦", "¦其中：甲¦¦", "¦一、甲¦¦", "¦甲¦0.00¦", "05¦甲¦¦"])
def test_first_row_of_a_page_that_is_no_rest_of_a_name(first):
    grid = only(PART_ONE + f"\n编码¦名称¦总计¦基本支出\n{first}\n221¦乙¦2.00¦2.00")
    assert len(grid.rows) == 3
    assert texts(grid)[0][1] == "城乡社区支出"


def test_total_row_takes_no_rest_of_a_name():
    grid = only("""
“三公”经费支出内容¦合计¦资金来源
合计¦25.56¦25.56

“三公”经费支出内容¦合计¦资金来源
因公出国（境）费¦¦
公务接待费¦0.63¦0.63
""")
    assert [row[0] for row in texts(grid)] == ["合计", "因公出国（境）费", "公务接待费"]


def test_rows_that_are_names_alone_are_no_rests_of_names():
    """Where blank items are printed as names alone, one on top of a page is just another."""
    grid = only("""
项目¦预算数
公务接待费¦0.63
公务用车购置费¦
公务用车运行费¦24.93

项目¦预算数
因公出国（境）费¦
会议费¦1.00
""")
    assert [row[0] for row in texts(grid)][3] == "因公出国（境）费"


@pytest.mark.parametrize(
    ("row", "strays"),
    [
        ("¦¦0.00¦", [("0.00", "L10")]),
        ("¦¦¦8.00", [("8.00", "L10")]),
        ("¦¦9.00¦8.00", [("9.00", "L10"), ("8.00", "L10")]),
    ],
)
def test_amounts_without_a_row_are_strays(row, strays):
    grid = only(PART_ONE + f"\n编码¦名称¦总计¦基本支出\n※¦※¦1¦2\n{row}\n221¦乙¦2.00¦2.00")
    assert [row[1] for row in texts(grid)] == ["城乡社区支出", "乙"]
    assert [(cell.text, cell.origin) for cell, _ in grid.strays] == strays


# --- rows of the wrong width -------------------------------------------------------------------

THREE = "项目¦合计¦一般公共预算\n甲¦1.00¦1.00\n乙¦2.00¦2.00\n"


def test_row_with_a_blank_cell_too_many():
    grid = only(THREE + "合计¦3.00¦3.00¦¦")
    assert texts(grid)[2] == ["合计", "3.00", "3.00"]
    assert grid.strays == ()


def test_row_with_a_filled_cell_too_many_is_not_guessed():
    grid = only(THREE + "合计¦3.00¦4.00¦5.00\n丙¦6.00¦6.00")
    assert texts(grid)[2:] == [["合计", "", ""], ["丙", "6.00", "6.00"]]
    assert [(cell.text, cell.origin) for cell, _ in grid.strays] == [
        ("3.00", "L4"),
        ("4.00", "L4"),
        ("5.00", "L4"),
    ]


@pytest.mark.parametrize(
    ("row", "strays"),
    [("甲¦乙¦¦3.00", ["乙", "3.00"]), ("¦3.00¦¦¦3.00", ["3.00", "3.00"]), ("¦丙", ["丙"])],
)
def test_mended_row_that_does_not_fit_is_not_guessed(row, strays):
    grid = only(THREE + row)
    assert [cell.text for cell in grid.rows[-1][1:]] == ["", ""]
    assert [cell.text for cell, _ in grid.strays] == strays
    assert grid.strays[0][1] == "its row does not have the cells of the table's columns"


def test_short_row_is_filled_up():
    grid = only(THREE + "丙¦5.00")
    assert texts(grid)[2] == ["丙", "5.00", ""]
    assert grid.rows[2][2].origin == "L4"


def test_rows_whose_figures_may_have_moved_are_noted():
    grid = only(THREE + "丙¦5.00\n丁¦¦1.00¦1.00\n合计¦9.00¦4.00")
    assert texts(grid)[3] == ["丁", "1.00", "1.00"]
    assert grid.mended == {2: "row_cell_missing", 3: "row_cell_too_many"}


def test_lines_trimmed_on_the_right():
    grid = only("项目¦合计¦基金¦结转\n合计¦3.00¦¦1.00\n甲¦1.00\n乙¦1.00\n丙¦1.00")
    assert paths(grid) == ["项目", "合计", "基金", "结转"]
    assert texts(grid)[0] == ["合计", "3.00", "", "1.00"]
    assert texts(grid)[3] == ["丙", "1.00", "", ""]
    assert grid.strays == ()

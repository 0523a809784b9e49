"""Readers: two layouts of text, several encodings, and refusal in one sentence."""

import pytest

from helpers.document import DisclosureError, Paragraph, RawTable
from helpers.readers import cell_lines, delimited, files, read_document

TEXT = "## 第二部分 2024 年部门预算公开表\n\n项目\t预算数\n合计\t25.56\n"


def texts(block):
    if isinstance(block, Paragraph):
        return block.text
    return [[cell.text for cell in row] for row in block.rows]


def lines(text):
    """Lines of a text in which ¦ stands for the tab that opens a cell."""
    return text.strip("\n").replace("¦", "\t").split("\n")


# --- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "document.txt"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path.write_bytes((mark + TEXT).encode(encoding))
    document = read_document(path)
    assert document.name == "document.txt"
    assert document.layout == "delimited"
    assert [texts(block) for block in document.blocks] == [
        "第二部分 2024 年部门预算公开表",
        [["项目", "预算数"], ["合计", "25.56"]],
    ]
    assert document.where("L4") == "合计\t25.56"


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends(tmp_path, ending):
    path = tmp_path / "document.TXT"
    path.write_bytes(TEXT.replace("\n", ending).encode())
    assert read_document(path).lines == tuple(TEXT.split("\n"))


def test_form_feeds_do_not_count_as_lines(tmp_path):
    path = tmp_path / "document.txt"
    path.write_text("一\x0c二\u2028三\n四\x85五\n合计\t1\n", encoding="utf-8")
    (table,) = read_document(path).raw_tables()
    assert table.origin == "L3"


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "a.txt is empty."),
        ("a.txt", b"\x00\x01", "a.txt is a binary file, not text; convert it to text first."),
        ("a.txt", b"total\t1\n", "a.txt holds no Chinese text, so it is no disclosure."),
        (
            "a.txt",
            b"\xff\xff\xff",
            "a.txt is neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8 and try again.",
        ),
        (
            "a.txt",
            b"\xff\xfe\x00",
            "a.txt is neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8 and try again.",
        ),
    ],
)
def test_refusals_are_one_sentence(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DisclosureError) as error:
        read_document(tmp_path / name)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("name", "kind"), [("a.zip", r"\.zip"), ("document", "files without a suffix")]
)
def test_other_formats_are_refused_by_name(tmp_path, name, kind):
    (tmp_path / name).write_text(TEXT, encoding="utf-8")
    with pytest.raises(DisclosureError, match=rf"^{name} cannot be read: no reader for {kind} "):
        read_document(tmp_path / name)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_what_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(DisclosureError, match=r"^There is no file "):
        read_document(tmp_path / name)


def test_size_is_bounded(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(files, "_LARGEST_BYTES", path.stat().st_size)
    assert read_document(path)
    monkeypatch.setattr(files, "_LARGEST_BYTES", path.stat().st_size - 1)
    with pytest.raises(
        DisclosureError, match=r"^a\.txt has 77 bytes, too many for a disclosure\.$"
    ):
        read_document(path)


# --- a row per line ----------------------------------------------------------------------------


def test_rows_by_tab():
    blocks = delimited.read_blocks(
        ["表 3", "类\t款\t", "<b>206</b>\t\t 193.15 ", "", "类\t款\t", "# 一、收入", "- 二、支出"]
    )
    assert [texts(block) for block in blocks] == [
        "表 3",
        [["类", "款", ""], ["206", "", "193.15"]],
        [["类", "款", ""]],
        "一、收入",
        "二、支出",
    ]
    assert [block.origin for block in blocks] == ["L1", "L2", "L5", "L6", "L7"]
    assert [cell.origin for cell in blocks[1].rows[1]] == ["L3"] * 3


def test_rows_of_markdown():
    blocks = delimited.read_blocks(["| 项目 | 预算数 |", "|---|---:|", "| 合计 | 25.56 |"])
    assert [texts(block) for block in blocks] == [[["项目", "预算数"], ["合计", "25.56"]]]
    assert blocks[0].rows[1][0].origin == "L3"


def test_rules_carry_nothing_but_empty_rows_count():
    (table,) = delimited.read_blocks(["项目\t金额", "----\t----", "\t", "合计\t—", "甲\t-"])
    assert texts(table) == [["项目", "金额"], ["", ""], ["合计", "—"], ["甲", "-"]]


def test_a_dash_in_a_sentence_is_no_list_mark():
    (paragraph,) = delimited.read_blocks(["-1.5万元为负"])
    assert paragraph.text == "-1.5万元为负"


# --- a cell per line ---------------------------------------------------------------------------


def test_layout_is_told_from_most_lines():
    assert cell_lines.is_cell_per_line(["表1", "\t类", "\t款", "\t", "\t项"])
    assert not cell_lines.is_cell_per_line(["\t类", "\t款", "\t项"])
    assert not cell_lines.is_cell_per_line(["类\t款", "206\t", "\t1", "\t2", "\t3", "\t4"])
    assert not cell_lines.is_cell_per_line(["合计\t1"] * 5)


def test_cells_rows_and_tables():
    blocks = cell_lines.read_blocks(
        lines("""
表3

¦类
¦款
¦合  计

¦208
¦
¦198.19　


¦类
¦款
""")
    )
    assert [texts(block) for block in blocks] == [
        "表3",
        [["类", "款", "合  计"], ["208", "", "198.19"]],
        [["类", "款"]],
    ]
    assert [cell.origin for cell in blocks[1].rows[1]] == ["L7", "L8", "L9"]


def test_blank_line_within_a_cell():
    (table,) = cell_lines.read_blocks(
        lines("""
¦内容
¦合计
¦一般公共预算

¦公务接待费
¦0.49
¦0.49

¦公务用车购置及运行费

（小计）
¦14
¦14

¦公务用车运行费
¦14
¦14
""")
    )
    assert texts(table)[2] == ["公务用车购置及运行费 （小计）", "14", "14"]
    assert [cell.origin for cell in table.rows[2]] == ["L9;L11", "L12", "L13"]
    assert len(table.rows) == 4


def test_blank_line_after_the_first_cell_of_a_row():
    (table,) = cell_lines.read_blocks(
        lines("""
¦其中：一般财力
¦1714.40
¦203 国防支出
¦　

¦2.基金预算拨款

¦　
¦205 教育支出
¦　

¦其中：政府性基金收入
¦　
¦206 科学技术支出
¦　
""")
    )
    assert texts(table)[1] == ["2.基金预算拨款", "", "205 教育支出", ""]
    assert [cell.origin for cell in table.rows[1]] == ["L6", "L8", "L9", "L10"]
    assert len(table.rows) == 3


def test_short_neighbours_of_unequal_rows_stay_apart():
    (table,) = cell_lines.read_blocks(
        lines("""
¦项目
¦支出预算

¦编码
¦名称
¦合计

¦类
¦款
¦项
¦
""")
    )
    assert [len(row) for row in table.rows] == [2, 3, 4]


def test_next_line_continues_the_last_cell_of_a_full_row():
    row = ["\t甲", "\t1", "\t说明"]
    (table,) = cell_lines.read_blocks([*row, "", *row, "续行", "", *row])
    assert texts(table)[1] == ["甲", "1", "说明 续行"]
    assert len(table.rows) == 3


def test_text_after_a_full_row_ends_the_table():
    row = ["\t甲", "\t1", "\t说明"]
    blocks = cell_lines.read_blocks([*row, "", *row, "", "续行"])
    assert [texts(block) for block in blocks] == [[["甲", "1", "说明"]] * 2, "续行"]


def test_next_line_continues_the_cell():
    (table,) = cell_lines.read_blocks(["\t科目", "名称", "\t金额", "", "\t甲", "\t1"])
    assert texts(table) == [["科目 名称", "金额"], ["甲", "1"]]


@pytest.mark.parametrize("heading", ["第三部分 说明", "表9", "（一）规模", "(二)结构"])
def test_heading_ends_the_table(heading):
    blocks = cell_lines.read_blocks(["\t类", "\t款", heading, "\t项", "\t目"])
    assert [texts(block) for block in blocks] == [[["类", "款"]], heading, [["项", "目"]]]


def test_text_after_two_blank_lines_is_no_cell():
    table, paragraph = cell_lines.read_blocks(["\t类", "\t款", "", "", "我单位没有安排支出。"])
    assert isinstance(table, RawTable)
    assert paragraph.text == "我单位没有安排支出。"
    assert paragraph.origin == "L5"


def test_cell_lines_are_read_from_a_file(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("表1\n\t类\n\t款\n\t项\n\t\n", encoding="utf-8")
    document = read_document(path)
    assert document.layout == "cell_lines"
    assert [texts(block) for block in document.blocks] == ["表1", [["类", "款", "项", ""]]]

"""The common shape of every disclosure."""

import dataclasses

import pytest

from helpers.document import (
    Cell,
    DisclosureError,
    Document,
    Paragraph,
    RawTable,
    squeeze,
    strip_markup,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<b>总计</b>", "总计"),
        ("<b>529,387.01</b>", "529,387.01"),
        ("<B>合计</B><br/>", "合计"),
        ('<span class="x">公务接待费</span>', "公务接待费"),
        ("**项目名称**", "项目名称"),
        ("　1714.40　", "1714.40"),
        ("\ufeff第一部分", "第一部分"),
        (r"$\geq 300$ 套", "≥ 300 套"),
        (r"$\leqslant 5$", "≤ 5"),
        (r"$\leq 95\%$", "≤ 95%"),
        (r"$3 \times 4$", "3 × 4"),
        ("[bookmark: _Toc1]一、收入", "一、收入"),
        ("<5万元", "<5万元"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("费用 $5", "费用 $5"),
    ],
)
def test_strip_markup(text, plain):
    assert strip_markup(text) == plain


def test_markup_leaves_inner_blanks_to_the_caller():
    assert strip_markup("特定目标 0310046J") == "特定目标 0310046J"


@pytest.mark.parametrize("text", ["合　 计", " 合\t计\n", "合\u00a0计", "\ufeff合计", "合\u200b计"])
def test_squeeze(text):
    assert squeeze(text) == "合计"


def document():
    table = RawTable(((), (Cell("项目", "L2"), Cell("预算数", "L2"))))
    return Document(
        "a.txt", ("表 1", "项目\t预算数"), (Paragraph("表 1", "L1"), table), "delimited"
    )


def test_blocks_by_kind():
    assert [paragraph.text for paragraph in document().paragraphs()] == ["表 1"]
    assert [table.origin for table in document().raw_tables()] == ["L2"]
    assert RawTable(()).origin == ""


def test_where_shows_the_line():
    assert document().where("L1") == "表 1"
    assert document().where("L2") == "项目\t预算数"
    assert document().where("L1;L2") == "表 1\n项目\t预算数"


def test_a_cell_of_another_format_is_a_line_with_its_place():
    merged = Cell("收入  总计", "t1:r1:c1")
    table = RawTable(((merged, merged), (Cell("合计", "t1:r2:c1"), Cell("", "t1:r2:c2"))))
    found = Document.of_blocks("a.docx", (Paragraph("表 1", "b1"), table), "docx")
    assert found.lines == ("表 1", "收入 总计", "合计", "")
    assert found.places == ("b1", "t1:r1:c1", "t1:r2:c1", "t1:r2:c2")
    assert found.where("t1:r1:c1;b1") == "收入 总计\n表 1"
    assert found.line_numbers("t1:r2:c2") == [4]
    with pytest.raises(DisclosureError, match=r"^a\.docx has no place 'L1'"):
        found.where("L1")


@pytest.mark.parametrize("origin", ["L0", "L3", "L", "2", "p3:t2:r5:c4", "L1;L3", ""])
def test_where_refuses_other_places(origin):
    with pytest.raises(DisclosureError, match=r"^a\.txt has no place "):
        document().where(origin)


def test_documents_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        document().name = "b.txt"

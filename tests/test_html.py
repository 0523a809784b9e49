"""Saved web pages: the article among navigation, tables with their spans, any encoding."""

import time
from pathlib import Path

import pytest

from helpers.disclosure import read
from helpers.document import DisclosureError, Paragraph
from helpers.readers import read_document
from helpers.report.pages import external_references

ARTICLE = """
<h1>某市园林局2024年部门预算公开</h1>
<div class="info">发布时间：2024-02-05&nbsp;来源：某市园林局</div>
<p class=MsoNormal><b>一、收支</b>总体情况：2024年收入预算&nbsp;1,131.10&#19975;元。<br>
支出预算 1,131.10 万元。</p>
<p>部门支出总体情况表</p><p align=right>单位：万元</p>
<table>
<thead><tr><th colspan=4>项　目</th><th colspan="3">支出预算</th></tr></thead>
<tr><td colspan=3>功能分类科目编码<td rowspan=2>功能分类科目名称<td rowspan=2>合<br>计
<td rowspan=2>基本支出<td rowspan=2>项目支出</tr>
<tr><td>类</td><td>款</td><td>项</td></tr>
<tr><td>212</td><td></td><td>&nbsp;</td><td><p>城乡社区</p><p>支出</p></td><td>1,131.10</td><td>1,000.00</td>
<td>１３１．１０</td></tr>
<tr><td>212</td><td>05</td><td>01</td><td><a href="x">城乡社区环境卫生</a></td><td>1131.10</td>
<td><span style="font-size:9pt">1000</span></td><td>131.10</td></tr>
</table>
"""
PAGE = f"""<!DOCTYPE html><html><head><title>某市政府</title><style>p {{}}</style>
<script>var sum = "支出 99.99 万元";</script></head><body>
<div class="top-nav"><ul><li><a href="/">首页</a></li>
<li><a href="/z">某县投资 3.5 亿元修路</a></li></ul></div>
<div><a href="/1">某局2019年部门决算公开</a><a href="/2">某局2018年部门决算公开</a></div>
<div style="display: none">支出 88.88 万元</div>
<table width=1000><tr><td><form><input value="1"><button>搜索</button></form></td></tr>
<tr><td><table><tr><td><div id="zoom">{ARTICLE}</div></td></tr></table></td></tr></table>
<div class="footer">版权所有：某市政府 京ICP备 05000001 号 <a href="/">地图</a></div>
</body></html>"""


def saved(tmp_path: Path, page: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / "park_2024_budget.html"
    path.write_bytes(page if isinstance(page, bytes) else page.encode(encoding))
    return path


def texts(block) -> object:
    if isinstance(block, Paragraph):
        return block.text
    return [[cell.text for cell in row] for row in block.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("declared", ["", "gb2312", "utf-8"])
def test_the_article_is_read_in_any_encoding(tmp_path, encoding, declared):
    page = PAGE.replace("<head>", f'<head><meta charset="{declared}">') if declared else PAGE
    disclosure = read(saved(tmp_path, page, encoding))
    found = [texts(b) for b in disclosure.document.blocks if isinstance(b, Paragraph)]
    assert found == [
        "某市园林局2024年部门预算公开",
        "发布时间：2024-02-05\u00a0来源：某市园林局",
        "一、收支总体情况：2024年收入预算\u00a01,131.10万元。",
        "支出预算 1,131.10 万元。",
        "部门支出总体情况表",
        "单位：万元",
    ]
    facts = disclosure.rows["facts"]
    assert [(f["functional_code"], f["column_path"], f["amount_yuan"]) for f in facts[:3]] == [
        ("212", "支出预算/合计", 11_311_000),
        ("212", "支出预算/基本支出", 10_000_000),
        ("212", "支出预算/项目支出", 1_311_000),
    ]
    assert [(f["label"], f["origin"]) for f in facts[3:]] == [
        ("城乡社区环境卫生", f"t1:r5:c{column}") for column in (5, 6, 7)
    ]
    assert len(disclosure.rows["claims"]) == 2
    assert disclosure.rows["unread"] == []


def test_a_table_with_spans_is_a_rectangle(tmp_path):
    page = (
        "<p>某局</p><table><caption>收入表</caption>"
        "<tr><td rowspan=3>甲<td colspan=2>乙<td rowspan=99>丙</tr>"
        "<tr><td>一<td>二</tr><tr><td colspan=0 rowspan=0>三<td>四</tr></table>"
    )
    _, table = read_document(saved(tmp_path, page)).blocks
    assert texts(table) == [
        ["收入表", "", "", ""],
        ["甲", "乙", "", "丙"],
        ["", "一", "二", ""],
        ["", "三", "四", ""],
    ]
    assert [cell.origin for cell in table.rows[3]] == [
        "t1:r2:c1",
        "t1:r4:c2",
        "t1:r4:c3",
        "t1:r2:c4",
    ]


def test_a_short_article_outweighs_long_menus(tmp_path):
    menu = '<ul class="menu">' + "<li><a href='/'>某县投资 3.5 亿元修路</a></li>" * 50 + "</ul>"
    article = "<p>某局2024年收入预算 5.00 万元，支出预算 5.00 万元。</p>"
    page = f'<form id="header"><div class="header-fixed">{menu}<div>{article}</div></div></form>'
    assert [texts(b) for b in read_document(saved(tmp_path, page)).blocks] == [article[3:-4]]


def test_a_table_without_cells_is_none(tmp_path):
    page = "<p>某局<table></table><table><tr></tr></table><table><tr><td><td></tr></table>"
    found = read_document(saved(tmp_path, page)).blocks
    assert [texts(block) for block in found] == ["某局", [["", ""]]]


def test_a_list_of_links_with_figures_in_a_table_stays(tmp_path):
    page = (
        '<div class="search-related"><table><tr><td><a href="/">项目</a><td>金额</tr>'
        '<tr><td><a href="/1">某局公园养护</a><td><a href="/2">12.00</a></tr></table></div>'
    )
    (table,) = read_document(saved(tmp_path, page)).blocks
    assert texts(table) == [["项目", "金额"], ["某局公园养护", "12.00"]]


def test_a_workbook_saved_as_a_page_under_its_old_name(tmp_path):
    path = tmp_path / "park_2024_budget.xls"
    path.write_bytes(("\r\n<html>" + PAGE).encode("gb18030"))
    assert len(read(path).rows["facts"]) == 6


def test_nothing_is_fetched_or_expanded(tmp_path):
    page = (
        '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><body>某局 &a;'
        '<img src="http://192.0.2.1/a.png"><iframe src="http://192.0.2.1/"></iframe></body>'
    )
    document = read_document(saved(tmp_path, page))
    assert "root:" not in "".join(document.lines)
    assert external_references("".join(document.lines)) == set()


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "is empty"),
        (b"<html><body><p>budget 2024</p></body></html>", "holds no Chinese text"),
        ("<p>某局</p>".encode() + b"\xff\xff\xff", "neither UTF-8, UTF-16 nor GB18030"),
        (b"<!-- -->", "no Chinese text|holds no web page"),
        ("<p>某局<table>" + "<tr><td rowspan=9999 colspan=999>" * 9_999, "more cells than any"),
    ],
)
def test_what_is_no_disclosure_is_refused_in_a_sentence(page, reason, tmp_path):
    start = time.monotonic()
    with pytest.raises(DisclosureError, match=reason):
        read_document(saved(tmp_path, page))
    assert time.monotonic() - start < 3


def test_a_page_may_be_deep_and_wide(tmp_path):
    page = "<p>某局</p>" + "<div>" * 20_000 + "深" + "<span>宽</span>" * 50_000
    start = time.monotonic()
    document = read_document(saved(tmp_path, page))
    assert time.monotonic() - start < 5
    assert document.lines[0] == "某局"

"""A figure leads back to its line, and nobody is named on the way."""

import copy
import html
import pickle
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from helpers.disclosure import read
from helpers.document import Cell, DisclosureError, Document, Paragraph, RawTable
from helpers.privacy import MASK, find_contacts
from helpers.provenance import find_place, mark_lines
from helpers.readers import parse_lines, read_document
from helpers.report.source_page import _blocks, _piece_html, read_rows
from helpers.traced import Traced, TracedTable, objects, table_html, traced_column

ROOT = Path(__file__).resolve().parent.parent
RAW = sorted((ROOT / "data" / "raw").glob("*/*.txt"))

LINES = (
    "预算总计 1,170.50 万元",
    "",
    "合计\t70.50\t70.50\t0.00",
    "301\t工资福利支出\t60.00\t 6 0.5\t１，２００",
    "",
    "支出 16, 291. 51 万元, 2 人, 12 人",
    "末行",
)


def marked(row, rows=None):
    return str(find_place("park_2024_budget", page_of(LINES), row, rows or {}))


def page_of(lines):
    return Document("park.txt", tuple(lines), (), "delimited")


# --- where


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"amount_text": "1,170.50", "origin": "L1"}, "L1: 预算总计 【1,170.50】 万元"),
        ({"value": Decimal("1170.5"), "origin": "L1"}, "L1: 预算总计 【1,170.50】 万元"),
        ({"value": Decimal("170.50"), "origin": "L1"}, "L1: 预算总计 1,170.50 万元"),
        ({"value": Decimal(0), "origin": "L3"}, "L3: 合计\t70.50\t70.50\t【0.00】"),
        (
            {"value": Decimal("16291.51"), "origin": "L6"},
            "L6: 支出 【16, 291. 51】 万元, 2 人, 12 人",
        ),
        (
            {"value": Decimal(2), "origin": "L6"},
            "L6: 支出 16, 291. 51 万元, 【2】 人, 12 人",
        ),
        (
            {"measure": "basic", "unit": "yuan", "value": Decimal(11705000), "origin": "L1"},
            "L1: 预算总计 【1,170.50】 万元",
        ),
        (
            {"value": "1200", "origin": "L4"},
            "L4: 301\t工资福利支出\t60.00\t 6 0.5\t【１，２００】",
        ),
        ({"level3": "工资 福利支出", "origin": "L4"}, "L4: 301\t【工资福利支出】\t60.00"),
        ("L7", "L7: 末行"),
        (Traced("70.50", "park_2024_budget", "L3"), "L3: 合计\t【70.50】\t【70.50】\t0.00"),
        ({"value": Decimal(12), "origin": "L6;L7"}, "2 人, 【12】 人\nL7: 末行"),
    ],
)
def test_the_figure_is_marked_on_its_line(row, shown):
    assert shown in marked(row)


def test_equal_figures_of_one_line_are_taken_in_turn():
    rows = [
        {"row_no": 1, "column_path": path, "amount_text": "70.50", "origin": "L3"}
        for path in ("合计", "人员经费")
    ]
    assert marked(rows[0], {"facts": rows}) == "L3: 合计\t【70.50】\t70.50\t0.00"
    assert marked(rows[1], {"facts": rows}) == "L3: 合计\t70.50\t【70.50】\t0.00"
    # One row and two such figures: nothing says which of them it is.
    assert marked(rows[0], {"facts": rows[:1]}) == "L3: 合计\t【70.50】\t【70.50】\t0.00"


def test_a_place_shows_two_written_lines_around_it():
    place = find_place("park_2024_budget", page_of(LINES), "L4", {})
    assert [line.number for line in place.lines] == [1, 3, 4, 6, 7]
    lines = page_of([*LINES, "<b>8</b>"])
    page = find_place("park_2024_budget", lines, {"value": 8, "origin": "L8"}, {})._repr_html_()
    assert "&lt;b&gt;<mark>8</mark>&lt;/b&gt;" in page
    assert 'data-place="park_2024_budget#L8"' in page


@pytest.mark.parametrize("row", ["L0", "L8", "p3:t1", "", {"origin": "L99"}])
def test_a_place_that_is_not_there_is_named(row):
    with pytest.raises(DisclosureError, match="park_2024_budget has no place"):
        marked(row)


def test_a_row_without_a_place_is_refused():
    with pytest.raises(DisclosureError, match="names no place"):
        marked({"value": 3, "origin": ""})


def test_two_sides_of_a_finding_are_shown_together():
    row = {"left_value": "1170.50", "left_origin": "L1", "right_value": "70.50"}
    shown = marked({**row, "right_origin": "L3"})
    assert shown == "L1: 预算总计 【1,170.50】 万元\nL3: 合计\t【70.50】\t【70.50】\t0.00"


# --- marks of a whole document


def test_marks_do_not_overlap_and_say_what_was_read():
    rows = {
        "facts": [
            {"label": "合计", "column_path": path, "amount_text": "70.50", "origin": "L3"}
            for path in ("总额", "人员经费")
        ],
        "unread": [{"text": "70.50", "reason": "twice", "origin": "L3"}],
        "tables": [{"title": "没有这个表", "origin": "L7"}, {"title": "x", "origin": ""}],
    }
    lines = mark_lines(page_of(LINES), rows)
    assert [line.number for line in lines if line.is_named] == [3, 7]
    assert [(m.kind, m.title) for m in lines[2].marks] == [
        ("facts", "合计 · 总额"),
        ("facts", "合计 · 人员经费"),
    ]
    assert lines[6].marks == ()
    assert ["".join(text for text, _ in line.pieces()) for line in lines] == list(LINES)


# --- texts with a place


def test_a_traced_text_is_a_text_and_keeps_its_place():
    amount = Traced("25.56", "park_2024_budget", "L303")
    assert amount == "25.56" and hash(amount) == hash("25.56")
    for twin in (copy.deepcopy(amount), pickle.loads(pickle.dumps(amount))):
        assert (twin, twin.source_id, twin.origin) == ("25.56", "park_2024_budget", "L303")
    assert not isinstance(amount[:2], Traced)


def test_what_has_no_place_stays_plain():
    column = traced_column(["1", None, "3"], ["a_2024_budget"] * 3, ["L1", "L2", None])
    assert column == ["1", None, "3"]
    assert [isinstance(text, Traced) for text in column] == [True, False, False]


def test_a_table_shows_places_and_escapes_texts():
    long = "长" * 80
    frame = pd.DataFrame({"<名称>": ["a & b", long], "n": [1.5, 2.0]}, index=["<x>", "y"])
    frame["sum"] = objects([Traced("8", "a_2024_budget", "L7"), None], frame.index)
    shown = table_html(frame, index=True)
    assert "<th>&lt;名称&gt;</th>" in shown and "<th>&lt;x&gt;</th>" in shown
    assert "<td>a &amp; b</td>" in shown and long in shown and "<td>1.5</td>" in shown
    assert (
        '<span class="origin" data-place="a_2024_budget#L7" title="a_2024_budget, line 7">8</span>'
    ) in shown


def test_an_origin_of_several_lines_leads_to_each():
    origin = Traced("L7;L1200", "a_2024_budget", "L7;L1200").to_html()
    assert re.findall(r'data-place="([^"]+)"', origin) == [
        "a_2024_budget#L7",
        "a_2024_budget#L1200",
    ]
    assert "a_2024_budget, line 1,200" in origin
    assert re.sub("<[^>]+>", "", origin) == "L7;L1200"


# --- privacy


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "部门(单位)联系人\t张三\t联系电话:\t0991-1234567\t",
            "部门(单位)联系人\t×××\t联系电话:\t×××\t",
        ),
        ("<b>项目负责人</b>\t\t<b>张 三</b>\t", "<b>项目负责人</b>\t\t<b>×××</b>\t"),
        ("项目名称\t道路\t项目负责人\t阿不都热合曼\t", "项目名称\t道路\t项目负责人\t×××\t"),
        ("填报人：李四　联系电话：13912345678。", "填报人：×××　联系电话：×××。"),
        ("联 系 人\t王五、赵六\t电话\t(0994)2345678", "联 系 人\t×××\t电话\t×××"),
        ("联系电话:\t138 1234 5678\t", "联系电话:\t×××\t"),
        ("联系电话：138-1234-5678。", "联系电话：×××。"),
        ("电话：0991-4600128、4600129", "电话：×××"),
        ("联系人及联系方式\t欧阳明13812345678\t", "联系人及联系方式\t×××\t"),
        ("（联系人：欧阳明 0991-4600128）", "（联系人：××× ×××）"),
        ("电话：(0991)4600129 资金7.00万元", "电话：××× 资金7.00万元"),
        ("财务负责人：孙帆 填表人：张明日 ", "财务负责人：××× 填表人：××× "),
        ("单位负责人（签字）\t欧阳明\t", "单位负责人（签字）\t×××\t"),
        ("审核：\t欧阳明\t", "审核：\t×××\t"),
        ("审核\t合格\t", "审核\t合格\t"),
        # What only looks like it: the next label, an amount, a department, a sentence, vehicles.
        ("项目负责人\t\t项目资金（万元）\t40.00", "项目负责人\t\t项目资金（万元）\t40.00"),
        ("项目负责人\t40.00\t", "项目负责人\t40.00\t"),
        ("联系人\t某市住房和城乡建设局\t", "联系人\t某市住房和城乡建设局\t"),
        (
            "项目负责人：负责项目的组织实施，每月检查。",
            "项目负责人：负责项目的组织实施，每月检查。",
        ),
        (
            "主要负责人用车 0 辆、电话费 12,345,678.00 元",
            "主要负责人用车 0 辆、电话费 12,345,678.00 元",
        ),
    ],
)
def test_contacts_are_masked(text, masked):
    document = parse_lines("a.txt", (text,))
    assert find_contacts(document).mask_document(document).lines == (masked,)


def test_a_cell_per_line_is_masked_too():
    lines = ("表", "", "\t预算单位", "\t园林局", "\t项目负责人", "\t马强", "", "加强马强化，马强")
    document = parse_lines("a.txt", (*lines, "", "\t一", "\t二"))
    assert find_contacts(document).mask_document(document).lines[5:8] == (
        "\t×××",
        "",
        "加强马强化，×××",
    )


def test_rows_read_from_a_document_are_masked():
    document = parse_lines("a.txt", ("项目负责人\t欧阳明月\t电话\t2123456",))
    row = {"text": "欧阳明月 2123456", "origin": "L1", "functional_code": "2123456", "value": None}
    rows = find_contacts(document).mask_rows(document, {"unread": [row]})
    assert rows["unread"] == [{**row, "text": f"{MASK} {MASK}"}]


def test_a_list_of_contacts_is_masked():
    lines = (
        "姓名\t职务\t联系电话",
        "欧阳明\t局长\t0991-4600128",
        "马强\t副局长\t4600129",
        "合计\t\t7.00",
    )
    document = parse_lines("a.txt", lines)
    assert find_contacts(document).mask_document(document).lines == (
        "姓名\t职务\t联系电话",
        "×××\t局长\t×××",
        "×××\t副局长\t×××",
        "合计\t\t7.00",
    )


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("联系电话:\t138 1234 5678", "5678"),
        ("联系人：欧阳明，电话：0991－4600128。", "4600128"),
        ("电话：0991-4600128、4600129", "4600129"),
    ],
)
def test_a_piece_of_a_telephone_number_is_not_left_unread(line, piece):
    document = parse_lines("a.txt", (line, piece))
    rows = [{"text": piece, "origin": "L1"}, {"text": piece, "origin": "L2"}]
    masked = find_contacts(document).mask_rows(document, {"unread": rows})
    assert [row["text"] for row in masked["unread"]] == [MASK, piece]


def persons_and_numbers(path: Path) -> set[str]:
    """Collect what must not be shown by another way: the raw text, word by word."""
    words = re.sub(r"</?[a-z]+>", " ", path.read_text(encoding="utf-8")).split()
    names = {
        words[i + 1]
        for i, word in enumerate(words[:-1])
        if re.search(r"(项目负责人|联系人)[:：]?$", word)
    }
    numbers = {words[i + 1] for i, word in enumerate(words[:-1]) if re.search(r"电话[:：]?$", word)}
    return names | {number for number in numbers if number[0].isdigit()}


def test_the_documents_do_name_persons():
    assert {path.parent.name: len(persons_and_numbers(path)) for path in RAW} == {
        "changji_housing_2023_budget": 5,
        "changji_housing_2024_final": 0,
        "urumqi_housing_2024_budget": 20,
        "urumqi_housing_fund_2024_budget": 6,
        "urumqi_natural_resources_2024_final": 0,
    }


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.parent.name)
def test_no_person_stands_in_clean_data_or_source_page(path):
    source_id = path.parent.name
    clean = ROOT / "data" / "clean" / source_id
    shown = {file.name: file.read_text(encoding="utf-8") for file in clean.iterdir()}
    document = read_document(path)
    masked = find_contacts(document).mask_document(document)
    marks = mark_lines(masked, read_rows(clean))
    shown["page"] = "".join(_piece_html(*piece) for line in marks for piece in line.pieces())
    secrets = persons_and_numbers(path)
    # Only the places are compared, so that a failure names nobody either.
    assert [place for place, text in shown.items() if any(s in text for s in secrets)] == []
    # Nothing but persons is masked: every other line is as published.
    others = [line for line, raw in zip(masked.lines, document.lines, strict=True) if line != raw]
    assert all(MASK in line for line in others)
    assert len(others) == len({n for n in find_contacts(document).by_line})


# --- the published documents


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.parent.name)
def test_every_fact_and_claim_is_found_on_its_line(path):
    disclosure = read(path.parent)
    rows = {name: disclosure.rows[name] for name in ("facts", "claims")}
    lines = {line.number: line for line in mark_lines(disclosure.document, rows)}
    for fact in rows["facts"]:
        line = lines[int(fact["origin"][1:])]
        texts = {line.text[mark.start : mark.end] for mark in line.marks}
        assert fact["amount_text"] in texts, fact
    missing = [
        claim
        for claim in rows["claims"]
        if claim["value"] is not None
        and not any(lines[n].marks for n in disclosure.document.line_numbers(claim["origin"]))
    ]
    assert missing == []


def test_where_takes_rows_frames_tables_and_origins():
    disclosure = read(ROOT / "data" / "raw" / "urumqi_housing_2024_budget")
    fact = disclosure.largest_fact()
    expected = "L140: <b>收入总计</b>\t<b>【529,703.06】</b>\t<b>支出总计</b>\t<b>529,703.06</b>"
    assert str(disclosure.where(fact)) == expected
    facts = disclosure.frame("facts")
    series = facts[(facts["origin"] == "L140") & (facts["side"] == "expenditure")].iloc[0]
    assert str(disclosure.where(series)).endswith("支出总计</b>\t<b>【529,703.06】</b>")
    table = disclosure.table("general_public_basic_expenditure")
    assert isinstance(table, TracedTable) and isinstance(table.iloc[0, 5], Traced)
    assert str(disclosure.where(table.iloc[0, 5])) == (
        "L305: <b>总计</b>\t<b>【4,477.96】</b>\t<b>4,055.87</b>\t<b>422.09</b>"
    )
    assert str(disclosure.where("L957")).endswith(f"\t\t{MASK}\t<b>联系电话</b>\t{MASK}")
    shown = html.unescape(table.sort_values("label").head(3)._repr_html_())
    assert len(re.findall('data-place="urumqi_housing_2024_budget#L', shown)) > 3


def test_lines_with_cells_stand_as_tables():
    blocks = list(_blocks(mark_lines(page_of(("文", "\t独", "甲\t乙", "丙\t", "文")), {})))
    assert [(b.is_table, [int(line["label"]) for line in b.lines]) for b in blocks] == [
        (False, [1, 2]),
        (True, [3, 4]),
        (False, [5]),
    ]
    assert blocks[1].lines[1]["cells"] == [{"html": "丙"}, {"html": ""}]


def test_the_cells_of_a_workbook_stand_in_the_rows_of_its_sheet():
    book = ROOT / "tests" / "fixtures" / "office" / "park_2024_budget.xls"
    disclosure = read(book)
    (sheet,) = _blocks(mark_lines(disclosure.document, {"facts": disclosure.rows["facts"]}))
    rows = {row["place"]: row["cells"] for row in sheet.lines}
    assert list(rows) == [f"部门收支总表!{number}" for number in range(1, 8)]
    # A merged cell is one, as wide as what follows leaves it.
    assert [cell["html"] for cell in rows["部门收支总表!3"]] == ["收入", "支出"]
    assert rows["部门收支总表!3"][0]["span"] == 2
    amount = rows["部门收支总表!7"][1]
    assert amount["place"] == "部门收支总表!B7"
    assert amount["html"].startswith('<mark class="facts" title="收入总计 · 收入/预算数">')


def test_cells_with_a_place_of_their_own_stand_in_rows():
    cells = (("t2:r1:c1", "项目"), ("t2:r1:c2", "合计"), ("t2:r2:c2", "70.50"))
    table = RawTable(tuple((Cell(text, place),) for place, text in cells))
    document = Document.of_blocks("a.docx", (Paragraph("表 1", "b1"), table), "docx")
    rows = {"facts": [{"label": "支出", "amount_text": "70.50", "origin": "t2:r2:c2"}]}
    place = find_place("park_2024_budget", document, rows["facts"][0], rows)
    assert str(place) == "t2:r2:c2: 【70.50】"
    text, table = _blocks(mark_lines(document, rows))
    assert (text.is_table, [line["place"] for line in text.lines]) == (False, ["b1"])
    assert [(row["place"], len(row["cells"])) for row in table.lines] == [
        ("t2:r1", 2),
        ("t2:r2", 2),
    ]
    blank, amount = table.lines[1]["cells"]
    assert (blank["html"], amount["place"]) == ("", "t2:r2:c2")
    assert amount["html"] == '<mark class="facts" title="支出">70.50</mark>'

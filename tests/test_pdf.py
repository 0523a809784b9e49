"""PDF files: cells, headers, pages, paragraphs, and what is refused."""

import time
import zlib
from decimal import Decimal

import pytest

import helpers as hp
from helpers.document import DisclosureError, Lost, Paragraph, RawTable
from helpers.readers.pdf import read_blocks
from pdf_pages import PdfPage, pdf_bytes

CODED = [
    ["项目", "", "", "", "支出预算", "", ""],
    ["功能分类科目编码", "", "", "功能分类科目名称", "合计", "基本支出", "项目支出"],
    ["类", "款", "项", "", "", "", ""],
    ["201", "", "", "一般公共服务支出", "120.50", "100.00", "20.50"],
    ["201", "06", "", "财政事务", "120.50", "100.00", "20.50"],
    ["201", "06", "01", "行政运行", "100.00", "100.00", ""],
    ["201", "6", "2", "一般行政管理事务", "20.50", "", "20.50"],
    ["合计", "", "", "", "120.50", "100.00", "20.50"],
]
CODED_SPANS = [
    (0, 0, 1, 4),
    (0, 4, 1, 3),
    (1, 0, 1, 3),
    *((1, column, 2, 1) for column in (3, 4, 5, 6)),
    (7, 0, 1, 4),
]
CODED_XS = [50, 80, 110, 140, 300, 380, 460, 540]


def caption(page, title, unit="万元"):
    page.text(220, 60, title, 14)
    page.text(50, 90, "编制部门：某某市某某局")
    page.text(480, 90, f"单位：{unit}")


def blocks_of(tmp_path, *pages, name="some_2024_budget.pdf"):
    path = tmp_path / name
    path.write_bytes(pdf_bytes(*pages))
    return read_blocks(path)


def read(tmp_path, *pages):
    path = tmp_path / "some_2024_budget.pdf"
    path.write_bytes(pdf_bytes(*pages))
    return hp.read(path)


def texts(block):
    return [[cell.text for cell in row] for row in block.rows]


def tables(blocks):
    return [block for block in blocks if isinstance(block, RawTable)]


def coded_page(**settings):
    page = PdfPage(**settings)
    caption(page, "2024年部门支出预算总表", "元")
    page.table(CODED_XS, 100, CODED, spans=CODED_SPANS)
    return page


def test_a_merged_cell_has_its_text_in_its_first_field(tmp_path):
    (table,) = tables(blocks_of(tmp_path, coded_page()))
    assert texts(table) == CODED
    assert table.rows[3][4].origin == "p1:t1:r4:c5"


def test_codes_in_three_columns_unit_and_column_path(tmp_path):
    disclosure = read(tmp_path, coded_page())
    facts = disclosure.rows["facts"]
    assert disclosure.source.department == "某某市某某局"
    assert {fact["table_id"] for fact in facts} == {"expenditure_summary"}
    assert [(f["functional_code"], f["column_path"], f["amount_yuan"]) for f in facts[6:11]] == [
        ("2010601", "支出预算/合计", Decimal(100)),
        ("2010601", "支出预算/基本支出", Decimal(100)),
        # A spreadsheet dropped the leading zeros of 06 and 02.
        ("2010602", "支出预算/合计", Decimal("20.5")),
        ("2010602", "支出预算/项目支出", Decimal("20.5")),
        ("", "支出预算/合计", Decimal("120.5")),
    ]
    assert facts[-1]["line_role"] == "total"
    assert disclosure.findings().empty


def pages_of_one_table(repeats_header):
    first, second = PdfPage(), PdfPage()
    caption(first, "2024年部门支出预算总表")
    first.table(CODED_XS, 100, CODED[:5], spans=CODED_SPANS[:-1])
    header = CODED[:3] if repeats_header else []
    spans = CODED_SPANS[:-1] if repeats_header else []
    total = (len(header) + 2, 0, 1, 4)
    second.table(CODED_XS, 60, [*header, *CODED[5:]], spans=[*spans, total])
    second.text(290, 820, "2")
    return first, second


@pytest.mark.parametrize("repeats_header", [True, False])
def test_a_table_over_two_pages_is_one(tmp_path, repeats_header):
    disclosure = read(tmp_path, *pages_of_one_table(repeats_header))
    (table,) = disclosure.rows["tables"]
    assert (table["n_rows"], table["n_amounts"]) == (5, 13)
    assert disclosure.rows["facts"][-1]["origin"].startswith("p2:t1:r")
    assert disclosure.rows["unread"] == []


def test_the_last_rows_of_a_page_may_merge_columns(tmp_path):
    first, second = PdfPage(), PdfPage()
    caption(first, "2024年部门收支预算总表")
    xs = [50, 170, 250, 370, 450]
    rows = [
        ["收入", "", "支出", ""],
        ["项目", "预算数", "项目", "预算数"],
        ["一、财政拨款收入", "80.00", "一、教育支出", "80.00"],
    ]
    first.table(xs, 100, rows, spans=[(0, 0, 1, 2), (0, 2, 1, 2)])
    # No rule and no list mark tells the carry-over from a header; the columns do.
    second.table(
        xs, 60, [["上年结转", "5.00", "结转下年", "5.00"], ["总计", "85.00", "总计", "85.00"]]
    )
    facts = read(tmp_path, first, second).rows["facts"]
    assert [(f["side"], f["label"], f["amount_text"]) for f in facts] == [
        ("revenue", "一、财政拨款收入", "80.00"),
        ("expenditure", "一、教育支出", "80.00"),
        ("revenue", "上年结转", "5.00"),
        ("expenditure", "结转下年", "5.00"),
        ("revenue", "总计", "85.00"),
        ("expenditure", "总计", "85.00"),
    ]


def test_borders_that_single_rows_moved_are_one_column(tmp_path):
    page = PdfPage()
    caption(page, "2024年部门收入预算总表")
    page.table([50, 200, 300, 400], 100, [["项目", "合计", "财政拨款"]])
    page.table([50, 208, 300, 409], 120, [["事业运行", "7.25", "7.25"]])
    (table,) = tables(blocks_of(tmp_path, page))
    assert texts(table) == [["项目", "合计", "财政拨款"], ["事业运行", "7.25", "7.25"]]


def test_a_page_shown_turned_reads_like_one_upright(tmp_path):
    upright = tables(blocks_of(tmp_path, coded_page(height=595)))
    turned = PdfPage(width=595, height=595, rotate=90)
    for command in coded_page(width=595, height=595).drawing:
        turned.drawing.append(f"q 0 1 -1 0 595 0 cm {command} Q")
    assert [texts(t) for t in tables(blocks_of(tmp_path, turned))] == [texts(t) for t in upright]


def test_text_that_runs_upwards_turns_its_page(tmp_path):
    sideways = PdfPage(width=842, height=842)
    for command in coded_page(width=842).drawing:
        sideways.drawing.append(f"q 0 1 -1 0 842 0 cm {command} Q")
    (table,) = tables(blocks_of(tmp_path, sideways))
    assert texts(table) == CODED


def test_what_is_clipped_away_is_not_on_the_page(tmp_path):
    page = coded_page()
    page.clipped(0, 600, 595, 700, lambda p: p.text(60, 500, "七、支出预算99.99万元。"))
    page.clipped(0, 600, 595, 700, lambda p: p.text(60, 650, "二、支出预算120.50元。"))
    found = [b.text for b in blocks_of(tmp_path, page) if isinstance(b, Paragraph)]
    assert found[-1] == "二、支出预算120.50元。"
    assert not any("99.99" in text for text in found)


def test_type_printed_twice_to_look_bold_is_read_once(tmp_path):
    page = coded_page()
    page.text(50, 400, "总计1122.33元")
    page.text(50.4, 400, "总计1122.33元")
    assert blocks_of(tmp_path, page)[-1].text == "总计1122.33元"


def narrative(number):
    page = PdfPage()
    page.text(200, 40, "某某市某某局部门预算公开", 8)
    page.text(70, 100 + number, "2024年，本部门收入预算为1,250.40万元，其中财政拨款收入为一千", 14)
    page.text(42, 124 + number, "万元，事业收入为250.40万元。", 14)
    page.text(290, 815, f"- {number} -", 9)
    return page


def test_lines_are_joined_and_page_numbers_and_running_heads_left_out(tmp_path):
    found = blocks_of(tmp_path, *(narrative(number) for number in (1, 2, 3, 4)))
    assert [block.text for block in found] == [
        "2024年，本部门收入预算为1,250.40万元，其中财政拨款收入为一千万元，事业收入为250.40万元。"
    ] * 4
    assert [block.origin for block in found] == ["p1:b1", "p2:b1", "p3:b1", "p4:b1"]


def test_a_caption_repeated_on_every_page_is_no_running_head(tmp_path):
    pages = []
    for _ in range(3):
        page = PdfPage()
        page.text(200, 40, "政府采购支出预算表", 12)
        page.text(480, 60, "单位：万元")
        pages.append(page)
    assert len(blocks_of(tmp_path, *pages)) == 6


def test_a_title_over_two_lines_is_one(tmp_path):
    page = PdfPage()
    page.text(97, 60, "一般公共预算“三公”经费、会议费、培训费", 20)
    page.text(287, 86, "表", 20)
    assert [b.text for b in blocks_of(tmp_path, page)] == [
        "一般公共预算“三公”经费、会议费、培训费表"
    ]


def test_two_figures_above_each_other_never_become_one(tmp_path):
    page = PdfPage()
    caption(page, "2024年部门支出预算总表")
    page.table([50, 200, 300], 100, [["项目", "合计"], ["行政运行", ""]], pitch=40)
    page.text(250, 152, "100")
    page.text(250, 168, "200")
    (table,) = tables(blocks_of(tmp_path, page))
    assert texts(table)[1] == ["行政运行", "100 200"]


def test_a_figure_broken_in_a_narrow_cell_is_whole(tmp_path):
    page = PdfPage()
    caption(page, "2024年部门支出预算总表")
    page.table([50, 200, 242], 100, [["项目", "合计"], ["行政运行", ""]], pitch=40)
    page.text(201, 152, "13,649.0")
    page.text(201, 168, "7")
    (table,) = tables(blocks_of(tmp_path, page))
    assert texts(table)[1] == ["行政运行", "13,649.07"]


NARROW_XS = [50, 90, 150, 192, 234]
NARROW = [
    ["编码", "名称", "合计", "基本支出"],
    ["201", "行政运行", "", ""],
    ["202", "外交", "", ""],
]


def narrow_page(y, *texts_at, rows):
    page = PdfPage()
    page.table(NARROW_XS, y, rows, pitch=40)
    for x, height, text in texts_at:
        page.text(x, height, text)
    return page


def test_figures_that_wrap_side_by_side_are_one_row(tmp_path):
    figures = [(x, y, text) for x in (152, 194) for y, text in ((152, "13,649.0"), (166, "7"))]
    page = narrow_page(100, *figures, rows=NARROW)
    caption(page, "2024年部门支出预算总表")
    (table,) = tables(blocks_of(tmp_path, page))
    assert texts(table)[1] == ["201", "行政运行", "13,649.07", "13,649.07"]


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        (["3,649.0", "3,649."], ["7", "07"], ["3,649.07", "3,649.07"]),
        # Two rows: whole figures, or a column with room left.
        (["9,649.07", "9,649.07"], ["8,649.07", "8,649.07"], None),
        (["49.0", "3,649.0"], ["7", "7"], None),
    ],
)
def test_a_row_cut_by_the_end_of_a_page_is_whole(tmp_path, above, below, whole):
    first = narrow_page(
        700, *((x, 754, text) for x, text in zip((152, 194), above, strict=True)), rows=NARROW[:2]
    )
    first.text(220, 640, "2024年部门支出预算总表", 14)
    first.text(150, 670, "单位：万元")
    second = narrow_page(
        60,
        *((x, 74, text) for x, text in zip((152, 194), below, strict=True)),
        rows=[["", "", "", ""], ["202", "外交", "", ""]],
    )
    blocks = blocks_of(tmp_path, first, second)
    assert not [block for block in blocks if isinstance(block, Lost)]
    found = [texts(table) for table in tables(blocks)]
    assert found[0][1] == ["201", "行政运行", *(whole or above)]
    assert found[1] == ([] if whole else [["", "", *below]]) + [["202", "外交", "", ""]]


def test_a_header_printed_again_within_a_table_holds_no_amounts(tmp_path):
    page = PdfPage()
    caption(page, "2024年部门支出预算总表", "元")
    serial = ["类", "款", "项", "※", "1", "2", "3"]
    rows = [*CODED[1:4], CODED[1], serial, *CODED[4:]]
    page.table(CODED_XS, 100, rows, spans=[(1, 0, 1, 1)])
    disclosure = read(tmp_path, page)
    printed = {text for row in CODED[3:] for text in row if "." in text}
    assert {fact["amount_text"] for fact in disclosure.rows["facts"]} == printed


def test_type_far_smaller_than_usual_is_read_alike(tmp_path):
    def scaled(page):
        page.drawing = ["q 0.12 0 0 0.12 0 700 cm", *page.drawing, "Q"]
        return page

    whole, tiny = coded_page(), scaled(coded_page())
    expected, found = (tables(blocks_of(tmp_path, page)) for page in (whole, tiny))
    assert [texts(table) for table in found] == [texts(table) for table in expected]


def test_headings_at_the_left_of_their_columns_need_no_rules(tmp_path):
    """As word processors print a table without borders: all at the left, cells wrapped."""
    page = PdfPage()
    caption(page, "2024年部门支出预算总表")
    xs = (50, 110, 250, 340, 430)
    rows = {
        110: ["科目", "", "支出预算", "", ""],
        130: ["编码", "名称", "合计", "基本支出", "项目支出"],
        150: ["201", "一般公共服务支出和其", "120.50", "100.00", "20.50"],
        164: ["", "他支出", "", "", ""],
        186: ["20106", "财政事务", "120.50", "100.00", "20.50"],
        206: ["2010601", "行政运行和其他行政管", "100.00", "100.00", ""],
        220: ["", "理事务", "", "", ""],
        242: ["2010602", "一般行政管理事务", "20.50", "", "20.50"],
        262: ["表 2", "", "", "", ""],
    }
    for y, row in rows.items():
        for x, text in zip(xs, row, strict=True):
            page.text(x, y, text)
    found = [
        (fact["functional_code"], fact["label"], fact["column_path"], fact["amount_text"])
        for fact in read(tmp_path, page).rows["facts"]
    ]
    names = [
        "一般公共服务支出和其他支出",
        "财政事务",
        "行政运行和其他行政管理事务",
        "一般行政管理事务",
    ]
    bodies = [row for row in rows.values() if row[0].startswith("201")]
    assert found == [
        (row[0], name, f"支出预算/{heading}", amount)
        for row, name in zip(bodies, names, strict=True)
        for heading, amount in zip(rows[130][2:], row[2:], strict=True)
        if amount
    ]


def test_figures_over_three_lines_need_no_rules(tmp_path):
    page = PdfPage()
    caption(page, "2024年部门支出预算总表", "元")
    rows = {
        110: ["科目编码", "名称", "合计", "基本支出", "项目支出"],
        130: ["213", "农林水支出", "145,83", "98,765", "47,070"],
        142: ["", "", "6,234.", ",412.3", ",822.2"],
        154: ["", "", "56", "4", "2"],
        174: ["21303", "水利", "98,765", "98,765", ""],
        186: ["", "", ",412.3", ",412.3", ""],
        198: ["", "", "4", "4", ""],
        218: ["", "合计", "12.00", "34.00", ""],
    }
    for y, row in rows.items():
        for x, text in zip((50, 120, 250, 340, 430), row, strict=True):
            page.text(x, y, text)
    rows = read(tmp_path, page).rows
    # A whole figure over a digit, where there was room for both, may be two: it stays unread.
    assert [fact["amount_text"] for fact in rows["facts"]] == ["145,836,234.56", "12.00", "34.00"]
    assert {row["text"] for row in rows["unread"]} == {"98,765,412.3 4", "47,070,822.2 2"}


ROWS = [
    ["科目编码", "科目名称", "合计", "基本支出", "项目支出"],
    ["201", "一般公共服务支出", "120.50", "100.00", "20.50"],
    ["20106", "财政事务", "120.50", "100.00", "20.50"],
    ["2010601", "行政运行", "100.00", "100.00", ""],
    ["2010602", "一般行政管理事务", "20.50", "", "20.50"],
]


@pytest.mark.parametrize("rules", ["both", "across", "down", "none"])
def test_rules_may_be_missing(tmp_path, rules):
    page = PdfPage()
    caption(page, "2024年部门支出预算总表")
    page.table([50, 120, 280, 360, 440, 520], 100, ROWS, rules=rules)
    disclosure = read(tmp_path, page)
    found = [
        (fact["functional_code"], fact["column_path"], fact["amount_text"])
        for fact in disclosure.rows["facts"]
    ]
    header = ROWS[0]
    assert found == [(row[0], header[i], row[i]) for row in ROWS[1:] for i in (2, 3, 4) if row[i]]


def test_running_text_without_a_caption_is_no_table(tmp_path):
    page = PdfPage()
    for i in range(4):
        page.text(60, 100 + 20 * i, f"{i + 1}、收入")
        page.text(200, 100 + 20 * i, "12.30")
        page.text(300, 100 + 20 * i, "45.60")
    assert tables(blocks_of(tmp_path, page)) == []


def test_one_list_in_two_halves(tmp_path):
    page = PdfPage()
    caption(page, "2024年度一般公共预算财政拨款基本支出决算表")
    rows = [
        ["科目编码", "科目名称", "决算数"] * 2,
        ["301", "工资福利支出", "30.00", "302", "商品和服务支出", "9.00"],
        ["30101", "基本工资", "30.00", "30201", "办公费", "9.00"],
        ["人员经费合计", "", "30.00", "公用经费合计", "", "9.00"],
    ]
    page.table([40, 100, 220, 280, 350, 470, 540], 100, rows, spans=[(3, 0, 1, 2), (3, 3, 1, 2)])
    disclosure = read(tmp_path, page)
    facts = disclosure.rows["facts"]
    assert [(f["row_no"], f["economic_code"], f["amount_text"], f["line_role"]) for f in facts] == [
        (1, "301", "30.00", "subtotal"),
        (2, "30101", "30.00", "item"),
        (3, "", "30.00", "subtotal"),
        (4, "302", "9.00", "subtotal"),
        (5, "30201", "9.00", "item"),
        (6, "", "9.00", "subtotal"),
    ]
    assert {fact["column_path"] for fact in facts} == {"决算数"}
    assert disclosure.findings().empty


def test_a_total_over_two_lists_of_one_side(tmp_path):
    page = PdfPage()
    caption(page, "收支预算总表")
    rows = [
        ["收入", "", "支出", "", "", ""],
        ["项目名称", "金额", "功能分类", "", "支出用途", ""],
        ["", "", "功能科目名称", "金额", "项目名称", "金额"],
        ["一、财政拨款", "9.50", "一、教育支出", "9.50", "一、基本支出", "6.00"],
        ["", "", "", "", "二、项目支出", "3.50"],
        ["收入合计", "9.50", "支出合计", "", "", "9.50"],
    ]
    spans = [(0, 0, 1, 2), (0, 2, 1, 4), (1, 0, 2, 1), (1, 1, 2, 1), (1, 2, 1, 2), (1, 4, 1, 2)]
    page.table([40, 130, 190, 310, 370, 470, 540], 100, rows, spans=[*spans, (5, 2, 1, 3)])
    page.text(60, 400, "关于某某市某某局2024年部门预算的说明")
    disclosure = read(tmp_path, page)
    last = disclosure.rows["facts"][-1]
    assert (last["label"], last["side"], last["line_role"]) == ("支出合计", "expenditure", "total")
    assert last["column_path"] == "支出/支出用途/金额"
    assert disclosure.findings().empty


def test_a_table_that_is_not_known_keeps_its_cells(tmp_path):
    page = coded_page()
    page.text(50, 330, "下表列示捐赠情况。")
    page.text(220, 360, "捐赠收入明细表", 12)
    page.text(480, 380, "单位：元")
    rows = [["捐赠人", "金额", "车辆数量"], ["甲公司", "12.00", "3"]]
    page.table([50, 200, 300, 400], 390, rows)
    disclosure = read(tmp_path, page)
    unknown = [fact for fact in disclosure.rows["facts"] if fact["table_id"] == "unknown"]
    assert [(f["label"], f["column_path"], f["amount_yuan"]) for f in unknown] == [
        ("甲公司", "金额", Decimal(12))
    ]
    # Three cars are no 3 yuan.
    assert [row["text"] for row in disclosure.rows["unread"]] == ["3"]


def test_a_row_of_totals_needs_no_name(tmp_path):
    page = PdfPage()
    caption(page, "支出预算总表")
    page.table(
        [50, 150, 250, 350], 100, [["合计", "基本支出", "项目支出"], ["9.50", "6.00", "3.50"]]
    )
    page.text(60, 400, "关于某某市某某局2024年部门预算的说明")
    assert [f["amount_text"] for f in read(tmp_path, page).rows["facts"]] == [
        "9.50",
        "6.00",
        "3.50",
    ]


# --- what is refused ------------------------------------------------------------------------------


def refusal(tmp_path, data):
    path = tmp_path / "a_2024_budget.pdf"
    path.write_bytes(data)
    started = time.monotonic()
    with pytest.raises(DisclosureError) as error:
        hp.read(path)
    assert time.monotonic() - started < 20
    return str(error.value)


def test_broken_files_are_refused(tmp_path):
    sentence = (
        "a_2024_budget.pdf is no readable PDF (broken or cut off); fetch it again or print it anew."
    )
    assert refusal(tmp_path, b"%PDF-1.4\nnothing") == sentence
    assert refusal(tmp_path, b"") == "a_2024_budget.pdf is empty."


def test_a_password_is_asked_for(tmp_path):
    lock = (
        b" /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
        + b"41" * 32
        + b"> /U <"
        + b"42" * 32
        + b"> >>"
    )
    assert refusal(tmp_path, pdf_bytes(coded_page(), trailer=lock)) == (
        "a_2024_budget.pdf is protected by a password; save a copy without one and try again."
    )


def test_a_scan_is_refused(tmp_path):
    page = PdfPage()
    page.picture()
    assert refusal(tmp_path, pdf_bytes(page)).startswith(
        "a_2024_budget.pdf holds no text, only pictures of pages (a scan); run text recognition"
    )


def test_a_scanned_page_among_others_is_listed(tmp_path):
    scan = PdfPage()
    scan.picture()
    disclosure = read(tmp_path, coded_page(), scan)
    (lost,) = [block for block in disclosure.document.blocks if isinstance(block, Lost)]
    assert lost.origin == "p2"
    assert [(row["origin"], row["reason"]) for row in disclosure.rows["unread"]] == [
        ("p2", "a picture without text; it needs text recognition")
    ]


def test_a_blank_form_yields_no_amount(tmp_path):
    page = PdfPage()
    caption(page, "2024年部门支出预算总表")
    blank = [[text if not text[:1].isdigit() else "" for text in row] for row in CODED]
    page.table(CODED_XS, 100, blank, spans=CODED_SPANS)
    assert "holds no amount that could be read" in refusal(tmp_path, pdf_bytes(page))


def test_a_file_that_unpacks_without_end_is_refused(tmp_path):
    data = zlib.compress(b"0" * 250_000_000, 9)
    head = f"<< /Length {len(data)} /Filter /FlateDecode >>\nstream\n".encode()
    bomb = pdf_bytes(coded_page()) + b"99 0 obj\n" + head + data + b"\nendstream\nendobj\n"
    assert refusal(tmp_path, bomb) == (
        "a_2024_budget.pdf unpacks to more than a disclosure can hold; it is not read."
    )


def test_a_file_cut_anywhere_is_read_or_refused(tmp_path):
    data = pdf_bytes(coded_page(), narrative(1))
    whole = "".join(text for row in CODED for text in row) + "1,250.40250.40"
    path = tmp_path / "a_2024_budget.pdf"
    for end in range(0, len(data), 97):
        path.write_bytes(data[:end] + data[end + 30 :])
        try:
            facts = hp.read(path).rows["facts"]
        except DisclosureError as error:
            assert str(error).startswith("a_2024_budget.pdf ")
        else:
            assert all(fact["amount_text"] in whole for fact in facts)

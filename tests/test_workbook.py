"""Workbooks: what their cells show, sheet by sheet."""

import io
import random
import re
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Border, Side
from openpyxl.utils import get_column_letter

from helpers.disclosure import clean, read
from helpers.document import DisclosureError, Paragraph
from helpers.grid import read_grids
from helpers.readers import read_document
from helpers.readers.number_formats import shown
from test_docx import BUDGET, EXPANDING, links, package, word

HERE = Path(__file__).resolve().parent
XLS = HERE / "fixtures" / "office" / "park_2024_budget.xls"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("stored", "code", "text"),
    [
        ("1234.5", "", "1234.5"),
        ("1234.5", "General", "1234.5"),
        ("1234.5", "0.00", "1234.50"),
        ("1234.5", '#,##0.00"万元"', "1234.50"),
        ("-1234.5", "#,##0.00;[Red]-#,##0.00", "-1234.50"),
        ("-1234.5", "#,##0.00;(#,##0.00)", "-1234.50"),
        # Never cut: the sums hold with all digits only.
        ("1234.5678", "0.00", "1234.5678"),
        # Binary noise goes, a quotient is shown as the sheet shows it.
        ("0.30000000000000004", "", "0.3"),
        ("1131.0999999999999", "#,##0.00", "1131.10"),
        ("529387.01000000001", "0.00", "529387.01"),
        ("41.152263374485599", "0.00", "41.15"),
        ("0.66666666666666663", "", "0.666666666666667"),
        ("123456789012345", "0.00", "123456789012345.00"),
        # Blank, dash and zero are three statements.
        ("0", "", "0"),
        ("0", "0.00", "0.00"),
        ("0", ACCOUNTING, "-"),
        ("8", ACCOUNTING, "8.00"),
        ("0", "0.00;-0.00;", ""),
        ("-0.0", "0.00", "0.00"),
        # Codes keep their zeros, percentages their sign, dates are no amounts.
        ("5", "00", "05"),
        ("2080505", "", "2080505"),
        ("0.256", "0.0%", "25.6%"),
        ("1", "0%", "100%"),
        ("45327", "yyyy/m/d", "2024-02-05"),
        ("45327", 'yyyy"年"m"月"', "2024-02-05"),
        # Shown in thousands, or in 万.
        ("1234500", "#,##0.00,", "1234.50"),
        ("12345678", "0!.0000", "1234.5678"),
        ("12345678", '0"."0000', "1234.5678"),
        ("1E+3", "0.00E+00", "1000"),
        ("2.5", "# ?/?", "2.5"),
    ],
)
def test_a_number_is_shown_as_the_sheet_shows_it(stored, code, text):
    assert shown(stored, code) == text


def texts(block) -> object:
    if isinstance(block, Paragraph):
        return block.text
    return [[cell.text for cell in row] for row in block.rows]


def saved(tmp_path: Path, fill) -> Path:
    """Save a workbook that a function fills."""
    book = openpyxl.Workbook()
    fill(book)
    path = tmp_path / "park_2024_budget.xlsx"
    book.save(path)
    return path


def budget(book) -> None:
    sheet = book.active
    sheet.title = "2 支出;总表"
    rows = [
        ["2024年某市园林局部门预算"],
        ["部门支出总体情况表"],
        ["编制部门：某市园林局", None, None, None, None, "单位：万元"],
        ["项目", None, None, None, "支出预算", None],
        ["功能分类科目编码", None, None, "功能分类科目名称", "合计", "项目支出"],
        ["类", "款", "项", None, None, None],
        ["212", None, None, "城乡社区支出", 1131.1, 131.1],
        [212, "05", 1, "城乡社区环境卫生", 1131.1, 131.1],
        ["注：本表数据含上年结转。"],
    ]
    for row in rows:
        sheet.append(row)
    for area in ("A1:F1", "A2:F2", "A4:D4", "E4:F4", "A5:C5", "D5:D6", "E5:E6", "F5:F6"):
        sheet.merge_cells(area)
    for row in ("7", "8"):
        sheet["E" + row].number_format = sheet["F" + row].number_format = "#,##0.00"
    sheet["C8"].number_format = "00"


def test_a_sheet_becomes_title_table_and_note(tmp_path):
    disclosure = read(saved(tmp_path, budget))
    found = disclosure.document.blocks
    assert [texts(b) for b in found[:2]] == ["2024年某市园林局部门预算", "部门支出总体情况表"]
    assert (texts(found[-1]), found[-1].origin) == ("注：本表数据含上年结转。", "2_支出_总表!A9")
    facts = disclosure.rows["facts"]
    assert [(f["functional_code"], f["column_path"], f["amount_text"]) for f in facts] == [
        ("212", "支出预算/合计", "1131.10"),
        ("212", "支出预算/项目支出", "131.10"),
        ("2120501", "支出预算/合计", "1131.10"),
        ("2120501", "支出预算/项目支出", "131.10"),
    ]
    assert facts[0]["amount_yuan"] == Decimal(11_311_000)
    assert facts[3]["origin"] == "2_支出_总表!F8"
    assert str(disclosure.where(facts[3])) == "2_支出_总表!F8: 【131.10】"
    assert disclosure.rows["unread"] == []


def test_a_workbook_is_cleaned(tmp_path):
    clean(saved(tmp_path, budget), tmp_path / "clean")
    written = (tmp_path / "clean" / "park_2024_budget" / "facts.csv").read_text(encoding="utf-8")
    assert written.count("2_支出_总表!") == 4


def test_hidden_sheets_rows_and_columns_are_not_read(tmp_path):
    def fill(book):
        sheet = book.active
        for row in (["项目", "标识", "金额"], ["旧", "x", 1], ["合计", "y", 2]):
            sheet.append(row)
        sheet.merge_cells("A4:B4")
        sheet["A4"] = "某项"
        sheet["C4"] = 3
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        other = book.create_sheet("代码")
        other.sheet_state = "hidden"
        other.append(["某局", 9])

    (table,) = read_document(saved(tmp_path, fill)).blocks
    assert texts(table) == [["项目", "金额"], ["合计", "2"], ["某项", "3"]]


def test_tables_of_a_sheet_are_cut_at_blank_rows(tmp_path):
    def fill(book):
        sheet = book.active
        for row in (
            ["一、收入支出预算总体情况：收入预算 5 万元，支出预算 5 万元"],
            ["表1"],
            ["部门收支总表"],
            ["单位：万元"],
            ["项目", "金额"],
            ["其中：", None],
            ["合计", 5],
            [],
            ["项目支出表"],
            ["项目", "金额"],
            ["甲", 5],
        ):
            sheet.append(row)

    found = read_document(saved(tmp_path, fill)).blocks
    assert [texts(block) for block in found] == [
        "一、收入支出预算总体情况：收入预算 5 万元，支出预算 5 万元",
        "表1",
        "部门收支总表",
        [["单位：万元", ""], ["项目", "金额"], ["其中：", ""], ["合计", "5"]],
        "项目支出表",
        [["项目", "金额"], ["甲", "5"]],
    ]


def test_a_sheet_without_title_has_that_of_its_tab(tmp_path):
    def fill(book):
        book.active.title = "部门收入总表"
        book.active.append(["项目", "金额"])
        book.active.append(["合计", 5])

    title, _ = read_document(saved(tmp_path, fill)).blocks
    assert (title.text, title.origin) == ("部门收入总表", "部门收入总表!A0")


def test_a_blank_column_within_borders_is_a_column(tmp_path):
    def fill(book):
        sheet = book.active
        sheet.append(["项目", "金额"])
        sheet.append(["合计", 5])
        for row in (1, 2):
            sheet.cell(row, 3).border = Border(left=Side("thin"))

    (table,) = read_document(saved(tmp_path, fill)).blocks
    assert texts(table) == [["项目", "金额", ""], ["合计", "5", ""]]


def test_sheets_whose_names_look_alike_keep_their_places(tmp_path):
    def fill(book):
        book.active.title = "表 1"
        book.active.append(["某局"])
        book.create_sheet("表_1").append(["某处"])

    assert read_document(saved(tmp_path, fill)).places == ("表_1!A1", "表_1_2!A1")


def test_a_long_cell_is_lines_of_one_place(tmp_path):
    def fill(book):
        book.active["A1"] = "一、概况\n编制数 40 人。"

    document = read_document(saved(tmp_path, fill))
    assert [texts(block) for block in document.blocks] == ["一、概况", "编制数 40 人。"]
    assert document.where("Sheet!A1") == "一、概况 编制数 40 人。"


def test_a_formula_counts_with_its_stored_value(tmp_path):
    def fill(book):
        book.active.append(["合计", "=1+1"])  # openpyxl stores no value

    (table,) = read_document(saved(tmp_path, fill)).blocks
    assert texts(table) == [["合计", "=1+1"]]
    path = tmp_path / "park_2024_budget.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", parts[sheet])
    path.write_bytes(package(parts))
    (table,) = read_document(path).blocks
    assert texts(table) == [["合计", "2"]]


def final_accounts(book) -> None:
    sheet = book.active
    sheet.title = "02 收入"
    for row in (
        ["收入决算表"],
        [None, None, None, None, None, "公开02表"],
        ["部门：某市园林局", None, None, None, None, "金额单位：万元"],
        ["项目", None, None, None, "本年收入合计", "财政拨款收入"],
        ["功能分类科目编码", None, None, "科目名称", None, None],
        [None],  # merged cells alone reach this row
        ["类", "款", "项", "栏次", 1, 2],
        [None, None, None, "合计", 1234.5, 1234.5],
        ["2080505", None, None, "机关事业单位基本养老保险缴费支出", 100.25, 100.25],
    ):
        sheet.append(row)
    for area in ("A4:D4", "A5:C6", "D5:D6", "E4:E6", "F4:F6", "A8:C8", "A9:C9"):
        sheet.merge_cells(area)


def test_the_layout_of_final_accounts(tmp_path):
    (grid,) = read_grids(read_document(saved(tmp_path, final_accounts)))
    assert (grid.caption.title.text, grid.caption.number) == ("收入决算表", 2)
    assert [column.path for column in grid.columns] == [
        ("项目", "功能分类科目编码", "类"),
        ("项目", "功能分类科目编码", "款"),
        ("项目", "功能分类科目编码", "项"),
        ("项目", "科目名称"),
        ("本年收入合计",),
        ("财政拨款收入",),
    ]
    assert [cell.text for cell in grid.rows[1]][3:] == [
        "机关事业单位基本养老保险缴费支出",
        "100.25",
        "100.25",
    ]
    assert (grid.warnings, grid.strays, grid.mended) == ((), (), {})


def test_a_workbook_of_excel_97(tmp_path):
    disclosure = read(XLS)
    assert [
        (f["side"], f["label"], f["column_path"], f["amount_text"], f["origin"])
        for f in disclosure.rows["facts"]
    ] == [
        ("revenue", "一、本年收入", "收入/预算数", "1234.50", "部门收支总表!B5"),
        ("revenue", "二、上年结转结余", "收入/预算数", "0.30", "部门收支总表!B6"),
        ("expenditure", "城乡社区支出", "支出/预算数", "1234.80", "部门收支总表!D6"),
        ("revenue", "收入总计", "收入/预算数", "1234.80", "部门收支总表!B7"),
        ("expenditure", "支出总计", "支出/预算数", "1234.80", "部门收支总表!D7"),
    ]
    assert disclosure.document.where("部门收支总表!D5") == "-"
    assert not any("隐藏" in line for line in disclosure.document.lines)


def budget_bytes() -> bytes:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    budget(book)
    book.save(buffer)
    return buffer.getvalue()


# --- what is refused ---------------------------------------------------------------------------


def workbook(sheet: str, more: dict[str, str | bytes] | None = None) -> bytes:
    entry = f'<sheet xmlns:r="{OFFICE}" name="表" sheetId="1" r:id="r0"/>'
    return package(
        {
            "_rels/.rels": links(("officeDocument", "xl/workbook.xml", "Internal")),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets>{entry}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": links(("worksheet", "worksheets/s.xml", "Internal")),
            "xl/worksheets/s.xml": sheet,
            **(more or {}),
        }
    )


def sheet(data: str, rest: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{rest}</worksheet>'


def inline(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


FAR = (
    f'<row r="1">{inline("A1", "某局")}</row><row r="1048576">{inline("XFD1048576", "预算")}</row>'
)


def test_a_lone_cell_far_away_makes_no_millions(tmp_path):
    path = tmp_path / "a.xlsx"
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    for rest in ("", merged):
        path.write_bytes(workbook(sheet(FAR, rest)))
        start = time.monotonic()
        assert texts(read_document(path).blocks[0]) == "某局"
        assert time.monotonic() - start < 2


DIAGONAL = "".join(
    f'<row r="{n}"><c r="{get_column_letter(n)}{n}"><v>1</v></c></row>' for n in range(1, 701)
)
REFUSED = {
    "macros": (workbook(sheet(FAR), {"xl/vbaProject.bin": b"\0"}), "holds macros"),
    "entities": (
        workbook(EXPANDING.replace("w:document", "worksheet") + sheet(FAR)),
        "declares a document type",
    ),
    "bomb": (workbook(sheet("<row/>" * 6_000_000)), "unpacks to 36,"),
    "sparse": (workbook(sheet(DIAGONAL)), "has more cells than any disclosure"),
    "cut": (workbook(sheet(FAR))[:-100], "cannot be opened"),
    "no sheet": (package({"a.txt": ""}), "no workbook, or is damaged"),
    "protected": (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "damaged xls": (XLS.read_bytes()[:1500], "damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_readable_workbook_is_refused_in_a_sentence(case, tmp_path):
    data, reason = REFUSED[case]
    path = tmp_path / "某局.xlsx"
    path.write_bytes(data)
    start = time.monotonic()
    with pytest.raises(DisclosureError) as told:
        read_document(path)
    assert reason in str(told.value) and str(told.value).startswith("某局.xlsx")
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("suffix", ["xls", "xlsx"])
def test_any_damage_is_refused_or_read(suffix, tmp_path):
    whole = XLS.read_bytes() if suffix == "xls" else budget_bytes()
    path = tmp_path / f"某局.{suffix}"
    cut = [whole[:end] for end in range(0, len(whole), 211)]
    flipped = [
        whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        for place in range(0, len(whole), 17)
    ]

    def refusal(data):
        path.write_bytes(data)
        try:
            assert read_document(path).blocks
        except DisclosureError as error:
            return str(error)
        return ""

    refusals = [refusal(data) for data in [*cut, *flipped]]
    assert all(text.startswith(path.name) for text in refusals if text)
    # What holds the table of contents stands last in a package: without it nothing can be read.
    assert suffix == "xls" or all(refusals[: len(cut)])
    assert any(refusals) and not all(refusals)


@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_any_change_of_the_xml_is_refused_or_read(suffix, tmp_path):
    """Elements fall out, are doubled and swapped, attributes hold anything: no crash, no amount."""
    whole = word(BUDGET) if suffix == "docx" else budget_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    draw = random.Random(suffix)
    path = tmp_path / f"park_2024_budget.{suffix}"
    for _ in range(300):
        name = draw.choice([name for name in parts if name.endswith((".xml", ".rels"))])
        pieces = re.findall(r"<[^>]*>|[^<]+", parts[name].decode("utf-8"))
        here, there = draw.randrange(len(pieces)), draw.randrange(len(pieces))
        kind = draw.randrange(4)
        if kind == 0:
            del pieces[here]
        elif kind == 1:
            pieces.insert(here, pieces[there])
        elif kind == 2:
            pieces[here], pieces[there] = pieces[there], pieces[here]
        else:
            value = draw.choice(["", "x", "-1", "99999999999", "1e9", "²", "A1:ZZ9", "../../etc"])
            pieces[here] = re.sub('"[^"]*"', f'"{value}"', pieces[here], count=1)
        path.write_bytes(package({**parts, name: "".join(pieces)}))
        try:
            disclosure = read(path)
        except DisclosureError:
            continue
        assert disclosure.ledger.invented == ()

"""Layouts of text without rows: bars, blank lines, blanks, everything on one line."""

import csv
import random
from decimal import Decimal
from pathlib import Path

import pytest

import helpers as hp
from helpers.document import Cell, Lost, Paragraph, RawTable
from helpers.grid import read_grids
from helpers.readers.cell_stream import RowEnd, read_stream
from helpers.readers.files import parse_lines
from helpers.readers.header_spans import BLANK, NUMBERS, SERIAL, TEXT, lay_out_header
from helpers.readers.serial_rows import rows_by_serials
from helpers.tables import read_tables

LAYOUTS = Path(__file__).parent / "fixtures" / "layouts"
CASES = sorted(path for path in LAYOUTS.iterdir() if path.is_dir())


def cells(text):
    """Cells of a text in which / parts them and a number in <> ends a row that lacks so many."""
    items = [item.strip() for item in text.split("/")]
    return [
        RowEnd(int(item[1:-1])) if item.startswith("<") else Cell(item, f"L{number}")
        for number, item in enumerate(items, 1)
    ]


def shown(block):
    if isinstance(block, RawTable):
        return [[cell.text for cell in row] for row in block.rows]
    return f"{type(block).__name__} {block.text}"


# --- whole documents -----------------------------------------------------------------------------


def test_there_are_cases():
    assert len(CASES) >= 8
    assert all((case / "document.txt").stat().st_size < 1_000 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_facts_of_a_layout(case):
    with (case / "facts.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    disclosure = hp.read(case / "document.txt")
    found = [
        {key: f"{row[key] if row[key] is not None else ''}" for key in expected[0]}
        for row in disclosure.rows["facts"]
    ]
    assert found == expected
    assert disclosure.ledger.invented == ()


def test_nothing_of_the_table_with_bars_is_left_unread():
    assert hp.read(LAYOUTS / "bars_short_rows" / "document.txt").rows["unread"] == []


def test_a_figure_at_the_end_of_a_cut_file_counts_if_a_blank_shows_it_is_whole(tmp_path):
    text = (LAYOUTS / "bars_short_rows" / "document.txt").read_text(encoding="utf-8").rstrip()
    for end, amount in ((" ", "690.36"), ("", None)):
        path = tmp_path / "document.txt"
        path.write_text(text + end, encoding="utf-8")
        totals = [f for f in hp.read(path).rows["facts"] if f["label"] == "支出总计"]
        assert [fact["amount_text"] for fact in totals] == ([amount] if amount else [])


def test_row_of_bars_with_merged_header_cells():
    text = (
        "预算数 | 决算数 | ||||||||||\n"
        "合计 | 因公出国（境）费 | 公务用车购置及运行费 | 公务接待费 | "
        "合计 | 因公出国（境）费 | 公务用车购置及运行费 | 公务接待费 | ||||\n"
        "小计 | 购置费 | 运行费 | 小计 | 购置费 | 运行费 | ||||||\n"
        "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 |\n"
        "9.00 | 0.00 | 8.00 | 0.00 | 8.00 | 1.00 | 7.00 | 0.00 | 6.50 | 0.00 | 6.50 | 0.50 |"
    )
    (grid,) = read_grids(parse_lines("a.txt", tuple(text.split("\n"))))
    paths = ["/".join(column.path) for column in grid.columns]
    assert paths[:6] == [
        "预算数/合计",
        "预算数/因公出国（境）费",
        "预算数/公务用车购置及运行费/小计",
        "预算数/公务用车购置及运行费/购置费",
        "预算数/公务用车购置及运行费/运行费",
        "预算数/公务接待费",
    ]
    assert paths[6:] == [path.replace("预算数", "决算数") for path in paths[:6]]


def test_a_web_page_keeps_its_text_between_tables():
    table = "项目 |/金额 |/一、教育 |/1.00 |/二、卫生 |/2.00 |/三、其他 |/|"
    document = parse_lines("a.txt", tuple(f"说明。/单位：万元/{table}/完。".split("/")))
    assert document.layout == "piped_cells"
    assert [shown(block) for block in document.blocks] == [
        "Paragraph 说明。",
        "Paragraph 单位：万元",
        [["项目", "金额"], ["一、教育", "1.00"], ["二、卫生", "2.00"], ["三、其他", ""]],
        "Paragraph 完。",
    ]


# --- tables made up, written in each layout ------------------------------------------------------

MARKS = "一二三四五六七八九十"


def made_up(drawn):
    """A table with income beside expenditure: names and amounts of each side, blanks as ''."""
    names = (drawn.randrange(2, 6), drawn.randrange(2, 9))
    rows = []
    for at in range(max(names)):
        row = []
        for word, count in zip(("收入", "支出"), names, strict=True):
            has_name = at < count
            amount = (
                f"{drawn.randrange(1, 10**7) / 100:.2f}" if at == 0 or drawn.random() < 0.7 else ""
            )
            row += [f"{MARKS[at]}、{word}{at}" if has_name else "", amount if has_name else ""]
        rows.append(row)
    return rows


def with_bars(rows):
    return "\n".join(["收入 |", "支出 | ||", *(f"{cell} |".strip() for r in rows for cell in r)])


def with_bars_in_rows(rows):
    return "\n".join(["收入 | 支出 | ||", *(" | ".join(row) + " |" for row in rows)])


def with_blank_lines(rows):
    cells = ["收入", "支出", *(cell for row in rows for cell in row)]
    return "\n" + "".join(f"{cell}\n\n" if cell else "\n" for cell in cells)


def numbered_on_one_line(rows):
    sides = [[name, n, cell] for row in rows for name, n, cell in (row[:3], row[3:])]
    return "收入 支出 " + " ".join(" ".join(filter(None, side)) for side in sides)


HEADING = ["项目", "预算数", "项目", "预算数"]
NUMBERED = ["项目", "行次", "金额", "项目", "行次", "金额"]


def with_numbers(rows):
    return [[row[0], f"{n}", row[1], row[2], f"{n + 30}", row[3]] for n, row in enumerate(rows, 1)]


@pytest.mark.parametrize(
    "write", [with_bars, with_bars_in_rows, with_blank_lines, numbered_on_one_line]
)
@pytest.mark.parametrize("lost", [0.0, 0.1, 1.0])
def test_amounts_are_right_or_not_read(write, lost):
    """Blank cells are lost with some probability: what is read is right, or it is not read."""
    drawn = random.Random(f"{write.__name__} {lost}")
    n_right = n_all = 0
    for _ in range(120):
        rows = made_up(drawn)
        truth = {
            (side, row[at], row[at + 1])
            for row in rows
            for side, at in (("revenue", 0), ("expenditure", 2))
            if row[at + 1]
        }
        if write is with_bars_in_rows and lost:
            pytest.skip("a row that lost a blank cell in front is not told from a short one")
        is_numbered = write is numbered_on_one_line
        body = with_numbers(rows) if is_numbered else rows
        heading = NUMBERED if is_numbered else HEADING
        if not is_numbered:
            body = [[cell for cell in row if cell or drawn.random() >= lost] for row in body]
        text = f"单位：万元{' ' if is_numbered else chr(10)}{write([heading, *body])}"
        document = parse_lines("a.txt", tuple(text.split("\n")))
        found = {
            (line.side, line.label, amount.text)
            for table in read_tables(read_grids(document))
            for line in table.lines
            for _, amount, _ in line.amounts
        }
        assert found <= truth
        n_right += len(found)
        n_all += len(truth)
    if lost == 0 and not is_numbered:
        assert n_right > 0.85 * n_all


# --- streams of cells ----------------------------------------------------------------------------


def test_the_total_row_may_cover_the_column_of_codes():
    stream = cells(
        "科目编码/科目名称/合计/合计/5.00/<1>/201/一般公共服务支出/3.00/206/科学技术支出/2.00"
    )
    assert [shown(block) for block in read_stream(stream)] == [
        [
            ["科目编码", "科目名称", "合计"],
            ["合计", "", "5.00"],
            ["201", "一般公共服务支出", "3.00"],
            ["206", "科学技术支出", "2.00"],
        ]
    ]


def test_cells_that_fit_no_table_are_not_read():
    stream = cells("项目/金额/一、教育/1.00/2.00/二、卫生/三、其他/3.00/4.00/5.00")
    blocks = read_stream(stream)
    assert [block.text for block in blocks if isinstance(block, Lost)] == [
        "1.00",
        "2.00",
        "3.00",
        "4.00",
        "5.00",
    ]
    assert not any(isinstance(block, RawTable) for block in blocks)


def test_lost_blank_cells_are_not_guessed():
    """收入 has no second figure: without its blank cell nobody knows whose 2.00 is."""
    text = "项目/预算数/项目/预算数/一、拨款/4.00/一、教育/1.00/二、其他/二、卫生/2.00"
    blocks = read_stream(cells(f"{text}/合计/4.00/合计/3.00"))
    assert not any(isinstance(block, RawTable) for block in blocks)


def test_several_tables_one_after_the_other():
    table = "单位：万元/项目/金额/一、教育/1.00/二、卫生/2.00"
    blocks = read_stream(cells(f"收入预算表/{table}/支出预算表/{table}"))
    assert [shown(block)[0] for block in blocks] == [
        ["收入预算表", "单位：万元"],
        ["支出预算表", "单位：万元"],
    ]


@pytest.mark.parametrize(
    ("rows", "kinds", "expected"),
    [
        (
            [["项目", "合计", "基本支出"], ["编码", "名称"]],
            [NUMBERS, TEXT, NUMBERS, NUMBERS],
            [["项目", "", "合计", "基本支出"], ["编码", "名称", "", ""]],
        ),
        (
            [["收入", "支出"], ["项目", "行次", "金额", "项目", "行次", "金额"]],
            [TEXT, SERIAL, NUMBERS, TEXT, SERIAL, BLANK],
            [["收入", "", "", "支出", "", ""], ["项目", "行次", "金额", "项目", "行次", "金额"]],
        ),
        (
            [["科目名称", "合计", "基本支出", "项目支出"], ["小计", "人员经费", "公用经费"]],
            [TEXT, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS],
            [
                ["科目名称", "合计", "基本支出", "", "", "项目支出"],
                ["", "", "小计", "人员经费", "公用经费", ""],
            ],
        ),
        # Nothing tells which of two unknown headings has the parts.
        ([["甲", "乙"], ["丙", "丁"]], [NUMBERS] * 3, None),
        # More headings than columns.
        ([["甲", "乙", "丙"]], [NUMBERS] * 2, None),
    ],
)
def test_header_spans(rows, kinds, expected):
    laid = lay_out_header([[Cell(text, "L1") for text in row] for row in rows], kinds)
    assert expected == (laid and [[cell.text for cell in row] for row in laid])


def test_a_header_with_too_many_readings_is_none():
    rows = [[Cell("甲", "L1")] * 12, [Cell("乙", "L2")] * 18, [Cell("丙", "L3")] * 9]
    assert lay_out_header(rows, [NUMBERS] * 36) is None


# --- numbered rows -------------------------------------------------------------------------------


def numbered(text):
    found = rows_by_serials([Cell(word, f"L{n}") for n, word in enumerate(text.split(), 1)])
    return found and [[cell.text for cell in row] for row in found[0]]


HEAD = "收入 支出 项目 行次 金额 项目 行次 金额 "


def test_numbers_of_rows_tell_whose_a_figure_is():
    rows = numbered(
        HEAD + "拨款 1 4.00 教育 31 2.00 其他 2 卫生 32 2.00 3 33 合计 4 4.00 合计 34 4.00"
    )
    assert rows[2:] == [
        ["拨款", "1", "4.00", "教育", "31", "2.00"],
        ["其他", "2", "", "卫生", "32", "2.00"],
        ["", "3", "", "", "33", ""],
        ["合计", "4", "4.00", "合计", "34", "4.00"],
    ]


def test_rows_that_can_be_read_in_two_ways_are_not():
    # 33 may be the amount of the left side, or the number of the right one without a name.
    text = HEAD + "拨款 1 4 教育 31 2 其他 2 卫生 32 2 收费 3 33 33 合计 4 4 合计 34 4"
    assert numbered(text) is None
    assert numbered(text.replace("3 33 33", "3 33"))[4] == ["收费", "3", "", "", "33", ""]


def test_without_numbers_of_rows_there_is_nothing_to_hold_on_to():
    assert numbered("项目 金额 拨款 4.00 其他 2.00") is None


# --- phases of columns ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "heading", "year", "phase"),
    [
        ("2024年部门预算", "2024年预算数", 2024, "initial_budget"),
        ("2024年部门预算", "2023年执行数", 2023, "final"),
        ("2024年部门预算", "上年预算数", 2023, "initial_budget"),
        ("2024年部门预算", "上年预算执行数", 2023, "final"),
        ("2024年部门预算", "金额", 2024, "initial_budget"),
        ("2024年部门预算", "上年结转一般公共预算", 2024, "initial_budget"),
        ("2024年部门决算", "年初预算数", 2024, "initial_budget"),
        ("2024年部门决算", "全年预算数", 2024, "adjusted_budget"),
        ("2024年部门决算", "预算数", 2024, "adjusted_budget"),
        ("2024年部门决算", "决算数", 2024, "final"),
        ("2024年部门决算", "一般公共预算财政拨款", 2024, "final"),
    ],
)
def test_year_and_phase_of_a_column(tmp_path, title, heading, year, phase):
    path = tmp_path / "document.txt"
    text = f"某市财政局{title}\n“三公”经费支出表\n单位：万元\n项目\t{heading}\n合计\t1.00\n"
    path.write_text(text, encoding="utf-8")
    (fact,) = hp.read(path).rows["facts"]
    assert (fact["fiscal_year"], fact["phase"]) == (year, phase)
    assert fact["amount_yuan"] == Decimal(10_000)


def test_a_title_is_not_the_number_of_the_table(tmp_path):
    path = tmp_path / "document.txt"
    caption = "某市财政局2024年部门决算\n收入支出决算总表\n公开01表\n单位：万元\n"
    path.write_text(f"{caption}项目\t金额\n一、教育支出\t1.00\n", encoding="utf-8")
    (table,) = hp.read(path).rows["tables"]
    assert (table["title"], table["table_no"]) == ("收入支出决算总表", 1)


def test_paragraphs_stay_as_they_are():
    lines = ("# 一、说明", "", "- 本表单位：万元，", "见附表。", "单位：万元", "说明如下。")
    blocks = parse_lines("a.txt", lines).blocks
    assert [block.text for block in blocks] == [
        "一、说明",
        "本表单位：万元，",
        "见附表。",
        "单位：万元",
        "说明如下。",
    ]
    assert all(isinstance(block, Paragraph) for block in blocks)

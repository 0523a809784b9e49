"""Real extracts against their facts, and what must hold for any document.

A folder of ``fixtures/valid`` holds ``document.txt`` (lines of a published budget), ``facts.csv``
(every fact it states, read by eye) and, where the case is about them, ``tables.csv`` and
``unread.csv``.  A new folder is found by itself.
"""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import unread
from helpers.document import DisclosureError
from helpers.facts import fact_rows, table_rows
from helpers.grid import read_grids
from helpers.ledger import Ledger
from helpers.readers import read_document
from helpers.sources import Source, propose_source
from helpers.tables import read_tables


def unread_rows(source, tables):
    """What the tables alone leave unread."""
    return unread.unread_rows(source, read_document(source.path), tables, [], Ledger((), ()))


ROOT = Path(__file__).resolve().parent.parent
VALID = Path(__file__).parent / "fixtures" / "valid"
CASES = sorted(path for path in VALID.iterdir() if path.is_dir())
DISCLOSURES = sorted((ROOT / "data" / "raw").iterdir())


def chain(path):
    """Source, document and statutory tables of a file."""
    document = read_document(path)
    return propose_source(path, document), document, read_tables(read_grids(document))


def read_text(folder, text):
    """Tables of a text, and a source to go with them."""
    path = folder / "document.txt"
    path.write_text(text, encoding="utf-8", newline="")
    source = Source("a_b_2024_budget", path, "", "", "", 2024, "budget", None, "")
    return source, read_tables(read_grids(read_document(path)))


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def compare(rows, path):
    """Compare rows with a CSV file in the columns that the file has."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        expected = list(reader)
        columns = reader.fieldnames
    assert [{c: as_text(row[c]) for c in columns} for row in rows] == expected


def ids(paths):
    return [path.name for path in paths]


def test_there_are_cases():
    assert len(CASES) >= 15
    for case in CASES:
        files = {path.name for path in case.iterdir()}
        assert {"document.txt", "facts.csv"} <= files, case.name
        assert files <= {"document.txt", "facts.csv", "tables.csv", "unread.csv"}, case.name


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_facts_of_case(case):
    source, _, tables = chain(case / "document.txt")
    compare(fact_rows(source, tables), case / "facts.csv")


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_tables_of_case(case):
    source, _, tables = chain(case / "document.txt")
    rows = table_rows(source, tables)
    if (case / "tables.csv").exists():
        compare(rows, case / "tables.csv")
    else:
        assert len(rows) == 1
        assert not rows[0]["is_empty"]
        assert rows[0]["empty_statement"] == ""


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_unread_of_case(case):
    source, _, tables = chain(case / "document.txt")
    rows = unread_rows(source, tables)
    if (case / "unread.csv").exists():
        compare(rows, case / "unread.csv")
    else:
        assert rows == []


# --- whole disclosures ------------------------------------------------------------------------

# The printed grand total of each table, in 万元, and by how much the items under it differ from
# it.  A hundredth is rounding by the department; the rest are its mistakes: table 1 leaves 单位资金
# and 非财政拨款结转结余 blank over filled parts (60 + 80), table 2 counts carried-over money twice
# in 212 and 2120199, table 4 prints the grand total again beside 201.
TOTALS = {
    "529,703.06": {
        ("revenue_expenditure_summary", "revenue"): ("529703.06", "0"),
        ("revenue_expenditure_summary", "expenditure"): ("529703.06", "0"),
        ("revenue_summary", ""): ("529703.06", "0.01"),
        ("expenditure_summary", ""): ("529703.06", "0.01"),
        ("fiscal_appropriation_summary", "revenue"): ("529387.01", "0"),
        ("fiscal_appropriation_summary", "expenditure"): ("529387.01", "0"),
        ("general_public_expenditure", ""): ("29387.01", "0.01"),
        ("general_public_basic_expenditure", ""): ("4477.96", "0.01"),
        ("general_public_project_expenditure", ""): ("24909.05", "0"),
        ("government_fund_expenditure", ""): ("500000", "0"),
        ("three_public_expenditure", ""): ("25.56", "0"),
        ("carry_over_detail", ""): ("316.05", "0"),
    },
    "4,461.66": {
        ("revenue_expenditure_summary", "revenue"): ("4461.66", "0"),
        ("revenue_expenditure_summary", "expenditure"): ("4461.66", "0"),
        ("revenue_summary", ""): ("4461.66", "0"),
        ("expenditure_summary", ""): ("4461.66", "0"),
        ("fiscal_appropriation_summary", "revenue"): ("4405.73", "0"),
        ("fiscal_appropriation_summary", "expenditure"): ("4405.73", "0"),
        ("general_public_expenditure", ""): ("4405.73", "0"),
        ("general_public_basic_expenditure", ""): ("3048.31", "-0.01"),
        ("general_public_project_expenditure", ""): ("1357.42", "0"),
        ("three_public_expenditure", ""): ("25.15", "0"),
        ("carry_over_detail", ""): ("55.93", "0"),
    },
    "1986.59": {
        ("revenue_expenditure_summary", "revenue"): ("1986.59", "-140"),
        ("revenue_expenditure_summary", "expenditure"): ("1986.59", "0"),
        ("revenue_summary", ""): ("1986.59", "235.75"),
        ("expenditure_summary", ""): ("1986.59", "0"),
        ("fiscal_appropriation_summary", "revenue"): ("1846.59", "0"),
        ("fiscal_appropriation_summary", "expenditure"): ("1846.59", "1846.59"),
        ("general_public_expenditure", ""): ("1846.59", "-0.02"),
        ("general_public_basic_expenditure", ""): ("1348.40", "-0.03"),
        ("general_public_project_expenditure", ""): ("366", "0"),
        ("three_public_expenditure", ""): ("14.49", "0"),
    },
}


def facts_of(folder):
    (path,) = folder.glob("*.txt")
    source, document, tables = chain(path)
    return document, fact_rows(source, tables)


def test_items_and_parts_sum_to_the_printed_totals():
    seen = set()
    for folder in DISCLOSURES:
        _, facts = facts_of(folder)
        if not facts:
            continue
        grand = next(row["amount_text"] for row in facts if row["line_role"] == "total")
        seen.add(grand)
        sums, totals = Counter(), {}
        for row in facts:
            key = (row["table_id"], row["side"])
            if row["line_role"] == "total":
                totals[key] = max(totals.get(key, Decimal(0)), row["amount_yuan"])
            elif row["line_role"] == "item" and row["column_role"] == "part":
                sums[key] += row["amount_yuan"]
        found = {key: (totals[key] / 10_000, (sums[key] - totals[key]) / 10_000) for key in totals}
        expected = {key: tuple(map(Decimal, pair)) for key, pair in TOTALS[grand].items()}
        assert found == expected
        assert sums.keys() == totals.keys()
    assert seen == TOTALS.keys()


@pytest.mark.parametrize("folder", DISCLOSURES, ids=ids(DISCLOSURES))
def test_facts_have_a_place_and_one_key(folder):
    document, facts = facts_of(folder)
    for row in facts:
        assert row["amount_text"] in document.where(row["origin"])
    keys = Counter((r["table_id"], r["row_no"], r["column_path"], r["side"]) for r in facts)
    assert [key for key, count in keys.items() if count > 1] == []


# --- single rules -----------------------------------------------------------------------------

BASIC = """表 6
一般公共预算基本支出情况表
单位：万元
科目\t\t一般公共预算基本支出\t\t
经济分类科目编码\t经济分类科目名称\t合计\t人员经费\t公用经费
类\t款\t\t\t
※\t※\t※\t1\t2\t3
"""
SPENDING = """表 5
一般公共预算支出情况表
单位：{unit}
科目\t\t\t一般公共预算支出\t\t
功能分类科目编码\t\t\t功能分类科目名称\t合计\t基本支出\t项目支出
类\t款\t项\t\t\t\t
※\t※\t※\t※\t1\t2\t3
"""


def test_three_kinds_of_nothing(tmp_path):
    text = SPENDING.format(unit="万元") + "206\t\t\t科学技术支出\t0.00\t\t—\n"
    source, tables = read_text(tmp_path, text)
    facts = fact_rows(source, tables)
    assert [(row["column_path"], row["amount_text"]) for row in facts] == [
        ("一般公共预算支出/合计", "0.00")
    ]
    assert facts[0]["amount_yuan"] == 0
    assert unread_rows(source, tables) == []


@pytest.mark.parametrize(
    ("unit", "yuan"),
    [("元", "193.15"), ("千元", "193150"), ("万元", "1931500"), ("亿元", "19315000000")],
)
def test_amounts_are_in_yuan(tmp_path, unit, yuan):
    text = SPENDING.format(unit=unit) + "206\t\t\t科学技术支出\t193.15\t\t193.15\n"
    rows = fact_rows(*read_text(tmp_path, text))
    assert [row["amount_yuan"] for row in rows] == [Decimal(yuan)] * 2
    assert {row["unit_text"] for row in rows} == {unit}
    assert {row["phase"] for row in rows} == {"initial_budget"}


def test_blank_within_digits_is_noted(tmp_path):
    text = SPENDING.format(unit="万元") + "206\t\t\t科学技术支出\t16, 291. 51\t\t16,291.51\n"
    rows = fact_rows(*read_text(tmp_path, text))
    assert [(row["amount_yuan"], row["warnings"]) for row in rows] == [
        (162915100, "blank_in_number"),
        (162915100, ""),
    ]
    assert rows[0]["amount_text"] == "16, 291. 51"


def test_text_in_a_money_column_is_unread(tmp_path):
    text = SPENDING.format(unit="万元") + (
        "206\t\t\t科学技术支出\t193.15\t\t193.l5\n208\t\t\t社会保障和就业支出\t1.00\t1.00\t\n"
    )
    source, tables = read_text(tmp_path, text)
    assert len(fact_rows(source, tables)) == 3
    assert [(row["text"], row["origin"], row["reason"]) for row in unread_rows(source, tables)] == [
        ("193.l5", "L8", "一般公共预算支出情况表: no amount in column 一般公共预算支出/项目支出")
    ]


def test_table_without_unit_states_no_facts(tmp_path):
    row = "206\t\t\t科学技术支出\t193.15\t\t\n"
    mixed = "".join(
        [
            SPENDING.format(unit="元") + row,
            BASIC + "301\t\t工资福利支出\t9.00\t9.00\t\n",
            "表 8\n政府性基金预算支出情况表\n",
            "\n".join(SPENDING.splitlines()[3:]) + "\n" + row,
        ]
    )
    source, tables = read_text(tmp_path, mixed)
    assert [table.unit for table in tables] == ["元", "万元", None]
    assert {row["table_id"] for row in fact_rows(source, tables)} == {
        "general_public_expenditure",
        "general_public_basic_expenditure",
    }
    assert [(row["text"], row["reason"]) for row in unread_rows(source, tables)] == [
        ("193.15", "政府性基金预算支出情况表: the document states no unit for this table")
    ]


@pytest.mark.parametrize(
    ("code", "year", "cost_type"),
    [
        ("301", 2024, "personnel"),
        ("303", 2024, "personnel"),
        ("302", 2024, "public"),
        ("307", 2018, "public"),
        ("307", 2017, ""),
        ("310", 2024, "public"),
        ("309", 2024, ""),
        ("399", 2024, "public"),
    ],
)
def test_cost_type_follows_the_code_where_no_column_says_it(tmp_path, code, year, cost_type):
    text = "一般公共预算基本支出情况表\n单位：万元\n科目编码\t科目名称\t预算数\n"
    source, tables = read_text(tmp_path, text + f"{code}\t某支出\t1.00\n")
    source = Source("a", source.path, "", "", "", year, "budget", None, "")
    assert [row["cost_type"] for row in fact_rows(source, tables)] == [cost_type]


def test_cost_type_follows_the_column_before_the_code(tmp_path):
    text = BASIC + "302\t99\t其他商品和服务支出\t3.00\t1.00\t2.00\n"
    rows = fact_rows(*read_text(tmp_path, text))
    assert [row["cost_type"] for row in rows] == ["public", "personnel", "public"]
    assert [row["economic_code"] for row in rows] == ["30299"] * 3
    assert [row["functional_code"] for row in rows] == [""] * 3


def test_facts_of_a_mended_row_say_so(tmp_path):
    text = "部门支出总体情况表\n单位：万元\n项目\t合计\t基本支出\n甲\t1.00\t1.00\n乙\t2.00\n"
    rows = fact_rows(*read_text(tmp_path, text))
    assert [(row["label"], row["warnings"]) for row in rows] == [
        ("甲", ""),
        ("甲", ""),
        ("乙", "row_cell_missing"),
    ]


def test_final_accounts_state_another_phase(tmp_path):
    source, tables = read_text(
        tmp_path, SPENDING.format(unit="元") + "206\t\t\t科学技术支出\t1.00\t\t\n"
    )
    source = Source("a", source.path, "", "", "", 2024, "final", None, "")
    assert [row["phase"] for row in fact_rows(source, tables)] == ["final"]


# --- damaged documents ------------------------------------------------------------------------

EXTRACTS = {case.name: (case / "document.txt").read_text(encoding="utf-8") for case in CASES}
FIGURE = re.compile(r"\d[\d,]*\.\d+")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@settings(max_examples=500)
@given(data=st.data())
def test_damage_never_makes_an_amount(data, tmp_path_factory):
    """Lines and cells fall out: every amount left still stands, whole, at its own line."""
    lines = EXTRACTS[data.draw(st.sampled_from(sorted(EXTRACTS)))].split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        if "\t" in lines[at][1:] and data.draw(st.booleans()):
            cells = lines[at].split("\t")
            del cells[data.draw(st.integers(0, len(cells) - 1))]
            lines[at] = "\t".join(cells)
        else:
            del lines[at]
        if not lines:
            return
    folder = tmp_path_factory.getbasetemp()
    try:
        source, tables = read_text(folder, "\n".join(lines))
    except DisclosureError as error:
        assert "document.txt" in str(error)
        return
    for row in fact_rows(source, tables):
        line = lines[int(row["origin"].removeprefix("L")) - 1]
        numbers = NUMBER.findall(line)
        assert row["amount_text"] in numbers
        assert row["amount_yuan"] == Decimal(row["amount_text"].replace(",", "")) * 10_000
    assert all(row["text"] for row in unread_rows(source, tables))


ROWS = {name: text for name, text in EXTRACTS.items() if not name.startswith("cell_lines")}


@settings(max_examples=300)
@given(data=st.data())
def test_no_figure_vanishes(data, tmp_path_factory):
    """Cells fall out or come twice: every figure left is a fact or is listed as unread."""
    lines = ROWS[data.draw(st.sampled_from(sorted(ROWS)))].split("\n")
    body = [i for i, line in enumerate(lines) if FIGURE.search(line)]
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.sampled_from(body))
        cells = lines[at].split("\t")
        cell = data.draw(st.integers(0, len(cells) - 1))
        # A line without a tab would be running text.
        times = data.draw(st.sampled_from([0, 2] if len(cells) > 2 else [2]))
        cells[cell : cell + 1] = [cells[cell]] * times
        lines[at] = "\t".join(cells)
    source, tables = read_text(tmp_path_factory.getbasetemp(), "\n".join(lines))
    found = Counter(
        (row["origin"], row["amount_text"])
        for row in fact_rows(source, tables)
        if FIGURE.fullmatch(row["amount_text"])
    )
    for row in unread_rows(source, tables):
        found.update((row["origin"], figure) for figure in FIGURE.findall(row["text"]))
    printed = Counter(
        (f"L{number}", figure)
        for number, line in enumerate(lines, 1)
        for figure in FIGURE.findall(line)
    )
    assert found == printed


@settings(max_examples=500)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    *[
                        "",
                        "　",
                        "—",
                        "①",
                        "²",
                        "Ⅻ",
                        "十十",
                        "表十十",
                        "表 2",
                        "合计",
                        "其中：",
                        "1",
                    ],
                    *[
                        "类",
                        "款",
                        "项",
                        "项目名称",
                        "科目编码",
                        "总计",
                        "栏次",
                        "行次",
                        "206",
                        "05",
                    ],
                    *["0.00", "1,131.10", "26.05 3", "<b>9.00</b>", "支出总表", "单位：万元", "|"],
                    *["2024年", "部门收入总体情况表", "一、本年收入", "小计", "为空表", "(1.5)"],
                ]
            ),
            max_size=7,
        ).map("\t".join),
        max_size=14,
    )
)
def test_any_rows_are_read_or_refused(tmp_path_factory, lines):
    try:
        source, tables = read_text(tmp_path_factory.getbasetemp(), "\n".join(lines))
    except DisclosureError:
        return
    keys = Counter()
    for row in fact_rows(source, tables):
        assert row["amount_text"] in lines[int(row["origin"].removeprefix("L")) - 1]
        keys[row["table_id"], row["row_no"], row["side"], row["column_path"], row["origin"]] += 1
    assert table_rows(source, tables) is not None
    assert unread_rows(source, tables) is not None


def test_a_table_printed_twice_keeps_both(tmp_path):
    # Departments that publish their own and their unit's table print one title twice.
    text = (
        "某市园林局2024年部门预算\n\n单位：万元\n\n一般公共预算支出情况表\n\n"
        "科目编码\t科目名称\t合计\t合计\n201\t一般公共服务支出\t5.00\t6.00\n\n"
        "说明如下。\n\n一般公共预算支出情况表\n\n单位：万元\n\n"
        "科目编码\t科目名称\t合计\n201\t一般公共服务支出\t3.00\n"
    )
    source, tables = read_text(tmp_path, text)
    rows = fact_rows(source, tables)
    keys = [(row["row_no"], row["column_path"], row["amount_text"]) for row in rows]
    assert keys == [(1, "合计", "5.00"), (1, "合计[2]", "6.00"), (2, "合计", "3.00")]
    assert [row["warnings"] for row in rows] == ["", "repeated_heading", "repeated_table"]

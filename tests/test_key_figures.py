"""Key figures: the right cell or sentence, in the right unit, with the right sign.

``fixtures/narrative/published_key_figures.csv`` holds every key figure of the published documents,
each compared by eye with its line.
"""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.disclosure import read
from helpers.key_figures import key_figure_rows
from helpers.reference_data import read_reference
from helpers.sources import Source

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = Path(__file__).parent / "fixtures" / "narrative" / "published_key_figures.csv"
with PUBLISHED.open(encoding="utf-8", newline="") as file:
    EXPECTED = list(csv.DictReader(file))
FOLDERS = sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/source.yml"))


def source_of(kind):
    return Source("a_b_2024", Path("x.txt"), "", "某市园林局", "", 2024, kind, None, "")


def claim(
    subject, value, unit="万元", role="amount", direction="", section="", origin="L9", text=""
):
    value = None if value is None else Decimal(value)
    return {
        **{"subject": subject, "value": value, "unit": unit, "role": role},
        **{"direction": direction, "section": section, "origin": origin, "text": text},
    }


def fact(table_id, label, column, yuan, side="", role="total", origin="L1"):
    return {
        **{"table_id": table_id, "label": label, "column_path": column, "side": side},
        **{"amount_yuan": Decimal(yuan), "line_role": role, "origin": origin},
    }


def figures(kind, facts=(), claims=()):
    """Value and origin by measure, fund and phase."""
    rows = key_figure_rows(source_of(kind), list(facts), list(claims))
    return {
        (row["measure"], row["fund"], row["phase"]): (str(row["value"]), row["origin"])
        for row in rows
    }


def test_a_table_goes_before_a_sentence():
    table = fact("general_public_basic_expenditure", "合计", "人员经费", "500")
    sentence = claim("一般公共预算基本支出/人员经费", "9")
    key = ("personnel_cost", "general_public", "initial_budget")
    assert figures("budget", [table], [sentence]) == {key: ("500", "L1")}
    assert figures("budget", [], [sentence]) == {key: ("90000", "L9")}


def test_a_sentence_about_another_year_is_no_figure_of_this_one(tmp_path):
    path = tmp_path / "a_b_2024_budget.txt"
    path.write_text(
        "关于某市司法局2024年“三公”经费的说明\n"
        "2023年度“三公”经费合计支出20.12万元，其中：公务接待12.39万元，公务用车运行费用7.73万元。\n"
        "二、2024年“三公”经费预算安排情况\n"
        "2024年度“三公”经费预算总计21.8万元，其中：公务接待11.8万元，公务用车运行费用10万元。\n"
        "2024年度“三公”经费预算较2023年度增加1.68万元，增长8.35%。\n",
        encoding="utf-8",
    )
    found = {
        row["measure"]: (row["value"], row["origin"]) for row in read(path).rows["key_figures"]
    }
    assert found == {
        "three_public": (Decimal("218000"), "L4"),
        "reception": (Decimal("118000"), "L4"),
        "vehicle_running": (Decimal("100000"), "L4"),
        "three_public_change": (Decimal("16800"), "L5"),
        "three_public_growth": (Decimal("8.35"), "L5"),
    }


def test_a_budget_may_state_its_figures_in_sentences(tmp_path):
    path = tmp_path / "a_b_2024_budget.txt"
    path.write_text(
        "某市司法局2024年部门预算\n六、一般公共预算基本支出情况说明\n"
        "2024年本年一般公共预算基本支出881300.39元，其中：\n"
        "人员经费809961.19元，主要包括：基本工资；\n公用经费71339.2元，主要包括：办公费。\n",
        encoding="utf-8",
    )
    found = {
        row["measure"]: (row["value"], row["origin"]) for row in read(path).rows["key_figures"]
    }
    assert found == {
        "basic_expenditure": (Decimal("881300.39"), "L3"),
        "personnel_cost": (Decimal("809961.19"), "L4"),
        "public_cost": (Decimal("71339.2"), "L5"),
    }


def test_only_the_total_row_of_a_table_counts():
    item = fact("general_public_basic_expenditure", "工资福利支出", "人员经费", "500", role="item")
    assert figures("budget", [item]) == {}


@pytest.mark.parametrize(
    ("unit", "yuan"),
    [
        ("元", "12.5"),
        ("千元", "12500"),
        ("万元", "125000"),
        ("万", "125000"),
        ("亿元", "1250000000"),
    ],
)
def test_amounts_come_in_yuan(unit, yuan):
    found = figures("final", claims=[claim("收入总计", "12.5", unit)])
    assert found == {("total_income", "", "final"): (yuan, "L9")}


def test_a_decrease_is_negative_and_a_rate_stays_in_percent():
    section = "九、财政拨款“三公”经费支出决算情况说明"
    found = figures(
        "final",
        claims=[
            claim("财政拨款“三公”经费支出", "0.03", "万元", "change", "decrease", section),
            claim("财政拨款“三公”经费支出", "0.19", "%", "growth", "decrease", section),
        ],
    )
    assert found == {
        ("three_public_change", "", "final"): ("-300", "L9"),
        ("three_public_growth", "", "final"): ("-0.19", "L9"),
    }


def test_a_figure_left_out_or_without_unit_is_no_key_figure():
    blank = claim("一般公共预算基本支出", None)
    bare = claim("收入总计", "80", unit="")
    later = claim("收入总计", "81", origin="L12")
    assert figures("budget", claims=[blank, bare]) == {}
    assert figures("budget", claims=[blank, bare, later]) == {
        ("total_income", "", "initial_budget"): ("810000", "L12")
    }


def test_a_count_may_stand_without_unit():
    posts = claim("编制数", "253", "", "count", section="二、机构设置及职责")
    assert figures("budget", claims=[posts]) == {
        ("persons_established", "", "initial_budget"): ("253", "L9")
    }


def test_final_accounts_state_three_phases():
    section = "九、财政拨款“三公”经费支出决算情况说明"
    found = figures(
        "final",
        claims=[
            claim("财政拨款“三公”经费支出", "16.10", section=section),
            claim("财政拨款“三公”经费支出/全年预算数", "16.39", role="budget", section=section),
            claim("一般公共预算财政拨款支出/年初预算数", "1541.21", role="budget"),
        ],
    )
    assert found == {
        ("three_public", "", "final"): ("161000", "L9"),
        ("three_public", "", "adjusted_budget"): ("163900", "L9"),
        ("fiscal_expenditure", "general_public", "initial_budget"): ("15412100", "L9"),
    }


def test_a_budget_may_state_the_three_public_expenses_as_a_budget():
    section = "十、财政拨款“三公”经费预算情况说明"
    stated = claim("财政拨款“三公”经费", "25.56", role="budget", section=section)
    assert figures("budget", claims=[stated]) == {
        ("three_public", "", "initial_budget"): ("255600", "L9")
    }


def test_nothing_stated_gives_nothing():
    assert figures("final") == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_published_key_figures(folder):
    disclosure = read(folder)
    expected = [row for row in EXPECTED if row["source_id"] == folder.name]
    found = [
        {**{key: str(row[key]) for key in EXPECTED[0]}, "value": f"{row['value']:f}"}
        for row in disclosure.rows["key_figures"]
    ]
    assert found == expected
    for row in disclosure.rows["key_figures"]:
        # In its line the figure stands in 万元, without its sign.
        cells = disclosure.document.where(row["origin"]).split("\t")
        line = "\t".join(re.sub(r"[,，\s]", "", cell) for cell in cells)
        printed = abs(row["value"]) / (10_000 if row["unit"] == "yuan" else 1)
        numbers = {Decimal(text) for text in re.findall(r"\d+(?:\.\d+)?", line)}
        assert printed in numbers or printed == 0


def test_every_published_document_has_its_expected_figures():
    assert {row["source_id"] for row in EXPECTED} == {folder.name for folder in FOLDERS}


def test_every_rule_names_a_known_measure_and_every_measure_has_a_rule():
    measures = [row["measure"] for row in read_reference("measures")]
    rules = read_reference("key_figure_rules")
    assert len(set(measures)) == len(measures)
    assert {row["measure"] for row in rules} == set(measures)
    assert {row["unit"] for row in read_reference("measures")} == {
        *("yuan", "person", "percent", "count", "square_metre")
    }
    for row in rules:
        assert row["source"] in ("fact", "claim")
        assert bool(row["table_id"]) == (row["source"] == "fact")
        assert bool(row["subject_pattern"] and row["role"]) == (row["source"] == "claim")
        for pattern in ("label_pattern", "column_pattern", "section_pattern", "subject_pattern"):
            re.compile(row[pattern])

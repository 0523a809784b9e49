"""Names, caveats and rows of the comparative notebooks; figures worked by hand."""

from decimal import Decimal

import pandas as pd
import pytest

from helpers import comparison, measures

SOURCES = pd.DataFrame(
    [
        (
            "a_finance_2023_budget",
            "甲市财政局2023年部门预算公开",
            "甲市财政局",
            "",
            2023,
            "budget",
            3,
        ),
        (
            "a_finance_2024_final",
            "甲市财政局2024年度部门决算公开",
            "甲市财政局",
            "",
            2024,
            "final",
            1,
        ),
        ("b_school_2024_budget", "乙县小学2024年单位预算公开", "乙县小学", "", 2024, "budget", 0),
    ],
    columns=["source_id", "title", "department", "place", "fiscal_year", "kind", "n_units"],
).assign(conversion="")


def figure(source_id, measure, value, phase, year, fund="general_public"):
    return {
        "source_id": source_id,
        "measure": measure,
        "fund": fund,
        "fiscal_year": year,
        "phase": phase,
        "value": Decimal(value),
        "unit": "yuan",
        "origin": "L1",
        "source": "fact",
        "findings": "",
    }


@pytest.fixture
def key_figures():
    rows = []
    for source_id, phase, year, personnel, public in (
        ("a_finance_2023_budget", "initial_budget", 2023, 9_000_000, 1_000_000),
        ("a_finance_2024_final", "final", 2024, 8_000_000, 2_000_000),
    ):
        rows += [
            figure(source_id, "basic_expenditure", personnel + public, phase, year),
            figure(source_id, "personnel_cost", personnel, phase, year),
            figure(source_id, "public_cost", public, phase, year),
            figure(source_id, "persons_in_post", 50, phase, year, fund=""),
        ]
    rows.append(
        figure("a_finance_2023_budget", "three_public_growth", "-1.5", "initial_budget", 2023)
    )
    return pd.DataFrame(rows)


@pytest.fixture
def costs(key_figures):
    return comparison.name_disclosures(measures.cost_structure(key_figures), SOURCES)


def project(source_id, name, amount, source, **more):
    row = {
        "source_id": source_id,
        "project_no": 1,
        "project_name": name,
        "budget_unit": "",
        "functional_code": "2010601",
        "fund": "general_public",
        "initial_budget_yuan": None if amount is None else Decimal(amount),
        "adjusted_budget_yuan": None,
        "executed_yuan": None,
        "is_withheld": False,
        "amount_source": source,
        "origin": "L1",
    }
    return row | more


@pytest.fixture
def projects():
    budget, final = "a_finance_2023_budget", "a_finance_2024_final"
    evaluated = {"fund": "", "functional_code": ""}
    return pd.DataFrame(
        [
            project(budget, "劳务派遣服务费", 3_000_000, "project_table"),
            project(budget, "信息系统运维", 1_000_000, "project_table"),
            project(budget, "系统运维项目", 1_000_000, "target_table", fund=""),
            project(budget, "上年未完工程", 500_000, "carry_over_table", fund="fiscal_carry_over"),
            project(budget, "征地补偿", 96_000_000, "target_table", fund="government_fund"),
            project(final, "档案整理", 800_000, "self_evaluation", **evaluated)
            | {"executed_yuan": Decimal(600_000), "adjusted_budget_yuan": Decimal(700_000)},
        ]
    )


def test_a_label_always_names_year_and_phase(costs):
    assert costs["label"].tolist() == [
        "甲市财政局 ·\u00a02023\u00a0budget",
        "甲市财政局 ·\u00a02024\u00a0final",
    ]


def test_a_mixed_comparison_says_so(costs):
    assert comparison.mixed_phases(costs) == " – mixed: 2023 budget, 2024 final"
    assert comparison.mixed_phases(costs.iloc[:1]) == ""


def test_caption_names_source_place_years_and_kinds():
    assert comparison.caption(SOURCES.iloc[:2], "Table 6") == (
        "Source: 甲市财政局2023年部门预算公开; 甲市财政局2024年度部门决算公开. "
        "Table 6; 2023, 2024; budget and final."
    )


def test_caption_of_many_sources_counts_the_rest():
    many = pd.concat([SOURCES, SOURCES, SOURCES])
    assert "and 3 more. Table 6" in comparison.caption(many, "Table 6")


def item(source_id, code, label, cost_type, amount, column="人员经费"):
    return {
        "source_id": source_id,
        "economic_code": code,
        "label": label,
        "cost_type": cost_type,
        "column_path": f"一般公共预算基本支出/{column}",
        "amount_yuan": Decimal(amount),
    }


def test_own_definition_is_named_and_is_no_error():
    # One place books 30227 委托业务费 as personnel cost.
    facts = pd.DataFrame(
        [
            item("b_school_2024_budget", "30101", "基本工资", "personnel", 10),
            item("b_school_2024_budget", "30227", "委托业务费", "personnel", 5),
            item("a_finance_2023_budget", "30227", "委托业务费", "public", 5, column="公用经费"),
        ]
    )
    expected = "own definition: 30227 委托业务费 counted the other way"
    assert comparison.own_definitions(facts) == {"b_school_2024_budget": expected}
    caveats = comparison.scope_caveats(SOURCES, facts).set_index("disclosure")
    assert caveats.loc["乙县小学", "definition"] == expected
    assert caveats["scope"].tolist() == ["3 units", "1 unit", "not stated"]
    assert caveats["definition"].iloc[1].startswith("not checkable")
    assert expected in comparison.footnote(SOURCES, facts)


def test_footnote_warns_of_plans_only_where_kinds_mix():
    facts = pd.DataFrame([item("b_school_2024_budget", "30101", "基本工资", "personnel", 10)])
    assert comparison.footnote(SOURCES, facts) == (
        "Units added up: 甲市财政局 3; 甲市财政局 1; 乙县小学 not stated. "
        "Budgets are plans, final accounts are what was spent."
    )
    assert "plans" not in comparison.footnote(SOURCES[SOURCES["kind"] == "budget"], facts)


def test_each_piece_of_project_money_is_counted_once(projects):
    counted = comparison.counted_projects(projects)
    assert counted["project_name"].tolist() == [
        "劳务派遣服务费",
        "信息系统运维",
        "征地补偿",
        "档案整理",
    ]
    assert comparison.general_public(counted)["project_name"].tolist() == [
        "劳务派遣服务费",
        "信息系统运维",
        "档案整理",
    ]
    assert set(comparison.several_funds(counted)["source_id"]) == {"a_finance_2023_budget"}


def test_budgets_are_measured_by_plan_and_final_accounts_by_execution(projects):
    counted = comparison.general_public(comparison.counted_projects(projects))
    measured = comparison.project_measures(counted, SOURCES).set_index("source_id")
    assert measured.loc["a_finance_2023_budget", "cr1"] == 0.75
    assert measured.loc["a_finance_2024_final", "total_yuan"] == Decimal(600_000)
    assert measured["phase"].tolist() == ["initial_budget", "final"]


def test_no_projects_at_all_give_no_measures(projects):
    assert comparison.project_measures(projects.iloc[:0], SOURCES).empty


def test_project_money_for_people_is_shown_beside_public_cost(projects, costs):
    paying = comparison.projects_for_people(projects)
    assert paying["project_name"].tolist() == ["劳务派遣服务费"]
    (sentence,) = comparison.tell_of_people(paying, costs)
    # 300 of 100 ten thousand yuan.
    assert "at least 300.00 万元 of project money pays people" in sentence
    assert "that is 300% of its public cost, and no part of personnel cost" in sentence
    assert comparison.tell_of_people(paying.iloc[:0], costs) == [
        "No project names people as its purpose."
    ]


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        (Decimal("5297030600"), "529,703.06 万元"),
        (Decimal("0"), "0.00 万元"),
        (Decimal("19432870.68"), "1,943.287068 万元"),
        (181159.7, "18.12 万元"),
        (None, "not found"),
    ],
)
def test_amounts_in_tables_keep_every_digit(yuan, text):
    assert comparison.amount_text(yuan) == text


def test_growth_is_shown_as_published_with_its_sign(costs, key_figures):
    growth = comparison.year_on_year(costs, key_figures)
    assert growth.iloc[0, 4] == "-1.5 %"
    assert growth.iloc[1, 4] == "not found"


def test_one_department_twice_is_set_side_by_side(costs):
    (pair,) = comparison.same_department(costs)
    assert pair["first_yuan"].tolist() == [Decimal(n) for n in (10_000_000, 9_000_000, 1_000_000)]
    assert pair["last_yuan"].tolist() == [Decimal(n) for n in (10_000_000, 8_000_000, 2_000_000)]
    assert "2023" in pair["first_label"].iloc[0] and "2024" in pair["last_label"].iloc[0]


def test_scorecard_shows_what_is_missing(costs, projects):
    counted = comparison.general_public(comparison.counted_projects(projects))
    card = comparison.scorecard(costs, comparison.project_measures(counted, SOURCES), SOURCES)
    assert list(card.columns) == [
        "甲市财政局 ·\u00a02023\u00a0budget",
        "甲市财政局 ·\u00a02024\u00a0final",
        "乙县小学 ·\u00a02024\u00a0budget",
    ]
    assert card.iloc[:, 0]["personnel cost per person in post 人均人员经费"] == "18.00 万元"
    assert card.iloc[:, 1]["share of the largest 最大项目占比"] == "100.0%"
    assert set(card.iloc[:, 2]) == {"not found"}


def test_coverage_compares_with_the_published_project_expenditure(projects):
    counted = comparison.general_public(comparison.counted_projects(projects))
    stated = pd.DataFrame(
        [figure("a_finance_2023_budget", "project_expenditure", 5_000_000, "initial_budget", 2023)]
    )
    row = comparison.coverage(counted, stated, SOURCES).iloc[0]
    assert row["projects listed 所列项目合计"] == "400.00 万元"
    assert row["projects listed in project expenditure 所列项目占项目支出"] == "80.0%"


def test_alternative_text_names_figures_and_counts_the_rest():
    frame = pd.DataFrame({"label": [f"单位{i}" for i in range(14)], "share": [0.5] * 14})
    text = comparison.alt_text("Shares", frame, "share", ".0%")
    assert text.startswith("Shares. 单位0: 50%; 单位1: 50%")
    assert text.endswith("; and 2 more.")


def test_two_departments_of_one_name_are_told_apart():
    twins = SOURCES.assign(department="教育局", fiscal_year=2024, kind="budget")
    named = comparison.name_disclosures(twins[["source_id"]], twins)
    assert named["label"].is_unique
    assert named["label"].iloc[0] == "教育局 (a_finance_2023_budget) ·\u00a02024\u00a0budget"


ITEMS = pd.DataFrame(
    [
        item("a_finance_2023_budget", "30101", "基本工资", "personnel", 800),
        item("a_finance_2023_budget", "30102", "津贴补贴", "personnel", 200),
        item("a_finance_2023_budget", "30208", "取暖费", "public", 100, column="公用经费"),
        item("b_school_2024_budget", "30101", "基本工资", "personnel", 500),
        item("b_school_2024_budget", "30102", "津贴补贴", "personnel", 500),
        item("b_school_2024_budget", "30217", "公务接待费", "public", 10, column="公用经费"),
    ]
).assign(
    table_id="general_public_basic_expenditure",
    column_role="part",
    line_role="item",
    fiscal_year=[2023] * 3 + [2024] * 3,
    phase="initial_budget",
    origin="L1",
)


def test_figures_of_items_state_the_finding_and_its_source():
    shares = measures.item_shares(ITEMS)
    drawing = comparison.draw_items(shares, "personnel", SOURCES, ITEMS)
    assert drawing.caption.startswith(
        "Source: 甲市财政局2023年部门预算公开; 乙县小学2024年单位预算公开."
    )
    # 1,300 of 2,000 are basic pay: 80 % at one, 50 % at the other.
    assert drawing.alt.startswith("30101 基本工资 as a share of personnel cost. 甲市财政局")
    assert "80.0%" in drawing.alt and "50.0%" in drawing.alt
    apart = comparison.draw_deviations(shares, SOURCES, ITEMS)
    assert "+100.0" not in apart.alt
    sentence = comparison.tell_deviation(shares, SOURCES)
    assert (
        "30208 取暖费 sets 甲市财政局" in sentence or "30217 公务接待费 sets 乙县小学" in sentence
    )
    watched = comparison.draw_watched(shares, SOURCES, ITEMS)
    assert "30208 取暖费: 100.0%" in watched.alt and "30208 取暖费: not found" in watched.alt


def test_without_items_there_is_nothing_to_draw():
    none = measures.item_shares(ITEMS.iloc[:0])
    assert comparison.draw_items(none, "public", SOURCES, ITEMS) is None
    assert comparison.draw_deviations(none, SOURCES, ITEMS) is None
    assert comparison.draw_watched(none, SOURCES, ITEMS) is None
    assert comparison.tell_deviation(none, SOURCES) == ""
    assert comparison.paid_to_families(none, SOURCES).empty


def test_one_disclosure_has_no_others_to_differ_from():
    alone = measures.item_shares(ITEMS.iloc[:3])
    assert comparison.draw_deviations(alone, SOURCES, ITEMS) is None


def test_without_costs_there_is_nothing_to_compare(key_figures):
    costs = comparison.name_disclosures(measures.cost_structure(key_figures.iloc[:0]), SOURCES)
    assert comparison.draw_shares(costs, SOURCES, ITEMS) is None
    assert comparison.draw_per_person(costs, SOURCES, ITEMS) is None
    assert list(comparison.draw_pairs(costs, SOURCES)) == []
    assert comparison.tell_extremes(costs) == []
    none = "None of these disclosures states the figures in a form we can read."
    assert comparison.result_of_costs(costs) == none
    assert comparison.result_of_comparison(costs, SOURCES) == none


def test_without_projects_there_is_nothing_to_rank(projects):
    none = projects.iloc[:0]
    measured = comparison.project_measures(none, SOURCES)
    assert comparison.draw_largest(measured, SOURCES, ITEMS) is None
    assert list(comparison.draw_ranked(none, SOURCES, n=5)) == []
    assert list(comparison.draw_executed(none, SOURCES)) == []
    assert comparison.draw_lorenz(none, measured, SOURCES) is None
    assert comparison.concentration_by(none, SOURCES, "fund").empty
    assert comparison.phases_of_final_accounts(none, SOURCES).empty


def test_the_cost_figures_say_what_they_show(costs):
    drawing = comparison.draw_shares(costs, SOURCES, ITEMS)
    assert drawing.alt == (
        "Personnel share. 甲市财政局 ·\u00a02023\u00a0budget: 90.0%; "
        "甲市财政局 ·\u00a02024\u00a0final: 80.0%."
    )
    assert "乙县小学" not in drawing.caption
    (pair,) = comparison.draw_pairs(costs, SOURCES)
    assert "900.00 万元" in pair.alt and "800.00 万元" in pair.alt
    assert comparison.result_of_costs(costs) == (
        "Personnel takes 80% to 90% of personnel and public cost in 2 disclosures."
    )


def test_how_many_projects_to_draw_is_checked(projects):
    with pytest.raises(ValueError, match="0 projects cannot be drawn"):
        list(comparison.draw_ranked(projects, SOURCES, n=0))


def test_phases_compare_the_same_projects(projects):
    lost = projects.iloc[5].to_dict() | {"initial_budget_yuan": None, "project_name": "缺年初数"}
    frame = pd.concat([projects, pd.DataFrame([lost])], ignore_index=True)
    table = comparison.phases_of_final_accounts(frame, SOURCES)
    assert table["phase 阶段"].tolist() == [
        "initial budget 年初预算",
        "adjusted budget 全年预算",
        "final accounts 决算",
    ]
    assert set(table["projects with an amount 有金额的项目数"]) == {1}

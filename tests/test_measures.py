"""The measures against values worked by hand, and against what must hold for any amounts."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import measures as m

# --- concentration ------------------------------------------------------------------------------


def test_four_amounts_worked_by_hand():
    # Sum 100; shares 0.5, 0.3, 0.15, 0.05.
    # H = 0.25 + 0.09 + 0.0225 + 0.0025 = 0.365; HHI 3,650; 1/H = 2.7397…
    # (0.365 - 0.25) / 0.75 = 0.15333…
    # Gini: ascending 5, 15, 30, 50 with weights -3, -1, 1, 3: (-15 - 15 + 30 + 150) / 400 = 0.375.
    c = m.concentration([Decimal("30"), Decimal("50"), None, Decimal("5"), Decimal("0.00"), 15])
    assert (c.n, c.n_zero, c.n_blank, c.total_yuan) == (4, 1, 1, Decimal(100))
    assert (c.cr1, c.cr3, c.cr5) == (0.5, 0.95, 1.0)
    assert c.hhi == 3650.0
    assert c.hhi_normalised == pytest.approx(0.115 / 0.75, rel=1e-15)
    assert c.effective_number == pytest.approx(1 / 0.365, rel=1e-15)
    assert (c.gini, c.gini_max) == (0.375, 0.75)


def test_without_the_largest_worked_by_hand():
    # Without one of the two 40s: 40, 10, 10 of 60; shares 4/6, 1/6, 1/6; H = 18/36 = 0.5.
    # Gini: ascending 10, 10, 40 with weights -2, 0, 2: (-20 + 80) / 180 = 1/3.
    rest = m.concentration_without_largest([40, 10, 0, 40, None, 10])
    assert (rest.n, rest.n_zero, rest.n_blank, rest.total_yuan) == (3, 1, 1, Decimal(60))
    assert (rest.hhi, rest.effective_number) == (5000.0, 2.0)
    assert rest.gini == pytest.approx(1 / 3, rel=1e-15)


@pytest.mark.parametrize("amounts", [[], [None, float("nan"), ""], [0, Decimal("0.00")]])
def test_nothing_above_zero_leaves_every_measure_missing(amounts):
    c = m.concentration(amounts)
    assert c.n == 0
    measures = (c.total_yuan, c.cr1, c.cr3, c.cr5, c.hhi, c.hhi_normalised)
    assert (*measures, c.effective_number, c.gini, c.gini_max) == (None,) * 9
    assert list(m.lorenz_curve(amounts).columns) == ["population_share", "amount_share"]
    assert m.lorenz_curve(amounts).empty


def test_a_single_amount():
    c = m.concentration(["233000000.00"])
    assert (c.hhi, c.effective_number, c.gini, c.gini_max) == (10_000.0, 1.0, 0.0, 0.0)
    assert c.hhi_normalised is None
    assert m.concentration_without_largest([5]).hhi is None


def test_lorenz_curve_worked_by_hand():
    # Ascending 10, 30, 60 of 100.
    curve = m.lorenz_curve([60, 10, 30, 0])
    assert curve["population_share"].tolist() == [0.0, 1 / 3, 2 / 3, 1.0]
    assert curve["amount_share"].tolist() == [0.0, 0.1, 0.4, 1.0]


@pytest.mark.parametrize(
    "measure",
    [
        m.herfindahl,
        m.herfindahl_normalised,
        m.effective_number,
        m.gini,
        m.lorenz_curve,
        m.concentration,
        m.concentration_without_largest,
        lambda amounts: m.top_share(amounts, 3),
    ],
)
def test_a_negative_amount_is_named(measure):
    with pytest.raises(ValueError, match=r"-3\.50 at position 2 is negative"):
        measure([Decimal(1), Decimal("-3.50")])


def test_a_float_is_refused_and_text_that_is_no_number_too():
    with pytest.raises(TypeError, match=r"Decimal\('0\.1'\)"):
        m.gini([0.1])
    with pytest.raises(ValueError, match="'abc' is not an amount"):
        m.gini(["abc"])


def test_the_number_of_largest_starts_at_one():
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        m.top_share([1], 0)


def test_sums_are_exact_beyond_the_decimal_context():
    assert m.concentration(["1e30", "0.01"]).total_yuan == Decimal(
        "1000000000000000000000000000000.01"
    )


amounts = st.lists(
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10) ** 10, places=2),
    min_size=1,
    max_size=30,
)


@given(amounts, st.integers(1, 10_000))
def test_scale_changes_nothing_but_the_total(values, factor):
    before, after = m.concentration(values), m.concentration([v * factor for v in values])
    assert before.gini == after.gini
    assert (before.hhi, before.cr3) == (after.hhi, after.cr3)
    assert after.total_yuan == before.total_yuan * factor


@given(amounts)
def test_bounds(values):
    c = m.concentration(values)
    n = len(values)
    rounding = 1e-9
    assert 10_000 / n - rounding <= c.hhi <= 10_000
    assert 1 <= c.effective_number <= n + rounding
    assert 0 <= c.gini <= c.gini_max or n == 1
    assert 1 / n - rounding <= c.cr1 <= c.cr3 <= c.cr5 <= 1
    assert n == 1 or -rounding <= c.hhi_normalised <= 1


@given(st.integers(2, 40), st.decimals(min_value=1, max_value=10**9, places=2))
def test_equal_amounts_are_not_concentrated(n, amount):
    c = m.concentration([amount] * n)
    assert c.hhi == pytest.approx(10_000 / n, rel=1e-15)
    assert (c.gini, c.hhi_normalised, c.effective_number) == (0.0, 0.0, float(n))


@given(amounts)
def test_zeros_and_blanks_leave_the_measures_alone(values):
    plain, padded = m.concentration(values), m.concentration([None, *values, 0, Decimal("0.00")])
    assert (padded.n_zero, padded.n_blank) == (2, 1)
    assert (plain.gini, plain.hhi, plain.cr3) == (padded.gini, padded.hhi, padded.cr3)


@given(amounts)
def test_the_area_under_the_lorenz_curve_gives_the_gini(values):
    curve = m.lorenz_curve(values)
    x, y = curve["population_share"].tolist(), curve["amount_share"].tolist()
    area = sum((x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2 for i in range(1, len(x)))
    assert m.gini(values) == pytest.approx(1 - 2 * area, abs=1e-9)


# --- cost structure -----------------------------------------------------------------------------


def key_figure(source, measure, value, fund="general_public", origin="fact", **more):
    row = {"source_id": source, "measure": measure, "fund": fund, "value": value, "unit": "yuan"}
    row |= {"fiscal_year": 2024, "phase": "initial_budget", "source": origin, "findings": ""}
    return row | more


def test_cost_structure_worked_by_hand():
    # Personnel 900, public 100 of 1,000: 0.9 and 0.1; 4 persons: 250, 225 and 25 each.
    figures = pd.DataFrame(
        [
            key_figure("a", "basic_expenditure", Decimal("1000.00")),
            key_figure("a", "personnel_cost", Decimal("901.00"), origin="claim", findings="7"),
            key_figure("a", "personnel_cost", Decimal("900.00"), findings="3"),
            key_figure("a", "public_cost", "100.00"),
            key_figure("a", "public_cost", Decimal("5000"), fund="government_fund"),
            key_figure("a", "persons_in_post", Decimal(4), fund=None),
            key_figure("a", "three_public", Decimal("25")),
        ]
    )
    row = m.cost_structure(figures).iloc[0]
    assert (row["personnel_yuan"], row["public_yuan"]) == (Decimal(900), Decimal(100))
    assert (row["personnel_share"], row["public_share"]) == (0.9, 0.1)
    per_person = (row["basic_per_person"], row["personnel_per_person"], row["public_per_person"])
    assert per_person == (250.0, 225.0, 25.0)
    assert row["three_public_to_public_share"] == 0.25
    # The table's figure is taken, and that the sentence differs is said.
    assert (row["conflicts"], row["findings"]) == ("personnel_yuan", "3")


def test_missing_costs_stay_missing_and_a_disclosure_without_costs_has_no_row():
    figures = pd.DataFrame(
        [
            key_figure("a", "personnel_cost", Decimal("900")),
            key_figure("a", "public_cost", None),
            key_figure("b", "persons_in_post", Decimal(4), fund=""),
        ]
    )
    costs = m.cost_structure(figures)
    assert costs["source_id"].tolist() == ["a"]
    assert costs["public_yuan"].tolist() == [None]
    assert costs["persons_in_post"].tolist() == [None]
    assert costs[["personnel_share", "public_share", "personnel_per_person"]].isna().all(axis=None)


def test_no_key_figures_give_an_empty_answer():
    figures = pd.DataFrame([key_figure("a", "public_cost", None)]).iloc[:0]
    assert m.cost_structure(figures).empty


def test_cost_parts_puts_two_rows_for_each():
    figures = [key_figure("a", "personnel_cost", 900), key_figure("a", "public_cost", 100)]
    parts = m.cost_parts(m.cost_structure(pd.DataFrame(figures)))
    assert parts["part"].tolist() == ["personnel", "public"]
    assert parts["amount_yuan"].tolist() == [Decimal(900), Decimal(100)]
    assert parts["share"].tolist() == [0.9, 0.1]


def fact(source, code, label, amount, cost_type="public", **more):
    row = {"source_id": source, "fiscal_year": 2024, "phase": "initial_budget", "origin": "L1"}
    row |= {"table_id": "general_public_basic_expenditure", "column_role": "part"}
    row |= {"economic_code": code, "label": label, "cost_type": cost_type}
    return row | {"amount_yuan": Decimal(amount)} | more


@pytest.fixture
def items():
    return m.item_shares(
        pd.DataFrame(
            [
                fact("a", "302", "商品和服务支出", 100),
                fact("a", "30201", "办公费", 60),
                fact("a", "30201", "办公费", 60, column_role="total"),
                fact("a", "30208", "取暖费", 40),
                fact("a", "30302", "退休费", 10, cost_type="personnel"),
                fact("b", "30201", "办公费", 100),
                fact("b", "30208", "采暖费", 100),
                fact("c", "30201", "办公费", 100, table_id="three_public_expenditure"),
                fact("c", "30208", "取暖费", 0),
                fact("c", "30201", "办公费", 100),
            ]
        )
    )


def test_item_shares_worked_by_hand(items):
    # Heating: a 40 of 100, b 100 of 200, c 0 of 100; all 140 of 400; others of a: 100 of 300.
    heating = items[items["economic_code"] == "30208"].set_index("source_id")
    assert heating["share"].to_dict() == {"a": 0.4, "b": 0.5, "c": 0.0}
    assert heating["pooled_share"].tolist() == [0.35] * 3
    assert heating.loc["a", "others_share"] == pytest.approx(1 / 3, rel=1e-15)
    assert heating.loc["a", "deviation"] == pytest.approx(0.4 - 0.35, rel=1e-12)
    assert set(heating["item"]) == {"30208 取暖费"}
    # a's personnel cost is the only one: there are no others to compare with.
    alone = items[items["cost_type"] == "personnel"].iloc[0]
    assert (alone["share"], alone["pooled_share"]) == (1.0, 1.0)
    assert pd.isna(alone["others_share"])


def test_an_item_of_unknown_cost_type_is_refused_with_its_place():
    facts = pd.DataFrame([fact("a", "30901", "房屋建筑物购建", 5, cost_type=None)])
    with pytest.raises(ValueError, match=r"a, L1: 30901 房屋建筑物购建"):
        m.item_shares(facts)


def test_economic_classes_show_money_for_retirees_apart(items):
    classes = m.economic_classes(items[items["source_id"] == "a"])
    assert dict(zip(classes["economic_class"], classes["amount_yuan"], strict=True)) == {
        "302": Decimal(100),
        "303": Decimal(10),
    }
    assert classes["share"].tolist() == [100 / 110, 10 / 110]


def test_watched_items_not_printed_are_missing_and_zero_is_zero(items):
    watched = m.watched_shares(items).set_index(["source_id", "economic_code"])
    assert watched.loc[("a", "30208"), "share"] == 0.4
    assert watched.loc[("c", "30208"), "share"] == 0.0
    assert watched.loc[("a", "30217"), "amount_yuan"] is None
    assert pd.isna(watched.loc[("a", "30217"), "share"])


def test_gather_tail_keeps_the_same_items_everywhere():
    frame = pd.DataFrame(
        [
            ("a", "x", Decimal(50)),
            ("a", "y", Decimal(30)),
            ("a", "z", Decimal(20)),
            ("b", "y", Decimal(60)),
            ("b", "w", None),
            ("b", "z", Decimal(40)),
        ],
        columns=["source_id", "item", "amount_yuan"],
    )
    # Sums: y 90, z 60, x 50.
    gathered = m.gather_tail(frame, 1, within=["source_id"], tail="其他")
    assert gathered.drop(columns="share").values.tolist() == [
        ["a", "y", Decimal(30), 1, False],
        ["a", "其他", Decimal(70), 2, True],
        ["b", "y", Decimal(60), 1, False],
        ["b", "其他", Decimal(40), 1, True],
    ]
    assert gathered["share"].tolist() == [0.3, 0.7, 0.6, 0.4]
    assert m.gather_tail(frame.iloc[:0], 1).empty
    with pytest.raises(ValueError, match="not 0"):
        m.gather_tail(frame, 0)


# --- projects -----------------------------------------------------------------------------------


def project(source, name, initial, executed=None, withheld=False, **more):
    row = {
        "source_id": source,
        "project_name": name,
        "budget_unit": "本级",
        "is_withheld": withheld,
    }
    row |= {"functional_code": "2120102", "fund": "general_public", "executed_yuan": executed}
    return row | {"initial_budget_yuan": initial, "adjusted_budget_yuan": None} | more


@pytest.fixture
def projects():
    return pd.DataFrame(
        [
            project("a", "物业管理", Decimal(20), Decimal(10)),
            project("a", "老旧小区改造", Decimal(70), Decimal(10)),
            project("a", "涉密项目", Decimal(10), None, withheld="True"),
            project("a", "待定", None),
            project("b", "征收补偿", Decimal(0)),
            project("b", "培训", Decimal(5), functional_code=None),
        ]
    )


def test_project_concentration_worked_by_hand(projects):
    # a: 70, 20, 10 of 100: H = 0.49 + 0.04 + 0.01 = 0.54; without the largest 20, 10 of 30: 5/9.
    answer = m.project_concentration(projects)
    a, b = (row for _, row in answer.iterrows())
    assert (a["source_id"], a["phase"], a["n"], a["n_blank"]) == ("a", "initial_budget", 3, 1)
    assert (a["hhi"], a["cr1"], a["total_yuan"]) == (5400.0, 0.7, Decimal(100))
    assert a["hhi_without_largest"] == pytest.approx(10_000 * 5 / 9, rel=1e-15)
    assert (a["largest_name"], a["largest_yuan"]) == ("老旧小区改造", Decimal(70))
    assert (a["n_withheld"], a["withheld_yuan"], a["withheld_share"]) == (1, Decimal(10), 0.1)
    assert (b["n"], b["n_zero"], b["hhi"], b["withheld_share"]) == (1, 1, 10_000.0, 0.0)
    assert pd.isna(b["hhi_normalised"])
    assert b["total_yuan_without_largest"] is None


def test_groups_by_class_keep_the_projects_without_a_code(projects):
    answer = m.project_concentration(projects, by=["source_id", "functional_class"])
    assert answer["functional_class"].tolist()[:2] == ["212", "212"]
    assert pd.isna(answer["functional_class"].iloc[2])


def test_concentration_by_phase_leaves_out_what_is_not_stated(projects):
    # Executed: 10 and 10: H = 0.5.
    answer = m.concentration_by_phase(projects)
    assert answer[["source_id", "phase", "hhi"]].values.tolist() == [
        ["a", "initial_budget", 5400.0],
        ["a", "final", 5000.0],
        ["b", "initial_budget", 10_000.0],
    ]


def test_ranked_projects(projects):
    ranked = m.ranked_projects(projects)
    assert ranked["project_name"].tolist() == ["老旧小区改造", "物业管理", "涉密项目", "培训"]
    assert ranked["rank"].tolist() == [1, 2, 3, 1]
    assert ranked["cumulative_share"].tolist() == [0.7, 0.9, 1.0, 1.0]
    assert ranked["is_withheld"].tolist() == [False, False, True, False]


def test_lorenz_curves_of_each_group(projects):
    curves = m.lorenz_curves(projects)
    assert curves.groupby("source_id").size().to_dict() == {"a": 4, "b": 2}
    assert curves["amount_share"].tolist() == [0.0, 0.1, 0.3, 1.0, 0.0, 1.0]


def test_a_negative_project_is_named(projects):
    bad = pd.concat([projects, pd.DataFrame([project("b", "退款", Decimal("-1"))])])
    for measure in (m.project_concentration, m.ranked_projects, m.lorenz_curves):
        with pytest.raises(ValueError, match="b: initial_budget_yuan of 退款 is negative: -1"):
            measure(bad)


def test_unknown_amounts_and_flags_are_refused(projects):
    with pytest.raises(ValueError, match="not 'fiscal_yuan'"):
        m.project_concentration(projects, amount="fiscal_yuan")
    with pytest.raises(ValueError, match="is_withheld is 'maybe'"):
        m.ranked_projects(projects.assign(is_withheld="maybe"))


def test_project_coverage_is_shown_for_each_scope_published(projects):
    # a lists 100: of 200 published for all funds, 125 of the general public budget.
    figures = pd.DataFrame(
        [
            key_figure("a", "project_expenditure", Decimal(200), fund=""),
            key_figure("a", "total_expenditure", Decimal(400), fund=None),
            key_figure("a", "project_expenditure", Decimal(125)),
            key_figure("a", "project_expenditure", Decimal(1), phase="final"),
        ]
    )
    answer = m.project_coverage(projects, figures).sort_values("fund")
    assert answer["projects_yuan"].tolist() == [Decimal(100), Decimal(100)]
    assert answer["coverage_share"].tolist() == [0.5, 0.8]
    assert answer["total_share"].iloc[0] == 0.25
    assert pd.isna(answer["total_share"].iloc[1])

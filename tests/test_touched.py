"""Marks on figures that a finding touches, from clean data to the page."""

from decimal import Decimal

import pandas as pd
import pytest

from helpers import comparison, display, measures
from helpers.measures.touched import row_by_row, together, touches_in
from helpers.report.pages import link_findings, readable_tables
from helpers.traced import Touch, Traced, objects, table_html

SOURCE = "anyang_park_2024_budget"
SOURCES = pd.DataFrame(
    {
        "source_id": [SOURCE],
        "department": ["安阳市公园管理处"],
        "title": ["安阳市公园管理处2024年部门预算"],
        "fiscal_year": [2024],
        "kind": ["budget"],
        "conversion": [""],
        "n_units": [1],
    }
)
TOUCH = Touch(SOURCE, 7, "安阳市公园管理处, finding 7 (row total 横向合计)")


def finding(number: int, left: str, right: str = "", **changes: object) -> dict:
    return {
        "source_id": SOURCE,
        "finding_no": number,
        "rule_id": "table_row_sum",
        "severity": "error",
        "unit": "万元",
        "left_origin": left,
        "right_origin": right,
        **changes,
    }


FINDINGS = pd.DataFrame(
    [
        finding(7, "L11", "L12;L13"),
        finding(8, "L9", severity="rounding"),
        finding(9, "L9", rule_id="code_label", unit=""),
    ]
)


def figures() -> pd.DataFrame:
    rows = [
        ("basic_expenditure", "general_public", "705000", "L9"),
        ("personnel_cost", "general_public", "600000", "L11"),
        ("public_cost", "general_public", "105000", "L10"),
        ("persons_in_post", "", "30", "L4"),
    ]
    frame = pd.DataFrame(rows, columns=["measure", "fund", "value", "origin"])
    values = objects([Decimal(row[2]) for row in rows], frame.index)
    known = dict(source_id=SOURCE, fiscal_year=2024, phase="initial_budget")
    return frame.assign(value=values, source="fact", findings="", **known)


def projects() -> pd.DataFrame:
    rows = [("道路", "500000", "L12"), ("桥梁", "1500000", "L51"), ("路灯", "250000", "L52;L13")]
    frame = pd.DataFrame(rows, columns=["project_name", "yuan", "initial_budget_origin"])
    amounts = [Decimal(row[1]) for row in rows]
    return frame.assign(
        origin="L1",
        initial_budget_yuan=objects(amounts, frame.index),
        source_id=SOURCE,
        fund="general_public",
        functional_code="",
        budget_unit="",
        is_withheld=[False, True, False],
        amount_source="project_table",
    )


def test_rounding_and_names_touch_no_figure():
    marked = comparison.mark_touched(figures(), FINDINGS, SOURCES)
    assert list(marked["touched"]) == [(), (TOUCH,), (), ()]


def test_rate_is_touched_only_where_it_is_itself_compared():
    growth = (
        figures()
        .iloc[:2]
        .assign(
            measure=["basic_expenditure_growth", "fiscal_expenditure_growth"],
            value=objects([Decimal("23.52"), Decimal("-17.2")], pd.RangeIndex(2)),
            unit="percent",
            origin="L20",
        )
    )
    findings = pd.DataFrame(
        [
            finding(1, "L20", "L30", left_value="1714.4", right_value="1846.59"),
            finding(2, "L20", "L20", left_value="-17.2", right_value="-22.046", unit="%"),
            finding(3, "L20", "L30", left_value="", right_value="60"),
        ]
    )
    marked = comparison.mark_touched(growth, findings, SOURCES)
    assert [[touch.finding_no for touch in own] for own in marked["touched"]] == [[], [2]]


def test_persons_and_money_of_one_line_are_told_apart():
    people = figures().iloc[2:].assign(unit=["yuan", "person"], origin="L20")
    findings = pd.DataFrame(
        [
            finding(1, "L20", unit="万元"),
            finding(2, "L20", unit="人"),
            finding(3, "L20", unit="%"),
            finding(4, "L20", unit="分"),
        ]
    )
    marked = comparison.mark_touched(people, findings, SOURCES)
    numbers = [[touch.finding_no for touch in own] for own in marked["touched"]]
    assert numbers == [[1, 3], [2, 4]]


def test_project_is_touched_where_one_of_its_rows_is():
    marked = comparison.mark_touched(projects(), FINDINGS, SOURCES)
    assert list(marked["initial_budget_yuan_touched"]) == [(TOUCH,), (), (TOUCH,)]


def test_finding_of_another_disclosure_touches_nothing():
    others = FINDINGS.assign(source_id="baoding_park_2024_budget")
    sources = pd.concat([SOURCES, SOURCES.assign(source_id="baoding_park_2024_budget")])
    assert not any(comparison.mark_touched(figures(), others, sources)["touched"])


def test_derived_figure_is_touched_if_an_operand_is():
    costs = measures.cost_structure(comparison.mark_touched(figures(), FINDINGS, SOURCES))
    touched = {
        name.removesuffix("_touched")
        for name in costs
        if name.endswith("_touched") and costs[name][0]
    }
    assert touched == {
        "personnel_yuan", "personnel_share", "public_share", "personnel_per_person",
    }  # fmt: skip
    plain = measures.cost_structure(figures())
    assert not any(plain[name][0] for name in plain if name.endswith("_touched"))


def test_union_keeps_order_and_frames_without_marks_have_none():
    one, two = ("a",), ("b", "a")
    assert together([one, (), two]) == ("a", "b")
    frame = pd.DataFrame({"x": [1, 2]})
    assert touches_in(frame) == [(), ()]
    assert row_by_row(frame, "x_touched", "y_touched") == [(), ()]


def test_concentration_is_touched_without_the_largest_only_if_the_rest_is():
    marked = comparison.mark_touched(projects(), FINDINGS.iloc[:1], SOURCES)
    measured = comparison.project_measures(marked, SOURCES)
    row = measured.iloc[0]
    assert row["touched"] == row["touched_without_largest"] == (TOUCH,)
    assert row["largest_yuan_touched"] == row["withheld_yuan_touched"] == ()
    largest = FINDINGS.iloc[:1].assign(left_origin="L51", right_origin="")
    row = comparison.project_measures(
        comparison.mark_touched(projects(), largest, SOURCES), SOURCES
    ).iloc[0]
    assert row["touched"] == row["largest_yuan_touched"] == (TOUCH,)
    assert row["touched_without_largest"] == ()
    texts = comparison.concentration_as_text(measured)
    assert texts["hhi"][0].touches == (TOUCH,)
    assert not isinstance(texts["largest_yuan"][0], Traced) or not texts["largest_yuan"][0].touches


def test_listed_projects_and_sentences_bear_the_mark():
    marked = comparison.mark_touched(projects(), FINDINGS, SOURCES)
    listed = comparison.projects_listed(marked, SOURCES, 3)
    assert [text.touches for text in listed.iloc[:, 3]] == [(), (TOUCH,), (TOUCH,)]
    assert [text.origin for text in listed.iloc[:, 3]] == ["L51", "L12", "L52;L13"]
    assert all(text.touches == (TOUCH,) for text in listed.iloc[:, 4])  # shares of a touched sum
    measured = comparison.project_measures(marked, SOURCES)
    (sentence,) = comparison.tell_top(measured)
    assert f'data-finding="{SOURCE}#7"' in sentence
    (plain,) = comparison.tell_top(comparison.project_measures(projects(), SOURCES))
    assert "<span" not in plain


def test_chart_names_the_finding_in_its_caption(monkeypatch):
    shown = []
    monkeypatch.setattr(display.charts, "show", lambda *pieces: shown.append(pieces))
    marked = comparison.mark_touched(figures(), FINDINGS, SOURCES)
    costs = comparison.name_disclosures(measures.cost_structure(marked), SOURCES)
    items = pd.DataFrame(columns=["source_id", "economic_code", "column_path"])
    drawing = comparison.draw_shares(costs, SOURCES, items)
    assert drawing.touches == (TOUCH,)
    (name,) = [text.get_text() for text in drawing.figure.axes[0].get_yticklabels()]
    assert name.endswith("†")
    display.show_drawing(drawing)
    note = shown[0][3]
    assert note.startswith("† A finding touches this figure or one it is made of: <span")
    assert "finding 7 (row total 横向合计)" in note
    plain = comparison.name_disclosures(measures.cost_structure(figures()), SOURCES)
    display.show_drawing(comparison.draw_shares(plain, SOURCES, items))
    assert shown[1][3] == ""


def test_ranked_projects_bear_the_mark_one_by_one():
    marked = comparison.mark_touched(projects(), FINDINGS, SOURCES)
    (drawing,) = comparison.draw_ranked(marked, SOURCES, n=5)
    names = [text.get_text() for text in drawing.figure.axes[0].get_yticklabels()]
    assert [name.endswith("†") for name in names] == [False, True, True]
    assert drawing.touches == (TOUCH,)


@pytest.mark.parametrize("folder", ["03_audit_arithmetic/", "../03_audit_arithmetic/"])
def test_mark_leads_to_the_card_of_its_finding(folder):
    amount = Traced("1,250", SOURCE, "L7", [TOUCH])
    page = link_findings(
        table_html(pd.DataFrame({"sum": objects([amount], pd.RangeIndex(1))})), folder
    )
    assert f'<a class="touched" href="{folder}{SOURCE}.html#finding-7"' in page
    assert ">†</a>" in page
    derived = Traced("<1", SOURCE, "", [TOUCH]).to_html()
    assert derived.startswith("&lt;1<span")
    assert Traced("1", SOURCE, "").to_html() == "1"


def test_marked_numbers_stay_to_the_right():
    texts = objects([Traced("1,250", SOURCE, "L7", [TOUCH]), "9"], pd.RangeIndex(2))
    page = readable_tables(table_html(pd.DataFrame({"sum": texts})))
    assert page.count('<td class="number">') == 2

"""What a notebook shows: sentences, tables whose figures know their place."""

from decimal import Decimal

import pandas as pd
import pytest

from helpers import comparison, display, measures
from helpers.traced import Traced, objects

SOURCES = pd.DataFrame(
    {
        "source_id": ["anyang_park_2024_budget"],
        "department": ["安阳市公园管理处"],
        "fiscal_year": [2024],
        "kind": ["budget"],
    }
)


@pytest.fixture
def shown(monkeypatch):
    """Collect what would be displayed."""
    pieces = []
    monkeypatch.setattr(display, "display", lambda piece: pieces.append(piece.data))
    return pieces


def figures():
    rows = [
        ("basic_expenditure", "general_public", "705000", "L9"),
        ("personnel_cost", "general_public", "600000", "L11"),
        ("public_cost", "general_public", "105000", ""),
        ("persons_in_post", "", "30", "L4"),
        ("basic_expenditure_growth", "general_public", "-0.73", "L5"),
        ("project_expenditure", "general_public", "2000000", "L40"),
    ]
    frame = pd.DataFrame(rows, columns=["measure", "fund", "value", "origin"])
    known = dict(source_id="anyang_park_2024_budget", fiscal_year=2024, phase="initial_budget")
    return frame.assign(
        value=objects([Decimal(row[2]) for row in rows], frame.index),
        source="fact",
        findings="",
        **known,
    )


def projects():
    rows = [
        ("道路", 500000, "L50"),
        ("桥梁", 1500000, "L51"),
        ("路灯", 0, "L52"),
        ("亭", None, "L53"),
    ]
    frame = pd.DataFrame(rows, columns=["project_name", "n", "origin"])
    amounts = [None if row[1] is None else Decimal(row[1]) for row in rows]
    return frame.assign(
        initial_budget_yuan=objects(amounts, frame.index),
        source_id="anyang_park_2024_budget",
        fund="general_public",
        functional_code="",
        budget_unit="",
        is_withheld=False,
    )


def place(frame, column):
    return [text.origin if isinstance(text, Traced) else None for text in frame[column]]


def test_a_table_is_shown_with_its_places(shown):
    frame = pd.DataFrame({"name": ["<甲>", None]})
    frame["sum"] = objects([Traced("8", "a_2024_budget", "L7"), "9"], frame.index)
    display.show_table(frame)
    (page,) = shown
    assert "<td>&lt;甲&gt;</td>" in page and "<td>9</td>" in page
    assert 'data-place="a_2024_budget#L7" title="a_2024_budget, line 7">8</span>' in page
    assert "<td>None</td>" not in page


def test_an_empty_table_is_a_sentence(shown):
    display.show_table(pd.DataFrame({"name": []}), empty="Nothing here.")
    assert shown == ["Nothing here."]


def test_amounts_keep_the_place_of_the_key_figure():
    costs = comparison.name_disclosures(measures.cost_structure(figures()), SOURCES)
    amounts = ["basic_yuan", "personnel_yuan", "public_yuan"]
    shown = comparison.amounts_as_text(costs, amounts)
    assert [list(shown[name]) for name in amounts] == [
        ["70.50 万元"],
        ["60.00 万元"],
        ["10.50 万元"],
    ]
    assert [place(shown, name) for name in amounts] == [["L9"], ["L11"], [None]]
    people = comparison.counts_as_text(costs, ["persons_in_post"])
    assert (list(people["persons_in_post"]), place(people, "persons_in_post")) == (["30"], ["L4"])
    growth = comparison.year_on_year(costs, figures())
    assert growth.iloc[0, 1] == "-0.73 %" and growth.iloc[0, 1].origin == "L5"


def test_the_scorecard_keeps_places():
    costs = comparison.name_disclosures(measures.cost_structure(figures()), SOURCES)
    measured = comparison.project_measures(projects(), SOURCES)
    card = comparison.scorecard(costs, measured, SOURCES)
    (column,) = card.columns
    linked = {row: card.at[row, column].origin for row in card.index if _is_traced(card, row)}
    assert list(linked.values()) == ["L9", "L11", "L4"]


def _is_traced(card, row):
    return isinstance(card.at[row, card.columns[0]], Traced)


def test_projects_are_listed_by_size_each_with_its_place():
    listed = comparison.projects_listed(projects(), SOURCES, 2)
    assert list(listed.iloc[:, 1]) == ["桥梁", "道路"]
    assert list(listed.iloc[:, 3]) == ["150.00 万元", "50.00 万元"]
    assert place(listed, listed.columns[3]) == ["L51", "L50"]
    assert list(listed.iloc[:, 4]) == ["75.0%", "25.0%"]
    measured = comparison.project_measures(projects(), SOURCES)
    texts = comparison.concentration_as_text(measured)
    assert place(texts, "largest_yuan") == ["L51"]
    assert comparison.projects_listed(projects().iloc[:0], SOURCES, 2).empty


def test_the_published_project_expenditure_keeps_its_place():
    covered = comparison.coverage(projects(), figures(), SOURCES)
    traced = [text for text in covered.iloc[0] if isinstance(text, Traced)]
    assert [(str(text), text.origin) for text in traced] == [("200.00 万元", "L40")]

"""The made-up department reads as it was written, and cleaning it takes time in proportion."""

import cProfile
import json
import pstats
from collections import Counter
from decimal import Decimal

import pytest

import helpers as hp
import pdf_exports
from helpers.bench import bench, budget_text, final_accounts_text, make_up_department
from helpers.bench.extraction import (
    READERS,
    Expected,
    compare,
    count_right,
    figures_of_rows,
)
from helpers.bench.timing import Measurement, growth

WRITERS = {"budget": budget_text, "final": final_accounts_text}


def written(folder, kind, times):
    path = folder / f"made_up_{times}_2024_{kind}.txt"
    path.write_text(WRITERS[kind](make_up_department(times)), encoding="utf-8")
    return path


def yuan(hundredths):
    """From hundredths of 万元."""
    return Decimal(hundredths) * 100


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_department_is_made_up_every_time(kind):
    text = WRITERS[kind](make_up_department(2))
    assert text == WRITERS[kind](make_up_department(2))
    assert text != WRITERS[kind](make_up_department(2, seed=2))


@pytest.mark.parametrize("times", [1, 4])
def test_made_up_budget_is_read_whole(tmp_path, times):
    department = make_up_department(times)
    read = hp.read(written(tmp_path, "budget", times))
    assert read.source.department == department.name
    assert (read.rows["unread"], read.ledger.invented) == ([], ())
    totals = {
        fact["table_id"]: fact["amount_yuan"]
        for fact in read.rows["facts"]
        if fact["line_role"] == "total" and fact["column_role"] == "total"
    }
    assert totals == {
        "expenditure_summary": yuan(department.total),
        "general_public_expenditure": yuan(department.total),
        "general_public_basic_expenditure": yuan(department.basic),
        "general_public_project_expenditure": yuan(department.project),
    }
    items = {
        fact["functional_code"]: fact["amount_yuan"]
        for fact in read.rows["facts"]
        if fact["table_id"] == "expenditure_summary"
        and fact["line_role"] == "item"
        and fact["column_path"].endswith("基本支出")
    }
    assert items == {item.code: yuan(item.basic) for item in department.items}
    assert Counter(
        (row["project_name"], row["budget_unit"], row["initial_budget_yuan"])
        for row in read.rows["projects"]
    ) == Counter((p.name, p.unit, yuan(p.amount)) for p in department.projects)
    assert len(read.rows["indicators"]) == 3 * len(department.projects)


def test_made_up_final_accounts_are_read_whole(tmp_path):
    department = make_up_department(2)
    read = hp.read(written(tmp_path, "final", 2))
    assert (read.rows["unread"], read.ledger.invented) == ([], ())
    assert read.document.layout == "cell_lines"
    assert Counter(
        (row["project_name"], row["budget_unit"], row["executed_yuan"], row["total_score"])
        for row in read.rows["projects"]
    ) == Counter((p.name, p.unit, yuan(p.amount), 100) for p in department.projects)
    assert len(read.rows["indicators"]) == 2 * len(department.projects)


def calls(path, out):
    """Functions called to clean a document: the same number on every machine, busy or not."""
    profile = cProfile.Profile()
    profile.enable()
    hp.clean(path, out)
    profile.disable()
    return pstats.Stats(profile).total_calls


@pytest.mark.parametrize("kind", WRITERS)
def test_work_grows_with_the_length_and_no_faster(tmp_path, kind):
    hp.clean(written(tmp_path, kind, 1), tmp_path)  # expressions and reference tables are cached
    short, long = (calls(written(tmp_path, kind, times), tmp_path) for times in (2, 8))
    assert long <= 4 * 1.05 * short


def test_growth_is_the_power_of_the_length():
    def measured(times):
        return [Measurement("", size, seconds, None) for size, seconds in times]

    assert growth(measured([(1, 2), (10, 20), (50, 100)])) == 1.0
    assert growth(measured([(1, 2), (10, 200), (50, 5000)])) == 2.0


def test_bench_measures_filed_and_made_up_documents(tmp_path, monkeypatch, capsys):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path))
    path = bench(sizes=(1, 2), runs=1)
    assert path == tmp_path / "build" / "bench.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["filed"] == []
    for kind in WRITERS:
        first, second = report["made_up"][kind]["documents"]
        assert 1.5 < second["megabytes"] / first["megabytes"] < 2.5
        assert first["seconds"] > 0
    assert "made-up final, 2 times as long" in capsys.readouterr().out


def test_a_figure_is_right_with_its_row_its_headings_and_its_unit(tmp_path):
    """The same document as text and as PDF; plain extraction lacks what a page does not repeat."""
    text = written(tmp_path, "budget", 1)
    path = tmp_path / "made_up.pdf"
    pdf_exports.write_pdf(hp.read(text).document, path, is_merged=True)
    found = {one.reader: one for one in compare(path, text)}
    assert set(found) >= {"helpers", "pdfplumber"} and set(found) <= set(READERS)
    ours, plain = found["helpers"], found["pdfplumber"]
    assert ours.cells == plain.cells == len(hp.read(text).rows["facts"])
    assert ours.right > 0.99 * ours.cells
    assert 0 < plain.right < ours.right
    unknown = {one.reader: one for one in compare(path, None)}
    assert not unknown["helpers"].is_known
    assert 0 < unknown["helpers"].right <= unknown["helpers"].cells


@pytest.mark.parametrize(
    ("rows", "unit", "right"),
    [
        ([["科目", "合计"], ["行政运行", "5.10"]], "万元", 1),
        ([["科目", "合计"], ["行政运行", "5.10"]], "元", 0),
        ([["科目", "合计"], ["行政运行", "5.1 0"]], "万元", 0),
        ([["科目", "项目支出"], ["行政运行", "5.10"]], "万元", 0),
        ([["科目", "合计"], ["机关服务", "5.10"]], "万元", 0),
        ([["行政运行", "5.10"]], "万元", 0),
        ([["单位：元", None], ["科目", "合计"], ["行政运行", "5.10"]], "万元", 1),
    ],
)
def test_what_is_missing_makes_a_figure_wrong(rows, unit, right):
    expected = Expected(Decimal("5.10"), ("行政运行",), ("合计",), "万元")
    assert count_right([expected, expected], figures_of_rows(rows, unit)) == right

"""The look at a document before it is filed, and the notebook that takes a reader through it."""

import json
import shutil
from pathlib import Path

import pytest
from nbclient import NotebookClient
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

import helpers as hp
from helpers.first_look import FirstLook
from helpers.report.template import read_template

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "90_add_your_department.ipynb"

TEXT = """商洛市统计局2016年部门预算说明

单位：万元

收支预算总表

收入\t\t支出\t
项目\t预算数\t项目\t预算数
一、公共预算拨款\t404.77\t一、基本支出\t319.08
\t\t二、项目支出\t85.69
本年收入合计\t404.77\t本年支出合计\t404.77

2016年收入预算404.77万元。

联系人：张三丰，联系电话：0914-2312345。
"""
SCHOOL = TEXT.replace("商洛市统计局", "某镇逸夫小学")
NO_UNIT = TEXT.replace("单位：万元", "").replace("404.77万元", "若干")


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path))
    return tmp_path


def save(root, text, name="page.txt"):
    path = root / name
    path.write_text(text, encoding="utf-8")
    return path


def run(root, **parameters):
    """Run the notebook as JupyterLab would, and return what it shows as one text."""
    notebook = load_notebook_node(str(NOTEBOOK))
    given = parameterize_notebook(
        notebook, parameters, kernel_name="python3", language="python", engine_name="nbclient"
    )
    resources = {"metadata": {"path": str(root)}}
    NotebookClient(given, timeout=120, kernel_name="python3", resources=resources).execute()
    shown = []
    for cell in given.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            data = output.get("data", {})
            shown += [output.get("text", ""), *(data.get(k, "") for k in _SHOWN)]
    return "\n".join(shown)


_SHOWN = ("text/markdown", "text/html", "text/plain")


def written(root):
    return sorted(str(path.relative_to(root)) for path in (root / "data").rglob("*"))


def test_the_notebook_runs_on_what_comes_with_it(monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(ROOT))
    shown = run(ROOT / "notebooks")
    d = hp.read("urumqi_housing_2024_budget")
    counts = ", ".join(
        f"{len(d.rows[name]):,} {name}"
        for name in ("tables", "facts", "claims", "projects", "indicators")
    )
    assert f"**urumqi_housing_2024_budget.txt can be read:** {counts}." in shown
    assert shown.count('<figure class="place">') == 6  # three, and three of an exercise
    assert "would be `data/raw/urumqi_housing_2024_budget`" in shown
    assert "编制部门：乌鲁木齐市住房保障和房产管理局" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "page.txt is empty."),
        (NO_UNIT, "page.txt does not state its unit; say so in the parameter `unit`."),
    ],
)
def test_the_notebook_says_why_nothing_was_read(root, text, message):
    shown = run(root, path=str(save(root, text)), file_it=True)
    assert f"**Nothing was read:** {message}" in shown
    assert f"Nothing was filed: {message}" in shown
    assert "Traceback" not in shown
    assert written(root) == ["data/raw"]


def test_the_notebook_files_a_document(root):
    shown = run(root, path=str(save(root, TEXT)), file_it=True)
    assert "Filed as `data/raw/shangluo_statistics_2016_budget`" in shown
    assert "张三丰" not in shown and "2312345" not in shown
    assert hp.list_sources() == ["shangluo_statistics_2016_budget"]
    clean = root / "data" / "clean" / "shangluo_statistics_2016_budget"
    filed = {path.name: path.read_bytes() for path in clean.iterdir()}
    shutil.rmtree(clean)
    hp.clean("shangluo_statistics_2016_budget")
    assert {path.name: path.read_bytes() for path in clean.iterdir()} == filed


def test_what_cannot_be_opened_is_one_sentence(root):
    look = FirstLook("nothing_here.pdf")
    assert look.refusal and "\n" not in look.refusal
    assert look.answer() == f"**Nothing was read:** {look.refusal}"
    assert look.file(True) == f"Nothing was filed: {look.refusal}"
    assert (look.figures(3), look.result()) == ([], look.refusal)
    assert FirstLook(root).refusal


def test_a_wrong_answer_is_one_sentence(root):
    look = FirstLook(save(root, TEXT), kind="决算")
    assert look.refusal == "kind must be budget or final, not '决算'."
    assert look.disclosure is None


def test_a_document_without_an_identifier_can_be_looked_at(root):
    path = save(root, SCHOOL)
    look = FirstLook(f' "{path}" ')  # as pasted from a file manager
    assert look.disclosure is not None and len(look.frame("facts")) == 5
    proposed = look.proposed().set_index("name")
    assert proposed.loc["source_id", "value"] == "not known"
    assert proposed.loc["department", "value"] == "某镇逸夫小学"
    assert look.file(True).endswith("say so in the parameter `source_id`.")
    assert written(root) == ["data/raw"]
    named = FirstLook(path, source_id="x_school_2016_budget")
    assert named.file(True).startswith("Filed as `data/raw/x_school_2016_budget`")
    again = named.file(True)
    assert again == "Nothing was filed: page.txt is filed already, as x_school_2016_budget."


def test_what_the_text_does_not_say_is_named(root):
    look = FirstLook(save(root, NO_UNIT))
    assert look.proposed().to_dict("records")[-1] == {
        "name": "unit",
        "value": "not known",
        "rests on": "the text does not say",
    }
    assert list(FirstLook(look.path, unit="元").frame("facts")["unit_text"].unique()) == ["元"]


def test_tables_that_state_no_money_are_listed(root):
    staff = "\n人员情况表\n\n姓名\t职务\n甲\t科长\n乙\t科员\n"
    look = FirstLook(save(root, TEXT + staff))
    others = look.other_tables()
    assert list(others["read as"]) == ["nothing"]
    assert list(look.tables()["table_id"]) == ["revenue_expenditure_summary"]


def test_persons_are_hidden_among_the_blocks(root):
    blocks = FirstLook(save(root, TEXT)).blocks(20)
    assert list(blocks["block"])[2:5] == ["paragraph", "table, 5 × 4", "paragraph"]
    assert "×××" in blocks["begins with"].iloc[-1]
    assert "张三丰" not in blocks.to_csv()


def test_it_is_a_lesson_and_no_report():
    assert read_template(NOTEBOOK).scope == "file"
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    tagged = [cell["metadata"].get("tags", []) for cell in cells]
    assert 25 <= len(cells) <= 45
    assert 3 <= tagged.count(["solution"]) <= 5
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert all(len(cell["source"]) <= 8 for cell in cells if cell["cell_type"] == "code")

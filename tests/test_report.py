"""The runner: what it refuses, what it renders, what it survives, what it does not do twice."""

import base64
import io
import json
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from helpers.report import (
    ReportError,
    ReportSettings,
    parse_parameters,
    report_command,
    run_reports,
    runner,
)
from helpers.report.disclosure import Disclosure, describe_disclosure
from helpers.report.pages import (
    PageError,
    external_references,
    link_origins,
    readable_tables,
    remove_unfinished,
    write_page,
)
from helpers.report.state import State
from helpers.report.template import Parameter, read_template, read_value
from helpers.report.typeface import embed_chinese
from helpers.traced import Traced, objects, table_html

NOTEBOOKS = Path(__file__).parent / "fixtures" / "notebooks"
PARK = "anyang_park_2024_budget"
SCHOOL = "baoding_school_2023_final"
EMPTY = "cangzhou_empty_2024_budget"
CRASH = "dezhou_crash_2024_budget"
KILLER = "enshi_killer_2024_budget"
AMOUNT = Traced("1,250", PARK, "L7;L9")


def make_site(root: Path, texts: dict[str, str], templates: list[str]) -> Path:
    """Lay out a repository with the given raw texts and fixture notebooks."""
    for source_id, text in texts.items():
        folder = root / "data" / "raw" / source_id
        folder.mkdir(parents=True)
        (folder / "text.txt").write_text(text, encoding="utf-8")
    (root / "notebooks").mkdir(parents=True)
    for name in templates:
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", root / "notebooks")
    return root


@pytest.fixture(autouse=True, scope="module")
def fixed_library():
    """Keep the digest of the library apart: other files may change while the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "digest_library", lambda: "library")
        yield


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Render one site in which two disclosures are fine and everything else goes wrong."""
    texts = {
        PARK: "人员经费 120000\n公用经费 30000\n",
        SCHOOL: "人员经费 98000\n",
        EMPTY: "",
        CRASH: "crash\n",
        "Bad-Name": "人员经费 1\n",
    }
    if sys.platform != "win32":
        texts[KILLER] = "kill the runner\n"
    names = [path.stem for path in NOTEBOOKS.glob("*.ipynb")]
    root = make_site(tmp_path_factory.mktemp("site"), texts, names)
    sidecar = "department: 安阳市公园管理处\nfiscal_year: 2024\nkind: budget\n"
    (root / "data" / "raw" / PARK / "source.yml").write_text(sidecar, encoding="utf-8")
    leftover = root / "reports" / ".04_compare.html.tmp"
    leftover.parent.mkdir()
    leftover.write_text("half", encoding="utf-8")
    settings = ReportSettings(root=root, parameters={"top_n": "5"}, jobs=2, timeout=5)
    results = {result.name: result for result in run_reports(settings)}
    reports = root / "reports"
    index = (reports / "index.html").read_text(encoding="utf-8")  # as this run left it
    return SimpleNamespace(root=root, reports=reports, results=results, index=index)


# --- what is refused before anything starts


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"parameters": {"topn": 1}}, "Unknown parameter 'topn'; nearest: top_n."),
        ({"parameters": {"top_n": "many"}}, "Parameter 'top_n' takes int, not 'many'."),
        ({"parameters": {"top_n": True}}, "Parameter 'top_n' takes int, not True."),
        ({"parameters": {"top_n": "1+1"}}, "Parameter 'top_n' takes int, not '1+1'."),
        ({"parameters": {"note": 3}}, "Parameter 'note' takes str | None, not 3."),
        (
            {"parameters": {"source_ids": "[]"}},
            "'source_ids' is set by the choice of sources, not as a parameter.",
        ),
        (
            {"sources": ("anyang_park_2042_budget",)},
            f"Unknown source_id 'anyang_park_2042_budget'; nearest: {PARK}.",
        ),
        ({"sources": ("zzz",)}, f"Unknown source_id 'zzz'; known: {PARK}, {SCHOOL}."),
        ({"templates": ("05",)}, "Unknown template '05'; known: 02_clean_disclosure, 04_compare."),
    ],
)
def test_refused(tmp_path: Path, settings: dict, message: str, capsys) -> None:
    names = ["02_clean_disclosure", "04_compare"]
    make_site(tmp_path, {PARK: "人员经费 1\n", SCHOOL: "人员经费 1\n"}, names)
    assert report_command(ReportSettings(root=tmp_path, **settings)) == 2
    assert capsys.readouterr().err == message + "\n"
    assert not (tmp_path / "reports").exists()


def test_nothing_to_render_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no notebook named like"):
        run_reports(ReportSettings(root=tmp_path))
    make_site(tmp_path, {}, ["04_compare"])
    with pytest.raises(ReportError, match="no disclosure in this folder"):
        run_reports(ReportSettings(root=tmp_path))
    with pytest.raises(ReportError, match="start at 1"):
        ReportSettings(root=tmp_path, jobs=0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("n: int = len('a')", "malformed node"),
        ("n: int = '3'", "Parameter 'n' takes int, not '3'"),
        ("n: Path = 3", "'Path' is not a type a parameter can have"),
        ("a = b = 3", "'a = b = 3' is not one literal with a name"),
        ("n: int", "'n: int' is not one literal with a name"),
        ("n =", "invalid syntax"),
    ],
)
def test_parameters_cell_must_hold_literals(tmp_path: Path, source: str, message: str) -> None:
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": [source]}
    path = tmp_path / "04_broken.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    with pytest.raises(ReportError, match=re.escape(message)) as refused:
        read_template(path)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 3}', '{"cells": [3]}'])
def test_not_a_notebook(tmp_path: Path, text: str) -> None:
    path = tmp_path / "04_broken.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=r"04_broken\.ipynb: not a readable notebook"):
        read_template(path)


@pytest.mark.parametrize(
    ("annotation", "given", "value"),
    [
        ("str", "2024", "2024"),
        ("str | None", "None", None),
        ("str | None", "决算", "决算"),
        ("int", " 5", 5),
        ("float", "5", 5),
        ("list[str]", "['人员', '公用']", ["人员", "公用"]),
        ("dict[str, float]", "{'a': 0.5}", {"a": 0.5}),
        ("", "7", 7),
    ],
)
def test_read_value(annotation: str, given: str, value: object) -> None:
    assert read_value(Parameter("p", annotation, 3), given) == value


def test_parse_parameters() -> None:
    assert parse_parameters(["a=1", "b=x=y"]) == {"a": "1", "b": "x=y"}
    with pytest.raises(ReportError, match="'top_n' is not written as name=value"):
        parse_parameters(["top_n"])


# --- what comes out of a run in which much goes wrong


def test_status_of_each_page(site: SimpleNamespace) -> None:
    told = {name: result.status for name, result in site.results.items()}
    killed = {
        f"02_clean_disclosure/{KILLER}": "failed",
        f"09_profile/{KILLER}": "skipped",
        f"source/{KILLER}": "skipped",
    }
    assert told == {
        "02_clean_disclosure/Bad-Name": "failed",
        f"02_clean_disclosure/{PARK}": "rendered",
        f"02_clean_disclosure/{SCHOOL}": "rendered",
        f"02_clean_disclosure/{EMPTY}": "failed",
        f"02_clean_disclosure/{CRASH}": "failed",
        **(killed if sys.platform != "win32" else {}),
        f"source/{PARK}": "rendered",
        f"source/{SCHOOL}": "rendered",
        f"source/{EMPTY}": "skipped",
        f"source/{CRASH}": "skipped",
        "04_compare": "rendered",
        f"09_profile/{PARK}": "rendered",
        f"09_profile/{SCHOOL}": "rendered",
        "10_loads_from_outside": "failed",
        "11_never_ends": "failed",
        f"09_profile/{EMPTY}": "skipped",
        f"09_profile/{CRASH}": "skipped",
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            f"02_clean_disclosure/{EMPTY}",
            f"data/raw/{EMPTY}/text.txt: the file is empty. [cell 4: if not lines:]",
        ),
        (
            f"02_clean_disclosure/{CRASH}",
            "the kernel died (out of memory, a crash in a library, or os._exit) "
            '[cell 5: if lines[0] == "crash":]',
        ),
        pytest.param(
            f"02_clean_disclosure/{KILLER}",
            "the rendering process died (exit code -9)",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no such signal"),
        ),
        (
            "02_clean_disclosure/Bad-Name",
            "data/raw/Bad-Name: the name of a disclosure has only a-z, 0-9 and _",
        ),
        ("10_loads_from_outside", "the page would load https://pictures.invalid/map.png"),
        ("11_never_ends", "not finished after 5 s [cell 3: while True:]"),
        (f"09_profile/{EMPTY}", "its disclosure was not cleaned"),
    ],
)
def test_reason_of_each_failure(site: SimpleNamespace, name: str, reason: str) -> None:
    assert site.results[name].reason == reason
    assert not site.results[name].page.exists()


def test_traceback_goes_to_a_log(site: SimpleNamespace) -> None:
    log = site.reports / "logs" / "02_clean_disclosure" / f"{EMPTY}.log"
    assert "DisclosureError" in log.read_text(encoding="utf-8")
    assert not (log.parent / f"{PARK}.log").exists()


def test_nothing_is_left_half_written(site: SimpleNamespace) -> None:
    assert not list(site.reports.glob("**/*.tmp"))
    assert sorted(p.name for p in (site.root / "data" / "clean").iterdir()) == [PARK, SCHOOL]


def test_comparison_runs_on_what_could_be_cleaned(site: SimpleNamespace) -> None:
    result = site.results["04_compare"]
    assert result.title == "What departments spend 部门支出"
    assert result.result == "3 amounts of 2 disclosures; the largest is 人员经费"
    assert result.left_out[:2] == (EMPTY, CRASH)
    assert "<p>5 rows, None</p>" in result.page.read_text(encoding="utf-8")


def test_pages_are_for_readers(site: SimpleNamespace) -> None:
    page = (site.reports / "04_compare.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "<title>What departments spend 部门支出</title>" in page
    assert "HELPERS_ROOT" not in page  # no code, no injected parameters
    assert "\\u4eba" not in page
    assert '<td class="number">120,000</td>' in page
    assert 'alt="一个像素"' in page
    assert 'href="#What-this-cannot-show-' in page  # contents
    assert f"Disclosures: <code>{PARK}</code>, <code>{SCHOOL}</code>" in page
    profile = (site.reports / "09_profile" / f"{PARK}.html").read_text(encoding="utf-8")
    assert "<title>One disclosure in full · 安阳市公园管理处 · 2024 budget 预算</title>" in profile
    assert 'href="../index.html"' in profile


def test_pages_load_nothing(site: SimpleNamespace) -> None:
    pages = sorted(site.reports.glob("**/*.html"))
    assert len(pages) == 8
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert external_references(text) == set()
        assert "default-src 'none'" in text
        assert "://" not in re.sub(r"<li>.*?</li>", "", text, flags=re.DOTALL)


def test_index_lists_what_there_is(site: SimpleNamespace) -> None:
    index = site.index
    links = re.findall(r'<a class="title" href="([^"]+)"', index)
    assert sorted(links) == [
        f"02_clean_disclosure/{PARK}.html",
        f"02_clean_disclosure/{SCHOOL}.html",
        "04_compare.html",
        f"09_profile/{PARK}.html",
        f"09_profile/{SCHOOL}.html",
        f"source/{PARK}.html",
        f"source/{SCHOOL}.html",
    ]
    assert all((site.reports / link).is_file() for link in links)
    assert "<h3>安阳市公园管理处 · 2024 budget 预算</h3>" in index
    assert '<p class="said">2 amounts read</p>' in index
    assert "the file is empty. [cell 4: if not lines:]" in index
    assert f"Without {EMPTY}; {CRASH}" in index
    rendered = site.results["04_compare"].rendered
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rendered)
    assert f">{rendered}</time> · version " in index


def test_second_run_does_nothing(site: SimpleNamespace, capsys) -> None:
    before = {p: p.stat().st_mtime_ns for p in site.reports.glob("*/*.html")}
    settings = ReportSettings(
        root=site.root,
        sources=(SCHOOL, PARK),
        templates=("04_compare.ipynb", "09"),
        parameters={"top_n": 5},
    )
    assert report_command(settings) == 0
    said = capsys.readouterr()
    assert said.out == f"All 7 reports are up to date: {site.reports / 'index.html'}\n"
    assert said.err == ""
    assert {p: p.stat().st_mtime_ns for p in site.reports.glob("*/*.html")} == before
    # The two were all that was asked for now, so the comparison lacks nothing.
    assert "Without" not in (site.reports / "index.html").read_text(encoding="utf-8")


def test_failure_is_told_and_fails_the_command(site: SimpleNamespace, capsys) -> None:
    settings = ReportSettings(root=site.root, sources=(PARK, EMPTY), templates=("02",))
    assert report_command(settings) == 1
    said = capsys.readouterr()
    assert "4 reports: 2 up to date, 1 failed, 1 skipped." in said.out
    assert re.search(rf"^02_clean_disclosure/{EMPTY} +\d+\.\d s  failed$", said.out, re.MULTILINE)
    assert f"{EMPTY} failed: data/raw/{EMPTY}/text.txt: the file is empty." in said.err
    assert "Traceback (most recent call last)" not in said.err
    assert re.search(r"1/4 \|.*02_clean_disclosure", said.err)  # the bar says what is running


# --- the lines of a document, and the links to them


def test_source_page_has_every_line_and_leads_back(site: SimpleNamespace) -> None:
    page = (site.reports / "source" / f"{PARK}.html").read_text(encoding="utf-8")
    assert re.findall(r'id="(L\d+)"', page) == ["L1", "L2", "L3"]
    assert f'href="../02_clean_disclosure/{PARK}.html"' in page
    assert "安阳市公园管理处 · 2024 budget 预算" in page
    record = (site.reports / "02_clean_disclosure" / f"{PARK}.html").read_text(encoding="utf-8")
    assert f'href="../source/{PARK}.html"' in record


def test_source_page_is_rendered_again_when_raw_or_clean_change(tmp_path: Path) -> None:
    root = make_site(tmp_path, {PARK: "人员经费 120000\n"}, ["02_clean_disclosure"])
    page = root / "reports" / "source" / f"{PARK}.html"

    def status() -> str:
        results = run_reports(ReportSettings(root=root))
        return next(r.status for r in results if r.name == f"source/{PARK}")

    assert status() == "rendered"
    assert "<mark" not in page.read_text(encoding="utf-8").partition('class="lines"')[2]
    assert status() == "up to date"
    claims = root / "data" / "clean" / PARK / "claims.csv"
    claims.write_text("subject,role,value,origin\n人员经费,amount,120000,L1\n", encoding="utf-8")
    assert status() == "rendered"
    mark = '<mark class="claims" title="人员经费 · amount">120000</mark>'
    assert mark in page.read_text(encoding="utf-8")
    (root / "data" / "raw" / PARK / "text.txt").write_text("公用 1\n", encoding="utf-8")
    assert status() == "rendered"
    page.unlink()
    assert status() == "rendered"


def test_a_source_page_that_fails_costs_itself_only(tmp_path: Path) -> None:
    root = make_site(tmp_path, {PARK: "spent 120000\n"}, ["02_clean_disclosure"])
    results = {r.name: r for r in run_reports(ReportSettings(root=root))}
    assert results[f"02_clean_disclosure/{PARK}"].status == "rendered"
    failed = results[f"source/{PARK}"]
    assert failed.status == "failed"
    assert failed.reason == "text.txt holds no Chinese text, so it is no disclosure."
    log = root / "reports" / "logs" / "source" / f"{PARK}.log"
    assert "DisclosureError" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["source/", "../source/"])
def test_a_traced_figure_becomes_a_link_to_its_line(folder: str) -> None:
    html = readable_tables(table_html(pd.DataFrame({"sum": objects([AMOUNT], pd.RangeIndex(1))})))
    assert '<td class="number"><span class="origin"' in html
    link = f'<a class="origin" href="{folder}{PARK}.html#L7" title="{PARK}, line 7">1,250</a>'
    assert link in link_origins(html, folder, [PARK])
    assert link_origins(html, folder, [SCHOOL]) == html  # not filed: there is no page to lead to


@pytest.mark.parametrize("place", ["p3:t2:r5:c4", "收支总表!B7"])
def test_a_place_that_is_no_line_has_its_link_too(place: str) -> None:
    linked = link_origins(Traced("8", PARK, place).to_html(), "source/", [PARK])
    assert f'title="anyang_park_2024_budget, {place}"' in linked
    assert f'href="source/anyang_park_2024_budget.html#{place}"' in linked


# --- what makes a page out of date


def test_only_what_changed_is_rendered_again(tmp_path: Path) -> None:
    root = make_site(tmp_path, {PARK: "人员经费 120000\n"}, ["02_clean_disclosure", "04_compare"])
    facts = root / "data" / "clean" / PARK / "facts.csv"
    raw = root / "data" / "raw" / PARK / "text.txt"
    template = root / "notebooks" / "04_compare.ipynb"
    page = root / "reports" / "04_compare.html"

    def statuses(**settings: object) -> list[str]:
        results = run_reports(ReportSettings(root=root, **settings))
        results = [r for r in results if not r.name.startswith("source/")]
        reasons.extend(r.reason for r in results if r.reason)
        return [r.status for r in results]

    reasons: list[str] = []

    assert statuses() == ["rendered", "rendered"]
    times = [p.stat().st_mtime_ns for p in sorted((root / "reports").glob("**/*.html"))]
    assert statuses() == ["up to date", "up to date"]
    assert times == [p.stat().st_mtime_ns for p in sorted((root / "reports").glob("**/*.html"))]

    notebook = json.loads(template.read_text(encoding="utf-8"))
    notebook["cells"][2]["execution_count"] = 1  # as JupyterLab leaves it
    template.write_text(json.dumps(notebook), encoding="utf-8")
    assert statuses() == ["up to date", "up to date"]
    notebook["cells"][3]["source"] = ["## Another heading"]
    notebook["cells"].append(
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["print('成' + '功')"]}
    )
    template.write_text(json.dumps(notebook), encoding="utf-8")
    assert statuses() == ["up to date", "rendered"]
    assert "成功" in page.read_text(encoding="utf-8")
    assert "Another heading" in page.read_text(encoding="utf-8")
    assert statuses(parameters={"top_n": 4}) == ["up to date", "rendered"]
    assert statuses(templates=("02",), force=True) == ["rendered"]

    facts.unlink()  # comes back with the same content, so the comparison stays
    assert statuses(parameters={"top_n": 4}) == ["rendered", "up to date"]
    raw.write_text("人员经费 130000\n", encoding="utf-8")
    assert statuses(parameters={"top_n": 4}) == ["rendered", "rendered"]
    assert "130,000" in page.read_text(encoding="utf-8")

    notebook["cells"].insert(4, {**notebook["cells"][-1], "source": ["raise SystemExit"]})
    template.write_text(json.dumps(notebook), encoding="utf-8")
    good = page.read_bytes()
    assert statuses() == ["up to date", "failed"]
    assert reasons == ["ended by sys.exit() [cell 5: raise SystemExit]"]
    assert page.read_bytes() == good

    raw.write_text("", encoding="utf-8")
    assert statuses() == ["failed", "skipped"]
    assert page.read_bytes() == good
    index = (root / "reports" / "index.html").read_text(encoding="utf-8")
    assert 'class="title" href' not in index
    assert '<a href="04_compare.html">older version</a>' in index


def test_pages_that_marks_lead_to_come_with_every_run(tmp_path: Path) -> None:
    root = make_site(tmp_path, {PARK: "人员经费 120000\n"}, ["02_clean_disclosure", "04_compare"])
    audit = root / "notebooks" / "03_audit_arithmetic.ipynb"
    shutil.copy(NOTEBOOKS / "09_profile.ipynb", audit)
    results = run_reports(ReportSettings(root=root, templates=("04",)))
    assert {result.name: result.status for result in results} == {
        f"02_clean_disclosure/{PARK}": "rendered",
        f"source/{PARK}": "rendered",
        f"03_audit_arithmetic/{PARK}": "rendered",
        "04_compare": "rendered",
    }


def test_a_lesson_on_a_file_of_ones_own_is_rendered_by_name_only(tmp_path: Path) -> None:
    root = make_site(tmp_path, {PARK: "人员经费 120000\n"}, ["02_clean_disclosure"])
    lesson = json.loads((NOTEBOOKS / "04_compare.ipynb").read_text(encoding="utf-8"))
    parameters = 'path: str = "own.txt"  # a file'
    shown = "from pathlib import Path\nprint(Path(path).read_text(encoding='utf-8'))"
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    lesson["cells"] = [
        {**code, "id": "a", "metadata": {"tags": ["parameters"]}, "source": [parameters]},
        {**code, "id": "b", "metadata": {"tags": ["result"]}, "source": [shown]},
    ]
    (root / "notebooks" / "90_lesson.ipynb").write_text(json.dumps(lesson), encoding="utf-8")
    own = root / "own.txt"
    own.write_text("first", encoding="utf-8")
    assert "90_lesson" not in {r.name for r in run_reports(ReportSettings(root=root))}

    def result() -> tuple[str, str]:
        results = run_reports(ReportSettings(root=root, templates=("90",)))
        return next((r.status, r.result) for r in results if r.name == "90_lesson")

    assert result() == ("rendered", "first")
    assert result() == ("up to date", "first")
    own.write_text("second", encoding="utf-8")
    assert result() == ("rendered", "second")


def test_a_broken_notebook_costs_itself_only(tmp_path: Path) -> None:
    root = make_site(tmp_path, {PARK: "人员经费 120000\n"}, ["02_clean_disclosure", "04_compare"])
    run_reports(ReportSettings(root=root))
    notebooks = root / "notebooks"
    (notebooks / "04_compare-Copy1.ipynb").write_text("sketch", encoding="utf-8")
    (notebooks / "05_new.ipynb").write_text("{", encoding="utf-8")
    (notebooks / "04_compare.ipynb").write_text("<<<<<<< ours", encoding="utf-8")
    results = {r.name: r for r in run_reports(ReportSettings(root=root))}
    assert {n: r.status for n, r in results.items()} == {
        f"02_clean_disclosure/{PARK}": "up to date",
        f"source/{PARK}": "up to date",
        "04_compare": "failed",
        "05_new": "failed",
    }
    assert "04_compare.ipynb: not a readable notebook" in results["04_compare"].reason
    index = (root / "reports" / "index.html").read_text(encoding="utf-8")
    assert '<a href="04_compare.html">older version</a>' in index
    assert "05_new.ipynb: not a readable notebook" in index

    only = run_reports(ReportSettings(root=root, templates=("02",)))
    assert {r.status for r in only} == {"up to date"}
    (notebooks / "02_clean_disclosure.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"02_clean_disclosure\.ipynb: not a readable notebook"):
        run_reports(ReportSettings(root=root))


def test_a_link_to_nothing_costs_one_disclosure(tmp_path: Path) -> None:
    texts = {PARK: "人员经费 120000\n", SCHOOL: "人员经费 98000\n"}
    root = make_site(tmp_path, texts, ["02_clean_disclosure", "04_compare"])
    text = root / "data" / "raw" / SCHOOL / "text.txt"
    text.unlink()
    try:
        text.symlink_to(root / "gone.txt")
    except OSError:
        pytest.skip("this system makes no links")
    results = {r.name: r.status for r in run_reports(ReportSettings(root=root))}
    assert results == {
        f"02_clean_disclosure/{PARK}": "rendered",
        f"02_clean_disclosure/{SCHOOL}": "failed",
        "04_compare": "rendered",
        f"source/{PARK}": "rendered",
        f"source/{SCHOOL}": "skipped",
    }


def test_no_place_to_write_to_is_told(tmp_path: Path, capsys) -> None:
    root = make_site(tmp_path, {PARK: "人员经费 1\n"}, ["02_clean_disclosure"])
    (root / "reports").write_text("a file", encoding="utf-8")
    assert report_command(ReportSettings(root=root)) == 2
    assert str(root / "reports") in capsys.readouterr().err
    (root / "reports").unlink()
    (root / "reports" / ".state" / "lock.sqlite").mkdir(parents=True)
    assert report_command(ReportSettings(root=root)) == 2
    assert (
        capsys.readouterr().err == f"{root / 'reports' / '.state'}: unable to open database file.\n"
    )


def test_template_digest_ignores_outputs() -> None:
    template = read_template(NOTEBOOKS / "04_compare.ipynb")
    assert template.scope == "comparison"
    assert list(template.parameters) == ["source_ids", "top_n", "note"]
    assert template.parameters["note"] == Parameter("note", "str | None", None)
    assert read_template(NOTEBOOKS / "09_profile.ipynb").scope == "disclosure"
    assert read_template(NOTEBOOKS / "10_loads_from_outside.ipynb").scope == "once"


def test_one_run_at_a_time(tmp_path: Path) -> None:
    first = State(tmp_path / "reports" / ".state")
    with pytest.raises(ReportError, match="another run is rendering into this folder"):
        State(tmp_path / "reports" / ".state")
    first.close()
    State(tmp_path / "reports" / ".state").close()


def test_damaged_state_is_told(tmp_path: Path) -> None:
    state = State(tmp_path)
    (tmp_path / "pages-1.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(ReportError, match=r"pages-1\.sqlite: damaged; delete it"):
        state.records(["a"])
    state.close()


# --- pages


def test_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch) -> None:
    page = tmp_path / "a" / "page.html"
    write_page(page, "<p>old</p>")
    with pytest.raises(PageError, match=r"the page would load //x\.invalid/a\.js"):
        write_page(page, '<script src="//x.invalid/a.js"></script>')

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_page(page, "<p>new</p>")
    assert page.read_text(encoding="utf-8") == "<p>old</p>"
    assert list(page.parent.iterdir()) == [page]
    remove_unfinished(tmp_path)
    assert [p.name for p in page.parent.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="https://x.invalid">甲</a><img src="data:image/png;base64,AA">', set()),
        ('<link rel="stylesheet" href="https://x.invalid/a.css">', {"https://x.invalid/a.css"}),
        ("<style>@import 'b.css'; a { background: url( \"c.png\" ) }</style>", {"b.css", "c.png"}),
        ('<p style="background: url(d.png)">', {"d.png"}),
        ('<img srcset="e.png 1x, f.png 2x">', {"e.png", "f.png"}),
        ('<svg><image xlink:href="g.png"/><use href="#part"/></svg>', {"g.png"}),
        ("<pre>&lt;img src=h.png&gt; url(i.png)</pre>", set()),
    ],
)
def test_external_references(html: str, found: set[str]) -> None:
    assert external_references(html) == found


def test_tables_scroll_and_numbers_stand_right() -> None:
    table = (
        "<style scoped>th { text-align: right }</style>"
        "<table><tr><th>科目</th><th>code</th><th>万元</th></tr>"
        "<tr><td>人员</td><td>30101</td><td>1,234.50</td></tr>"
        "<tr><td>公用</td><td>30201</td><td></td></tr></table>"
    )
    assert readable_tables(table) == (
        '<div class="table-box" tabindex="0">'
        '<table><tr><th>科目</th><th>code</th><th class="number">万元</th></tr>'
        '<tr><td>人员</td><td>30101</td><td class="number">1,234.50</td></tr>'
        '<tr><td>公用</td><td>30201</td><td class="number"></td></tr></table></div>'
    )


def test_disclosure_is_described_as_far_as_known(tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw" / PARK
    clean = tmp_path / "data" / "clean" / PARK
    raw.mkdir(parents=True)
    clean.mkdir(parents=True)
    assert describe_disclosure(tmp_path, PARK) == Disclosure(PARK)
    assert Disclosure(PARK).name == PARK
    (raw / "source.yml").write_text("department: 公园\nfiscal_year: 2024\n", encoding="utf-8")
    (clean / "datapackage.json").write_text('{"title": "预算", "kind": "final"', encoding="utf-8")
    assert describe_disclosure(tmp_path, PARK) == Disclosure(PARK, "", "公园", "2024", "")
    (clean / "datapackage.json").write_text('{"title": "预算", "kind": "final"}', encoding="utf-8")
    described = describe_disclosure(tmp_path, PARK)
    assert described == Disclosure(PARK, "预算", "公园", "2024", "final")
    assert described.name == "公园 · 2024 final accounts 决算"


def test_a_page_carries_the_chinese_it_needs():
    page = embed_chinese("<html><head></head><body>预算 budget</body></html>")
    address = re.search(r'src:url\("data:font/woff;base64,([^"]+)"\)', page)[1]
    font = TTFont(io.BytesIO(base64.b64decode(address)))
    assert {ord("预"), ord("算")} <= set(font.getBestCmap())
    assert ord("决") not in font.getBestCmap()
    assert external_references(page) == set()


def test_a_page_without_chinese_carries_no_font():
    page = "<html><head></head><body>budget</body></html>"
    assert embed_chinese(page) == page

"""Adding a disclosure: what is proposed, asked, written and refused."""

import csv
import shutil
from pathlib import Path

import pytest
import yaml

from helpers.__main__ import main
from helpers.document import DisclosureError
from helpers.filing import Answers, add
from helpers.sources import checksum, read_source

TEXT = """商洛市统计局2016年部门预算说明

单位：万元

收支预算总表

收入\t\t支出\t
项目\t预算数\t项目\t预算数
一、公共预算拨款\t404.77\t一、基本支出\t319.08
\t\t二、项目支出\t85.69
本年收入合计\t404.77\t本年支出合计\t404.77
"""
SCHOOL = TEXT.replace("商洛市统计局", "某镇逸夫小学")
NAMELESS = TEXT.replace("商洛市统计局", "我单位")
NO_UNIT = TEXT.replace("单位：万元", "")


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path))
    return tmp_path


def written(root):
    return sorted(str(path.relative_to(root)) for path in (root / "data").rglob("*"))


def save(root, text, name="page.txt"):
    path = root / name
    path.write_bytes(text.encode())
    return path


def run(capsys, *arguments):
    status = main(["add", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out.splitlines(), captured.err.splitlines()


def test_everything_is_in_the_text(root, capsys):
    path = save(root, TEXT.replace("\n", "\r\n"), "Page 1.TXT")
    status, out, err = run(capsys, path, "--yes")
    assert (status, err) == (0, [])
    folder = root / "data" / "raw" / "shangluo_statistics_2016_budget"
    assert (folder / "shangluo_statistics_2016_budget.txt").read_bytes() == path.read_bytes()
    source = read_source(folder)
    assert (source.department, source.place, source.fiscal_year, source.kind, source.url) == (
        "商洛市统计局",
        "陕西省商洛市",
        2016,
        "budget",
        None,
    )
    assert source.title == "商洛市统计局2016年部门预算公开"
    assert source.sha256 == checksum(path)
    assert out[0] == "shangluo_statistics_2016_budget was added:"
    assert "  department  商洛市统计局  (L1: 商洛市统计局2016年部门预算说明)" in out
    assert "  unit        万元  (L3: 单位：万元)" in out
    assert "  table       收支预算总表: 5 amounts in 万元" in out
    clean = root / "data" / "clean" / folder.name
    with (clean / "facts.csv").open(encoding="utf-8", newline="") as file:
        assert [row["amount_text"] for row in csv.DictReader(file)] == [
            "404.77",
            "319.08",
            "85.69",
            "404.77",
            "404.77",
        ]
    assert (root / "data" / "clean" / "datapackage.json").is_file()
    assert not list((root / "data" / "raw").glob(".*"))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (NAMELESS, [], "page.txt does not state its department; say so with --department."),
        (NO_UNIT, [], "page.txt does not state its unit; say so with --unit."),
        (SCHOOL, [], "page.txt needs an identifier, <place>_<department>_2016_budget in small "),
        (TEXT, ["--source-id", "A B"], "source_id must be of [a-z0-9_] only, not 'A B'."),
        (TEXT, ["--year", "16"], "year must be a year such as 2024, not '16'."),
        (TEXT, ["--unit", "元"], "page.txt states 万元 in L3, not 元; leave --unit out."),
        (NO_UNIT, ["--unit", "圆"], "unit must be one of 元, 千元, 万元, 百万元, 亿元, not '圆'."),
        ("", [], "page.txt is empty."),
        ("商洛市统计局2016年部门预算\n单位：万元\n目录\n", [], "page.txt holds no amount"),
        (
            "本报讯（记者 某某）\n商洛市统计局2016年部门预算公开\n2016年收入预算404.77万元。\n",
            [],
            "page.txt is no disclosure of a department",
        ),
    ],
)
def test_what_is_refused_leaves_no_trace(root, capsys, text, options, message):
    status, out, err = run(capsys, save(root, text), "--yes", *options)
    assert (status, out, len(err)) == (1, [], 1)
    assert message in err[0].replace("shangluo_statistics_2016_budget.txt", "page.txt")
    assert written(root) == ["data/raw"]


def test_a_blank_template_is_refused_before_anything_is_asked(root):
    blank = "我单位2016年部门预算\n单位：万元\n目录\n"
    with pytest.raises(DisclosureError, match=r"holds no amount"):
        add(save(root, blank), ask=lambda question: pytest.fail(question))


def test_a_wrong_answer_is_asked_again(root):
    answers = iter(["某省某县", "圆", "元"])
    asked = []

    def answer(question):
        asked.append(question)
        return next(answers)

    text = NO_UNIT.replace("商洛市统计局", "某镇逸夫小学")
    disclosure, _ = add(save(root, text, "x_school_2016.txt"), ask=answer)
    assert disclosure.source.unit == "元" and disclosure.source.place == "某省某县"
    assert disclosure.source.source_id == "x_school_2016_budget"
    assert asked == [
        "page.txt does not state its place (may be left empty): ".replace("page", "x_school_2016"),
        "x_school_2016.txt does not state its unit (元, 千元, 万元, 百万元, 亿元): ",
        "unit must be one of 元, 千元, 万元, 百万元, 亿元, not '圆'. Again: ",
    ]


def test_what_was_found_is_told(root, capsys):
    unknown = TEXT + "\n某某明细表\n\n单位：万元\n\n名称\t金额\n甲\t1.50\n乙\t2.50\n"
    status, out, _ = run(capsys, save(root, unknown), "--yes")
    assert status == 0
    source_id = "shangluo_statistics_2016_budget"
    assert out[1] == f"  source_id   {source_id}  (place, department, year and kind)"
    assert any(line.endswith("amounts in 万元; not one of the known tables") for line in out)
    assert (
        out[-1] == f"  next        write url and date_accessed into data/raw/{source_id}/source.yml"
    )


def test_a_folder_is_no_file(root, capsys):
    status, _, err = run(capsys, root, "--yes")
    assert (status, err) == (1, [f"{root} is a folder; name the files in it."])


def test_options_say_what_the_text_does_not(root, capsys):
    path = save(root, NAMELESS.replace("单位：万元", ""))
    options = ["--department", "某县文化馆", "--unit", "元", "--place", "某省某县"]
    status, _, err = run(capsys, path, "--yes", "--source-id", "x_culture_2016_budget", *options)
    assert (status, err) == (0, [])
    folder = root / "data" / "raw" / "x_culture_2016_budget"
    entries = yaml.safe_load((folder / "source.yml").read_text(encoding="utf-8"))
    assert (entries["department"], entries["unit"], entries["place"]) == (
        "某县文化馆",
        "元",
        "某省某县",
    )
    facts = root / "data" / "clean" / folder.name / "facts.csv"
    with facts.open(encoding="utf-8", newline="") as file:
        assert {row["unit_text"] for row in csv.DictReader(file)} == {"元"}


def test_only_what_is_missing_is_asked(root):
    asked = []

    def answer(question):
        asked.append(question)
        return " x_school_2016_budget " if "identifier" in question else ""

    disclosure, known = add(save(root, SCHOOL), ask=answer)
    assert disclosure.source.source_id == "x_school_2016_budget"
    # A place may stay unknown; the identifier may not.
    assert [question.partition(" ")[0] for question in asked] == ["page.txt", "No"]
    assert [entry.reason for entry in known if entry.name == "source_id"] == ["as answered"]


def test_a_name_of_a_file_may_be_the_identifier(root):
    disclosure, _ = add(save(root, SCHOOL, "X_School_2016_Budget.txt"))
    assert disclosure.source.source_id == "x_school_2016_budget"


def test_a_file_is_filed_once(root, capsys):
    path = save(root, TEXT)
    add(path)
    before = written(root)
    copy = shutil.copy(path, root / "copy.txt")
    with pytest.raises(DisclosureError, match=r"^copy\.txt is filed already, as shangluo_"):
        add(Path(copy), Answers(source_id="other_2016_budget"))
    other = save(root, TEXT + "\n", "other.txt")
    status, _, err = run(capsys, other, "--yes")
    assert status == 1
    assert err == ["other.txt was not added: there is a shangluo_statistics_2016_budget already."]
    assert written(root) == before


def test_several_files_are_several_disclosures(root, capsys):
    good, bad = save(root, TEXT), save(root, NAMELESS, "bad.txt")
    status, out, err = run(capsys, bad, good, "--yes")
    assert (status, len(err)) == (1, 1)
    assert out[0] == "shangluo_statistics_2016_budget was added:"
    status, _, err = run(capsys, bad, good, "--yes", "--department", "某局")
    assert (status, err) == (
        2,
        ["--source-id and --department are about one file; add it alone."],
    )


def test_a_fault_while_cleaning_leaves_no_trace(root, monkeypatch):
    def fail(folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpers.filing.write_collection", fail)
    with pytest.raises(OSError, match="No space"):
        add(save(root, TEXT))
    assert written(root) == ["data/clean", "data/raw"]

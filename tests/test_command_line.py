"""The command line: one sentence for what cannot be read, the others still done, nothing half done.

A file is also cut short at several places: what is then read must all be in what was left.
"""

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from helpers.__main__ import main
from helpers.disclosure import read
from helpers.document import DisclosureError
from helpers.packaging import file_names

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/source.yml"))
CLEAN_FILES = {f"{name}.csv" for name in file_names()} | {"datapackage.json"}

GOOD = """某市园林局2024年度部门决算公开说明
一、收入支出决算总体情况说明
2024年度收入总计 1,170.50 万元，其中：本年收入合计 1,100.00 万元，年初结转和结余 70.50 万元。
"""
BLANK_TEMPLATE = """某部门2024年度部门决算公开说明
表 1
收入支出决算总表
编制部门：某市园林局
单位：万元
收入		支出	
项目	决算数	项目	决算数
一、一般公共预算财政拨款收入		一、一般公共服务支出	
本年收入合计		本年支出合计	
一、收入支出决算总体情况说明
2024年度收入总计XX万元，其中：本年收入合计XX万元。
"""
CONTENTS = """某市园林局2024年部门预算公开
目录
第一部分 部门概况
一、主要职能
第二部分 2024年部门预算公开表
一、部门收支总体情况表
第三部分 2024年部门预算情况说明
一、关于某市园林局2024年收支预算情况的总体说明
第四部分 名词解释
"""
BAD = {
    "empty.txt": (b"", "empty.txt is empty."),
    "binary.txt": (b"\x7fELF\x00\x00\x01", "binary.txt is a binary file"),
    "english.txt": (b"Budget 2024: 5 yuan", "english.txt holds no Chinese text"),
    "template.txt": (BLANK_TEMPLATE.encode(), "template.txt holds no amount"),
    "contents.txt": (CONTENTS.encode(), "contents.txt holds no amount"),
    "poem.txt": ("床前明月光，疑是地上霜。".encode(), "poem.txt names no year"),
    "gb.txt": (b"\xff\xff\xff\x81", "gb.txt is neither UTF-8"),
}


def run(capsys, *arguments):
    """Exit status, lines of standard output and of standard error."""
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out.splitlines(), captured.err.splitlines()


def written(folder):
    """Every file under a folder, by its path from there."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def inbox(tmp_path):
    """A folder with one good file among bad ones."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "park_2024_final.txt").write_text(GOOD, encoding="utf-8")
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    return folder


def test_one_file(capsys, inbox, tmp_path):
    out = tmp_path / "out"
    place = inbox / "park_2024_final.txt"
    status, lines, errors = run(capsys, "clean", place, "--out", out)
    assert (status, errors) == (0, [])
    assert lines == ["park_2024_final: 3 claims, 2 key_figures, 1 checks"]
    assert set(written(out)) == {f"park_2024_final/{name}" for name in CLEAN_FILES}


def test_a_filed_folder_by_folder_and_by_file(capsys, tmp_path):
    folder = FOLDERS[0]
    (raw,) = folder.glob("*.txt")
    for number, place in enumerate((folder, raw)):
        status, lines, errors = run(capsys, "clean", place, "--out", tmp_path / str(number))
        assert (status, errors) == (0, [])
        assert lines[0].startswith(f"{folder.name}: ")
    for name in CLEAN_FILES:
        one, two = (tmp_path / no / folder.name / name for no in "01")
        assert one.read_bytes() == two.read_bytes()


def test_a_folder_with_bad_files_still_gives_the_good_one(capsys, inbox, tmp_path):
    out = tmp_path / "out"
    status, lines, errors = run(capsys, "clean", inbox, "--out", out, "--jobs", 1)
    assert status == 1
    assert lines == ["park_2024_final: 3 claims, 2 key_figures, 1 checks"]
    assert len(errors) == len(BAD)
    for _, message in BAD.values():
        assert sum(error.startswith(message) for error in errors) == 1
    assert set(written(out)) == {f"park_2024_final/{name}" for name in CLEAN_FILES}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_leaves_nothing_behind(capsys, inbox, tmp_path, name):
    out = tmp_path / "out"
    status, lines, (error,) = run(capsys, "clean", inbox / name, "--out", out)
    assert (status, lines) == (1, [])
    assert error.startswith(BAD[name][1]) and error.endswith(".")
    assert not out.exists()


def test_a_bad_file_leaves_an_earlier_result_as_it_is(capsys, inbox, tmp_path):
    out, place = tmp_path / "out", inbox / "park_2024_final.txt"
    run(capsys, "clean", place, "--out", out)
    before = {name: (out / name).read_bytes() for name in written(out)}
    place.write_text(CONTENTS, encoding="utf-8")
    status, _, _ = run(capsys, "clean", place, "--out", out)
    assert status == 1
    assert {name: (out / name).read_bytes() for name in written(out)} == before


@pytest.mark.parametrize("place", ["no_such_id_2024_budget", "nowhere/at/all.txt"])
def test_what_is_not_there(capsys, inbox, tmp_path, place):
    out = tmp_path / "out"
    good = inbox / "park_2024_final.txt"
    status, lines, errors = run(capsys, "clean", place, good, "--out", out)
    assert status == 1
    assert errors == [f"There is no {place}."]
    assert lines == ["park_2024_final: 3 claims, 2 key_figures, 1 checks"]


def test_a_folder_with_nothing_to_read(capsys, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"\x89PNG")
    status, _, (error,) = run(capsys, "clean", folder, "--out", tmp_path / "out")
    assert status == 1
    assert error == f"{folder} holds no disclosure: no source.yml and no readable file."


def test_a_format_without_reader_is_named(capsys, tmp_path):
    (tmp_path / "budget.zip").write_bytes(b"PK")
    status, _, (error,) = run(capsys, "clean", tmp_path / "budget.zip", "--out", tmp_path / "out")
    assert status == 1
    assert error.startswith("budget.zip cannot be read: no reader for .zip")


def test_a_workbook_is_cleaned_like_a_text(capsys, tmp_path):
    book = Path(__file__).parent / "fixtures" / "office" / "park_2024_budget.xls"
    status, (told,), errors = run(capsys, "clean", book, "--out", tmp_path / "out")
    assert (status, errors) == (0, [])
    assert told.startswith("park_2024_budget: 5 facts, 1 tables")
    facts = (tmp_path / "out" / "park_2024_budget" / "facts.csv").read_text(encoding="utf-8")
    assert "1234.50,万元,部门收支总表!B5" in facts


def test_a_raw_file_that_was_changed_is_refused(capsys, tmp_path):
    folder = tmp_path / FOLDERS[0].name
    folder.mkdir()
    for path in FOLDERS[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (raw,) = folder.glob("*.txt")
    raw.write_bytes(raw.read_bytes() + b"\n")
    status, _, (error,) = run(capsys, "clean", folder, "--out", tmp_path / "out")
    assert status == 1
    assert raw.name in error and "checksum" in error


def test_where_nothing_can_be_written(capsys, inbox, tmp_path):
    out = tmp_path / "out"
    out.write_text("a file, not a folder", encoding="utf-8")
    place = inbox / "park_2024_final.txt"
    status, lines, (error,) = run(capsys, "clean", place, "--out", out)
    assert (status, lines) == (1, [])
    assert error.startswith(f"{place} could not be cleaned: ")
    assert out.read_text(encoding="utf-8") == "a file, not a folder"


def test_without_a_collection(capsys, inbox, tmp_path, monkeypatch):
    monkeypatch.delenv("HELPERS_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    status, _, (error,) = run(capsys, "clean", inbox / "park_2024_final.txt")
    assert status == 2
    assert error.startswith("No folder data/raw was found here or above")


@pytest.mark.parametrize(
    "arguments",
    [[], ["scrub"], ["clean"], ["clean", "x", "--jobs", "0"], ["clean", "x", "--unit", "yuan"]],
)
def test_a_wrong_call_is_explained(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m helpers" in capsys.readouterr().err


def test_as_a_program_with_several_workers(inbox, tmp_path):
    out = tmp_path / "out"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "helpers", "clean", str(inbox), "--out", str(out), "--jobs", "2"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == "park_2024_final: 3 claims, 2 key_figures, 1 checks\n"
    assert len(done.stderr.splitlines()) == len(BAD)
    assert "Traceback" not in done.stderr
    assert set(written(out)) == {f"park_2024_final/{name}" for name in CLEAN_FILES}


def digits(text):
    """A text with one width of digits and without separators and blanks."""
    return re.sub(r"[,，\s]", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("part", [0.02, 0.2, 0.45, 0.55, 0.9])
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_cut_short_gives_only_what_is_left(folder, part, tmp_path):
    (raw,) = folder.glob("*.txt")
    whole = raw.read_text(encoding="utf-8")
    left = whole[: int(len(whole) * part)]
    path = tmp_path / raw.name
    path.write_text(left, encoding="utf-8", newline="")
    try:
        disclosure = read(path)
    except DisclosureError as error:
        # One sentence, naming the file; only the first pages can be without any amount.
        assert str(error).startswith(raw.name) and "\n" not in str(error)
        assert part < 0.1
        return
    text = digits(left)
    for row in disclosure.rows["facts"]:
        assert digits(row["amount_text"]) in text
    for row in disclosure.rows["claims"]:
        assert row["value"] is None or f"{row['value']:f}" in text
    for row in disclosure.rows["projects"]:
        for column in ("initial_budget_yuan", "adjusted_budget_yuan", "executed_yuan"):
            if row[column]:
                assert f"{(row[column] / 10_000).normalize():f}" in text
    origins = {row["origin"] for name in ("facts", "claims") for row in disclosure.rows[name]}
    assert {row["origin"] for row in disclosure.rows["key_figures"]} <= origins


def test_two_files_that_would_be_written_to_one_place(capsys, tmp_path):
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "park_2024_final.txt").write_text(GOOD, encoding="utf-8")
    north, south = (tmp_path / name / "park_2024_final.txt" for name in ("north", "south"))
    status, lines, errors = run(capsys, "clean", north, south, north, "--out", tmp_path / "out")
    assert status == 1
    assert lines == [
        "park_2024_final: 3 claims, 2 key_figures, 1 checks"
    ]  # the same file twice is no clash
    assert errors == [f"{south} was not cleaned: its source_id park_2024_final is that of {north}."]


def test_a_filed_disclosure_named_as_folder_and_as_file_is_cleaned_once(capsys, tmp_path):
    folder = FOLDERS[0]
    (raw,) = folder.glob("*.txt")
    for places in ((folder, raw), (raw, folder)):
        status, lines, errors = run(capsys, "clean", *places, "--out", tmp_path / "out")
        assert (status, len(lines), errors) == (0, 1, [])


def test_a_broken_sidecar_is_one_sentence(capsys, tmp_path):
    folder = tmp_path / "park_2024_final"
    folder.mkdir()
    (folder / "source.yml").write_text("title: [unfinished\nkind: final\n", encoding="utf-8")
    status, _, errors = run(capsys, "clean", folder, "--out", tmp_path / "out")
    assert (status, len(errors)) == (1, 1)
    assert errors[0].startswith(f"{folder / 'source.yml'} is no valid YAML")


def test_a_fault_in_one_file_does_not_cost_the_others(capsys, inbox, tmp_path, monkeypatch):
    from helpers import disclosure

    sound = disclosure.clean

    def faulty(place, out):
        if place.name == "english.txt":
            raise ZeroDivisionError("division\nby zero")
        return sound(place, out)

    monkeypatch.setattr(disclosure, "clean", faulty)
    places = [inbox / "english.txt", inbox / "park_2024_final.txt"]
    status, lines, errors = run(capsys, "clean", *places, "--out", tmp_path / "out", "--jobs", 1)
    assert status == 1
    assert lines == ["park_2024_final: 3 claims, 2 key_figures, 1 checks"]
    assert errors == [
        f"{inbox / 'english.txt'} could not be cleaned, by a fault of this program: "
        "ZeroDivisionError: division by zero"
    ]


def killed_over_one(place, out):
    if place.stem == "c_2024_final":
        os._exit(9)  # as the system does to a process that takes too much memory
    return place.stem, True


def test_a_killed_worker_costs_its_own_disclosure_only(capsys, tmp_path, monkeypatch):
    for letter in "abcdef":
        (tmp_path / f"{letter}_2024_final.txt").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr("helpers.__main__._clean_one", killed_over_one)
    assert main(["clean", str(tmp_path), "--out", str(tmp_path / "out"), "--jobs", "2"]) == 1
    printed = capsys.readouterr()
    assert printed.out.split() == [f"{letter}_2024_final" for letter in "abdef"]
    killed = tmp_path / "c_2024_final.txt"
    assert printed.err == f"{killed} could not be cleaned: its process was killed.\n"

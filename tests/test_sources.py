"""Sources: what is filed, what is refused, and what is proposed for a file not filed yet.

A folder of ``fixtures/invalid`` holds one unreadable document and ``message.txt``, the sentence
that must name it.  A new folder is found by itself.
"""

import hashlib
from pathlib import Path

import pytest
import yaml

from helpers.document import DisclosureError
from helpers.readers import read_document
from helpers.sources import (
    Source,
    checksum,
    find_root,
    find_sources,
    list_sources,
    open_source,
    propose_source,
    read_source,
)

ROOT = Path(__file__).resolve().parent.parent
INVALID = Path(__file__).parent / "fixtures" / "invalid"
CASES = sorted(path for path in INVALID.iterdir() if path.is_dir())
FILED = sorted((ROOT / "data" / "raw").iterdir())

TEXT = "第二部分 2024 年部门预算公开表\n表 1\n编制部门：某市住房局\n项目\t预算数\n甲\t1\n"


def file(folder, changes=None):
    """File a disclosure; a change to ``...`` takes the key away."""
    folder = folder / "a_housing_2024_budget"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    entries = {
        "source_id": "a_housing_2024_budget",
        "title": "某市住房局2024年部门预算公开",
        "department": "某市住房局",
        "place": "某市",
        "fiscal_year": 2024,
        "kind": "budget",
        "file": "a.txt",
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "url": None,
        **(changes or {}),
    }
    entries = {key: value for key, value in entries.items() if value is not ...}
    (folder / "source.yml").write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
    return folder


def refusal(call, *arguments):
    """The one sentence a call is refused with."""
    with pytest.raises(DisclosureError) as error:
        call(*arguments)
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


# --- documents that cannot be read -------------------------------------------------------------


def test_there_are_cases():
    assert len(CASES) >= 5
    for case in CASES:
        assert {path.name for path in case.iterdir()} == {"document.txt", "message.txt"}, case.name


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_unreadable_document(case):
    expected = (case / "message.txt").read_text(encoding="utf-8")
    assert refusal(open_source, case / "document.txt") + "\n" == expected


# --- filed disclosures -------------------------------------------------------------------------


@pytest.mark.parametrize("folder", FILED, ids=[folder.name for folder in FILED])
def test_filed_disclosures_are_whole(folder):
    source = read_source(folder)
    assert source.source_id == folder.name
    assert source.source_id.endswith(f"_{source.fiscal_year}_{source.kind}")
    assert source.path.parent == folder


def test_what_source_yml_says(tmp_path):
    folder = file(tmp_path, {"url": "https://example.org/a", "conversion": "by hand"})
    digest = checksum(folder / "a.txt")
    assert read_source(folder) == Source(
        source_id="a_housing_2024_budget",
        path=folder / "a.txt",
        title="某市住房局2024年部门预算公开",
        department="某市住房局",
        place="某市",
        fiscal_year=2024,
        kind="budget",
        url="https://example.org/a",
        sha256=digest,
        conversion="by hand",
    )
    assert digest == hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize("key", ["place", "url"])
def test_keys_that_may_be_missing(tmp_path, key):
    source = read_source(file(tmp_path, {key: ...}))
    assert (source.place, source.url) == ("" if key == "place" else "某市", None)


@pytest.mark.parametrize(("kind", "phase"), [("budget", "initial_budget"), ("final", "final")])
def test_phase_follows_the_kind(tmp_path, kind, phase):
    assert read_source(file(tmp_path, {"kind": kind})).phase == phase


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": ...}, "source.yml lacks ['title']."),
        ({"kind": ..., "sha256": ...}, "source.yml lacks ['kind', 'sha256']."),
        ({"licence": "?", "color": 1}, "source.yml has unknown keys ['color', 'licence']."),
        ({7: 1, "a": 2}, "source.yml has unknown keys ['7', 'a']."),
        ({"source_id": "b"}, "source_id must be the folder's name, of [a-z0-9_] only."),
        ({"kind": "draft"}, "kind must be budget or final, not 'draft'."),
        ({"file": "b.txt"}, "source.yml names b.txt, which is not there."),
        ({"file": "../a.txt"}, "file must be the name of a file beside it, not '../a.txt'."),
        ({"file": 5}, "file must be a text, not 5."),
        ({"title": None}, "title must be a text, not None."),
        ({"department": ""}, "department must be a text, not ''."),
        ({"fiscal_year": "二〇二四"}, "fiscal_year must be a year, not '二〇二四'."),
        ({"fiscal_year": 24}, "fiscal_year must be a year, not 24."),
        (
            {"sha256": "0" * 64},
            "differs from the checksum in source.yml: raw files stay as published.",
        ),
    ],
)
def test_source_yml_is_refused(tmp_path, changes, reason):
    message = refusal(read_source, file(tmp_path, changes))
    assert message.endswith(reason)
    assert "a_housing_2024_budget" in message


def test_changed_file_is_refused(tmp_path):
    folder = file(tmp_path)
    with (folder / "a.txt").open("a", encoding="utf-8") as raw:
        raw.write("乙\t2\n")
    assert "differs from the checksum" in refusal(read_source, folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"title: a\nsource_id: [", "is no valid YAML in UTF-8 (line 2)."),
        (b"- a\n- b\n", "must hold keys and values."),
        (b"", "must hold keys and values."),
        ("title: 财政局".encode("gb18030"), "is no valid YAML"),
        (b"title: !!python/object/apply:os.getcwd []\n", "is no valid YAML"),
    ],
)
def test_broken_source_yml_is_refused(tmp_path, content, reason):
    folder = file(tmp_path)
    (folder / "source.yml").write_bytes(content)
    message = refusal(read_source, folder)
    assert str(folder / "source.yml") in message
    assert reason in message


def test_folder_without_source_yml_is_refused(tmp_path):
    assert refusal(read_source, tmp_path).endswith(
        "holds no source.yml, so it is no filed disclosure."
    )


def test_folder_name_must_be_an_identifier(tmp_path):
    folder = file(tmp_path).rename(tmp_path / "A-1")
    text = (folder / "source.yml").read_text("utf-8").replace("a_housing_2024_budget", "A-1")
    (folder / "source.yml").write_text(text, "utf-8")
    assert "of [a-z0-9_] only" in refusal(read_source, folder)


# --- the collection ----------------------------------------------------------------------------


def test_root_is_found_from_below(tmp_path, monkeypatch):
    below = file(tmp_path / "data" / "raw")
    monkeypatch.delenv("HELPERS_ROOT", raising=False)
    monkeypatch.chdir(below)
    assert find_root() == tmp_path
    assert list_sources() == ["a_housing_2024_budget"]


def test_root_may_be_named(tmp_path, monkeypatch):
    file(tmp_path / "data" / "raw")
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path))
    monkeypatch.chdir(ROOT)
    assert find_root() == tmp_path
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path / "data"))
    assert "HELPERS_ROOT" in refusal(find_root)


def test_what_can_be_cleaned_below_a_place(tmp_path):
    filed = file(tmp_path)
    loose = tmp_path / "b.TXT"
    for name in ("b.TXT", ".hidden.txt", "c.zip"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert find_sources(tmp_path) == [filed, loose]
    assert find_sources(filed) == [filed]
    assert find_sources(loose) == [loose]
    assert refusal(find_sources, tmp_path / "empty").endswith(
        "holds no disclosure: no source.yml and no readable file."
    )
    assert refusal(find_sources, tmp_path / "nothing").startswith("There is no ")


def test_file_in_a_filed_folder_is_the_filed_disclosure(tmp_path):
    folder = file(tmp_path)
    by_folder, by_file = open_source(folder), open_source(folder / "a.txt")
    assert by_folder == by_file
    assert by_folder[0].place == "某市"
    assert by_folder[1].name == "a.txt"


# --- proposals ---------------------------------------------------------------------------------


def propose(folder, text, name="a.txt"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return propose_source(path, read_document(path))


def test_proposal(tmp_path):
    source = propose(tmp_path, TEXT, "Some_Office_2024.txt")
    assert (source.source_id, source.department, source.fiscal_year, source.kind) == (
        "some_office_2024",
        "某市住房局",
        2024,
        "budget",
    )
    assert (source.title, source.place, source.url) == ("某市住房局2024年部门预算公开", "", None)
    assert source.sha256 == checksum(source.path)


def test_proposed_identifier_where_the_name_is_none(tmp_path):
    source = propose(tmp_path, TEXT, "某局 2024.txt")
    assert source.source_id == f"disclosure_{source.sha256[:8]}"


@pytest.mark.parametrize(
    ("line", "department"),
    [
        ("编制部门：某市住房局", "某市住房局"),
        ("编制部门（单位）：某州住建局                  单位：万元", "某州住建局"),
        ("编制单位：某州住建局：                          单位：万元", "某州住建局"),
        ("部门名称:某县司法局", "某县司法局"),
        ("单位名称：某县司法局 金额单位：元", "某县司法局"),
        ("关于某市财政局2024年部门预算的说明", "某市财政局"),
        ("某市财政局2024年度部门预算", "某市财政局"),
        ("一、关于某市财政局2024年收支情况的说明", "某市财政局"),
    ],
)
def test_proposed_department(tmp_path, line, department):
    source = propose(tmp_path, f"第二部分 2024年部门预算公开表\n{line}\n项目\t金额\n")
    assert source.department == department


@pytest.mark.parametrize("title", ["某市财政局2024年预算", "某市财政局2024年度收支决算"])
def test_year_and_kind_without_a_regular_title(tmp_path, title):
    source = propose(tmp_path, f"{title}\n项目\t金额\n")
    assert (source.fiscal_year, source.kind) == (2024, "final" if "决算" in title else "budget")


def test_proposed_kind_and_year_are_those_most_lines_name(tmp_path):
    text = (
        "某市财政局2024年度部门决算公开\n"
        "2024年度收入决算\n2024年度支出决算\n与2023年预算相比\n比2023年决算增加\n"
    )
    source = propose(tmp_path, text)
    assert (source.fiscal_year, source.kind) == (2024, "final")
    assert source.title == "某市财政局2024年部门决算公开"


@pytest.mark.parametrize("folder", FILED, ids=[folder.name for folder in FILED])
def test_proposals_agree_with_what_is_filed(folder):
    filed, document = open_source(folder)
    proposed = propose_source(filed.path, document)
    for key in ("source_id", "fiscal_year", "kind", "sha256"):
        assert getattr(proposed, key) == getattr(filed, key)
    brackets = str.maketrans("()", "（）")
    assert proposed.department.translate(brackets) == filed.department


def test_a_key_stands_once(tmp_path):
    folder = file(tmp_path, {})
    sidecar = folder / "source.yml"
    sidecar.write_text(sidecar.read_text(encoding="utf-8") + "kind: final\n", encoding="utf-8")
    with pytest.raises(DisclosureError, match=r"source\.yml is no valid YAML.*kind stands twice"):
        read_source(folder)


@pytest.mark.parametrize("extra", [{"place": [1, 2]}, {"url": 5}])
def test_values_of_the_wrong_kind_are_refused(tmp_path, extra):
    with pytest.raises(DisclosureError, match=f"{next(iter(extra))} must be a text or null"):
        read_source(file(tmp_path, extra))


def test_nesting_beyond_measure_is_refused(tmp_path):
    folder = file(tmp_path, {})
    (folder / "source.yml").write_text("a: " + "[" * 5000, encoding="utf-8")
    with pytest.raises(DisclosureError, match=r"source\.yml is no valid YAML"):
        read_source(folder)


def test_a_folder_without_sidecar_among_filed_ones_is_named(tmp_path):
    filed = file(tmp_path, {})
    stray = filed.parent / "stray"
    stray.mkdir()
    assert find_sources(filed.parent) == [filed]  # an empty folder is nobody's mistake
    (stray / "a.txt").write_text(TEXT, encoding="utf-8")
    assert find_sources(filed.parent) == [filed, stray]
    with pytest.raises(DisclosureError, match=r"stray holds no source\.yml"):
        read_source(stray)


# --- formats other than text


def filed_workbook(tmp_path):
    book = Path(__file__).parent / "fixtures" / "office" / "park_2024_budget.xls"
    changes = {"file": "公开表.xls", "sha256": checksum(book)}
    folder = file(tmp_path, changes)
    (folder / "a.txt").unlink()
    (folder / "公开表.xls").write_bytes(book.read_bytes())
    return folder


def test_a_filed_workbook_is_opened(tmp_path):
    folder = filed_workbook(tmp_path)
    source, document = open_source(folder)
    assert (source.department, document.layout) == ("某市住房局", "workbook")
    assert document.where("部门收支总表!B5") == "1234.50"
    assert find_sources(tmp_path) == [folder]
    assert find_sources(folder) == [folder]


def test_only_a_text_is_corrected(tmp_path):
    folder = filed_workbook(tmp_path)
    entry = {"line": 1, "text": "a", "correction": "b", "reason": "c", "evidence": "d"}
    (folder / "corrections.yml").write_text(
        yaml.safe_dump([entry | {"status": "open"}]), encoding="utf-8"
    )
    assert refusal(open_source, folder).endswith(
        "corrections.yml corrects conversions to text; 公开表.xls is as published."
    )

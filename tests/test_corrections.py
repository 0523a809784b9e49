"""Corrections: made before reading, listed, marked, and refused once the fault is gone.

Each folder of ``fixtures/corrections/valid`` holds corrections of ``document.txt`` and the figures
that must come out; each of ``invalid`` holds corrections of it that must stop the cleaning, and the
sentence that says why.  A new folder is found by itself.
"""

import csv
import hashlib
import re
import shutil
from pathlib import Path

import pytest
import yaml

import helpers as hp
from helpers.corrections import STATUSES, read_corrections
from helpers.document import DisclosureError
from helpers.sources import read_source

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = Path(__file__).parent / "fixtures" / "corrections"
DOCUMENT = FIXTURES / "document.txt"
VALID = sorted(path for path in (FIXTURES / "valid").iterdir() if path.is_dir())
INVALID = sorted(path for path in (FIXTURES / "invalid").iterdir() if path.is_dir())
FILED = sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/corrections.yml"))


def file(folder, case=None):
    """File the document, with the corrections of a case."""
    folder = folder / "a_housing_2024_budget"
    folder.mkdir()
    shutil.copy(DOCUMENT, folder)
    if case is not None:
        shutil.copy(case / "corrections.yml", folder)
    entries = {
        "source_id": folder.name,
        "title": "示例市住房局2024年部门预算公开",
        "department": "示例市住房局",
        "fiscal_year": 2024,
        "kind": "budget",
        "file": DOCUMENT.name,
        "sha256": hashlib.sha256(DOCUMENT.read_bytes()).hexdigest(),
    }
    (folder / "source.yml").write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
    return folder


def figures(disclosure):
    """The figures of tables and sentences as ``expected.csv`` writes them."""
    for fact in disclosure.rows["facts"]:
        yield ["facts", fact["origin"], fact["label"], fact["amount_text"], fact["warnings"]]
    for claim in disclosure.rows["claims"]:
        yield ["claims", claim["origin"], claim["subject"], f"{claim['value']}", ""]


def test_there_are_cases():
    assert VALID
    assert len(INVALID) >= 20


@pytest.mark.parametrize("case", VALID, ids=[case.name for case in VALID])
def test_corrected_text_is_what_is_read(tmp_path, case):
    folder = file(tmp_path, case)
    disclosure = hp.read(folder)
    with (case / "expected.csv").open(encoding="utf-8", newline="") as expected:
        assert list(figures(disclosure)) == list(csv.reader(expected))[1:]
    entries = yaml.safe_load((case / "corrections.yml").read_text(encoding="utf-8"))
    assert [correction.text for correction in disclosure.corrections] == [
        entry["text"] for entry in entries
    ]
    # Every number of the corrected text has its account; nothing is made up.
    assert disclosure.rows["unread"] == []
    assert disclosure.ledger.invented == ()
    # The published file stays as it was.
    assert (folder / DOCUMENT.name).read_bytes() == DOCUMENT.read_bytes()
    assert disclosure.source.sha256 == hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()


@pytest.mark.parametrize("case", VALID, ids=[case.name for case in VALID])
def test_only_the_lines_named_are_changed(tmp_path, case):
    (tmp_path / "as_published").mkdir()
    published = hp.read(file(tmp_path / "as_published"))
    corrected = hp.read(file(tmp_path, case))
    assert published.corrections == ()
    assert len(published.document.lines) == len(corrected.document.lines)
    pairs = zip(published.document.lines, corrected.document.lines, strict=True)
    changed = {number for number, (old, new) in enumerate(pairs, 1) if old != new}
    assert changed == {correction.line for correction in corrected.corrections}


def test_without_corrections_damaged_figures_are_unread(tmp_path):
    disclosure = hp.read(file(tmp_path))
    unread = [row["text"] for row in disclosure.rows["unread"] if row["origin"] == "L9"]
    assert unread == ["120.O0", "l00.00"]
    facts = [row for row in disclosure.rows["facts"] if row["origin"] == "L9"]
    assert [(row["amount_text"], row["warnings"]) for row in facts] == [("20.00", "")]


@pytest.mark.parametrize("case", INVALID, ids=[case.name for case in INVALID])
def test_what_does_not_fit_stops_the_cleaning(tmp_path, case):
    folder = file(tmp_path, case)
    with pytest.raises(DisclosureError) as error:
        hp.clean(folder, tmp_path / "out")
    message = str(error.value)
    assert message.startswith(str(folder / "corrections.yml"))
    expected = (case / "message.txt").read_text(encoding="utf-8")
    assert message.replace(str(folder / "corrections.yml"), "corrections.yml") + "\n" == expected
    assert not (tmp_path / "out").exists()


def test_a_file_in_a_filed_folder_is_corrected_too(tmp_path):
    folder = file(tmp_path, VALID[0])
    assert hp.read(folder / DOCUMENT.name).document == hp.read(folder).document


@pytest.mark.parametrize("folder", FILED, ids=[folder.name for folder in FILED])
def test_filed_corrections_fit_and_give_their_grounds(folder):
    disclosure = hp.read(folder)
    assert disclosure.corrections == read_corrections(folder) == read_source(folder).corrections
    for correction in disclosure.corrections:
        assert correction.correction in disclosure.document.lines[correction.line - 1]
        assert correction.status in STATUSES
        # What the department published is never corrected, only what a conversion damaged.
        assert disclosure.source.conversion


def test_a_person_is_not_corrected_and_never_quoted(tmp_path):
    folder = file(tmp_path)
    document = folder / DOCUMENT.name
    text = (
        document.read_text(encoding="utf-8").rstrip("\n") + "\n联系人：张三　电话：0991-1234567\n"
    )
    document.write_text(text, encoding="utf-8", newline="")
    sidecar = folder / "source.yml"
    known = yaml.safe_load(sidecar.read_text(encoding="utf-8"))
    known["sha256"] = hashlib.sha256(document.read_bytes()).hexdigest()
    sidecar.write_text(yaml.safe_dump(known, allow_unicode=True), "utf-8")
    entry = {"line": text.count("\n"), "text": "张三", "correction": "张珊", "status": "open"}
    entry |= {"reason": "a sign misread", "evidence": "line 1"}
    for wrong, message in (
        ({}, "entry 1 is about a person or a telephone number"),
        ({"text": "nope"}, "expects its text once on line 18 of document.txt, which does not"),
    ):
        corrections = yaml.safe_dump([entry | wrong], allow_unicode=True)
        (folder / "corrections.yml").write_text(corrections, "utf-8")
        with pytest.raises(DisclosureError, match=message) as refused:
            hp.read(folder)
        assert not re.search("张|1234567", str(refused.value))


def test_a_file_called_otherwise_is_not_overlooked(tmp_path):
    folder = file(tmp_path, VALID[0])
    (folder / "corrections.yml").rename(folder / "corrections.yaml")
    with pytest.raises(DisclosureError, match=r"corrections\.yaml is not read; call it"):
        hp.read(folder)

"""The five disclosures, written to other formats and read back, state what their text states."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import office_files
import pdf_exports
from helpers.disclosure import Disclosure, read
from helpers.privacy import find_contacts
from test_provenance import persons_and_numbers

RAW = sorted((Path(__file__).resolve().parent.parent / "data" / "raw").glob("*/source.yml"))
WRITERS = {
    "docx": office_files.write_docx,
    "html": office_files.write_html,
    "xlsx": office_files.write_xlsx,
}
# An amount with everything that says what it is; where it stands is another matter.
MEANING = (
    "table_id",
    "label",
    "functional_code",
    "economic_code",
    "column_path",
    "side",
    "line_role",
    "column_role",
    "budget_unit",
    "project_name",
    "fund",
    "amount_yuan",
    "unit_text",
)


def amounts(disclosure: Disclosure) -> Counter[tuple]:
    return Counter(tuple(fact[key] for key in MEANING) for fact in disclosure.rows["facts"])


@cache
def published(folder: Path) -> Disclosure:
    return read(folder)


@pytest.mark.parametrize("folder", [path.parent for path in RAW], ids=lambda path: path.name)
def test_a_pdf_states_the_same_amounts(folder, tmp_path):
    text = published(folder)
    path = tmp_path / f"{folder.name}.pdf"
    # A PDF shows no rows of unequal length: what is drawn is the table as its header resolves it.
    pdf_exports.write_pdf(text.document, path, folder.name.endswith("_budget"))
    exported = read(path)
    assert amounts(exported) == amounts(text)
    assert exported.ledger.invented == ()
    for fact in exported.rows["facts"]:
        assert exported.document.where(fact["origin"]) == fact["amount_text"]
    assert len(exported.rows["claims"]) == len(text.rows["claims"])
    assert abs(len(text.rows["projects"]) - len(exported.rows["projects"])) <= 1
    masked = find_contacts(exported.document).mask_document(exported.document)
    said = f"{exported.rows}{masked.lines}"
    assert sum(secret in said for secret in persons_and_numbers(text.source.path)) == 0


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize(
    ("folder", "is_merged"),
    [(path.parent, False) for path in RAW]
    + [(path.parent, True) for path in RAW if path.parent.name.endswith("_budget")],
    ids=lambda value: value.name if isinstance(value, Path) else "merged" if value else "padded",
)
def test_an_export_states_the_same_amounts(folder, is_merged, suffix, tmp_path):
    text = published(folder)
    path = tmp_path / f"{folder.name}.{suffix}"
    WRITERS[suffix](text.document, path, is_merged)
    exported = read(path)
    expected, found = amounts(text), amounts(exported)
    assert (expected - found, found - expected) == (Counter(), Counter())
    assert exported.ledger.invented == ()
    for fact in exported.rows["facts"]:
        assert exported.document.where(fact["origin"]) == fact["amount_text"]
    # A blank for a figure that is missing, 增加　万元, may be no wider than any other in a page.
    assert 0 <= len(text.rows["claims"]) - len(exported.rows["claims"]) <= 2
    assert len(text.rows["projects"]) == len(exported.rows["projects"])
    masked = find_contacts(exported.document).mask_document(exported.document)
    said = f"{exported.rows}{masked.lines}"
    # Only a number is compared, so that a failure names nobody either.
    assert sum(secret in said for secret in persons_and_numbers(text.source.path)) == 0

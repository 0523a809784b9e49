"""Descriptors: what they state is true, and the reference validator agrees."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from frictionless import Package

from helpers.datapackage import collection_package, data_dictionary, data_package
from helpers.packaging import csv_text
from helpers.schema import file_names
from helpers.sources import Source

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "data" / "clean"
DISCLOSURES = sorted(path.parent.name for path in CLEAN.glob("*/datapackage.json"))
SOURCE = Source(
    source_id="a_parks_2024_budget",
    path=Path("data/raw/a_parks_2024_budget/a.txt"),
    title="某市园林局2024年部门预算公开",
    department="某市园林局",
    place="某市",
    fiscal_year=2024,
    kind="budget",
    url=None,
    sha256="0" * 64,
)
TEXTS = {name: csv_text(name, []) for name in file_names()}


def resource_of(package, name):
    (found,) = [resource for resource in package["resources"] if resource["name"] == name]
    return found


def fields_of(package, name):
    return {field["name"]: field for field in resource_of(package, name)["schema"]["fields"]}


def test_package_describes_every_file():
    package = data_package(SOURCE, TEXTS, ["甲"])
    paths = [resource["path"] for resource in package["resources"]]
    assert paths == [f"{name}.csv" for name in file_names()]
    assert package["name"] == "a-parks-2024-budget"
    assert package["budget_units"] == ["甲"]
    assert package["raw"] == {"file": "a.txt", "sha256": "0" * 64}
    assert package["sources"] == [{"title": SOURCE.title}]
    assert package["licenses"][0]["name"] == "CC-BY-4.0"


def test_address_where_known():
    package = data_package(replace(SOURCE, url="http://a"), TEXTS)
    assert package["sources"] == [{"title": SOURCE.title, "path": "http://a"}]


def test_size_and_checksum_are_those_of_the_bytes():
    resource = resource_of(data_package(SOURCE, TEXTS | {"facts": "甲\n"}), "facts")
    assert resource["bytes"] == 4
    # printf '甲\n' | sha256sum
    digest = "7589c50dcc90a9be456502ec1ebf077ed6c882f7ebe475a0fd6cb3a07f6b066c"
    assert resource["hash"] == f"sha256:{digest}"


def test_keys_and_constraints():
    package = data_package(SOURCE, TEXTS)
    schema = resource_of(package, "facts")["schema"]
    assert schema["primaryKey"] == ["source_id", "table_id", "row_no", "column_path", "side"]
    # One disclosure has one source_id, so a reference need not repeat it.
    assert schema["foreignKeys"] == [
        {"fields": ["table_id"], "reference": {"resource": "tables", "fields": ["table_id"]}}
    ]
    fields = fields_of(package, "facts")
    assert fields["phase"]["constraints"] == {
        "required": True,
        "enum": ["initial_budget", "adjusted_budget", "final"],
    }
    assert fields["functional_code"]["constraints"] == {"pattern": r"\d{3}(\d{2}(\d{2})?)?"}
    assert (fields["amount_yuan"]["type"], fields["amount_yuan"]["unit"]) == ("number", "yuan")
    assert "total_income" in fields_of(package, "key-figures")["measure"]["constraints"]["enum"]


def test_fiscal_mapping():
    package = data_package(SOURCE, TEXTS)
    kinds = {name: field.get("columnType") for name, field in fields_of(package, "facts").items()}
    assert {name: kind for name, kind in kinds.items() if kind} == {
        "side": "direction",
        "functional_code": "functional-classification:generic:code",
        "economic_code": "economic-classification:generic:code",
        "budget_unit": "administrative-classification:generic:level2:code",
        "project_name": "activity:generic:project:code",
        "fund": "fin-source:generic:code",
        "expenditure_type": "expenditure-type:code",
        "fiscal_year": "date:fiscal-year",
        "phase": "phase:id",
        "amount_yuan": "value",
    }
    # The taxonomy asks for these types.
    assert fields_of(package, "facts")["fiscal_year"]["type"] == "integer"
    extra = {
        field["columnType"]: field.get("constant")
        for field in resource_of(package, "facts")["schema"]["extraFields"]
    }
    assert extra == {
        "value-currency:code": "CNY",
        "administrative-classification:generic:level1:code": "某市园林局",
    }


def test_phases_side_by_side_are_named():
    package = data_package(SOURCE, TEXTS)
    phases = {
        name: field["normalize"]
        for name, field in fields_of(package, "projects").items()
        if "normalize" in field
    }
    assert phases == {
        "initial_budget_yuan": {"phase": "initial_budget"},
        "adjusted_budget_yuan": {"phase": "adjusted_budget"},
        "executed_yuan": {"phase": "final"},
    }
    extra = resource_of(package, "projects")["schema"]["extraFields"]
    assert [field["name"] for field in extra] == [
        "currency",
        "phase",
        "amount",
        "department",
        "fiscal_year",
    ]
    assert [field["name"] for field in extra if field.get("normalizationTarget")] == ["amount"]
    assert "extraFields" not in resource_of(package, "claims")["schema"]


def test_collection_lists_every_part():
    first = data_package(SOURCE, TEXTS)
    second = data_package(replace(SOURCE, source_id="b_parks_2024_budget", url="http://b"), TEXTS)
    package = collection_package({"b_parks_2024_budget": second, "a_parks_2024_budget": first})
    facts = resource_of(package, "facts")
    assert facts["path"] == ["a_parks_2024_budget/facts.csv", "b_parks_2024_budget/facts.csv"]
    assert facts["parts"][1] == {
        "path": "b_parks_2024_budget/facts.csv",
        "bytes": resource_of(second, "facts")["bytes"],
        "hash": resource_of(second, "facts")["hash"],
    }
    assert package["sources"] == [
        {"title": SOURCE.title},
        {"title": SOURCE.title, "path": "http://b"},
    ]
    assert [entry["id"] for entry in package["disclosures"]] == [
        "a_parks_2024_budget",
        "b_parks_2024_budget",
    ]
    reference = {"resource": "tables", "fields": ["source_id", "table_id"]}
    assert facts["schema"]["foreignKeys"] == [
        {"fields": ["source_id", "table_id"], "reference": reference}
    ]
    # Indicators of overall tables name no project: only a part of the reference would be empty.
    assert "foreignKeys" not in resource_of(package, "indicators")["schema"]
    assert [field["name"] for field in facts["schema"]["extraFields"]] == ["currency"]


# --- the committed data, by the reference validator --------------------------------------------


def problems(descriptor):
    report = Package(str(descriptor)).validate()
    return report.flatten(["type", "note"]), [task.warnings for task in report.tasks]


@pytest.mark.parametrize("folder", [".", *DISCLOSURES])
def test_committed_packages_are_valid(folder):
    found, warnings = problems(CLEAN / folder / "datapackage.json")
    assert found == []
    assert warnings == [[]] * len(file_names())


def test_collection_reads_as_one_table_per_file():
    package = Package(str(CLEAN / "datapackage.json"))
    rows = package.get_resource("tables").read_rows()
    published = 0
    for folder in DISCLOSURES:
        with (CLEAN / folder / "tables.csv").open(encoding="utf-8", newline="") as file:
            published += len(list(csv.reader(file))) - 1
    assert len(rows) == published > 0
    assert len(DISCLOSURES) == len(package.custom["disclosures"])


@pytest.fixture
def copied(tmp_path):
    """A clean disclosure that a test may spoil."""
    folder = next(
        path.parent for path in sorted(CLEAN.glob("*/facts.csv")) if path.stat().st_size > 999
    )
    shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path / folder.name


@pytest.mark.parametrize(
    ("name", "change", "kind"),
    [
        ("facts", lambda rows: rows + rows[-1:], "primary-key"),
        ("tables", lambda rows: rows[:1] + rows[2:], "foreign-key"),
        ("projects", lambda rows: rows[1:], "foreign-key"),
        (
            "claims",
            lambda rows: [[*rows[0][:4], "gift", *rows[0][5:]], *rows[1:]],
            "constraint-error",
        ),
        ("facts", lambda rows: rows[:-1], "hash-count"),
    ],
)
def test_validator_sees_what_is_wrong(copied, name, change, kind):
    path = copied / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *change(rows)])
    if kind != "hash-count":
        descriptor = json.loads((copied / "datapackage.json").read_text(encoding="utf-8"))
        resource_of(descriptor, name.replace("_", "-")).pop("hash")
        resource_of(descriptor, name.replace("_", "-")).pop("bytes")
        text = json.dumps(descriptor, ensure_ascii=False)
        (copied / "datapackage.json").write_text(text, encoding="utf-8")
    found, _ = problems(copied / "datapackage.json")
    assert kind in {kind for kind, _ in found}


# --- the data dictionary -----------------------------------------------------------------------


def test_data_dictionary_is_that_of_the_schema():
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    _, found, rest = text.partition("<!-- columns -->\n")
    assert found
    assert rest == data_dictionary(), (
        "docs/data.md differs from src/helpers/reference/columns.csv; put the text of "
        "helpers.datapackage.data_dictionary() below its mark"
    )
    assert not re.search(r"[ \t]+$", text, re.MULTILINE)

"""Clean data on disk: byte-identical, described, and loaded with its types."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.document import DisclosureError
from helpers.packaging import (
    columns_of,
    csv_text,
    data_package,
    file_names,
    load,
    load_sources,
    write_atomically,
    write_clean,
)
from helpers.sources import Source

SOURCE = Source(
    source_id="a_housing_2024_budget",
    path=Path("data/raw/a_housing_2024_budget/a.txt"),
    title="某市住房局2024年部门预算公开",
    department="某市住房局",
    place="某市",
    fiscal_year=2024,
    kind="budget",
    url=None,
    sha256="0" * 64,
)


def row_of(name, **values):
    """A row of a clean file, empty but for its source and the values given."""
    row = dict.fromkeys((column["column"] for column in columns_of(name)), "")
    return {**row, "source_id": SOURCE.source_id, **values}


FACTS = [
    row_of(
        "facts",
        table_id="expenditure_summary",
        table_no=3,
        row_no=1,
        label="总计",
        column_role="part",
        line_role="total",
        fiscal_year=2024,
        amount_yuan=Decimal("5297030600"),
        amount_text="529,703.06",
    ),
    row_of(
        "facts",
        table_id="expenditure_summary",
        table_no=None,
        row_no=2,
        label="维修（护）费,“甲”\n乙",
        column_role="part",
        line_role="item",
        functional_code="0604",
        fiscal_year=2024,
        amount_yuan=Decimal("0.10"),
        amount_text="0.00001",
    ),
    row_of(
        "facts",
        row_no=2,
        column_role="total",
        line_role="item",
        fiscal_year=2024,
        amount_yuan=Decimal("1E+2"),
    ),
]
TABLE = row_of("tables", table_no=8, n_rows=0, n_amounts=0, is_empty=True, empty_statement="空表。")
FULL = row_of("tables", table_no=9, n_rows=1, n_amounts=1, is_empty=False)


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """A collection with one clean disclosure."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    files = {name: [] for name in file_names()} | {"facts": FACTS, "tables": [TABLE, FULL]}
    write_clean(tmp_path / "data" / "clean" / SOURCE.source_id, SOURCE, files, ["甲", "乙"])
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path))
    return tmp_path / "data" / "clean"


# --- CSV ---------------------------------------------------------------------------------------


def test_csv_is_exact():
    header, first, second, third = list(csv.reader(io.StringIO(csv_text("facts", FACTS))))
    assert header == [column["column"] for column in columns_of("facts")]
    amounts = [row[header.index("amount_yuan")] for row in (first, second, third)]
    assert amounts == ["5297030600", "0.10", "100"]
    assert second[header.index("label")] == "维修（护）费,“甲”\n乙"
    assert second[header.index("table_no")] == ""


def test_csv_has_line_feeds_only():
    text = csv_text("tables", [TABLE])
    assert "\r" not in text
    assert text.endswith("\n")
    assert ",true," in text
    assert ",false," in csv_text("tables", [FULL])


@pytest.mark.parametrize("change", [{"colour": 1}, {"label": ...}])
def test_rows_with_other_columns_are_refused(change):
    row = {key: value for key, value in {**FACTS[0], **change}.items() if value is not ...}
    with pytest.raises(ValueError, match=r"^facts\.csv: row has columns "):
        csv_text("facts", [row])


def test_unknown_file_has_no_columns():
    assert columns_of("nothing") == ()
    assert {"facts", "tables", "unread"} <= set(file_names())


# --- data package ------------------------------------------------------------------------------


def test_data_package_describes_every_file():
    package = data_package(SOURCE, ["甲"])
    assert [resource["path"] for resource in package["resources"]] == [
        f"{name}.csv" for name in file_names()
    ]
    assert package["name"] == "a-housing-2024-budget"
    assert package["budget_units"] == ["甲"]
    assert package["raw"] == {"file": "a.txt", "sha256": "0" * 64}
    assert package["sources"] == [{"title": SOURCE.title}]
    for resource in package["resources"]:
        names = [entry["name"] for entry in resource["schema"]["fields"]]
        assert len(names) == len(set(names))
        assert "source_id" in resource["schema"]["primaryKey"]
        assert set(resource["schema"]["primaryKey"]) <= set(names)


def test_data_package_names_the_address_where_known():
    source = Source(**{key: getattr(SOURCE, key) for key in SOURCE.__slots__} | {"url": "http://a"})
    assert data_package(source)["sources"] == [{"title": SOURCE.title, "path": "http://a"}]


def test_fiscal_types_of_facts():
    (facts,) = [r for r in data_package(SOURCE)["resources"] if r["path"] == "facts.csv"]
    kinds = {entry["name"]: entry.get("columnType") for entry in facts["schema"]["fields"]}
    assert kinds["amount_yuan"] == "value"
    assert kinds["phase"] == "phase:id"
    assert kinds["origin"] is None
    (amount,) = [e for e in facts["schema"]["fields"] if e["name"] == "amount_yuan"]
    assert (amount["type"], amount["unit"]) == ("number", "yuan")


# --- files -------------------------------------------------------------------------------------


def test_files_are_the_same_on_every_run(collection, tmp_path):
    folder = collection / SOURCE.source_id
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert before.keys() == {f"{name}.csv" for name in file_names()} | {"datapackage.json"}
    files = {name: [] for name in file_names()} | {"facts": FACTS, "tables": [TABLE, FULL]}
    write_clean(folder, SOURCE, files, ["甲", "乙"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    package = json.loads(before["datapackage.json"])
    assert str(tmp_path) not in json.dumps(package)


def test_nothing_is_written_if_one_file_is_wrong(tmp_path):
    files = {name: [] for name in file_names()} | {"unread": [{"text": "?"}]}
    with pytest.raises(ValueError, match=r"unread\.csv"):
        write_clean(tmp_path / "a", SOURCE, files)
    assert not (tmp_path / "a").exists()


def test_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "a.csv"
    write_atomically(path, "一\n")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text("utf-8") == "一\n"
    assert [found.name for found in tmp_path.iterdir()] == ["a.csv"]


# --- loading -----------------------------------------------------------------------------------


def test_facts_come_as_items_and_parts(collection):
    frame = load("facts")
    assert frame["label"].tolist() == ["维修（护）费,“甲”\n乙"]
    assert frame.index.tolist() == [0]
    assert len(load("facts", all_rows=True)) == 3


def test_types(collection):
    frame = load("facts", all_rows=True)
    assert frame["amount_yuan"].tolist() == [Decimal("5297030600"), Decimal("0.10"), Decimal(100)]
    assert all(isinstance(value, Decimal) for value in frame["amount_yuan"])
    assert frame["functional_code"].tolist() == ["", "0604", ""]
    assert frame["table_no"].tolist() == [3, pd.NA, pd.NA]
    assert frame["table_no"].dtype == "Int64"
    assert load("tables")["is_empty"].tolist() == [True, False]


def test_empty_amounts_stay_empty(collection):
    frame = load("projects")
    assert frame.empty
    assert frame.columns.tolist() == [column["column"] for column in columns_of("projects")]


def test_loading_refuses_what_is_not_there(collection):
    with pytest.raises(DisclosureError, match=r"^There is no clean file 'fact'; there are facts, "):
        load("fact")
    with pytest.raises(
        DisclosureError, match=r"^No clean data for b, c; there are a_housing_2024_budget\.$"
    ):
        load("facts", ["b", SOURCE.source_id, "c"])
    assert load("facts", []).empty


def test_sources_are_listed(collection):
    expected = [
        [SOURCE.source_id, SOURCE.title, SOURCE.department, "某市", 2024, "budget", "", 2],
    ]
    frame = load_sources()
    assert frame.to_numpy().tolist() == expected
    assert frame.columns.tolist()[0] == "source_id"
    assert load_sources(["b"]).empty


# The readers split lines at every carriage return, so no text holds one.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4), TEXT)
def test_csv_round_trip(amount, label):
    text = csv_text("facts", [{**FACTS[0], "amount_yuan": amount, "label": label}])
    header, row = list(csv.reader(io.StringIO(text, newline="")))
    assert Decimal(row[header.index("amount_yuan")]) == amount
    assert row[header.index("label")] == label

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
    csv_text,
    load,
    load_sources,
    write_atomically,
    write_clean,
)
from helpers.schema import SchemaError, columns_of, file_names
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
    blank = {"string": "", "boolean": False}
    row = {column["column"]: blank.get(column["type"]) for column in columns_of(name)}
    return {**row, "source_id": SOURCE.source_id, **values}


def fact(**values):
    """A row of facts.csv that fits the schema."""
    given = {
        "table_id": "expenditure_summary",
        "column_role": "part",
        "line_role": "item",
        "fiscal_year": 2024,
        "phase": "initial_budget",
        "unit_text": "万元",
        "origin": "L7",
    }
    return row_of("facts", **given | values)


FACTS = [
    fact(
        table_no=3,
        row_no=1,
        label="总计",
        line_role="total",
        amount_yuan=Decimal("5297030600"),
        amount_text="529,703.06",
    ),
    fact(
        row_no=2,
        label="维修（护）费,“甲”\n乙",
        functional_code="060",
        amount_yuan=Decimal("0.10"),
        amount_text="0.00001",
    ),
    fact(
        row_no=2,
        column_path="合计",
        column_role="total",
        amount_yuan=Decimal("1E+2"),
        amount_text="0.01",
    ),
]
TABLE = row_of(
    "tables",
    table_id="government_fund_expenditure",
    table_no=8,
    n_rows=0,
    n_amounts=0,
    is_empty=True,
    empty_statement="空表。",
    origin="L9",
)
FULL = row_of(
    "tables",
    table_id="expenditure_summary",
    table_no=9,
    n_rows=1,
    n_amounts=1,
    is_empty=False,
    origin="L3",
)
PROJECT = row_of(
    "projects",
    project_no=1,
    project_name="甲",
    initial_budget_yuan=Decimal("0.1"),
    is_withheld=False,
    amount_source="project_table",
    origin="L5",
)
INDICATORS = [
    row_of("indicators", indicator_no=1, project_no=1, target="=6人", origin="L6"),
    row_of("indicators", indicator_no=2, target=">=90%", origin="L6"),
]
EMPTY = {name: [] for name in file_names()}
FILES = EMPTY | {
    "facts": FACTS,
    "tables": [TABLE, FULL],
    "projects": [PROJECT],
    "indicators": INDICATORS,
}


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """A collection with one clean disclosure."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    write_clean(tmp_path / "data" / "clean" / SOURCE.source_id, SOURCE, FILES, ["甲", "乙"])
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


# --- files -------------------------------------------------------------------------------------


def test_files_are_the_same_on_every_run(collection, tmp_path):
    folder = collection / SOURCE.source_id
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert before.keys() == {f"{name}.csv" for name in file_names()} | {"datapackage.json"}
    write_clean(folder, SOURCE, FILES, ["甲", "乙"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    package = json.loads(before["datapackage.json"])
    assert str(tmp_path) not in json.dumps(package)


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.glob("**/*.*")}


def test_nothing_is_written_if_one_row_is_wrong(tmp_path):
    files = FILES | {"projects": [{**PROJECT, "fund": "gold"}]}
    message = (
        r"^a_housing_2024_budget: projects\.csv, row 1, column fund: 'gold' is none of .*"
        r"\. Nothing was written\.$"
    )
    with pytest.raises(SchemaError, match=message):
        write_clean(tmp_path / "a", SOURCE, files)
    assert list(tmp_path.iterdir()) == []


def failing(monkeypatch, owner, name, is_last):
    """Make a call of `owner.name` fail, as a full disk or a locked folder would."""
    sound = getattr(owner, name)

    def fails(self, *arguments, **settings):
        if is_last(self, *arguments):
            raise OSError(28, "No space left on device", str(self))
        return sound(self, *arguments, **settings)

    monkeypatch.setattr(owner, name, fails)


@pytest.mark.parametrize(
    ("name", "is_last"),
    [
        ("write_text", lambda path, *_: path.name == "unread.csv"),
        ("write_text", lambda path, *_: path.name == "datapackage.json"),
        ("rename", lambda path, _: path.name.endswith(".new.tmp")),
        ("rename", lambda path, _: path.name == SOURCE.source_id),
    ],
)
def test_failure_half_way_leaves_the_old_folder_whole(collection, monkeypatch, name, is_last):
    before = everything(collection)
    with monkeypatch.context() as patch:
        failing(patch, Path, name, is_last)
        with pytest.raises(OSError, match="No space left"):
            write_clean(collection / SOURCE.source_id, SOURCE, EMPTY)
    assert everything(collection) == before
    assert load("facts")["amount_text"].tolist() == ["0.00001"]


def test_a_run_that_died_between_the_renames_is_mended(collection):
    folder = collection / SOURCE.source_id
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    folder.rename(collection / f".{SOURCE.source_id}.old.tmp")
    (collection / f".{SOURCE.source_id}.new.tmp").mkdir()
    assert load_sources().empty
    with pytest.raises(SchemaError):
        write_clean(folder, SOURCE, EMPTY | {"facts": FACTS})
    write_clean(folder, SOURCE, FILES, ["甲", "乙"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept
    assert [path.name for path in collection.iterdir()] == [SOURCE.source_id]


def test_what_else_lies_in_the_folder_stays(collection):
    folder = collection / SOURCE.source_id
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("x", encoding="utf-8")
    write_clean(folder, SOURCE, EMPTY)
    assert (folder / "notes" / "mine.txt").read_text(encoding="utf-8") == "x"
    assert load("facts").empty


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
    assert frame["functional_code"].tolist() == ["", "060", ""]
    assert frame["table_no"].tolist() == [3, pd.NA, pd.NA]
    assert frame["table_no"].dtype == "Int64"
    assert load("tables")["is_empty"].tolist() == [True, False]


def test_floats_where_asked(collection):
    frame = load("facts", all_rows=True, decimals=False)
    assert frame["amount_yuan"].tolist() == [5297030600.0, 0.1, 100.0]
    assert frame["amount_yuan"].dtype == "float64"
    assert frame["table_no"].dtype == "Int64"
    assert load("projects", decimals=False)["other_yuan"].isna().tolist() == [True]


def test_empty_amounts_stay_empty(collection):
    frame = load("projects")
    assert frame["initial_budget_yuan"].tolist() == [Decimal("0.1")]
    assert frame["other_yuan"].tolist() == [None]
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
    assert load_sources(SOURCE.source_id).equals(frame)
    assert load_sources([]).empty
    with pytest.raises(DisclosureError, match="No clean data for b; there are"):
        load_sources(["b"])


# The readers split lines at every carriage return, so no text holds one.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4), TEXT)
def test_csv_round_trip(amount, label):
    text = csv_text("facts", [{**FACTS[0], "amount_yuan": amount, "label": label}])
    header, row = list(csv.reader(io.StringIO(text, newline="")))
    assert Decimal(row[header.index("amount_yuan")]) == amount
    assert row[header.index("label")] == label

"""The schema is enforced: an error names file, row and column."""

import re
from decimal import Decimal

import pytest

from helpers.reference_data import read_reference
from helpers.schema import (
    SchemaError,
    check_files,
    columns_of,
    file_names,
    key_of,
    references_of,
    values_of,
)

SOURCE_ID = "a_parks_2024_budget"
EMPTY = {name: [] for name in file_names()}


def row_of(name, **values):
    blank = {"string": "", "boolean": False}
    row = {column["column"]: blank.get(column["type"]) for column in columns_of(name)}
    return {**row, "source_id": SOURCE_ID, **values}


def table(**values):
    given = {"table_id": "revenue_summary", "n_rows": 1, "n_amounts": 2, "origin": "L3"}
    return row_of("tables", **given | values)


def fact(**values):
    given = {
        "table_id": "revenue_summary",
        "row_no": 1,
        "column_path": "总计",
        "column_role": "total",
        "line_role": "item",
        "fiscal_year": 2024,
        "phase": "initial_budget",
        "amount_yuan": Decimal("10000"),
        "amount_text": "1",
        "unit_text": "万元",
        "origin": "L4",
    }
    return row_of("facts", **given | values)


def project(**values):
    given = {"project_no": 1, "amount_source": "project_table", "origin": "L5"}
    return row_of("projects", **given | values)


def indicator(**values):
    return row_of("indicators", **{"indicator_no": 1, "origin": "L6"} | values)


def figure(**values):
    given = {
        "measure": "total_income",
        "fiscal_year": 2024,
        "phase": "final",
        "value": Decimal("0.10"),
        "unit": "yuan",
        "origin": "L7",
        "source": "claim",
    }
    return row_of("key_figures", **given | values)


def check(**files):
    check_files(SOURCE_ID, EMPTY | files)


def test_sound_rows_pass():
    check(
        tables=[table(), table(table_id="expenditure_summary", table_no=3, is_empty=True)],
        facts=[fact(), fact(row_no=2), fact(side="revenue"), fact(column_path="总计/财政拨款")],
        projects=[project(), project(project_no=2, total_score=Decimal("99.50"))],
        indicators=[indicator(), indicator(indicator_no=2, project_no=2)],
        key_figures=[figure(), figure(fund="general_public"), figure(phase="adjusted_budget")],
    )


@pytest.mark.parametrize("code", ["212", "21201", "2120102", "001"])
def test_functional_codes_have_three_five_or_seven_digits(code):
    check(tables=[table()], facts=[fact(functional_code=code)])


@pytest.mark.parametrize(
    "origin", ["L214", "L7;L8", "p3:t2:r5:c4", "收支总表!B7", "L7;p1:t1:r1:c1"]
)
def test_origins_of_every_format(origin):
    check(tables=[table(origin=origin)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"amount_yuan": None}, "amount_yuan: is empty"),
        ({"amount_yuan": 1.5}, "amount_yuan: 1.5 is float, not Decimal"),
        ({"amount_yuan": 100}, "amount_yuan: 100 is int, not Decimal"),
        ({"amount_yuan": Decimal("NaN")}, "amount_yuan: Decimal('NaN') is no amount"),
        ({"fiscal_year": "2024"}, "fiscal_year: '2024' is str, not int"),
        ({"row_no": True}, "row_no: True is bool, not int"),
        ({"label": None, "amount_text": ""}, "amount_text: is empty"),
        ({"side": "income"}, "side: 'income' is none of revenue, expenditure"),
        (
            {"line_role": "Item"},
            "line_role: 'Item' is none of item, subtotal, total, of_which, memo",
        ),
        (
            {"functional_code": "2120"},
            r"functional_code: '2120' does not match \d{3}(\d{2}(\d{2})?)?",
        ),
        ({"functional_code": "212-01"}, r"functional_code: '212-01' does not match "),
        ({"economic_code": "3010101"}, r"economic_code: '3010101' does not match \d{3}(\d{2})?"),
        ({"origin": "214"}, "origin: '214' does not match "),
        ({"origin": "L7;"}, "origin: 'L7;' does not match "),
        ({"source_id": "b"}, "source_id: 'b' is not 'a_parks_2024_budget'"),
    ],
)
def test_the_error_names_file_row_and_column(change, message):
    rows = [fact(), fact(row_no=2) | change]
    with pytest.raises(SchemaError, match=rf"^facts\.csv, row 2, column {re.escape(message)}"):
        check(tables=[table()], facts=rows)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"facts": [fact() | {"colour": 1}]},
            "facts.csv, row 1: missing or unknown columns colour.",
        ),
        (
            {"tables": [table(), {"source_id": SOURCE_ID, "table_id": "revenue_summary"}]},
            "tables.csv, row 2: missing or unknown columns empty_statement, is_empty, ",
        ),
        (
            {"tables": [table(is_empty=None)]},
            "tables.csv, row 1, column is_empty: None is NoneType, not bool.",
        ),
        (
            {"tables": [table(table_id="summary")]},
            "tables.csv, row 1, column table_id: 'summary' is none of ",
        ),
        (
            {"tables": [table()], "facts": [fact(), fact(row_no=2), fact(label="甲")]},
            "facts.csv, row 3, columns source_id, table_id, row_no, column_path, side: "
            "the key of row 1 again (source_id=a_parks_2024_budget, table_id=revenue_summary, "
            "row_no=1, column_path=总计, side=).",
        ),
        (
            {"tables": [table()], "facts": [fact(), fact(row_no=2, table_id="carry_over_detail")]},
            "facts.csv, row 2, columns source_id, table_id: "
            "tables.csv has no row with a_parks_2024_budget, carry_over_detail.",
        ),
        (
            {"projects": [project()], "indicators": [indicator(project_no=2)]},
            "indicators.csv, row 1, columns source_id, project_no: "
            "projects.csv has no row with a_parks_2024_budget, 2.",
        ),
        (
            {"key_figures": [figure(measure="income")]},
            "key_figures.csv, row 1, column measure: 'income' is none of total_income, ",
        ),
    ],
)
def test_columns_keys_and_references(files, message):
    with pytest.raises(SchemaError, match=rf"^{re.escape(message)}"):
        check(**files)


def test_equal_numbers_of_another_type_are_told_apart():
    with pytest.raises(SchemaError, match=r"row 3, column project_no: True is bool, not int"):
        check(projects=[project(), project(project_no=2), project(project_no=True)])


# --- the schema itself -------------------------------------------------------------------------


def test_the_two_reference_files_name_the_same_files():
    assert set(file_names()) == {row["file"] for row in read_reference("columns")}
    sheets = [row["sheet"] for row in read_reference("clean_files")]
    assert len(set(sheets)) == len(sheets)
    # What Excel takes for the name of a sheet.
    assert all(re.fullmatch(r"[^\[\]:*?/\\']{1,31}", sheet) for sheet in sheets)


@pytest.mark.parametrize("name", file_names())
def test_every_column_is_described(name):
    columns = columns_of(name)
    names = [column["column"] for column in columns]
    assert len(set(names)) == len(names)
    assert names[0] == "source_id"
    assert "source_id" in key_of(name)
    for column in columns:
        assert column["type"] in ("string", "integer", "number", "boolean")
        assert column["description_en"]
        assert column["description_zh"]
        assert not (column["enum"] and column["code_list"])
        assert all(re.fullmatch(r"[a-z0-9_]+", value) for value in values_of(column))
        assert column["pattern"] == "" or column["type"] == "string"


def test_references_lead_to_keys():
    assert references_of("facts") == {
        "tables": (("source_id", "source_id"), ("table_id", "table_id"))
    }
    for name in file_names():
        for file, pairs in references_of(name).items():
            assert {there for _, there in pairs} <= set(key_of(file))


def test_unknown_file_has_no_columns():
    assert columns_of("nothing") == ()

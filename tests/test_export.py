"""Parquet and Excel hold what the CSV files hold, and other programs read it."""

import re
import zipfile
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import polars
import pytest

from helpers.__main__ import main
from helpers.document import DisclosureError
from helpers.export import export
from helpers.packaging import load, write_clean
from helpers.schema import columns_of, file_names
from helpers.sources import Source

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EMPTY = {name: [] for name in file_names()}


def source(source_id):
    return Source(
        source_id=source_id,
        path=Path("a.txt"),
        title="某市园林局2024年部门预算公开",
        department="某市园林局",
        place="某市",
        fiscal_year=2024,
        kind="budget",
        url=None,
        sha256="0" * 64,
    )


def row_of(name, source_id, **values):
    blank = {"string": "", "boolean": False}
    row = {column["column"]: blank.get(column["type"]) for column in columns_of(name)}
    return {**row, "source_id": source_id, **values}


def files_of(source_id, amount):
    fact = {
        "table_id": "expenditure_summary",
        "row_no": 1,
        "column_path": "合计",
        "column_role": "total",
        "line_role": "total",
        "label": "总计,“甲”\n乙",
        "functional_code": "001",
        "fiscal_year": 2024,
        "phase": "initial_budget",
        "amount_yuan": Decimal(amount),
        "amount_text": amount,
        "unit_text": "元",
        "origin": "L7",
    }
    table = {"table_id": "expenditure_summary", "n_rows": 1, "n_amounts": 1, "origin": "L3"}
    targets = ["=6人", ">=90%", "@某", "+1", "-1", "0604", "http://a", "_x0041_", "=SUM(A1)"]
    return EMPTY | {
        "facts": [row_of("facts", source_id, **fact)],
        "tables": [row_of("tables", source_id, **table)],
        "indicators": [
            row_of("indicators", source_id, indicator_no=number, target=target, origin="L9")
            for number, target in enumerate(targets, 1)
        ],
    }


@pytest.fixture
def collection(tmp_path, monkeypatch):
    """A collection of two clean disclosures, one with an amount that no float holds."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    amounts = {"a_parks_2024_budget": "1234.50", "b_parks_2024_budget": "12345678901234567.89"}
    for source_id, amount in amounts.items():
        folder = tmp_path / "data" / "clean" / source_id
        write_clean(folder, source(source_id), files_of(source_id, amount))
    monkeypatch.setenv("HELPERS_ROOT", str(tmp_path))
    return tmp_path


class Workbook:
    """What stands in the cells of a workbook, read from its XML."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.names = archive.namelist()
            self._parts = {
                name: ElementTree.fromstring(archive.read(name))
                for name in self.names
                if name.endswith(".xml")
            }
        self._texts = [
            "".join(part.text or "" for part in item.iter(f"{MAIN}t"))
            for item in self._parts["xl/sharedStrings.xml"]
        ]
        self.sheets = [
            sheet.get("name") for sheet in self._parts["xl/workbook.xml"].iter(f"{MAIN}sheet")
        ]

    def sheet(self, name):
        return self._parts[f"xl/worksheets/sheet{self.sheets.index(name) + 1}.xml"]

    def cells(self, name):
        """Cells by address: ('text', …), ('number', …) or ('boolean', …)."""
        kinds = {"s": "text", None: "number", "b": "boolean"}
        found = {}
        for cell in self.sheet(name).iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            if value is not None:
                kind = kinds[cell.get("t")]
                text = self._texts[int(value.text)] if kind == "text" else value.text
                found[cell.get("r")] = (kind, text)
        return found

    def column(self, name, title):
        """Values below a heading, and its letter."""
        cells = self.cells(name)
        (head,) = [place for place, (_, text) in cells.items() if text.endswith(f"\n{title}")]
        letter = head.rstrip("1")
        return [
            value for place, value in cells.items() if re.fullmatch(rf"{letter}(?!1$)\d+", place)
        ]

    def number_formats(self, name, title):
        styles = self._parts["xl/styles.xml"]
        codes = {
            item.get("numFmtId"): item.get("formatCode") for item in styles.iter(f"{MAIN}numFmt")
        }
        used = [item.get("numFmtId") for item in styles.find(f"{MAIN}cellXfs")]
        cells = self.cells(name)
        (letter,) = [
            place[:-1] for place, (_, text) in cells.items() if text.endswith(f"\n{title}")
        ]
        (cell,) = [
            cell for cell in self.sheet(name).iter(f"{MAIN}c") if cell.get("r") == f"{letter}2"
        ]
        return codes[used[int(cell.get("s"))]]


# --- Parquet -----------------------------------------------------------------------------------


def test_parquet_holds_every_fact_exactly(collection):
    (path, *_) = export(collection / "out")
    assert path == collection / "out" / "facts.parquet"
    frame = polars.read_parquet(path)
    assert frame.columns == [column["column"] for column in columns_of("facts")]
    assert frame["amount_yuan"].to_list() == [Decimal("1234.5"), Decimal("12345678901234567.89")]
    assert frame.schema["amount_yuan"] == polars.Decimal(24, 6)
    assert frame["functional_code"].to_list() == ["001", "001"]
    assert frame["label"].to_list() == ["总计,“甲”\n乙"] * 2
    # A blank is NULL, whether of a text or of a number.
    assert frame["fund"].to_list() == [None, None]
    assert frame["table_no"].to_list() == [None, None]


def test_duckdb_sums_without_rounding(collection):
    (path, *_) = export(collection / "out")
    with duckdb.connect() as database:
        found = database.execute(
            "SELECT sum(amount_yuan), max(fiscal_year), typeof(any_value(amount_yuan)) "
            f"FROM '{path}'"
        )
        assert found.fetchall() == [(Decimal("12345678901235802.39"), 2024, "DECIMAL(24,6)")]


def test_committed_facts_read_back(tmp_path, monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(Path(__file__).resolve().parents[1]))
    (path, *workbooks) = export(tmp_path)
    facts = load("facts", all_rows=True)
    frame = polars.read_parquet(path)
    assert frame["amount_yuan"].to_list() == facts["amount_yuan"].tolist()
    for column in ("label", "functional_code", "origin", "fund"):
        assert [text or "" for text in frame[column]] == facts[column].tolist()
    for workbook in workbooks:
        read = Workbook(workbook)
        for name in read.sheets:
            assert not list(read.sheet(name).iter(f"{MAIN}f")), f"{workbook.name}: {name}"


def test_amount_with_too_many_digits_is_refused(collection):
    folder = collection / "data" / "clean" / "b_parks_2024_budget"
    write_clean(folder, source(folder.name), files_of(folder.name, "0.0000001"))
    message = r"^b_parks_2024_budget, L7: 0\.0000001 yuan does not fit DECIMAL\(24, 6\)\.$"
    with pytest.raises(DisclosureError, match=message):
        export(collection / "out")
    assert list((collection / "out").iterdir()) == []


# --- Excel -------------------------------------------------------------------------------------


def test_workbook_has_a_sheet_per_file(collection):
    book = Workbook(export(collection / "out")[1])
    assert book.sheets[0] == "说明"
    assert len(book.sheets) == len(file_names()) + 1
    assert ("text", "某市园林局2024年部门预算公开") in book.cells("说明").values()
    for name in book.sheets[1:]:
        pane = next(book.sheet(name).iter(f"{MAIN}pane"))
        assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        assert next(book.sheet(name).iter(f"{MAIN}cols")) is not None


def test_texts_never_become_formulas_numbers_or_links(collection):
    book = Workbook(export(collection / "out")[1])
    targets = ["=6人", ">=90%", "@某", "+1", "-1", "0604", "http://a", "_x005F_x0041_", "=SUM(A1)"]
    assert book.column("绩效指标", "target") == [("text", target) for target in targets]
    assert not list(book.sheet("绩效指标").iter(f"{MAIN}f"))
    assert not list(book.sheet("绩效指标").iter(f"{MAIN}hyperlink"))
    assert book.column("表内金额", "functional_code") == [("text", "001")]


def test_amounts_are_numbers_that_show_their_decimals(collection):
    book = Workbook(export(collection / "out")[1])
    assert book.column("表内金额", "amount_yuan") == [("number", "1234.5")]
    assert book.number_formats("表内金额", "amount_yuan") == "#,##0.00"
    assert book.column("报表目录", "is_empty") == [("boolean", "0")]
    titles = [text for _, text in book.cells("表内金额").values()]
    assert not any(title.endswith("_exact") for title in titles)


def test_digits_that_excel_would_lose_stand_beside(collection):
    book = Workbook(export(collection / "out")[2])
    ((kind, shown),) = book.column("表内金额", "amount_yuan")
    assert (kind, float(shown)) == ("number", 1.234567890123457e16)
    assert book.column("表内金额", "amount_yuan_exact") == [("text", "12345678901234567.89")]


def test_text_too_long_for_a_cell_is_refused_not_cut(collection):
    folder = collection / "data" / "clean" / "a_parks_2024_budget"
    claim = row_of("claims", folder.name, claim_no=1, role="count", text="长" * 32768, origin="L1")
    write_clean(folder, source(folder.name), EMPTY | {"claims": [claim]})
    message = r"^claims\.csv, row 1, column text: 32768 characters are more than a cell holds\.$"
    with pytest.raises(DisclosureError, match=message):
        export(collection / "out")
    assert [path.name for path in (collection / "out").iterdir()] == ["facts.parquet"]


# --- the command -------------------------------------------------------------------------------


def test_the_same_data_give_the_same_bytes(collection):
    first = [path.read_bytes() for path in export(collection / "one")]
    assert [path.read_bytes() for path in export(collection / "two")] == first


def test_command(collection, capsys):
    out = collection / "build"
    assert main(["export"]) == 0
    names = ["facts.parquet", "a_parks_2024_budget.xlsx", "b_parks_2024_budget.xlsx"]
    assert capsys.readouterr().out.splitlines() == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)


def test_some_disclosures_into_another_folder(collection):
    out = collection / "other" / "folder"
    assert main(["export", "--out", str(out), "--sources", "b_parks_2024_budget"]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "b_parks_2024_budget.xlsx",
        "facts.parquet",
    ]
    assert polars.read_parquet(out / "facts.parquet")["source_id"].to_list() == [
        "b_parks_2024_budget"
    ]


def test_command_refuses_what_is_not_there(collection, capsys):
    assert main(["export", "--sources", "c_parks_2024_budget"]) == 2
    assert capsys.readouterr().err == (
        "No clean data for c_parks_2024_budget; "
        "there are a_parks_2024_budget, b_parks_2024_budget.\n"
    )
    assert not (collection / "build").exists()

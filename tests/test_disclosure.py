"""The object a researcher works with, and cleaning to disk."""

import csv
import json
import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from helpers.disclosure import clean, read
from helpers.document import DisclosureError
from helpers.packaging import columns_of, file_names

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/source.yml"))

SMALL = """某市园林局2024年部门预算公开
二、机构设置及职责情况
某市园林局编制数 40，实有人数 52 人，其中：在职 38 人，退休 14 人。
表 6
一般公共预算基本支出情况表
编制部门：某市园林局
单位：万元
科目		一般公共预算基本支出			
经济分类科目编码	经济分类科目名称	合计	人员经费	公用经费	
类	款				
※	※	※	1	2	3
		总计	70.50	60.00	10.50
301		工资福利支出	60.00	60.00	
301	01	基本工资	60.00	60.00	
302		商品和服务支出	10.50		10.50
302	01	办公费	10.50		10.50
三、关于某市园林局2024年支出预算情况说明
某市园林局2024年支出预算 1,170.50 万元，其中：基本支出 70.50 万元，占 6.02%。
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "park_2024_budget.txt"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def published(request):
    return read(request.param)


def test_a_loose_file_is_read_whole(small):
    disclosure = read(small)
    assert disclosure.source.source_id == "park_2024_budget"
    assert disclosure.source.department == "某市园林局"
    assert set(disclosure.rows) == set(file_names())
    figures = disclosure.frame("key_figures").set_index("measure")["value"]
    assert figures["persons_in_post"] == 38
    assert figures["personnel_cost"] == Decimal("600000")
    assert figures["public_cost"] == Decimal("105000")


def test_a_frame_has_the_columns_described_even_without_rows(small):
    disclosure = read(small)
    for name in file_names():
        expected = [column["column"] for column in columns_of(name)]
        assert list(disclosure.frame(name).columns) == expected
    assert disclosure.frame("projects").empty
    assert all(isinstance(value, Decimal) for value in disclosure.frame("facts")["amount_yuan"])


def test_a_table_comes_as_printed(small):
    table = read(small).table("general_public_basic_expenditure")
    assert list(table["label"]) == [
        *("总计", "工资福利支出", "基本工资", "商品和服务支出", "办公费"),
    ]
    assert list(table["code"]) == ["", "301", "30101", "302", "30201"]
    staff = next(column for column in table.columns if column.endswith("人员经费"))
    public = next(column for column in table.columns if column.endswith("公用经费"))
    assert list(table[staff])[:3] == ["60.00", "60.00", "60.00"]
    assert list(table[public])[3:] == ["10.50", "10.50"]
    assert table[public][:1].item() == "10.50" and pd.isna(table[public][1])


def test_a_missing_table_is_named_with_those_there_are(small):
    with pytest.raises(DisclosureError) as caught:
        read(small).table("three_public_expenditure")
    message = str(caught.value)
    assert "park_2024_budget" in message and "'three_public_expenditure'" in message
    assert "general_public_basic_expenditure" in message


def test_the_overview_gives_the_printed_total(small):
    (row,) = read(small).overview().to_dict("records")
    assert (row["table_no"], row["total"], row["unit"]) == (6, "70.50", "万元")
    assert (row["n_rows"], row["n_amounts"]) == (5, 11)


def test_the_display_names_the_disclosure(small):
    page = read(small)._repr_html_()
    assert "某市园林局2024年部门预算公开" in page
    assert "70.50" in page


def test_the_display_escapes_what_a_document_says(tmp_path):
    path = tmp_path / "park_2024_budget.txt"
    path.write_text(
        SMALL.replace("某市园林局2024年部门预算公开", "某市<园林>局2024年部门预算公开"),
        encoding="utf-8",
    )
    disclosure = read(path)
    assert "<园林>" not in disclosure._repr_html_()


def test_the_place_of_a_row_is_shown(small):
    disclosure = read(small)
    fact = disclosure.rows["facts"][2]
    assert str(disclosure.where(fact)) == "L12: 总计\t70.50\t60.00\t【10.50】"
    assert str(disclosure.where("L3")).startswith("L3: 某市园林局编制数 40")
    claims = disclosure.frame("claims")
    assert "实有人数 【52】 人" in str(disclosure.where(claims[claims["value"] == 52].iloc[0]))
    with pytest.raises(DisclosureError, match="park_2024_budget has no place 'L99'"):
        disclosure.where("L99")


def test_each_amount_of_a_table_knows_its_place(small):
    disclosure = read(small)
    table = disclosure.table("general_public_basic_expenditure")
    assert [text.origin for text in table.iloc[:, 5]] == ["L12", "L13", "L14", "L15", "L16"]
    shuffled = table.sort_values("label").reset_index(drop=True).head(2)
    assert 'data-place="park_2024_budget#L16"' in shuffled._repr_html_()
    assert str(disclosure.where(table.iloc[4, 5])) == "L16: 302\t01\t办公费\t【10.50】\t\t【10.50】"


def test_a_filed_disclosure_is_found_by_folder_file_and_id(monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(ROOT))
    folder = FOLDERS[0]
    by_folder = read(folder)
    assert read(folder.name).rows == by_folder.rows
    assert read(by_folder.source.path).source == by_folder.source


@pytest.mark.parametrize("place", ["no_such_id", "no/such/folder", "no_such_file.txt"])
def test_what_is_not_there_is_named(place, monkeypatch):
    monkeypatch.setenv("HELPERS_ROOT", str(ROOT))
    with pytest.raises(DisclosureError, match=place.rsplit("/", 1)[-1]):
        read(place)


def test_a_text_without_amounts_is_refused(tmp_path):
    path = tmp_path / "template.txt"
    path.write_text(re.sub(r"\d+(?:[.,]\d+)+|(?<=数 )\d+", "", SMALL), encoding="utf-8")
    with pytest.raises(DisclosureError, match=r"template\.txt holds no amount"):
        read(path)


def test_cleaning_writes_what_was_read_and_twice_the_same(small, tmp_path):
    first = clean(small, tmp_path / "one")
    clean(small, tmp_path / "two")
    folder = tmp_path / "one" / "park_2024_budget"
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{name}.csv" for name in file_names()} | {"datapackage.json"}
    for name in names:
        again = tmp_path / "two" / "park_2024_budget" / name
        assert (folder / name).read_bytes() == again.read_bytes()
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as file:
        claims = list(csv.DictReader(file))
    assert [row["claim_no"] for row in claims] == [str(no) for no in range(1, len(claims) + 1)]
    assert len(claims) == len(first.rows["claims"]) == 7
    assert claims[-1]["subject"] == "支出预算/基本支出" and claims[-1]["value"] == "6.02"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["raw"]["sha256"] == first.source.sha256


def test_every_row_is_of_its_disclosure_and_has_a_place(published):
    document = published.document
    for name, rows in published.rows.items():
        for row in rows:
            assert row["source_id"] == published.source.source_id
            # A comparison rests on the places of both its sides.
            keys = [key for key in row if key == "origins" or re.fullmatch(r"(\w+_)?origin", key)]
            assert keys
            for origin in filter(None, ";".join(row[key] for key in keys).split(";")):
                assert document.where(origin) is not None, (name, row)


def test_every_table_with_amounts_can_be_shown(published):
    for row in published.rows["tables"]:
        if row["n_amounts"]:
            table = published.table(row["table_id"])
            assert len(table) > 0
            assert table.iloc[:, 5:].notna().to_numpy().sum() == row["n_amounts"]


def test_keys_are_unique(published):
    for name in file_names():
        keys = [column["column"] for column in columns_of(name) if column["is_key"]]
        rows = published.rows[name]
        assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows)


def test_what_is_printed_of_a_disclosure_is_short_and_names_nobody():
    disclosure = read(ROOT / "data" / "raw" / "urumqi_housing_fund_2024_budget")
    for shown in (disclosure, disclosure.document, disclosure.ledger):
        assert len(repr(shown)) < 300
    assert repr(disclosure).startswith("<Disclosure urumqi_housing_fund_2024_budget: 253 facts, ")


def test_where_refuses_what_is_not_of_this_disclosure():
    disclosure = read(ROOT / "data" / "raw" / "urumqi_housing_fund_2024_budget")
    other = {**disclosure.rows["facts"][0], "source_id": "urumqi_housing_2024_budget"}
    with pytest.raises(DisclosureError, match="is of urumqi_housing_2024_budget, not of"):
        disclosure.where(other)
    for nothing in (None, 3, float("nan")):
        with pytest.raises(DisclosureError, match="is no row, no amount of a table"):
            disclosure.where(nothing)
    with pytest.raises(DisclosureError, match="There is no 'nope'; there are facts"):
        disclosure.frame("nope")


def test_a_path_counts_from_the_repository_in_a_notebook_too(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    disclosure = read("data/raw/urumqi_housing_fund_2024_budget")
    assert disclosure.source.source_id == "urumqi_housing_fund_2024_budget"
    with pytest.raises(DisclosureError, match="Name a source_id"):
        read("")

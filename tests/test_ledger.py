"""Every number of a document has an account, and every account a number in the document."""

import re
from collections import Counter
from pathlib import Path

import pytest

import helpers as hp
from helpers.document import Document
from helpers.ledger import keep_ledger, tokens_of

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
FOLDERS = sorted(path.parent for path in RAW.glob("*/source.yml"))


def accounts(*lines, **rows):
    """The account of each number of some lines, with claims and facts as given."""
    document = Document("a.txt", lines, (), "delimited")
    ledger = keep_ledger(document, [], [], {"facts": [], "claims": [], **rows})
    return [(entry.text, entry.account) for entry in ledger.entries]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("16, 291. 51 万元, 占 3%", ["16291.51", "3"]),
        ("529,387.01\t29,387.01", ["529387.01", "29387.01"]),
        ("１２．５", ["12.5"]),
        ("2024 年 1 月 1 日", ["2024", "1", "1"]),
        ("10人, 200元", ["10", "200"]),
        ("1,2345", ["1", "2345"]),
    ],
)
def test_numbers_are_found_as_printed(text, tokens):
    assert tokens_of(text) == tokens


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2024年部门预算", [("2024", "year")]),
        ("截至 2023 年底", [("2023", "year")]),
        ("总体规划(2021 至 2035)项目", [("2021", "year"), ("2035", "year")]),
        ("12月31日", [("12", "date"), ("31", "date")]),
        ("（乌政办【2022】28 号）", [("2022", "document_number"), ("28", "document_number")]),
        ("根据第三十七条，第7条规定", [("7", "ordinal")]),
        ("1、办公费；2.印刷费", [("1", "list_number"), ("2", "list_number")]),
        ("单价100万元（含）以上", [("100", "threshold")]),
        ("10天以上的会议", [("10", "threshold")]),
        ("联系电话：0991-4600128", [("0991", "telephone"), ("4600128", "telephone")]),
        ("A4 打印机，标准3.0", [("4", "version"), ("3.0", "version")]),
        ("共有 17 个", [("17", "unread")]),
    ],
)
def test_numbers_that_state_no_quantity(line, expected):
    assert accounts(line) == expected


def claim(value, origin):
    return {"value": value, "origin": origin}


def test_a_list_number_leaves_the_figure_its_claim():
    from decimal import Decimal

    got = accounts("2、笔记本电脑 2 台", claims=[claim(Decimal(2), "L1")])
    assert got == [("2", "list_number"), ("2", "claim")]


def test_a_figure_that_stands_on_no_line_is_invented():
    from decimal import Decimal

    document = Document("a.txt", ("结余 5 万元",), (), "delimited")
    ledger = keep_ledger(document, [], [], {"facts": [], "claims": [claim(Decimal("7.5"), "L1")]})
    assert ledger.invented == (("claim", "7.5", 1),)
    assert ledger.counts() == {"unread": 1}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_nothing_vanishes_and_nothing_is_invented(folder):
    disclosure = hp.read(folder)
    ledger = disclosure.ledger
    assert ledger.invented == ()
    counts = ledger.counts()
    digits = Counter(re.sub(r"[^0-9]", "", "".join(disclosure.document.lines)))
    assert Counter("".join(re.findall("[0-9]", "".join(e.text for e in ledger.entries)))) == digits
    assert (
        counts.get("claim", 0) >= len(disclosure.rows["claims"]) - 2
    )  # two figures are left blank
    assert counts.get("fact", 0) == len(disclosure.rows["facts"])
    listed = Counter(
        (row["origin"], token)
        for row in disclosure.rows["unread"]
        for token in tokens_of(row["text"])
    )
    for entry in ledger.entries:
        if entry.account == "unread":
            (token,) = tokens_of(entry.text)
            place = disclosure.document.places[entry.line - 1]
            assert listed[place, token] > 0, entry


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_amount_stands_at_its_origin(folder):
    disclosure = hp.read(folder)
    for fact in disclosure.rows["facts"]:
        assert fact["amount_text"] in disclosure.document.where(fact["origin"]), fact

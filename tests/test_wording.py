"""Sentences and labels: every template can be filled, and what is missing is named."""

import csv
from decimal import Decimal
from importlib.resources import files
from string import Formatter

import pandas as pd
import pytest

from helpers.wording import label, say

ROWS = list(
    csv.DictReader(
        (files("helpers") / "reference" / "wording.csv").read_text(encoding="utf-8").splitlines()
    )
)


def fields(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_a_sentence_is_filled():
    text = say("project.top", who="州住建局", cr1=0.625, n=24, cr3=0.9)
    assert text == (
        "州住建局: 62.5% of the money is in the largest of 24 projects, 90.0% in the three largest."
    )


@pytest.mark.parametrize("missing", [None, float("nan"), Decimal("NaN"), pd.NA])
def test_a_missing_figure_reads_as_missing(missing):
    text = say("cost.shares", who="州住建局", personnel=missing, public=0.1)
    assert "州住建局: not found personnel cost" in text
    assert "10.0% public cost" in text


def test_what_is_missing_is_named():
    with pytest.raises(KeyError, match=r"no key 'project\.nothing'"):
        say("project.nothing")
    with pytest.raises(KeyError, match=r"'project\.top' needs a value for 'cr1'"):
        say("project.top", who="x")
    with pytest.raises(KeyError, match=r"no text in 'zh' for the key 'project\.top'"):
        say("project.top", lang="zh", who="x", cr1=1, n=1, cr3=1)
    with pytest.raises(KeyError, match="language 'fr'"):
        say("project.top", lang="fr")
    with pytest.raises(KeyError, match=r"no key 'label\.nothing'"):
        label("nothing")


def test_labels_give_the_english_and_the_chinese_term():
    assert label("personnel") == "personnel cost 人员经费"
    assert label("final", "zh") == "决算"
    assert label("three_public", "en") == "“three public” expenses"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_every_row_is_sound(row):
    assert set(row) == {"key", "en", "zh"}
    assert row["en"].strip() == row["en"] != ""
    # Named fields only: a position would tie the sentence to the order of the code.
    assert all(name.isidentifier() for name in fields(row["en"]))
    if row["zh"]:
        assert fields(row["zh"]) == fields(row["en"])
    if row["key"].startswith("label."):
        assert row["zh"] and not fields(row["en"])


def test_keys_are_unique():
    keys = [row["key"] for row in ROWS]
    assert len(keys) == len(set(keys))

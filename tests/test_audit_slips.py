"""The likely slip: what is hinted at, what is left alone, how often the right figure is named."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.audit.causes import Failure, cause_numbers
from helpers.audit.formulas import GROWTH, SHARE, VARIANCE
from helpers.audit.identity import Figure, Identity, equality, figure, rate, sum_of
from helpers.audit.slips import suspicions
from helpers.bench.digits import Sweep, other_digit, sweep
from helpers.disclosure import Disclosure, evidence_of, read

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path.parent.name for path in (ROOT / "data" / "raw").glob("*/source.yml"))


def cell(name: str, value: str | None) -> Figure:
    return figure(None if value is None else Decimal(value), name, name, 2, key=f"t//{name}")


def equal(left: Figure, *right: Figure) -> Identity:
    return equality("table_class_sum", left.label, left, sum_of(right), "万元")


def square(**changed: str | None) -> list[Identity]:
    """Two rows of two amounts with their totals: each amount stands in two sums.

    3 4 |  7
    5 6 | 11
    8 10| 18
    """
    values = {"a": "3", "b": "4", "ab": "7", "c": "5", "d": "6", "cd": "11"}
    values |= {"ac": "8", "bd": "10", "abcd": "18"}
    cells = {name: cell(name, value) for name, value in (values | changed).items()}
    sums = [("ab", "a", "b"), ("cd", "c", "d"), ("ac", "a", "c"), ("bd", "b", "d")]
    sums += [("abcd", "ab", "cd"), ("abcd", "ac", "bd")]
    return [equal(cells[whole], cells[one], cells[other]) for whole, one, other in sums]


def hints(identities: list[Identity]) -> set[tuple[str, str, str]]:
    found = suspicions(identities).values()
    return {
        (term.label, f"{value:f}", one.slip.kind)
        for one in found
        if one.slip
        for term, value in zip(one.slip.terms, one.slip.values, strict=True)
    }


def test_nothing_is_suspected_where_all_holds() -> None:
    assert suspicions(square()) == {}


@pytest.mark.parametrize(
    ("name", "printed", "right", "kind"),
    [
        ("a", "2", "3", "digit"),
        ("cd", "12", "11", "digit"),
        ("abcd", "81", "18", "swap"),
        ("b", "0.04", "4", "shift"),
        ("b", "40000", "4", "unit"),
        ("c", None, "5", "blank"),
        ("d", "17", "6", "other"),
    ],
)
def test_a_figure_in_two_sums_is_singled_out(
    name: str, printed: str | None, right: str, kind: str
) -> None:
    identities = square(**{name: printed})
    assert hints(identities) == {(name, right, kind)}
    assert all(one.suspects[0].terms[0].label == name for one in suspicions(identities).values())


def test_two_figures_in_each_others_place() -> None:
    confirmed = [equal(cell("b", "4"), cell("x", "4")), equal(cell("d", "6"), cell("y", "6"))]
    found = hints([*square(a="5", c="3"), *confirmed])
    assert {(name, value) for name, value, _ in found} == {("a", "3"), ("c", "5")}


def test_a_sum_alone_singles_out_nothing() -> None:
    identities = [equal(cell("sum", "12"), cell("one", "3"), cell("two", "4"))]
    (found,) = suspicions(identities).values()
    assert found.slip is None
    assert {slip.terms[0].label for slip in found.suspects} == {"sum", "one", "two"}


def test_a_figure_that_two_sums_want_to_be_different_gets_no_hint() -> None:
    blank = cell("blank", None)
    identities = [equal(blank, cell("one", "3")), equal(blank, cell("two", "4"))]
    assert hints(identities) == set()


def test_a_rate_is_suspected_where_its_figures_are_confirmed() -> None:
    part, base = cell("part", "60"), cell("base", "1986.59")
    share = rate(
        "claim_share", "s", figure(Decimal(7), "share", "L1", None), 0, SHARE, [part, base], ""
    )
    assert share is not None
    confirmed = [equal(part, cell("x", "60")), equal(base, cell("y", "1986.59"))]
    assert hints([share, *confirmed]) == {("share", "3", "digit")}
    assert hints([share]) == set()


@pytest.mark.parametrize(
    ("formula", "values", "exact"),
    [
        (GROWTH, (20, 120), 20),
        (GROWTH, (5, 5), 100),
        (GROWTH, (0, 0), 0),
        (VARIANCE, (80, 100), 25),
        (VARIANCE, (0, 100), 100),
        (SHARE, (1, 4), 25),
    ],
)
def test_rates_by_formula_and_convention(formula, values, exact) -> None:  # type: ignore[no-untyped-def]
    assert formula.exact(values) == exact


def test_a_blank_is_not_filled_from_figures_that_are_wrong_themselves() -> None:
    blank, one, two = cell("blank", None), cell("one", "3"), cell("two", "4")
    doubtful = equal(cell("other", "9"), two, cell("more", "1"))
    assert hints([equal(blank, one, two), doubtful]) == set()
    assert hints([equal(blank, one, two)]) == {("blank", "7", "blank")}


def test_findings_of_one_cause() -> None:
    """132.19 misses in two sentences; between two tables 129.16 and 3.03 make it up."""

    def differ(left: str, right: str, repeats: str = "") -> Failure:
        one = equality("cross_project", left, cell(left, left), cell(right, right), "万元", repeats)
        return Failure(one, one.left.origins, one.right.origins)

    failures = [
        differ("1846.59", "1714.40"),
        differ("498.19", "366", "t5/t7"),
        differ("495.16", "366", "t5/t7"),
        differ("3.03", "0", "t5/t7"),
        differ("12", "10"),
        differ("16", "14"),
    ]
    assert cause_numbers(failures) == [1, 1, 1, 1, 2, 3]


@pytest.fixture(scope="module")
def changji() -> Disclosure:
    return read(ROOT / "data" / "raw" / "changji_housing_2023_budget")


@pytest.mark.parametrize(
    ("origin", "value"),
    [
        # 本年收入 repeats the grand total: 1714.40 + 60; 上年结转结余 is 132.19 + 80.
        ("L54", "1774.4"),
        ("L140", "212.19"),
        # 5.单位资金 is blank over 其他收入 60, 2.非财政拨款结转结余 over 单位资金 80.
        ("L110", "60"),
        ("L165", "80"),
        # 128.6 + 3 + 31.5 + 463.66 on the section, repeated on the class.
        ("L790", "626.76"),
        ("L782", "626.76"),
        # The total stands once more in the row of 201.
        ("L908", "0"),
        # 基本支出 is left out: 1213.76 + 134.64.
        ("L2312", "1348.4"),
        # 60 of 1986.59, and 40 down to nothing.
        ("L2262", "3"),
        ("L2397", "100"),
    ],
)
def test_hints_in_a_document_full_of_mistakes(changji: Disclosure, origin: str, value: str) -> None:
    found = {
        pair
        for row in changji.rows["findings"]
        for pair in zip(row["hint_origin"].split(";"), row["hint_value"].split(";"), strict=True)
        if row["hint_origin"]
    }
    assert (origin, value) in found


def test_a_table_full_of_mistakes_gives_no_hint(changji: Disclosure) -> None:
    """Table 2 counts the money carried over twice: what repairs a part of it proves nothing."""
    table_2 = range(213, 671)
    hinted = {
        place
        for row in changji.rows["findings"]
        for place in row["hint_origin"].split(";")
        if place and int(place[1:]) in table_2
    }
    assert hinted == set()


def test_a_hint_comes_with_its_evidence(changji: Disclosure) -> None:
    row = next(row for row in changji.rows["findings"] if row["hint_origin"] == "L790")
    assert row["hint_evidence"].startswith(
        "疑似笔误：表3/城乡社区管理事务（21201）·项目支出（L790）应为626.76（现为629.76）"
    )
    assert (
        "4 of the identities that fail would hold and 0 that hold would fail"
        in (row["hint_evidence_en"])
    )
    for row in changji.rows["findings"]:
        assert bool(row["hint_origin"]) == bool(row["hint_value"]) == bool(row["hint_evidence"])


@pytest.mark.parametrize("source_id", SOURCES)
def test_a_changed_digit_is_noticed_and_suspected(source_id: str) -> None:
    """A seeded sample; ``make bench`` changes every amount."""
    found = sweep(read(ROOT / "data" / "raw" / source_id), most=12, seed=7)
    assert isinstance(found, Sweep)
    assert found.covered >= 10
    assert found.noticed + found.rounding >= found.covered - 1
    assert found.suspected >= found.noticed - 1
    assert found.hinted_right >= found.hinted - 1


def test_the_audit_of_changed_figures_leaves_the_published_ones_alone(changji: Disclosure) -> None:
    before = [dict(row) for row in changji.rows["facts"]]
    sweep(changji, most=2, seed=3)
    assert [dict(row) for row in changji.rows["facts"]] == before
    assert evidence_of(changji).facts == before


def test_a_changed_digit_differs_in_one_place() -> None:
    chance = random.Random(5)
    for text in ("1846.59", "0.5", "7"):
        other = other_digit(text, chance)
        assert sum(a != b for a, b in zip(text, other, strict=True)) == 1

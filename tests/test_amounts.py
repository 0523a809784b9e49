"""Amounts: exact, blank, dash or refused; never guessed."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.amounts import (
    UNIT_FACTORS,
    Amount,
    Blank,
    find_unit,
    parse_amount,
    parse_number,
    plain,
)

MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("529,387.01", "529387.01"),
        ("529387.01", "529387.01"),
        ("0", "0"),
        ("0.00", "0.00"),
        ("1714.40　", "1714.40"),
        ("-3.5", "-3.5"),
        ("−3.5", "-3.5"),
        ("–3.5", "-3.5"),
        ("（3.50）", "-3.50"),
        ("(1,003.50)", "-1003.50"),
        ("１，１３１．１０", "1131.10"),
        ("16, 291. 51", "16291.51"),
        ("16，291。51", "16291.51"),
        ("3403 8.04", "34038.04"),
        ("529,387. 01", "529387.01"),
    ],
)
def test_numbers(text, value):
    number = parse_number(text)
    assert number == Decimal(value)
    assert number.as_tuple() == Decimal(value).as_tuple()


@pytest.mark.parametrize(
    "text",
    [
        *["1,23", "1,2345", "12,34.5", "1.2.3", "1..2", ".5", "5.", "1,131,10", "--1", "1-2"],
        *["12%", "3人", "2024年", "约5", "193.l5", "29,387.01元", "29,387.0126.05"],
        *["（3）", "(1,23.5)", "(1.2.3)", "", "　", "—", "05", "00", "0,123", "-01.5", "٣"],
    ],
)
def test_no_number(text):
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["12.5①", "12.5²", "①", "10³", "½", "Ⅻ", "㊿"])
def test_footnote_marks_and_raised_figures_are_no_digits(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    "text", ["366 12", "100 200", "29,387.01 500", "1,131.10 26.05", "12.5 2", "1 2"]
)
def test_two_figures_in_one_cell_are_not_made_one(text):
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["", " ", "\t", "　", "\u00a0", " 　 "])
def test_blank(text):
    assert parse_amount(text) is Blank.EMPTY


@pytest.mark.parametrize("text", ["-", "—", "——", "－", "– –", "―", "/", "　—　"])
def test_dash(text):
    assert parse_amount(text) is Blank.DASH


def test_zero_is_neither_blank_nor_dash():
    assert parse_amount("0.00") == Amount(Decimal("0.00"), "0.00")


@pytest.mark.parametrize("text", ["其中", "合计", "1,23", "193.l5", "元", "※"])
def test_text_is_left_to_the_caller(text):
    assert parse_amount(text) is None


def test_amount_keeps_its_text_and_tells_of_blanks():
    assert parse_amount(" 1,131.10　") == Amount(Decimal("1131.10"), "1,131.10", False)
    assert parse_amount("16, 291. 51") == Amount(Decimal("16291.51"), "16, 291. 51", True)


@pytest.mark.parametrize(
    ("unit", "yuan"),
    [
        ("元", "1131.1"),
        ("千元", "1131100"),
        ("万元", "11311000"),
        ("百万元", "1131100000"),
        ("亿元", "113110000000"),
    ],
)
def test_yuan(unit, yuan):
    assert str(parse_amount("1,131.10").in_yuan(unit)) == yuan


def test_plain_has_neither_exponent_nor_trailing_zeros():
    assert [str(plain(Decimal(text))) for text in ("1E+4", "1.50", "0.00", "-0.30")] == [
        "10000",
        "1.5",
        "0",
        "-0.3",
    ]


@given(MONEY)
def test_round_trip_without_separators(value):
    assert parse_number(f"{value:f}") == value


@given(MONEY)
def test_round_trip_with_separators(value):
    assert parse_number(f"{value:,f}") == value


@given(MONEY, st.sampled_from(sorted(UNIT_FACTORS)))
def test_yuan_are_exact(value, unit):
    amount = parse_amount(f"{value:,f}")
    assert amount.in_yuan(unit) / UNIT_FACTORS[unit] == value


@given(st.text(alphabet="0123456789,.-()（） 　①²l万元", max_size=12))
def test_any_text_is_an_amount_a_blank_or_neither(text):
    found = parse_amount(text)
    assert found is None or isinstance(found, Amount | Blank)
    if isinstance(found, Amount):
        assert re.sub(r"[^0-9]", "", f"{found.value:f}") == re.sub(r"[^0-9]", "", text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：万元", "万元"),
        ("单位:元", "元"),
        ("金额单位：人民币千元", "千元"),
        ("单位：百万元", "百万元"),
        ("单位：亿元", "亿元"),
        ("单 位 ： 万 元", "万元"),
        ("编制部门（单位）：昌吉州住房和城乡建设局                  单位：万元", "万元"),
        ("编制单位：昌吉州住房和城乡建设局：", None),
        ("单位：人", None),
        ("收支总预算1986.59万元", None),
    ],
)
def test_unit(text, unit):
    assert find_unit(text) == unit


@pytest.mark.parametrize("place", ["元氏县财政局", "元谋县住建局", "元宝山区教育局"])
def test_a_place_whose_name_begins_with_yuan_is_no_unit(place):
    assert find_unit(f"编制单位：{place}") is None
    assert find_unit(f"编制单位：{place}　　单位：万元") == "万元"


def test_digits_run_together_are_no_amount():
    assert parse_number("12345678901234567890") == Decimal("12345678901234567890")
    assert parse_number("123456789012345678901234567.00") is None

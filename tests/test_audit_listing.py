"""What the audit says in a terminal: causes, coverage, hints, and its width."""

from decimal import Decimal
from pathlib import Path

import pytest

from helpers.audit.by_cause import causes, money_gap, relative_gap
from helpers.audit.coverage import by_family, coverage
from helpers.audit.listing import WIDTH, listing, tell_hints, tell_suspects
from helpers.disclosure import Disclosure, read
from helpers.line_breaks import text_columns

ROOT = Path(__file__).resolve().parents[1]
WITH_FINDINGS = "changji_housing_2023_budget"
CLEAN = "urumqi_housing_2024_budget"

BASE = {
    "finding_no": 1,
    "cause_no": 1,
    "rule_id": "table_row_sum",
    "severity": "error",
    "damage": "published",
    "subject": "表2/行政运行",
    "left_label": "表2/行政运行·总计",
    "left_value": "679.05",
    "left_origin": "L465",
    "right_label": "表2/行政运行·各栏之和",
    "right_value": "954.14",
    "right_origin": "L466;L474",
    "difference": Decimal("-275.09"),
    "tolerance": Decimal("0.015"),
    "unit": "万元",
    "hint_origin": "",
    "hint_value": "",
    "hint_evidence": "",
    "statement_zh": "…",
    "statement_en": "…",
}


def finding(**changes: object) -> dict:
    return BASE | changes


@pytest.fixture(scope="module")
def disclosures() -> dict[str, Disclosure]:
    return {name: read(ROOT / "data" / "raw" / name) for name in (WITH_FINDINGS, CLEAN)}


def test_findings_of_one_cause_are_one_entry_and_rounding_is_none():
    rows = [
        finding(finding_no=1, severity="suspicious"),
        finding(finding_no=2),
        finding(finding_no=3, cause_no=2, severity="rounding"),
        finding(finding_no=4, cause_no=3, difference=Decimal("9000")),
        finding(finding_no=5, cause_no=4, severity="suspicious", difference=Decimal("99000")),
        finding(finding_no=6, cause_no=5, damage="conversion", difference=Decimal("99999")),
        finding(finding_no=7, cause_no=3, difference=Decimal("9100")),
    ]
    found = causes(rows)
    assert [cause.number for cause in found] == [3, 1, 4, 5]
    assert [row["finding_no"] for row in found[0].rows] == [7, 4]  # the weightiest leads
    assert [row["finding_no"] for row in found[1].rows] == [2, 1]
    assert [cause.is_conversion for cause in found] == [False, False, False, True]


def test_money_comes_before_rates_and_rates_before_texts():
    rows = [
        finding(finding_no=1, cause_no=1, unit="", difference=None),
        finding(finding_no=2, cause_no=2, unit="%", difference=Decimal(500)),
        finding(finding_no=3, cause_no=3, difference=Decimal("0.03")),
    ]
    assert [cause.number for cause in causes(rows)] == [3, 2, 1]


def test_gap_in_yuan_and_relative_to_the_larger_figure():
    assert money_gap(finding()) == Decimal("2750900")
    assert relative_gap(finding()) == pytest.approx(275.09 / 954.14)
    blank = finding(left_value="", right_value="60", difference=None)
    assert money_gap(blank) == Decimal("600000")
    assert relative_gap(blank) == 1
    text = finding(left_value="甲", right_value="乙", difference=None, unit="")
    assert money_gap(text) is None
    assert relative_gap(text) is None
    persons = finding(left_value="11", right_value="10", difference=Decimal(1), unit="个")
    assert money_gap(persons) is None
    assert relative_gap(persons) == pytest.approx(1 / 11)


def test_hint_is_called_a_hint_and_left_out_where_there_is_none():
    (without,) = causes([finding()])
    assert without.hints == [] and tell_hints(without) == [] and tell_suspects(without) == ""
    slip = {"hint_origin": "L465", "hint_value": "954.14", "hint_evidence": "疑似笔误。"}
    rows = [
        finding(finding_no=1, suspects="L465;L466"),
        finding(finding_no=2, **slip, hint_evidence_en="Likely slip."),
        finding(finding_no=3, **slip, hint_evidence_en="Likely slip."),
    ]
    (cause,) = causes(rows)
    assert tell_hints(cause) == ["Hint, not a finding. Likely slip."]
    assert tell_hints(cause, "zh") == ["线索（仅供参考）。疑似笔误。"]
    assert tell_suspects(cause) == ""  # the hint says more
    (bare,) = causes([finding(hint_origin="L465", hint_value="954.14")])
    assert tell_hints(bare) == ["Hint, not a finding. L465 would read 954.14"]


def test_figures_most_suspected_are_named_where_there_is_no_hint():
    (cause,) = causes([finding(suspects="L465;L466"), finding(finding_no=2, suspects="L466;L7;L8")])
    told = "Figures most suspected, the likeliest first: L465 L466 L7."
    assert tell_suspects(cause) == told


def test_counts_by_family(disclosures):
    rows = disclosures[WITH_FINDINGS].rows
    counts = by_family(rows["checks"], rows["findings"])
    assert [count.family for count in counts][:2] == ["table", "between tables"]
    assert sum(count.checks for count in counts) == len(rows["checks"])
    assert sum(count.failed for count in counts) == sum(
        row["status"] == "fail" for row in rows["checks"]
    )
    assert sum(count.causes for count in counts) == len(causes(rows["findings"]))


def test_coverage_counts_figures_where_a_check_could_be_made():
    empty = {"claims": [], "projects": [], "indicators": []}
    rows = {
        "checks": [
            {"rule_id": "table_row_sum", "status": "pass", "origins": "L1;L2"},
            {"rule_id": "table_row_sum", "status": "not_checkable", "origins": "L3"},
            {"rule_id": "code_label", "status": "pass", "origins": "L4"},
        ],
        "facts": [{"origin": f"L{line}"} for line in (1, 2, 3, 4)],
    }
    (facts,) = coverage(rows | empty)
    assert facts == ("table_amounts", 4, 2)
    assert facts.share == 0.5


def test_nothing_is_wider_than_the_terminal(disclosures):
    for disclosure in disclosures.values():
        for lang in ("en", "zh"):
            lines = listing(disclosure, lang).splitlines()
            assert max(map(text_columns, lines)) <= WIDTH


def test_entry_shows_both_sides_and_their_places(disclosures):
    lines = listing(disclosures[WITH_FINDINGS]).splitlines()
    (start,) = [number for number, line in enumerate(lines) if "  evaluated projects " in line]
    assert text_columns(lines[start]) == WIDTH
    assert lines[start].endswith("   difference 1个")
    assert lines[start + 1 : start + 3] == [
        " " * 20 + "11个  文字所述有绩效目标的项目 L2426",
        " " * 20 + "10个  绩效目标表份数 L2435 L2559 L2682 L2806 L2910 L3004 L3118 L3225 …",
    ]


def test_disclosure_without_findings_says_what_was_checked(disclosures):
    text = listing(disclosures[CLEAN])
    assert "0 do not hold" in text
    assert text.endswith(
        "Nothing was found that does not add up: every check that could be made holds."
    )
    assert "Errors" not in text

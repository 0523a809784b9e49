"""What the audit says in a terminal: causes, coverage, hints, and its width."""

from decimal import Decimal
from pathlib import Path

import pytest

from helpers.audit.by_cause import causes, money_gap, relative_gap
from helpers.audit.coverage import by_family, coverage
from helpers.audit.listing import WIDTH, listing, tell_hints, tell_suspects
from helpers.disclosure import Disclosure, read
from helpers.line_breaks import text_columns
from made_up_findings import OF_EACH_KIND, finding, with_findings, words

ROOT = Path(__file__).resolve().parents[1]
WITH_FINDINGS = "changji_housing_2023_budget"
OTHER = "urumqi_housing_2024_budget"


@pytest.fixture(scope="module")
def disclosures() -> dict[str, Disclosure]:
    return {name: read(ROOT / "data" / "raw" / name) for name in (WITH_FINDINGS, OTHER)}


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


def test_nothing_is_most_suspected_where_everything_is():
    (cause,) = causes([finding(suspects="L474;L465;L466")])
    assert cause.suspects == [] and tell_suspects(cause) == ""


def test_words_are_told_from_figures():
    about = [
        (words(), True),
        (finding(), False),
        (finding(left_value="", difference=None), False),  # an amount beside a blank
        (words(left_value="", right_value="原因是增加　万元"), True),
    ]
    for row, is_about_words in about:
        (cause,) = causes([row])
        assert cause.is_about_words == is_about_words


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


def entry(disclosure: Disclosure, *findings: dict, lang: str = "en") -> list[str]:
    """The lines below the only heading of a listing."""
    lines = listing(with_findings(disclosure, findings), lang).splitlines()
    (start,) = [number for number, line in enumerate(lines) if line.startswith("──")]
    return lines[start + 2 :]


def test_entry_shows_both_sides_and_their_places(disclosures):
    places = ";".join(f"L{number}" for number in range(1, 12))
    row = finding(rule_id="evaluation_count", unit="个", left_value="11", right_value="10")
    row |= {"difference": Decimal(1), "right_origin": places}
    first, *sides = entry(disclosures[OTHER], row)
    assert text_columns(first) == WIDTH
    assert first.startswith("   1  evaluated projects ") and first.endswith("   difference 1个")
    assert sides == [
        " " * 20 + "11个  表2/行政运行·总计 L465",
        " " * 20 + "10个  表2/行政运行·各栏之和 L1 L2 L3 L4 L5 L6 L7 L8 …",
    ]


def test_words_stand_side_by_side_where_they_fit(disclosures):
    short = entry(disclosures[OTHER], words())
    assert short == ["   1  numbering", "      “5.”  序号 L465  ≠  “4.”  3.之后 L466"]
    first, second = entry(disclosures[OTHER], words(left_value="长" * 40))[1:]
    assert first == f"      “{'长' * 40}”  序号 L465"
    assert second == "      “4.”  3.之后 L466"


def test_findings_of_a_large_cause_are_counted_where_they_are_not_named(disclosures):
    rows = [finding(finding_no=n, left_origin=f"L{n}") for n in range(1, 17)]
    text = " ".join(map(str.strip, entry(disclosures[OTHER], *rows)))
    assert "same cause: 2 (L2), " in text and "7 (L7) … and 9 more of this cause; --format" in text
    assert "8 (L8)" not in text
    assert "more of this cause" not in " ".join(entry(disclosures[OTHER], *rows[:7]))
    assert "同一原因另有9项" in "".join(entry(disclosures[OTHER], *rows, lang="zh"))


def test_every_severity_has_its_heading_and_every_cause_its_entry(disclosures):
    lines = listing(with_findings(disclosures[OTHER], OF_EACH_KIND)).splitlines()
    headings = [line.strip("─ ") for line in lines if line.startswith("──")]
    assert headings == [
        "Errors (causes: 6, findings: 7)",
        "Suspicious, may be right (causes: 1, findings: 1)",
        "Notes (causes: 1, findings: 1)",
        "Damage done by the conversion of the document, not by the department",
    ]
    entries = [line for line in lines if line[:6].strip().isdigit() and line[4:6] == "  "]
    assert [int(line[:4]) for line in entries] == [6, 3, 1, 7, 4, 8, 9, 10, 11]
    assert any(line.startswith("      Hint, not a finding. Likely slip <b>.") for line in lines)


def test_disclosure_without_findings_says_what_was_checked(disclosures):
    text = listing(with_findings(disclosures[OTHER], ()))
    assert "2 checks by 1 rules: 1 hold, 0 of them within rounding; 0 do not hold; 1 cannot" in text
    assert text.endswith(
        "Nothing was found that does not add up: every check that could be made holds."
    )
    assert "Errors" not in text

"""A disclosure with findings of each kind, made up, so that no test hangs on the rules of a day.

The document is a real one, so that its lines can be shown; which findings it has is said here.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from helpers.audit import rules
from helpers.disclosure import Disclosure

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
    "suspects": "",
    "hint_origin": "",
    "hint_value": "",
    "hint_evidence": "",
    "hint_evidence_en": "",
    "statement_zh": "横向合计：甲为679.05万元，与乙（954.14万元）不一致。",
    "statement_en": "row total: 甲 is stated as 679.05万元, which does not equal 954.14万元 (乙).",
}


def finding(**changes: object) -> dict:
    return BASE | changes


def words(**changes: object) -> dict:
    """A finding that compares words: it has no unit and no difference."""
    wording = {
        "rule_id": "text_numbering",
        "left_label": "序号",
        "left_value": "5.",
        "right_label": "3.之后",
        "right_value": "4.",
        "right_origin": "L466",
        "difference": None,
        "tolerance": None,
        "unit": "",
    }
    return finding(**(wording | changes))


HINT = {
    "hint_origin": "L465",
    "hint_value": "954.14",
    "hint_evidence": "疑似笔误 <b>。",
    "hint_evidence_en": "Likely slip <b>.",
}

#: Findings 1 and 2 have one cause, every other one its own.
OF_EACH_KIND = (
    finding(),
    finding(finding_no=2, difference=Decimal("-9"), left_origin="L467"),
    finding(finding_no=3, cause_no=2, rule_id="cross_income", difference=Decimal("-300"), **HINT),
    finding(finding_no=4, cause_no=3, rule_id="claim_growth", unit="%", difference=Decimal("5")),
    finding(finding_no=5, cause_no=4, rule_id="table_total_sum", severity="rounding"),
    finding(finding_no=6, cause_no=5, rule_id="narrative_table", left_value="", difference=None),
    finding(finding_no=7, cause_no=6, rule_id="evaluation_count", unit="个", left_value="9"),
    words(finding_no=8, cause_no=7),
    words(finding_no=9, cause_no=8, rule_id="project_name", severity="suspicious"),
    words(finding_no=10, cause_no=9, rule_id="own_operating_cost", severity="note"),
    finding(finding_no=11, cause_no=10, damage="conversion"),
)


def with_findings(
    disclosure: Disclosure, findings: Sequence[dict], held: Sequence[str] = ("table_class_sum",)
) -> Disclosure:
    """Return a disclosure with other findings, each a check that fails, and checks that hold."""
    source_id = disclosure.source.source_id
    rows = [row | {"source_id": source_id} for row in findings]
    order = list(rules())
    made = [
        {
            "rule_id": row["rule_id"],
            "status": "pass" if row["severity"] == "rounding" else "fail",
            "origins": f"{row['left_origin']};{row['right_origin']}",
        }
        for row in rows
    ]
    made += [{"rule_id": rule_id, "status": "pass", "origins": "L480"} for rule_id in held]
    made.append({"rule_id": "table_class_sum", "status": "not_checkable", "origins": "L481"})
    made.sort(key=lambda row: order.index(row["rule_id"]))
    checks = [row | {"source_id": source_id, "n_cells": 2} for row in made]
    return replace(disclosure, rows={**disclosure.rows, "findings": rows, "checks": checks})

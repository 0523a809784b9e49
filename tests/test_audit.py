"""The audit: what does not add up in the published documents, and what only looks so."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from helpers.__main__ import main
from helpers.audit import evaluate, finding_rows, rules
from helpers.audit.claims import Claims
from helpers.audit.evaluations.scoring import inferred_rule
from helpers.disclosure import Disclosure, audit_rows, evidence_of, read
from helpers.performance import Evaluation, Indicator, read_evaluations
from helpers.reference_data import read_reference

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "data" / "raw").glob("*/source.yml"))
ENTRY = re.compile(r" {,3}\d+  \S")  # of the listing: the number of a finding and its rule
OTHERS = re.compile(r"^ +same cause: (.+)$", re.M)
EXPECTED = ROOT / "tests" / "fixtures" / "audit" / "published_findings.csv"


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def published(request: pytest.FixtureRequest) -> Disclosure:
    return read(request.param)


def new_rules(disclosure: Disclosure, **changed: Any) -> set[str]:
    """Return the rules of errors that changed figures add to those of the published document."""

    def errors(rows: list[dict[str, Any]]) -> Counter[tuple[str, ...]]:
        values = ("rule_id", "left_value", "right_value", "left_origin", "right_origin")
        return Counter(
            tuple(row[key] for key in values) for row in rows if row["severity"] == "error"
        )

    found = audit_rows("x", replace(evidence_of(disclosure), **changed))["findings"]
    return {rule_id for rule_id, *_ in errors(found) - errors(disclosure.rows["findings"])}


def first(origins: str) -> str:
    return origins.partition(";")[0]


# --- the five documents ------------------------------------------------------------------------


def test_findings_are_those_checked_by_eye(published: Disclosure) -> None:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        expected = [
            row for row in csv.DictReader(file) if row["source_id"] == published.source.source_id
        ]
    values = ("source_id", "rule_id", "severity", "left_value", "right_value")
    found = [
        {key: row[key] for key in values}
        | {key: first(row[key]) for key in ("left_origin", "right_origin")}
        for row in published.rows["findings"]
    ]
    assert found == expected


def test_every_finding_is_a_sentence_with_both_figures(published: Disclosure) -> None:
    for row in published.rows["findings"]:
        for sentence in (row["statement_zh"], row["statement_en"]):
            assert row["left_value"] in sentence and row["right_value"] in sentence
        assert row["statement_zh"].endswith("。") and row["statement_en"].endswith(".")
        assert row["left_origin"] or row["right_origin"]
        if row["difference"] is not None:
            within = abs(row["difference"]) <= row["tolerance"]
            assert within == (row["severity"] == "rounding")


def test_checks_cover_every_finding(published: Disclosure) -> None:
    checks = published.rows["checks"]
    failed = {row["rule_id"] for row in checks if row["status"] == "fail"}
    findings = published.findings()
    assert failed == set(findings[findings["severity"] != "rounding"]["rule_id"])
    assert sum(row["status"] == "pass" for row in checks) > 200
    assert len(published.findings("error")) == sum(findings["severity"] == "error")


def test_key_figures_name_the_findings_that_touch_them() -> None:
    disclosure = read(ROOT / "data" / "raw" / "changji_housing_2023_budget")
    numbered = {str(row["finding_no"]): row for row in disclosure.rows["findings"]}
    touched = {row["origin"]: row["findings"] for row in disclosure.rows["key_figures"]}
    assert any(touched.values())
    for origin, numbers in touched.items():
        for number in filter(None, numbers.split(";")):
            row = numbered[number]
            assert row["severity"] != "rounding"
            assert origin in f"{row['left_origin']};{row['right_origin']}".split(";")


# --- a changed figure is found, and rounding is not ---------------------------------------------


def changed_fact(disclosure: Disclosure, origin: str, column: str, text: str) -> list[Any]:
    rows = [
        row | {"amount_text": text, "amount_yuan": Decimal(text.replace(",", "")) * 10_000}
        if row["origin"] == origin and row["column_path"] == column
        else row
        for row in disclosure.rows["facts"]
    ]
    assert rows != disclosure.rows["facts"]
    return rows


def test_a_changed_digit_fails_its_sums_across_down_and_between_tables() -> None:
    disclosure = read(ROOT / "data" / "raw" / "urumqi_housing_2024_budget")
    facts = changed_fact(disclosure, "L286", "一般公共预算支出/项目支出", "23,701.53")
    assert new_rules(disclosure, facts=facts) == {
        "table_class_sum",
        "table_section_sum",
        "table_row_sum",
        "cross_project",
    }
    found = audit_rows("x", replace(evidence_of(disclosure), facts=facts))["findings"]
    own = {"table_class_sum", "table_section_sum", "table_row_sum", "cross_project"}
    errors = [row for row in found if row["severity"] == "error" and row["rule_id"] in own]
    assert len({row["cause_no"] for row in errors}) == 1


def test_a_last_digit_within_the_bound_is_rounding() -> None:
    disclosure = read(ROOT / "data" / "raw" / "urumqi_housing_2024_budget")
    facts = changed_fact(disclosure, "L286", "一般公共预算支出/项目支出", "23,700.54")
    assert new_rules(disclosure, facts=facts) == set()
    found = audit_rows("x", replace(evidence_of(disclosure), facts=facts))["findings"]
    touching = [row for row in found if "L286" in f"{row['left_origin']};{row['right_origin']}"]
    assert len(touching) >= 4
    assert {row["severity"] for row in touching} == {"rounding"}


def changed_claims(disclosure: Disclosure, changes: dict[int, Decimal]) -> list[Any]:
    return [
        row | {"value": changes.get(row["claim_no"], row["value"])}
        for row in disclosure.rows["claims"]
    ]


@pytest.mark.parametrize(
    ("text", "role", "subject", "value", "rule_id"),
    [
        ("96.50%", "share", "本年收入/财政拨款收入", "95.60", "claim_share"),
        ("8.48%", "growth", "收入支出总体", "8.84", "claim_growth"),
        ("17.02%", "variance_rate", "财政拨款收入支出总体/预决算差异率", "12.70", "claim_variance"),
        ("109人", "count", "实有人数", "110", "claim_persons"),
        ("330.89万元", "amount", "政府采购支出总额", "380.89", "claim_procurement"),
        (
            "131.74万元",
            "amount",
            "一般公共预算财政拨款基本支出/公用经费",
            "137.14",
            "claim_list_sum",
        ),
    ],
)
def test_a_changed_figure_of_a_sentence(
    text: str, role: str, subject: str, value: str, rule_id: str
) -> None:
    disclosure = read(ROOT / "data" / "raw" / "changji_housing_2024_final")
    number = next(
        row["claim_no"]
        for row in disclosure.rows["claims"]
        if row["role"] == role and row["subject"] == subject and text in row["text"]
    )
    claims = changed_claims(disclosure, {number: Decimal(value)})
    assert rule_id in new_rules(disclosure, claims=claims)


@pytest.mark.parametrize(
    ("role", "subject", "value", "rule_ids"),
    [
        (
            "amount",
            "一般公共预算基本支出/公用经费",
            "424.09",
            {"narrative_table", "claim_list_sum"},
        ),
        ("amount", "班车租赁/预算安排规模", "86.70", {"narrative_project", "claim_allocation"}),
        ("amount", "上年结转结余/财政拨款", "361.05", {"narrative_table", "claim_list_sum"}),
        ("count", "当年财政拨款项目", "25", {"evaluation_count"}),
        ("amount", "当年财政拨款项目/涉及预算金额", "524982.05", {"evaluation_sum"}),
        (
            "amount",
            "互嵌式工作领导小组办公室工作专项经费/民族团结和谐社区居住工作经费申请/电费",
            "1.60",
            {"claim_list_sum"},
        ),
    ],
)
def test_a_changed_figure_of_a_sentence_against_its_table(
    role: str, subject: str, value: str, rule_ids: set[str]
) -> None:
    disclosure = read(ROOT / "data" / "raw" / "urumqi_housing_2024_budget")
    number = next(
        row["claim_no"]
        for row in disclosure.rows["claims"]
        if row["role"] == role and row["subject"] == subject
    )
    claims = changed_claims(disclosure, {number: Decimal(value)})
    assert new_rules(disclosure, claims=claims) == rule_ids


def test_a_sentence_without_unit_speaks_in_the_usual_one() -> None:
    rows = [
        {"role": "amount", "unit": unit, "value": Decimal(value), "subject": "", "section": ""}
        for unit, value in (("元", "12.50"), ("元", "80.00"), ("", "80"))
    ]
    claims = Claims.of([row | {"direction": "", "origin": "L1"} for row in rows])
    bare = claims.figure(claims.rows[2])
    assert (claims.unit(claims.rows[2]), bare.half) == ("元", Decimal("0.005"))


def test_unfounded_growth_and_nothing_to_nothing_are_conventions() -> None:
    """增长100% from nothing, and 0 to 0 as 增长0%, as the final accounts print them."""
    disclosure = read(ROOT / "data" / "raw" / "urumqi_natural_resources_2024_final")
    from_nothing = [
        one
        for one in evaluate(evidence_of(disclosure))
        if one.rule_id == "claim_growth" and one.left.value in (Decimal("100.00"), Decimal("0.00"))
    ]
    assert len(from_nothing) > 5
    assert {one.verdict for one in from_nothing} == {"equal"}


FINAL_ACCOUNTS = """某市园林局2024年度部门决算公开说明
表 4
财政拨款收入支出决算总表
单位：万元
收入\t\t支出\t
项目\t决算数\t项目\t决算数
一、一般公共预算财政拨款\t100.00\t一、一般公共服务支出\t60.00
二、政府性基金预算财政拨款\t20.00\t二、城乡社区支出\t50.00
本年收入合计\t120.00\t本年支出合计\t110.00
年初财政拨款结转和结余\t10.00\t年末财政拨款结转和结余\t20.00
一般公共预算财政拨款\t7.00\t\t
政府性基金预算财政拨款\t3.00\t\t
总计\t130.00\t总计\t130.00
"""


@pytest.mark.parametrize(
    ("printed", "changed", "rule_id"),
    [
        ("", "", ""),
        ("本年收入合计\t120.00", "本年收入合计\t121.00", "table_total_sum"),
        ("财政拨款\t7.00", "财政拨款\t8.00", "table_part_sum"),
        ("总计\t130.00\t总计\t130.00", "总计\t130.00\t总计\t131.00", "table_balance"),
    ],
)
def test_final_accounts_add_the_carry_over_once(
    tmp_path: Path, printed: str, changed: str, rule_id: str
) -> None:
    path = tmp_path / "park_2024_final.txt"
    path.write_text(FINAL_ACCOUNTS.replace(printed, changed), encoding="utf-8")
    disclosure = read(path)
    assert len(disclosure.rows["facts"]) == 12
    failed = {row["rule_id"] for row in disclosure.rows["findings"]}
    assert failed >= {rule_id} if rule_id else not failed
    assert any(row["rule_id"] == "table_balance" for row in disclosure.rows["checks"])


PROJECT_IN_YUAN = """某市公积金中心2024年部门预算公开
表 7
一般公共预算项目支出情况表
单位：元
科目编码\t\t\t功能分类科目名称\t项目名称\t项目支出合计\t商品服务支出
类\t款\t项\t\t\t\t
\t\t\t总计\t\t635500.00\t635500.00
221\t\t\t住房保障支出\t\t635500.00\t635500.00
221\t03\t\t城乡社区住宅\t\t635500.00\t635500.00
221\t03\t02\t住房公积金管理\t办公楼物业费\t635500.00\t635500.00

项目支出绩效目标表
（2024年度）
项目名称\t\t办公楼物业费\t\t\t\t\t
项目资金(万元)\t\t年度预算总额:\t63.55\t其中:财政拨款\t63.55\t其他资金:\t0.00
一级指标\t二级指标\t三级指标\t指标值\t\t\t
产出指标\t数量指标\t保洁人数\t=4人\t\t\t
"""


@pytest.mark.parametrize(
    ("unit", "amount", "statuses"),
    [
        ("(万元)", "63.55", {"pass"}),
        ("(元)", "635500.00", {"pass"}),
        ("(元)", "63.55", {"fail"}),
        ("(万元)", "65.55", {"fail"}),
    ],
)
def test_a_target_table_speaks_in_its_own_unit(
    tmp_path: Path, unit: str, amount: str, statuses: set[str]
) -> None:
    path = tmp_path / "fund_2024_budget.txt"
    text = PROJECT_IN_YUAN.replace("(万元)", unit).replace("63.55", amount)
    path.write_text(text, encoding="utf-8")
    checks = read(path).rows["checks"]
    found = {row["status"] for row in checks if row["rule_id"] == "evaluation_project_table"}
    assert found == statuses


@pytest.mark.parametrize("copied", ["whole", "without number", "with another figure"])
def test_a_table_printed_twice_adds_to_no_sum(tmp_path: Path, copied: str) -> None:
    name = "urumqi_housing_2024_budget"
    lines = (ROOT / "data" / "raw" / name / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    copy = lines[455 if copied == "without number" else 453 : 471]
    if copied == "with another figure":
        copy = [line.replace("0.63", "0.36") for line in copy]
    path = tmp_path / "copied.txt"

    def found(text: list[str]) -> Counter[tuple[str, str]]:
        path.write_text("\n".join(text), encoding="utf-8")
        rows = read(path).rows["findings"]
        return Counter((row["rule_id"], row["severity"]) for row in rows)

    added = found([*lines[:471], *copy, *lines[471:]]) - found(lines)
    wanted = {("text_twice", "suspicious")}
    if copied == "with another figure":  # it contradicts its own total, a sentence and a table
        rules_of_it = ("table_total_sum", "narrative_table", "cross_three_public")
        wanted = {(rule_id, "error") for rule_id in rules_of_it}
    assert set(added) == wanted


@pytest.mark.parametrize(("amount", "statuses"), [("6O.00", {"not_checkable"}), ("", {"fail"})])
def test_what_could_not_be_read_is_no_mistake(
    tmp_path: Path, amount: str, statuses: set[str]
) -> None:
    """A letter in the place of a digit is lost; a cell that was published blank is not."""
    path = tmp_path / "park_2024_final.txt"
    text = FINAL_ACCOUNTS.replace("公共服务支出\t60.00", f"公共服务支出\t{amount}")
    path.write_text(text, encoding="utf-8")
    disclosure = read(path)
    found = {
        row["status"]
        for row in disclosure.rows["checks"]
        if row["rule_id"] == "table_total_sum" and "L9" in row["origins"].split(";")
    }
    assert statuses <= found
    rules_failed = {row["rule_id"] for row in disclosure.rows["findings"]}
    assert (rules_failed == {"table_malformed"}) == (statuses == {"not_checkable"})


# --- scoring -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "rule"), [("9.8", "proportional"), ("9.5", "steep"), ("10", None), ("7", None)]
)
def test_the_scoring_rule_is_that_of_the_document(score: str, rule: str | None) -> None:
    disclosure = read(ROOT / "data" / "raw" / "changji_housing_2024_final")
    document = read_evaluations(disclosure.document)
    project = next(one for one in document if one.scope == "project")
    assert isinstance(project, Evaluation) and isinstance(project.indicators[0], Indicator)
    indicator = replace(project.indicators[0], weight="10", completion_rate="98%", score=score)
    assert inferred_rule([replace(project, indicators=(indicator,))]) == rule


def test_an_indicator_run_into_another_leaves_the_sums_unchecked() -> None:
    disclosure = read(ROOT / "data" / "raw" / "changji_housing_2024_final")
    evidence = evidence_of(disclosure)
    project = next(one for one in evidence.evaluations if one.scope == "project")
    glued = replace(project.indicators[0], target=">=3辆<=15%", weight="1")
    one = replace(project, indicators=(glued, *project.indicators[1:]))
    found = evaluate(replace(evidence, evaluations=[one]))
    assert not {"evaluation_weights", "evaluation_scores"} & {each.rule_id for each in found}


# --- rules are data ----------------------------------------------------------------------------


def test_every_rule_is_described_and_rests_on_something() -> None:
    for rule in rules().values():
        assert all(rule.values()), rule
        assert rule["severity"] in ("error", "suspicious", "note")
    names = [row["rule_id"] for row in read_reference("rules")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["rule_table_pairs", "rule_claim_sums", "rule_claim_cells"])
def test_every_parameter_row_has_its_rule_and_its_patterns(name: str) -> None:
    patterns = ("section", "subject", "whole", "parts", "part_section", "column", "row")
    for row in read_reference(name):
        assert row["rule_id"] in rules()
        assert row["relation"] in ("equal", "at_most")
        for key in patterns:
            if not row.get(key, "").startswith("{"):
                re.compile(row.get(key, ""))


def test_all_rules_of_the_code_are_listed(published: Disclosure) -> None:
    assert {row["rule_id"] for row in published.rows["checks"]} <= rules().keys()
    assert finding_rows("x", []) == []


# --- the command -------------------------------------------------------------------------------


def test_audit_prints_findings_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    folder = ROOT / "data" / "raw" / "changji_housing_2024_final"
    assert main(["audit", str(folder)]) == 0
    text = capsys.readouterr().out
    assert "── Errors (causes: " in text
    assert "84.16分  “五个好”标准化规范化党支部示范点奖励金/总分 L2840" in text
    assert main(["audit", str(folder), "--lang", "zh"]) == 0
    assert "── 错误（" in capsys.readouterr().out
    assert main(["audit", str(folder), "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert main(["audit", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == rows
    shown = {row["finding_no"] for row in rows if row["severity"] != "rounding"}
    assert shown == {line[:4].strip() for line in text.splitlines() if ENTRY.match(line)} | {
        number for line in OTHERS.findall(text) for number in re.findall(r"(\d+) \(", line)
    }


def test_reader_who_stops_reading_is_no_error() -> None:
    folder = ROOT / "data" / "raw" / "changji_housing_2023_budget"
    command = [sys.executable, "-m", "helpers", "audit", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0


def test_audit_of_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "nowhere.txt"]) == 1
    assert capsys.readouterr().err == "There is no nowhere.txt.\n"

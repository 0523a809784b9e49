"""Projects with a target or a self-evaluation: what sentences and tables say of them.

Place in the chain: a family of rules of ``audit``.  Input: evaluations, claims and sheets.  Output:
identities.

A sentence states how many projects follow and how much money they have, by source of the money.  A
project with money of both sources may be counted under either; one whose details are withheld is
counted and has no table.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from helpers.amounts import UNIT_FACTORS
from helpers.audit.claims import Claims
from helpers.audit.evaluations.money import money
from helpers.audit.identity import Figure, Identity, at_most, equality, first_origins, sum_of
from helpers.audit.sheets import Sheet
from helpers.document import one_spelling
from helpers.performance import Evaluation

_PROJECT_TABLES = {
    "general_public_project_expenditure": "合计$",
    "carry_over_detail": "^(?:总计|合计)$",
}
_WITH_TARGET = re.compile(
    r"^(?:本年度预算绩效管理的|本年度|当年)?(非)?财政拨款项目(/涉及预算金额)?$"
)
#: In which stated sums and tables are compared.
_UNIT = "万元"
_SUMMARY = ("revenue_expenditure_summary", "revenue")
_NOT_FISCAL = re.compile(
    r"单位资金|专户|事业收入|经营收入|其他收入|上级补助|附属单位|非财政(?:性|拨款)?|事业基金|往来"
)
_WITHHELD = re.compile(r"^(?:部门|单位)?涉密项目(/涉及预算资金|/涉及预算金额)?$")
_WITHHELD_NAME = re.compile(r"^特定目标|完全不予公开")
_OVERALL = re.compile(r"整体.*/(涉及金额|全年预算总额|实际执行总额)$")


def projects_in_sentence(
    evaluations: Sequence[Evaluation], claims: Claims, decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare the stated number and money of the evaluated projects with their tables."""
    own = [one for one in evaluations if one.kind == "self_evaluation" and one.scope == "project"]
    if not own:
        return
    stated = {
        "": (None, "项目支出绩效自评表份数"),
        "/全年预算数": ("adjusted_budget", "各自评表全年预算数之和"),
        "/全年执行数": ("executed", "各自评表全年执行数之和"),
    }
    for claim in claims.rows:
        match = re.search(r"^预算绩效评价项目(/.+)?$", claim["subject"])
        if match is None or claim["value"] is None or (match.group(1) or "") not in stated:
            continue
        phase, label = stated[match.group(1) or ""]
        left = claims.figure(claim)
        if phase is None:
            origins = tuple(one.name_origin for one in own)
            right = Figure(Decimal(len(own)), label, origins)
            yield equality("evaluation_count", left.label, left, right, claim["unit"])
            continue
        unit = claims.unit(claim)
        rows = [(one, one.fund("total")) for one in own]
        parts = [
            money(one, row, phase, decimals.get(one.unit_text, 0), unit)
            for one, row in rows
            if row is not None and getattr(row, phase) is not None
        ]
        right = sum_of(parts, label)
        if len(parts) < len(own):
            yield Identity("evaluation_sum", left.label, left, right, unit, "not_checkable")
        else:
            yield equality("evaluation_sum", left.label, left, right, unit)


def _amount_of(
    evaluation: Evaluation, source: str, decimals: Mapping[str, int], unit: str = _UNIT
) -> Figure | None:
    row = evaluation.fund(source)
    if row is None or row.budget is None:
        return None
    return money(evaluation, row, "budget", decimals.get(evaluation.unit_text, 0), unit)


def _best(results: Sequence[Identity]) -> Identity:
    order = ("equal", "rounding", "different", "not_checkable")
    return min(results, key=lambda one: order.index(one.verdict))


class _Targets:
    """The target tables of projects by the source of their money."""

    def __init__(self, own: Sequence[Evaluation], decimals: Mapping[str, int]) -> None:
        self.fiscal: list[Evaluation] = []
        self.other: list[Evaluation] = []
        self.both: list[Evaluation] = []
        self.is_known = True
        self._decimals = decimals
        for one in own:
            fiscal, other = (_amount_of(one, source, decimals) for source in ("fiscal", "other"))
            has_fiscal, has_other = bool(fiscal and fiscal.value), bool(other and other.value)
            kinds = {(True, True): self.both, (True, False): self.fiscal, (False, True): self.other}
            if (has_fiscal, has_other) in kinds:
                kinds[has_fiscal, has_other].append(one)
            else:
                self.is_known = False

    def counts(self, is_other: bool) -> list[Figure]:
        """Return the numbers of tables that a stated number may mean."""
        own = self.other if is_other else self.fiscal
        label = "以其他资金安排的绩效目标表份数" if is_other else "有财政拨款的绩效目标表份数"
        options = [own] if is_other else [[*own, *self.both]]
        if self.both:
            options.append([*own, *self.both] if is_other else own)
        return [
            Figure(Decimal(len(option)), label, tuple(one.name_origin for one in option))
            for option in options
        ]

    def sums(self, is_other: bool) -> list[Figure]:
        """Return the sums a stated sum may mean: money of the source, or of its projects."""
        own, source = (self.other, "other") if is_other else (self.fiscal, "fiscal")
        label = f"各目标表{'其他资金' if is_other else '财政拨款'}之和"
        options = (
            [(one, source) for one in (*own, *self.both)],
            [(one, "total") for one in (*own, *self.both)],
            [(one, "total") for one in own],
        )
        found = []
        for option in options:
            parts = [_amount_of(one, each, self._decimals) for one, each in option]
            found.append(sum_of([part for part in parts if part is not None], label))
        return found


def targets_in_sentence(
    evaluations: Sequence[Evaluation], claims: Claims, decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare the stated number and money of the projects with a target with their tables."""
    own = [one for one in evaluations if one.kind == "target" and one.scope == "project"]
    withheld: dict[str, Figure] = {}
    stated: dict[tuple[bool, bool], Figure] = {}
    for claim in claims.rows:
        if claim["value"] is None:
            continue
        if match := _WITH_TARGET.search(claim["subject"]):
            stated[bool(match.group(1)), bool(match.group(2))] = claims.figure(claim, _UNIT)
        if match := _WITHHELD.search(claim["subject"]):
            withheld["money" if match.group(1) else "count"] = claims.figure(claim, _UNIT)
    tables = _Targets(own, decimals)
    for (is_other, is_money), left in stated.items():
        if not own or not tables.is_known:
            continue
        rule_id, unit = ("evaluation_sum", _UNIT) if is_money else ("evaluation_count", "个")
        options = tables.sums(is_other) if is_money else tables.counts(is_other)
        secret = withheld.get("money" if is_money else "count")
        if secret is not None and not is_other:
            options = [*options, *(sum_of([one, secret]) for one in options)]
        yield _best([equality(rule_id, left.label, left, each, unit) for each in options])
    if own and not tables.is_known:
        yield from _all_targets(own, stated, decimals)


def other_money(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare the money of projects called non-fiscal with the non-fiscal money of the summary."""
    summary = next((s for s in sheets if (s.table_id, s.side) == _SUMMARY), None)
    if summary is None:
        return
    path = summary.columns[0].path
    cells = [summary.cell(row, path) for row in summary.rows if _NOT_FISCAL.search(row.key)]
    named = [
        (claim, match) for claim in claims.rows if (match := _WITH_TARGET.search(claim["subject"]))
    ]
    # That no projects have money is said elsewhere.
    is_none = any(match[1] and not match[2] and not claim["value"] for claim, match in named)
    for claim, match in named if cells and not is_none else ():
        if match[1] and match[2] and claim["value"] is not None:
            left = claims.figure(claim, summary.unit)
            # Parts beside their whole only widen the bound.
            label = f"{summary.title}的单位资金、非财政拨款结转结余等"
            right = replace(sum_of(cells, label), origins=first_origins(cells))
            yield at_most("evaluation_other_money", left.label, left, right, summary.unit)


def _all_targets(
    own: Sequence[Evaluation],
    stated: Mapping[tuple[bool, bool], Figure],
    decimals: Mapping[str, int],
) -> Iterator[Identity]:
    """Compare all stated projects with all tables, where the tables do not name their sources."""
    counts = [stated[key] for key in stated if not key[1]]
    if counts:
        left = sum_of(counts, "文字所述有绩效目标的项目")
        tables = Figure(Decimal(len(own)), "绩效目标表份数", tuple(one.name_origin for one in own))
        yield equality("evaluation_count", left.label, left, tables, "个")
    sums = [stated[key] for key in stated if key[1]]
    totals = [_amount_of(one, "total", decimals) for one in own]
    if sums and None not in totals:
        left = sum_of(sums, "文字所述有绩效目标的项目")
        right = sum_of([one for one in totals if one is not None], "各目标表金额之和")
        yield equality("evaluation_sum", left.label, left, right, _UNIT)


def _listed_projects(sheets: Sequence[Sheet]) -> tuple[str, list[tuple[str, str, Figure]]]:
    """Return (table, project, money) of the tables that name projects, in the unit of the first."""
    unit, listed = "", []
    for sheet in sheets:
        column = sheet.column(_PROJECT_TABLES.get(sheet.table_id, "$^"))
        for row in sheet.rows if column else ():
            if column and row.line.project:
                unit = unit or sheet.unit
                factor = UNIT_FACTORS[sheet.unit] / UNIT_FACTORS[unit]
                cell = sheet.cell(row, column.path).scaled(factor)
                listed.append((sheet.table_id, row.line.project, cell))
    return unit, listed


def withheld_projects(
    evaluations: Sequence[Evaluation],
    claims: Claims,
    sheets: Sequence[Sheet],
    decimals: Mapping[str, int],
) -> Iterator[Identity]:
    """Compare the stated number and money of withheld projects with the tables that list them.

    More may be withheld than the project table of one fund lists; that a project is not withheld is
    certain only where the money in excess is that of a target table.
    """
    rows: dict[str, list[Figure]] = {}
    unit, listed = _listed_projects(sheets)
    for table_id, project, cell in listed:
        if _WITHHELD_NAME.search(project):
            rows.setdefault(table_id, []).append(cell)
    stated: dict[bool, Figure] = {}
    for claim in claims.rows:
        match = _WITHHELD.search(claim["subject"])
        if match and claim["value"] is not None:
            stated[bool(match.group(1))] = claims.figure(claim, unit if match.group(1) else "")
    if not rows or not stated:
        return
    options = [*rows.values(), [cell for cells in rows.values() for cell in cells]]
    label = "项目表中不予公开的项目"
    results = {}
    for is_money, left in stated.items():
        sides = [
            sum_of(cells, f"{label}金额")
            if is_money
            else Figure(Decimal(len(cells)), label, sum_of(cells).origins)
            for cells in options
        ]
        own_unit = unit if is_money else "个"
        results[is_money] = _best(
            [equality("evaluation_withheld", left.label, left, one, own_unit) for one in sides]
        )
    published = [
        _amount_of(one, "total", decimals, unit) for one in evaluations if one.kind == "target"
    ]
    excess = results[True].difference if True in results else None
    counted = [one for one in published if one is not None and excess and one.value == excess]
    is_published = bool(counted)
    for one in results.values():
        if one.verdict == "different":
            # The target table whose money is in excess shows what was counted.
            origins = (*one.right.origins, *(place for each in counted for place in each.origins))
            one = replace(one, right=replace(one.right, origins=origins))
        is_more = one.difference is not None and one.difference > 0
        is_unclear = one.verdict == "different" and is_more and not is_published
        yield replace(one, verdict="not_checkable") if is_unclear else one


def overall_money(
    evaluations: Sequence[Evaluation], claims: Claims, decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare the money of the overall table with what a sentence states of it."""
    phases = {"涉及金额": "budget", "全年预算总额": "adjusted_budget", "实际执行总额": "executed"}
    for evaluation in evaluations:
        total = evaluation.fund("total")
        if evaluation.scope != "overall" or total is None:
            continue
        for claim in claims.rows:
            match = _OVERALL.search(claim["subject"])
            if match is None or claim["value"] is None:
                continue
            left = claims.figure(claim)
            own = decimals.get(evaluation.unit_text, 0)
            unit = claims.unit(claim)
            right = money(evaluation, total, phases[match.group(1)], own, unit)
            if right.value is not None:
                yield equality("evaluation_overall", left.label, left, right, unit)


def project_amounts(
    evaluations: Sequence[Evaluation], sheets: Sequence[Sheet], decimals: Mapping[str, int]
) -> Iterator[Identity]:
    """Compare each target table with the project of its name in the project table."""
    amounts: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    unit, listed = _listed_projects(sheets)
    for table_id, project, cell in listed:
        amounts[one_spelling(project)][table_id].append(cell)
    names = Counter(one_spelling(one.name) for one in evaluations if one.scope == "project")
    for evaluation in evaluations:
        total = evaluation.fund("total")
        found = amounts.get(one_spelling(evaluation.name))
        is_known = evaluation.kind == "target" and names[one_spelling(evaluation.name)] == 1
        if not is_known or total is None or total.budget is None or not found:
            continue
        left = money(evaluation, total, "budget", decimals.get(evaluation.unit_text, 0), unit)
        # A target is set for this year's money, or for that carried over with it.
        sides = [*found.values(), [cell for cells in found.values() for cell in cells]]
        results = [
            equality(
                "evaluation_project_table",
                left.label,
                left,
                cells[0] if len(cells) == 1 else sum_of(cells),
                unit,
            )
            for cells in sides
        ]
        agreeing = [one for one in results if one.verdict != "different"]
        yield (agreeing or results)[0]

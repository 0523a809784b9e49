"""Projects: one row per project, wherever the disclosure speaks of it.

Place in the chain: after ``tables``, ``narrative`` and ``performance``.  Input: project and
carry-over tables, project descriptions, target tables and self-evaluations.  Output: rows of
``projects.csv`` and ``indicators.csv``.

A project is met in several places under names that differ by a word.  Rows merge only where name
and unit are equal; anything else would be a guess.  The first place in this order gives name and
amount: project table, self-evaluation, carry-over table, target table; the others are evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from helpers.amounts import Amount, parse_number
from helpers.document import Document, one_spelling, squeeze
from helpers.lines import ITEM
from helpers.passages import CARRIED_OUT_BY, PROJECT_NAME
from helpers.performance import Evaluation
from helpers.sources import Source
from helpers.tables import BudgetTable

Row = dict[str, Any]

_ALIKE = 0.6  # share of characters two names of one project have in common, in order

_SCALE = re.compile(r"^预算安排规模[:：]([\d,，.]+)(亿元|万元|元)[。；]?$")
_WITHHELD = re.compile(r"^特定目标|完全不予公开")


@dataclass
class _Project:
    """A project while its places are gathered."""

    name: str
    unit: str
    source: str
    origin: str
    functional_code: str = ""
    fund: str = ""
    amounts: dict[str, Decimal] = field(default_factory=dict)
    score: Decimal | None = None
    rate: Decimal | None = None
    is_withheld: bool = False
    goal: str = ""
    result: str = ""
    evidence: list[str] = field(default_factory=list)

    def add_row(self, row: _Project, amounts: dict[str, Decimal], note: str) -> None:
        """Add a further row of one table, which splits a project by function."""
        for name, value in amounts.items():
            if self.source == row.source or name == "carry_over":
                self.amounts[name] = self.amounts.get(name, Decimal(0)) + value
        if self.source == row.source and self.functional_code != row.functional_code:
            self.functional_code = ""
        self.evidence.append(note)


def _key(name: str, unit: str) -> tuple[str, str]:
    """Names and units that are the same but for width of punctuation and blanks."""
    return one_spelling(name), one_spelling(unit)


class _Gatherer:
    """Merges the places where projects are named."""

    def __init__(self, department: str) -> None:
        self.department = department
        self.projects: dict[tuple[str, str], _Project] = {}
        self._by_name: dict[str, list[_Project]] = defaultdict(list)

    def find(self, name: str, unit: str) -> _Project | None:
        """Return the project of that name and unit.

        Tables without units belong to the department; a unit stated elsewhere then fits too if
        no other unit has a project of that name.
        """
        exact = self.projects.get(_key(name, unit))
        if exact is not None:
            return exact
        same_name = self._by_name.get(one_spelling(name), [])
        if len(same_name) == 1 and (not same_name[0].unit or not unit):
            return same_name[0]
        return None

    def find_alike(self, name: str, value: Decimal | None) -> _Project | None:
        """Return the project of the likest name and the very amount, for mention as evidence.

        Descriptions call a project other than the tables do: ``…运营维护`` for ``…运维服务项目``.
        """
        equal = [
            (SequenceMatcher(None, project.name, name).ratio(), project)
            for project in self.projects.values()
            if value is not None and project.amounts.get("initial_budget") == value
        ]
        likeness, likest = max(equal, key=lambda pair: pair[0], default=(0, None))
        return likest if likeness > _ALIKE else None

    def add(self, project: _Project, amounts: dict[str, Decimal], note: str) -> _Project:
        """Add a place: a new project, or evidence for a known one."""
        known = self.find(project.name, project.unit)
        if known is None:
            project.amounts = dict(amounts)
            self.projects[_key(project.name, project.unit)] = project
            self._by_name[one_spelling(project.name)].append(project)
            return project
        for name, value in amounts.items():
            known.amounts.setdefault(name, value)
        known.is_withheld = known.is_withheld or project.is_withheld
        known.evidence.append(note)
        return known


def _first_yuan(
    line_amounts: Sequence[tuple[Any, Amount, Any]], unit: str | None
) -> Decimal | None:
    if not line_amounts or unit is None:
        return None
    return line_amounts[0][1].in_yuan(unit)


def _note(place: str, name: str, value: Decimal | None, origin: str) -> str:
    amount = "" if value is None else f" {value:f}"
    return f"{place}: {name}{amount} {origin}"


def _from_tables(
    gatherer: _Gatherer, tables: Iterable[BudgetTable], table_id: str, source: str
) -> None:
    for table in tables:
        if table.table_id != table_id:
            continue
        met: list[_Project] = []
        for line in table.lines:
            if not line.project or line.role != ITEM:
                continue
            value = _first_yuan(line.amounts, table.unit)
            is_carry_over = source == "carry_over_table"
            amounts: dict[str, Decimal] = {}
            if value is not None and is_carry_over:
                amounts["carry_over"] = value
            if value is not None:
                amounts["initial_budget"] = value
            project = _Project(
                name=line.project,
                unit=line.unit_name,
                source=source,
                origin=line.amounts[0][2].origin if line.amounts else line.origin,
                functional_code=line.code,
                fund="fiscal_carry_over" if is_carry_over else "general_public",
                is_withheld=bool(_WITHHELD.search(line.project)),
            )
            note = _note(source, line.project, value, project.origin)
            known = gatherer.find(project.name, project.unit)
            if known is not None and any(known is other for other in met):
                known.add_row(project, amounts, note)
            else:
                met.append(gatherer.add(project, amounts, note))


def _yuan(amount: Amount | None, unit: str) -> Decimal | None:
    return None if amount is None else amount.in_yuan(unit or "万元")


def _evaluation_amounts(evaluation: Evaluation) -> dict[str, Decimal]:
    """Amounts of a table in yuan, by the column they fill.

    ``fiscal`` and ``other`` are of the latest phase the table states: executed, else the budget.
    """
    amounts: dict[str, Decimal | None] = {}
    for source in ("total", "fiscal", "other"):
        row = evaluation.fund(source)
        if row is None:
            continue
        phases = {
            "initial_budget": row.budget if evaluation.kind == "target" else row.initial_budget,
            "adjusted_budget": row.adjusted_budget,
            "executed": row.executed,
        }
        latest = phases["initial_budget"] if evaluation.kind == "target" else phases["executed"]
        if source == "total":
            amounts |= {key: _yuan(amount, evaluation.unit_text) for key, amount in phases.items()}
        else:
            amounts[source] = _yuan(latest, evaluation.unit_text)
    return {key: value for key, value in amounts.items() if value is not None}


def _from_evaluations(gatherer: _Gatherer, evaluations: Iterable[Evaluation], kind: str) -> None:
    source = "self_evaluation" if kind == "self_evaluation" else "target_table"
    for evaluation in evaluations:
        if evaluation.kind != kind or evaluation.scope != "project":
            continue
        amounts = _evaluation_amounts(evaluation)
        project = _Project(
            name=evaluation.name,
            unit=evaluation.budget_unit,
            source=source,
            origin=evaluation.origin,
            is_withheld=bool(_WITHHELD.search(evaluation.name)),
        )
        note = _note(source, evaluation.name, amounts.get("initial_budget"), evaluation.origin)
        kept = gatherer.add(project, amounts, note)
        kept.score = kept.score if kept.score is not None else evaluation.total_score
        kept.goal, kept.result = kept.goal or evaluation.goal, kept.result or evaluation.result
        kept.rate = kept.rate if kept.rate is not None else evaluation.execution_rate
        if evaluation.printed_name != evaluation.name or evaluation.name_is_damaged:
            state = "damaged title" if evaluation.name_is_damaged else "title completed from"
            kept.evidence.append(f"{state}: {squeeze(evaluation.printed_name)} {evaluation.origin}")


def _from_descriptions(gatherer: _Gatherer, document: Document) -> None:
    """Add 项目名称 … 项目承担单位 passages as evidence, and what they say is withheld."""
    open_name, open_origin, withheld = "", "", False
    value: Decimal | None = None

    def close(unit: str) -> None:
        if not open_name:
            return
        known = gatherer.find(open_name, unit) or gatherer.find_alike(open_name, value)
        if known is not None:
            known.evidence.append(_note("description", open_name, value, open_origin))
            known.is_withheld = known.is_withheld or withheld

    for paragraph in document.paragraphs():
        text = squeeze(paragraph.text)
        if match := PROJECT_NAME.match(text):
            close("")
            open_name, open_origin, withheld = match.group(1), paragraph.origin, False
            value = None
        elif match := CARRIED_OUT_BY.match(text):
            close(match.group(1))
            open_name = ""
        elif open_name and (match := _SCALE.match(text)):
            number = parse_number(match.group(1))
            value = None if number is None else Amount(number, text).in_yuan(match.group(2))
        elif open_name and _WITHHELD.search(text):
            withheld = True
    close("")


def _assign_other_funds(gatherer: _Gatherer, tables: Iterable[BudgetTable]) -> None:
    """Give a project that no project table lists the fund whose table states its very amount.

    Project tables cover the general public budget only; the project of another fund stands in a
    target table, and its money as an item of that fund's table.
    """
    funds = {
        "government_fund_expenditure": "government_fund",
        "state_capital_expenditure": "state_capital",
    }
    by_amount: dict[Decimal | None, list[_Project]] = defaultdict(list)
    for project in gatherer.projects.values():
        if project.source == "target_table":
            by_amount[project.amounts.get("initial_budget")].append(project)
    for table in tables:
        if table.table_id not in funds or table.unit is None:
            continue
        for line in table.lines:
            value = _first_yuan(line.amounts, table.unit)
            named = by_amount.get(value, [])
            if line.role == ITEM and value and len(named) == 1:
                named[0].fund = funds[table.table_id]
                named[0].functional_code = line.code
                named[0].evidence.append(_note(table.table_id, line.label, value, line.origin))


def _complete_units(gatherer: _Gatherer) -> None:
    """Complete a unit that lost its beginning where exactly one unit of the document ends so."""
    longer_units: dict[str, list[str]] = defaultdict(list)
    for unit in {project.unit for project in gatherer.projects.values()}:
        for start in range(1, len(unit)):
            longer_units[unit[start:]].append(unit)
    for project in gatherer.projects.values():
        longer = longer_units.get(project.unit, [])
        if project.unit and len(longer) == 1:
            project.evidence.append(f"unit completed from: {project.unit} {project.origin}")
            project.unit = longer[0]


def project_rows(
    source: Source,
    document: Document,
    tables: Sequence[BudgetTable],
    evaluations: Sequence[Evaluation],
) -> list[Row]:
    """Return the rows of ``projects.csv``.

    Parameters
    ----------
    source, document, tables, evaluations
        One disclosure and what was read from it.

    Returns
    -------
    list of dict
        Keys as in ``reference/columns.csv``; amounts are Decimal in yuan, None where not stated.
        ``fiscal_yuan`` and ``other_yuan`` are of the executed amount for self-evaluations and of
        the budget for target tables.
    """
    gatherer = _Gatherer(source.department)
    _from_tables(gatherer, tables, "general_public_project_expenditure", "project_table")
    _from_evaluations(gatherer, evaluations, "self_evaluation")
    _from_tables(gatherer, tables, "carry_over_detail", "carry_over_table")
    _from_evaluations(gatherer, evaluations, "target")
    _from_descriptions(gatherer, document)
    _assign_other_funds(gatherer, tables)
    _complete_units(gatherer)
    return [
        {
            "source_id": source.source_id,
            "project_no": number,
            "project_name": project.name,
            "budget_unit": project.unit or source.department,
            "functional_code": project.functional_code,
            "fund": project.fund,
            "initial_budget_yuan": project.amounts.get("initial_budget"),
            "adjusted_budget_yuan": project.amounts.get("adjusted_budget"),
            "executed_yuan": project.amounts.get("executed"),
            "carry_over_yuan": project.amounts.get("carry_over"),
            "fiscal_yuan": project.amounts.get("fiscal"),
            "other_yuan": project.amounts.get("other"),
            "execution_rate": project.rate,
            "total_score": project.score,
            "is_withheld": project.is_withheld,
            "amount_source": project.source,
            "evidence": "; ".join(project.evidence),
            "goal": project.goal,
            "result": project.result,
            "origin": project.origin.partition(";")[0],
        }
        for number, project in enumerate(gatherer.projects.values(), 1)
    ]


def indicator_rows(
    source: Source, evaluations: Sequence[Evaluation], projects: Sequence[Row]
) -> list[Row]:
    """Return the rows of ``indicators.csv``, overall tables included."""
    numbers = {_key(row["project_name"], row["budget_unit"]): row["project_no"] for row in projects}
    by_name = {one_spelling(row["project_name"]): row["project_no"] for row in projects}
    rows: list[Row] = []
    for evaluation in evaluations:
        key = _key(evaluation.name, evaluation.budget_unit)
        is_overall = evaluation.scope == "overall"
        number = None if is_overall else numbers.get(key, by_name.get(key[0]))
        for indicator in evaluation.indicators:
            rows.append(
                {
                    "source_id": source.source_id,
                    "indicator_no": len(rows) + 1,
                    "project_no": number,
                    "project_name": evaluation.name or evaluation.budget_unit or source.department,
                    "level1": indicator.level1,
                    "level2": indicator.level2,
                    "level3": indicator.level3,
                    "weight": indicator.weight,
                    "target": indicator.target,
                    "actual": indicator.actual,
                    "completion_rate": indicator.completion_rate.rstrip("%％"),
                    "score": indicator.score,
                    "previous": indicator.previous,
                    "basis": indicator.basis,
                    "scoring_rule": indicator.scoring_rule,
                    "remark": indicator.remark,
                    "origin": indicator.origin.partition(";")[0],
                }
            )
    return rows

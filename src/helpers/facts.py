"""Facts: one row per amount of the statutory tables, with its dimensions.

Place in the chain: after ``tables``.  Input: :class:`~helpers.tables.BudgetTable`.  Output: rows of
``facts.csv`` and ``tables.csv`` as plain dictionaries whose keys are those of
``reference/columns.csv``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from helpers.document import squeeze
from helpers.lines import OF_WHICH, Line
from helpers.reference_data import read_reference
from helpers.sources import Source
from helpers.tables import BudgetTable, column_role

Row = dict[str, Any]

_ECONOMIC_TABLES = frozenset(
    {
        "general_public_basic_expenditure",
        "fiscal_appropriation_basic_expenditure",
        "operating_cost_expenditure",
    }
)


@cache
def _fund_patterns(scope: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = read_reference("funds")
    return tuple((re.compile(row["pattern"]), row["fund"]) for row in rows if row["scope"] == scope)


def _match_fund(scope: str, text: str) -> str:
    return next((fund for pattern, fund in _fund_patterns(scope) if pattern.search(text)), "")


@cache
def _table_defaults(table_id: str) -> tuple[str, str]:
    """Return (fund, expenditure_type) that hold for a whole table."""
    row = next(row for row in read_reference("table_signatures") if row["table_id"] == table_id)
    return row["fund"], row["expenditure_type"]


@cache
def _cost_types(year: int) -> dict[str, str]:
    """Return the cost type of each economic class valid in a year."""
    return {
        row["economic_class"]: row["cost_type"]
        for row in read_reference("cost_types")
        if int(row["valid_from"]) <= year <= int(row["valid_to"] or 9999)
    }


def _fund(table: BudgetTable, line: Line, path: str, parent_fund: str) -> str:
    """Decide the fund: the table's, else the column's, else (revenue side) the row's.

    A row under 其中 belongs to the fund of the row above where that is a carry-over:
    一般公共预算拨款 under 财政拨款结转 is carried-over money.
    """
    by_table = _table_defaults(table.table_id)[0] or _match_fund(table.table_id, path)
    if by_table:
        return by_table
    by_column = _match_fund("column", path)
    if by_column or line.side == "expenditure":
        return by_column
    if line.role == OF_WHICH and parent_fund.endswith("carry_over"):
        return parent_fund
    return _match_fund("label", line.label) if line.side == "revenue" else ""


def _expenditure_type(table: BudgetTable, path: str) -> str:
    default = _table_defaults(table.table_id)[1]
    if "基本支出" in path.rsplit("/", 2)[-1] or "基本支出/" in path:
        return "basic"
    return "project" if path.endswith("项目支出") else default


def _cost_type(table: BudgetTable, line: Line, path: str, year: int) -> str:
    """人员经费 or 公用经费 where the column says so, else by the economic class (basic only)."""
    if path.endswith("人员经费"):
        return "personnel"
    if path.endswith("公用经费"):
        return "public"
    if table.table_id in _ECONOMIC_TABLES:
        return _cost_types(year).get(line.code[:3], "")
    return ""


@cache
def _column_phases() -> tuple[tuple[str, str, re.Pattern[str], str, str], ...]:
    return tuple(
        (row["kind"], row["table_id"], re.compile(row["pattern"]), row["phase"], row["year"])
        for row in read_reference("column_phases")
    )


def _period(source: Source, table_id: str, path: str) -> tuple[int, str]:
    """Return year and phase of a column: its heading's, else those of the disclosure."""
    for kind, of_table, pattern, phase, years in _column_phases():
        if kind not in ("", source.kind) or of_table not in ("", table_id):
            continue
        if match := pattern.search(path):
            named = next(filter(None, match.groups()), "")
            return (int(named) if named else source.fiscal_year + int(years)), phase
    return source.fiscal_year, source.phase


def _line_facts(source: Source, table: BudgetTable, line: Line, parent_fund: str) -> Iterator[Row]:
    assert table.unit is not None
    # Classes of functions begin with 2; those of the economic classifications with 3 and 5.
    is_economic = table.table_id in _ECONOMIC_TABLES or line.code[:1] in ("3", "5")
    for column, amount, cell in line.amounts:
        path = "/".join(column.path)
        year, phase = _period(source, table.table_id, path)
        warnings = [w for w in (*table.warnings, line.warning) if w]
        if amount.has_inner_blank:
            warnings.append("blank_in_number")
        yield {
            "source_id": source.source_id,
            "table_id": table.table_id,
            "table_no": table.number,
            "row_no": line.row_no,
            "column_path": path,
            "column_role": column_role(column, table.columns),
            "line_role": line.role,
            "side": line.side,
            "label": line.label,
            "functional_code": "" if is_economic else line.code,
            "economic_code": line.code if is_economic else "",
            "budget_unit": line.unit_name,
            "project_name": line.project,
            "fund": _fund(table, line, path, parent_fund),
            "expenditure_type": _expenditure_type(table, path),
            "cost_type": _cost_type(table, line, path, source.fiscal_year),
            "fiscal_year": year,
            "phase": phase,
            "amount_yuan": amount.in_yuan(table.unit),
            "amount_text": amount.text,
            "unit_text": table.unit,
            "origin": cell.origin,
            "warnings": ";".join(warnings),
        }


def fact_rows(source: Source, tables: Sequence[BudgetTable]) -> list[Row]:
    """Return the rows of ``facts.csv``.

    Parameters
    ----------
    source
        The disclosure.
    tables
        Its statutory tables; those without a unit yield no facts (see :func:`unread_rows`).

    Returns
    -------
    list of dict
        Keys as in ``reference/columns.csv``; ``amount_yuan`` is a Decimal in yuan, codes are texts.
    """
    rows: list[Row] = []
    printed: Counter[str] = Counter()  # rows of earlier tables of the same kind
    for table in tables:
        if table.unit is not None:
            parent_fund = ""
            of_table: list[Row] = []
            for line in table.lines:
                if line.side == "revenue" and line.role != OF_WHICH:
                    parent_fund = _match_fund("label", line.label)
                of_table += _line_facts(source, table, line, parent_fund)
            rows += _told_apart(of_table, printed[table.table_id])
        printed[table.table_id] += table.n_rows
    return rows


def _told_apart(rows: Sequence[Row], offset: int) -> Iterator[Row]:
    """Give repeated tables and repeated headings rows of their own.

    A document may print a table twice, for the department and for the unit; its rows are then
    numbered on.  A heading that stands twice over one row is marked ``[2]``.
    """
    seen: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        heading = (row["side"], row["row_no"], row["column_path"])
        seen[heading] += 1
        changes: Row = {"row_no": row["row_no"] + offset}
        marks = []
        if offset:
            marks.append("repeated_table")
        if seen[heading] > 1:
            changes["column_path"] = f"{row['column_path']}[{seen[heading]}]"
            marks.append("repeated_heading")
        if marks:
            changes["warnings"] = ";".join(filter(None, [row["warnings"], *marks]))
        yield row | changes


def table_rows(source: Source, tables: Sequence[BudgetTable]) -> list[Row]:
    """Return the rows of ``tables.csv``; a table published empty keeps its sentence."""
    return [
        {
            "source_id": source.source_id,
            "table_id": table.table_id,
            "table_no": table.number,
            "title": table.title,
            "unit_text": table.unit or "",
            "n_rows": table.n_rows,
            "n_amounts": table.n_amounts,
            "is_empty": table.n_amounts == 0,
            "empty_statement": squeeze(table.statement.text) if table.statement else "",
            "origin": table.origin,
        }
        for table in tables
    ]

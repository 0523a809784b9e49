"""Figures that several tables repeat: by function, by kind of money, by economic item.

Place in the chain: a family of rules of ``audit``.  Input: sheets.  Output: identities.

Each row of ``reference/rule_table_pairs.csv`` compares a column of one table with a column of
another: ``codes`` on every code either prints, ``items`` on classes and items, ``classes`` on the
3-digit codes (by name where one of them prints no codes), ``total`` on the total rows, ``row`` on
the rows whose label or code matches, ``rows`` on such a row and the sum of such rows of the right
table.  ``relation`` is ``equal``, or ``at_most`` where the left is only a part of the right.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from helpers.audit.identity import Figure, Identity, at_most, equality, sum_of
from helpers.audit.sheets import YEAR_SUM, Sheet, SheetColumn, SheetRow
from helpers.audit.tables.sums import stated_or_parts
from helpers.document import one_spelling
from helpers.lines import TOTAL
from helpers.reference_data import read_reference

_CLASS = 3
_DIGITS = {"codes": (3, 5, 7), "classes": (_CLASS,), "items": (_CLASS, 7)}
_GENERAL_PUBLIC_COLUMN = r"/一般公共预算$"
_CARRIED_COLUMN = r"^财政拨款结转"
_GENERAL_PUBLIC_ROW = r"^一般公共预算拨款"
_CARRIED_ROW = r"^财政拨款结转"
_MONEY_COLUMN = r"合计$"


def _find(sheets: Sequence[Sheet], table_id: str, side: str) -> Sheet | None:
    return next((one for one in sheets if one.table_id == table_id and one.side == side), None)


def _by_code(sheet: Sheet, column: SheetColumn, digits: Sequence[int]) -> dict[str, Figure]:
    """Return the amount of each code; a table divided by unit or project adds them up."""
    found: dict[str, list[tuple[SheetRow, Figure]]] = defaultdict(list)
    for row in sheet.rows:
        code = row.line.code
        if row.line.role != TOTAL and len(code) in digits:
            found[code].append((row, sheet.cell(row, column.path)))
    sums: dict[str, Figure] = {}
    for code, cells in found.items():
        stated = [one for _, one in cells if one.value is not None]
        row = cells[0][0]
        label = f"{sheet.title}/{row.line.label}（{code}）·{column.leaf}"
        sums[code] = stated[0] if len(stated) == 1 else sum_of([one for _, one in cells], label)
    return sums


def _total_rows(sheet: Sheet) -> list[SheetRow]:
    """Return the rows that may be the total of another table: 总计, and before it 本年合计.

    Where money is carried over, one-sided tables state the year's money in some places and all of
    it in others.
    """
    totals = [row for row in sheet.rows if row.line.role == TOTAL][-1:]
    return totals + [row for row in sheet.rows if YEAR_SUM.search(row.line.label)]


def _by_name(
    left: Sheet, right: Sheet, columns: tuple[SheetColumn, SheetColumn]
) -> Iterator[tuple[Figure, Figure]]:
    """Pair the classes that two tables name, where only one of them prints codes."""
    names = {
        one_spelling(row.key)
        for sheet in (left, right)
        for row in sheet.rows
        if len(row.line.code) == _CLASS
    }
    named = [
        {
            one_spelling(row.key): sheet.cell(row, column.path)
            for row in sheet.rows
            if row.line.role != TOTAL and one_spelling(row.key) in names
        }
        for sheet, column in zip((left, right), columns, strict=True)
    ]
    for name, cell in named[0].items():
        if name in named[1]:
            yield cell, named[1][name]


def _cell_or_sum(sheet: Sheet, row: SheetRow, column: SheetColumn) -> Figure:
    """Return a cell; where a total or heading is blank over filled rows, their sum.

    That it is blank is a finding of its own and hides no other.
    """
    cell = stated_or_parts(sheet, row, column.path)
    if cell.value is not None or cell.is_damaged or row.line.role != TOTAL:
        return cell
    classes = [
        sheet.cell(one, column.path)
        for one in sheet.rows
        if len(one.line.code) == _CLASS and one.line.role != TOTAL
    ]
    below = sum_of(classes)
    return cell if below.value is None else replace(below, label=f"{cell.label}（各类之和）")


def _totals(
    left: Sheet, right: Sheet, columns: tuple[SheetColumn, SheetColumn]
) -> list[tuple[Figure, Figure]]:
    """Return the pair of total cells that agree best; none if a table has no total row."""
    pairs = [
        (_cell_or_sum(left, one, columns[0]), _cell_or_sum(right, other, columns[1]))
        for one in _total_rows(left)
        for other in _total_rows(right)
    ]
    agreeing = [pair for pair in pairs if equality("", "", *pair, "").verdict != "different"]
    return (agreeing or pairs)[:1]


def _matching_row(sheet: Sheet, pattern: str) -> SheetRow | None:
    found = [row for row in sheet.rows if re.search(pattern, row.line.code or row.key)]
    return next((row for row in found if row.cells), found[0] if found else None)


def _only_row(sheet: Sheet) -> SheetRow | None:
    """Return the total row, or the row of a table that has one."""
    return next(iter(_total_rows(sheet)), sheet.rows[0] if len(sheet.rows) == 1 else None)


def _compare(
    rule: Mapping[str, str], left: Figure, right: Figure, unit: str, repeats: str
) -> Identity:
    subject = left.label.partition("·")[0]
    if rule["relation"] == "at_most":
        return at_most(rule["rule_id"], subject, left, right, unit)
    return equality(rule["rule_id"], subject, left, right, unit, repeats)


def _pairs(
    rule: Mapping[str, str], left: Sheet, right: Sheet, columns: tuple[SheetColumn, SheetColumn]
) -> Iterator[tuple[Figure, Figure]]:
    match = rule["match"]
    if match in _DIGITS:
        by_code = [
            _by_code(sheet, column, _DIGITS[match])
            for sheet, column in zip((left, right), columns, strict=True)
        ]
        # A table that prints labels only has no code to compare.
        codes = dict.fromkeys([*by_code[0], *by_code[1]]) if all(by_code) else {}
        if not codes and match == "classes":
            yield from _by_name(left, right, columns)
        for code in codes:
            one, other = (found.get(code) for found in by_code)
            if one is None and other is not None:
                yield Figure(None, f"{left.title}/{code}", (), other.half), other
            elif one is not None:
                yield one, other or Figure(None, f"{right.title}/{code}", (), one.half)
        return
    if match == "total":
        yield from _totals(left, right, columns)
        return
    rows = [
        _matching_row(sheet, pattern) if pattern else _only_row(sheet)
        for sheet, pattern in ((left, rule["left_row"]), (right, rule["right_row"]))
    ]
    if match == "rows":
        parts = [
            right.cell(row, columns[1].path)
            for row in right.rows
            if re.search(rule["right_row"], row.line.code or row.key)
        ]
        if rows[0] is not None and any(part.value is not None for part in parts):
            yield left.cell(rows[0], columns[0].path), sum_of(parts)
        return
    if rows[0] is not None and rows[1] is not None:
        yield (
            _cell_or_sum(left, rows[0], columns[0]),
            _cell_or_sum(right, rows[1], columns[1]),
        )


def _scope(sheets: Sequence[Sheet], income: Sheet, table: Sheet) -> list[SheetColumn]:
    """Return the columns of the income table that the general public table divides by function.

    Some places list the money of the year there, others that and what was carried over.  The totals
    decide; where they fit neither, nothing is compared.
    """
    summary = _find(sheets, "revenue_expenditure_summary", "revenue")
    year = income.column(_GENERAL_PUBLIC_COLUMN)
    carried = income.column(_CARRIED_COLUMN)
    money = table.column(_MONEY_COLUMN)
    totals = [row for row in table.rows if row.line.role == TOTAL][-1:]
    if summary is None or year is None or money is None or not totals:
        return []
    stated = [
        summary.cell(row, summary.columns[0].path)
        for pattern in (_GENERAL_PUBLIC_ROW, _CARRIED_ROW)
        if (row := _matching_row(summary, pattern)) is not None
    ]
    whole = table.cell(totals[0], money.path)
    if stated and equality("", "", whole, stated[0], table.unit).verdict != "different":
        return [year]
    if equality("", "", whole, sum_of(stated), table.unit).verdict != "different":
        return [one for one in (year, carried) if one is not None]
    return []


def general_public(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare the general public money of each function in the income table with its own table."""
    income = _find(sheets, "revenue_summary", "")
    table = _find(sheets, "general_public_expenditure", "")
    if income is None or table is None or income.unit != table.unit:
        return
    scope = _scope(sheets, income, table)
    money = table.column(_MONEY_COLUMN)
    if not scope or money is None:
        return
    # A section with a mistaken code would be missing twice; its items are compared.
    incomes = [_by_code(income, column, _DIGITS["items"]) for column in scope]
    spent = _by_code(table, money, _DIGITS["items"])
    if not spent:
        return
    for code in dict.fromkeys([*(code for one in incomes for code in one), *spent]):
        parts = [one[code] for one in incomes if code in one]
        left = next(iter(parts), Figure(None, f"{income.title}/{code}", ()))
        if len(parts) > 1:
            leaves = "+".join(part.label.rpartition("·")[2] for part in parts)
            left = sum_of(parts, f"{parts[0].label.rpartition('·')[0]}·{leaves}")
        right = spent.get(code) or Figure(None, f"{table.title}/{code}", ())
        if left.value or right.value:
            repeats = "revenue_summary/general_public_expenditure"
            yield equality("cross_general_public", left.label, left, right, table.unit, repeats)


def between_tables(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Return the identities between the tables of one disclosure.

    A table that the disclosure does not print, or publishes empty, is not compared.
    """
    yield from general_public(sheets)
    by_key: dict[tuple[str, str], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_key[sheet.table_id, sheet.side].append(sheet)
    for rule in read_reference("rule_table_pairs"):
        # Two lists may share a side: expenditure by use and by function.
        for left in by_key[rule["left_table"], rule["left_side"]]:
            for right in by_key[rule["right_table"], rule["right_side"]]:
                yield from _rule_between(rule, left, right)


def _rule_between(rule: Mapping[str, str], left: Sheet, right: Sheet) -> Iterator[Identity]:
    columns = left.column(rule["left_column"]), right.column(rule["right_column"])
    if left.unit != right.unit or columns[0] is None or columns[1] is None:
        return
    repeats = f"{rule['left_table']}/{rule['right_table']}/{rule['left_column']}"
    for one, other in _pairs(rule, left, right, (columns[0], columns[1])):
        yield _compare(rule, one, other, left.unit, repeats)

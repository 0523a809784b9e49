"""Sums inside one table: down its rows, across its columns, and between its two sides.

Place in the chain: a family of rules of ``audit``.  Input: sheets.  Output: identities.

A tree of rows is built from codes, units, projects, list marks and 其中.  Where the parent of
filled parts is blank the sum above it takes the parts, so that one blank is one finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from helpers.audit.identity import Figure, Identity, equality, first_origins, sum_of
from helpers.audit.sheets import YEAR_SUM, Sheet, SheetColumn, SheetRow
from helpers.lines import (
    FIRST_MARK,
    OF_WHICH,
    OF_WHICH_MARK,
    SECOND_MARK,
    SUBTOTAL,
    SUBTOTAL_WORD,
    TOTAL,
)
from helpers.tables import has_free_rows

_CARRIED_OVER = re.compile(r"结转(?:和|及|、)?结余$")
_FUND_OF_IT = re.compile(
    r"^(?:[一二三]、)?(?:一般公共预算|政府性基金预算|国有资本经营预算)(?:财政)?拨款$"
)
_GRAND_TOTAL = re.compile(r"^(?:收入|支出)?(?:合计|总计)$")


@dataclass(slots=True)
class _Node:
    """A row with the rows that make it up."""

    row: SheetRow
    parts: list[_Node] = field(default_factory=list)
    kind: str = "table_part_sum"


def _level(node: SheetRow, above: Sequence[tuple[int, _Node]]) -> int:
    """Depth of a coded row: unit rows 1, then digits of the code, projects below their code."""
    line = node.line
    if not line.code:
        return 1
    if line.project and any(
        other.row.line.code == line.code and not other.row.line.project for _, other in above
    ):
        return len(line.code) + 1
    return len(line.code)


def _coded_roots(rows: Sequence[SheetRow]) -> list[_Node]:
    roots: list[_Node] = []
    stack: list[tuple[int, _Node]] = []
    for row in rows:
        line = row.line
        is_unit = line.role == SUBTOTAL and not line.code and line.unit_name == line.label
        if line.role == TOTAL or line.role == OF_WHICH or not (line.code or is_unit):
            continue
        level = _level(row, stack)
        while stack and stack[-1][0] >= level:
            stack.pop()
        node = _Node(row)
        if stack:
            parent = stack[-1][1]
            parent.parts.append(node)
            if not parent.row.line.code:
                parent.kind = "table_unit_sum"
            elif line.project:
                parent.kind = "table_project_sum"
            elif len(line.code) == 7:
                parent.kind = "table_section_sum"
            else:
                parent.kind = "table_class_sum"
        else:
            roots.append(node)
        stack.append((level, node))
    return roots


def _unit_roots(rows: Sequence[SheetRow]) -> list[_Node]:
    """Rows without codes under the units they belong to."""
    roots: list[_Node] = []
    for row in rows:
        line = row.line
        if line.role == TOTAL:
            continue
        if line.role == SUBTOTAL and line.label == line.unit_name:
            roots.append(_Node(row, kind="table_unit_sum"))
        elif roots and line.role != OF_WHICH:
            roots[-1].parts.append(_Node(row))
    return roots


def _marked_roots(rows: Sequence[SheetRow]) -> list[_Node]:
    """Rows with list marks: 「一、」 over 「1.」 over 其中, and 小计 over what follows it."""
    roots: list[_Node] = []
    first: _Node | None = None
    second: _Node | None = None
    open_list: _Node | None = None
    for row in rows:
        label = row.line.label
        if not label or row.line.role == TOTAL or YEAR_SUM.search(label):
            if label:
                first = second = open_list = None
            continue
        node = _Node(row)
        if roots and _FUND_OF_IT.match(label) and _CARRIED_OVER.search(roots[-1].row.line.label):
            # Final accounts list the funds of the carry-over below it, without 其中.
            roots[-1].parts.append(node)
        elif OF_WHICH_MARK.match(label):
            parent = second or first or (roots[-1] if roots else None)
            open_list = parent
            if parent is not None:
                parent.kind = "table_of_which_sum"
                parent.parts.append(node)
        elif FIRST_MARK.match(label):
            first, second, open_list = node, None, None
            roots.append(node)
        elif SECOND_MARK.match(label):
            second, open_list = node, None
            (first.parts if first else roots).append(node)
        elif SUBTOTAL_WORD.search(label):
            second, open_list = None, node
            roots.append(node)
        elif open_list is not None:
            open_list.parts.append(node)
        elif first is not None:
            second = node
            first.parts.append(node)
        else:
            second = node
            roots.append(node)
    return roots


def _roots(sheet: Sheet) -> list[_Node]:
    rows = sheet.rows
    if any(len(row.line.code) > 3 for row in rows) or (
        not sheet.side and any(row.line.code for row in rows)
    ):
        return _coded_roots(rows)
    if any(row.line.unit_name for row in rows):
        return _unit_roots(rows)
    return _marked_roots(rows)


def _effective(sheet: Sheet, node: _Node, path: str) -> Figure:
    """Return the figure of a row, or the sum of its parts where it is blank."""
    cell = sheet.cell(node.row, path)
    if cell.value is None and node.parts:
        below = sum_of([_effective(sheet, part, path) for part in node.parts])
        return cell if below.value is None else replace(below, label=cell.label)
    return cell


def stated_or_parts(sheet: Sheet, row: SheetRow, path: str) -> Figure:
    """Return a cell, or the sum of the rows under it where it is blank over filled ones."""
    cell = sheet.cell(row, path)
    if cell.value is not None:
        return cell
    node = next((one for one in _walk(_roots(sheet)) if one.row is row), None)
    return cell if node is None else _effective(sheet, node, path)


def _walk(nodes: Sequence[_Node]) -> Iterator[_Node]:
    for node in nodes:
        yield node
        yield from _walk(node.parts)


def _compare(
    sheet: Sheet, rule_id: str, row: SheetRow, path: str, parts: Sequence[Figure]
) -> Iterator[Identity]:
    whole, right = sheet.cell(row, path), sum_of(parts)
    if whole.value is None and not right.value:
        return
    if whole.value is None:
        is_total = row.line.role == TOTAL
        rule_id = "table_blank_total" if is_total else "table_blank_parent"
    subject = f"{sheet.title}/{row.name}"
    repeats = f"{sheet.table_id}/{sheet.side}/{path}"
    yield equality(rule_id, subject, whole, right, sheet.unit, repeats)


def vertical_sums(sheet: Sheet) -> Iterator[Identity]:
    """Compare each row with the sum of the rows that make it up, in every column."""
    roots = _roots(sheet)
    for column in sheet.columns:
        for node in _walk(roots):
            if node.parts:
                parts = [_effective(sheet, part, column.path) for part in node.parts]
                # A list of 其中 that states nothing leaves its parent undivided.
                if any(part.value is not None for part in parts):
                    yield from _compare(sheet, node.kind, node.row, column.path, parts)
        yield from _totals(sheet, roots, column)


def _totals(sheet: Sheet, roots: Sequence[_Node], column: SheetColumn) -> Iterator[Identity]:
    """Compare total rows with what stands between them: 本年合计 first, then 总计."""
    positions = {id(node.row): node for node in roots}
    between: list[Figure] = []
    all_roots: list[Figure] = [_effective(sheet, node, column.path) for node in roots]
    has_year_sum = any(YEAR_SUM.search(row.line.label) for row in sheet.rows)
    for row in sheet.rows:
        if YEAR_SUM.search(row.line.label):
            yield from _compare(sheet, "table_total_sum", row, column.path, between)
            between = [sheet.cell(row, column.path)]
        elif row.line.role == TOTAL and roots:
            parts = between if has_year_sum else all_roots
            yield from _compare(sheet, "table_total_sum", row, column.path, parts)
        elif id(row) in positions:
            between.append(_effective(sheet, positions[id(row)], column.path))


def _under(path: str, heading: str) -> bool:
    return not heading or path.startswith(f"{heading}/")


def _heading(column: SheetColumn) -> str:
    return column.path.rpartition("/")[0]


def _parts_of(total: SheetColumn, columns: Sequence[SheetColumn]) -> list[SheetColumn]:
    """Return the columns a total column sums: nested totals in place of their own parts."""
    heading = _heading(total)
    inside = [
        one
        for one in columns
        if one is not total and _under(one.path, heading) and one.role != "of_which"
    ]
    nested = [one for one in inside if one.role == "total" and len(_heading(one)) > len(heading)]
    return [
        one
        for one in inside
        if not any(other is not one and _under(one.path, _heading(other)) for other in nested)
        and (one.role != "total" or one in nested)
    ]


def horizontal_sums(sheet: Sheet) -> Iterator[Identity]:
    """Compare each total column with its parts, row by row."""
    for total in sheet.columns:
        if total.role != "total":
            continue
        parts = _parts_of(total, sheet.columns)
        for row in sheet.rows:
            if not row.cells or not parts:
                continue
            stated = [_across(sheet, row, part) for part in parts]
            if all(one.value is None for one in stated):
                if _heading(total) and _are_filled(sheet, parts):
                    yield from _over_blanks(sheet, row, total, stated)
                continue
            label = "+".join(
                part.leaf for part, one in zip(parts, stated, strict=True) if one.value is not None
            )
            whole = sheet.cell(row, total.path)
            right = sum_of(stated, f"{sheet.title}/{row.name}·{label}")
            if whole.value is None and not right.value:
                continue
            rule_id = "table_row_sum" if whole.value is not None else "table_blank_row_total"
            subject = f"{sheet.title}/{row.name}"
            repeats = f"{sheet.table_id}/{sheet.side}/{total.path}"
            yield equality(rule_id, subject, whole, right, sheet.unit, repeats)


def _are_filled(sheet: Sheet, parts: Sequence[SheetColumn]) -> bool:
    """Tell whether rows of the table state the parts of a subtotal, so that it is one of them."""
    filled = [
        row
        for row in sheet.rows
        if row.line.role != TOTAL
        and any(sheet.cell(row, part.path).value is not None for part in parts)
    ]
    return len(filled) > 1


def _over_blanks(
    sheet: Sheet, row: SheetRow, total: SheetColumn, parts: Sequence[Figure]
) -> Iterator[Identity]:
    """Report a subtotal whose parts are all blank; which of them is wrong, nothing tells."""
    whole = replace(sheet.cell(row, total.path), terms=())
    if whole.value:
        label = f"{sheet.title}/{row.name}·{_heading(total).rpartition('/')[2]}各分栏"
        right = Figure(None, label, first_origins(parts))
        repeats = f"{sheet.table_id}/{sheet.side}/{total.path}"
        subject = f"{sheet.title}/{row.name}"
        yield equality("table_row_sum", subject, whole, right, sheet.unit, repeats)


def _across(sheet: Sheet, row: SheetRow, column: SheetColumn) -> Figure:
    """Return a cell, or where a nested total is blank the sum of its parts."""
    cell = sheet.cell(row, column.path)
    if cell.value is not None or column.role != "total":
        return cell
    parts = [sheet.cell(row, part.path) for part in _parts_of(column, sheet.columns)]
    below = sum_of(parts)
    return cell if below.value is None else replace(below, label=cell.label)


def balances(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare total income with total expenditure of each two-sided table."""
    for left in sheets:
        rights = [o for o in sheets if o.table_id == left.table_id and o.side == "expenditure"]
        # Of two lists of expenditure (by function, by use) one prints the total.
        right = next((one for one in rights if _grand_total(one)), next(iter(rights), None))
        if left.side != "revenue" or right is None:
            continue
        sides = [(left, _grand_total(left)), (right, _grand_total(right))]
        if all(row is not None for _, row in sides):
            cells = [
                sheet.cell(row, sheet.columns[0].path) for sheet, row in sides if row is not None
            ]
            yield equality("table_balance", left.title, cells[0], cells[1], left.unit)


def _grand_total(sheet: Sheet) -> SheetRow | None:
    totals = [row for row in sheet.rows if row.line.role == TOTAL]
    return totals[-1] if totals and _GRAND_TOTAL.match(totals[-1].line.label) else None


def table_sums(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Return every identity inside the tables."""
    for sheet in sheets:
        if not has_free_rows(sheet.table_id):
            yield from vertical_sums(sheet)
            yield from horizontal_sums(sheet)
    yield from balances(sheets)

"""Statutory tables as the audit sees them: every printed row, blank cells included.

Place in the chain: used by the rules on tables.  Input: facts, which hold the amounts, and the
tables, which know rows and columns that state nothing.  Output: :class:`Sheet`.

Amounts come from the facts, so that an audit of changed facts sees the change.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from helpers.amounts import UNIT_FACTORS, plain
from helpers.audit.identity import Figure, figure
from helpers.document import row_of
from helpers.grid import AMOUNT
from helpers.lines import Line
from helpers.tables import BudgetTable, column_role
from helpers.tolerance import printed_decimals

Fact = Mapping[str, Any]

# 本年收入合计, before the money carried over is added.
YEAR_SUM = re.compile(r"^(?:本年|当年).*(?:合计|总计|小计)$")
_MARK = re.compile(
    r"^(?:[一二三四五六七八九十]+、|\d{1,2}[.、．]|[（(][一二三四五六七八九十\d]+[）)]|其中[:：]?)+"
)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of amounts: its header texts joined with ``/``, and its role."""

    path: str
    role: str

    @property
    def leaf(self) -> str:
        """The lowest header text."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One side of a printed row; ``cells`` holds the amounts it states, by column path.

    ``is_damaged`` where a figure of the row could not be read: what looks blank may be that figure.
    """

    line: Line
    row_no: int
    cells: Mapping[str, Figure]
    is_damaged: bool = False

    @property
    def name(self) -> str:
        """Project, or label with its code."""
        line = self.line
        if line.project:
            return line.project
        return f"{line.label}（{line.code}）" if line.code else line.label

    @property
    def key(self) -> str:
        """The label without list mark and 其中."""
        return _MARK.sub("", self.line.label)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side of a statutory table.

    Attributes
    ----------
    table_id, side, unit, title
        As in the facts; ``title`` is 表n where a number is printed, else the title.
    decimals
        Printed precision of the whole table.
    columns
        Columns of amounts in their order; of a two-sided table those that state something.
    rows
        As printed.
    """

    table_id: str
    side: str
    unit: str
    title: str
    decimals: int
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]

    def blank(self, row: SheetRow, path: str) -> Figure:
        """Return the figure of a cell that states nothing."""
        label, key = self.label(row, path), cell_key(self.table_id, self.side, row.row_no, path)
        empty = (place for column, place in row.line.blanks if "/".join(column.path) == path)
        origin = next(empty, row.line.origin)
        return figure(None, label, origin, self.decimals, row.is_damaged, key)

    def cell(self, row: SheetRow, path: str) -> Figure:
        """Return the figure of a cell, with a blank value where nothing is printed."""
        return row.cells.get(path) or self.blank(row, path)

    def label(self, row: SheetRow, path: str) -> str:
        """Return the name of a cell: table, row and column."""
        return _label(self.title, row.name, path)

    def column(self, pattern: str) -> SheetColumn | None:
        """Return the first column whose path matches."""
        return next((one for one in self.columns if re.search(pattern, one.path)), None)


def cell_key(table_id: str, side: str, row_no: int, path: str) -> str:
    """Return what tells a cell from every other figure of the document."""
    return f"{table_id}/{side}/{row_no}/{path}"


def _label(title: str, name: str, path: str) -> str:
    leaf = path.rpartition("/")[2]
    return f"{title}/{name}" if leaf in ("预算数", "决算数") else f"{title}/{name}·{leaf}"


def _columns(table: BudgetTable, side: str, paths: Sequence[str]) -> tuple[SheetColumn, ...]:
    found: dict[str, SheetColumn] = {}
    for column in table.columns:
        path = "/".join(column.path)
        if column.kind == AMOUNT and (not side or path in paths):
            found.setdefault(path, SheetColumn(path, column_role(column, table.columns)))
    # A heading that stands twice over one row is told apart in the facts.
    for path in paths:
        found.setdefault(path, SheetColumn(path, "part"))
    return tuple(found.values())


def copied_tables(tables: Sequence[BudgetTable]) -> list[tuple[BudgetTable, BudgetTable]]:
    """Return (table, copy) where a table with its title and all its amounts follows itself.

    Tables of the department and of its only unit may be equal; they come in two series.
    """
    return [
        (one, other)
        for one, other in pairwise(tables)
        if one.n_amounts and one.title and _content(one) == _content(other)
    ]


def _content(table: BudgetTable) -> tuple[object, ...]:
    rows = [
        (
            line.code,
            line.label,
            line.project,
            [(column.path, amount.value) for column, amount, _ in line.amounts],
        )
        for line in table.lines
    ]
    return (table.table_id, table.title, table.unit, rows)


def read_sheets(tables: Sequence[BudgetTable], facts: Sequence[Fact]) -> list[Sheet]:
    """Return the sides of all statutory tables that state amounts, a table printed twice once.

    Parameters
    ----------
    tables
        As read; they give rows, labels and columns.
    facts
        Rows of ``facts.csv`` of the same disclosure; they give the amounts.
    """
    by_row: dict[tuple[str, int, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_row[fact["table_id"], fact["row_no"], fact["side"]].append(fact)
    printed: Counter[str] = Counter()
    sheets: list[Sheet] = []
    copies = copied_tables(tables)  # their money would count twice
    for table in tables:
        offset = printed[table.table_id]
        printed[table.table_id] += table.n_rows
        is_copy = any(table is copy for _, copy in copies)
        if table.unit is not None and not is_copy:
            sheets += _sides(table, offset, by_row)
    return sheets


def _row_number(origin: str) -> tuple[int, ...]:
    """Return what puts the places of one table in order, row by row: p3:t2:r5:c4 → (3, 2, 5)."""
    return tuple(map(int, re.findall(r"\d+", row_of(origin.partition(";")[0]))))


def _damaged_rows(table: BudgetTable) -> set[int]:
    """Return the printed rows that hold a figure which could not be read, by their number."""
    starts = sorted((_row_number(line.origin), line.row_no) for line in table.lines)
    damaged: set[int] = set()
    for cell, _ in table.unreadable:
        before = [row_no for start, row_no in starts if start <= _row_number(cell.origin)]
        damaged.update(before[-1:])
    return damaged


def _sides(
    table: BudgetTable, offset: int, by_row: Mapping[tuple[str, int, str], Sequence[Fact]]
) -> Iterator[Sheet]:
    assert table.unit is not None
    lines: dict[tuple[str, int], list[tuple[Line, Sequence[Fact]]]] = defaultdict(list)
    for line in table.lines:
        facts = by_row.get((table.table_id, line.row_no + offset, line.side), ())
        # Two lists of one side share their rows: by function and by use.
        own = {cell.origin for _, _, cell in line.amounts}
        facts = [fact for fact in facts if fact["origin"] in own]
        lines[line.side, line.group].append((line, facts))
    stated = [fact for side in lines.values() for _, facts in side for fact in facts]
    decimals = printed_decimals(fact["amount_text"] for fact in stated)
    title = f"表{table.number}" if table.number else table.title
    factor = UNIT_FACTORS[table.unit]
    damaged = _damaged_rows(table)
    for (side, _), own in lines.items():
        paths = list(dict.fromkeys(fact["column_path"] for _, facts in own for fact in facts))
        rows = []
        for line, facts in own:
            row = SheetRow(line, line.row_no + offset, {})
            cells = {
                fact["column_path"]: figure(
                    _in_unit(fact["amount_yuan"], factor),
                    _label(title, row.name, fact["column_path"]),
                    fact["origin"],
                    decimals,
                    key=cell_key(table.table_id, side, row.row_no, fact["column_path"]),
                )
                for fact in facts
            }
            rows.append(replace(row, cells=cells, is_damaged=line.row_no in damaged))
        if paths:
            yield Sheet(
                table.table_id,
                side,
                table.unit,
                title,
                decimals,
                _columns(table, side, paths),
                tuple(rows),
            )


def _in_unit(yuan: Decimal, factor: Decimal) -> Decimal:
    return plain(yuan / factor)

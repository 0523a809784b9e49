"""Which statutory table a grid is, what its unit is, and what each of its rows states.

Place in the chain: after ``grid``, before ``facts``.  Input: grids.  Output: :class:`BudgetTable`,
whose :class:`Line` rows carry codes, label, role and amounts.

A table is known by its title (``reference/table_signatures.csv``), never by its number or position:
numbering differs by province and year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile

from helpers.amounts import Amount, find_unit, parse_amount
from helpers.columns import AMOUNT, LABEL, Column
from helpers.document import Cell, squeeze
from helpers.grid import Grid
from helpers.lines import Line, is_misplaced, read_lines
from helpers.reference_data import read_reference

UNKNOWN = "unknown"
"""The table_id of a money table whose title names none that is known."""

_PERFORMANCE = re.compile(r"绩效|一级指标|三级指标|指标值|评分|自评")
_UNIT_IN_HEADER = re.compile(r"[（(](百万元|亿元|万元|千元|元)[)）]")

_TOTAL_COLUMN = re.compile(r"(?:合计|总计|小计)$")


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """A statutory table: what it is and what it states.

    Attributes
    ----------
    table_id
        From ``reference/table_signatures.csv``.
    number
        The printed number, or None.
    title, unit
        As printed; ``unit`` is 元, 千元, 万元 or 亿元, or None where none is stated.
    columns, n_rows
        All columns; the number of data rows as printed.
    lines
        The rows.
    unreadable
        (cell, reason) of every figure that belongs to no row or cannot be read.
    statement
        The sentence that declares the table empty, or None.
    """

    table_id: str
    number: int | None
    title: str
    unit: str | None
    columns: tuple[Column, ...]
    n_rows: int
    lines: tuple[Line, ...]
    unreadable: tuple[tuple[Cell, str], ...]
    statement: Cell | None
    origin: str
    warnings: tuple[str, ...]

    @property
    def n_amounts(self) -> int:
        """Number of amounts printed in rows."""
        return sum(len(line.amounts) for line in self.lines)

    @property
    def has_projects(self) -> bool:
        """Whether rows name projects."""
        return any(line.project for line in self.lines)


@cache
def _signatures() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_reference("table_signatures")
    return tuple((row["table_id"], re.compile(row["title_pattern"])) for row in rows)


def identify(title: str) -> str | None:
    """Return the table_id for a printed title, or None.

    Examples
    --------
    >>> identify("部门（单位）收入总体情况表")
    'revenue_summary'
    >>> identify("一般公共预算基本支出情况表")
    'general_public_basic_expenditure'
    >>> identify("项目支出绩效目标表") is None
    True
    """
    squeezed = squeeze(title)
    if "绩效" in squeezed:
        return None
    return next((table_id for table_id, pattern in _signatures() if pattern.search(squeezed)), None)


@cache
def _contents() -> tuple[tuple[str, tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]], ...]:
    def patterns(text: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(part) for part in text.split(";") if part)

    rows = read_reference("table_contents")
    return tuple(
        (row["table_id"], patterns(row["headings"]), patterns(row["labels"])) for row in rows
    )


def identify_by_contents(grid: Grid) -> str | None:
    """Return the table_id of a grid whose title was lost, by its headings and names, or None.

    Every pattern of a row of ``reference/table_contents.csv`` must match some heading or name.
    """
    headings = ["/".join(column.path) for column in grid.columns]
    names = [
        squeeze(row[column.index].text)
        for row in grid.rows
        for column in grid.columns
        if column.kind == LABEL
    ]
    for table_id, of_headings, of_names in _contents():
        if all(any(map(pattern.search, headings)) for pattern in of_headings) and all(
            any(map(pattern.search, names)) for pattern in of_names
        ):
            return table_id
    return None


def has_free_rows(table_id: str) -> bool:
    """Tell whether the rows of a table follow no known order, so that no sum can be expected."""
    rows = read_reference("table_signatures")
    return any(row["table_id"] == table_id and bool(row["free_rows"]) for row in rows)


def column_role(column: Column, columns: Sequence[Column]) -> str:
    """Return ``total`` for a column that sums others of its row, ``of_which`` or ``part``.

    A column headed 合计 without parts under its own heading and on its side of the table is a part;
    其中 beside it does not complete it.
    """
    if column.leaf.startswith("其中"):
        return "of_which"
    if not _TOTAL_COLUMN.search(column.leaf):
        return "part"
    heading = column.path[:-1]
    while heading and _TOTAL_COLUMN.search(heading[-1]):
        heading = heading[:-1]
    before = takewhile(_is_amount, reversed(columns[: column.index]))
    after = takewhile(_is_amount, columns[column.index + 1 :])
    beside = [*after, *(before if _TOTAL_COLUMN.fullmatch(column.leaf) else ())]
    has_parts = any(
        other.path[: len(heading)] == heading
        and not other.leaf.startswith("其中")
        and (other.index > column.index or not _TOTAL_COLUMN.search(other.leaf))
        for other in beside
    )
    return "total" if has_parts else "part"


def _is_amount(column: Column) -> bool:
    return column.kind == AMOUNT


def _unreadable(grid: Grid) -> list[tuple[Cell, str]]:
    cells = list(grid.strays)
    for row in grid.rows:
        for column in grid.columns:
            cell, path = row[column.index], "/".join(column.path)
            if is_misplaced(column, cell):
                cells.append((cell, f"a figure where a name or code should stand: {path}"))
            elif column.kind == AMOUNT and parse_amount(cell.text) is None:
                cells.append((cell, f"no amount in column {path}"))
    return cells


def _table_unit(grid: Grid) -> str | None:
    """Return the unit that the caption states or, failing that, the heading of every amount."""
    return _caption_unit(grid) or _header_unit(grid)


def _caption_unit(grid: Grid) -> str | None:
    units = [unit for cell in grid.caption.paragraphs if (unit := find_unit(cell.text))]
    return units[-1] if units else None


def _header_unit(grid: Grid) -> str | None:
    headings = ["".join(column.path) for column in grid.columns if column.kind == AMOUNT]
    named = {
        tuple(match.group(1) for match in _UNIT_IN_HEADER.finditer(heading)) for heading in headings
    }
    one = next(iter(named), ())
    return one[0] if len(named) == 1 and len(one) == 1 else None


def _of_two_units(grid: Grid) -> str:
    """Return why the amounts cannot be read: the caption states one unit, the header another."""
    caption, header = _caption_unit(grid), _header_unit(grid)
    if not caption or not header or caption == header:
        return ""
    return f"the caption states {caption}, the header {header}"


def _is_money_table(grid: Grid) -> bool:
    """Tell whether a grid without a known title states money: it says in which unit."""
    if _table_unit(grid) is None or any(_PERFORMANCE.search(cell.text) for cell in grid.cells):
        return False
    return any(
        column.kind == AMOUNT and isinstance(parse_amount(row[column.index].text), Amount)
        for row in grid.rows
        for column in grid.columns
    )


def money_tables(grids: Sequence[Grid]) -> list[tuple[str, Grid]]:
    """Return the grids that state money, each with its table_id.

    A known title is enough; a table without one counts where it names its unit, so that nothing is
    lost and nothing that is no money is taken for it.
    """
    found = []
    for grid in grids:
        title = grid.caption.title
        table_id = identify(title.text) if title else None
        if table_id is None and _is_money_table(grid):
            table_id = identify_by_contents(grid) or UNKNOWN
        if table_id is not None:
            found.append((table_id, grid))
    return found


def _read_table(table_id: str, grid: Grid, unit_names: frozenset[str]) -> BudgetTable:
    lines = tuple(read_lines(table_id, grid, unit_names))
    unreadable = _unreadable(grid)
    unreadable += [
        (cell, "a figure that is no money by its heading or its name")
        for line in lines
        for cell in line.others
    ]
    doubt = _of_two_units(grid)
    if doubt:
        unreadable += [(cell, doubt) for line in lines for _, _, cell in line.amounts]
        lines = tuple(replace(line, amounts=()) for line in lines)
    title = grid.caption.title
    return BudgetTable(
        table_id=table_id,
        number=grid.caption.number,
        title=squeeze(title.text) if title else "",
        unit=_table_unit(grid),
        columns=grid.columns,
        # Where one list goes on beside itself, its rows are counted on.
        n_rows=max([len(grid.rows), *(line.row_no for line in lines)]),
        lines=lines,
        unreadable=tuple(unreadable),
        statement=grid.caption.statement,
        origin=grid.origin,
        warnings=grid.warnings,
    )


def read_tables(
    grids: Sequence[Grid], unit_names: frozenset[str] = frozenset(), unit: str = ""
) -> list[BudgetTable]:
    """Return the tables of money among the grids of a disclosure.

    Parameters
    ----------
    grids
        As :func:`helpers.grid.read_grids` returns them.
    unit_names
        Names of budget units without white space, as far as the text states them; the names that
        head the rows of a project table are added.
    unit
        Of tables that state none, from ``source.yml``.

    Returns
    -------
    list of BudgetTable
        In document order.  A table without a unit of its own takes the unit that all other
        tables of the document share; without one its ``unit`` is None.
    """
    named = money_tables(grids)
    for table_id, grid in named:
        if table_id == "general_public_project_expenditure":
            unit_names |= {line.unit_name for line in read_lines(table_id, grid, unit_names)} - {""}
    tables = [_read_table(table_id, grid, unit_names) for table_id, grid in named]
    shared = {table.unit for table in tables if table.unit}
    if unit or len(shared) == 1:
        others = unit or min(shared)
        tables = [table if table.unit else replace(table, unit=others) for table in tables]
    return tables

"""Which statutory table a grid is, what its unit is, and what each of its rows states.

Place in the chain: after ``grid``, before ``facts``.  Input: grids.  Output: :class:`BudgetTable`,
whose :class:`Line` rows carry codes, label, role and amounts.

A table is known by its title (``reference/table_signatures.csv``), never by its number or position:
numbering differs by province and year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, takewhile

from helpers.amounts import Amount, find_unit, parse_amount
from helpers.columns import AMOUNT, CODE, LABEL, PROJECT, Column
from helpers.document import Cell, squeeze
from helpers.grid import TOTAL_WORD, Grid
from helpers.reference_data import read_reference

_DIVIDED_BY_UNIT = frozenset({"general_public_project_expenditure", "carry_over_detail"})
# Names of budget units end so; names of projects do not.
_UNIT_NAME = re.compile(
    r"(?:局|厅|处|科|中心|支队|大队|队|馆|院|所|站|学校|小学|中学|大学|医院|办公室|委员会|政府|协会|本级|机关)"
    r"(?:[（(](?:本级|机关|部门)[）)])?$"
)

ITEM, SUBTOTAL, TOTAL, OF_WHICH, MEMO = "item", "subtotal", "total", "of_which", "memo"

_LEADING_CODE = re.compile(r"^(\d{7}|\d{5}|\d{3})(?![\d年月.,，])")
_TOTAL_COLUMN = re.compile(r"(?:合计|总计|小计)$")
_FIRST_LEVEL = re.compile(r"^[一二三四五六七八九十]+、")
_SECOND_LEVEL = re.compile(r"^(?:\d{1,2}[.、．]|[（(][一二三四五六七八九十\d]+[）)])")
_OF_WHICH = re.compile(r"^其中[:：]?")
# Headings of a column that names rows; a column of remarks among the amounts is none.
_NAMES_ROWS = re.compile(r"^(?:项目|科目|类)|(?:名称|内容|分类|收入|支出)$")
_SUM_ROW = re.compile(r"(?:合计|总计)$")
_SUBTOTAL_WORD = re.compile(r"[（(]?小计[）)]?$")


@dataclass(frozen=True, slots=True)
class Line:
    """One side of one printed row.

    Attributes
    ----------
    row_no
        Data rows as printed, from 1, page parts joined.
    side
        ``revenue`` or ``expenditure`` in two-sided tables, else empty.
    label
        The row's name without white space and without its leading code.
    code
        Digits of the code columns, or of a code in front of the label; may be empty.
    role
        ``item, subtotal, total, of_which, memo``.
    unit_name
        The budget unit whose rows these are, where the table is divided by unit.
    project
        The project's name, where the table names projects.
    amounts
        (column, amount, cell) of every amount printed; blanks have none.
    origin
        Place of the label.
    warning
        What had to be mended to read the row, or empty.
    """

    row_no: int
    side: str
    label: str
    code: str
    role: str
    unit_name: str
    project: str
    amounts: tuple[tuple[Column, Amount, Cell], ...]
    origin: str
    warning: str = ""


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


def _split_code(label: str) -> tuple[str, str]:
    """Move a leading code from the label: ``210卫生健康支出`` -> (``210``, ``卫生健康支出``)."""
    match = _LEADING_CODE.match(label)
    return (match.group(1), label[match.end() :]) if match else ("", label)


def _join_codes(texts: Sequence[str]) -> str:
    """Join the digits of the code columns; a column may repeat the digits before it."""
    code = ""
    for text in texts:
        if text.isdigit():
            code = text if code and text.startswith(code) else code + text
    return code


def _side(columns: Sequence[Column]) -> str:
    """Name the side of a two-sided table from its header texts."""
    words = "".join("".join(column.path) for column in columns)
    if "收入" in words and "支出" not in words:
        return "revenue"
    return "expenditure" if "支出" in words or "功能分类" in words else "revenue"


def _groups(columns: Sequence[Column]) -> list[tuple[str, tuple[Column, ...]]]:
    """Split the columns of a two-sided table into its sides; a one-sided table is one group."""
    bounds = [0]
    for left, right in pairwise(columns):
        if left.kind == AMOUNT and right.kind != AMOUNT:
            heads = list(takewhile(lambda c: c.kind != AMOUNT, columns[right.index :]))
            has_amounts = heads[-1].index + 1 < len(columns)
            if has_amounts and any(_NAMES_ROWS.search(head.leaf) for head in heads):
                bounds.append(right.index)
    slices = [tuple(columns[a:b]) for a, b in pairwise([*bounds, len(columns)])]
    if len(slices) == 1:
        return [("", slices[0])]
    return [(_side(group), group) for group in slices]


def _is_misplaced(column: Column, cell: Cell) -> bool:
    """Tell whether a figure stands in a column of names or codes, its row having lost a cell."""
    if column.kind == AMOUNT or squeeze(cell.text).isdecimal():
        return False
    return isinstance(parse_amount(cell.text), Amount)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line before its role is known."""

    line: Line
    level: int  # 0 unmarked, 1 「一、」, 2 「1.」; code length for coded rows
    is_of_which: bool


def _draft(row_no: int, side: str, group: Sequence[Column], row: Sequence[Cell]) -> _Draft | None:
    cells = {column.index: row[column.index] for column in group}
    codes, names, projects, amounts = [], [], [], []
    origin = ""
    first_amount = next((c.index for c in group if c.kind == AMOUNT), group[-1].index)
    for column in group:
        cell = cells[column.index]
        text = squeeze(cell.text)
        is_remark = column.kind != AMOUNT and column.index > first_amount
        if not text or is_remark or _is_misplaced(column, cell):
            continue
        if column.kind == AMOUNT:
            amount = parse_amount(cell.text)
            if isinstance(amount, Amount):
                amounts.append((column, amount, cell))
            continue
        origin = origin or cell.origin
        if column.kind == CODE and text.isdigit():
            codes.append(text)
        elif column.kind == PROJECT:
            projects.append(text)
        elif column.kind in (LABEL, CODE):
            names.append(text)
            origin = cell.origin
    label = names[-1] if names else ""
    project = projects[-1] if projects else ""
    if TOTAL_WORD.match(project):
        label, project = label or project, ""
    code = _join_codes(codes)
    if not code:
        code, label = _split_code(label)
    if not (label or code or project or amounts):
        return None
    level = len(code) or (
        1 if _FIRST_LEVEL.match(label) else 2 if _SECOND_LEVEL.match(label) else 0
    )
    line = Line(row_no, side, label, code, ITEM, "", project, tuple(amounts), origin)
    return _Draft(line, level, bool(_OF_WHICH.match(label)))


def _roles_by_code(drafts: Sequence[_Draft]) -> Iterator[Line]:
    """Coded rows: a row is a subtotal if the next coded row goes deeper."""
    for index, draft in enumerate(drafts):
        line = draft.line
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        if TOTAL_WORD.match(line.label):
            yield replace(line, role=TOTAL)
        elif draft.is_of_which:
            yield replace(line, role=OF_WHICH)
        elif following and (len(following.line.code) > len(line.code)) and not line.project:
            yield replace(line, role=SUBTOTAL)
        else:
            yield line


def _roles_by_mark(drafts: Sequence[_Draft]) -> Iterator[Line]:
    """Uncoded rows: list marks make levels, 其中 opens parts of the row above.

    Rows without a mark after 其中 continue its parts; rows without a mark after a first-level row
    are its items.  Parts of a row printed as 小计 are complete, so they are items.
    """
    inside_of_which = False
    parts_are_items = False
    for index, draft in enumerate(drafts):
        line = draft.line
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        if draft.is_of_which:
            inside_of_which = True
        elif draft.level or _SUM_ROW.search(line.label) or _SUBTOTAL_WORD.search(line.label):
            inside_of_which = False
            parts_are_items = bool(_SUBTOTAL_WORD.search(line.label))
        if _SUM_ROW.search(line.label):
            is_part_sum = line.label.startswith("本年")
            yield replace(line, role=SUBTOTAL if is_part_sum else TOTAL)
        elif inside_of_which:
            yield replace(line, role=ITEM if parts_are_items else OF_WHICH)
        elif parts_are_items and _SUBTOTAL_WORD.search(line.label):
            yield replace(line, role=SUBTOTAL)
        elif (
            draft.level == 1
            and following
            and not _SUM_ROW.search(following.line.label)
            and following.level != 1
        ):
            is_parent = following.level == 2 or not following.is_of_which
            yield replace(line, role=SUBTOTAL if is_parent and following.line.label else ITEM)
        else:
            yield line


def _unit_rows(drafts: Sequence[_Draft], coded: bool, unit_names: frozenset[str]) -> set[int]:
    """Return the indices of rows that head the rows of one budget unit.

    Among coded rows that is every row that has neither code nor project.  Where all rows are
    names, it is a row that bears the name of a unit.
    """
    return {
        index
        for index, draft in enumerate(drafts)
        if draft.line.label
        and not draft.line.code
        and not draft.line.project
        and not TOTAL_WORD.match(draft.line.label)
        and (coded or draft.line.label in unit_names or _UNIT_NAME.search(draft.line.label))
    }


def _assign_units(lines: Sequence[Line], heads: set[int]) -> list[Line]:
    """Give every row of a table that is divided by budget unit its unit."""
    current = ""
    result = []
    for index, line in enumerate(lines):
        if index in heads:
            current = line.label
            result.append(replace(line, role=SUBTOTAL, unit_name=current))
        elif line.role == TOTAL:
            result.append(line)
        else:
            result.append(replace(line, unit_name=current))
    return result


def _lines(table_id: str, grid: Grid, unit_names: frozenset[str]) -> list[Line]:
    groups = _groups(grid.columns)
    lines: list[Line] = []
    for side, group in groups:
        drafts = [
            draft
            for row_no, row in enumerate(grid.rows, 1)
            if (draft := _draft(row_no, side, group, row)) is not None
        ]
        coded = any(column.kind == CODE for column in group) or (
            sum(bool(d.line.code) for d in drafts) > len(drafts) / 2
        )
        roles = list(_roles_by_code(drafts) if coded else _roles_by_mark(drafts))
        if table_id in _DIVIDED_BY_UNIT:
            roles = _assign_units(roles, _unit_rows(drafts, coded, unit_names))
        if table_id == "carry_over_detail":
            roles = [
                replace(line, project=line.label) if line.role == ITEM and line.label else line
                for line in roles
            ]
        lines += [replace(line, warning=grid.mended.get(line.row_no - 1, "")) for line in roles]
    return sorted(lines, key=lambda line: line.row_no) if len(groups) > 1 else lines


def _unreadable(grid: Grid) -> list[tuple[Cell, str]]:
    cells = list(grid.strays)
    for row in grid.rows:
        for column in grid.columns:
            cell, path = row[column.index], "/".join(column.path)
            if _is_misplaced(column, cell):
                cells.append((cell, f"a figure where a name or code should stand: {path}"))
            elif column.kind == AMOUNT and parse_amount(cell.text) is None:
                cells.append((cell, f"no amount in column {path}"))
    return cells


def _table_unit(grid: Grid) -> str | None:
    units = [unit for cell in grid.caption.paragraphs if (unit := find_unit(cell.text))]
    return units[-1] if units else None


def statutory(grids: Sequence[Grid]) -> list[Grid]:
    """Return the grids whose title names a statutory table."""
    return [g for g in grids if g.caption.title and identify(g.caption.title.text)]


def read_tables(
    grids: Sequence[Grid], unit_names: frozenset[str] = frozenset()
) -> list[BudgetTable]:
    """Return the statutory tables among the grids of a disclosure.

    Parameters
    ----------
    grids
        As :func:`helpers.grid.read_grids` returns them.
    unit_names
        Names of budget units without white space, as far as the text states them; the names that
        head the rows of a project table are added.

    Returns
    -------
    list of BudgetTable
        In document order.  A table without a unit of its own takes the unit that all other
        tables of the document share; without one its ``unit`` is None.
    """
    named = [
        (table_id, title, grid)
        for grid in grids
        if (title := grid.caption.title) and (table_id := identify(title.text))
    ]
    for table_id, _, grid in named:
        if table_id == "general_public_project_expenditure":
            unit_names |= {line.unit_name for line in _lines(table_id, grid, unit_names)} - {""}
    tables = [
        BudgetTable(
            table_id=table_id,
            number=grid.caption.number,
            title=squeeze(title.text),
            unit=_table_unit(grid),
            columns=grid.columns,
            n_rows=len(grid.rows),
            lines=tuple(_lines(table_id, grid, unit_names)),
            unreadable=tuple(_unreadable(grid)),
            statement=grid.caption.statement,
            origin=grid.origin,
            warnings=grid.warnings,
        )
        for table_id, title, grid in named
    ]
    shared = {table.unit for table in tables if table.unit}
    if len(shared) == 1:
        tables = [table if table.unit else replace(table, unit=min(shared)) for table in tables]
    return tables

"""What each row of a money table states: its codes, its name, its role and its amounts.

Place in the chain: below ``tables``.  Input: a grid and what kind of table it is.  Output:
:class:`Line` values.

A grid may print several lists side by side: income beside expenditure, expenditure by function
beside expenditure by use, or one long list in two halves.  Each is a group of columns of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, takewhile

from helpers.amounts import Amount, Blank, parse_amount
from helpers.columns import AMOUNT, CODE, LABEL, PROJECT, Column
from helpers.document import Cell, squeeze
from helpers.grid import TOTAL_WORD, Grid
from helpers.reference_data import read_reference

ITEM, SUBTOTAL, TOTAL, OF_WHICH, MEMO = "item", "subtotal", "total", "of_which", "memo"

_TWO_SIDED = frozenset({"revenue_expenditure_summary", "fiscal_appropriation_summary"})
_DIVIDED_BY_UNIT = frozenset({"general_public_project_expenditure", "carry_over_detail"})
# Names of budget units end so; names of projects do not.
_UNIT_NAME = re.compile(
    r"(?:局|厅|处|科|中心|支队|大队|队|馆|院|所|站|学校|小学|中学|大学|医院|办公室|委员会|政府|协会|本级|机关)"
    r"(?:[（(](?:本级|机关|部门)[）)])?$"
)

_LEADING_CODE = re.compile(r"^(\d{7}|\d{5}|\d{3})(?![\d年月.,，])")
# Marks in front of names: the levels of a list, and parts of the row above.
FIRST_MARK = re.compile(r"^[一二三四五六七八九十]+、")
SECOND_MARK = re.compile(r"^(?:\d{1,2}[.、．]|[（(][一二三四五六七八九十\d]+[）)])")
OF_WHICH_MARK = re.compile(r"^其中[:：]?")
# Headings of a column that names rows; a column of remarks among the amounts is none.
_HEADS_NAME = re.compile(r"名称$|^项目$|^科目$|^(?:收入|支出)")
_NAMES_ROWS = re.compile(r"^(?:项目|科目|类)|(?:名称|内容|分类|收入|支出)$")
_SUM_ROW = re.compile(r"(?:合计|总计)$")
SUBTOTAL_WORD = re.compile(r"[（(]?小计[）)]?$")


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
    group
        Which of the lists side by side the row belongs to, from 0.
    others
        Cells of figures that are no money: counts of cars, rates.
    blanks
        (column, place) of the cells for amounts that are empty.
    code_origin, project_origin
        Places of the code and of the project's name; empty where there is none of its own.
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
    group: int = 0
    others: tuple[Cell, ...] = ()
    blanks: tuple[tuple[Column, str], ...] = ()
    code_origin: str = ""
    project_origin: str = ""


def _split_code(label: str) -> tuple[str, str]:
    """Move a leading code from the label: ``210卫生健康支出`` -> (``210``, ``卫生健康支出``)."""
    match = _LEADING_CODE.match(label)
    return (match.group(1), label[match.end() :]) if match else ("", label)


def _join_codes(texts: Sequence[str]) -> str:
    """Join the digits of the code columns; a column may repeat the digits before it.

    A spreadsheet drops the leading zero of 款 and 项: 301 and 2 are 30102.
    """
    code = ""
    for text in texts:
        if text.isdigit():
            repeats = code and text.startswith(code)
            code = text if repeats else code + (text.zfill(2) if code else text)
    return code


@cache
def _not_money(scope: str) -> re.Pattern[str]:
    rows = read_reference("not_money")
    return re.compile("|".join(row["pattern"] for row in rows if row["scope"] == scope))


def _is_money(column: Column, label: str) -> bool:
    """Tell whether an amount under a heading and beside a name is money, not a count or a rate."""
    is_other = any(_not_money("column").search(heading) for heading in column.path)
    return not (is_other or _not_money("row").search(label))


def _side(columns: Sequence[Column]) -> str:
    """Name the side of a two-sided table from its header texts; empty where they name none."""
    words = "".join("".join(column.path) for column in columns)
    if "收入" in words and "支出" not in words:
        return "revenue"
    return "expenditure" if "支出" in words or "功能分类" in words else ""


def _groups(columns: Sequence[Column], table_id: str) -> list[tuple[str, tuple[Column, ...]]]:
    """Split the columns of a two-sided table into its sides; a one-sided table is one group."""
    bounds = [0]
    for left, right in pairwise(columns):
        if left.kind == AMOUNT and right.kind != AMOUNT:
            heads = list(takewhile(lambda c: c.kind != AMOUNT, columns[right.index :]))
            has_amounts = heads[-1].index + 1 < len(columns)
            if has_amounts and any(_NAMES_ROWS.search(head.leaf) for head in heads):
                bounds.append(right.index)
    slices = [tuple(columns[a:b]) for a, b in pairwise([*bounds, len(columns)])]
    if len(slices) == 1 or (_is_one_list(slices) and table_id not in _TWO_SIDED):
        return [("", group) for group in slices]
    # Where no heading says so, income stands on the left.
    unnamed = ["revenue", *["expenditure"] * (len(slices) - 1)]
    return [(_side(group) or side, group) for side, group in zip(unnamed, slices, strict=True)]


def _is_one_list(groups: Sequence[Sequence[Column]]) -> bool:
    """Tell whether groups are one list that goes on beside itself: the same headings again."""
    headings = {tuple((column.kind, column.path) for column in group) for group in groups}
    has_codes = any(column.kind == CODE for column in groups[0])
    return len(headings) == 1 and (has_codes or not _side(groups[0]))


def is_misplaced(column: Column, cell: Cell) -> bool:
    """Tell whether a figure stands in a column of names or codes, its row having lost a cell."""
    if column.kind == AMOUNT or squeeze(cell.text).isdecimal():
        return False
    return isinstance(parse_amount(cell.text), Amount)


def _is_blank(column: Column, cell: Cell) -> bool:
    return column.kind == AMOUNT and bool(cell.origin) and not squeeze(cell.text)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A line before its role is known."""

    line: Line
    level: int  # 0 unmarked, 1 「一、」, 2 「1.」; code length for coded rows
    is_of_which: bool
    depth: int  # the last column in which the row names something


def _draft(row_no: int, side: str, group: Sequence[Column], row: Sequence[Cell]) -> _Draft | None:
    cells = {column.index: row[column.index] for column in group}
    codes, names, projects, amounts = [], [], [], []
    blanks = tuple((c, cells[c.index].origin) for c in group if _is_blank(c, cells[c.index]))
    origin = ""
    depth = -1
    first_amount = next((c.index for c in group if c.kind == AMOUNT), group[-1].index)
    for column in group:
        cell = cells[column.index]
        text = squeeze(cell.text)
        is_remark = column.kind != AMOUNT and column.index > first_amount
        if not text or is_remark or is_misplaced(column, cell):
            continue
        if column.kind != AMOUNT and parse_amount(text) is Blank.DASH:
            continue  # a cell that names nothing
        if column.kind == AMOUNT:
            amount = parse_amount(cell.text)
            if isinstance(amount, Amount):
                amounts.append((column, amount, cell))
            continue
        origin = origin or cell.origin
        depth = column.index
        if column.kind == CODE and text.isdigit():
            codes.append((text, cell.origin))
        elif column.kind == PROJECT:
            projects.append((text, cell.origin))
        elif column.kind in (LABEL, CODE):
            names.append((bool(_HEADS_NAME.search(column.leaf)), text, cell.origin))
    # Of several columns of words (item, heading of the budget, way of buying) the name counts.
    named = [name for name in names if name[0]] or names
    label = ""
    if named:
        _, label, origin = named[-1]
    project, project_origin = projects[-1] if projects else ("", "")
    if TOTAL_WORD.match(project):
        label, project = label or project, ""
    code = _join_codes([text for text, _ in codes])
    code_origin = ";".join(dict.fromkeys(place for _, place in codes))
    if not code:
        code, label = _split_code(label)
    if not (label or code or project or amounts):
        return None
    money = tuple(one for one in amounts if _is_money(one[0], label))
    others = tuple(cell for column, _, cell in amounts if not _is_money(column, label))
    level = len(code) or (1 if FIRST_MARK.match(label) else 2 if SECOND_MARK.match(label) else 0)
    line = Line(
        row_no,
        side,
        label,
        code,
        ITEM,
        "",
        project,
        money,
        origin,
        others=others,
        blanks=blanks,
        code_origin=code_origin,
        project_origin=project_origin,
    )
    return _Draft(line, level, bool(OF_WHICH_MARK.match(label)), depth)


def _roles_by_code(drafts: Sequence[_Draft]) -> Iterator[Line]:
    """Coded rows: a row is a subtotal if the next coded row goes deeper."""
    for index, draft in enumerate(drafts):
        line = draft.line
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        if TOTAL_WORD.match(line.label):
            yield replace(line, role=TOTAL)
        elif draft.is_of_which:
            yield replace(line, role=OF_WHICH)
        elif (following and (len(following.line.code) > len(line.code)) and not line.project) or (
            not line.code and _SUM_ROW.search(line.label)
        ):
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
        elif draft.level or _SUM_ROW.search(line.label) or SUBTOTAL_WORD.search(line.label):
            inside_of_which = False
            parts_are_items = bool(SUBTOTAL_WORD.search(line.label))
        if _SUM_ROW.search(line.label):
            is_part_sum = line.label.startswith("本年")
            yield replace(line, role=SUBTOTAL if is_part_sum else TOTAL)
        elif inside_of_which:
            yield replace(line, role=ITEM if parts_are_items else OF_WHICH)
        elif parts_are_items and SUBTOTAL_WORD.search(line.label):
            yield replace(line, role=SUBTOTAL)
        elif following and following.depth > draft.depth >= 0:
            # Rows named further right are its parts (purchases below the project they are for).
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


def _adopted(drafts: list[list[_Draft]]) -> list[list[_Draft]]:
    """Give a figure without a name the name printed over the list beside it.

    支出合计 is printed once, in a cell as wide as the list by function and the list by use, and its
    figure stands at the end of the second.
    """
    for before, after in pairwise(drafts):
        nameless = {
            d.line.row_no: i for i, d in enumerate(after) if not (d.line.label or d.line.code)
        }
        for draft in list(before):
            line = draft.line
            index = nameless.get(line.row_no)
            if index is None or line.amounts or not line.label or not after[index].line.amounts:
                continue
            if line.side == after[index].line.side:
                own = after[index].line
                adopted = replace(own, label=line.label, origin=line.origin)
                after[index] = replace(draft, line=adopted)
                before.remove(draft)
    return drafts


def read_lines(table_id: str, grid: Grid, unit_names: frozenset[str]) -> list[Line]:
    """Return the rows of a grid, each of its lists with its own.

    Parameters
    ----------
    table_id
        What the table is.
    grid
        As printed.
    unit_names
        Names of budget units, which head rows of tables divided by unit.
    """
    groups = _groups(grid.columns, table_id)
    is_one_list = len(groups) > 1 and not groups[0][0]
    drafts = _adopted(
        [
            [
                draft
                for row_no, row in enumerate(grid.rows, 1 + is_one_list * number * len(grid.rows))
                if (draft := _draft(row_no, side, group, row)) is not None
            ]
            for number, (side, group) in enumerate(groups)
        ]
    )
    lines: list[Line] = []
    for number, ((_, group), own) in enumerate(zip(groups, drafts, strict=True)):
        coded = any(column.kind == CODE for column in group) or (
            sum(bool(d.line.code) for d in own) > len(own) / 2
        )
        roles = list(_roles_by_code(own) if coded else _roles_by_mark(own))
        if table_id in _DIVIDED_BY_UNIT:
            roles = _assign_units(roles, _unit_rows(own, coded, unit_names))
        if table_id == "carry_over_detail":
            roles = [
                replace(line, project=line.label) if line.role == ITEM and line.label else line
                for line in roles
            ]
        for line in roles:
            warning = grid.mended.get((line.row_no - 1) % max(len(grid.rows), 1), "")
            lines.append(replace(line, warning=warning, group=0 if is_one_list else number))
    return sorted(lines, key=lambda line: line.row_no) if len(groups) > 1 else lines

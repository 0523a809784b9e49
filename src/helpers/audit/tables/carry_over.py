"""Money carried over from the previous year: what it is, and which differences it explains.

Place in the chain: used by the rules that compare figures of two scopes.  Input: sheets.  Output:
figures of the year's own money, and identities that say what explains them.

Budgets state the money of the year (当年拨款) in some places and, with what was carried over, all
of it in others, and both are right.  A sentence under a heading that says 当年拨款 is compared with
the year's own money: basic expenditure, and the projects of the project table.  An official would
not accept that such a sentence is called wrong, and its difference from a table with carry-over is
reported between the tables.  A sentence or table that is silent about the scope is compared with
what it repeats; where it misses that by exactly the carry-over the finding says so, because the
reader then knows which of the two figures was meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from helpers.audit.identity import Figure, Identity, sum_of
from helpers.audit.sheets import Sheet, SheetColumn, SheetRow
from helpers.lines import TOTAL

_CARRIED = re.compile(r"^财政拨款结转")
_PROJECTS = "general_public_project_expenditure"
_TOTAL_COLUMN = r"合计$|^总计$"
_BASIC_COLUMN = r"基本支出$"
_SAYS_SO = re.compile(r"当年")


def is_about_the_year(section: str) -> bool:
    """Tell whether a heading promises the money of the year alone (一般公共预算当年拨款情况)."""
    return _SAYS_SO.search(section) is not None


def fiscal_carry_over(sheets: Sequence[Sheet]) -> Figure | None:
    """Return what the summary states as carried over of the fiscal appropriation."""
    for sheet in sheets:
        if sheet.table_id == "revenue_expenditure_summary" and sheet.side == "revenue":
            for row in sheet.rows:
                if _CARRIED.search(row.key):
                    cell = sheet.cell(row, sheet.columns[0].path)
                    return cell if cell.value else None
    return None


def year_figure(
    sheets: Sequence[Sheet], sheet: Sheet, row: SheetRow, column: SheetColumn
) -> Figure | None:
    """Return the year's own money of a row of the general public budget; None if not known.

    Parameters
    ----------
    sheet, row, column
        A cell of the table of the general public budget: in its column of totals or of projects.
    """
    projects = next((one for one in sheets if one.table_id == _PROJECTS), None)
    is_total = re.search(_TOTAL_COLUMN, column.path) is not None
    is_project = column.leaf == "项目支出"
    if projects is None or projects.unit != sheet.unit or not (is_total or is_project):
        return None
    money = projects.column(_TOTAL_COLUMN)
    basic = sheet.column(_BASIC_COLUMN)
    if money is None or basic is None:
        return None
    if row.line.role == TOTAL:
        found = [one for one in projects.rows if one.line.role == TOTAL][-1:]
    else:
        same = [one for one in projects.rows if one.line.code == row.line.code]
        found = [one for one in same if not one.line.project] or same
    own = [projects.cell(one, money.path) for one in found]
    parts = [] if is_project else [sheet.cell(row, basic.path)]
    year = sum_of([*parts, *own])
    return year if year.value is not None else None


def explained(identities: Sequence[Identity], carried: Figure | None) -> list[Identity]:
    """Return the identities, with a remark on those that miss by exactly the carry-over."""
    if carried is None:
        return list(identities)
    return [
        replace(one, remark="carry_over")
        if one.verdict == "different" and _is_missed_by(one, carried)
        else one
        for one in identities
    ]


def _is_missed_by(one: Identity, carried: Figure) -> bool:
    amount = carried.value
    if one.relation != "equal" or one.difference is None or one.unit == "%" or not one.unit:
        return False
    assert not isinstance(amount, str | None)
    # The carry-over is no explanation of a difference from itself.
    is_itself = set(carried.origins) & {*one.left.origins, *one.right.origins}
    return not is_itself and abs(one.difference) == amount

"""Figures that several tables repeat: by function, by kind of money, by economic item.

Place in the chain: a family of rules of ``audit``.  Input: sheets.  Output: identities.

Each row of ``reference/rule_table_pairs.csv`` compares a column of one table with a column of
another: ``codes`` on every code either prints, ``classes`` on the 3-digit codes, ``total`` on the
total rows, ``row`` on the rows whose label or code matches.  ``relation`` is ``equal``, or
``at_most`` where the left is only a part of the right.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from helpers.audit.identity import Figure, Identity, at_most, equality, sum_of
from helpers.audit.sheets import Sheet, SheetColumn, SheetRow
from helpers.lines import TOTAL
from helpers.reference_data import read_reference

_CLASS = 3
_YEAR_SUM = re.compile(r"^本年.*(?:合计|总计)$")


def _find(sheets: Sequence[Sheet], table_id: str, side: str) -> Sheet | None:
    return next((one for one in sheets if one.table_id == table_id and one.side == side), None)


def _by_code(sheet: Sheet, column: SheetColumn, only_classes: bool) -> dict[str, Figure]:
    """Return the amount of each code; a table divided by unit or project adds them up."""
    found: dict[str, list[tuple[SheetRow, Figure]]] = defaultdict(list)
    for row in sheet.rows:
        code = row.line.code
        if code and row.line.role != TOTAL and (not only_classes or len(code) == _CLASS):
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
    return totals + [row for row in sheet.rows if _YEAR_SUM.search(row.line.label)]


def _totals(
    left: Sheet, right: Sheet, columns: tuple[SheetColumn, SheetColumn]
) -> list[tuple[Figure, Figure]]:
    """Return the pair of total cells that agree best; none if a table has no total row."""
    pairs = [
        (left.cell(one, columns[0].path), right.cell(other, columns[1].path))
        for one in _total_rows(left)
        for other in _total_rows(right)
    ]
    agreeing = [pair for pair in pairs if equality("", "", *pair, "").verdict != "different"]
    return (agreeing or pairs)[:1]


def _matching_row(sheet: Sheet, pattern: str) -> SheetRow | None:
    found = [row for row in sheet.rows if re.search(pattern, row.line.code or row.key)]
    return next((row for row in found if row.cells), found[0] if found else None)


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
    if match in ("codes", "classes"):
        by_code = [
            _by_code(sheet, column, match == "classes")
            for sheet, column in zip((left, right), columns, strict=True)
        ]
        # A table that prints labels only has no code to compare.
        codes = dict.fromkeys([*by_code[0], *by_code[1]]) if all(by_code) else {}
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
        _matching_row(sheet, pattern) if pattern else next(iter(_total_rows(sheet)), None)
        for sheet, pattern in ((left, rule["left_row"]), (right, rule["right_row"]))
    ]
    if rows[0] is not None and rows[1] is not None:
        yield left.cell(rows[0], columns[0].path), right.cell(rows[1], columns[1].path)


def between_tables(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Return the identities between the tables of one disclosure.

    A table that the disclosure does not print, or publishes empty, is not compared.
    """
    for rule in read_reference("rule_table_pairs"):
        left = _find(sheets, rule["left_table"], rule["left_side"])
        right = _find(sheets, rule["right_table"], rule["right_side"])
        if left is None or right is None or left.unit != right.unit:
            continue
        columns = left.column(rule["left_column"]), right.column(rule["right_column"])
        if columns[0] is None or columns[1] is None:
            continue
        repeats = f"{rule['left_table']}/{rule['right_table']}/{rule['left_column']}"
        for one, other in _pairs(rule, left, right, (columns[0], columns[1])):
            yield _compare(rule, one, other, left.unit, repeats)

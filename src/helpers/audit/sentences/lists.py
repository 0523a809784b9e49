"""Lists of classes in sentences against the table they repeat: a class that is left out.

Place in the chain: a family of rules of ``audit``.  Input: claims and sheets.  Output: identities.

Which list repeats which table is a row of ``reference/rule_claim_cells.csv`` that looks for
``{class}``.  A list that misses the table's total by exactly the classes it does not name has left
them out; a list whose own sum is stated has a scope of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from helpers.audit.claims import Claim, Claims, label_of
from helpers.audit.identity import Figure, Identity, equality, sum_of
from helpers.audit.sentences.cells import rows_for
from helpers.audit.sheets import Sheet, SheetColumn
from helpers.audit.tables.carry_over import is_about_the_year
from helpers.lines import TOTAL
from helpers.reference_data import read_reference

_CLASS = 3
_CLASS_ROW = "{class}"


def _listed(
    claims: Claims, rule: Mapping[str, str]
) -> dict[str, list[tuple[Claim, Mapping[str, str]]]]:
    """Return the claims that a rule finds, by their section."""
    found: dict[str, list[tuple[Claim, Mapping[str, str]]]] = {}
    for claim in claims.rows:
        match = re.search(rule["subject"], claim["subject"])
        if (
            match
            and claim["role"] in rule["roles"].split()
            and claim["value"] is not None
            and re.search(rule["section"], claim["section"])
        ):
            found.setdefault(claim["section"], []).append((claim, match.groupdict()))
    return found


def _is_stated(claims: Claims, section: str, listed: Figure, unit: str) -> bool:
    """Tell whether the section states the sum of the list, so that its scope is its own."""
    return any(
        equality("", "", claims.figure(claim, unit), listed, unit).verdict != "different"
        for claim in claims.rows
        if claim["section"] == section and claim["role"] == "amount" and claim["value"] is not None
    )


def narrative_lists(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Report the classes of a table that a sentence leaves out of its list."""
    by_key = {(sheet.table_id, sheet.side): sheet for sheet in sheets}
    for rule in read_reference("rule_claim_cells"):
        sheet = by_key.get((rule["table_id"], rule["side"]))
        column = sheet.column(rule["column"]) if sheet else None
        if sheet is None or column is None or rule["row"] != _CLASS_ROW:
            continue
        for section, members in _listed(claims, rule).items():
            if len(members) > 1 and not is_about_the_year(section):
                yield from _without(claims, section, members, sheet, column)


def _without(
    claims: Claims,
    section: str,
    members: Sequence[tuple[Claim, Mapping[str, str]]],
    sheet: Sheet,
    column: SheetColumn,
) -> Iterator[Identity]:
    """Report the classes that complete a list, where its own sum is stated nowhere."""
    named = [row for _, groups in members for row in rows_for(sheet, groups)]
    totals = [row for row in sheet.rows if row.line.role == TOTAL][-1:]
    missing = [
        row
        for row in sheet.rows
        if len(row.line.code) == _CLASS
        and row.line.role != TOTAL
        and row not in named
        and sheet.cell(row, column.path).value
    ]
    listed = sum_of([claims.figure(claim, sheet.unit) for claim, _ in members])
    if not totals or not missing or _is_stated(claims, section, listed, sheet.unit):
        return
    total = sheet.cell(totals[0], column.path)
    # A table may print its total beside a class, too: one class alone may complete the list.
    for rows in (missing, *([row] for row in missing)):
        cells = [sheet.cell(row, column.path) for row in rows]
        completed = equality("", "", sum_of([listed, *cells]), total, sheet.unit)
        if completed.verdict != "different":
            for row, cell in zip(rows, cells, strict=True):
                name = f"{label_of(members[0][0]).rpartition('/')[0]}/{row.key}"
                left = Figure(None, name, listed.origins[-1:])
                yield equality("claim_left_out", name, left, cell, sheet.unit)
            return

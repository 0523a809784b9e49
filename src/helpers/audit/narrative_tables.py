"""Amounts of sentences against the table cells they repeat.

Place in the chain: a family of rules of ``audit``.  Input: claims and sheets.  Output: identities.

Each row of ``reference/rule_claim_cells.csv`` names the sentences (``section``, ``subject``,
``roles``) and the cell: table, side, column, and the row by ``row``: ``total``, or a pattern of the
row's label.  ``{class}``, ``{item}`` and ``{project}`` in it stand for the groups of that name in
``subject``, compared as whole labels.  Where only a longer or a shorter form of the label is
printed, and once, that row is meant, and the name of a classification is a finding of its own.  A
sentence whose row the table does not print is not checkable: labels differ by a word too often to
call it a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from helpers.audit.claims import Claim, Claims, label_of
from helpers.audit.identity import Figure, Identity, at_most, equality, same_text
from helpers.audit.sheets import Sheet, SheetRow
from helpers.document import one_spelling
from helpers.lines import TOTAL
from helpers.reference_data import read_reference

_SPLIT_BY = {"class": 3, "item": 7}


_name = lru_cache(maxsize=8192)(one_spelling)  # each label is compared with each sentence


def _rows_named(sheet: Sheet, groups: Mapping[str, str]) -> list[SheetRow]:
    """Return the rows whose label, code length and class fit the groups of a subject."""
    wanted = {key: _name(value) for key, value in groups.items() if value}
    if "project" in wanted:
        return [row for row in sheet.rows if _name(row.line.project) == wanted["project"]]
    level = "item" if "item" in wanted else "class"
    has_codes = any(len(row.line.code) == _SPLIT_BY[level] for row in sheet.rows)
    found = [
        row
        for row in sheet.rows
        if _name(row.key) == wanted[level]
        and row.line.role != TOTAL
        and (not has_codes or len(row.line.code) == _SPLIT_BY[level])
    ]
    if len(found) > 1 and "class" in wanted and level == "item":
        classes = {
            row.line.code
            for row in sheet.rows
            if len(row.line.code) == _SPLIT_BY["class"] and _name(row.key) == wanted["class"]
        }
        found = [row for row in found if row.line.code[:3] in classes]
    return found


def _rows_alike(sheet: Sheet, groups: Mapping[str, str]) -> list[SheetRow]:
    """Return the only row whose name begins or ends the name wanted, or the reverse."""
    level = next((one for one in ("project", "item", "class") if groups.get(one)), "class")
    wanted = _name(groups[level])
    found = [
        row
        for row in sheet.rows
        if (name := _name(row.line.project if level == "project" else row.key))
        and row.line.role != TOTAL
        and (level == "project" or len(row.line.code) == _SPLIT_BY[level])
        and (_is_form_of(name, wanted) or _is_form_of(wanted, name))
    ]
    return found if len(found) == 1 else []


def _is_form_of(shorter: str, longer: str) -> bool:
    # Two names of a few characters are alike by chance.
    is_most = 2 * len(shorter) > len(longer)
    return is_most and (longer.startswith(shorter) or longer.endswith(shorter))


def _rows(sheet: Sheet, pattern: str, groups: Mapping[str, str]) -> list[SheetRow]:
    if pattern == "total":
        return [row for row in sheet.rows if row.line.role == TOTAL][-1:]
    if pattern.startswith("{"):
        return _rows_named(sheet, groups)
    found = [row for row in sheet.rows if re.search(pattern, row.key)]
    return [row for row in found if row.cells][:1] or found[:1]


def _compare(
    rule: Mapping[str, str], stated: Figure, cells: Sequence[Figure], unit: str
) -> Identity:
    """Compare a sentence with its cell; of rows of one name, the one it repeats is meant."""
    rule_id = rule["rule_id"]
    results = [equality(rule_id, stated.label, stated, cell, unit) for cell in cells]
    if rule["relation"] == "at_most":
        results = [at_most(rule_id, stated.label, stated, cell, unit) for cell in cells]
    if len(results) == 1:
        return results[0]
    agreeing = [one for one in results if one.verdict == "equal"]
    if agreeing:
        return agreeing[0]
    unclear = Figure(None, stated.label, ())
    return Identity(rule_id, stated.label, stated, unclear, unit, "not_checkable")


def _other_name(claim: Claim, groups: Mapping[str, str], sheet: Sheet, row: SheetRow) -> Identity:
    stated = next(groups[one] for one in ("item", "class") if groups.get(one))
    printed = row.key
    left = Figure(stated, label_of(claim), (claim["origin"],))
    right = Figure(printed, f"{sheet.title}/{row.name}", (row.line.origin,))
    repeats = f"{stated}/{printed}"
    return same_text("narrative_label", left.label, left, right, False, repeats)


def narrative_tables(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Return an identity for every sentence that repeats a cell of a table printed here."""
    by_key = {(sheet.table_id, sheet.side): sheet for sheet in sheets}
    for rule in read_reference("rule_claim_cells"):
        sheet = by_key.get((rule["table_id"], rule["side"]))
        if sheet is None:
            continue
        column = sheet.column(rule["column"])
        for claim in claims.rows:
            match = re.search(rule["subject"], claim["subject"])
            if (
                match is None
                or claim["role"] not in rule["roles"].split()
                or not re.search(rule["section"], claim["section"])
            ):
                continue
            stated = claims.figure(claim, sheet.unit)
            groups = match.groupdict()
            rows = _rows(sheet, rule["row"], groups) if column else []
            if column and not rows and rule["row"].startswith("{"):
                rows = _rows_alike(sheet, groups)
                if rows and "project" not in groups:
                    yield _other_name(claim, groups, sheet, rows[0])
            if column is None or not rows:
                if stated.value:
                    blank = Figure(None, f"{sheet.title}/{label_of(claim)}", ())
                    unit = sheet.unit
                    yield Identity(
                        rule["rule_id"], stated.label, stated, blank, unit, "not_checkable"
                    )
                continue
            cells = [sheet.cell(row, column.path) for row in rows]
            yield _compare(rule, stated, cells, sheet.unit)

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
from helpers.audit.tables.carry_over import is_about_the_year, year_figure
from helpers.document import one_spelling
from helpers.lines import TOTAL
from helpers.reference_data import read_reference

_GENERAL_PUBLIC = "general_public_expenditure"
_SPLIT_BY = {"class": 3, "item": 7}


name_of = lru_cache(maxsize=8192)(one_spelling)  # each label is compared with each sentence


def _rows_named(sheet: Sheet, groups: Mapping[str, str]) -> list[SheetRow]:
    """Return the rows whose label, code length and class fit the groups of a subject."""
    wanted = {key: name_of(value) for key, value in groups.items() if value}
    if "project" in wanted:
        return [row for row in sheet.rows if name_of(row.line.project) == wanted["project"]]
    level = "item" if "item" in wanted else "class"
    has_codes = any(len(row.line.code) == _SPLIT_BY[level] for row in sheet.rows)
    found = [
        row
        for row in sheet.rows
        if name_of(row.key) == wanted[level]
        and row.line.role != TOTAL
        and (not has_codes or len(row.line.code) == _SPLIT_BY[level])
    ]
    if len(found) > 1 and "class" in wanted and level == "item":
        classes = {
            row.line.code
            for row in sheet.rows
            if len(row.line.code) == _SPLIT_BY["class"] and name_of(row.key) == wanted["class"]
        }
        found = [row for row in found if row.line.code[:3] in classes]
    return found


def _rows_alike(sheet: Sheet, groups: Mapping[str, str]) -> list[SheetRow]:
    """Return the only row whose name begins or ends the name wanted, or the reverse."""
    level = next((one for one in ("project", "item", "class") if groups.get(one)), "class")
    wanted = name_of(groups[level])
    found = [
        row
        for row in sheet.rows
        if (name := name_of(row.line.project if level == "project" else row.key))
        and row.line.role != TOTAL
        and (level == "project" or len(row.line.code) == _SPLIT_BY[level])
        and (_is_form_of(name, wanted) or _is_form_of(wanted, name))
    ]
    return found if len(found) == 1 else []


def rows_for(sheet: Sheet, groups: Mapping[str, str]) -> list[SheetRow]:
    """Return the rows a sentence means, by their name or by a form of it."""
    return _rows_named(sheet, groups) or _rows_alike(sheet, groups)


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
    rule: Mapping[str, str],
    stated: Figure,
    cells: Sequence[Figure],
    unit: str,
    year: Figure | None = None,
) -> Identity:
    """Compare a sentence with its cell; of rows of one name, the one it repeats is meant.

    ``year`` is the money of the year alone, where the sentence may mean that.
    """
    rule_id = rule["rule_id"]
    results = [equality(rule_id, stated.label, stated, cell, unit) for cell in cells]
    if rule["relation"] == "at_most":
        results = [at_most(rule_id, stated.label, stated, cell, unit) for cell in cells]
    if len(results) == 1:
        if year is not None and results[0].verdict == "different":
            own = equality(rule_id, stated.label, stated, year, unit)
            return own if own.verdict != "different" else results[0]
        return results[0]
    agreeing = [one for one in results if one.verdict == "equal"]
    if agreeing:
        return agreeing[0]
    unclear = Figure(None, stated.label, ())
    return Identity(rule_id, stated.label, stated, unclear, unit, "not_checkable")


def _other_name(
    claim: Claim,
    groups: Mapping[str, str],
    sheet: Sheet,
    row: SheetRow,
    sheets: Sequence[Sheet],
) -> Identity:
    stated = next(groups[one] for one in ("item", "class") if groups.get(one))
    printed = row.key
    left = Figure(stated, label_of(claim), (claim["origin"],))
    right = Figure(printed, f"{sheet.title}/{row.name}", (row.line.origin,))
    repeats = f"{stated}/{printed}"
    is_class = len(row.line.code) == _SPLIT_BY["class"] and not groups.get("item")
    severity = _severity(stated, printed, row.line.code, sheets) if is_class else ""
    return same_text("narrative_label", left.label, left, right, False, repeats, severity=severity)


def _severity(stated: str, printed: str, code: str, sheets: Sequence[Sheet]) -> str:
    """Return ``error`` for a class under another name than in all tables, not for a shorter one."""
    rest = iter(name_of(printed))
    is_shorter = all(sign in rest for sign in name_of(stated))
    names = [
        name_of(row.key)
        for sheet in sheets
        for row in sheet.rows
        if row.line.code == code and not row.line.project
    ]
    is_known = len(names) > 1 and len(set(names)) == 1
    return "error" if is_known and not is_shorter else ""


def _names_above(
    claim: Claim,
    groups: Mapping[str, str],
    sheet: Sheet,
    row: SheetRow,
    sheets: Sequence[Sheet],
) -> Iterator[Identity]:
    """Compare the class and section that a sentence names with those of the row it repeats."""
    for level, digits in (("class", 3), ("section", 5)):
        stated, code = groups.get(level), row.line.code[:digits]
        above = [one for one in sheet.rows if one.line.code == code and not one.line.project]
        if not stated or "item" not in groups or len(row.line.code) != 7 or not above:
            continue
        printed = above[0].key
        # A label that a page cut off is the beginning of its name.
        agree = name_of(stated).startswith(name_of(printed))
        left = Figure(stated, label_of(claim), (claim["origin"],))
        right = Figure(printed, f"{sheet.title}/{above[0].name}", (above[0].line.origin,))
        repeats = f"{stated}/{printed}"
        severity = _severity(stated, printed, code, sheets) if level == "class" else ""
        yield same_text(
            "narrative_label", left.label, left, right, agree, repeats, severity=severity
        )


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
                    yield _other_name(claim, groups, sheet, rows[0], sheets)
            if len(rows) == 1:
                yield from _names_above(claim, groups, sheet, rows[0], sheets)
            if column is None or not rows:
                if stated.value:
                    blank = Figure(None, f"{sheet.title}/{label_of(claim)}", ())
                    unit = sheet.unit
                    yield Identity(
                        rule["rule_id"], stated.label, stated, blank, unit, "not_checkable"
                    )
                continue
            cells = [sheet.cell(row, column.path) for row in rows]
            year = None
            if sheet.table_id == _GENERAL_PUBLIC and is_about_the_year(claim["section"]):
                year = year_figure(sheets, sheet, rows[0], column)
            yield _compare(rule, stated, cells, sheet.unit, year)

"""Projects that sentences name against the project tables: missing, or under another name.

Place in the chain: a family of rules of ``audit``.  Input: claims and sheets.  Output: identities.

The tables and sentences are the rows of ``reference/rule_claim_cells.csv`` that look for
``{project}``.  A described project is looked for by its name; where the table has none of that
name, by its amount, if that belongs to one project on either side that is not paired yet.  Names
that share most of their characters are two forms of one name; others are two projects.  Names that
a sentence mentions in passing are compared by amount, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from helpers.audit.claims import Claim, Claims
from helpers.audit.identity import Figure, Identity, equality, same_text
from helpers.audit.sentences.cells import name_of
from helpers.audit.sheets import Sheet, SheetRow
from helpers.reference_data import read_reference

_PROJECT_ROW = "{project}"
_ALIKE = 0.6  # shared characters of two forms of one name; two projects share fewer
_UNIT_IN_BRACKETS = re.compile(r"^(.+)[（(](.+)[）)]$")
_NAMES_PROJECTS = re.compile(r"具体使用情况$|财政拨款收支预算")
_LIST_OF_PROJECTS = re.compile(r"(?:（项）|项目支出|专项[^/]*|项目[^/]*)$")

_ENDING = re.compile(r"(?:项目|补助|经费|资金|专项|费用?|支出)+")

_Project = tuple[str, Figure, SheetRow]


def _is_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _place(label: str) -> str:
    """Return where a project is named: its section or table."""
    return f"{label.partition('/')[0]}/项目名称"


def _printed(sheet: Sheet, pattern: str) -> list[_Project]:
    column = sheet.column(pattern)
    if column is None:
        return []
    cells = [(row, sheet.cell(row, column.path)) for row in sheet.rows if row.line.project]
    return [(name_of(row.line.project), cell, row) for row, cell in cells if cell.value]


def _names(stated: str) -> tuple[str, ...]:
    """Return the names a description may go by: of one name in two units, with the unit."""
    match = _UNIT_IN_BRACKETS.match(stated)
    return (name_of(stated), name_of(match.group(1))) if match else (name_of(stated),)


def _paired(
    stated: Sequence[tuple[str, Figure]], printed: Sequence[_Project], unit: str
) -> tuple[list[tuple[str, Figure, _Project]], list[tuple[str, Figure]], list[_Project]]:
    """Pair by amount what has no name in common; return the pairs and what stays alone."""
    known = {name for project, _ in stated for name in _names(project)}
    named = {name for name, _, _ in printed}
    alone = [one for one in stated if not named.intersection(_names(one[0]))]
    rows = [one for one in printed if one[0] not in known]
    pairs = []
    for project, amount in list(alone):
        same = [
            one for one in rows if equality("", "", amount, one[1], unit).verdict != "different"
        ]
        rivals = [one for one in alone if one[1].value == amount.value]
        if len(same) == 1 and len(rivals) == 1:
            pairs.append((project, amount, same[0]))
            alone.remove((project, amount))
            rows.remove(same[0])
    return pairs, alone, rows


def _name_at(claims: Claims, project: str, amount: Figure) -> tuple[str, ...]:
    """Return where a described project is named, else where its amount stands."""
    place = claims.named_at.get(project)
    return (place,) if place else amount.origins


def _other_project(
    claims: Claims, stated: str, amount: Figure, sheet: Sheet, row: SheetRow
) -> Identity:
    """Compare the names of two projects of one amount; two forms of a name agree here."""
    printed = row.line.project
    left = Figure(stated, _place(amount.label), _name_at(claims, stated, amount))
    right = Figure(
        printed, f"{sheet.title}/项目名称", (row.line.project_origin or row.line.origin,)
    )
    agree = _is_alike(name_of(stated), name_of(printed))
    return same_text("project_other", left.label, left, right, agree, f"{stated}/{printed}")


def _described(claims: Claims, rule: Mapping[str, str], unit: str) -> list[tuple[str, Figure]]:
    found = []
    for claim in claims.rows:
        match = re.search(rule["subject"], claim["subject"])
        if (
            match
            and claim["role"] in rule["roles"].split()
            and claim["value"]
            and re.search(rule["section"], claim["section"])
        ):
            found.append((match["project"], claims.figure(claim, unit)))
    return found


def described(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare the projects that a section describes with those of its table."""
    for rule in read_reference("rule_claim_cells"):
        sheet = next((one for one in sheets if one.table_id == rule["table_id"]), None)
        if sheet is None or rule["row"] != _PROJECT_ROW:
            continue
        stated = _described(claims, rule, sheet.unit)
        printed = _printed(sheet, rule["column"])
        pairs, alone, rows = _paired(stated, printed, sheet.unit)
        # Sentences that name few of the projects describe something else.
        if not stated or not printed or 2 * len(alone) > len(stated):
            continue
        for project, amount, (_, _, row) in pairs:
            yield _other_project(claims, project, amount, sheet, row)
        for project, amount in alone:
            if not any(_is_alike(name_of(project), name) for name, _, _ in rows):
                # A row whose amount cannot be read is there all the same.
                is_lost = any(
                    row.is_damaged and _is_alike(name_of(project), name_of(row.line.project))
                    for row in sheet.rows
                )
                blank = Figure(None, f"{sheet.title}/{project}", (), is_damaged=is_lost)
                yield equality("narrative_project", amount.label, amount, blank, sheet.unit)
        for name, cell, _ in rows:
            if not any(_is_alike(name_of(project), name) for project, _ in alone):
                blank = Figure(None, f"项目情况说明/{name}", ())
                yield equality("project_not_described", cell.label, blank, cell, sheet.unit)


def _known(claims: Claims, sheets: Sequence[Sheet]) -> list[tuple[str, Figure, Figure]]:
    """Return the projects of tables and descriptions: name, amount, name with its place."""
    found = []
    for rule in read_reference("rule_claim_cells"):
        sheet = next((one for one in sheets if one.table_id == rule["table_id"]), None)
        if sheet is None or rule["row"] != _PROJECT_ROW:
            continue
        for _, cell, row in _printed(sheet, rule["column"]):
            place = (row.line.project_origin or row.line.origin,)
            printed = Figure(row.line.project, f"{sheet.title}/项目名称", place)
            found.append((row.line.project, cell, printed))
        for project, amount in _described(claims, rule, sheet.unit):
            place = _name_at(claims, project, amount)
            found.append((project, amount, Figure(project, _place(amount.label), place)))
    return found


def _mentions(claims: Claims) -> list[Claim]:
    return [
        claim
        for claim in claims.rows
        if claim["role"] == "amount"
        and claim["value"]
        and _NAMES_PROJECTS.search(claim["section"])
        and _LIST_OF_PROJECTS.search(claim["subject"].rpartition("/")[0])
    ]


def mentioned(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare the names of projects listed in a sentence with those of tables and descriptions.

    A project is known by its amount and a name that is nearly its own.
    """
    known = _known(claims, sheets)
    units = {sheet.unit for sheet in sheets}
    names = Counter(name_of(project) for project, _, _ in known)
    for claim in _mentions(claims):
        leaf = claim["subject"].rpartition("/")[2]
        unit = claims.unit(claim)
        if name_of(leaf) in names or units != {unit}:
            continue
        stated = claims.figure(claim, unit)
        alike = [
            printed
            for project, amount, printed in known
            if amount.value == stated.value and _is_alike(name_of(leaf), name_of(project))
        ]
        if alike:
            left = Figure(leaf, _place(stated.label), stated.origins)
            repeats = f"{leaf}/{alike[0].value}"
            severity = "note" if _differ_by_ending(leaf, str(alike[0].value)) else ""
            yield same_text(
                "project_mention", left.label, left, alike[0], False, repeats, severity=severity
            )


def _differ_by_ending(one: str, other: str) -> bool:
    """Tell whether one name is the other with a word behind it that says only what it is."""
    short, long = sorted((name_of(one), name_of(other)), key=len)
    return long.startswith(short) and _ENDING.fullmatch(long[len(short) :]) is not None


def described_projects(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Return the projects of sentences that tables name otherwise or not at all."""
    yield from described(claims, sheets)
    yield from mentioned(claims, sheets)

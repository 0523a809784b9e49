"""Lists in sentences against the rows of tables: a member left out, a name too many, a wrong row.

Place in the chain: a family of rules of ``audit``.  Input: claims, sheets and passages.  Output:
identities.

A list of classes that misses the table's total by exactly the classes it leaves out has left them
out.  A list of economic items (人员经费…主要包括：…) names those that have money; a list that names
many that have none was copied from a template and is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from helpers.audit.carry_over import is_about_the_year
from helpers.audit.claims import Claim, Claims, decimals_of_value, label_of
from helpers.audit.identity import Figure, Identity, equality, same_text, sum_of
from helpers.audit.narrative_tables import name_of, rows_for
from helpers.audit.sheets import Sheet, SheetColumn, SheetRow
from helpers.lines import TOTAL
from helpers.passages import Passage
from helpers.reference_data import read_reference

_CLASS = 3
_SECTION = 5
_CLASS_ROW = "{class}"
_BASIC = "general_public_basic_expenditure"
_ITEM_LIST = re.compile(
    r"(?P<kind>人员|公用)经费[\d,.□]+(?:万|亿)?元[,，](?:主要)?包括[:：](?P<items>[^。;；:：]+)"
)
_CLASSES = {"人员": ("301", "303"), "公用": ("302", "307", "310", "399")}
_OPEN_END = re.compile(r"等(?:支出|费用|方面)?$")
_FEWEST_ITEMS = 5
_MOST_WITHOUT_MONEY = 2
_SHORTEST_NAME = 4
_DECIMALS_OF_A_SLIP = 2
_NAME_END = re.compile(r"(?:缴费|支出|经费|补助|费用)+$")
_IN_DETAIL = re.compile(r"项目支出情况说明$")


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


def left_out(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
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


@cache
def _known_names() -> Mapping[str, str]:
    """Return the economic sections by the names observed for them."""
    return {
        name_of(row["label"]): row["code"]
        for row in read_reference("code_labels")
        if len(row["code"]) == _SECTION and row["code"].startswith("3")
    }


def _items(sheet: Sheet, kind: str) -> list[SheetRow]:
    return [
        row
        for row in sheet.rows
        if len(row.line.code) == _SECTION and row.line.code.startswith(_CLASSES[kind])
    ]


def named_items(passages: Sequence[Passage], sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare the economic items that a sentence names with those that have money."""
    sheet = next((one for one in sheets if one.table_id == _BASIC), None)
    column = sheet.column(r"合计$") if sheet else None
    if sheet is None or column is None:
        return
    for passage in passages:
        for match in _ITEM_LIST.finditer(passage.text):
            rows = [
                row for row in _items(sheet, match["kind"]) if sheet.cell(row, column.path).value
            ]
            text = match["items"]
            names = [name_of(name) for name in _OPEN_END.sub("", text).split("、")]
            if len(names) < _FEWEST_ITEMS or not rows:
                continue
            label = f"{passage.section[:24]}/{match['kind']}经费所列科目"
            places = [passage.origins[match.start("items") + text.find("、")]]
            yield from _against_rows(
                label, names, places, sheet, rows, bool(_OPEN_END.search(text))
            )


def _against_rows(
    label: str,
    names: Sequence[str],
    places: Sequence[str],
    sheet: Sheet,
    rows: Sequence[SheetRow],
    is_open: bool,
) -> Iterator[Identity]:
    by_name = {name_of(row.key): row for row in rows}
    by_code = {row.line.code: row for row in rows}
    codes = {name: _known_names().get(name) for name in names}
    origins = tuple(places)
    without = [
        name for name, code in codes.items() if name not in by_name and code and code not in by_code
    ]
    is_template = len(without) > _MOST_WITHOUT_MONEY
    for name, code in codes.items():
        if name in by_name or code is None or is_template:
            continue
        left = Figure(name, label, origins)
        row = by_code.get(code)
        if row is None:
            right = Figure(None, f"{sheet.title}/{name}（{code}）", ())
            yield same_text("claim_listed_item", label, left, right, False)
        else:
            right = Figure(row.key, f"{sheet.title}/{row.name}", (row.line.origin,))
            yield same_text("narrative_label", label, left, right, False, f"{name}/{row.key}")
    found = {*names, *(by_code[code].key for code in codes.values() if code in by_code)}
    left_over = [row for name, row in by_name.items() if name not in found]
    unknown = [name for name, code in codes.items() if name not in by_name and code is None]
    if is_open or is_template or unknown:
        return
    for row in left_over:
        left = Figure(None, f"{label}/{row.key}", origins)
        right = Figure(row.key, f"{sheet.title}/{row.name}", (row.line.origin,))
        yield same_text("claim_listed_item", label, left, right, False)


def same_names(claims: Claims) -> Iterator[Identity]:
    """Report a part that bears the name of its whole and another amount."""
    last: dict[tuple[str, str], Claim] = {}
    for claim in claims.rows:
        if claim["role"] != "amount" or claim["value"] is None:
            continue
        whole = last.get((claim["section"], claim["subject"].rpartition("/")[0]))
        names = claim["subject"].rsplit("/", 2)[-2:]
        if whole is not None and names[0] == names[-1] and whole["value"] != claim["value"]:
            left, right = claims.figure(whole), claims.figure(claim)
            yield equality("claim_same_name", left.label, left, right, claims.unit(claim))
        last[claim["section"], claim["subject"]] = claim


def _rows_by_short_name(sheets: Sequence[Sheet]) -> dict[str, list[Figure]]:
    """Return the amounts of rows with a code, by the short form of their names."""
    found: dict[str, list[Figure]] = {}
    for sheet in sheets:
        for row in sheet.rows:
            name = _NAME_END.sub("", row.key)
            if row.line.code and not row.line.project and len(name) >= _SHORTEST_NAME:
                found.setdefault(name, []).extend(row.cells.values())
    return found


def other_items(claims: Claims, sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Report an amount that names one item while the tables print it for another class.

    Only an amount with all its decimals speaks for a slip: a round one may be anything.
    """
    by_name = _rows_by_short_name(sheets)
    class_amounts = {
        cell.value
        for sheet in sheets
        for row in sheet.rows
        if len(row.line.code) == _CLASS
        for cell in row.cells.values()
    }
    units = {sheet.unit for sheet in sheets}
    for claim in claims.rows:
        unit, leaf = claims.unit(claim), claim["subject"].rpartition("/")[2]
        if (
            claim["role"] != "amount"
            or claim["value"] not in class_amounts
            or decimals_of_value(claim["value"]) < _DECIMALS_OF_A_SLIP
            or units != {unit}
            or _IN_DETAIL.search(claim["section"])
        ):
            continue
        name = max((one for one in by_name if leaf.endswith(one)), key=len, default="")
        own = [cell for one, cells in by_name.items() if name and name in one for cell in cells]
        stated = claims.figure(claim, unit)
        results = [
            equality("claim_other_item", stated.label, stated, cell, unit)
            for cell in own
            if cell.value
        ]
        if results and all(one.verdict == "different" for one in results):
            yield results[0]


def narrative_lists(
    claims: Claims, sheets: Sequence[Sheet], passages: Sequence[Passage]
) -> Iterator[Identity]:
    """Return what sentences name against the rows of the tables they speak of."""
    yield from left_out(claims, sheets)
    yield from named_items(passages, sheets)
    yield from same_names(claims)
    yield from other_items(claims, sheets)

"""Codes of the classification against each other and against their labels.

Place in the chain: a family of rules of ``audit``.  Input: sheets.  Output: identities.

Structure comes first: a section's code starts with that of its class.  Then labels: within a
document a code has one label, and ``reference/code_labels.csv`` lists labels seen beside a code in
published documents.  That list is observed, not official, and some of its labels are cut off, so a
label that begins or ends another agrees with it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from helpers.audit.identity import Figure, Identity, same_text
from helpers.audit.sheets import Sheet, SheetRow
from helpers.document import squeeze
from helpers.lines import TOTAL
from helpers.reference_data import read_reference

_PUNCTUATION = re.compile(r"[（）()、，,“”\"·]")
_LEVELS = (3, 5, 7)


def _plain(label: str) -> str:
    return _PUNCTUATION.sub("", squeeze(label))


@cache
def _observed() -> dict[str, tuple[str, ...]]:
    labels: dict[str, list[str]] = defaultdict(list)
    for row in read_reference("code_labels"):
        labels[row["code"]].append(row["label"])
    return {code: tuple(found) for code, found in labels.items()}


def _agree(one: str, other: str) -> bool:
    first, second = _plain(one), _plain(other)
    shorter, longer = sorted((first, second), key=len)
    return longer.startswith(shorter) or longer.endswith(shorter)


def _coded(sheet: Sheet) -> Iterator[SheetRow]:
    for row in sheet.rows:
        if len(row.line.code) in _LEVELS and row.line.role != TOTAL:
            yield row


def structure(sheet: Sheet) -> Iterator[Identity]:
    """Compare the code of each section and item with the class or section it stands under."""
    above: dict[int, SheetRow] = {}
    for row in _coded(sheet):
        code = row.line.code
        for level in [one for one in above if one >= len(code)]:
            del above[level]
        if above:
            parent = above[max(above)]
            if row.line.unit_name == parent.line.unit_name:
                left = Figure(code, f"{sheet.title}/{row.name}", (row.line.origin,))
                right = Figure(parent.line.code, parent.name, (parent.line.origin,))
                fits = code.startswith(parent.line.code)
                yield same_text("code_structure", left.label, left, right, fits)
        above[len(code)] = row


def labels(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Compare the labels of each code within the document, and with those observed elsewhere."""
    places: dict[tuple[bool, str], list[tuple[Sheet, SheetRow]]] = defaultdict(list)
    for sheet in sheets:
        is_economic = sheet.table_id == "general_public_basic_expenditure"
        for row in _coded(sheet):
            if row.line.label:
                places[is_economic, row.line.code].append((sheet, row))
    for (_, code), found in places.items():
        usual = Counter(_plain(row.line.label) for _, row in found).most_common(1)[0][0]
        by_label: dict[str, list[tuple[Sheet, SheetRow]]] = defaultdict(list)
        for sheet, row in found:
            by_label[_plain(row.line.label)].append((sheet, row))
        for label, rows in by_label.items():
            sheet, row = rows[0]
            origins = tuple(dict.fromkeys(other.line.origin for _, other in rows))
            left = Figure(row.line.label, f"{sheet.title}/{code}", origins)
            known = _observed().get(code)
            if known:
                right = Figure(known[0], f"{code}的通用名称", ())
                agree = any(_agree(label, one) for one in known)
                yield same_text("code_label", left.label, left, right, agree)
            elif label != usual:
                usual_sheet, other = by_label[usual][0]
                right = Figure(
                    other.line.label, f"{usual_sheet.title}/{code}", (other.line.origin,)
                )
                yield same_text("code_one_label", left.label, left, right, _agree(label, usual))


def code_rules(sheets: Sequence[Sheet]) -> Iterator[Identity]:
    """Return every identity of codes and labels."""
    for sheet in sheets:
        yield from structure(sheet)
    yield from labels(sheets)

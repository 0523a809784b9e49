"""Codes of the classification against each other and against their labels.

Place in the chain: a family of rules of ``audit``.  Input: sheets.  Output: identities.

Structure comes first: a section's code starts with that of its class.  Then labels: within a
document a code has one label, and ``reference/code_labels.csv`` lists labels seen beside a code in
published documents.  That list is observed, not official, and some of its labels are cut off, so a
label that begins or ends another agrees with it.  ``reference/code_label_years.csv`` holds the
labels that changed, with the years they were valid in.
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
def _known() -> dict[str, tuple[str, ...]]:
    labels: dict[str, list[str]] = defaultdict(list)
    for name in ("code_labels", "code_label_years"):
        for row in read_reference(name):
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


def _place(row: SheetRow) -> tuple[str, ...]:
    """Return the places of a row's code; of its name where the code stands in front of that."""
    return tuple((row.line.code_origin or row.line.origin).split(";"))


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
                left = Figure(code, f"{sheet.title}/{row.name}", _place(row))
                right = Figure(parent.line.code, parent.name, _place(parent))
                fits = code.startswith(parent.line.code)
                yield same_text("code_structure", left.label, left, right, fits)
        above[len(code)] = row


def _stale(code: str, label: str, year: int) -> str | None:
    """Return the label valid in a year where another of that code's labels is printed."""
    dated = [row for row in read_reference("code_label_years") if row["code"] == code]
    valid = {
        _plain(row["label"]): row["label"]
        for row in dated
        if int(row["valid_from"] or 0) <= year <= int(row["valid_to"] or 9999)
    }
    # A code that got another meaning (30311) is told by its label alone: no valid one is known.
    if label in valid or label not in {_plain(row["label"]) for row in dated}:
        return None
    return next(iter(valid.values()), f"{year}年无此名称")


def _compared(
    code: str, label: str, found: Sequence[tuple[Sheet, SheetRow]], year: int
) -> Identity | None:
    """Compare one label of a code with the other labels of the document, then with those known.

    Two labels of one code within a document contradict each other; one that only differs from what
    is observed elsewhere may be right.
    """
    rows = [one for one in found if _plain(one[1].line.label) == label]
    sheet, row = rows[0]
    origins = tuple(dict.fromkeys(other.line.origin for _, other in rows))
    left = Figure(row.line.label, f"{sheet.title}/{code}", origins)
    stale = _stale(code, label, year)
    if stale is not None:
        right = Figure(stale, f"{code}在{year}年的名称", ())
        return same_text("code_label_year", left.label, left, right, False)
    known = _known().get(code)
    others = [one for one in found if not _agree(label, one[1].line.label)]
    if known and any(_agree(label, one) for one in known):
        right = Figure(known[0], f"{code}的通用名称", ())
        return same_text("code_label", left.label, left, right, True)
    if known:
        others = [one for one in others if any(_agree(one[1].line.label, name) for name in known)]
    usual = Counter(_plain(other.line.label) for _, other in found).most_common(1)[0][0]
    if others and (known or label != usual):
        other_sheet, other = others[0]
        right = Figure(other.line.label, f"{other_sheet.title}/{code}", (other.line.origin,))
        return same_text("code_one_label", left.label, left, right, False)
    if known:
        right = Figure(known[0], f"{code}的通用名称", ())
        return same_text("code_label", left.label, left, right, False)
    return None


def labels(sheets: Sequence[Sheet], year: int) -> Iterator[Identity]:
    """Compare the labels of each code within the document, and with those observed elsewhere."""
    places: dict[tuple[bool, str], list[tuple[Sheet, SheetRow]]] = defaultdict(list)
    for sheet in sheets:
        is_economic = sheet.table_id == "general_public_basic_expenditure"
        for row in _coded(sheet):
            if row.line.label:
                places[is_economic, row.line.code].append((sheet, row))
    for (_, code), found in places.items():
        for label in dict.fromkeys(_plain(row.line.label) for _, row in found):
            compared = _compared(code, label, found, year)
            if compared is not None:
                yield compared


def code_rules(sheets: Sequence[Sheet], year: int) -> Iterator[Identity]:
    """Return every identity of codes and labels.

    Parameters
    ----------
    year
        Fiscal year: labels change with the classification of the year.
    """
    for sheet in sheets:
        yield from structure(sheet)
    yield from labels(sheets, year)

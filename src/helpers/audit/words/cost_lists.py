"""The items that a sentence lists under personnel and public cost, against their table.

Place in the chain: a family of rules of ``audit``.  Input: prose and facts.  Output: identities.

「人员经费1213.76万元，主要包括：基本工资、…退休费…」 names the items that the table of basic
expenditure prints with an amount, in its order: an item that the table does not print, or one that
the sentence leaves out, differs from it.  Only where the items add up to the stated amount were all
of them read, and for this amount.  Names differ by a word between editions of the
classification; a longer form of a name is the same item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from helpers.amounts import UNIT_FACTORS
from helpers.audit.identity import Identity
from helpers.audit.words.prose import Prose, described, slip, sound, words
from helpers.document import one_spelling
from helpers.passages import Passage
from helpers.reference_data import read_reference
from helpers.tolerance import half_unit

_LIST = re.compile(
    r"(?P<kind>人员经费|公用经费)(?P<amount>[\d,.]+)(?P<unit>万?元),(?:主要)?(?:包括|用于):?(?P<items>[^;。]+)"
)
_TABLE = "general_public_basic_expenditure"
_CLASSES = {"人员经费": ("301", "303"), "公用经费": ("302", "307", "310", "399")}
_DECIMALS = 2  # of amounts in sentences
_FEWEST_ALIKE = 3  # a list of other things names none of the items

Fact = Mapping[str, Any]


@cache
def _classes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in read_reference("code_labels"):
        if row["code"].startswith("3") and len(row["code"]) > 3:
            found.setdefault(one_spelling(row["label"]), set()).add(row["code"][:3])
    return found


def _classes_of(name: str) -> set[str]:
    """Return the classes of economic sections to which an item of this name belongs."""
    return _classes().get(name, set())


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 4 and (long.endswith(short) or long.startswith(short)))


def _items(facts: Sequence[Fact], kind: str) -> dict[str, Fact]:
    """Return name → fact of the printed items of a kind of cost."""
    return {
        one_spelling(fact["label"]): fact
        for fact in facts
        if fact["table_id"] == _TABLE
        and len(fact["economic_code"]) > 3
        and fact["economic_code"].startswith(_CLASSES[kind])
        and fact["amount_yuan"]
    }


def _compared(
    passage: Passage, match: re.Match[str], printed: Mapping[str, Fact]
) -> Iterator[Identity]:
    kind, text = match["kind"], match["items"]
    is_open = text.endswith("等")
    listed = [one for one in re.split("[、,]", text.removesuffix("等")) if one]
    place = passage.origins[match.start("items")]
    names = [one_spelling(one) for one in listed]
    stated = Decimal(match["amount"].replace(",", "").strip(".")) * UNIT_FACTORS[match["unit"]]
    room = (len(printed) + 1) * UNIT_FACTORS[match["unit"]] * half_unit(_DECIMALS)
    total = sum((fact["amount_yuan"] for fact in printed.values()), Decimal(0))
    if abs(total - stated) > room or sum(name in printed for name in names) < _FEWEST_ALIKE:
        return
    for one, name in zip(listed, names, strict=True):
        if not any(_is_same(name, other) for other in printed):
            kinds = {fact["economic_code"][:3] for fact in printed.values()} & _classes_of(name)
            rows = [
                fact["origin"]
                for fact in printed.values()
                if not kinds or fact["economic_code"][:3] in kinds
            ]
            table = described("基本支出表无此科目", *rows)
            yield slip("text_listed_item", words(one, kind, place), table)
        elif name in printed:
            table = words(printed[name]["label"], "基本支出表", printed[name]["origin"])
            yield sound("text_listed_item", words(one, f"{kind}所列", place), table)
    if is_open:
        return
    for name, fact in printed.items():
        if not any(_is_same(name, other) for other in names):
            left = described(f"{kind}所列", place)
            right = words(fact["label"], "基本支出表", fact["origin"])
            yield slip("text_listed_item", left, right, form="item_left_out")


def cost_lists(prose: Prose, facts: Sequence[Fact]) -> Iterator[Identity]:
    """Return an identity for each item listed, and for each that is left out."""
    printed = {kind: _items(facts, kind) for kind in _CLASSES}
    for passage in prose.statements:
        for match in _LIST.finditer(passage.text):
            if printed[match["kind"]]:
                yield from _compared(passage, match, printed[match["kind"]])

"""Sums in sentences: totals with their parts, classes with their items, projects with their use.

Place in the chain: a family of rules of ``audit``.  Input: claims.  Output: identities.

Which claims make up which is a row of ``reference/rule_claim_sums.csv``.  Described projects follow
one form: 预算安排规模, then 资金分配情况.  Where a sentence lists parts of its own (其中, 具体为)
they make up the amount; what it was mainly used for (主要用于) does not exceed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.audit.claims import MONEY, UNIT_PRICE, Claim, Claims, select, top
from helpers.audit.identity import (
    Figure,
    Identity,
    at_most,
    equality,
    first_origins,
    sum_of,
)
from helpers.reference_data import read_reference

_TOTAL_WORD = re.compile(r"(?:合计|共计|总计|小计)(?:支出|金额)?$|^资金$")
_SCALE = "/预算安排规模"
_CLASS_MARK = "（类）"
_LISTS_PARTS = re.compile(r"项目支出情况说明$|具体使用情况$|财政拨款收支预算")


def stated_sums(claims: Claims) -> Iterator[Identity]:
    """Compare the sums that ``rule_claim_sums.csv`` lists with what they should equal."""
    for rule in read_reference("rule_claim_sums"):
        roles = rule["whole_role"].split()
        whole = select(claims, rule["section"], rule["whole"], roles, with_blanks=True)
        section = rule["part_section"] or rule["section"]
        parts = select(claims, section, rule["parts"], rule["part_role"].split())
        # A list may be opened by the whole once more.
        parts = [part for part in parts if not whole or part["subject"] != whole[0]["subject"]]
        if not whole or len(parts) < int(rule["least_parts"]):
            continue
        unit = claims.unit(whole[0]) if whole[0]["role"] in MONEY else whole[0]["unit"]
        left = claims.figure(whole[0])
        addends = [claims.figure(part, unit) for part in parts]
        right = addends[0] if len(addends) == 1 else sum_of(addends)
        if rule["relation"] == "at_most":
            yield at_most(rule["rule_id"], left.label, right, left, unit)
        else:
            yield equality(rule["rule_id"], left.label, left, right, unit)


def class_sums(claims: Claims) -> Iterator[Identity]:
    """Compare each class of the structure with the items listed under it in the detail."""
    detail = [
        claim
        for claim in claims.rows
        if claim["role"] in ("budget", "final")
        and claim["value"] is not None
        and _CLASS_MARK in claim["subject"]
        and claim["subject"].endswith("（项）")
    ]
    for claim in claims.rows:
        if claim["role"] != "amount" or not re.search("结构情况$", claim["section"]):
            continue
        name = claim["subject"].removesuffix(_CLASS_MARK)
        items = [
            one
            for one in detail
            if top(one) == top(claim) and f"/{name}{_CLASS_MARK}/" in f"/{one['subject']}"
        ]
        if items and claim["value"] is not None:
            whole, unit = claims.figure(claim), claims.unit(claim)
            parts = sum_of([claims.figure(one, unit) for one in items])
            yield equality("claim_class_sum", whole.label, whole, parts, unit)


def allocations(claims: Claims) -> Iterator[Identity]:
    """Compare the money of a described project (预算安排规模) with its 资金分配情况.

    A passage that gives prices instead of parts cannot be added up.
    """
    starts = [n for n, claim in enumerate(claims.rows) if claim["subject"].endswith(_SCALE)]
    for number, start in enumerate(starts):
        scale = claims.rows[start]
        end = starts[number + 1] if number + 1 < len(starts) else len(claims.rows)
        prefix = scale["subject"].removesuffix(_SCALE) + "/"
        below = [
            claim
            for claim in claims.rows[start + 1 : end]
            if claim["subject"].startswith(prefix)
            and claim["section"] == scale["section"]
            and claim["role"] == "amount"
            and claim["value"] is not None
        ]
        if not below or scale["value"] is None:
            continue
        whole, unit = claims.figure(scale), claims.unit(scale)
        totals = [one for one in below if _TOTAL_WORD.search(one["subject"])]
        parts = [one for one in below if one not in totals]
        subjects = {one["subject"] for one in parts}
        outer = [
            one
            for one in parts
            if not any(one["subject"].startswith(f"{other}/") for other in subjects)
        ]
        has_prices = any(
            UNIT_PRICE.search(one["subject"]) or claims.unit(one) == "元" for one in parts
        )
        grand = [one for one in totals if one["subject"].count("/") == prefix.count("/")]
        if has_prices:
            blank = Figure(None, f"{prefix}资金分配", first_origins(map(claims.figure, parts)))
            unclear = Identity("claim_allocation", whole.label, whole, blank, unit, "not_checkable")
            yield unclear
        elif outer:
            right = sum_of([claims.figure(one, unit) for one in outer])
            yield equality("claim_allocation", whole.label, whole, right, unit)
        elif grand:
            right = claims.figure(grand[-1], unit)
            yield equality("claim_allocation", whole.label, whole, right, unit)


def _parts_by_whole(claims: Claims) -> dict[int, list[Claim]]:
    """Return the amounts a sentence lists under another, by the position of the latter.

    Parts belong to the last mention of their whole before them, in the same section.
    """
    last: dict[tuple[str, str], int] = {}
    parts: dict[int, list[Claim]] = {}
    for position, claim in enumerate(claims.rows):
        if claim["role"] not in ("amount", "budget") or claim["value"] is None:
            continue
        whole = last.get((claim["section"], claim["subject"].rpartition("/")[0]))
        if whole is not None and claim["role"] == "amount":
            parts.setdefault(whole, []).append(claim)
        last[claim["section"], claim["subject"]] = position
    return parts


def listed_parts(claims: Claims) -> Iterator[Identity]:
    """Compare an amount with the parts that the same passage lists under it."""
    for position, parts in _parts_by_whole(claims).items():
        claim = claims.rows[position]
        if not _LISTS_PARTS.search(claim["section"]) or "/" not in claim["subject"]:
            continue
        if any(UNIT_PRICE.search(one["subject"]) or claims.unit(one) == "元" for one in parts):
            continue
        parts = [one for one in parts if not _TOTAL_WORD.search(one["subject"])]
        whole, unit = claims.figure(claim), claims.unit(claim)
        right = sum_of([claims.figure(one, unit) for one in parts])
        is_use = any("主要用于" in one["text"] for one in parts)
        if is_use:
            yield at_most("claim_use", whole.label, right, whole, unit)
        elif len(parts) > 1:
            yield equality("claim_list_sum", whole.label, whole, right, unit)


def blanks(claims: Claims) -> Iterator[Identity]:
    """Report the figures that a sentence leaves out."""
    for claim in claims.rows:
        if claim["value"] is None:
            left = claims.figure(claim)
            right = Figure(claim["text"], "所在句", ())
            yield Identity("claim_blank", left.label, left, right, "", "different", relation="text")


def narrative_sums(claims: Claims) -> Iterator[Identity]:
    """Return every sum stated in sentences, and the figures that sentences leave out."""
    for family in (stated_sums, class_sums, allocations, listed_parts, blanks):
        yield from family(claims)

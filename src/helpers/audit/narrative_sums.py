"""Figures of sentences against each other: sums, shares, growth, variance.

Place in the chain: a family of rules of ``audit``.  Input: claims.  Output: identities.

Which claims make up which is a row of ``reference/rule_claim_sums.csv``; the base of a share that
names none is a row of ``rule_share_bases.csv``; whose change a sentence about 收入支出总体 states
is a row of ``rule_growth_bases.csv``.  Rates follow one form each, wherever they are printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from helpers.amounts import UNIT_FACTORS, plain
from helpers.audit.identity import (
    Figure,
    Identity,
    at_most,
    equality,
    figure,
    first_origins,
    rate,
    sum_of,
)
from helpers.reference_data import read_reference
from helpers.tolerance import Interval, growth, quotient

Claim = Mapping[str, Any]

_MONEY = frozenset({"amount", "change", "budget", "final"})
_FACTORS = UNIT_FACTORS | {"万": UNIT_FACTORS["万元"], "亿": UNIT_FACTORS["亿元"]}
_SAME_UNIT = {"万": "万元", "亿": "亿元"}
_SHARE_OF = re.compile(r"占(?!比)(.{2,20}?)的$|占(?!比)([^占，。,]{2,20}?)的[\d.,，]+%")
_TOTAL_WORD = re.compile(r"(?:合计|共计|总计|小计)(?:支出|金额)?$|^资金$")
_UNIT_PRICE = re.compile(r"每|报价|单价|人均|月工资|标准")
_SCALE = "/预算安排规模"
_CLASS_MARK = "（类）"


def decimals_of_value(value: Decimal) -> int:
    """Return how many decimals a claim is printed with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one disclosure, with the precision of each unit.

    Attributes
    ----------
    rows
        Rows of ``claims.csv``.
    decimals
        Most decimals of any amount in that unit.
    """

    rows: tuple[Claim, ...]
    decimals: Mapping[str, int]

    @classmethod
    def of(cls, rows: Sequence[Claim]) -> Claims:
        """Derive the precision of each unit from its amounts; unit prices have their own."""
        decimals: dict[str, int] = {}
        for row in rows:
            is_price = _UNIT_PRICE.search(row["subject"])
            if row["role"] in _MONEY and row["value"] is not None and not is_price:
                unit = _SAME_UNIT.get(row["unit"], row["unit"])
                decimals[unit] = max(decimals.get(unit, 0), decimals_of_value(row["value"]))
        return cls(tuple(rows), decimals)

    def unit(self, claim: Claim) -> str:
        """Return the unit of a claim; a sentence that leaves it out speaks in 万元."""
        return _SAME_UNIT.get(claim["unit"], claim["unit"]) or "万元"

    def figure(self, claim: Claim, unit: str = "") -> Figure:
        """Return a claim as a figure, in ``unit`` where that is given; changes carry their sign."""
        value, own = claim["value"], self.unit(claim)
        is_money = claim["role"] in _MONEY and own in _FACTORS
        decimals = self.decimals.get(own, 0) if is_money else None
        if claim["role"] == "area" and value is not None:
            decimals = decimals_of_value(value)
        shown = figure(value, label_of(claim), claim["origin"], decimals)
        if value is not None and claim["direction"] == "decrease":
            shown = replace(shown, value=-value)
        if value is not None and is_money and unit and unit != own:
            factor = _FACTORS[own] / _FACTORS[unit]
            assert isinstance(shown.value, Decimal)
            shown = replace(shown, value=plain(shown.value * factor), half=shown.half * factor)
        return shown

    def interval(self, claim: Claim) -> Interval:
        """Return everything the claim may stand for before it was rounded."""
        shown = self.figure(claim)
        assert isinstance(shown.value, Decimal)
        return Interval(Fraction(shown.value - shown.half), Fraction(shown.value + shown.half))


def label_of(claim: Claim) -> str:
    """Return a claim's name: section and subject."""
    section = claim["section"].rpartition("/")[2]
    roles = {"share": "占比", "change": "增减额", "growth": "增减率", "variance_rate": ""}
    role = roles.get(claim["role"], "")
    return f"{section[:24]}/{claim['subject']}{'·' + role if role else ''}"


def _top(claim: Claim) -> str:
    return claim["section"].partition("/")[0]


def _matches(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text) is not None


def _select(
    claims: Claims, section: str, subject: str, roles: Sequence[str], is_once: bool = True
) -> list[Claim]:
    found: dict[Any, Claim] = {}
    for number, claim in enumerate(claims.rows):
        if (
            claim["role"] in roles
            and claim["value"] is not None
            and _matches(section, claim["section"])
            and re.search(subject, claim["subject"])
        ):
            found.setdefault(claim["subject"] if is_once else number, claim)
    return list(found.values())


def stated_sums(claims: Claims) -> Iterator[Identity]:
    """Compare the sums that ``rule_claim_sums.csv`` lists with what they should equal."""
    for rule in read_reference("rule_claim_sums"):
        whole = _select(claims, rule["section"], rule["whole"], rule["whole_role"].split())
        section = rule["part_section"] or rule["section"]
        parts = _select(claims, section, rule["parts"], rule["part_role"].split())
        if not whole or len(parts) < int(rule["least_parts"]):
            continue
        unit = claims.unit(whole[0]) if whole[0]["role"] in _MONEY else whole[0]["unit"]
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
            if _top(one) == _top(claim) and f"/{name}{_CLASS_MARK}/" in f"/{one['subject']}"
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
        top = [
            one
            for one in parts
            if not any(one["subject"].startswith(f"{other}/") for other in subjects)
        ]
        has_prices = any(
            _UNIT_PRICE.search(one["subject"]) or claims.unit(one) == "元" for one in parts
        )
        grand = [one for one in totals if one["subject"].count("/") == prefix.count("/")]
        if has_prices:
            blank = Figure(None, f"{prefix}资金分配", first_origins(map(claims.figure, parts)))
            unclear = Identity("claim_allocation", whole.label, whole, blank, unit, "not_checkable")
            yield unclear
        elif top:
            right = sum_of([claims.figure(one, unit) for one in top])
            yield equality("claim_allocation", whole.label, whole, right, unit)
        elif grand:
            right = claims.figure(grand[-1], unit)
            yield equality("claim_allocation", whole.label, whole, right, unit)


def _earlier(claims: Claims, position: int, subjects: Sequence[str]) -> Claim | None:
    """Return the nearest amount before a claim, in its section, with one of the subjects."""
    section = claims.rows[position]["section"]
    for claim in reversed(claims.rows[:position]):
        if claim["section"] != section:
            return None
        if claim["role"] in ("amount", "budget", "final", "count") and claim["subject"] in subjects:
            return claim if claim["value"] is not None else None
    return None


def _share_base(claims: Claims, position: int) -> Claim | None:
    claim = claims.rows[position]
    named = _SHARE_OF.search(claim["text"])
    if named:
        phrase = named.group(1) or named.group(2)
        for other in reversed(claims.rows[:position]):
            leaf = other["subject"].rpartition("/")[2]
            if other["role"] == "amount" and leaf.endswith(phrase) and other["value"] is not None:
                return other
        return None
    parent, slash, _ = claim["subject"].rpartition("/")
    if slash:
        return _earlier(claims, position, [parent])
    for rule in read_reference("rule_share_bases"):
        if _matches(rule["section"], claim["section"]) and _matches(
            rule["subject"], claim["subject"]
        ):
            found = _select(claims, "", rule["base"], ["amount"])
            return next((one for one in found if _top(one) == _top(claim)), None)
    return None


def shares(claims: Claims) -> Iterator[Identity]:
    """Recompute every share from the two amounts it relates."""
    for position, claim in enumerate(claims.rows):
        if claim["role"] != "share" or claim["value"] is None:
            continue
        part = _earlier(claims, position, [claim["subject"]])
        base = _share_base(claims, position)
        if part is None or base is None or part is base:
            continue
        if not base["value"] or claims.unit(part) != claims.unit(base):
            continue
        possible = quotient(claims.interval(part), claims.interval(base))
        if possible is None:
            continue
        exact = 100 * Fraction(part["value"]) / Fraction(base["value"])
        printed = figure(claim["value"], label_of(claim), claim["origin"], None)
        names = f"{part['subject'].rpartition('/')[2]}÷{base['subject'].rpartition('/')[2]}"
        computed = Figure(None, names, first_origins([claims.figure(part), claims.figure(base)]))
        yield rate(
            "claim_share",
            printed.label,
            printed,
            decimals_of_value(claim["value"]),
            exact,
            Interval(100 * possible.low, 100 * possible.high),
            computed,
        )


def _growth_base(claims: Claims, position: int) -> Claim | None:
    claim = claims.rows[position]
    for rule in read_reference("rule_growth_bases"):
        match = re.search(rule["subject"], claim["subject"])
        if match:
            return _earlier(claims, position, [match.expand(rule["base"])])
    return _earlier(claims, position, [claim["subject"]])


def _signed(claim: Claim) -> Decimal:
    value: Decimal = claim["value"]
    return -value if claim["direction"] == "decrease" else value


def growths(claims: Claims) -> Iterator[Identity]:
    """Recompute every growth rate: change ÷ (this year − change).

    Growth from nothing is printed as 100 %, and nothing to nothing as 0 %, by convention.
    """
    for position, claim in enumerate(claims.rows):
        before = claims.rows[position - 1] if position else None
        if (
            claim["role"] != "growth"
            or before is None
            or before["role"] != "change"
            or before["subject"] != claim["subject"]
            or claim["value"] is None
            or before["value"] is None
        ):
            continue
        base = _growth_base(claims, position - 1)
        if base is None or claims.unit(base) != claims.unit(before):
            continue
        change, current = _signed(before), base["value"]
        earlier = current - change
        printed = figure(_signed(claim), label_of(claim), claim["origin"], None)
        origins = first_origins([claims.figure(before), claims.figure(base)])
        names = f"{before['subject'].rpartition('/')[2]}增减额÷（本年数-增减额）"
        computed = Figure(None, names, origins)
        possible = growth(claims.interval(before), claims.interval(base))
        if earlier == 0 or possible is None:
            # From nothing, or so near it that rounding allows any rate.
            exact = Fraction(100 if change else 0)
            possible = Interval(exact, exact) if earlier == 0 else None
        else:
            exact = 100 * Fraction(change) / Fraction(earlier)
            possible = Interval(100 * possible.low, 100 * possible.high)
        if possible is None:
            continue
        yield rate(
            "claim_growth",
            printed.label,
            printed,
            decimals_of_value(claim["value"]),
            exact,
            possible,
            computed,
        )


def variances(claims: Claims) -> Iterator[Identity]:
    """Recompute every variance rate from the budget and the final amount before it."""
    for position, claim in enumerate(claims.rows):
        if claim["role"] != "variance_rate" or claim["value"] is None or position < 2:
            continue
        budget, final = claims.rows[position - 2], claims.rows[position - 1]
        if (budget["role"], final["role"]) != ("budget", "final"):
            continue
        if budget["value"] is None or final["value"] is None:
            continue
        low, high = claims.interval(budget), claims.interval(final)
        if budget["value"] == 0:
            exact = Fraction(100 if final["value"] else 0)
            possible: Interval | None = Interval(exact, exact)
        else:
            ratio = quotient(high, low)
            exact = 100 * (Fraction(final["value"]) / Fraction(budget["value"]) - 1)
            possible = ratio and Interval(100 * (ratio.low - 1), 100 * (ratio.high - 1))
        if possible is None:
            continue
        printed = figure(_signed(claim), label_of(claim), claim["origin"], None)
        origins = first_origins([claims.figure(final), claims.figure(budget)])
        computed = Figure(None, "（决算数-预算数）÷预算数", origins)
        yield rate(
            "claim_variance",
            printed.label,
            printed,
            decimals_of_value(claim["value"]),
            exact,
            possible,
            computed,
        )


def blanks(claims: Claims) -> Iterator[Identity]:
    """Report the figures that a sentence leaves out."""
    for claim in claims.rows:
        if claim["value"] is None:
            left = figure(None, label_of(claim), claim["origin"], None)
            right = Figure(claim["text"], "所在句", ())
            yield Identity("claim_blank", left.label, left, right, "", "different")


def narrative_sums(claims: Claims) -> Iterator[Identity]:
    """Return every identity between sentences."""
    for family in (stated_sums, class_sums, allocations, shares, growths, variances, blanks):
        yield from family(claims)

"""Figures in sentences as the audit sees them: with sign, unit and precision.

Place in the chain: used by the rules on sentences.  Input: rows of ``claims.csv``.  Output:
:class:`Claims`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from helpers.amounts import UNIT_FACTORS
from helpers.audit.identity import Figure, figure

Claim = Mapping[str, Any]

MONEY = frozenset({"amount", "change", "budget", "final"})
UNIT_PRICE = re.compile(r"每|报价|单价|人均|月工资|标准")
_FACTORS = UNIT_FACTORS | {"万": UNIT_FACTORS["万元"], "亿": UNIT_FACTORS["亿元"]}
_SAME_UNIT = {"万": "万元", "亿": "亿元"}


_KEY = "claim "
_LONGEST_HEADING = 30
_NAMES_A_RATE = re.compile(r"完成\w{0,2}预算$")
_OWN_HEADING = re.compile(
    r"(?P<mark>[（(]?[一二三四五六七八九十]+[)）、.．])?(?:关于)?"
    r"[\u4e00-\u9fff（）()]{2,40}?20\d{2}年度?(?P<rest>[\u4e00-\u9fff].*)"
)


def claim_key(claim: Claim) -> str:
    """Return what tells a claim from others; sentences of one line may say the same words."""
    return f"{_KEY}{claim.get('claim_no')}"


def is_claim_key(key: str) -> bool:
    """Tell whether a figure with this key stands in a sentence."""
    return key.startswith(_KEY)


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
    usual_unit
        The unit most amounts are printed in; a sentence that leaves the unit out means it.
    named_at
        Where each described project is named, by its name.
    """

    rows: tuple[Claim, ...]
    decimals: Mapping[str, int]
    usual_unit: str
    named_at: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Claim], named_at: Mapping[str, str] | None = None) -> Claims:
        """Derive the precision of each unit from its amounts; unit prices have their own."""
        decimals: dict[str, int] = {}
        for row in rows:
            is_price = UNIT_PRICE.search(row["subject"])
            if row["role"] in MONEY and row["value"] is not None and not is_price:
                unit = _SAME_UNIT.get(row["unit"], row["unit"])
                decimals[unit] = max(decimals.get(unit, 0), decimals_of_value(row["value"]))
        printed = Counter(
            _SAME_UNIT.get(row["unit"], row["unit"])
            for row in rows
            if row["role"] in MONEY and row["unit"] in _FACTORS
        )
        usual = max(printed, key=printed.__getitem__, default="万元")
        return cls(tuple(rows), decimals, usual, named_at or {})

    def unit(self, claim: Claim) -> str:
        """Return the unit of a claim."""
        return _SAME_UNIT.get(claim["unit"], claim["unit"]) or self.usual_unit

    def figure(self, claim: Claim, unit: str = "") -> Figure:
        """Return a claim as a figure, in ``unit`` where that is given; changes carry their sign."""
        value, own = claim["value"], self.unit(claim)
        is_money = claim["role"] in MONEY and own in _FACTORS
        decimals = self.decimals.get(own, 0) if is_money else None
        if claim["role"] == "area" and value is not None:
            decimals = decimals_of_value(value)
        shown = figure(value, label_of(claim), claim["origin"], decimals, key=claim_key(claim))
        if claim["direction"] == "decrease":
            shown = shown.scaled(Decimal(-1))
        if is_money and unit and unit != own:
            shown = shown.scaled(_FACTORS[own] / _FACTORS[unit])
        return shown


def short_heading(heading: str) -> str:
    """Return a heading without the department and the year that every heading repeats."""
    found = _OWN_HEADING.fullmatch(heading)
    short = f"{found['mark'] or ''}{found['rest']}" if found else heading
    return short if len(short) <= _LONGEST_HEADING else f"{short[: _LONGEST_HEADING - 1]}…"


def label_of(claim: Claim) -> str:
    """Return a claim's name: section and subject."""
    section = short_heading(claim["section"].rpartition("/")[2])
    roles = {"share": "占比", "change": "增减额", "growth": "增减率", "variance_rate": ""}
    # 「完成年初预算」 is the name of a rate itself.
    role = "" if _NAMES_A_RATE.search(claim["subject"]) else roles.get(claim["role"], "")
    return f"{section}/{claim['subject']}{'·' + role if role else ''}"


def top(claim: Claim) -> str:
    return claim["section"].partition("/")[0]


def matches(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text) is not None


def select(
    claims: Claims,
    section: str,
    subject: str,
    roles: Sequence[str],
    is_once: bool = True,
    with_blanks: bool = False,
) -> list[Claim]:
    found: dict[Any, Claim] = {}
    for number, claim in enumerate(claims.rows):
        if (
            claim["role"] in roles
            and (with_blanks or claim["value"] is not None)
            and matches(section, claim["section"])
            and re.search(subject, claim["subject"])
        ):
            found.setdefault(claim["subject"] if is_once else number, claim)
    return list(found.values())


def earlier(claims: Claims, position: int, subjects: Sequence[str]) -> Claim | None:
    """Return the nearest amount before a claim, in its section, with one of the subjects."""
    section = claims.rows[position]["section"]
    for before in range(position - 1, -1, -1):
        claim = claims.rows[before]
        if claim["section"] != section:
            return None
        if claim["role"] in ("amount", "budget", "final", "count") and claim["subject"] in subjects:
            return claim if claim["value"] is not None else None
    return None

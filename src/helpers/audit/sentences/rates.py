"""Rates in sentences, recomputed from the amounts beside them: shares, growth, variance.

Place in the chain: a family of rules of ``audit``.  Input: claims.  Output: identities.

Rates follow one form each, wherever they are printed.  The base of a share that names none is a row
of ``reference/rule_share_bases.csv``; whose change a sentence about 收入支出总体 states is a row of
``rule_growth_bases.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from helpers.audit.claims import (
    Claim,
    Claims,
    decimals_of_value,
    earlier,
    label_of,
    matches,
    select,
    top,
)
from helpers.audit.formulas import GROWTH, SHARE, VARIANCE, Formula
from helpers.audit.identity import (
    Figure,
    Identity,
    equality,
    figure,
    first_origins,
    rate,
    sum_of,
)
from helpers.reference_data import read_reference

_SHARE_OF = re.compile(r"占(?!比)(.{2,20}?)的$|占(?!比)([^占，。,]{2,20}?)的[\d.,，]+%")

_EARLIER = re.compile(
    r"(?:与|比|较)(?:20\d{2}年度?|上年|去年)(?:度|预算|决算)?(?:相比)?[（(](?:20|上|去)"
)


def _recomputed(
    claims: Claims,
    rule_id: str,
    claim: Claim,
    formula: Formula,
    operands: Sequence[Claim],
    label: str,
    origins: tuple[str, ...] | None = None,
) -> Iterator[Identity]:
    """Compare a rate as printed with the one its figures give."""
    printed = claims.figure(claim)
    found = rate(
        rule_id,
        printed.label,
        printed,
        decimals_of_value(claim["value"]),
        formula,
        [claims.figure(one) for one in operands],
        label,
        origins=origins,
    )
    if found is not None:
        yield found


def _share_base(claims: Claims, position: int) -> Claim | None:
    claim = claims.rows[position]
    named = _SHARE_OF.search(claim["text"])
    if named:
        phrase = named.group(1) or named.group(2)
        for before in range(position - 1, -1, -1):
            other = claims.rows[before]
            leaf = other["subject"].rpartition("/")[2]
            if other["role"] == "amount" and leaf.endswith(phrase) and other["value"] is not None:
                return other
        return None
    parent, slash, _ = claim["subject"].rpartition("/")
    if slash:
        return earlier(claims, position, [parent])
    for rule in read_reference("rule_share_bases"):
        if matches(rule["section"], claim["section"]) and matches(
            rule["subject"], claim["subject"]
        ):
            found = select(claims, "", rule["base"], ["amount"])
            return next((one for one in found if top(one) == top(claim)), None)
    return None


def shares(claims: Claims) -> Iterator[Identity]:
    """Recompute every share from the two amounts it relates."""
    for position, claim in enumerate(claims.rows):
        if claim["role"] != "share" or claim["value"] is None:
            continue
        part = earlier(claims, position, [claim["subject"]])
        base = _share_base(claims, position)
        if part is None or base is None or part is base:
            continue
        if not base["value"] or claims.unit(part) != claims.unit(base):
            continue
        label = f"{part['subject'].rpartition('/')[2]}÷{base['subject'].rpartition('/')[2]}"
        yield from _recomputed(claims, "claim_share", claim, SHARE, [part, base], label)


def share_sums(claims: Claims) -> Iterator[Identity]:
    """Compare the shares of one list with 100 %, where its amounts make up the whole.

    Each share carries half a unit of its last digit: three of them may add up to 101 %.
    """
    lists: dict[int, tuple[Claim, dict[str, tuple[Claim, Claim]]]] = {}
    for position, claim in enumerate(claims.rows):
        if claim["role"] != "share" or claim["value"] is None:
            continue
        part = earlier(claims, position, [claim["subject"]])
        base = _share_base(claims, position)
        if part is not None and base is not None and part is not base:
            _, listed = lists.setdefault(id(base), (base, {}))
            listed.setdefault(claim["subject"], (part, claim))
    for base, listed in lists.values():
        unit = claims.unit(base)
        whole = claims.figure(base)
        parts = sum_of([claims.figure(part, unit) for part, _ in listed.values()])
        # A part of a part in the list makes the amounts exceed the whole.
        if len(listed) < 2 or equality("", "", whole, parts, unit).verdict == "different":
            continue
        # Nothing has no shares: each is printed as 0 %.
        if not whole.value:
            continue
        stated = [
            figure(
                share["value"],
                label_of(share),
                share["origin"],
                decimals_of_value(share["value"]),
                key=claims.figure(share).terms[0].key,
            )
            for _, share in listed.values()
        ]
        label = f"{base['subject'].rpartition('/')[2]}各项占比之和"
        total = Figure(Decimal(100), "全部", ())
        yield equality("claim_share_sum", label_of(base), sum_of(stated, label), total, "%")


def _growth_base(claims: Claims, position: int) -> Claim | None:
    claim = claims.rows[position]
    for rule in read_reference("rule_growth_bases"):
        match = re.search(rule["subject"], claim["subject"])
        if match:
            return earlier(claims, position, [match.expand(rule["base"])])
    return earlier(claims, position, [claim["subject"]])


def _growth_formula(base: Claim) -> Formula:
    """Return how growth follows: some sentences state the earlier figure, in brackets."""
    return SHARE if _EARLIER.search(base["subject"]) else GROWTH


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
        formula = _growth_formula(base)
        divisor = "上年数" if formula is SHARE else "（本年数-增减额）"
        label = f"{before['subject'].rpartition('/')[2]}增减额÷{divisor}"
        yield from _recomputed(claims, "claim_growth", claim, formula, [before, base], label)


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
        label = "（决算数-预算数）÷预算数"
        origins = first_origins([claims.figure(final), claims.figure(budget)])
        yield from _recomputed(
            claims, "claim_variance", claim, VARIANCE, [budget, final], label, origins
        )


def narrative_rates(claims: Claims) -> Iterator[Identity]:
    """Return every rate of the sentences with the rate of its figures."""
    for family in (shares, share_sums, growths, variances):
        yield from family(claims)

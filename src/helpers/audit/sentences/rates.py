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

# 「完成年初预算的90%」, 「完成年初预算100万元的90%」
_COMPLETED = re.compile(
    r"完成(?P<kind>年初|全年|调整|年度)?预算数?(?P<amount>[\d.,]+[万亿]?元)?的?[\d.,]+%$"
)
_BUDGET_OR_FINAL = re.compile(
    r"(?P<kind>年初|全年|调整|年度)?预算数?$|(?P<final>支出决算数?|决算数)$"
)
_FUND_BUDGET = re.compile(r"^(?P<fund>.*财政拨款)支出/年初预算数?$")
_NEAR = 6  # claims before a rate among which its budget and its final amount stand


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


def _completed(claims: Claims, position: int, kind: str) -> tuple[Claim, Claim] | None:
    """Return budget and final amount of a rate of completion, as its sentence names them."""
    section = claims.rows[position]["section"]
    budget: Claim | None = None
    final: Claim | None = None
    for claim in reversed(claims.rows[max(0, position - _NEAR) : position]):
        if claim["section"] != section or (budget and final):
            break
        if claim["role"] in ("change", "growth", "share", "variance_rate"):
            continue
        named = _BUDGET_OR_FINAL.search(claim["subject"])
        if not named or claim["value"] is None:
            break
        if named["final"]:
            # Of two finals the nearer belongs to the rate, and a budget further off to another.
            if final or budget:
                break
            final = claim
        elif kind in ("", named["kind"]) and budget is None:
            budget = claim
    return (budget, final) if budget and final else None


def _completed_of(claims: Claims, position: int) -> tuple[Claim, Claim] | None:
    """Return budget and final amount of 支出决算90万元，完成年初预算100万元的90%."""
    if position < 2:
        return None
    final, budget = claims.rows[position - 2], claims.rows[position - 1]
    named = _BUDGET_OR_FINAL.search(final["subject"])
    if not (named and named["final"]) or not (final["value"] and budget["value"]):
        return None
    return (budget, final) if final["section"] == budget["section"] else None


def _completed_total(claims: Claims, position: int) -> tuple[Claim, Claim] | None:
    """Return the budget before a rate and the expenditure of the year, where no final is named.

    The total (支出总计) is the year's expenditure only in a document that carries nothing over.
    """
    budget = claims.rows[position - 1]
    whole = select(claims, "", "^支出总计$", ["amount"], is_once=False)[:1]
    spent = select(claims, "", r"^\d*本年支出合计$", ["amount"])[:1]
    named = _FUND_BUDGET.search(budget["subject"])
    if not (named and whole and spent) or whole[0]["value"] != spent[0]["value"]:
        return None
    for before in range(position - 2, 0, -1):
        income, final = claims.rows[before - 1], claims.rows[before]
        if final["section"] != budget["section"]:
            return None
        if (income["subject"], final["subject"]) == (f"{named['fund']}收入总计", "支出总计"):
            return (budget, final) if final["role"] == "amount" and final["value"] else None
    return None


def completions(claims: Claims) -> Iterator[Identity]:
    """Recompute every rate of completion (完成年初预算的90%): final ÷ budget."""
    for position, claim in enumerate(claims.rows):
        stated = _COMPLETED.search(claim["text"])
        if claim["role"] != "share" or claim["value"] is None or not stated or not position:
            continue
        kind = stated["kind"] or ""
        found = _completed_of(claims, position) if stated["amount"] else None
        found = found or _completed(claims, position, kind) or _completed_total(claims, position)
        if found is None or claims.unit(found[0]) != claims.unit(found[1]):
            continue
        budget, final = found
        label = "决算数÷预算数"
        yield from _recomputed(claims, "claim_completion", claim, SHARE, [final, budget], label)


def narrative_rates(claims: Claims) -> Iterator[Identity]:
    """Return every rate of the sentences with the rate of its figures."""
    for family in (shares, share_sums, growths, variances, completions):
        yield from family(claims)

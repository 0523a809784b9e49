"""Vehicles of final accounts: those kept against the assets, those bought against their cost.

Place in the chain: a family of rules of ``audit``.  Input: prose and claims.  Output: identities.

The vehicles kept at the charge of the “三公” money (公务用车保有量) may be fewer than the vehicles
among the assets; the form then asks for the reason.  A sentence that gives none, or says that
nothing differs, contradicts its own figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.audit.claims import Claims
from helpers.audit.identity import Figure, Identity, same_text
from helpers.audit.words.prose import Prose, heading_of, words

_KEPT = re.compile(
    r"(?P<kept>公务用车保有量(?:为|是)?(?P<n_kept>\d+)辆)[,;。]"
    r"(?:国有资产占用情况中)?(?P<owned>固定资产车辆(?:为|是)?(?P<n_owned>\d+)辆)(?P<after>[^。]*)"
)
_REASON = re.compile(r"差异[^,;。]{0,4}原因(?:是|为)?:?(?P<said>.*)")
_DENIED = re.compile(r"一致|(?:无|没有|不存在)(?:任何)?(?:差异|差别)")
# Not 「比上年少购置3辆」.
_BOUGHT = re.compile(
    r"(?:^|/)(?:(?:公务用车|车辆)购置(?:数|数量|量|辆数)|(?:更新|新增)?购置(?:公务用车|车辆))$"
)
_COST = re.compile(r"公务用车购置(?:费|费用|支出|费支出)(?:/?(?:支出)?决算数?)?$")


def kept(prose: Prose) -> Iterator[Identity]:
    """Compare the vehicles kept with those among the assets, where one sentence states both."""
    if prose.is_recognised:
        return  # a digit lost by text recognition proves nothing
    for passage in prose.statements:
        for match in _KEPT.finditer(passage.text):
            origin = passage.origins[match.start()]
            left = words(match["kept"], heading_of(passage), origin)
            right = words(match["owned"], "国有资产占用情况", passage.origins[match.start("owned")])
            agree = int(match["n_kept"]) == int(match["n_owned"])
            reason = _REASON.search(match["after"])
            is_denied = reason is not None and _DENIED.search(reason["said"]) is not None
            if agree or reason is None or is_denied:
                severity = "error" if is_denied else ""
                yield same_text("claim_vehicles", left.label, left, right, agree, severity=severity)


def bought(claims: Claims) -> Iterator[Identity]:
    """Find vehicles that were bought for nothing; what was paid later or before is not known."""
    for position, claim in enumerate(claims.rows):
        is_count = claim["role"] == "count" and claim["unit"] == "辆"
        if not (is_count and _BOUGHT.search(claim["subject"]) and "三公" in claim["section"]):
            continue
        costs = [
            one
            for one in claims.rows[:position]
            if one["section"] == claim["section"]
            and one["role"] in ("amount", "final")
            and _COST.search(one["subject"])
        ]
        if claim["value"] is None or not costs or costs[-1]["value"] is None:
            continue
        left, cost = claims.figure(claim), costs[-1]
        stated = Figure(f"{claim['value']:f}辆", left.label, left.origins)
        paid = claims.figure(cost)
        right = Figure(f"{cost['value']:f}{claims.unit(cost)}", paid.label, paid.origins)
        agree = not claim["value"] or bool(cost["value"])
        yield same_text("claim_purchase", left.label, stated, right, agree)


def vehicles(prose: Prose, claims: Claims) -> Iterator[Identity]:
    """Return every identity of vehicles kept and bought."""
    yield from kept(prose)
    yield from bought(claims)

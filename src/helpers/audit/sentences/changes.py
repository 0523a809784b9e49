"""Changes on the previous year in sentences, and the figures of that year they imply.

Place in the chain: a family of rules of ``audit``.  Input: claims.  Output: identities.

Each row of ``reference/rule_claim_changes.csv`` names two descriptions of one sum of money:
``listed``, its parts, and ``whole``.  Where both come to the same amount this year, their changes
come to the same, too, because an amount less its change is the figure of the previous year.

``relation`` is ``same`` where both describe all of it.  It is ``listed`` where parts that ended
with the previous year are left out: what is listed may then have had less of that year's money than
the whole, never more.  Two amounts that differ, and changed by the same to the last digit, are
taken from two scopes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from helpers.audit.claims import Claim, Claims
from helpers.audit.identity import Figure, Identity, equality, sum_of
from helpers.reference_data import read_reference

_MINUS = Decimal(-1)


@dataclass(frozen=True, slots=True)
class _Described:
    """One description: what it comes to this year, and by how much that changed."""

    name: str
    amount: Figure
    change: Figure

    @property
    def earlier(self) -> Figure:
        """The figure of the previous year that it implies."""
        parts = [self.amount, self.change.scaled(_MINUS)]
        return sum_of(parts, f"{self.name}本年数减增减额（上年数）")


def _change_after(rows: Sequence[Claim], position: int) -> Claim | None:
    """Return the change stated of an amount, before the next amount of its name."""
    claim = rows[position]
    for other in rows[position + 1 :]:
        if other["section"] != claim["section"]:
            return None
        if other["subject"] == claim["subject"] and other["role"] in ("change", claim["role"]):
            return other if other["role"] == "change" else None
    return None


def _described(claims: Claims, section: str, subject: str, role: str) -> _Described | None:
    """Return what the sentences describe; None unless each amount states its change."""
    amounts: list[Figure] = []
    changes: list[Figure] = []
    seen: set[str] = set()
    for position, claim in enumerate(claims.rows):
        if (
            claim["role"] != role
            or claim["subject"] in seen
            or not re.search(section, claim["section"])
            or not re.search(subject, claim["subject"])
        ):
            continue
        seen.add(claim["subject"])
        change = _change_after(claims.rows, position)
        if change is None and claim["value"] == 0:
            continue
        if change is None or change["value"] is None or claim["value"] is None:
            return None
        amounts.append(claims.figure(claim, claims.usual_unit))
        changes.append(claims.figure(change, claims.usual_unit))
    if not amounts:
        return None
    amount, change_sum = sum_of(amounts), sum_of(changes)
    return _Described(amount.label, amount, replace(change_sum, label=f"{amount.label}增减额"))


def _compared(
    rule_id: str, is_listed: bool, listed: _Described, whole: _Described, unit: str
) -> Identity | None:
    amounts = equality("", "", listed.amount, whole.amount, unit)
    found = equality(rule_id, whole.name, whole.change, listed.change, unit)
    if amounts.verdict != "different":
        has_ended_parts = is_listed and found.difference is not None and found.difference < 0
        is_open = found.verdict == "different" and has_ended_parts
        return replace(found, verdict="not_checkable") if is_open else found
    if is_listed or found.verdict != "equal" or not whole.change.value:
        return None
    return equality("claim_change_scope", whole.name, listed.earlier, whole.earlier, unit)


def narrative_changes(claims: Claims) -> Iterator[Identity]:
    """Return the changes that two descriptions of one sum state of it."""
    for rule in read_reference("rule_claim_changes"):
        listed, whole = (
            _described(claims, rule[f"{side}_section"], rule[side], rule[f"{side}_role"])
            for side in ("listed", "whole")
        )
        if listed is None or whole is None:
            continue
        is_listed = rule["relation"] == "listed"
        found = _compared(rule["rule_id"], is_listed, listed, whole, claims.usual_unit)
        if found is not None:
            yield found

"""Facts that two rules state: only the stronger statement is kept, with the places of both.

Place in the chain: between the families of rules and the findings.  Input: identities of all
families.  Output: identities.

Which rule says more than which other is a row of ``reference/rule_repeats.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from helpers.audit.identity import Figure, Identity
from helpers.reference_data import read_reference


def _facts(one: Identity) -> Iterator[tuple[str, str, object, str]]:
    """Yield what a failed identity has in common with another on the same figure."""
    for place in ";".join(one.left.origins).split(";"):
        yield one.rule_id, place, one.left.value, one.unit


def without_repeats(identities: Sequence[Identity]) -> list[Identity]:
    """Return the identities without those that state again what a stronger rule states.

    Both fail on the same figure or words of the same line.  What is compared with them by the
    weaker rule joins the places of the stronger one.
    """
    stronger = {row["weaker"]: row["stronger"] for row in read_reference("rule_repeats")}
    known: dict[tuple[str, str, object, str], int] = {}
    for number, one in enumerate(identities):
        if one.verdict == "different" and one.rule_id in stronger.values():
            known.update(dict.fromkeys(_facts(one), number))
    dropped: set[int] = set()
    added: dict[int, list[Figure]] = defaultdict(list)
    for number, one in enumerate(identities):
        if one.verdict != "different" or one.rule_id not in stronger:
            continue
        same = [
            known[stronger[one.rule_id], *rest]
            for _, *rest in _facts(one)
            if (stronger[one.rule_id], *rest) in known
        ]
        if same:
            dropped.add(number)
            added[same[0]].append(one.right)
    return [
        _with_places(one, added[number]) if number in added else one
        for number, one in enumerate(identities)
        if number not in dropped
    ]


def _with_places(one: Identity, others: Sequence[Figure]) -> Identity:
    origins = dict.fromkeys([*one.right.origins, *(o for other in others for o in other.origins)])
    return replace(one, right=replace(one.right, origins=tuple(origins)))

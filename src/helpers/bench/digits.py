"""How many changed digits the audit notices, and how often it suspects the right figure.

Place in the chain: beside ``timing``.  Input: disclosures as published.  Output: counts.

One digit of one amount is changed in memory, the whole audit is run again, and what it reports
beyond what the published document shows is counted; then the next amount.  Nothing is written.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from helpers.amounts import UNIT_FACTORS, Amount
from helpers.audit import Evidence, evaluate
from helpers.audit.claims import MONEY, claim_key
from helpers.audit.evaluations.money import PHASES, money
from helpers.audit.identity import Identity
from helpers.audit.sheets import cell_key
from helpers.audit.slips import Suspicion, suspicions
from helpers.disclosure import Disclosure, evidence_of, read
from helpers.sources import find_root, list_sources

KINDS = ("table", "sentence", "evaluation")

_SUSPECTS = 3
_DRAWN = 200
_OF_TABLES = ("table_", "cross_")


@dataclass(frozen=True, slots=True)
class Site:
    """One printed amount, where it can be changed.

    Attributes
    ----------
    kind
        ``table``, ``sentence`` or ``evaluation``.
    place
        Position of the row in the facts or claims; of the evaluation, its row of funds and phase.
    key
        As in the terms of identities.
    text
        The amount as printed, without separators.
    """

    kind: str
    place: tuple[Any, ...]
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """What came of changing one digit of each of several amounts.

    Attributes
    ----------
    name, kind
        Of the disclosure, and of the amounts.
    changed
        Amounts changed, one at a time.
    covered
        Those that stand in at least one identity.
    noticed
        Changes that raise a new finding beyond rounding.
    rounding
        Changes that raise a finding that rounding may explain, and no other.
    suspected
        Changes noticed whose figure is among the three most suspected.
    hinted, hinted_right
        Changes noticed that give a hint, and those whose hint is the figure and what was printed.
    """

    name: str
    kind: str
    changed: int
    covered: int
    noticed: int
    rounding: int
    suspected: int
    hinted: int
    hinted_right: int


def sites(evidence: Evidence) -> list[Site]:
    """Return every amount of the tables, sentences and evaluations."""
    found = [
        Site(
            "table",
            (number,),
            cell_key(row["table_id"], row["side"], row["row_no"], row["column_path"]),
            row["amount_text"].replace(",", "").replace("，", ""),
        )
        for number, row in enumerate(evidence.facts)
    ]
    found += [
        Site("sentence", (number,), claim_key(row), f"{row['value']:f}")
        for number, row in enumerate(evidence.claims)
        if row["role"] in MONEY and row["value"] is not None
    ]
    for number, evaluation in enumerate(evidence.evaluations):
        for position, row in enumerate(evaluation.funds):
            for phase in PHASES:
                amount = getattr(row, phase)
                if amount is not None:
                    key = money(evaluation, row, phase, 0).terms[0].key
                    place = (number, position, phase)
                    found.append(Site("evaluation", place, key, f"{amount.value:f}"))
    return found


def other_digit(text: str, chance: random.Random) -> str:
    """Return an amount with one digit changed; its length stays.

    Examples
    --------
    >>> other_digit("7", random.Random(1)) in "012345689"
    True
    """
    position = chance.choice([i for i, character in enumerate(text) if character.isdigit()])
    digit = chance.choice([one for one in "0123456789" if one != text[position]])
    return text[:position] + digit + text[position + 1 :]


def changed(evidence: Evidence, site: Site, text: str) -> Evidence:
    """Return the evidence with one amount printed as another."""
    value = Decimal(text)
    if site.kind == "evaluation":
        number, position, phase = site.place
        evaluation = evidence.evaluations[number]
        amount: Amount = getattr(evaluation.funds[position], phase)
        row = replace(
            evaluation.funds[position], **{phase: replace(amount, value=value, text=text)}
        )
        funds = (*evaluation.funds[:position], row, *evaluation.funds[position + 1 :])
        before, after = evidence.evaluations[:number], evidence.evaluations[number + 1 :]
        return replace(evidence, evaluations=(*before, replace(evaluation, funds=funds), *after))
    (number,) = site.place
    if site.kind == "sentence":
        rows = list(evidence.claims)
        rows[number] = rows[number] | {"value": value}
        return replace(evidence, claims=rows)
    rows = list(evidence.facts)
    factor = UNIT_FACTORS[rows[number]["unit_text"]]
    rows[number] = rows[number] | {"amount_yuan": value * factor, "amount_text": text}
    return replace(evidence, facts=rows)


def _name(one: Identity) -> tuple[str, ...]:
    return one.rule_id, one.subject, one.left.label, one.right.label


def _failed(identities: Sequence[Identity], verdict: str) -> Iterator[tuple[int, Identity]]:
    return ((n, one) for n, one in enumerate(identities) if one.verdict == verdict)


def _most_suspected(found: Mapping[int, Suspicion], positions: Sequence[int]) -> list[str]:
    """Return the keys suspected most over several failed identities."""
    slips = [
        slip for position in positions if position in found for slip in found[position].suspects
    ]
    ranked = sorted(slips, key=lambda slip: slip.weight, reverse=True)
    return list(dict.fromkeys(slip.terms[0].key for slip in ranked))[:_SUSPECTS]


def sweep(
    disclosure: Disclosure, most: int | None = None, seed: int = 1, kinds: Sequence[str] = ()
) -> Sweep:
    """Change one digit of many amounts, one at a time, and audit each time.

    Parameters
    ----------
    disclosure
        As read.
    most
        How many amounts, drawn by ``seed``; all of them if None.
    kinds
        Only these of the ``KINDS``; all if empty.
    """
    evidence = evidence_of(disclosure)
    chance = random.Random(seed)
    chosen = [site for site in sites(evidence) if not kinds or site.kind in kinds]
    if most is not None and most < len(chosen):
        chosen = chance.sample(chosen, most)
    published = evaluate(evidence)
    known = Counter((_name(one), one.verdict) for one in published)
    covered = {
        term.key for one in published if one.verdict != "not_checkable" for term in one.terms
    }
    counts: Counter[str] = Counter()
    for site in chosen:
        counts["covered"] += site.key in covered
        identities = evaluate(changed(evidence, site, other_digit(site.text, chance)))
        new = [
            n for n, one in _failed(identities, "different") if not known[_name(one), "different"]
        ]
        if not new:
            counts["rounding"] += any(
                not known[_name(one), "rounding"] for _, one in _failed(identities, "rounding")
            )
            continue
        counts["noticed"] += 1
        found = suspicions(identities)
        # What is compared by its words only has no suspects.
        searched = [position for position in new if position in found]
        counts["suspected"] += site.key in _most_suspected(found, searched)
        hints = [slip for position in searched if (slip := found[position].slip) is not None]
        counts["hinted"] += bool(hints)
        counts["hinted_right"] += bool(hints) and all(
            slip.changes.get(site.key) == Decimal(site.text) for slip in hints
        )
    return Sweep(
        disclosure.source.source_id,
        ", ".join(kinds),
        len(chosen),
        counts["covered"],
        counts["noticed"],
        counts["rounding"],
        counts["suspected"],
        counts["hinted"],
        counts["hinted_right"],
    )


def _table(sweeps: Sequence[Sweep]) -> str:
    """Return the sweeps with shares: noticed and rounding of what is covered, the rest of that."""
    heads = ("amounts", "covered", "noticed", "rounding", "suspected", "hinted", "hint right")
    rows = [f"{'one digit changed in':<38}" + "".join(f"{head:>11}" for head in heads)]
    for one in sweeps:
        shares = [
            (one.covered, one.changed),
            (one.noticed, one.covered),
            (one.rounding, one.covered),
            (one.suspected, one.noticed),
            (one.hinted, one.noticed),
            (one.hinted_right, one.hinted),
        ]
        cells = [f"{part / whole:>11.1%}" if whole else f"{'-':>11}" for part, whole in shares]
        rows.append(f"{one.name + ' ' + one.kind:<38}{one.changed:>11}" + "".join(cells))
    return "\n".join(rows)


def sweep_all(most: int | None = None) -> list[Sweep]:
    """Change digits in all filed disclosures, print what came of it, and return it.

    Parameters
    ----------
    most
        How many amounts of each kind and disclosure; if None every amount of tables whose sums hold
        as published, and 200 of what may hide a change behind a failure of its own.
    """
    found: list[Sweep] = []
    for name in list_sources():
        disclosure = read(find_root() / "data" / "raw" / name)
        failed = [row["rule_id"] for row in disclosure.rows["checks"] if row["status"] == "fail"]
        is_whole = most is None and not any(rule.startswith(_OF_TABLES) for rule in failed)
        for kind in KINDS:
            limit = None if is_whole and kind == "table" else most or _DRAWN
            found.append(sweep(disclosure, limit, kinds=(kind,)))
    print(f"\n{_table([one for one in found if one.changed])}", flush=True)
    return found

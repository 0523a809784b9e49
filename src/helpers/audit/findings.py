"""From identities to the rows of ``checks.csv`` and ``findings.csv``.

Place in the chain: last of ``audit``.  Input: identities of all families.  Output: rows.

A finding states both figures with their places and leaves the judgement to the reader: "does not
equal", never an accusation.  One fact printed on the rows of a class and of its only section is one
finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from helpers.audit.causes import Failure, cause_numbers
from helpers.audit.identity import Figure, Identity
from helpers.audit.slips import Slip, Suspicion, suspicions
from helpers.reference_data import read_reference
from helpers.wording import label, say

Row = dict[str, Any]

_HINT_COLUMNS = ("hint_origin", "hint_value", "hint_evidence", "hint_evidence_en")


@cache
def rules() -> dict[str, dict[str, str]]:
    """Return the rows of ``reference/rules.csv`` by their rule_id."""
    return {row["rule_id"]: row for row in read_reference("rules")}


def _by_rule(identities: Iterable[Identity]) -> list[Identity]:
    order = {rule_id: number for number, rule_id in enumerate(rules())}
    return sorted(identities, key=lambda one: order[one.rule_id])


def check_rows(source_id: str, identities: Iterable[Identity]) -> list[Row]:
    """Return the rows of ``checks.csv``: every rule instance, whether it held or not.

    A difference that rounding explains counts as ``pass``; it has its row among the findings.
    """
    status = {"equal": "pass", "rounding": "pass", "different": "fail"}
    return [
        {
            "source_id": source_id,
            "check_no": number,
            "rule_id": one.rule_id,
            "status": status.get(one.verdict, "not_checkable"),
            "n_cells": len(one.origins),
            "origins": ";".join(one.origins),
        }
        for number, one in enumerate(_by_rule(identities), 1)
    ]


def _failures(
    identities: Sequence[Identity], suspected: Mapping[int, Suspicion]
) -> list[tuple[Failure, tuple[Slip, ...]]]:
    """Keep the first of identities that state one fact, with all places and with its suspects."""
    merged: dict[tuple[Any, ...], list[int]] = {}
    for number, one in enumerate(identities):
        if one.verdict in ("different", "rounding"):
            values = (one.left.value, one.right.value) if one.repeats else number
            merged.setdefault((one.rule_id, one.repeats, values), []).append(number)
    found = []
    for numbers in merged.values():
        same = [identities[number] for number in numbers]
        left = dict.fromkeys(place for one in same for place in one.left.origins)
        right = dict.fromkeys(place for one in same for place in one.right.origins)
        suspicion = suspected.get(numbers[0], Suspicion(()))
        failure = Failure(same[0], tuple(left), tuple(right), suspicion.slip)
        found.append((failure, suspicion.suspects))
    return found


def _hint(failure: Failure) -> Row:
    """Return the columns of the hint; the figures of this finding come from the slip."""
    slip = failure.slip
    if slip is None:
        return dict.fromkeys(_HINT_COLUMNS, "")
    here = {term.key for term in failure.identity.terms}
    changes = list(zip(slip.terms, slip.values, strict=True))
    own = [(term, value) for term, value in changes if term.key in here]
    sentences = []
    for lang in ("zh", "en"):
        texts = [
            say(
                "hint.figure",
                lang,
                label=term.label,
                place=term.origin,
                printed=say("finding.blank", lang) if term.value is None else f"{term.value:f}",
                value=f"{value:f}" if value else say("finding.blank", lang),
            )
            for term, value in changes
        ]
        # Figures that are set right to different values differ in different ways.
        is_one_kind = slip.kind == "exchange" or len(set(slip.values)) == 1
        kind = say(f"hint.{slip.kind}", lang) if is_one_kind else ""
        joined = ("；" if lang == "zh" else ", ").join(texts)
        counts = {"repairs": len(slip.repairs), "breaks": len(slip.breaks)}
        sentences.append(say("hint", lang, figures=joined, kind=kind, **counts))
    return {
        "hint_origin": ";".join(dict.fromkeys(term.origin for term, _ in own)),
        "hint_value": ";".join(f"{value:f}" for _, value in own),
        "hint_evidence": sentences[0],
        "hint_evidence_en": sentences[1],
    }


def _shown(one: Figure, unit: str, lang: str) -> str:
    if one.value is None:
        return say("finding.blank", lang)
    return f"{one.value:f}{unit}" if isinstance(one.value, Decimal) else quoted(one.value)


def quoted(text: str) -> str:
    """Return words in quotation marks; in others where they hold such marks themselves."""
    return f"「{text}」" if "“" in text or "”" in text else f"“{text}”"


def gap_unit(unit: str, lang: str) -> str:
    """Return the unit of a difference: that of two rates is no rate."""
    if unit != "%":
        return unit
    return f"{'' if lang == 'zh' else ' '}{label('percentage_points', lang)}"


@cache
def _forms() -> dict[str, str]:
    """Return the form of the sentence of rules that have one of their own."""
    return {row["rule_id"]: row["form"] for row in read_reference("rule_statements")}


def _form(one: Identity) -> str:
    """Return how the sentence of a finding is built: ``finding.<form>``."""
    if one.verdict == "rounding":
        return "rounding"
    if one.form:
        return one.form
    if one.rule_id in _forms():
        return _forms()[one.rule_id]
    # A figure without a place is one that the document does not print.
    for side, figure in (("left", one.left), ("right", one.right)):
        if figure.value is None:
            return f"{side}_blank" if figure.origins else f"{side}_unlisted"
    if one.difference is None:
        return "text"
    if one.relation == "at_most":
        return "exceeds"
    return "difference" if len(one.left.terms) < 2 else "sum"


def _statements(one: Identity) -> tuple[str, str]:
    """Return the sentence of a finding in Chinese and English."""
    form = _form(one)
    rule = rules()[one.rule_id]
    texts = [
        say(
            f"finding.{form}",
            lang,
            rule=rule[f"name_{lang}"],
            left=one.left.label,
            left_value=_shown(one.left, one.unit, lang),
            right=one.right.label,
            right_value=_shown(one.right, one.unit, lang),
            difference=f"{abs(one.difference or Decimal(0)):f}{gap_unit(one.unit, lang)}",
        )
        for lang in ("zh", "en")
    ]
    if one.remark:
        texts = [
            say(f"finding.{one.remark}", lang, statement=text[:-1])
            for text, lang in zip(texts, ("zh", "en"), strict=True)
        ]
    return texts[0], texts[1]


def _severity(one: Identity) -> str:
    return one.severity or rules()[one.rule_id]["severity"]


def _value_text(value: Decimal | str | None) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value or ""


def finding_rows(source_id: str, identities: Sequence[Identity]) -> list[Row]:
    """Return the rows of ``findings.csv``.

    Parameters
    ----------
    source_id
        The disclosure.
    identities
        All that were evaluated; those that hold exactly or cannot be checked give no row.

    Returns
    -------
    list of dict
        Keys as in ``reference/columns.csv``; the columns of hints are empty where the evidence
        singles out no figure.
    """
    ordered = _by_rule(identities)
    found = _failures(ordered, suspicions(ordered))
    causes = cause_numbers([failure for failure, _ in found])
    rows: list[Row] = []
    for (failure, suspects), cause in zip(found, causes, strict=True):
        one = failure.identity
        is_rounding = one.verdict == "rounding"
        statement_zh, statement_en = _statements(one)
        rows.append(
            {
                "source_id": source_id,
                "finding_no": len(rows) + 1,
                "cause_no": cause,
                "rule_id": one.rule_id,
                "severity": "rounding" if is_rounding else _severity(one),
                "damage": "published",
                "subject": one.subject,
                "left_label": one.left.label,
                "left_value": _value_text(one.left.value),
                "left_origin": ";".join(failure.left),
                "right_label": one.right.label,
                "right_value": _value_text(one.right.value),
                "right_origin": ";".join(failure.right),
                "difference": one.difference,
                "tolerance": one.tolerance,
                "unit": one.unit,
                "suspects": ";".join(dict.fromkeys(slip.terms[0].origin for slip in suspects)),
                **_hint(failure),
                "statement_zh": statement_zh,
                "statement_en": statement_en,
            }
        )
    return rows


def touched_by(origin: str, findings: Iterable[Row]) -> str:
    """Return the numbers of the findings that rest on a place, joined with ``;``.

    Differences that rounding explains touch nothing.
    """
    places = set(origin.split(";"))
    numbers = [
        str(row["finding_no"])
        for row in findings
        if row["severity"] != "rounding"
        and places & {*row["left_origin"].split(";"), *row["right_origin"].split(";")}
    ]
    return ";".join(numbers)

"""From identities to the rows of ``checks.csv`` and ``findings.csv``.

Place in the chain: last of ``audit``.  Input: identities of all families.  Output: rows.

A finding states both figures with their places and leaves the judgement to the reader: "does not
equal", never an accusation.  One fact printed on the rows of a class and of its only section is one
finding; findings that share a figure and miss by the same amount share a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from helpers.audit.identity import Figure, Identity
from helpers.reference_data import read_reference
from helpers.wording import say

Row = dict[str, Any]


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


def _merge_repeats(identities: Iterable[Identity]) -> list[tuple[Identity, list[str], list[str]]]:
    """Keep the first of identities that state one fact; return it with all places of both sides."""
    merged: dict[tuple[Any, ...], tuple[Identity, list[str], list[str]]] = {}
    for number, one in enumerate(identities):
        values = (one.left.value, one.right.value) if one.repeats else number
        key = (one.rule_id, one.repeats, values)
        _, left, right = merged.setdefault(key, (one, [], []))
        left += one.left.origins
        right += one.right.origins
    return list(merged.values())


def _cause_keys(one: Identity, places: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return what findings of one cause have in common: a difference at a place, or a blank."""
    if one.difference:
        shared = (one.subject, *places)
        return [(one.unit, place, abs(one.difference)) for place in shared]
    return [("blank", side.label) for side in (one.left, one.right) if side.value is None]


def _cause_numbers(found: Sequence[tuple[Identity, list[str], list[str]]]) -> list[int]:
    """Number the causes: findings that share a place or row and miss by the same have one."""
    causes: list[int] = []
    seen: dict[tuple[Any, ...], int] = {}
    for one, left, right in found:
        keys = _cause_keys(one, (*left, *right))
        number = min((seen[key] for key in keys if key in seen), default=0)
        number = number or max(causes, default=0) + 1
        for key in keys:
            seen.setdefault(key, number)
        causes.append(number)
    return causes


def _shown(one: Figure, unit: str, lang: str) -> str:
    if one.value is None:
        return say("finding.blank", lang)
    return f"{one.value:f}{unit}" if isinstance(one.value, Decimal) else f"“{one.value}”"


def _statements(one: Identity) -> tuple[str, str]:
    """Return the sentence of a finding in Chinese and English."""
    form = "difference" if one.difference is not None else "text"
    if one.verdict == "rounding":
        form = "rounding"
    elif one.left.value is None:
        form = "left_blank"
    elif one.right.value is None:
        form = "right_blank"
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
            difference=f"{abs(one.difference or Decimal(0)):f}{one.unit}",
        )
        for lang in ("zh", "en")
    ]
    if one.remark:
        texts = [
            say(f"finding.{one.remark}", lang, statement=text[:-1])
            for text, lang in zip(texts, ("zh", "en"), strict=True)
        ]
    return texts[0], texts[1]


def _value_text(value: Decimal | str | None) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value or ""


def finding_rows(source_id: str, identities: Iterable[Identity]) -> list[Row]:
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
        Keys as in ``reference/columns.csv``; the columns of hints are left empty.
    """
    failed = [one for one in _by_rule(identities) if one.verdict in ("different", "rounding")]
    found = _merge_repeats(failed)
    rows: list[Row] = []
    for (one, left, right), cause in zip(found, _cause_numbers(found), strict=True):
        is_rounding = one.verdict == "rounding"
        statement_zh, statement_en = _statements(one)
        rows.append(
            {
                "source_id": source_id,
                "finding_no": len(rows) + 1,
                "cause_no": cause,
                "rule_id": one.rule_id,
                "severity": "rounding" if is_rounding else rules()[one.rule_id]["severity"],
                "damage": "published",
                "subject": one.subject,
                "left_label": one.left.label,
                "left_value": _value_text(one.left.value),
                "left_origin": ";".join(dict.fromkeys(left)),
                "right_label": one.right.label,
                "right_value": _value_text(one.right.value),
                "right_origin": ";".join(dict.fromkeys(right)),
                "difference": one.difference,
                "tolerance": one.tolerance,
                "unit": one.unit,
                "hint_origin": "",
                "hint_value": "",
                "hint_evidence": "",
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

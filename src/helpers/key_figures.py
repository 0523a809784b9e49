"""Key figures: one row per measure, whether a disclosure states it in a table or in a sentence.

Place in the chain: after ``facts`` and ``narrative``; the analyses read what this writes.  Input:
rows of ``facts.csv`` and ``claims.csv``.  Output: rows of ``key_figures.csv``.

Budgets state their main figures in tables, final accounts in sentences.  Which table cell or which
sentence carries a measure is data: ``reference/key_figure_rules.csv``; what a measure means is in
``reference/measures.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from helpers.amounts import UNIT_FACTORS, plain
from helpers.reference_data import read_reference
from helpers.sources import Source

Row = dict[str, Any]

_YEAR = re.compile(r"(20\d{2})年")

# Sentences may leave the 元 of 万元 out.
_FACTORS = UNIT_FACTORS | {"万": UNIT_FACTORS["万元"]}


def _matches(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text) is not None


def _from_facts(rule: dict[str, str], facts: Iterable[Row]) -> tuple[Decimal, str] | None:
    for row in facts:
        if (
            row["table_id"] == rule["table_id"]
            and row["side"] == rule["side"]
            and (row["line_role"] == "total" or rule["label_pattern"])
            and _matches(rule["label_pattern"], row["label"])
            and _matches(rule["column_pattern"], row["column_path"])
        ):
            return row["amount_yuan"], row["origin"]
    return None


def _claim_value(claim: Row) -> Decimal:
    """Bring a claim's value to the unit of its measure; a decrease is negative."""
    value = claim["value"] * _FACTORS.get(claim["unit"], Decimal(1))
    return plain(-value if claim["direction"] == "decrease" else value)


def _is_of_another_year(claim: Row, fiscal_year: int) -> bool:
    """Tell whether the sentence puts the figure into other years only, as a review of the past."""
    years = set(_YEAR.findall(claim["text"]))
    is_change = claim["role"] in ("change", "growth")  # names the year it is compared with
    return bool(years) and str(fiscal_year) not in years and not is_change


def _of_the_year(claims: Iterable[Row], fiscal_year: int) -> list[Row]:
    """Leave out what a sentence says of another year, its parts (``…/公务接待费``) included."""
    kept: list[Row] = []
    past = ""
    for claim in claims:
        if _is_of_another_year(claim, fiscal_year):
            past = claim["subject"] + "/"
        elif not past or not claim["subject"].startswith(past):
            past = ""
            kept.append(claim)
    return kept


def _from_claims(rule: dict[str, str], claims: Iterable[Row]) -> tuple[Decimal, str] | None:
    for claim in claims:
        is_amount = rule["role"] in ("amount", "change", "budget")
        if (
            claim["role"] == rule["role"]
            and claim["value"] is not None
            and (claim["unit"] or not is_amount)
            and _matches(rule["section_pattern"], claim["section"])
            and _matches(rule["subject_pattern"], claim["subject"])
        ):
            return _claim_value(claim), claim["origin"]
    return None


def key_figure_rows(source: Source, facts: Sequence[Row], claims: Sequence[Row]) -> list[Row]:
    """Return the rows of ``key_figures.csv``.

    Parameters
    ----------
    source
        The disclosure; gives year and phase.
    facts, claims
        Rows of ``facts.csv`` and ``claims.csv`` of that disclosure.

    Returns
    -------
    list of dict
        One row per measure, fund and phase that the disclosure states; a measure it does not state
        has no row.  ``value`` is a Decimal in ``unit``: yuan, person, percent, count or
        square_metre.  Where both a table and a sentence state a measure the table is taken.
    """
    units = {row["measure"]: row["unit"] for row in read_reference("measures")}
    stated = _of_the_year(claims, source.fiscal_year)
    found: dict[tuple[str, str, str], Row] = {}
    for rule in read_reference("key_figure_rules"):
        phase = rule["phase"] or source.phase
        key = (rule["measure"], rule["fund"], phase)
        if key in found:
            continue
        figure = (
            _from_facts(rule, facts) if rule["source"] == "fact" else _from_claims(rule, stated)
        )
        if figure is None:
            continue
        found[key] = {
            "source_id": source.source_id,
            "measure": rule["measure"],
            "fund": rule["fund"],
            "fiscal_year": source.fiscal_year,
            "phase": phase,
            "value": figure[0],
            "unit": units[rule["measure"]],
            "origin": figure[1],
            "source": rule["source"],
            "findings": "",
        }
    order = list(units)
    return sorted(
        found.values(), key=lambda row: (order.index(row["measure"]), row["fund"], row["phase"])
    )

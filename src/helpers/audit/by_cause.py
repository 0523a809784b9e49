"""Findings as a reader wants them: one entry per cause, the weightiest first.

Place in the chain: after ``findings``, for the terminal and the reports.  Input: rows of
``findings.csv``.  Output: :class:`Cause` values.

One slip can break many identities: a figure in the wrong column fails its row, its column and every
table that repeats it.  Shown one by one, a single slip would look like ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from helpers.amounts import UNIT_FACTORS
from helpers.audit.findings import gap_unit, quoted, rules
from helpers.wording import say

Row = Mapping[str, Any]

_MOST_SUSPECTS = 3

#: What is shown one by one, the gravest first; what rounding explains is listed apart.
SEVERITIES = ("error", "suspicious", "note")
ROUNDING = "rounding"
#: Damage done by the conversion, which is not the department's.
CONVERSION = "conversion"

#: Yuan per unit of a finding about money; sentences may leave the 元 of 万元 out.
MONEY_UNITS = UNIT_FACTORS | {"万": UNIT_FACTORS["万元"]}


class Hint(NamedTuple):
    """The likely slip behind findings, as far as the evidence singles one out.

    ``evidence`` is a sentence in each language that names figures, values and what they repair.
    """

    origin: str
    value: str
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings that have one cause.

    Attributes
    ----------
    number
        ``cause_no``.
    severity
        The gravest of its findings.
    rows
        Its findings, the weightiest first, else in the order of the rules.
    """

    number: int
    severity: str
    rows: tuple[Row, ...]

    @property
    def lead(self) -> Row:
        """The finding that stands for the others."""
        return self.rows[0]

    @property
    def is_conversion(self) -> bool:
        """Whether the conversion of the document did it, not the department."""
        return all(row["damage"] == CONVERSION for row in self.rows)

    @property
    def hints(self) -> list[Hint]:
        """The likely slips, each once; none where the evidence singles out no figure."""
        found = {}
        for row in self.rows:
            evidence = row["hint_evidence"]
            if evidence or row["hint_value"]:
                texts = {"zh": evidence, "en": row.get("hint_evidence_en") or evidence}
                told = evidence or (row["hint_origin"], row["hint_value"])
                found.setdefault(told, Hint(row["hint_origin"], row["hint_value"], texts))
        return list(found.values())

    @property
    def suspects(self) -> list[str]:
        """Places of the figures most suspected, the likeliest first.

        None where they are all the places there are: then none is more suspected than another.
        """
        named = [place for row in self.rows for place in (row.get("suspects") or "").split(";")]
        suspected = list(dict.fromkeys(place for place in named if place))
        is_choice = not set(suspected) >= set(other_places(self.rows))
        return suspected[:_MOST_SUSPECTS] if is_choice else []

    @property
    def is_about_words(self) -> bool:
        """Whether its lead compares words: there is no figure to be set right."""
        stated = [number for number in map(_number, sides_of(self.lead)) if number is not None]
        return self.lead["difference"] is None and not (self.lead["unit"] and stated)


def causes(findings: Iterable[Row]) -> list[Cause]:
    """Return the causes of findings, errors first, then by the money they are about.

    Parameters
    ----------
    findings
        Rows of ``findings.csv`` of one disclosure; what rounding explains is left out.

    Returns
    -------
    list of Cause
        Those of the conversion last.
    """
    members: dict[int, list[Row]] = {}
    for row in findings:
        if row["severity"] != ROUNDING:
            members.setdefault(row["cause_no"], []).append(row)
    found = []
    for number, rows in members.items():
        rows.sort(key=_weight)
        found.append(Cause(number, rows[0]["severity"], tuple(rows)))
    return sorted(found, key=_rank)


def _rank(cause: Cause) -> tuple[bool, tuple[int, int, Decimal]]:
    return cause.is_conversion, _weight(cause.lead)


def _weight(row: Row) -> tuple[int, int, Decimal]:
    """Rank findings: by severity, money before rates and counts before texts, the largest first."""
    form, size = _size(row)
    return SEVERITIES.index(row["severity"]), form, -size


def _size(row: Row) -> tuple[int, Decimal]:
    """Return the form of a finding (money, rates and counts, texts) and the size of the gap."""
    money = money_gap(row)
    if money is not None:
        return 0, money
    return (2, Decimal(0)) if row["difference"] is None else (1, abs(row["difference"]))


def money_gap(row: Row) -> Decimal | None:
    """Return by how many yuan a finding misses, the whole amount where a side is blank.

    None where no money is compared.
    """
    factor = MONEY_UNITS.get(row["unit"])
    if factor is None:
        return None
    if row["difference"] is not None:
        return abs(row["difference"]) * factor
    sides = [number for number in map(_number, sides_of(row)) if number is not None]
    return max(map(abs, sides)) * factor if sides else None


def relative_gap(row: Row) -> float | None:
    """Return by which part of the larger figure a finding misses: 1 for an amount beside a blank.

    None where texts are compared, or both sides are zero.
    """
    numbers = [_number(value) for value in sides_of(row)]
    stated = [abs(number) for number in numbers if number is not None]
    if not row["unit"] or not stated or not max(stated):
        return None
    if row["difference"] is None:
        return 1.0 if len(stated) == 1 else None
    return float(abs(row["difference"]) / max(stated))


def sides_of(row: Row) -> tuple[str, str]:
    """Return the values of both sides as texts."""
    return row["left_value"], row["right_value"]


def value_text(row: Row, side: str, lang: str = "en") -> str:
    """Return the value of the ``left`` or ``right`` side as it is shown: with its unit, or quoted.

    A blank reads as a blank; of words that are compared, a side without any is described by its
    label.
    """
    value = row[f"{side}_value"]
    if not value:
        return say("finding.blank", lang) if row["unit"] else ""
    number = _number(value) if row["unit"] else None
    return quoted(value) if number is None else f"{number:,f}{row['unit']}"


def gap_text(row: Row, lang: str = "en") -> str:
    """Return the difference of a finding with its unit; empty where none can be taken."""
    gap = row["difference"]
    if gap is None:
        return ""
    return f"{abs(gap):,f}{gap_unit(row['unit'], lang)}"


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def family_of(row: Row) -> str:
    """Return the family of the rule that a finding or a check comes from."""
    return rules()[row["rule_id"]]["family"]


def rule_name(row: Row) -> str:
    """Return the name of the rule in English and Chinese."""
    rule = rules()[row["rule_id"]]
    return f"{rule['name_en']} {rule['name_zh']}"


def other_places(rows: Sequence[Row]) -> list[str]:
    """Return every place that findings rest on, each once, in the order met."""
    named = [row[side] for row in rows for side in ("left_origin", "right_origin")]
    return list(dict.fromkeys(place for places in named for place in places.split(";") if place))

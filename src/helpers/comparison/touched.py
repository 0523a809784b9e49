"""Findings of the audit on the figures that the comparisons show.

Place in the chain: under ``labels`` and the figures of this package.  Input: clean data and
``findings``.  Output: the same data in which each figure knows the findings that touch it, and
names of rows with their mark.

A figure is touched where a finding of its kind rests on its line: money by findings about money and
about rates, which are made of money; persons by findings about numbers of things; a rate, which
nothing else is made of, only where it is itself compared.  What rounding explains touches nothing,
and neither do findings that compare names or codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import pandas as pd

from helpers.audit.by_cause import MONEY_UNITS, ROUNDING, other_places, rule_name
from helpers.measures.touched import Touches, together, touches_in
from helpers.traced import DAGGER, Touch, objects
from helpers.wording import say

#: Where a figure's place stands beside it, and the column that then names its findings.
_FIGURES = {
    "origin": "touched",
    "initial_budget_origin": "initial_budget_yuan_touched",
    "adjusted_budget_origin": "adjusted_budget_yuan_touched",
    "executed_origin": "executed_yuan_touched",
}

#: Units of findings that rest on amounts: money, and rates made of it.
_ABOUT_MONEY = {*MONEY_UNITS, "%"}
_SIDES = ("left_value", "right_value")


class _Finding(NamedTuple):
    touch: Touch
    row: Mapping[str, Any]


_Known = dict[tuple[str, str], list[_Finding]]


def mark_touched(
    frame: pd.DataFrame, findings: pd.DataFrame, sources: pd.DataFrame
) -> pd.DataFrame:
    """Return clean data in which each figure knows the findings that touch it.

    Parameters
    ----------
    frame
        ``facts``, ``key_figures`` or ``projects``, as :func:`helpers.load` returns them.
    findings
        ``findings`` of the same disclosures.
    sources
        As :func:`helpers.load_sources` returns it; gives the findings their names.

    Returns
    -------
    pandas.DataFrame
        ``frame`` with ``touched``, and for ``projects`` ``initial_budget_yuan_touched`` and so on:
        a tuple of :class:`helpers.traced.Touch` for each row.
    """
    known = _by_place(findings, sources)
    marks = {
        touched: objects(
            [_touches(known, row, row[column]) for row in frame.to_dict("records")], frame.index
        )
        for column, touched in _FIGURES.items()
        if column in frame
    }
    return frame.assign(**marks)


def _touches(known: _Known, row: Mapping[str, Any], origin: Any) -> tuple[Touch, ...]:
    places = origin.split(";") if isinstance(origin, str) and origin else []
    found = [finding for place in places for finding in known[row["source_id"], place]]
    unit = row.get("unit", "yuan")
    if unit == "percent":
        rate = abs(row["value"])
        found = [one for one in found if rate in map(_rate, (one.row[side] for side in _SIDES))]
    else:
        is_money = unit == "yuan"
        found = [one for one in found if is_money == (one.row["unit"] in _ABOUT_MONEY)]
    return tuple(dict.fromkeys(one.touch for one in found))


def _rate(text: str) -> Decimal | None:
    try:
        return abs(Decimal(text))
    except InvalidOperation:  # a blank
        return None


def _by_place(findings: pd.DataFrame, sources: pd.DataFrame) -> _Known:
    departments = dict(zip(sources["source_id"], sources["department"], strict=True))
    found: _Known = defaultdict(list)
    for row in findings.to_dict("records"):
        if row["severity"] == ROUNDING or not row["unit"]:
            continue
        source_id = row["source_id"]
        name = say(
            "touched.named",
            who=departments[source_id],
            number=row["finding_no"],
            rule=rule_name(row),
        )
        touch = Touch(source_id, int(row["finding_no"]), name)
        for place in other_places([row]):
            found[source_id, place].append(_Finding(touch, row))
    return found


def touched_by_source(frame: pd.DataFrame, *columns: str) -> dict[str, Touches]:
    """Return the findings that touch any figure of each disclosure, in the given columns."""
    found: dict[str, list[Touches]] = defaultdict(list)
    for column in columns:
        for source_id, own in zip(frame["source_id"], touches_in(frame, column), strict=True):
            found[source_id].append(own)
    return {source_id: together(own) for source_id, own in found.items()}


def flag_disclosures(frame: pd.DataFrame, touched: Mapping[str, Touches]) -> pd.DataFrame:
    """Put the mark behind the name of each disclosure of which a figure shown is touched."""
    return _flag(frame, "label", lambda row: touched.get(row["source_id"], ()))


def flag_rows(frame: pd.DataFrame, name: str, *columns: str) -> pd.DataFrame:
    """Put the mark behind the name of each row of which a figure is touched."""
    return _flag(frame, name, lambda row: together(row.get(column, ()) for column in columns))


def _flag(
    frame: pd.DataFrame, name: str, touches: Callable[[dict[str, Any]], Touches]
) -> pd.DataFrame:
    texts = [
        f"{row[name]}\u00a0{DAGGER}" if touches(row) else row[name]
        for row in frame.to_dict("records")
    ]
    return frame.assign(**{name: texts})


def all_touches(touched: Mapping[str, Touches] | Iterable[Sequence[Touch]]) -> Touches:
    """Return all findings of a figure, for its caption."""
    return together(touched.values() if isinstance(touched, Mapping) else touched)

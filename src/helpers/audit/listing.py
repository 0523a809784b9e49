"""Findings as a list to read in the terminal.

Place in the chain: after ``findings``, for the command line.  Input: a disclosure.  Output: text.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.disclosure import Disclosure

_SEVERITIES = ("error", "suspicious", "note", "rounding")
_MOST_PLACES = 4


def _places(row: dict[str, Any]) -> str:
    sides = f"{row['left_origin']};{row['right_origin']}".split(";")
    places = list(dict.fromkeys(place for place in sides if place))
    more = " …" if len(places) > _MOST_PLACES else ""
    return " ".join(places[:_MOST_PLACES]) + more


def listing(disclosure: Disclosure) -> str:
    """Return what was checked and what does not add up, errors first; roundings are counted only.

    Parameters
    ----------
    disclosure
        As read.

    Returns
    -------
    str
        Several lines, without a line break at the end.
    """
    findings, checks = disclosure.rows["findings"], disclosure.rows["checks"]
    status = Counter(row["status"] for row in checks)
    severity = Counter(row["severity"] for row in findings)
    causes = {row["cause_no"] for row in findings if row["severity"] != "rounding"}
    counts = ", ".join(f"{severity[name]} {name}" for name in _SEVERITIES if severity[name])
    evaluated = f"{len(checks)} checks, {status['fail']} failed, {status['not_checkable']} unclear"
    lines = [
        f"{disclosure.source.source_id}: {disclosure.source.title}",
        f"  {evaluated}; {counts or 'no findings'}, {len(causes)} causes",
    ]
    for name in _SEVERITIES[:-1]:
        for row in findings:
            if row["severity"] == name:
                lines.append(f"  {row['finding_no']:>3} {name:<10} {row['statement_zh']}")
                lines.append(f"      {row['rule_id']}, cause {row['cause_no']}, {_places(row)}")
    return "\n".join(lines)

"""Figures in a sentence: which numbers state something, and what they measure.

Place in the chain: used by ``narrative``.  Input: text as :func:`~helpers.passages.normalise` gives
it.  Output: the figures in it with their unit.

A sentence holds many numbers that state nothing of their own: years and dates, ordinals, numbers of
documents and of list items, models and versions, thresholds (单价100万元以上).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.amounts import UNIT_FACTORS
from helpers.passages import MISSING

RATES = frozenset({"%", "个百分点"})
MONEY = frozenset({*UNIT_FACTORS, "万"})

# 07 and 00 are parts of dates, times and codes.
_NUMBER = r"-?(?:[1-9]\d{0,2}(?:,\d{3})+|0(?!\d)|[1-9]\d*)(?:\.\d+)?"
# 「38万;」 leaves the 元 out; 「300万平方米」 and 「2万人」 do not end there.
_UNIT = (
    r"万元|亿元|千元|元|万(?=[,;。:、)]|$)|%|个百分点|平方米|人次|批次|人|辆|台套|台\(套\)|台|套|"
    r"个月|个|家|名|户|批|项|次|处|组|条|天"
)
# A number with separators in the wrong places is no number, nor are its pieces.
_FIGURE = re.compile(rf"(?<![\d.])(?<!\d,)(?P<value>{_NUMBER}|{MISSING})(?P<unit>{_UNIT})?")
# 「50万元以上设备」 qualifies what follows; 「每次10天以上,」 is stated itself.
_THRESHOLD_AFTER = re.compile(r"^(?:\(含\))?以[上下内](?:\(含\))?(?![,;。:)]|$)")
_NEVER_A_FIGURE_BEFORE = re.compile(r"[第A-Za-z]$")
# Two figures, or one broken in two: 3403 8.04.
_MET_BEFORE, _MET_AFTER = re.compile(r"\d $"), re.compile(r"^ \d")
_NOT_A_FIGURE_AFTER = re.compile(r"^(?:年|月|日|号|款|—|-\d|至\d|/)")
_NOT_A_FIGURE_BEFORE = re.compile(r"(?:\d[:：]|[〔\[【(]20\d{2}[〕\]】)]|[〔\[【]|年|月|[到至—-])$")
# A figure printed without unit is one only where its name is that of money or of a number.
_NAMES_A_QUANTITY = re.compile(
    r"(?:预算|决算|收入|支出|经费|资金|拨款|结转|结余|补助|费|总计|合计|总额|编制|数|数量)(?:为|共)?$"
)
_NAMES_A_COUNT = re.compile(r"(?:人数|编制数?|数量)$")
# 「3次*10人*10天*800元/天/人」: factors of a calculation.
_FORMULA = re.compile(r"\d[\d.]*[^\d,;:。*×()]{0,4}(?:[*×]\d[\d.]*[^,;:。*×()]{0,8})+")


def _states_something(match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if _THRESHOLD_AFTER.match(after) or _NEVER_A_FIGURE_BEFORE.search(before):
        return False
    if _MET_BEFORE.search(before) or (_MET_AFTER.match(after) and not match["unit"]):
        return False
    if match["unit"]:
        return True
    return (
        not _NOT_A_FIGURE_AFTER.match(after)
        and not _NOT_A_FIGURE_BEFORE.search(before)
        and re.match(r",(?!\d)|[。;]|$", after) is not None
        and _NAMES_A_QUANTITY.search(before) is not None
    )


def figures(text: str) -> Iterator[re.Match[str]]:
    """Return the figures of a sentence in order.

    Parameters
    ----------
    text
        Normalised text.

    Returns
    -------
    iterator of re.Match
        With groups ``value`` (:data:`~helpers.passages.MISSING` where the figure is left out) and
        ``unit`` (None where none is printed).

    Examples
    --------
    >>> text = "截至2024年底,车辆11辆;单价100万元(含)以上设备0台(套),结转结余80,"
    >>> [match.group() for match in figures(text)]
    ['11辆', '0台(套)', '80']
    """
    return (match for match in _FIGURE.finditer(text) if _states_something(match, text))


def formulas(text: str) -> list[tuple[int, int, str]]:
    """Return start, end and text of the calculations in a sentence."""
    return [(*found.span(), found.group()) for found in _FORMULA.finditer(text)]


def kind_of(unit: str) -> str:
    """Return what a unit measures: money, persons, or itself; empty for no unit."""
    return "money" if unit in MONEY else "persons" if unit in ("人", "名") else unit


def role_of(unit: str, phrase: str) -> str:
    """Return the role of a figure that no word marks as budget, final or change."""
    if not unit:
        return "count" if _NAMES_A_COUNT.search(phrase) else "amount"
    if unit in MONEY:
        return "amount"
    if unit in RATES:
        return "share"
    return "area" if unit == "平方米" else "count"

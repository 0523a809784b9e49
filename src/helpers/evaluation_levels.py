"""Names of the first and second level of evaluation indicators.

Place in the chain: used by ``evaluation_indicators``.  Input: what the two level columns hold, row
by row.  Output: the two names of each row.

A level name stands once and is blank below.  In a converted PDF it stands in the middle of the rows
it spans, it wraps (``社会效益|指标``), two names share a cell, or glyphs take its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FIRST_LEVELS = ("产出指标", "成本指标", "效益指标", "满意度指标")
"""Statutory first levels of project tables."""

# 财预〔2020〕10号 (output, benefit, satisfaction) and 财预〔2021〕101号 (cost as a first level).
PARENTS = {
    "数量指标": "产出指标",
    "质量指标": "产出指标",
    "时效指标": "产出指标",
    "经济成本指标": "成本指标",
    "社会成本指标": "成本指标",
    "生态环境成本指标": "成本指标",
    "经济效益指标": "效益指标",
    "社会效益指标": "效益指标",
    "生态效益指标": "效益指标",
    "可持续影响指标": "效益指标",
    "服务对象满意度指标": "满意度指标",
    "满意度指标": "满意度指标",
}
"""Statutory second levels and the first level each belongs to."""

# Words in the name of an indicator that fit one second level only.
_SPEAKS_FOR = {
    "经济成本指标": "成本|费用|额度",
    "服务对象满意度指标": "满意",
    "满意度指标": "满意",
}

LOST, TAIL = "?", "\0"
"""Stand-ins for a cell that is unreadable, and for one that holds the end of a wrapped name."""

_WORD = re.compile(
    "数量|质量|时效|成本|效益|影响|满意|产出|效能|效率|效应|管理|能力|运行|投入|过程"
)


def second_level(text: str) -> str:
    """Return the statutory second-level name a text is, 指标 left off or not, or an empty text.

    Examples
    --------
    >>> second_level("社会效益")
    '社会效益指标'
    """
    return next((name for name in PARENTS if text and text in (name, name[:-2])), "")


def is_level_name(text: str) -> bool:
    """Tell whether a text is a statutory name of either level."""
    return text in FIRST_LEVELS or bool(second_level(text))


def sounds_like_level(text: str) -> bool:
    """Tell whether a text holds a word of level names, so that it is no mere string of glyphs."""
    return bool(_WORD.search(text))


def read_level(text: str, is_first: bool) -> str:
    """Reduce the text of a level cell to a name.

    Parameters
    ----------
    text
        Without white space, not empty.
    is_first
        True for the first level.

    Returns
    -------
    str
        The statutory name the text is or contains, the text itself if it sounds like a name,
        :data:`TAIL` or :data:`LOST`.

    Examples
    --------
    >>> read_level("出指标质量指标", is_first=False)
    '质量指标'
    >>> read_level("粉星北云", is_first=False) == LOST
    True
    """
    names = FIRST_LEVELS if is_first else tuple(PARENTS)
    if text in names or (not is_first and second_level(text)):
        return text
    for lost in (0, 1, 2):
        stems = {name[: len(name) - lost]: name for name in names}
        within = [name for stem, name in stems.items() if stem in text]
        # 产出, 成本 and 效益 without 指标 are also parts of second-level names.
        if within and (lost < 2 or not is_first):
            return max(within, key=len)
    if text == "指标":
        return TAIL
    return text if sounds_like_level(text) else LOST


def raise_levels(
    names: Sequence[str], first: Sequence[str], second: Sequence[str]
) -> tuple[list[str], list[str], list[int]]:
    """Give a row the levels printed one row lower, where its name speaks for them.

    First and second level centred over their rows come out together on one below the first.
    Nothing but the name of the row above them then tells its levels from those before.

    Parameters
    ----------
    names
        Of the indicators.
    first, second
        What :func:`read_level` made of the cells, empty where blank.

    Returns
    -------
    (list of str, list of str, list of int)
        First and second levels, and the numbers of the rows changed.
    """
    first, second = list(first), list(second)
    changed = []
    above = [_first_readable(second[:number][::-1]) for number in range(len(second))]
    for number in range(len(names) - 2, -1, -1):
        if first[number] or second[number] or not first[number + 1]:
            continue
        here, there = (
            _SPEAKS_FOR.get(second_level(level)) for level in (above[number], second[number + 1])
        )
        speaks = there and re.search(there, names[number])
        if speaks and not (here and re.search(here, names[number])):
            first[number], second[number] = first[number + 1], second[number + 1]
            changed.append(number)
    return first, second, changed


def _first_readable(texts: Sequence[str]) -> str:
    return next((text for text in texts if text not in ("", LOST, TAIL)), "")


def carry_second(first: Sequence[str], second: Sequence[str], is_project: bool) -> list[str]:
    """Carry the second-level names down, and up to the rows above the first one.

    Parameters
    ----------
    first, second
        What :func:`read_level` made of the cells, empty where blank.
    is_project
        True if the names are the statutory ones, so that a wrapped one can be written in full.
    """
    carried: list[str] = []
    current = "" if not first or first[0] else _first_readable(second)
    for above, text in zip(first, second, strict=True):
        if text == TAIL:
            current = second_level(current) or current
        elif text == LOST:
            current = ""
        elif text:
            current = (second_level(text) or text) if is_project else text
        elif above and PARENTS.get(second_level(current)) != above:
            current = ""
        carried.append(current)
    return carried


def carry_first(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Carry the first-level names down, and up to the rows above the first one.

    A second-level name decides where its statutory parent is printed in the same block: in a
    converted PDF the parent may stand some rows below the first row it spans.

    Parameters
    ----------
    first
        What :func:`read_level` made of the cells, empty where blank.
    second
        From :func:`carry_second`.
    """
    carried: list[str] = []
    current = "" if not first or first[0] else _first_readable(first)
    for text, below in zip(first, second, strict=True):
        parent = PARENTS.get(second_level(below), "")
        if text not in ("", LOST, TAIL):
            current = text
        elif parent and parent in first:
            current = parent
        elif text == LOST:
            current = ""
        carried.append(current)
    return carried

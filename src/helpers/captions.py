"""Captions: the lines around a printed table that say what it is.

Place in the chain: below ``grid`` and those readers that have to find a table by what stands above
it.  Input: texts of lines and cells.  Output: whether each is a number, a title, a unit.
"""

from __future__ import annotations

import re

from helpers.document import squeeze

TABLE_NUMBER = re.compile(
    r"^(?:附?表|(?:财[决预])?公开)([0-9]{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])表?$"
)
TITLE = re.compile(r"^.{2,45}表(?:[（(][^（）()]*[）)])?$")
CONTINUED = re.compile(r"[（(]续表?[）)]|^续表?|续表?$")
_PREPARED_BY = re.compile(
    r"^(?:编制|填报|公开|预算)?(?:部门|单位)(?:名称)?(?:[（(](?:单位|部门|公章|盖章)[）)])?[:：]"
)
_MONEY_UNIT = re.compile(r"(?:金额)?单位[:：]?(?:人民币)?(?:百万元|亿元|万元|千元|元)$")
_YEAR_ONLY = re.compile(r"^[（(]?\d{4}年?度?[）)]?$")


def chinese_integer(text: str) -> int:
    """Read ``12``, ``十二`` or ``二十一`` as an integer.

    Examples
    --------
    >>> chinese_integer("二十一"), chinese_integer("08")
    (21, 8)
    """
    if text.isdigit():
        return int(text)
    digits = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return digits[text[-1]]
    return (digits[tens] if tens else 1) * 10 + (digits[ones] if ones else 0)


def is_caption_text(text: str) -> bool:
    """Tell whether a line belongs to a table's caption: number, title, department, unit or year.

    The mark 续表 on a later page belongs to it too.
    """
    text = CONTINUED.sub("", squeeze(text))
    return bool(
        not text
        or TABLE_NUMBER.match(text)
        or TITLE.match(text)
        or _PREPARED_BY.match(text)
        or _MONEY_UNIT.search(text)
        or _YEAR_ONLY.match(text)
    )


def states_unit(text: str) -> bool:
    """Tell whether a text says in which unit of money a table is, and nothing else.

    Examples
    --------
    >>> states_unit("金额单位：万元"), states_unit("部门：某局 单位：万元")
    (True, False)
    """
    return bool(_MONEY_UNIT.fullmatch(squeeze(text)))

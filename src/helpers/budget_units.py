"""The budget units whose figures a disclosure adds up.

Place in the chain: beside ``tables``, which tells the rows of units from others by these names.
Input: a :class:`~helpers.document.Document`.  Output: names.
"""

from __future__ import annotations

import re

from helpers.document import Document, squeeze
from helpers.passages import is_heading

_NO_UNITS_BELOW = re.compile(
    r"无下属(?:预算)?单位|没有下属(?:预算)?单位|无(?:所属|下级)(?:预算)?单位"
)
_LISTED_UNIT = re.compile(r"\d{1,2}[、.．]([\u4e00-\u9fff（）()]{4,40}[；;。]?)")


def unit_names(document: Document) -> tuple[str, ...]:
    """Return the budget units whose figures a disclosure adds up.

    The institution section lists them by number, the department itself included, or says that
    there are none below it.

    Returns
    -------
    tuple of str
        Names without white space, in the order listed; the department alone (``本级``) where the
        section says that it has no units below it; empty where it says nothing.
    """
    names: dict[str, None] = {}
    is_alone = False
    section = ""
    for paragraph in document.paragraphs():
        text = squeeze(paragraph.text)
        if is_heading(text):
            section = text
        elif "机构设置" in section:
            is_alone = is_alone or bool(_NO_UNITS_BELOW.search(text))
            if match := _LISTED_UNIT.fullmatch(text):
                names[match.group(1).rstrip("；;。")] = None
    return tuple(names) or (("本级",) if is_alone else ())

"""The list marks that Word counts itself: 一、 （二） 3. do not stand in the text.

Place in the chain: under the reader of DOCX.  Input: the parts ``numbering`` and ``styles``.
Output: the mark of each paragraph, in the order of the document.

A section of a disclosure is known by its mark, and rows of a table by 一、 and 其中, so a mark that
a reader of the page sees must be in the text.  Bullets, Roman numbers and other ways of counting
that no disclosure uses give no mark.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from lxml import etree

from helpers.readers.packages import attribute, child, integer, local

_DIGITS = "零一二三四五六七八九"
_LEVEL = re.compile(r"%([1-9])")
_LARGEST = 99  # beyond that no list of a disclosure goes, and Chinese numbers change their form


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones or not tens else "")


_COUNTED: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": str,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "decimalEnclosedCircle": lambda number: chr(0x245F + number) if number <= 20 else "",
    "decimalEnclosedCircleChinese": lambda number: chr(0x245F + number) if number <= 20 else "",
    "lowerLetter": lambda number: chr(0x60 + number) if number <= 26 else "",
    "upperLetter": lambda number: chr(0x40 + number) if number <= 26 else "",
}


class ListMarks:
    """Counts the lists of one document while its paragraphs pass by.

    Parameters
    ----------
    numbering, styles
        Roots of the parts; None where the document has none.
    """

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, etree._Element]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._styles: dict[str, tuple[str | None, etree._Element | None]] = {}
        for element in () if numbering is None else numbering:
            if local(element) == "abstractNum":
                levels = (e for e in element if local(e) == "lvl")
                key = attribute(element, "abstractNumId") or ""
                self._levels[key] = {integer(e, "ilvl", 0): e for e in levels}
            elif local(element) == "num":
                abstract = attribute(child(element, "abstractNumId"), "val")
                self._lists[attribute(element, "numId") or ""] = abstract or ""
        for element in () if styles is None else styles:
            if local(element) == "style":
                own = child(element, "pPr", "numPr")
                based_on = attribute(child(element, "basedOn"), "val")
                self._styles[attribute(element, "styleId") or ""] = (based_on, own)

    def _of_style(self, style: str | None) -> etree._Element | None:
        seen: set[str] = set()
        while style and style in self._styles and style not in seen:
            seen.add(style)
            style, own = self._styles[style]
            if own is not None:
                return own
        return None

    def mark(self, paragraph: etree._Element) -> str:
        """Return the list mark of a paragraph, counting it; empty where it has none."""
        own = child(paragraph, "pPr", "numPr")
        if own is None:
            own = self._of_style(attribute(child(paragraph, "pPr", "pStyle"), "val"))
        levels = self._levels.get(self._lists.get(attribute(child(own, "numId"), "val") or "", ""))
        depth = integer(child(own, "ilvl"), "val", 0)
        if not levels or depth not in levels:
            return ""
        counts = self._counts[self._lists[attribute(child(own, "numId"), "val") or ""]]
        counts[depth] = counts.get(depth, integer(child(levels[depth], "start"), "val", 1) - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        return self._spelt(levels, counts, depth)

    def _spelt(self, levels: dict[int, etree._Element], counts: dict[int, int], depth: int) -> str:
        text = attribute(child(levels[depth], "lvlText"), "val") or ""
        parts = []
        for level in (int(digit) - 1 for digit in _LEVEL.findall(text)):
            count = counts.get(level, integer(child(levels.get(level), "start"), "val", 1))
            write = _COUNTED.get(attribute(child(levels.get(level), "numFmt"), "val") or "decimal")
            if write is None or not 0 < count <= _LARGEST:
                return ""
            parts.append(write(count))
        if not parts:
            return ""
        return _LEVEL.sub(lambda _: parts.pop(0), text)

"""Numbers of headings and lists: gaps, repeats, and characters that only look like numerals.

Place in the chain: a family of rules of ``audit``.  Input: prose.  Output: identities.

A list is followed through its sublists: a marker that continues none of the open lists says
nothing, since layouts nest as they please.  A gap counts only after two markers in order, and where
the number left out is not found between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.audit.identity import Identity
from helpers.audit.words.prose import Prose, heading_of, slip, sound, words
from helpers.document import RawTable, squeeze
from helpers.reference_data import read_reference

_DIGITS = "一二三四五六七八九"
_ENDS = re.compile("[,;:。]")
_WIDEST_GAP = 3  # a wider one is another list
_FEWEST = 2  # markers in order before a gap is one


def _lookalikes() -> dict[str, str]:
    return {row["character"]: row["numeral"] for row in read_reference("numeral_lookalikes")}


def number_of(text: str) -> int | None:
    """Return the number that Chinese or Arabic numerals state up to 99; None for anything else.

    Examples
    --------
    >>> [number_of(text) for text in ("十二", "一十", "二十三", "7", "十ニ")]
    [12, 10, 23, 7, None]
    """
    if text.isdigit() and text.isascii():
        return int(text)
    match = re.fullmatch(rf"([{_DIGITS}]?)(十?)([{_DIGITS}]?)", text)
    if not match or not text or (match[1] and match[3] and not match[2]):
        return None
    tens, ten, ones = match.groups()
    if not ten:
        return _DIGITS.index(tens or ones) + 1
    return 10 * (_DIGITS.index(tens) + 1 if tens else 1) + (_DIGITS.index(ones) + 1 if ones else 0)


# From the outermost to the innermost; a marker closes the lists within.
_NUMERAL = rf"[{_DIGITS}十{''.join(map(re.escape, _lookalikes()))}]{{1,3}}"
_STYLES = (
    re.compile(rf"第({_NUMERAL})部分"),
    re.compile(rf"({_NUMERAL})、"),
    re.compile(rf"[（(]({_NUMERAL})[)）]"),
    re.compile(r"(\d{1,2})(?:、|[.．](?!\d))"),
    re.compile(r"[（(](\d{1,2})[)）]"),
)
_OPENINGS = frozenset(f"第（({_DIGITS}十")
_FIRST_OF_ITEMS = 3  # lists of this style and those within end at a table
# Rows of a table that arrived as lines bear numbers of two columns.
_IS_PROSE = re.compile(r"(?:说明|情况|职责|职能|设置|解释|概况)$|[。；：:，,]")
_INLINE = (
    re.compile(r"(?:^|[:;,。])(\d{1,2})[、.](?!\d)"),
    re.compile(r"(?:^|[:;,。])\((\d{1,2})\)"),
    re.compile(rf"(?:^|[:;,。])([{_DIGITS}十]{{1,2}})是"),
    re.compile(r"(?:^|[:;,。])目标(\d{1,2}):"),
)


@dataclass
class _List:
    """An open list: its numbers so far, the last marker as printed and its place."""

    numbers: list[int]
    marker: str
    text: str
    origin: str

    def is_in_order(self) -> bool:
        return len(self.numbers) >= _FEWEST and self.numbers == [
            *range(self.numbers[0], self.numbers[0] + len(self.numbers))
        ]


def _numeral(number: int, like: str) -> str:
    """Return a number in the numerals of another."""
    if like.isdigit():
        return str(number)
    tens, ones = divmod(number, 10)
    ten = f"{_DIGITS[tens - 1] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones - 1] if ones else "")


def _plain(numeral: str) -> str:
    return "".join(_lookalikes().get(sign, sign) for sign in numeral)


class _Lines:
    """Follows the lists whose items begin a line."""

    def __init__(self) -> None:
        self.open: list[list[_List]] = [[] for _ in _STYLES]
        self.since = [""] * len(_STYLES)  # text since the last marker of each style
        self.found: list[Identity] = []

    def close(self, level: int) -> None:
        for lists in self.open[level:]:
            lists.clear()

    def pass_by(self, text: str) -> None:
        self.since = [before + text for before in self.since]

    def line(self, text: str, origin: str) -> None:
        for level, style in enumerate(_STYLES):
            match = style.match(text)
            if match:
                self.marker(level, match, text, origin)
                break
        self.pass_by(text)

    def marker(self, level: int, match: re.Match[str], text: str, origin: str) -> None:
        plain = _plain(match[1])
        number = number_of(plain)
        if number is None:
            return
        lists = self.open[level]
        while lists and number != 1 and not self._follows(lists[-1], number) and len(lists) > 1:
            if not any(self._follows(one, number) for one in lists):
                break
            lists.pop()
        shown = match.group()
        if plain != match[1] and (number == 1 or (lists and self._follows(lists[-1], number))):
            expected = shown.replace(match[1], plain)
            left = words(shown, "标题序号", origin)
            self.found.append(slip("text_lookalike", left, words(expected, "应为", "")))
        if number == 1 or not lists:
            lists.append(_List([number], shown, text, origin))
        else:
            self.continued(level, match, text, origin)
        self.close(level + 1)
        self.since[level] = ""

    def _follows(self, one: _List, number: int) -> bool:
        return number == one.numbers[-1] + 1

    def continued(self, level: int, match: re.Match[str], text: str, origin: str) -> None:
        one = self.open[level][-1]
        last, number, shown = one.numbers[-1], number_of(_plain(match[1])) or 0, match.group()
        left = words(shown, "序号", origin)
        following = shown.replace(match[1], _numeral(last + 1, match[1]))
        expected = words(following, f"{one.marker}之后", one.origin)
        is_gap = last + 1 < number <= last + _WIDEST_GAP
        is_repeat = number == last and text != one.text
        if self._follows(one, number):
            if len(one.numbers) == 1:  # a list that goes on is tested once
                self.found.append(sound("text_numbering", left, expected))
        elif (
            one.is_in_order()
            and _IS_PROSE.search(text)
            and _IS_PROSE.search(one.text)
            and (is_repeat or (is_gap and not self._holds(level, last, number)))
        ):
            self.found.append(slip("text_numbering", left, expected))
        one.numbers.append(number)
        one.marker, one.text, one.origin = shown, text, origin

    def _holds(self, level: int, last: int, number: int) -> bool:
        """Tell whether a number left out stands within the text since: joined by a conversion."""
        begins = re.finditer(rf"(?<=[。；;：:]){_STYLES[level].pattern}", self.since[level])
        return any(last < (number_of(_plain(one[1])) or 0) < number for one in begins)


def lists_of_lines(prose: Prose) -> Iterator[Identity]:
    """Follow the numbers of headings and of items that begin a line."""
    state = _Lines()
    for block in prose.document.blocks:
        if isinstance(block, RawTable):
            state.close(_FIRST_OF_ITEMS)
            # Some layouts put headings into cells.
            cells = (cell.text.lstrip() for row in block.rows for cell in row)
            state.pass_by("".join(f"。{squeeze(one)}" for one in cells if one[:1] in _OPENINGS))
        else:
            state.line(squeeze(block.text), block.origin)
    for one in state.found:
        # What recognition lost is no gap, and a stroke may be its reading.
        if prose.is_recognised and one.verdict == "different":
            continue
        yield one


def _breaks(numbers: Sequence[int]) -> Iterator[int]:
    """Yield the position of each number that skips one, in runs that start at one."""
    last, length = 0, 0
    for position, number in enumerate(numbers):
        if number == 1:
            length = 1
        elif number == last + 1 and length:
            length += 1
        else:
            if length >= _FEWEST and last < number <= last + _WIDEST_GAP and number != last:
                yield position
            length = 0
        last = number


def lists_within(prose: Prose) -> Iterator[Identity]:
    """Follow the numbers within a paragraph and within goals: ``1、…；2、…``, ``一是…；二是…``."""
    if prose.is_recognised:
        return
    texts = [(heading_of(one), one.text, one.origins) for one in prose.passages]
    texts += [(name, text, (place,) * len(text)) for name, text, place in prose.goals]
    for name, text, origins in texts:
        for style in _INLINE:
            found = list(style.finditer(text))
            numbers = [number_of(match[1]) or 0 for match in found]
            for position in _breaks(numbers):
                start, expected = found[position].start(1), numbers[position - 1] + 1
                between = text[found[position - 1].end() : start]
                if re.search(rf"(?<![\d.]){expected}[、.](?!\d)", between):
                    continue  # it stands where no clause begins
                shown = _ENDS.split(text[start:])[0]
                left = words(shown, f"{name}/序号", origins[start])
                yield slip("text_numbering", left, words(str(expected), "前一序号之后"))


def numbering(prose: Prose) -> Iterator[Identity]:
    """Return every identity of numbered headings and lists."""
    yield from lists_of_lines(prose)
    yield from lists_within(prose)

"""Rows of a table whose blank cells were lost, found by its printed line numbers.

Place in the chain: used by ``cell_stream``.  Input: the filled cells of one table in reading order.
Output: its rows, or None.

Final accounts number their rows (行次), on each side of a two-sided table on.  Where text
recognition or a text extractor dropped the blank cells, the numbers still tell which row and which
side a figure belongs to: name, number, amount, name, number, amount.  A reading counts only if it
is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from helpers.amounts import Amount, parse_amount
from helpers.columns import HEADS_NAMES
from helpers.document import Cell, squeeze

_SERIAL_HEAD = "行次"
_SIDES = re.compile(r"^(?:收入|支出)$")
_NAME = re.compile(r"[\u4e00-\u9fff]")
_LONGEST_NAME = 3  # cells that text recognition made of one name
_FEWEST_ROWS = 3
_MOST_ROWS = 200

_Row = tuple[tuple[int, ...], ...]  # of each side: cells of its name, number, amount (-1: none)


def _sides(header: Sequence[str]) -> int:
    """Return how many lists stand side by side: 项目 行次 金额 once, or more often."""
    heads = [i for i, text in enumerate(header) if text == _SERIAL_HEAD]
    for count, place in enumerate(heads, 1):
        is_triple = 0 < place < len(header) - 1 and HEADS_NAMES.search(header[place - 1])
        if not is_triple or place != heads[0] + 3 * (count - 1):
            return 0
    return len(heads)


def _body_start(texts: Sequence[str]) -> int:
    """Return the index behind the header and the row that numbers the columns."""
    last = max(i for i, text in enumerate(texts) if text == _SERIAL_HEAD) + 2
    while last + 1 < len(texts) and texts[last] == "栏次" and texts[last + 1].isdecimal():
        last += 2
    return last


class _Reading:
    """All ways to read the cells as numbered rows."""

    def __init__(self, texts: Sequence[str], start: int, firsts: Sequence[int]) -> None:
        self.texts = texts
        self.start = start
        self.firsts = firsts

    def _side(self, at: int, number: int) -> list[tuple[tuple[int, ...], int]]:
        """Return (name cells…, number, amount) and the next index, for each way to read a side."""
        ways = []
        name: list[int] = []
        while at < len(self.texts) and len(name) <= _LONGEST_NAME:
            if self.texts[at] == str(number):
                ways.append(((*name, at, -1), at + 1))
                following = self.texts[at + 1] if at + 1 < len(self.texts) else ""
                if isinstance(parse_amount(following), Amount):
                    ways.append(((*name, at, at + 1), at + 2))
                break
            if not _NAME.search(self.texts[at]):
                break
            name.append(at)
            at += 1
        return ways

    def rows(self) -> list[_Row] | None:
        """Return the rows of the longest reading, None if there is more than one."""

        @cache
        def read(at: int, row: int) -> tuple[int, int, tuple[_Row, ...]]:
            """Return how far the rest can be read, in how many ways, and one of them."""
            best: tuple[int, int, tuple[_Row, ...]] = (at, 1, ())
            if row >= _MOST_ROWS:
                return best
            states: list[tuple[tuple[tuple[int, ...], ...], int]] = [((), at)]
            for first in self.firsts:
                states = [
                    ((*sides, side), after)
                    for sides, here in states
                    for side, after in self._side(here, first + row)
                ]
            for sides, here in states:
                end, ways, rest = read(here, row + 1)
                if end > best[0]:
                    best = (end, ways, (sides, *rest))
                elif end == best[0] and end > at:
                    best = (end, best[1] + ways, best[2])
            return best

        _, ways, found = read(self.start, 0)
        return list(found) if ways == 1 and len(found) >= _FEWEST_ROWS else None


def rows_by_serials(cells: Sequence[Cell]) -> tuple[list[tuple[Cell, ...]], list[Cell]] | None:
    """Return header and rows of a numbered table, and the cells that could not be read.

    Parameters
    ----------
    cells
        Filled cells of one table, header first, without its caption.

    Returns
    -------
    (list of tuple of Cell, list of Cell) or None
        None where the rows bear no numbers, or the cells can be read in more than one way.

    Examples
    --------
    >>> words = "收入 支出 项目 行次 金额 项目 行次 金额 拨款 1 4.00 教育 31 2.00 2 医疗 32 2.00 "
    >>> cells = [Cell(text, "L1") for text in (words + "合计 3 4.00 合计 33 4.00").split()]
    >>> [[cell.text for cell in row] for row in rows_by_serials(cells)[0]][3]
    ['', '2', '', '医疗', '32', '2.00']
    """
    cells = [cell for cell in cells if cell.text]
    texts = [squeeze(cell.text) for cell in cells]
    # The first figure that is no number of a column ends the header.
    head = [text for text in texts[: 8 * 5] if text]
    heads = [i for i, text in enumerate(head) if text == _SERIAL_HEAD]
    if not heads:
        return None
    first = heads[0] - 1
    count = _sides(texts[first : max(heads) + 2])
    start = _body_start(texts[: max(heads) + 3 + 2 * count])
    if not count:
        return None
    firsts = _first_numbers(texts[start : start + 6 * count], count)
    rows = _Reading(texts, start, firsts).rows() if firsts else None
    if rows is None:
        return None
    laid = [*_header(cells, first, count), *(_laid(cells, row) for row in rows)]
    numbers = cells[first + 3 * count : start]
    if len(numbers) == 2 * count:
        named = zip(numbers[::2], numbers[1::2], strict=True)
        blanked = ((name, Cell("", name.origin), number) for name, number in named)
        laid.insert(len(laid) - len(rows), tuple(cell for side in blanked for cell in side))
    read = {i for row in rows for side in row for i in side}
    return laid, [cell for i, cell in enumerate(cells[start:], start) if i not in read]


def _first_numbers(texts: Sequence[str], count: int) -> list[int] | None:
    """Return the number of the first row of each side: the one that follows a name."""
    numbers = [
        int(text) for before, text in pairwise(texts) if _NAME.search(before) and text.isdecimal()
    ]
    return numbers[:count] if len(numbers) >= count and numbers[0] == 1 else None


def _header(cells: Sequence[Cell], first: int, count: int) -> list[tuple[Cell, ...]]:
    """Return the heading of each side, where there is one, over its three columns."""
    names = {squeeze(cell.text): cell for cell in reversed(cells[:first])}
    sides = [cell for text, cell in reversed(names.items()) if _SIDES.match(text)]
    leaves = tuple(cells[first : first + 3 * count])
    if len(sides) != count:
        return [leaves]
    blanks = [[side, *[Cell("", side.origin)] * 2] for side in sides]
    return [tuple(cell for side in blanks for cell in side), leaves]


def _laid(cells: Sequence[Cell], row: _Row) -> tuple[Cell, ...]:
    laid = []
    for *name, number, amount in row:
        origin = cells[number].origin
        words = "".join(cells[i].text for i in name)
        places = ";".join(dict.fromkeys(cells[i].origin for i in name)) or origin
        figure = Cell("", origin) if amount < 0 else cells[amount]
        laid += [Cell(words, places), cells[number], figure]
    return tuple(laid)

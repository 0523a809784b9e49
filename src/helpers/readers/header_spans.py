"""Header rows whose spans were lost: which columns each heading covers.

Place in the chain: under the readers of layouts that keep the cells of a row but not their spans.
Input: the cells of each header row, in order, and what the columns below hold.  Output: rows as
wide as the table, each heading at the first column it covers, or None where the cells fit in no
way, or in more than one.

A heading without parts below it covers one column; one with parts covers theirs.  Which headings
have parts shows in the number of columns, in what the columns hold, and in the words: 人员经费 is a
part of 基本支出, not of 合计 (``reference/header_children.csv``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, pairwise

from helpers.columns import HEADS_NAMES
from helpers.document import Cell, squeeze
from helpers.reference_data import read_reference

TEXT, NUMBERS, SERIAL, BLANK = "text", "numbers", "serial", "blank"
"""What the cells of a column show before any heading is known."""

_HEADS_SERIAL = re.compile(r"^(?:行次|序号|栏次)$")
_NO_PARTS = re.compile(r"名称$|^小计$|^[类款项]$")
_MOST_STEPS = 40_000

_Run = tuple[int, int, str]  # first column, end, heading above
_Layout = tuple[float, tuple[tuple[int, ...], ...]]  # score, first columns of each row's cells


@cache
def _children() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    rows = read_reference("header_children")
    return tuple((re.compile(row["parent"]), re.compile(row["child"])) for row in rows)


def _kinship(parent: str, child: str) -> float:
    """Score how well a heading stands below another."""
    if not parent:
        return 0.0
    known = any(p.search(parent) and c.search(child) for p, c in _children())
    return 2.0 * known + (len(set(parent) & set(child)) / max(len(set(child)), 1))


def _opens_late(left: tuple[str, _Run], right: tuple[str, _Run]) -> bool:
    """Tell whether what opens a group of headings, names or 小计, stands behind another of it."""
    (before, (_, stop, above)), (text, (start, _, also_above)) = left, right
    if not above or above != also_above or stop != start or HEADS_NAMES.search(before):
        return False
    return bool(HEADS_NAMES.search(text)) or text in ("小计", "合计")


def _fits(heading: str, kind: str) -> bool:
    """Tell whether a heading without parts can stand over a column."""
    if _HEADS_SERIAL.match(heading):
        return kind in (SERIAL, BLANK, TEXT)
    if HEADS_NAMES.search(heading):
        # Codes are numbers; names are not.
        return kind != NUMBERS or bool(re.search(r"编码|代码|^[类款项]$", heading))
    return True


class _TooMany(Exception):
    """A header that can be laid out in too many ways to try."""


def _spans(many: int, runs: Sequence[_Run], steps: Iterator[int]) -> Iterator[list[_Run]]:
    """Yield every way to let `many` cells cover runs of columns, none over two runs."""
    if not runs:
        if many == 0:
            yield []
        return
    if next(steps) > _MOST_STEPS:
        raise _TooMany
    start, end, above = runs[0]
    if many == 0:
        return
    for stop in range(start + 1, end + 1):
        rest = ((stop, end, above), *runs[1:]) if stop < end else runs[1:]
        if len(rest) <= many - 1 <= sum(b - a for a, b, _ in rest):
            for others in _spans(many - 1, rest, steps):
                yield [(start, stop, above), *others]


def _layouts(
    rows: Sequence[Sequence[str]],
    runs: Sequence[_Run],
    kinds: Sequence[str],
    steps: Iterator[int],
) -> Iterator[_Layout]:
    """Yield every layout of the header rows over the columns they have to cover, with a score."""
    if not rows:
        yield 0.0, ()
        return
    below = len(rows) > 1
    for spans in _spans(len(rows[0]), runs, steps):
        covered = list(zip(rows[0], spans, strict=True))
        if any(b - a > 1 and (not below or _NO_PARTS.search(t)) for t, (a, b, _) in covered):
            continue
        alone = [(text, a) for text, (a, b, _) in covered if b - a == 1]
        if not all(_fits(text, kinds[a]) for text, a in alone):
            continue
        open_runs = [(a, b, text) for text, (a, b, _) in covered if b - a > 1]
        if bool(open_runs) != below or (
            below and sum(b - a for a, b, _ in open_runs) < len(rows[1])
        ):
            continue
        score = sum(_kinship(above, text) for text, (_, _, above) in covered)
        score -= sum(_opens_late(*pair) for pair in pairwise(covered))
        firsts = tuple(a for _, (a, _, _) in covered)
        for inner, layout in _layouts(rows[1:], open_runs, kinds, steps):
            yield score + inner, (firsts, *layout)


def lay_out_header(
    rows: Sequence[Sequence[Cell]], kinds: Sequence[str]
) -> list[tuple[Cell, ...]] | None:
    """Return header rows in the width of the table.

    Parameters
    ----------
    rows
        The cells of each header row in order, without those that spans cover.
    kinds
        What each column of the body shows: :data:`TEXT`, :data:`NUMBERS`, :data:`SERIAL` or
        :data:`BLANK`.

    Returns
    -------
    list of tuple of Cell or None
        None where no layout, or no single best one, is found.

    Examples
    --------
    >>> upper = "合计 因公出国(境)费 公务用车购置及运行费 接待费".split()
    >>> lower = "小计 公务用车购置费 公务用车运行费".split()
    >>> rows = [[Cell(text, "L1") for text in row] for row in (upper, lower)]
    >>> for row in lay_out_header(rows, [NUMBERS] * 6):
    ...     print([cell.text for cell in row])
    ['合计', '因公出国(境)费', '公务用车购置及运行费', '', '', '接待费']
    ['', '', '小计', '公务用车购置费', '公务用车运行费', '']
    """
    width = len(kinds)
    rows = [row for row in rows if any(cell.text for cell in row)]
    if not rows:
        return None
    texts = [[squeeze(cell.text) for cell in row] for row in rows]
    if all(len(row) == width for row in rows):
        leaves = zip(texts[-1], kinds, strict=True)
        return [tuple(row) for row in rows] if all(_fits(*leaf) for leaf in leaves) else None
    best: list[_Layout] = []
    try:
        for layout in _layouts(texts, ((0, width, ""),), kinds, count()):
            if not best or layout[0] >= best[0][0]:
                best = [layout, *(b for b in best if b[0] == layout[0])]
    except _TooMany:
        return None
    if len(best) != 1:
        return None
    laid = []
    for row, firsts in zip(rows, best[0][1], strict=True):
        at = dict(zip(firsts, row, strict=True))
        laid.append(tuple(at.get(c, Cell("", row[0].origin)) for c in range(width)))
    return laid

"""Headings of tables without rules: which columns each one stands over.

Place in the chain: below ``pdf_unruled``.  Input: glyphs of the header, and where columns stand.
Output: the columns and the row of every heading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpers.readers.pdf_page import Glyph

_SAME_START = 2.0  # points


@dataclass(slots=True)
class Heading:
    """One header text, over one line or several, and the columns it heads."""

    glyphs: list[Glyph]
    columns: tuple[int, int] = (0, 0)
    row: int = 0

    @property
    def x0(self) -> float:
        return min(glyph.x0 for glyph in self.glyphs)

    @property
    def x1(self) -> float:
        return max(glyph.x1 for glyph in self.glyphs)

    @property
    def top(self) -> float:
        return min(glyph.top for glyph in self.glyphs)

    @property
    def bottom(self) -> float:
        return max(glyph.bottom for glyph in self.glyphs)

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2

    def overlaps(self, other: Heading) -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1


def read_headings(lines: Iterable[Sequence[Sequence[Glyph]]]) -> list[Heading]:
    """Join the lines of headings that wrap.

    Parameters
    ----------
    lines
        The parts of each line, from the top.
    """
    found: list[Heading] = []
    for line in lines:
        for part in line:
            heading = Heading(list(part))
            size = part[0].size
            above = [
                one
                for one in found
                if one.overlaps(heading) and heading.top - one.bottom < 0.5 * size
            ]
            if above:
                above[-1].glyphs += heading.glyphs
            else:
                found.append(heading)
    return found


def place_headings(headings: list[Heading], columns: Sequence[tuple[float, float]]) -> int:
    """Give each heading its columns and its row; return the number of header rows.

    What has nothing below it heads one column: where these are as many as the columns, in order,
    else by place.  What stands above heads the columns around its middle; or, where all headings
    start where their columns do, those from its own to the next heading beside it.
    """
    if not _place_from_left(headings, columns):
        _place_in_middle(headings, columns)
    ordered = sorted(headings, key=lambda one: one.top)
    for index, heading in enumerate(ordered):
        above = [
            other.row
            for other in ordered[:index]
            if other.bottom <= heading.top + 1
            and other.columns[0] <= heading.columns[1]
            and heading.columns[0] <= other.columns[1]
        ]
        heading.row = max(above, default=-1) + 1
    return max((one.row for one in headings), default=-1) + 1


def _place_from_left(headings: list[Heading], columns: Sequence[tuple[float, float]]) -> bool:
    """Place headings by where they start; False if they do not start with their columns."""
    starts: dict[int, int] = {}
    for one in headings:
        near = [i for i, (start, _) in enumerate(columns) if abs(start - one.x0) < _SAME_START]
        if not near:
            return False
        starts[id(one)] = near[0]
    if len(set(starts.values())) < len(columns):
        return False
    for one in headings:
        column = starts[id(one)]
        beside = [
            starts[id(other)]
            for other in headings
            if starts[id(other)] > column and other.top < one.bottom and one.top < other.bottom
        ]
        is_leaf = not any(
            other.top > one.bottom - 1 and starts[id(other)] == column for other in headings
        )
        end = column if is_leaf else min(beside, default=len(columns)) - 1
        one.columns = (column, end)
    return True


def _place_in_middle(headings: list[Heading], columns: Sequence[tuple[float, float]]) -> None:
    leaves = [
        one
        for one in headings
        if not any(other.overlaps(one) and other.top > one.bottom for other in headings)
    ]
    leaves.sort(key=lambda one: one.centre)
    centres = [(start + end) / 2 for start, end in columns]
    for number, leaf in enumerate(leaves):
        if len(leaves) == len(columns):
            column = number
        else:
            column = min(range(len(columns)), key=lambda i: abs(centres[i] - leaf.centre))
        leaf.columns = (column, column)
    parents = sorted((one for one in headings if one not in leaves), key=lambda one: -one.top)
    for parent in parents:
        below = [one for one in leaves if one.top > parent.bottom - 1]
        rivals = [o for o in parents if o is not parent and abs(o.top - parent.top) < 2]
        parent.columns = _children(parent, below, rivals)


def _children(
    parent: Heading, below: Sequence[Heading], rivals: Sequence[Heading]
) -> tuple[int, int]:
    """Return the columns a heading stands in the middle of, as many as fit it best."""
    best: tuple[float, tuple[int, int]] | None = None
    for first in range(len(below)):
        for last in range(first, len(below)):
            start, end = below[first].x0, below[last].x1
            if any(start < rival.centre < end for rival in rivals):
                continue
            cost = abs((start + end) / 2 - parent.centre) - 4.0 * (last - first)
            if start <= parent.centre <= end and (best is None or cost < best[0]):
                best = (cost, (below[first].columns[0], below[last].columns[1]))
    return best[1] if best else (0, 0)

"""Tables of a page: from rules and glyphs to rows of cells.

Place in the chain: between ``pdf_page`` and ``pdf``.  Input: a :class:`~helpers.readers.pdf_page.
Page`.  Output: :class:`Lattice`, a table with its column borders and the text of every cell.

Rules that touch belong to one table.  All positions at which a rule runs make a lattice; fields of
it without a rule between them are one merged cell, whose text stands in its first field.  Where a
table prints no rules between its rows, the lines of text in its columns tell the rows apart.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from helpers.readers.pdf_lattice import CellText, Lattice, clusters
from helpers.readers.pdf_page import Glyph, Page, Rule
from helpers.readers.pdf_text import text_lines
from helpers.readers.pdf_unruled import missing_rules, white_tables

_TOUCH = 3.0  # points: rules this close are meant to meet
# With decimals: a figure cut by a border in its middle would not have them on both sides.
_WHOLE_FIGURE = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{1,2}")
_NUMERIC = re.compile(r"[-−]?[0-9][0-9,.，．]*%?")


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Join the pieces of rules that are drawn cell by cell."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (r.is_horizontal, round(r.position, 1), r.start)):
        last = joined[-1] if joined else None
        if (
            last
            and last.is_horizontal == rule.is_horizontal
            and abs(last.position - rule.position) < 0.6
            and rule.start <= last.end + _TOUCH
        ):
            end = max(last.end, rule.end)
            joined[-1] = Rule(last.is_horizontal, last.position, last.start, end)
        else:
            joined.append(rule)
    return joined


def _meet(across: Rule, down: Rule) -> bool:
    return (
        across.start - _TOUCH <= down.position <= across.end + _TOUCH
        and down.start - _TOUCH <= across.position <= down.end + _TOUCH
    )


def _components(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Group the rules that touch each other."""
    across = [rule for rule in rules if rule.is_horizontal]
    down = [rule for rule in rules if not rule.is_horizontal]
    parent = list(range(len(across) + len(down)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    across_sorted = sorted(range(len(across)), key=lambda i: across[i].position)
    heights = [across[i].position for i in across_sorted]
    for j, rule in enumerate(down):
        first = bisect_right(heights, rule.start - _TOUCH - 0.01)
        last = bisect_right(heights, rule.end + _TOUCH)
        for i in across_sorted[first:last]:
            if _meet(across[i], rule):
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, list[Rule]] = {}
    for index, rule in enumerate([*across, *down]):
        groups.setdefault(root(index), []).append(rule)
    return list(groups.values())


class _Fields:
    """The fields of a lattice and the cells they make."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        across = [rule for rule in rules if rule.is_horizontal]
        down = [rule for rule in rules if not rule.is_horizontal]
        # The outer border counts even where it is not drawn (tables open at their sides).
        ends = [end for rule in across for end in (rule.start, rule.end)]
        self.xs = clusters([*(r.position for r in down), min(ends), max(ends)])
        ends = [end for rule in down for end in (rule.start, rule.end)]
        self.ys = clusters([*(r.position for r in across), min(ends), max(ends)])
        self.n_rows, self.n_columns = len(self.ys) - 1, len(self.xs) - 1
        self._walls_down = self._walls(down, self.xs, self.ys)
        self._walls_across = self._walls(across, self.ys, self.xs)
        self.cell_of = self._cells()

    @staticmethod
    def _walls(
        rules: Sequence[Rule], positions: Sequence[float], steps: Sequence[float]
    ) -> set[tuple[int, int]]:
        """Return (position, step) of every side of a field along which a rule runs."""
        walls = set()
        for rule in rules:
            index = min(range(len(positions)), key=lambda i: abs(positions[i] - rule.position))
            for step, (start, end) in enumerate(pairwise(steps)):
                covered = min(end, rule.end) - max(start, rule.start)
                if covered > 0.5 * (end - start):
                    walls.add((index, step))
        return walls

    def _cells(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return for each field the first field of its cell."""
        parent = {(r, c): (r, c) for r in range(self.n_rows) for c in range(self.n_columns)}

        def root(field: tuple[int, int]) -> tuple[int, int]:
            while parent[field] != field:
                field = parent[field]
            return field

        for r, c in list(parent):
            right, below = (r, c + 1), (r + 1, c)
            for other, is_open in (
                (right, (c + 1, r) not in self._walls_down),
                (below, (r + 1, c) not in self._walls_across),
            ):
                if is_open and other in parent:
                    first, second = sorted((root((r, c)), root(other)))
                    parent[second] = first
        return {field: root(field) for field in parent}

    def field_at(self, x: float, y: float) -> tuple[int, int] | None:
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= row < self.n_rows and 0 <= column < self.n_columns:
            return row, column
        return None


def pieces(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Split glyphs into what is never cut by a cell border: figures, and single signs."""
    pieces: list[list[Glyph]] = []
    text = ""
    for glyph in glyphs:
        last = pieces[-1][-1] if pieces else None
        if (
            last is not None
            and -0.15 * glyph.size < glyph.x0 - last.x1 < 0.15 * glyph.size
            and abs(glyph.middle - last.middle) < 0.3 * glyph.size
            and _NUMERIC.fullmatch(text + glyph.text)
        ):
            pieces[-1].append(glyph)
            text += glyph.text
        else:
            pieces.append([glyph])
            text = glyph.text
    return pieces


def _cut(piece: list[Glyph], borders: Sequence[float]) -> list[list[Glyph]]:
    """Part two figures that touch at a border; one figure that runs over it stays whole."""
    for index in range(1, len(piece)):
        left, right = piece[index - 1], piece[index]
        if not any(left.x1 - 0.5 <= border <= right.x0 + 0.5 for border in borders):
            continue
        texts = ["".join(g.text for g in part) for part in (piece[:index], piece[index:])]
        heads = [_WHOLE_FIGURE.match(text) for text in texts]
        if heads[0] and heads[0].end() == len(texts[0]) and heads[1]:
            return [piece[:index], *_cut(piece[index:], borders)]
    return [piece]


def _texts(fields: _Fields, inside: Sequence[Glyph]) -> list[CellText]:
    glyphs_of: dict[tuple[int, int], list[Glyph]] = {}
    for piece in (part for whole in pieces(inside) for part in _cut(whole, fields.xs)):
        x = (piece[0].x0 + piece[-1].x1) / 2
        field = fields.field_at(x, piece[0].middle)
        if field is not None:
            glyphs_of.setdefault(fields.cell_of[field], []).extend(piece)
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for field, first in fields.cell_of.items():
        members.setdefault(first, []).append(field)
    texts = []
    for first, glyphs in sorted(glyphs_of.items()):
        lines = text_lines(glyphs)
        if lines:
            last_row = max(row for row, _ in members[first])
            columns = [column for _, column in members[first]]
            texts.append(CellText((first[0], last_row), (min(columns), max(columns)), lines))
    return texts


def _with_missing_rules(rules: Sequence[Rule], glyphs: Sequence[Glyph]) -> _Fields:
    """Return the fields of a table, parted too where only white separates columns of figures."""
    fields = _Fields(rules)
    added: list[Rule] = []
    bands = list(pairwise(fields.ys))
    for left, right in pairwise(fields.xs):
        within = [g for g in glyphs if g.text.strip() and left < (g.x0 + g.x1) / 2 < right]
        if within:
            added += missing_rules(within, left, right, bands)
    return _Fields([*rules, *added]) if added else fields


def _tables_of(rules: Sequence[Rule], glyphs: list[Glyph]) -> tuple[list[Lattice], list[Glyph]]:
    """Return the tables that rules make, and the glyphs outside of them."""
    groups = []
    for component in _components(_merged(rules)):
        across = [rule for rule in component if rule.is_horizontal]
        if across and len(across) < len(component):
            groups.append((_Fields(component), component))
    # A table inside a cell of another is read first and takes its own text.
    groups.sort(key=lambda g: (g[0].xs[-1] - g[0].xs[0]) * (g[0].ys[-1] - g[0].ys[0]))
    tables = []
    for frame, component in groups:
        inside, outside = [], []
        for glyph in glyphs:
            at = frame.field_at((glyph.x0 + glyph.x1) / 2, glyph.middle)
            (outside if at is None else inside).append(glyph)
        if not any(glyph.text.strip() for glyph in inside):
            continue
        fields = _with_missing_rules(component, inside)
        if len(set(fields.cell_of.values())) > 1:
            glyphs = outside
            texts = _texts(fields, inside)
            tables.append(Lattice(fields.xs, fields.n_rows, texts, fields.ys[0], fields.ys[-1]))
    return tables, glyphs


def find_tables(page: Page, goes_on: bool) -> tuple[list[Lattice], list[Glyph]]:
    """Return the tables of a page, from the top, and the glyphs outside of them.

    A frame around text that holds one cell only is no table; its text is running text.

    Parameters
    ----------
    page
        As read.
    goes_on
        Whether the page before ends with a table.
    """
    ruled, rest = _tables_of(page.rules, list(page.glyphs))
    unruled, rest = white_tables(rest, goes_on and not ruled)
    return sorted([*ruled, *unruled], key=lambda table: table.top), rest

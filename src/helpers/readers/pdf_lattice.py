"""A table of a page as cells in rows and columns, and what its parts on several pages share.

Place in the chain: between ``pdf_tables`` or ``pdf_unruled``, which find tables, and ``pdf``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from helpers.readers.pdf_breaks import is_broken_figure, is_cut_row, is_wrapped_row, join_broken
from helpers.readers.pdf_page import THINNEST_CELL
from helpers.readers.pdf_text import TextLine

_FIGURE = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")


@dataclass(slots=True)
class CellText:
    """The text of one cell: its rows and columns, both ends included, and its lines."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    lines: list[TextLine]


@dataclass(slots=True)
class Lattice:
    """A table, or the part of one that stands on a page.

    Attributes
    ----------
    borders
        Positions at which its columns may begin or end, from the left.
    n_rows
        Rows of fields.
    texts
        Of its filled cells.
    top, bottom
        Where it stands.
    is_ruled
        Whether its borders are drawn, or only white.
    continues
        Whether it goes on from the table on the page before.
    """

    borders: list[float]
    n_rows: int
    texts: list[CellText]
    top: float
    bottom: float
    is_ruled: bool = True
    continues: bool = False


def clusters(values: Iterable[float]) -> list[float]:
    """Return one position for each group of positions that lie close together."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= THINNEST_CELL and value - groups[-1][0] <= 6:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _split_rows(
    cells: Sequence[tuple[list[TextLine], float, float]],
) -> list[list[list[TextLine]]] | None:
    """Tell rows apart that no rule separates; None where a row is one row.

    The sign: two columns or more hold as many figures below each other, at the same heights, and
    nothing else; and these are not one figure each, broken for want of room.
    """
    figures = [
        lines
        for lines, _, _ in cells
        if len(lines) > 1 and all(_FIGURE.fullmatch(line.text.replace(" ", "")) for line in lines)
    ]
    if len(figures) < 2 or is_wrapped_row(cells) or any(is_broken_figure(*c) for c in cells):
        return None
    heights = [line.top for line in max(figures, key=len)]
    bounds = [(a + b) / 2 for a, b in pairwise(heights)]
    rows: list[list[list[TextLine]]] = [[[] for _ in cells] for _ in heights]
    for column, (lines, _, _) in enumerate(cells):
        for line in lines:
            rows[bisect_right(bounds, line.top)][column].append(line)
    is_aligned = all(
        len(row[c]) <= 1
        for row in rows
        for c in range(len(cells))
        if row[c] and (cells[c][0] in figures)
    )
    return rows if is_aligned else None


def _column_at(borders: Sequence[float], text: CellText) -> int:
    """Return the column in whose white borders the middle of a text stands."""
    middle = (min(one.x0 for one in text.lines) + max(one.x1 for one in text.lines)) / 2
    return min(max(bisect_right(borders, middle) - 1, 0), len(borders) - 2)


def fits_white(before: Lattice, after: Lattice) -> bool:
    """Tell whether each column of a table without rules stands in one of the table before it."""
    places: dict[int, set[int]] = {}
    for text in after.texts:
        places.setdefault(text.columns[0], set()).add(_column_at(before.borders, text))
    found = [next(iter(place)) for place in places.values() if len(place) == 1]
    return len(found) == len(places) > 1 and len(set(found)) == len(found)


def _share_white(parts: Sequence[Lattice]) -> None:
    """Give parts whose columns only white separates those of the first, by where texts stand."""
    borders = parts[0].borders
    for part in parts[1:]:
        for text in part.texts:
            column = _column_at(borders, text)
            text.columns = (column, column)
        part.borders = list(borders)


def share_columns(parts: Sequence[Lattice]) -> None:
    """Give the parts of one table the same columns.

    Where the header, or the last rows, merge cells of a column, a page without them has fewer.
    """
    if not parts[0].is_ruled:
        _share_white(parts)
        return
    shared = clusters(border for part in parts for border in part.borders)
    for part in parts:
        places = [min(range(len(shared)), key=lambda i: abs(shared[i] - b)) for b in part.borders]
        for text in part.texts:
            first, last = text.columns
            text.columns = (places[first], max(places[last + 1] - 1, places[first]))
        part.borders = list(shared)


def drop_slivers(parts: Sequence[Lattice]) -> None:
    """Take two borders for one where no text of the table ever stands between them alone.

    Word moves the borders of single rows: the header's stands at 320 points, the body's at 328.
    """
    texts = [text for part in parts for text in part.texts]
    borders = list(parts[0].borders)
    column = 0
    while column < len(borders) - 1 and len(borders) > 2:
        if any(text.columns == (column, column) for text in texts):
            column += 1
            continue
        # What ends in the sliver ends before it; what starts in it starts after it.
        for text in texts:
            first, last = text.columns
            last -= last >= column
            first -= first > column
            text.columns = (first, max(first, last))
        del borders[column if 0 < column == len(borders) - 2 else column + 1]
    for part in parts:
        part.borders = list(borders)


def join_cut_row(before: Lattice, after: Lattice, n_repeated: int) -> None:
    """Bring back to the end of a page the rest of a row that the page cuts.

    Parameters
    ----------
    before, after
        The parts of a table on two pages, in shared columns.
    n_repeated
        Rows of the header that the later part repeats.
    """
    last = max((text.rows[0] for text in before.texts), default=0)
    first = min((text.rows[0] for text in after.texts if text.rows[0] >= n_repeated), default=0)
    above = {text.columns: text for text in before.texts if text.rows[1] >= last}
    below = {text.columns: text for text in after.texts if text.rows[0] == first}

    def cells(row: dict[tuple[int, int], CellText]) -> dict[tuple[float, float], list[TextLine]]:
        xs = before.borders
        return {(xs[a], xs[b + 1]): text.lines for (a, b), text in row.items()}

    if is_cut_row(cells(above), cells(below)):
        for columns, text in below.items():
            above[columns].lines += text.lines
            after.texts.remove(text)


def header_repeated(before: Lattice, after: Lattice) -> int:
    """Return how many rows on top of a part are those on top of the table."""
    rows = zip(written_rows(before), written_rows(after), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rows))


def written_rows(part: Lattice) -> list[tuple[str, ...]]:
    """Return the texts in rows; a cell over several fields stands in the first of them."""
    xs = part.borders
    rows: list[tuple[str, ...]] = []
    for r in range(part.n_rows):
        cells: list[tuple[list[TextLine], float, float]] = [([], a, b) for a, b in pairwise(xs)]
        is_single = True
        for text in part.texts:
            if text.rows[0] == r:
                first, last = text.columns
                cells[first] = (cells[first][0] + text.lines, xs[first], xs[last + 1])
                is_single = is_single and text.rows[1] == r
        split = _split_rows(cells) if is_single else None
        for row in split or [[lines for lines, _, _ in cells]]:
            edges = ((left, right) for _, left, right in cells)
            rows.append(tuple(join_broken(ls, *edge) for ls, edge in zip(row, edges, strict=True)))
    return rows

"""Merged cells: rows of cells that span columns and rows become a rectangle.

Place in the chain: under the readers of formats that know their spans.  Input: cells with spans.
Output: a :class:`~helpers.document.RawTable`.

The text of a merged cell stands in its first column and row, and blank cells fill the rest of it:
that is how ``columns`` reads a header tree, a heading standing at the first of the columns it
covers.  The blank cells bear the place of the cell they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpers.document import Cell, DisclosureError, RawTable, strip_markup

# Browsers allow as many; a table that spans more is meant to fill the memory.
_MOST_COLUMNS = 1_000
_MOST_CELLS = 400_000


@dataclass(frozen=True, slots=True)
class Spanning:
    """A cell and how many columns and rows it covers.

    ``continues`` tells that it belongs to the cell above it, as Word writes merged cells.
    """

    text: str
    columns: int = 1
    rows: int = 1
    continues: bool = False


def lay_out(name: str, place: str, rows: Iterable[Iterable[Spanning]]) -> Iterator[RawTable]:
    """Yield a table as a rectangle; one without any cell gives none.

    Parameters
    ----------
    name
        Of the file, for messages.
    place
        Of the table, for instance ``t2``; its cells are ``t2:r1:c1`` and so on, columns counted
        with those that merged cells cover.
    rows
        The cells as the file has them.

    Raises
    ------
    DisclosureError
        If the spans make more cells than any disclosure has.

    Examples
    --------
    >>> header = [Spanning("项目", rows=2), Spanning("支出", columns=2)]
    >>> (table,) = lay_out("a.html", "t1", [header, [Spanning("基本"), Spanning("项目支出")]])
    >>> [[cell.text for cell in row] for row in table.rows]
    [['项目', '支出', ''], ['', '基本', '项目支出']]
    >>> table.rows[1][0].origin
    't1:r1:c1'
    """
    laid = [list(row) for row in rows]
    filled: dict[tuple[int, int], Cell] = {}
    for number, cells in enumerate(laid):
        column = 0
        for cell in cells:
            while (number, column) in filled:
                column += 1
            first = Cell(strip_markup(cell.text), f"{place}:r{number + 1}:c{column + 1}")
            if cell.continues and (number - 1, column) in filled:
                first = Cell("", filled[number - 1, column].origin)
            width = min(max(cell.columns, 1), _MOST_COLUMNS)
            height = min(max(cell.rows, 1), len(laid) - number)
            if len(filled) + width * height > _MOST_CELLS:
                raise DisclosureError(f"{name}: table {place} has more cells than any disclosure.")
            blank = Cell("", first.origin)
            for row in range(number, number + height):
                for covered in range(column, column + width):
                    filled.setdefault((row, covered), blank)
            filled[number, column] = first
            column += width
    width = max((column + 1 for _, column in filled), default=0)
    if width * len(laid) > _MOST_CELLS:
        raise DisclosureError(f"{name}: table {place} has more cells than any disclosure.")
    if not width:
        return
    yield RawTable(
        tuple(
            tuple(
                filled.get((row, column)) or Cell("", f"{place}:r{row + 1}:c{column + 1}")
                for column in range(width)
            )
            for row in range(len(laid))
        )
    )

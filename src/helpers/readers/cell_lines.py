"""Reader for text with one table cell per line, the way Word tables are pasted or exported.

The format, as observed: a tab opens each cell and its text runs to the end of the line, so a line
that holds a tab alone is an empty cell; a blank line ends the row; a further blank line ends the
table.  A cell may hold several paragraphs: lines without a leading tab inside a table continue the
cell above, and a blank line inside a cell looks like the end of a row, so rows are put together by
counting cells.  Trimming a line would destroy the grid.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from helpers.document import Block, Cell, Paragraph, RawTable, strip_markup

# A line that opens a heading never continues a cell, even where the end of the table is unmarked.
_HEADING = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|表\s*\d+|[（(][一二三四五六七八九十]+[）)])"
)


def is_cell_per_line(lines: Sequence[str]) -> bool:
    """Tell whether tables are written one cell per line.

    True if most lines with a tab have exactly one, at their start.
    """
    with_tab = [line for line in lines if "\t" in line]
    single = sum(line.startswith("\t") and "\t" not in line[1:] for line in with_tab)
    return len(with_tab) >= 4 and single > 0.8 * len(with_tab)


def _merge_split_rows(rows: list[list[Cell]]) -> list[tuple[Cell, ...]]:
    """Join rows that a blank line inside a cell has cut in two.

    Two neighbouring rows are one if together they are as wide as the row before and the row after.
    """
    merged: list[tuple[Cell, ...]] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        if merged and index + 2 < len(rows):
            joined = row + rows[index + 1]
            before, after = len(merged[-1]), len(rows[index + 2])
            if len(joined) == before == after and len(row) < before > len(rows[index + 1]):
                merged.append(tuple(joined))
                index += 2
                continue
        merged.append(tuple(row))
        index += 1
    return merged


def _is_continuation(text: str, row: list[Cell], rows: list[list[Cell]], blanks: int) -> bool:
    """Tell whether a line without a tab, inside a table, continues the last cell."""
    if blanks >= 2 or not row or _HEADING.match(text):
        return False
    if blanks == 0:
        return True
    widths = Counter(len(other) for other in rows)
    return not widths or len(row) < max(widths) or len(row) == 2


def read_blocks(lines: Sequence[str]) -> tuple[Block, ...]:
    """Split lines into paragraphs and raw tables, in reading order.

    Parameters
    ----------
    lines
        The lines of the file without line ends.

    Returns
    -------
    tuple of Block
        Origins are ``L`` and the 1-based line number; a cell over several lines has several,
        joined with ``;``.
    """
    blocks: list[Block] = []
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    blanks = 0

    def close_row() -> None:
        nonlocal row
        if row:
            rows.append(row)
            row = []

    def close_table() -> None:
        close_row()
        if rows:
            blocks.append(RawTable(tuple(_merge_split_rows(rows))))
            rows.clear()

    for number, line in enumerate(lines, 1):
        origin = f"L{number}"
        if line.startswith("\t"):
            if blanks >= 2:
                close_table()
            elif blanks == 1:
                close_row()
            row.extend(Cell(strip_markup(text), origin) for text in line[1:].split("\t"))
            blanks = 0
            continue
        text = strip_markup(line)
        if not text:
            blanks += 1
            continue
        if _is_continuation(text, row, rows, blanks):
            last = row[-1]
            place = f"{last.origin};{origin}" if last.text else origin
            row[-1] = Cell(f"{last.text} {text}".strip(), place)
        else:
            close_table()
            blocks.append(Paragraph(text, origin))
        blanks = 0
    close_table()
    return tuple(blocks)

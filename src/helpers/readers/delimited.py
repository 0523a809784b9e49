"""Reader for text with one table row per line.

The format: cells of a row are separated by tabs (PDF conversions) or by ``|`` (Markdown); a line
without a separator is running text.  A blank line ends a raw table; pages of one printed table
therefore arrive as several raw tables and are joined by ``grid``.  Markdown rules (``|---|---|``)
and rows of dashes left by converters carry nothing and are dropped.  Lines without separators go
to ``loose_cells``, which knows tables among them by their caption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.document import Block, Cell, Lost, RawTable, strip_markup
from helpers.readers.cell_stream import RowEnd, read_stream
from helpers.readers.loose_cells import read_loose

_LACKING = re.compile(r"\|(\|+)\s*$")
_RULE = re.compile(r"^[\s|:\-—]+$")


def _with_spans(rows: Sequence[tuple[Cell, ...]], lines: Sequence[str]) -> list[Block]:
    """Return a table of bars; where rows end in several bars, its header is laid out by them.

    Text extractors write a bar for each cell that a row with merged cells lacks.
    """
    plain: list[Block] = [RawTable(tuple(rows))]
    ends = [_LACKING.search(lines[int(row[0].origin[1:]) - 1]) for row in rows]
    if not any(ends):
        return plain
    width = max(len(row) for row in rows)
    stream: list[Cell | RowEnd] = []
    for row, end in zip(rows, ends, strict=True):
        lacking = width - len(row) + (len(end[1]) if end else 0)
        stream += row[: width - lacking]
        stream += [RowEnd(lacking)] if lacking else []
    blocks = read_stream(stream)
    return plain if any(isinstance(block, Lost) for block in blocks) else blocks


def _opens_rows_by_bars(lines: Sequence[str]) -> bool:
    """Tell whether rows begin with a bar, as in Markdown, or a bar there closes a blank cell."""
    rows = [line.strip() for line in lines if "\t" not in line and line.count("|") >= 2]
    return 2 * sum(row.startswith("|") for row in rows) >= len(rows)


def _split(line: str, opened: bool) -> list[str] | None:
    """Return the cells of a table row, or None for running text."""
    if "\t" in line:
        return line.split("\t")
    if line.count("|") >= 2:
        row = line.strip().removesuffix("|")
        return (row.removeprefix("|") if opened else row).split("|")
    return None


def read_blocks(lines: Sequence[str]) -> tuple[Block, ...]:
    """Split lines into paragraphs and raw tables, in reading order.

    Parameters
    ----------
    lines
        The lines of the file without line ends.

    Returns
    -------
    tuple of Block
        Origins are ``L`` and the 1-based line number.
    """
    blocks: list[Block] = []
    rows: list[tuple[Cell, ...]] = []
    text_start = 0  # of the lines without separators that are not read yet

    def close_table() -> None:
        if rows:
            blocks.extend(_with_spans(rows, lines))
            rows.clear()

    opened = _opens_rows_by_bars(lines)
    for index, line in enumerate(lines):
        cells = _split(line, opened)
        if cells is None:
            close_table()
            continue
        blocks.extend(read_loose(lines, text_start, index))
        text_start = index + 1
        if not (_RULE.match(line) and "-" in line):
            rows.append(tuple(Cell(strip_markup(cell), f"L{index + 1}") for cell in cells))
    close_table()
    blocks.extend(read_loose(lines, text_start, len(lines)))
    return tuple(blocks)

"""Reader for text with one table row per line.

The format: cells of a row are separated by tabs (PDF conversions) or by ``|`` (Markdown); a line
without a separator is running text.  A blank line ends a raw table; pages of one printed table
therefore arrive as several raw tables and are joined by ``grid``.  Markdown rules (``|---|---|``)
and rows of dashes left by converters carry nothing and are dropped.  Markdown heading signs and
list dashes in front of running text are removed; the list marks of the text itself (``一、``) stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.document import Block, Cell, Paragraph, RawTable, strip_markup

_RULE = re.compile(r"^[\s|:\-—]+$")
_PREFIX = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+(?=\S))")


def _split(line: str) -> list[str] | None:
    """Return the cells of a table row, or None for running text."""
    if "\t" in line:
        return line.split("\t")
    if line.count("|") >= 2:
        return line.strip().removeprefix("|").removesuffix("|").split("|")
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

    def close_table() -> None:
        if rows:
            blocks.append(RawTable(tuple(rows)))
            rows.clear()

    for number, line in enumerate(lines, 1):
        origin = f"L{number}"
        cells = _split(line)
        if cells is not None:
            if not (_RULE.match(line) and "-" in line):
                rows.append(tuple(Cell(strip_markup(cell), origin) for cell in cells))
            continue
        close_table()
        text = strip_markup(_PREFIX.sub("", line))
        if text:
            blocks.append(Paragraph(text, origin))
    close_table()
    return tuple(blocks)

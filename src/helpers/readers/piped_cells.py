"""Reader for text with one table cell per line, each closed by ``|``.

The format, as text extractors write the tables of web pages whose cells hold paragraphs:

* the text of a cell runs over one or several lines up to a ``|``, behind its last word or on a line
  of its own; a ``|`` with nothing before it is a blank cell, as is ``| |`` where a row begins;
* further ``|`` behind one, without text between (``单位:万元 | ||``, ``||``), end a row that has
  fewer cells than the table has columns, one for each cell that is lacking;
* full rows have no mark; ``cell_stream`` finds their ends;
* lines between tables have no ``|``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpers.document import Block, Cell, Paragraph, strip_markup
from helpers.readers.cell_stream import RowEnd, lost, read_stream

_CLOSED = re.compile(r"^(?P<text>[^|]*[^|\s])\s*\|(?P<lacking>[|\s]*)$")
_LACKING = re.compile(r"^\|{2,}$")
_BLANK = re.compile(r"^\s*\|(?:\s+\|)?\s*$")
# Running text between tables ends so; cells do not.
_SENTENCE = re.compile(r"[。；;]$|[，,、].{12,}[，,、]")
_LONGEST_CELL = 3  # lines


def is_piped(lines: Sequence[str]) -> bool:
    """Tell whether most lines with ``|`` hold a single cell.

    A page may have some other table whose rows stand on a line each.
    """
    piped = [line for line in lines if "|" in line]
    single = [line for line in piped if _CLOSED.match(line) or _BLANK.match(line)]
    rows = sum(len(re.findall(r"[^|\s]\s*\|", line)) > 1 for line in piped)
    return len(single) >= 6 and len(single) > 3 * rows


def _is_cell_end(line: str) -> bool:
    return bool(_BLANK.match(line) or _LACKING.match(line))


def read_blocks(lines: Sequence[str]) -> tuple[Block, ...]:
    """Split lines into paragraphs and raw tables, in reading order.

    Parameters
    ----------
    lines
        The lines of the file without line ends.

    Returns
    -------
    tuple of Block
        Origins are ``L`` and the 1-based line number of a cell's text, several joined with ``;``.
    """
    blocks: list[Block] = []
    stream: list[Cell | RowEnd] = []
    pending: list[Cell] = []  # lines without a mark: paragraphs, or the text of a cell to be closed

    def close_table() -> None:
        if stream:
            blocks.extend(read_stream(stream))
            stream.clear()
        blocks.extend(Paragraph(cell.text, cell.origin) for cell in pending)
        pending.clear()

    def close_cell(text: str, origin: str) -> None:
        # Outside a table only the line just above belongs to the first cell.
        kept = _LONGEST_CELL if stream and not text else 0 if text else 1
        own = [] if kept == 0 else pending[-kept:]
        if not stream or len(pending) > len(own) or any(_SENTENCE.search(c.text) for c in own):
            rest = pending[: len(pending) - len(own)]
            pending[:] = rest
            close_table() if rest else None
        pending.clear()
        words = " ".join([*(cell.text for cell in own), text]).strip()
        places = [*(cell.origin for cell in own), *([origin] if text or not own else [])]
        stream.append(Cell(words, ";".join(places)))

    for number, line in enumerate(lines, 1):
        origin = f"L{number}"
        text = strip_markup(line)
        if not text:
            continue
        if closed := _CLOSED.match(line):
            close_cell(strip_markup(closed["text"]), origin)
            lacking = closed["lacking"].count("|")
            if lacking:
                stream.append(RowEnd(lacking))
        elif _BLANK.match(line):
            close_cell("", origin)
        elif _LACKING.match(text):
            if pending:
                close_cell("", origin)
                stream.append(RowEnd(len(text) - 1))
            elif stream:
                stream.append(RowEnd(len(text)))
        elif "|" in line:
            # A row on a line: of another table, such as the head of a web page.
            close_table()
            blocks.extend(lost([Cell(strip_markup(cell), origin) for cell in line.split("|")]))
        else:
            pending.append(Cell(text, origin))
    # At the end of a file that was cut off, a blank shows that the last word is whole.
    if stream and len(pending) == 1 and lines[int(pending[0].origin[1:]) - 1].endswith(" "):
        close_cell("", pending[0].origin)
    close_table()
    return tuple(blocks)

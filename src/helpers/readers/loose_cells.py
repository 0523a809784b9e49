"""Tables in running text: what stands below a line that names a unit of money.

Place in the chain: under ``delimited``.  Input: lines without separators, raw.  Output: paragraphs
and raw tables.

Web pages and text recognition leave tables without any sign but their caption.  Below a line that
states a unit of money, and above the next sentence, three layouts are known:

* a cell per line, each followed by as many blank lines as most are, and by one more for each blank
  cell behind it;
* a row per line, its cells parted by single blanks; a blank cell is a blank of its own between two
  of those, so that three blanks part two cells with a blank one between them;
* everything on one line, cells parted by blanks, blank cells lost.

Markdown heading signs and list dashes in front of running text are removed; the list marks of the
text itself (``一、``) stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from helpers.amounts import Amount, find_unit, parse_amount
from helpers.captions import is_caption_text, states_unit
from helpers.columns import HEADS_NAMES
from helpers.document import Block, Cell, Lost, Paragraph, RawTable, squeeze, strip_markup
from helpers.readers.cell_stream import read_stream

_PREFIX = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+(?=\S))")
_SENTENCE = re.compile(r"[。；;]|[，,、:：].{14,}[，,、]")
_ENDS_TABLES = re.compile(r"^第[一二三四五六七八九十]+部分|^[注备]注?[:：]")
_HEADING = re.compile(r"收入|支出|预算|决算|合计|金额|人员|公用|基本|项目|科目")
_LONGEST_CELL = 40
_FEWEST_CELLS = 6
_MOST_TRIES = 50  # captions above one stretch of lines that turns out to be no table
_ONE_LINE = 200  # characters of a line that holds a whole table
_LEFT = "a figure alone on its line, of a table that is not understood"
_UNREAD = "a row whose cells cannot be told apart"


def _is_figure(text: str) -> bool:
    return isinstance(parse_amount(text), Amount)


def _region_end(lines: Sequence[str], start: int) -> int:
    """Return the index of the first line at or behind `start` that belongs to no table."""
    for index in range(start, len(lines)):
        text = squeeze(strip_markup(lines[index]))
        if "\t" in lines[index] or "|" in lines[index] or _ENDS_TABLES.match(text):
            return index
        if _SENTENCE.search(text) and not is_caption_text(text):
            return index
    return len(lines)


# --- a cell per line ---------------------------------------------------------------------------


def _cells_of_lines(lines: Sequence[str], start: int, end: int) -> list[Cell]:
    """Return the cells of a region with one per line, blank ones by the blank lines too many."""
    filled = [i for i in range(start, end) if strip_markup(lines[i])]
    if not filled:
        return []
    gaps = [b - a - 1 for a, b in pairwise(filled)]
    usual = Counter(gaps).most_common(1)[0][0] if gaps else 0
    cells: list[Cell] = []
    for place, gap in zip(filled, [*gaps, usual], strict=True):
        cells.append(Cell(strip_markup(lines[place]), f"L{place + 1}"))
        cells += [Cell("", f"L{place + 2 + usual + n}") for n in range(max(gap - usual, 0))]
    return cells


def _is_cell_per_line(cells: Sequence[Cell]) -> bool:
    filled = [cell.text for cell in cells if cell.text]
    return (
        len(filled) >= _FEWEST_CELLS
        and sum(map(_is_figure, filled)) >= 2
        and not any(len(text) > _LONGEST_CELL for text in filled)
        and any(HEADS_NAMES.search(squeeze(t)) or _HEADING.search(squeeze(t)) for t in filled[:8])
    )


# --- a row per line ----------------------------------------------------------------------------


def _by_single_blanks(line: str) -> list[str] | None:
    """Split a row at single blanks, a blank between two of them being a blank cell."""
    cells = []
    parts = re.split(r"( +)", line.replace("\u3000", " ").replace("\u00a0", " "))
    for number, part in enumerate(parts):
        if number % 2 == 0:
            if part:
                cells.append(part)
            continue
        is_last = not any(parts[number + 1 :])
        blanks, odd = divmod(len(part), 2)
        if odd == is_last and len(part) > 1:
            return None
        cells += [""] * (blanks if is_last or odd else 0)
    return cells


def _spaced_rows(
    lines: Sequence[str], start: int, end: int
) -> tuple[list[tuple[Cell, ...]], list[Block], int] | None:
    """Return header and rows of a region with a row per line, rows not read, and its end."""
    first = next((i for i in range(start, end) if lines[i].strip()), end)
    heads = lines[first].split() if first < end else []
    width = len(heads)
    if width < 2 or any(map(_is_figure, heads)) or not HEADS_NAMES.search(heads[0]):
        return None
    stop = first + 1
    while stop < end and len(squeeze(lines[stop])) <= 3 * _LONGEST_CELL:
        stop += 1
    body = [(i, lines[i]) for i in range(first + 1, stop) if lines[i].strip()]
    single = [_by_single_blanks(line) for _, line in body]
    # Where every row comes out as wide as the header, the blanks do stand for cells.
    keeps_blanks = len(body) > 2 and all(cells and len(cells) == width for cells in single)
    rows = [tuple(Cell(text, f"L{first + 1}") for text in heads)]
    others: list[Block] = []
    for (number, line), cells in zip(body, single, strict=True):
        origin = f"L{number + 1}"
        texts = cells if keeps_blanks and cells else line.split()
        figures = [i for i, text in enumerate(texts) if _is_figure(text)]
        if len(texts) == width and (
            keeps_blanks or figures == list(range(figures[0], width)) if figures else keeps_blanks
        ):
            rows.append(tuple(Cell(strip_markup(text), origin) for text in texts))
        elif figures:
            others.append(Lost(line.strip(), origin, _UNREAD))
        else:
            others.append(Paragraph(strip_markup(line), origin))
    has_figures = sum(any(_is_figure(cell.text) for cell in row[1:]) for row in rows)
    return (rows, others, stop) if has_figures >= 2 else None


# --- everything on one line --------------------------------------------------------------------


def _read_line(text: str, origin: str) -> list[Block] | None:
    """Return the tables of a line that holds them whole, or None."""
    words = text.split()
    figures = sum(map(_is_figure, words))
    if len(text) < _ONE_LINE or figures < 8 or figures < 0.2 * len(words) or "行次" not in words:
        return None
    if not any(find_unit(word) for word in words):
        return None
    return read_stream([Cell(word, origin) for word in words])


def read_loose(lines: Sequence[str], start: int, end: int) -> list[Block]:
    """Return the paragraphs and tables of lines without separators.

    Parameters
    ----------
    lines
        Of the whole file, raw: blanks at line ends count.
    start, end
        The lines to read, as of a slice.
    """
    blocks: list[Block] = []
    at, searched, tries = start, start, 0
    while at < end:
        origin = f"L{at + 1}"
        text = strip_markup(_PREFIX.sub("", lines[at]))
        at += 1
        if not text:
            continue
        if (found := _read_line(text, origin)) is not None:
            blocks += found
            continue
        blocks.append(Paragraph(text, origin))
        if not (states_unit(text) or (find_unit(text) and is_caption_text(text))):
            continue
        if at >= searched:
            searched, tries = min(_region_end(lines, at), end), 0
        tries += 1
        if tries > _MOST_TRIES:
            continue
        stop = searched
        if (spaced := _spaced_rows(lines, at, stop)) is not None:
            rows, others, at = spaced
            blocks += [RawTable(tuple(rows)), *others]
            continue
        cells = _cells_of_lines(lines, at, stop)
        if _is_cell_per_line(cells):
            blocks += read_stream(cells)
            at = stop
    return _without_lone_figures(blocks)


def _without_lone_figures(blocks: Sequence[Block]) -> list[Block]:
    """Take figures on lines of their own, one after the other, out of the running text.

    They are left of a table that is not understood; read as text, 32 and 0.00 would be 320.00.
    """
    figures = [isinstance(block, Paragraph) and _is_figure(block.text) for block in blocks]
    beside = zip([False, *figures], figures, [*figures[1:], False], strict=False)
    return [
        Lost(block.text, block.origin, _LEFT)
        if own and (before or after) and isinstance(block, Paragraph)
        else block
        for block, (before, own, after) in zip(blocks, beside, strict=True)
    ]

"""A table as one long row of cells: where each printed row ends is found out.

Place in the chain: under the readers of layouts that write a cell per line.  Input: the cells of
one or several tables in reading order, blank ones included, and what is known of row ends.  Output:
paragraphs (captions) and :class:`~helpers.document.RawTable`.

The number of columns is certain where two independent things agree: with it, each column of the
body holds names or figures throughout, and the header has a place over each column.  Where no
number of columns, or no layout of the header, does that, no figure is given to any column: its
cells become :class:`~helpers.document.Lost`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.amounts import Amount, Blank, parse_amount
from helpers.captions import TABLE_NUMBER, TITLE, chinese_integer, is_caption_text, states_unit
from helpers.columns import HEADS_NAMES
from helpers.document import Block, Cell, Lost, Paragraph, RawTable, squeeze
from helpers.readers.header_spans import BLANK, NUMBERS, SERIAL, TEXT, lay_out_header
from helpers.readers.serial_rows import rows_by_serials

_MOST_COLUMNS = 40
_LONGEST_CAPTION = 12  # cells between two texts of one caption
_NEAR = 5  # filled cells between its title, its number and its unit
_REASON = "cells one below the other, whose rows and columns cannot be told apart"

_SERIAL_START = re.compile(r"^(?:栏次|※)$")
_BODY_START = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|\d{1,2}[.、．](?!\d)"
    r"|[235]\d{2}(?:\d{2}){0,2}(?![\d.,，年])|其中[:：])"
)
_SUM = re.compile(r"^(?:合计|总计|(?:收入|支出)(?:合计|总计))$")
_SIDES = {"收入": "支出", "支出": "收入"}
_MARK = re.compile(r"^([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])、")
_HEADS_NUMBERS = re.compile(r"^序号$|编码$|代码$|^类$")
_TOTAL = re.compile(r"^(?:合计|总计|小计)$")
_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class RowEnd:
    """The end of a printed row that has fewer cells than the table has columns."""

    lacking: int


Stream = Sequence[Cell | RowEnd]
_Segment = tuple[list[Cell], int]  # cells up to a known row end, and how many the row lacks


def _is_number(text: str) -> bool:
    return isinstance(parse_amount(text), Amount) or squeeze(text).isdecimal()


def _opens(cell: Cell | RowEnd) -> bool:
    """Tell whether a cell opens a caption: a title, a number, a unit."""
    if isinstance(cell, RowEnd):
        return False
    text = squeeze(cell.text)
    return bool(TITLE.match(text) or TABLE_NUMBER.match(text)) or states_unit(text)


def _sections(stream: Stream) -> list[list[Cell | RowEnd]]:
    """Split a stream before each caption that follows figures."""
    sections: list[list[Cell | RowEnd]] = [[]]
    has_figures = False
    for item in stream:
        if has_figures and _opens(item):
            sections.append([])
            has_figures = False
        sections[-1].append(item)
        text = "" if isinstance(item, RowEnd) else item.text
        # A table published empty has blanks, but rows with names all the same.
        has_figures |= _is_number(text) or bool(_BODY_START.match(squeeze(text)))
    return [section for section in sections if section]


def _caption_end(cells: Sequence[Cell | RowEnd]) -> int:
    """Return how many cells of a section are its caption: up to the last text of one on top."""
    end = 0
    for index, cell in enumerate(cells):
        if index - end > _LONGEST_CAPTION:
            break
        if isinstance(cell, RowEnd):
            continue
        text = squeeze(cell.text)
        if _is_number(text) or _BODY_START.match(text):
            break
        if text and is_caption_text(text) and not HEADS_NAMES.search(text):
            end = index + 1
    # Text recognition puts the cover before the table: the unit stands on top of its header.
    for index, cell in enumerate(cells):
        if isinstance(cell, Cell):
            if end <= index and (_is_number(cell.text) or _BODY_START.match(squeeze(cell.text))):
                break
            if states_unit(cell.text):
                end = max(end, index + 1)
    while end and end < len(cells) and isinstance(cells[end], RowEnd):
        end += 1
    return end


def _caption_start(cells: Sequence[Cell]) -> int:
    """Return where the caption begins among the cells before a header; a cover may come before."""
    start = len(cells)
    for index in range(len(cells) - 1, -1, -1):
        if _opens(cells[index]) and start - index <= _NEAR:
            start = index
    return start if len(cells) > _LONGEST_CAPTION else 0


def _kind(texts: Sequence[str]) -> tuple[str, int]:
    """Return what a column holds, and how many of its cells contradict that."""
    filled = [squeeze(t) for t in texts if not isinstance(parse_amount(t), Blank)]
    numbers = [text for text in filled if _is_number(text)]
    words = len(filled) - len(numbers)
    if not filled:
        return BLANK, 0
    if words == 0 and all(text.isdecimal() for text in numbers):
        counted = [int(text) for text in numbers]
        if len(counted) > 1 and all(a < b for a, b in pairwise(counted)):
            return SERIAL, 0
        if all(re.fullmatch(r"0?\d|\d{3}(?:\d{2}){0,2}", t) for t in numbers):
            # Codes, or small whole amounts: the heading decides.
            return BLANK, 0
    # 合计 may stand in the column of codes.
    totals = sum(bool(_TOTAL.match(text)) for text in filled)
    if words - totals > len(numbers):
        return TEXT, len(numbers)
    return NUMBERS, words - totals if words > totals else 0


def _numbers_columns(row: Sequence[Cell]) -> bool:
    """Tell whether a row is 栏次 1 2 3."""
    texts = [squeeze(cell.text) for cell in row if cell.text]
    return (
        bool(texts)
        and bool(_SERIAL_START.match(texts[0]))
        and not any(_NAME.search(text) and not _SERIAL_START.match(text) for text in texts)
    )


def _kinds(rows: Sequence[Sequence[Cell]], width: int) -> tuple[list[str], int]:
    """Return what each column holds, and how many cells contradict that."""
    body = [row for row in rows if not _numbers_columns(row)]
    kinds = [_kind([row[c].text for row in body if c < len(row)]) for c in range(width)]
    return [kind for kind, _ in kinds], sum(count for _, count in kinds)


def _is_table(kinds: Sequence[str]) -> bool:
    return NUMBERS in kinds or BLANK in kinds


# --- row ends known ----------------------------------------------------------------------------


def _segments(items: Stream) -> tuple[list[_Segment], list[Cell]]:
    """Return the cells up to each known row end, and the cells after the last."""
    segments: list[_Segment] = []
    cells: list[Cell] = []
    for item in items:
        if isinstance(item, RowEnd):
            segments.append((cells, item.lacking))
            cells = []
        else:
            cells.append(item)
    return segments, cells


def _agrees(row: Sequence[Cell], kinds: Sequence[str]) -> bool:
    """Tell whether a row has its figures and names in the columns of figures and names."""
    return not any(
        (kind == TEXT and _is_number(cell.text))
        or (kind == NUMBERS and bool(_NAME.search(cell.text)) and cell is not row[0])
        for cell, kind in zip(row, kinds, strict=True)
    )


def _padded(row: list[Cell], kinds: Sequence[str]) -> tuple[Cell, ...]:
    """Give a short body row the blanks of its merged cell: at its end, or behind its name.

    A single blank at the end of a row looks like a blank cell.
    """
    width = len(kinds)
    at_end = (*row, *[Cell("", row[0].origin)] * (width - len(row)))
    if _agrees(at_end, kinds) or not _NAME.search(row[0].text):
        return tuple(row)
    filled = max(i for i, cell in enumerate(row, 1) if cell.text)
    # A name covers columns of names and codes, never one of amounts.
    if NUMBERS in kinds[1 : 1 + width - filled]:
        return tuple(row)
    behind = (row[0], *[Cell("", row[0].origin)] * (width - filled), *row[1:filled])
    return behind if _agrees(behind, kinds) else tuple(row)


def _with_row_ends(items: Sequence[Cell | RowEnd]) -> list[tuple[Cell, ...]] | None:
    """Return the rows of a table some of whose row ends are known."""
    segments, rest = _segments(items)
    whole = math.gcd(*(len(cells) + lacking for cells, lacking in segments))
    least = max(2, *(lacking + 1 for _, lacking in segments))
    for width in range(min(whole, _MOST_COLUMNS), least - 1, -1):
        if whole % width == 0 and (rows := _in_width(segments, rest, width)) is not None:
            return rows
    return None


def _lacks_one(row: Sequence[Cell]) -> bool:
    """Tell whether the name of a sum or of a row of numbers may cover two columns."""
    name = squeeze(row[0].text)
    return not row[-1].text and bool(_SUM.match(name) or _SERIAL_START.match(name))


def _in_width(
    segments: Sequence[_Segment], rest: Sequence[Cell], width: int
) -> list[tuple[Cell, ...]] | None:
    """Return the rows of a table of so many columns, None if it cannot have them."""
    rows: list[list[Cell]] = []
    for cells, _ in (*segments, (rest, 0)):
        rows += [list(cells[i : i + width]) for i in range(0, len(cells), width)]
    while rows and all(is_caption_text(cell.text) for cell in rows[-1]):
        rows.pop()
    first = _first_body_row(rows)
    full = [row for row in rows[first:] if len(row) == width and not _lacks_one(row)]
    kinds, conflicts = _kinds(full, width)
    if not full or not _is_table(kinds) or conflicts > 0.02 * width * len(full):
        return None
    header = lay_out_header([_without_blank_end(row) for row in rows[:first]], kinds)
    if header is None or not _sides_agree(header, rows[first:]):
        return None
    return header + [_padded(row, kinds) for row in rows[first:]]


def _without_blank_end(row: Sequence[Cell]) -> Sequence[Cell]:
    return row[: max((i for i, cell in enumerate(row, 1) if cell.text), default=0)]


def _first_body_row(rows: Sequence[Sequence[Cell]]) -> int:
    for index, row in enumerate(rows):
        texts = [squeeze(cell.text) for cell in row]
        if any(_is_number(t) or _SERIAL_START.match(t) for t in texts):
            return index
        if any(_BODY_START.match(text) for text in texts[:2]):
            return index
    return len(rows)


# --- row ends unknown --------------------------------------------------------------------------


def _split_header(cells: Sequence[Cell], width: int) -> list[Sequence[Cell]] | None:
    """Part the header cells of a table into rows, where that is certain."""
    if len(cells) == width:
        return [cells]
    upper, lower = cells[:-width], cells[-width:]
    if len(cells) < width or not HEADS_NAMES.search(squeeze(lower[0].text)):
        return None
    if any(HEADS_NAMES.search(squeeze(cell.text)) for cell in upper):
        return None
    return [upper, lower]


def _starts_body(cells: Sequence[Cell], index: int) -> bool:
    """Tell whether the header ends before a cell; 合计 heads columns as well as rows."""
    text = squeeze(cells[index].text)
    if _SUM.match(text):
        following = next((cell.text for cell in cells[index + 1 :] if cell.text), "")
        return _is_number(following)
    return bool(_SERIAL_START.match(text) or _BODY_START.match(text)) or _is_number(text)


def _opens_rows(header: Sequence[Cell], body: Sequence[Cell]) -> bool:
    """Tell whether the first cell of the body opens a row; a figure behind a name does not."""
    if not header or not body:
        return False
    is_numbered = any(_HEADS_NUMBERS.search(squeeze(cell.text)) for cell in header)
    return is_numbered or not _is_number(body[0].text)


def _sides_agree(header: Sequence[Sequence[Cell]], rows: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether no name of expenditure stands under 收入, and none of income under 支出.

    Where blank cells were lost, one side slips under the other.
    """
    side = ""
    for column in range(len(header[0])):
        heading = next((h for row in header if (h := squeeze(row[column].text)) in _SIDES), "")
        side = heading or side
        other = _SIDES.get(side)
        names = (squeeze(row[column].text) for row in rows if column < len(row))
        if other and any(other in name and side not in name for name in names):
            return False
    return True


def _lists_go_on(rows: Sequence[Sequence[Cell]], kinds: Sequence[str]) -> bool:
    """Tell whether lists side by side count on: 一、 二、 三、 in each column of names.

    Where one list is shorter and its blank cells were lost, the other one takes its place, name
    below name and figure below figure; only its marks show that.
    """
    columns = [column for column, kind in enumerate(kinds) if kind == TEXT]
    if len(columns) < 2 or any(b - a == 1 for a, b in pairwise(columns)):
        return True
    for column in columns:
        marks = [_MARK.match(squeeze(row[column].text)) for row in rows]
        counted = [chinese_integer(mark.group(1)) for mark in marks if mark]
        if not counted or any(b - a != 1 for a, b in pairwise(counted)):
            return False
    return True


def _without_row_ends(cells: Sequence[Cell]) -> list[tuple[Cell, ...]] | None:
    """Return the rows of a table none of whose row ends is known."""
    start = next((i for i in range(len(cells)) if _starts_body(cells, i)), 0)
    header, body = cells[:start], cells[start:]
    if not _opens_rows(header, body):
        return None
    for width in range(2, min(_MOST_COLUMNS, len(header), len(body)) + 1):
        rows = [tuple(body[i : i + width]) for i in range(0, len(body), width)]
        full = [row for row in rows if len(row) == width]
        kinds, conflicts = _kinds(full, width)
        if len(full) < 2 or conflicts or not _is_table(kinds) or TEXT not in kinds:
            continue
        if all(cell.text for cell in body) and not _lists_go_on(full, kinds):
            continue
        parted = _split_header(header, width)
        laid = lay_out_header(parted, kinds) if parted else None
        if laid is not None and _sides_agree(laid, rows):
            return laid + rows
    return None


# --- both --------------------------------------------------------------------------------------


def lost(cells: Sequence[Cell]) -> list[Block]:
    """Return cells that cannot be put into rows: names as they stand, figures as not read."""
    return [
        Lost(cell.text, cell.origin, _REASON)
        if _is_number(cell.text) or (";" in cell.origin and _DIGIT.search(cell.text))
        else Paragraph(cell.text, cell.origin.partition(";")[0])
        for cell in cells
        if cell.text
    ]


def read_stream(stream: Stream) -> list[Block]:
    """Return the captions and tables of a stream of cells.

    Parameters
    ----------
    stream
        Cells in reading order, blank ones included; :class:`RowEnd` where the layout shows that a
        row with fewer cells than columns ends.

    Returns
    -------
    list of Block
        Cells whose place in a table is not certain are :class:`~helpers.document.Lost`.

    Examples
    --------
    >>> texts = "项目 预算数 项目 预算数 一、拨款 5.00 一、教育 2.00 二、其他 1.00 二、卫生 4.00"
    >>> (table,) = read_stream([Cell(text, "L1") for text in texts.split()])
    >>> [[cell.text for cell in row] for row in table.rows][1:]
    [['一、拨款', '5.00', '一、教育', '2.00'], ['二、其他', '1.00', '二、卫生', '4.00']]
    """
    blocks: list[Block] = []
    for section in _sections(stream):
        end = _caption_end(section)
        printed = [item for item in section[:end] if isinstance(item, Cell) and item.text]
        start = _caption_start(printed)
        blocks += lost(printed[:start])
        caption = printed[start:]
        body = section[end:]
        cells = [item for item in body if isinstance(item, Cell)]
        knows_ends = len(cells) < len(body)
        rows = _with_row_ends(body) if knows_ends else _without_row_ends(cells)
        left: Sequence[Cell] = []
        if rows is None and (numbered := rows_by_serials(cells)) is not None:
            rows, left = numbered
        if rows is None:
            blocks += [*lost(caption), *lost(cells)]
        elif any(states_unit(cell.text) for cell in caption):
            blocks += [RawTable((tuple(caption), *rows)), *lost(left)]
        else:
            blocks += [*lost(caption), RawTable(tuple(rows)), *lost(left)]
    return blocks

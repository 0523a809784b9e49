"""From raw tables to rectangular grids: captions found, page parts joined, header tree resolved.

Place in the chain: after ``readers``, before ``tables``.  Input: a
:class:`~helpers.document.Document`.  Output: one :class:`Grid` per printed table.

The trouble this module answers: converters cut a printed table at every page and repeat its header;
rows lose cells at their end, or take in those of the next.  What the header says is resolved in
``columns``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from helpers.amounts import Amount, parse_amount
from helpers.captions import (
    CONTINUED,
    TABLE_NUMBER,
    TITLE,
    chinese_integer,
    is_caption_text,
    states_unit,
)
from helpers.columns import (
    AMOUNT,
    HEADS_NAMES,
    LABEL,
    LEAF_CODE,
    PROJECT,
    Column,
    column_paths,
    read_columns,
    unfolded,
)
from helpers.document import Cell, Document, Lost, RawTable, squeeze

_EMPTY_STATEMENT = re.compile(
    r"为空表|空表列示|表(?:无数据|为空)|没有使用.{0,20}安排的支出|无.{0,20}(?:收入|支出).{0,20}空|"
    r"^[（(]?(?:[注备]+[:：])?(?:[我本](?:单位|部门))?(?:20\d\d年)?无.{2,20}(?:支出|收入|拨款)(?:安排)?[。）)]*$"
)
_NOTE = re.compile(r"^(?:[注备]+|说明)[:：]")

_SERIAL_MARK = re.compile(r"^[※*＊—\-]+$|^栏次$|^行次$")
_CODE_START = re.compile(r"^\d{3}(?:\d{2}){0,2}(?=[^\d.,，．年]|$)")
_LIST_MARK = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|\d{1,2}[.、．]|其中)"
)
TOTAL_WORD = re.compile(
    r"^(?:合计|总计|收入总计|支出总计|收入合计|支出合计|本年收入合计|本年支出合计)$"
)


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands around a printed table: number, title, unit line, and the empty statement."""

    paragraphs: tuple[Cell, ...] = ()
    statement: Cell | None = None

    def first(self, pattern: re.Pattern[str]) -> Cell | None:
        """Return the last caption text that matches, the one nearest to the table."""
        found = [cell for cell in self.paragraphs if pattern.search(squeeze(cell.text))]
        return found[-1] if found else None

    @property
    def title(self) -> Cell | None:
        """The title, or None; 公开01表 is a number."""
        texts = [c for c in self.paragraphs if not TABLE_NUMBER.match(squeeze(c.text))]
        return Caption(tuple(texts)).first(TITLE)

    @property
    def number(self) -> int | None:
        """The printed table number as an integer, or None."""
        cell = self.first(TABLE_NUMBER)
        match = TABLE_NUMBER.match(squeeze(cell.text)) if cell else None
        return chinese_integer(match.group(1)) if match else None


@dataclass(frozen=True, slots=True)
class Grid:
    """One printed table as a rectangle.

    Attributes
    ----------
    caption
        Texts around the table.
    columns
        As many as every row has cells.
    rows
        Body rows; cells of merged pages follow each other.
    strays
        (cell, reason) of every filled cell that has no place in the rectangle.
    cells
        Every cell with text, header and captions included, as printed.
    origin
        Place of the title or, without one, of the first cell.
    warnings
        What had to be mended to read the header.
    mended
        What had to be mended to read a row, by its index.
    """

    caption: Caption
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    strays: tuple[tuple[Cell, str], ...]
    cells: tuple[Cell, ...]
    origin: str
    warnings: tuple[str, ...]
    mended: Mapping[int, str] = field(default_factory=dict)


def _is_caption_row(row: Sequence[Cell]) -> bool:
    filled = [cell for cell in row if cell.text]
    if any(states_unit(cell.text) for cell in filled):
        # Beside the unit, names of the department and the year stand in any form.
        return not any(isinstance(parse_amount(cell.text), Amount) for cell in filled)
    return bool(filled) and all(is_caption_text(cell.text) for cell in filled)


def _is_serial_row(row: Sequence[Cell]) -> bool:
    """Tell whether a row numbers the columns: ``※ ※ 1 2 3``, ``类 款 项 1 2 3``."""
    texts = [squeeze(cell.text) for cell in row if cell.text]
    if texts and all(_SERIAL_MARK.match(text) for text in texts):
        return "※" in "".join(texts) or "栏次" in texts
    numbers = [int(text) for text in texts if text.isdecimal()]
    others = [text for text in texts if not text.isdecimal()]
    # A single 1 is a serial number only beside a mark that no body row bears.
    is_marked = any(text in ("※", "栏次") for text in others)
    return (
        numbers[:1] == [1]
        and (len(numbers) >= 2 or is_marked)
        and all(b - a == 1 for a, b in pairwise(numbers))
        and all(_SERIAL_MARK.match(t) or LEAF_CODE.match(t) for t in others)
    )


def _is_body_row(row: Sequence[Cell], header_started: bool) -> bool:
    """Tell whether a row belongs to the body; rows before the first such row are the header."""
    texts = [squeeze(cell.text) for cell in row]
    filled = [text for text in texts if text]
    if not filled:
        return header_started
    if any(isinstance(parse_amount(text), Amount) for text in filled):
        return True
    # 其中：教育收费 heads a column unless it opens its row.
    marked = [text for text in filled if text == texts[0] or not text.startswith("其中")]
    if any(_CODE_START.match(text) or _LIST_MARK.match(text) for text in marked):
        return True
    return header_started and len(filled) == 1 and bool(TOTAL_WORD.match(filled[0]))


def _split_header(rows: Sequence[tuple[Cell, ...]]) -> tuple[list[tuple[Cell, ...]], int]:
    """Return the header rows of one part and the index of its first body row."""
    header: list[tuple[Cell, ...]] = []
    for index, row in enumerate(rows):
        if _is_serial_row(row):
            words = [
                c if not (c.text.isdecimal() or _SERIAL_MARK.match(c.text)) else replace(c, text="")
                for c in row
            ]
            if any(cell.text for cell in words):
                header.append(tuple(words))
            continue
        if _is_body_row(row, bool(header)):
            return header, index
        header.append(row)
    return header, len(rows)


# --- body --------------------------------------------------------------------------------------


def _width(header: Sequence[Sequence[Cell]], body: Sequence[Sequence[Cell]]) -> int:
    """Return the number of columns: that of most body rows, or of a header that names more.

    Converters that trim their lines leave most body rows without their last blank cells.
    """
    widths = Counter(len(row) for row in body)
    most = max(widths.values(), default=0)
    named = (max((i for i, cell in enumerate(row, 1) if cell.text), default=0) for row in header)
    return max([*named, *(width for width, count in widths.items() if count == most)], default=0)


def _fit(row: tuple[Cell, ...], width: int) -> tuple[tuple[Cell, ...], tuple[Cell, ...], str]:
    """Give a body row the width of its table.

    Blank cells at its end say nothing.  A row with one cell too many then loses its last blank one;
    a short row is filled up on the right.

    Returns
    -------
    tuple
        The row, cells for which there was no column, and what was mended that may have moved a
        figure (empty if nothing).
    """
    cells = list(row)
    while len(cells) > width and not cells[-1].text:
        cells.pop()
    blanks = [i for i, cell in enumerate(cells) if not cell.text]
    mended = "row_cell_missing" if len(cells) < width else ""
    if len(cells) == width + 1 and blanks:
        del cells[blanks[-1]]
        mended = "row_cell_too_many"
    cells += [Cell("", row[-1].origin)] * (width - len(cells))
    return tuple(cells[:width]), tuple(cells[width:]), mended


def _misfits(row: Sequence[Cell], columns: Sequence[Column]) -> bool:
    """Tell whether a word stands where an amount should."""
    return any(
        column.kind == AMOUNT and parse_amount(cell.text) is None
        for cell, column in zip(row, columns, strict=True)
    )


def _is_wrapped_name(row: Sequence[Cell], columns: Sequence[Column]) -> int | None:
    """Return the column of the rest of a name cut by a page break, or None."""
    filled = [i for i, cell in enumerate(row) if cell.text]
    if len(filled) != 1 or columns[filled[0]].kind not in (LABEL, PROJECT):
        return None
    text = squeeze(row[filled[0]].text)
    if parse_amount(text) is not None or TOTAL_WORD.match(text) or _LIST_MARK.match(text):
        return None
    return filled[0]


def _joined_name(above: Sequence[Cell], rest: Sequence[Cell], column: int) -> tuple[Cell, ...]:
    """Return the row above a page break with the rest of its name."""
    name = replace(above[column], text=above[column].text + rest[column].text)
    return (*above[:column], name, *above[column + 1 :])


def _header_key(header: Sequence[Sequence[Cell]]) -> str:
    """A text that is equal for the repeated header of one table, whatever its blanks and breaks."""
    words = (squeeze(cell.text) for row in header for cell in row)
    return "".join(words).replace("(", "（").replace(")", "）")


def _after_repeated_header(
    rows: Sequence[tuple[Cell, ...]], key: str
) -> Sequence[tuple[Cell, ...]]:
    """Return the rows of a page part that follow the header repeated on top of it."""
    header, first = _split_header(rows)
    for count in range(len(header), 0, -1):
        if _header_key(header[:count]) == key:
            # Serial rows were left out of ``header``; what is left over is the rest of a name.
            return [*header[count:], *rows[first:]]
    return rows[first:] if not header else [*header, *rows[first:]]


def _without_headers(
    rows: Sequence[tuple[Cell, ...]], key: str, count: int
) -> Iterator[tuple[Cell, ...]]:
    """Yield body rows without the headers among them: two tables side by side are one to Word."""
    index = 0
    while index < len(rows):
        if count and _header_key(rows[index : index + count]) == key:
            index += count
        elif _is_serial_row(rows[index]):
            index += 1
        else:
            yield rows[index]
            index += 1


def _names_columns(header: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether rows without amounts head columns; names of rows do not."""
    return any(HEADS_NAMES.search(squeeze(cell.text)) for row in header for cell in row)


def _build(caption: Caption, parts: Sequence[RawTable]) -> Grid:
    header, first = _split_header(parts[0].rows)
    key = _header_key(header)
    body = list(_without_headers(parts[0].rows[first:], key, len(header)))
    page_starts: set[int] = set()
    for part in parts[1:]:
        page_starts.add(len(body))
        rows = _after_repeated_header(part.rows, key)
        body += _without_headers(rows, key, len(header))
    width = _width(header, body)
    paths, warnings = column_paths([[squeeze(cell.text) for cell in row] for row in header], width)
    fitted = [_fit(row, width) for row in body]
    columns = read_columns(paths, [row for row, _, _ in fitted])
    name_columns = [_is_wrapped_name(row, columns) for row, _, _ in fitted]
    # Where a table prints names alone, for blank items, one on top of a page is just another.
    may_wrap = all(c is None for i, c in enumerate(name_columns) if i not in page_starts)
    # A table of totals alone (合计, 基本支出, 项目支出 over one row of figures) names no rows.
    has_names = any(column.kind != AMOUNT for column in columns)
    rows: list[tuple[Cell, ...]] = []
    strays: list[tuple[Cell, str]] = []
    mended: dict[int, str] = {}
    for index, (row, surplus, repair) in enumerate(fitted):
        if surplus or (repair and _misfits(row, columns)):
            # Which figure belongs to which column cannot be told any more.
            reason = "its row does not have the cells of the table's columns"
            figures = [cell for cell, c in zip(row, columns, strict=True) if c.kind == AMOUNT]
            strays += [(cell, reason) for cell in (*figures, *surplus) if cell.text]
            row = tuple(
                replace(cell, text="") if column.kind == AMOUNT else cell
                for cell, column in zip(row, columns, strict=True)
            )
        wrapped = name_columns[index]
        if may_wrap and index in page_starts and rows and wrapped is not None:
            above = squeeze(rows[-1][wrapped].text)
            if above and not TOTAL_WORD.match(above):
                rows[-1] = _joined_name(rows[-1], row, wrapped)
                continue
        filled = [column for column in columns if row[column.index].text]
        if has_names and filled and all(column.kind == AMOUNT for column in filled):
            reason = "an amount without a row, left by a page break"
            strays += [(row[column.index], reason) for column in filled]
            continue
        if repair:
            mended[len(rows)] = repair
        rows.append(row)
    title = caption.title
    origin = title.origin if title else next((p.origin for p in parts), "")
    printed = (cell for part in parts for row in part.rows for cell in row if cell.text)
    return Grid(
        caption=caption,
        columns=columns,
        rows=tuple(rows),
        strays=tuple(strays),
        cells=(*caption.paragraphs, *printed),
        origin=origin,
        warnings=tuple(warnings),
        mended=mended,
    )


# --- sections ----------------------------------------------------------------------------------


def _pieces(table: RawTable) -> list[tuple[list[Cell], RawTable]]:
    """Split a raw table at caption rows: (caption cells, rows that follow)."""
    pieces: list[tuple[list[Cell], list[tuple[Cell, ...]]]] = [([], [])]
    for row in unfolded(table.rows):
        if _is_caption_row(row):
            if pieces[-1][1]:
                pieces.append(([], []))
            pieces[-1][0].extend(cell for cell in row if cell.text)
        else:
            pieces[-1][1].append(row)
    return [(cells, RawTable(tuple(rows))) for cells, rows in pieces]


def _names(caption: Iterable[Cell]) -> set[str]:
    """Return titles and numbers of a caption without the mark 续表 of later pages."""
    texts = (CONTINUED.sub("", squeeze(cell.text)) for cell in caption)
    return {text for text in texts if TITLE.match(text) or TABLE_NUMBER.match(text)}


def _is_copy(part: RawTable, first: RawTable) -> bool:
    """Tell whether a part prints all rows of the open table again, its total row among them.

    Their amounts may differ: that is for the audit to say.
    """
    if not any(TOTAL_WORD.match(squeeze(cell.text)) for row in first.rows for cell in row):
        return False
    names, others = (
        [
            [
                "" if isinstance(parse_amount(cell.text), Amount) else squeeze(cell.text)
                for cell in row
            ]
            for row in one.rows
        ]
        for one in (part, first)
    )
    return names == others


class _Collector:
    """Gathers captions and page parts while the blocks of a document pass by."""

    def __init__(self) -> None:
        self.grids: list[tuple[list[Cell], list[RawTable], list[Cell]]] = []
        self.caption: list[Cell] = []
        self.key = ""  # of the open table; empty once running text has come in between

    def text(self, cell: Cell) -> None:
        if is_caption_text(cell.text):
            self.caption.append(cell)
        elif _EMPTY_STATEMENT.search(squeeze(cell.text)) and self.key and not self.caption:
            self.grids[-1][2].append(cell)
        elif _NOTE.match(squeeze(cell.text)) and self.key and not self.caption:
            pass  # the note that a table is empty may stand below another
        else:
            self.caption = []
            self.key = ""

    def table(self, table: RawTable) -> None:
        for cells, piece in _pieces(table):
            self.caption.extend(cells)
            if not piece.rows:
                continue
            header = _split_header(piece.rows)[0]
            key = _header_key(header)
            is_shown = table.continues and not cells and not _names_columns(header)
            is_next_part = (
                self.key
                and (not key or key.startswith(self.key) or is_shown)
                and _names(self.caption) <= _names(self.grids[-1][0])
                and not (_names(self.caption) and _is_copy(piece, self.grids[-1][1][0]))
            )
            if is_next_part:
                self.grids[-1][1].append(piece)
            else:
                self.grids.append((self.caption, [piece], []))
                self.key = key or "\0"
            self.caption = []


def _stated_inside(parts: Iterable[RawTable]) -> Cell | None:
    """Return the cell that declares its own table empty, if one does."""
    cells = (cell for part in parts for row in part.rows for cell in row if "表" in cell.text)
    return next((cell for cell in cells if _EMPTY_STATEMENT.search(squeeze(cell.text))), None)


def read_grids(document: Document) -> list[Grid]:
    """Return every printed table of a document as a rectangle, in reading order.

    Parameters
    ----------
    document
        As the readers return it.

    Returns
    -------
    list of Grid
        Page parts joined, names cut by a page joined, captions attached.
    """
    collector = _Collector()
    for block in document.blocks:
        if isinstance(block, RawTable):
            collector.table(block)
        elif not isinstance(block, Lost):
            collector.text(Cell(block.text, block.origin))
    return [
        _build(Caption(tuple(caption), next(iter(statements), _stated_inside(parts))), parts)
        for caption, parts, statements in collector.grids
    ]

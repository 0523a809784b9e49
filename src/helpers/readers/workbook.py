"""Reader for workbooks: XLSX, and XLS of Excel 97-2003.

XLSX is a zip archive of XML parts, read here cell by cell; XLS is read by xlrd.  Both are read
sparsely (a lone cell in the last row must not make a million blank ones) and with their number
formats, which say how a figure is shown (see ``number_formats``).  Formulas count with the value
the program stored, without one as their own text; nothing is computed, run or fetched.  Hidden
sheets, rows and columns are what nobody sees of the published file: they are not read.

A sheet is cut at blank rows.  Of what is left, single cells that are titles, stand above one or
read like sentences are paragraphs; the rest is a table, merged cells laid out as in ``spans``.  A
sheet without any title takes the name on its tab as one.

Places are ``收支总表!B7``; the name on the tab is ``收支总表!A0``.  White space, and signs that an
origin uses itself, become ``_`` in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any

from lxml import etree

from helpers.document import (
    Block,
    Cell,
    DisclosureError,
    Paragraph,
    RawTable,
    squeeze,
    strip_markup,
)
from helpers.readers.number_formats import BUILT_IN, shown
from helpers.readers.packages import attribute, child, integer, local, open_package

_MOST_CELLS = 400_000
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_OLE = b"\xd0\xcf\x11\xe0"
_TITLE = re.compile(r".{2}表(?:$|[（(])")
_NOTE = re.compile(r"^注|^(?:备注|说明)[:：]|^.{25,}[。：]$")
# A sentence, or a part of one; a header is shorter and has no comma.
_TEXT_ABOVE = re.compile(r"^注|[。；;，,]|.{30}")

Position = tuple[int, int]  # row and column, from 1


@dataclass(slots=True)
class Sheet:
    """One sheet: texts by position, and merged ranges as first and last position.

    ``drawn`` are blank cells within a border, or with an empty text: columns of a table.
    """

    name: str
    texts: dict[Position, str] = field(default_factory=dict)
    drawn: set[Position] = field(default_factory=set)
    merged: list[tuple[Position, Position]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_blocks(path: Path) -> tuple[Block, ...]:
    """Read a workbook.

    Parameters
    ----------
    path
        An XLSX or XLS file; what it is, its content says.

    Returns
    -------
    tuple of Block
        Sheet by sheet, paragraphs and tables in reading order.

    Raises
    ------
    DisclosureError
        If the file is damaged, too large, protected by a password, or holds macros (XLSX).
    """
    with path.open("rb") as file:
        is_ole = file.read(4) == _OLE
    sheets = _read_xls(path) if is_ole else _read_xlsx(path)
    if sum(len(sheet.texts) for sheet in sheets) > _MOST_CELLS:
        raise DisclosureError(f"{path.name} has more cells than any disclosure.")
    names: set[str] = set()
    blocks: list[Block] = []
    for number, sheet in enumerate(sheets, 1):
        name = re.sub(r"[\s;!#&<>'\"]+", "_", sheet.name.strip()) or "_"
        name = f"{name}_{number}" if name in names else name
        names.add(name)
        blocks += _blocks(path.name, name, sheet)
    return tuple(blocks)


# --- XLSX --------------------------------------------------------------------------------------


def _read_xlsx(path: Path) -> list[Sheet]:
    with open_package(path) as package:
        main = package.main_part()
        root = package.xml(main)
        if root is None or local(root) != "workbook":
            raise DisclosureError(f"{path.name} is no workbook.")
        parts = {link.identifier: link.target for link in package.relationships(main)}
        is_1904 = attribute(child(root, "workbookPr"), "date1904") in ("1", "true")
        strings = _strings(package.part(main, "sharedStrings"))
        styles = _styles(package.part(main, "styles"))
        sheets = []
        for entry in child(root, "sheets") if child(root, "sheets") is not None else ():
            if attribute(entry, "state") in ("hidden", "veryHidden"):
                continue
            part = package.xml(parts.get(attribute(entry, "id") or "", ""))
            if part is not None and local(part) == "worksheet":
                name = attribute(entry, "name") or ""
                sheets.append(_sheet(name, part, strings, styles, is_1904))
    return sheets


def _strings(root: etree._Element | None) -> list[str]:
    return [_rich_text(item) for item in (() if root is None else root)]


def _rich_text(item: etree._Element) -> str:
    """Return the text of a string without its phonetic guide."""
    runs = [item, *(run for run in item if local(run) == "r")]
    return "".join(e.text or "" for run in runs for e in run if local(e) == "t")


def _styles(root: etree._Element | None) -> list[tuple[str, bool]]:
    """Return the number format of each cell style, and whether it draws a border."""
    own = child(root, "numFmts")
    codes = dict(BUILT_IN)
    for entry in () if own is None else own:
        codes[integer(entry, "numFmtId", 0)] = attribute(entry, "formatCode") or ""
    borders, styles = child(root, "borders"), child(root, "cellXfs")
    drawn = {
        number
        for number, border in enumerate(() if borders is None else borders)
        if any(attribute(line, "style") not in (None, "none") for line in border)
    }
    return [
        (
            codes.get(integer(style, "numFmtId", 0), ""),
            integer(style, "borderId", 0) in drawn,
        )
        for style in (() if styles is None else styles)
    ]


def _sheet(
    name: str,
    root: etree._Element,
    strings: Sequence[str],
    styles: Sequence[tuple[str, bool]],
    is_1904: bool,
) -> Sheet:
    sheet = Sheet(name)
    view = child(root, "sheetViews", "sheetView")
    hides_zeros = attribute(view, "showZeros") in ("0", "false")
    columns = child(root, "cols")
    for column in () if columns is None else columns:
        if attribute(column, "hidden") in ("1", "true"):
            first, last = integer(column, "min", 1), integer(column, "max", 1)
            sheet.hidden_columns.update(range(first, min(last, 16_384) + 1))
    row_number = 0
    data = child(root, "sheetData")
    for row in () if data is None else data:
        row_number = integer(row, "r", row_number + 1)
        column_number = 0
        if attribute(row, "hidden") in ("1", "true"):
            sheet.hidden_rows.add(row_number)
        for cell in row:
            reference = _REFERENCE.fullmatch(attribute(cell, "r") or "")
            column_number = _column(reference[1]) if reference else column_number + 1
            style = integer(cell, "s", 0)
            code, is_drawn = styles[style] if style < len(styles) else ("", False)
            if is_drawn or attribute(cell, "t") == "inlineStr":
                sheet.drawn.add((row_number, column_number))
            text = _xlsx_text(cell, strings, code, is_1904)
            if text and not (hides_zeros and re.fullmatch(r"0(?:\.0+)?", text)):
                sheet.texts[row_number, column_number] = text
    merged = child(root, "mergeCells")
    for entry in () if merged is None else merged:
        ends = _REFERENCE.findall(attribute(entry, "ref") or "")
        if len(ends) == 2:
            first, last = ((int(row), _column(letters)) for letters, row in ends)
            sheet.merged.append((first, last))
    return sheet


def _xlsx_text(cell: etree._Element, strings: Sequence[str], code: str, is_1904: bool) -> str:
    kind, value = attribute(cell, "t") or "n", child(cell, "v")
    text = (value.text or "") if value is not None else ""
    formula = child(cell, "f")
    if formula is not None and not text:
        # No blank: whoever opens the file sees a figure that is not stored in it.
        return f"={formula.text or ''}"
    if kind == "inlineStr":
        inline = child(cell, "is")
        return _rich_text(inline) if inline is not None else ""
    if kind == "s":
        return strings[int(text)] if text.isdecimal() and int(text) < len(strings) else ""
    if kind != "n" or not _NUMBER.fullmatch(text):
        return text
    return shown(text, code, is_1904)


# --- XLS ---------------------------------------------------------------------------------------


def _read_xls(path: Path) -> list[Sheet]:
    import xlrd

    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise DisclosureError(f"{path.name} is protected by a password.")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=StringIO())
        return [_xls_sheet(book, sheet) for sheet in book.sheets() if sheet.visibility == 0]
    except xlrd.XLRDError as error:
        reason = "is protected by a password" if "ncrypted" in str(error) else "is damaged"
        raise DisclosureError(f"{path.name} {reason}, or is no workbook.") from None
    except Exception as error:  # a damaged file runs into any fault of the library
        raise DisclosureError(f"{path.name} is damaged: {type(error).__name__}.") from None


def _xls_sheet(book: Any, source: Any) -> Sheet:
    import xlrd

    sheet = Sheet(source.name)
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            cell = source.cell(row, column)
            border = book.xf_list[cell.xf_index].border
            if border.left_line_style or border.right_line_style or border.bottom_line_style:
                sheet.drawn.add((row + 1, column + 1))
            if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
                text = shown(repr(cell.value), code, book.datemode == 1)
            elif cell.ctype == xlrd.XL_CELL_TEXT:
                text = cell.value
            else:
                continue
            if text and not (not source.show_zero_values and text in ("0", "0.00")):
                sheet.texts[row + 1, column + 1] = text
    sheet.merged = [((a + 1, c + 1), (b, d)) for a, b, c, d in source.merged_cells]
    sheet.hidden_rows = {row + 1 for row, info in source.rowinfo_map.items() if info.hidden}
    sheet.hidden_columns = {c + 1 for c, info in source.colinfo_map.items() if info.hidden}
    return sheet


# --- blocks ------------------------------------------------------------------------------------


def _column(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _blocks(file: str, name: str, sheet: Sheet) -> Iterator[Block]:
    texts, anchors = _visible(file, sheet)
    rows = sorted({row for row, _ in texts})
    drawn = {column for row, column in sheet.drawn if row in rows} - sheet.hidden_columns
    columns = sorted({column for _, column in texts} | drawn)
    if len(rows) * len(columns) > _MOST_CELLS:
        raise DisclosureError(f"{file}: sheet {sheet.name} has more cells than any disclosure.")

    def cell(row: int, column: int) -> Cell:
        place_row, place_column = anchors.get((row, column), (row, column))
        text = strip_markup(texts.get((row, column), ""))
        return Cell(text, f"{name}!{_letters(place_column)}{place_row}")

    has_title = False
    blocks: list[Block] = []
    for group in _without_gaps(sheet, rows):
        lines = [tuple(cell(row, column) for column in columns) for row in group]
        for is_text, part in _parts(lines):
            if is_text:
                has_title |= any(_TITLE.search(squeeze(c.text)) for row in part for c in row)
                paragraphs = (c for row in part for c in row if c.text)
                blocks += [Paragraph(t, c.origin) for c in paragraphs for t in c.text.splitlines()]
            else:
                # One line is what a cell of any other format has.
                table = [tuple(replace(c, text=" ".join(c.text.split())) for c in r) for r in part]
                blocks.append(RawTable(tuple(table)))
    has_table = any(isinstance(block, RawTable) for block in blocks)
    if has_table and not has_title and _TITLE.search(squeeze(sheet.name)):
        yield Paragraph(strip_markup(sheet.name), f"{name}!A0")
    yield from blocks


def _without_gaps(sheet: Sheet, rows: Sequence[int]) -> Iterator[list[int]]:
    """Cut rows where a blank one stands between them.

    A row that is hidden, or that only merged cells from above reach, is no blank one.
    """
    reaches: dict[int, int] = defaultdict(int)
    for first, last in sheet.merged:
        if first in sheet.texts:
            reaches[first[0]] = max(reaches[first[0]], last[0])
    group: list[int] = []
    reached = 0
    for row in rows:
        between = range(max(reached, group[-1] if group else row) + 1, row)
        if any(other not in sheet.hidden_rows for other in between):
            yield group
            group = []
        group.append(row)
        reached = max(reached, reaches[row])
    if group:
        yield group


def _parts(rows: Sequence[tuple[Cell, ...]]) -> Iterator[tuple[bool, Sequence[tuple[Cell, ...]]]]:
    """Cut rows that follow each other into texts and tables.

    Single cells down to the last title above the first row of several cells are texts; below it
    they may be a row of the table, or of its header, unless they read like a sentence or a title.
    """
    texts = ["".join(squeeze(cell.text) for cell in row) for row in rows]
    single = [sum(bool(cell.text) for cell in row) == 1 for row in rows]
    first = single.index(False) if False in single else len(rows)
    titles = [i for i in range(first) if _TITLE.search(texts[i])]
    last_text = first if first == len(rows) else max(titles, default=-1) + 1
    is_text = [
        single[i]
        and bool(
            i < last_text
            or _TITLE.search(texts[i])
            # In another column a sentence is the rest of a cell that a page has cut.
            or (rows[i][0].text and (_TEXT_ABOVE if i < first else _NOTE).search(texts[i]))
        )
        for i in range(len(rows))
    ]
    for kind, group in groupby(range(len(rows)), key=is_text.__getitem__):
        own = list(group)
        yield kind, rows[own[0] : own[-1] + 1]


def _visible(file: str, sheet: Sheet) -> tuple[dict[Position, str], dict[Position, Position]]:
    """Return the texts that are seen, and of each cell merged with another the place of that one.

    The text of a range whose first row or column is hidden is seen in its first visible cell.
    """
    rows = sorted({row for row, _ in sheet.texts} - sheet.hidden_rows)
    columns = sorted({column for _, column in sheet.texts} - sheet.hidden_columns)
    texts = dict(sheet.texts)
    anchors: dict[Position, Position] = {}
    for first, last in sheet.merged:
        if first not in texts:
            continue
        seen_rows = rows[bisect_left(rows, first[0]) : bisect_right(rows, last[0])]
        seen_columns = columns[bisect_left(columns, first[1]) : bisect_right(columns, last[1])]
        if len(anchors) + len(seen_rows) * len(seen_columns) > _MOST_CELLS:
            raise DisclosureError(f"{file}: sheet {sheet.name} merges too many cells.")
        covered = [(row, column) for row in seen_rows for column in seen_columns]
        text = texts.pop(first)
        for position in covered:
            texts.pop(position, None)
            anchors[position] = first
        if covered:
            texts[covered[0]] = text
    seen = {
        (row, column): text
        for (row, column), text in texts.items()
        if row not in sheet.hidden_rows and column not in sheet.hidden_columns and text.strip()
    }
    return seen, anchors

"""Reader for PDF files with a text layer.

Place in the chain: a reader.  Input: a path.  Output: blocks in reading order.  The text of a table
cell has the origin ``p3:t2:r5:c4`` (page, table of the page, row and column of its lattice), a
paragraph ``p3:b7``.

Two libraries open each page: pypdfium2 gives the characters, pdfplumber the rules, and the figures
of both must agree; a cell for which they do not is listed as lost instead of being believed.  Pages
are opened one after the other and let go again.

What belongs to the page and not to the text is left out: page numbers, and lines that most pages
repeat at their edge.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import pdfplumber
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw

from helpers.document import Block, Cell, DisclosureError, Lost, Paragraph, RawTable
from helpers.readers.pdf_lattice import (
    Lattice,
    drop_slivers,
    fits_white,
    header_repeated,
    join_cut_row,
    share_columns,
    written_rows,
)
from helpers.readers.pdf_page import UNMAPPED, Glyph, Page, read_page
from helpers.readers.pdf_tables import find_tables, pieces
from helpers.readers.pdf_text import TextLine, margins, paragraphs, text_lines

# pdfminer tells of every oddity it passes over; what could not be read is told in unread.csv.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

_MOST_PAGES = 1_500
_MOST_OBJECTS = 60_000  # of one page: a drawing or a map, no table
_MOST_INFLATED = 200_000_000  # bytes of one stream
_WORST_RATIO = 1_040  # what deflate can grow to at most

_PAGE_NUMBER = re.compile(
    r"[-—–~·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/,，]?\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–~·\s]*"
)
_EDGE = 0.12  # of the page's height: where running heads and page numbers stand
_CAPTION = re.compile(r"表|单位\s*[:：]|部门\s*[:：]")
_UNIT_FIELD = re.compile(r"单位\s*[:：]\s*(?:人民币)?[百千万亿]*元\s*$")
_SAME_BORDER = 4.0  # points: borders of one column on two pages


@dataclass(slots=True)
class _Sheet:
    """What was read from one page."""

    number: int
    width: float
    height: float
    tables: list[Lattice]
    lines: list[TextLine]
    lost: list[Lost]


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise DisclosureError(
                f"{path.name} is protected by a password; save a copy without one and try again."
            ) from None
        raise DisclosureError(
            f"{path.name} is no readable PDF (broken or cut off); fetch it again or print it anew."
        ) from None


def _refuse_bomb(path: Path) -> None:
    """Refuse a file one of whose streams grows beyond all measure when it is unpacked."""
    data = path.read_bytes()
    for match in re.finditer(rb"stream\r?\n", data):
        end = data.find(b"endstream", match.end())
        if (end if end >= 0 else len(data)) - match.end() < _MOST_INFLATED / _WORST_RATIO:
            continue
        unpacker, packed, size = zlib.decompressobj(), data[match.end() : end], 0
        try:
            while packed and not unpacker.eof:
                size += len(unpacker.decompress(packed, 10_000_000))
                packed = unpacker.unconsumed_tail
                if size > _MOST_INFLATED:
                    raise DisclosureError(
                        f"{path.name} unpacks to more than a disclosure can hold; it is not read."
                    )
        except zlib.error:
            continue  # a picture, or packed in another way


def _figures(glyphs: Sequence[Glyph]) -> Counter[str]:
    """Count the figures that glyphs print, by their digits."""
    texts = ("".join(glyph.text for glyph in piece) for piece in pieces(glyphs))
    return Counter(re.sub(r"\D", "", text) for text in texts if text[:1].isdigit())


def _drop_unconfirmed(table: Lattice, known: Counter[str], place: str) -> Iterator[Lost]:
    """Take out the figures that the other library does not print on this page."""
    for text in list(table.texts):
        figures = [re.sub(r"\s", "", line.text) for line in text.lines]
        if all(re.fullmatch(r"[-−]?[\d.,，]+", figure) for figure in figures) and not all(
            known[re.sub(r"\D", "", figure)] for figure in figures
        ):
            table.texts.remove(text)
            field = f"{place}:r{text.rows[0] + 1}:c{text.columns[0] + 1}"
            reason = "two readings of the page give two figures"
            yield Lost(" ".join(figures), field, reason)


def _read_sheet(
    page: pdfium.PdfPage, ruled: pdfplumber.page.Page | None, number: int, goes_on: bool
) -> _Sheet:
    is_drawing = pdfium_raw.FPDFPage_CountObjects(page) > _MOST_OBJECTS
    sheet: Page = read_page(page, None if is_drawing else ruled, number)
    found, rest = find_tables(sheet, goes_on)
    lost = []
    if is_drawing:
        lost.append(
            Lost("", f"p{number}", "a drawing of so many parts that no table is looked for")
        )
    if not any(glyph.text.strip() for glyph in sheet.glyphs):
        pictures = page.get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        if next(iter(pictures), None) is not None:
            lost.append(Lost("", f"p{number}", "a picture without text; it needs text recognition"))
    if ruled is not None and found:
        known = _figures(sheet.second_reading)
        for index, table in enumerate(found, 1):
            lost += _drop_unconfirmed(table, known, f"p{number}:t{index}")
    return _Sheet(number, sheet.width, sheet.height, found, text_lines(rest), lost)


def _ends_with_table(sheet: _Sheet) -> bool:
    """Tell whether nothing but a page number follows the last table of a page."""
    if not sheet.tables:
        return False
    below = [line for line in sheet.lines if line.top > sheet.tables[-1].bottom - 1]
    return all(_PAGE_NUMBER.fullmatch(line.text) for line in below)


def _ruled_pages(stream: BinaryIO) -> list[pdfplumber.page.Page]:
    try:
        return pdfplumber.open(stream).pages
    except Exception:  # pdfminer raises whatever its parser meets; the other library reads on
        return []


def _read_sheets(path: Path, document: pdfium.PdfDocument) -> Iterator[_Sheet]:
    """Read page after page; what is broken costs its page."""
    goes_on = False
    # pdfplumber does not close a file it fails to open.
    with path.open("rb") as stream:
        ruled_pages = _ruled_pages(stream)
        for index in range(len(document)):
            ruled = ruled_pages[index] if index < len(ruled_pages) else None
            sheet = _read_or_lose(document, ruled, index, goes_on)
            goes_on = _ends_with_table(sheet)
            yield sheet


def _read_or_lose(
    document: pdfium.PdfDocument, ruled: pdfplumber.page.Page | None, index: int, goes_on: bool
) -> _Sheet:
    number = index + 1
    page = None
    try:
        page = document[index]
        return _read_sheet(page, ruled, number, goes_on)
    except Exception as error:  # a broken page, in either library, costs that page
        reason = f"the page is broken and cannot be read ({type(error).__name__})"
        return _Sheet(number, 0.0, 0.0, [], [], [Lost("", f"p{number}", reason)])
    finally:
        if page is not None:
            page.close()
        if ruled is not None:
            ruled.close()


def _is_at_edge(line: TextLine, sheet: _Sheet) -> bool:
    return line.bottom < _EDGE * sheet.height or line.top > (1 - _EDGE) * sheet.height


def _drop_running_heads(sheets: Sequence[_Sheet]) -> None:
    """Leave out page numbers, and what most pages repeat at their edge.

    A caption repeated on each page of a table is not a running head.
    """
    heads = Counter(
        text
        for sheet in sheets
        for text in {
            re.sub(r"[\d\s]", "", line.text) for line in sheet.lines if _is_at_edge(line, sheet)
        }
    )
    often = max(3, len(sheets) / 2)
    for sheet in sheets:
        outermost = {id(line) for line in (*sheet.lines[:1], *sheet.lines[-2:])}
        sheet.lines = [
            line
            for line in sheet.lines
            if not (
                _is_at_edge(line, sheet)
                and (
                    (id(line) in outermost and _PAGE_NUMBER.fullmatch(line.text))
                    or (
                        heads[re.sub(r"[\d\s]", "", line.text)] >= often
                        and not _CAPTION.search(line.text)
                    )
                )
            )
        ]


def _is_near(x: float, others: Sequence[float]) -> bool:
    return any(abs(x - other) <= _SAME_BORDER for other in others)


def _is_one_table(before: Lattice, after: Lattice) -> bool:
    """Tell whether two tables have the same columns, or one has some of the other's."""
    if not (before.is_ruled and after.is_ruled):
        return before.is_ruled == after.is_ruled and fits_white(before, after)
    few, many = sorted((before.borders, after.borders), key=len)
    return len(few) > 2 and all(_is_near(border, many) for border in few)


def _join_parts(sheets: Sequence[_Sheet]) -> None:
    """Find the tables that go on over a page, and settle the columns of all tables."""
    groups: list[list[Lattice]] = []
    for before, sheet in zip([None, *sheets], sheets, strict=False):
        for index, table in enumerate(sheet.tables):
            last = before.tables[-1] if before and before.tables and not index else None
            table.continues = (
                last is not None
                and _is_one_table(last, table)
                and not any(line.top > last.bottom - 1 for line in before.lines)
                and not any(line.bottom < table.top + 1 for line in sheet.lines)
            )
            if table.continues:
                groups[-1].append(table)
            else:
                groups.append([table])
    for parts in groups:
        share_columns(parts)
        drop_slivers(parts)
        for before, after in pairwise(parts):
            join_cut_row(before, after, header_repeated(parts[0], after))


def _table_block(table: Lattice, place: str) -> RawTable:
    rows = (
        tuple(Cell(text, f"{place}:r{r}:c{c}") for c, text in enumerate(row, 1))
        for r, row in enumerate(written_rows(table), 1)
        if any(row)
    )
    return RawTable(tuple(rows), table.continues)


def _fields(text: str) -> list[str]:
    """Part the fields of a caption that stand on one line: department, year, unit.

    Examples
    --------
    >>> _fields("部门：  某某局  2023年度  金额单位：万元")
    ['部门：  某某局', '2023年度', '金额单位：万元']
    """
    if not _UNIT_FIELD.search(text):
        return [text]
    return re.split(r"(?<![:：])\s{2,}(?=\S)", text)


def _blocks(sheet: _Sheet, edges: tuple[float, float]) -> Iterator[Block]:
    """Yield paragraphs and tables of a page from the top."""
    lines = sorted(sheet.lines, key=lambda line: (line.top + line.bottom) / 2)
    count = 0
    for index, table in enumerate([*sheet.tables, None], 1):
        end = float("inf") if table is None else (table.top + table.bottom) / 2
        above = [line for line in lines if line.top < end]
        lines = lines[len(above) :]
        for joined, _ in paragraphs(above, edges, sheet.width):
            for text in _fields(joined):
                count += 1
                yield Paragraph(text, f"p{sheet.number}:b{count}")
        if table is not None and table.texts:
            yield _table_block(table, f"p{sheet.number}:t{index}")
    yield from sheet.lost


def read_blocks(path: Path) -> tuple[Block, ...]:
    """Read a PDF file.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    tuple of Block
        Paragraphs and tables in reading order; :class:`~helpers.document.Lost` for each page or
        figure that could not be read.

    Raises
    ------
    DisclosureError
        If the file is broken, protected by a password, unpacks to an absurd size, has too many
        pages, or holds no text: a scan.
    """
    _refuse_bomb(path)
    document = _open(path)
    try:
        if len(document) > _MOST_PAGES:
            raise DisclosureError(
                f"{path.name} has {len(document):,} pages, too many for a disclosure."
            )
        sheets = list(_read_sheets(path, document))
    finally:
        document.close()
    texts = [line.text for sheet in sheets for line in sheet.lines]
    texts += [
        line.text for s in sheets for t in s.tables for text in t.texts for line in text.lines
    ]
    printed = "".join(texts)
    if not printed.strip():
        raise DisclosureError(
            f"{path.name} holds no text, only pictures of pages (a scan); run text recognition "
            "(OCR) on it and read the result as text or Markdown."
        )
    if printed.count(UNMAPPED) > len(printed) / 4:
        raise DisclosureError(
            f"{path.name} does not say which characters it prints (fonts without a character "
            "map); run text recognition (OCR) on it and read the result as text or Markdown."
        )
    _drop_running_heads(sheets)
    _join_parts(sheets)
    by_width: dict[int, list[TextLine]] = defaultdict(list)
    for sheet in sheets:
        by_width[round(sheet.width)] += sheet.lines
    edges = {width: margins(lines) for width, lines in by_width.items()}
    return tuple(block for sheet in sheets for block in _blocks(sheet, edges[round(sheet.width)]))

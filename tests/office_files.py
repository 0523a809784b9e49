"""Writes a document to the formats of an office, for the tests of the readers.

Paragraphs and raw tables go out in their order.  ``merged`` writes the header of each table as the
text resolves it: headings merged over the columns and rows they cover.  ``padded`` writes each row
as the text has it, filled with blank cells to the width of the table, the way of a converter that
knows no spans.
"""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.styles import Border, Side

from helpers.columns import column_paths
from helpers.document import Document, Paragraph, RawTable, squeeze
from helpers.grid import _is_serial_row, _pieces, _split_header

_TEXT_WIDTH = 9000  # twentieths of a point
Spans = list[tuple[int, int, int, int]]  # first row and column, last row and column, from 0
Table = tuple[list[list[str]], Spans]


def blocks(document: Document, is_merged: bool) -> Iterator[str | Table]:
    """Yield the paragraphs, and the tables as rectangles with their merged cells."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif is_merged:
            for caption, piece in _pieces(block):
                yield from (cell.text for cell in caption)
                if piece.rows:
                    yield _merged(piece)
        else:
            yield _padded([[cell.text for cell in row] for row in block.rows]), []


def _padded(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _merged(table: RawTable) -> Table:
    header, first = _split_header(table.rows)
    serial = [i for i, row in enumerate(table.rows[:first]) if _is_serial_row(row)]
    if serial:  # the rest of a name may stand between it and the first amounts
        header, first = _split_header(table.rows[: serial[-1] + 1])[0], serial[0]
        if any(cell.text in ("类", "款") for cell in table.rows[first]):
            first += 1
    body = _padded([[cell.text for cell in row] for row in table.rows[first:]] or [[]])
    width = len(body[0])
    paths, _ = column_paths([[squeeze(cell.text) for cell in row] for row in header], width)
    depth = max(map(len, paths), default=0)
    if not header or not depth or not all(paths):
        return _padded([[cell.text for cell in row] for row in table.rows]), []
    rows = [["" for _ in paths] for _ in range(depth)]
    spans: Spans = []
    for level in range(depth):
        column = 0
        while column < width:
            path, last = paths[column], column
            if level >= len(path):
                column += 1
                continue
            while last + 1 < width and paths[last + 1][: level + 1] == path[: level + 1]:
                last += 1
            low = depth - 1 if level == len(path) - 1 else level
            rows[level][column] = path[level]
            if (low, last) != (level, column):
                spans.append((level, column, low, last))
            column = last + 1
    return rows + body, spans


def write_docx(document: Document, path: Path, is_merged: bool) -> None:
    """Write a Word document."""
    file = docx.Document()
    for block in blocks(document, is_merged):
        if isinstance(block, str):
            file.add_paragraph(block)
        else:
            file.element.body[-1].addprevious(parse_xml(_table_xml(*block)))
    file.save(path)


def _table_xml(rows: list[list[str]], spans: Spans) -> str:
    """Write a table the way Word does: gridSpan, and a vMerge cell in each row below the first."""
    starts = {(top, left): (bottom, right) for top, left, bottom, right in spans}
    below = {
        (row, left): right
        for top, left, bottom, right in spans
        for row in range(top + 1, bottom + 1)
    }
    # Without the widths of its columns LibreOffice lays out each row by itself.
    columns = f'<w:gridCol w:w="{_TEXT_WIDTH // len(rows[0])}"/>' * len(rows[0])
    xml = [f"<w:tbl {nsdecls('w')}><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>"]
    for number, row in enumerate(rows):
        xml.append("<w:tr>")
        column = 0
        while column < len(row):
            bottom, right = starts.get((number, column), (number, column))
            merge = '<w:vMerge w:val="restart"/>' if bottom > number else ""
            if (number, column) in below:
                right, merge = below[number, column], "<w:vMerge/>"
            span = f'<w:gridSpan w:val="{right - column + 1}"/>' if right > column else ""
            text = f'<w:r><w:t xml:space="preserve">{escape(row[column])}</w:t></w:r>'
            cell = f"<w:tc><w:tcPr>{span}{merge}</w:tcPr><w:p>{text}</w:p></w:tc>"
            xml.append(cell)
            column = right + 1
        xml.append("</w:tr>")
    return "".join([*xml, "</w:tbl>"])


def write_html(document: Document, path: Path, is_merged: bool) -> None:
    """Write a web page in GB18030 that declares GB2312, with a menu and a footer."""
    page = [
        '<html><head><meta charset="gb2312"><title>页面</title></head><body>',
        '<div class="nav"><a href="/">首页</a> <a href="/zw">政务公开</a></div>',
    ]
    for block in blocks(document, is_merged):
        if isinstance(block, str):
            page.append(f"<p>{escape(block)}</p>")
            continue
        rows, spans = block
        covered = {
            (row, column)
            for top, left, bottom, right in spans
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        } - {(top, left) for top, left, _, _ in spans}
        sizes = {
            (top, left): f' rowspan="{bottom - top + 1}" colspan="{right - left + 1}"'
            for top, left, bottom, right in spans
        }
        page.append("<table>")
        for number, row in enumerate(rows):
            cells = (
                f"<td{sizes.get((number, column), '')}>{escape(text)}</td>"
                for column, text in enumerate(row)
                if (number, column) not in covered
            )
            page.append(f"<tr>{''.join(cells)}</tr>")
        page.append("</table>")
    page.append('<div class="footer">版权所有 联系电话 0991-1234567</div></body></html>')
    path.write_text("\n".join(page), encoding="gb18030")


def write_xlsx(document: Document, path: Path, is_merged: bool) -> None:
    """Write a workbook of one sheet, a blank row after each table."""
    file = openpyxl.Workbook()
    sheet = file.active
    sheet.title = "公开表"
    sheet.cell(1, 1).border = Border(*[Side("thin")] * 4)
    style = sheet.cell(1, 1)._style
    number = 1
    for block in blocks(document, is_merged):
        if isinstance(block, str):
            sheet.cell(number, 1, block)
            number += 1
            continue
        rows, spans = block
        for row in rows:
            for column, text in enumerate(row, 1):
                cell = sheet.cell(number, column)
                cell._style = style
                if text:
                    cell.value = text
                    cell.data_type = "s"  # =2 份 is a target, no formula
            number += 1
        start = number - len(rows)
        for top, left, bottom, right in spans:
            sheet.merge_cells(
                start_row=start + top,
                start_column=left + 1,
                end_row=start + bottom,
                end_column=right + 1,
            )
        number += 1
    file.save(path)

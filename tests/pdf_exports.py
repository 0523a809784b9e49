"""Writes a document to PDF, for the tests of the reader: text wrapped, tables ruled, pages cut.

Tables run over pages the way Word prints them, between rows, with or without their header again.
"""

import sys
from pathlib import Path

import office_files
from helpers.disclosure import read
from helpers.document import Document
from pdf_pages import PdfPage, pdf_bytes

_SIZE = 9.0
_WIDTH, _HEIGHT, _MARGIN, _FOOT = 1700, 1100, 50, 60


def _measure(text: str) -> float:
    return sum(_SIZE / 2 if character < "\x7f" else _SIZE for character in text)


def _wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines; a figure is broken only where it is wider than the line."""
    lines, line, word = [], "", ""
    for character in f"{text}\0":
        if character.isascii() and character not in " \0":
            word += character
            continue
        for piece in (word, character.replace("\0", "")):
            if line and _measure(line + piece) > width:
                lines.append(line)
                line = ""
            line += piece
        word = ""
    lines.append(line)
    return [part for part in lines if part] or [""]


class _Writer:
    def __init__(self) -> None:
        self.pages = [PdfPage(_WIDTH, _HEIGHT)]
        self.y = _MARGIN

    def room(self, height: float) -> None:
        if self.y + height > _HEIGHT - _FOOT:
            self.pages[-1].text(_WIDTH / 2, _HEIGHT - 30, str(len(self.pages)), _SIZE)
            self.pages.append(PdfPage(_WIDTH, _HEIGHT))
            self.y = _MARGIN

    def paragraph(self, text: str) -> None:
        width = _WIDTH - 2 * _MARGIN
        for line in _wrapped(f"\u3000\u3000{text}", width):
            self.room(_SIZE * 1.6)
            self.pages[-1].text(_MARGIN, self.y + _SIZE, line, _SIZE)
            self.y += _SIZE * 1.6
        self.y += _SIZE * 0.4

    def table(self, rows: list[list[str]], spans: office_files.Spans) -> None:
        n_columns = max(map(len, rows))
        longest = [max(min(_measure(row[c]), 260) for row in rows) + 8 for c in range(n_columns)]
        scale = min(1.0, (_WIDTH - 2 * _MARGIN) / sum(longest))
        xs = [_MARGIN + 0.0]
        for width in longest:
            xs.append(xs[-1] + max(width, 14) * scale)
        ends = {(top, left): (bottom, right) for top, left, bottom, right in spans}
        cover = {
            (r, c): (top, left)
            for top, left, bottom, right in spans
            for r in range(top, bottom + 1)
            for c in range(left, right + 1)
        }
        texts = []
        for r, row in enumerate(rows):
            cells = []
            for c, text in enumerate(row):
                right = ends.get((r, c), (r, c))[1]
                cells.append(_wrapped(text, xs[right + 1] - xs[c] - 4))
            texts.append(cells)
        heights = [max(map(len, cells)) * _SIZE * 1.3 + 6 for cells in texts]
        for r, cells in enumerate(texts):
            self.room(heights[r])
            page, top = self.pages[-1], self.y
            bottom = top + heights[r]
            is_first = r == 0 or top == _MARGIN
            for c, lines in enumerate(cells):
                own = cover.get((r, c), (r, c))
                if is_first or own != cover.get((r - 1, c), (r - 1, c)):
                    page.line(xs[c], top, xs[c + 1], top)
                page.line(xs[c], bottom, xs[c + 1], bottom) if own != cover.get(
                    (r + 1, c), (r + 1, c)
                ) else None
                if c == 0 or own != cover.get((r, c - 1), (r, c - 1)):
                    page.line(xs[c], top, xs[c], bottom)
                for n, line in enumerate(lines):
                    if line.strip():
                        page.text(xs[c] + 2, top + 3 + _SIZE * (1 + 1.3 * n), line, _SIZE)
            page.line(xs[-1], top, xs[-1], bottom)
            self.y = bottom
        self.y += _SIZE


def write_pdf(document: Document, path: Path, is_merged: bool) -> None:
    """Write a PDF file."""
    writer = _Writer()
    for block in office_files.blocks(document, is_merged):
        if isinstance(block, str):
            writer.paragraph(block)
        else:
            writer.table(*block)
    path.write_bytes(pdf_bytes(*writer.pages))


if __name__ == "__main__":  # for make bench: a PDF of each filed disclosure
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(Path(__file__).parents[1].glob("data/raw/*/source.yml")):
        name = source.parent.name
        write_pdf(read(source.parent).document, folder / f"{name}.pdf", name.endswith("_budget"))

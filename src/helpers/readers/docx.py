"""Reader for Word documents (DOCX).

The format: a zip archive whose main part holds paragraphs and tables in reading order.  What is
read: paragraphs with the list marks that Word counts; tables with their merged cells (``gridSpan``,
``vMerge``); tables within cells; text boxes, after the paragraph they hang on; inserted text, and
not what a tracked change deleted; no hidden text.  Headers and footers repeat a title and page
numbers on every page, footnotes hold no figures of their own: they are not read.

A table is a *layout* if it has a single cell, or more cells in the tables within it than cells with
text of its own: then its cells are read one after the other, as if it were not there.  Otherwise
the tables within its cells follow it.

Places: paragraph 7 ``b7``; row 5, column 4 of the second table ``t2:r5:c4``, columns counted with
those that merged cells cover; within a cell the same again, ``t2:r5:c4:b1``; after a line break
within a paragraph ``b7:l2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from helpers.document import Block, DisclosureError, Paragraph, strip_markup
from helpers.readers.packages import Package, attribute, child, integer, local, open_package
from helpers.readers.spans import Spanning, lay_out
from helpers.readers.word_lists import ListMarks

# Wrappers that add nothing to what they hold: content controls, tracked insertions, custom XML.
_WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink"})
_INLINE_WRAPPERS = _WRAPPERS | {"r", "fldSimple", "dir", "bdo", "ruby", "rubyBase"}
# A file somewhere else on the network; a path of the author's own machine is a left-over.
_MOST_BEFORE = 100  # columns a row may leave free on its left
_REMOTE = re.compile(r"^(?:https?|ftp)://|^(?:file:///?)?(?:\\\\|//)", re.IGNORECASE)


def read_blocks(path: Path) -> tuple[Block, ...]:
    """Read a Word document.

    Parameters
    ----------
    path
        A DOCX file.

    Returns
    -------
    tuple of Block
        Paragraphs and tables in reading order.

    Raises
    ------
    DisclosureError
        If the file is damaged, too large, protected, holds macros, or loads anything from another
        machine.
    """
    with open_package(path) as package:
        main = package.main_part()
        _refuse_remote(package, main)
        body = child(package.xml(main), "body")
        if body is None:
            raise DisclosureError(f"{path.name} is no Word document.")
        marks = ListMarks(package.part(main, "numbering"), package.part(main, "styles"))
    return tuple(_Walker(path.name, marks).blocks(body, ""))


def _refuse_remote(package: Package, main: str) -> None:
    inner = [link.target for link in package.relationships(main) if not link.is_external]
    for part in (main, *inner):
        for link in package.relationships(part):
            if link.is_external and link.kind != "hyperlink" and _REMOTE.match(link.target):
                raise DisclosureError(
                    f"{package.name} loads its {link.kind} from another machine, and nothing is "
                    "fetched; save it with all it holds."
                )


def _unwrapped(element: etree._Element, wrappers: frozenset[str]) -> Iterator[etree._Element]:
    for inner in element:
        if local(inner) in wrappers:
            yield from _unwrapped(inner, wrappers)
        elif local(inner) == "AlternateContent":
            # The same content twice, for older programs: the first is what Word shows.
            choice = child(inner, "Choice")
            yield from _unwrapped(inner if choice is None else choice, wrappers)
        else:
            yield inner


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and attribute(element, "val") not in ("0", "false", "off")


class _Walker:
    """Reads blocks in the order of the document, since list marks are counted on the way."""

    def __init__(self, name: str, marks: ListMarks) -> None:
        self._name = name
        self._marks = marks

    def blocks(self, container: etree._Element, prefix: str) -> Iterator[Block]:
        paragraphs = tables = 0
        for element in _unwrapped(container, _WRAPPERS):
            if local(element) == "p":
                paragraphs += 1
                yield from self._paragraph(element, f"{prefix}b{paragraphs}")
            elif local(element) == "tbl":
                tables += 1
                yield from self._table(element, f"{prefix}t{tables}")

    def _paragraph(self, paragraph: etree._Element, place: str) -> Iterator[Block]:
        lines = enumerate(self._text(paragraph).split("\n"), 1)
        for number, text in lines:
            if text := strip_markup(text):
                yield Paragraph(text, place if number == 1 else f"{place}:l{number}")
        boxes = (e for e in _pieces(paragraph) if local(e) in ("drawing", "pict", "object"))
        contents = (e for box in boxes for e in box.iter() if local(e) == "txbxContent")
        for number, content in enumerate(contents, 1):
            yield from self.blocks(content, f"{place}:x{number}:")

    def _text(self, paragraph: etree._Element) -> str:
        text = self._marks.mark(paragraph)
        for piece in _pieces(paragraph):
            match local(piece):
                case "t":
                    text += piece.text or ""
                case "tab" | "ptab":
                    text += "\t"
                case "br" | "cr":
                    text += "\n"
                case "noBreakHyphen":
                    text += "-"
        return text

    def _table(self, table: etree._Element, place: str) -> Iterator[Block]:
        rows = [
            (row, [e for e in _unwrapped(row, _WRAPPERS) if local(e) == "tc"])
            for row in _unwrapped(table, _WRAPPERS)
            if local(row) == "tr" and child(row, "trPr", "del") is None
        ]
        cells = [cell for _, cells in rows for cell in cells]
        inner = {id(c): [e for e in _unwrapped(c, _WRAPPERS) if local(e) == "tbl"] for c in cells}
        nested = sum(local(e) == "tc" for cell in cells for t in inner[id(cell)] for e in t.iter())
        if len(cells) == 1 or (nested and nested > sum(map(_has_text, cells))):
            for number, (_, own) in enumerate(rows, 1):
                for column, cell in enumerate(own, 1):
                    yield from self.blocks(cell, f"{place}:r{number}:c{column}:")
            return
        laid = [
            [
                *[Spanning("")] * min(integer(before, "val", 0), _MOST_BEFORE),
                *(self._cell(cell) for cell in own),
            ]
            for row, own in rows
            for before in [child(row, "trPr", "gridBefore")]
        ]
        yield from lay_out(self._name, place, laid)
        for number, (_, own) in enumerate(rows, 1):
            for column, cell in enumerate(own, 1):
                for count, table in enumerate(inner[id(cell)], 1):
                    yield from self._table(table, f"{place}:r{number}:c{column}:t{count}")

    def _cell(self, cell: etree._Element) -> Spanning:
        merge = child(cell, "tcPr", "vMerge")
        paragraphs = (e for e in _unwrapped(cell, _WRAPPERS) if local(e) == "p")
        # A paragraph more is a line more: names that wrap are joined by a blank, as in a text.
        text = " ".join(filter(None, (" ".join(self._text(p).split("\n")) for p in paragraphs)))
        continues = merge is not None and attribute(merge, "val") in (None, "continue")
        return Spanning(
            text, integer(child(cell, "tcPr", "gridSpan"), "val", 1), continues=continues
        )


def _pieces(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield what stands in the runs of a paragraph, but for hidden ones."""
    for inner in _unwrapped(paragraph, _INLINE_WRAPPERS - {"r"}):
        if local(inner) == "r" and not _is_on(child(inner, "rPr", "vanish")):
            yield from _unwrapped(inner, _INLINE_WRAPPERS)


def _has_text(cell: etree._Element) -> bool:
    paragraphs = (e for e in _unwrapped(cell, _WRAPPERS) if local(e) == "p")
    return any(local(e) == "t" and e.text for p in paragraphs for e in p.iter())

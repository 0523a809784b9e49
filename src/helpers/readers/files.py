"""Choose the reader for a file, and refuse what cannot be a disclosure.

Place in the chain: first.  Input: a path.  Output: a :class:`~helpers.document.Document`.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from helpers.document import DisclosureError, Document
from helpers.readers import cell_lines, delimited, piped_cells
from helpers.readers.encodings import decode

TEXT_SUFFIXES = frozenset({".txt", ".md", ".tsv"})

# The module that reads a format, and the name of its layout: read_blocks(path) gives the blocks.
# Imported when it is needed, so that a text costs no library of another format.
_READERS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".doc": "doc",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".html": "html",
    ".htm": "html",
}
_OFFICE = frozenset({"docx", "doc", "workbook"})
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

READABLE_SUFFIXES = TEXT_SUFFIXES | _READERS.keys()

# The longest real disclosures are some 2 MB of text; the bound keeps a wrong file from filling the
# memory before anything can be said about it.
_LARGEST_BYTES = 50_000_000
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _reader_of(path: Path) -> str | None:
    """Return the module that reads a file; None for a text.

    The suffix says what may be read, the first bytes say what it is: many a ``.xls`` or ``.doc`` is
    a web page or a file of the newer format.
    """
    named = _READERS.get(path.suffix.lower())
    if named not in _OFFICE:
        return named
    with path.open("rb") as file:
        head = file.read(1024)
    if named in ("doc", "docx"):
        named = "docx" if head.startswith(_ZIP) else "doc" if head.startswith(_OLE) else named
    if re.match(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<", head):
        return "html"
    return named


def read_document(path: Path) -> Document:
    """Read one file into a :class:`~helpers.document.Document`.

    Parameters
    ----------
    path
        A text file in one of two layouts (a table row per line with tabs or ``|`` between cells, or
        one table cell per line, each line opened by a tab, the way Word tables are exported), or a
        file of a format that has a module here.

    Returns
    -------
    Document
        Paragraphs and raw tables with their places (see :class:`~helpers.document.Document`).

    Raises
    ------
    DisclosureError
        If the file is missing, empty, too large, binary, in an unknown encoding, of a format that
        has no reader, or holds no Chinese text at all.
    """
    if not path.is_file():
        raise DisclosureError(f"There is no file {path}.")
    if path.suffix.lower() not in READABLE_SUFFIXES:
        readable = ", ".join(sorted(READABLE_SUFFIXES))
        raise DisclosureError(
            f"{path.name} cannot be read: no reader for {path.suffix or 'files without a suffix'} "
            f"(readable: {readable})."
        )
    size = path.stat().st_size
    if size == 0:
        raise DisclosureError(f"{path.name} is empty.")
    if size > _LARGEST_BYTES:
        raise DisclosureError(f"{path.name} has {size:,} bytes, too many for a disclosure.")
    if (layout := _reader_of(path)) is not None:
        reader = import_module(f"helpers.readers.{layout}")
        document = Document.of_blocks(path.name, reader.read_blocks(path), layout)
    else:
        text = decode(path.name, path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
        document = parse_lines(path.name, tuple(text.split("\n")))
    if not any(map(_CHINESE.search, document.lines)):
        raise DisclosureError(f"{path.name} holds no Chinese text, so it is no disclosure.")
    return document


def parse_lines(name: str, lines: tuple[str, ...]) -> Document:
    """Read the lines of a text file, in the layout they show.

    Parameters
    ----------
    name
        Of the file.
    lines
        Without line ends.
    """
    if cell_lines.is_cell_per_line(lines):
        return Document(name, lines, cell_lines.read_blocks(lines), "cell_lines")
    if piped_cells.is_piped(lines):
        return Document(name, lines, piped_cells.read_blocks(lines), "piped_cells")
    return Document(name, lines, delimited.read_blocks(lines), "delimited")

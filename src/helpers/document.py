"""The common shape of every disclosure, whatever file it came from.

Place in the chain: ``readers`` produce a :class:`Document`; ``grid``, ``narrative`` and
``performance`` consume it.  Input: nothing but plain values.  Output: paragraphs and raw tables in
reading order, each cell and paragraph with the place it stands in the published file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

# Markup that converters leave inside cells and sentences: HTML tags, Markdown emphasis, LaTeX
# relations, Word bookmarks.  It carries no meaning in a disclosure and is never part of a name.
_TAG = re.compile(r"</?(?:b|i|u|p|em|strong|sup|sub|span|br)\b[^<>]*/?>", re.IGNORECASE)
_BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")
_LATEX_RELATIONS = {
    r"\geqslant": "≥",
    r"\geq": "≥",
    r"\ge": "≥",
    r"\leqslant": "≤",
    r"\leq": "≤",
    r"\le": "≤",
    r"\times": "×",
    r"\%": "%",
}
_LATEX = re.compile(r"\$([^$]{1,60})\$")
_BLANKS = re.compile(r"[\s\u3000\u00a0\ufeff\u200b]+")
_MARKS = str.maketrans({"“": '"', "”": '"', "‘": '"', "’": '"', "（": "(", "）": ")"})
NARROW = str.maketrans("０１２３４５６７８９，．％", "0123456789,.%")
"""Digits and their separators in one width, for `str.translate`; positions stay as they are."""


# The column of a place within a table: of a cell (p3:t2:r5:c4) or of a workbook (收支总表!B7).
_COLUMN_OF_CELL = re.compile(r":c\d+$|(?<=!)[A-Z]+(?=\d+$)")


class DisclosureError(Exception):
    """A disclosure, or a part of one, cannot be read.

    The message is one sentence that names the file, the place in it and the reason.  A figure that
    does not add up is *not* such an error; it is a finding.
    """


def _plain_latex(match: re.Match[str]) -> str:
    text = match.group(1)
    for command, sign in _LATEX_RELATIONS.items():
        text = text.replace(command, sign)
    return text


def strip_markup(text: str) -> str:
    """Remove converter markup from a cell or line and trim it.

    Parameters
    ----------
    text
        The text as it stands in the file.

    Returns
    -------
    str
        The words and figures alone; inner white space is kept.

    Examples
    --------
    >>> strip_markup("<b>总计</b>")
    '总计'
    >>> strip_markup(r"$\\geq 300$ 万平方米")
    '≥ 300 万平方米'
    """
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "$" in text:
        text = _LATEX.sub(_plain_latex, text)
    if "[bookmark" in text:
        text = _BOOKMARK.sub("", text)
    if "**" in text:
        text = text.replace("**", "")
    return text.strip(" \t\r\n\u3000\u00a0\ufeff\u200b")


def squeeze(text: str) -> str:
    """Remove every white space, U+3000 included: names and headers wrap and are spaced out.

    Examples
    --------
    >>> squeeze("合　 计")
    '合计'
    """
    return _BLANKS.sub("", text)


def one_spelling(text: str) -> str:
    """Return the form in which two spellings of one name compare equal.

    White space is removed; brackets and quotation marks come in one width and shape.

    Examples
    --------
    >>> one_spelling("“绿道” （一期）") == one_spelling('"绿道"(一期)')
    True
    """
    return squeeze(text).translate(_MARKS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: its text without markup and the place it stands in."""

    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of running text, a heading or a caption."""

    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Lost(Paragraph):
    """What stands in the file but cannot be read: a broken page, a doubtful figure.

    ``text`` is what there is of it, often nothing; ``reason`` goes to ``unread.csv``.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of cells as the file holds them; rows may differ in length.

    ``continues`` is true where the file itself shows that it goes on from the table before: the
    same columns on top of the next page.
    """

    rows: tuple[tuple[Cell, ...], ...]
    continues: bool = False

    @property
    def origin(self) -> str:
        """Place of the first cell."""
        return next((cell.origin for row in self.rows for cell in row), "")


Block = Paragraph | RawTable


def row_of(place: str) -> str:
    """Return what the places of one row have in common; other places stay as they are.

    Examples
    --------
    >>> row_of("p3:t2:r5:c4"), row_of("收支总表!AB7"), row_of("L214")
    ('p3:t2:r5', '收支总表!7', 'L214')
    """
    return _COLUMN_OF_CELL.sub("", place)


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """A disclosure read from a file.

    Attributes
    ----------
    name
        File name, for messages.
    lines
        The text as a person is shown it: the raw lines of a text file; of other formats, each
        paragraph and each cell.
    blocks
        Paragraphs and raw tables in reading order.
    layout
        ``delimited`` (a row per line) or ``cell_lines`` (a cell per line) of a text; otherwise the
        format: ``docx``, ``html``, ``workbook``, ``pdf``.
    places
        Where each line stands in the published file, as origins name it: ``L214`` in a text file,
        which is what is meant if none are given; ``p3:t2:r5:c4`` or ``p3:b7`` (cell of a table,
        paragraph) on a page; ``t2:r5:c4`` or ``b7`` where there are no pages; ``收支总表!B7`` in a
        workbook.
    numbers
        The 1-based line of each place.
    """

    name: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    layout: str
    places: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        places = self.places or tuple(f"L{number}" for number in range(1, len(self.lines) + 1))
        object.__setattr__(self, "places", places)
        numbers = dict(zip(places, range(1, len(self.lines) + 1), strict=True))
        object.__setattr__(self, "numbers", numbers)

    @classmethod
    def of_blocks(cls, name: str, blocks: Sequence[Block], layout: str) -> Document:
        """Make the document of a format without lines: each paragraph and each cell is one.

        Parameters
        ----------
        name, layout
            As the attributes.
        blocks
            Paragraphs and tables with their places.  Paragraphs of one place, such as the lines of
            a long cell, are one line; the cells that a merged cell covers have its place, too, and
            add nothing to its text.
        """
        shown: dict[str, str] = {}
        for block in blocks:
            if isinstance(block, Paragraph):
                before = shown.get(block.origin, "")
                shown[block.origin] = " ".join([*before.split(), *block.text.split()])
                continue
            for cell in (cell for row in block.rows for cell in row):
                shown[cell.origin] = shown.get(cell.origin) or " ".join(cell.text.split())
        return cls(name, tuple(shown.values()), tuple(blocks), layout, tuple(shown))

    def __repr__(self) -> str:
        return f"<Document {self.name}: {len(self.lines)} lines>"

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield the running text only."""
        return (block for block in self.blocks if isinstance(block, Paragraph))

    def raw_tables(self) -> Iterator[RawTable]:
        """Yield the raw tables only."""
        return (block for block in self.blocks if isinstance(block, RawTable))

    def where(self, origin: str) -> str:
        """Return the line, or lines, that an origin such as ``L214`` or ``L7;L8`` names.

        Raises
        ------
        DisclosureError
            If the origin does not name lines of this document.
        """
        return "\n".join(self.lines[number - 1] for number in self.line_numbers(origin))

    def line_numbers(self, origin: str) -> list[int]:
        """Return the 1-based lines an origin names.

        Raises
        ------
        DisclosureError
            If the origin does not name lines of this document.
        """
        try:
            return [self.numbers[place] for place in origin.split(";")]
        except KeyError:
            raise DisclosureError(f"{self.name} has no place {origin!r}.") from None

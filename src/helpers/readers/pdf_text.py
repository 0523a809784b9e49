"""Glyphs to lines, and lines to paragraphs.

Place in the chain: between ``pdf_page`` and ``pdf``; ``pdf_tables`` reads the text of cells by it.

A PDF knows no words, lines or paragraphs.  A line is what stands side by side; a paragraph goes on
where a line is full and the next one is not indented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from helpers.readers.pdf_page import Glyph

# A wider gap than this, in type sizes, separates words; Chinese type is set solid.
_WORD_GAP = 0.3
_COLUMN_GAP = 1.5
_SAME_LINE = 0.35  # type sizes: how far letters of one line stand above or below it
_NUMBER_INSIDE = re.compile(r"[0-9.,%]")
_CJK = re.compile(r"[\u3000-\u9fff\uff00-\uffef“”‘’—…·]")
_LEADER = re.compile(r"[.·…．]{4,}|…{2}")
_OPENS_ITEM = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+[、.．]|"
    r"[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}(?:[.．](?!\d)|、)|表\s*\d|[注备]\s*[:：])"
)
_SHARED_BY = 3  # lines that make an edge
_SENTENCE_END = "。；：！？;:!?"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text: its words and where it stands."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        """Height of the line, close to the type size."""
        return self.bottom - self.top


def rows_of(glyphs: Iterable[Glyph], tolerance: float = _SAME_LINE) -> list[list[Glyph]]:
    """Group glyphs that stand on one base line, from the top; each row runs from left to right."""
    rows: list[list[Glyph]] = []
    base = float("-inf")
    for glyph in sorted(glyphs, key=lambda g: (g.base, g.x0)):
        if glyph.base > base + tolerance * glyph.size:
            rows.append([])
            base = glyph.base
        rows[-1].append(glyph)
    return [sorted(row, key=lambda g: g.x0) for row in rows]


def line_text(row: Sequence[Glyph]) -> str:
    """Return the text of glyphs side by side, with a blank where a gap separates words."""
    parts: list[str] = []
    previous: Glyph | None = None
    for glyph in row:
        if previous is not None:
            gap = glyph.x0 - previous.x1
            if gap > _COLUMN_GAP * glyph.size:
                parts.append("  ")
            elif gap > _WORD_GAP * glyph.size:
                parts.append(" ")
        parts.append(glyph.text)
        previous = glyph
    return "".join(parts)


def text_lines(glyphs: Iterable[Glyph]) -> list[TextLine]:
    """Return the lines of text that glyphs make, from the top."""
    lines = []
    for row in rows_of(glyphs):
        printed = [glyph for glyph in row if glyph.text.strip()]
        if printed:
            lines.append(
                TextLine(
                    text=line_text(row).strip(),
                    x0=printed[0].x0,
                    x1=max(glyph.x1 for glyph in printed),
                    top=min(glyph.top for glyph in printed),
                    bottom=max(glyph.bottom for glyph in printed),
                )
            )
    return _beside(lines)


def _beside(lines: list[TextLine]) -> list[TextLine]:
    """Join a text of two lines beside which, at half height, another stands.

    A narrow field 部门名称 wraps while the unit beside it stands in the middle.
    """
    joined: list[TextLine] = []
    for line in lines:
        first, second = joined[-2:] if len(joined) > 1 else (line, line)
        if (
            first is not line
            and first.bottom > second.top + 0.1 * first.size
            and second.bottom > line.top + 0.1 * line.size
            and (second.x0 > max(first.x1, line.x1) or second.x1 < min(first.x0, line.x0))
        ):
            whole = replace(first, text=first.text + line.text, bottom=line.bottom)
            left, right = sorted((whole, second), key=lambda part: part.x0)
            both = replace(left, text=f"{left.text}  {right.text}", x1=right.x1)
            joined[-2:] = [replace(both, top=first.top, bottom=line.bottom)]
        else:
            joined.append(line)
    return joined


def _is_full(line: TextLine, right: float) -> bool:
    return line.x1 > right - 1.6 * line.size and not _LEADER.search(line.text)


def _goes_on(line: TextLine, following: TextLine, left: float, right: float) -> bool:
    """Tell whether a paragraph goes on from one line to the next."""
    if not _is_full(line, right) or abs(line.size - following.size) > 0.25 * line.size:
        return False
    if following.top - line.bottom > 1.8 * line.size:
        return False
    if following.x0 > left + 1.2 * line.size:
        return False
    if _LEADER.search(following.text):
        return False
    return not (line.text[-1] in _SENTENCE_END and _OPENS_ITEM.match(following.text))


def margins(lines: Sequence[TextLine]) -> tuple[float, float]:
    """Return the left and right edge of running text: the outermost that several lines share.

    Parameters
    ----------
    lines
        Of all pages of one width: a page may hold no line that is full.
    """
    if not lines:
        return 0.0, 0.0
    lefts = sorted(line.x0 for line in lines)
    rights = sorted((line.x1 for line in lines), reverse=True)
    size = sorted(line.size for line in lines)[len(lines) // 2]
    least = min(_SHARED_BY, len(lines))
    left = next(x for i, x in enumerate(lefts) if lefts[min(i + least, len(lefts)) - 1] - x < size)
    right = next(
        x for i, x in enumerate(rights) if x - rights[min(i + least, len(rights)) - 1] < 1.6 * size
    )
    return left, right


def _is_title_cut(line: TextLine, following: TextLine, left: float, width: float) -> bool:
    """Tell whether two lines are one title, centred on the page and too long for a line."""
    return (
        abs(line.x0 + line.x1 - width) < 3 * line.size
        and abs(following.x0 + following.x1 - width) < 2 * line.size
        and following.x0 > left + 2 * line.size
        and following.x1 - following.x0 < line.x1 - line.x0 + line.size
        and abs(line.size - following.size) < 0.1 * line.size
        and following.top - line.bottom < 1.5 * line.size
        and line.text[-1] not in _SENTENCE_END
        and not re.search(r"表(?:[（(].*)?$", line.text)
        and not _OPENS_ITEM.match(following.text)
        and not _LEADER.search(line.text)
    )


def paragraphs(
    lines: Sequence[TextLine], edges: tuple[float, float], width: float
) -> list[tuple[str, TextLine]]:
    """Join lines to paragraphs.

    Parameters
    ----------
    lines
        Of one page, from the top, without those of its tables.
    edges
        Left and right edge of the running text.
    width
        Of the page.

    Returns
    -------
    list of (str, TextLine)
        The text of each paragraph and its first line.
    """
    joined: list[tuple[str, TextLine]] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        if before and (
            _goes_on(before, line, *edges) or _is_title_cut(before, line, edges[0], width)
        ):
            text, first = joined[-1]
            between = "" if _CJK.match(text[-1]) or _CJK.match(line.text[0]) else " "
            if text[-1].isdigit() and _NUMBER_INSIDE.match(line.text[0]):
                between = ""
            joined[-1] = (text + between + line.text, first)
        else:
            joined.append((line.text, line))
    return joined

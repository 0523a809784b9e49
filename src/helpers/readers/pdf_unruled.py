"""Rules for tables that print none, or not all: the white between their rows and columns.

Place in the chain: beside ``pdf_tables``, which uses it.  Input: glyphs.  Output: rules as if they
had been drawn.

Running text must never become a table: only lines under a caption that names a unit of money or
calls itself a table count, and of these only three and more with figures in columns of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.readers.pdf_page import Glyph, Rule
from helpers.readers.pdf_text import line_text, rows_of

_GAP = 1.2  # type sizes: the least white between two columns
_FIGURE = re.compile(r"[-−(（]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[)）%]?|[-—–]+")
_WORDS = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[，。；！？]")
_CAPTION = re.compile(r"单位[:：]\s*(?:人民币)?[百千万亿]*元|表(?:[（(][^（()）]*[)）])?$")
_OPENS_ROW = re.compile(
    r"^(?:\d{3}|[一二三四五六七八九十]+[、.]|[（(][一二三四五六七八九十]+[）)]|\d{1,2}[.、]|其中|"
    r"合\s*计|总\s*计|小\s*计|本年|上年|年[初末])"
)
_LEAST_ROWS = 3
_MOST_HEADER_LINES = 6
_REACH = 8  # lines above the first figures in which the caption stands


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of print, parted where columns may be."""

    parts: tuple[tuple[Glyph, ...], ...]
    texts: tuple[str, ...]

    @property
    def top(self) -> float:
        return min(glyph.top for part in self.parts for glyph in part)

    @property
    def bottom(self) -> float:
        return max(glyph.bottom for part in self.parts for glyph in part)

    @property
    def has_figures(self) -> bool:
        """Whether it has a figure in a column of its own."""
        return len(self.parts) > 1 and any(_FIGURE.fullmatch(text) for text in self.texts)

    @property
    def has_words(self) -> bool:
        return any(_WORDS.search(text) for text in self.texts)

    @property
    def is_sentence(self) -> bool:
        return any(_SENTENCE.search(text) and len(text) > 12 for text in self.texts)


def _parted(glyphs: Sequence[Glyph]) -> list[_Line]:
    lines = []
    for row in rows_of(glyph for glyph in glyphs if glyph.text.strip()):
        parts: list[list[Glyph]] = [[row[0]]]
        for before, glyph in pairwise(row):
            if glyph.x0 - before.x1 > _GAP * min(glyph.size, before.size):
                parts.append([])
            parts[-1].append(glyph)
        texts = tuple(line_text(part).replace(" ", "") for part in parts)
        lines.append(_Line(tuple(tuple(part) for part in parts), texts))
    return lines


def _gutters(lines: Sequence[_Line]) -> list[float]:
    """Return the middle of every strip of white that all lines with figures leave free."""
    spans = sorted(
        (part[0].x0, part[-1].x1) for line in lines if line.has_figures for part in line.parts
    )
    found = []
    end = spans[0][1]
    for start, stop in spans[1:]:
        if start - end > 2.0:
            found.append((start + end) / 2)
        end = max(end, stop)
    return found


def _runs(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of lines that make the body of a table."""
    index = 0
    while index < len(lines):
        if not lines[index].has_figures or lines[index].is_sentence:
            index += 1
            continue
        end = last = index + 1
        while end < len(lines) and end - last < 3 and not lines[end].is_sentence:
            end += 1
            if lines[end - 1].has_figures:
                last = end
        count = sum(line.has_figures for line in lines[index:last])
        if count >= _LEAST_ROWS:
            yield index, last
        index = last


def _header_start(lines: Sequence[_Line], first: int) -> int | None:
    """Return the first header line; None where no caption stands above."""
    for index in range(first - 1, max(first - 1 - _REACH, -1), -1):
        text = "".join(lines[index].texts)
        if _CAPTION.search(text):
            return index + 1 if first - index - 1 <= _MOST_HEADER_LINES else None
        if lines[index].is_sentence:
            return None
    return None


def _bands(body: Sequence[_Line]) -> list[list[_Line]]:
    """Group the lines of one printed row: a name that wraps around its figures."""
    pitches = sorted(below.top - above.top for above, below in pairwise(body))
    pitch = pitches[len(pitches) // 2] if pitches else 0.0
    bands: list[list[_Line]] = []
    for line in body:
        last = bands[-1] if bands else None
        is_close = last is not None and line.top - last[-1].top < 0.8 * pitch
        is_rest = (
            last is not None
            and is_close
            and not (line.has_figures and any(one.has_figures for one in last))
            and not (line.has_words and _OPENS_ROW.match("".join(line.texts)))
        )
        if is_rest:
            last.append(line)
        else:
            bands.append([line])
    return bands


def _drawn(
    bands: Sequence[Sequence[_Line]], gutters: Sequence[float], left: float, right: float
) -> Iterator[Rule]:
    edges = [bands[0][0].top - 2]
    for above, below in pairwise(bands):
        edges.append((max(o.bottom for o in above) + min(o.top for o in below)) / 2)
    edges.append(max(one.bottom for one in bands[-1]) + 2)
    for edge in edges:
        yield Rule(True, edge, left, right)
    for (top, bottom), band in zip(pairwise(edges), bands, strict=True):
        glyphs = [glyph for line in band for part in line.parts for glyph in part]
        for x in (left, right, *gutters):
            # A heading over several columns is one cell.
            if not any(glyph.x0 < x < glyph.x1 for glyph in glyphs):
                yield Rule(False, x, top, bottom)


def white_rules(glyphs: Sequence[Glyph]) -> list[Rule]:
    """Return rules for the tables without any among the text of a page.

    Parameters
    ----------
    glyphs
        Of a page, without those of its ruled tables.
    """
    lines = _parted(glyphs)
    rules: list[Rule] = []
    for first, end in _runs(lines):
        start = _header_start(lines, first)
        gutters = _gutters(lines[first:end])
        if start is None or not gutters:
            continue
        table = lines[start:end]
        left = min(line.parts[0][0].x0 for line in table) - 3
        right = max(line.parts[-1][-1].x1 for line in table) + 3
        bands = [*([line] for line in lines[start:first]), *_bands(lines[first:end])]
        rules += _drawn(bands, gutters, left, right)
    return rules


def missing_rules(
    glyphs: Sequence[Glyph], left: float, right: float, bands: Sequence[tuple[float, float]]
) -> list[Rule]:
    """Return rules between columns of figures that stand in one ruled column.

    Parameters
    ----------
    glyphs
        Within the column.
    left, right
        Its borders.
    bands
        Top and bottom of its rows.
    """
    lines = _parted(glyphs)
    if sum(line.has_figures for line in lines) < 2:
        return []
    gutters = [x for x in _gutters(lines) if left < x < right]
    rules = []
    for top, bottom in bands:
        inside = [glyph for glyph in glyphs if top < glyph.middle < bottom]
        rules += [
            Rule(False, x, top, bottom)
            for x in gutters
            if not any(glyph.x0 < x < glyph.x1 for glyph in inside)
        ]
    return rules

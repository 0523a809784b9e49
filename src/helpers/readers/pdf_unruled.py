"""Tables that print no rules, or not all: the white between their rows and columns.

Place in the chain: beside ``pdf_tables``, which uses it.  Input: glyphs.  Output: tables, or
rules as if they had been drawn.

Running text must never become a table: only lines under a caption that names a unit of money or
calls itself a table count, and of these only such with figures in columns of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.readers.pdf_breaks import (
    begins_figure,
    is_figure_part,
    is_likely_one,
    makes_figure,
    must_join,
)
from helpers.readers.pdf_headings import place_headings, read_headings
from helpers.readers.pdf_lattice import CellText, Lattice
from helpers.readers.pdf_page import Glyph, Rule
from helpers.readers.pdf_text import line_text, rows_of, text_lines

_GAP = 1.2  # type sizes: the least white between two columns
_FIGURE_GAP = 0.3  # beside a figure less will do: nobody leaves white around one in running text
_FIGURE = re.compile(r"[-−(（]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[)）%]?|[-—–]+")
_WORDS = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"[，。；！？]")
_UNIT = re.compile(r"单位[:：]\s*(?:人民币)?[百千万亿]*元")
_TITLE = re.compile(r"表(?:[（(][^（()）]*[）)])?$")
_OPENS_ROW = re.compile(
    r"^(?:\d{3}|[一二三四五六七八九十]+[、.]|[（(][一二三四五六七八九十]+[）)]|\d{1,2}[.、]|其中|"
    r"合\s*计|总\s*计|小\s*计|本年|上年|年[初末])"
)
_CODE = re.compile(r"[1235]\d{2}(?:\d{2}){0,2}")
_CAPTION = re.compile(
    r"^(?:附?表|公开)\d{1,2}表?$|^(?:编制|填报|公开|预算)?(?:部门|单位)(?:名称)?(?:[（(].*[）)])?[:：]"
)
_AMOUNT = re.compile(r"[-−]?\d[\d,]*[.,][\d,]*")
_LEADING = 1.6  # type sizes: the most from line to line within a cell
_WIDEST = 1.2  # type sizes: a character for which a full line has no room
_LEAST_ROWS = 3
_MOST_HEADER_LINES = 6
_REACH = 8  # lines above the first figures in which the caption stands
_SAME_PLACE = 4.0  # points
_SAME_ROW = 0.6  # type sizes: how far apart figures and name of a row may stand in height


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


def _is_gap(before: Sequence[Glyph], glyph: Glyph, figure_gap: float) -> bool:
    last = before[-1]
    gap = glyph.x0 - last.x1
    size = min(glyph.size, last.size)
    if gap > _GAP * size:
        return True
    is_change = last.text.isdigit() != glyph.text.isdigit()
    text = "".join(one.text for one in before)
    return (
        gap > figure_gap * size
        and is_change
        and (bool(_FIGURE.fullmatch(text)) or glyph.text.isdigit())
        # 208 before its name is one cell.
        and not (_CODE.fullmatch(text) and _WORDS.match(glyph.text))
    )


def _parted(glyphs: Sequence[Glyph], figure_gap: float = _FIGURE_GAP) -> list[_Line]:
    lines = []
    for row in rows_of((g for g in glyphs if g.text.strip()), _SAME_ROW):
        parts: list[list[Glyph]] = [[row[0]]]
        for glyph in row[1:]:
            if _is_gap(parts[-1], glyph, figure_gap):
                parts.append([])
            parts[-1].append(glyph)
        texts = tuple(line_text(part).replace(" ", "") for part in parts)
        lines.append(_Line(tuple(tuple(part) for part in parts), texts))
    return lines


def _spans(lines: Sequence[_Line]) -> list[tuple[float, float, str]]:
    return [
        (part[0].x0, part[-1].x1, text)
        for line in lines
        for part, text in zip(line.parts, line.texts, strict=True)
    ]


def _columns(header: Sequence[_Line], body: Sequence[_Line]) -> list[tuple[float, float]]:
    """Return where the columns stand: what overlaps across is one column.

    Headings count where they stand between two columns of the body: they head a blank one.
    """
    columns: list[list[float]] = []
    for start, end, _ in sorted(_spans(body)):
        if columns and start < columns[-1][1] + 1:
            columns[-1][1] = max(columns[-1][1], end)
        else:
            columns.append([start, end])
    headings = sorted(_spans(header))
    for start, end, _ in headings:
        if any(start < c[1] + 1 and end > c[0] - 1 for c in columns):
            continue
        # 金额 in the middle of a column whose figures stand at its right edge heads that column.
        beside = [i for i, c in enumerate(columns) if c[0] > end][:1]
        beside += [i for i, c in enumerate(columns) if c[1] < start][-1:]
        bare = [i for i in beside if not _is_headed(columns[i], headings)]
        if bare:
            own = columns[bare[0]]
            own[:] = [min(own[0], start), max(own[1], end)]
        else:
            columns.append([start, end])
            columns.sort()
    return _without_halves([(c[0], c[1]) for c in columns], body)


def _is_headed(column: Sequence[float], headings: Sequence[tuple[float, float, str]]) -> bool:
    return any(start < column[1] and end > column[0] for start, end, _ in headings)


def _without_halves(
    columns: list[tuple[float, float]], body: Sequence[_Line]
) -> list[tuple[float, float]]:
    """Join neighbouring columns of words that no line fills both: 合计 stands further right."""
    index = 0
    while index + 1 < len(columns):
        left, right = columns[index : index + 2]
        filled = [
            [
                any(start < c[1] and end > c[0] for start, end, _ in _spans([line]))
                for c in (left, right)
            ]
            for line in body
        ]
        texts = [text for start, end, text in _spans(body) if start < right[1] and end > left[0]]
        is_apart = any(all(both) for both in filled) or any(_FIGURE.fullmatch(t) for t in texts)
        # A column that is blank so far has a heading and no halves.
        if not is_apart and all(any(side) for side in zip(*filled, strict=True)):
            columns[index : index + 2] = [(left[0], right[1])]
        else:
            index += 1
    return columns


def _belongs(line: _Line, above: Sequence[_Line]) -> bool:
    """Tell whether a line of names stands in the columns of the lines above it."""
    starts = [start for start, _, _ in _spans(above)]
    if len(line.parts) == 1 and _FIGURE.fullmatch(line.texts[0]):
        return False  # a page number
    return not line.is_sentence and all(
        any(abs(part[0].x0 - start) < _SAME_PLACE for start in starts) for part in line.parts
    )


def _is_caption(line: _Line) -> bool:
    text = "".join(line.texts)
    is_title = len(line.parts) == 1 and bool(_TITLE.search(text) or _CAPTION.search(text))
    return is_title or bool(_UNIT.search(text))


def _runs(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of lines that make the body of a table."""
    index = 0
    while index < len(lines):
        if not lines[index].has_figures or lines[index].is_sentence:
            index += 1
            continue
        end = last = index + 1
        while end < len(lines) and not lines[end].is_sentence:
            if _is_caption(lines[end]):
                break
            if not _belongs(lines[end], lines[index:last]) and end - last > 2:
                break
            end += 1
            if lines[end - 1].has_figures or _belongs(lines[end - 1], lines[index:last]):
                last = end
        yield index, last
        index = last


def _header_start(lines: Sequence[_Line], first: int, goes_on: bool) -> int | None:
    """Return the first header line; None where no caption stands above."""
    for index in range(first - 1, max(first - 1 - _REACH, -1), -1):
        text = "".join(lines[index].texts)
        if _UNIT.search(text) or (_TITLE.search(text) and len(lines[index].parts) == 1):
            return index + 1 if first - index - 1 <= _MOST_HEADER_LINES else None
        if lines[index].is_sentence:
            return None
    return 0 if goes_on and first <= _MOST_HEADER_LINES else None


def _is_table(lines: Sequence[_Line], start: int, first: int, end: int) -> bool:
    """Tell whether a run is a table: rows enough, or a header over a row of figures alone."""
    rows = [line for line in lines[first:end] if line.has_figures]
    if len(rows) >= _LEAST_ROWS:
        return True
    is_unit = start > 0 and bool(_UNIT.search("".join(lines[start - 1].texts)))
    return (
        is_unit
        and start < first
        and max(len(line.parts) for line in lines[start:first]) >= 2
        and all(not line.is_sentence for line in lines[start:end])
    )


def _goes_on(band: Sequence[_Line], line: _Line, ends: Mapping[int, float]) -> bool:
    """Tell whether a line holds the rest of cells that wrap: each below its own, at its left.

    The signs: what stands above is full, or a figure that is none without its rest.

    Parameters
    ----------
    band
        The lines of the row so far.
    line
        The next one.
    ends
        How far texts reach to the right, by where they start.
    """
    if line.top - band[-1].top > _LEADING * line.parts[0][0].size:
        return False
    above: dict[int, tuple[tuple[Glyph, ...], str]] = {}
    for one in band:
        for part, text in _parts(one):
            start = round(part[0].x0)
            before = above[start][1] if start in above else ""
            is_figure = is_figure_part(before) and is_figure_part(text)
            above[start] = (part, before + text if is_figure else text)
    pairs, is_full = [], True
    for part, text in _parts(line):
        start = round(part[0].x0)
        if start not in above or _OPENS_ROW.match(text):
            return False
        over, over_text = above[start]
        is_full = is_full and over[-1].x1 + _WIDEST * part[0].size > ends[start]
        if is_figure_part(over_text) and is_figure_part(text):
            pairs.append((over_text, text))
        elif _AMOUNT.fullmatch(over_text) or _AMOUNT.fullmatch(text):
            return False  # a figure and a name below each other; 2024 may belong to a name
    if not all(makes_figure(*pair) or begins_figure(*pair) for pair in pairs):
        return False
    return is_full or any(
        must_join(*pair) or is_likely_one(*pair) or begins_figure(*pair) for pair in pairs
    )


def _parts(line: _Line) -> Iterator[tuple[tuple[Glyph, ...], str]]:
    return zip(line.parts, line.texts, strict=True)


def _bands(body: Sequence[_Line]) -> list[list[_Line]]:
    """Group the lines of one printed row: a name that wraps around its figures."""
    pitches = sorted(below.top - above.top for above, below in pairwise(body))
    pitch = pitches[len(pitches) // 2] if pitches else 0.0
    ends: dict[int, float] = {}
    for start, end, _ in _spans(body):
        ends[round(start)] = max(end, ends.get(round(start), end))
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
        if is_rest or (last is not None and _goes_on(last, line, ends)):
            last.append(line)
        else:
            bands.append([line])
    return bands


def _lattice(
    header: Sequence[_Line], bands: Sequence[Sequence[_Line]], columns: list[tuple[float, float]]
) -> Lattice:
    """Put headings and parts of lines into the columns they stand in."""
    headings = read_headings(line.parts for line in header)
    n_header = place_headings(headings, columns)
    texts = [CellText((one.row, one.row), one.columns, text_lines(one.glyphs)) for one in headings]
    for row, band in enumerate(bands, n_header):
        cells: dict[int, list[Glyph]] = {}
        for line in band:
            for part in line.parts:
                start, end = part[0].x0, part[-1].x1
                shared = [min(end, c[1]) - max(start, c[0]) for c in columns]
                cells.setdefault(shared.index(max(shared)), []).extend(part)
        texts += [
            CellText((row, row), (column, column), text_lines(glyphs))
            for column, glyphs in sorted(cells.items())
        ]
    borders = [columns[0][0] - 3, *_between(columns), columns[-1][1] + 3]
    lines = [*header, *(line for band in bands for line in band)]
    top, bottom = min(line.top for line in lines), max(line.bottom for line in lines)
    return Lattice(borders, n_header + len(bands), texts, top, bottom, is_ruled=False)


def _between(columns: Sequence[tuple[float, float]]) -> list[float]:
    return [(left[1] + right[0]) / 2 for left, right in pairwise(columns)]


def white_tables(glyphs: Sequence[Glyph], goes_on: bool) -> tuple[list[Lattice], list[Glyph]]:
    """Return the tables without rules among the text of a page, and the glyphs outside of them.

    Parameters
    ----------
    glyphs
        Of a page, without those of its ruled tables.
    goes_on
        Whether the page before ends with a table: figures on top of this one may belong to it.
    """
    lines = _parted(glyphs)
    tables = []
    taken: set[int] = set()
    for first, end in _runs(lines):
        start = _header_start(lines, first, goes_on)
        if start is None or not _is_table(lines, start, first, end):
            continue
        header, body = lines[start:first], lines[first:end]
        columns = _columns(header, body)
        if len(columns) < 2:
            continue
        tables.append(_lattice(header, _bands(body), columns))
        taken.update(id(g) for line in lines[start:end] for part in line.parts for g in part)
    return tables, [glyph for glyph in glyphs if id(glyph) not in taken]


def _ends_in_figure(line: _Line) -> bool:
    return any(_FIGURE.fullmatch(text) for text in line.texts[1:])


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
    # 208 before its name is one cell; a figure behind a name, or behind another, is not.
    lines = [line for line in _parted(glyphs, _GAP) if _ends_in_figure(line)]
    if len(lines) < 2:
        return []
    columns = _columns([], lines)
    gutters = [x for x in _between(columns) if left < x < right]
    rules = []
    for top, bottom in bands:
        inside = [glyph for glyph in glyphs if top < glyph.middle < bottom]
        rules += [
            Rule(False, x, top, bottom)
            for x in gutters
            if not any(glyph.x0 < x < glyph.x1 for glyph in inside)
        ]
    return rules

"""One page of a PDF as glyphs and rules, in points from the top left, the way a reader holds it.

Place in the chain: below ``pdf_tables`` and ``pdf_text``.  Input: a page as pypdfium2 and
pdfplumber open it.  Output: a :class:`Page`.

Producers draw one thing in many ways: a rule as a stroked line or as a thin filled rectangle (Word,
Excel), bold type as the same glyph printed twice, a landscape table as glyphs turned on an upright
page.  Here these become one.
"""

from __future__ import annotations

import ctypes
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

UNMAPPED = "\ufffd"
"""Stands for a printed character of which the file does not say which one it is."""

# Wider than any ruling, narrower than any row or column of text.
THINNEST_CELL = 3.0
_DESCENT = 0.14  # of the type size: how far Chinese type goes below its base line
_USUAL_SIZE = 10.0  # points
_SMALLEST_SIZE = 4.0
_HYPHEN = 0x02  # pdfium's sign for a hyphen at the end of a line
_OVERPRINT = 0.18  # of the type size: how far a glyph printed twice is moved
_WHITE = (1.0, (1.0,), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Glyph:
    """A printed character and its box."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        """Height of the box, close to the type size."""
        return self.bottom - self.top

    @property
    def base(self) -> float:
        """Height of the base line on the page."""
        return self.bottom - _DESCENT * self.size

    @property
    def middle(self) -> float:
        """Height of its middle on the page."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line: at ``position`` across, from ``start`` to ``end`` along."""

    is_horizontal: bool
    position: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed on one page.

    Attributes
    ----------
    number
        From 1.
    width, height
        In points, as read.
    glyphs
        In the order of the file, which keeps the characters of a word together.
    rules
        Horizontal and vertical lines.
    second_reading
        The characters as pdfplumber finds them, to compare figures with.
    quarter_turns
        How often the page was turned clockwise by 90° to bring its text upright.
    """

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    second_reading: tuple[Glyph, ...] = ()
    quarter_turns: int = 0


_Box = tuple[float, float, float, float]  # x0, top, x1, bottom


def _turn(box: _Box, quarter_turns: int, width: float, height: float) -> _Box:
    """Turn a box clockwise with its page."""
    x0, top, x1, bottom = box
    if quarter_turns == 1:
        return height - bottom, x0, height - top, x1
    if quarter_turns == 2:
        return width - x1, height - bottom, width - x0, height - top
    if quarter_turns == 3:
        return top, width - x1, bottom, width - x0
    return box


def _turns_of(a: float, b: float) -> int | None:
    """Return the quarter turns clockwise that bring a character upright; None if it is slanting."""
    # Italics keep their base line: b stays 0.
    if abs(b) < 0.1 * abs(a):
        return 0 if a > 0 else 2
    if abs(a) < 0.1 * abs(b):
        return 1 if b > 0 else 3
    return None


def _is_drawn(shape: Mapping[str, Any], by: str, colour: str) -> bool:
    return bool(shape.get(by)) and shape.get(colour) not in _WHITE


def _rules_of_box(box: _Box, is_outline: bool) -> Iterator[Rule]:
    """A thin box is a rule; the outline of a wide one is four."""
    x0, top, x1, bottom = box
    is_flat, is_narrow = bottom - top < THINNEST_CELL, x1 - x0 < THINNEST_CELL
    if is_flat:
        yield Rule(True, (top + bottom) / 2, x0, x1)
    if is_narrow:
        yield Rule(False, (x0 + x1) / 2, top, bottom)
    if is_outline and not (is_flat or is_narrow):
        yield Rule(True, top, x0, x1)
        yield Rule(True, bottom, x0, x1)
        yield Rule(False, x0, top, bottom)
        yield Rule(False, x1, top, bottom)


def _shape_rules(ruled: Any, turn: Any) -> Iterator[Rule]:
    for line in ruled.lines:
        if line.get("stroking_color") not in _WHITE:
            box = turn(line)
            if min(box[2] - box[0], box[3] - box[1]) < THINNEST_CELL:
                yield from _rules_of_box(box, False)
    for rect in ruled.rects:
        is_outline = _is_drawn(rect, "stroke", "stroking_color")
        if is_outline or _is_drawn(rect, "fill", "non_stroking_color"):
            yield from _rules_of_box(turn(rect), is_outline)
    for curve in ruled.curves:
        points = curve.get("pts") or []
        if not _is_drawn(curve, "stroke", "stroking_color") or len(points) > 12:
            continue
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            if min(abs(ax - bx), abs(ay - by)) < 1:
                corner = {"x0": min(ax, bx), "x1": max(ax, bx)}
                corner |= {"top": min(ay, by), "bottom": max(ay, by)}
                yield from _rules_of_box(turn(corner), False)


class _Clips:
    """The visible part of each text object: what lies outside its clip is on no paper.

    Spreadsheets print a long cell whole on each of the pages it runs over and clip it differently.
    """

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._boxes: dict[int, _Box | None] = {}
        count = raw.FPDFPage_CountObjects(page)
        # Clips of objects inside a form are in the form's own coordinates: not compared.
        self._direct = {
            ctypes.cast(raw.FPDFPage_GetObject(page, i), ctypes.c_void_p).value
            for i in range(count)
        }

    def hides(self, text_object: Any, x: float, y: float) -> bool:
        address = ctypes.cast(text_object, ctypes.c_void_p).value
        if address is None or address not in self._direct:
            return False
        if address not in self._boxes:
            self._boxes[address] = self._box(text_object)
        box = self._boxes[address]
        return box is not None and not (box[0] <= x <= box[2] and box[1] <= y <= box[3])

    @staticmethod
    def _box(text_object: Any) -> _Box | None:
        clip = raw.FPDFPageObj_GetClipPath(text_object)
        box = (float("-inf"), float("-inf"), float("inf"), float("inf"))
        x, y = ctypes.c_float(), ctypes.c_float()
        for path in range(max(raw.FPDFClipPath_CountPaths(clip), 0)):
            xs, ys = [], []
            for index in range(max(raw.FPDFClipPath_CountPathSegments(clip, path), 0)):
                segment = raw.FPDFClipPath_GetPathSegment(clip, path, index)
                if raw.FPDFPathSegment_GetPoint(segment, x, y):
                    xs.append(x.value)
                    ys.append(y.value)
            if xs:
                box = (
                    max(box[0], min(xs) - 0.5),
                    max(box[1], min(ys) - 0.5),
                    min(box[2], max(xs) + 0.5),
                    min(box[3], max(ys) + 0.5),
                )
        return box


def _characters(page: pdfium.PdfPage) -> Iterator[tuple[str, _Box, int, bool]]:
    """Yield the characters: text, box from the lower left, turns to bring it upright, visibility.

    The box stands on the base line and is as high as the type size: the heights that fonts state
    for themselves differ so much that a comma may seem to stand on the next line.
    """
    textpage = page.get_textpage()
    clips = _Clips(page)
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    base_x, base_y = ctypes.c_double(), ctypes.c_double()
    for index in range(raw.FPDFText_CountChars(textpage)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if (code < 0x20 and code != _HYPHEN) or raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        turns = _turns_of(matrix.a, matrix.b)
        if turns is None:
            continue
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        raw.FPDFText_GetCharOrigin(textpage, index, base_x, base_y)
        size = raw.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        x0, y0, x1, y1 = box.left, box.bottom, box.right, box.top
        above, below = (1 - _DESCENT) * size, _DESCENT * size
        if turns == 0:
            y0, y1 = base_y.value - below, base_y.value + above
        elif turns == 2:
            y0, y1 = base_y.value - above, base_y.value + below
        elif turns == 1:
            x0, x1 = base_x.value - above, base_x.value + below
        else:
            x0, x1 = base_x.value - below, base_x.value + above
        text_object = raw.FPDFText_GetTextObject(textpage, index)
        is_visible = not clips.hides(text_object, (x0 + x1) / 2, (y0 + y1) / 2)
        is_unmapped = raw.FPDFText_HasUnicodeMapError(textpage, index) == 1 or code > 0x10FFFF
        text = UNMAPPED if is_unmapped else "-" if code == _HYPHEN else chr(code)
        yield text, (x0, y0, x1, y1), turns, is_visible


def _scale(characters: Sequence[tuple[str, _Box, int, bool]], turns: int) -> float:
    """Return by how much a page is printed smaller than it was written.

    A spreadsheet fitted to one page may come out in type of 1 point, where a row is no higher than
    a rule elsewhere.
    """
    sizes = sorted(
        (x1 - x0) if turns % 2 else (y1 - y0)
        for text, (x0, y0, x1, y1), _, _ in characters
        if text.strip()
    )
    middle = sizes[len(sizes) // 2] if sizes else 0.0
    return _USUAL_SIZE / middle if 0 < middle < _SMALLEST_SIZE else 1.0


def _left_out(ruled: Any, turn: Any, known: Sequence[Glyph]) -> Iterator[Glyph]:
    """Yield the characters that pdfplumber finds and pypdfium2 does not.

    Where a font is not embedded and the machine has none like it, pypdfium2 passes over texts of a
    single character.
    """
    places = {
        (glyph.text, round(glyph.x0 / 4) + dx, round(glyph.base / 4) + dy)
        for glyph in known
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }
    for char in ruled.chars:
        text = char["text"]
        if len(text) != 1 or not text.strip():
            continue
        turns = _turns_of(*char["matrix"][:2])
        if turns is None:
            continue
        box = {side: float(char[side]) for side in ("x0", "x1", "top", "bottom")}
        x = float(ruled.bbox[0]) + char["matrix"][4]
        y = float(ruled.bbox[3]) - char["matrix"][5]
        size = box["x1"] - box["x0"] if turns % 2 else box["bottom"] - box["top"]
        above, below = (1 - _DESCENT) * size, _DESCENT * size
        if turns % 2:
            box["x0"], box["x1"] = (x - above, x + below) if turns == 1 else (x - below, x + above)
        else:
            sides = (y - above, y + below) if turns == 0 else (y - below, y + above)
            box["top"], box["bottom"] = sides
        x0, top, x1, bottom = turn(box)
        glyph = Glyph(text, x0, x1, top, bottom)
        if (text, round(glyph.x0 / 4), round(glyph.base / 4)) not in places:
            yield glyph


def _printed_once(glyphs: Iterable[Glyph]) -> Iterator[Glyph]:
    """Leave out glyphs printed again over themselves to look bold."""
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    for glyph in glyphs:
        reach = max(glyph.size * _OVERPRINT, 0.3)
        column, row = int(glyph.x0 // 4), int(glyph.top // 4)
        near = (
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in seen.get((glyph.text, column + dx, row + dy), ())
        )
        if glyph.text.strip() and any(
            abs(other.x0 - glyph.x0) < reach and abs(other.top - glyph.top) < reach
            for other in near
        ):
            continue
        seen.setdefault((glyph.text, column, row), []).append(glyph)
        yield glyph


def read_page(page: pdfium.PdfPage, ruled: Any, number: int) -> Page:
    """Read the glyphs and rules of a page.

    Parameters
    ----------
    page
        As pypdfium2 opens it: it decodes characters as browsers do, and knows their clips.
    ruled
        The same page as pdfplumber opens it, for its lines and rectangles; None where it cannot.
    number
        From 1.

    Returns
    -------
    Page
        Text that runs upwards or downwards is brought upright with its whole page; slanting text
        (a watermark), clipped text and what lies outside the page are left out.
    """
    left, low, right, high = page.get_mediabox()
    width, height = right - left, high - low
    shown = page.get_rotation() // 90
    characters = list(_characters(page))
    counts = Counter(turns for text, _, turns, _ in characters if text.strip())
    turns = (counts.most_common(1)[0][0] if counts else shown) % 4

    scale = _scale(characters, turns)
    glyphs, hidden = [], []
    for text, (x0, y0, x1, y1), _, is_visible in characters:
        box = _turn((x0 - left, high - y1, x1 - left, high - y0), turns, width, height)
        x0, top, x1, bottom = (side * scale for side in box)
        (glyphs if is_visible else hidden).append(Glyph(text, x0, x1, top, bottom))
    width, height = width * scale, height * scale
    if turns % 2:
        width, height = height, width
    rules: tuple[Rule, ...] = ()
    second: list[Glyph] = []
    if ruled is not None:
        x_left, y_top, x_right, y_bottom = (float(edge) for edge in ruled.bbox)

        def turn(shape: Mapping[str, Any]) -> _Box:
            """Turn what is given as shown, with /Rotate, to where its text is upright."""
            corners = (
                float(shape["x0"]) - x_left,
                float(shape["top"]) - y_top,
                float(shape["x1"]) - x_left,
                float(shape["bottom"]) - y_top,
            )
            box = _turn(corners, (turns - shown) % 4, x_right - x_left, y_bottom - y_top)
            return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale

        rules = tuple(_shape_rules(ruled, turn))
        for char in ruled.chars:
            x0, top, x1, bottom = turn(char)
            second.append(Glyph(char["text"], x0, x1, top, bottom))
        glyphs += _left_out(ruled, turn, [*glyphs, *hidden])
    inside = (
        glyph
        for glyph in glyphs
        if -1 < (glyph.x0 + glyph.x1) / 2 < width + 1 and -1 < glyph.middle < height + 1
    )
    return Page(
        number=number,
        width=width,
        height=height,
        glyphs=tuple(_printed_once(inside)),
        rules=rules,
        second_reading=tuple(second),
        quarter_turns=(turns - shown) % 4,
    )

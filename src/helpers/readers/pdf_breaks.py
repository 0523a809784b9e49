"""Figures and cells that are broken: at the end of a line, or at the end of a page.

Place in the chain: between ``pdf_text`` and ``pdf_lattice``.  Input: the lines of cells.  Output:
whether one goes on in the next, and their text as one.

A narrow column breaks 1,131.10 into ``1,131.1`` and ``0``, and a page may end between the two: read
apart they are two amounts that nobody printed.  Two whole figures that merely stand above each
other must not become one either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from helpers.readers.pdf_text import TextLine

_WHOLE = re.compile(r"[-−]?(?:[1-9]\d{0,2}(?:,\d{3})+|0|[1-9]\d*)(?:\.\d+)?%?")
_BEGUN = re.compile(r"[-−]?(?:[1-9]\d{0,2}(?:,\d{3})*,\d{0,3}|\d+)(?:\.\d*)?%?")
_PART = re.compile(r"[-−]?[\d.,]+%?")
_NUMBER_INSIDE = re.compile(r"[0-9.,%]")
_CJK = re.compile(r"[\u3000-\u9fff\uff00-\uffef“”‘’—…·]")
_WIDEST_PADDING = 0.8  # type sizes between a border and its text
_WIDEST_DIGIT = 0.65  # type sizes; a Chinese character is 1 wide


def is_figure_part(text: str) -> bool:
    """Tell whether a text is made of the signs of a figure alone, whole or not."""
    return bool(_PART.fullmatch(text))


def _decimals(text: str) -> int:
    return len(text.rstrip("%").partition(".")[2])


def makes_figure(above: str, below: str) -> bool:
    """Tell whether two texts can be the parts of one figure; two amounts alike are not.

    Examples
    --------
    >>> makes_figure("1,131.1", "0"), makes_figure("12.00", "34.00"), makes_figure("05", "01")
    (True, False, False)
    """
    if not (is_figure_part(above) and is_figure_part(below)):
        return False
    return bool(_WHOLE.fullmatch(above + below))


def begins_figure(above: str, below: str) -> bool:
    """Tell whether two texts certainly begin one figure that goes on below them.

    Examples
    --------
    >>> begins_figure("145,83", "6,234."), begins_figure("12.00", "34.00")
    (True, False)
    """
    if not (is_figure_part(above) and is_figure_part(below)):
        return False
    is_broken = not (_WHOLE.fullmatch(above) and _WHOLE.fullmatch(below))
    return is_broken and bool(_BEGUN.fullmatch(above + below))


def must_join(above: str, below: str) -> bool:
    """Tell whether two texts are certainly the parts of one figure: one alone would be none.

    Examples
    --------
    >>> must_join("528,67", "5.49"), must_join("28,649.", "44"), must_join("1,131.1", "0")
    (True, True, False)
    """
    whole = above + below
    return (
        makes_figure(above, below)
        and ("," in whole or "." in whole)  # 16 over 09 are codes
        and not (_WHOLE.fullmatch(above) and _WHOLE.fullmatch(below))
    )


def is_likely_one(above: str, below: str) -> bool:
    """Tell whether parts of a figure have fewer or more decimals than figures side by side have."""
    return makes_figure(above, below) and _decimals(above) != _decimals(below)


def is_full(line: TextLine, left: float, right: float, following: str) -> bool:
    """Tell whether the first character of what follows would have found no room in a line."""
    padding = min(line.x0 - left, right - line.x1, _WIDEST_PADDING * line.size)
    width = _WIDEST_DIGIT if following[:1].isascii() else 1.0
    room = right - left - max(2 * padding + width * line.size, 1.5 * line.size)
    return line.x1 - line.x0 > room


def is_broken_figure(lines: Sequence[TextLine], left: float, right: float) -> bool:
    """Tell whether the lines of a cell are one figure for which it was too narrow.

    Parameters
    ----------
    lines
        Of one cell, from the top.
    left, right
        Borders of the cell.
    """
    texts = [line.text.replace(" ", "") for line in lines]
    whole = "".join(texts)
    if len(lines) < 2 or not makes_figure("".join(texts[:-1]), texts[-1]):
        return False
    if not all(_WHOLE.fullmatch(text) for text in texts):
        return "," in whole or "." in whole
    is_like = len({_decimals(text) for text in texts}) == 1
    return not is_like and all(
        is_full(line, left, right, below.text) for line, below in pairwise(lines)
    )


def is_wrapped_row(cells: Iterable[tuple[Sequence[TextLine], float, float]]) -> bool:
    """Tell whether all cells of a row wrap for want of room, a name among them.

    Parameters
    ----------
    cells
        Their lines from the top, and their borders.
    """
    wrapped = [(lines, left, right) for lines, left, right in cells if len(lines) > 1]
    if not all(
        is_full(line, left, right, below.text)
        for lines, left, right in wrapped
        for line, below in pairwise(lines)
    ):
        return False
    texts = [[line.text.replace(" ", "") for line in lines] for lines, _, _ in wrapped]
    figures = [lines for lines in texts if all(map(is_figure_part, lines))]
    return len(figures) < len(texts) and all(
        makes_figure("".join(lines[:-1]), lines[-1]) for lines in figures
    )


def join_broken(lines: Sequence[TextLine], left: float, right: float) -> str:
    """Join the lines of one cell.

    A figure goes on in the next line only where the cell had no room left for the whole of it, or
    where its parts are no figures; two figures that merely stand above each other stay apart, so
    that no third is made of them.

    Parameters
    ----------
    lines
        From the top.
    left, right
        Borders of the cell, in points.
    """
    if not lines:
        return ""
    text = lines[0].text
    for above, line in pairwise(lines):
        is_cut = (
            is_full(above, left, right, line.text)
            or must_join(text, line.text)
            or begins_figure(text, line.text)
        )
        ends, starts = text[-1:], line.text[:1]
        if _NUMBER_INSIDE.match(ends) and _NUMBER_INSIDE.match(starts):
            text += line.text if is_cut else f" {line.text}"
        elif _CJK.match(ends) or _CJK.match(starts):
            text += line.text
        else:
            text += f" {line.text}"
    return text


Cells = Mapping[tuple[float, float], Sequence[TextLine]]
"""The filled cells of a row: their lines by their borders."""


def is_cut_row(above: Cells, below: Cells) -> bool:
    """Tell whether a page ends within a row: what stands on top of the next is the rest of it.

    The signs: everything below goes on in a full line above, figures make figures, and at least
    one of these would not be one alone, or the rest names no row of its own.

    Parameters
    ----------
    above, below
        The last row of a page and the first of the next.
    """
    if not below or not all(cell in above for cell in below):
        return False
    if not all(is_full(above[cell][-1], *cell, rest[0].text) for cell, rest in below.items()):
        return False
    pairs = [(_whole_text(above[cell]), _whole_text(below[cell])) for cell in below]
    # A name may break before or after a figure of its own: 2024, 年住房保障.
    figures = [pair for pair in pairs if is_figure_part(pair[0]) and is_figure_part(pair[1])]
    if not figures:
        # A single name may be that of a row whose figures are blank.
        return len(pairs) > 1 and not any(is_figure_part(rest) for _, rest in pairs)
    if not all(makes_figure(*pair) for pair in figures):
        return False
    is_named = any(not is_figure_part(_whole_text(lines)) for lines in above.values())
    is_nameless = is_named and len(figures) == len(pairs)
    return any(must_join(*pair) or is_likely_one(*pair) for pair in figures) or is_nameless


def _whole_text(lines: Iterable[TextLine]) -> str:
    return "".join(line.text.replace(" ", "") for line in lines)

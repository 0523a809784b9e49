"""Lines of mixed Chinese and Latin text, for figures and for the terminal.

Place in the chain: under everything that shows text in a given width.  Input: a text.  Output: the
same text in lines.
"""

from __future__ import annotations

import re
import unicodedata


def text_columns(text: str) -> int:
    """Count the columns of a text: two for a Chinese character, one for a Latin letter."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" or c in "…—" else 1 for c in text)


#: A Latin word (no-break spaces hold words together) or one Chinese character, with the brackets
#: and the punctuation that may not be parted from it; or blanks.
_PIECES = re.compile(
    r"[ \t\u3000]+"
    r"|[“‘（《【(\[]*(?:[!-'*-Z\\^-~À-ɏ–—…·\u00a0]+|\S)[，。、；：！？）》】”’％)\],.;:]*"
)


def wrap(text: str, width: int, max_lines: int | None = None) -> str:
    """Break a mixed Chinese and Latin text into lines.

    Chinese has no blanks to break at, so that the usual wrapping leaves a long project name on one
    line or cuts a Latin word.

    Parameters
    ----------
    text : str
        The text; existing line breaks are kept.
    width : int
        Columns of a line: a Chinese character takes two.
    max_lines : int, optional
        The rest is cut and marked with an ellipsis.

    Returns
    -------
    str
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _PIECES.findall(paragraph):
            if line and text_columns(line + piece.rstrip()) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    if max_lines is not None and len(lines) > max_lines:
        last = lines[max_lines - 1]
        while text_columns(last) > width - 2:
            last = last[:-1]
        lines = [*lines[: max_lines - 1], last + "…"]
    return "\n".join(lines)

"""The house style: font, colours, amounts in words.

Colours are safe for the common forms of colour blindness (the tests check it) and belong to
meanings, not to positions: personnel cost has the same blue in every figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import as_file, files
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.colors import to_rgb
from matplotlib.font_manager import fontManager

from helpers.wording import label as term_label

FONT = "Noto Sans SC Subset"

#: One colour per meaning.
COLOURS = {
    "personnel": "#1F6FA8",
    "public": "#E69F00",
    "project": "#009E73",
    "withheld": "#7A1F5C",
    "fiscal": "#56B4E9",
    "other": "#C8553D",
    "tail": "#B9BDC2",
    "initial_budget": "#A9C4DB",
    "adjusted_budget": "#5E93BD",
    "final": "#173F5F",
    "held": "#A9C4DB",
    "failed": "#B5381F",
    "not_checkable": "#8A9099",
    # Where a finding sits: the colours of the series, so that two figures of a page agree.
    "table": "#1F6FA8",
    "between tables": "#E69F00",
    "sentence and table": "#009E73",
    "sentences": "#D55E00",
    "evaluation": "#173F5F",
    "code": "#6CC3E8",
    "wording": "#7F3B08",
    "names": "#C9B26B",
}
#: For things without a meaning of their own (disclosures, items), in this order.
SERIES = (
    "#1F6FA8",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#173F5F",
    "#6CC3E8",
    "#7F3B08",
    "#C9B26B",
)
INK = "#22272E"
FAINT = "#6B7480"
GRID = "#E3E6EA"

#: Inches; the width in which a report shows a figure.
WIDTH = 9.0


def use_style() -> None:
    """Register the font and set the house style; calling it again changes nothing.

    Every chart function calls it, so that a figure drawn in a plain session looks the same.
    """
    if FONT not in fontManager.get_font_names():
        with as_file(files("helpers") / "fonts" / "NotoSansSC-Subset.otf") as path:
            fontManager.addfont(path)
    # The font goes into the same call: set_theme would reset it to a font without Chinese.
    sns.set_theme(
        style="white",
        palette=list(SERIES),
        rc={
            "font.family": [FONT, "DejaVu Sans"],
            "font.size": 10,
            "axes.unicode_minus": False,
            "axes.edgecolor": FAINT,
            "axes.labelcolor": FAINT,
            "axes.labelsize": 9.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "axes.axisbelow": True,
            "grid.color": GRID,
            "hatch.color": FAINT,
            "hatch.linewidth": 0.6,
            "legend.frameon": False,
            "legend.fontsize": 9.5,
            "text.color": INK,
            # A dollar sign in a project's name is no formula.
            "text.parse_math": False,
            "xtick.color": FAINT,
            "ytick.color": INK,
            "xtick.labelsize": 9,
            "ytick.labelsize": 10,
            "figure.dpi": 100,
            # Outlines, so that the reader needs no font; a fixed salt, so that two runs are equal.
            "svg.fonttype": "path",
            "svg.hashsalt": "helpers",
        },
    )


def is_missing(value: Any) -> bool:
    """Say whether a figure is not published."""
    return bool(pd.isna(value))


def amount_unit(largest: float) -> tuple[str, float]:
    """Choose the unit of an axis or label and its size in yuan."""
    if largest >= 1e8:
        return "亿元", 1e8
    return ("万元", 1e4) if largest >= 100 or largest == 0 else ("元", 1.0)


def format_amount(yuan: Decimal | float | None) -> str:
    """Write an amount in the unit that suits its size.

    Parameters
    ----------
    yuan : Decimal, int, float or None
        Amount in yuan.

    Returns
    -------
    str
        In 亿元 from 100 million yuan on, in 万元 below, in 元 below 100 yuan; two decimals, halves
        rounded away from zero; "not found" for a missing amount.

    Examples
    --------
    >>> format_amount(Decimal("40558700"))
    '4,055.87 万元'
    >>> format_amount(Decimal("5000000000"))
    '50.00 亿元'
    """
    if is_missing(yuan):
        return term_label("missing", "en")
    unit, size = amount_unit(abs(float(yuan)))
    value = Decimal(yuan) / Decimal(int(size))
    return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,} {unit}"


def colours_for(terms: Sequence[str], spare: str | None = None) -> dict[str, str]:
    """Give each term the colour of its meaning, else the next of the series, else the spare one."""
    unknown = [term for term in terms if term not in COLOURS]
    if len(unknown) > len(SERIES) and spare is None:
        raise ValueError(
            f"{len(unknown)} colours cannot be told apart, only {len(SERIES)}: "
            "show fewer, or gather the tail"
        )
    series = dict(zip(unknown, SERIES, strict=False))
    return {term: COLOURS.get(term) or series.get(term, spare) for term in terms}


def marker(position: int) -> str:
    """Give each of the series a shape too; those without a colour of their own are points."""
    return "osD^vPX*"[position] if position < len(SERIES) else "."


def text_colour(colour: str) -> str:
    """Choose dark or white lettering for a background, whichever contrasts more (WCAG 2)."""

    def linear(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    def luminance(name: str) -> float:
        red, green, blue = map(linear, to_rgb(name))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    back = luminance(colour)
    with_white = 1.05 / (back + 0.05)
    with_ink = (back + 0.05) / (luminance(INK) + 0.05)
    return "white" if with_white >= with_ink else INK


def display_name(term: str) -> str:
    """Return the term's label, or the text itself where it is a name."""
    try:
        return term_label(term)
    except KeyError:
        return term

"""Draw the figures of the reports in one house style.

Place in the chain: takes the tidy data frames of ``measures`` and returns matplotlib figures;
``show`` puts one into a notebook or report as a self-contained picture with caption and
alternative text. Titles are passed in, because the title states the finding. Bars start at zero,
the axis carries the unit, and a missing figure is drawn as missing, never as nothing.
"""

from helpers.charts.bars import (
    amount_bars,
    item_stack,
    ranked_cumulative,
    share_bars,
    stacked_shares,
)
from helpers.charts.counts import count_bars, gap_dots
from helpers.charts.curves import deviation_dots, dumbbell, lorenz
from helpers.charts.page import figure_html, show
from helpers.charts.style import COLOURS, format_amount, use_style
from helpers.line_breaks import wrap

__all__ = [
    "COLOURS",
    "amount_bars",
    "count_bars",
    "deviation_dots",
    "dumbbell",
    "figure_html",
    "format_amount",
    "gap_dots",
    "item_stack",
    "lorenz",
    "ranked_cumulative",
    "share_bars",
    "show",
    "stacked_shares",
    "use_style",
    "wrap",
]

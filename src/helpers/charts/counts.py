"""Counts and sizes of findings: stacked counts from zero, differences on a logarithmic axis."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from helpers.charts.frame import Key, distinct, name_rows, new_figure, row_inches, row_names
from helpers.charts.style import FAINT, colours_for, display_name, text_colour
from helpers.wording import say

_SMALLEST = 1e-4  # of the figure; what is smaller stands at the edge


def count_bars(
    frame: pd.DataFrame,
    names: list[str],
    *,
    title: str,
    quantity: str,
    label: str = "label",
    kind: str = "kind",
    count: str = "count",
    footnote: str = "",
) -> Figure:
    """Draw counts as bars from zero, split into kinds; a row without any says so.

    Parameters
    ----------
    frame : DataFrame
        One row per bar and kind: the columns named by ``label``, ``kind`` and ``count``.
    names : list of str
        All rows, those that have no count too, in their order.
    title : str
        The finding.
    quantity : str
        What is counted, for the axis.
    footnote : str
        Caveats.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty.
    """
    kinds = distinct(frame[kind])
    rows = row_names(names)
    key = Key(tuple(map(display_name, kinds))) if kinds else None
    fig, ax = new_figure(title, footnote, 0.55 + row_inches(rows, 0.46), key)
    colours = colours_for(kinds)
    for row, name in enumerate(names):
        own = frame[(frame[label] == name) & (frame[count] > 0)]
        left = 0
        for _, line in own.iterrows():
            value, colour = int(line[count]), colours[line[kind]]
            ax.barh(
                row,
                value,
                0.6,
                left=left,
                color=colour,
                edgecolor="white",
                linewidth=1.2,
                label=display_name(line[kind]),
            )
            left += value
        text, colour = (str(left), None) if left else (say("chart.no_findings"), FAINT)
        ax.annotate(
            text,
            (left, row),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            **({"color": colour} if colour else {}),
        )
        _write_counts(ax, row, own, kind, count, colours)
    name_rows(ax, rows)
    most = frame.groupby(label)[count].sum().max() if len(frame) else 1
    ax.set_xlim(0, max(most, 1) * 1.12)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.grid(axis="x")
    ax.set_xlabel(quantity)
    if key:
        key.draw(fig, ax)
    return fig


def _write_counts(ax, row, own, kind, count, colours) -> None:
    """Write each count into its part of the bar, where there is more than one part."""
    total, left = own[count].sum(), 0
    for _, line in own.iterrows():
        value = int(line[count])
        if len(own) > 1 and value >= 0.06 * total:
            ink = text_colour(colours[line[kind]])
            ax.text(
                left + value / 2, row, str(value), ha="center", va="center", fontsize=9, color=ink
            )
        left += value


def gap_dots(
    frame: pd.DataFrame,
    names: list[str],
    *,
    title: str,
    quantity: str,
    label: str = "label",
    kind: str = "kind",
    gap: str = "relative_gap",
    footnote: str = "",
) -> Figure:
    """Draw each difference as a dot on a logarithmic axis; a row without any says so.

    Parameters
    ----------
    frame : DataFrame
        One row per difference: the columns named by ``label``, ``kind`` and ``gap`` (0-1, above 0).
    names : list of str
        All rows, those without a difference too, in their order.
    title : str
        The finding.
    quantity : str
        What the axis measures, with the denominator.
    footnote : str
        Caveats.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty.
    """
    kinds = distinct(frame[kind])
    rows, key = row_names(names), Key(tuple(map(display_name, kinds))) if kinds else None
    fig, ax = new_figure(title, footnote, 0.55 + row_inches(rows, 0.62), key)
    colours = colours_for(kinds)
    for row, name in enumerate(names):
        own = frame[frame[label] == name].sort_values(gap)
        if own.empty:
            ax.annotate(say("chart.no_findings"), (_SMALLEST, row), (5, 0), va="center",
                        textcoords="offset points", fontsize=9, color=FAINT)  # fmt: skip
        for place, (_, line) in enumerate(own.iterrows()):
            # Dots side by side would cover one another: five lanes, in turn.
            lane = row + (place % 5 - 2) * 0.13
            ax.plot(
                max(float(line[gap]), _SMALLEST),
                lane,
                "o",
                color=colours[line[kind]],
                markersize=6,
                alpha=0.85,
                markeredgewidth=0,
                clip_on=False,
                label=display_name(line[kind]),
            )
    name_rows(ax, rows)
    ax.set_xscale("log")
    ax.set_xlim(_SMALLEST, 1.1)
    ax.xaxis.set_major_locator(LogLocator(10))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.10g}%"))
    ax.grid(axis="x")
    ax.set_xlabel(quantity)
    if key:
        key.draw(fig, ax)
    return fig

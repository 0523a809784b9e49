"""Dots and curves: deviations, Lorenz curves, two states side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from helpers.charts.frame import (
    PERCENT,
    Key,
    amount_axis,
    distinct,
    draw_missing,
    name_rows,
    new_figure,
    row_inches,
    row_names,
)
from helpers.charts.style import (
    COLOURS,
    FAINT,
    INK,
    SERIES,
    colours_for,
    format_amount,
    is_missing,
    marker,
)
from helpers.line_breaks import wrap
from helpers.wording import label as term_label
from helpers.wording import say


def deviation_dots(
    frame: pd.DataFrame,
    *,
    title: str,
    label: str = "label",
    item: str = "item",
    deviation: str = "deviation",
    n: int = 12,
    footnote: str = "",
) -> Figure:
    """Draw by how much each disclosure's share of an item differs from that of the others.

    Parameters
    ----------
    frame : DataFrame
        The answer of ``measures.item_shares`` with a column ``label``; rows without a deviation
        are left out.
    title : str
        The finding.
    n : int
        How many items to show: those with the largest deviation, up or down.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty.
    """
    known = frame[frame[deviation].notna()]
    extent = known.groupby(item, sort=False)[deviation].agg(lambda d: d.abs().max())
    items = list(extent.sort_values(ascending=False, kind="stable").index[:n])
    names, others = distinct(frame[label]), say("chart.others")
    colours = colours_for(names, spare=COLOURS["tail"])
    rows, key = (
        row_names(items),
        Key((*names[: len(SERIES)], *([others] if len(names) > len(SERIES) else []))),
    )
    fig, ax = new_figure(title, footnote, 0.55 + row_inches(rows, 0.33), key)
    ax.axvline(0, color=INK, linewidth=1)
    for position, name in enumerate(names):
        own = known[(known[label] == name) & known[item].isin(items)]
        has_colour = position < len(SERIES)
        ax.plot(
            own[deviation],
            [items.index(text) for text in own[item]],
            marker(position),
            color=colours[name],
            markersize=8,
            markeredgecolor="white",
            label=name if has_colour else others,
            clip_on=False,
        )
    name_rows(ax, rows)
    reach = max(float(extent.max()) if len(extent) else 0.0, 0.01) * 1.08
    ax.set_xlim(-reach, reach)
    ax.grid(axis="both")
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{100 * value:+.3g}" if value else "0")
    )
    ax.set_xlabel(say("chart.deviation"))
    key.draw(fig, ax)
    return fig


def lorenz(
    frame: pd.DataFrame,
    *,
    title: str,
    label: str = "label",
    population_share: str = "population_share",
    amount_share: str = "amount_share",
    footnote: str = "",
) -> Figure:
    """Draw Lorenz curves against the line of equal amounts, each labelled directly.

    Parameters
    ----------
    frame : DataFrame
        The answer of ``measures.lorenz_curves`` with a column ``label``: one row per point.
    title : str
        The finding.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty.
    """
    names = distinct(frame[label])
    colours = colours_for(names, spare=COLOURS["tail"])
    fig, ax = new_figure(title, footnote, 5.2)
    ax.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
    ax.text(
        0.3,
        0.315,
        term_label("equality"),
        rotation=45,
        rotation_mode="anchor",
        color=FAINT,
        fontsize=9,
        ha="center",
        va="bottom",
    )
    anchors = []
    for position, name in enumerate(names):
        curve = frame[frame[label] == name]
        x, y = list(curve[population_share]), list(curve[amount_share])
        ax.plot(
            x,
            y,
            color=colours[name],
            linewidth=2,
            marker=marker(position),
            markersize=4,
            clip_on=False,
        )
        # All curves end in (1, 1); they are furthest apart where the largest project begins.
        if position < len(SERIES):
            anchors.append((y[-2], x[-2], name, wrap(name, 34)))
    _label_curves(ax, sorted(anchors), colours)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_aspect("equal")
    ax.grid()
    ax.xaxis.set_major_formatter(PERCENT)
    ax.yaxis.set_major_formatter(PERCENT)
    ax.set_xlabel(say("chart.population"))
    ax.set_ylabel(say("chart.money"))
    return fig


def _label_curves(
    ax: Axes, anchors: Sequence[tuple[float, float, str, str]], colours: dict[str, str]
) -> None:
    """Write each curve's name beside the axes, at the height of its anchor where there is room."""
    step = 0.05
    places: list[float] = []
    for y, _, _, text in anchors:
        half = step * (text.count("\n") + 1) / 2
        free = places[-1] + half + 0.02 if places else half
        middle = max(y, free)
        places.append(middle + half)
    overflow = max(places[-1] - 1, 0) if places else 0
    for (y, x, name, text), top in zip(anchors, places, strict=True):
        middle = top - step * (text.count("\n") + 1) / 2 - overflow
        ax.annotate(
            text,
            (x, y),
            (1.07, middle),
            va="center",
            linespacing=1.1,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colours[name],
                "linewidth": 0.8,
                "shrinkA": 2,
                # To the middle of the text's left edge, not under the text to its centre.
                "relpos": (0, 0.5),
            },
        )


def dumbbell(
    frame: pd.DataFrame,
    *,
    title: str,
    start: str,
    end: str,
    quantity: str,
    start_name: str,
    end_name: str,
    label: str = "label",
    footnote: str = "",
) -> Figure:
    """Draw two states of the same things side by side: two phases, or two years.

    Parameters
    ----------
    frame : DataFrame
        One row per thing: the columns named by ``label``, ``start`` and ``end`` (yuan). Order is
        kept.
    title : str
        The finding.
    quantity : str
        What the axis measures; the unit is added.
    start_name, end_name : str
        What the two states are, with year and phase.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty.
    """
    rows, key = row_names(frame[label]), Key((start_name, end_name))
    fig, ax = new_figure(title, footnote, 0.55 + row_inches(rows, 0.45), key)
    values = [float(v) for column in (start, end) for v in frame[column] if not is_missing(v)]
    largest, dark = max(values, default=0.0), COLOURS["final"]
    for row, (first, last) in enumerate(zip(frame[start], frame[end], strict=True)):
        if is_missing(first) and is_missing(last):
            draw_missing(ax, row, 0.3, 0.06 * (largest or 1))
            continue
        stated = [float(value) for value in (first, last) if not is_missing(value)]
        ax.plot([min(stated), max(stated)], [row, row], color=COLOURS["tail"], linewidth=4)
        # The ring is wider than the dot: both are seen where the two amounts are equal.
        for value, text, fill, size in (
            (first, start_name, "white", 13),
            (last, end_name, dark, 7),
        ):
            if not is_missing(value):
                ax.plot(
                    float(value),
                    row,
                    "o",
                    markersize=size,
                    markerfacecolor=fill,
                    markeredgecolor=dark,
                    markeredgewidth=1.6,
                    label=text,
                    clip_on=False,
                )
        ax.annotate(
            f"{format_amount(first)} → {format_amount(last)}",
            (max(stated), row),
            (11, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
    name_rows(ax, rows)
    # Room for both amounts beside the larger dot.
    ax.set_xlim(0, (largest or 1) * 1.45)
    ax.grid(axis="x")
    amount_axis(ax, quantity, largest)
    key.draw(fig, ax)
    return fig

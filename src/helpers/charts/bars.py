"""Bars: shares of a whole, amounts from zero, ranked projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
    INK,
    colours_for,
    display_name,
    format_amount,
    is_missing,
    text_colour,
)
from helpers.wording import label as term_label
from helpers.wording import say


def stacked_shares(
    frame: pd.DataFrame,
    *,
    title: str,
    label: str = "label",
    part: str = "part",
    share: str = "share",
    amount: str | None = None,
    denominator: str = "share of personnel and public cost",
    footnote: str = "",
) -> Figure:
    """Draw one bar of 100 % per disclosure, split into parts that are labelled directly.

    Parameters
    ----------
    frame : DataFrame
        One row per bar and part: the columns named by ``label``, ``part`` and ``share`` (0-1), and
        by ``amount`` (yuan) where the amounts are to be written too. Order is kept.
    title : str
        The finding.
    denominator : str
        What the shares are shares of, for the axis.
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
    names, parts = distinct(frame[label]), distinct(frame[part])
    rows, key = row_names(names), Key(tuple(map(display_name, parts)))
    fig, ax = new_figure(title, footnote, 0.55 + row_inches(rows, 0.52), key)
    colours = colours_for(parts)
    for row, name in enumerate(names):
        own = frame[frame[label] == name]
        if own[share].map(is_missing).any():
            draw_missing(ax, row, 0.62, 0.18)
            continue
        left = 0.0
        for _, line in own.iterrows():
            value, colour = float(line[share]), colours[line[part]]
            ax.barh(
                row,
                value,
                0.62,
                left=left,
                color=colour,
                edgecolor="white",
                linewidth=1.2,
                label=display_name(line[part]),
            )
            text = f"{value:.1%}"
            if amount is not None and value >= 0.28:
                text += f"   {format_amount(line[amount])}"
            if value >= 0.055:
                ax.text(
                    left + value / 2, row, text, ha="center", va="center", color=text_colour(colour)
                )
            left += value
    name_rows(ax, rows)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PERCENT)
    ax.set_xlabel(denominator)
    key.draw(fig, ax)
    return fig


def amount_bars(
    frame: pd.DataFrame,
    *,
    title: str,
    quantity: str,
    label: str = "label",
    group: str | None = None,
    amount: str = "amount_yuan",
    footnote: str = "",
) -> Figure:
    """Draw amounts as bars from zero, labelled directly; missing ones as missing.

    Parameters
    ----------
    frame : DataFrame
        One row per bar: the columns named by ``label``, ``amount`` (yuan, not below 0) and, for
        several bars to a label, ``group``. Order is kept.
    title : str
        The finding.
    quantity : str
        What the axis measures; the unit is added.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty or an amount is below 0.
    """
    fig, ax, largest = _bars(frame, title, label, group, amount, format_amount, footnote)
    amount_axis(ax, quantity, largest)
    return fig


def share_bars(
    frame: pd.DataFrame,
    *,
    title: str,
    quantity: str,
    label: str = "label",
    group: str | None = None,
    share: str = "share",
    footnote: str = "",
) -> Figure:
    """Draw shares as bars from zero, labelled directly; missing ones as missing.

    Parameters
    ----------
    frame : DataFrame
        As for :func:`amount_bars`, with a column of shares (0-1).
    title : str
        The finding.
    quantity : str
        What the axis measures, with the denominator.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty or a share is below 0.
    """

    def percent(value: float) -> str:
        return f"{value:.1%}"

    fig, ax, _ = _bars(frame, title, label, group, share, percent, footnote)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(PERCENT)
    ax.set_xlabel(quantity)
    return fig


def _bars(
    frame: pd.DataFrame,
    title: str,
    label: str,
    group: str | None,
    column: str,
    write: Callable[[Any], str],
    footnote: str,
) -> tuple[Figure, Axes, float]:
    """Draw grouped horizontal bars; return figure, axes and the largest value."""
    names = distinct(frame[label])
    terms = distinct(frame[group]) if group else [""]
    values = [float(value) for value in frame[column] if not is_missing(value)]
    if any(value < 0 for value in values):
        raise ValueError(f"bars from zero cannot show {column} = {min(values)}")
    largest = max(values, default=0.0)
    thick = 0.78 / len(terms)
    rows, key = row_names(names), Key(tuple(map(display_name, terms))) if group else None
    height = 0.55 + row_inches(rows, 0.16 + 0.27 * len(terms))
    fig, ax = new_figure(title, footnote, height, key)
    colours = colours_for(terms) if group else {"": COLOURS["project"]}
    for row, name in enumerate(names):
        own = frame[frame[label] == name]
        for _, line in own.iterrows():
            term = line[group] if group else ""
            y = row + (terms.index(term) - (len(terms) - 1) / 2) * thick
            if is_missing(line[column]):
                draw_missing(ax, y, thick * 0.86, 0.06 * (largest or 1))
                continue
            value = float(line[column])
            ax.barh(
                y, value, thick * 0.86, color=colours[term], linewidth=0, label=display_name(term)
            )
            ax.annotate(
                write(line[column]),
                (value, y),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
    name_rows(ax, rows)
    # Room for the label of the longest bar.
    ax.set_xlim(0, (largest or 1) * 1.2)
    ax.grid(axis="x")
    if key:
        key.draw(fig, ax)
    return fig, ax, largest


def item_stack(
    frame: pd.DataFrame,
    *,
    title: str,
    label: str = "label",
    item: str = "item",
    share: str = "share",
    is_tail: str = "is_tail",
    denominator: str,
    footnote: str = "",
) -> Figure:
    """Draw what each disclosure's cost is made of: the same items in the same order in each bar.

    Parameters
    ----------
    frame : DataFrame
        The answer of ``measures.gather_tail`` with a column ``label``: one row per bar and item,
        items sorted, the gathered tail last and in grey.
    title : str
        The finding.
    denominator : str
        What the shares are shares of, for the axis.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty, or there are more items than colours that can be told apart.
    """
    names = distinct(frame[label])
    sizes = frame.groupby(item, sort=False)[share].sum()
    tails = set(frame.loc[frame[is_tail].astype(bool), item])
    items = sorted(sizes.index, key=lambda name: (name in tails, -sizes[name]))
    colours = colours_for([name for name in items if name not in tails])
    colours |= dict.fromkeys(tails, COLOURS["tail"])
    rows, key = row_names(names), Key(tuple(items))
    fig, ax = new_figure(title, footnote, 0.55 + row_inches(rows, 0.55), key)
    for row, name in enumerate(names):
        own = frame[frame[label] == name].set_index(item)[share]
        left = 0.0
        for kind in items:
            if kind not in own.index:
                continue
            value = float(own[kind])
            ax.barh(
                row,
                value,
                0.66,
                left=left,
                color=colours[kind],
                edgecolor="white",
                linewidth=1.2,
                label=kind,
            )
            if value >= 0.045:
                ax.text(
                    left + value / 2,
                    row,
                    f"{value:.0%}",
                    ha="center",
                    va="center",
                    fontsize=9,
                    color=text_colour(colours[kind]),
                )
            left += value
    name_rows(ax, rows)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PERCENT)
    ax.set_xlabel(denominator)
    key.draw(fig, ax)
    return fig


def ranked_cumulative(
    frame: pd.DataFrame,
    *,
    title: str,
    name: str = "project_name",
    amount: str = "amount_yuan",
    is_withheld: str = "is_withheld",
    n: int = 12,
    quantity: str = "amount",
    footnote: str = "",
) -> Figure:
    """Draw the projects by size, and beside each the share that it and the larger ones carry.

    The cumulative line has a panel of its own to the right, on a percent axis: two scales on one
    panel would let the reader compare heights that have nothing in common.

    Parameters
    ----------
    frame : DataFrame
        The answer of ``measures.ranked_projects`` for one disclosure, the largest first, amounts
        in yuan above 0. ``is_withheld`` marks what the public is not told about.
    title : str
        The finding.
    n : int
        How many projects to show, besides those withheld; the others are gathered in a grey bar.
    quantity : str
        What the amounts are, for the axis.
    footnote : str
        Caveats and findings that touch a figure shown.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the title is empty or there is no project.
    """
    if frame.empty:
        raise ValueError("there is no project with an amount to rank")
    total = sum(frame[amount])
    # What the public is not told about is shown however small it is.
    is_shown = (frame.reset_index().index < n) | frame[is_withheld].to_numpy(dtype=bool)
    shown = frame if len(frame) <= n + 1 else frame[is_shown]
    rows = [
        (text, value, "withheld" if hidden else "project")
        for text, value, hidden in zip(shown[name], shown[amount], shown[is_withheld], strict=True)
    ]
    if len(shown) < len(frame):
        rest = len(frame) - len(shown)
        rows.append((say("chart.tail", n=rest), total - sum(shown[amount]), "tail"))
    texts = row_names((text for text, _, _ in rows), width=46, max_lines=2)
    drawn = {kind for _, _, kind in rows}
    key = Key((say("chart.project"), say("chart.withheld"))) if "withheld" in drawn else None
    fig, (ax, line) = new_figure(
        title,
        footnote,
        0.55 + row_inches(texts, 0.34),
        key,
        ncols=2,
        sharey=True,
        width_ratios=[2.6, 1],
    )
    largest = max(float(value) for _, value, _ in rows)
    cumulative, running = [], 0
    for row, (_, value, kind) in enumerate(rows):
        ax.barh(
            row,
            float(value),
            0.72,
            color=COLOURS[kind],
            linewidth=0,
            label=None if kind == "tail" else say(f"chart.{kind}"),
        )
        ax.annotate(
            format_amount(value),
            (float(value), row),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
        running += value
        cumulative.append(float(running / total))
    name_rows(ax, texts)
    ax.set_xlim(0, largest * 1.3)
    ax.grid(axis="x")
    amount_axis(ax, quantity, largest)
    ax.xaxis.get_major_locator().set_params(nbins=4)
    line.plot(cumulative, range(len(rows)), "-o", color=INK, markersize=5, clip_on=False)
    for row, share in enumerate(cumulative):
        # On the side with room: the curve runs downwards to the right and is never crossed.
        side = 1 if share < 0.35 else -1
        line.annotate(
            f"{share:.1%}" if share < 0.9995 or row == len(rows) - 1 else ">99.9%",
            (share, row),
            (8 * side, 0),
            textcoords="offset points",
            ha="left" if side == 1 else "right",
            va="center",
            fontsize=9,
        )
    line.set_xlim(0, 1)
    line.tick_params(axis="y", length=0)
    line.grid(axis="x")
    line.xaxis.set_major_locator(MaxNLocator(2))
    line.xaxis.set_major_formatter(PERCENT)
    line.set_xlabel(term_label("cumulative_share"))
    if key:
        key.draw(fig, ax)
    return fig

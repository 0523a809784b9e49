"""What every figure has: the finding on top, the key, named rows, a money axis, the caveats.

Also how a missing figure looks: a hatched outline that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.charts.style import FAINT, WIDTH, amount_unit, use_style
from helpers.line_breaks import text_columns, wrap
from helpers.wording import label as term_label

_UNIT_GLOSS = {"亿元": "100 million yuan", "万元": "10,000 yuan", "元": "yuan"}

#: Writes a share (0-1) on an axis.
PERCENT = FuncFormatter(lambda share, _: f"{100 * share:.10g}%")


def amount_axis(ax: Axes, quantity: str, largest: float) -> None:
    """Put the unit on a money axis whose data are in yuan."""
    unit, size = amount_unit(largest)
    ax.xaxis.set_major_locator(_RoundTicks(size))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda yuan, _: f"{yuan / size:,.10g}"))
    ax.set_xlabel(f"{quantity}, {unit} ({_UNIT_GLOSS[unit]})")


class _RoundTicks(MaxNLocator):
    """Ticks that are round in the unit shown, not in yuan."""

    def __init__(self, size: float) -> None:
        super().__init__(nbins=6, steps=[1, 2, 2.5, 5, 10])
        self._size = size

    def tick_values(self, vmin: float, vmax: float) -> Any:
        return super().tick_values(vmin / self._size, vmax / self._size) * self._size


@dataclass(frozen=True)
class Key:
    """The key of a figure: terms and their names, in the order of the data."""

    names: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """How many entries fit beside one another."""
        widest = max(map(text_columns, "\n".join(self.names).split("\n")))
        return min(len(self.names), max(1, 130 // (widest + 6)))

    @property
    def inches(self) -> float:
        if not self.names:
            return 0.0
        lines = max(name.count("\n") + 1 for name in self.names)
        return 0.2 * lines * -(-len(self.names) // self.columns) + 0.16

    def draw(self, fig: Figure, ax: Axes) -> None:
        """Put it between title and data; what was never drawn has no entry."""
        handles, labels = ax.get_legend_handles_labels()
        found = dict(zip(labels, handles, strict=True))
        names = [name for name in self.names if name in found]
        _, bottom, _, height = fig.get_layout_engine().get()["rect"]
        legend = fig.legend(
            [found[name] for name in names],
            names,
            loc="lower left",
            bbox_to_anchor=(0, bottom + height),
            ncols=self.columns,
            handlelength=1.0,
            handleheight=1.0,
            columnspacing=1.8,
            borderpad=0.5,
            labelspacing=0.35,
        )
        legend.set_in_layout(False)


def new_figure(
    title: str, footnote: str, height: float, key: Key | None = None, **subplots: Any
) -> tuple[Figure, Any]:
    """Make a figure of the house: the finding, the key, the data, the caveats, from the top.

    ``height`` is that of the data in inches; the rest is added to it, so that a long title takes
    nothing from the bars.
    """
    if not title.strip():
        raise ValueError("a figure needs a title that states its finding")
    use_style()
    heading, notes = wrap(title, 90), wrap(footnote, 146) if footnote.strip() else ""
    above = 0.16 + 0.27 * (heading.count("\n") + 1)
    between = key.inches if key else 0.0
    below = 0.12 + 0.17 * (notes.count("\n") + 1) if notes else 0.0
    total = above + between + height + below
    # Not through pyplot: nothing is left open, and a notebook shows the picture once.
    fig = Figure(figsize=(WIDTH, total), layout="constrained")
    fig.get_layout_engine().set(
        rect=(0, below / total, 1, height / total), h_pad=0.05, w_pad=0.08, wspace=0.04
    )
    fig.text(
        0.009, 1 - 0.09 / total, heading, va="top", fontsize=14, linespacing=1.25, in_layout=False
    )
    if notes:
        fig.text(
            0.009,
            0.08 / total,
            notes,
            va="bottom",
            fontsize=8.5,
            color=FAINT,
            linespacing=1.3,
            in_layout=False,
        )
    return fig, fig.subplots(**subplots)


def row_names(names: Iterable[Any], width: int = 34, max_lines: int = 3) -> list[str]:
    """Wrap the names of rows."""
    return [wrap(str(name), width, max_lines) for name in names]


def row_inches(names: Sequence[str], least: float) -> float:
    """Return the height that rows with such wrapped names need."""
    lines = max((name.count("\n") + 1 for name in names), default=1)
    return len(names) * max(least, 0.19 * lines + 0.12)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Name the rows of a horizontal chart from the top."""
    ax.set_yticks(range(len(names)), names, linespacing=1.15)
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0)


def draw_missing(ax: Axes, y: float, height: float, width: float) -> None:
    """Draw a hatched outline that says so: a figure not published is neither 0 nor forgotten."""
    ax.barh(
        y,
        width,
        height,
        facecolor="none",
        edgecolor=FAINT,
        linewidth=0.8,
        linestyle="--",
        hatch="////",
    )
    ax.annotate(
        term_label("missing"),
        (width, y),
        (5, 0),
        textcoords="offset points",
        va="center",
        color=FAINT,
        fontsize=9,
    )


def distinct(column: pd.Series) -> list[Any]:
    """Return the values of a column once each, in the order met."""
    return list(dict.fromkeys(column))

"""Texts that know their place in a document, and tables of them.

Place in the chain: under ``provenance`` and every table that is shown.  Input: a figure's text and
its origin.  Output: :class:`Traced`, and HTML in which the figure carries its place.

The HTML is one for JupyterLab and for the reports: a span with a title.  In the site, where each
disclosure has a page with its lines, the export makes a link of it (``report.pages``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

_LINE = re.compile(r"L(\d+)")


class Traced(str):
    """A text as shown, with the disclosure and the place its figure stands in.

    It is the text in every other respect.  What is made of it (a slice, a number) has no place of
    its own and is a plain text again.

    Attributes
    ----------
    source_id, origin
        As in the clean files; ``origin`` may name several places joined with ``;``.

    Examples
    --------
    >>> amount = Traced("25.56", "anyang_finance_2024_budget", "L303")
    >>> amount == "25.56", amount.origin
    (True, 'L303')
    """

    source_id: str
    origin: str

    def __new__(cls, text: str, source_id: str, origin: str) -> Traced:
        traced = super().__new__(cls, text)
        traced.source_id, traced.origin = source_id, origin
        return traced

    def __getnewargs__(self) -> tuple[str, str, str]:
        return str(self), self.source_id, self.origin

    def to_html(self) -> str:
        """Return the text with its place; a text that is itself the origin, place by place."""
        places = self.origin.split(";")
        texts = places if self == self.origin else [str(self)]
        return ";".join(
            _span(text, self.source_id, place)
            for text, place in zip(texts, places[: len(texts)], strict=True)
        )


def _span(text: str, source_id: str, place: str) -> str:
    line = _LINE.fullmatch(place)
    where = f"{source_id}, {f'line {int(line.group(1)):,}' if line else place}"
    return (
        f'<span class="origin" data-place="{html.escape(f"{source_id}#{place}")}" '
        f'title="{html.escape(where)}">{html.escape(text)}</span>'
    )


def traced_column(
    texts: Iterable[Any], source_ids: Iterable[str], origins: Iterable[str | None]
) -> list[Any]:
    """Give each text its place; what is missing, or has no place, stays as it is."""
    return [
        Traced(text, source_id, origin)
        if isinstance(text, str) and isinstance(origin, str) and origin
        else text
        for text, source_id, origin in zip(texts, source_ids, origins, strict=True)
    ]


def objects(values: Sequence[Any], index: pd.Index) -> pd.Series:
    """Return a column that keeps its values as they are; pandas would make plain texts of them."""
    return pd.Series(list(values), index=index, dtype=object)


def table_html(frame: pd.DataFrame, index: bool = False) -> str:
    """Return a table as HTML in which each traced text carries its place.

    Texts are shown whole: a figure or a reason cut short is no use.
    """
    shown = frame.astype(object).map(_cell)
    # A long identifier breaks where it has joints, not within a word.
    shown.columns = [_cell(str(name)).replace("_", "_<wbr>") for name in frame.columns]
    shown.index = shown.index.map(lambda name: _cell(name) if isinstance(name, str) else name)
    with pd.option_context("display.max_colwidth", None):
        return shown.to_html(index=index, border=0, escape=False)


def _cell(value: Any) -> Any:
    if isinstance(value, Traced):
        return value.to_html()
    return html.escape(value) if isinstance(value, str) else value


class TracedTable(pd.DataFrame):
    """A data frame of texts as printed; JupyterLab shows each amount with its place."""

    @property
    def _constructor(self) -> type[TracedTable]:
        return TracedTable

    def _repr_html_(self) -> str:
        most = pd.get_option("display.max_rows")
        shown = self if len(self) <= most else self.head(most)
        rest = "" if shown is self else f"<p>… {len(self) - most:,} more rows</p>"
        return table_html(shown.astype(object).where(shown.notna(), ""), index=False) + rest

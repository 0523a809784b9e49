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
from typing import Any, NamedTuple

import pandas as pd

_LINE = re.compile(r"L(\d+)")

#: The mark of a figure that a finding touches.
DAGGER = "†"


class Touch(NamedTuple):
    """A finding that touches a figure; ``says`` names it in a few words."""

    source_id: str
    finding_no: int
    says: str


def touch_html(touches: Sequence[Touch]) -> str:
    """Return the mark of a figure that findings touch, which leads to the first of them."""
    if not touches:
        return ""
    first, told = touches[0], "; ".join(touch.says for touch in touches)
    title = html.escape(f"A finding touches this figure: {told}")
    return _touch_span(first, DAGGER, "touched", title)


def touch_list(touches: Sequence[Touch]) -> str:
    """Return findings by name, each leading to its card."""
    return "; ".join(
        _touch_span(touch, html.escape(touch.says), "finding-name", "the finding")
        for touch in touches
    )


def _touch_span(touch: Touch, content: str, kind: str, title: str) -> str:
    place = html.escape(f"{touch.source_id}#{touch.finding_no}")
    return f'<span class="{kind}" data-finding="{place}" title="{title}">{content}</span>'


class Traced(str):
    """A text as shown, with the disclosure and the place its figure stands in.

    It is the text in every other respect.  What is made of it (a slice, a number) has no place of
    its own and is a plain text again.

    Attributes
    ----------
    source_id, origin
        As in the clean files; ``origin`` may name several places joined with ``;``, or none for a
        figure that is derived.
    touches
        Findings that touch the figure, or a figure it is derived from.

    Examples
    --------
    >>> amount = Traced("25.56", "anyang_finance_2024_budget", "L303")
    >>> amount == "25.56", amount.origin
    (True, 'L303')
    """

    source_id: str
    origin: str
    touches: tuple[Touch, ...]

    def __new__(
        cls, text: str, source_id: str, origin: str, touches: Sequence[Touch] = ()
    ) -> Traced:
        traced = super().__new__(cls, text)
        traced.source_id, traced.origin, traced.touches = source_id, origin, tuple(touches)
        return traced

    def __getnewargs__(self) -> tuple[str, str, str, tuple[Touch, ...]]:
        return str(self), self.source_id, self.origin, self.touches

    def to_html(self) -> str:
        """Return the text with its place and mark; one that is the origin, place by place."""
        if not self.origin:
            return html.escape(str(self)) + touch_html(self.touches)
        places = self.origin.split(";")
        texts = places if self == self.origin else [str(self)]
        linked = ";".join(
            _span(text, self.source_id, place)
            for text, place in zip(texts, places[: len(texts)], strict=True)
        )
        return linked + touch_html(self.touches)


def _span(text: str, source_id: str, place: str) -> str:
    line = _LINE.fullmatch(place)
    where = f"{source_id}, {f'line {int(line.group(1)):,}' if line else place}"
    return (
        f'<span class="origin" data-place="{html.escape(f"{source_id}#{place}")}" '
        f'title="{html.escape(where)}">{html.escape(text)}</span>'
    )


def traced_column(
    texts: Iterable[Any],
    source_ids: Iterable[str],
    origins: Iterable[str | None],
    touches: Iterable[Sequence[Touch]] | None = None,
) -> list[Any]:
    """Give each text its place and the findings that touch it.

    What is missing stays as it is, and so does what has neither.
    """
    texts = list(texts)
    marks = [()] * len(texts) if touches is None else touches
    return [
        Traced(text, source_id, origin if isinstance(origin, str) else "", own)
        if isinstance(text, str) and (own or (isinstance(origin, str) and origin))
        else text
        for text, source_id, origin, own in zip(texts, source_ids, origins, marks, strict=True)
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

"""Findings as cards: both figures with their places, both sentences, the hint, the lines.

Place in the chain: after ``audit.by_cause``.  Input: causes and their disclosure.  Output:
:class:`Cards`, which JupyterLab and the reports show as HTML.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.audit.by_cause import Cause, Row, gap_text, rule_name, value_text
from helpers.audit.listing import tell_hints
from helpers.document import DisclosureError
from helpers.provenance import Place
from helpers.traced import Traced
from helpers.wording import say

#: So many places of a side are shown with their lines; a sum may have thirty.
_MOST_PLACES = 4

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Cards:
    """Causes of findings, to be shown one below the other.

    Attributes
    ----------
    causes
        In the order to be shown.
    where
        Shows the lines of a finding: ``Disclosure.where``.
    is_open
        Whether the lines of the document are in sight or behind a click.
    empty
        The sentence for no causes.
    """

    causes: Sequence[Cause]
    where: Callable[[dict[str, Any]], Place]
    is_open: bool = False
    empty: str = field(default="None.")

    def __str__(self) -> str:
        return "\n".join(row["statement_en"] for cause in self.causes for row in cause.rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.causes:
            return f"<p>{html.escape(self.empty)}</p>"
        return "".join(self._card(cause) for cause in self.causes)

    def _card(self, cause: Cause) -> str:
        lead, *others = cause.rows
        gap = gap_text(lead)
        told = html.escape(say("audit.difference", difference=gap)) if gap else ""
        head = (
            f'<p class="head"><b>{lead["finding_no"]}</b> '
            f"{html.escape(rule_name(lead))}<span>{told}</span></p>"
        )
        sides = "".join(_side(lead, side) for side in _SIDES)
        kind = "sides words" if cause.is_about_words else "sides"
        sentences = (
            f'<p lang="zh">{html.escape(lead["statement_zh"])}</p>'
            f"<p>{html.escape(lead['statement_en'])}</p>"
        )
        return (
            f'<article class="finding {html.escape(cause.severity)}" {_anchor(lead)}>{head}'
            f'<dl class="{kind}">{sides}</dl>{sentences}{_hints(cause)}'
            f"{_others(others)}{self._lines(lead)}</article>"
        )

    def _lines(self, row: Row) -> str:
        shown = dict(row) | {
            f"{side}_origin": ";".join(row[f"{side}_origin"].split(";")[:_MOST_PLACES])
            for side in _SIDES
        }
        try:
            place = self.where(shown)
        except DisclosureError:  # a finding without a place, or one that is no line of a text
            return ""
        state = " open" if self.is_open else ""
        summary = html.escape(say("audit.lines"))
        return f"<details{state}><summary>{summary}</summary>{place._repr_html_()}</details>"


def _anchor(row: Row) -> str:
    """Return the name under which the marks of other pages find a finding."""
    return f'id="finding-{row["finding_no"]}"'


def _side(row: Row, side: str) -> str:
    places = row[f"{side}_origin"]
    linked = Traced(places, row["source_id"], places).to_html().replace(";", " ") if places else ""
    return (
        f"<dt>{html.escape(value_text(row, side))}</dt>"
        f'<dd><span lang="zh">{html.escape(row[f"{side}_label"])}</span> <small>{linked}</small>'
        "</dd>"
    )


def _hints(cause: Cause) -> str:
    """Return the likely slips, in both languages, or the places to look at first."""
    both = zip(tell_hints(cause, "zh"), tell_hints(cause, "en"), strict=True)
    told = [text for pair in both for text in pair]
    shown = "".join(f"{html.escape(text)}<br>" for text in told).removesuffix("<br>")
    if not shown and cause.suspects:
        places = ";".join(cause.suspects)
        linked = Traced(places, cause.lead["source_id"], places).to_html().replace(";", " ")
        shown = say("audit.suspects", places=linked)
    return f'<p class="hint">{shown}</p>' if shown else ""


def _others(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    items = "".join(
        f"<li {_anchor(row)}><b>{row['finding_no']}</b> {html.escape(row['statement_en'])}</li>"
        for row in rows
    )
    summary = html.escape(say("audit.more_of_cause", n=len(rows)))
    return f"<details><summary>{summary}</summary><ul>{items}</ul></details>"

"""Show sentences and tables in a notebook the way a reader wants them.

Place in the chain: used by notebooks only.  Input: a sentence from ``wording`` or a data frame.
Output: displayed Markdown or HTML.
"""

from __future__ import annotations

import pandas as pd
from IPython.display import HTML, Markdown, display

from helpers import charts
from helpers.comparison import Drawing
from helpers.traced import table_html, touch_list
from helpers.wording import label, say


def tell(*sentences: str) -> None:
    """Display sentences as one paragraph; Markdown is allowed."""
    display(Markdown(" ".join(sentences)))


def show_table(frame: pd.DataFrame, empty: str = "None.", index: bool = False) -> None:
    """Display a frame as a table, or a sentence where there is nothing to show.

    Parameters
    ----------
    frame
        What to show; missing values read "not found", and a traced text carries its place.
    empty
        The sentence for a frame without rows.
    index
        Show the index, too.
    """
    if frame.empty:
        tell(empty)
        return
    filled = frame.astype(object).where(frame.notna(), label("missing", lang="en"))
    display(HTML(table_html(filled, index=index)))


def show_drawing(drawing: Drawing | None, empty: str = "Nothing to draw.") -> None:
    """Display a figure with caption and alternative text, or a sentence where there is none."""
    if drawing is None:
        tell(empty)
    else:
        touches = drawing.touches
        note = f"{say('touched.note')} {touch_list(touches)}." if touches else ""
        charts.show(drawing.figure, drawing.caption, drawing.alt, note)

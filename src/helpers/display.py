"""Show sentences and tables in a notebook the way a reader wants them.

Place in the chain: used by notebooks only.  Input: a sentence from ``wording`` or a data frame.
Output: displayed Markdown or HTML.
"""

from __future__ import annotations

import pandas as pd
from IPython.display import HTML, Markdown, display

from helpers.wording import label


def tell(*sentences: str) -> None:
    """Display sentences as one paragraph; Markdown is allowed."""
    display(Markdown(" ".join(sentences)))


def show_table(frame: pd.DataFrame, empty: str = "None.", index: bool = False) -> None:
    """Display a frame as a table, or a sentence where there is nothing to show.

    Parameters
    ----------
    frame
        What to show; missing values read "not published".
    empty
        The sentence for a frame without rows.
    index
        Show the index, too.
    """
    if frame.empty:
        tell(empty)
        return
    filled = frame.astype(object).where(frame.notna(), label("missing", lang="en"))
    display(HTML(filled.to_html(index=index, border=0)))

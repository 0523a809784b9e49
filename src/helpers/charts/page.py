"""Put a figure into a page: self-contained, with caption and alternative text."""

from __future__ import annotations

import base64
import html
import io

from IPython.display import HTML, display
from matplotlib.figure import Figure


def _picture(fig: Figure) -> str:
    """Return the figure as a data address: vector or doubly dense pixels, whichever is smaller."""
    # Neither date nor version: two runs give the same bytes.
    vector, pixels = io.BytesIO(), io.BytesIO()
    fig.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
    fig.savefig(pixels, format="png", dpi=2 * fig.dpi, metadata={"Software": None})
    kind, data = min(
        ("image/svg+xml", vector.getvalue()),
        ("image/png", pixels.getvalue()),
        key=lambda picture: len(picture[1]),
    )
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def figure_html(fig: Figure, caption: str, alt: str, note: str = "") -> str:
    """Return a figure as self-contained HTML.

    Parameters
    ----------
    fig : Figure
        The figure.
    caption : str
        Source, table, year and phase; plain text.
    alt : str
        What the figure shows, for readers who do not see it; plain text.
    note : str
        HTML to stand below the caption.

    Returns
    -------
    str
        A ``<figure>`` with the picture as a data address and a ``<figcaption>``.

    Raises
    ------
    ValueError
        If caption or alternative text is empty.
    """
    for name, text in (("caption", caption), ("alternative text", alt)):
        if not text.strip():
            raise ValueError(f"a figure needs its {name}")
    width = round(96 * fig.get_figwidth())
    return (
        f'<figure class="chart"><img src="{_picture(fig)}" alt="{html.escape(alt)}" '
        f'width="{width}" style="max-width:100%;height:auto">'
        f"<figcaption>{html.escape(caption)}{f'<br>{note}' if note else ''}</figcaption></figure>"
    )


def show(fig: Figure, caption: str, alt: str, note: str = "") -> None:
    """Display a figure in a notebook with caption and alternative text.

    Parameters
    ----------
    fig, caption, alt, note
        As for :func:`figure_html`.

    Raises
    ------
    ValueError
        If caption or alternative text is empty.
    """
    display(HTML(figure_html(fig, caption, alt, note)))

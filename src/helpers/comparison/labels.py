"""Names, captions and texts: how a figure of a comparison is called and written.

Place in the chain: between ``measures`` and the notebooks.  Input: frames with ``source_id`` and
figures.  Output: the same frames with names and texts to show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from helpers.amounts import plain
from helpers.charts import format_amount
from helpers.measures.touched import Touches, touches_in
from helpers.traced import objects, traced_column
from helpers.wording import label, say

_DEPARTMENT = re.compile(r"_\d{4}_(?:budget|final)$")
_PHASE_WORDS = {
    "initial_budget": "budget",
    "adjusted_budget": "adjusted budget",
    "executed": "executed",
    "final": "final",
}
_MANY_TITLES = 6
_MANY_FIGURES = 12
_WITHOUT_LARGEST = "_without_largest"


def department_of(source_id: str) -> str:
    """Return what disclosures of one department share: the identifier without year and kind.

    Examples
    --------
    >>> department_of("anyang_finance_2023_budget")
    'anyang_finance'
    """
    return _DEPARTMENT.sub("", source_id)


def name_disclosures(frame: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Add the name under which a disclosure is shown: department, year and phase.

    Parameters
    ----------
    frame
        Any frame with ``source_id``; its own ``fiscal_year`` and ``phase`` are used where it has
        them, else those of the disclosure.
    sources
        As :func:`helpers.load_sources` returns it.

    Returns
    -------
    pandas.DataFrame
        ``frame`` with the column ``label``; year and phase are always part of it, so that a
        budget never stands beside final accounts unnoticed.  Disclosures of the same department
        name, year and kind are told apart by their identifier.
    """
    known = sources.set_index("source_id")
    same = sources.duplicated(["department", "fiscal_year", "kind"], keep=False)
    ambiguous = set(sources.loc[same, "source_id"])
    labels = []
    for row in frame.to_dict("records"):
        source = known.loc[row["source_id"]]
        year = row.get("fiscal_year", source["fiscal_year"])
        phase = _PHASE_WORDS.get(row.get("phase", ""), source["kind"])
        # Two cities may each have a department of this name.
        marked = f" ({row['source_id']})" if row["source_id"] in ambiguous else ""
        labels.append(f"{source['department']}{marked} ·\u00a0{year}\u00a0{phase}")
    return frame.assign(label=labels)


def caption(sources: pd.DataFrame, place: str) -> str:
    """Return the caption of a figure: source, table or section, years and phases.

    Parameters
    ----------
    sources
        The disclosures shown.
    place
        Where the figures stand, for instance ``table 6 or section six``.
    """
    titles = list(sources["title"])
    shown = "; ".join(titles[:_MANY_TITLES])
    more = f" and {len(titles) - _MANY_TITLES} more" if len(titles) > _MANY_TITLES else ""
    years = ", ".join(str(year) for year in sorted(set(sources["fiscal_year"])))
    kinds = " and ".join(sorted(set(sources["kind"])))
    return f"Source: {shown}{more}. {place}; {years}; {kinds}."


def sources_of(frame: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the sources whose figures a frame holds, for its caption."""
    return sources[sources["source_id"].isin(frame["source_id"])].reset_index(drop=True)


def mixed_phases(frame: pd.DataFrame) -> str:
    """Return what a title says where a comparison mixes years or phases; empty where it does not.

    Parameters
    ----------
    frame
        With ``fiscal_year`` and ``phase``.
    """
    pairs = sorted({(row["fiscal_year"], row["phase"]) for row in frame.to_dict("records")})
    if len(pairs) < 2:
        return ""
    phases = ", ".join(f"{year} {_PHASE_WORDS[phase]}" for year, phase in pairs)
    return " " + say("title.mixed", phases=phases)


def alt_text(
    intro: str, frame: pd.DataFrame, value: str, spec: str = "", name: str = "label"
) -> str:
    """Return the alternative text of a figure: what it shows and its figures in words.

    Parameters
    ----------
    intro
        What kind of figure it is and of what.
    frame
        What is drawn.
    value
        Column of the figures.
    spec
        Format of a share or number; without one the figures are amounts in yuan.
    name
        Column that names each figure.
    """
    texts = []
    for who, figure in zip(frame[name], frame[value], strict=True):
        written = number_text(figure, spec) if spec else format_amount(figure)
        texts.append(f"{who}: {written}")
    shown = "; ".join(texts[:_MANY_FIGURES])
    more = f"; and {len(texts) - _MANY_FIGURES} more" if len(texts) > _MANY_FIGURES else ""
    return f"{intro}. {shown}{more}."


def alt_of_first_item(items: pd.DataFrame, denominator: str) -> str:
    """Return the alternative text of stacked items: the largest item in each disclosure."""
    item = items["item"].iloc[0]
    same = items[items["item"] == item]
    return alt_text(f"{item} as a share of {denominator}", same, "share", ".1%")


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose column names are words: English with the Chinese term."""
    return frame.rename(columns={column: label(column) for column in frame.columns})


def amount_text(yuan: Decimal | float | None) -> str:
    """Write an amount for a table: always in 万元, exact amounts with every digit.

    Examples
    --------
    >>> amount_text(Decimal("5297030600"))
    '529,703.06 万元'
    """
    if pd.isna(yuan):
        return label("missing", lang="en")
    if not isinstance(yuan, Decimal):
        return f"{yuan / 10_000:,.2f} 万元"
    amount = plain(yuan / 10_000)
    return f"{amount:,.2f} 万元" if amount == round(amount, 2) else f"{amount:,} 万元"


def amounts_as_text(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame with amounts in yuan written in 万元; missing reads as missing.

    An amount whose place stands beside it, in ``<column>_origin``, keeps it.
    """
    return as_text(frame, columns, amount_text)


def counts_as_text(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame with numbers of persons or things written out; places as for amounts."""
    return as_text(frame, columns, lambda value: number_text(value, ","))


def as_text(
    frame: pd.DataFrame, columns: Sequence[str], write: Callable[[Any], str]
) -> pd.DataFrame:
    """Return a frame with figures written out, each with its place and the findings on it.

    They stand beside it in ``<column>_origin`` and ``<column>_touched``.  Where a row has one
    ``touched`` for all its figures, that is taken, and ``touched_without_largest`` for figures that
    leave the largest out.
    """
    texts = {}
    for column in columns:
        written = [write(value) for value in frame[column]]
        origins = frame.get(f"{column}_origin", [None] * len(frame))
        traced = traced_column(written, _source_ids(frame), origins, _touches(frame, column))
        texts[column] = objects(traced, frame.index)
    return frame.assign(**texts)


def _source_ids(frame: pd.DataFrame) -> Sequence[str]:
    return list(frame["source_id"]) if "source_id" in frame else [""] * len(frame)


def _touches(frame: pd.DataFrame, column: str) -> list[Touches]:
    names = [f"{column}_touched", "touched"]
    if column.endswith(_WITHOUT_LARGEST):
        names.insert(0, f"touched{_WITHOUT_LARGEST}")
    return next((touches_in(frame, name) for name in names if name in frame), [()] * len(frame))


def shares_as_text(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame with shares (0-1) written in percent; missing reads as missing."""
    return as_text(frame, columns, lambda value: number_text(value, ".1%"))


def number_text(value: float | None, spec: str) -> str:
    """Write a number by a format; missing reads as missing."""
    return label("missing", lang="en") if value is None or pd.isna(value) else format(value, spec)

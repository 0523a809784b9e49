"""Carry the findings that touch published figures over to what is derived from them.

Place in the chain: used by the measures.  Input: frames in which a column ``touched``, or
``<figure>_touched``, holds for each figure the findings that touch it.  Output: the same for sums,
shares and rates.  A derived figure is touched if one of its operands is; frames without such a
column are not touched at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

Touches = tuple[Any, ...]


def touches_in(frame: pd.DataFrame, column: str = "touched") -> list[Touches]:
    """Return the findings that touch each row's figure."""
    return list(frame[column]) if column in frame else [()] * len(frame)


def together(touches: Iterable[Touches]) -> Touches:
    """Return the findings that touch any of several figures, each once, in the order met."""
    return tuple(dict.fromkeys(touch for own in touches for touch in own))


def row_by_row(frame: pd.DataFrame, *columns: str) -> list[Touches]:
    """Return the findings that touch what each row derives from several of its figures."""
    return [
        together(own) for own in zip(*(touches_in(frame, name) for name in columns), strict=True)
    ]

"""Reference data: the rules, signatures and code lists that are rows of CSV files, not code.

Place in the chain: read by ``tables``, ``facts``, ``narrative`` and ``key_figures``.  Input: the
CSV files in ``reference/``, UTF-8 with a header row.  Output: lists of plain dictionaries.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def read_reference(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``reference/<name>.csv``.

    Parameters
    ----------
    name
        File name without suffix.

    Returns
    -------
    tuple of dict
        One dictionary a row, column name to text.

    Raises
    ------
    FileNotFoundError
        If there is no such reference file.
    """
    text = (files("helpers") / "reference" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))

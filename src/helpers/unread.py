"""What could not be read: each text with its place and the reason.

Place in the chain: after everything was read.  Input: tables, evaluations and the ledger.  Output:
rows of ``unread.csv``.  Nothing vanishes: a number that no reader took ends here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from helpers.document import Document, Lost
from helpers.ledger import UNREAD, Ledger, tokens_of
from helpers.performance import Evaluation
from helpers.sources import Source
from helpers.tables import BudgetTable

Row = dict[str, Any]


def unread_rows(
    source: Source,
    document: Document,
    tables: Sequence[BudgetTable],
    evaluations: Sequence[Evaluation],
    ledger: Ledger,
) -> list[Row]:
    """Return the rows of ``unread.csv``, in the order of the document.

    Parameters
    ----------
    source, document, tables, evaluations, ledger
        One disclosure and what was read from it.
    """
    places: list[tuple[str, str, str]] = []
    for table in tables:
        for cell, reason in table.unreadable:
            places.append((cell.text, cell.origin, f"{table.title}: {reason}"))
        if table.unit is None:
            reason = f"{table.title}: the document states no unit for this table"
            for line in table.lines:
                places += [(amount.text, cell.origin, reason) for _, amount, cell in line.amounts]
    for evaluation in evaluations:
        places += [(item.text, item.origin, item.reason) for item in evaluation.unread]
    lost = (block for block in document.blocks if isinstance(block, Lost))
    places += [(block.text, block.origin, block.reason) for block in lost]
    places += _in_no_class(document, places, ledger)
    ordered = sorted(places, key=lambda place: _first_line(document, place[1]))
    return [
        {
            "source_id": source.source_id,
            "unread_no": number,
            "text": text,
            "origin": origin,
            "reason": reason,
        }
        for number, (text, origin, reason) in enumerate(ordered, 1)
    ]


def _first_line(document: Document, origin: str) -> int:
    return document.numbers.get(origin.partition(";")[0], 0)


def _in_no_class(
    document: Document, listed: Sequence[tuple[str, str, str]], ledger: Ledger
) -> list[tuple[str, str, str]]:
    """Return the numbers that no reader took and that no row above lists already."""
    covered: Counter[tuple[int, str]] = Counter()
    for text, origin, _ in listed:
        for place in origin.split(";"):
            covered.update((_first_line(document, place), token) for token in tokens_of(text))
    missing = []
    for entry in ledger.entries:
        if entry.account != UNREAD:
            continue
        (token,) = tokens_of(entry.text)[:1] or [entry.text]
        if covered[entry.line, token] > 0:
            covered[entry.line, token] -= 1
        else:
            reason = "a number outside every table, sentence and indicator that was understood"
            missing.append((entry.text, document.places[entry.line - 1], reason))
    return missing

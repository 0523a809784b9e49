"""Cells of tables that hold digits and yet no amount: 1,131.1O, 1.131.10, 1,13110.

Place in the chain: a family of rules of ``audit``.  Input: prose and tables.  Output: identities.

Such a cell drops out of every sum, so its row is not compared; that alone would pass in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from helpers.amounts import parse_amount
from helpers.audit.identity import Figure, Identity
from helpers.audit.words.prose import Prose, described, quote, slip
from helpers.tables import BudgetTable

# Digits, signs and the letters that look like digits; nothing else may stand beside them.
_LIKE_AN_AMOUNT = re.compile(r"[-−–]?(?=[^.,，．]*\d)[\dOoIl]+(?:[.,，．][\dOoIl]*)+")


def malformed_amounts(prose: Prose, tables: Sequence[BudgetTable]) -> Iterator[Identity]:
    """Find what was meant as an amount; text recognition makes such cells by itself."""
    if prose.is_recognised:
        return
    for table in tables:
        for cell, _ in table.unreadable:
            text = cell.text.strip()
            if _LIKE_AN_AMOUNT.fullmatch(text) and parse_amount(text) is None:
                left = Figure(text, quote(table.title), (cell.origin,))
                yield slip("table_malformed", left, described("金额"))

"""Whether a document is a disclosure at all.

Place in the chain: used by ``disclosure`` once a file that is not filed was read.  Input: its
document, and whether a statutory table was found in it.  Output: nothing, or a refusal.

News, reports on the budget of a whole government and calls for tenders speak of money and of
departments, too.  A disclosure prints statutory tables, or its headings say that it publishes the
budget or the final accounts of a department; the words are data
(``reference/disclosure_words.csv``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from helpers.document import DisclosureError, Document, squeeze
from helpers.reference_data import read_reference

_LONGEST_HEADING = 60
_SENTENCE = re.compile(r"[。；;]|，.*，")


@cache
def _words(scope: str) -> re.Pattern[str]:
    rows = read_reference("disclosure_words")
    return re.compile("|".join(row["pattern"] for row in rows if row["scope"] == scope))


def _headings(document: Document) -> Iterator[str]:
    for paragraph in document.paragraphs():
        text = squeeze(paragraph.text)
        if len(text) > _LONGEST_HEADING:
            # Conversions run headings into the text: what stands before the first sentence counts.
            text = text[:_LONGEST_HEADING]
        if not _SENTENCE.search(text):
            yield text
    for table in document.raw_tables():
        yield from (squeeze(cell.text)[:_LONGEST_HEADING] for row in table.rows[:4] for cell in row)


def check_is_disclosure(document: Document, has_statutory_tables: bool) -> None:
    """Refuse a document that is something else.

    Parameters
    ----------
    document
        Not filed yet: what is filed was looked at by a person.
    has_statutory_tables
        Whether amounts were read from a table with the title of a statutory one.

    Raises
    ------
    DisclosureError
        If neither its tables nor its headings are those of a disclosure.
    """
    if has_statutory_tables:
        return
    foreign = next(filter(None, map(_words("foreign").search, document.lines)), None)
    if foreign or not any(map(_words("heading").search, _headings(document))):
        reason = (
            f"it reads like another kind of document ({foreign.group()[:12]})"
            if foreign
            else "no statutory table and no heading of a budget or of final accounts was found"
        )
        raise DisclosureError(f"{document.name} is no disclosure of a department: {reason}.")

"""A document of somebody's own, looked at step by step before it is filed.

Place in the chain: between ``filing`` and the notebook ``90_add_your_department``.  Input: the path
of a file, and what a person knows about it.  Output: the tables and sentences the notebook shows.
A document that is refused gives one sentence and empty tables, so that the notebook runs to its end
and says there what can be done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.disclosure import Disclosure
from helpers.document import DisclosureError, Document, Lost, RawTable
from helpers.filing import Answers, Known, MissingAnswer, add, check_answers, counted, look
from helpers.grid import Grid, read_grids
from helpers.ledger import UNREAD
from helpers.packaging import columns_of
from helpers.privacy import find_contacts
from helpers.proposals import propose
from helpers.provenance import Place
from helpers.readers import read_document
from helpers.sources import checksum, find_root
from helpers.tables import UNKNOWN, money_tables

_BEGINNING = 48


class FirstLook:
    """What becomes of a document, without filing it.

    Parameters
    ----------
    path
        Any file; a relative path counts from here or from the repository.
    **answers
        What a person says about it, as for ``python -m helpers add``: ``department, place, year,
        kind, unit, source_id``; empty for what the text is to say.

    Attributes
    ----------
    refusal
        Why nothing was read, in one sentence; empty if something was.
    missing
        What has to be known before it is filed, in one sentence; empty if nothing.
    disclosure
        What was read, as :func:`helpers.read` returns it; None if it was refused.
    """

    def __init__(self, path: str | Path, **answers: str) -> None:
        self.path = _find(path)
        self.answers = Answers(**answers)
        self.refusal = self.missing = ""
        self.document: Document | None = None
        self.disclosure: Disclosure | None = None
        self._known: list[Known] = []
        try:
            self.document = read_document(self.path)
            self._contacts = find_contacts(self.document)
            check_answers(self.answers)
            self._read(self.document)
        except DisclosureError as error:
            self.refusal = _in_one_line(error)
        except OSError as error:
            self.refusal = f"{self.path.name} cannot be opened: {error.strerror}."

    def _read(self, document: Document) -> None:
        try:
            looked = look(self.path, document, self.answers)
        except MissingAnswer as error:
            self.missing = f"{error.problem}; say so in the parameter `{error.name}`."
            if error.name != "source_id":  # the others decide how figures are read
                raise DisclosureError(self.missing) from error
            provisional = f"disclosure_{checksum(self.path)[:8]}"
            looked = look(self.path, document, replace(self.answers, source_id=provisional))
            looked.known["source_id"] = Known("source_id", "", self.missing)
        self._known = list(looked.known.values())
        self.disclosure = looked.disclosure

    def answer(self) -> str:
        """Return whether it can be read, and how much was, in a sentence or two."""
        if self.disclosure is None:
            return f"**Nothing was read:** {self.refusal}"
        counts = ", ".join(
            counted(len(self.disclosure.rows[name]), name.removesuffix("s"))
            for name in ("tables", "facts", "claims", "projects", "indicators")
        )
        return f"**{self.path.name} can be read:** {counts}."

    def tell_blocks(self) -> str:
        """Return how the reader cut the file into blocks, in a sentence."""
        if self.document is None:
            return f"Nothing can be seen: {self.refusal}"
        blocks = self.document.blocks
        tables = sum(isinstance(block, RawTable) for block in blocks)
        return (
            f"{len(self.document.lines):,} lines or cells as `{self.document.layout}`: "
            f"{len(blocks) - tables:,} paragraphs and {tables:,} tables or parts of tables."
        )

    def blocks(self, shown: int) -> pd.DataFrame:
        """Return the first blocks: what each is, how it begins and where it stands."""
        rows = list(self._describe_blocks(shown))
        return pd.DataFrame(rows, columns=["block", "begins with", "origin"])

    def _describe_blocks(self, shown: int) -> Iterator[tuple[str, str, str]]:
        if self.document is None:
            return
        for block in self.document.blocks[:shown]:
            if isinstance(block, RawTable):
                width = max((len(row) for row in block.rows), default=0)
                cells = [cell for row in block.rows[:2] for cell in row if cell.text]
                start = " | ".join(self._masked(cell.text, cell.origin) for cell in cells)
                yield f"table, {len(block.rows)} × {width}", _cut(start), block.origin
            else:
                what = "cannot be read" if isinstance(block, Lost) else "paragraph"
                yield what, _cut(self._masked(block.text, block.origin)), block.origin

    def _masked(self, text: str, origin: str) -> str:
        """Hide persons and telephone numbers: what a notebook shows is saved with it."""
        assert self.document is not None
        lines = [self.document.numbers[place] for place in origin.split(";")]
        return self._contacts.mask(text, lines)

    def tables(self) -> pd.DataFrame:
        """Return the tables that state money: as what each is known, its unit and its size."""
        columns = ["title", "table_id", "unit_text", "n_rows", "n_amounts", "origin"]
        return self.frame("tables")[columns].rename(columns={"unit_text": "unit"})

    def other_tables(self) -> pd.DataFrame:
        """Return the tables that are not known to state money, and what was read from them."""
        columns = ["begins with", "size", "read as", "origin"]
        if self.disclosure is None:
            return pd.DataFrame(columns=columns)
        grids = read_grids(self.disclosure.document)
        money = {id(grid) for _, grid in money_tables(grids)}
        rows = [self._describe_grid(grid) for grid in grids if id(grid) not in money]
        return pd.DataFrame(rows, columns=columns)

    def _describe_grid(self, grid: Grid) -> tuple[str, str, str, str]:
        assert self.disclosure is not None
        places = {cell.origin for cell in grid.cells}
        taken = [
            f"{name[:-1]} rows"
            for name in ("projects", "indicators", "claims")
            if any(places & set(row["origin"].split(";")) for row in self.disclosure.rows[name])
        ]
        start = " | ".join(self._masked(cell.text, cell.origin) for cell in grid.cells[:4])
        size = f"{len(grid.rows)} × {len(grid.columns)}"
        return _cut(start), size, " and ".join(taken) or "nothing", grid.origin

    def proposed(self) -> pd.DataFrame:
        """Return what it would be filed as: each value with the line it rests on."""
        known = self._known or list(self._known_so_far())
        rows = [(entry.name, entry.value or "not known", entry.reason) for entry in known]
        return pd.DataFrame(rows, columns=["name", "value", "rests on"])

    def _known_so_far(self) -> Iterator[Known]:
        """Yield what is known of a document that something essential is not known about."""
        if self.document is None:
            return
        proposal = propose(self.document)
        for name in ("department", "place", "year", "kind", "unit"):
            stated, given = getattr(proposal, name), getattr(self.answers, name)
            if given:
                yield Known(name, given, "as given")
            elif stated:
                yield Known(name, stated.value, f"{stated.origin}: {_cut(stated.text)}")
            else:
                yield Known(name, "", "the text does not say")

    def frame(self, name: str) -> pd.DataFrame:
        """Return one clean file as a data frame, without rows if the document was refused."""
        if self.disclosure is not None:
            return self.disclosure.frame(name)
        return pd.DataFrame(columns=[column["column"] for column in columns_of(name)])

    def accounts(self) -> pd.DataFrame:
        """Return where each number of the document went."""
        counts = self.disclosure.ledger.counts() if self.disclosure else {}
        return pd.DataFrame({"account": counts.keys(), "numbers": counts.values()})

    def figures(self, wanted: int) -> list[Place]:
        """Return the places of some figures: the largest amount, then others across the document.

        Parameters
        ----------
        wanted
            How many; fewer where the document states fewer.
        """
        if self.disclosure is None:
            return []
        rows = self.disclosure.rows
        largest = self.disclosure.largest_fact()
        stated = [*rows["facts"], *(row for row in rows["claims"] if row["role"] == "amount")]
        candidates = ([largest] if largest else []) + _spread(stated, wanted)
        once = {id(row): row for row in candidates}
        return [self.disclosure.where(row) for row in list(once.values())[:wanted]]

    def not_read(self) -> str:
        """Return what the reader did not take or did not know, in a sentence or two."""
        if self.disclosure is None:
            return self.refusal
        n_unread = self.disclosure.ledger.counts().get(UNREAD, 0)
        n_rows = len(self.disclosure.rows["unread"])
        n_unknown = sum(row["table_id"] == UNKNOWN for row in self.disclosure.rows["tables"])
        unknown = (
            f"{n_unknown} tables of money are not among the known ones; their amounts are facts "
            f"of the table `{UNKNOWN}`."
            if n_unknown
            else "Every table of money is one of the known ones."
        )
        return f"{n_unread} numbers have no account, {n_rows} rows stand in unread.csv. {unknown}"

    def file(self, file_it: bool) -> str:
        """File, clean and audit the document, and say what was done.

        Parameters
        ----------
        file_it
            False to write nothing and only say what would be done.
        """
        if self.disclosure is None:
            return f"Nothing was filed: {self.refusal}"
        if self.missing:
            return f"Nothing was filed yet: {self.missing}"
        source_id = self.disclosure.source.source_id
        if not file_it:
            return f"Nothing was filed: with `file_it = True` it would be `data/raw/{source_id}`."
        try:
            add(self.path, self.answers)
        except DisclosureError as error:
            return f"Nothing was filed: {_in_one_line(error)}"
        except OSError as error:
            return f"Nothing was filed: {error.filename or self.path}: {error.strerror}."
        return (
            f"Filed as `data/raw/{source_id}`, cleaned into `data/clean/{source_id}`; write its "
            "address and the day you fetched it into `source.yml`."
        )

    def result(self) -> str:
        """Return what came of it in a line."""
        if self.disclosure is None:
            return self.refusal
        rows = self.disclosure.rows
        findings = sum(row["severity"] != "rounding" for row in rows["findings"])
        return (
            f"{self.path.name}: {len(rows['facts'])} facts, {len(rows['claims'])} claims, "
            f"{len(rows['unread'])} places unread, {findings} findings"
        )


def _find(path: str | Path) -> Path:
    # Paths are pasted with quotation marks and blanks; a notebook runs in its own folder.
    found = Path(str(path).strip().strip("\"'")).expanduser()
    return found if found.is_absolute() or found.exists() else find_root() / found


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _BEGINNING else f"{text[:_BEGINNING]}…"


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _spread(rows: Sequence[dict[str, Any]], wanted: int) -> list[dict[str, Any]]:
    """Return some rows, evenly spaced from the first to the last."""
    if len(rows) <= wanted:
        return list(rows)
    return [rows[number * (len(rows) - 1) // max(wanted - 1, 1)] for number in range(wanted)]

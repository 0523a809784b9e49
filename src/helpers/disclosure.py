"""One disclosure, read: the object a researcher works with, and cleaning in bulk.

Place in the chain: puts the steps together.  Input: a filed folder or any readable file.  Output: a
:class:`Disclosure` in memory, and the clean files on disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.amounts import find_unit
from helpers.audit import Evidence, check_rows, evaluate, finding_rows, touched_by
from helpers.budget_units import unit_names
from helpers.corrections import Correction, mark_corrected
from helpers.document import DisclosureError, Document
from helpers.facts import fact_rows, table_rows
from helpers.grid import read_grids
from helpers.key_figures import key_figure_rows
from helpers.ledger import UNREAD, Ledger, keep_ledger
from helpers.narrative import read_claims
from helpers.packaging import columns_of, write_clean
from helpers.performance import Evaluation, read_evaluations
from helpers.privacy import find_contacts
from helpers.projects import indicator_rows, project_rows
from helpers.provenance import Place, find_place
from helpers.recognition import check_is_disclosure
from helpers.sources import Source, find_root, is_filed, open_source
from helpers.tables import UNKNOWN, BudgetTable, money_tables, read_tables
from helpers.traced import TracedTable, objects, table_html, traced_column
from helpers.unread import unread_rows

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure:
    """A disclosure with everything that was read from it.

    Attributes
    ----------
    source
        What is known about the published file.
    document
        Its text in blocks with their origin.
    rows
        Rows of each clean file by its name: ``facts, tables, claims, projects, …``.
    budget_units
        Names of the budget units the disclosure adds up, as far as it names them.
    ledger
        Where each number of the raw text went.
    """

    source: Source
    document: Document
    rows: Mapping[str, list[Row]]
    budget_units: tuple[str, ...]
    ledger: Ledger

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """Faults of the conversion that were mended before reading; usually none."""
        return self.source.corrections

    def frame(self, name: str) -> pd.DataFrame:
        """Return one clean file as a data frame; amounts are Decimal, origins know their place."""
        if name not in self.rows:
            raise DisclosureError(f"There is no {name!r}; there are {', '.join(self.rows)}.")
        columns = [column["column"] for column in columns_of(name)]
        frame = pd.DataFrame(self.rows[name], columns=columns)
        if "origin" not in columns:
            return frame
        return frame.assign(origin=self._traced(frame["origin"], frame["origin"]))

    def findings(self, severity: str | None = None) -> pd.DataFrame:
        """Return what does not add up, one row per finding, with both sides and their places.

        Parameters
        ----------
        severity
            ``error``, ``rounding``, ``suspicious`` or ``note``; all of them if None.
        """
        frame = self.frame("findings")
        return frame if severity is None else frame[frame["severity"] == severity]

    def table(self, table_id: str) -> pd.DataFrame:
        """Return a statutory table the way it is printed.

        Parameters
        ----------
        table_id
            For instance ``general_public_basic_expenditure``.

        Returns
        -------
        pandas.DataFrame
            A row per printed row with amounts: ``row_no, side, code, label, project_name`` and a
            column per column path, in the printed unit.  Each amount is a text with its place
            (``.origin``), which JupyterLab shows and :meth:`where` takes.

        Raises
        ------
        DisclosureError
            If the disclosure has no such table; the message names those it has.
        """
        facts = self.frame("facts")
        facts = facts[facts["table_id"] == table_id]
        if facts.empty:
            known = ", ".join(row["table_id"] for row in self.rows["tables"] if row["n_amounts"])
            raise DisclosureError(
                f"{self.source.source_id} has no amounts in a table {table_id!r}; it has {known}."
            )
        facts = facts.assign(
            code=facts["functional_code"] + facts["economic_code"],
            amount=self._traced(facts["amount_text"], facts["origin"]),
        )
        keys = ["row_no", "side", "code", "label", "project_name"]
        wide = facts.pivot(index=keys, columns="column_path", values="amount")
        wide = wide[facts["column_path"].drop_duplicates()].reset_index().rename_axis(columns=None)
        return TracedTable(wide)

    def _traced(self, texts: pd.Series, origins: pd.Series) -> pd.Series:
        named = [self.source.source_id] * len(texts)
        return objects(traced_column(texts, named, origins), texts.index)

    def describe(self) -> pd.DataFrame:
        """Return what is known about the document, one row per item."""
        source = self.source
        known = {
            "title": source.title,
            "department": source.department,
            "fiscal year": str(source.fiscal_year),
            "kind": source.kind,
            "address": source.url or "not known",
            "file": source.path.name,
            "layout": self.document.layout,
            "lines": f"{len(self.document.lines):,}",
            "sha256": source.sha256,
        }
        return pd.DataFrame({"value": known})

    def largest_fact(self) -> Row | None:
        """Return the largest amount of the statutory tables; None if there are none."""
        return max(self.rows["facts"], key=lambda fact: fact["amount_yuan"], default=None)

    def where(self, row: Mapping[str, Any] | pd.Series | str) -> Place:
        """Show the place of a figure: its line of the document, with the figure marked.

        Parameters
        ----------
        row
            A row of any clean file, an amount of :meth:`table`, or an origin such as ``L303``.

        Returns
        -------
        Place
            The line as text, with two lines of context in JupyterLab.  Names and telephone numbers
            of contacts read ``×××``.

        Raises
        ------
        DisclosureError
            If the row names no place, or none of this document.
        """
        shown = find_contacts(self.document).mask_document(self.document)
        if not isinstance(row, str | Mapping | pd.Series):
            raise DisclosureError(f"{row!r} is no row, no amount of a table and no origin.")
        wanted = row if isinstance(row, str) else dict(row)
        return find_place(self.source.source_id, shown, wanted, self.rows)

    def overview(self) -> pd.DataFrame:
        """Return the statutory tables with their size and the total they print.

        Returns
        -------
        pandas.DataFrame
            ``table_no, title, n_rows, n_amounts, total, unit, origin``; ``total`` is the text of
            the first amount on the table's total row, None where there is none.
        """
        totals: dict[str, str] = {}
        for fact in self.rows["facts"]:
            if fact["line_role"] == "total":
                totals.setdefault(fact["table_id"], fact["amount_text"])
        tables = self.frame("tables")
        tables["total"] = [totals.get(table_id) for table_id in tables["table_id"]]
        columns = ["table_no", "title", "n_rows", "n_amounts", "total", "unit_text", "origin"]
        return tables[columns].rename(columns={"unit_text": "unit"})

    def __repr__(self) -> str:
        # Short, and without the text: it names persons, and notebooks save what they show.
        rows = ", ".join(f"{len(rows)} {name}" for name, rows in self.rows.items() if rows)
        return f"<Disclosure {self.source.source_id}: {rows}>"

    def _repr_html_(self) -> str:
        source, counts = self.source, self.ledger.counts()
        units = f"{len(self.budget_units)} budget units, " if self.budget_units else ""
        rows = ", ".join(f"{len(rows):,} {name}" for name, rows in self.rows.items() if rows)
        numbers = f"{sum(counts.values()):,} numbers, {counts.get(UNREAD, 0):,} of them unread"
        return (
            f"<h4>{escape(source.title)}</h4>"
            f"<p>{escape(source.department)}, {source.fiscal_year} {source.kind}; {units}{numbers}"
            f"; {rows}</p>{table_html(self.overview())}"
        )


def read(place: str | Path) -> Disclosure:
    """Read a disclosure.

    Parameters
    ----------
    place
        A filed folder such as ``data/raw/<source_id>``, the ``source_id`` alone, or any readable
        file.

    Returns
    -------
    Disclosure
        Everything that could be read; what could not is in ``frame("unread")``.

    Raises
    ------
    DisclosureError
        If nothing can be read: no such file, unreadable format, no table and no sentence with an
        amount.
    """
    path = Path(place)
    if not str(place):
        raise DisclosureError("Name a source_id, a filed folder or a file.")
    if not path.exists() and not path.is_absolute():
        # A notebook runs in its own folder: paths count from the repository, too.
        filed = find_root() / "data" / "raw" / path
        path = filed if path.name == str(place) else find_root() / path
    source, document = open_source(path)
    disclosure = read_opened(source, document)
    if not is_filed(path):
        check_unfiled(disclosure)
    return disclosure


def read_opened(source: Source, document: Document) -> Disclosure:
    """Read a disclosure whose file was read already, whoever says what it is.

    Parameters
    ----------
    source
        What is known about the file.
    document
        Its text.

    Raises
    ------
    DisclosureError
        If no amount can be read.
    """
    units = unit_names(document)
    grids = read_grids(document)
    tables = read_tables(grids, frozenset(units), source.unit or _unit_of_all(document))
    evaluations = read_evaluations(document)
    facts = fact_rows(source, tables)
    claims = [
        {"source_id": source.source_id, "claim_no": number, **asdict(claim)}
        for number, claim in enumerate(read_claims(document, source.department), 1)
    ]
    projects = project_rows(source, document, tables, evaluations)
    amounts = ("amount", "budget", "final")
    stated = [one for one in claims if one["role"] in amounts and one["value"] is not None]
    if not facts and not stated and not projects:
        raise DisclosureError(
            f"{source.path.name} holds no amount that could be read: no statutory table and no "
            "sentence with one was recognised (a template, a page of contents, or a layout not "
            "known yet)."
        )
    numbers = keep_ledger(
        document,
        [grid for _, grid in money_tables(grids)],
        evaluations,
        {"facts": facts, "claims": claims},
    )
    unread = unread_rows(source, document, tables, evaluations, numbers)
    rows = {
        "facts": facts,
        "tables": table_rows(source, tables),
        "claims": claims,
        "projects": projects,
        "indicators": indicator_rows(source, evaluations, projects),
        "key_figures": key_figure_rows(source, facts, claims),
        "unread": unread,
    }
    mark_corrected(rows, source.corrections)
    contacts = find_contacts(document)
    rows = contacts.mask_rows(document, rows)
    # What is audited is what is published here: masked, corrected and written.
    evidence = _evidence(source, document, tables, evaluations, rows)
    audited = audit_rows(source.source_id, evidence)
    rows |= audited | contacts.mask_rows(document, {"findings": audited["findings"]})
    for figure in rows["key_figures"]:
        figure["findings"] = touched_by(figure["origin"], rows["findings"])
    return Disclosure(source, document, rows, units, numbers)


def _unit_of_all(document: Document) -> str:
    """Return the one unit that the text states of its tables, where it states no other."""
    stated = {unit for one in document.paragraphs() if (unit := find_unit(one.text))}
    return stated.pop() if len(stated) == 1 else ""


def _evidence(
    source: Source,
    document: Document,
    tables: Sequence[BudgetTable],
    evaluations: Sequence[Evaluation],
    rows: Mapping[str, list[Row]],
) -> Evidence:
    about = (source.department, source.fiscal_year, source.kind)
    return Evidence(tables, evaluations, rows["facts"], rows["claims"], document, *about)


def check_unfiled(disclosure: Disclosure) -> None:
    """Refuse what was read from a document that is no disclosure.

    Raises
    ------
    DisclosureError
        See :func:`helpers.recognition.check_is_disclosure`.
    """
    rows = disclosure.rows
    in_tables = any(fact["table_id"] != UNKNOWN for fact in rows["facts"])
    check_is_disclosure(disclosure.document, bool(rows["projects"]) or in_tables)


def evidence_of(disclosure: Disclosure) -> Evidence:
    """Read once more what the audit of a disclosure needs, so that figures in it can be changed."""
    source, document = disclosure.source, disclosure.document
    units = frozenset(disclosure.budget_units)
    unit = source.unit or _unit_of_all(document)
    tables = read_tables(read_grids(document), units, unit)
    return _evidence(source, document, tables, read_evaluations(document), disclosure.rows)


def audit_rows(source_id: str, evidence: Evidence) -> dict[str, list[Row]]:
    """Return the rows of ``checks.csv`` and ``findings.csv`` of one disclosure."""
    identities = evaluate(evidence)
    return {
        "checks": check_rows(source_id, identities),
        "findings": finding_rows(source_id, identities),
    }


def clean(place: str | Path, out: str | Path | None = None) -> Disclosure:
    """Read a disclosure and write its clean files.

    Parameters
    ----------
    place
        As for :func:`read`.
    out
        Folder that receives ``<source_id>/``; ``data/clean`` of the collection if None.

    Returns
    -------
    Disclosure
        What was written.
    """
    disclosure = read(place)
    write_disclosure(disclosure, Path(out) if out is not None else find_root() / "data" / "clean")
    return disclosure


def write_disclosure(disclosure: Disclosure, folder: Path) -> None:
    """Write the clean files of a disclosure into ``<source_id>/`` of a folder."""
    source = disclosure.source
    write_clean(folder / source.source_id, source, disclosure.rows, disclosure.budget_units)

"""The audit: where the published figures do not add up.

Place in the chain: after everything was read.  Input: :class:`Evidence`, what was read of one
disclosure.  Output: identities, and the rows of ``checks.csv`` and ``findings.csv``.

A rule is a row of ``reference/rules.csv``: its name, its severity and what it rests on.  Families
of rules share a form, and find their figures by further rows: ``rule_table_pairs.csv`` (tables that
repeat each other), ``rule_claim_sums.csv`` (sentences that add up), ``rule_claim_changes.csv``
(changes that imply one previous year), ``rule_claim_cells.csv`` (sentences that repeat a table).
Nothing that fails stops the run, and what the conversion destroyed is not checkable, never a
finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.audit.claims import Claims
from helpers.audit.evaluations.rules import evaluation_rules
from helpers.audit.findings import check_rows, finding_rows, rules, touched_by
from helpers.audit.identity import Identity
from helpers.audit.same_fact import without_repeats
from helpers.audit.sentences.cells import narrative_tables
from helpers.audit.sentences.changes import narrative_changes
from helpers.audit.sentences.described_projects import described_projects
from helpers.audit.sentences.lists import narrative_lists
from helpers.audit.sentences.rates import narrative_rates
from helpers.audit.sentences.sums import narrative_sums
from helpers.audit.sheets import read_sheets
from helpers.audit.tables.between import between_tables
from helpers.audit.tables.carry_over import explained, fiscal_carry_over
from helpers.audit.tables.codes import code_rules
from helpers.audit.tables.sums import table_sums
from helpers.audit.words.added_projects import added_projects
from helpers.audit.words.cost_lists import cost_lists
from helpers.audit.words.directions import directions
from helpers.audit.words.malformed import malformed_amounts
from helpers.audit.words.naming import naming
from helpers.audit.words.numbering import numbering
from helpers.audit.words.prose import Prose, as_printed, with_own_lines
from helpers.audit.words.repeats import repeats, tables_twice
from helpers.audit.words.residue import residue
from helpers.audit.words.statements import statements
from helpers.audit.words.units import text_units
from helpers.audit.words.vehicles import vehicles
from helpers.document import Document
from helpers.passages import project_places
from helpers.performance import Evaluation
from helpers.tables import BudgetTable

__all__ = [
    "Evidence",
    "Identity",
    "check_rows",
    "evaluate",
    "finding_rows",
    "rules",
    "touched_by",
]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read of one disclosure, as far as the audit needs it.

    Attributes
    ----------
    tables
        Statutory tables: their rows and columns, those that state nothing included.
    evaluations
        Target tables and self-evaluations.
    facts, claims
        Rows of ``facts.csv`` and ``claims.csv``; the amounts that are audited.
    document
        The document itself, for the words around the figures.
    department, fiscal_year, kind
        Whose disclosure it is, of which year, and ``budget`` or ``final``.
    """

    tables: Sequence[BudgetTable]
    evaluations: Sequence[Evaluation]
    facts: Sequence[Row]
    claims: Sequence[Row]
    document: Document
    department: str
    fiscal_year: int
    kind: str


def evaluate(evidence: Evidence) -> list[Identity]:
    """Return every identity that the rules find in a disclosure, those that hold included."""
    sheets = read_sheets(evidence.tables, evidence.facts)
    claims = Claims.of(evidence.claims, project_places(evidence.document))
    found = [
        *table_sums(sheets),
        *between_tables(sheets),
        *narrative_tables(claims, sheets),
        *narrative_sums(claims),
        *narrative_rates(claims),
        *narrative_changes(claims),
        *narrative_lists(claims, sheets),
        *described_projects(claims, sheets),
        *(
            with_own_lines(evidence.document, one)
            for one in evaluation_rules(evidence.evaluations, claims, sheets)
        ),
        *code_rules(sheets, evidence.fiscal_year),
        *_words(evidence, claims),
    ]
    return explained(without_repeats(found), fiscal_carry_over(sheets))


def _words(evidence: Evidence, claims: Claims) -> Iterator[Identity]:
    prose = Prose(
        evidence.document,
        evidence.evaluations,
        evidence.department,
        evidence.fiscal_year,
        evidence.kind,
    )
    found = (
        *numbering(prose),
        *repeats(prose),
        *tables_twice(evidence.tables),
        *residue(prose),
        *statements(prose, claims, evidence.tables, evidence.facts),
        *directions(prose, claims, evidence.facts),
        *added_projects(prose),
        *cost_lists(prose, evidence.facts),
        *naming(prose, claims),
        *text_units(prose, claims),
        *vehicles(prose, claims),
        *malformed_amounts(prose, evidence.tables),
    )
    for one in found:
        yield as_printed(evidence.document, one) if one.verdict == "different" else one

"""What was checked: rules and checks by family, and how much of a document they cover.

Place in the chain: after ``findings``, for the terminal and the reports.  Input: rows of the clean
files of one disclosure.  Output: counts.

A document without findings says little if nothing in it could be checked, so the findings are never
shown without these counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from helpers.audit.by_cause import ROUNDING, causes, family_of
from helpers.audit.findings import rules

Row = Mapping[str, Any]

#: Rules that compare names and codes: an amount on the same line is not checked by them.
_TEXT_FAMILIES = ("code", "names", "wording")
_TEXT_RULES = ("narrative_label",)
_PHASES = ("initial_budget", "adjusted_budget", "executed")


class FamilyCount(NamedTuple):
    """The checks of one family of rules.

    ``held`` counts those within rounding too; ``rounding`` and ``causes`` count findings.
    """

    family: str
    rules: int
    checks: int
    held: int
    failed: int
    not_checkable: int
    rounding: int
    causes: int


class Covered(NamedTuple):
    """How many figures of one kind stand where a check rests that could be made."""

    kind: str
    figures: int
    checked: int

    @property
    def share(self) -> float | None:
        """Of the figures (0-1); None where there is none."""
        return self.checked / self.figures if self.figures else None


def by_family(checks: Sequence[Row], findings: Sequence[Row]) -> list[FamilyCount]:
    """Count the checks of each family, in the order of ``reference/rules.csv``.

    Parameters
    ----------
    checks, findings
        Rows of ``checks.csv`` and ``findings.csv`` of one disclosure.

    Returns
    -------
    list of FamilyCount
        Families without a check in this document are left out.
    """
    status = Counter((family_of(row), row["status"]) for row in checks)
    used = {(family_of(row), row["rule_id"]) for row in checks}
    rounding = Counter(family_of(row) for row in findings if row["severity"] == ROUNDING)
    led = Counter(family_of(cause.lead) for cause in causes(findings))
    counts = []
    for family in dict.fromkeys(rule["family"] for rule in rules().values()):
        held, failed, unclear = (status[family, name] for name in ("pass", "fail", "not_checkable"))
        n_rules = sum(name == family for name, _ in used)
        if n_rules:
            sums = (held + failed + unclear, held, failed, unclear)
            counts.append(FamilyCount(family, n_rules, *sums, rounding[family], led[family]))
    return counts


def coverage(rows: Mapping[str, Sequence[Row]]) -> list[Covered]:
    """Count the figures that stand in a place where at least one check rests.

    Places are lines: where a document prints several figures on a line, a check of one of them
    counts for all, so the share of figures in sentences is the most that can be covered.

    Parameters
    ----------
    rows
        Rows of ``checks, facts, claims, projects, indicators`` by the name of the file.

    Returns
    -------
    list of Covered
        ``table_amounts, sentence_figures, project_amounts, indicator_scores``; a kind that the
        document does not have is left out.
    """
    checked = {
        place
        for row in rows["checks"]
        if row["status"] != "not_checkable" and not _compares_texts(row)
        for place in row["origins"].split(";")
    }
    places = {
        "table_amounts": [row["origin"] for row in rows["facts"]],
        "sentence_figures": [row["origin"] for row in rows["claims"]],
        "project_amounts": [
            row[f"{phase}_origin"]
            for row in rows["projects"]
            for phase in _PHASES
            if row[f"{phase}_origin"]
        ],
        "indicator_scores": [row["origin"] for row in rows["indicators"] if row["score"]],
    }
    counts = [Covered(kind, len(own), _count(own, checked)) for kind, own in places.items()]
    return [count for count in counts if count.figures]


def _compares_texts(row: Row) -> bool:
    return family_of(row) in _TEXT_FAMILIES or row["rule_id"] in _TEXT_RULES


def _count(origins: Iterable[str], checked: set[str]) -> int:
    return sum(not checked.isdisjoint(origin.split(";")) for origin in origins)

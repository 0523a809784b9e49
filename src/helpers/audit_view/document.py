"""The audit of one disclosure, put into sentences, tables, a figure and cards.

Place in the chain: between ``audit`` and the notebook ``03_audit_arithmetic``.  Input: a
disclosure.  Output: what the notebook shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from helpers import charts
from helpers.audit.by_cause import (
    ROUNDING,
    SEVERITIES,
    Cause,
    causes,
    family_of,
    gap_text,
    rule_name,
    value_text,
)
from helpers.audit.coverage import by_family, coverage
from helpers.audit.findings import gap_unit, rules
from helpers.audit.listing import tell_coverage, totals
from helpers.audit_view.cards import Cards
from helpers.comparison import Drawing, alt_text, readable
from helpers.disclosure import Disclosure
from helpers.document import Document
from helpers.privacy import find_contacts
from helpers.provenance import Place, find_place
from helpers.traced import traced_column
from helpers.wording import label, say

_SHARES = ("held", "failed", "not_checkable")


class DocumentAudit:
    """What the audit says of one disclosure.

    Parameters
    ----------
    disclosure
        As read.
    shown
        How many of the weightiest causes are shown first, with their lines in sight.
    """

    def __init__(self, disclosure: Disclosure, shown: int = 5) -> None:
        self.disclosure = disclosure
        self.rows = disclosure.rows
        self.shown = shown
        self.causes = causes(self.rows["findings"])
        self.counts = by_family(self.rows["checks"], self.rows["findings"])

    @cached_property
    def published(self) -> list[Cause]:
        """Causes that are the document's own, not its conversion's."""
        return [cause for cause in self.causes if not cause.is_conversion]

    @cached_property
    def heaviest(self) -> list[Cause]:
        """The errors that are shown first: those about the most money."""
        return [cause for cause in self.published if cause.severity == "error"][: self.shown]

    def answer(self) -> str:
        """Return the answer to the question of the page in a paragraph."""
        if not self.counts:
            return say("audit.none_checked")
        n_rounding = sum(row["severity"] == ROUNDING for row in self.rows["findings"])
        if not self.published:
            n_checks = totals(self.counts)["checks"]
            return say("audit.answer_none", checks=n_checks, rounding=n_rounding)
        answer = say(
            "audit.answer",
            kinds=self._kinds(),
            findings=sum(len(cause.rows) for cause in self.published),
            rounding=n_rounding,
        )
        return f"{answer} {self._where_they_sit()}"

    def _kinds(self) -> str:
        found = Counter(cause.severity for cause in self.published)
        return ", ".join(
            say(f"audit.n_{severity}", n=found[severity], s="s" * (found[severity] != 1))
            for severity in SEVERITIES
            if found[severity]
        )

    def _where_they_sit(self) -> str:
        families = Counter(family_of(cause.lead) for cause in self.published)
        places = ", ".join(f"{n} {label(family, 'en')}" for family, n in families.most_common())
        return say("audit.sit", places=places)

    def kinds(self) -> pd.DataFrame:
        """Return the number of causes by place and severity; empty where nothing was found."""
        found = Counter((family_of(cause.lead), cause.severity) for cause in self.published)
        severities = [name for name in SEVERITIES if any(key[1] == name for key in found)]
        rows = [
            [label(count.family), *(found[count.family, name] for name in severities)]
            for count in self.counts
            if any(found[count.family, name] for name in severities)
        ]
        heads = [label("family"), *(label(name) for name in severities)]
        return pd.DataFrame(rows, columns=heads)

    def checked(self) -> str:
        """Return the sentence on how many checks were made and what came of them."""
        return say("audit.checks", **totals(self.counts)) if self.counts else ""

    def families(self) -> pd.DataFrame:
        """Return the checks of each family of rules and what came of them."""
        frame = pd.DataFrame([count._asdict() for count in self.counts])
        if frame.empty:
            return frame
        # Causes stand in the answer already, by severity.
        frame = frame.drop(columns="causes")
        return readable(frame.assign(family=[label(family) for family in frame["family"]]))

    def draw_families(self) -> Drawing | None:
        """Draw which part of the checks of each family holds."""
        if not self.counts:
            return None
        shares = pd.DataFrame(
            [
                {
                    "label": f"{label(count.family)} · {count.checks:,}",
                    "part": part,
                    "share": getattr(count, part) / count.checks,
                }
                for count in self.counts
                for part in _SHARES
            ]
        )
        all_checks = totals(self.counts)
        title = say("title.checks", share=all_checks["held"] / all_checks["checks"], **all_checks)
        figure = charts.stacked_shares(shares, title=title, denominator=say("chart.checks"))
        alt = alt_text(say("chart.checks"), shares[shares["part"] == "held"], "share", ".1%")
        source = self.disclosure.source
        return Drawing(
            figure, say("audit.source", title=source.title, year=source.fiscal_year), alt
        )

    def covered(self) -> str:
        """Return the sentence on how much of the document at least one check rests on."""
        found = coverage(self.rows)
        return tell_coverage(found) if found else say("audit.none_checked")

    def coverage(self) -> pd.DataFrame:
        """Return how many figures of each kind stand where a check rests, and their share."""
        rows = [
            [label(one.kind), one.figures, one.checked, f"{one.share:.1%}"]
            for one in coverage(self.rows)
        ]
        heads = [label(name) for name in ("kind", "figures", "checked", "share")]
        return pd.DataFrame(rows, columns=heads)

    def rules_that_hold(self) -> pd.DataFrame:
        """Return the rules whose every check holds, with what they rest on."""
        status = Counter((row["rule_id"], row["status"]) for row in self.rows["checks"])
        rows = [
            [label(rule["family"]), rule["description_en"], rule["description_zh"], n]
            for rule_id, rule in rules().items()
            if (n := status[rule_id, "pass"]) and not status[rule_id, "fail"]
        ]
        heads = [label("family"), "rule", "规则", label("held")]
        return pd.DataFrame(rows, columns=heads)

    def show_heaviest(self) -> Cards:
        """Return the weightiest errors with their lines."""
        empty = say("audit.no_errors", checks=totals(self.counts)["checks"] if self.counts else 0)
        return self._cards(self.heaviest, empty, is_open=True)

    def errors_in(self, *families: str) -> Cards:
        """Return the other errors of families of rules, or a sentence that nothing else is there.

        Parameters
        ----------
        families
            As in ``reference/rules.csv``.
        """
        found = [
            cause
            for cause in self.published
            if cause.severity == "error"
            and family_of(cause.lead) in families
            and cause not in self.heaviest
        ]
        return self._cards(found, self._nothing_else(families))

    def errors_elsewhere(self, *families: str) -> Cards:
        """Return the other errors of all families but these."""
        return self.errors_in(*(c.family for c in self.counts if c.family not in families))

    def _nothing_else(self, families: Sequence[str]) -> str:
        own = [count for count in self.counts if count.family in families]
        if not own:
            return say("audit.not_checked_here")
        sums = totals(own)
        if any(family_of(cause.lead) in families for cause in self.heaviest):
            return say("audit.nothing_more", **sums)
        return say("audit.no_error_here" if sums["failed"] else "audit.all_hold_here", **sums)

    def of_severity(self, severity: str) -> Cards:
        """Return the causes of one severity: ``suspicious`` or ``note``."""
        found = [cause for cause in self.published if cause.severity == severity]
        return self._cards(found, say(f"audit.no_{severity}"))

    def damaged(self) -> Cards:
        """Return what the conversion of the document did."""
        found = [cause for cause in self.causes if cause.is_conversion]
        return self._cards(found, say("audit.no_conversion"))

    def _cards(self, found: list[Cause], empty: str, is_open: bool = False) -> Cards:
        return Cards(found, self._where, is_open, empty)

    @cached_property
    def _shown(self) -> Document:
        """The document as it may be shown; masking it anew for each card is slow."""
        document = self.disclosure.document
        return find_contacts(document).mask_document(document)

    def _where(self, row: Mapping[str, Any]) -> Place:
        return find_place(self.disclosure.source.source_id, self._shown, row, {})

    def hints(self) -> str:
        """Return the sentence on how many causes come with a hint."""
        if not self.causes:
            return say("audit.nothing_to_explain")
        hinted = sum(bool(cause.hints) for cause in self.causes)
        return (
            say("audit.hints", n=hinted, causes=len(self.causes))
            if hinted
            else say("audit.no_hints")
        )

    def rounding(self) -> pd.DataFrame:
        """Return the differences that rounding explains, with the bound that follows from it."""
        rows = [row for row in self.rows["findings"] if row["severity"] == ROUNDING]
        source = [self.disclosure.source.source_id]
        table = [
            [
                row["finding_no"],
                row["left_label"],
                *traced_column([value_text(row, "left")], source, [row["left_origin"]]),
                *traced_column([value_text(row, "right")], source, [_first(row["right_origin"])]),
                gap_text(row),
                f"{row['tolerance']:f}{gap_unit(row['unit'], 'en')}",
            ]
            for row in rows
        ]
        heads = [
            "no.",
            "figure 数字",
            "stated 原文",
            "computed 计算",
            "difference 相差",
            "bound 容差",
        ]
        return pd.DataFrame(table, columns=heads)

    def unclear(self) -> pd.DataFrame:
        """Return the checks that could not be made, with their places."""
        source_id = self.disclosure.source.source_id
        rows = [row for row in self.rows["checks"] if row["status"] == "not_checkable"]
        table = [
            [
                rule_name(row),
                rules()[row["rule_id"]]["description_en"],
                *traced_column([row["origins"]], [source_id], [row["origins"]]),
            ]
            for row in rows
        ]
        return pd.DataFrame(table, columns=["rule 规则", "what it compares", "lines 出处"])

    def result(self) -> str:
        """Return the one line that sums up the audit."""
        if not self.counts:
            return say("audit.none_checked")
        sums = totals(self.counts)
        key = "result.audit" if self.published else "result.audit_none"
        return say(key, kinds=self._kinds(), checks=sums["checks"], held=sums["held"])


def _first(places: str) -> str:
    return places.partition(";")[0]

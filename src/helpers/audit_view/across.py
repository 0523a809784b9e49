"""The audits of several disclosures side by side.

Place in the chain: between ``audit`` and the notebook ``10_findings_across_disclosures``.  Input:
clean files of several disclosures.  Output: what the notebook shows.

A disclosure of which more can be checked will show more findings, so counts never stand without
the checks behind them, and disclosures keep their order: nothing is ranked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from statistics import median
from typing import Any

import pandas as pd

from helpers import charts
from helpers.audit.by_cause import (
    ROUNDING,
    Cause,
    causes,
    family_of,
    money_gap,
    relative_gap,
    rule_name,
)
from helpers.audit.coverage import FamilyCount, by_family, coverage
from helpers.comparison import Drawing, alt_text, caption, name_disclosures, readable
from helpers.wording import label, say

_FILES = ("checks", "findings", "facts", "claims", "projects", "indicators")
_NO_SUCH = "—"  # the document has no figure or no check of the kind
_SIZES = {"below_1": 1, "below_10": 10, "below_100": 100, "above_100": None}  # 万元


class AuditsCompared:
    """What the audit says of several disclosures.

    Parameters
    ----------
    sources
        As :func:`helpers.load_sources` returns it.
    files
        Frames of ``checks, findings, facts`` (all rows), ``claims, projects, indicators``.
    """

    def __init__(self, sources: pd.DataFrame, files: Mapping[str, pd.DataFrame]) -> None:
        self.sources = name_disclosures(sources, sources)
        self.names = dict(zip(sources["source_id"], self.sources["label"], strict=True))
        self.rows: dict[str, dict[str, list[dict[str, Any]]]] = {
            source_id: {name: [] for name in _FILES} for source_id in self.names
        }
        for name in _FILES:
            for row in files[name].to_dict("records"):
                self.rows[row["source_id"]][name].append(row)

    @cached_property
    def causes(self) -> dict[str, list[Cause]]:
        """Causes of each disclosure that are its own, not its conversion's."""
        return {
            source_id: [one for one in causes(rows["findings"]) if not one.is_conversion]
            for source_id, rows in self.rows.items()
        }

    @cached_property
    def counts(self) -> dict[str, list[FamilyCount]]:
        """Checks of each disclosure by family of rules."""
        return {
            source_id: by_family(rows["checks"], rows["findings"])
            for source_id, rows in self.rows.items()
        }

    @cached_property
    def _all(self) -> list[tuple[str, Cause]]:
        """Return errors and what is suspicious, with their disclosure; notes are neither."""
        return [
            (source_id, cause)
            for source_id, own in self.causes.items()
            for cause in own
            if cause.severity != "note"
        ]

    def _sums(self) -> dict[str, int]:
        severities = Counter(cause.severity for _, cause in self._all)
        return {
            "n": len({source_id for source_id, _ in self._all}),
            "all": len(self.names),
            "errors": severities["error"],
            "suspicious": severities["suspicious"],
            "checks": sum(len(rows["checks"]) for rows in self.rows.values()),
            "rounding": sum(
                row["severity"] == ROUNDING
                for rows in self.rows.values()
                for row in rows["findings"]
            ),
        }

    def answer(self) -> str:
        """Return the answer to the question of the page in a paragraph."""
        return say("across.answer" if self._all else "across.answer_none", **self._sums())

    def result(self) -> str:
        """Return the one line that sums up the comparison."""
        return say("result.across" if self._all else "across.answer_none", **self._sums())

    def per_disclosure(self) -> pd.DataFrame:
        """Return causes and checks of each disclosure, and the share of checks that do not hold."""
        rows = []
        for source_id, name in self.names.items():
            counts = self.counts[source_id]
            checks, held, failed, unclear, rounding = (
                sum(getattr(count, column) for count in counts)
                for column in ("checks", "held", "failed", "not_checkable", "rounding")
            )
            found = Counter(cause.severity for cause in self.causes[source_id])
            share = f"{failed / (held + failed):.1%}" if held + failed else label("missing", "en")
            kinds = (found["error"], found["suspicious"], found["note"])
            rows.append((name, *kinds, checks, failed, share, unclear, rounding))
        columns = ["label", "error", "suspicious", "note", "checks", "failed", "failed_per_check"]
        columns += ["not_checkable", "rounding"]
        return readable(pd.DataFrame(rows, columns=columns))

    def draw_causes(self) -> Drawing | None:
        """Draw how many causes of findings each disclosure has, by the place they sit in."""
        if not self.names:
            return None
        found = Counter((self.names[key], family_of(cause.lead)) for key, cause in self._all)
        order = {family_of(cause.lead): None for _, cause in self._all}
        frame = pd.DataFrame(
            [(name, family, n) for (name, family), n in found.items()],
            columns=["label", "kind", "count"],
        )
        frame = frame.sort_values(
            "kind", key=lambda kinds: kinds.map(list(order).index), kind="stable"
        )
        title = self._title_of_causes()
        names = list(self.names.values())
        figure = charts.count_bars(frame, names, title=title, quantity=say("chart.causes"))
        sums = frame.groupby("label")["count"].sum().reindex(names, fill_value=0)
        alt = f"{title}. " + "; ".join(f"{name}: {n}" for name, n in sums.items()) + "."
        return Drawing(figure, caption(self.sources, "checks.csv, findings.csv"), alt)

    def _title_of_causes(self) -> str:
        if not self._all:
            return say("title.causes_none")
        families = Counter(family_of(cause.lead) for _, cause in self._all)
        family, most = families.most_common(1)[0]
        counts = {"family": label(family, "en"), "most": most, "causes": len(self._all)}
        return say("title.causes", **counts, **self._sums())

    def draw_failed(self) -> Drawing | None:
        """Draw the share of each disclosure's checks that do not hold, of those made."""
        rows = []
        for source_id, name in self.names.items():
            held, failed = (
                sum(getattr(count, column) for count in self.counts[source_id])
                for column in ("held", "failed")
            )
            rows.append((name, failed / (held + failed) if held + failed else None))
        frame = pd.DataFrame(rows, columns=["label", "share"])
        if not frame["share"].notna().any():
            return None
        figure = charts.share_bars(
            frame,
            title=say("title.failed_share", high=frame["share"].max()),
            quantity=say("chart.failed_share"),
        )
        alt = alt_text(say("chart.failed_share"), frame, "share", ".1%")
        return Drawing(figure, caption(self.sources, "checks.csv"), alt)

    def coverage(self) -> pd.DataFrame:
        """Return the share of figures that at least one check rests on, by kind of figure."""
        kinds = ("table_amounts", "sentence_figures", "project_amounts", "indicator_scores")
        rows = []
        for source_id, name in self.names.items():
            own = {one.kind: one for one in coverage(self.rows[source_id])}
            texts = [
                f"{own[kind].share:.1%} of {own[kind].figures:,}" if kind in own else _NO_SUCH
                for kind in kinds
            ]
            rows.append((name, *texts))
        return readable(pd.DataFrame(rows, columns=["label", *kinds]))

    def kinds(self) -> pd.DataFrame:
        """Return failed checks and checks made, by place and disclosure, as ``12 of 148``."""
        families = dict.fromkeys(one.family for own in self.counts.values() for one in own)
        rows = []
        for family in families:
            own = {
                source_id: next((one for one in counts if one.family == family), None)
                for source_id, counts in self.counts.items()
            }
            texts = [
                f"{one.failed} of {one.held + one.failed}" if one else _NO_SUCH
                for one in own.values()
            ]
            rows.append((label(family), *texts))
        return pd.DataFrame(rows, columns=[label("family"), *self.names.values()])

    def rules(self, n: int) -> pd.DataFrame:
        """Return the n rules that most causes stand under, and in how many disclosures."""
        found = Counter(rule_name(cause.lead) for _, cause in self._all)
        where = {
            name: len({key for key, cause in self._all if rule_name(cause.lead) == name})
            for name in found
        }
        rows = [(name, count, where[name]) for name, count in found.most_common(n)]
        return readable(pd.DataFrame(rows, columns=["rule", "causes", "disclosures"]))

    def draw_sizes(self) -> Drawing | None:
        """Draw each difference as a share of the larger figure."""
        gaps = [
            (self.names[key], family_of(cause.lead), gap)
            for key, cause in self._all
            if (gap := relative_gap(cause.lead))
        ]
        if not gaps:
            return None
        frame = pd.DataFrame(gaps, columns=["label", "kind", "relative_gap"])
        sizes = list(frame["relative_gap"])
        title = say("title.gaps", median=median(sizes), low=min(sizes))
        names = list(self.names.values())
        figure = charts.gap_dots(frame, names, title=title, quantity=say("chart.relative_gap"))
        alt = alt_text(title, frame, "relative_gap", ".1%")
        return Drawing(figure, caption(self.sources, "findings.csv"), alt)

    def _money(self) -> list[tuple[str, float]]:
        return [
            (key, float(gap) / 10_000)
            for key, cause in self._all
            if (gap := money_gap(cause.lead)) is not None
        ]

    def sizes(self) -> pd.DataFrame:
        """Return how many differences in money are of which size, by disclosure."""
        found: Counter[tuple[str, str]] = Counter()
        for source_id, gap in self._money():
            size = next(name for name, end in _SIZES.items() if end is None or gap < end)
            found[source_id, size] += 1
        rows = [
            (name, *(found[source_id, size] for size in _SIZES))
            for source_id, name in self.names.items()
        ]
        return readable(pd.DataFrame(rows, columns=["label", *_SIZES]))

    def tell_sizes(self) -> str:
        """Return the sentence on how many differences in money are large and small."""
        gaps = [gap for _, gap in self._money()]
        if not gaps:
            return say("across.no_sizes")
        large, small = sum(gap >= 100 for gap in gaps), sum(gap < 1 for gap in gaps)
        return say("across.sizes", n=len(gaps), large=large, small=small)

    def tell_hints(self) -> str:
        """Return the sentence on how many causes come with a hint; empty without causes."""
        hinted = sum(bool(cause.hints) for _, cause in self._all)
        return say("across.hints", n=hinted, causes=len(self._all)) if self._all else ""

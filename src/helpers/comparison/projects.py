"""Projects compared: which are counted, each disclosure in its own phase, by fund, class and unit.

Place in the chain: between ``measures.projects`` and the notebooks.  Input: ``projects`` and
``key_figures``.  Output: frames and tables to show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from helpers import charts, measures
from helpers.charts import format_amount
from helpers.comparison.labels import (
    amounts_as_text,
    as_text,
    name_disclosures,
    number_text,
    readable,
    shares_as_text,
)
from helpers.measures.touched import together
from helpers.traced import touch_html
from helpers.wording import label, say

_AMOUNT_OF_KIND = {"budget": "initial_budget_yuan", "final": "executed_yuan"}
_PHASE_AMOUNTS = ("initial_budget_yuan", "adjusted_budget_yuan", "executed_yuan")
_PLACES = {name: name.replace("_yuan", "_origin") for name in _PHASE_AMOUNTS}
_PHASE_OF_KIND = {"budget": "initial_budget", "final": "final"}


def counted_projects(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects whose amounts may be added up: each piece of money once.

    Budgets: the project table, and projects of the government-managed fund or state capital that
    no project table lists.  Final accounts: the self-evaluations.  Left out are projects that
    stand only in a target table (the same money under another name) or among carried-over money.
    """
    is_counted = projects["amount_source"].isin(["project_table", "self_evaluation"])
    is_other_fund = projects["fund"].isin(["government_fund", "state_capital"])
    return projects[is_counted | is_other_fund].reset_index(drop=True)


def named_once(projects: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`counted_projects` and those that stand among carried-over money only."""
    counted = counted_projects(projects)
    carried = projects[projects["amount_source"] == "carry_over_table"]
    return pd.concat([counted, carried], ignore_index=True)


def general_public(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects of the general public budget, and those whose fund is not stated.

    A transfer of the government-managed fund would hide everything else.  Self-evaluations do not
    say which fund paid, so all of them stay.
    """
    return projects[projects["fund"].isin(["general_public", ""])].reset_index(drop=True)


def several_funds(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects of the disclosures that have more than one fund among them."""
    funds = projects.groupby("source_id")["fund"].nunique()
    return projects[projects["source_id"].isin(funds[funds > 1].index)].reset_index(drop=True)


def project_measures(projects: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the concentration of each disclosure's projects in its own phase.

    Parameters
    ----------
    projects
        :func:`counted_projects`.
    sources
        Their disclosures; budgets are measured by initial budget, final accounts by execution.

    Returns
    -------
    pandas.DataFrame
        As :func:`helpers.measures.project_concentration`, with ``label`` and
        ``largest_yuan_origin``, the place of the largest project; ``phase`` is that of the
        disclosure.
    """
    frames = [
        measures.project_concentration(group, _AMOUNT_OF_KIND[source["kind"]]).assign(
            phase=_PHASE_OF_KIND[source["kind"]]
        )
        for source, group in _by_source(projects, sources)
    ]
    # A list without projects has the columns, too; beside others it would cost them their type.
    frames = frames or [measures.project_concentration(projects.iloc[:0])]
    measured = name_disclosures(pd.concat(frames, ignore_index=True), sources)
    largest = {
        source["source_id"]: next(
            iter(_origins_by_size(group, _AMOUNT_OF_KIND[source["kind"]])), None
        )
        for source, group in _by_source(projects, sources)
    }
    return measured.assign(largest_yuan_origin=[largest[key] for key in measured["source_id"]])


def _origins_by_size(projects: pd.DataFrame, amount: str) -> list[str]:
    """Return the places of projects in the order of :func:`helpers.measures.ranked_projects`."""
    places = _PLACES[amount] if _PLACES[amount] in projects else "origin"
    stated = [
        (value, own or origin)
        for value, own, origin in zip(
            projects[amount], projects[places], projects["origin"], strict=True
        )
        if not pd.isna(value) and value
    ]
    return [origin for _, origin in sorted(stated, key=lambda pair: -pair[0])]


def projects_listed(projects: pd.DataFrame, sources: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the n largest projects of each disclosure in its own phase, each with its place.

    Parameters
    ----------
    projects
        :func:`counted_projects`.
    n
        How many of each disclosure.

    Returns
    -------
    pandas.DataFrame
        Disclosure, project, budget unit, amount and share of the projects' sum, as texts, the
        largest first.
    """
    frames = [
        ranked.assign(
            source_id=source["source_id"].iloc[0],
            label=source["label"].iloc[0],
            amount_yuan_touched=ranked["touched"],
            share_touched=[together(ranked["touched"])] * len(ranked),
            amount_yuan_origin=_origins_by_size(
                projects[projects["source_id"] == source["source_id"].iloc[0]],
                _AMOUNT_OF_KIND[source["kind"].iloc[0]],
            ),
        ).head(n)
        for ranked, source in ranked_by_disclosure(projects, sources)
    ]
    columns = ["label", "project_name", "budget_unit", "amount_yuan", "share"]
    if not frames:
        return pd.DataFrame(columns=columns)
    listed = pd.concat(frames, ignore_index=True)
    return readable(shares_as_text(amounts_as_text(listed, ["amount_yuan"]), ["share"])[columns])


def _by_source(frame: pd.DataFrame, sources: pd.DataFrame) -> Iterator[tuple[dict, pd.DataFrame]]:
    for source in sources.to_dict("records"):
        group = frame[frame["source_id"] == source["source_id"]]
        if len(group):
            yield source, group


def ranked_by_disclosure(
    projects: pd.DataFrame, sources: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield each disclosure's projects by size, with the one row of ``sources`` that is about it.

    Yields
    ------
    tuple of pandas.DataFrame
        :func:`helpers.measures.ranked_projects` of one disclosure; its source with ``label``,
        ``phase`` (what the amounts are) and ``place`` (where they stand).
    """
    for source, group in _by_source(projects, sources):
        ranked = measures.ranked_projects(group, _AMOUNT_OF_KIND[source["kind"]])
        if ranked.empty:
            continue
        row = name_disclosures(sources[sources["source_id"] == source["source_id"]], sources)
        is_budget = source["kind"] == "budget"
        yield (
            ranked,
            row.assign(
                phase=label("initial_budget") if is_budget else label("executed"),
                place="Table 7" if is_budget else "Self-evaluations 绩效自评表",
            ),
        )


def lorenz_by_disclosure(projects: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the Lorenz curve of each disclosure's projects in its own phase, with ``label``."""
    frames = [
        measures.lorenz_curves(group, _AMOUNT_OF_KIND[source["kind"]])
        for source, group in _by_source(projects, sources)
    ]
    frames = frames or [measures.lorenz_curves(projects.iloc[:0])]
    return name_disclosures(pd.concat(frames, ignore_index=True), sources)


def concentration_as_text(measured: pd.DataFrame) -> pd.DataFrame:
    """Return measures of concentration with their units, fit to be read."""
    shares = [name for name in measured if re.fullmatch(r"cr\d(?:_without_largest)?", name)]
    amounts = [name for name in measured if re.search(r"_yuan(?:_without_largest)?$", name)]
    numbers = {"hhi": ",.0f", "hhi_normalised": ".3f", "effective_number": ".1f"}
    numbers |= {"gini": ".2f", "gini_max": ".2f"}
    written = shares_as_text(amounts_as_text(measured, amounts), shares)
    for stem, spec in numbers.items():
        names = [name for name in (stem, f"{stem}_without_largest") if name in measured]
        written = as_text(written, names, partial(number_text, spec=spec))
    return written


def withheld_as_text(measured: pd.DataFrame) -> pd.DataFrame:
    """Return how many projects and how much money of each disclosure are withheld."""
    columns = ["label", "n", "n_withheld", "withheld_yuan", "withheld_share"]
    texts = shares_as_text(amounts_as_text(measured, ["withheld_yuan"]), ["withheld_share"])
    return readable(texts[columns])


def concentration_by(projects: pd.DataFrame, sources: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the concentration within each group of a column, disclosure by disclosure.

    Parameters
    ----------
    projects
        :func:`counted_projects`.
    column
        ``fund``, ``functional_class`` or ``budget_unit``; rows that state none are left out.

    Returns
    -------
    pandas.DataFrame
        ``disclosure``, the column, number, sum, CR1, CR3, HHI and effective number as texts.
    """
    stated = projects[projects[column] != ""]
    frames = [
        measures.project_concentration(
            group, _AMOUNT_OF_KIND[source["kind"]], by=("source_id", column)
        ).assign(phase=_PHASE_OF_KIND[source["kind"]])
        for source, group in _by_source(stated, sources)
    ]
    if not frames:
        return pd.DataFrame()
    named = name_disclosures(pd.concat(frames, ignore_index=True), sources)
    if column == "fund":
        named["fund"] = [label(fund) for fund in named["fund"]]
    columns = ["label", column, "n", "total_yuan", "cr1", "cr3", "hhi", "effective_number"]
    return readable(concentration_as_text(named)[columns])


def phases_of_final_accounts(projects: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return how concentration shifted from initial to adjusted budget to execution.

    Only final accounts state the three amounts, and only projects that state all of them enter,
    so that the phases have the same projects; a table without rows where there are none.
    """
    evaluated = projects[projects["amount_source"] == "self_evaluation"]
    stated = evaluated[evaluated[list(_PHASE_AMOUNTS)].notna().all(axis=1)]
    if stated.empty:
        return pd.DataFrame()
    by_phase = measures.concentration_by_phase(stated)
    named = name_disclosures(by_phase.drop(columns="phase"), sources)
    shifted = named.assign(phase=[label(phase) for phase in by_phase["phase"]])
    columns = ["label", "phase", "n", "total_yuan", "cr1", "cr3", "hhi", "effective_number", "gini"]
    return readable(concentration_as_text(shifted)[columns])


def largest_by_phase(
    projects: pd.DataFrame, sources: pd.DataFrame, n: int = 10
) -> Iterator[pd.DataFrame]:
    """Yield the largest projects of each final accounts, with ``label``.

    The largest by the largest amount they state in any phase, so that a project whose initial
    budget is lost is still among them.
    """
    evaluated = projects[projects["amount_source"] == "self_evaluation"]
    for _, group in _by_source(evaluated, sources):
        sizes = group[list(_PHASE_AMOUNTS)].map(lambda yuan: 0.0 if pd.isna(yuan) else float(yuan))
        order = sizes.max(axis=1).sort_values(ascending=False, kind="stable").index
        yield name_disclosures(group.loc[order[:n]], sources)


def tell_phases(projects: pd.DataFrame) -> str:
    """Return the title of a figure of :func:`largest_by_phase`: sums of what states both ends."""
    stated = projects[projects[["initial_budget_yuan", "executed_yuan"]].notna().all(axis=1)]
    return say(
        "title.phases",
        who=projects["label"].iloc[0],
        initial=format_amount(sum(stated["initial_budget_yuan"])),
        executed=format_amount(sum(stated["executed_yuan"])),
        n=len(stated),
    )


def smaller_half(curves: pd.DataFrame) -> tuple[float, float]:
    """Return the least and the largest share that the smaller half of the projects holds.

    Parameters
    ----------
    curves
        :func:`lorenz_by_disclosure`; between its points a curve is straight.
    """
    shares = [
        float(np.interp(0.5, curve["population_share"], curve["amount_share"]))
        for _, curve in curves.groupby("label", sort=False)
    ]
    return min(shares), max(shares)


def places_named(projects: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return how many projects each disclosure names, by the place that names them."""
    counts = projects.groupby(["source_id", "amount_source"], sort=False).size()
    named = name_disclosures(counts.reset_index(name="projects_named"), sources)
    named["amount_source"] = [label(place) for place in named["amount_source"]]
    return readable(named[["label", "amount_source", "projects_named"]])


def draw_phases(projects: pd.DataFrame, title: str) -> Figure:
    """Draw the initial budget of projects against what was executed."""
    return charts.dumbbell(
        projects,
        title=title,
        label="project_name",
        start="initial_budget_yuan",
        end="executed_yuan",
        quantity="amount",
        start_name=label("initial_budget"),
        end_name=label("executed"),
    )


def coverage(
    projects: pd.DataFrame, key_figures: pd.DataFrame, sources: pd.DataFrame
) -> pd.DataFrame:
    """Return how far the projects counted cover the project expenditure published.

    Returns
    -------
    pandas.DataFrame
        As :func:`helpers.measures.project_coverage`, named and as texts.
    """
    frames = [measures.project_coverage(projects.iloc[:0], key_figures.iloc[:0])]
    for source, group in _by_source(projects, sources):
        own = key_figures[
            (key_figures["source_id"] == source["source_id"])
            & (key_figures["phase"] == _PHASE_OF_KIND[source["kind"]])
        ]
        frames.append(measures.project_coverage(group, own, _AMOUNT_OF_KIND[source["kind"]]))
    covered = name_disclosures(pd.concat(frames, ignore_index=True), sources)
    covered["fund"] = [label(fund) if fund else label("all_funds") for fund in covered["fund"]]
    amounts = ["projects_yuan", "project_expenditure_yuan", "spent_yuan"]
    shares = ["coverage_share", "total_share"]
    texts = shares_as_text(amounts_as_text(covered, amounts), shares)
    return readable(texts[["label", "fund", *amounts, *shares]])


def tell_without_largest(measured: pd.DataFrame) -> list[str]:
    """Return a sentence per disclosure on its index without the largest project."""
    return [
        say(
            "project.without_largest",
            who=row["label"],
            name=row["largest_name"],
            amount=format_amount(row["largest_yuan"]),
            hhi=row["hhi"],
            rest=row["hhi_without_largest"],
        )
        + touch_html(row["touched"])
        for row in measured.to_dict("records")
        if row["n"] > 1
    ]


def tell_top(measured: pd.DataFrame) -> list[str]:
    """Return a sentence per disclosure on the shares of its largest and three largest projects."""
    return [
        say("project.top", who=row["label"], cr1=row["cr1"], cr3=row["cr3"], n=row["n"])
        + touch_html(row["touched"])
        for row in measured.to_dict("records")
    ]


def result_of_projects(measured: pd.DataFrame) -> str:
    """Return the one line that sums up project concentration."""
    shares = measured["cr1"].dropna()
    if shares.empty:
        return say("result.none")
    return say("result.projects", low=shares.min(), high=shares.max(), n=len(shares))

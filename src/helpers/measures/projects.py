"""How few projects carry a department's project money, and how much of it is withheld.

Input: ``projects`` (one row per project) and ``key_figures`` (what the department publishes as its
project expenditure). Output: data frames for ``charts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from decimal import Decimal

import pandas as pd

from helpers.measures.concentration import (
    Concentration,
    concentration,
    concentration_without_largest,
    lorenz_curve,
)
from helpers.measures.costs import stated_figures
from helpers.measures.exact import Key, add, exact, groups, keys, ratio, table
from helpers.measures.touched import together, touches_in

#: The phase that each amount column of ``projects`` states.
AMOUNT_PHASES = {
    "initial_budget_yuan": "initial_budget",
    "adjusted_budget_yuan": "adjusted_budget",
    "executed_yuan": "final",
}


def _amounts(projects: pd.DataFrame, amount: str) -> list[Decimal | None]:
    """Return a column's exact amounts; refuse a negative one, naming the project."""
    if amount not in AMOUNT_PHASES:
        raise ValueError(f"amount must be one of {', '.join(AMOUNT_PHASES)}, not {amount!r}")
    amounts = [exact(value) for value in projects[amount]]
    for value, name, source in zip(
        amounts, projects["project_name"], projects["source_id"], strict=True
    ):
        if value is not None and value < 0:
            raise ValueError(f"{source}: {amount} of {name} is negative: {value}")
    return amounts


def _withheld_flags(projects: pd.DataFrame) -> list[bool]:
    """Read ``is_withheld``, which a CSV file gives back as text; a blank flags nothing."""
    meaning = {True: True, False: False, "True": True, "False": False, "": False, None: False}
    meaning |= {"true": True, "false": False}
    flags = [flag for (flag,) in keys(projects, ["is_withheld"])]
    for flag in flags:
        if flag not in meaning:
            raise ValueError(f"is_withheld is {flag!r}, neither true nor false")
    return [meaning[flag] for flag in flags]


def project_concentration(
    projects: pd.DataFrame,
    amount: str = "initial_budget_yuan",
    by: Sequence[str] = ("source_id",),
) -> pd.DataFrame:
    """Show how few projects carry the money, with and without the largest.

    Parameters
    ----------
    projects : DataFrame
        Projects as in ``projects.csv``; filter to one ``fund`` for one fund scope.
    amount : {"initial_budget_yuan", "adjusted_budget_yuan", "executed_yuan"}
        Whose concentration; the answer's ``phase`` follows from it.
    by : sequence of str
        Columns that make a group: ``source_id`` alone or with ``fund``, ``budget_unit``, or
        ``functional_class`` (the first three digits of ``functional_code``).

    Returns
    -------
    DataFrame
        One row per group, in the order met: ``by``, ``phase``, the fields of
        :class:`Concentration`, the same with the suffix ``_without_largest``, ``largest_name,
        largest_yuan``, and the part that the public is not told about: ``n_withheld`` (projects
        flagged, whatever their amount), ``withheld_yuan`` (0 where none is flagged, None where no
        flagged project states an amount) and ``withheld_share`` of the group's total (0-1).
        ``touched``, ``touched_without_largest`` and ``withheld_yuan_touched`` carry on the
        ``<amount>_touched`` of ``projects``.

    Raises
    ------
    ValueError
        If an amount is negative (naming source and project), or ``amount`` is no project amount.
    """
    projects = projects.assign(
        is_withheld=_withheld_flags(projects),
        functional_class=projects["functional_code"].str[:3],
        **{amount: pd.Series(_amounts(projects, amount), index=projects.index, dtype=object)},
    )
    measures = [field.name for field in fields(Concentration)]
    columns = [*by, "phase", *measures, *(f"{name}_without_largest" for name in measures)]
    columns += ["largest_name", "largest_yuan", "n_withheld", "withheld_yuan", "withheld_share"]
    columns += ["touched", "touched_without_largest", "largest_yuan_touched"]
    columns += ["withheld_yuan_touched"]
    rows = []
    for key, group in groups(projects, by).items():
        whole = concentration(group[amount])
        rest = concentration_without_largest(group[amount])
        ranked = ranked_projects(group, amount, by=())
        largest, marks = ranked.head(1), touches_in(ranked)
        hidden = group[group["is_withheld"]]
        withheld = add(hidden[amount]) if len(hidden) else Decimal(0)
        rows.append(
            (
                *key,
                AMOUNT_PHASES[amount],
                *astuple(whole),
                *astuple(rest),
                largest["project_name"].iloc[0] if len(largest) else None,
                largest["amount_yuan"].iloc[0] if len(largest) else None,
                len(hidden),
                withheld,
                ratio(withheld, whole.total_yuan),
                together(marks),
                together(marks[1:]),
                together(marks[:1]),
                together(touches_in(hidden, f"{amount}_touched")),
            )
        )
    return table(rows, columns)


def concentration_by_phase(
    projects: pd.DataFrame, by: Sequence[str] = ("source_id",)
) -> pd.DataFrame:
    """Show how concentration shifted from the initial to the adjusted budget and to execution.

    Parameters
    ----------
    projects : DataFrame
        Projects as in ``projects.csv``.
    by : sequence of str
        As for :func:`project_concentration`.

    Returns
    -------
    DataFrame
        The rows of :func:`project_concentration` for the three amounts, a group's phases together;
        a phase for which a group states no amount above 0 is left out.
    """
    phases = [project_concentration(projects, amount, by) for amount in AMOUNT_PHASES]
    together = pd.concat([phase[phase["n"] > 0] for phase in phases], ignore_index=True)
    order = {key: i for i, key in enumerate(groups(phases[0], by))}
    together["_order"] = [order[key] for key in keys(together, by)]
    together = together.sort_values("_order", kind="stable", ignore_index=True)
    return together.drop(columns="_order")


def ranked_projects(
    projects: pd.DataFrame, amount: str = "initial_budget_yuan", by: Sequence[str] = ("source_id",)
) -> pd.DataFrame:
    """Rank each group's projects by amount, with the share that the largest carry together.

    Parameters
    ----------
    projects : DataFrame
        Projects as in ``projects.csv``.
    amount : str
        The amount column to rank by.
    by : sequence of str
        Columns that make a group.

    Returns
    -------
    DataFrame
        Projects with an amount above 0, the largest first: ``by``, ``rank`` (from 1),
        ``project_name, budget_unit, amount_yuan, share, cumulative_share`` (of the group's sum,
        0-1), ``is_withheld, touched`` (the ``<amount>_touched`` of ``projects``). Equal amounts
        keep their order in the document.

    Raises
    ------
    ValueError
        If an amount is negative, naming source and project.
    """
    members: dict[Key, list[tuple[Decimal, str, str, bool, tuple]]] = {}
    for key, value, name, unit, flag, touched in zip(
        keys(projects, by),
        _amounts(projects, amount),
        projects["project_name"],
        projects["budget_unit"],
        _withheld_flags(projects),
        touches_in(projects, f"{amount}_touched"),
        strict=True,
    ):
        if value:
            members.setdefault(key, []).append((value, name, unit, flag, touched))
    rows = []
    for key, ranked in members.items():
        ranked.sort(key=lambda member: -member[0])
        total = add(member[0] for member in ranked)
        running = Decimal(0)
        for rank, (value, name, unit, flag, touched) in enumerate(ranked, start=1):
            running = add([running, value])
            shares = (ratio(value, total), ratio(running, total))
            rows.append((*key, rank, name, unit, value, *shares, flag, touched))
    columns = ["rank", "project_name", "budget_unit", "amount_yuan", "share", "cumulative_share"]
    return table(rows, [*by, *columns, "is_withheld", "touched"])


def lorenz_curves(
    projects: pd.DataFrame, amount: str = "initial_budget_yuan", by: Sequence[str] = ("source_id",)
) -> pd.DataFrame:
    """Return the Lorenz curve of each group's projects.

    Parameters
    ----------
    projects : DataFrame
        Projects as in ``projects.csv``.
    amount : str
        The amount column.
    by : sequence of str
        Columns that make a group.

    Returns
    -------
    DataFrame
        ``by``, ``population_share``, ``amount_share`` (see :func:`lorenz_curve`).

    Raises
    ------
    ValueError
        If an amount is negative, naming source and project.
    """
    amounts = pd.Series(_amounts(projects, amount), index=projects.index, dtype=object)
    rows = [
        (*key, *point)
        for key, group in groups(projects.assign(amount_yuan=amounts), by).items()
        for point in lorenz_curve(group["amount_yuan"]).itertuples(index=False, name=None)
    ]
    return table(rows, [*by, "population_share", "amount_share"])


def project_coverage(
    projects: pd.DataFrame, key_figures: pd.DataFrame, amount: str = "initial_budget_yuan"
) -> pd.DataFrame:
    """Show how far the projects listed cover the project expenditure published.

    Parameters
    ----------
    projects : DataFrame
        Projects as in ``projects.csv``.
    key_figures : DataFrame
        As for :func:`cost_structure`; of the phase that ``amount`` states.
    amount : str
        The amount column.

    Returns
    -------
    DataFrame
        One row per ``source_id`` and scope that the key figures state: ``source_id, fund`` (empty:
        all funds), ``phase, projects_yuan`` (projects of that fund), ``project_expenditure_yuan``
        and ``spent_yuan`` (expenditure of the year 本年支出 where stated, without what is carried
        over, else total expenditure) as published, ``coverage_share`` (projects in project
        expenditure; above 1 where carried-over money is listed) and ``total_share`` (projects in
        ``spent_yuan``), ``project_expenditure_yuan_origin, spent_yuan_origin`` (the places of the
        two figures published), and ``projects_yuan_touched`` and so on for each of the figures.
        What is not published is None or NaN.
    """
    amounts = pd.Series(_amounts(projects, amount), index=projects.index, dtype=object)
    listed = groups(projects.assign(amount_yuan=amounts), ["source_id"])
    measures = ("project_expenditure", "current_expenditure", "total_expenditure")
    figures = key_figures[
        (key_figures["phase"] == AMOUNT_PHASES[amount]) & key_figures["measure"].isin(measures)
    ].assign(fund=lambda frame: [fund or "" for (fund,) in keys(frame, ["fund"])])
    rows = []
    for (source, fund), stated in groups(figures, ["source_id", "fund"]).items():
        own = listed.get((source,), projects.iloc[:0].assign(amount_yuan=None))
        own = own if not fund else own[own["fund"] == fund]
        own_yuan = add(own["amount_yuan"])
        own_touched = together(touches_in(own, f"{amount}_touched"))
        found = [stated_figures(stated, measure, (fund,)) for measure in measures]
        project, current, total = (
            (
                next(map(exact, f["value"]), None),
                next(iter(f.get("origin", ())), None),
                next(iter(touches_in(f)), ()),
            )
            for f in found
        )
        spent = total if current[0] is None else current
        published, origins, marks = zip(project, spent, strict=True)
        shares = [ratio(own_yuan, figure) for figure in published]
        key = (source, fund or "", AMOUNT_PHASES[amount])
        touched = [own_touched, *marks, *(together([own_touched, mark]) for mark in marks)]
        rows.append((*key, own_yuan, *published, *shares, *origins, *touched))
    columns = ["source_id", "fund", "phase", "projects_yuan", "project_expenditure_yuan"]
    columns += ["spent_yuan", "coverage_share", "total_share"]
    places = ["project_expenditure_yuan_origin", "spent_yuan_origin"]
    marked = ["projects_yuan", "project_expenditure_yuan", "spent_yuan"]
    touched_columns = [f"{name}_touched" for name in [*marked, "coverage_share", "total_share"]]
    return table(rows, [*columns, *places, *touched_columns])

"""What it costs to keep a department running: personnel against public (office operating) cost.

Input: ``key_figures`` (levels, shares, per person) and ``facts`` (the economic items). Output: data
frames for ``charts``. Missing stays missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from helpers.measures.exact import (
    DISCLOSURE,
    add,
    exact,
    groups,
    keys,
    ratios,
    shares_within,
    subtract,
    sums,
    table,
    where,
)
from helpers.measures.touched import row_by_row, together, touches_in

#: Economic items that readers ask about first.
WATCHED_ITEMS = {
    "30208": "取暖费",
    "30216": "培训费",
    "30217": "公务接待费",
    "30231": "公务用车运行维护费",
}

#: Column of the answer → measure in ``key_figures`` and the funds whose figure may fill it, best
#: first. Personnel and public cost are those of general-public-budget basic expenditure; staff
#: numbers belong to no fund.
_COST_FIGURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "basic_yuan": ("basic_expenditure", ("general_public",)),
    "personnel_yuan": ("personnel_cost", ("general_public",)),
    "public_yuan": ("public_cost", ("general_public",)),
    "persons_established": ("persons_established", ("",)),
    "persons_on_books": ("persons_on_books", ("",)),
    "persons_in_post": ("persons_in_post", ("",)),
    "persons_retired": ("persons_retired", ("",)),
    "persons_retired_pre1949": ("persons_retired_pre1949", ("",)),
    "three_public_yuan": ("three_public", ("general_public", "")),
    "operating_cost_yuan": ("operating_cost", ("general_public", "")),
    "basic_change_yuan": ("basic_expenditure_change", ("general_public",)),
    "basic_growth_rate": ("basic_expenditure_growth", ("general_public",)),
    "fiscal_change_yuan": ("fiscal_expenditure_change", ("general_public",)),
    "fiscal_growth_rate": ("fiscal_expenditure_growth", ("general_public",)),
}

#: Derived figure → the published figures it is made of.
_OPERANDS = {
    "personnel_share": ("personnel_yuan", "public_yuan"),
    "public_share": ("personnel_yuan", "public_yuan"),
    "basic_per_person": ("basic_yuan", "persons_in_post"),
    "personnel_per_person": ("personnel_yuan", "persons_in_post"),
    "public_per_person": ("public_yuan", "persons_in_post"),
    "three_public_to_public_share": ("three_public_yuan", "public_yuan"),
}


def stated_figures(key_figures: pd.DataFrame, measure: str, funds: Sequence[str]) -> pd.DataFrame:
    """Return the rows that state one measure, those of tables before those of sentences.

    Parameters
    ----------
    key_figures : DataFrame
        Key figures of one disclosure and phase.
    measure : str
        Name of the measure.
    funds : sequence of str
        Funds in order of preference, empty text for a figure of no one fund. Only the rows of the
        first fund that states a value are returned.

    Returns
    -------
    DataFrame
        Rows of ``key_figures``; none where nothing is stated.
    """
    rows = key_figures[key_figures["measure"] == measure]
    rows = where(rows, (exact(value) is not None for value in rows["value"]))
    for wanted in funds:
        found = where(rows, ((fund or "") == wanted for (fund,) in keys(rows, ["fund"])))
        if len(found):
            return found.sort_values("source", key=lambda s: s != "fact", kind="stable")
    return rows.iloc[:0]


def cost_structure(key_figures: pd.DataFrame) -> pd.DataFrame:
    """Set personnel cost against public (office operating) cost for each disclosure.

    Both are those of general-public-budget basic expenditure (in a budget table 6, in final
    accounts section six), and **their sum is the denominator of the two shares**. Money for
    retirees is part of personnel cost; :func:`economic_classes` shows it apart. Per person means
    per person in post.

    Parameters
    ----------
    key_figures : DataFrame
        Columns ``source_id, measure, fund, fiscal_year, phase, value, unit, source, findings``;
        ``value`` exact (yuan or persons).

    Returns
    -------
    DataFrame
        One row per ``source_id, fiscal_year, phase`` that states basic expenditure, personnel or
        public cost, in the order met. Money is exact, in yuan, None where not stated:
        ``basic_yuan, personnel_yuan, public_yuan, three_public_yuan, operating_cost_yuan``. Persons
        are exact too: ``persons_established, persons_on_books, persons_in_post, persons_retired,
        persons_retired_pre1949``. The change on the previous year is as published, a decrease below
        0, in yuan and in percent: ``basic_change_yuan, basic_growth_rate`` (basic expenditure) and
        ``fiscal_change_yuan, fiscal_growth_rate`` (all expenditure of the general public budget).
        Ratios are floats, NaN where a side is missing: ``personnel_share, public_share`` (0-1),
        ``basic_per_person, personnel_per_person, public_per_person`` (yuan per person in post),
        ``three_public_to_public_share``. ``conflicts`` names the columns for which the document
        states more than one value (the table's is taken); ``findings`` lists the findings that
        touch a figure taken; ``basic_yuan_origin`` and so on for each published figure name its
        place, None without one, and ``basic_yuan_touched`` and so on, also of shares and figures
        per person, carry on the ``touched`` of ``key_figures``.

    Raises
    ------
    TypeError
        If a value went through a float.
    """
    rows = []
    for key, figures in groups(key_figures, DISCLOSURE).items():
        taken: list[Decimal | None] = []
        origins: list[str | None] = []
        touched: list[Any] = []
        conflicts: list[str] = []
        findings: list[str] = []
        for column, (measure, funds) in _COST_FIGURES.items():
            found = stated_figures(figures, measure, funds)
            values = [exact(value) for value in found["value"]]
            taken.append(values[0] if values else None)
            origins.append(next(iter(found.get("origin", ())), None))
            touched.append(next(iter(touches_in(found)), ()))
            if len(set(values)) > 1:
                conflicts.append(column)
            findings += [str(f) for f in found["findings"].head(1) if not pd.isna(f) and f != ""]
        if any(value is not None for value in taken[:3]):
            notes = ("; ".join(conflicts), "; ".join(dict.fromkeys(findings)))
            rows.append((*key, *taken, *notes, *origins, *touched))
    places = [f"{column}_{what}" for what in ("origin", "touched") for column in _COST_FIGURES]
    costs = table(rows, [*DISCLOSURE, *_COST_FIGURES, "conflicts", "findings", *places])
    personnel, public = costs["personnel_yuan"], costs["public_yuan"]
    both = [None if None in pair else add(pair) for pair in zip(personnel, public, strict=True)]
    in_post = costs["persons_in_post"]
    return costs.assign(
        personnel_share=ratios(personnel, both),
        public_share=ratios(public, both),
        basic_per_person=ratios(costs["basic_yuan"], in_post),
        personnel_per_person=ratios(personnel, in_post),
        public_per_person=ratios(public, in_post),
        three_public_to_public_share=ratios(costs["three_public_yuan"], public),
        **{
            f"{derived}_touched": row_by_row(costs, *(f"{name}_touched" for name in operands))
            for derived, operands in _OPERANDS.items()
        },
    )


def cost_parts(costs: pd.DataFrame) -> pd.DataFrame:
    """Put personnel and public cost under one another, one row per bar of a figure.

    Parameters
    ----------
    costs : DataFrame
        The answer of :func:`cost_structure`, with any further columns (a name to show, a caveat).

    Returns
    -------
    DataFrame
        For each row of ``costs`` two rows, ``part`` being ``personnel`` and ``public``:
        ``part, amount_yuan, share`` (of both together, 0-1), ``per_person`` (yuan per person in
        post), and every column of ``costs`` that belongs to neither part.
    """
    parts = ("personnel", "public")
    figures = {"amount_yuan": "yuan", "share": "share", "per_person": "per_person"}
    own = [f"{part}_{suffix}" for part in parts for suffix in figures.values()]
    shared = costs.drop(columns=own)
    stacked = [
        shared.assign(
            part=part, **{name: costs[f"{part}_{suffix}"] for name, suffix in figures.items()}
        )
        for part in parts
    ]
    return pd.concat(stacked).sort_index(kind="stable").reset_index(drop=True)


def item_shares(facts: pd.DataFrame) -> pd.DataFrame:
    """Show which economic items (款) make up personnel and public cost, and which set one apart.

    Parameters
    ----------
    facts : DataFrame
        Facts as in ``facts.csv``; the rows with a five-digit ``economic_code`` of the table
        ``general_public_basic_expenditure`` are used, by 人员经费 and 公用经费 where the table
        splits them, else by ``cost_type``. Totals beside their parts are left out.

    Returns
    -------
    DataFrame
        One row per disclosure, ``cost_type`` and item: ``source_id, fiscal_year, phase, cost_type,
        economic_code, item, amount_yuan``; ``item`` is the code with the label that most
        disclosures print. Of the same cost type (each 0-1): ``share`` within the disclosure,
        ``pooled_share`` in all disclosures together, ``others_share`` in all but this one (NaN for
        a lone disclosure), ``deviation`` = share − pooled_share. An item that a disclosure does
        not print has no row: not published is not 0. ``share_touched`` carries on ``touched``.

    Raises
    ------
    ValueError
        If an amount has no cost type, naming the disclosure and the place.
    """
    rows = facts[
        (facts["table_id"] == "general_public_basic_expenditure")
        & (facts["economic_code"].str.len() == 5)
    ]
    has_parts = rows["source_id"].isin(rows.loc[rows["column_role"] == "part", "source_id"])
    rows = rows[~has_parts | (rows["column_role"] == "part")]
    unknown = rows[~rows["cost_type"].isin(["personnel", "public"])]
    if len(unknown):
        first = unknown.iloc[0]
        raise ValueError(
            f"{first['source_id']}, {first['origin']}: {first['economic_code']} {first['label']} "
            f"is neither personnel nor public cost (cost_type {first['cost_type']!r})"
        )
    labels = rows.groupby("economic_code")["label"].agg(lambda names: names.mode().iloc[0])
    by = [*DISCLOSURE, "cost_type", "economic_code"]
    # The label alone would split an item whose name changed between two years.
    items = table(
        [
            (*key, f"{key[-1]} {labels[key[-1]]}", amount)
            for key, amount in sums(rows, by, "amount_yuan").items()
        ],
        [*by, "item", "amount_yuan"],
    )

    def whole(*columns: str) -> list[Decimal | None]:
        totals = sums(items, columns, "amount_yuan")
        return [totals[key] for key in keys(items, columns)]

    own, own_total = items["amount_yuan"], whole(*DISCLOSURE, "cost_type")
    pool, pool_total = whole("cost_type", "economic_code"), whole("cost_type")
    items["share"] = ratios(own, own_total)
    items["pooled_share"] = ratios(pool, pool_total)
    items["others_share"] = ratios(map(subtract, pool, own), map(subtract, pool_total, own_total))
    items["deviation"] = items["share"] - items["pooled_share"]
    # The share of one item rests on all of them.
    touched: dict[Any, Any] = {}
    for key, own_touches in zip(
        keys(rows, [*DISCLOSURE, "cost_type"]), touches_in(rows), strict=True
    ):
        touched[key] = together([touched.get(key, ()), own_touches])
    items["share_touched"] = [touched[key] for key in keys(items, [*DISCLOSURE, "cost_type"])]
    return items


def economic_classes(items: pd.DataFrame) -> pd.DataFrame:
    """Add items up to economic classes (类), so that money for retirees (303) stands apart.

    Parameters
    ----------
    items : DataFrame
        The answer of :func:`item_shares`.

    Returns
    -------
    DataFrame
        ``source_id, fiscal_year, phase, cost_type, economic_class, amount_yuan, share``; the
        denominator of ``share`` is the disclosure's personnel and public cost together.
    """
    by = [*DISCLOSURE, "cost_type", "economic_class"]
    classed = items.assign(economic_class=items["economic_code"].str[:3])
    totals = sums(classed, by, "amount_yuan")
    classes = table([(*key, amount) for key, amount in totals.items()], [*by, "amount_yuan"])
    return classes.assign(share=shares_within(classes, DISCLOSURE, "amount_yuan"))


def watched_shares(items: pd.DataFrame) -> pd.DataFrame:
    """Set heating, vehicles, reception and training against public cost.

    Parameters
    ----------
    items : DataFrame
        The answer of :func:`item_shares`.

    Returns
    -------
    DataFrame
        One row per disclosure and watched item: ``source_id, fiscal_year, phase, economic_code,
        item, amount_yuan, share``; the denominator of ``share`` is the disclosure's public cost as
        its items add up. Where a disclosure prints no such item, ``amount_yuan`` is None and
        ``share`` NaN.
    """
    public = items[items["cost_type"] == "public"]
    columns = [*DISCLOSURE, "economic_code"]
    printed = dict(zip(keys(public, columns), keys(public, ["amount_yuan", "share"]), strict=True))
    rows = []
    for disclosure in dict.fromkeys(keys(items, DISCLOSURE)):
        for code, name in WATCHED_ITEMS.items():
            amount, share = printed.get((*disclosure, code), (None, float("nan")))
            rows.append((*disclosure, code, f"{code} {name}", amount, share))
    return table(rows, [*columns, "item", "amount_yuan", "share"])


def gather_tail(
    frame: pd.DataFrame,
    n: int,
    *,
    item: str = "item",
    amount: str = "amount_yuan",
    within: Sequence[str] = (),
    tail: str = "other items 其他",
) -> pd.DataFrame:
    """Keep the n largest items and gather the others in one row, so that a figure stays readable.

    The same n items are kept in every group: those with the largest sum over all groups (equal
    sums: the one met first).

    Parameters
    ----------
    frame : DataFrame
        One row per group and item, with exact amounts.
    n : int
        How many items to keep, at least 1.
    item, amount : str
        Columns of the item's name and of its amount (yuan).
    within : sequence of str
        Columns of the group (a disclosure); none for a single group.
    tail : str
        Name of the gathered row.

    Returns
    -------
    DataFrame
        Columns of ``within``, ``item``, ``amount``, ``n_gathered`` (items in the row: 1, or those
        of the tail), ``is_tail``, and ``share`` of the group's sum (0-1); within each group the
        items by size, the tail last. Rows without an amount are left out.

    Raises
    ------
    ValueError
        If n is below 1.
    """
    if n < 1:
        raise ValueError(f"at least one item must be kept, not {n}")
    stated = where(frame, (exact(value) is not None for value in frame[amount]))
    sizes = sums(stated, [item], amount)
    kept = sorted(sizes, key=lambda key: -sizes[key])[:n]
    rank = {name: position for position, (name,) in enumerate(kept)}
    place = {group: i for i, group in enumerate(dict.fromkeys(keys(stated, within)))}
    gathered: dict[tuple[int, int], list[Decimal | None]] = {}
    for group, name, value in zip(keys(stated, within), stated[item], stated[amount], strict=True):
        gathered.setdefault((place[group], rank.get(name, len(kept))), []).append(value)
    names = [name for (name,) in kept] + [tail]
    disclosures = list(place)
    rows = [
        (*disclosures[group], names[i], add(values), len(values), i == len(kept))
        for (group, i), values in sorted(gathered.items())
    ]
    answer = table(rows, [*within, item, amount, "n_gathered", "is_tail"])
    return answer.assign(share=shares_within(answer, within, amount))
